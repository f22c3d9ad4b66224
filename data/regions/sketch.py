"""Cells drawn around points where no boundary is known: Voronoi, clipped to what encloses them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely
from shapely import affinity

_NEAR = 0.005  # degrees: the cell of a point that lies where others' land is, and the least margin around points


def cells(
    points: Mapping[str, tuple[float, float]], around: shapely.Geometry | None, taken: list[shapely.Geometry]
) -> dict[str, shapely.Geometry]:
    """One polygon for each point (longitude, latitude), inside ``around`` and outside what is ``taken``.

    Without ``around`` the cells fill a margin around the points' hull. They share their edges; a point whose
    surroundings are taken gets a small disc.
    """
    if not points:
        return {}
    codes = sorted(points)
    spots = _apart(np.array([points[code] for code in codes], float))
    hull = shapely.MultiPoint(spots).convex_hull
    spacing = max(_NEAR, np.sqrt(hull.area / len(codes)), hull.length / 2 / len(codes))
    area = around or hull.buffer(spacing)
    if taken:
        area = area.difference(shapely.union_all(taken))
    drawn = {}
    for code, spot, cell in zip(codes, spots, _voronoi(spots, area), strict=True):
        inside = _polygonal(shapely.intersection(cell, area))
        drawn[code] = shapely.Point(spot).buffer(_NEAR) if inside.is_empty else inside
    return drawn


def _apart(spots: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The spots, with the later ones of equal spots moved a few metres along a spiral."""
    seen: dict[tuple[float, float], int] = {}
    moved = spots.copy()
    for number, spot in enumerate(map(tuple, spots)):
        turn = seen.get(spot, 0)
        seen[spot] = turn + 1
        if turn:
            angle = 2.399963 * turn  # the golden angle
            moved[number] += 2e-4 * np.sqrt(turn) * np.array([np.cos(angle), np.sin(angle)])
    return moved


def _voronoi(spots: npt.NDArray[np.float64], area: shapely.Geometry) -> list[shapely.Geometry]:
    if len(spots) == 1:
        return [area]
    squeeze = float(np.cos(np.radians(spots[:, 1].mean())))  # a degree of longitude is that much shorter
    flat = shapely.MultiPoint(spots * [squeeze, 1.0])
    envelope = affinity.scale(shapely.box(*area.bounds), squeeze, 1.0, origin=(0, 0))
    found = shapely.get_parts(shapely.voronoi_polygons(flat, extend_to=envelope, ordered=True))
    return [affinity.scale(cell, 1 / squeeze, 1.0, origin=(0, 0)) for cell in found]


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
