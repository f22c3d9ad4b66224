"""All scenes, in the order in which they follow each other where a display names none."""

from collections.abc import Sequence

from components.drawing.markup import Markup, escape
from components.wall.canvas import Canvas
from components.wall.leaders_changes import SCENE as CHANGES
from components.wall.leaders_income import SCENE as INCOME
from components.wall.leaders_overdue import SCENE as OVERDUE
from components.wall.leaders_position import SCENE as POSITION
from components.wall.leaders_projects import SCENE as PROJECTS
from components.wall.scene import Place, Poster, Scene
from components.wall.village_help import HELP
from components.wall.village_map import MAP
from components.wall.village_parts import VILLAGE
from components.wall.village_stuck import STUCK
from components.wall.village_tasks import TASKS
from components.wall.village_today import TODAY
from data.regions import tree as regions
from data.terms import LEVELS


def _named(place: Place, canvas: Canvas) -> Sequence[Poster]:
    name = regions.find(place.connection, place.viewer, place.region).name
    size = min(canvas.width / max(len(name), 4), canvas.height * 0.6)
    return [Poster("村级作战室", name, Markup(f'<p style="font-size:{size:.0f}px">{escape(name)}</p>'))]


SCENES: tuple[Scene, ...] = (
    # One line each, in the order of a round.
    POSITION,
    INCOME,
    PROJECTS,
    OVERDUE,
    CHANGES,
    Scene("name", "区划", frozenset(LEVELS) - VILLAGE, _named),
    MAP,
    HELP,
    TASKS,
    TODAY,
    STUCK,
)


def scenes_for(level: int) -> tuple[Scene, ...]:
    """Those that regions of this level have (``data.terms.LEVELS``; 0 the whole)."""
    return tuple(scene for scene in SCENES if level in scene.levels)
