"""What the law asks before a step: pure, from facts that somebody else gathers.

What stands against a step is named by its rule, the fact that is missing, and the first day on which that fact alone
could be there, where time brings it. ``RULES`` are asked of what is on record, ``TYPED`` of what a form brings too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from data.errors import Refused
from data.money import short
from data.monitoring.clocks import months_after
from data.monitoring.votes import Votes
from data.months import first_day, spoken
from data.terms import EXITED, LIFTED, MOST_RISKS, NATURAL_REASONS, REMOVALS, RISKS, STATE_NAMES, UNCOUNTED

HELPED, NATURAL = REMOVALS
PROOF = "自然消除证明"
NEVER_COMPARED = ("低保户", "特困户")
"""户属性 of who has been compared before."""
KINDS = {
    "脱贫不稳定户": (LIFTED, EXITED),
    "边缘易致贫户": (UNCOUNTED, EXITED),
    "突发严重困难户": (LIFTED, EXITED, UNCOUNTED),
}
"""户类型 of the watched → what such a household is registered as."""
SUDDEN = ("因病", "因自然灾害", "因意外事故")
"""Risks that open the green way."""
REMARKED = "其他"
EMPTIED = NATURAL_REASONS[:2]
"""Kinds of 自然消除 of which nobody is left."""
FIGURES = {
    "wage": "工资性收入", "business": "生产经营性收入", "property": "财产性收入", "transfer": "转移性收入",
    "expense": "生产经营性支出", "per_head": "人均纯收入", "outlay": "合规自付支出", "claims": "理赔收入",
}  # fmt: skip
"""Figures of a removal, each in fen, and what they are called."""
PAPERS: Mapping[str, tuple[str, ...]] = {
    "visit": ("排查表", "信息采集表"), "compare": ("比对结果",), "green": ("绿色通道说明",),
    "discuss": ("评议记录", "评议照片"), "publish": ("公示", "公示照片"), "county": ("审核审定表",),
    "include": ("公告",), "propose_natural": (PROOF,), "removal_discuss": ("评议记录", "评议照片"),
    "removal_publish": ("公示", "公示照片"), "remove": ("风险消除表",),
}  # fmt: skip
"""Action → the papers that belong to it, of ``terms.CASE_PAPERS``."""


@dataclass(frozen=True)
class Obstacle:
    """What stands against a step (``then``, in words): the rule, what is missing, and the first day on which time could
    have brought it; None where a deed must."""

    rule: str
    missing: str
    possible: date | None = None
    then: str = ""

    @property
    def words(self) -> str:
        """``识别未满 6 个月，最早 2027-03-14 可提出风险消除``."""
        return f"{self.missing}，最早 {self.possible} 可{self.then}" if self.possible else self.missing


class Unlawful(Refused):
    """A step that the law does not allow yet, with all that stands against it."""

    def __init__(self, action: str, obstacles: tuple[Obstacle, ...]) -> None:
        super().__init__(f"还不能“{action}”：{'；'.join(one.words for one in obstacles)}。")
        self.obstacles = obstacles


@dataclass(frozen=True)
class Person:
    """One who is of the household now: ``able`` to work (None: not known)."""

    name: str
    able: bool | None


@dataclass(frozen=True)
class Law:
    """What of the law is a county's own: months until a removal and of steady income, percent of the entitled who must
    be there and of those there who must agree, whether 监测参考收入 is counted."""

    removal_months: int = 6
    quorum: int = 67
    share: int = 51
    reference: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known of a case on a day.

    ``base``: what its household is registered as (``terms.STATE_NAMES``). ``ended``: what became of the household, in
    words. ``running``: code of another case that is open. ``watched``: whether it is watched by another case.
    ``removed_before``: the end of the episode before. ``visited``, ``compared``, ``removal_visited``: last days of
    these in this round. ``proofs``: kinds of papers that are kept. ``measures``: started and ended. ``unsafe``: which
    of the three guarantees and water are not secure, and what is said. ``incomes``: month → fen a head of its twelve
    (None: books not whole), the latest ``removal_months`` of closed books; ``line`` in fen. ``typed``: whether what a
    form brings (votes, kind, risks, figures, reasons) stands here as well.
    """

    day: date
    base: int = UNCOUNTED
    attribute: str | None = None
    ended: str = ""
    running: str | None = None
    watched: bool = False
    removed_before: date | None = None
    identified: date | None = None
    green: date | None = None
    kind: str | None = None
    risks: tuple[str, ...] = ()
    risk_note: str | None = None
    visited: date | None = None
    compared: date | None = None
    removal_visited: date | None = None
    votes: Votes | None = None
    public_until: date | None = None
    removal: str | None = None
    natural_reason: str | None = None
    proofs: frozenset[str] = frozenset()
    members: tuple[Person, ...] = ()
    measures: tuple[tuple[date, date | None], ...] = ()
    unsafe: tuple[tuple[str, str], ...] = ()
    incomes: Mapping[int, int | None] = field(default_factory=dict)
    line: int | None = None
    figures: Mapping[str, int] = field(default_factory=dict)
    law: Law = Law()
    typed: bool = False


