"""The part of 监测帮扶 that is about clues: the list, one of them, taking one down."""

from collections.abc import Mapping

from components.monitoring.clue_address import LIST, TELL
from components.monitoring.clue_list import show_clues
from components.monitoring.one_clue import show_clue
from components.monitoring.telling import may_tell, show_telling
from components.shell.errors import problem
from components.shell.reading import whole
from components.shell.screen import Screen
from data.errors import NotFound


def show_clue_part(screen: Screen, parameters: Mapping[str, str]) -> bool:
    """Draw what the address asks for of clues; False where it asks for something else."""
    view = parameters.get("view")
    if "clue" in parameters:
        _show_one(screen, parameters)
    elif view == TELL and may_tell(screen.viewer):
        show_telling(screen)
    elif view in (LIST, TELL):
        if view == TELL:
            problem("您现在的身份请在户档案里按“报线索”，已显示清单。")
        show_clues(screen, parameters)
    else:
        return False
    return True


def _show_one(screen: Screen, parameters: Mapping[str, str]) -> None:
    try:
        show_clue(screen, whole(parameters["clue"]) or 0)
    except NotFound as error:
        problem(f"{error}已显示清单。")
        show_clues(screen, parameters)
