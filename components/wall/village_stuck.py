"""卡点 of a village: what is stuck, since when, and with whom."""

from collections.abc import Sequence

from components.drawing.markup import Markup, escape
from components.drawing.tables import Row
from components.wall.canvas import Canvas
from components.wall.scene import Place, Poster, Scene
from components.wall.village_parts import (
    NAME,
    ROOM,
    VILLAGE,
    Cell,
    Hero,
    asked,
    badge,
    beside,
    broad,
    fitted,
    left,
    listed,
    planned,
    spare,
    subtitle,
    with_hero,
)
from components.wall.words import MOST_ROWS

_WHOSE = 7.0  # characters


def stuck_posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """None where no problem is open."""
    room = asked(place)
    if room.problems.empty and not room.rectified:
        return []
    late = int((room.problems["days"] < 0).sum())
    if late:
        hero = Hero(-int(room.problems["days"].min()), "天", "超期最久", late=True)
    else:
        hero = Hero(len(room.problems), "个", "问题在整改")
    _, _, width, height = beside(hero, canvas)
    owner = broad(room.problems["owner"], NAME)
    cells = (
        Cell(7, grow=True),
        Cell(_WHOSE, "v-second", rank=1),
        Cell(owner, rank=2),
        Cell(6.2, "v-end"),
    )
    plan = planned(cells, canvas, width, height, rows=min(MOST_ROWS, max(1, len(room.problems))))
    title = f"卡点：{late} 个超期没整改" if late else f"卡点：{len(room.problems)} 个在整改，都没超期"
    if room.problems.empty:
        title = f"卡点：{room.rectified} 个已整改，等待销号"
    rows = spare([_row(one, canvas) for one in room.problems.itertuples()], plan, f"{title} {hero.said}")
    left_out = len(room.problems) - len(rows)
    parts = [f"已整改待销号 {room.rectified} 个" * bool(room.rectified), f"另有 {left_out} 个未列" * bool(left_out)]
    body = with_hero(hero, canvas, listed(rows, plan))
    return [Poster(title, subtitle(place, room, "问题和责任人", *parts), body)]


STUCK = Scene("village-stuck", "卡点", VILLAGE, stuck_posters, critical=True)


def _row(one: Row, canvas: Canvas) -> list[object]:
    return [one.category, _whose(one, canvas), one.owner, left(one.days)]


def _whose(one: Row, canvas: Canvas) -> Markup:
    if one.head is None or one.head != one.head:
        return Markup(ROOM)
    return Markup(f"{badge(one.number, None, canvas)} {escape(fitted(one.head, _WHOSE - 2.8))}")
