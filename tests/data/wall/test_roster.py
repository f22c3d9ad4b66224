"""Who helps whom on a wall: household by household, by place and by unit, within scope, on both engines."""

import pytest
from sqlalchemy import Engine, update

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.store.engine import writing
from data.wall.names import as_display
from data.wall.roster import FIRST, first_secretaries, places, roster, units
from tests.data.small_county import LAST, VILLAGES
from tests.data.village_ground import COUNTY, FAR, TOWNSHIPS, VILLAGE, fill_village

pytestmark = pytest.mark.filled(by=fill_village)

CADRE = Viewer("county", COUNTY)


@pytest.fixture
def county(engine: Engine) -> Engine:
    with writing(engine) as connection:
        connection.execute(model.pairing.delete().where(model.pairing.c.helper.notin_(("D1", "D2"))))
        connection.execute(update(model.helper).where(model.helper.c.code == "D2").values(team=FIRST, unit="审计局"))
    return engine


def test_a_roster_holds_the_pairings_that_run_measures_by_kind_and_the_nearest_deadline(county: Engine):
    with county.connect() as connection:
        held = roster(connection, CADRE, VILLAGE, LAST)
        of_a_wall = roster(connection, as_display(CADRE), VILLAGE, LAST)
    helping = held.helping[held.helping["household_id"] > 900]
    assert [tuple(row) for row in helping[["household_id", "name", "phone"]].itertuples(index=False)] == [
        (902, "王七", "13900000000"), (901, "郑六", "13900000000"),
    ]  # fmt: skip
    assert held.measures.values.tolist() == [[901, "健康"]] and of_a_wall.measures.empty
    due = dict(held.due.itertuples(index=False))
    assert due[901] == "2026-10-31" and 902 not in due


def test_an_earlier_month_has_the_pairings_of_that_month(county: Engine):
    with county.connect() as connection:
        helping = roster(connection, CADRE, VILLAGE, LAST - 2).helping
    assert 903 in helping["household_id"].tolist()  # until 30 September


def test_units_and_places_count_helpers_households_and_who_was_not_visited(county: Engine):
    with county.connect() as connection:
        by_unit = units(connection, CADRE, COUNTY, LAST).set_index("unit")
        by_place = places(connection, CADRE, COUNTY, LAST, 9).set_index("code")
        by_village = places(connection, CADRE, TOWNSHIPS[0], LAST, 12).set_index("code")
    assert by_unit.loc["示范局"].tolist() == [1, 2, 2, 2] and by_unit.loc["审计局"].tolist() == [1, 1, 1, 1]
    assert by_place.loc[TOWNSHIPS[0]].tolist() == [2, 2, 2, 1] and by_place.loc[TOWNSHIPS[1]].tolist() == [1, 1, 1, 1]
    assert by_village.index.tolist() == [VILLAGE]


def test_a_village_has_one_first_secretary(county: Engine):
    with county.connect() as connection:
        found = first_secretaries(connection, CADRE, TOWNSHIPS[0], LAST)
    assert found[["village", "name"]].values.tolist() == [[VILLAGE, "王七"]]


def test_nobody_reads_of_a_region_that_is_not_his(county: Engine):
    mine = Viewer("village", VILLAGE)
    with county.connect() as connection:
        for query in (
            lambda: roster(connection, mine, VILLAGES[2], LAST),
            lambda: units(connection, mine, COUNTY, LAST),
            lambda: places(connection, mine, TOWNSHIPS[1], LAST, 12),
            lambda: first_secretaries(connection, mine, COUNTY, LAST),
        ):
            with pytest.raises(OutOfScope):
                query()
        helper = Viewer("helper", VILLAGE, "D1")
        assert set(roster(connection, helper, VILLAGE, LAST).helping["household_id"]) == {901}
        assert FAR not in roster(connection, CADRE, VILLAGE, LAST).helping["household_id"].tolist()
