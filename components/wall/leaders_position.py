"""态势: where a region is behind, since when, who answers for it; then the worst of its parts from near by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from components.drawing import wording
from components.drawing.markup import Markup
from components.drawing.ranking import Ranking, closed, finding, mean_amount, rank, with_ties
from components.drawing.svg_charts import trend_svg
from components.drawing.svg_map import region_map
from components.drawing.theme import palette
from components.wall.canvas import Canvas
from components.wall.leaders_parts import (
    BAD,
    GREY,
    LINE,
    Block,
    Cell,
    aligned,
    beside,
    comfortable,
    first_fitting,
    hero,
    nothing,
    room_for_rows,
    stacked,
    stroke,
    text_line,
)
from components.wall.scene import Place, Poster, Scene
from components.wall.words import cut
from data.figures import read as figures
from data.figures.indicators import INDICATORS, Indicator
from data.figures.standing import Standing
from data.regions import tree as regions
from data.regions.lands import Lands, lands
from data.settings import value_of
from data.terms import INCOME_KINDS, LEVELS
from data.text.official import registered
from data.wall import behind
from data.wall.behind import Answering, Since

USUAL = ("net_income_per_capita", "visit_coverage")
LISTED = 3
"""Behind the worst: with two figures each, and those of the worst, they are as many as a poster holds."""
YEARS = 3  # of the course of the worst
FEW_LANDS = 8  # have names in the size of text
_YEAR = 12


@dataclass(frozen=True)
class Position:
    """A region by one figure: its parts in order, at ``standing``, and of the worst of them (codes in the order of the
    ranking) since when, who answers, what it lacks: of income a kind of it, of a share how many."""

    name: str
    noun: str
    ranking: Ranking
    standing: Standing
    ground: Lands
    worst: tuple[str, ...]
    since: Mapping[str, Since]
    answering: Mapping[str, Answering]
    gaps: Mapping[str, tuple[str, float]]
    missing: Mapping[str, float]

    @property
    def indicator(self) -> Indicator:
        return self.ranking.indicator

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Of the worst, by code."""
        return self.ranking.rows.set_index("code").loc[list(self.worst)]

    @property
    def subtitle(self) -> str:
        return self.said_of(self.name)

    def said_of(self, name: str) -> str:
        """Region, figure and unit, the month it stands at."""
        return f"{name} · {self.indicator.label}（{self.indicator.unit}） · 截至{self.standing.words}"


def posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """For each of the county's figures the whole, then its worst part from near by."""
    told: list[Poster] = []
    wide, close = comfortable(canvas, lines=21), comfortable(canvas, lines=30)
    region = _parted(place)
    for indicator in chosen(value_of(place.connection, "wall_figures")):
        found = position(place, region, indicator, canvas)
        told.append(overview(found, wide))
        if found.worst and len(found.worst[0]) < max(LEVELS):
            below = position(place, found.worst[0], indicator, canvas)
            if len(below.ranking.rows):
                told.append(near(found, below, _course(place, region, found), close))
    return told


def _parted(place: Place) -> str:
    """The region, or the first below it that has more than one part: of one alone there is nothing to compare."""
    region = place.region
    while len(below := regions.children(place.connection, place.viewer, region)) == 1 and not below[0].is_village:
        region = below[0].code
    return region


def _course(place: Place, region: str, found: Position) -> pd.DataFrame:
    """The worst part over the months, as ``trend_svg`` takes it, beside the mean."""
    until, id = found.standing.month, found.indicator.id
    own, around = (
        figures.trend(place.connection, place.viewer, code, (id,), until=until, months=YEARS * _YEAR)[id]
        for code in (found.worst[0], region)
    )
    mean = around / len(found.ranking.rows) if found.indicator.denominator is None else around
    if found.indicator.distinct:
        span = {"until": until, "months": YEARS * _YEAR}
        mean = figures.courses(place.connection, place.viewer, region, id, **span).mean(axis=1)
    return pd.DataFrame({"value": own, "comparison": mean.reindex(own.index)})


def chosen(setting: str) -> list[Indicator]:
    """The figures of the setting, by their labels; the usual ones where it names none that is known."""
    by_name = {one.name: one for one in INDICATORS.values() if one.walls}
    named = [by_name[name] for name in registered(setting).replace("、", ",").split(",") if name in by_name]
    return named or [INDICATORS[id] for id in USUAL]


