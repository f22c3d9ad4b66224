"""The board: how many at which step, late where and with whom, by region, by month, what clues come to, five risk
points, what help lacks."""

from collections.abc import Mapping

import streamlit as st

from components.drawing.markup import link, picture
from components.drawing.panels import heading
from components.drawing.svg_map import region_map
from components.drawing.theme import palette
from components.drawing.tiles import tiles_markup
from components.monitoring import board_markup as view
from components.monitoring.address import view_link
from components.shell.asking import ask
from components.shell.empty import nothing
from components.shell.indicator_tiles import indicator_tiles
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP
from data.access.roles import FIGURES, READ
from data.monitoring import board, listing
from data.regions.ground import can_be_drawn
from data.regions.lands import lands
from data.terms import LEVELS
from data.text.official import official

HEADLINES = (
    "monitored_households", "monitored_persons", "cases_opening", "cases_removing", "newly_monitored_households",
    "cleared_households", "clues_waiting", "plans_overdue",
)  # fmt: skip
_LATE = 5  # classes of the map
_WIDE, _HIGH, _TEXT = 440, 340, 14


def show_board(screen: Screen, counts: Mapping[str, int]) -> None:
    """Draw it; ``counts``: of the cases by group."""
    here, today = screen.region.code, screen.today
    steps = ask(screen, board.at_steps, here, today)
    if not counts["all"]:
        nothing(
            "还没有监测程序",
            official("这个区划没有立过案，也没有登记过监测对象。"),
            "在户档案按“报线索”，或在这里的“线索”登记热线、来信和部门转来的情况，核查后立案",
            "在数据模板的“监测”“监测步骤”表中填报后导入",
        )
    if screen.viewer.may(READ, FIGURES) and not screen.viewer.sees_own_only:
        colours = palette(screen.dark)
        tiles = tiles_markup(indicator_tiles(screen, HEADLINES), line=colours.series, end=colours.accent)
        show_markup(f'<div class="monitoring-tiles">{tiles}</div>')
    show_markup(
        heading("办到哪一步、哪里超期", f"{screen.region.name} · 截至 {today} · 点一步看是哪些户")
        + view.steps_markup(steps, lambda state: view_link(screen, "cases", state=state))
    )
    _show_help(screen, counts)
    if not screen.viewer.sees_own_only:
        _show_regions(screen)
        _show_sources(screen)
        _show_months(screen)


def _show_help(screen: Screen, counts: Mapping[str, int]) -> None:
    here, today = screen.region.code, screen.today
    watched = counts["watched"] + counts["removing"] + counts["green"]
    left, right = st.columns([58, 42], gap="medium")
    with left:
        points = ask(screen, board.risk_points, here, today)
        show_markup(
            heading("五个风险点", f"{screen.region.name} · 监测帮扶中的 {watched:,} 户 · 户")
            + view.points_markup(points, watched)
        )
    with right:
        gaps = ask(screen, board.gaps, here, today)
        urls = {
            "items": view_link(screen, "plans", group="late"), "papers": view_link(screen, "cases", group="green"),
        }  # fmt: skip
        plans = ask(screen, listing.item_counts, here, today=today)
        stand = plans["all"] - plans["dropped"]
        told = f"{screen.region.name} · 截至 {today}" + f" · 帮扶计划已落实 {plans['done']:,} / {stand:,} 项" * bool(
            stand
        )
        show_markup(heading("帮扶缺什么", told) + view.gaps_markup(gaps, urls))
        if (reference := ask(screen, board.reference_income, here, today)) is not None:
            show_markup(view.reference_markup(reference))


def _show_regions(screen: Screen) -> None:
    if screen.region.is_village:
        return
    below = next(level for level in (6, 9, 12, 99) if level > len(screen.region.code))
    noun = LEVELS[below]
    rows = ask(screen, board.by_region, screen.region.code, below=below, today=screen.today)
    if rows.empty:
        return
    on_map = screen.link(BATTLE_MAP, indicator="monitored_households")
    more = f'<span class="more">{link("在地图上看", on_map, style="underlined")}</span>'
    show_markup(
        heading(view.late_where(rows, noun), f"{screen.region.name} · 各{noun} · 户，超期多的在前", more=more)
        + '<div class="case-regions">'
        + _map(screen, dict(zip(rows["code"], rows["late"], strict=True)))
        + view.regions_markup(
            rows, lambda code: view_link(screen, "board", region=code), noun=noun, own=screen.region.code
        )
        + "</div>"
    )


def _map(screen: Screen, late: Mapping[str, int]) -> str:
    """Where cases are late, each region by how many; '' where there is no ground, or nothing is late."""
    if not any(late.values()) or not ask(screen, can_be_drawn, screen.region.code):
        return ""
    with screen.engine.connect() as connection:
        ground = lands(connection, screen.region.code, across=_WIDE)
    colours, most = palette(screen.dark), max(late.values())
    steps = colours.sequential
    fills: dict[str, str | None] = {
        code: steps[-(-count * _LATE // most) - 1] if count else colours.land for code, count in late.items()
    }
    told = {code: f"超期 {count}" for code, count in late.items() if count}
    drawn = region_map(
        ground, width=_WIDE, height=_HIGH, text=_TEXT, colours=colours, fills=fills, told=told, sea=False
    )  # fmt: skip
    return picture(drawn.svg, "超期的监测程序在哪里，内容同下表", style="case-map")


def _show_sources(screen: Screen) -> None:
    rows = ask(screen, board.yield_by_source, screen.region.code, screen.today)
    clues, included = int(rows["clues"].sum()), int(rows["included"].sum())
    title = f"{clues:,} 条线索，纳入监测 {included:,} 户" if clues else "12 个月没有线索"
    show_markup(
        heading(title, f"{screen.region.name} · 近 12 个月登记的线索 · 条，纳入率为纳入监测的线索 ÷ 全部线索")
        + view.sources_markup(rows, lambda source: view_link(screen, "cases", source=source))
    )


def _show_months(screen: Screen) -> None:
    rows = ask(screen, board.by_month, screen.region.code, screen.today)
    came, went = int(rows["came"].sum()), int(rows["went"].sum())
    show_markup(
        heading(f"12 个月纳入 {came:,} 户，消除 {went:,} 户", f"{screen.region.name} · 各月 · 线索为条，其余为户")
        + view.months_markup(rows)
    )
