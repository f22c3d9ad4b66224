"""项目收益和上游风险: what was invested, agreed and received; who is in trouble, and the households behind him."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from components.drawing import wording
from components.drawing.charts import axis
from components.drawing.svg_charts import trend_svg
from components.drawing.tables import Row
from components.drawing.theme import palette
from components.drawing.tiles import WARNINGS
from components.wall.canvas import Canvas
from components.wall.leaders_parts import (
    BAD,
    GREY,
    Block,
    Cell,
    aligned,
    bar_rows,
    beside,
    comfortable,
    figure_and_rows,
    hero,
    nothing,
    stacked,
    stroke,
    tall_high,
    tall_rows,
    text_line,
    within_words,
)
from components.wall.scene import Place, Poster, Scene
from components.wall.words import MOST_WORDS, count_words, cut
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.figures.read import Figure
from data.regions import tree as regions
from data.terms import LEVELS
from data.wall.behind import ranked_standing
from data.wall.upstream import Upstream, upstream

RATE, INVESTMENT, DUE, RECEIVED = "return_rate", "project_investment", "return_due", "return_received"
LISTED, YEARS = 5, 3


def posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """What projects bring; where anybody is in trouble, who."""
    connection, viewer, region = place.connection, place.viewer, place.region
    name = regions.find(connection, viewer, region).name
    month = ranked_standing(connection, viewer, region, INDICATORS[RATE]).month
    known = figures.figures(connection, viewer, region, month, (RATE, INVESTMENT, DUE, RECEIVED))
    if not known[INVESTMENT].value:
        how = "在数据模板的“项目”和“项目收益”表中填报后导入。"
        return [Poster("项目收益：还没有项目", name, nothing(f"{name}还没有开工的项目。", how, canvas))]
    risk = upstream(connection, viewer, region, month, limit=LISTED)
    course = figures.trend(connection, viewer, region, (RECEIVED, DUE), until=month, months=12 * YEARS)
    course = course.rename(columns={RECEIVED: "value", DUE: "comparison"}).dropna(how="all")
    told = [returns_poster(name, known, course, risk, comfortable(canvas, lines=19))]
    return told if risk is None else [*told, risk_poster(name, known[RATE], risk, comfortable(canvas, lines=17))]


def returns_poster(
    name: str, known: Mapping[str, Figure], course: pd.DataFrame, risk: Upstream | None, canvas: Canvas
) -> Poster:
    """The rate large; investment, agreed, received and arrears in bars; below, where there is room, their course."""
    due, received = known[DUE].value or 0.0, known[RECEIVED].value or 0.0
    arrears = max(due - received, 0.0)
    gap = canvas.text * 1.5
    width = int(canvas.width * 0.4)
    rate = wording.amount(INDICATORS[RATE], known[RATE].value)
    level = wording.attention(INDICATORS[RATE], known[RATE].value)
    blocks = [
        hero(rate.number, rate.unit, canvas, width, label="年收益率", tone=BAD if level else ""),
        text_line([WARNINGS[level]] if level else [], width, canvas.text, tone=BAD, rank=2),
        text_line(["没有上游风险"] if risk is None else [f"上游风险涉及 {risk.together.households:,} 户"],
                  width, canvas.text, tone=GREY if risk is None else BAD, rank=1),
    ]  # fmt: skip
    side = stacked(blocks, width, canvas.height, canvas.text * 0.4, style="middle")
    rest = canvas.width - width - gap
    parts = [("应收", due), ("实收", received), ("欠收", arrears)]
    bars = bar_rows([(label, str(wording.money(value)), value) for label, value in parts], rest, canvas.text, air=1.5)
    invested = aligned(
        [[Cell("投资"), Cell(str(wording.money(known[INVESTMENT].value or 0.0)), bold=True, end=True)]],
        rest, canvas.text, canvas.text, air=1.5,
    )  # fmt: skip
    left = canvas.height - invested.height - bars.height - canvas.text
    listed = stacked(
        [invested, bars, _course(known, course, canvas, rest, left)], rest, canvas.height, canvas.text * 0.5
    )
    share = f"应收收益收到 {received / due * 100:.1f}%" if due else "12个月没有应收收益"
    _, unit = axis(INDICATORS[RECEIVED], course)
    subtitle = f"{name} · 12个月（{unit}） · 截至{known[RATE].standing.words}"
    return Poster(share, subtitle, beside(side, listed, gap=gap))


def _course(known: Mapping[str, Figure], course: pd.DataFrame, canvas: Canvas, width: float, height: float) -> Block:
    """Received beside agreed over the months."""
    if height < 7 * canvas.small or len(course) < 2:
        return Block("", 0)
    drawn = trend_svg(
        course, indicator=replace(INDICATORS[RECEIVED], name="实收"), chosen=known[RECEIVED].standing.month,
        colours=palette(canvas.dark), width=width, height=height, text=canvas.small, comparison_name="应收",
        line=stroke(canvas),
    )  # fmt: skip
    return Block(f'<div class="drawn">{drawn}</div>', height, rank=9)


def risk_poster(name: str, rate: Figure, risk: Upstream, canvas: Canvas) -> Poster:
    """Households behind what is in trouble large; the firms in rows of two lines."""
    together, share = risk.together, 0.34

    def side(canvas: Canvas, width: float) -> list[Block]:
        size = canvas.text
        return [
            hero(f"{together.households:,}", "户", canvas, width, label="背后的户", tone=BAD),
            text_line([f"预计减收 {wording.money(together.loss)}"], width, size, rank=1),
            text_line([f"{together.falls:,} 户将低于监测线"] if together.falls else [], width, size, tone=BAD, rank=2),
        ]

    title = (
        f"{risk.rows['name'].iloc[0]}等有上游风险" if len(risk.rows) > 1 else f"{risk.rows['name'].iloc[0]}有上游风险"
    )
    words = MOST_WORDS - count_words(title, *(block.markup for block in side(canvas, canvas.width * share)))
    firms = list(risk.rows.itertuples(index=False))
    known = [f"{row.name} {row.why}" for row in firms]
    firms = firms[: min(int(canvas.height / tall_high(canvas)), within_words(known, words))]
    return Poster(
        title,
        f"{name} · 按标记和规则 · 截至{rate.standing.words}",
        figure_and_rows(
            side, lambda canvas, width, air: _firms(firms, canvas, width, air), canvas,
            share=share, gap=canvas.text * 1.5,
        ),
    )  # fmt: skip


def _firms(firms: Sequence[Row], canvas: Canvas, width: float, air: float) -> Block:
    """Who is in trouble and how many households stand behind him; below, why."""
    lines = []
    for row in firms:
        name = Cell(cut(row.name, width * 0.72, canvas.text), bold=True)
        first = aligned(
            [[name, Cell(f"{row.households:,} 户", BAD, bold=True, end=True)]], width, canvas.text, canvas.text
        )
        lines.append((first, text_line([row.why], width, canvas.small, tone=GREY)))
    return tall_rows(lines, canvas, air=air)


SCENE = Scene("projects", "项目收益和上游风险", frozenset(LEVELS) - {max(LEVELS)}, posters)
