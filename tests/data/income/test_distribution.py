"""How income is spread and what another line would change: exact, against plain Python, within the viewer's scope."""

import statistics
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import Engine

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope, Refused
from data.figures import cube, lists
from data.figures import read as figures
from data.figures.monitoring_line import monitoring_line
from data.income import distribution as income_distribution
from data.income.distribution import Distribution, by_region, line_fen, touched, what_if
from data.store.engine import writing
from tests.data.income.ground import books, fill_steady
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES, fill

CADRE = Viewer("county", COUNTY)
LINE = 880_000


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(fill)


def spread_of(engine: Engine, region: str = COUNTY, *, viewer: Viewer = CADRE, month: int = LAST) -> Distribution:
    with engine.connect() as connection:
        return income_distribution.distribution(connection, viewer, region, month)


def test_the_distribution_holds_the_households_of_the_books_from_low_to_high(county: Engine):
    with county.connect() as connection:
        plain = books(connection)
    for region in (COUNTY, TOWNSHIPS[0], VILLAGES[3]):
        spread = spread_of(county, region)
        expected = {id: plain.net(id, LAST) for id in plain.here(region, LAST) if plain.members.get(id)}
        assert dict(zip(spread.household.tolist(), spread.net.tolist(), strict=True)) == expected
        assert spread.persons.tolist() == [plain.members[id] for id in spread.household.tolist()]
        assert [f"{code:012d}" for code in spread.village] == [plain.village[id] for id in spread.household.tolist()]
        assert (np.diff(spread.per_head) >= 0).all() and len(expected) > 3


def test_nobody_can_write_to_what_all_share(county: Engine):
    spread = spread_of(county)
    for array in (spread.household, spread.village, spread.persons, spread.net, spread.below, spread.near):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_under_and_near_the_line_are_those_of_the_figures(county: Engine):
    for region in (COUNTY, *TOWNSHIPS):
        spread = spread_of(county, region)
        with county.connect() as connection:
            said = figures.figures(connection, CADRE, region, LAST, ("below_line_households", "near_line_households"))
        assert int(spread.below.sum()) == said["below_line_households"].value > 0
        assert int(spread.near.sum()) == said["near_line_households"].value


def test_the_mean_is_of_persons_not_of_households(filled: Callable[..., Engine]):
    engine = filled(fill_steady)
    with engine.connect() as connection:
        known = figures.figures(connection, CADRE, COUNTY, LAST, ("net_income_per_capita",))["net_income_per_capita"]
    spread = spread_of(engine)
    assert income_distribution.mean(spread) == pytest.approx(known.value)
    assert income_distribution.mean(spread) != pytest.approx(float(spread.per_head.mean()), rel=1e-4)


@pytest.mark.parametrize("yuan", [1, 5000, 8799, 8800, 8801, 12_345, 100_000])
def test_another_line_lets_in_and_out_whom_plain_python_says(county: Engine, yuan: int):
    spread, line = spread_of(county), line_fen(str(yuan))
    told = what_if(spread, line)
    with county.connect() as connection:
        plain = books(connection)
    ids = [id for id in plain.here(COUNTY, LAST) if plain.members.get(id)]
    then = {id for id in ids if plain.net(id, LAST) < plain.members[id] * line}
    now = {id for id in ids if plain.net(id, LAST) < plain.members[id] * LINE}
    assert set(spread.household[told.entering].tolist()) == then - now
    assert set(spread.household[told.leaving].tolist()) == now - then
    entering = touched(spread, told.entering)
    assert entering.persons == sum(plain.members[id] for id in then - now)
    assert entering.villages == len({plain.village[id] for id in then - now})
    assert sum(by_region(spread.village[told.entering], list(TOWNSHIPS))) == entering.households == len(then - now)
    assert sum(by_region(spread.village[told.entering], list(VILLAGES))) == len(then - now)


def test_an_income_of_exactly_the_line_is_not_under_it():
    net, persons = np.array([2_640_000, 2_639_999]), np.array([3, 3])
    nothing = np.zeros(2, dtype=bool)
    spread = Distribution(np.array([1, 2]), np.array([1, 1]), persons, net, nothing, nothing)
    assert spread.under(880_000).tolist() == [False, True]


def test_quantiles_and_bars_are_those_of_the_values(county: Engine):
    spread = spread_of(county)
    values = (spread.net / spread.persons / 100).tolist()
    tenths = statistics.quantiles(values, n=20, method="inclusive")
    expected = {"P10": tenths[1], "P25": tenths[4], "中位数": tenths[9], "P75": tenths[14], "P90": tenths[17]}
    assert income_distribution.quantiles(spread) == pytest.approx(expected)
    bars = income_distribution.histogram(spread)
    assert bars["households"].sum() == len(values) and len(bars) <= 32
    for row in bars.itertuples():
        assert row.households == sum(row.low <= value < row.high for value in values)


