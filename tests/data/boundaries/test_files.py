"""Files as bureaus send them are read, and what cannot be read is refused in a sentence."""

import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from data.boundaries import files as boundary_files
from data.boundaries.layers import Feature, read_layers
from data.errors import Refused
from tests.data.boundaries.ground import VILLAGES, geojson, geopackage, ground, shapefile, square, zipped

VILLAGE = "990981001001"


def features(*paths: Path) -> list[Feature]:
    """The features of all layers of the files."""
    return [feature for layer in read_layers(paths, regions={}) for feature in layer.features]


def only(path: Path) -> Feature:
    """The one feature of a file."""
    (feature,) = features(path)
    return feature


def same_place(shape: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Whether two shapes differ by less than a few centimetres."""
    return shape.hausdorff_distance(other) < 5e-7


def test_geojson_gives_code_name_township_and_geometry(tmp_path: Path) -> None:
    properties = {"code": VILLAGE, "name": " 西关村 ", "town": "城关镇"}
    feature = only(geojson(tmp_path / "村.geojson", [(properties, square(0, 0))]))
    assert feature.geometry.equals(square(0, 0))
    assert feature == Feature("村.geojson", 1, VILLAGE, "西关村", "城关镇", feature.geometry)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_geojson_is_read_in_the_encodings_in_use(tmp_path: Path, encoding: str) -> None:
    path = ground(tmp_path / "a.json", [VILLAGE])
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert only(path).name == "西关村"


@pytest.mark.parametrize(
    ("columns", "code", "name", "township"),
    [
        ({"XZQDM": VILLAGE, "XZQMC": "甲", "XZMC": "乙"}, VILLAGE, "甲", "乙"),
        (
            {"xzqdm": "990981", "ZLDWDM": VILLAGE + "0000000", "ZLDWMC": "甲", "XZQMC": "县"},
            VILLAGE + "0" * 7,
            "甲",
            "",
        ),
        ({"QSDWDM": VILLAGE, "QSDWMC": "甲", "所属乡镇": "乙"}, VILLAGE, "甲", "乙"),
        ({"行政区划代码": VILLAGE, "行政区划名称": "甲", "乡镇": "乙"}, VILLAGE, "甲", "乙"),
        ({"区划代码": VILLAGE, "名称": "甲"}, VILLAGE, "甲", ""),
        ({"PAC": 990981, "NAME": "甲"}, "990981", "甲", ""),
        ({"adcode": 990981.0, "name": "甲"}, "990981", "甲", ""),
        ({"DM": VILLAGE, "MC": "甲"}, VILLAGE, "甲", ""),
        ({"code": None, "XZDM": "990981001", "XZMC": "甲"}, "990981001", "甲", ""),
        ({"name": "甲", "town": "乙"}, "", "甲", "乙"),
    ],
)
def test_the_columns_that_bureaus_use_are_known(
    tmp_path: Path, columns: dict, code: str, name: str, township: str
) -> None:
    feature = only(geojson(tmp_path / "a.geojson", [(columns, square(0, 0))]))
    assert (feature.code, feature.name, feature.township) == (code, name, township)


@pytest.mark.parametrize(
    ("value", "code"),
    [(990981001001, VILLAGE), (990981001001.0, VILLAGE), (2108810010010000000.0, "210881001001" + "0" * 7)],
)
def test_a_code_that_came_as_a_number_keeps_its_digits(tmp_path: Path, value: float, code: str) -> None:
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array([square(0, 0)])),
        [np.array([value])],
        ["code"],
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    assert only(path).code == code


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_shapefile_without_cpg_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    columns = {"XZQDM": [VILLAGE], "XZQMC": ["䶮家沟村"], "乡镇": ["城关镇"]}
    feature = only(shapefile(tmp_path / "村界.shp", columns, [square(0, 0)], encoding=encoding))
    assert (feature.code, feature.name, feature.township) == (VILLAGE, "䶮家沟村", "城关镇")


def test_a_column_name_cut_at_ten_bytes_is_known(tmp_path: Path) -> None:
    path = shapefile(
        tmp_path / "a.shp", {"行政区划代": [VILLAGE], "行政区划名": ["西关村"]}, [square(0, 0)], encoding="GB18030"
    )
    feature = only(path)
    assert (feature.code, feature.name) == (VILLAGE, "西关村")


def test_a_zip_with_chinese_folders_and_several_shapefiles_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, (code, name) in enumerate(VILLAGES.items()):
        columns = {"XZQDM": [code], "XZQMC": [name]}
        shapefile(folder / f"村界{number}.shp", columns, [square(number, 0)], crs="EPSG:4490", encoding="GB18030")
    (folder / "说明.txt").write_text("x")
    found = features(zipped(tmp_path / "村界.zip", folder, "示范县/村级/"))
    assert {feature.code: feature.name for feature in found} == VILLAGES
    assert found[0].file == "示范县/村级/村界0.shp"
    assert same_place(found[1].geometry, square(1, 0))


def test_a_zip_may_hold_geojson_and_geopackage(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    ground(folder / "a.geojson", [VILLAGE])
    geopackage(folder / "b.gpkg", {"XZQDM": ["990981001002"]}, [square(1, 0)])
    codes = [feature.code for feature in features(zipped(tmp_path / "a.zip", folder))]
    assert codes == ["990981001001", "990981001002"]


def test_every_layer_of_a_geopackage_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for number, layer in enumerate(("乡镇", "村")):
        geopackage(path, {"code": [f"99098100{number}"]}, [square(number, 0)], layer=layer, append=number > 0)
    assert [(one.file, one.code) for one in features(path)] == [
        ("a.gpkg:乡镇", "990981000"),
        ("a.gpkg:村", "990981001"),
    ]


def test_height_is_dropped(tmp_path: Path) -> None:
    assert not only(
        geojson(tmp_path / "a.geojson", [({"code": VILLAGE}, shapely.force_3d(square(0, 0), 7))])
    ).geometry.has_z


def test_a_shapefile_beside_its_index_is_not_needed(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.shp", {"code": [VILLAGE]}, [square(0, 0)])
    path.with_suffix(".shx").unlink()
    assert only(path).code == VILLAGE
    assert not path.with_suffix(".shx").exists()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "打不开"),
        ("a.geojson", b"", "是空文件"),
        ("a.shp", b"hello", "已损坏，或内容与扩展名不符"),
        ("a.gpkg", b"SQLite format 3\x00cut off", "打不开"),
        ("a.zip", b"PK\x03\x04nonsense", "不是 zip 压缩包"),
        ("a.zip", b"hello", "不是 zip 压缩包"),
        ("a.docx", b"hello", "是 Word 文档"),
        ("a.abc", b"hello", "不是边界文件"),
        ("a.geojson", b"<OGRVRTDataSource></OGRVRTDataSource>", "已损坏，或内容与扩展名不符"),
        ("a.geojson", b'{"code": 1}', "打不开"),
    ],
)
def test_what_is_no_sound_boundary_file_is_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=sentence):
        features(tmp_path / name)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="找不到文件"):
        features(tmp_path / "nowhere.zip")


def test_a_zip_without_boundaries_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("说明.txt", "x")
    with pytest.raises(Refused, match="没有边界数据"):
        features(tmp_path / "a.zip")


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("a.geojson", "{}")
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    raw[6] |= 1  # the flag of encryption, in the entry and in the directory
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(Refused, match="加了密码"):
        features(tmp_path / "a.zip")


def test_a_zip_that_swells_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "MAX_BYTES", 2**20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.geojson", b" " * (2**20 + 1))
    assert (tmp_path / "a.zip").stat().st_size < 10_000
    with pytest.raises(Refused, match="解压后超过 1 MB"):
        features(tmp_path / "a.zip")


def test_a_zip_with_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "MAX_ENTRIES", 2)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for number in range(3):
            packed.writestr(f"{number}.txt", "x")
    with pytest.raises(Refused, match="超过 2 个"):
        features(tmp_path / "a.zip")


def test_a_loose_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "MAX_BYTES", 2**20)
    (tmp_path / "a.geojson").write_bytes(b" " * (2**20 + 1))
    with pytest.raises(Refused, match="超过 1 MB"):
        features(tmp_path / "a.geojson")


def test_a_layer_without_usable_columns_is_named_with_what_it_has(tmp_path: Path) -> None:
    (layer,) = read_layers([geojson(tmp_path / "a.geojson", [({"道路": "x"}, square(0, 0))])], regions={})
    assert layer.features == ()
    assert layer.fault == "没有代码列，也没有乡镇和名称两列，现有的列：道路"
