"""What the map fetches: neighbours keep their edges, the answer is small and kept until the data change."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from data.errors import NotFound
from data.figures import cube
from data.model import region
from data.regions import outlines as geometry
from data.store.engine import ready_engine, upsert, writing
from tests.data.boundaries.ground import (
    COUNTY,
    LOWER,
    OTHER_TOWN,
    SIDE,
    SOUTH,
    TOWN,
    VILLAGES,
    WEST,
    bound,
    children,
    close,
    drawn,
    parent_of,
    regions,
    some,
    squares,
    villages,
)
from tests.moment import NOW


@pytest.fixture
def county(engine: Engine) -> Engine:
    """The county of squares: its regions, no boundary yet."""
    regions(engine)
    return engine


def test_children_come_with_code_name_and_whether_they_are_a_sketch(county: Engine) -> None:
    bound(county, squares())
    answer = json.loads(children(county, COUNTY))
    assert answer["type"] == "FeatureCollection"
    assert [feature["properties"] for feature in answer["features"]] == [
        {"code": TOWN, "name": "城关镇", "sketch": False},
        {"code": OTHER_TOWN, "name": "东沟乡", "sketch": False},
    ]
    assert all(close(shape, squares()[code]) for code, shape in drawn(children(county, TOWN)).items())


def test_the_children_of_the_whole_are_the_roots(county: Engine) -> None:
    bound(county, squares())
    assert set(drawn(children(county, ""))) == {COUNTY}


def test_all_of_one_level_below_a_region(county: Engine) -> None:
    bound(county, squares())
    with county.connect() as connection:
        townships = geometry.region_geojson(connection, COUNTY, "township")
        everywhere = geometry.region_geojson(connection, "", "village")
    assert set(drawn(townships)) == {TOWN, OTHER_TOWN}
    assert set(drawn(villages(county))) == set(drawn(everywhere)) == set(VILLAGES)
    assert set(drawn(villages(county, TOWN))) == set(LOWER)


def test_an_outline_is_the_region_itself(county: Engine) -> None:
    bound(county, squares())
    with county.connect() as connection:
        (shape,) = drawn(geometry.outline_geojson(connection, TOWN)).values()
        (whole,) = drawn(geometry.outline_geojson(connection, "")).values()
    assert close(shape, squares()[TOWN])
    assert close(whole, squares()[COUNTY])


def test_an_empty_database_has_an_empty_answer(engine: Engine) -> None:
    assert json.loads(children(engine, "")) == {"type": "FeatureCollection", "features": []}


def test_an_unknown_region_or_level_is_not_found(county: Engine) -> None:
    for code, level in (("990999", "children"), ("", "hamlet"), ("99098", "outline")):
        with pytest.raises(NotFound):
            geometry.served(county, code, level)


def wobbly(rows: int, columns: int, points: int) -> list[shapely.Polygon]:
    """A grid of cells whose shared edges wander, each edge the same for both of its neighbours."""
    chance = random.Random(7)

    def edge(start, end):
        along = np.linspace(0, 1, points)
        aside = sum(chance.gauss(0, 5e-4 / k) * np.sin(k * np.pi * along) for k in range(1, 30))
        across = np.array([end[1] - start[1], end[0] - start[0]]) / SIDE
        return [tuple(step) for step in np.linspace(start, end, points) + np.outer(aside, across)]

    def corner(column, row):
        return WEST + column * SIDE, SOUTH + row * SIDE

    flat = {(c, r): edge(corner(c, r), corner(c + 1, r)) for c in range(columns) for r in range(rows + 1)}
    up = {(c, r): edge(corner(c, r), corner(c, r + 1)) for c in range(columns + 1) for r in range(rows)}
    return [
        shapely.Polygon(flat[c, r] + up[c + 1, r][1:] + flat[c, r + 1][::-1][1:] + up[c, r][::-1][1:])
        for r in range(rows)
        for c in range(columns)
    ]


def many(engine: Engine, shapes: list[shapely.Polygon]) -> None:
    """A prefecture of as many villages, five to a township, the townships in one county."""
    names = {COUNTY: "示范县"}
    codes = []
    for number in range(len(shapes)):
        town = f"{COUNTY}{number // 5 + 1:03d}"
        names[town] = f"第{number // 5 + 1}镇"
        codes.append(f"{town}{number % 5 + 1:03d}")
        names[codes[-1]] = f"某某村第{number}"
    with writing(engine) as connection:
        rows = [(code, name, parent_of(code, (code[:6], code[:9]))) for code, name in names.items()]
        upsert(connection, region, ("code", "name", "parent"), rows)
    bound(engine, dict(zip(codes, shapes, strict=True)))


def test_neighbours_keep_their_shared_edges_when_simplified(engine: Engine) -> None:
    cells = wobbly(6, 6, 200)
    many(engine, cells)
    found = list(drawn(villages(engine)).values())
    assert shapely.coverage_is_valid(found)
    assert shapely.get_num_coordinates(found).sum() < 0.6 * shapely.get_num_coordinates(cells).sum()
    off = max(shape.hausdorff_distance(cell) for shape, cell in zip(found, cells, strict=True))
    assert off < 6 * SIDE / 200


def test_coordinates_have_five_decimals(county: Engine) -> None:
    bound(county, {COUNTY: shapely.affinity.rotate(squares()[COUNTY], 33)})
    numbers = shapely.get_coordinates(list(drawn(children(county, "")).values()))
    assert np.array_equal(numbers, np.round(numbers, 5))


@pytest.mark.parametrize(("rows", "columns", "points"), [(7, 43, 300), (30, 31, 150)])
def test_hundreds_of_villages_stay_within_three_hundred_kilobytes(engine: Engine, rows, columns, points) -> None:
    many(engine, wobbly(rows, columns, points))
    content = villages(engine)
    assert len(drawn(content)) == rows * columns
    assert len(content) < 320_000
    assert min(shapely.area(list(drawn(content).values()))) > 0.5 * SIDE**2


def test_names_are_data_whatever_they_hold(engine: Engine) -> None:
    regions(engine, {COUNTY: '"}</script>`${x}'})
    bound(engine, some(COUNTY))
    assert json.loads(children(engine, ""))["features"][0]["properties"]["name"] == '"}</script>`${x}'


def test_an_answer_is_kept_until_the_data_change(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    made = geometry.children_geojson
    monkeypatch.setattr(geometry, "children_geojson", lambda *given: asked.append(given) or made(*given))
    bound(county, squares())
    with writing(county) as connection:
        cube.stamp(connection, NOW)
    first = geometry.served(county, COUNTY, "children")
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: geometry.served(county, COUNTY, "children"), range(8)))
    assert len(asked) == 1
    assert others == [first] * 8
    bound(county, some(COUNTY, TOWN))
    with writing(county) as connection:
        cube.stamp(connection, NOW)
    content, tag = geometry.served(county, COUNTY, "children")
    assert set(drawn(content)) == {TOWN}
    assert tag != first[1]
    assert geometry.served(county, COUNTY, "outline")[1] != tag


def test_a_different_store_has_different_answers(county: Engine, tmp_path) -> None:
    other = ready_engine(f"sqlite:///{tmp_path / 'other.db'}")
    regions(other)
    bound(county, squares())
    assert drawn(geometry.served(county, COUNTY, "children")[0])
    assert not drawn(geometry.served(other, COUNTY, "children")[0])
    other.dispose()


def test_what_lies_on_a_larger_region_without_a_hole_comes_after_all_others(county: Engine) -> None:
    shapes = squares()
    (west, south, _, _), (first, second) = shapes[LOWER[1]].bounds, LOWER
    shapes[first] = shapely.box(west + SIDE / 4, south + SIDE / 4, west + SIDE / 2, south + SIDE / 2)
    bound(county, shapes)
    order = list(drawn(villages(county)))
    assert order == [second, *(code for code in VILLAGES if code not in LOWER), first]


def test_the_smaller_of_two_that_lie_in_each_other_comes_last_and_neighbours_keep_their_order() -> None:
    boxes = np.array(
        [shapely.box(2, 2, 3, 3), shapely.box(0, 0, 9, 9), shapely.box(1, 1, 5, 5), shapely.box(9, 0, 12, 9)]
    )
    assert geometry.stacked(boxes) == ([1, 3], [2, 0])
