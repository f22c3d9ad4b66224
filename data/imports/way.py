"""The way of what somebody hands in, from the file to what it wrote and back: who may do what, and what it comes to.

A person takes a step; where it asks for work (``WORK``), a process of its own does it afterwards and writes down how
it ended (``data.imports.running``).
"""

from data.access import roles
from data.model import import_job, import_job_step
from data.workflow import Register, Transition, Way

DRAFT, SUBMITTED, ORDERED, WRITTEN, UNDOING = "draft", "submitted", "ordered", "written", "undoing"
UNDONE, WITHDRAWN = "undone", "withdrawn"
STATES = {
    DRAFT: "待核对",
    SUBMITTED: "待乡镇审核",
    ORDERED: "正在写入",
    WRITTEN: "已写入",
    UNDOING: "正在撤回",
    UNDONE: "已撤回",
    WITHDRAWN: "已作废",
}
ENDED = (WRITTEN, UNDONE, WITHDRAWN)
CHECK, WRITE, PLAN, UNDO = "check", "write", "plan", "undo"
WORK = {"hand_in": CHECK, "answer": CHECK, "write": WRITE, "plan": PLAN, "undo": UNDO}
"""Step → the work that it asks for."""
_HANDS_IN = ("village", "township", "county", "admin")
_WRITES = ("township", "county", "admin")


def _arrows(
    action: str, before: str | None, after: str, who: tuple[str, ...], *, reason: bool = False
) -> tuple[Transition, ...]:
    return tuple(Transition(action, before, after, role, reason, None, roles.IMPORT) for role in who)


WAY = Way(
    name="导入",
    noun="导入",
    states=STATES,
    actions={
        "hand_in": "递交文件",
        "answer": "补充说明后重新校验",
        "submit": "报乡镇审核",
        "return": "退回修改",
        "write": "写入",
        "wrote": "写入完成",
        "stopped": "没有写入",
        "plan": "试算撤回",
        "undo": "撤回",
        "undid": "撤回完成",
        "kept": "没有撤回",
        "withdraw": "作废",
    },
    transitions=(
        *_arrows("hand_in", None, DRAFT, _HANDS_IN),
        *_arrows("answer", DRAFT, DRAFT, _HANDS_IN),
        *_arrows("submit", DRAFT, SUBMITTED, ("village",)),
        *_arrows("return", SUBMITTED, DRAFT, _WRITES, reason=True),
        *_arrows("write", DRAFT, ORDERED, _WRITES),
        *_arrows("write", SUBMITTED, ORDERED, _WRITES),
        *_arrows("wrote", ORDERED, WRITTEN, _WRITES),
        *_arrows("stopped", ORDERED, DRAFT, _WRITES),
        *_arrows("plan", WRITTEN, WRITTEN, _WRITES),
        *_arrows("undo", WRITTEN, UNDOING, _WRITES),
        *_arrows("undid", UNDOING, UNDONE, _WRITES),
        *_arrows("kept", UNDOING, WRITTEN, _WRITES),
        *_arrows("withdraw", DRAFT, WITHDRAWN, _HANDS_IN),
    ),
    turn={DRAFT: "village", SUBMITTED: "township"},
    thing=roles.RECORDS,
)
REGISTER: Register[int] = Register(WAY, import_job, import_job_step, key="job", region="region")
