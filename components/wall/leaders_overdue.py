"""超期事项: what is overdue the longest and whose it is; how much of each kind, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from components.drawing.markup import Markup
from components.drawing.tables import Row
from components.wall.canvas import Canvas
from components.wall.leaders_parts import (
    BAD,
    BAR_AIR,
    GREY,
    LINE,
    MOST_WORDS,
    Block,
    Cell,
    aligned,
    bar_rows,
    beside,
    column_width,
    comfortable,
    count_words,
    hero,
    nothing,
    room_for_rows,
    rows_block,
    stacked,
    text_line,
    within_words,
)
from components.wall.leaders_strip import CALM
from components.wall.scene import Place, Poster, Scene
from data.months import short_day
from data.regions import tree as regions
from data.terms import LEVELS
from data.wall.overdue import INDICATORS, Overdue, overdue, overdue_below

LONGEST, PLACES = 5, 7
_VISITS = 3
_HIGH = 1.14  # of a row of two lines, in those


def posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """The longest; then where there is most."""
    connection, viewer, region = place.connection, place.viewer, place.region
    name = regions.find(connection, viewer, region).name
    found = overdue(connection, viewer, region, limit=LONGEST)
    below = overdue_below(connection, viewer, region)
    return drawn(name, found, below, canvas)


def drawn(name: str, found: Overdue, below: pd.DataFrame, canvas: Canvas) -> list[Poster]:
    """The posters of what is overdue in the region ``name`` (``below`` as of ``overdue_below``)."""
    subtitle = f"{name} · {short_day(found.day)}"
    found = replace(
        found, rows=found.rows.assign(place=[str(one).removeprefix(f"{name} ") for one in found.rows["place"]])
    )
    if not any(found.counts.values()):
        calm = nothing(f"{CALM}。", "到期未完成的问题、任务和资金，超过间隔天数未走访的户，会自动出现在这里。", canvas)
        return [Poster("没有超期事项", subtitle, calm)]
    told = [longest_poster(found, subtitle, comfortable(canvas, lines=17))]
    if len(below) > 1:
        told.append(places_poster(below, subtitle, comfortable(canvas, lines=15)))
    return told


def longest_poster(found: Overdue, subtitle: str, canvas: Canvas) -> Poster:
    """How many, by kind; the longest, each with its place and who answers."""
    gap = canvas.text
    width = int(canvas.width * 0.3)
    kinds = {kind: number for kind, number in found.counts.items() if number}
    if found.matters:
        first = hero(f"{found.matters:,}", "件", canvas, width, label="问题、任务、资金超期", tone=BAD)
    else:
        first, kinds = hero(f"{found.counts['走访']:,}", "户", canvas, width, label="超期未走访", tone=BAD), {}
    side = stacked([first, _kinds(kinds, width, canvas)], width, canvas.height, canvas.text * 0.4)
    rest = canvas.width - width - gap
    worst = found.rows.iloc[0]
    title = f"{worst['kind']}超期最久：{worst['place']}"
    left = MOST_WORDS - count_words(title, first.markup, *kinds)
    rows = stacked([_longest(found.rows, rest, canvas, left)], rest, canvas.height, 0)
    return Poster(title, subtitle, beside(side, rows, gap=gap))


def _kinds(kinds: Mapping[str, int], width: float, canvas: Canvas) -> Block:
    rows = [[Cell(kind), Cell(f"{number:,}", bold=True, end=True)] for kind, number in kinds.items()]
    return aligned(rows, width, canvas.text, canvas.text, rank=1, air=1.15)


def _longest(rows: pd.DataFrame, width: float, canvas: Canvas, words: int) -> Block:
    """Rows of two lines where that leaves at least three: days and matter, then place and who; else of one. No more
    than hold so many words."""
    high = LINE * (canvas.text + canvas.small) * _HIGH
    told = [" ".join([*(cell.text for cell in _head(row)), _whose(row)[0]]) for row in rows.itertuples()]
    rows = rows.head(within_words(told, words))
    room = min(int(canvas.height / high), len(rows))
    if room < min(3, len(rows)):
        few = rows.head(room_for_rows(canvas.height, canvas.text, air=BAR_AIR))
        short = [[*_head(row), Cell(str(row.place), GREY)] for row in few.itertuples()]
        return aligned(short, width, canvas.text, canvas.text, air=BAR_AIR, first=1)
    lines, heads = [], [_head(row) for row in rows.head(room).itertuples()]
    days = column_width(heads, 0, canvas.text, width)
    for row, head in zip(rows.head(room).itertuples(), heads, strict=True):
        first = rows_block([head], [days, width - days - canvas.text], canvas.text, canvas.text, air=_HIGH)
        second = text_line(_whose(row), width, canvas.small, tone=GREY)
        lines.append(f'<div style="height:{high:.1f}px">{first.markup}{second.markup}</div>')
    return Block("".join(lines), high * len(lines))


def _head(row: Row) -> list[Cell]:
    what = row.kind if row.kind == "走访" else f"{row.kind} {row.what}"  # how many households: counted at the left
    return [Cell(f"{row.days:,} 天", BAD, bold=True), Cell(str(what), bold=True)]


def _whose(row: Row) -> list[str]:
    """Where, and who answers; the fullest first."""
    owner = row.owner if isinstance(row.owner, str) else ""
    unit = row.unit if isinstance(row.unit, str) else ""
    if not owner and row.kind == "走访":
        owner = "没有帮扶责任人"
    who = f"{owner}（{unit}）" if owner and unit else owner or unit
    return [" · ".join(filter(None, (row.place, who))), " · ".join(filter(None, (row.place, owner))), str(row.place)]


def places_poster(below: pd.DataFrame, subtitle: str, canvas: Canvas) -> Poster:
    """Where most is overdue: matters in bars, visits in the words of the first three."""
    gap = canvas.text * 1.5
    noun = LEVELS[len(below["code"].iloc[0])]
    matters = below[below["matters"] > 0]
    worst = (matters if len(matters) else below).iloc[0]
    width = int(canvas.width * 0.34)
    amount, unit = (worst["matters"], "件") if len(matters) else (worst["走访"], "户")
    visits = below.sort_values("走访", ascending=False, kind="stable").head(_VISITS)
    rows = [
        [Cell(str(row["name"])), Cell(f"{row['走访']:,} 户", bold=True, end=True)]
        for _, row in visits[visits["走访"] > 0].iterrows()
    ]
    heading = text_line(["走访超期最多"], width, canvas.text, tone=GREY, rank=2)
    blocks = [hero(f"{amount:,}", unit, canvas, width, label=str(worst["name"]), tone=BAD)]
    if rows and len(matters):
        blocks += [heading, aligned(rows, width, canvas.text, canvas.text, rank=3, air=1.15)]
    side = stacked(blocks, width, canvas.height, canvas.text * 0.4)
    rest = canvas.width - width - gap
    key = "matters" if len(matters) else "走访"
    shown = (matters if len(matters) else below).head(
        room_for_rows(canvas.height, canvas.text, most=PLACES, air=BAR_AIR)
    )
    bars = [(str(row["name"]), f"{row[key]:,} {unit}", float(row[key])) for _, row in shown.iterrows()]
    listed = stacked([bar_rows(bars, rest, canvas.text)], rest, canvas.height, 0)
    title = f"{noun}中{worst['name']}超期最多"
    return Poster(title, f"{subtitle} · {'、'.join(INDICATORS)}" if len(matters) else subtitle,
                  Markup(beside(side, listed, gap=gap)))  # fmt: skip


SCENE = Scene("overdue", "超期事项", frozenset(LEVELS) - {max(LEVELS)}, posters, critical=True)
