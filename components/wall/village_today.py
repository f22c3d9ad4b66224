"""今日 of a village: visits today and in the month, and who has not been visited; a code that opens it on a phone."""

from collections.abc import Sequence

from components.drawing.tables import Row
from components.wall.canvas import Canvas
from components.wall.scene import Place, Poster, Scene
from components.wall.village_parts import (
    NAME,
    VILLAGE,
    Cell,
    Hero,
    asked,
    badge,
    beside,
    broad,
    code_of,
    list_poster,
)
from data.months import short_day
from data.wall.village import VillageRoom


def today_posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """None of a village without households."""
    room = asked(place)
    if room.counted.empty:
        return []
    without = room.counted[room.counted["visits"] == 0].sort_values("last_visit", na_position="first", kind="stable")
    visited = len(room.counted) - len(without)
    hero = Hero(room.visited_today, "次", "今天走访")
    across, high, *_ = beside(hero, canvas)
    head, helper = broad(without["head"], NAME), broad(without["helper"], NAME)
    cells = (Cell(2.5), Cell(head), Cell(8, "v-second", rank=1, grow=True), Cell(helper, rank=2))
    title = f"今日：本月还有 {len(without)} 户没走访" if len(without) else "今日：本月户户走访到"
    code = code_of(place, min(across, high * 0.4), canvas)
    rows = [_row(one, canvas) for one in without.itertuples()]
    told = [f"本月已走访 {visited} 户", f"今天记录 {room.written_today} 条" * bool(room.written_today), *_done(room)]
    poster = list_poster(
        place, room, canvas, title=title, hero=hero, cells=cells, rows=rows, told=told, unit="户", code=code
    )
    return [poster]


LONGEST = 24
TODAY = Scene("village-today", "今日", VILLAGE, today_posters)


def _row(one: Row, canvas: Canvas) -> list[object]:
    return [badge(one.number, one.state, canvas), one.head, _last(one.last_visit), one.helper]


def _done(room: VillageRoom) -> list[str]:
    """The latest that was written of the village itself, where it is short enough to be read from afar."""
    return [one.rstrip("。") for one in room.done_today if len(one) <= LONGEST][:1]


def _last(day: str | None) -> str:
    return f"上次 {short_day(day)}" if day else "没有走访记录"
