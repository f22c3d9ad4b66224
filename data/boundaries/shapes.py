"""Shapes of regions: made valid, put together, on a plane of metres."""

from collections.abc import Sequence

import numpy as np
import shapely
from pyproj import CRS, Transformer

from data.boundaries.shift import Way


def polygons(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The valid polygons of a shape: crossing rings made good, points and lines dropped; None where no area is left."""
    valid = shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = shapely.get_parts(shapely.get_parts(valid))
    parts = [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def whole(shapes: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """One shape of several parts."""
    found = shapes[0] if len(shapes) == 1 else polygons(shapely.union_all(shapes))
    assert found is not None
    return found


def plane(shapes: Sequence[shapely.Geometry]) -> Way:
    """Degrees to metres around the middle of the shapes."""
    if not shapes:
        return lambda points: points
    middles = np.array(
        [((west + east) / 2, (south + north) / 2) for west, south, east, north in shapely.bounds(shapes)]
    )
    lon, lat = np.median(middles, axis=0)  # one that lies far off shall not move the middle away from the others
    around = CRS.from_dict({"proj": "aeqd", "lon_0": float(lon), "lat_0": float(lat), "datum": "WGS84"})
    change = Transformer.from_crs(4326, around, always_xy=True)
    return lambda points: np.column_stack(change.transform(points[:, 0], points[:, 1]))


def length_words(metres: float) -> str:
    """A distance as it is read: 480 米, 13.3 公里."""
    return f"{metres / 1000:,.1f} 公里" if metres >= 1000 else f"{metres:,.0f} 米"
