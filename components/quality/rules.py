"""The rules of the registry with what they hit: as a list, and laid over the regions below."""

import math
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link, picture
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, table_markup
from components.drawing.theme import palette
from components.drawing.wording import NO_VALUE
from components.quality.address import FILTERS, FLAGGED, SORTS, QualityChoice, quality_link, rule_link
from components.quality.charts import course_svg, course_words
from components.quality.markup import bar_markup, days_markup, grid_markup, kind_markup, rule_markup, strip_markup
from components.shell.asking import ask
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_away
from data import settings
from data.access.roles import EXPORT, QUALITY
from data.paper.spreadsheet import ListColumn
from data.quality import board
from data.quality.board import FLAGS, MOST, NOBODY, Point
from data.regions.tree import Region
from data.rules.registry import GROUPS, RULES
from data.rules.rule import KINDS

_COLUMNS = (
    TableColumn("rule", "规则"), TableColumn("kind", "类别"), TableColumn("hits", "待整改", "integer"),
    TableColumn("new", "本月新增", "integer"), TableColumn("mended", "本月已改", "integer"),
    TableColumn("waived", "豁免中", "integer"), TableColumn("mean_days", "平均几天改好", "figure"),
    TableColumn("oldest", "最久未改", "figure"),
)  # fmt: skip
_EXPORTED = (
    ListColumn("rule", "编号"), ListColumn("label", "规则"), ListColumn("group", "分类"), ListColumn("kind", "类别"),
    ListColumn("definition", "检查什么"), ListColumn("hits", "待整改", "integer"),
    ListColumn("new", "本月新增", "integer"), ListColumn("mended", "本月已改", "integer"),
    ListColumn("waived", "豁免中", "integer"), ListColumn("mean_days", "平均几天改好", "number"),
    ListColumn("oldest", "最早未改的从哪天起", "day"),
)  # fmt: skip
_FULLEST = 4  # regions named beside the chart
_GROUP_OF = {rule.id: group for group, rules in GROUPS.items() for rule in rules}


