"""What the tests of boundaries stand on: a small county of squares, and files of every kind with it."""

import json
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from sqlalchemy import Engine, delete, select, update

from data.model import boundary, region
from data.regions import outlines as geometry
from data.store.engine import upsert, writing

COUNTY, TOWN, OTHER_TOWN = "990981", "990981001", "990981100"
LOWER = ["990981001001", "990981001002"]
UPPER = ["990981100001", "990981100002"]
WEST, SOUTH, SIDE = 121.0, 40.0, 1 / 64  # a power of two, so that sums of sides are exact
VILLAGES = {
    "990981001001": "西关村",
    "990981001002": "团结村",
    "990981100001": "东沟村",
    "990981100002": "团结村",
}
NAMES = {COUNTY: "示范县", TOWN: "城关镇", OTHER_TOWN: "东沟乡", **VILLAGES}


def square(column: int, row: int, width: int = 1) -> shapely.Polygon:
    """A square of the ground's grid, or a bar of several."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + width * SIDE, south + SIDE)


def squares() -> dict[str, shapely.Geometry]:
    """Villages side by side: one township in the lower row, the other above it, both in the county."""
    shapes = dict(zip(VILLAGES, (square(0, 0), square(1, 0), square(0, 1), square(1, 1)), strict=True))
    lower, upper = square(0, 0, 2), square(0, 1, 2)
    return {COUNTY: lower.union(upper), TOWN: lower, OTHER_TOWN: upper, **shapes}


def geojson(path: Path, features: Iterable[tuple[dict, shapely.Geometry | None]]) -> Path:
    """A FeatureCollection of (properties, geometry)."""
    listed = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
        }
        for properties, shape in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False), encoding="utf-8")
    return path


def ground(path: Path, codes: Iterable[str] = NAMES) -> Path:
    """The whole county, or some of it, as GeoJSON with the columns code and name."""
    shapes = squares()
    return geojson(path, (({"code": code, "name": NAMES[code]}, shapes[code]) for code in codes))


def geopackage(path: Path, columns: dict[str, list], shapes: list, *, crs: str | None = "EPSG:4490", **options) -> Path:
    """A GeoPackage, or what else the path's ending says, with polygons and their columns."""
    fields = [np.array(column, object if isinstance(column[0], str) else None) for column in columns.values()]
    geometry = shapely.to_wkb(np.array(shapes))
    pyogrio.raw.write(path, geometry, fields, list(columns), geometry_type="Polygon", crs=crs, **options)
    return path


def shapefile(path: Path, columns: dict[str, list], shapes: list, *, crs: str | None = None, encoding="UTF-8") -> Path:
    """A Shapefile; its .cpg is taken away, as bureaus' files come without one."""
    with warnings.catch_warnings(action="ignore"):  # about the missing coordinate system, which is the point
        geopackage(path, columns, shapes, crs=crs, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


class _OldEntry(zipfile.ZipInfo):
    """An entry whose name is written in the code page of a Chinese Windows, without the mark of UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def zipped(target: Path, folder: Path, prefix: str = "") -> Path:
    """A zip of a folder's files below ``prefix``, its names in GB18030."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sorted(folder.iterdir()):
            packed.writestr(_OldEntry(prefix + part.name), part.read_bytes())
    return target


def regions(engine: Engine, names: dict[str, str] = NAMES) -> None:
    """Put regions into the store, with their parents."""
    with writing(engine) as connection:
        rows = [(code, name, parent_of(code, names)) for code, name in names.items()]
        upsert(connection, region, ("code", "name", "parent"), rows)


def parent_of(code: str, names: Iterable[str]) -> str:
    """The longest of the codes that this one starts with."""
    return max((other for other in names if other != code and code.startswith(other)), key=len, default="")


def boundaries(engine: Engine) -> dict[str, shapely.Geometry]:
    """Region → boundary in the store."""
    with engine.connect() as connection:
        rows = connection.execute(select(boundary.c.region, boundary.c.geometry))
        return {code: shapely.from_wkb(bytes(content)) for code, content in rows}


def tree(engine: Engine) -> dict[str, tuple[str, str]]:
    """Code → (name, parent)."""
    with engine.connect() as connection:
        rows = connection.execute(select(region.c.code, region.c.name, region.c.parent))
        return {code: (name, parent) for code, name, parent in rows}


def bound(engine: Engine, shapes: dict[str, shapely.Geometry]) -> None:
    """Give regions these boundaries, and no others any."""
    with writing(engine) as connection:
        connection.execute(delete(boundary))
        rows = [(code, shapely.to_wkb(shape), "test") for code, shape in shapes.items()]
        upsert(connection, boundary, ("region", "geometry", "source"), rows)


def some(*codes: str) -> dict[str, shapely.Geometry]:
    return {code: shape for code, shape in squares().items() if code in codes}


def placed(engine: Engine, points: dict[str, tuple[float, float]]) -> None:
    with writing(engine) as connection:
        for code, (lon, lat) in points.items():
            connection.execute(update(region).where(region.c.code == code).values(lon=lon, lat=lat))


def centres(*codes: str) -> dict[str, tuple[float, float]]:
    return {code: shape.centroid.coords[0] for code, shape in some(*codes).items()}


def drawn(content: bytes) -> dict[str, shapely.Geometry]:
    """Code → geometry of a FeatureCollection."""
    features = json.loads(content)["features"]
    return {one["properties"]["code"]: shapely.geometry.shape(one["geometry"]) for one in features}


def sketches(content: bytes) -> dict[str, bool]:
    return {one["properties"]["code"]: one["properties"]["sketch"] for one in json.loads(content)["features"]}


def children(engine: Engine, code: str) -> bytes:
    with engine.connect() as connection:
        return geometry.children_geojson(connection, code)


def villages(engine: Engine, code: str = COUNTY) -> bytes:
    with engine.connect() as connection:
        return geometry.region_geojson(connection, code, "village")


def close(shape: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Whether two shapes cover the same ground but for the rounding to five decimals."""
    return shape.symmetric_difference(other).area < 0.002 * other.area
