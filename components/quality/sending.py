"""A rule's hits handed to the villages as tasks: whose each will be and by when is seen and set before it goes."""

import streamlit as st

from components.drawing.markup import escape, link
from components.matters.preview import show_preview
from components.quality.address import QualityChoice, quality_link
from components.shell.asking import ask_uncached
from components.shell.page import go_to, show_markup
from components.shell.said import say_refused
from components.shell.screen import Screen
from components.shell.site import PROBLEMS
from data.access.roles import APPROVE, MATTERS, WRITE
from data.calendars.workdays import calendar
from data.errors import WarRoomError
from data.quality import tasks
from data.quality.tasks import Proposed, task_name

_USUAL = 10  # working days


def may_send(screen: Screen) -> bool:
    """Whether the viewer hands out tasks: an office above villages."""
    return screen.viewer.may(WRITE, MATTERS) and screen.viewer.may(APPROVE, MATTERS)


def show_sending(screen: Screen, choice: QualityChoice) -> None:
    """The preview, a line for each village with hits, and the one step."""
    offered = ask_uncached(screen, tasks.proposed, choice.rule, screen.region.code, screen.today)
    back = link("‹ 返回名单", quality_link(screen, choice, send=False), style="underlined")
    show_markup(f"<p>{back}</p>")
    if not offered:
        show_markup('<p class="calm">没有待整改的村，不用派发。</p>')
        return
    _tell(offered)
    with screen.engine.connect() as connection:
        due = calendar(connection).add(screen.today, _USUAL)
    with st.form("quality_send", border=False, enter_to_submit=False):
        target = st.text_input(
            "要求", "逐条核对，确有错误的改正，没有错的申请豁免", max_chars=200, key=f"quality_target_{choice.rule}"
        )
        standing = [one.standing is not None for one in offered]
        wanted = show_preview(
            screen,
            [one.whose for one in offered],
            due,
            key=f"quality_lines_{choice.rule}",
            beside={
                "待整改": [f"{one.hits:,} 条" for one in offered],
                **({"说明": ["已有在办任务" if one else "" for one in standing]} if any(standing) else {}),
            },
            unticked=standing,
        )
        said = st.container()
        pressed = st.form_submit_button("派发任务", type="primary")
    if not pressed:
        return
    try:
        with st.spinner("正在派发…"):
            chosen = {place.region: (owner, deadline or "") for place, owner, deadline in wanted}
            codes = tasks.send(
                screen.engine, screen.viewer, choice.rule, screen.region.code, chosen, target=target, now=screen.now
            )
    except WarRoomError as error:
        with said:
            say_refused(error)
        return
    if len(codes) == 1:
        go_to(screen.link(PROBLEMS, kind="task", code=codes[0]))
    else:
        go_to(screen.link(PROBLEMS, kind="task", title=task_name(choice.rule), sort="begun"))


def _tell(offered: list[Proposed]) -> None:
    standing = sum(one.standing is not None for one in offered)
    parts = [
        f"{len(offered)} 个村共 {sum(one.hits for one in offered):,} 条，每村一项任务，要么全部派发，要么一项不派",
        f"{standing} 个村已有这项在办任务，没有勾选" if standing else "",
    ]
    show_markup(f'<p class="calm">{escape("；".join(filter(None, parts)))}。</p>')
