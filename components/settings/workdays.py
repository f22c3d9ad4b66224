"""放假和调休: a year's notice, by which every deadline in working days goes."""

from datetime import date

import streamlit as st

from components.drawing.panels import heading
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.said import keep_said, show_said
from components.shell.screen import Screen
from data.access.roles import ADMINISTER, SETTINGS
from data.calendars.workdays import REST, WORK, Notice, calendar, notices, take_notice
from data.errors import WarRoomError
from data.figures import cube
from data.store.engine import writing


def show_workdays(screen: Screen) -> None:
    """The notice of this year or the next, for who decides for the county."""
    if not screen.viewer.may(ADMINISTER, SETTINGS):
        return
    with screen.engine.connect() as connection:
        days = calendar(connection)
    years = [screen.today.year, screen.today.year + 1]
    known = "、".join(f"{year}年{'已有' if days.known(year) else '尚未录入，按周一至周五计'}" for year in years)
    show_markup(heading("放假和调休", f"整改、核查、升级的工作日按它推算。{known}"))
    show_said("workdays")
    year = st.segmented_control("年份", years, default=years[-1], required=True, format_func="{}年".format)
    held = ask_uncached(screen, notices, year)
    with st.form(f"workdays_{year}", border=False):
        text = st.text_area(
            "按国务院办公厅的通知逐行填写，每行一天或一段",
            _written(held),
            height=180,
            placeholder=f"{year}-01-01 至 {year}-01-03 {REST} 元旦\n{year}-01-04 {WORK}",
        )
        saved = st.form_submit_button("保存放假安排", type="primary")
    if saved:
        _save(screen, year, text)
        st.rerun()


def _written(held: list[Notice]) -> str:
    """A notice as it is typed, stretches of one name in one line."""
    lines: list[tuple[date, date, bool, str]] = []
    for one in held:
        last = lines[-1] if lines else None
        if last and last[2:] == (one.working, one.name) and (one.day - last[1]).days == 1:
            lines[-1] = (last[0], one.day, one.working, one.name)
        else:
            lines.append((one.day, one.day, one.working, one.name))
    return "\n".join(
        f"{first}{'' if first == last else f' 至 {last}'} {WORK if working else REST} {name}".rstrip()
        for first, last, working, name in lines
    )


def _save(screen: Screen, year: int, text: str) -> None:
    """Write it, and keep what came of it."""
    try:
        with writing(screen.engine) as connection:
            cube.hold(connection)
            days = take_notice(connection, screen.viewer, year, text, now=screen.now)
            cube.stamp(connection, screen.now)
    except WarRoomError as error:
        keep_said("workdays", f"没有保存。{error}", wrong=True)
    else:
        keep_said("workdays", f"已保存{year}年放假安排，{days} 天。")
