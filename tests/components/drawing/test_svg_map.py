"""A map as a picture: what is drawn, what is written, what is left out."""

import math
import random
import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest
import shapely

from components.drawing.svg_map import Drawing, region_map
from components.drawing.svg_points import Points, around, mark_path
from components.drawing.svg_view import path
from components.drawing.theme import DARK, LIGHT, Palette, palette, state_marks
from data.demo import geography
from data.regions.lands import Land, Lands
from tests.components.drawing.ground import HOSTILE
from tests.components.drawing.pictures import contrast, corners, faults, said, shapes, texts

LONG = "很长很长的名字" * 20
CANVASES = [(600, 400, 14), (600, 400, 22), (1100, 800, 47), (300, 900, 20), (2400, 700, 40)]


def square(code: str, name: str, lon: float, lat: float, size: float = 0.1, *, sketch: bool = False) -> Land:
    return Land(code, name, shapely.box(lon, lat, lon + size, lat + size), sketch)


def ground(*each: Land, over: tuple[Land, ...] = ()) -> Lands:
    return Lands("99", each, over, shapely.union_all([land.shape for land in each]) if each else None, None)


FOUR = ground(
    square("99001", "甲家乡", 120, 40), square("99002", "乙家乡", 120.1, 40),
    square("99003", "丙家乡", 120, 40.1), square("99004", "丁家乡", 120.1, 40.1),
)  # fmt: skip


@pytest.fixture(scope="module")
def villages() -> Lands:
    """The villages of a township of nine, under it."""
    places = geography.draw("township", 7).places
    each = tuple(Land(one.code, one.name, one.shape, False) for one in places[12])
    over = tuple(Land(one.code, one.name, shapely.multipolygons([one.shape]), False) for one in places[9])
    return ground(*each, over=over)


def drawn(lands: Lands = FOUR, *, width: float = 600, height: float = 400, text: float = 20, **options) -> Drawing:
    return region_map(lands, **{"width": width, "height": height, "text": text, "colours": LIGHT, **options})


def households(count: int, *, spread: float = 0.09, seed: int = 1, **columns) -> Points:
    chance = random.Random(seed)
    states = list(state_marks(False))
    rows = [
        (one, 120 + chance.uniform(0.005, spread), 40 + chance.uniform(0.005, spread), states[one % len(states)])
        for one in range(1, count + 1)
    ]
    frame = pd.DataFrame(rows, columns=["id", "lon", "lat", "state"]).assign(**columns)
    return Points(frame, state_marks(False))


def in_pixels(map: Drawing):
    """From degrees to the pixels of a map of the first of the four lands."""
    left, top, right, bottom = map.places["99001"]

    def turned(degrees):
        return (degrees - [120, 40.1]) / [0.1, -0.1] * [right - left, bottom - top] + [left, top]

    return turned


def rings(drawing: Drawing) -> list[tuple[float, float, float, float, str]]:
    """Left, top, right, bottom and colour of each number's ring."""
    found = []
    for one in ET.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}rect"):
        if "rx" in one.attrib and "stroke" in one.attrib:
            x, y, width, height = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + width, y + height, one.attrib["stroke"]))
    return found


def test_regions_are_filled_by_their_class_and_hatched_without_data():
    map = drawn(fills={"99001": "#112233", "99002": "#112233", "99003": "#445566", "99004": None})
    assert map.svg.count('fill="#112233"') == 1 and map.svg.count('fill="#445566"') == 1
    hatching = [points for attributes, points in shapes(map.svg) if attributes.get("stroke") == LIGHT.missing]
    left, top, right, bottom = map.places["99004"]
    assert len(hatching) == 1 and len(hatching[0]) > 20
    assert all(left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1 for x, y in hatching[0])
    assert LIGHT.missing not in drawn().svg
    assert {"甲家乡", "乙家乡", "丙家乡", "丁家乡"} <= set(said(map.svg)) and map.left_out == ()


