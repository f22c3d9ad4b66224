"""From degrees to the pixels of a drawing, and shapes as short paths."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import numpy.typing as npt
import shapely

Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels; or west, south, east, north in degrees."""
Numbers = npt.NDArray[np.float64]
FINE = 2  # units of a path to a pixel


def crossing(lines: Numbers, boxes: Numbers) -> npt.NDArray[np.bool_]:
    """Which lines (…, from x, y to x, y) have a part in which boxes (…, left, top, right, bottom)."""
    begin, end = np.zeros(1), np.ones(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis in (0, 1):
            start, step = lines[..., axis], lines[..., axis + 2] - lines[..., axis]
            near, far = (boxes[..., axis] - start) / step, (boxes[..., axis + 2] - start) / step
            begin, end = np.maximum(begin, np.minimum(near, far)), np.minimum(end, np.maximum(near, far))
    return begin < end


class Rows:
    """Rows of four numbers that grow by one at a time."""

    def __init__(self) -> None:
        self._all: Numbers = np.empty((64, 4))
        self.number = 0

    def add(self, row: Box) -> None:
        """One more row."""
        if self.number == len(self._all):
            self._all = np.vstack([self._all, np.empty_like(self._all)])
        self._all[self.number] = row
        self.number += 1

    @property
    def all(self) -> Numbers:
        """Those that there are (n, 4)."""
        return self._all[: self.number]


def metres(lat: float) -> tuple[float, float]:
    """How long a degree of longitude and one of latitude are there (WGS-84, to a metre)."""
    turn = radians(lat)
    east = 111_412.84 * cos(turn) - 93.5 * cos(3 * turn) + 0.118 * cos(5 * turn)
    north = 111_132.92 - 559.82 * cos(2 * turn) + 1.175 * cos(4 * turn)
    return east, north


@dataclass(frozen=True)
class View:
    """Degrees (longitude, latitude) to pixels: the point ``west``, ``north`` lies at ``left``, ``top``; ``right`` and
    ``down`` are the pixels of a degree."""

    west: float
    north: float
    left: float
    top: float
    right: float
    down: float

    def px(self, degrees: npt.ArrayLike) -> Numbers:
        """Points (n, 2) of the drawing."""
        points = np.asarray(degrees, float).reshape(-1, 2)
        return (points - [self.west, self.north]) * [self.right, -self.down] + [self.left, self.top]

    def shape(self, shape: shapely.Geometry) -> shapely.Geometry:
        """A shape of the drawing."""
        return shapely.transform(shape, self.px)

    def metre(self) -> float:
        """The pixels of a metre."""
        return self.down / metres(self.north)[1]


def fitted(bounds: Box, frame: Box) -> View:
    """What lies in ``bounds`` (degrees) as large as it goes in the middle of ``frame`` (pixels), true to shape."""
    west, south, east, north = bounds
    lon, lat = metres((south + north) / 2)
    width, height = max((east - west) * lon, 1.0), max((north - south) * lat, 1.0)
    scale = min((frame[2] - frame[0]) / width, (frame[3] - frame[1]) / height)
    left = (frame[0] + frame[2] - width * scale) / 2
    top = (frame[1] + frame[3] - height * scale) / 2
    return View(west, north, left, top, lon * scale, lat * scale)


def path(shapes: Iterable[shapely.Geometry]) -> str:
    """The ``d`` of polygons, or of lines, in units of half a pixel: what is smaller than that is left out."""
    parts = []
    for shape in shapes:
        for one in shapely.get_parts(shape):
            if one.geom_type == "Polygon":
                rings = (one.exterior, *one.interiors)
                parts += [text for ring in rings if (text := _ring(shapely.get_coordinates(ring), closed=True))]
            elif one.geom_type == "LineString":
                parts.append(_ring(shapely.get_coordinates(one), closed=False))
    return "".join(parts)


def _ring(points: Numbers, *, closed: bool) -> str:
    units = np.rint(points * FINE).astype(int)
    moved = np.ones(len(units), bool)
    moved[1:] = np.any(np.diff(units, axis=0) != 0, axis=1)
    units = units[moved]
    if closed:
        units = units[:-1]
    if len(units) < (3 if closed else 2):
        return ""
    steps = "".join(
        f"{'' if dx < 0 else ' '}{dx}{'' if dy < 0 else ' '}{dy}" for dx, dy in np.diff(units, axis=0).tolist()
    )
    first, second = units[0].tolist()
    return f"M{first} {second}l{steps.lstrip()}{'z' if closed else ''}"


def hatched(shapes: Sequence[shapely.Geometry], colour: str, line: float) -> str:
    """Slanting lines inside the shapes, in units of ``FINE``: plain lines, which every printer knows."""
    whole = shapely.union_all(shapely.make_valid(np.array(shapes, object)))
    left, top, right, bottom = whole.bounds
    begins = np.arange(left - (bottom - top), right, 7 * line * 2**0.5)
    low = np.column_stack([begins, np.full_like(begins, bottom)])
    high = np.column_stack([begins + bottom - top, np.full_like(begins, top)])
    lines = shapely.intersection(shapely.linestrings(np.stack([low, high], axis=1)), whole)
    return f'<path d="{path(lines)}" fill="none" stroke="{colour}" stroke-width="{1.6 * line * FINE:g}"/>'
