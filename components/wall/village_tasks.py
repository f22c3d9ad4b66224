"""倒排工期 of a village: days left to the county's day, and its tasks, the longest overdue first."""

from collections.abc import Sequence

from components.drawing.markup import Markup, escape
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
    broad,
    fitted,
    left,
    list_poster,
    share,
)
from data.wall.village import countdown

_WHAT = 12.0  # characters
_INNER = "户内任务"


def task_posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """None where nothing is under way and nothing counted down to."""
    room, to = asked(place), countdown(place.connection, place.now.date())
    if room.tasks.empty and to is None:
        return []
    late = int((room.tasks["days"] < 0).sum())
    if to:
        hero = Hero(to[1], "天", f"距离{to[0]}还有" if to[1] else f"今天就是{to[0]}")
    elif late:
        hero = Hero(-int(room.tasks["days"].min()), "天", "超期最久", late=True)
    else:
        hero = Hero(int(room.tasks["days"].min()), "天", "离最近的期限")
    owner = broad(room.tasks["owner"], NAME)
    cells = (
        Cell(_WHAT, grow=True),
        Cell(owner, "v-second", rank=2),
        Cell(4, rank=1),
        Cell(6.2, "v-end"),
    )
    rows = [_row(one, canvas) for one in room.tasks.itertuples()]
    told = [f"本月完成 {room.finished} 项" * bool(room.finished)]
    title = _finding(len(room.tasks), late)
    return [list_poster(place, room, canvas, title=title, hero=hero, cells=cells, rows=rows, told=told, unit="项")]


TASKS = Scene("village-tasks", "倒排工期", VILLAGE, task_posters)


def _finding(number: int, late: int) -> str:
    if not number:
        return "倒排工期：没有在办的任务"
    return f"倒排工期：{late} 项超期" if late else f"倒排工期：{number} 项在办，都没超期"


def _row(one: Row, canvas: Canvas) -> list[object]:
    return [_what(one, canvas), one.owner, share(one.progress or 0, 1), left(one.days)]


def _what(one: Row, canvas: Canvas) -> Markup:
    """A task by its name; of one that is about a household nothing but whose it is."""
    if one.head is None or one.head != one.head:
        return Markup(escape(fitted(one.name or _INNER, _WHAT)))
    return Markup(f"{badge(one.number, None, canvas)} {escape(fitted(f'{one.head} {_INNER}', _WHAT - 2.5))}")
