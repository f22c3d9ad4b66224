"""The walking order: typed, nearest next, guessed; numbers that mean the same household to everybody."""

import pytest
from sqlalchemy import Engine, select, update

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.figures import cube
from data.households.edits import Conflict, undo_together
from data.households.history import history
from data.households.walking import Stop, arrange, office, walk, walked
from data.store.engine import upsert, writing
from tests.data.small_county import COUNTY, LAST, TODAY
from tests.data.village_ground import HERE, NEIGHBOUR, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

CADRE = Viewer("village", VILLAGE)


@pytest.fixture
def county(engine: Engine) -> Engine:
    """VILLAGE holds the households known by hand alone, its office in the south-west."""
    with writing(engine) as connection:
        here = model.household.c.village == VILLAGE
        connection.execute(
            update(model.household).where(here, model.household.c.id.not_in(HERE)).values(village=NEIGHBOUR)
        )
        connection.execute(update(model.region).where(model.region.c.code == VILLAGE).values(lon=121.0, lat=40.0))
        cube.rebuild(connection, today=TODAY)
    return engine


def place(engine: Engine, id: int, **values: object) -> None:
    with writing(engine) as connection:
        connection.execute(update(model.household).where(model.household.c.id == id).values(values))


def order(engine: Engine, viewer: Viewer = CADRE) -> list[int]:
    with engine.connect() as connection:
        frame = walked(connection, viewer, VILLAGE, LAST)
    assert list(frame["number"]) == sorted(frame["number"])
    return list(frame["id"])


def stops(*rows: tuple[int, int | None, tuple[float, float] | None]) -> list[Stop]:
    return [Stop(*row) for row in rows]


def ids(walk: list[Stop]) -> list[int]:
    return [stop.id for stop in walk]


def test_without_anything_typed_the_walk_goes_from_the_office_to_whoever_lives_nearest():
    places = stops((1, None, (121.0, 40.3)), (2, None, (121.0, 40.1)), (3, None, (121.0, 40.2)))
    assert ids(walk(places, (121.0, 40.0))) == [2, 3, 1]
    assert ids(walk(places, (121.0, 40.4))) == [1, 3, 2]


def test_a_degree_east_is_shorter_than_a_degree_north():
    places = stops((1, None, (121.0, 40.009)), (2, None, (121.010, 40.0)))
    assert ids(walk(places, (121.0, 40.0))) == [2, 1]  # 850 metres and 1,000


def test_typed_ones_come_first_and_the_walk_goes_on_from_the_last_of_them():
    mixed = stops((1, None, (121.0, 40.01)), (2, None, (121.0, 40.19)), (3, 2, (121.0, 40.2)), (4, 1, None))
    assert ids(walk(mixed, (121.0, 40.0))) == [4, 3, 2, 1]


def test_a_household_that_nobody_knows_to_find_comes_last_unless_its_place_was_typed():
    guessed = stops((1, None, None), (2, None, (121.0, 40.1)), (3, None, None), (4, 7, None))
    assert ids(walk(guessed, (121.0, 40.0))) == [4, 2, 1, 3]


def test_one_number_twice_and_two_at_one_distance_go_by_id():
    assert ids(walk(stops((9, 3, None), (5, 3, None), (7, 2, None)), None)) == [7, 5, 9]
    assert ids(walk(stops((2, None, (121.1, 40.0)), (1, None, (120.9, 40.0))), (121.0, 40.0))) == [1, 2]


def test_without_an_office_the_walk_begins_at_the_first_household():
    assert ids(walk(stops((2, None, (121.0, 40.1)), (1, None, (121.0, 40.3))), None)) == [1, 2]
    assert walk([], None) == []


def test_a_village_with_one_household_has_number_one(county: Engine):
    for id in (902, 903):
        place(county, id, village=NEIGHBOUR)
    with writing(county) as connection:
        cube.rebuild(connection, today=TODAY)
    with county.connect() as connection:
        (row,) = walked(connection, CADRE, VILLAGE, LAST).to_dict("records")
    assert (row["id"], row["number"], row["typed"], row["sketch"], row["head"]) == (901, 1, False, True, "钱一")


def test_the_households_that_are_counted_are_walked_and_who_was_given_a_place(county: Engine):
    assert order(county) == [901, 902, 903]
    place(county, 904, walking_order=1)
    assert order(county) == [904, 901, 902, 903]


def test_the_stored_order_is_walked_in_the_village_and_says_what_was_typed(county: Engine):
    place(county, 903, lon=121.001, lat=40.001)
    place(county, 901, lon=121.002, lat=40.002)
    assert order(county) == [903, 901, 902]
    place(county, 902, walking_order=5)
    with county.connect() as connection:
        frame = walked(connection, CADRE, VILLAGE, LAST).set_index("id")
    assert list(frame.index) == [902, 903, 901]  # its place is a guess: the walk goes on from the office
    assert list(frame["typed"]) == [True, False, False]
    assert list(frame["sketch"]) == [True, False, False]


