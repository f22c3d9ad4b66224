"""The way of a dividend plan, drawn: the states with who has them, the arrows on and back, where a plan stands."""

from collections.abc import Callable
from datetime import date

import pandas as pd

from components.drawing.markup import escape, link
from data.access.roles import ROLES
from data.dividends.region import PlanLine
from data.dividends.states import STATES, WAY
from data.money import exact

ORDER = ("draft", "published", "submitted", "approved", "filed")
"""The states of a plan that is never sent back."""
_DOES = {
    "draft": "村提方案",
    "published": "村里公示",
    "submitted": "镇级审核",
    "approved": "县级备案",
    "filed": "记入各户收支",
}
_ON = {"draft": "公示", "published": "期满报审", "submitted": "审核通过", "approved": "备案"}
_NEXT = {
    "draft": "分配加留存与收益一分不差后，由村里公示。",
    "published": "公示期满、没有异议后，由村里报镇审核；有异议可撤回修改。",
    "submitted": "由乡镇审核：通过后报县，不通过的写明原因退回村里，改后重新公示。",
    "approved": "由县级备案：备案时一次写入各户收支、项目带户和各级汇总；不符合的写明原因退回。",
    "filed": "已备案的方案不能再改；确需收回时，由村里提出冲销方案，走同样的程序。",
    "void": "已作废：所列收益已放开，可以列入别的方案。",
}


def way_markup(plan: PlanLine, reached: dict[str, str], today: date) -> str:
    """The machine with the plan in it. ``reached``: state → the day the plan came into it (ISO)."""
    place = ORDER.index(plan.state) if plan.state in ORDER else -1
    nodes = ""
    for number, state in enumerate(ORDER):
        style = "now" if number == place else "past" if number < place else "ahead"
        day = reached.get(state) if number <= place else None
        when = f"{day} 起" if day and number == place else day or ""
        role = ROLES[WAY.turn[state]] if state in WAY.turn else "完成"
        here = ' aria-current="step"' if number == place else ""
        on = f"<i>{escape(_ON[state])}</i>" if state in _ON else ""
        nodes += (
            f'<li class="{style}"{here}><b>{escape(STATES[state])}</b>'
            f"<span>{escape(_DOES[state])} · {escape(role)}</span>"
            f"<small>{escape(when)}</small>{on}</li>"
        )
    back = "、".join(
        dict.fromkeys(
            f"{STATES[one.before]}{'可由' + ROLES[one.role] + ('退回' if one.action == 'return' else '撤回')}"
            for one in WAY.transitions
            if one.before and one.action in ("return", "withdraw")
        )
    )
    void = ' class="now"' if plan.state == "void" else ""
    return (
        f'<section class="way"><ol aria-label="办理过程">{nodes}</ol>'
        f'<p class="back"><span>↩ 退回草拟，改后重新公示：{escape(back)}</span>'
        f"<span{void}>草拟 ⇢ 已作废</span><span>已备案 ⇢ 只能冲销（新方案，同样程序）</span></p>"
        f'<p class="turn" role="status">{_turn(plan, today)}</p></section>'
    )


def _turn(plan: PlanLine, today: date) -> str:
    role = WAY.turn.get(plan.state)
    told = escape(_NEXT[plan.state])
    if plan.reversed_by and plan.reversed_state == "filed":
        return "这个方案已被冲销，各户收支已扣回，所列收益可以重新分配。"
    if role is None:
        return told
    who = f"<b>现在由{escape(ROLES[role])}办理{'（等您办）' if plan.mine else ''}</b>"
    return f"{who} {deadline_markup(plan, today)} {told}"


def deadline_markup(plan: PlanLine, today: date, *, brief: bool = False) -> str:
    """Until when a plan should be through, or how late it is; empty where there is no deadline."""
    if plan.due is None:
        return ""
    day = f"{plan.due.month}月{plan.due.day}日"
    if plan.state == "published":
        if plan.due <= today:
            return f'<em class="ripe">公示期满{"" if brief else "，可报镇审核"}</em>'
        return f"<em>{day}期满</em>" if brief else f"<em>{day}起可报审</em>"
    if plan.late:
        days = (today - plan.due).days
        return f'<em class="late">{"" if brief else f"应于{day}前办完，"}超期 {days} 天</em>'
    return f"<em>{day}前</em>" if brief else f"<em>应于{day}前办完</em>"


def states_markup(counts: pd.DataFrame, chosen: str | None, url: Callable[[str | None], str]) -> str:
    """Plans of a region by state, each a link to those; ``counts`` as ``dividend_lists.summary`` gives them."""
    cells = ""
    for state in (*ORDER, "void"):
        row = counts.loc[state]
        late = f'<em class="late">超期 {row["late"]}</em>' if row["late"] else ""
        role = ROLES[WAY.turn[state]] if state in WAY.turn else ""
        inner = (
            f"<span>{escape(STATES[state])}</span><b>{row['plans']}</b>{late}"
            f"<small>{escape(role)}{' · ' if role else ''}收益 {escape(exact(int(row['received'])))} 元</small>"
        )
        style = "chosen" if state == chosen else ""
        cells += f"<li>{link(inner, url(None if state == chosen else state), style=style, data_stay='1')}</li>"
    return f'<ol class="plan-states" aria-label="按状态看">{cells}</ol>'


def sums_markup(received: int, distributed: int, kept: int, difference: int) -> str:
    """收益 = 分到户 + 留存, and what is missing to it (fen)."""
    if difference:
        last = f"还有 {exact(difference)} 元没有分完" if difference > 0 else f"多分了 {exact(-difference)} 元"
        style = "off"
    else:
        last, style = "一分不差", "even"
    return (
        f'<ul class="plan-balance {style}"><li><span>收益（元）</span><b>{exact(received)}</b></li>'
        f'<li class="sign">=</li><li><span>分到户</span><b>{exact(distributed)}</b></li><li class="sign">+</li>'
        f'<li><span>留存</span><b>{exact(kept)}</b></li><li class="verdict" role="status">{escape(last)}</li></ul>'
    )
