"""到户分红收入: dividends in the households' books, by the month and by the year; the list holds the figure."""

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.figures import cube, lists
from data.figures.read import figures
from data.store.engine import writing
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES, fill
from tests.moment import NOW

ALL = Viewer("admin", "")
ENDED = LAST - 1  # an income year that ends in October, so that two of them lie whole in the calendar
YEARS = {1: (ENDED - 12, ENDED), 2: (ENDED - 12,), 3: (ENDED - 12,)}
"""Household → last months of the years it books a total for; the third goes on by the month."""


def with_totals(engine: Engine) -> None:
    """The small county, three households of which book dividends by the year."""
    fill(engine, build=False)
    with writing(engine) as connection:
        lines = model.ledger.c
        connection.execute(
            model.ledger.update().where(lines.household_id.in_(YEARS)).values(property_dividend_fen=None)
        )
        for id, years in YEARS.items():
            for last in years:
                row = {
                    "household_id": id,
                    "last_month": last,
                    "first_month": last - 11,
                    "property_dividend_fen": 1_000_000,
                }
                connection.execute(model.ledger_year.insert().values(row))
        later = [{"household_id": 3, "month": ENDED - 12 + back, "property_dividend_fen": 100} for back in range(1, 13)]
        connection.execute(model.ledger.delete().where(lines.household_id == 3, lines.month > ENDED - 12))
        connection.execute(model.ledger.insert(), later)
        cube.rebuild(connection, today=TODAY)


@pytest.fixture
def county(filled) -> Engine:
    return filled(with_totals)


def by_hand(engine: Engine, month: int) -> dict[int, int]:
    """Household → fen, from the rows one by one."""
    with engine.connect() as connection:
        lines = [row for row in connection.execute(select(model.ledger)) if row.property_dividend_fen is not None]
    sums: dict[int, int] = {}
    for row in lines:
        if row.household_id not in YEARS and month - 12 < row.month <= month:
            sums[row.household_id] = sums.get(row.household_id, 0) + row.property_dividend_fen
    # a total counts from its last month on until the next is in, for two years at most
    if month >= ENDED - 12:
        sums |= {1: 1_000_000, 2: 1_000_000}
    # twelve months of lines take the total's place once they are twelve
    if ENDED - 12 <= month < ENDED:
        sums[3] = 1_000_000
    elif month >= ENDED:
        sums[3] = 100 * sum(ENDED - 12 < at <= month and at > month - 12 for at in range(ENDED - 11, ENDED + 1))
    return {id: fen for id, fen in sums.items() if fen}


@pytest.mark.parametrize("month", [LAST, ENDED, ENDED - 1, ENDED - 11, ENDED - 12, ENDED - 13, LAST - 24])
def test_dividends_of_twelve_months_or_of_the_last_year_equal_plain_python_and_their_list(county: Engine, month: int):
    expected = by_hand(county, month)
    with county.connect() as connection:
        villages = dict(connection.execute(select(model.household.c.id, model.household.c.village)).all())
        for region in ("", COUNTY, *TOWNSHIPS, *VILLAGES):
            here = {id: fen / 100 for id, fen in expected.items() if villages[id].startswith(region)}
            said = figures(connection, ALL, region, month, ["dividend_income"])["dividend_income"].value
            assert said == pytest.approx(sum(here.values())), region
            listed = lists.whole(connection, ALL, "dividend_income", region, month)
            assert dict(zip(listed["household_id"], listed["fen"], strict=True)) == here
            assert lists.count(connection, ALL, "dividend_income", region, month) == len(here)
    assert expected


def test_a_refreshed_village_has_the_dividends_of_a_rebuild(filled):
    engine = filled(with_totals, own=True)
    with writing(engine) as connection:
        village = connection.execute(select(model.household.c.village).where(model.household.c.id == 2)).scalar_one()
        row = {"household_id": 2, "last_month": ENDED, "first_month": ENDED - 11, "property_dividend_fen": 777}
        connection.execute(model.ledger_year.insert().values(row))
        cube.refresh(connection, village, NOW)
        at = select(cube.cube.c.region, cube.cube.c.month, cube.cube.c.dividend_income).order_by(
            cube.cube.c.region, cube.cube.c.month
        )
        refreshed = connection.execute(at).all()
        cube.rebuild(connection, today=TODAY)
        assert refreshed == connection.execute(at).all()
