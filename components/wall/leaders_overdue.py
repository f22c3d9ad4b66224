"""超期事项: what is overdue the longest and whose it is; how much of each kind, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from components.drawing.ranking import with_ties
from components.drawing.tables import Row
from components.wall.canvas import Canvas
from components.wall.leaders_parts import (
    BAD,
    BAR_AIR,
    GREY,
    Block,
    Cell,
    aligned,
    bar_rows,
    column_width,
    comfortable,
    figure_and_rows,
    hero,
    nothing,
    room_for_rows,
    rows_block,
    tall_high,
    tall_rows,
    text_line,
    within_words,
)
from components.wall.leaders_strip import CALM
from components.wall.scene import Place, Poster, Scene
from components.wall.words import MOST_WORDS, count_words
from data.duties.leaders import VACANT
from data.months import short_day
from data.regions import tree as regions
from data.terms import LEVELS
from data.wall.leaders import leaders_on_wall
from data.wall.overdue import INDICATORS, POST, Overdue, overdue, overdue_below

LONGEST, PLACES = 5, 7
_VISITS = 3


def posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """The longest; then where there is most."""
    connection, viewer, region = place.connection, place.viewer, place.region
    name = regions.find(connection, viewer, region).name
    found = overdue(connection, viewer, region, limit=LONGEST)
    below = overdue_below(connection, viewer, region)
    first = leaders_on_wall(connection, viewer, below["code"].head(1).tolist(), found.day)
    below = below.assign(leader=[next((one.told for one in first.get(code, ())), VACANT) for code in below["code"]])
    return drawn(name, found, below, canvas)


def drawn(name: str, found: Overdue, below: pd.DataFrame, canvas: Canvas) -> list[Poster]:
    """The posters of what is overdue in the region ``name`` (``below`` as of ``overdue_below``, with who answers for
    the first of them)."""
    subtitle = f"{name} · {short_day(found.day)}"
    found = replace(
        found, rows=found.rows.assign(place=[str(one).removeprefix(f"{name} ") for one in found.rows["place"]])
    )
    if not any(found.counts.values()) and not found.vacant:
        calm = nothing(
            f"{CALM}。", "到期未完成的问题、任务、资金和帮扶措施，超过间隔天数未走访的户，会自动出现在这里。", canvas
        )
        return [Poster("没有超期事项", subtitle, calm)]
    told = [longest_poster(found, subtitle, comfortable(canvas, lines=17))]
    if len(below) > 1:
        told.append(places_poster(below, subtitle, comfortable(canvas, lines=15)))
    return told


def longest_poster(found: Overdue, subtitle: str, canvas: Canvas) -> Poster:
    """How many, by kind; the longest, each with its place and who answers."""
    kinds = {kind: number for kind, number in found.counts.items() if number} if found.matters else {}
    kinds |= {f"空缺{POST}": found.vacant} if found.vacant else {}

    def side(canvas: Canvas, width: float) -> list[Block]:
        if found.matters:
            first = hero(f"{found.matters:,}", "件", canvas, width, label="问题、任务、资金、措施超期", tone=BAD)
        elif not found.counts["走访"]:
            first = hero(f"{found.vacant:,}", "个", canvas, width, label=f"{POST}空缺", tone=BAD)
        else:
            first = hero(f"{found.counts['走访']:,}", "户", canvas, width, label="超期未走访", tone=BAD)
        return [first, _kinds(kinds, width, canvas)]

    share = 0.3
    title = _title(found.rows)
    words = MOST_WORDS - count_words(title, side(canvas, canvas.width * share)[0].markup, *kinds)
    told = [" ".join([*(cell.text for cell in _head(row)), _whose(row)[0]]) for row in found.rows.itertuples()]
    few = found.rows.head(within_words(told, words))
    room = min(int(canvas.height / tall_high(canvas)), len(few))
    if room < min(3, len(few)):
        few, build = few.head(room_for_rows(canvas.height, canvas.text, air=BAR_AIR)), _short
    else:
        few, build = few.head(room), _longest
    body = figure_and_rows(
        side, lambda canvas, width, air: build(few, canvas, width, air), canvas, share=share, gap=canvas.text
    )
    return Poster(title, subtitle, body)


def _title(rows: pd.DataFrame) -> str:
    """The longest, and that there are others as long where there are."""
    worst = rows.iloc[0]
    level = rows[rows["days"] == worst["days"]]
    kind = worst["kind"] if level["kind"].nunique() == 1 else ""
    how = "空缺" if kind == POST else "超期"
    return f"{kind}{how}最久：{worst['place']}{'等' if level['place'].nunique() > 1 else ''}"


def _kinds(kinds: Mapping[str, int], width: float, canvas: Canvas) -> Block:
    rows = [[Cell(kind), Cell(f"{number:,}", bold=True, end=True)] for kind, number in kinds.items()]
    return aligned(rows, width, canvas.text, canvas.text, rank=1, air=1.15)


def _short(rows: pd.DataFrame, canvas: Canvas, width: float, air: float) -> Block:
    """Rows of one line: days, matter, place."""
    told = [[*_head(row), Cell(str(row.place), GREY)] for row in rows.itertuples()]
    return aligned(told, width, canvas.text, canvas.text, air=BAR_AIR * air, first=1)


def _longest(rows: pd.DataFrame, canvas: Canvas, width: float, air: float) -> Block:
    """Rows of two lines: days and matter, then place and who."""
    heads = [_head(row) for row in rows.itertuples()]
    days = column_width(heads, 0, canvas.text, width)
    widths = [days, width - days - canvas.text]
    lines = [
        (
            rows_block([head], widths, canvas.text, canvas.text),
            text_line(_whose(row), width, canvas.small, tone=GREY),
        )
        for row, head in zip(rows.itertuples(), heads, strict=True)
    ]
    return tall_rows(lines, canvas, air=air)


def _head(row: Row) -> list[Cell]:
    what = row.kind if row.kind == "走访" else f"{row.kind} {row.what}"  # how many households: counted at the left
    return [Cell(f"{row.days:,} 天", BAD, bold=True), Cell(str(what), bold=True)]


def _whose(row: Row) -> list[str]:
    """Where, and who answers; the fullest first."""
    owner = row.owner if isinstance(row.owner, str) else ""
    unit = row.unit if isinstance(row.unit, str) else ""
    if not owner and not unit:
        owner = "没有帮扶责任人" if row.kind == "走访" else "没有登记责任人"
    who = f"{owner}（{unit}）" if owner and unit else owner or unit
    return [" · ".join(filter(None, (row.place, who))), " · ".join(filter(None, (row.place, owner))), str(row.place)]


def places_poster(below: pd.DataFrame, subtitle: str, canvas: Canvas) -> Poster:
    """Where most is overdue: matters in bars, visits in the words of the first three."""
    matters = below[below["matters"] > 0]
    key, unit, kinds = ("matters", "件", "、".join(INDICATORS)) if len(matters) else ("走访", "户", "")
    listed = matters if len(matters) else below
    worst = listed.iloc[0]
    visits = below.sort_values("走访", ascending=False, kind="stable").head(_VISITS) if len(matters) else below.iloc[:0]
    visited = [
        [Cell(str(row["name"])), Cell(f"{row['走访']:,} 户", bold=True, end=True)]
        for _, row in visits[visits["走访"] > 0].iterrows()
    ]

    def side(canvas: Canvas, width: float) -> list[Block]:
        first = [hero(f"{worst[key]:,}", unit, canvas, width, label=str(worst["name"]), tone=BAD)]
        if "leader" in below:
            first.append(text_line([str(worst["leader"])], width, canvas.text, rank=1))
        if not visited:
            return first
        heading = text_line(["走访超期最多"], width, canvas.text, tone=GREY, rank=2)
        return [*first, heading, aligned(visited, width, canvas.text, canvas.text, rank=3, air=1.15)]

    shown = listed.head(room_for_rows(canvas.height, canvas.text, most=PLACES, air=BAR_AIR))
    bars = [(str(row["name"]), f"{row[key]:,} {unit}", float(row[key])) for _, row in shown.iterrows()]

    def rows(canvas: Canvas, width: float, air: float) -> Block:
        return bar_rows(bars, width, canvas.text, air=BAR_AIR * air)

    most = with_ties(str(worst["name"]), int((listed[key] == worst[key]).sum()))
    return Poster(
        f"{LEVELS[len(below['code'].iloc[0])]}中{most}超期最多",
        " · ".join(filter(None, (subtitle, kinds))),
        figure_and_rows(side, rows, canvas, share=0.34, gap=canvas.text * 1.5),
    )


SCENE = Scene("overdue", "超期事项", frozenset(LEVELS) - {max(LEVELS)}, posters, critical=True)