Found = Iterator[Obstacle]
Rule = Callable[[Facts], Found]


def obstacles(action: str, facts: Facts) -> tuple[Obstacle, ...]:
    """All that stands against an action of a case; empty where nothing does. Role, person and state are not asked."""
    asked = [*RULES.get(action, ()), *(TYPED.get(action, ()) if facts.typed else ())]
    then = _THEN.get(action, "办理")
    return tuple(Obstacle(one.rule, one.missing, one.possible, then) for rule in asked for one in rule(facts))


def _there(facts: Facts) -> Found:
    if facts.ended:
        yield Obstacle("已注销、并入的户不再监测", f"本户{facts.ended}")


def _alone(facts: Facts) -> Found:
    if facts.running:
        yield Obstacle("一户同时只有一个在办程序", f"本户已有在办程序（{facts.running}），线索请并入")


def _unwatched(facts: Facts) -> Found:
    if facts.watched:
        yield Obstacle("正在监测的户不重复识别", "本户正在监测，新的风险请记在原监测里")


def _not_before(facts: Facts) -> Found:
    if facts.removed_before and facts.day < facts.removed_before:
        yield Obstacle(
            "再次识别在上一次消除之后", f"上一次监测到 {facts.removed_before} 才消除风险", facts.removed_before
        )


def _visited(facts: Facts) -> Found:
    if facts.visited is None:
        yield Obstacle("先入户核查再评议", "还没有入户核查")


def _compared(facts: Facts) -> Found:
    if facts.compared is None and facts.attribute not in NEVER_COMPARED:
        yield Obstacle("先信息比对再评议（低保户、特困户除外）", "还没有全家信息比对结果")


def _removal_visited(facts: Facts) -> Found:
    if facts.removal_visited is None:
        yield Obstacle("先入户核实再评议", "还没有消除入户核实")


def _kind(facts: Facts) -> Found:
    if facts.kind not in KINDS:
        yield Obstacle("监测对象分三类", "没有选定监测对象类型")


def _fitting(facts: Facts) -> Found:
    if facts.kind in KINDS and facts.base not in KINDS[facts.kind]:
        yield Obstacle("监测对象类型与户的身份一致", f"{STATE_NAMES[facts.base]}不能识别为{facts.kind}")


def _risks(facts: Facts) -> Found:
    if not facts.risks:
        yield Obstacle("至少一项风险", "没有填写返贫致贫风险")
    elif len(facts.risks) > MOST_RISKS or not set(facts.risks) <= set(RISKS):
        yield Obstacle(f"风险最多 {MOST_RISKS} 项", f"风险不在规定的类别里，或多于 {MOST_RISKS} 项")
    elif REMARKED in facts.risks and not (facts.risk_note or "").strip():
        yield Obstacle("风险含“其他”的要备注", "没有填写风险备注")


