"""收入走势: the net income a head over the months, its sources; and where the households below the line are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from components.drawing import wording
from components.drawing.ranking import MEANS, closed, rank, with_ties
from components.drawing.svg_charts import trend_svg
from components.drawing.theme import palette
from components.wall.canvas import Canvas
from components.wall.leaders_parts import (
    BAD,
    BAR_AIR,
    GREY,
    LINE,
    Block,
    airy,
    bar_rows,
    beside,
    comfortable,
    figure_and_rows,
    hero,
    nothing,
    room_for_rows,
    stacked,
    stroke,
    text_line,
)
from components.wall.scene import Place, Poster, Scene
from components.wall.words import MOST_ROWS
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.figures.monitoring_line import monitoring_line
from data.figures.read import Figure
from data.income.course import income_course
from data.regions import tree as regions
from data.terms import INCOME_KINDS, LEVELS
from data.wall.behind import Answering, answering

NET, GROWTH, BELOW, NEAR = "net_income_per_capita", "net_income_growth", "below_line_households", "near_line_households"
YEARS = 5


@dataclass(frozen=True)
class Income:
    """The income of a region: its figures, its ``course`` (value, and where there are any comparison and line), the
    name of what it is compared with, yuan a head of each kind, and the households below the line by sub-region (code,
    name, value; the most first) with who answers for the first of them."""

    name: str
    known: Mapping[str, Figure]
    course: pd.DataFrame
    beside: str
    kinds: Mapping[str, float]
    below: pd.DataFrame
    who: Answering | None

    @property
    def subtitle(self) -> str:
        return f"{self.name} · 12个月人均纯收入（元） · 截至{self.known[NET].standing.words}"


def income(place: Place, region: str) -> Income:
    """What is asked of the store."""
    connection, viewer = place.connection, place.viewer
    known = figures.figures(connection, viewer, region, None, (NET, GROWTH, BELOW, NEAR))
    month = known[NET].standing.month
    course = figures.trend(connection, viewer, region, (NET,), until=month, months=12 * YEARS)
    course = course.rename(columns={NET: "value"})
    course = course.loc[course["value"].first_valid_index() :]
    way = regions.ancestors(connection, viewer, region)
    around = ""
    if len(way) > 1:
        above = figures.trend(connection, viewer, way[-2].code, (NET,), until=month, months=12 * YEARS)[NET]
        course, around = course.assign(comparison=above.reindex(course.index)), MEANS[way[-2].level]
    lines = monitoring_line(connection, viewer, region, list(course.index))
    if any(wording.has_value(one) for one in lines):
        course = course.assign(line=pd.Series(lines, index=course.index, dtype=float))
    kinds = income_course(connection, viewer, region, until=month, months=1)
    children = figures.children(connection, viewer, region, month, BELOW)
    late = closed(rank(INDICATORS[BELOW], children, known[BELOW].value, len(region)))
    late = late[late["value"] > 0].reset_index(drop=True)
    first = list(late["code"].head(1))
    return Income(
        regions.find(connection, viewer, region).name,
        known,
        course,
        around,
        {kind: float(kinds[kind].iloc[0]) for kind in INCOME_KINDS} if month in kinds.index else {},
        late,
        answering(connection, viewer, first).get(first[0]) if first else None,
    )


def posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """The course; where anybody is below the line, where they are."""
    return drawn(income(place, place.region), comfortable(canvas, lines=17))


def drawn(found: Income, canvas: Canvas) -> list[Poster]:
    """The posters of an income."""
    if not wording.has_value(found.known[NET].value):
        how = "填报“收支”后导入；满12个月的户才有12个月收入，账本从头到尾满一年即自动显示。"
        empty = nothing(f"{found.name}还没有满12个月的收支记录，算不出人均纯收入。", how, canvas)
        return [Poster("人均纯收入：还没有数据", found.subtitle, empty)]
    told = [course_poster(found, canvas)]
    if len(found.below):
        told.append(below_poster(found, canvas))
    return told


def course_poster(found: Income, canvas: Canvas) -> Poster:
    """The course at the left, the amount large at the right, its sources below."""
    gap = canvas.text
    width = int(min(max(canvas.width * 0.36, 13 * canvas.text), canvas.width))
    chart_width = canvas.width - width - gap
    if chart_width < 12 * canvas.text:
        chart_width, width = 0, canvas.width
    net = wording.amount(INDICATORS[NET], found.known[NET].value)
    top = [hero(net.number, net.unit, canvas, width, label="人均纯收入", most=2.0), *_below_lines(found, canvas, width)]
    left = canvas.height - sum(block.height for block in top) - gap * 0.4 * (len(top) + 1)
    side = stacked([*top, _sources(found, canvas, width, left)], width, canvas.height, gap * 0.4, style="middle")
    if not chart_width:
        return Poster(_grown(found), found.subtitle, beside(side, gap=gap))
    chart = trend_svg(
        found.course, indicator=INDICATORS[NET], chosen=found.known[NET].standing.month,
        colours=palette(canvas.dark), width=chart_width, height=canvas.height - canvas.small * 0.2, text=canvas.small,
        comparison_name=found.beside, line=stroke(canvas),
    )  # fmt: skip
    return Poster(_grown(found), found.subtitle, beside(f'<div class="drawn">{chart}</div>', side, gap=gap))


def _grown(found: Income) -> str:
    """What the course says: the growth of those whose books are whole in both years."""
    growth = found.known[GROWTH]
    if not wording.has_value(growth.value) or not growth.standing.closed:
        return "人均纯收入走势"
    share = INDICATORS[GROWTH].told(growth.value)
    if share == 0:
        return "人均纯收入与上年同期持平"
    return f"人均纯收入同比{'增长' if share > 0 else '下降'} {abs(share) * 100:.1f}%"


def _below_lines(found: Income, canvas: Canvas, width: float) -> list[Block]:
    """How many are below the line; the line itself stands in the chart."""
    below = found.known[BELOW].value
    if below is None:
        return []
    number = f"低于监测线 {below:,.0f} 户" if below else "没有低于监测线的户"
    return [text_line([number], width, canvas.text, tone=BAD if below else GREY, rank=1)]


def _sources(found: Income, canvas: Canvas, width: float, height: float) -> Block:
    """The four kinds of income with their amounts, the largest first, as bars."""
    kinds = sorted(found.kinds.items(), key=lambda kind: -kind[1])[: room_for_rows(height, canvas.text, air=BAR_AIR)]
    if not kinds or kinds[0][1] <= 0:
        return Block("", 0)
    rows = [(f"{INCOME_KINDS[kind]}", f"{amount:,.0f} 元", max(amount, 0.0)) for kind, amount in kinds]
    air = airy(LINE * BAR_AIR * canvas.text * len(rows), height)
    return bar_rows(rows, width, canvas.text, rank=9, air=BAR_AIR * air)


def below_poster(found: Income, canvas: Canvas) -> Poster:
    """Households below the line: how many large, by sub-region in bars."""
    number = found.known[BELOW].value or 0
    first = found.below.iloc[0]
    most = with_ties(first["name"], int((found.below["value"] == first["value"]).sum()))
    near = found.known[NEAR].value
    room = room_for_rows(canvas.height, canvas.text, most=MOST_ROWS, air=BAR_AIR)
    listed = [(str(row.name), f"{row.value:,.0f} 户", row.value) for row in found.below.head(room).itertuples()]

    def side(canvas: Canvas, width: float) -> list[Block]:
        return [
            hero(f"{number:,.0f}", "户", canvas, width, label="低于监测线", tone=BAD),
            text_line([f"略高于线 {near:,.0f} 户"] if near is not None else [], width, canvas.text, rank=2),
            text_line([_line(found)], width, canvas.text, tone=GREY, rank=3),
            text_line([_who(found)] if found.who else [], width, canvas.text, rank=1),
        ]

    def rows(canvas: Canvas, width: float, air: float) -> Block:
        return bar_rows(listed, width, canvas.text, air=BAR_AIR * air)

    return Poster(
        f"低于监测线的户，{most}最多",
        f"{found.name} · 户 · 截至{found.known[BELOW].standing.words}",
        figure_and_rows(side, rows, canvas, share=0.36, gap=canvas.text * 1.5),
    )


def _who(found: Income) -> str:
    return f"{found.below['name'].iloc[0]}：{found.who.unit}" if found.who else ""


def _line(found: Income) -> str:
    if "line" not in found.course:
        return "所选区划没有统一的监测线"
    return f"监测线 {found.course['line'].iloc[-1]:,.0f} 元"


SCENE = Scene("income", "收入走势", frozenset(LEVELS) - {max(LEVELS)}, posters)
