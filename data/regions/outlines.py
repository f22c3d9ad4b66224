"""What the map fetches: outlines of regions as GeoJSON, simplified together so that neighbours keep shared edges.

Geometry and names, never a record. A region without a boundary of its own is the union of its children; a village
without any is a cell around its point, and said to be a sketch.
"""

import hashlib
import json
import random
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine, exists, func, or_, select

from data.access.viewer import within
from data.errors import NotFound
from data.model import boundary, household, region
from data.regions.sketch import cells
from data.regions.tree import WHOLE, called_on, standing_on
from data.regions.versions import Version, versions, way_to
from data.store.batches import batches

LEVELS = {"province": 2, "city": 4, "county": 6, "township": 9, "village": 12}
"""Word for a level in a URL → length of its codes. Beside them: ``children`` and ``outline``."""

_FINENESS = (2000, 1400, 1000, 700, 500, 350, 250)  # the tolerance is the extent divided by one of these:
_ENOUGH = 300_000  # the first whose answer is no longer than so many bytes
_FEW = 5  # households: the mean of fewer is blurred, for the map's address asks nobody's name
_lock = threading.Lock()


class Shapes:
    """The shapes of a region and of all below it, worked out when asked for, from one connection.

    As they are on a day (ISO; None: today): the land of a village that went over to another is that one's since."""

    def __init__(self, connection: Connection, code: str, day: str | None = None) -> None:
        """Reads which regions there are and which have a boundary; raises NotFound for a region that is not there."""
        self._connection = connection
        top = bounded_above(connection, code)
        columns = (region.c.code, called_on(day), region.c.parent, region.c.lon, region.c.lat)
        inside = within(region.c.code, top)
        there = or_(standing_on(day), region.c.code == code)
        rows = connection.execute(select(*columns).where(inside, there).order_by(region.c.code)).all()
        self.names = {row.code: row.name for row in rows}
        self._taken_in = _taken_in(connection, day)
        if code and code not in self.names:
            raise NotFound(f"没有代码为 {code} 的区划。")
        self._points = {row.code: (row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None}
        self._parents = {row.code: row.parent for row in rows}
        self._children: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            self._children[row.parent].append(row.code)
        bounded = select(boundary.c.region).where(within(boundary.c.region, top))
        self._bounded = set(connection.scalars(bounded))
        self._whole: dict[str, tuple[shapely.Geometry, bool] | None] = {}
        self._known: dict[str, tuple[shapely.Geometry, bool] | None] = {}
        self._sketched: set[str] = set()

    def children(self, code: str) -> list[str]:
        """Direct children, in the order of their codes."""
        return self._children[code]

    def level(self, code: str, length: int) -> list[str]:
        """Regions below ``code`` whose codes have that length."""
        return [one for one in self.names if len(one) == length and one != code and one.startswith(code)]

    def seat(self, code: str) -> tuple[float, float] | None:
        """Where a region's own point lies (longitude, latitude)."""
        return self._points.get(code)

    def load(self, codes: Iterable[str]) -> None:
        """Read the boundaries of several regions at once."""
        wanted = [code for code in codes if code in self._bounded and code not in self._known]
        for some in batches(wanted, 500):
            asked = select(boundary).where(boundary.c.region.in_(some))
            for row in self._connection.execute(asked):
                self._known[row.region] = (shapely.from_wkb(bytes(row.geometry)), False)

    def shape(self, code: str) -> tuple[shapely.Geometry, bool] | None:
        """(geometry, whether it is a sketch), None where nothing is known; '' is the union of the roots."""
        if not (others := self._taken_in.get(code)):
            return self._own(code)
        if code not in self._whole:
            bounds = self._connection.execute(
                select(boundary.c.geometry).where(boundary.c.region.in_(others))
            ).scalars()
            parts = [shapely.from_wkb(bytes(bound)) for bound in bounds]
            own = self._own(code)
            self._whole[code] = (shapely.union_all([own[0], *parts]), own[1]) if own else None
        return self._whole[code]

    def _own(self, code: str) -> tuple[shapely.Geometry, bool] | None:
        """The same without what it took in."""
        if code in self._bounded and code not in self._known:
            self.load([code])
        elif code not in self._known:
            self._sketch(self._anchor(code))
            if code not in self._known:
                self._known[code] = self._union(code)
        return self._known[code]

    def _anchor(self, code: str) -> str:
        """The nearest region above that has a boundary, '' where none has."""
        while code and code not in self._bounded:
            code = self._parents[code]
        return code

    def _union(self, code: str) -> tuple[shapely.Geometry, bool] | None:
        children = self.children(code)
        self.load(children)
        parts = [self.shape(child) for child in children]
        found = [part for part in parts if part is not None]
        if not found:
            return None
        whole = shapely.union_all([shape for shape, _ in found])
        return whole, len(found) < len(parts) or any(sketch for _, sketch in found)

    def _sketch(self, anchor: str) -> None:
        """Draw the cells of all regions under the anchor that have neither a boundary nor anybody below with one."""
        if anchor in self._sketched:
            return
        self._sketched.add(anchor)
        if all(code in self._bounded or self.children(code) for code in self.names):
            return
        points = {**self._means(anchor), **self._points}
        taken, bare = self._sorted_out(anchor, points)
        self.load(taken)
        around = self._boundary(anchor) if anchor else None
        drawn = cells({code: points[code] for code in bare}, around, [self._boundary(code) for code in taken])
        self._known.update({code: (cell, True) for code, cell in drawn.items()})

    def _boundary(self, code: str) -> shapely.Geometry:
        """The shape of a region that has a boundary."""
        known = self.shape(code)
        assert known is not None
        return known[0]

    def _sorted_out(self, code: str, points: Mapping[str, tuple[float, float]]) -> tuple[list[str], list[str]]:
        """Below ``code``: the topmost regions with a boundary, and the lowest ones that have a point instead."""
        taken, bare = [], []
        for child in self.children(code):
            if child in self._bounded:
                taken.append(child)
                continue
            covered, dotted = self._sorted_out(child, points)
            if not covered and not dotted and child in points:
                dotted = [child]
            taken += covered
            bare += dotted
        return taken, bare

    def _means(self, code: str) -> dict[str, tuple[float, float]]:
        """Village → mean of its households' coordinates."""
        columns = household.c.village, func.avg(household.c.lon), func.avg(household.c.lat), func.count()
        asked = select(*columns).where(within(household.c.village, code), household.c.lon.is_not(None))
        rows = self._connection.execute(asked.where(household.c.lat.is_not(None)).group_by(household.c.village))
        return {
            village: (lon, lat) if count >= _FEW else (round(lon, 2), round(lat, 2))
            for village, lon, lat, count in rows
        }


def _taken_in(connection: Connection, day: str | None) -> dict[str, list[str]]:
    """Village → those that went over to it up to a day, or to one that did."""
    gone = select(region.c.code, region.c.merged_into).where(region.c.merged_into.is_not(None), ~standing_on(day))
    into: dict[str, str] = dict(connection.execute(gone).all())
    found: dict[str, list[str]] = defaultdict(list)
    for code, other in into.items():
        seen = {code}
        while other in into and other not in seen:
            seen.add(other)
            other = into[other]
        found[other].append(code)
    return found


def bounded_above(connection: Connection, code: str) -> str:
    """The nearest region above with a boundary, or the region itself: what lies outside has no part in its shapes."""
    asked = select(boundary.c.region).where(boundary.c.region.in_(way_to(code)))
    return max(connection.scalars(asked), default=WHOLE)


def children_geojson(connection: Connection, parent: str, day: str | None = None) -> bytes:
    """FeatureCollection of the direct children of a region ('' has the roots): properties code, name, sketch."""
    shapes = Shapes(connection, parent, day)
    return _collection(shapes, shapes.children(parent))


def region_geojson(connection: Connection, code: str, level: str, day: str | None = None) -> bytes:
    """FeatureCollection of everything of one level (a key of LEVELS) below a region, such as a county's villages."""
    shapes = Shapes(connection, code, day)
    return _collection(shapes, shapes.level(code, LEVELS[level]))


def outline_geojson(connection: Connection, code: str, day: str | None = None) -> bytes:
    """FeatureCollection with the one outline of a region; of '' the union of the roots, without a name."""
    return _collection(Shapes(connection, code, day), [code])


def _collection(shapes: Shapes, codes: list[str]) -> bytes:
    """The regions that have a shape, in the order they are drawn in; one without is left out."""
    shapes.load(codes)
    found = [(code, *shape) for code in codes if (shape := shapes.shape(code)) is not None]
    if not found:
        return b'{"type":"FeatureCollection","features":[]}'
    geometry = np.array([shape for _, shape, _ in found], object)
    beside, above = stacked(geometry)
    found, geometry = [found[one] for one in (*beside, *above)], geometry[[*beside, *above]]
    west, south, east, north = shapely.total_bounds(geometry)
    for fineness in _FINENESS:
        geometry = shapely.coverage_simplify(geometry, max(east - west, north - south) / fineness)
        features = [
            f'{{"type":"Feature","properties":{_properties(shapes, code, sketch)},"geometry":{text}}}'
            for (code, _, sketch), text in zip(found, _texts(geometry), strict=True)
        ]
        answer = f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()
        if len(answer) <= _ENOUGH:
            break
    return answer


def stacked(geometry: npt.NDArray[np.object_]) -> tuple[list[int], list[int]]:
    """In which order (multi)polygons are drawn: those side by side as they come, then those that lie on a larger one
    without a hole for them, the larger first, so that nothing is covered by what it lies in. Every map goes by it."""
    tree = shapely.STRtree(geometry)
    inner, around = tree.query(shapely.point_on_surface(geometry), predicate="within")
    sizes = shapely.area(geometry)
    above = {int(one) for one, other in zip(inner, around, strict=True) if sizes[one] < sizes[other]}
    return (
        [one for one in range(len(geometry)) if one not in above],
        sorted(above, key=lambda one: (-sizes[one], one)),
    )


def _properties(shapes: Shapes, code: str, sketch: bool) -> str:
    properties = {"code": code, "name": shapes.names.get(code, ""), "sketch": sketch}
    return json.dumps(properties, ensure_ascii=False, separators=(",", ":"))


def _texts(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """GeoJSON of each geometry with five decimals, about a metre."""
    rounded = shapely.transform(geometry, lambda points: np.round(points, 5))
    texts: npt.NDArray[np.object_] = shapely.to_geojson(shapely.remove_repeated_points(rounded))
    return texts


def served(engine: Engine, code: str, level: str, day: str | None = None) -> tuple[bytes, str]:
    """What a URL asks for and its ETag: ``level`` is ``children``, ``outline`` or a key of LEVELS; as of a ``day``
    (ISO; None: today).

    Kept in memory until there is a write where its shapes come from. Raises NotFound for a region or a level that is
    not there.
    """
    if level not in ("children", "outline", *LEVELS):
        raise NotFound(f"没有“{level}”这一级边界。")
    with engine.connect() as connection:
        top = bounded_above(connection, code)
        version = versions(connection, top)[top]
        if day is not None and not _otherwise_on(connection, day):
            day = None
    with _lock:  # two who ask for the same shall not work it out twice
        return _made(engine, code, level, day, version)


def _otherwise_on(connection: Connection, day: str) -> bool:
    """Whether a region that was there on the day is no more, or is called otherwise."""
    return bool(connection.scalar(select(exists().where(or_(region.c.closed > day, region.c.renamed > day)))))


@lru_cache(maxsize=128)
def _made(engine: Engine, code: str, level: str, day: str | None, _version: Version) -> tuple[bytes, str]:
    with engine.connect() as connection:
        if level == "children":
            content = children_geojson(connection, code, day)
        elif level == "outline":
            content = outline_geojson(connection, code, day)
        else:
            content = region_geojson(connection, code, level, day)
    return content, hashlib.sha256(content).hexdigest()[:20]


def household_points(connection: Connection, households: pd.DataFrame) -> pd.DataFrame:
    """A copy of the households with every position filled in, and a column ``sketch`` (bool).

    ``households`` has the columns id, village, lon, lat, and holds only what the viewer may see. One without
    coordinates stands at a place inside its village that depends on its id alone and is marked as a sketch; where
    nothing is known of the village, lon and lat stay empty.
    """
    placed = households.astype({"lon": float, "lat": float})
    placed["sketch"] = placed["lon"].isna() | placed["lat"].isna()
    villages = placed.loc[placed["sketch"], "village"].unique()
    if not len(villages):
        return placed
    shapes = Shapes(connection, villages[0] if len(villages) == 1 else "")
    for village, missing in placed[placed["sketch"]].groupby("village"):
        shape = shapes.shape(village)
        if shape is None:
            continue
        shapely.prepare(shape[0])
        spots = [_spot(shape[0], int(number)) for number in missing["id"]]
        placed.loc[missing.index, ["lon", "lat"]] = spots
    return placed


def _spot(shape: shapely.Geometry, number: int) -> tuple[float, float]:
    """A point inside the shape, the same for the same number."""
    chance = random.Random(number)
    west, south, east, north = shape.bounds
    for _ in range(200):
        lon, lat = round(chance.uniform(west, east), 6), round(chance.uniform(south, north), 6)
        if shapely.contains_xy(shape, lon, lat):
            return lon, lat
    inner = shape.representative_point()
    return inner.x, inner.y
