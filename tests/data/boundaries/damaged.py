"""Boundary files damaged at random, each by its seed: what disks, mails and exports make of them, and worse."""

import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import shapely
import shapely.affinity

from tests.data.boundaries.ground import VILLAGES, geojson, geopackage, shapefile, square

FILES = int(os.environ.get("WAR_ROOM_DAMAGE", "30"))
"""How many are tried."""

Chance = random.Random


def damaged(folder: Path, seed: int) -> list[Path]:
    """The files of one hand-in, one to four times damaged."""
    chance = random.Random(seed)
    files = chance.choice((_geojson, _shapefile, _geopackage, _kml, _cousin))(folder, chance)
    for _ in range(chance.randint(1, 4)):
        chance.choice((_cut, _flipped, _recoded, _bereft, _packed, _renamed, _swapped_bytes, _doubled))(files, chance)
    return files or [folder / "nothing.shp"]


def _shapes(chance: Chance) -> list[shapely.Geometry | None]:
    """Shapes of villages, some of them nothing anybody would draw."""
    west, south, east, north = square(0, 0).bounds
    strange: list[Callable[[], shapely.Geometry | None]] = [
        lambda: None,
        shapely.Polygon,
        lambda: shapely.Polygon([(west, south), (east, north), (east, south), (west, north), (west, south)]),
        lambda: shapely.Polygon([(west, south), (east, south), (west, south), (west, south)]),
        lambda: shapely.affinity.scale(square(0, 0), 10.0 ** chance.randint(-9, 300), 1),
        lambda: shapely.affinity.translate(square(0, 0), chance.choice((1e300, -1e9, 180, 4.05e7)), 0),
        lambda: shapely.box(0, 0, 0.1, 0.1),
        lambda: shapely.box(south, west, north, east),
        lambda: shapely.MultiPolygon([square(0, 0), square(0, 0), square(1, 0)]),
        lambda: shapely.Polygon(square(0, 0, 4).exterior, [square(1, 0).exterior.coords, square(9, 9).exterior.coords]),
        lambda: shapely.Polygon([(chance.gauss(west, 0.1), chance.gauss(south, 0.1)) for _ in range(200)]),
        lambda: shapely.force_3d(square(0, 0), chance.choice((7.0, 1e200))),
    ]
    return [chance.choice(strange)() if chance.random() < 0.5 else square(place, 0) for place in range(len(VILLAGES))]


def _cells(chance: Chance) -> dict[str, list[object]]:
    """Columns of codes and names, or what is in their place."""
    codes = chance.choice(
        (
            list(VILLAGES),
            [code + "0" * 7 for code in VILLAGES],
            ["990981"] * len(VILLAGES),
            ["9" * 200, "-1", "1e308", "９９０９８１００１００１"],
            ["", "", "", ""],
            ["'; drop table region; --", "\x00\x01", "\u202e990981", "<script>"],
        )
    )
    headings = chance.sample(("code", "XZQDM", "村代码", "Code", "name", "乡镇", "x" * 60, "", "字段", "NAME"), 4)
    columns: dict[str, list[object]] = {headings[0]: list(codes), headings[1]: list(VILLAGES.values())}
    if chance.random() < 0.5:
        columns[headings[2]] = [chance.choice((1e300, -1.5, float("inf"), float("nan"))) for _ in codes]
    if chance.random() < 0.3:
        columns[headings[3]] = ["城关镇" * chance.choice((1, 90))] * len(codes)
    return columns


def _geojson(folder: Path, chance: Chance) -> list[Path]:
    rows = [
        dict(zip(columns, row, strict=True))
        for columns in [_cells(chance)]
        for row in zip(*columns.values(), strict=True)
    ]
    features = []
    for row, shape in zip(rows, _shapes(chance), strict=True):
        row |= chance.choice(({}, {"list": [1, [2]]}, {"object": {"a": {}}}, {"code": True}))
        features.append((row, shape))
    return [geojson(folder / "a.geojson", features)]


def _shapefile(folder: Path, chance: Chance) -> list[Path]:
    shapes = [shape for shape in _shapes(chance) if shape is None or shape.geom_type != "MultiPolygon"]
    columns = {heading[:10] or "f": cells[: len(shapes)] for heading, cells in _cells(chance).items()}
    crs = chance.choice((None, "EPSG:4490", "EPSG:4528", "EPSG:2364", "EPSG:3857"))
    encoding = "UTF-8" if chance.random() < 0.5 else "GB18030"
    path = shapefile(folder / "a.shp", columns, _plain(shapes), crs=crs, encoding=encoding)
    return [
        path.with_suffix(suffix) for suffix in (".shp", ".dbf", ".shx", ".prj") if path.with_suffix(suffix).exists()
    ]


def _geopackage(folder: Path, chance: Chance) -> list[Path]:
    columns = {heading or "f": cells for heading, cells in _cells(chance).items() if heading.lower() != "fid"}
    columns = {heading: columns[heading] for heading in {one.lower(): one for one in columns}.values()}
    return [geopackage(folder / "a.gpkg", columns, _plain(_shapes(chance)))]


