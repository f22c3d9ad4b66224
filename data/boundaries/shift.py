"""Outlines drawn on GCJ-02 or BD-09, the shifted coordinates of Chinese web maps, are known and put back.

The transform is that which has been published many times since 2010 and stands in Wikipedia under "Restrictions on
geographic data in China" (the sums of sines of ``_wave``, on the Krasovsky ellipsoid); BD-09 turns and moves GCJ-02
once more. Both are only given forwards; back they go by iteration.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely import affinity

Numbers = npt.NDArray[np.float64]
Way = Callable[[Numbers], Numbers]
GCJ02, BD09, NONE = "gcj02", "bd09", "none"
WORDS = {GCJ02: "GCJ-02（高德、腾讯等网络地图的偏移坐标）", BD09: "BD-09（百度地图的偏移坐标）"}
LEAST = 100.0
"""Metres of offset from which it is asked about."""
_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323
_BAIDU = np.pi * 3000 / 180
_STEPS = 12
_BETTER = 0.6  # of the misfit is left at most where the shift explains it


def to_gcj02(points: Numbers) -> Numbers:
    """WGS-84 (n, 2: longitude, latitude) as GCJ-02 has it."""
    lon, lat = points[:, 0], points[:, 1]
    x, y = lon - 105, lat - 35
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += _wave(x, (20, 6), (20, 2)) + _wave(y, (20, 1), (40, 1 / 3)) + _wave(y, (160, 1 / 12), (320, 1 / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += _wave(x, (20, 6), (20, 2)) + _wave(x, (20, 1), (40, 1 / 3)) + _wave(x, (150, 1 / 12), (300, 1 / 30))
    turn = np.radians(lat)
    curved = 1 - _ECCENTRICITY * np.sin(turn) ** 2
    metres_north = np.radians(_AXIS * (1 - _ECCENTRICITY) / curved**1.5)
    metres_east = np.radians(_AXIS / np.sqrt(curved) * np.cos(turn))
    return np.column_stack([lon + east / metres_east, lat + north / metres_north])


def _wave(along: Numbers, *parts: tuple[float, float]) -> Numbers:
    return sum((height * np.sin(along * pace * np.pi) for height, pace in parts), np.zeros_like(along)) * 2 / 3


def to_bd09(points: Numbers) -> Numbers:
    """WGS-84 as BD-09 has it."""
    x, y = to_gcj02(points).T
    reach = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU)
    turn = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU)
    return np.column_stack([reach * np.cos(turn) + 0.0065, reach * np.sin(turn) + 0.006])


_FORWARDS: dict[str, Way] = {GCJ02: to_gcj02, BD09: to_bd09}


def put_back(points: Numbers, system: str) -> Numbers:
    """Points of GCJ-02 or BD-09 (n, 2) in WGS-84, to a millimetre."""
    found = points
    for _ in range(_STEPS):
        found = found - (_FORWARDS[system](found) - points)
    return found


def shifted_back(shape: shapely.Geometry, system: str) -> shapely.Geometry:
    """A shape of GCJ-02 or BD-09 in WGS-84."""
    return shapely.transform(shape, lambda points: put_back(points, system))


def on_plane(shape: shapely.Geometry, flat: Way) -> shapely.Geometry:
    """A shape in metres, and valid: projecting may let a thin corner cross itself."""
    drawn = shapely.transform(shape, flat)
    return drawn if drawn.is_valid else shapely.make_valid(drawn, method="structure", keep_collapsed=False)


class Pair(NamedTuple):
    """An outline of a file and the known one that it should lie on, both in degrees. ``whole``: it should cover it;
    else it should only lie inside."""

    shape: shapely.Geometry
    known: shapely.Geometry
    whole: bool


@dataclass(frozen=True)
class Shift:
    """By how many metres outlines lie beside known ones on the whole, and which ``system`` explains it; '' none."""

    metres: float
    system: str


def recognised(pairs: Sequence[Pair], flat: Way) -> Shift | None:
    """Whether outlines lie beside known ones as a shifted system lies beside WGS-84, or all of them by one offset; None
    where they lie on them, or differ otherwise.

    ``flat``: degrees to metres. What is left of the misfit (area) when the shapes are put back tells; how far they lie
    off follows from the misfit along the edges.
    """
    if not pairs:
        return None
    known = [on_plane(pair.known, flat) for pair in pairs]

    def misfit(shapes: Iterable[shapely.Geometry]) -> float:
        total = 0.0
        for shape, lies, pair in zip(shapes, known, pairs, strict=True):
            off = shapely.symmetric_difference(shape, lies) if pair.whole else shapely.difference(shape, lies)
            total += float(off.area) * (1 if pair.whole else 2)
        return total

    shapes = [on_plane(pair.shape, flat) for pair in pairs]
    now = misfit(shapes)
    metres = now / sum(float(lies.length) for lies in known) * np.pi / 2
    if metres < LEAST / 2:
        return None
    left = {system: misfit(on_plane(shifted_back(pair.shape, system), flat) for pair in pairs) for system in WORDS}
    best = min(left, key=lambda system: left[system])
    if left[best] <= now * _BETTER:
        middle = np.array([pairs[0].shape.centroid.coords[0]])
        return Shift(float(np.hypot(*(flat(middle) - flat(put_back(middle, best)))[0])), best)
    whole = [
        shapely.get_coordinates([lies.centroid, shape.centroid])
        for shape, lies, pair in zip(shapes, known, pairs, strict=True)
        if pair.whole
    ]
    if not whole:
        return None
    east, north = np.median([after - before for before, after in whole], axis=0)
    apart = float(np.hypot(east, north))
    moved = misfit(affinity.translate(shape, -east, -north) for shape in shapes)
    return Shift(apart, "") if apart >= LEAST and moved <= now * _BETTER else None