def position(place: Place, region: str, indicator: Indicator, canvas: Canvas) -> Position:
    """What is asked of the store."""
    connection, viewer = place.connection, place.viewer
    standing = behind.ranked_standing(connection, viewer, region, indicator)
    below = figures.children(connection, viewer, region, standing.month, indicator.id)
    whole = figures.figures(connection, viewer, region, standing.month, (indicator.id,))[indicator.id].value
    ranking = rank(indicator, below, whole, len(region))
    rows = closed(ranking)
    late = rows[rows["distance"] * (indicator.direction or -1) < 0] if ranking.mean is not None else rows.iloc[:0]
    worst = tuple(late["code"].head(1 + LISTED))
    income = indicator.id == USUAL[0]
    return Position(
        regions.find(connection, viewer, region).name,
        LEVELS[len(below["code"].iloc[0])] if len(below) else "区划",
        ranking,
        standing,
        lands(connection, region, across=canvas.width / 2),
        worst,
        behind.months_behind(connection, viewer, region, standing.month, indicator, worst),
        behind.answering(connection, viewer, worst),
        behind.income_gaps(connection, viewer, region, standing.month, worst) if income else {},
        (below["denominator"] - below["numerator"]).set_axis(below["code"]).dropna().to_dict(),
    )


def overview(found: Position, canvas: Canvas) -> Poster:
    """The whole region: its map with the worst outlined, the worst large, those that follow in rows."""
    title = finding(found.ranking, found.noun)
    if not found.worst:
        known = found.ranking.rows["value"].notna().any()
        said = title if known else f"{found.indicator.label}：还没有数据"
        return Poster(said, found.subtitle, _calm(found, canvas))
    gap = canvas.text
    map_width = _map_width(found, canvas)
    width = canvas.width - map_width - (gap if map_width else 0)
    worst = _worst_blocks(found, canvas, width)
    taken = sum(block.height for block in worst) + gap * 0.5
    rows = _rows(found, canvas, width, canvas.height - taken)
    side = stacked([*worst, rows], width, canvas.height, gap * 0.5)
    return Poster(title, found.subtitle, beside(_map(found, canvas, map_width, found.worst), side, gap=gap))


def near(found: Position, below: Position, course: pd.DataFrame, canvas: Canvas) -> Poster:
    """The worst part of it: where in it, since when, and what it lacks."""
    code = found.worst[0]
    row = found.rows.loc[code]
    since = found.since.get(code)
    level = sum(found.indicator.same(value, row["value"]) for value in closed(found.ranking)["value"])
    title = first_fitting(
        [
            f"{row['name']}：{_since_words(since, found.standing.month)}{_side(found)}",
            f"{with_ties(row['name'], level)}{found.indicator.label}最{_low(found)}",
        ],
        canvas.width,
        canvas.figure,
    ) or str(row["name"])
    gap = canvas.text
    map_width = _map_width(below, canvas)
    width = canvas.width - map_width - (gap if map_width else 0)
    number = wording.amount(found.indicator, row["value"])
    blocks = [
        hero(number.number, number.unit, canvas, width, label=found.indicator.label, tone=BAD),
        *_facts(found, code, canvas, width, since=_since_words(since, found.standing.month) not in title),
    ]
    taken = sum(block.height for block in blocks) + gap * 0.5 * len(blocks)
    inner = below.ranking.rows.set_index("code")
    listed = [
        [
            Cell(str(inner.at[one, "name"]), bold=True),
            Cell(str(wording.amount(below.indicator, inner.at[one, "value"])), end=True),
        ]
        for one in (below.worst or tuple(closed(below.ranking)["code"].head(1)))
    ]
    room = room_for_rows(canvas.height - taken - LINE * canvas.small, canvas.text, most=2, air=1.25)
    heading = text_line([f"最靠后的{below.noun}"], width, canvas.small, tone=GREY, rank=8)
    rows = aligned(listed[:room], width, canvas.text, gap, rank=9, air=1.25)
    parts = [*blocks, heading if room else Block("", 0), rows]
    left = canvas.height - sum(part.height for part in parts) - gap * 0.5 * (len(parts) + 1)
    parts.append(_trend(found, course, canvas, width, min(left, width * 0.6)))
    side = stacked(parts, width, canvas.height, gap * 0.5)
    return Poster(
        title, found.said_of(str(row["name"])), beside(_map(below, canvas, map_width, below.worst), side, gap=gap)
    )


