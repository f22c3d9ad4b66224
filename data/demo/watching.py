"""What stands beside the cases of the demonstration: clues of all sources with what came of each, plans of help with
their progress, and the reviews by which households leave help in an orderly way. Some of it is late."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, Table, bindparam, case, func, insert, select, text, update

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.model.running import runs_on
from data.monitoring.ways import CLUE_WAY, EXIT_WAY, PLAN_WAY, WATCHED
from data.store.batches import batches
from data.store.engine import follow_keys, writing
from data.store.rows import StoredRow
from data.terms import ABLE, CAUSES, DEVELOPING_MEASURES, EXIT_VERDICTS
from data.workflow import Way

_SOURCES = {"door": 34, "department": 30, "self": 10, "hotline": 9, "rule": 9, "petition": 4, "quality": 4}
"""Of a hundred clues."""
_TAKEN = ("department", "hotline", "petition")
"""What the township is told, which passes it on."""
_SYSTEM = ("rule", "quality")
_NONE = 2.3  # clues that come to no case for one that does
_OPEN, _HELD, _JOINED, _STRANGE = 200, 900, 700, 1_800  # households to one such clue
_RISK_OF = {"因病": "因病", "因残": "因残", "因学": "因学", "缺劳力": "缺劳动力", "因灾": "因自然灾害"}
"""Cause of poverty → the risk of today."""
_WORKS = "因务工就业不稳"
_SAID = {
    "因病": ("家里有人住院，自付费用大。", "长期用药，医药费支出增加。"),
    "因残": ("照料负担重，一名劳动力不能外出。", "辅具和康复的花费没有着落。"),
    "因学": ("两个孩子同时上学，学费有困难。",),
    "因自然灾害": ("大风掀了房顶，庄稼减产。", "内涝淹了地，秋收没有收成。"),
    "因意外事故": ("家里人骑车受伤，误工三个月。",),
    "因产业项目失败": ("养的羊出栏价格低，贷款要还。",),
    "因务工就业不稳": ("务工的厂子停工，两个月没有工资。", "公益岗位到期，还没有续上。"),
    "缺劳动力": ("只剩老人在家，地没人种。",),
    "因安全住房": ("房子墙体开裂，要鉴定。",),
    "因安全饮水": ("自来水管冻坏，吃水要挑。",),
    "其他": ("今年开销大，收入比去年少。",),
}
_WHY_NOT = (
    "入户核实：收入稳定，支出在正常范围内，不立案。", "情况属实，已通过医保报销和临时救助解决，不立案。",
    "系统里的收入漏记，补记后高于监测线。", "比对信息有误，不是本户的情况。", "子女已承担费用，家庭收入不受影响。",
)  # fmt: skip
_HELP = {
    "因病": ("健康", "落实医疗救助，家庭医生每月随访"), "因残": ("综合保障", "落实残疾人两项补贴"),
    "因学": ("其他教育", "落实教育资助"), "因自然灾害": ("社会帮扶", "落实灾后救助，帮助恢复生产"),
    "因意外事故": ("综合保障", "落实临时救助"), "因产业项目失败": ("产业", "重新选定产业，落实到户补助"),
    "因务工就业不稳": ("就业", "推荐就近务工岗位"), "缺劳动力": ("综合保障", "核定低保，兜底保障"),
    "因安全住房": ("住房安全保障", "危房改造"), "因安全饮水": ("饮水安全保障", "入户管道改造"),
    "其他": ("社会帮扶", "结对慰问，核实刚性支出"),
}  # fmt: skip
"""Risk → kind of measure and what is planned."""
_EARNS = ("产业", "庭院经济和种养到户补助")
_PROGRESS = (
    "材料已报乡镇，等待审核。", "已与单位对接，下月落实。", "户里同意方案，正在准备材料。", "第一笔已到账。",
    "入户看过，按计划进行。",
)  # fmt: skip
_WHY_DROPPED = "户里情况变化，改用其他措施。"
_EVIDENCE = {
    "退出": "近三年人均纯收入稳定高于监测线，有稳定务工和产业，三保障和饮水安全稳固。",
    "继续帮扶": "收入主要靠转移性收入，家里有长期支出，还需要帮扶。",
}
_RETURN = "请补充近三年的收入证明"
_REVIEWED = 0.0028  # of the households that are helped no more than others
_YEAR, _RECENT = 365, 548  # days
_OVERDUE = 20  # days that a measure which runs for years is behind its date at most
_OFFICES = {"village": 12, "township": 9, "county": 6}
_ORDERLY = "有序退出"
_CASES = """
    SELECT c.id, c.household_id, c.village, c.began, c.state, c.risks, h.cause, e.identified, e.removed,
        (SELECT MIN(s.day) FROM case_step s WHERE s.case_id = c.id AND s.action = 'begin') AS begun
    FROM monitoring_case c JOIN household h ON h.id = c.household_id LEFT JOIN episode e ON e.code = c.code
    ORDER BY c.id"""
_OTHERS = """
    SELECT h.id, h.village, h.cause FROM household h
    WHERE h.type = '脱贫户' AND h.id NOT IN (SELECT household_id FROM monitoring_case)
        AND h.id NOT IN (SELECT household_id FROM household_event WHERE kind IN ('注销', '并入', '有序退出'))
    ORDER BY h.id"""


@dataclass
class _Things:
    """Things of one way, each with its steps, as rows."""

    way: Way
    things: Table
    steps: Table
    key: str
    first: int
    rows: list[dict[str, object]] = field(default_factory=list)
    lines: list[dict[str, object]] = field(default_factory=list)

    def add(self, values: Mapping[str, object], taken: Iterable[tuple[str, date, str, str | None]]) -> None:
        """A thing that went this way: action, day, who (an actor), reason."""
        id, state, since = self.first + len(self.rows), None, ""
        for action, day, who, reason in taken:
            arrow = next(one for one in self.way.transitions if one.action == action and one.before == state)
            moment = datetime(day.year, day.month, day.day, 9 + len(self.lines) % 8, len(self.lines) % 60)
            self.lines.append(
                {self.key: id, "at": written(moment), "day": day.isoformat(), "actor": who, "action": action,
                 "before": state, "after": arrow.after, "reason": reason}
            )  # fmt: skip
            since = since if state == arrow.after else day.isoformat()
            state = arrow.after
        count = sum(line[self.key] == id for line in self.lines[-8:])
        self.rows.append({"id": id, **values, "state": state, "since": since, "version": count})

    def write(self, connection: Connection, now: datetime) -> int:
        """Write all of it; the log vouches for the steps."""
        for some in batches(self.rows):
            connection.execute(insert(self.things), some)
        of = self.steps.c
        before = connection.execute(select(func.coalesce(func.max(of.id), 0))).scalar_one()
        for some in batches(self.lines):
            connection.execute(insert(self.steps), some)
        follow_keys(connection, self.things)
        by: dict[str, list[int]] = defaultdict(list)
        for id, actor in connection.execute(select(of.id, of.actor).where(of.id > before).order_by(of.id)):
            by[actor].append(id)
        for actor, ids in by.items():
            audit.wrote(connection, self.steps.name, ids, actor=actor, view="approve", now=now)
        return len(self.rows)


def make_watching(engine: Engine, now: datetime) -> int:
    """All of it, beside what the workbook brought; how many clues, planned measures and reviews."""
    with writing(engine) as connection:
        made = _Watching(connection, now)
        if not made.cases:
            return 0
        made.propose()
        made.clues()
        made.plans()
        made.exits()
        return sum(things.write(connection, now) for things in (made.told, made.items, made.reviews))


class _Watching:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.today, self.chance = connection, now.date(), random.Random(43)
        self.cases: Sequence[StoredRow] = connection.execute(text(_CASES)).all()
        self.others: Sequence[StoredRow] = connection.execute(text(_OTHERS)).all()
        self.begun: list[dict[str, object]] = []
        self.told = self._things(CLUE_WAY, model.clue, model.clue_step, "clue")
        self.items = self._things(PLAN_WAY, model.plan_item, model.plan_item_step, "item")
        self.reviews = self._things(EXIT_WAY, model.exit_review, model.exit_review_step, "review")

    def _things(self, way: Way, things: Table, steps: Table, key: str) -> _Things:
        last = self.connection.execute(select(func.coalesce(func.max(things.c.id), 0))).scalar_one()
        return _Things(way, things, steps, key, int(last) + 1)

    def propose(self) -> None:
        """As what those who are looked into are proposed, and why: no sheet says that before they are watched."""
        coming, cause = model.monitoring_case, model.household.c.cause
        mine = model.household.c.id == coming.c.household_id
        risk = select(case(_RISK_OF, value=cause, else_=_WORKS)).where(mine).scalar_subquery()
        open_ = coming.c.kind.is_(None)
        self.connection.execute(update(coming).where(open_).values(kind="脱贫不稳定户", risks=risk))

    # clues

    def clues(self) -> None:
        """Each that came to a case, and many that did not; some wait, some of these too long."""
        came = [one for one in self.cases if one.begun]
        for one in came:
            self._clue(one.household_id, one.village, self._risk(one), _day(one.begun), "found", case=one.id)
        for _ in range(round(len(came) * _NONE)):
            home = self.chance.choice(self.others)
            on = self.today - timedelta(days=self.chance.randrange(14, _YEAR))
            self._clue(home.id, home.village, self._risk(home), on, "dismiss", reason=self.chance.choice(_WHY_NOT))
        for number, home in enumerate(self._some(self.others, _OPEN)):
            back = self.chance.randrange(6, 16) if number % 4 == 3 else self.chance.randrange(0, 3)
            self._clue(home.id, home.village, self._risk(home), self.today - timedelta(days=back), "")
        for number, home in enumerate(self._some(self.others, _HELD)):
            on = self.today - timedelta(days=5 if number % 3 == 2 else number % 2)
            self._clue(home.id, home.village, self._risk(home), on, "held")
        watched = [one for one in self.cases if one.state in WATCHED and one.identified < _text(self.today, 60)]
        for one in watched[:: max(1, len(watched) * _JOINED // max(1, len(self.others)))]:
            on = self.today - timedelta(days=self.chance.randrange(3, 50))
            self._clue(one.household_id, one.village, self._risk(one), on, "join", case=one.id)
        for home in self._some(self.others, _STRANGE):
            on = self.today - timedelta(days=self.chance.randrange(0, 3))
            self._clue(None, home.village, "因自然灾害", on, "", subject="三组一户新迁入的人家")
        of = model.monitoring_case.c  # the whole clock runs from the clue
        if self.begun:
            self.connection.execute(
                update(model.monitoring_case).where(of.id == bindparam("of")).values(began=bindparam("told")),
                self.begun,
            )

    def _some(self, homes: Sequence[StoredRow], one_in: int) -> list[StoredRow]:
        return self.chance.sample(homes, min(len(homes), max(1, len(homes) // one_in)))

    def _risk(self, one: StoredRow) -> str:
        named = getattr(one, "risks", None)
        return named.split("、")[0] if named else _RISK_OF.get(one.cause or CAUSES[-1], _WORKS)

    def _clue(
        self,
        home: int | None,
        village: str,
        risk: str,
        answered: date,
        came_to: str,
        *,
        case: int | None = None,
        reason: str | None = None,
        subject: str | None = None,
    ) -> None:
        """``answered``: the day of its answer; of one without, the day on which it was told."""
        chance = self.chance
        source = chance.choices(list(_SOURCES), list(_SOURCES.values()))[0]
        source = chance.choice(_TAKEN) if came_to == "held" else source
        offices = {name: Viewer(name, village[:length]).actor for name, length in _OFFICES.items()}
        taken, waits = source in _TAKEN, came_to in ("", "held")
        told = answered if waits else answered - timedelta(days=chance.randrange(1, 4) + taken)
        steps: list[tuple[str, date, str, str | None]] = []
        if taken:
            steps.append(("take", told, offices["township"], None))
            if came_to != "held":
                steps.append(("pass", min(self.today, told + timedelta(days=chance.randrange(0, 2))),
                              offices["township"], None))  # fmt: skip
        else:
            steps.append(("tell", told, "system" if source in _SYSTEM else offices["village"], None))
        if not waits:
            steps.append((came_to, answered, offices["village"], reason))
        if case is not None and came_to == "found":
            self.begun.append({"of": case, "told": told.isoformat()})
        words = chance.choice(_SAID.get(risk, _SAID["其他"]))
        self.told.add(
            {"household_id": home, "village": village, "subject": subject, "source": source, "mark": None,
             "risk": risk, "words": words, "told": told.isoformat(), "case_id": case},
            steps,
        )  # fmt: skip

    # plans of help

    def plans(self) -> None:
        """For who is watched: a measure against each of the first risks, and one that lets them earn where they can."""
        helpers, able, measures = self._helpers(), self._able(), self._measures()
        for one in self.cases:
            if one.identified is None or one.removed is not None:
                continue
            begun = _day(one.identified)
            named = (one.risks or "其他").split("、")[:2]
            wanted = [(risk, *_HELP.get(risk, _HELP["其他"])) for risk in named]
            if one.household_id in able and not any(kind in DEVELOPING_MEASURES for _, kind, _ in wanted):
                wanted.append((named[0], *_EARNS))
            for number, (risk, kind, what) in enumerate(wanted):
                done = measures.get((one.household_id, kind))
                self._item(one, begun, (risk, kind, what), number, helpers.get(one.household_id), done)

    def _item(
        self,
        one: StoredRow,
        begun: date,
        wanted: tuple[str, str, str],
        number: int,
        helper: StoredRow | None,
        done: StoredRow | None,
    ) -> None:
        chance, village = self.chance, Viewer("village", one.village).actor
        planned = min(self.today, begun + timedelta(days=chance.randrange(1, 6)))
        until = begun + timedelta(days=28 if number == 0 else chance.randrange(50, 150))
        whom = village if helper is None else Viewer("helper", one.village, helper.helper).actor
        steps: list[tuple[str, date, str, str | None]] = [("plan", planned, village, None)]
        measure = None
        days = (self.today - planned).days
        if done is not None and _day(done.started) <= self.today:
            measure = done.code
            steps.append(("carry_out", max(planned, _day(done.started)), whom, None))
        elif days > 20 and chance.random() < 0.03:
            steps.append(("drop", planned + timedelta(days=chance.randrange(10, 20)), village, _WHY_DROPPED))
        elif days > 6 and (number == 0 or chance.random() < 0.92):
            ran = min(days, (until - planned).days)
            for share in sorted(chance.sample(range(5, 100), chance.randrange(1, 3))):
                on = planned + timedelta(days=min(ran, ran * share // 100 + 1))
                steps.append(("progress", on, whom, chance.choice(_PROGRESS)))
            if days > 100 and (number == 0 or chance.random() < 0.8):
                steps.append(("carry_out", max(steps[-1][1], min(self.today, until)), whom, None))
        if steps[-1][0] in ("plan", "progress") and (self.today - until).days > _OVERDUE:
            until = self.today + timedelta(days=chance.randrange(-_OVERDUE, 60))  # one that goes on for years
        risk, kind, what = wanted
        self.items.add(
            {"case_id": one.id, "household_id": one.household_id, "village": one.village, "risk": risk, "kind": kind,
             "what": what, "owner_id": helper.id if helper else None, "who": helper.name if helper else "村民委员会",
             "until": until.isoformat(), "measure": measure},
            steps,
        )  # fmt: skip

    def _helpers(self) -> dict[int, StoredRow]:
        """Household → who is paired with it today."""
        asked = f"""
            SELECT x.household_id, x.helper, p.id, p.name FROM pairing x JOIN person p ON p.helper = x.helper
            WHERE {runs_on("x", ":this_day")} AND x.household_id IN (SELECT household_id FROM monitoring_case)
            ORDER BY x.household_id, x.started DESC, x.helper DESC"""
        rows = self.connection.execute(text(asked), {"this_day": self.today.isoformat()})
        return {row.household_id: row for row in rows}

    def _able(self) -> set[int]:
        of = model.member.c
        asked = select(of.household_id).where(of.skill.in_(ABLE), of.gone.is_(None)).distinct()
        return set(self.connection.execute(asked).scalars())

    def _measures(self) -> dict[tuple[int, str], StoredRow]:
        """Household and kind → the first measure since it is watched."""
        of, told = model.measure.c, model.episode.c
        asked = (
            select(of.household_id, of.category, of.code, of.started)
            .join(model.episode, (told.household_id == of.household_id) & told.removed.is_(None))
            .where(of.started >= told.identified)
            .order_by(of.started.desc(), of.code)
        )
        return {(row.household_id, row.category): row for row in self.connection.execute(asked)}

    # orderly exits

    def exits(self) -> None:
        """Those that left, by the review that said so; others under review, sent back, or to be helped on."""
        event, home = model.household_event.c, model.household.c
        since = _text(self.today, _RECENT)
        left = self.connection.execute(
            select(home.id, home.village, event.day)
            .join(model.household_event, event.household_id == home.id)
            .where(event.kind == _ORDERLY, event.day >= since)
            .order_by(home.id)
        ).all()
        for one in left:
            self._review(one.id, one.village, EXIT_VERDICTS[0], _day(one.day), 3)
        number = max(1, round(len(self.others) * _REVIEWED))
        for place, other in enumerate(self.chance.sample(self.others, min(len(self.others), number))):
            verdict, steps = ((EXIT_VERDICTS[0], 1), (EXIT_VERDICTS[0], 2), (EXIT_VERDICTS[1], 3),
                              (EXIT_VERDICTS[0], -1))[place % 4]  # fmt: skip
            back = self.chance.randrange(30, 200) if steps == 3 else self.chance.randrange(0, 9)
            self._review(other.id, other.village, verdict, self.today - timedelta(days=back), steps)

    def _review(self, home: int, village: str, verdict: str, last: date, number: int) -> None:
        """``last``: the day of the last of so many steps; -1: it was sent back."""
        offices = {name: Viewer(name, village[:length]).actor for name, length in _OFFICES.items()}
        way = [("propose", "village", _EVIDENCE[verdict]), ("township", "township", None), ("county", "county", None)]
        way = [way[0], ("return", "township", _RETURN)] if number < 0 else way[:number]
        steps = [
            (action, last - timedelta(days=4 * (len(way) - place)), offices[office], reason)
            for place, (action, office, reason) in enumerate(way, 1)
        ]
        values = {"household_id": home, "village": village, "verdict": verdict, "evidence": _EVIDENCE[verdict]}
        self.reviews.add(values, steps)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _text(today: date, back: int) -> str:
    return (today - timedelta(days=back)).isoformat()
