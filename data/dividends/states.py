"""The way of a dividend plan 村提方案 → 镇级审核 → 县级备案 as data: who may do what, and what it comes to."""

from dataclasses import dataclass

from data.access.viewer import ROLES, Viewer
from data.errors import OutOfScope, Refused

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
TURN = {"draft": "village", "published": "village", "submitted": "township", "approved": "county"}
"""State → the role whose turn it is."""
DEADLINES = {"submitted": "township_days", "approved": "county_days"}
"""State → the setting that says in how many days it should be over."""
_LEVELS = {"village": (12,), "township": (9,), "county": (0, 2, 4, 6)}
"""Role → the lengths of region codes under which it is the one that decides."""


@dataclass(frozen=True)
class Transition:
    """One arrow: ``reason`` whether one must be given."""

    action: str
    before: str
    after: str
    role: str
    reason: bool = False


TRANSITIONS = (
    Transition("edit", "draft", "draft", "village"),
    Transition("publish", "draft", "published", "village"),
    Transition("void", "draft", "void", "village", reason=True),
    Transition("submit", "published", "submitted", "village"),
    Transition("withdraw", "published", "draft", "village"),
    Transition("withdraw", "submitted", "draft", "village"),
    Transition("approve", "submitted", "approved", "township"),
    Transition("return", "submitted", "draft", "township", reason=True),
    Transition("file", "approved", "filed", "county"),
    Transition("return", "approved", "draft", "county", reason=True),
    Transition("reverse", "filed", "filed", "village", reason=True),
)
_BY_KEY = {(one.action, one.before): one for one in TRANSITIONS}


def decides(viewer: Viewer, role: str, village: str) -> bool:
    """Whether the viewer is the village, township or county, as ``role`` says, that a plan of this village lies in."""
    return viewer.role == role and len(viewer.region) in _LEVELS[role] and viewer.may_see(village)


def allowed(viewer: Viewer, village: str, state: str) -> list[Transition]:
    """What the viewer may do to a plan of this village in this state, in the order of the way."""
    return [one for one in TRANSITIONS if one.before == state and decides(viewer, one.role, village)]


def transition(viewer: Viewer, village: str, state: str, action: str) -> Transition:
    """The arrow that this action takes from this state.

    Raises OutOfScope for a village that is not the viewer's, Refused where the action is not possible now or is
    another role's.
    """
    if not viewer.may_see(village):
        raise OutOfScope("这个分配方案")
    found = _BY_KEY.get((action, state))
    if found is None:
        able = "、".join(dict.fromkeys(STATES[one.before] for one in TRANSITIONS if one.action == action))
        raise Refused(
            f"方案现在是“{STATES[state]}”，不能{ACTIONS.get(action, '这样做')}"
            + (f"；只有“{able}”的方案可以。" if able else "。")
        )
    if not decides(viewer, found.role, village):
        raise Refused(f"“{ACTIONS[action]}”由{ROLES[found.role]}办理，您现在的身份是{ROLES.get(viewer.role, '访客')}。")
    return found
