"""What people decided about a checked import before it is written, and who writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.access.actors import COMMAND

Cell = tuple[str, tuple[object, ...], str, str]
"""A cell in conflict: its table, its row's key, its column, and when (ISO, local) it was entered by hand."""


@dataclass(frozen=True)
class Decisions:
    """``overwrite``: all cells in conflict are taken from the file; else those of ``taken``, where nobody has entered
    something else since. ``left``: (file, sheet) → rows that are not to be written, as the user sees their numbers (of
    收支 with them all lines of that household and period); ``without``: sheet → codes of households of whom nothing of
    it is to be written."""

    overwrite: bool = False
    taken: frozenset[Cell] = frozenset()
    left: Mapping[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def takes(self, cell: Cell) -> bool:
        """Whether a cell in conflict is taken from the file."""
        return self.overwrite or cell in self.taken


@dataclass(frozen=True)
class By:
    """Who writes an import: a ``Viewer.actor``, and from where."""

    actor: str = COMMAND
    address: str = "命令行"


NOTHING_DECIDED = Decisions()
BY_COMMAND = By()
