"""What a figure is: definition, value, parts, course, sub-regions that add up, and the named list behind it."""

import pandas as pd
import streamlit as st

from components.drawing import wording
from components.drawing.charts import course_table, trend_chart
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.sums import adding_up
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.drawing.tiles import WARNINGS
from components.shell.asking import ask
from components.shell.course import course_of
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP, FIGURE
from data.figures import monitoring_line as lines
from data.figures import read as figures
from data.figures.books import counted_year
from data.figures.indicators import BOOKS, CALENDAR, INDICATORS, MEASURE_LABELS, NOTHING, Indicator, Measure
from data.figures.read import Figure
from data.figures.standing import OPEN
from data.households.rosters import ESTIMATED, rosters_since
from data.months import month_of, spoken
from data.settings import value_of
from data.terms import LEVELS, OWN

_UNITS = {"households": "户", "paired": "户", "problems": "个", "tasks": "项", "planned": "项"}
"""Source of a measure → what it counts, where it is neither money nor people nor a figure of its own."""
_OWN_UNITS = {one.numerator.id: one.unit for one in INDICATORS.values() if one.denominator is None}
_OWN_PAGES = ("dividends",)
"""Kinds of records that are made here and come from no workbook."""


def measure_unit(measure: Measure) -> str:
    """The unit of a numerator or denominator."""
    if measure.scale == 100:
        return "元"
    if measure.id in _OWN_UNITS:
        return _OWN_UNITS[measure.id]
    return "人" if "person" in measure.id or "population" in measure.id else _UNITS[measure.source.id]


def parts(indicator: Indicator) -> list[tuple[str, str]]:
    """Label and unit of the numerator, and of the denominator where there is one."""
    named = [(indicator.numerator_label, measure_unit(indicator.numerator))]
    if indicator.denominator is not None and indicator.denominator_label is not None:
        named.append((indicator.denominator_label, measure_unit(indicator.denominator)))
    return named


def part_amount(unit: str, value: float | None) -> wording.Amount:
    """Money in full yuan, counts whole, but for tasks that are partly done."""
    if not wording.has_value(value):
        return wording.Amount(wording.NO_VALUE, "")
    return wording.Amount(f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}", unit)


def indicator_choice(screen: Screen, chosen: str | None) -> None:
    """Choose another indicator to read about."""
    st.session_state["explained"] = chosen
    names = figures.offered_names(screen.viewer)
    st.selectbox(
        "指标",
        list(names),
        format_func=names.__getitem__,
        key="explained",
        index=None,
        placeholder="选择指标",
        on_change=lambda: write_address(indicator=st.session_state["explained"]),
        label_visibility="collapsed",
        width=300,
    )


def show_value(screen: Screen, indicator: Indicator) -> None:
    """The value, how it comes about, and everything that is to be known about it."""
    figure = ask(screen, figures.figures, screen.region.code, screen.asked, (indicator.id,))[indicator.id]
    shown = wording.amount(indicator, figure.value)
    unfinished = figure.standing.open_words
    level = 0 if unfinished else wording.attention(indicator, figure.value)
    warning = f'<span class="warning level-{level}">{WARNINGS[level]}</span>' if level else ""
    show_markup(
        f'<section class="value"><p class="definition">{escape(indicator.definition)}</p>'
        f'<p class="big">{escape(shown.number)}<small>{escape(shown.unit)}</small>{warning}</p>'
        f"{_formula(indicator, figure)}{_facts(screen, indicator, figure)}</section>"
    )


def _formula(indicator: Indicator, figure: Figure) -> str:
    named = parts(indicator)
    if len(named) < 2:
        return ""
    told = [
        f"<span><small>{escape(label)}</small><b>{escape(part_amount(unit, value))}</b></span>"
        for (label, unit), value in zip(named, (figure.numerator, figure.denominator), strict=True)
    ]
    after = "<i>－ 1</i>" if indicator.format == "growth" else ""
    return f'<p class="formula">{told[0]}<i>÷</i>{told[1]}{after}</p>'


def _facts(screen: Screen, indicator: Indicator, figure: Figure) -> str:
    facts = {
        "区划": f"{screen.region.name}（{screen.region.code}）" if screen.region.code else screen.region.name,
        "月份": screen.stands(indicator),
        "统计时段": indicator.window,
        "闭账": CLOSES[indicator.closes],
        **_income_facts(screen, indicator, figure),
        **_persons_facts(screen, indicator),
        "数据来源": indicator.source if indicator.records.kind in _OWN_PAGES else f"数据模板：{indicator.source}",
        "评价": {1: "越高越好", -1: "越低越好", 0: "不分好坏"}[indicator.direction],
        "预警": _levels(indicator),
        "更新时间": f"{wording.moment(screen.status.updated)}（数据版本 {screen.status.version}）",
    }
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>" for name, told in facts.items() if told)
    return f'<dl class="facts-list">{lines}</dl>'


