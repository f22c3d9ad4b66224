"""The way of a dividend plan 村提方案 → 镇级审核 → 县级备案 as data: who may do what, and what it comes to."""

from data.access import roles
from data.model import dividend_plan, dividend_step
from data.workflow import Register, Transition, Way

STATES = {
    "draft": "草拟",
    "published": "公示中",
    "submitted": "待镇审",
    "approved": "待县备",
    "filed": "已备案",
    "void": "已作废",
}
ACTIONS = {
    "create": "提出方案",
    "edit": "修改",
    "publish": "公示",
    "submit": "报镇审核",
    "approve": "审核通过",
    "file": "备案并记账",
    "return": "退回村里",
    "withdraw": "撤回修改",
    "void": "作废",
    "reverse": "冲销",
}
"""What can be done to a plan → how its button and its line in the log are called."""
WAY = Way(
    name="分配方案",
    noun="方案",
    states=STATES,
    actions=ACTIONS,
    transitions=(
        Transition("create", None, "draft", "village"),
        Transition("edit", "draft", "draft", "village"),
        Transition("publish", "draft", "published", "village"),
        Transition("void", "draft", "void", "village", reason=True),
        Transition("submit", "published", "submitted", "village"),
        Transition("withdraw", "published", "draft", "village"),
        Transition("withdraw", "submitted", "draft", "village"),
        Transition("approve", "submitted", "approved", "township", right=roles.APPROVE),
        Transition("return", "submitted", "draft", "township", reason=True, right=roles.APPROVE),
        Transition("file", "approved", "filed", "county", right=roles.APPROVE),
        Transition("return", "approved", "draft", "county", reason=True, right=roles.APPROVE),
        Transition("reverse", "filed", "filed", "village", reason=True),
    ),
    turn={"draft": "village", "published": "village", "submitted": "township", "approved": "county"},
    thing=roles.PLANS,
    deadlines={"submitted": "township_days", "approved": "county_days"},
)
PLANS: Register[int] = Register(WAY, dividend_plan, dividend_step, key="plan", region="village")
