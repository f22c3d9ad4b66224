"""The forecast to the end of the income year and its back-test against plain Python; what is unknown is not used."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from data import settings
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.income import forecast as income_forecast
from data.income.forecast import NET, foretold, foretold_sql, term
from data.months import month_of
from data.store.engine import writing
from tests.data.income.ground import STEADY, books, fill_steady
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
HELPER = Viewer("helper", COUNTY, "B1")
LINE = 880_000  # fen: what 2024 set still holds


@pytest.fixture
def steady(filled: Callable[..., Engine]) -> Engine:
    return filled(fill_steady)


def by_hand(now: float, base: float, remaining: int) -> float:
    return now + (now - base) * remaining / 12


def test_the_term_of_a_month_is_its_income_year(filled: Callable[..., Engine]):
    engine = filled(fill_steady, own=True)
    with writing(engine) as connection:
        one = term(connection, month_of("2026-11"))
        assert (one.last, one.base, one.remaining) == (month_of("2027-09"), month_of("2026-09"), 10)
        assert term(connection, month_of("2026-09")).remaining == 0
        before = one.years_back(2)
        assert (before.month, before.last, before.remaining) == (month_of("2024-11"), month_of("2025-09"), 10)
        settings.decide(connection, Viewer("admin", ""), "income_year_start", "1", now=NOW)
        one = term(connection, month_of("2026-11"))
        assert (one.last, one.base, one.remaining) == (month_of("2026-12"), month_of("2025-12"), 1)


def test_the_formula_carries_on_what_the_year_has_brought_so_far():
    assert foretold(13_000, 12_400, 6) == 13_300
    assert foretold(13_000, 12_400, 0) == 13_000  # the year is over: what came
    assert foretold(12_000, 12_400, 3) == 11_900
    assert foretold(13_000, None, 6) == 13_000


def test_each_regions_forecast_is_the_formula_on_its_books(steady: Engine):
    with steady.connect() as connection:
        rows = income_forecast.region_forecasts(connection, CADRE, COUNTY, LAST)
        plain = books(connection)
    assert rows["code"].tolist() == [COUNTY, *TOWNSHIPS]
    for row in rows.itertuples():
        now, base = plain.per_head(row.code, LAST), plain.per_head(row.code, LAST - 2)
        assert (row.now, row.base) == (pytest.approx(now), pytest.approx(base))
        assert row.forecast == pytest.approx(by_hand(now, base, 10))


def test_the_forecasts_of_the_households_add_up_to_that_of_their_region(steady: Engine):
    told = foretold_sql(NET.format("hm"), NET.format("b"))
    statement = text(
        f"SELECT SUM({told}), SUM(hm.persons) FROM household_month hm JOIN household_month b ON b.month = :base"
        " AND b.village = hm.village AND b.household_id = hm.household_id WHERE hm.month = :month"
    )
    with steady.connect() as connection:
        for month in (LAST, LAST - 4):
            this = term(connection, month)
            asked = {"month": month, "base": this.base, "remaining": this.remaining}
            twelvefold, persons = connection.execute(statement, asked).one()
            whole = income_forecast.region_forecasts(connection, CADRE, COUNTY, month)["forecast"].iloc[0]
            assert int(twelvefold) / 1200 / int(persons) == pytest.approx(whole)


def test_the_back_test_sets_the_forecast_of_then_beside_what_came(steady: Engine):
    with steady.connect() as connection:
        past = income_forecast.backtest(connection, CADRE, COUNTY, LAST)
        plain = books(connection)
    assert past[past["code"] == COUNTY]["year"].tolist() == [2026, 2025]  # the year before 2025 is the first on record
    assert set(past["code"]) == {COUNTY, *TOWNSHIPS}
    for row in past.itertuples():
        last = month_of(f"{row.year}-09")
        now, base, actual = (plain.per_head(row.code, month) for month in (last - 10, last - 12, last))
        forecast = by_hand(now, base, 10)
        assert (row.forecast, row.actual) == (pytest.approx(forecast), pytest.approx(actual))
        assert row.error == pytest.approx(abs(forecast - actual) / actual)
        assert row.still == pytest.approx(abs(now - actual) / actual)


def test_the_back_test_of_a_past_month_knows_no_year_that_ended_later(steady: Engine):
    with steady.connect() as connection:
        assert income_forecast.backtest(connection, CADRE, COUNTY, month_of("2026-08"))["year"].unique() == [2025]
        assert income_forecast.backtest(connection, CADRE, COUNTY, month_of("2025-08")).empty
        assert income_forecast.household_backtest(connection, CADRE, COUNTY, month_of("2025-08")).empty


@pytest.mark.parametrize(("viewer", "whose"), [(CADRE, STEADY), (HELPER, [id for id in STEADY if id % 3 == 0])])
def test_the_households_foretold_are_counted_against_those_that_came(steady: Engine, viewer: Viewer, whose):
    with steady.connect() as connection:
        rows = income_forecast.household_backtest(connection, viewer, COUNTY, LAST).set_index("year")
        plain = books(connection)
    assert rows.index.tolist() == [2026, 2025]
    for year, row in rows.iterrows():
        last = month_of(f"{year}-09")
        nets = {id: [plain.net(id, month) for month in (last - 10, last - 12, last)] for id in whose}
        told = {
            id for id, (now, base, _) in nets.items() if 12 * now + (now - base) * 10 < 12 * plain.members[id] * LINE
        }
        under = {id for id, (_, _, actual) in nets.items() if actual < plain.members[id] * LINE}
        assert (row["households"], row["foretold"], row["right"], row["under"]) == (
            len(whose),
            len(told),
            len(told & under),
            len(under),
        )
    assert rows["foretold"].sum() > rows["right"].sum() > 0  # the case holds hits and misses


def test_forecast_and_back_test_end_at_the_viewers_scope(steady: Engine):
    village = Viewer("village", VILLAGES[0])
    with steady.connect() as connection:
        own = income_forecast.region_forecasts(connection, village, VILLAGES[0], LAST)
        assert own["code"].tolist() == [VILLAGES[0]]
        for question in (
            income_forecast.region_forecasts,
            income_forecast.backtest,
            income_forecast.household_backtest,
        ):
            with pytest.raises(OutOfScope):
                question(connection, village, COUNTY, LAST)