def _sudden(facts: Facts) -> Found:
    if facts.risks and not set(SUDDEN) & set(facts.risks):
        yield Obstacle("绿色通道用于突发的灾、病、意外", f"风险里没有{'、'.join(SUDDEN)}")


def _once_green(facts: Facts) -> Found:
    if facts.green:
        yield Obstacle("绿色通道只启用一次", f"已于 {facts.green} 启用绿色通道")


def _not_green(facts: Facts) -> Found:
    if facts.green:
        yield Obstacle("已先行帮扶的由县级撤销", "已按绿色通道先行帮扶，评议未通过的请报县级撤销")


def _counted(facts: Facts) -> Found:
    votes, law = facts.votes, facts.law
    if votes is None:
        yield Obstacle("评议要记应到、实到、同意、不同意", "没有填写评议票数")
    elif votes.unsound:
        yield Obstacle("评议票数要对得上", votes.unsound)
    elif not votes.quorate(law.quorum):
        yield Obstacle(
            f"实到不少于应到的 {law.quorum}%", f"实到 {votes.present} 人不足应到 {votes.entitled} 人的 {law.quorum}%"
        )


def _passed(facts: Facts) -> Found:
    votes, law = facts.votes, facts.law
    if votes and not votes.unsound and not votes.passed(law.share):
        yield Obstacle(
            f"同意不少于实到的 {law.share}%", f"同意 {votes.agreed} 票不足实到 {votes.present} 人的 {law.share}%"
        )


def _failed(facts: Facts) -> Found:
    votes, law = facts.votes, facts.law
    if votes and not votes.unsound and votes.passed(law.share):
        yield Obstacle(
            "评议通过的不能记为未通过", f"同意 {votes.agreed} 票已达到实到 {votes.present} 人的 {law.share}%"
        )


def _published(facts: Facts) -> Found:
    if facts.public_until is None:
        yield Obstacle("先公示再上报", "没有公示的起止日期")
    elif facts.day <= facts.public_until:
        yield Obstacle(
            "公示期满才能上报", f"公示期未满（到 {facts.public_until}）", facts.public_until + timedelta(days=1)
        )


def _half_a_year(facts: Facts) -> Found:
    months = facts.law.removal_months
    if facts.identified is None:
        yield Obstacle(f"识别满 {months} 个月才能消除", "没有识别日期")
    elif facts.day < (full := months_after(facts.identified, months)):
        yield Obstacle(f"识别满 {months} 个月才能消除", f"识别未满 {months} 个月", full)


def _labour(facts: Facts) -> Found:
    rule = "整户无劳动能力的不作帮扶消除，继续兜底保障"
    able = [one.able for one in facts.members]
    if not able:
        yield Obstacle(rule, "没有登记家庭成员")
    elif not any(able) and None in able:
        yield Obstacle(rule, f"{able.count(None)} 人没有登记劳动技能")
    elif not any(able):
        yield Obstacle(rule, "整户没有劳动力，不作帮扶消除，继续兜底保障")


def _steady(facts: Facts) -> Found:
    months = facts.law.removal_months
    rule = f"收入稳定 {months} 个月、不低于监测线"
    known = {month: fen for month in sorted(facts.incomes)[-months:] if (fen := facts.incomes[month]) is not None}
    if facts.line is None:
        yield Obstacle(rule, "没有录入监测线")
        return
    low = [month for month, fen in known.items() if fen < facts.line]
    if low:
        last = max(low)
        told = f"到 {spoken(last)}的12个月人均纯收入 {short(known[last])} 元，低于监测线 {short(facts.line)} 元"
        yield Obstacle(rule, f"{told}，稳定未满 {months} 个月", date.fromisoformat(first_day(last + months + 1)))
    if len(known) < months:
        yield Obstacle(rule, f"最近 {months} 个月里有 {months - len(known)} 个月收支没有记全，核算不出人均纯收入")


