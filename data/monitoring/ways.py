"""The ways of clues, cases, planned measures and exits as data: who may do what, from which state,
and what it comes to.

What the law asks besides (clocks, votes, what must stand first) is ``data.monitoring.law``'s.
"""

from collections.abc import Iterable

from data.access import roles
from data.model import (
    case_step,
    clue,
    clue_step,
    exit_review,
    exit_review_step,
    monitoring_case,
    plan_item,
    plan_item_step,
)
from data.terms import CASE_STATES
from data.workbook.steps import STEPS
from data.workflow import Register, Transition, Way

ARCHIVED = "监测材料"
"""What papers of clues and cases are in a household's archive."""
_ALL = ("helper", "village", "township", "county")
_OFFICES = ("village", "township", "county")
_ABOVE = ("township", "county")
_VILLAGE, _TOWNSHIP, _COUNTY = ("village",), ("township",), ("county",)
_REPORTED = ("removal_report", "propose_natural")


def _arrows(
    action: str,
    befores: Iterable[str | None],
    after: str | None,
    who: tuple[str, ...],
    *,
    reason: bool = False,
    other_than: str | tuple[str, ...] | None = None,
) -> tuple[Transition, ...]:
    """The same arrow for several roles from several states; ``after`` None: the state stays. What is only for offices
    above a village is an approval."""
    right = roles.APPROVE if not {"helper", "village"} & set(who) else roles.WRITE
    return tuple(
        Transition(action, before, after or before or "", role, reason, other_than, right)
        for before in befores
        for role in who
    )


CLUE_WAY = Way(
    name="监测线索",
    noun="线索",
    states={"held": "待转村", "open": "待核查答复", "case": "已立案", "joined": "并入在办", "none": "不立案"},
    actions={
        "tell": "登记线索", "take": "接到线索", "pass": "转村核查", "found": "立案", "join": "并入在办监测",
        "dismiss": "不立案", "reopen": "重新核查",
    },
    transitions=(
        *_arrows("tell", (None,), "open", _ALL),
        *_arrows("take", (None,), "held", _ABOVE),
        *_arrows("pass", ("held",), "open", _ABOVE),
        *_arrows("found", ("open",), "case", _OFFICES),
        *_arrows("join", ("open", "held"), "joined", _OFFICES),
        *_arrows("dismiss", ("open",), "none", _OFFICES, reason=True),
        *_arrows("reopen", ("none",), "open", _ABOVE, reason=True),
    ),
    turn={"held": "township", "open": "village"},
    thing=roles.MONITORING,
)  # fmt: skip

IN = ("checking", "returned")
"""States in which a case is looked into before it comes to anything."""
OUT = ("removal", "removal_returned")
"""The same of a removal that is proposed."""
WATCHED = (
    "watched",
    *OUT,
    "removal_discussed",
    "removal_public",
    "removal_reported",
    "removal_county",
    "removal_decided",
)
"""States in which the household is watched: its episode is open."""
BEFORE = (*IN, "discussed", "public", "reported", "county", "decided")
"""States in which nothing is decided yet: its episode is not open, but by the green way."""
ENDED = ("removed", "refused", "void")
WATCHED_SQL = f"(c.state IN {WATCHED} OR c.green IS NOT NULL AND c.state IN {BEFORE})"
"""Whether the household of case ``c`` is watched by it: by the green way before anything is decided too."""
CASE_WAY = Way(
    name="监测对象程序",
    noun="程序",
    states=CASE_STATES,
    actions={**STEPS, "land": "接续原有程序"},
    transitions=(
        *_arrows("begin", (None,), "checking", _OFFICES),
        *_arrows("visit", IN, None, ("helper", "village")),
        *_arrows("compare", IN, None, _ABOVE),
        *_arrows("green", (*IN, "discussed", "public", "reported", "county"), None, _ABOVE, reason=True),
        *_arrows("discuss", IN, "discussed", _VILLAGE),
        *_arrows("reject", IN, "refused", _VILLAGE, reason=True),
        *_arrows("publish", ("discussed",), "public", _VILLAGE),
        *_arrows("object", ("public",), "returned", _VILLAGE, reason=True),
        *_arrows("report", ("public",), "reported", _VILLAGE),
        *_arrows("township", ("reported",), "county", _TOWNSHIP, other_than="report"),
        *_arrows("county", ("county",), "decided", _COUNTY, other_than="township"),
        *_arrows("include", ("decided",), "watched", _ABOVE),
        *_arrows("return", ("reported",), "returned", _TOWNSHIP, reason=True),
        *_arrows("return", ("county",), "returned", _COUNTY, reason=True),
        *_arrows("refuse", ("reported",), "refused", _TOWNSHIP, reason=True),
        *_arrows("refuse", ("county",), "refused", _COUNTY, reason=True),
        *_arrows("propose", ("watched",), "removal", _VILLAGE),
        *_arrows("propose_natural", ("watched", "removal_returned"), "removal_reported", _VILLAGE, reason=True),
        *_arrows("removal_visit", OUT, None, ("helper", "village")),
        *_arrows("removal_discuss", OUT, "removal_discussed", _VILLAGE),
        *_arrows("removal_publish", ("removal_discussed",), "removal_public", _VILLAGE),
        *_arrows("removal_report", ("removal_public",), "removal_reported", _VILLAGE),
        *_arrows("removal_township", ("removal_reported",), "removal_county", _TOWNSHIP, other_than=_REPORTED),
        *_arrows("removal_county", ("removal_county",), "removal_decided", _COUNTY, other_than="removal_township"),
        *_arrows("remove", ("removal_decided",), "removed", _ABOVE),
        *_arrows("removal_return", ("removal_reported",), "removal_returned", _TOWNSHIP, reason=True),
        *_arrows("removal_return", ("removal_county",), "removal_returned", _COUNTY, reason=True),
        *_arrows("keep", (*OUT, "removal_discussed", "removal_public"), "watched", _VILLAGE, reason=True),
        *_arrows("keep", ("removal_reported",), "watched", _TOWNSHIP, reason=True),
        *_arrows("keep", ("removal_county",), "watched", _COUNTY, reason=True),
        *_arrows("void", (*IN, "discussed", "public", "reported", "county", "decided"), "void", _COUNTY, reason=True),
    ),
    turn={
        **dict.fromkeys(("checking", "returned", "discussed", "public"), "village"), "reported": "township",
        "county": "county", "decided": "county", **dict.fromkeys((*OUT, "removal_discussed", "removal_public"),
        "village"),
        "removal_reported": "township", "removal_county": "county", "removal_decided": "county",
    },
    thing=roles.MONITORING,
)  # fmt: skip


