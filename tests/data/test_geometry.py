"""What the map fetches: neighbours keep their edges, what is not known is sketched and said so, or left out."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine, delete, insert, update

from data import cube, geometry
from data.engine import ready_engine, upsert, writing
from data.errors import NotFound
from data.model import boundary, household, region
from tests.data.boundary_ground import (
    COUNTY,
    OTHER_TOWN,
    SIDE,
    SOUTH,
    TOWN,
    VILLAGES,
    WEST,
    parent_of,
    regions,
    squares,
)

LOWER = ["990981001001", "990981001002"]
UPPER = ["990981100001", "990981100002"]


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


def test_a_region_without_boundary_is_the_union_of_its_children(county: Engine) -> None:
    bound(county, some(*VILLAGES))
    found = children(county, COUNTY)
    assert sketches(found) == {TOWN: False, OTHER_TOWN: False}
    assert all(close(shape, squares()[code]) for code, shape in drawn(found).items())
    (county_shape,) = drawn(children(county, "")).values()
    assert close(county_shape, squares()[COUNTY])


def test_a_union_that_lacks_a_child_is_a_sketch(county: Engine) -> None:
    bound(county, some(*UPPER, LOWER[0]))
    assert sketches(children(county, COUNTY)) == {TOWN: True, OTHER_TOWN: False}


def test_villages_without_boundary_are_cells_that_fill_their_township(county: Engine) -> None:
    bound(county, some(COUNTY, TOWN, OTHER_TOWN))
    placed(county, centres(*VILLAGES))
    found = children(county, TOWN)
    assert sketches(found) == dict.fromkeys(LOWER, True)
    assert all(close(shape, squares()[code]) for code, shape in drawn(found).items())


def test_cells_of_one_level_nest_in_those_above(county: Engine) -> None:
    bound(county, some(COUNTY))
    placed(county, centres(*VILLAGES))
    towns, cells = drawn(children(county, COUNTY)), drawn(villages(county))
    assert sketches(children(county, COUNTY)) == {TOWN: True, OTHER_TOWN: True}
    for code, shape in towns.items():
        assert close(shapely.union_all([cell for village, cell in cells.items() if village[:9] == code]), shape)
    assert close(shapely.union_all(list(towns.values())), squares()[COUNTY])


def test_a_cell_does_not_take_what_a_neighbour_owns(county: Engine) -> None:
    bound(county, some(COUNTY, TOWN, UPPER[0]))
    placed(county, centres(*VILLAGES))
    found = villages(county)
    assert sketches(found) == {**dict.fromkeys(LOWER, True), UPPER[0]: False, UPPER[1]: True}
    assert close(drawn(found)[UPPER[1]], squares()[UPPER[1]])


def test_without_any_boundary_cells_fill_a_margin_around_the_points(county: Engine) -> None:
    placed(county, centres(*VILLAGES))
    found = drawn(villages(county))
    whole = shapely.union_all(list(found.values()))
    hull = shapely.MultiPoint(list(centres(*VILLAGES).values())).convex_hull
    assert whole.contains(hull)
    assert whole.hausdorff_distance(hull) < 3 * SIDE
    assert all(found[code].contains(shapely.Point(point)) for code, point in centres(*VILLAGES).items())


def test_villages_at_one_point_both_have_a_cell(county: Engine) -> None:
    bound(county, some(TOWN))
    placed(county, dict.fromkeys(LOWER, centres(TOWN)[TOWN]))
    found = drawn(children(county, TOWN))
    assert set(found) == set(LOWER)
    assert all(shape.area > 0.1 * squares()[TOWN].area for shape in found.values())


def test_a_point_on_a_neighbours_ground_still_has_a_mark(county: Engine) -> None:
    bound(county, some(*LOWER, TOWN, UPPER[0], OTHER_TOWN) | {UPPER[0]: squares()[OTHER_TOWN]})
    placed(county, centres(UPPER[1]))
    found = drawn(children(county, OTHER_TOWN))[UPPER[1]]
    assert found.contains(shapely.Point(centres(UPPER[1])[UPPER[1]]))


def households(engine: Engine, village: str, spots: list[tuple[float | None, float | None]]) -> None:
    with writing(engine) as connection:
        for number, (lon, lat) in enumerate(spots):
            values = {"id": int(village[-4:]) * 1000 + number, "code": f"{village}{number:04d}", "village": village}
            connection.execute(insert(household).values(**values, head="甲", type="脱贫户", lon=lon, lat=lat))


def test_a_village_without_a_point_lies_where_its_households_are(county: Engine) -> None:
    bound(county, some(TOWN))
    for village, (lon, lat) in centres(*LOWER).items():
        households(county, village, [(lon + 1e-4 * n, lat) for n in range(-3, 4)] + [(None, None)])
    found = drawn(children(county, TOWN))
    assert all(close(shape, squares()[code]) for code, shape in found.items())


def test_few_households_do_not_betray_where_they_live(county: Engine) -> None:
    lon, lat = 121.01234, 40.00678
    households(county, UPPER[0], [(lon, lat)])
    middle = drawn(villages(county))[UPPER[0]].centroid
    assert (middle.x, middle.y) == pytest.approx((121.01, 40.01), abs=1e-4)


def test_what_nothing_is_known_of_is_left_out(county: Engine) -> None:
    assert drawn(children(county, COUNTY)) == {}
    bound(county, some(COUNTY))
    placed(county, centres(LOWER[0]))
    assert set(drawn(villages(county))) == {LOWER[0]}
    assert set(drawn(children(county, COUNTY))) == {TOWN}


def test_a_region_with_a_point_of_its_own_and_bare_children_is_a_cell(county: Engine) -> None:
    bound(county, some(COUNTY))
    placed(county, centres(TOWN, OTHER_TOWN))
    found = children(county, COUNTY)
    assert sketches(found) == {TOWN: True, OTHER_TOWN: True}
    assert all(close(shape, squares()[code]) for code, shape in drawn(found).items())


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
        cube.stamp(connection)
    first = geometry.served(county, COUNTY, "children")
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: geometry.served(county, COUNTY, "children"), range(8)))
    assert len(asked) == 1
    assert others == [first] * 8
    bound(county, some(COUNTY, TOWN))
    with writing(county) as connection:
        cube.stamp(connection)
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


def scattered(engine: Engine, frame: pd.DataFrame) -> pd.DataFrame:
    with engine.connect() as connection:
        return geometry.household_points(connection, frame)


def test_households_without_coordinates_stand_inside_their_village_and_are_a_sketch(county: Engine) -> None:
    bound(county, squares())
    ids = list(range(1, 41))
    frame = pd.DataFrame(
        {"id": ids, "village": ([LOWER[0], UPPER[1]] * 20), "lon": np.nan, "lat": np.nan}, index=ids[::-1]
    )
    frame.loc[40, ["lon", "lat"]] = 121.5, 40.5
    found = scattered(county, frame)
    assert frame["lon"].count() == 1, "the frame given stays as it is"
    assert found.loc[40, ["lon", "lat", "sketch"]].tolist() == [121.5, 40.5, False]
    rest = found.drop(index=40)
    assert rest["sketch"].all()
    for village, group in rest.groupby("village"):
        assert shapely.contains_xy(squares()[village], group["lon"], group["lat"]).all()
    assert not rest.duplicated(["lon", "lat"]).any()


def test_a_household_keeps_its_place_whoever_else_is_shown(county: Engine) -> None:
    bound(county, squares())
    frame = pd.DataFrame({"id": [7, 8, 9], "village": LOWER[0], "lon": None, "lat": None})
    alone = scattered(county, frame[frame["id"] == 8]).set_index("id").loc[8]
    among = scattered(county, frame).set_index("id").loc[8]
    assert (alone["lon"], alone["lat"]) == (among["lon"], among["lat"])


def test_households_of_a_village_nobody_knows_the_place_of_have_none(county: Engine) -> None:
    found = scattered(county, pd.DataFrame({"id": [1], "village": LOWER[0], "lon": None, "lat": None}))
    assert found["lon"].isna().all()
    assert found["sketch"].all()


def test_no_households_are_no_trouble(county: Engine) -> None:
    assert scattered(county, pd.DataFrame({"id": [], "village": [], "lon": [], "lat": []})).empty