def board_of(screen: Screen) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By rule and region, and by rule, as ``data.quality.board`` tells it."""
    cells = ask(screen, board.by_rule_and_region, screen.region.code, screen.today)
    return cells, board.by_rule(cells)


def definitions(screen: Screen) -> dict[str, str]:
    """Rule → what it says, with the parameters in force."""
    with screen.engine.connect() as connection:
        held = settings.values(connection)
    return {rule.id: rule.told(held) for rule in RULES.values()}


def show_rules(screen: Screen, choice: QualityChoice) -> None:
    """Classes to choose from beside the course of the year, then the rules, the most hits first."""
    cells, lines = board_of(screen)
    flags = ask(screen, board.flagged)
    left, right = st.columns([46, 54], gap="medium")
    with left:
        show_markup(
            _kinds(screen, choice, lines, flags) + _odd(screen, choice, flags) + _fullest(screen, choice, cells)
        )
    with right:
        _show_course(screen, ask(screen, board.trend, screen.region.code, screen.today))
    rows = _ordered(lines[lines["rule"].isin(_picked(choice, flags))], choice.sort)
    quiet = (rows[["hits", "mended", "waived"]] == 0).all(axis=1)
    hidden = 0 if choice.sort == "rule" or choice.kind == FLAGGED else int(quiet.sum())
    if hidden:
        rows = rows[~quiet]
        way = link("按编号全部列出", quality_link(screen, choice, sort="rule"), style="underlined", data_stay="1")
        rest = f'<p class="calm">另有 {hidden} 条规则现在没有问题。{way}</p>'
    else:
        rest = ""
    show_markup((_table(screen, choice, rows, flags) if len(rows) else "") + rest)
    _show_export(screen, choice, rows)


def show_regions(screen: Screen, choice: QualityChoice) -> None:
    """Rules that hit down, regions across."""
    cells, lines = board_of(screen)
    flags = ask(screen, board.flagged)
    places = ask(screen, board.places, screen.region.code)
    show_markup(_kinds(screen, choice, lines, flags))
    rows = lines[lines["rule"].isin(_picked(choice, flags)) & (lines["hits"] > 0)]
    if rows.empty:
        show_markup('<p class="calm">这里没有待整改的问题。</p>')
        return
    rules = list(_ordered(rows, "hits")["rule"])
    show_markup(
        heading(
            _worst(cells[cells["rule"].isin(rules)], places),
            "每格为待整改条数，颜色越深在这一条规则里越多；点数字看名单",
        )
        + grid_markup(
            cells,
            rules,
            places,
            lambda rule, code: rule_link(screen, rule, region=code),
            lambda code: quality_link(screen, QualityChoice(), region=code),
            caption=f"{screen.region.name}各规则、各区划待整改条数",
        )
    )


def _fullest(screen: Screen, choice: QualityChoice, cells: pd.DataFrame) -> str:
    """Where the most is, the first of the regions below."""
    chosen = [rule.id for rule in RULES.values() if choice.kind in ("", FLAGGED, rule.kind)]
    sums = cells[cells["rule"].isin(chosen)].groupby("code")["hits"].sum()
    places = ask(screen, board.places, screen.region.code)
    held = sorted(((int(sums.get(one.code, 0)), one) for one in places), key=lambda pair: -pair[0])[:_FULLEST]
    if len(places) < 2 or not held[0][0]:
        return ""
    lines = "".join(
        f"<li>{link(escape(one.name), quality_link(screen, QualityChoice(), region=one.code), style='underlined')}"
        f"{bar_markup(number, held[0][0], '')}</li>"
        for number, one in held
    )
    return f'<ol class="quality-fullest" aria-label="问题最多的区划">{lines}</ol>'


def _worst(cells: pd.DataFrame, places: Sequence[Region]) -> str:
    sums = cells.groupby("code")["hits"].sum()
    named = {place.code: place.name for place in places}
    sums = sums[sums.index.isin(list(named))]
    if len(named) < 2 or sums.empty:
        return "各规则待整改"
    return f"{named[sums.idxmax()]}最多，{int(sums.max()):,} 条"


def _picked(choice: QualityChoice, flags: Mapping[str, str]) -> list[str]:
    if choice.kind == FLAGGED:
        return list(flags)
    return [rule.id for rule in RULES.values() if choice.kind in ("", rule.kind)]


def _ordered(lines: pd.DataFrame, sort: str) -> pd.DataFrame:
    if sort == "rule":
        return lines
    ascending = sort == "oldest"
    return lines.sort_values([sort, "hits"], ascending=[ascending, False], kind="stable", na_position="last")


def _kinds(screen: Screen, choice: QualityChoice, lines: pd.DataFrame, flags: Mapping[str, str]) -> str:
    kinds = lines["rule"].map(lambda rule: RULES[rule].kind)
    counted = {kind: int(lines.loc[kinds == kind, "hits"].sum()) for kind in KINDS} | {FLAGGED: len(flags)}
    parts = [("全部", int(lines["hits"].sum()), "")] + [(word, counted[kind], kind) for kind, word in FILTERS.items()]
    return strip_markup(
        [(word, number, quality_link(screen, choice, kind=kind), kind == choice.kind) for word, number, kind in parts],
        name="按类别筛选",
    )


def _odd(screen: Screen, choice: QualityChoice, flags: Mapping[str, str]) -> str:
    """What speaks against rules themselves."""
    nobody, most = (sum(flag == one for flag in flags.values()) for one in (NOBODY, MOST))
    told = [f"{nobody} 条规则{FLAGS[NOBODY]}" if nobody else "", f"{most} 条{FLAGS[MOST]}" if most else ""]
    words = "，".join(filter(None, told))
    if not words:
        return ""
    way = link("看是哪些", quality_link(screen, choice, kind=FLAGGED), style="underlined", data_stay="1")
    return f'<p class="calm">{escape(words)}：请核对规则的参数是否合适。{way}</p>'


def _show_course(screen: Screen, points: list[Point]) -> None:
    drawn = [
        picture(
            course_svg(points, colours=palette(screen.dark), width=width, height=190), course_words(points), style=style
        )
        for width, style in ((960, "quality-broad"), (640, "quality-wide"), (360, "quality-narrow"))
    ]
    show_markup(heading(_course_finding(points), "各月末的问题数，含豁免中的；检查以前的月份空着") + "".join(drawn))


def _course_finding(points: Sequence[Point]) -> str:
    known = [point.hits for point in points if point.hits is not None]
    if len(known) < 2:
        return "本月开始检查"
    step = known[-1] - known[-2]
    return f"比上月末{'少' if step < 0 else '多'} {abs(step):,} 条" if step else "与上月末一样多"


def _table(screen: Screen, choice: QualityChoice, rows: pd.DataFrame, flags: Mapping[str, str]) -> str:
    told, most = definitions(screen), max(int(rows["hits"].max()) if len(rows) else 0, 1)

    def days(row: Row) -> str:
        if row.oldest is None or pd.isna(row.oldest):
            return NO_VALUE
        return days_markup(row.oldest, (screen.today - pd.Timestamp(row.oldest).date()).days)

    return table_markup(
        rows.assign(kind=""),
        _COLUMNS,
        caption=f"{screen.region.name}数据质量规则",
        look=TableLook(
            row_url=lambda row: rule_link(screen, row.rule),
            opener="rule",
            sort_url=lambda id: quality_link(screen, choice, sort=id) if id in SORTS else None,
            sorted_by=choice.sort,
            descending=choice.sort not in ("oldest", "rule"),
            whole=True,
            cards=True,
            drawn={
                "rule": lambda row: rule_markup(row.rule, told[row.rule], flags.get(row.rule)),
                "kind": lambda row: kind_markup(RULES[row.rule].kind),
                "hits": lambda row: bar_markup(row.hits, most, RULES[row.rule].kind),
                "mean_days": lambda row: NO_VALUE if math.isnan(row.mean_days) else f"{row.mean_days:.0f}",
                "oldest": days,
            },
        ),
    )


def _show_export(screen: Screen, choice: QualityChoice, rows: pd.DataFrame) -> None:
    if not screen.viewer.may(EXPORT, QUALITY):
        return
    take_away(
        screen,
        partial(_exported, screen, rows),
        _EXPORTED,
        what="数据质量规则汇总",
        title=f"{screen.region.name}数据质量规则汇总",
        about=f"截至 {screen.today}",
        filters=FILTERS.get(choice.kind, ""),
        unit="条规则",
        sheet="规则",
        words="导出汇总（Excel）",
        key="export_rules",
    )


def _exported(screen: Screen, rows: pd.DataFrame) -> pd.DataFrame:
    told = definitions(screen)
    return rows.assign(
        label=rows["rule"].map(lambda rule: RULES[rule].label),
        group=rows["rule"].map(_GROUP_OF),
        kind=rows["rule"].map(lambda rule: KINDS[RULES[rule].kind]),
        definition=rows["rule"].map(told),
    )
