"""A rule's hits handed to the villages as tasks: whose each will be is seen before it goes, by when is set."""

from datetime import date

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.quality.address import QualityChoice, quality_link
from components.shell.asking import ask_uncached
from components.shell.page import go_to, show_markup
from components.shell.screen import Screen
from components.shell.site import PROBLEMS
from data.access.roles import APPROVE, MATTERS, WRITE
from data.calendars.workdays import calendar
from data.duties.leaders import VACANT
from data.errors import WarRoomError
from data.quality import tasks
from data.quality.tasks import Proposed, task_name

_USUAL = 10  # working days
_LINE = 35  # px of a line


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
        chosen = _preview(screen, offered, due, key=f"quality_lines_{choice.rule}_{len(offered)}")
        said = st.container()
        pressed = st.form_submit_button("派发任务", type="primary")
    if not pressed:
        return
    try:
        with st.spinner("正在派发…"):
            codes = tasks.send(
                screen.engine, screen.viewer, choice.rule, screen.region.code, chosen, target=target, now=screen.now
            )
    except WarRoomError as error:
        with said:
            show_markup(f'<p class="problem" role="alert">{escape(error)}</p>')
        return
    if len(codes) == 1:
        go_to(screen.link(PROBLEMS, kind="task", code=codes[0]))
    else:
        go_to(screen.link(PROBLEMS, kind="task", title=task_name(choice.rule), sort="begun"))


def _tell(offered: list[Proposed]) -> None:
    standing = sum(one.standing is not None for one in offered)
    vacant = sum(one.owner is None for one in offered)
    parts = [
        f"{len(offered)} 个村共 {sum(one.hits for one in offered):,} 条，每村一项任务，要么全部派发，要么一项不派",
        f"{standing} 个村已有这项在办任务，没有勾选" if standing else "",
        f"{vacant} 个村{VACANT}，派发后列入未明确责任人的清单" if vacant else "",
    ]
    show_markup(f'<p class="calm">{escape("；".join(filter(None, parts)))}。</p>')


def _preview(screen: Screen, offered: list[Proposed], due: date, *, key: str) -> dict[str, date]:
    """The villages that are ticked, with their deadlines."""
    frame = pd.DataFrame(
        [
            (
                one.standing is None,
                one.name,
                one.hits,
                f"{one.called}（{one.why}）" if one.called else VACANT,
                due,
                "已有在办任务" if one.standing else "",
            )
            for one in offered
        ],
        columns=["派发", "村", "待整改", "责任人", "期限", "说明"],
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        height=_LINE * (min(len(frame), 20) + 1) + 3,
        num_rows="fixed",
        disabled=["村", "待整改", "责任人", "说明"],
        column_config={
            "派发": st.column_config.CheckboxColumn("派发", width="small"),
            "待整改": st.column_config.NumberColumn("待整改", format="%d 条"),
            "期限": st.column_config.DateColumn("期限", min_value=screen.today, format="YYYY-MM-DD", required=True),
        },
    )
    return {
        one.region: pd.Timestamp(row.期限).date()
        for one, row in zip(offered, edited.itertuples(index=False), strict=True)
        if row.派发
    }
