"""What pickers, maps and tables show of a village that is no more, and of one that is called otherwise."""

import json

import pytest
import shapely
from sqlalchemy import Engine, insert

from data import model
from data.access.viewer import Viewer
from data.figures import read
from data.regions import tree
from data.regions.outlines import served
from data.store.engine import writing
from data.villages.edits import carry_out, merges, renames
from tests.data.small_county import COUNTY, LAST, TODAY, VILLAGES
from tests.data.village_ground import NEIGHBOUR, VILLAGE, fill_village
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
TOWNSHIP, BEFORE, DAY = VILLAGE[:9], "2026-10-31", "2026-11-10"


@pytest.fixture
def county(filled) -> Engine:
    """Two villages beside each other, of which one went over to the other, which has a new name since."""
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        squares = {VILLAGE: shapely.box(0, 0, 1, 1), NEIGHBOUR: shapely.box(1, 0, 2, 1)}
        rows = [{"region": code, "geometry": shapely.to_wkb(square)} for code, square in squares.items()]
        connection.execute(insert(model.boundary).values(source="t"), rows)
    for make, *told in ((merges, VILLAGE, NEIGHBOUR), (renames, NEIGHBOUR, "新村")):
        with engine.connect() as connection:
            deed = make(connection, CADRE, *told, day=DAY, today=TODAY)
        carry_out(engine, CADRE, deed, today=TODAY, now=NOW)
    return engine


def test_pickers_have_it_until_its_end_and_names_are_those_of_the_day(county):
    with county.connect() as connection:
        now, then = (
            {one.code: one.name for one in tree.children(connection, CADRE, TOWNSHIP, day)} for day in (None, BEFORE)
        )
        assert now == {NEIGHBOUR: "新村"}
        assert then == {VILLAGE: "示范村0", NEIGHBOUR: "示范村1"}
        assert VILLAGE not in {one.code for one in tree.all_regions(connection, CADRE)}
        assert VILLAGE in {one.code for one in tree.pickable(connection, CADRE, TOWNSHIP, BEFORE)}
        gone = tree.gone(connection, CADRE, VILLAGE)
        assert gone is not None and gone.region.code == NEIGHBOUR and gone.words == f"示范村0已于 {DAY} 并入新村"
        assert tree.gone(connection, CADRE, VILLAGE, BEFORE) is None
        own = tree.gone(connection, Viewer("village", VILLAGE), VILLAGE)
        assert own is not None and own.region.code == VILLAGE, "who may not see where it went stays at home"
        assert tree.told_of(connection, CADRE, NEIGHBOUR) == f"曾用名示范村1（{DAY} 更名），含 {DAY} 并入的示范村0"
        assert tree.told_of(connection, CADRE, NEIGHBOUR, BEFORE) == f"{DAY} 起更名为新村"


def test_tables_have_it_while_anything_is_counted_of_it(county):
    with county.connect() as connection:
        now, then = (read.children(connection, CADRE, TOWNSHIP, month, "households") for month in (LAST, LAST - 1))
        assert list(now["name"]) == ["新村"] and list(then["name"]) == ["示范村0", "示范村1"]
        visits = read.children(connection, CADRE, TOWNSHIP, LAST, "visits")
        whole = read.figures(connection, CADRE, TOWNSHIP, LAST, ("visits",))["visits"]
        assert visits["value"].sum() == whole.value and VILLAGE in set(visits["code"]), "parts add up"


def test_its_land_is_the_others_since(county):
    def areas(day: str | None) -> dict[str, float]:
        content, _ = served(county, TOWNSHIP, "children", day)
        features = json.loads(content)["features"]
        return {one["properties"]["code"]: shapely.geometry.shape(one["geometry"]).area for one in features}

    assert areas(None) == {NEIGHBOUR: pytest.approx(2)}
    assert areas(BEFORE) == {VILLAGE: pytest.approx(1), NEIGHBOUR: pytest.approx(1)}


def test_days_between_which_no_village_changed_have_the_same_map(county):
    with county.connect() as connection:
        assert {tree.land_since(connection, CADRE, TOWNSHIP, day) for day in (None, DAY, TODAY.isoformat())} == {DAY}
        assert tree.land_since(connection, CADRE, TOWNSHIP, BEFORE) == "0001-01-01"
        served_then = [json.loads(served(county, TOWNSHIP, "children", day)[0]) for day in ("0001-01-01", BEFORE)]
        assert served_then[0] == served_then[1]
        assert tree.land_since(connection, CADRE, VILLAGES[2][:9], BEFORE) is None
