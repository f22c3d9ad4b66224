"""Kinds of files: cousins of GeoJSON and KML are read, zips however they were packed, everything else is named."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from data.boundaries.layers import Feature, Layer, read_layers
from data.errors import Refused
from tests.data.boundaries.ground import (
    NAMES,
    VILLAGES,
    geojson,
    geopackage,
    ground,
    shapefile,
    square,
    squares,
    zipped,
)

VILLAGE = "990981001001"
RING = [[122, 40], [122.05, 40], [122.05, 40.05], [122, 40.05], [122, 40]]
FEATURE = {
    "type": "Feature",
    "properties": {"code": VILLAGE, "name": "西关村"},
    "geometry": {"type": "Polygon", "coordinates": [RING]},
}
PLACE = shapely.box(122, 40, 122.05, 40.05)
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Schema name="村" id="s"><SimpleField name="XZQDM" type="string"/>
</Schema><Placemark><name>西关村</name><ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="XZQDM">990981001001
</SimpleData></SchemaData></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>122,40,5 122.05,40,5
122.05,40.05,5 122,40.05,5 122,40,5</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Document></kml>"""


def layers(*paths: Path) -> list[Layer]:
    return read_layers(paths, regions={})


def only(path: Path) -> Feature:
    """The one feature of a file."""
    ((feature,),) = [layer.features for layer in layers(path)]
    return feature


def written(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def esri(**geometry: object) -> dict[str, object]:
    return {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4490},
        "fields": [{"name": one, "type": "esriFieldTypeString", "length": 40} for one in ("XZQDM", "XZQMC")],
        "features": [{"attributes": {"XZQDM": VILLAGE, "XZQMC": "西关村"}, "geometry": geometry}],
    }


TOPOLOGY = {
    "type": "Topology",
    "arcs": [RING],
    "objects": {"村": {"type": "GeometryCollection", "geometries": [
        {"type": "Polygon", "arcs": [[0]], "properties": FEATURE["properties"]},
    ]}},
}  # fmt: skip
LINES = json.dumps(FEATURE, ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", esri(rings=[RING])),
        ("a.json", TOPOLOGY),
        ("a.topojson", TOPOLOGY),
        ("a.geojson", f"{LINES}\n"),
        ("a.geojson", [FEATURE]),
        ("a.json", {**FEATURE, "bbox": [122, 40, 122.05, 40.05]}),
        ("a.json", {"type": "FeatureCollection", "bbox": [122, 40, 5, 122.05, 40.05, 9], "features": [FEATURE]}),
        ("a.json", "\ufeff  \n" + json.dumps({"type": "FeatureCollection", "features": [FEATURE]})),
        ("a.kml", KML),
    ],
)
def test_cousins_of_geojson_are_read(tmp_path: Path, name: str, content: object) -> None:
    feature = only(written(tmp_path / name, content))
    assert (feature.code, feature.name) == (VILLAGE, "西关村")
    assert feature.geometry.equals(PLACE) and not feature.geometry.has_z


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\x1e", "\n\n"])
def test_features_one_a_line_are_read(tmp_path: Path, between: str) -> None:
    other = LINES.replace(VILLAGE, "990981001002")
    start = "\x1e" if "\x1e" in between else ""
    (layer,) = layers(written(tmp_path / "a.json", start + LINES + between + other + "\n"))
    assert [one.code for one in layer.features] == [VILLAGE, "990981001002"]


def test_geojson_in_two_byte_characters_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(LINES, encoding="utf-16")
    assert only(tmp_path / "a.json").name == "西关村"


def test_the_areas_of_a_geometry_collection_are_there(tmp_path: Path) -> None:
    mixed = shapely.GeometryCollection([shapely.Point(122, 40), PLACE])
    assert only(geojson(tmp_path / "a.geojson", [(FEATURE["properties"], mixed)])).geometry.area == PLACE.area


def test_a_bare_geometry_is_no_layer_that_could_be_joined(tmp_path: Path) -> None:
    (layer,) = layers(written(tmp_path / "a.json", FEATURE["geometry"]))
    assert layer.fault.startswith("没有代码列")


