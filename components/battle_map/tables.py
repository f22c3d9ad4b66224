"""The same choice as a table: what is on the map can also be read, sorted and taken away as a workbook."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from components.battle_map.address import REGION_SORTS, MapChoice, filter_words, map_link
from components.battle_map.regions import RegionsShown
from components.drawing import wording
from components.drawing.markup import escape, phone_link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.drawing.theme import state_marks
from components.households.rows import COLUMNS, EXPORTED, drawn, exported
from components.shell.asking import ask, ask_shared, ask_uncached
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.responsible import first_of, name_link, told_first
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD
from components.shell.take_away import take_away
from data.duties.leaders import VACANT, Leader
from data.figures.indicators import Indicator
from data.figures.standing import OPEN
from data.households import village as households
from data.months import label, spoken
from data.paper.spreadsheet import ListColumn
from data.regions import tree as regions
from data.regions.codes import nearest_parent
from data.terms import LEVELS

PAGE = 20  # regions; a new indicator sends them all anew
_WORDS = "导出表格"
_KINDS = {"percent": "percent", "growth": "percent", "money": "yuan", "yuan": "yuan", "count": "integer"}


def show_region_table(screen: Screen, choice: MapChoice, first: RegionsShown, second: RegionsShown | None) -> None:
    """Every region of the map with rank, value, numerator and denominator; the worst on top."""
    rows = _joined(screen, first, second)
    answers = first_of(screen, rows["code"].tolist())
    rows["leader"] = rows["code"].map(told_first(answers))
    title = "、".join(_titled(one) for one in (first, second) if one)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="table_heading"):
        show_markup(heading("同一选择的表格", f"{screen.region.name} · {title} · {len(rows)} 个"))
        take_away(
            screen,
            rows,
            [*_region_list(first, second), *([ListColumn("leader", "责任人")] if answers else [])],
            what=f"区划表（{title}）",
            title=f"{screen.region.name}：{title}",
            unit="个",
            sheet="区划",
            standing=first.standing,
            words=_WORDS,
            key="map_export",
        )
    columns, cells = _region_columns(rows, first, second)
    if answers:
        columns.append(TableColumn("leader", "责任人"))
        cells["leader"] = lambda row: _leader(screen, answers[row.code])
    key, descending = choice.sort.removeprefix("-"), choice.sort.startswith("-")
    if key in REGION_SORTS and key in rows:
        rows = rows.sort_values(key, ascending=not descending, na_position="last", kind="stable")
    at = paged(choice.page, len(rows), PAGE)

    def sort_url(id: str) -> str | None:
        turned = f"-{id}" if id == key and not descending else id
        return map_link(screen, choice, sort=turned) if id in REGION_SORTS else None

    show_markup(
        table_markup(
            rows.iloc[at.offset : at.offset + PAGE],
            columns,
            caption=f"{screen.region.name}：{title}",
            look=TableLook(
                row_url=lambda row: map_link(screen, choice, region=row.code, sort=""),
                opener="name",
                drawn=cells,
                sort_url=sort_url,
                sorted_by=key,
                descending=descending,
            ),
        )
        + pager_markup(at.page, at.pages, f"共 {len(rows)} 个", lambda number: map_link(screen, choice, page=number))
    )


def _leader(screen: Screen, one: Leader | None) -> str:
    if one is None:
        return f'<b class="alarm">{VACANT}</b>'
    return f"{name_link(screen, one)} {phone_link(one.phone)}"


def _titled(one: RegionsShown) -> str:
    return f"{one.indicator.label}（{one.standing.words}）"


def _joined(screen: Screen, first: RegionsShown, second: RegionsShown | None) -> pd.DataFrame:
    rows = first.ranking.rows.merge(first.rows[["code", "numerator", "denominator"]], on="code")
    ascending = first.indicator.direction >= 0  # the best has rank 1
    whole = rows["open_words"] == ""
    shown = (rows["value"].where(whole) / first.indicator.step).round()  # what reads the same has the same rank
    rows["rank"] = shown.rank(method="min", ascending=not ascending).astype("Int64")
    rows["tied"] = ["并列" if tied else "" for tied in shown.notna() & shown.duplicated(keep=False)]
    names = {one.code: one.name for one in ask_shared(screen, regions.all_regions, screen.day)}
    rows["above"] = [names.get(nearest_parent(code, names), "") for code in rows["code"]]
    if second is not None:
        other = second.rows.set_index("code")
        rows["beside"] = rows["code"].map(other["value"])
        size = first.indicator.step
        steps = ((rows["value"] / size).round() - (rows["beside"] / size).round()) * size  # between what is read
        compared = whole & rows["code"].map(other["closed"]).eq(True) & (second.indicator is first.indicator)
        rows["step"] = steps.where(compared)  # what is not closed is compared with nothing
    return rows


def _region_columns(
    rows: pd.DataFrame, first: RegionsShown, second: RegionsShown | None
) -> tuple[list[TableColumn], dict[str, Callable[[Row], str]]]:
    indicator = first.indicator
    largest = rows["value"].abs().max()
    columns = [TableColumn("rank", "名次", "integer"), TableColumn("name", "区划")]
    if rows["code"].str.len().eq(12).any():
        columns.append(TableColumn("above", LEVELS[9]))
    columns.append(TableColumn("value", f"{indicator.label}（{wording.class_unit(indicator)}）", "figure"))
    cells: dict[str, Callable[[Row], str]] = {
        "rank": _rank,
        "value": lambda row: _barred(_amount(indicator, row.value), row.value, largest),
    }
    if indicator.denominator is not None:
        names = (indicator.numerator_label, indicator.denominator_label or "")
        columns += [TableColumn("numerator", names[0], "figure"), TableColumn("denominator", names[1], "figure")]
        cells["numerator"] = lambda row: _plain(row.numerator)
        cells["denominator"] = lambda row: _plain(row.denominator)
    columns.append(TableColumn("distance", f"比{first.ranking.mean_name}", "figure"))
    cells["distance"] = lambda row: _step(indicator, row.distance)
    if second is not None:
        other = second.indicator
        columns.append(
            TableColumn(
                "beside",
                second.standing.words if other is indicator else f"{other.label}（{wording.class_unit(other)}）",
                "figure",
            )
        )
        cells["beside"] = lambda row: _amount(other, row.beside)
        if other is indicator:
            columns.append(TableColumn("step", f"较{spoken(second.standing.month)}", "figure"))
            cells["step"] = lambda row: _step(indicator, row.step)
    return columns, cells


def _rank(row: Row) -> str:
    if pd.isna(row.rank):
        return OPEN if row.open_words else wording.NO_VALUE
    return f"{row.tied} {row.rank}".strip()


def _amount(indicator: Indicator, value: float) -> str:
    """A value in the unit of its heading."""
    return wording.in_class_unit(indicator, value) if wording.has_value(value) else "无数据"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if wording.has_value(value) else wording.NO_VALUE


def _step(indicator: Indicator, step: float) -> str:
    return wording.apart(indicator, step) if wording.has_value(step) else wording.NO_VALUE


def _barred(text: str, value: float, largest: float) -> str:
    width = abs(value) / largest * 100 if wording.has_value(value) and largest else 0
    return f'<span class="barred"><i style="width: {width:.1f}%"></i>{escape(text)}</span>'


def _kind(indicator: Indicator) -> str:
    return "percent2" if indicator.decimals == 2 else _KINDS[indicator.format]


def _region_list(first: RegionsShown, second: RegionsShown | None) -> list[ListColumn]:
    kind = _kind(first.indicator)
    columns = [
        ListColumn("rank", "名次", "integer"),
        ListColumn("tied", "并列"),
        ListColumn("open_words", "未满"),
        ListColumn("code", "区划代码"),
        ListColumn("above", "上级"),
        ListColumn("name", "区划"),
        ListColumn("value", first.indicator.label, kind),
        ListColumn("numerator", first.indicator.numerator_label, "number"),
    ]
    if first.indicator.denominator is not None:
        columns.append(ListColumn("denominator", first.indicator.denominator_label or "", "number"))
    if second is not None:
        beside = f"{second.indicator.label} {label(second.standing.month)} {second.standing.open_words}".strip()
        columns.append(ListColumn("beside", beside, _kind(second.indicator)))
    return columns


def show_household_table(screen: Screen, choice: MapChoice) -> None:
    """The households that the filters leave, fifty to a page."""
    arguments = (screen.region.code, screen.month)
    total = ask(screen, households.count, *arguments, filters=choice.filters)
    sort = _household_sort(choice)
    at = paged(choice.page, total, households.PAGE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="table_heading"):
        show_markup(
            heading(
                f"同一选择的户名单：{total} 户",
                f"{screen.region.name} · {screen.month_text} · {screen.homes_text} · 点户主打开户档案",
            )
        )
        if total:
            take_away(
                screen,
                partial(_all_households, screen, choice),
                EXPORTED,
                what="户名单",
                title=f"{screen.region.name}户名单",
                about=f"{screen.month_text} · {screen.homes_text}",
                filters=filter_words(choice.filters),
                unit="户",
                words=_WORDS,
                key="map_export",
            )
    if not total:
        show_markup('<p class="calm">没有符合筛选条件的户。</p>')
        return
    rows = ask_uncached(
        screen,
        households.in_village,
        *arguments,
        filters=choice.filters,
        sort=sort,
        limit=households.PAGE,
        offset=at.offset,
    )
    list_shown(screen, "户名单", count=total, filters=filter_words(choice.filters))
    show_markup(
        table_markup(
            rows,
            COLUMNS,
            caption=f"{screen.region.name}户名单",
            look=TableLook(
                row_url=lambda row: screen.link(HOUSEHOLD, household=row.id),
                opener="head",
                sort_url=lambda id: map_link(screen, choice, sort=id) if id in households.SORTS else None,
                sorted_by=sort,
                descending=True,
                drawn=drawn(state_marks(screen.dark)),
                chosen=lambda row: row.id == choice.household,
            ),
        )
        + pager_markup(at.page, at.pages, f"共 {total} 户", lambda number: map_link(screen, choice, page=number))
    )


def _household_sort(choice: MapChoice) -> str:
    return choice.sort if choice.sort in households.SORTS else "state"


def _all_households(screen: Screen, choice: MapChoice) -> pd.DataFrame:
    rows = ask_uncached(
        screen,
        households.in_village,
        screen.region.code,
        screen.month,
        filters=choice.filters,
        sort=_household_sort(choice),
        limit=households.MOST_POINTS,
    )
    return exported(rows)