def test_a_land_that_lies_on_a_larger_one_is_drawn_after_it_in_any_colours():
    inner = Land("99002", "乙家乡", shapely.box(120.02, 40.02, 120.05, 40.05), False, above=True)
    lands = ground(square("99001", "甲家乡", 120, 40), square("99003", "丙家乡", 120.1, 40), inner)
    for outer in ("#000001", "#000002", None):  # the neighbour has the inner one's colour
        map = drawn(lands, fills={"99001": outer, "99003": "#000002", "99002": "#000002"})
        filled = [
            attributes["fill"] for attributes, _ in shapes(map.svg) if attributes.get("fill") in ("#000001", "#000002")
        ]
        assert filled[-1] == "#000002" and len([one for one in filled if one == "#000002"]) == 2
        if outer is None:
            assert map.svg.index(LIGHT.missing) < map.svg.rindex('fill="#000002"')


def test_neighbours_share_their_edge_to_the_last_unit():
    of = {attributes["fill"]: set(points) for attributes, points in shapes(
        drawn(fills={"99001": "#000001", "99002": "#000002", "99003": "#000003", "99004": "#000004"}).svg
    )}  # fmt: skip
    assert len(of["#000001"] & of["#000002"]) == 2 and len(of["#000001"] & of["#000004"]) == 1


@pytest.mark.parametrize(("width", "height", "text"), CANVASES)
@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_names_stand_in_the_drawing_over_nothing_else_and_in_the_size_asked(
    villages: Lands, width: float, height: float, text: float, colours: Palette
):
    first, chosen = villages.each[0].code, villages.each[4].code
    map = drawn(villages, width=width, height=height, text=text, colours=colours, first=[first], chosen=chosen)
    assert faults(map.svg, size=text) == []
    written = set(said(map.svg))
    left_out = {land.name for land in (*villages.each, *villages.over) if land.name in map.left_out}
    assert len(left_out) + len(written - {"北"}) - 1 == len(villages.each) + len(villages.over)


def test_what_is_chosen_and_what_is_worst_is_named_first_and_outlined(villages: Lands):
    small = min(villages.each, key=lambda land: land.shape.area)
    tight = {"width": 420.0, "height": 300.0, "text": 40.0}
    assert small.name in drawn(villages, **tight).left_out
    worst = drawn(villages, **tight, first=[small.code])
    chosen = drawn(villages, **tight, chosen=small.code)
    for named in (worst, chosen):
        assert any(one.colour == LIGHT.ink and small.name.startswith(one.text) for one in texts(named.svg))
    assert any(attributes.get("stroke") == LIGHT.accent for attributes, _ in shapes(chosen.svg))
    lines = [points for attributes, points in shapes(worst.svg) if attributes.get("stroke") == LIGHT.alarm]
    left, top, right, bottom = worst.places[small.code]
    assert len(lines) == 1 and all(left - 1 < x < right + 1 and top - 1 < y < bottom + 1 for x, y in lines[0])
    assert faults(worst.svg, size=40) == []


def test_townships_are_named_before_villages_and_a_few_villages_of_many_are_none(villages: Lands):
    [township] = villages.over
    tight = drawn(villages, width=420, height=300, text=34)
    assert township.name in said(tight.svg) and set(tight.left_out) == {land.name for land in villages.each}
    assert not any(land.name.startswith(one) for one in said(tight.svg) for land in villages.each)
    roomy = drawn(villages, width=1600, height=1200, text=20)
    assert roomy.left_out == () and township.name in said(roomy.svg)
    widths = [
        float(attributes["stroke-width"]) / 2 for attributes, _ in shapes(roomy.svg) if "stroke-width" in attributes
    ]
    assert widths == [2.0] and 'stroke-width="1.2"' in roomy.svg  # of half pixels: 0.6 between villages


def test_a_name_that_repeats_says_where_it_lies_in_a_second_line_and_figures_stand_under_names():
    wide = drawn(ground(square("99001", "东风村（甲家镇）", 120, 40)), height=600, width=300, text=40)
    assert {"东风村", "（甲家镇）"} <= set(said(wide.svg))
    told = drawn(told={"99001": "12,496 元"})
    assert {"甲家乡", "12,496 元"} <= set(said(told.svg))
    small = drawn(told={"99001": "12,496 元，比县均低 1,203 元"})
    assert "甲家乡" in said(small.svg) and faults(small.svg, size=20) == []


