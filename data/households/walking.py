"""The order in which a village is walked (走访顺序): as typed, else from the office to whoever lives nearest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine, text

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ, WRITE
from data.access.viewer import Viewer
from data.errors import Refused
from data.figures.sources import HELPED_SQL
from data.figures.states import standing, there_on
from data.households.edits import Edit, commit_together
from data.households.village import WALKED, points
from data.model import region
from data.regions.outlines import Shapes

Point = tuple[float, float]
"""Degrees east, degrees north."""
LAST_PLACE = 99_999
"""As the workbook takes it."""


@dataclass(frozen=True)
class Stop:
    """A household on the walk: its number in the stored order or None, and where it is on record to live, or None."""

    id: int
    typed: int | None
    place: Point | None


@needs(READ, HOUSEHOLDS)
def walked(connection: Connection, viewer: Viewer, village: str, month: int) -> pd.DataFrame:
    """The households of a village as they are walked in a month, of whom the viewer may see: ``number`` (from 1, the
    same for every viewer, on screens and on paper), ``stored`` (its place as it was typed, None), ``typed`` (whether it
    was) and the columns of ``data.households.village.points``; ``sketch`` tells a position that is a guess.

    These are the households that the figures count, and whichever the village gave a place. Where any place was not
    typed, the order is a sketch (示意). Raises OutOfScope for a village that is not the viewer's.
    """
    numbered = pd.DataFrame(
        [(stop.id, number, stop.typed) for number, stop in enumerate(_walk(connection, village, month), 1)],
        columns=["id", "number", "stored"],
        dtype=object,
    ).astype({"number": int})
    numbered["typed"] = numbered["stored"].notna()
    placed = points(connection, viewer, village, month, filters=WALKED)
    return placed.merge(numbered, on="id", how="inner").sort_values("number", ignore_index=True)


@needs(WRITE, HOUSEHOLDS)
def arrange(
    engine: Engine,
    viewer: Viewer,
    before: Mapping[int, int | None],
    after: Mapping[int, int | None],
    *,
    now: datetime,
) -> list[int]:
    """Store places on the walk (household → number, None: no place of its own) where they are others than ``before``,
    as they were read; returns the changes, which can be taken back together. Raises what
    ``data.households.edits.commit_together`` does, and Refused for no places of a walk or where nothing is another."""
    places = [number for number in after.values() if number is not None]
    if len(set(places)) < len(places) or not all(0 < number <= LAST_PLACE for number in places):
        raise Refused("走访顺序应从1起、不重复，请重新打开再排。")
    done = {
        id: [Edit("household", {}, {"walking_order": before[id]}, {"walking_order": number})]
        for id, number in after.items()
        if before[id] != number
    }
    if not done:
        raise Refused("顺序没有变动，不用保存。")
    return commit_together(engine, viewer, done, what="排走访顺序", now=now)


def office(connection: Connection, village: str) -> Point | None:
    """Where the walk begins: the village's own point, else a point within its shape; None where nothing is known."""
    own = connection.execute(
        region.select().with_only_columns(region.c.lon, region.c.lat).where(region.c.code == village)
    ).one_or_none()
    if own is not None and own.lon is not None and own.lat is not None:
        return own.lon, own.lat
    shape = Shapes(connection, village).shape(village) if own is not None else None
    if shape is None:
        return None
    inner: shapely.Point = shape[0].representative_point()
    return inner.x, inner.y


def walk(stops: Sequence[Stop], start: Point | None) -> list[Stop]:
    """The stops in their order: the typed ones by their numbers (one number twice: by id), from there the nearest next
    of those whose place is known, the others at the end by id."""
    typed = sorted((stop for stop in stops if stop.typed is not None), key=lambda stop: (stop.typed or 0, stop.id))
    rest = sorted((stop for stop in stops if stop.typed is None), key=lambda stop: stop.id)
    here = next((stop.place for stop in reversed(typed) if stop.place is not None), start)
    return [*typed, *_nearest_next([stop for stop in rest if stop.place], here), *(s for s in rest if not s.place)]


def _nearest_next(stops: list[Stop], here: Point | None) -> list[Stop]:
    places = np.array([stop.place for stop in stops], float).reshape(-1, 2)
    left, order = np.ones(len(stops), bool), []
    for _ in stops:
        nearest = int(np.argmax(left)) if here is None else _nearest(places, left, here)
        left[nearest] = False
        order.append(stops[nearest])
        here = stops[nearest].place
    return order


def _nearest(places: npt.NDArray[np.float64], left: npt.NDArray[np.bool_], here: Point) -> int:
    """Which of the places that are left is nearest, by a measure that only compares within a village."""
    apart = (places - here) * (cos(radians(here[1])), 1)
    return int(np.argmin(np.where(left, (apart * apart).sum(axis=1), np.inf)))


_STOPS = f"""
    SELECT h.id, h.walking_order, h.lon, h.lat FROM household h JOIN month m ON m.month = :month JOIN {standing()}
    WHERE s.village = :village AND {there_on()} AND (h.walking_order IS NOT NULL OR {HELPED_SQL})"""


def _walk(connection: Connection, village: str, month: int) -> list[Stop]:
    """Everybody's order, whoever asks, so that a number means the same household to all."""
    found = connection.execute(text(_STOPS), {"village": village, "month": month})
    stops = [
        Stop(row.id, row.walking_order, None if row.lon is None or row.lat is None else (row.lon, row.lat))
        for row in found
    ]
    return walk(stops, office(connection, village))