def _trend(found: Position, course: pd.DataFrame, canvas: Canvas, width: float, height: float) -> Block:
    """The course of the worst part beside the mean, where there is room to read one."""
    if height < 7 * canvas.small or len(course) < 2:
        return Block("", 0)
    drawn = trend_svg(
        course, indicator=replace(found.indicator, name=cut(str(found.rows.iloc[0]["name"]), width / 4, canvas.small)),
        chosen=found.standing.month, colours=palette(canvas.dark), width=width, height=height, text=canvas.small,
        comparison_name=found.ranking.mean_name, line=stroke(canvas),
    )  # fmt: skip
    return Block(f'<div class="drawn">{drawn}</div>', height, rank=10)


def _amount(indicator: Indicator, value: float) -> str:
    return str(wording.amount(indicator, value))


def _calm(found: Position, canvas: Canvas) -> Markup:
    """Nothing behind: why there is no ranking, or that all are level."""
    if found.ranking.rows["value"].notna().any():
        words = first_fitting([finding(found.ranking, found.noun)], canvas.width, canvas.text)
        return nothing(words, f"各{found.noun}都不落后于平均，或当月未满，暂不排名。", canvas)
    return nothing(
        f"{found.name}还没有{found.indicator.label}的数据。",
        "在数据模板里填报后导入，或在设置的“大屏态势指标”里换一个指标。",
        canvas,
    )


def _worst_blocks(found: Position, canvas: Canvas, width: float) -> list[Block]:
    """The worst one: name, figure, since when, who."""
    code = found.worst[0]
    row = found.rows.loc[code]
    number = wording.amount(found.indicator, row["value"])
    label = cut(f"最靠后：{row['name']}", width, canvas.text)
    return [
        hero(number.number, number.unit, canvas, width, label=label, tone=BAD, most=2.2),
        *_facts(found, code, canvas, width),
    ]


def _facts(found: Position, code: str, canvas: Canvas, width: float, *, since: bool = True) -> list[Block]:
    """Lines of one region: since when, how far from the mean, what it lacks, who answers."""
    who, gap = found.answering.get(code), found.gaps.get(code)
    distance = wording.apart(found.indicator, found.rows.loc[code, "distance"])
    apart, lasting = f"比{found.ranking.mean_name}{distance}", _since_words(found.since.get(code), found.standing.month)
    size = canvas.text
    lines = [
        text_line([*([f"{apart}，{lasting}"] if since else []), apart], width, size, rank=1),
        text_line([_lack(found, code, gap)], width, size, rank=3) if gap or _missing(found, code) else Block("", 0),
        text_line(_who(who), width, size, tone=GREY, rank=2),
    ]
    return [line for line in lines if line.markup]


def _lack(found: Position, code: str, gap: tuple[str, float] | None) -> str:
    if gap is not None:
        return f"{INCOME_KINDS[gap[0]]}收入每人少 {gap[1]:,.0f} 元"
    return _missing(found, code)


def _missing(found: Position, code: str) -> str:
    """Of a share of what is counted: how many are missing to the whole."""
    words = {"visit_coverage": "户未走访", "paired_share": "户未结对"}.get(found.indicator.id)
    left = found.missing.get(code)
    return f"有 {left:,.0f} {words}" if words and left else ""


def _who(who: Answering | None) -> list[str]:
    """Who answers, the fullest first."""
    if who is None:
        return ["还没有落实帮扶单位"]
    many = "等单位" if who.units > 1 else ""
    return [f"负责：{who.unit}{many}", f"{who.unit}{many}", who.unit]


def _since_words(since: Since | None, month: int) -> str:
    """连续 7 个月; 连续 3 年以上; 10月起, where it is the first; ``month`` is the one that is looked at."""
    if since is None or since.months <= 1:
        return f"{month % _YEAR + 1}月起"
    if since.longer:
        years = since.months // _YEAR
        return f"连续 {years} 年以上" if years else f"连续 {since.months} 个月以上"
    return f"连续 {since.months} 个月"


