"""Coordinate systems: told by what a file says and by its coordinates, one feature at a time, else asked about."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from data.boundaries.layers import Layer, read_layers
from data.boundaries.systems import placed
from data.intake.questions import Answers
from tests.data.boundaries.ground import geojson, shapefile, square

VILLAGES = ["990981001001", "990981001002", "990981001003"]
SHAPES = [square(0, 0), square(1, 0), square(2, 0)]


def projected(shape: shapely.Geometry, crs: int | str) -> shapely.Geometry:
    change = Transformer.from_crs(4326, crs, always_xy=True)
    return shapely.transform(shape, lambda x, y: change.transform(x, y), interleaved=False)


def unshifted(shape: shapely.Geometry, crs: int) -> shapely.Geometry:
    """The shape projected on the ellipsoid of an old datum as if its degrees were of that datum."""
    change = Transformer.from_crs(CRS(crs).geodetic_crs, crs, always_xy=True)
    return shapely.transform(shape, lambda x, y: change.transform(x, y), interleaved=False)


def swapped(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda x, y: (y, x), interleaved=False)


def same_place(shape: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Whether two shapes differ by less than a few centimetres."""
    return shape.hausdorff_distance(other) < 5e-7


def layer(
    path: Path, shapes: list[shapely.Geometry], crs: int | str | None = None, answers: Answers | None = None
) -> Layer:
    """A Shapefile of villages with these shapes, read."""
    said = f"EPSG:{crs}" if isinstance(crs, int) else crs
    file = shapefile(path / "a.shp", {"code": VILLAGES[: len(shapes)]}, shapes, crs=said)
    (read,) = read_layers([file], regions={}, answers=answers or {})
    return read


@pytest.mark.parametrize(
    ("crs", "words"),
    [
        (4490, "CGCS2000 经纬度"),
        (4528, "CGCS2000 3度带 40"),
        (4549, "CGCS2000 中央经线 120°"),
        (4499, "CGCS2000 6度带 21"),
        (3857, "Web 墨卡托"),
        (32651, "WGS-84 UTM 51 带"),
    ],
)
def test_a_known_coordinate_system_becomes_longitude_and_latitude(tmp_path: Path, crs: int, words: str) -> None:
    read = layer(tmp_path, [projected(square(0, 0), crs)], crs)
    assert same_place(read.features[0].geometry, square(0, 0))
    assert (read.system, read.doubts) == (words, ())


@pytest.mark.parametrize(
    ("crs", "words", "metres"),
    [
        (2364, "西安 80 3度带 40", 130),
        (4610, "西安 80 经纬度", 130),
        (2385, "西安 80 中央经线 120°", 130),
        (2416, "北京 54 3度带 40", 110),
        (4214, "北京 54 经纬度", 110),
    ],
)
def test_an_older_datum_is_taken_without_a_shift_and_told(tmp_path: Path, crs: int, words: str, metres: int) -> None:
    read = layer(tmp_path, [unshifted(square(0, 0), crs)], crs)
    assert same_place(read.features[0].geometry, square(0, 0))
    assert read.system == words
    assert [f"最多约 {metres} 米" in one for one in read.doubts] == [True]