def _persons_facts(screen: Screen, indicator: Indicator) -> dict[str, str]:
    """Until when the persons of a figure are those that are recorded now."""
    if not any("person" in measure.id for measure in (indicator.numerator, indicator.denominator) if measure):
        return {}
    since = ask(screen, rosters_since, screen.region.code)
    if since is not None and month_of(since) <= screen.status.first_month:
        return {}
    until = f"{spoken(month_of(since))}以前的" if since is not None else "本月以前的"
    return {"人数": f"{until}{ESTIMATED}"}


CLOSES = {
    BOOKS: "按收支闭账：各类收支应报户的八成报齐的月份为止，以后的月份未满，不排名、不比较",
    CALENDAR: "月末为止，本月过完以前未满，不排名、不比较",
    NOTHING: "",
}
"""What closes a month, as an official reads it."""


def _income_facts(screen: Screen, indicator: Indicator, figure: Figure) -> dict[str, str]:
    """Of a figure over the books: the line, the households left out, of how many a growth is."""
    if indicator.closes != BOOKS:
        return {}
    month = figure.standing.month
    facts = {"按年记账": _year_words(screen, month)}
    if indicator.of is not None:
        facts["可比户"] = f"{MEASURE_LABELS[indicator.of.id]} {figure.of or 0:,.0f} 户"
    if indicator.id in ("below_line_households", "near_line_households"):
        (line,) = ask(screen, lines.monitoring_line, screen.region.code, (month,))
        facts["监测线"] = f"{wording.yuan(line)}/人·年" if line else "区划跨省或没有设定监测线，各户按本省的判断"
    if indicator.id == "above_mark_share":
        facts["达标线"] = _mark_words(screen)
    if indicator.records.kind == "incomes":
        left = ask(screen, figures.figures, screen.region.code, screen.asked, tuple(LEFT_OUT))
        told = [f"{words} {left[id].value:,.0f} 户" for id, words in LEFT_OUT.items() if left[id].value]
        facts["没有计入"] = "、".join(told) or "无"
    return facts


def _mark_words(screen: Screen) -> str:
    with screen.engine.connect() as connection:
        mark = value_of(connection, "income_mark")
    return f"{int(mark):,} 元/人·年" if mark else "没有设定，按本省监测线"


LEFT_OUT = {
    "silent_households": "收入中断",
    "short_records": "收支记录不足",
    "unbooked_households": "无收支记录",
}
"""Figures of the households whose income is not counted → what they are called."""


def _year_words(screen: Screen, month: int) -> str:
    """Which year's totals stand in a month, where the region keeps books by the year."""
    with screen.engine.connect() as connection:
        year = counted_year(connection, screen.region.code, month)
    if year is None:
        return ""
    last, ended = year
    told = f"取截至{spoken(last)}的收入年度全年数"
    return told if last == ended else f"{told}；截至{spoken(ended)}的年度还没有报齐"


def _levels(indicator: Indicator) -> str:
    if indicator.warning is None:
        return ""
    side = "低于" if indicator.direction > 0 else "达到"
    told = [
        f"{side} {wording.amount(indicator, value)} {word}"
        for value, word in zip(indicator.warning, WARNINGS[1:], strict=True)
    ]
    return "，".join(told)


def show_course(screen: Screen, indicator: Indicator) -> None:
    """The months as a line, and as a table for who reads tables."""
    month = screen.standing(indicator).month
    course = course_of(screen, indicator, until=min(screen.status.last_month, month + 59))
    if not course["value"].notna().any():
        show_markup(heading("走势", "还没有一个月的数据，画不出走势。"))
        return
    show_markup(heading(f"近{len(course)}个月走势", f"{screen.region.name} · {wording.class_unit(indicator)}"))
    chart = trend_chart(course, indicator=indicator, chosen=month, dark=screen.dark)
    st.plotly_chart(chart, theme=None, config={"displayModeBar": False}, key="figure_course")
    told = table_markup(
        course_table(course, indicator=indicator),
        [TableColumn("月份", "月份"), TableColumn("数值", indicator.label, "figure")],
        caption=f"{screen.region.name}{indicator.label}逐月数值",
    )
    show_markup(f"<details><summary>逐月数值</summary>{told}</details>")


def show_regions(screen: Screen, indicator: Indicator) -> None:
    """The sub-regions with their parts, what the region holds itself, and the whole."""
    children = ask(screen, figures.children, screen.region.code, screen.standing(indicator).month, indicator.id)
    if children.empty:
        return
    whole = ask(screen, figures.figures, screen.region.code, screen.asked, (indicator.id,))[indicator.id]
    noun = LEVELS[len(children["code"].iloc[0])]
    named = parts(indicator)
    rows = sub_regions(indicator, children, whole, screen.region.name)
    columns = [TableColumn("name", noun)]
    if len(named) > 1:
        columns += [TableColumn("numerator", named[0][0], "figure"), TableColumn("denominator", named[1][0], "figure")]
    columns.append(TableColumn("value", f"{indicator.label}（{wording.class_unit(indicator)}）", "figure"))
    show_markup(
        heading(f"各{noun}{indicator.label}", adds_up(indicator, noun, own=bool((rows["name"] == OWN).any())))
        + table_markup(
            rows,
            columns,
            caption=f"{screen.region.name}各{noun}{indicator.label}",
            look=TableLook(
                row_url=lambda row: screen.link(FIGURE, region=row.code, indicator=indicator.id) if row.code else None,
                opener="name",
                strong_last=True,
            ),
        )
    )


