"""The village on its wall: its households numbered as they are walked, by state; by groups with who they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from components.drawing.markup import Markup, escape
from components.drawing.svg import SCREEN_TEXT
from components.drawing.svg_points import around
from components.drawing.svg_view import Box
from components.drawing.tables import Row
from components.drawing.theme import MARKS
from components.drawing.walk_map import walk_map
from components.wall.canvas import Canvas
from components.wall.scene import Place, Poster, Scene
from components.wall.village_parts import (
    NAME,
    ROW,
    URGENT,
    VILLAGE,
    Cell,
    Plan,
    asked,
    badge,
    broad,
    code_of,
    listed,
    mark,
    planned,
    subtitle,
)
from data.regions.lands import Lands, lands
from data.store.batches import batches
from data.text.official import official
from data.wall.village import VillageRoom

MOST_PAGES = 8
_CLOSE, _LEAST = 0.25, 0.002  # around a group: at each side in parts of it, and degrees at least


@dataclass(frozen=True)
class _Layout:
    """The map's ``width`` and ``height`` in pixels; ``lists`` beside each other as ``plan`` has it; ``below``: under
    the map, not beside it."""

    width: float
    height: float
    lists: int
    plan: Plan
    below: bool

    @property
    def group(self) -> int:
        return self.lists * self.plan.rows


def map_posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """The whole village with the numbers that find room, then group by group with who they are."""
    room = asked(place)
    if room.walk.empty:
        return [_nobody(place, room, canvas)]
    ground = lands(place.connection, place.region, across=canvas.height)
    layout = _layout(room, canvas, drawn=bool(ground.each))
    if len(room.walk) <= layout.group:
        return [_page(place, room, room.walk, ground, layout, canvas, whole=True)]
    whole = [_whole(place, room, ground, canvas)] if ground.each else []
    return whole + [_page(place, room, some, ground, layout, canvas) for some in _groups(room, layout.group)]


MAP = Scene("village-map", "走访图", VILLAGE, map_posters)


def _groups(room: VillageRoom, size: int) -> Iterator[pd.DataFrame]:
    """The walk in groups; of a village that would have too many, the households that are watched alone."""
    walk = room.walk
    if size and len(walk) > size * MOST_PAGES:
        walk = walk[walk["state"].isin(URGENT)].head(size * MOST_PAGES)
    for places in batches(range(len(walk)), size) if size else ():
        yield walk.iloc[places]


def _layout(room: VillageRoom, canvas: Canvas, *, drawn: bool) -> _Layout:
    """Two lists where they leave the map as broad as high, else one; nothing but lists where no map can be drawn."""
    names, helpers = broad(room.walk["head"], NAME), broad(room.walk["helper"], NAME)
    cells = (Cell(2.5), Cell(1.1), Cell(names), Cell(1.1, "v-second"), Cell(helpers, "v-second", rank=1))
    legend = 2 * ROW * canvas.small
    upright = canvas.width < canvas.height
    width = (
        canvas.width if upright or not drawn else canvas.width - min(canvas.height, canvas.width * 0.6) - canvas.text
    )
    height = canvas.height * 0.45 - legend if upright and drawn else canvas.height - legend
    one = planned(cells, canvas, width, height)
    two = planned(cells, canvas, (width - canvas.text) / 2, height)
    plan, lists = (two, 2) if all(two.cells) and 2 * two.width < width else (one, 1)
    taken = lists * (plan.width + canvas.text)
    if upright:
        return _Layout(canvas.width, canvas.height - plan.rows * plan.row - legend, lists, plan, below=True)
    return _Layout(canvas.width - taken, canvas.height, lists, plan, below=False)


def _page(
    place: Place, room: VillageRoom, some: pd.DataFrame, ground: Lands, layout: _Layout, canvas: Canvas, *,
    whole: bool = False,
) -> Poster:  # fmt: skip
    size, view = (layout.width, layout.height), None if whole else around(some, room=_CLOSE, least=_LEAST)
    drawn = _map(room.walk, some, ground, canvas, size, view) if ground.each else ""
    rows = [_row(row, canvas) for row in some.itertuples()]
    lists = "".join(listed(part, layout.plan) for part in batches(rows, layout.plan.rows))
    states = _legend(some.loc[some["state"].isin(URGENT), "state"].value_counts(), canvas, counted=False)
    body = Markup(
        f'<div class="v-map{" v-below" if layout.below else ""}">{drawn}'
        f'<div class="v-side"><div class="v-lists">{lists}</div>{states}</div></div>'
    )
    numbers = some["number"]
    reach = f"第 {numbers.iloc[0]}–{numbers.iloc[-1]} 户" if len(some) > 1 else f"第 {numbers.iloc[0]} 户"
    unvisited = int((some["visits"].fillna(1) == 0).sum())
    finding = f"本月还有 {unvisited} 户没去" if unvisited else "本月都去过了"
    only = len(room.walk) > layout.group * MOST_PAGES and not whole
    if whole or only:
        reach = f"{len(some)} 户{'未脱贫或在监测' if only else ''}"
    about = ("" if whole else f"共 {len(room.walk)} 户", "" if ground.each else "没有边界和位置，画不出地图")
    return Poster(f"{reach}，{finding}", subtitle(place, room, *about, _order(room)), body)


def _whole(place: Place, room: VillageRoom, ground: Lands, canvas: Canvas) -> Poster:
    """The whole village with all numbers that find room, and its states counted."""
    side = 11 * canvas.text
    lying = canvas.width >= canvas.height
    size = (canvas.width - side, canvas.height) if lying else (canvas.width, canvas.height - 7 * ROW * canvas.text)
    drawn = _map(room.walk, room.walk, ground, canvas, size, None)
    counts = room.counted["state"].value_counts()
    code = code_of(place, min(9 * canvas.text, canvas.height - 14 * canvas.text) if lying else 0, canvas)
    body = Markup(
        f'<div class="v-map{"" if lying else " v-below"}">{drawn}'
        f'<div class="v-side">{_legend(counts, canvas, counted=True)}{code}</div></div>'
    )
    return Poster(_finding(room), subtitle(place, room, _order(room)), body)


def _finding(room: VillageRoom) -> str:
    urgent = int(room.counted["state"].isin(URGENT).sum())
    told = f"{urgent} 户未脱贫或在监测" if urgent else official("都已脱贫，没有监测对象")
    return f"{len(room.counted)} 户，{told}"


def _order(room: VillageRoom) -> str:
    return "" if room.walk["typed"].all() else "走访顺序按就近排（示意）"


def _row(row: Row, canvas: Canvas) -> list[object]:
    visited = Markup('<b class="v-late">□</b>') if row.visits == 0 else "✓"
    return [badge(row.number, row.state, canvas), mark(row.state, canvas), row.head, visited, row.helper]


def _map(
    walk: pd.DataFrame, some: pd.DataFrame, ground: Lands, canvas: Canvas, size: tuple[float, float], view: Box | None
) -> str:
    """The drawing, with the numbers of ``some`` of the walk where they find room."""
    line = canvas.small / SCREEN_TEXT
    return walk_map(ground, walk, some, size=size, text=canvas.small, line=line, dark=canvas.dark, view=view).svg


def _legend(counts: "pd.Series[int]", canvas: Canvas, *, counted: bool) -> Markup:
    """The states that are there, each with its mark; with how many households where they are ``counted``, else with
    what tells who was not visited."""
    told = "".join(
        f"<li>{mark(state, canvas)} {escape(state)}" + (f"<b>{counts[state]:,}</b>" if counted else "") + "</li>"
        for state in MARKS
        if state in counts.index
    )
    if not counted:
        told += '<li><b class="v-late">□</b> 本月没去</li>'
    return Markup(f'<ul class="v-legend{" v-counts" if counted else ""}">{told}</ul>')


def _nobody(place: Place, room: VillageRoom, canvas: Canvas) -> Poster:
    ground = lands(place.connection, place.region, across=canvas.height)
    drawn = _map(room.walk, room.walk, ground, canvas, (canvas.width, canvas.height), None)
    return Poster("还没有帮扶户", subtitle(place, room, "导入“户”表后这里按走访顺序编号"), Markup(drawn))
