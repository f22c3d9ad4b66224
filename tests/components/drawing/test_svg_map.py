"""A map as a picture: what is drawn, what is written, what is left out."""

import xml.etree.ElementTree as ET

import shapely

from components.drawing.svg_map import Drawing, region_map
from components.drawing.theme import LIGHT
from data.regions.lands import Land, Lands


def square(code: str, name: str, lon: float, lat: float, size: float = 0.1, *, sketch: bool = False) -> Land:
    return Land(code, name, shapely.box(lon, lat, lon + size, lat + size), sketch)


def ground(*each: Land) -> Lands:
    return Lands("99", each, (), shapely.union_all([land.shape for land in each]) if each else None, None)


FOUR = ground(
    square("99001", "甲乡", 120, 40), square("99002", "乙乡", 120.1, 40),
    square("99003", "丙乡", 120, 40.1), square("99004", "丁乡", 120.1, 40.1),
)  # fmt: skip


def drawn(lands: Lands = FOUR, *, width: float = 600, height: float = 400, text: float = 20, **options) -> Drawing:
    return region_map(lands, width=width, height=height, text=text, colours=options.pop("colours", LIGHT), **options)


def texts(drawing: Drawing) -> list[str]:
    return ["".join(one.itertext()) for one in ET.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}text")]


def test_regions_are_filled_by_their_class_and_hatched_without_data():
    map = drawn(fills={"99001": "#112233", "99002": "#112233", "99003": "#445566", "99004": None})
    assert map.svg.count('fill="#112233"') == 1 and map.svg.count('fill="#445566"') == 1
    assert LIGHT.missing in map.svg and LIGHT.missing not in drawn().svg
    assert {"甲乡", "乙乡", "丙乡", "丁乡"} <= set(texts(map)) and map.left_out == ()


def test_nothing_known_is_said():
    assert "尚无边界和位置" in drawn(ground()).svg
