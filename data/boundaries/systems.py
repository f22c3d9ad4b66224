"""Coordinate systems: which one a layer is in, and its shapes with longitude and latitude (WGS-84)."""

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as UnknownCRS
from pyproj.exceptions import ProjError

from data.errors import Refused

Shapes = npt.NDArray[np.object_]
CHINA = (73.0, 3.0, 136.0, 54.0)


def in_wgs84(label: str, shapes: Shapes, crs: str | None) -> Shapes:
    """The shapes with longitude and latitude; raises Refused where the coordinate system cannot be told."""
    bounds = shapely.total_bounds(shapes)
    if not np.isfinite(bounds).all():
        return shapes
    try:
        system = CRS.from_user_input(crs) if crs else None
        if system is None or (system.is_geographic and not _are_degrees(bounds)):
            system = _guessed(label, bounds)
        if system.to_epsg() == 4326:
            placed = shapes
        else:
            change = Transformer.from_crs(system, 4326, always_xy=True)
            placed = shapely.transform(shapes, lambda x, y: change.transform(x, y), interleaved=False)
    except (UnknownCRS, ProjError) as error:
        raise Refused(f"{label} 的坐标系无法识别，请转换为 CGCS2000 或 WGS-84 后再导入。") from error
    west, south, east, north = shapely.total_bounds(placed)
    if not (west <= CHINA[2] and east >= CHINA[0] and south <= CHINA[3] and north >= CHINA[1]):
        raise Refused(f"{label} 的坐标不在中国范围内，请检查坐标系，以及经度是否写在纬度之前。")
    return placed


def _are_degrees(bounds: npt.NDArray[np.float64]) -> bool:
    return bool(np.abs(bounds).max() <= 180)


def _guessed(label: str, bounds: npt.NDArray[np.float64]) -> CRS:
    """Degrees are WGS-84; an easting of eight digits names its Gauss-Krüger zone of CGCS2000."""
    if _are_degrees(bounds):
        return CRS.from_epsg(4326)
    west, south, east, north = bounds
    zone = int(west // 1_000_000)
    if zone == int(east // 1_000_000) and south > 0 and north < 6_100_000:
        if 25 <= zone <= 45:
            return CRS.from_epsg(4513 + zone - 25)
        if 13 <= zone <= 23:
            return CRS.from_epsg(4491 + zone - 13)
    raise Refused(f"{label} 没有注明坐标系，从坐标也看不出是哪一带，请连同 .prj 文件导入，或转换为 CGCS2000 经纬度。")
