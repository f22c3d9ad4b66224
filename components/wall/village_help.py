"""扶持谁 · 谁负责 · 谁来扶 · 怎么扶: posters of a village, each with its figure and at most seven rows."""

from collections.abc import Sequence

from components.drawing.markup import Markup
from components.drawing.tables import Row
from components.drawing.theme import MARKS, state_marks
from components.wall.canvas import Canvas
from components.wall.scene import Place, Poster, Scene
from components.wall.village_parts import (
    NAME,
    UNIT,
    URGENT,
    VILLAGE,
    Cell,
    Hero,
    asked,
    broad,
    list_poster,
    mark,
    share,
)
from components.wall.words import MOST_ROWS
from data.duties.leaders import VACANT
from data.figures import read as figures
from data.text.official import official
from data.wall.village import VillageRoom


def help_posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """None of a village without households; those of who leads, helps and how only where that is on record."""
    room = asked(place)
    if room.counted.empty:
        return []
    posters = [_whom(place, room, canvas)]
    posters += [_led(place, room, canvas)] if room.leaders or room.missing else []
    posters += [] if room.helpers.empty else [_who(place, room, canvas)]
    posters += [] if room.measures.empty else [_how(place, room, canvas)]
    return [*posters, *_planned(place, room, canvas)]


HELP = Scene("village-help", "扶持谁 · 谁来扶 · 怎么扶", VILLAGE, help_posters)


def _whom(place: Place, room: VillageRoom, canvas: Canvas) -> Poster:
    counts = room.counted["state"].value_counts()
    hero = Hero(len(room.counted), "户", "帮扶对象")
    there = [state for state in MARKS if state in counts.index]
    cells = (Cell(1.2), Cell(7.1), Cell(6, rank=1, grow=True), Cell(3, "v-figure v-end"))
    most = int(counts.max())
    rows = [
        [mark(state, canvas), state, share(counts[state], most, _colour(state, canvas)), f"{counts[state]:,}"]
        for state in there
    ]
    urgent = int(room.counted["state"].isin(URGENT).sum())
    finding = f"{urgent} 户未脱贫或在监测" if urgent else official("都已脱贫，没有监测对象")
    title, told = f"扶持谁：{finding}", [f"{int(room.counted['persons'].sum()):,} 人"]
    return list_poster(place, room, canvas, title=title, hero=hero, cells=cells, rows=rows, told=told, unit="类")


def _colour(state: str, canvas: Canvas) -> str:
    """Grey is what is normal."""
    return state_marks(canvas.dark)[state][1] if state in URGENT else "var(--second-ink)"


def _led(place: Place, room: VillageRoom, canvas: Canvas) -> Poster:
    hero = Hero(len(room.leaders), "人", "区划负责人")
    beside = [one.phone or one.unit or "" for one in room.leaders]
    cells = (
        Cell(broad([*(one.post for one in room.leaders), *room.missing], NAME)), Cell(broad([VACANT], NAME)),
        Cell(broad(beside, UNIT), "v-second", rank=1),
    )  # fmt: skip
    gaps = [[post, Markup(f'<b class="v-late">{VACANT}</b>'), ""] for post in room.missing]
    rows = [*gaps, *([one.post, one.name, more] for one, more in zip(room.leaders, beside, strict=True))]
    title = f"谁负责：{room.missing[0]}{VACANT}" if room.missing else f"谁负责：{room.leaders[0].told}"
    return list_poster(place, room, canvas, title=title, hero=hero, cells=cells, rows=rows, unit="人")


def _who(place: Place, room: VillageRoom, canvas: Canvas) -> Poster:
    hero = Hero(len(room.helpers), "人", "结对帮扶")
    name, unit = broad(room.helpers["name"], NAME), broad(room.helpers["unit"], UNIT)
    cells = (Cell(name), Cell(unit, "v-second", rank=1), Cell(5, rank=2, grow=True), Cell(3.5, "v-end"))
    behind = int((room.helpers["unvisited"] > 0).sum())
    title = f"谁来扶：{behind} 人本月还没走访完" if behind else "谁来扶：本月户户走访到"
    rows = [_helper(one) for one in room.helpers.itertuples()]
    told, most = ["条是本月已走访的户", "差几户没走访"], MOST_ROWS - 1
    return list_poster(
        place, room, canvas, title=title, hero=hero, cells=cells, rows=rows, told=told, unit="人", most=most
    )


def _helper(one: Row) -> list[object]:
    visited = share(one.households - one.unvisited, one.households)
    return [one.name, one.unit, visited, f"差 {one.unvisited}" if one.unvisited else "✓"]


def _how(place: Place, room: VillageRoom, canvas: Canvas) -> Poster:
    top = room.measures.iloc[0]
    hero = Hero(int(top["households"]), "户", f"{top['category']}措施惠及")
    cells = (Cell(broad(room.measures["category"], NAME)), Cell(6, rank=1, grow=True), Cell(3, "v-figure v-end"))
    rows = [
        [one.category, share(one.households, top["households"]), f"{one.households:,}"]
        for one in room.measures.itertuples()
    ]
    title, told = f"怎么扶：{top['category']}措施最多", ["各类措施惠及户数", "不足 5 户的不列"]
    return list_poster(place, room, canvas, title=title, hero=hero, cells=cells, rows=rows, told=told, unit="类")


def _planned(place: Place, room: VillageRoom, canvas: Canvas) -> Sequence[Poster]:
    """How far the plans for who is watched are, as the figures say: no measure is named, since it tells of a household.
    None of a village without plans."""
    ids = ("plans_progress", "plans_overdue")
    found = figures.figures(place.connection, place.viewer, place.region, None, ids)
    progress, late = found["plans_progress"], int(found["plans_overdue"].value or 0)
    if not progress.denominator:
        return []
    done, stands = int(progress.numerator or 0), int(progress.denominator)
    hero = Hero(done, "项", "帮扶计划已落实")
    cells = (Cell(4.1), Cell(6, rank=1, grow=True), Cell(3, "v-figure v-end"))
    counts = {"已落实": done, "待落实": stands - done - late, "超期": late}
    rows = [
        [Markup(f'<b class="v-late">{word}</b>') if word == "超期" else word, share(count, stands), f"{count:,}"]
        for word, count in counts.items()
        if count
    ]
    title = f"帮扶计划：{late} 项超期" if late else "帮扶计划：没有超期的"
    told = [f"共 {stands:,} 项"]
    return [list_poster(place, room, canvas, title=title, hero=hero, cells=cells, rows=rows, told=told, unit="项")]
