"""提出方案: which months, what came in that no plan takes yet, and the draft that is made of it."""

import pandas as pd
import streamlit as st

from components.drawing.markup import link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.shell.asking import ask_uncached
from components.shell.errors import problem
from components.shell.header import write_address
from components.shell.page import go_to, show_markup
from components.shell.screen import Screen
from components.shell.site import DIVIDENDS
from data.dividends.content import returns, usual_months
from data.dividends.drafts import create
from data.dividends.states import WAY
from data.errors import NotFound, WarRoomError
from data.money import exact
from data.months import label, month_of, spoken

_BACK = 24  # months that a plan may reach back
_COLUMNS = (
    TableColumn("name", "项目"),
    TableColumn("when", "月份"),
    TableColumn("received", "实收（元）", "fen"),
    TableColumn("taken", "已列入方案（元）", "fen"),
    TableColumn("behind", "本村带动户／全部"),
    TableColumn("suggested", "建议列入（元）", "fen"),
)


def may_propose(screen: Screen) -> bool:
    """Whether the viewer is the cadre of the village on the screen."""
    return bool(WAY.allowed(screen.viewer, screen.region.code, None))


def show_new(screen: Screen) -> None:
    """Draw the page for the village's own cadre; who is not has ``may_propose`` False."""
    months = list(range(screen.status.last_month - _BACK + 1, screen.status.last_month + 1))
    usual = usual_months(screen.status.last_month)
    first, last = (_month(name, months, one) for name, one in zip(("first", "last"), usual, strict=True))
    if first > last:
        problem("起始月份应不晚于截止月份，已显示通常的月份。")
        first, last = usual
    offered = ask_uncached(screen, returns, screen.region.code, first, last)
    total = sum(one.suggested for one in offered)
    others = f'<span class="more">{link("全部方案", screen.link(DIVIDENDS), style="underlined")}</span>'
    span = f"{screen.region.name} · {spoken(first)}至{spoken(last)}到账、还没有列入方案的"
    show_markup(heading(f"可分配收益 {exact(total)} 元", span, level=1, more=others))
    with st.container(key="plan_new", horizontal=True, vertical_alignment="bottom", gap="small"):
        _picker("收益起始月", "first", months, first)
        _picker("收益截止月", "last", months, last)
        pressed = st.button("起草方案", type="primary", key="plan_create", disabled=not total)
    if pressed:
        _create(screen, first, last)
    if not offered:
        show_markup('<p class="calm">这些月份没有到账的收益。换月份，或先在数据模板的“项目收益”表中补报后导入。</p>')
        return
    rows = pd.DataFrame(
        [
            (
                one.name,
                spoken(one.month),
                one.received / 100,
                one.taken / 100,
                f"{one.mine}／{one.everybody}",
                one.suggested / 100,
            )
            for one in offered
        ],
        columns=[column.id for column in _COLUMNS],
    )
    show_markup(table_markup(rows, _COLUMNS, caption="可分配的收益", look=TableLook(cards=True, whole=True)))
    show_markup(
        '<p class="calm">村级项目建议全额列入；镇县项目按本村带动户数占全部带动户数的比例建议，起草后可以改。</p>'
    )


def _create(screen: Screen, first: int, last: int) -> None:
    try:
        made = create(screen.engine, screen.viewer, screen.region.code, first, last, at=screen.now)
    except WarRoomError as error:
        problem(str(error))
    else:
        go_to(screen.link(DIVIDENDS, plan=made))


def _picker(title: str, name: str, months: list[int], chosen: int) -> None:
    st.session_state[f"plan_new_{name}"] = chosen
    st.selectbox(
        title,
        months,
        format_func=spoken,
        key=f"plan_new_{name}",
        width=150,
        on_change=lambda: write_address(**{name: label(st.session_state[f"plan_new_{name}"])}),
    )


def _month(name: str, months: list[int], usual: int) -> int:
    """The month that the address names, looked up; nonsense is said and replaced."""
    asked = st.query_params.get(name)
    if asked is None:
        return usual
    try:
        if (month := month_of(asked)) in months and asked == label(month):
            return month
    except NotFound:
        pass
    problem(f"月份“{asked[:10]}”不能选，已显示{spoken(usual)}。")
    return usual
