"""What a scene is: a question to the store and a poster drawn of its answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from components.drawing.markup import Markup
from components.wall.canvas import Canvas
from data.access.viewer import Viewer

Answer = TypeVar("Answer")
Known = dict[Callable[..., object], Any]  # Any: what each question answers
"""Question about a place → its answer."""


@dataclass(frozen=True)
class Place:
    """For whom and of which region (a code, '' the whole) a scene is drawn, and the county's own time. ``known``: what
    was answered to ``once`` before, of the same viewer, region, version and day."""

    connection: Connection
    viewer: Viewer
    region: str
    now: datetime
    known: Known = field(default_factory=dict, compare=False, repr=False)

    def once(self, question: Callable[["Place"], Answer]) -> Answer:
        """The answer to a question that several scenes ask, asked of the store by the first. Nobody changes it."""
        if question not in self.known:
            self.known[question] = question(self)
        answer: Answer = self.known[question]
        return answer


@dataclass(frozen=True)
class Poster:
    """One page of a scene: ``title`` says the finding, ``subtitle`` region, unit and the days that the figures stand
    at, ``body`` is markup of exactly the canvas it was drawn for."""

    title: str
    subtitle: str
    body: Markup


@dataclass(frozen=True)
class Scene:
    """One scene: its name in addresses, what it is called, the levels of regions (``data.terms.LEVELS``; 0 the whole)
    that have it, and its posters, which follow each other; none where there is nothing to show."""

    name: str
    title: str
    levels: frozenset[int]
    posters: Callable[[Place, Canvas], Sequence[Poster]]
    critical: bool = False