def _plain(shapes: list[shapely.Geometry | None]) -> list[shapely.Geometry]:
    """What the writers take: polygons in two dimensions."""
    found = [shapely.Polygon() if shape is None else shapely.force_2d(shape) for shape in shapes]
    return [shape if shape.geom_type == "Polygon" else shapely.get_parts(shape)[0] for shape in found]


def _kml(folder: Path, chance: Chance) -> list[Path]:
    ring = " ".join(f"{x},{y}" for x, y in square(0, 0).exterior.coords)
    places = "".join(
        f"<Placemark><name>{name}</name><ExtendedData><Data name='code'><value>{code}</value></Data></ExtendedData>"
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark>"
        for code, name in VILLAGES.items()
    )
    head = (
        '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        if chance.random() < 0.3
        else ""
    )
    nested = "<Folder>" * chance.choice((0, 1, 2_000))
    path = folder / "a.kml"
    path.write_text(
        f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{nested}{places}</Document></kml>', "utf-8"
    )
    return [path]


def _cousin(folder: Path, chance: Chance) -> list[Path]:
    ring = [list(point) for point in square(0, 0).exterior.coords]
    crooked = chance.choice(([], [[]], [[[]]], [[[None, 1]]], ring, "x", [[[1e400, 1]] * 4]))
    packed = {"coordinates": ["@@\ud7ffA@@B@"], "encodeOffsets": [[1, chance.choice((2, "x", None))]]}
    esri = {"attributes": {"code": 1}, "geometry": {"rings": [ring]}}
    cousins: list[object] = [
        {"type": "Topology", "arcs": [ring], "objects": {"a": {"type": "Polygon", "arcs": [[chance.randint(-3, 3)]]}}},
        {"geometryType": "esriGeometryPolygon", "features": [esri]},
        {"type": "FeatureCollection", "UTF8Encoding": True, "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", **packed}},
        ]},
        [{"type": "Feature", "properties": None, "geometry": {"type": "Polygon", "coordinates": [ring]}}, 7],
        {"type": "Polygon", "coordinates": crooked},
        {"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection", "geometries": []}] * 50},
    ]  # fmt: skip
    path = folder / "a.json"
    text = json.dumps(chance.choice(cousins))
    if chance.random() < 0.2:
        depth = chance.choice((600, 200_000))
        text = '{"type":"Polygon","coordinates":' + "[" * depth + "]" * depth + "}"
    path.write_text(text, encoding="utf-8")
    return [path]


def _one(files: list[Path], chance: Chance) -> Path | None:
    found = [file for file in files if file.is_file()]
    return chance.choice(found) if found else None


def _cut(files: list[Path], chance: Chance) -> None:
    if file := _one(files, chance):
        content = file.read_bytes()
        file.write_bytes(content[: chance.randint(0, len(content))])


def _flipped(files: list[Path], chance: Chance) -> None:
    """Some bytes are others, or the highest number there is."""
    if file := _one(files, chance):
        content = bytearray(file.read_bytes())
        for _ in range(chance.choice((1, 8, 200)) if content else 0):
            place = chance.randrange(min(len(content), chance.choice((120, len(content)))))
            content[place : place + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", chance.randbytes(4)))
        file.write_bytes(content)


def _swapped_bytes(files: list[Path], chance: Chance) -> None:
    if file := _one(files, chance):
        content = file.read_bytes()
        place = chance.randint(0, len(content))
        file.write_bytes(content[place:] + content[:place])


def _recoded(files: list[Path], chance: Chance) -> None:
    if file := _one(files, chance):
        text = file.read_bytes().decode("utf-8", "replace")
        file.write_bytes(text.encode(chance.choice(("gb18030", "utf-16", "utf-8-sig", "utf-16-be")), "replace"))


def _bereft(files: list[Path], chance: Chance) -> None:
    """One of the files is not there."""
    if len(files) > 1 and (file := _one(files, chance)):
        file.unlink()
        files.remove(file)


def _doubled(files: list[Path], chance: Chance) -> None:
    """A file twice as long as it was, as a download that began anew."""
    if file := _one(files, chance):
        content = file.read_bytes()
        file.write_bytes(content[: chance.randint(0, len(content))] + content)


def _renamed(files: list[Path], chance: Chance) -> None:
    """A file has another's ending."""
    if file := _one(files, chance):
        suffix = chance.choice((".json", ".shp", ".zip", ".gpkg", ".kml", ".dbf", ".txt", "", ".GEOJSON"))
        files[files.index(file)] = file.rename(file.with_name(f"b{suffix}"))


def _packed(files: list[Path], chance: Chance) -> None:
    """All of them in a zip, some in zips of zips, in folders, or under names that lead elsewhere."""
    if not files:
        return
    folder = files[0].parent
    path = folder / f"{chance.randrange(10**6)}.zip"
    prefix = chance.choice(("", "县\\村\\", "../../", "/etc/", "a/b/c/", "con\x01"))
    method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(path, "w", method) as packed:
        for file in files:
            if file.is_file():
                packed.writestr(prefix + file.name, file.read_bytes())
    files[:] = [path]