@pytest.mark.parametrize("lat", [2.0, 18.3, 40.0, 53.5])
def test_the_scale_is_right_at_any_latitude_and_a_square_kilometre_is_square(lat: float):
    map = drawn(ground(square("99001", "甲家乡", 120, lat, 0.05)), width=900, height=900)
    [told] = [text for text in said(map.svg) if "米" in text or "公里" in text]
    metres = float(told.split()[0]) * (1000 if "公里" in told else 1)
    bar = re.search(r'<path d="M([\d.]+) [\d.]+ L[\d.]+ [\d.]+ L([\d.]+) [\d.]+ L[\d.]+ [\d.]+" fill="none"', map.svg)
    metre = (float(bar[2]) - float(bar[1])) / metres
    left, top, right, bottom = map.places["99001"]
    middle = math.radians(lat + 0.025)
    e2 = 0.00669438
    root = 1 - e2 * math.sin(middle) ** 2
    east = math.radians(0.05) * 6378137 * math.cos(middle) / root**0.5  # on the ellipsoid
    north = math.radians(0.05) * 6378137 * (1 - e2) / root**1.5
    assert (right - left) / metre == pytest.approx(east, rel=0.004)
    assert (bottom - top) / metre == pytest.approx(north, rel=0.004)


def test_north_and_scale_stand_where_no_land_is_or_below_it(villages: Lands):
    map = drawn(villages, width=900, height=600)
    [north] = [one for one in texts(map.svg) if one.text == "北"]
    outline = shapely.box(north.left, north.top, north.right, north.bottom)
    sides = shapely.union_all([land.shape for land in villages.each])
    west, _, _, high = sides.bounds
    left, top, right, bottom = map.places[villages.over[0].code]
    scale = (right - left) / (sides.bounds[2] - west), (bottom - top) / (high - sides.bounds[1])
    moved = shapely.transform(sides, lambda p: (p - [west, high]) * [scale[0], -scale[1]] + [left, top])
    assert not moved.intersects(outline)
    full = drawn(width=600, height=600)  # land from edge to edge
    [north] = [one for one in texts(full.svg) if one.text == "北"]
    assert all(north.top > box[3] for box in full.places.values())


def test_sketches_and_guesses_are_said():
    assert "示意边界" not in drawn().svg
    lands = ground(*FOUR.each[:3], square("99004", "丁家乡", 120.1, 40.1, sketch=True))
    assert said(drawn(lands).svg)[-1] == "示意边界"
    guessed = households(3, sketch=[False, True, False])
    assert said(drawn(lands, points=[guessed]).svg)[-1] == "示意边界 · 示意位置"


def test_households_are_drawn_by_their_state_and_guessed_ones_as_grey_rings():
    marks = state_marks(False)
    points = Points(households(5).rows.assign(state=["未脱贫户", "突发严重困难户", "脱贫户", "一般户", "未脱贫户"],
                                              sketch=[False, False, False, False, True]), marks)  # fmt: skip
    map = drawn(points=[points])
    for state in ("未脱贫户", "突发严重困难户", "脱贫户", "一般户"):
        assert f'="{marks[state][1]}"' in map.svg
    triangles = re.findall(rf'<path d="([^"]*)" fill="{marks["未脱贫户"][1]}"', map.svg)
    assert len(triangles) == 1 and triangles[0].count("M") == 1  # the guessed one is none
    assert map.svg.count(f'fill="{LIGHT.surface}" stroke="{LIGHT.second_ink}"') == 1


@pytest.mark.parametrize("number", [4, 15, 60, 300])
@pytest.mark.parametrize("spread", [0.09, 0.012])
def test_numbers_stand_only_where_they_fit_and_the_others_are_told(number: int, spread: float):
    points = households(number, spread=spread, number=[float(one) for one in range(1, number + 1)])
    view = (120.0, 40.0, 120.1, 40.1)  # land from edge to edge: north and scale stand on it
    land = ground(square("99001", "甲家村", 119.9, 39.9, 0.3))
    map = drawn(land, width=900, height=700, points=[points], names=False, view=view)
    assert faults(map.svg, size=20) == []
    written = {text for text in said(map.svg) if text.isdigit()}
    assert sorted([*written, *map.left_out], key=int) == [str(one) for one in range(1, number + 1)]
    boxes = rings(map)
    assert len(boxes) == len(written)
    for place, (left, top, right, bottom, _) in enumerate(boxes):
        assert left >= 0 and top >= 0 and right <= 900 and bottom <= 700
        assert not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for other in boxes[place + 1 :]
        )
    if number == 4:
        assert map.left_out == ()
    if number == 300 and spread == 0.012:
        assert map.left_out