def _side(found: Position) -> str:
    side = "高于" if found.indicator.direction < 0 else "低于"
    return f"{side}{found.ranking.mean_name}"


def _low(found: Position) -> str:
    return "多" if found.indicator.direction < 0 else "低"


def _rows(found: Position, canvas: Canvas, width: float, height: float) -> Block:
    """Those that follow: name, figure, since when; and below, where there is room, who answers."""
    size, gap = canvas.text, canvas.text
    codes = found.worst[1:]
    both = room_for_rows(height, size + canvas.small * 1.0, most=LISTED, air=1.12)
    if both >= min(2, len(codes)):
        return _tall_rows(found, codes[:both], canvas, width)
    room = room_for_rows(height, size, most=LISTED, air=1.2)
    return aligned([_row(found, code) for code in codes[:room]], width, size, gap, rank=9, air=1.2)


def _row(found: Position, code: str) -> list[Cell]:
    row = found.rows.loc[code]
    value = str(wording.amount(found.indicator, row["value"]))
    return [
        Cell(str(row["name"]), bold=True),
        Cell(value, end=True),
        Cell(_since_words(found.since.get(code), found.standing.month), GREY, end=True),
    ]


def _tall_rows(found: Position, codes: Sequence[str], canvas: Canvas, width: float) -> Block:
    """Rows of two lines: the figures, and who answers for them."""
    blocks = []
    for code in codes:
        first = aligned([_row(found, code)], width, canvas.text, canvas.text, air=1.12)
        second = text_line(_who(found.answering.get(code))[-1:], width, canvas.small, tone=GREY)
        blocks.append(first.markup + second.markup)
    high = LINE * (canvas.text + canvas.small) * 1.12
    lines = "".join(f'<div style="height:{high:.1f}px">{one}</div>' for one in blocks)
    return Block(lines, high * len(blocks), rank=9)


def _map_width(found: Position, canvas: Canvas) -> int:
    """What the map takes beside the words: nothing without any ground, or where the words would be too narrow."""
    if not found.ground.each:
        return 0
    least = 15 * canvas.text
    wide = min(canvas.width * 0.56, canvas.height * 1.35)
    return int(wide) if canvas.width - wide - canvas.text >= least else max(0, int(canvas.width - least - canvas.text))


def _map(found: Position, canvas: Canvas, width: int, worst: Sequence[str]) -> str:
    """The map: land in the colour of land, what is behind in three warm steps, the worst outlined and named."""
    if width < canvas.height * 0.45:
        return ""
    colours = palette(canvas.dark)
    rows = found.ranking.rows
    steps = colours.diverging[6], colours.diverging[7], colours.diverging[8]
    fills: dict[str, str | None] = {}
    for row in rows.itertuples():
        late = wording.has_value(row.distance) and row.distance * (found.indicator.direction or -1) < 0
        shade = steps[2] if worst and row.code == worst[0] else steps[1] if row.code in worst else steps[0]
        fills[row.code] = None if not wording.has_value(row.value) else shade if late else colours.land
    legend = 1.5 * canvas.small
    drawn = region_map(
        found.ground,
        width=width,
        height=canvas.height - legend,
        text=canvas.text if len(found.ground.each) <= FEW_LANDS else canvas.small,
        colours=colours,
        fills=fills,
        first=worst,
        told={code: str(wording.amount(found.indicator, found.rows.at[code, "value"])) for code in found.worst},
        line=stroke(canvas),
        sea=False,
    )
    side = f"{_side(found)} {mean_amount(found.ranking)}" if found.ranking.mean is not None else ""
    said = first_fitting([f"{side}的{found.noun}", side], width - canvas.small * 1.4, canvas.small)
    return (
        f'<div class="drawn" style="width:{width}px">{drawn.svg}<p class="grey" style="font-size:{canvas.small:.1f}px;'
        f'line-height:{legend:.1f}px"><i class="swatch" style="background:{steps[0]}"></i> {said}</p></div>'
    )


SCENE = Scene("position", "态势", frozenset(LEVELS) - {max(LEVELS)}, posters)