def test_curves_that_nobody_reads_are_told(
    tmp_path: Path,
) -> None:
    curved = [[[122, 40], {"c": [[122.1, 40.1], [122.05, 40.08]]}, [122, 40]]]
    assert only(written(tmp_path / "a.json", esri(curveRings=curved))).fault == "没有图形"


def test_the_packed_maps_of_echarts_are_unpacked_and_their_coarseness_is_told(tmp_path: Path) -> None:
    def packed(points: list[tuple[int, int]]) -> str:
        signs, (x, y) = "", (124928, 40960)
        for east, north in points:
            for step in (east - x, north - y):
                signs += chr((step << 1 ^ step >> 31) + 64)
            x, y = east, north
        return signs

    corners = [(124928, 40960), (124979, 40960), (124979, 41011), (124928, 41011), (124928, 40960)]
    ring, start = packed(corners), [124928, 40960]
    features = [
        {"type": "Feature", "id": code, "properties": {"name": "甲", "cp": [122, 40]}, "geometry": geometry}
        for code, geometry in (
            ("990981001", {"type": "Polygon", "coordinates": [ring], "encodeOffsets": [start]}),
            ("990981002", {"type": "MultiPolygon", "coordinates": [[ring]], "encodeOffsets": [[start]]}),
            ("990981003", {"type": "Polygon", "coordinates": [RING]}),
        )
    ]
    content = {"type": "FeatureCollection", "UTF8Encoding": True, "features": features}
    (layer,) = layers(written(tmp_path / "a.json", content))
    assert layer.doubts[0] == "是 ECharts 的压缩地图，坐标只精确到约 100 米"
    assert [one.geometry.area > 0 for one in layer.features] == [True] * 3
    assert layer.features[1].geometry.hausdorff_distance(shapely.box(122, 40, 122 + 51 / 1024, 40 + 51 / 1024)) < 1e-9
    features[0]["geometry"]["encodeOffsets"] = []
    with pytest.raises(Refused, match="ECharts 的压缩地图，但已损坏"):
        layers(written(tmp_path / "b.json", content))


def test_a_zip_with_backslashes_folders_and_zips_in_it_is_read(tmp_path: Path) -> None:
    ground(tmp_path / "村.geojson", [VILLAGE])
    shapefile(tmp_path / "镇.shp", {"XZQDM": ["990981001"], "XZQMC": ["城关镇"]}, [square(0, 0, 2)], crs="EPSG:4490")
    with zipfile.ZipFile(tmp_path / "内.zip", "w") as inner:
        inner.write(tmp_path / "村.geojson", "县\\村\\村.geojson")
    with zipfile.ZipFile(tmp_path / "外.zip", "w") as outer:
        outer.write(tmp_path / "内.zip", "数据\\内.zip")
        for part in tmp_path.glob("镇.*"):
            outer.write(part, f"数据\\镇\\{part.name.upper() if part.suffix == '.prj' else part.name}")
    found = layers(tmp_path / "外.zip")
    assert {layer.label: [one.code for one in layer.features] for layer in found} == {
        "县/村/村.geojson": [VILLAGE],
        "数据/镇/镇.shp": ["990981001"],
    }
    assert "CGCS2000 经纬度" in {layer.system for layer in found}


def test_a_kmz_is_a_zip_with_kml_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "村.kmz", "w") as packed:
        packed.writestr("doc.kml", KML)
    feature = only(tmp_path / "村.kmz")
    assert (feature.file, feature.code) == ("村.kmz", VILLAGE)


def test_zips_in_zips_end_somewhere_and_share_one_limit(tmp_path: Path) -> None:
    path = ground(tmp_path / "a.geojson", [VILLAGE])
    for number in range(5):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as packed:
            packed.write(path, path.name)
        path = tmp_path / f"{number}.zip"
    with pytest.raises(Refused, match="套了 3 层以上"):
        layers(path)