def test_a_number_is_led_to_its_place_over_no_other_and_covers_no_other_household():
    points = households(40, spread=0.05, seed=4, number=[float(one) for one in range(1, 41)])
    map = drawn(ground(FOUR.each[0]), width=900, height=700, points=[points], names=False)
    boxes = [box[:4] for box in rings(map)]
    led = re.findall(rf'<path d="M(\S+) (\S+) L(\S+) (\S+)" fill="none" stroke="{LIGHT.second_ink}"', map.svg)
    assert len(led) > 3
    places = shapely.transform(shapely.multipoints(points.rows[["lon", "lat"]].to_numpy()), in_pixels(map))
    for numbers in led:
        x, y, end_x, end_y = (float(number) for number in numbers)
        line = shapely.LineString([(x, y), (end_x, end_y)])
        touched = [box for box in boxes if shapely.box(*box).buffer(-1).intersects(line)]
        passed = [place for place in places.geoms if place.distance(line) < 5]
        assert len(passed) == 1
        assert len(touched) == 1 and shapely.box(*touched[0]).contains(shapely.Point(end_x, end_y))
    for box in boxes:
        inner = shapely.box(*box).buffer(-1)
        assert sum(inner.contains(place) for place in places.geoms) <= 1


def test_where_two_want_one_room_the_last_kind_of_points_has_it():
    one = pd.DataFrame({"id": [1], "lon": [120.05], "lat": [40.05], "state": ["脱贫户"], "label": ["甲" * 14]})
    kinds = [Points(one, state_marks(False)), Points(one.assign(label="乙" * 14), state_marks(False))]
    narrow = ground(FOUR.each[0])
    assert drawn(narrow, width=340, height=70, points=kinds, names=False).left_out[-1] == "甲" * 14
    assert "乙" * 14 in said(drawn(narrow, width=640, height=120, points=kinds, names=False).svg)


def test_households_at_one_place_are_set_apart_each_with_its_number():
    rows = households(6).rows.assign(lon=120.05, lat=40.05, number=[float(one) for one in range(1, 7)])
    map = drawn(ground(FOUR.each[0]), points=[Points(rows, state_marks(False))], names=False)
    assert {text for text in said(map.svg) if text.isdigit()} == set("123456")
    assert faults(map.svg, size=20) == []
    marks = drawn(ground(FOUR.each[0]), points=[Points(rows.drop(columns="number"), state_marks(False))], names=False)
    begins = re.findall(r'<path d="(M\S+ \S+?)[aL]', marks.svg)
    assert len(set(begins)) == 6


def test_numbers_of_guessed_places_give_way_and_have_no_colour_of_a_state():
    numbers = [float(one) for one in range(1, 61)]
    points = households(60, number=numbers, sketch=[True] * 30 + [False] * 30)
    map = drawn(ground(FOUR.each[0]), points=[points], names=False)
    without = [int(number) for number in map.left_out]
    assert sum(number <= 30 for number in without) >= 2 * sum(number > 30 for number in without) > 0
    grey = [ring for ring in rings(map) if ring[4] == LIGHT.second_ink]
    assert len(grey) == 30 - sum(number <= 30 for number in without) == map.svg.count('stroke-dasharray="3"')


def test_the_walk_joins_known_places_in_the_order_of_their_numbers():
    rows = households(4).rows.assign(number=[3.0, 1.0, 2.0, 4.0], sketch=[False, False, False, True])
    map = drawn(ground(FOUR.each[0]), points=[Points(rows, state_marks(False), walk=True)], names=False)
    [way] = re.findall(r'<path d="([^"]*)" fill="none" stroke="[^"]*" stroke-width="1.4" stroke-dasharray="6"', map.svg)
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+)", way)]
    order = rows.set_index("number")["lon"][[1.0, 2.0, 3.0]].tolist()
    assert [sorted(xs).index(x) for x in xs] == [sorted(order).index(lon) for lon in order] and len(xs) == 3


