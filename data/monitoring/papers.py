"""Papers of a monitored case, filled in: 信息采集表, 评议记录, 公示, 风险消除表; and what is kept of it in the archive.

What stands on the notice is what may hang in a village: who, how many persons, as what. No illness, income or number of
an ID card, and no 户属性. The other papers lie in the file: they mask as the household's page does, and what is not
known yet is a blank for the pen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, RowMapping, select, text

from data import settings
from data.access.rights import needs
from data.access.roles import MONITORING, PAPERS, PRINT, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.calendars.workdays import calendar
from data.errors import Refused
from data.households.file import HouseholdFile, household
from data.households.income import KINDS
from data.households.lights import lights
from data.model import archive, case_paper, case_step, clue, episode, monitoring_case, month, region
from data.money import exact
from data.monitoring.clocks import spans_of
from data.monitoring.ways import CASE_WAY, CASES
from data.months import month_of, spoken
from data.paper.typeset import clean, pdf
from data.store.rows import StoredRow
from data.terms import ASSURANCES, CLUE_SOURCES, DEMONSTRATION_PREFIX
from data.text.official import WATCHED, official, speaking
from data.workflow import LONGEST_REASON

TEMPLATE = "case"
SURVEY, MINUTES, NOTICE, REMOVAL = "信息采集表", "评议记录", "公示", "风险消除表"
FORMS = (SURVEY, MINUTES, NOTICE, REMOVAL)
"""What is printed filled in, of ``terms.CASE_PAPERS``."""
_WAY_OUT = ("removal", "removal_returned", "removal_discussed", "removal_public", "removal_reported", "removal_county",
            "removal_decided", "removed")  # fmt: skip
_HANGS = {False: ("discussed", "public"), True: ("removal_discussed", "removal_public")}
"""Whether it is of the way out → states in which a case goes on the notice."""
_KINDS = dict(zip(KINDS, ("工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出"), strict=True))
_FIGURES = {**_KINDS, "per_head": "人均纯收入", "outlay": "合规自付支出", "claims": "理赔收入"}
_SIGNED = ("户主（签字、按手印）", "入户采集人（签字）", "村民委员会（盖章）")
_JUDGED = ("村民委员会（盖章）", "乡镇人民政府（盖章）", "县级主管部门（盖章）")
Block = Mapping[str, object]


@dataclass(frozen=True)
class Kept:
    """A paper of a case that lies in the household's archive: ``kind`` of ``terms.CASE_PAPERS``, the step that it
    belongs to (None: the case as a whole), ``added``: ISO moment."""

    id: int
    kind: str
    step: int | None
    archive: int
    title: str
    media_type: str
    added: str


@needs(PRINT, MONITORING)
def form(connection: Connection, viewer: Viewer, case: int, kind: str, today: date, *, by: str = "") -> bytes:
    """One of FORMS as PDF; ``by``: who printed it, and when, at its foot.

    Raises NotFound for a case that is not the viewer's, Refused for what is no form, a notice of what is not to be
    published, a removal that nobody proposed, and where there is no Chinese font.
    """
    if kind not in FORMS:
        raise Refused(f"没有“{kind[:20]}”这种表，可打印：{'、'.join(FORMS)}。")
    paper = _Paper(connection, viewer, CASES.row(connection, viewer, case), today)
    made = {SURVEY: paper.survey, MINUTES: paper.minutes, NOTICE: paper.notice, REMOVAL: paper.removal}[kind]()
    return pdf(TEMPLATE, [made], {"title": str(made["title"]), "by": clean(by, 120, run=0)})


@needs(READ, PAPERS)
def papers(connection: Connection, viewer: Viewer, case: int) -> tuple[Kept, ...]:
    """What is kept of a case and is in sight, in the order in which it came; raises NotFound where it is not the
    viewer's."""
    CASES.row(connection, viewer, case)
    of, lies = case_paper.c, archive.c
    asked = (
        select(of.id, of.kind, of.step, of.archive, lies.title, lies.media_type, lies.added)
        .join(archive, lies.id == of.archive)
        .where(of.case_id == case, lies.hidden.is_(None))
        .order_by(lies.added, of.id)
    )
    return tuple(Kept(*row) for row in connection.execute(asked))