def test_an_older_datum_is_known_by_the_names_that_esri_gives_it() -> None:
    text = (
        'PROJCS["Xian_1980_3_Degree_GK_Zone_40",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",'
        '6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        'PARAMETER["False_Easting",40500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],'
        'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    found = placed(np.array([unshifted(square(0, 0), 2364)], object), text)
    assert same_place(found.shapes[0], square(0, 0))
    assert found.system == "西安 80 3度带 40"
    assert "130 米" in found.said[0]


@pytest.mark.parametrize("crs", [4326, 4528, 4529, 4498, 4499])
def test_without_a_coordinate_system_degrees_and_zone_numbers_are_recognised(tmp_path: Path, crs: int) -> None:
    read = layer(tmp_path, [projected(square(0, 0), crs)])
    assert same_place(read.features[0].geometry, square(0, 0))


def test_metres_in_a_geojson_are_recognised_by_their_zone(tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [({"code": VILLAGES[0]}, projected(square(0, 0), 4529))])
    (read,) = read_layers([file], regions={})
    assert same_place(read.features[0].geometry, square(0, 0))
    assert read.system == "CGCS2000 3度带 41"


def test_a_system_that_its_coordinates_belie_gives_way_to_them_and_keeps_its_datum(tmp_path: Path) -> None:
    # the .prj says a central meridian of Xi'an 1980, the eastings are led by the number of a zone
    read = layer(tmp_path, [unshifted(square(0, 0), 2364)], 2385)
    assert same_place(read.features[0].geometry, square(0, 0))
    assert read.system == "西安 80 3度带 40"
    assert read.doubts[0] == "文件写明的坐标系（西安 80 中央经线 120°）与坐标不符，已按坐标判断"
    assert "130 米" in read.doubts[1]


def test_metres_without_zone_or_coordinate_system_are_asked_about(tmp_path: Path) -> None:
    shapes = [projected(square(0, 0), 4549)]
    read = layer(tmp_path, shapes)
    assert (read.features, read.fault[:8]) == ((), "没有注明坐标系，")
    (asked,) = [one for one in read.questions if one.id.startswith("system:")]
    assert asked.default == ""
    assert asked.options["meridian:120"] == "CGCS2000 中央经线 120°"
    answered = layer(tmp_path, shapes, answers={asked.id: "meridian:120"})
    assert same_place(answered.features[0].geometry, square(0, 0))
    assert (answered.system, answered.fault) == ("CGCS2000 中央经线 120°", "")
    refused = layer(tmp_path, shapes, answers={asked.id: "meridian:x"})
    assert refused.fault == read.fault


def test_the_meridians_of_a_province_are_proposed_first() -> None:
    shapes = np.array([projected(square(0, 0), 4549)], object)
    assert list(placed(shapes, None, province="21").options)[:3] == ["meridian:117", "meridian:120", "meridian:123"]


def test_a_zone_of_the_far_west_and_web_mercator_of_the_east_are_told_apart_by_the_province() -> None:
    shapes = np.array([projected(square(0, 0), 3857)], object)
    assert len(placed(shapes, None).options) == 2
    assert same_place(placed(shapes, None, province="21").shapes[0], square(0, 0))
    assert placed(shapes, None, province="65").system == "CGCS2000 6度带 13"


def test_latitude_before_longitude_is_turned_round_and_told(tmp_path: Path) -> None:
    read = layer(tmp_path, [swapped(shape) for shape in SHAPES], 4490)
    assert [same_place(one.geometry, shape) for one, shape in zip(read.features, SHAPES, strict=True)] == [True] * 3
    assert read.doubts == ("经度和纬度写反了，已经对调",)


@pytest.mark.parametrize(
    ("stray", "fault", "doubt"),
    [
        (lambda shape: shapely.box(0, 0, 1, 1), "坐标在 0,0 附近，不是真实位置", ""),
        (lambda shape: shapely.box(2, 48, 3, 49), "坐标不在中国范围内", ""),
        (lambda shape: shapely.box(0, 0, 121, 40), "坐标不在中国范围内", ""),
        (lambda shape: projected(shape, 4549), "坐标是米，与其他图形不同，看不出是哪一带", ""),
        (lambda shape: shapely.Polygon(), "没有图形", ""),
        (swapped, "", "经度和纬度写反了，已经对调"),
        (lambda shape: projected(shape, 4529), "", "坐标与其他图形不在一个带，已按 41 带换算"),
    ],
)
def test_one_stray_feature_is_told_and_leaves_the_rest_alone(
    tmp_path: Path, stray: Callable[[shapely.Geometry], shapely.Geometry], fault: str, doubt: str
) -> None:
    read = layer(tmp_path, [SHAPES[0], stray(SHAPES[1]), SHAPES[2]], 4490)
    assert [(one.fault, one.doubt) for one in read.features] == [("", ""), (fault, doubt), ("", "")]
    assert same_place(read.features[2].geometry, SHAPES[2])
    assert read.features[1].geometry is None if fault else same_place(read.features[1].geometry, SHAPES[1])


@pytest.mark.parametrize("crs", [4528, None])
def test_a_feature_of_the_next_zone_is_taken_in_its_own(tmp_path: Path, crs: int | None) -> None:
    shapes = [projected(SHAPES[0], 4528), projected(SHAPES[1], 4529), projected(SHAPES[2], 4528)]
    read = layer(tmp_path, shapes, crs)
    assert [same_place(one.geometry, shape) for one, shape in zip(read.features, SHAPES, strict=True)] == [True] * 3
    assert read.features[1].doubt == "坐标与其他图形不在一个带，已按 41 带换算"


def test_a_feature_in_degrees_among_metres_is_taken_as_degrees(tmp_path: Path) -> None:
    read = layer(tmp_path, [projected(SHAPES[0], 4528), SHAPES[1], projected(SHAPES[2], 4528)], 4528)
    assert same_place(read.features[1].geometry, SHAPES[1])
    assert read.features[1].doubt == "坐标与其他图形不同，是经纬度，已按经纬度读"


def test_a_layer_elsewhere_on_the_earth_is_not_taken(tmp_path: Path) -> None:
    read = layer(tmp_path, [shapely.box(2, 48, 3, 49)], 4326)
    assert (read.features, read.fault[:9]) == ((), "坐标不在中国范围内")


def test_a_local_grid_that_nobody_knows_is_judged_by_its_coordinates() -> None:
    local = 'LOCAL_CS["独立坐标系",UNIT["metre",1]]'
    assert placed(np.array([projected(square(0, 0), 4528)], object), local).system == "CGCS2000 3度带 40"


def test_a_projection_file_with_chinese_names_in_any_encoding_is_read(tmp_path: Path) -> None:
    file = shapefile(tmp_path / "a.shp", {"code": VILLAGES[:1]}, [projected(square(0, 0), 4549)], crs="EPSG:4549")
    said = file.with_suffix(".prj").read_text()
    name = said.split('"')[1]
    file.with_suffix(".prj").write_bytes(said.replace(name, "国家大地坐标系", 1).encode("gb18030"))
    (read,) = read_layers([file], regions={})
    assert (read.system, same_place(read.features[0].geometry, square(0, 0))) == ("CGCS2000 中央经线 120°", True)