def turn_of(state: str, action: str | None = None) -> str:
    """The role whose turn it is in a state of a case, '' nobody's: of who may take the ``action`` that is due where the
    state's own may not."""
    turn = CASE_WAY.turn.get(state, "")
    may = [one.role for one in CASE_WAY.transitions if (one.before, one.action) == (state, action)]
    return turn if turn in may or not may else may[0]


PLAN_WAY = Way(
    name="帮扶计划措施",
    noun="措施",
    states={"planned": "待落实", "doing": "进行中", "done": "已落实", "dropped": "已取消"},
    actions={"plan": "列入计划", "progress": "写进展", "carry_out": "落实", "change": "调整", "drop": "取消",
    "resume": "恢复"},
    transitions=(
        *_arrows("plan", (None,), "planned", _OFFICES),
        *_arrows("progress", ("planned", "doing"), "doing", _ALL, reason=True),
        *_arrows("carry_out", ("planned", "doing"), "done", _ALL),
        *_arrows("change", ("planned", "doing"), None, _OFFICES),
        *_arrows("drop", ("planned", "doing"), "dropped", _OFFICES, reason=True),
        *_arrows("resume", ("dropped", "done"), "doing", _OFFICES, reason=True),
    ),
    turn={"planned": "village", "doing": "village"},
    thing=roles.MONITORING,
)  # fmt: skip

EXIT_WAY = Way(
    name="有序退出评估",
    noun="评估",
    states={"reported": "待乡镇审核", "county": "待县级审定", "returned": "退回补正", "decided": "已审定",
    "void": "已撤销"},
    actions={
        "propose": "提出评估", "amend": "补正重报", "township": "乡镇审核", "county": "县级审定", "return": "退回补正",
        "void": "撤销",
    },
    transitions=(
        *_arrows("propose", (None,), "reported", _VILLAGE, reason=True),
        *_arrows("amend", ("returned",), "reported", _VILLAGE, reason=True),
        *_arrows("township", ("reported",), "county", _TOWNSHIP, other_than=("propose", "amend")),
        *_arrows("county", ("county",), "decided", _COUNTY, other_than="township"),
        *_arrows("return", ("reported",), "returned", _TOWNSHIP, reason=True),
        *_arrows("return", ("county",), "returned", _COUNTY, reason=True),
        *_arrows("void", ("reported", "county", "returned"), "void", _OFFICES, reason=True),
    ),
    turn={"reported": "township", "county": "county", "returned": "village"},
    thing=roles.MONITORING,
)  # fmt: skip

CLUES: Register[int] = Register(CLUE_WAY, clue, clue_step, key="clue", region="village", own=True)
CASES: Register[int] = Register(CASE_WAY, monitoring_case, case_step, key="case_id", region="village", own=True)
ITEMS: Register[int] = Register(PLAN_WAY, plan_item, plan_item_step, key="item", region="village", own=True)
EXITS: Register[int] = Register(EXIT_WAY, exit_review, exit_review_step, key="review", region="village")