def test_a_household_that_moved_in_with_a_number_stands_beside_the_one_that_has_it(county: Engine):
    place(county, 901, walking_order=1)
    place(county, 902, walking_order=2)
    with writing(county) as connection:
        row = {"id": 960, "code": "K960", "village": VILLAGE, "head": "吴六", "type": "脱贫户", "walking_order": 1}
        upsert(connection, model.household, list(row), [tuple(row.values())])
        cube.rebuild(connection, today=TODAY)
    assert order(county) == [901, 960, 902, 903]


def test_a_number_means_the_same_household_to_a_helper_who_sees_one(county: Engine):
    place(county, 902, walking_order=1)
    place(county, 903, walking_order=2)
    helper = Viewer("helper", COUNTY, "D1")
    with county.connect() as connection:
        frame = walked(connection, helper, VILLAGE, LAST)
    assert [(row.id, row.number) for row in frame.itertuples()] == [(901, 3)]


def test_the_walk_of_another_village_is_refused(county: Engine):
    with county.connect() as connection, pytest.raises(OutOfScope):
        walked(connection, CADRE, NEIGHBOUR, LAST)


def test_a_village_whose_office_nobody_knows_begins_within_its_shape_or_nowhere(county: Engine):
    with county.connect() as connection:
        assert office(connection, VILLAGE) == (121.0, 40.0)
        assert office(connection, NEIGHBOUR) is None
    place(county, 902, lon=121.3, lat=40.2, village=NEIGHBOUR)
    with county.connect() as connection:
        lon, lat = office(connection, NEIGHBOUR) or (0, 0)
    assert abs(lon - 121.3) < 0.1 and abs(lat - 40.2) < 0.1


def read(engine: Engine) -> dict[int, int | None]:
    """Household → its stored place, as who opens the list has it."""
    with engine.connect() as connection:
        frame = walked(connection, CADRE, VILLAGE, LAST)
    return dict(zip(frame["id"], frame["stored"], strict=True))


def test_a_walk_that_is_arranged_is_stored_whole_with_its_history_and_taken_back_whole(county: Engine):
    place(county, 901, walking_order=7)
    before = read(county)
    assert before == {901: 7, 902: None, 903: None}
    changes = arrange(county, CADRE, before, {903: 1, 901: 2, 902: 3}, now=NOW)
    assert order(county) == [903, 901, 902]
    with county.connect() as connection:
        rows = connection.execute(select(model.change).where(model.change.c.id.in_(changes))).mappings().all()
        told = history(connection, CADRE, 902)
    assert {row["household_id"] for row in rows} == {901, 902, 903} and {row["what"] for row in rows} == {"排走访顺序"}
    assert "走访顺序" in str(told)
    undo_together(county, CADRE, changes, now=NOW)
    assert read(county) == before
    with pytest.raises(Refused, match="已经撤销过"):
        undo_together(county, CADRE, changes, now=NOW)


def test_whoever_comes_second_is_told_and_nothing_of_his_is_stored(county: Engine):
    before = read(county)
    arrange(county, CADRE, before, {902: 1, 901: 2, 903: 3}, now=NOW)
    with pytest.raises(Conflict, match="别人已经改了走访顺序"):
        arrange(county, CADRE, before, {903: 1, 902: 2, 901: 3}, now=NOW)
    assert order(county) == [902, 901, 903]


def test_a_household_that_moved_away_meanwhile_is_not_arranged_here(county: Engine):
    before = read(county)
    place(county, 903, village=NEIGHBOUR)
    township = Viewer("township", VILLAGE[:9])
    with pytest.raises(Refused, match="不在这个村"):
        arrange(county, township, before, {903: 1, 902: 2, 901: 3}, now=NOW)
    with pytest.raises(NotFound):
        arrange(county, CADRE, before, {903: 1, 902: 2, 901: 3}, now=NOW)
    with county.connect() as connection:
        assert connection.execute(select(model.household.c.walking_order).distinct()).scalars().all() == [None]


@pytest.mark.parametrize("places", [{901: -5}, {901: 0}, {901: 100_000}, {901: 10**30}, {901: 7, 902: 7}])
def test_places_that_no_walk_has_are_refused(county: Engine, places: dict[int, int | None]):
    before = read(county)
    with pytest.raises(Refused, match="不重复"):
        arrange(county, CADRE, before, places, now=NOW)
    assert read(county) == before


def test_only_who_may_write_arranges_and_only_what_is_another(county: Engine):
    before = read(county)
    with pytest.raises(NoRight):
        arrange(county, Viewer("display", VILLAGE), before, {901: 1}, now=NOW)
    with pytest.raises(Refused, match="没有变动"):
        arrange(county, CADRE, before, before, now=NOW)
    changes = arrange(county, CADRE, before, {901: 1, 902: None}, now=NOW)
    assert len(changes) == 1 and read(county) == {901: 1, 902: None, 903: None}
