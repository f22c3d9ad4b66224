"""帮扶队伍: by team with its sum, then by helper, unit or village, filtered and sorted."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.markup import escape, link, phone_link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.duty.address import DutyChoice, duty_link, person_link
from components.duty.markup import alarm_count
from components.shell.asking import ask, ask_uncached
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Change, Screen
from components.shell.site import FIGURE
from components.shell.take_away import take_away
from data.access.roles import DUTIES, EXPORT
from data.duties import teams
from data.duties.teams import BY, NO_FILTERS, PAGE, TeamFilters
from data.figures.indicators import INDICATORS
from data.figures.read import figures
from data.paper.spreadsheet import ListColumn
from data.terms import TEAMS

TILES = (
    "helpers", "helping_units", "helping_branches", "team_villages", "doctored_persons", "taught_pupils",
    "visit_coverage",
)  # fmt: skip
MOST_ROWS = 50_000
_COUNTS = (
    TableColumn("villages", "村", "integer"), TableColumn("homes", "结对户", "integer"),
    TableColumn("persons", "人口", "integer"), TableColumn("unvisited", "本月未走访户", "integer"),
    TableColumn("visits", "本月走访（次）", "integer"),
)  # fmt: skip
_HELPERS = TableColumn("helpers", "责任人", "integer")
COLUMNS = {
    "helper": (
        TableColumn("name", "姓名"), TableColumn("unit", "单位"), TableColumn("team", "队伍"),
        TableColumn("post", "职务"), TableColumn("phone", "电话"), TableColumn("place", "区划"), *_COUNTS,
    ),
    "unit": (TableColumn("name", "单位"), TableColumn("place", "区划"), _HELPERS, *_COUNTS),
    "village": (TableColumn("place", "村"), _HELPERS, TableColumn("units", "单位", "integer"), *_COUNTS[1:]),
    "team": (TableColumn("name", "队伍"), TableColumn("units", "单位", "integer"), _HELPERS, *_COUNTS),
}  # fmt: skip
_KINDS = {"integer": "integer"}
_NOUNS = {"helper": "人", "unit": "个单位", "village": "个村", "team": "支队伍"}


def show_teams(screen: Screen, choice: DutyChoice) -> None:
    """Draw the view."""
    _tiles(screen)
    _by_team(screen, choice)
    _list(screen, choice)


def _tiles(screen: Screen) -> None:
    found = ask(screen, figures, screen.region.code, screen.asked, TILES)
    parts = []
    for id in TILES:
        amount = wording.amount(INDICATORS[id], found[id].value)
        inner = (
            f"<span>{escape(INDICATORS[id].label)}</span>"
            f"<b>{escape(amount.number)}<small>{escape(amount.unit)}</small></b>"
        )
        parts.append(link(inner, screen.link(FIGURE, indicator=id), style="fact"))
    show_markup(f'<div class="strip">{"".join(parts)}</div>')


def _by_team(screen: Screen, choice: DutyChoice) -> None:
    """Eight teams and all of them; a row opens its helpers."""
    found = ask(screen, teams.teams, screen.region.code, screen.month, "team")
    rows = found.rows.assign(name=found.rows["who"])
    rows = rows.sort_values("who", key=lambda column: column.map(TEAMS.index))
    total = ask(screen, teams.together, screen.region.code, screen.month)
    sums = pd.DataFrame([{**total.to_dict(), "name": "合计", "who": ""}])
    title = f"{int(total['helpers']):,} 名责任人帮扶 {int(total['homes']):,} 户"
    told = f"{screen.region.name} · {screen.month_text} · 一户有几支队伍帮扶的，各队各计，合计只计一次"
    show_markup(
        heading(title, told)
        + table_markup(
            pd.concat([rows[sums.columns], sums], ignore_index=True) if len(rows) else sums,
            COLUMNS["team"],
            caption="各队伍结对帮扶",
            look=TableLook(
                row_url=lambda row: duty_link(screen, _to(choice, team=row.who)),
                opener="name",
                strong_last=True,
                whole=True,
                chosen=lambda row: bool(row.who) and row.who == choice.filters.team,
                drawn={"unvisited": lambda row: alarm_count(row.unvisited)},
            ),
        )
    )


def _to(choice: DutyChoice, *, team: str = "", unit: str = "") -> DutyChoice:
    """The helpers of a team or a unit."""
    return DutyChoice(view="teams", filters=replace(choice.filters, team=team, unit=unit))


def _list(screen: Screen, choice: DutyChoice) -> None:
    by = choice.by if choice.by != "team" else "helper"
    key = choice.sort.removeprefix("-")

    def rows_from(offset: int) -> teams.Teams:
        return ask(
            screen, teams.teams, screen.region.code, screen.month, by,
            filters=choice.filters, sort=key, descending=not key or choice.sort.startswith("-"), offset=offset,
        )  # fmt: skip

    found = rows_from((choice.page - 1) * PAGE)
    if not found.total and choice.page > 1:
        found = rows_from(0)
    at = paged(choice.page, found.total, PAGE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="table_heading"):
        show_markup(heading(f"按{BY[by]}：{found.total:,} {_NOUNS[by]}", _told(screen, choice)))
        if found.total and screen.viewer.may(EXPORT, DUTIES):
            _export(screen, choice, by)
    show_markup(_chips(screen, choice, by))
    if not found.total:
        show_markup(f'<p class="calm">{_why(choice)}</p>')
        return
    rows = found.rows.assign(name=found.rows["name"].where(found.rows["name"].notna(), found.rows["who"]))

    def sort_url(id: str) -> str | None:
        turned = id if key == id and choice.sort.startswith("-") else f"-{id}"
        return duty_link(screen, choice, sort=turned) if id in teams.SORTS else None

    with st.container(key="duty_table"):
        show_markup(
            table_markup(
                rows,
                COLUMNS[by],
                caption=f"{screen.region.name}按{BY[by]}",
                look=TableLook(
                    row_url=lambda row: _opened(screen, choice, by, row),
                    opener="place" if by == "village" else "name",
                    sort_url=sort_url,
                    sorted_by=key,
                    descending=choice.sort.startswith("-"),
                    drawn={
                        "phone": lambda row: phone_link(row.phone),
                        "unvisited": lambda row: alarm_count(row.unvisited),
                    },
                    cards=True,
                ),
            )
            + pager_markup(
                at.page, at.pages, f"共 {found.total:,} {_NOUNS[by]}", lambda to: duty_link(screen, choice, page=to)
            )
        )


def _opened(screen: Screen, choice: DutyChoice, by: str, row: Row) -> str | None:
    if by == "helper":
        return None if pd.isna(row.person) else person_link(screen, int(row.person))
    if by == "unit":
        return duty_link(screen, _to(choice, team=choice.filters.team, unit=row.who))
    return duty_link(screen, DutyChoice(view="teams", filters=choice.filters), region=row.who)


def _told(screen: Screen, choice: DutyChoice) -> str:
    picked = filter_words(choice.filters)
    return " · ".join(filter(None, (screen.region.name, screen.month_text, picked and f"筛选：{picked}")))


def filter_words(filters: TeamFilters) -> str:
    """What picks helpers out, for who reads a list or the log."""
    unvisited = "本月有户未走访" if filters.unvisited else ""
    return "、".join(filter(None, (filters.team, filters.unit, unvisited)))


def _chips(screen: Screen, choice: DutyChoice, by: str) -> str:
    def chip(words: str, chosen: bool, **changes: Change) -> str:
        current = {"aria_current": "true"} if chosen else {}
        return link(escape(words), duty_link(screen, choice, **changes), style="chip", **current)

    filters = choice.filters
    ways = "".join(chip(f"按{BY[one]}", one == by, by=one, sort="") for one in ("helper", "unit", "village"))
    those = "".join(
        chip(team, team == filters.team, filters=replace(filters, team="" if team == filters.team else team))
        for team in TEAMS
    )
    flag = chip("本月有未走访户", filters.unvisited, filters=replace(filters, unvisited=not filters.unvisited))
    gone = chip("取消筛选", False, filters=NO_FILTERS) if filters != NO_FILTERS else ""
    return (
        f'<nav class="chips" aria-label="排列">{ways}</nav>'
        f'<nav class="chips" aria-label="筛选">{those}{flag}{gone}</nav>'
    )


def _why(choice: DutyChoice) -> str:
    if choice.filters != NO_FILTERS:
        return "没有符合筛选条件的帮扶责任人。"
    return "所选区划和月份没有结对帮扶：请在数据模板的“帮扶责任人”“结对帮扶”表中填报后导入，或换一个区划、月份。"


def _export(screen: Screen, choice: DutyChoice, by: str) -> None:
    def rows() -> pd.DataFrame:
        found = ask_uncached(
            screen, teams.teams, screen.region.code, screen.month, by, filters=choice.filters, limit=MOST_ROWS
        ).rows
        return found.assign(name=found["name"].where(found["name"].notna(), found["who"]))

    take_away(
        screen,
        rows,
        [ListColumn(one.id, one.heading, _KINDS.get(one.form, "text")) for one in COLUMNS[by]],
        what=f"帮扶队伍（按{BY[by]}）",
        title=f"{screen.region.name}帮扶队伍（按{BY[by]}）",
        filters=filter_words(choice.filters),
        unit=_NOUNS[by],
        sheet="帮扶队伍",
        key="export_teams",
    )
