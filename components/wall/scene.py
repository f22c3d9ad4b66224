"""What a scene is: a question to the store and a poster drawn of its answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from components.drawing.markup import Markup
from components.wall.canvas import Canvas
from data.access.viewer import Viewer


@dataclass(frozen=True)
class Place:
    """For whom and of which region (a code, '' the whole) a scene is drawn, and the county's own time."""

    connection: Connection
    viewer: Viewer
    region: str
    now: datetime


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
