"""All scenes, in the order in which they follow each other where a display names none."""

from components.wall.leaders_changes import SCENE as CHANGES
from components.wall.leaders_income import SCENE as INCOME
from components.wall.leaders_overdue import SCENE as OVERDUE
from components.wall.leaders_position import SCENE as POSITION
from components.wall.leaders_projects import SCENE as PROJECTS
from components.wall.scene import Scene
from components.wall.village_help import HELP
from components.wall.village_map import MAP
from components.wall.village_stuck import STUCK
from components.wall.village_tasks import TASKS
from components.wall.village_today import TODAY

SCENES: tuple[Scene, ...] = (
    # One line each, in the order of a round.
    POSITION,
    INCOME,
    PROJECTS,
    OVERDUE,
    CHANGES,
    MAP,
    HELP,
    TASKS,
    TODAY,
    STUCK,
)


def scenes_for(level: int) -> tuple[Scene, ...]:
    """Those that regions of this level have (``data.terms.LEVELS``; 0 the whole)."""
    return tuple(scene for scene in SCENES if level in scene.levels)
