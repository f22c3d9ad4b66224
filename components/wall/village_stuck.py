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
    broad,
    fitted,
    left,
    list_poster,
)

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
    owner = broad(room.problems["owner"], NAME)
    cells = (
        Cell(7, grow=True),
        Cell(_WHOSE, "v-second", rank=1),
        Cell(owner, rank=2),
        Cell(6.2, "v-end"),
    )
    title = f"卡点：{late} 个超期没整改" if late else f"卡点：{len(room.problems)} 个在整改，都没超期"
    if room.problems.empty:
        title = f"卡点：{room.rectified} 个已整改，等待销号"
    rows = [_row(one, canvas) for one in room.problems.itertuples()]
    told = ["问题和责任人", f"已整改待销号 {room.rectified} 个" * bool(room.rectified)]
    return [list_poster(place, room, canvas, title=title, hero=hero, cells=cells, rows=rows, told=told, unit="个")]


STUCK = Scene("village-stuck", "卡点", VILLAGE, stuck_posters, critical=True)


def _row(one: Row, canvas: Canvas) -> list[object]:
    return [one.category, _whose(one, canvas), one.owner, left(one.days)]


def _whose(one: Row, canvas: Canvas) -> Markup:
    if one.head is None or one.head != one.head:
        return Markup(ROOM)
    return Markup(f"{badge(one.number, None, canvas)} {escape(fitted(one.head, _WHOSE - 2.8))}")