class _Paper:
    """A case as it is put on paper."""

    def __init__(self, connection: Connection, viewer: Viewer, case: RowMapping, today: date) -> None:
        self.connection, self.viewer, self.case, self.today = connection, viewer, case, today
        self.file = self._file()
        self.out = case["state"] in _WAY_OUT
        with speaking(settings.value_of(connection, "watched_word"), month_of(today)):
            self.word = official(WATCHED)
        of = case_step.c
        rows = connection.execute(select(case_step).where(of.case_id == case["id"]).order_by(of.day, of.id)).all()
        self.steps = {row.action: row for row in rows}
        told = episode.c
        self.episode = connection.execute(select(episode).where(told.code == case["code"])).first()

    def _file(self) -> HouseholdFile:
        of = month.c.month
        months = self.connection.execute(select(of).order_by(of)).scalars().all()
        if not months:
            raise Refused("系统还没有统计月份，请先导入户数据。")
        last = min(max(month_of(self.today), months[0]), months[-1])
        return household(self.connection, self.viewer, self.case["household_id"], last)

    @property
    def place(self) -> str:
        facts = self.file.facts
        return f"{facts['township_name']} {facts['village_name']}"

    def _made(self, title: str, below: str, *blocks: Block, hangs: bool = False) -> dict[str, object]:
        """``hangs``: it is put up where people pass, and set larger."""
        return {
            "title": title, "below": clean(below, 80), "foot": title, "hangs": hangs,
            "demonstration": self.case["village"].startswith(DEMONSTRATION_PREFIX), "blocks": list(blocks),
        }  # fmt: skip

    # 信息采集表

    def survey(self) -> dict[str, object]:
        file, facts, case = self.file, self.file.facts, self.case
        from_ = self._clue()
        return self._made(
            f"{self.word}信息采集表",
            f"{self.place} · {case['code']}",
            _pairs("基本情况", [
                ("户主", file.head), ("户编号", facts["code"]), ("家庭人口", f"{len(file.members)} 人"),
                ("联系电话", facts["phone"]), ("住址", facts["address"]), ("户属性", facts["attribute"]),
                ("线索来源", from_[0]), ("线索日期", from_[1]),
                ("拟纳入类型", case["kind"]), ("风险", case["risks"]), ("风险说明", case["risk_note"]),
                ("入户日期", self._day("visit")),
            ]),
            _list("家庭成员", ("姓名", "关系", "性别", "出生日期", "证件号码", "健康", "劳动技能", "在校", "医保"),
                  (10, 9, 7, 14, 23, 12, 13, 10, 7), [
                [one.name, one.relation, one.sex, one.born, one.id_number, one.health, one.skill, one.schooling,
                 _yes(one.medical_insured)]
                for one in file.members.itertuples()
            ], "没有登记家庭成员"),
            _pairs(f"近12个月收支（截至{spoken(self._books())}）", self._income()),
            self._lights(),
            self._measures("正在享受的帮扶措施"),
            _lines("入户核查的情况和意见", 3),
            _signatures(*_SIGNED),
        )  # fmt: skip

    def _clue(self) -> tuple[str, str]:
        of = clue.c
        asked = select(of.source, of.told).where(of.case_id == self.case["id"]).order_by(of.told, of.id).limit(1)
        first = self.connection.execute(asked).first()
        return (CLUE_SOURCES[first.source], first.told) if first else ("", self.case["began"])

    def _books(self) -> int:
        return int(max(self.file.income.months.index, default=month_of(self.today)))

    def _income(self) -> list[tuple[str, object]]:
        income = self.file.income
        told: list[tuple[str, object]] = [(name, _yuan(income.totals.get(kind))) for kind, name in _KINDS.items()]
        return [*told, ("人均纯收入", _yuan(income.per_head)), ("监测线", _yuan(income.line)), ("合规自付支出", "")]

    def _lights(self) -> Block:
        found = [(ASSURANCES[one.item], one.state) for one in lights(self.connection, self.viewer, self.file)]
        return _pairs("两不愁三保障和饮水安全", found)

    def _measures(self, name: str, since: str = "") -> Block:
        rows = self.file.measures
        kept = rows[rows["running"] == 1] if not since else rows[rows["started"] >= since]
        content = [[one.category, one.name, one.started, one.ended or "至今", one.unit] for one in kept.itertuples()]
        return _list(name, ("类别", "措施", "开始", "结束", "责任单位"), (4, 6, 4, 4, 7), content, "没有登记措施")

    # 评议记录

    def minutes(self) -> dict[str, object]:
        step = self.steps.get("removal_discuss" if self.out else "discuss")
        step = step or (None if self.out else self.steps.get("reject"))
        counts = [("应到", "entitled"), ("实到", "present"), ("同意", "agreed"), ("不同意", "against")]
        quorum, share = (settings.value_of(self.connection, name) for name in ("vote_quorum", "vote_pass"))
        what = f"{self.file.head}户拟{'消除风险' if self.out else '纳入' + self.word}"
        votes = [(name, "" if step is None or step._mapping[held] is None else f"{step._mapping[held]} 人")
                 for name, held in counts]  # fmt: skip
        return self._made(
            "民主评议记录",
            f"{self.place} · {self.case['code']}",
            _pairs("", [
                ("议题", what), ("评议日期", step.day if step else ""), ("地点", ""),
                ("主持人", step.handler if step else ""), ("记录人", ""), ("户编号", self.file.facts["code"]),
                *votes,
            ]),
            _words(f"实到不少于应到的 {quorum}%，同意不少于实到的 {share}%，评议通过。"),
            _pairs("评议结果", [("结论", _verdict(step))]),
            _lines("参会人员发言要点", 5), _lines("参会人员签到", 4),
            _signatures("主持人（签字）", "记录人（签字）", "村务监督委员会（签字）"),
        )  # fmt: skip

    # 公示

    def notice(self) -> dict[str, object]:
        """All of the village that hang with this case, which is on it."""
        of, states = monitoring_case.c, _HANGS[self.out]
        if self.case["state"] not in states:
            word = CASE_WAY.states[self.case["state"]]
            raise Refused(f"现在是“{word}”，评议通过后、公示期满前才打印公示。")
        seen, bound = seen_households(self.viewer)
        asked = text(f"SELECT h.id, h.head, h.code FROM household h WHERE h.village = :village AND {seen}")
        heads = {row.id: row for row in self.connection.execute(asked, {**bound, "village": self.case["village"]})}
        mine = select(monitoring_case).where(of.village == self.case["village"], of.state.in_(states))
        rows = [row for row in self.connection.execute(mine.order_by(of.code)).all() if row.household_id in heads]
        persons = self._persons([row.household_id for row in rows])
        first, last = self._hangs(rows)
        what = "拟消除风险" if self.out else "拟纳入"
        listed = [
            [str(number), heads[row.household_id].head, str(persons.get(row.household_id, 0)), row.kind or "", ""]
            for number, row in enumerate(rows, 1)
        ]
        names = self._names()
        hotline = settings.value_of(self.connection, "hotline")
        total = sum(persons.get(row.household_id, 0) for row in rows)
        return self._made(
            f"{self.word}{what}名单公示",
            self.place,
            _words(f"经入户核查、信息比对、民主评议，现将{names[0]}{what}的 {len(rows)} 户 {total} 人公示如下。"
                   f"公示期：{_spoken(first)}至{_spoken(last)}。"),
            _list("", ("序号", "户主", "人口", "类型", "备注"), (2, 5, 2, 6, 5), listed, ""),
            _words(f"有异议的，请在公示期内向{names[0]}村民委员会或{names[1]}人民政府反映；帮扶热线 {hotline}。"),
            _signatures("村党组织书记（签字）", "村务监督委员会（签字）", "村民委员会（盖章）"),
            hangs=True,
        )  # fmt: skip

    def _hangs(self, rows: Sequence[StoredRow]) -> tuple[date, date]:
        """From when to when: since the first of them is published, as long as the setting says; today, where none is
        yet."""
        step = self.steps.get("removal_publish" if self.out else "publish")
        first = date.fromisoformat(step.day) if step and self.case["public_until"] else self.today
        if self.case["public_until"]:
            return first, date.fromisoformat(self.case["public_until"])
        spans = spans_of(settings.values(self.connection))
        return first, spans["case_public"].after(first, calendar(self.connection))

    def _persons(self, households: Sequence[int]) -> dict[int, int]:
        asked = text(
            "SELECT household_id, persons FROM household_month WHERE month = (SELECT MAX(month) FROM household_month)"
            " AND household_id = :household"
        )
        found = (self.connection.execute(asked, {"household": one}).first() for one in households)
        return {row.household_id: row.persons for row in found if row is not None}

    def _names(self) -> tuple[str, str]:
        of, village = region.c, self.case["village"]
        names = dict(self.connection.execute(select(of.code, of.name).where(of.code.in_((village, village[:9])))).all())
        return clean(names.get(village)), clean(names.get(village[:9]))

    # 风险消除表

    def removal(self) -> dict[str, object]:
        if not self.out:
            raise Refused("还没有提出风险消除，不能打印风险消除表。")
        told, case = self.episode, self.case
        held = {} if told is None else {name: told._mapping[f"removal_{name}_fen"] for name in _FIGURES}
        booked = self.file.income
        now = {**booked.totals, "per_head": booked.per_head}
        figures = [
            (name, _fen(held[kind]) if held.get(kind) is not None else _yuan(now.get(kind)))
            for kind, name in _FIGURES.items()
        ]
        step = self.steps.get("removal_discuss")
        opinions = [
            [CASE_WAY.actions[action], one.day if one else "", one.handler if one else "", one.reason if one else ""]
            for action in ("removal_visit", "removal_discuss", "removal_publish", "removal_township", "removal_county",
                           "remove")
            for one in [self.steps.get(action)]
        ]  # fmt: skip
        votes = "" if step is None or step.present is None else (
            f"应到 {step.entitled} 人，实到 {step.present} 人，同意 {step.agreed} 人，不同意 {step.against} 人"
        )  # fmt: skip
        return self._made(
            f"{self.word}风险消除表",
            f"{self.place} · {case['code']}",
            _pairs("基本情况", [
                ("户主", self.file.head), ("户编号", self.file.facts["code"]),
                ("家庭人口", f"{len(self.file.members)} 人"), ("类型", case["kind"]),
                ("识别日期", told.identified if told else ""), ("识别时风险", case["risks"]),
                ("消除方式", case["removal"]), ("自然消除原因", case["natural_reason"]),
                ("消除日期", told.removed if told else ""), ("评议", votes),
            ]),
            _pairs("消除时家庭收支（元）", figures),
            self._lights(),
            self._measures("识别以来的帮扶措施", told.identified if told else case["began"]),
            _list("各环节意见", ("环节", "日期", "办理人", "意见"), (4, 3, 4, 7), opinions, ""),
            _signatures(*_JUDGED),
        )  # fmt: skip

    def _day(self, action: str) -> str:
        step = self.steps.get(action)
        return str(step.day) if step else ""


