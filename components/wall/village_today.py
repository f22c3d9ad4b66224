"""今日 of a village: visits today and in the month, and who has not been visited; a code that opens it on a phone."""

from collections.abc import Sequence

from components.drawing.tables import Row
from components.wall.canvas import Canvas
from components.wall.scene import Place, Poster, Scene
from components.wall.village_parts import (
    NAME,
    SCAN,
    VILLAGE,
    Cell,
    Hero,
    asked,
    badge,
    beside,
    broad,
    code_of,
    listed,
    planned,
    spare,
    subtitle,
    with_hero,
)
from components.wall.words import MOST_ROWS
from data.months import short_day


def today_posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """None of a village without households."""
    room = asked(place)
    if room.counted.empty:
        return []
    without = room.counted[room.counted["visits"] == 0].sort_values("last_visit", na_position="first", kind="stable")
    visited = len(room.counted) - len(without)
    hero = Hero(room.visited_today, "次", "今天走访")
    across, high, width, height = beside(hero, canvas)
    head, helper = broad(without["head"], NAME), broad(without["helper"], NAME)
    cells = (Cell(2.5), Cell(head), Cell(8, "v-second", rank=1, grow=True), Cell(helper, rank=2))
    plan = planned(cells, canvas, width, height, rows=min(MOST_ROWS, max(1, len(without))))
    title = f"今日：本月还有 {len(without)} 户没走访" if len(without) else "今日：本月户户走访到"
    code = code_of(place, min(across, high * 0.4), canvas)
    said = f"{title} {hero.said} {SCAN if code else ''}"
    rows = spare([_row(one, canvas) for one in without.itertuples()], plan, said)
    left_out = len(without) - len(rows)
    told = subtitle(place, room, f"本月已走访 {visited} 户", f"另有 {left_out} 户未列" * bool(left_out))
    return [Poster(title, told, with_hero(hero, canvas, listed(rows, plan), code))]


TODAY = Scene("village-today", "今日", VILLAGE, today_posters)


def _row(one: Row, canvas: Canvas) -> list[object]:
    return [badge(one.number, one.state, canvas), one.head, _last(one.last_visit), one.helper]


def _last(day: str | None) -> str:
    return f"上次 {short_day(day)}" if day else "没有走访记录"
