"""The lands of a map that is drawn as a picture: shapes simplified together for the size they are drawn at.

Geometry and names, never a record. What the browser draws itself it fetches from ``data.regions.outlines``.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from sqlalchemy import Connection, Engine

from data.regions.names import named_apart
from data.regions.outlines import Shapes, bounded_above, stacked
from data.regions.versions import Version, versions

_STEPS = (700, 1000, 1400, 2000, 2800, 4000)  # pixels across that shapes are kept for
_MOST_KEPT = 64
_lock = threading.Lock()
_kept: dict[tuple[Engine, str, int | None, int, Version], "Lands"] = {}


@dataclass(frozen=True)
class Land:
    """A region to be drawn: ``shape`` is a (multi)polygon in degrees (WGS-84); ``sketch``: it is only guessed;
    ``above``: it lies on a larger one of the same map and is drawn after all that do not."""

    code: str
    name: str
    shape: shapely.Geometry
    sketch: bool
    above: bool = False


@dataclass(frozen=True)
class Lands:
    """The map of the region ``code``: ``each`` land that is filled; ``over`` them the region's direct children where
    the lands lie deeper (townships over villages), of the same edges; the region's ``outline``, None where nothing is
    known; its ``seat`` (longitude, latitude) where that is known (a village's office)."""

    code: str
    each: tuple[Land, ...]
    over: tuple[Land, ...]
    outline: shapely.Geometry | None
    seat: tuple[float, float] | None

    def of(self, codes: Sequence[str]) -> tuple[float, float, float, float] | None:
        """(west, south, east, north) of some of the lands, or of those in them; None where none has a shape."""
        found = [land.shape for land in (*self.each, *self.over) if any(land.code.startswith(code) for code in codes)]
        return tuple(shapely.total_bounds(found).tolist()) if found else None


def lands(connection: Connection, code: str, level: int | None = None, *, across: float = 1000) -> Lands:
    """The direct children of a region ('' has the roots), or all of one level (length of a code) below it; a village is
    its own land. ``across``: about how many pixels wide or high the picture is.

    Kept in memory until there is a write where the shapes come from. Raises NotFound for a region that is not there.
    """
    fineness = next((step for step in _STEPS if step >= across), _STEPS[-1])
    top = bounded_above(connection, code)
    key = (connection.engine, code, level, fineness, versions(connection, top)[top])
    with _lock:  # two who ask for the same shall not work it out twice
        if key not in _kept:
            if len(_kept) >= _MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = _lands(connection, code, level, fineness)
        return _kept[key]


def _lands(connection: Connection, code: str, level: int | None, fineness: int) -> Lands:
    shapes = Shapes(connection, code)
    children = shapes.children(code)
    codes = (children if level is None else shapes.level(code, level)) or [code]
    each = _simplified(shapes, codes, fineness)
    named = named_apart(connection, {land.code: land.name for land in each})
    each = [replace(land, name=named[land.code]) for land in each]
    over = [] if set(codes) <= {*children, code} else _over(shapes, children, each)
    outline = _whole([land.shape for land in over or each]) if each else None
    return Lands(code, tuple(each), tuple(over), outline, shapes.seat(code))


def _simplified(shapes: Shapes, codes: list[str], fineness: int) -> list[Land]:
    """The regions that have a shape, without corners that could not be seen; neighbours keep shared edges."""
    shapes.load(codes)
    found = [(code, *shape) for code in codes if (shape := shapes.shape(code)) is not None]
    if not found:
        return []
    geometry = np.array([shape for _, shape, _ in found], object)
    beside, above = stacked(geometry)
    found, geometry = [found[one] for one in (*beside, *above)], geometry[[*beside, *above]]
    west, south, east, north = shapely.total_bounds(geometry)
    drawn = shapely.coverage_simplify(geometry, max(east - west, north - south) / fineness)
    return [
        Land(code, shapes.names.get(code, ""), shape, sketch, above=place >= len(beside))
        for place, ((code, _, sketch), shape) in enumerate(zip(found, drawn, strict=True))
    ]


def _over(shapes: Shapes, codes: list[str], each: Sequence[Land]) -> list[Land]:
    """Regions above the lands, each the union of those that lie in it: so that its line runs along theirs."""
    inside = {code: [land for land in each if land.code.startswith(code)] for code in codes}
    return [
        Land(code, shapes.names[code], _whole([land.shape for land in some]), any(land.sketch for land in some))
        for code, some in inside.items()
        if some
    ]


def _whole(parts: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """The union without its holes, which are gaps between neighbours as surveyed."""
    union = shapely.union_all(parts)
    return shapely.multipolygons([shapely.Polygon(part.exterior) for part in shapely.get_parts(union)])