def test_a_view_shows_a_part_and_nothing_is_drawn_far_outside(villages: Lands):
    code = villages.each[2].code
    map = drawn(villages, view=villages.of([code]), width=600, height=400)
    left, top, right, bottom = map.places[code]
    assert right - left > 560 or bottom - top > 300
    assert all(-12 <= x <= 612 and -12 <= y <= 412 for _, points in shapes(map.svg) for x, y in points)
    assert faults(map.svg, size=20) == [] and len(map.svg) < len(drawn(villages, width=600, height=400).svg)
    assert villages.of([villages.over[0].code]) == pytest.approx(villages.over[0].shape.bounds)
    assert villages.of(["123"]) is None


def test_a_view_around_households_has_room_at_its_sides_and_a_least_size():
    rows = pd.DataFrame({"lon": [120.0, 120.1, None], "lat": [40.0, 40.0, 40.0]})
    assert around(rows, room=0.2, least=0.05) == pytest.approx((119.98, 39.975, 120.12, 40.025))
    assert around(rows[2:], room=0.2, least=0.05) is None


@pytest.mark.parametrize("name", [*HOSTILE, "</svg>", "a\x00\x08\x1bb", "👨‍👩‍👧村", LONG, "", " "])
def test_a_name_that_would_be_code_stays_text(name: str):
    lands = ground(square("99001", name, 120, 40), square("99002", "乙家乡", 120.1, 40))
    points = Points(households(2).rows.assign(label=[name, "乙"]), state_marks(False))
    map = drawn(lands, width=900, first=["99001"], told={"99002": name}, points=[points])
    tree = ET.fromstring(map.svg.encode("utf-8", "strict"))
    assert {one.tag.partition("}")[2] for one in tree.iter()} <= {"svg", "g", "path", "rect", "text", "circle"}
    assert faults(map.svg, size=20) == []
    if name == LONG:
        assert LONG in map.left_out


def test_names_of_points_stand_beside_their_marks_or_are_told():
    points = Points(households(3).rows.assign(label=["光伏电站", None, LONG]), state_marks(False))
    map = drawn(ground(FOUR.each[0]), width=900, height=700, points=[points])
    assert "光伏电站" in said(map.svg) and LONG in map.left_out


@pytest.mark.parametrize("radius", [3.3, 8.87, 12.62, 40])
def test_a_disc_is_round(radius: float):
    for sign in "●○·":
        _, _, r, _, d = re.match(r"M(\S+) (\S+)a(\S+) (\S+) 0 1 0 (\S+) 0a", mark_path(sign, 5, 5, radius)).groups()
        assert float(d) == pytest.approx(2 * float(r))


def test_nothing_known_is_said_and_one_region_alone_is_drawn():
    empty = drawn(ground())
    assert said(empty.svg) == ["尚无边界和位置，画不出地图"] and empty.places == {}
    alone = drawn(ground(square("990010010010", "甲家村", 120, 40)))
    assert "甲家村" in said(alone.svg) and faults(alone.svg, size=20) == []
    dot = Lands(
        "99", (Land("99001", "一点", shapely.Point(120, 40).buffer(1e-9), True),), (), shapely.Point(120, 40), None
    )
    assert faults(drawn(dot).svg, size=20) == []


def test_a_path_is_short_and_leaves_out_what_cannot_be_seen():
    with_hole = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 4, 4))
    tiny = shapely.box(20, 20, 20.1, 20.1)
    d = path([shapely.multipolygons([*shapely.get_parts(with_hole), tiny])])
    assert d.count("M") == 2 and d.count("z") == 2 and max(x for x, _ in corners(d)) == 20
    assert re.fullmatch(r"(M-?\d+ -?\d+l(-?\d+[ -]?)+z)+", d)


@pytest.mark.parametrize("dark", [False, True])
def test_words_on_a_map_can_be_read_on_their_halo(dark: bool):
    colours = palette(dark)
    map = drawn(colours=colours, chosen="99001", first=["99002"], told={"99003": "1 户"},
                points=[households(3, number=[1.0, 2.0, 3.0])])  # fmt: skip
    halo = re.search(r'<g paint-order="stroke" stroke="(#\w+)" stroke-width="([\d.]+)"', map.svg)
    assert halo[1] == colours.surface and float(halo[2]) >= 4
    ends = {colours.second_ink: min(contrast(colours.second_ink, colours.sea), contrast(colours.second_ink, halo[1]))}
    for one in texts(map.svg):
        assert ends.get(one.colour, contrast(one.colour, halo[1])) >= 4.5, one.text
