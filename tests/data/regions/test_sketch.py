"""Where no boundary is known a cell is drawn around a point, where no position a place in the village: and said so."""

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine, insert

from data.model import household
from data.regions import outlines as geometry
from data.store.engine import writing
from tests.data.boundaries.ground import (
    COUNTY,
    LOWER,
    OTHER_TOWN,
    SIDE,
    TOWN,
    UPPER,
    VILLAGES,
    bound,
    centres,
    children,
    close,
    drawn,
    placed,
    regions,
    sketches,
    some,
    squares,
    villages,
)


@pytest.fixture
def county(engine: Engine) -> Engine:
    """The county of squares: its regions, no boundary yet."""
    regions(engine)
    return engine


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