def test_an_income_below_nothing_stands_in_the_first_bar():
    nothing = np.zeros(3, dtype=bool)
    net, ones = np.array([-500_000, 100, 900_000]), np.ones(3, dtype=np.int64)
    bars = income_distribution.histogram(Distribution(ones, ones, ones, net, nothing, nothing))
    assert bars["low"].iloc[0] == -np.inf and bars["households"].iloc[0] == 2 and bars["households"].sum() == 3


def test_where_nobody_is_there_is_nothing_to_say(county: Engine):
    empty = spread_of(county, month=LAST - 40)
    assert income_distribution.quantiles(empty) == {} and income_distribution.mean(empty) is None
    assert income_distribution.histogram(empty).empty and touched(empty, empty.below).villages == 0


def test_two_provinces_each_have_their_own_line_until_one_is_tried_on_both(filled: Callable[..., Engine]):
    engine = filled(fill_steady, own=True)
    with writing(engine) as connection:
        for code, parent in (("980101", ""), ("980101101", "980101"), ("980101101201", "980101101")):
            connection.execute(model.region.insert().values(code=code, name="邻省", parent=parent))
        connection.execute(
            model.household.insert().values(
                id=500, code="N500", village="980101101201", head="孙某", type="未脱贫户", identified="2015-01-01"
            )
        )
        connection.execute(model.member.insert().values(code="N1", household_id=500, name="孙某", relation="户主"))
        lines = [
            {"household_id": 500, "month": LAST - back, "wage_work_fen": 0 if back else 10**6} for back in range(12)
        ]
        connection.execute(model.ledger.insert(), lines)
        connection.execute(
            model.monitoring_line.insert().values(
                province="98", since="2020-01-01", amount_fen=1_100_000, standing="试"
            )
        )
        cube.rebuild(connection, today=TODAY)
    everyone = Viewer("admin", "")
    spread = spread_of(engine, "", viewer=everyone)
    place = spread.household.tolist().index(500)
    assert spread.below[place] and spread.net[place] == 1_000_000  # under its own line, over the other
    assert not what_if(spread, LINE).entering[place] and what_if(spread, LINE).leaving[place]
    with engine.connect() as connection:
        assert monitoring_line(connection, everyone, "", (LAST,)) == [None]


def test_a_helper_reckons_with_his_own_households_and_a_cadre_within_his_village(filled: Callable[..., Engine]):
    engine = filled(fill_steady)
    own = spread_of(engine, viewer=Viewer("helper", COUNTY, "B1"))
    assert sorted(own.household.tolist()) == [id for id in range(1, 41) if id % 3 == 0]
    assert not len(spread_of(engine, viewer=Viewer("helper", COUNTY, None)).net)
    village = Viewer("village", VILLAGES[1])
    assert set(spread_of(engine, VILLAGES[1], viewer=village).household.tolist()) == {
        id for id in range(1, 41) if id % 5 == 1
    }
    with pytest.raises(OutOfScope):
        spread_of(engine, viewer=village)


@pytest.mark.parametrize("nonsense", ["", "0", "-5", "8800.5", "8 800", "100001", "９９", "1e4", "abc"])
def test_a_line_that_cannot_be_one_is_refused(nonsense: str):
    with pytest.raises(Refused):
        line_fen(nonsense)


def test_the_named_list_keeps_the_order_and_ends_at_the_scope(filled: Callable[..., Engine]):
    engine = filled(fill_steady)
    ids = spread_of(engine).household.tolist()

    def named(viewer: Viewer, region: str = COUNTY):
        with engine.connect() as connection:
            return lists.of_households(connection, viewer, ids, region, LAST)

    assert named(CADRE)["household_id"].tolist() == ids
    assert set(named(CADRE, VILLAGES[2])["region"]) == {VILLAGES[2]}
    assert set(named(Viewer("helper", COUNTY, "B1"))["household_id"]) == {id for id in ids if id % 3 == 0}
    assert set(named(Viewer("village", VILLAGES[0]), VILLAGES[0])["region"]) == {VILLAGES[0]}
    assert named(CADRE)["head"].str.len().gt(1).all() and not named(CADRE)["head"].str.contains("*", regex=False).any()
    assert named(Viewer("display", COUNTY))["head"].str.fullmatch(r"赵\*+").all()
    with pytest.raises(OutOfScope):
        named(Viewer("village", VILLAGES[0]))