def _verdict(step: StoredRow | None) -> str:
    if step is None:
        return ""
    return "未通过" if step.action == "reject" else "通过"


def _pairs(name: str, rows: Sequence[tuple[str, object]]) -> Block:
    return {"kind": "pairs", "name": name, "rows": [[label, _shown(value)] for label, value in rows]}


def _list(name: str, head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[object]], none: str) -> Block:
    content = [[_shown(cell) for cell in row] for row in rows]
    return {"kind": "list", "name": name, "head": list(head), "widths": list(widths), "rows": content, "none": none}


def _words(said: str) -> Block:
    return {"kind": "words", "name": "", "text": clean(said, 400, run=0)}


def _lines(name: str, number: int) -> Block:
    return {"kind": "lines", "name": name, "number": number}


def _signatures(*who: str) -> Block:
    return {"kind": "signatures", "name": "", "who": list(who)}


def _shown(value: object) -> str:
    """A value in its cell; a blank for the pen where there is none."""
    return "" if value is None or value == "" or value is pd.NaT or value != value else clean(value, LONGEST_REASON)


def _yes(value: object) -> str:
    return "是" if value == 1 else "否" if value == 0 else ""


def _yuan(value: float | None) -> str:
    return "" if value is None or value != value else exact(round(value * 100))


def _fen(value: int) -> str:
    return exact(value)


def _spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
