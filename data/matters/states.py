"""The ways of problems and tasks as data: who may do what, and what it comes to.

A step is asked of an office (village, township, county) or of a helper; ``data.matters.who`` asks besides whether it is
its owner's, or that of who checks it.
"""

from collections.abc import Iterable

from data.access import roles
from data.model import problem, problem_step, task, task_step
from data.workflow import Register, Transition, Way

OFFICES = ("village", "township", "county")
ABOVE = ("township", "county")
ALL = ("helper", *OFFICES)
OPEN = ("open", "returned")
"""States in which the owner's clock runs."""
WAITING = {"problem": "rectified", "task": "done"}
"""Record → its state that waits for a check."""
ENDED = ("closed", "accepted", "void")
PROBLEM_STATES = {
    "open": "待整改", "returned": "退回补正", "rectified": "待销号", "closed": "已销号", "void": "已作废",
}  # fmt: skip
TASK_STATES = {"open": "进行中", "returned": "退回返工", "done": "待验收", "accepted": "已完成", "void": "已撤回"}
_COMMON = {
    "begin": "接管原有记录", "import": "按导入更新", "urge": "催办", "assign": "改派", "ask": "申请延期",
    "grant": "同意延期", "deny": "不同意延期", "reopen": "重新打开", "log": "写进展",
}  # fmt: skip
PROBLEM_ACTIONS = {
    "raise": "登记问题", "rectify": "报整改", "return": "退回补正", "refuse": "不予销号", "close": "销号",
    "void": "作废", **_COMMON,
}  # fmt: skip
TASK_ACTIONS = {
    "raise": "派发任务", "progress": "报进度", "finish": "报完成", "return": "退回返工", "accept": "验收",
    "split": "分解", "void": "撤回", **_COMMON,
}  # fmt: skip
OWNERS = ("rectify", "progress", "finish", "ask", "log")
"""Actions of who answers for it."""
CHECKERS = ("return", "refuse", "close", "accept", "grant", "deny", "reopen")
"""Actions of the office above who answers for it."""


def _arrows(
    action: str,
    befores: Iterable[str | None],
    after: str | None,
    who: tuple[str, ...],
    *,
    reason: bool = False,
    other_than: str | None = None,
    right: str = roles.WRITE,
) -> tuple[Transition, ...]:
    """The same arrow for several roles from several states; ``after`` None: the state stays."""
    return tuple(
        Transition(action, before, after or before or "", role, reason, other_than, right)
        for before in befores
        for role in who
    )


def _common(waiting: str, ended: str) -> tuple[Transition, ...]:
    busy = (*OPEN, waiting)
    return (
        *_arrows("log", OPEN, None, ALL, reason=True),
        *_arrows("ask", OPEN, None, ALL, reason=True),
        *_arrows("grant", OPEN, None, ABOVE, right=roles.APPROVE),
        *_arrows("deny", OPEN, None, ABOVE, reason=True, right=roles.APPROVE),
        *_arrows("urge", busy, None, ABOVE, reason=True, right=roles.APPROVE),
        *_arrows("assign", OPEN, None, OFFICES),
        *_arrows("return", (waiting,), "returned", ABOVE, reason=True, right=roles.APPROVE),
        *_arrows("reopen", (ended,), "open", ABOVE, reason=True, right=roles.APPROVE),
        *_arrows("void", OPEN, "void", OFFICES, reason=True),
    )


PROBLEM_WAY = Way(
    name="问题",
    noun="问题",
    states=PROBLEM_STATES,
    actions=PROBLEM_ACTIONS,
    transitions=(
        *_arrows("raise", (None,), "open", ALL),
        *_arrows("rectify", OPEN, "rectified", ALL, reason=True),
        *_arrows("close", ("rectified",), "closed", ABOVE, other_than="rectify", right=roles.APPROVE),
        *_arrows("refuse", ("rectified",), "open", ABOVE, reason=True, other_than="rectify", right=roles.APPROVE),
        *_common("rectified", "closed"),
    ),
    turn={"open": "village", "returned": "village", "rectified": "township"},
    thing=roles.MATTERS,
)
TASK_WAY = Way(
    name="任务",
    noun="任务",
    states=TASK_STATES,
    actions=TASK_ACTIONS,
    transitions=(
        *_arrows("raise", (None,), "open", OFFICES),
        *_arrows("progress", OPEN, None, ALL),
        *_arrows("finish", OPEN, "done", ALL, reason=True),
        *_arrows("split", OPEN, None, OFFICES),
        *_arrows("accept", ("done",), "accepted", ABOVE, other_than="finish", right=roles.APPROVE),
        *_common("done", "accepted"),
    ),
    turn={"open": "village", "returned": "village", "done": "township"},
    thing=roles.MATTERS,
)
PROBLEMS: Register[str] = Register(
    PROBLEM_WAY, problem, problem_step, key="problem", region="region", id="code", own=True
)
TASKS: Register[str] = Register(TASK_WAY, task, task_step, key="task", region="village", id="code", own=True)
REGISTERS = {"problem": PROBLEMS, "task": TASKS}
"""Record → the things of its way."""