def sub_regions(indicator: Indicator, children: pd.DataFrame, whole: Figure, name: str) -> pd.DataFrame:
    """Sub-regions, what the region has of its own (本级) and the whole; children as of ``figures.children``.

    Texts: code, name, numerator, denominator, value; a month that is not closed says so.
    """
    ordered = children.sort_values("value", ascending=indicator.direction > 0, na_position="last", kind="stable")
    lines = [(row.code, row.name, row.numerator, row.denominator, row.value) for row in ordered.itertuples()]
    unfinished = [OPEN if words else "" for words in ordered["open_words"]]
    own = _own(children, whole)
    if not indicator.distinct and any(part and abs(part) >= 0.005 for part in own):
        value = own[0] if indicator.denominator is None else (own[0] or 0) / own[1] if own[1] else None
        lines.append(("", OWN, *own, value))
        unfinished.append("")
    values = [value for *_, value in lines]
    if indicator.format == "money" and indicator.denominator is None:
        values = [rounded * 1e4 for rounded in adding_up([value and value / 1e4 for value in values], 2)]
    lines.append(("", name, whole.numerator, whole.denominator, whole.value))
    unfinished.append("" if whole.standing.closed else OPEN)
    told = [
        (
            code,
            called,
            *_told_parts(indicator, numerator, denominator),
            f"{wording.in_class_unit(indicator, value)} {words if wording.has_value(value) else ''}".strip(),
        )
        for (code, called, numerator, denominator, _), value, words in zip(
            lines, [*values, whole.value], unfinished, strict=True
        )
    ]
    return pd.DataFrame(told, columns=["code", "name", "numerator", "denominator", "value"])


def _own(children: pd.DataFrame, whole: Figure) -> tuple[float | None, float | None]:
    def own(total: float | None, name: str) -> float | None:
        return None if total is None else total - children[name].sum()

    return own(whole.numerator, "numerator"), own(whole.denominator, "denominator")


def _told_parts(indicator: Indicator, *values: float | None) -> list[str]:
    units = [unit for _, unit in parts(indicator)] + ["", ""]
    return [str(part_amount(unit, value)) for unit, value in zip(units[:2], values, strict=True)]


def adds_up(indicator: Indicator, noun: str, *, own: bool) -> str:
    """Whether the parts add up to the whole, in words."""
    if indicator.distinct:
        return f"在几个{noun}都有的，各计一次，合计只计一次：各{noun}相加可能大于合计。"
    also = f"、{OWN}" if own else ""
    if indicator.denominator is None:
        return f"各{noun}{also}相加等于合计。"
    rest = f"{OWN}为不属于任何{noun}的记录。" if own else ""
    return f"分子、分母各自相加等于合计；比率由合计的分子除以分母得出，不能相加或平均。{rest}"


def show_glossary(screen: Screen) -> None:
    """Every indicator of the registry with its value here and its definition."""
    values = ask(screen, figures.figures, screen.region.code, screen.asked)
    lines = [
        (
            one.id,
            one.group,
            one.label,
            f"{wording.amount(one, values[one.id].value)} {values[one.id].standing.open_words}".strip(),
            values[one.id].standing.stands_at,
            one.window,
            one.definition,
            one.source,
        )
        for one in figures.offered(screen.viewer)
    ]
    frame = pd.DataFrame(lines, columns=["id", "group", "label", "value", "stands", "window", "definition", "source"])
    columns = [
        TableColumn("group", "类别"),
        TableColumn("label", "指标"),
        TableColumn("value", "数值", "figure"),
        TableColumn("stands", "截至"),
        TableColumn("window", "统计时段"),
        TableColumn("definition", "口径"),
        TableColumn("source", "来源"),
    ]
    show_markup(
        heading(f"全部 {len(frame)} 个指标", f"{screen.region.name} · {screen.dates_text}", level=1)
        + table_markup(
            frame,
            columns,
            caption="指标口径",
            look=TableLook(whole=True, opener="label", row_url=lambda row: screen.link(FIGURE, indicator=row.id)),
        )
    )


def map_link(screen: Screen, indicator: Indicator) -> str:
    """The way to the same figure on the battle map."""
    return link("在地图上看", screen.link(BATTLE_MAP, indicator=indicator.id), style="underlined")