def _spent(facts: Facts) -> Found:
    """Large rigid expenses."""
    rule = "大额刚性支出已经解决"
    unsaid = [FIGURES[name] for name in ("outlay", "claims") if name not in facts.figures]
    if unsaid:
        yield Obstacle(rule, f"没有填报{'、'.join(unsaid)}（没有的填 0）")
    elif facts.law.reference and facts.line is not None and "per_head" in facts.figures and facts.members:
        spent = facts.figures["outlay"] - facts.figures["claims"]
        left = facts.figures["per_head"] - spent / len(facts.members)
        if left < facts.line:
            yield Obstacle(rule, f"监测参考收入 {short(round(left))} 元，低于监测线 {short(facts.line)} 元")


def _figures(facts: Facts) -> Found:
    unsaid = [told for name, told in FIGURES.items() if name not in facts.figures and name not in ("outlay", "claims")]
    if unsaid:
        yield Obstacle("消除时要记下收入和支出", f"没有填报消除时的{'、'.join(unsaid)}")


def _secure(facts: Facts) -> Found:
    for name, state in facts.unsafe:
        yield Obstacle("“三保障”和饮水安全稳固", f"{name}{state}")


def _measured(facts: Facts) -> Found:
    since = facts.identified
    if since and not any(began <= facts.day and (ended is None or ended >= since) for began, ended in facts.measures):
        yield Obstacle("识别后至少落实一项帮扶措施", "识别后还没有落实帮扶措施")


def _natural(facts: Facts) -> Found:
    if facts.natural_reason not in NATURAL_REASONS:
        yield Obstacle("自然消除要写明种类", "没有选定自然消除的种类")
    if PROOF not in facts.proofs:
        yield Obstacle("自然消除要有证明材料", f"没有{PROOF}")
    if facts.natural_reason in EMPTIED and facts.members:
        yield Obstacle(
            "整户死亡、整户迁出的没有在册成员",
            f"{len(facts.members)} 名成员还没有登记去世或迁出，请先办家庭变动",
        )


_HELPED_GUARDS: tuple[Rule, ...] = (_half_a_year, _labour, _steady, _secure, _measured)
_HELPED_TYPED: tuple[Rule, ...] = (_figures, _spent)


def _removal(facts: Facts) -> Found:
    """All that a removal of its kind asks, at the end as at the beginning."""
    if facts.removal not in REMOVALS:
        yield Obstacle("风险消除分帮扶消除和自然消除", "没有消除方式")
    for rule in (_natural,) if facts.removal == NATURAL else (*_HELPED_GUARDS, *_HELPED_TYPED):
        yield from rule(facts)


RULES: Mapping[str, tuple[Rule, ...]] = {
    "begin": (_there, _alone, _unwatched, _not_before),
    "green": (_there, _once_green, _unwatched, _not_before),
    "discuss": (_there, _visited, _compared, _unwatched),
    "reject": (_visited, _not_green),
    "report": (_published,),
    "county": (_there, _unwatched, _fitting),
    "include": (_there, _unwatched, _not_before, _fitting),
    "propose": _HELPED_GUARDS,
    "removal_discuss": (_removal_visited,),
    "removal_report": (_published,),
    "removal_county": (_removal,),
    "remove": (_removal,),
}
"""Action → what is asked of what stands on record."""
TYPED: Mapping[str, tuple[Rule, ...]] = {
    "green": (_kind, _fitting, _risks, _sudden),
    "discuss": (_kind, _fitting, _risks, _counted, _passed),
    "county": (_kind, _risks),
    "include": (_kind, _risks),
    "reject": (_counted, _failed),
    "propose": _HELPED_TYPED,
    "propose_natural": (_natural,),
    "removal_discuss": (_counted, _passed),
}
"""Action → what is asked of what the form of the step brings as well."""
_THEN = {
    "begin": "立案", "green": "启用绿色通道", "discuss": "评议", "reject": "评议", "report": "上报乡镇",
    "county": "审定", "include": "公告纳入", "propose": "提出风险消除", "propose_natural": "提出自然消除",
    "removal_discuss": "评议", "removal_report": "上报乡镇", "removal_county": "审定", "remove": "公告风险消除",
}  # fmt: skip
