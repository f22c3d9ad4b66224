"""收支闭账: up to which month a county's books are closed, who has not reported the next one, and the county's word."""

import streamlit as st
from sqlalchemy import RowMapping

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.wording import moment
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.said import keep_said, show_said
from components.shell.screen import Screen
from components.shell.site import FIGURE
from data.access.actors import actor_name
from data.access.roles import ADMINISTER, SETTINGS
from data.errors import WarRoomError
from data.figures import books, cube
from data.figures import read as figures
from data.monitoring.sources import raise_all
from data.months import spoken
from data.store.engine import writing


def show_books(screen: Screen) -> None:
    """The state of the books of the county looked at, and for who decides the way to close or reopen them."""
    county = screen.region.code[: books.COUNTY]
    if not screen.viewer.may(ADMINISTER, SETTINGS) or len(county) < books.COUNTY or not screen.viewer.may_see(county):
        return
    decided = ask_uncached(screen, books.decisions, county)
    with screen.engine.connect() as connection:
        closed = books.closed_month(connection, county)
    if closed is None:
        return
    how = "由县里决定" if decided and decided[0]["until"] is not None else "由规则判断"
    show_markup(
        heading("收支闭账", f"闭账到{spoken(closed)}，{how}；以后的月份未满，不排名、不比较")
        + _late(screen, county, closed + 1)
    )
    show_said("books")
    with st.form("books", border=False):
        months = list(range(screen.status.last_month, screen.status.first_month - 1, -1))
        until = st.selectbox("闭账到", months, index=months.index(max(closed, months[-1])), format_func=spoken)
        reason = st.text_input("说明", max_chars=200, placeholder="例如：余户已逐户核实")
        with st.container(horizontal=True, gap="small"):
            close = st.form_submit_button("闭账到所选月份", type="primary")
            back = st.form_submit_button("仍由规则判断")
    if close or back:
        _decide(screen, county, None if back else until, reason)
        st.rerun()
    if decided:
        with screen.engine.connect() as connection:
            told = [_told(row, actor_name(connection, row["actor"])) for row in decided[:12]]
        rows = "".join(f"<li>{escape(one)}</li>" for one in told)
        show_markup(f'<ul class="calm">{rows}</ul>')


def _told(row: RowMapping, who: str) -> str:
    """A decision in words: when, who, what, why."""
    what = "仍由规则判断" if row["until"] is None else f"闭账到{spoken(row['until'])}"
    return "　".join(filter(None, (moment(row["at"]), who, what, row["reason"])))


def _late(screen: Screen, county: str, month: int) -> str:
    """Who has not reported the first open month, with the way to the list."""
    if month > screen.status.last_month:
        return ""
    figure = ask_uncached(screen, figures.figures, county, month, ("unreported_households",))["unreported_households"]
    url = screen.link(FIGURE, region=county, indicator="unreported_households", month=month)
    told = f"{spoken(month)}{figure.standing.open_words}，还有 {figure.value or 0:,.0f} 户没有报齐"
    return f'<p class="calm">{link(escape(told), url, style="underlined")}</p>'


def _decide(screen: Screen, county: str, until: int | None, reason: str) -> None:
    """Write it, and keep what came of it."""
    try:
        with writing(screen.engine) as connection:
            cube.hold(connection)
            books.decide_books(connection, screen.viewer, county, until, reason=reason, now=screen.now)
            cube.stamp(connection, screen.now, county)
        raise_all(screen.engine, screen.now)
    except WarRoomError as error:
        keep_said("books", f"没有保存。{error}", wrong=True)
    else:
        keep_said("books", "已交回规则判断。" if until is None else f"已闭账到{spoken(until)}。")