def test_parts_of_a_shapefile_given_one_by_one_are_one(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", {"code": [VILLAGE]}, [square(0, 0)], crs="EPSG:4490")
    assert [layer.label for layer in layers(*(path.with_suffix(one) for one in (".dbf", ".prj", ".shp", ".shx")))] == [
        "a.shp"
    ]


def test_a_shapefile_without_its_table_says_so(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", {"code": [VILLAGE]}, [square(0, 0)])
    path.with_suffix(".dbf").unlink()
    assert layers(path)[0].fault == "没有属性表，请把同名的 .dbf 一起交来"


def test_a_table_without_its_shapes_says_so(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", {"code": [VILLAGE]}, [square(0, 0)])
    path.unlink()
    with pytest.raises(Refused, match=r"a\.dbf 只是 Shapefile 的一部分"):
        layers(path.with_suffix(".dbf"))


def test_layers_of_lines_and_without_codes_are_left_out_and_the_others_stay(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", {"code": list(VILLAGES)}, [squares()[one] for one in VILLAGES], layer="村")
    lines = shapely.to_wkb(np.array([shapely.LineString([(122, 40), (123, 41)])]))
    pyogrio.raw.write(
        path, lines, [np.array([7])], ["宽"], geometry_type="LineString", crs="EPSG:4490", layer="路", append=True
    )
    geopackage(path, {"OBJECTID": [1]}, [square(0, 0)], layer="图框", append=True)
    found = {layer.name: layer for layer in layers(path)}
    assert len(found["村"].features) == len(VILLAGES)
    assert found["路"].fault == "图形是点或线，不是面"
    assert found["图框"].fault.startswith("没有代码列")
    assert [one.default for one in found["图框"].questions] == ["!"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("村.rar", b"Rar!\x1a\x07\x01\x00", "RAR 压缩包"),
        ("村.zip", b"7z\xbc\xaf\x27\x1c\x00", "已损坏或不是 zip"),
        ("村.7z", b"7z\xbc\xaf\x27\x1c\x00", "7z 压缩包"),
        ("村.pdf", b"%PDF-1.7", "PDF 文件"),
        ("村.dwg", b"AC1032\x00", "DWG"),
        ("村.dxf", b"  0\nSECTION\n", "DXF"),
        ("村.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Excel"),
        ("村.csv", "代码,名称\n".encode(), "表格（CSV）"),
        ("村.mdb", b"\x00\x01\x00\x00Standard Jet DB\x00", "mdb"),
        ("村.gml", b"<?xml version='1.0'?><gml:FeatureCollection/>", "GML 或 XML"),
        ("村.png", b"\x89PNG\r\n", "图片"),
        ("村.tif", b"II*\x00", "图片"),
        ("村.gz", b"\x1f\x8b\x08", "gzip"),
        ("村.mif", b"Version 300\nCharset", "MapInfo"),
        ("村.js", b"var geo = {};", "脚本"),
        ("村.geojson", b"<!DOCTYPE html><html>", "网页"),
        ("村.shp", b"PK\x03\x04", "已损坏，或内容与扩展名不符"),
        ("村.txt", b"hello", "文字"),
        ("村.json", b'{"rows": [1, 2]}', "没有图形"),
        ("村.json", b"", "空文件"),
        ("村", b"\x00\x01", "不是边界文件"),
    ],
)
def test_what_holds_no_boundaries_is_called_by_its_name(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=words) as raised:
        layers(tmp_path / name)
    assert str(raised.value).startswith(name) and str(raised.value).endswith("。")


def test_a_workbook_is_told_from_a_zip_by_what_it_holds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "村.zip", "w") as packed:
        packed.writestr("[Content_Types].xml", "")
        packed.writestr("xl/workbook.xml", "")
    with pytest.raises(Refused, match="Excel 表格"):
        layers(tmp_path / "村.zip")


def test_a_geodatabase_in_a_zip_or_as_a_folder_is_called_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "村.gdb").mkdir()
    with zipfile.ZipFile(tmp_path / "村.zip", "w") as packed:
        packed.writestr("数据/村.gdb/a00000001.gdbtable", "x")
    for path, words in (
        (tmp_path / "村.gdb", "是 ArcGIS 文件地理数据库"),
        (tmp_path / "村.zip", r"只有：村\.gdb（ArcGIS"),
    ):
        with pytest.raises(Refused, match=words):
            layers(path)


def test_names_of_entries_in_the_code_page_of_a_chinese_windows_are_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    ground(tmp_path / "in" / "村界.geojson", [VILLAGE])
    (layer,) = layers(zipped(tmp_path / "a.zip", tmp_path / "in", "示范县\\"))
    assert (layer.label, layer.features[0].name) == ("示范县/村界.geojson", NAMES[VILLAGE])
