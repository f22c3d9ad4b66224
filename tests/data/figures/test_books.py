"""Which months are closed: made-up counties, each with what must be said of it; and what short records come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.cards.card import card
from data.errors import OutOfScope, Refused
from data.figures import books, cube, lists
from data.figures.read import children, figures
from data.figures.standing import standings
from data.income.distribution import distribution
from data.income.forecast import region_forecasts
from data.income.sinking import sinking
from data.income.year import IncomeYear
from data.model import household_month
from data.months import label, month_of
from data.store.engine import upsert, writing
from data.terms import Record
from tests.moment import NOW

ALL = Viewer("admin", "")
COUNTY = "990181"
HOUSEHOLDS = range(40)
WAGE, CROP, PENSION = "wage_work_fen", "business_crop_fen", "transfer_pension_fen"
Lines = Mapping[str, set[int]]


def span(first: str, last: str) -> set[int]:
    """Every month from one to another, both included."""
    return set(range(month_of(first), month_of(last) + 1))


def each(years: range, *months: int) -> set[int]:
    """The same months of every year."""
    return {year * 12 + month - 1 for year in years for month in months}


@dataclass(frozen=True)
class Made:
    """A made-up county: household → item → months; and household → item → last months of income years."""

    name: str
    today: str
    closed: str
    lines: Mapping[int, Lines]
    years: Mapping[int, Lines] = field(default_factory=dict)


def all_with(**items: set[int]) -> dict[int, Lines]:
    return {id: items for id in HOUSEHOLDS}


YEARS = range(2024, 2026)
MADE = (
    Made("first year by the month, 1 January, one of forty has December", "2027-01-01", "2026-11",
         {id: {WAGE: span("2026-01", "2026-12" if id < 1 else "2026-11")} for id in HOUSEHOLDS}),
    Made("the same on 15 January, December in", "2027-01-15", "2026-12",
         all_with(**{WAGE: span("2026-01", "2026-12")})),
    Made("March and September, September missing", "2026-11-01", "2026-08",
         all_with(**{CROP: each(YEARS, 3, 9) | {month_of("2026-03")}})),
    Made("March and September, September in", "2026-11-01", "2026-10",
         all_with(**{CROP: each(range(2024, 2027), 3, 9)})),
    Made("first year of March and September, in July", "2026-07-01", "2026-03",
         all_with(**{CROP: {month_of("2026-03")}})),
    Made("one line a year, not yet in", "2026-12-01", "2026-08", all_with(**{CROP: each(range(2023, 2026), 9)})),
    Made("one line a year, in", "2026-12-01", "2026-11", all_with(**{CROP: each(range(2023, 2027), 9)})),
    Made("only the 30 % still helped are booked since this year", "2026-11-01", "2026-10",
         {id: {WAGE: span("2024-01", "2026-10" if id < 12 else "2025-12")} for id in HOUSEHOLDS}),
    Made("a pension sheet comes first", "2026-12-01", "2026-10",
         {id: {WAGE: span("2024-01", "2026-10"), **({PENSION: span("2024-01", "2026-11")} if id < 34 else {})}
          for id in HOUSEHOLDS}),
    Made("five years in one day, October by 60 %", "2026-11-01", "2026-09",
         {id: {WAGE: span("2022-01", "2026-10" if id < 24 else "2026-09")} for id in HOUSEHOLDS}),
    Made("books that stopped two years ago", "2026-12-01", "2024-12", all_with(**{WAGE: span("2022-01", "2024-12")})),
    Made("books that stopped long ago", "2026-12-01", "2023-06", all_with(**{WAGE: span("2022-01", "2023-06")})),
    Made("a tenth of the villages never report", "2026-11-05", "2026-10",
         {id: {WAGE: span("2024-01", "2026-10")} for id in HOUSEHOLDS if id >= 4}),
    Made("five of twenty villages report no longer", "2026-11-05", "2026-10",
         {id: {WAGE: span("2024-01", "2026-10" if id >= 10 else "2026-05")} for id in HOUSEHOLDS}),
    Made("five of twenty villages are two months late", "2026-11-05", "2026-08",
         {id: {WAGE: span("2024-01", "2026-10" if id >= 10 else "2026-08")} for id in HOUSEHOLDS}),
    Made("the running month is full on the 28th", "2026-11-28", "2026-10",
         all_with(**{WAGE: span("2024-01", "2026-11")})),
    Made("a month forgotten by all, later ones full", "2026-11-01", "2026-10",
         all_with(**{WAGE: span("2024-01", "2026-10") - {month_of("2026-02")}})),
    Made("first year, more households join in June", "2026-11-01", "2026-10",
         {id: {WAGE: span("2026-01" if id < 34 else "2026-06", "2026-10")} for id in HOUSEHOLDS}),
    Made("one entry of the month that has begun", "2026-12-01", "2026-11",
         {id: {WAGE: span("2024-01", "2026-12" if id < 1 else "2026-11")} for id in HOUSEHOLDS}),
    Made("one stray line of an old month", "2027-01-01", "2026-11",
         {id: {WAGE: span("2026-01", "2026-11") | ({month_of("2021-05")} if id < 1 else set())} for id in HOUSEHOLDS}),
    Made("books by the year alone", "2026-11-20", "2026-10", {}, all_with(**{WAGE: each(range(2023, 2027), 9)})),
    Made("books by the year, this year's not in", "2026-11-20", "2026-10", {}, all_with(**{WAGE: each(YEARS, 9)})),
    Made("months beside years", "2026-11-20", "2026-10",
         all_with(**{PENSION: span("2024-01", "2026-10")}), all_with(**{CROP: each(range(2024, 2027), 9)})),
    Made("months beside years, the months late", "2026-12-20", "2026-10",
         all_with(**{PENSION: span("2024-01", "2026-10")}), all_with(**{CROP: each(range(2024, 2027), 9)})),
    Made("leap day", "2028-02-29", "2028-01", all_with(**{WAGE: span("2026-01", "2028-02")})),
)  # fmt: skip


def fill(engine: Engine, made: Made, *, county: str = COUNTY, first_id: int = 1) -> None:
    """Forty households in two villages, a person each, registered since 2015."""
    villages = [f"{county}001201", f"{county}001202"]
    regions = [
        (county, "示范县", ""),
        (county + "001", "示范镇", county),
        *((one, "示范村", one[:9]) for one in villages),
    ]
    ids = [first_id + place for place in HOUSEHOLDS]
    with writing(engine) as connection:
        upsert(connection, model.region, ["code", "name", "parent"], regions)
        upsert(
            connection,
            model.household,
            ["id", "code", "village", "head", "type", "identified"],
            [(id, f"H{id}", villages[id % 2], "赵某", "未脱贫户", "2015-01-01") for id in ids],
        )
        upsert(
            connection,
            model.member,
            ["code", "household_id", "name", "relation"],
            [(f"H{id}1", id, "赵某", "户主") for id in ids],
        )
        for number, items in made.lines.items():
            months = sorted(set().union(*items.values()))
            rows = [{"month": month, **{item: 100_000 for item in items if month in items[item]}} for month in months]
            for row in rows:
                connection.execute(model.ledger.insert().values(household_id=first_id + number, **row))
        for number, items in made.years.items():
            for item, lasts in items.items():
                rows = [
                    {"household_id": first_id + number, "last_month": last, "first_month": last - 11, item: 1_200_000}
                    for last in sorted(lasts)
                ]
                if rows:
                    connection.execute(model.ledger_year.insert(), rows)
        cube.rebuild(connection, today=date.fromisoformat(made.today))


@pytest.mark.parametrize("made", MADE, ids=[made.name for made in MADE])
def test_books_are_closed_up_to_the_month_that_all_would_say(engine: Engine, made: Made):
    fill(engine, made)
    with engine.connect() as connection:
        for region in ("", COUNTY, COUNTY + "001", COUNTY + "001202"):
            assert label(books.closed_month(connection, region)) == made.closed
        head = figures(connection, ALL, COUNTY, None)["net_income_per_capita"]
    assert (label(head.standing.month), head.standing.closed) == (made.closed, True)


def made_named(name: str) -> Made:
    return next(made for made in MADE if made.name == name)


def test_a_village_that_is_late_is_open_in_a_month_its_county_has_closed(engine: Engine):
    """Forty households, of whom the even ones (one village) lack October for the greater part."""
    late = Made("", "2026-11-20", "", {id: {WAGE: span("2024-01", "2026-10" if id % 2 or id > 12 else "2026-09")}
                                       for id in HOUSEHOLDS})  # fmt: skip
    fill(engine, late)
    with engine.connect() as connection:
        assert label(books.closed_month(connection, COUNTY)) == "2026-10"
        below = children(connection, ALL, COUNTY + "001", month_of("2026-10"), "net_income_per_capita")
        assert dict(zip(below["code"], below["open_words"], strict=True)) == {
            f"{COUNTY}001201": "",
            f"{COUNTY}001202": "未满（收支已报 65%）",
        }
        assert lists.count(connection, ALL, "unreported_households", COUNTY, month_of("2026-10")) == 7
        measured = figures(connection, ALL, COUNTY, month_of("2026-10"), ["unreported_households"])
        assert measured["unreported_households"].value == 7


def test_a_prefecture_stands_where_most_of_its_books_do(engine: Engine):
    monthly = {id: {WAGE: span("2024-01", "2026-10")} for id in HOUSEHOLDS}
    late = {id: {WAGE: span("2024-01", "2026-08")} for id in HOUSEHOLDS}
    for place in range(5):
        made = Made("", "2026-11-20", "", late if place == 0 else monthly)
        fill(engine, made, county=f"99010{place}", first_id=1 + 100 * place)
    with engine.connect() as connection:
        assert label(books.closed_month(connection, "9901")) == "2026-10"
        assert label(books.closed_month(connection, "990100")) == "2026-08"
        assert standings(connection, "990100", month_of("2026-10"))["books"].open_words == "未满（收支已报 0%）"


def test_the_county_closes_and_reopens_and_it_stands_in_the_history(engine: Engine):
    fill(engine, made_named("five years in one day, October by 60 %"))
    county = Viewer("county", COUNTY)
    with writing(engine) as connection:
        books.decide_books(connection, county, COUNTY, month_of("2026-10"), reason="余户已核", now=NOW)
        assert label(books.closed_month(connection, COUNTY)) == "2026-10"
        books.decide_books(connection, county, COUNTY, month_of("2026-07"), now=NOW)
        cube.refresh(connection, COUNTY + "001201", NOW)
        assert label(books.closed_month(connection, COUNTY)) == "2026-07"
        books.decide_books(connection, county, COUNTY, None, now=NOW)
        assert label(books.closed_month(connection, COUNTY)) == "2026-09"
        told = [
            (row["until"] and label(row["until"]), row["reason"]) for row in books.decisions(connection, county, COUNTY)
        ]
        assert told == [(None, None), ("2026-07", None), ("2026-10", "余户已核")]
        for refused, error in (
            ((Viewer("township", COUNTY + "001"), COUNTY, None), OutOfScope),
            ((Viewer("county", "990182"), COUNTY, None), OutOfScope),
            ((ALL, COUNTY + "001", month_of("2026-09")), Refused),
            ((ALL, COUNTY, month_of("2026-12")), Refused),
            ((ALL, COUNTY, None), Refused),
        ):
            with pytest.raises(error):
                books.decide_books(connection, *refused, now=NOW)


def test_a_refreshed_village_leaves_the_same_books_as_a_rebuild(engine: Engine):
    made = made_named("first year, more households join in June")
    fill(engine, made)
    tables = (
        books.household_books,
        books.books_month,
        books.books_year,
        books.books_county,
        household_month,
        cube.cube,
    )

    def held():
        with engine.connect() as connection:
            return [sorted(map(tuple, connection.execute(select(table)))) for table in tables]

    for change in (
        {"household_id": 2, "month": month_of("2026-11")},
        {"household_id": 1, "month": month_of("2026-04")},
    ):
        with writing(engine) as connection:
            upsert(connection, model.ledger, ["household_id", "month", WAGE], [(*change.values(), 7)])
            cube.refresh(connection, f"{COUNTY}00120{1 + change['household_id'] % 2}", NOW)
        refreshed = held()
        with writing(engine) as connection:
            cube.rebuild(connection, today=date.fromisoformat(made.today))
        assert refreshed == held()


def records(engine: Engine, month: str) -> dict[int, tuple[Record, int | None]]:
    """Household → what its twelve months are, and their net income in fen."""
    with engine.connect() as connection:
        rows = connection.execute(select(household_month).where(household_month.c.month == month_of(month))).mappings()
        return {
            row["household_id"]: (Record(row["record"]), None if row["wage_fen"] is None else sum_of(row))
            for row in rows
        }


def sum_of(row) -> int:
    return row["wage_fen"] + row["business_fen"] + row["property_fen"] + row["transfer_fen"] - row["expense_fen"]


def test_short_records_are_told_from_seasons_and_from_silence(engine: Engine):
    months = span("2023-01", "2026-10")
    made = Made("", "2026-11-20", "", {
        0: {WAGE: months},
        1: {CROP: each(range(2023, 2027), 3, 9)},  # seasonal: whole with two lines
        2: {CROP: each(range(2023, 2026), 3, 9) | {month_of("2026-03"), month_of("2026-10")}},  # one season moved
        3: {WAGE: span("2026-02", "2026-10")},  # began within the twelve months
        4: {WAGE: months - {month_of("2026-03"), month_of("2026-05")}},  # two gaps
        5: {WAGE: span("2023-01", "2026-08")},  # fell silent
        6: {WAGE: span("2023-01", "2024-06")},  # silent for longer than a year
        7: {WAGE: span("2026-01", "2026-08")},  # short, then silent
        9: {WAGE: months - {month_of("2026-05")}},  # one gap
    })  # fmt: skip
    fill(engine, made)
    found = records(engine, "2026-10")
    assert {id - 1: record for id, (record, _) in found.items() if id <= 10} == {
        0: Record.WHOLE, 1: Record.WHOLE, 2: Record.WHOLE, 3: Record.BEGUN, 4: Record.SHORT, 5: Record.SILENT,
        6: Record.NONE, 7: Record.BEGUN, 8: Record.NONE, 9: Record.WHOLE,
    }  # fmt: skip
    with engine.connect() as connection:
        told = figures(connection, ALL, COUNTY, month_of("2026-10"))
        assert told["net_income_per_capita"].value == (12 + 2 + 2 + 11) * 1000 / 4
        assert [told[id].value for id in ("silent_households", "short_records", "unbooked_households")] == [1, 3, 32]
        assert told["below_line_households"].value == 2 and told["net_income_growth"].of == 4
        assert list(lists.whole(connection, ALL, "silent_households", COUNTY, month_of("2026-10"))["code"]) == ["H6"]


def test_two_years_of_march_and_september_give_a_growth_at_the_second_years_end(engine: Engine):
    fill(engine, Made("", "2026-01-05", "", all_with(**{CROP: each(YEARS, 3, 9)})))
    with engine.connect() as connection:
        assert figures(connection, ALL, COUNTY, month_of("2025-12"))["net_income_growth"].value == 0
        assert figures(connection, ALL, COUNTY, month_of("2025-08"))["net_income_growth"].value is None


def test_a_years_total_counts_until_the_next_is_in_and_is_spread_over_no_months(engine: Engine):
    years = {
        id: {WAGE: each(range(2023, 2026), 9) | ({month_of("2026-09")} if id < 36 else set())} for id in HOUSEHOLDS
    }
    fill(engine, Made("", "2026-11-20", "", {}, years))
    assert set(records(engine, "2023-08").values()) == {(Record.NONE, None)}
    assert set(records(engine, "2023-09").values()) == {(Record.WHOLE, 1_200_000)}
    now = records(engine, "2026-10")
    assert [now[id] for id in (1, 36)] == [(Record.WHOLE, 1_200_000)] * 2
    assert now[37] == (Record.SILENT, None)  # its total is not among those that closed the year
    assert records(engine, "2026-08")[37] == (Record.WHOLE, 1_200_000)
    with engine.connect() as connection:
        told = figures(connection, ALL, COUNTY, None)
        assert told["net_income_per_capita"].value == 12_000 and told["net_income_growth"].value == 0
        assert told["silent_households"].value == 4


def test_a_year_that_is_not_reported_is_not_counted_yet(engine: Engine):
    years = {
        id: {WAGE: each(range(2023, 2026), 9) | ({month_of("2026-09")} if id < 20 else set())} for id in HOUSEHOLDS
    }
    fill(engine, Made("", "2026-11-20", "", {}, years))
    assert set(records(engine, "2026-10").values()) == {(Record.WHOLE, 1_200_000)}


def test_months_of_the_same_household_go_with_their_twelve_months(engine: Engine):
    fill(engine, made_named("months beside years"))
    assert set(records(engine, "2026-10").values()) == {(Record.WHOLE, 1_200_000 + 12 * 100_000)}


def test_who_turns_from_years_to_months_is_counted_once(engine: Engine):
    """Totals up to September 2025, the same item by the month since."""
    years, months = each(range(2023, 2026), 9), span("2025-10", "2026-10")
    fill(engine, Made("", "2026-11-20", "", all_with(**{WAGE: months}), all_with(**{WAGE: years})))
    assert records(engine, "2025-09")[1] == (Record.WHOLE, 1_200_000)
    assert records(engine, "2026-03")[1] == (Record.WHOLE, 1_200_000)  # half a year of lines does not make a year
    assert records(engine, "2026-09")[1] == (Record.WHOLE, 12 * 100_000)


def test_who_turns_from_months_to_years_is_not_silent(engine: Engine):
    months, years = span("2023-01", "2025-09"), each(range(2026, 2027), 9)
    fill(engine, Made("", "2026-11-20", "", all_with(**{WAGE: months}), all_with(**{WAGE: years})))
    assert records(engine, "2026-10")[1] == (Record.WHOLE, 1_200_000)


def test_a_stray_line_of_an_old_month_moves_nobody_elses_figure(engine: Engine):
    fill(engine, made_named("first year by the month, 1 January, one of forty has December"))
    with engine.connect() as connection:
        before = figures(connection, ALL, COUNTY + "001202", None)
    with writing(engine) as connection:
        upsert(connection, model.ledger, ["household_id", "month", WAGE], [(2, month_of("2021-05"), 100)])
        cube.rebuild(connection, today=date(2027, 1, 1))
    with engine.connect() as connection:
        assert figures(connection, ALL, COUNTY + "001202", None) == before
        growth = figures(connection, ALL, COUNTY, None)["net_income_growth"]
    assert growth.value is None


@pytest.mark.parametrize("rhythm", ["months", "halves", "years"])
def test_everything_about_income_works_on_months_on_halves_and_on_years(engine: Engine, rhythm: str):
    """Three income years of 12,000 yuan each; the first household has half of it in the last."""
    parts = {"months": span("2023-10", "2026-09"), "halves": each(range(2024, 2027), 3, 9), "years": set()}[rhythm]
    years = all_with(**{WAGE: each(range(2024, 2027), 9)}) if rhythm == "years" else {}
    made = Made("", "2026-11-20", "", all_with(**{WAGE: parts}) if parts else {}, years)
    fill(engine, made)
    fen = 1_200_000 if rhythm == "years" else 3_600_000 // len(parts)
    table = model.ledger_year if rhythm == "years" else model.ledger
    key = table.c.last_month if rhythm == "years" else table.c.month
    with writing(engine) as connection:
        connection.execute(table.update().values({WAGE: fen}))
        last = (table.c.household_id == 1) & (key > month_of("2025-09"))
        connection.execute(table.update().where(last).values({WAGE: fen // 2}))
        cube.rebuild(connection, today=date.fromisoformat(made.today))
    month = month_of("2026-09")
    with engine.connect() as connection:
        told = figures(connection, ALL, COUNTY, month)
        assert told["net_income_per_capita"].value == (39 * 12_000 + 6_000) / 40
        assert told["net_income_growth"].value == pytest.approx(39.5 / 40 - 1) and told["net_income_growth"].of == 40
        assert told["below_line_households"].value == 1
        spread = distribution(connection, ALL, COUNTY, month)
        assert spread.household[spread.below].tolist() == [1] and len(spread.net) == 40
        found = sinking(connection, ALL, COUNTY, month)
        assert found.household[found.fell].tolist() == [1] and found.lost[0, 0] == 600_000
        foretold = region_forecasts(connection, ALL, COUNTY, month)
        assert foretold.loc[0, ["now", "base", "forecast"]].tolist() == [11_850, 12_000, 11_850]
        held = card(connection, ALL, 1, IncomeYear(2026, 10))
        assert (held.now.net, held.before.net, held.before_same.net) == (600_000, 1_200_000, 1_200_000)
        assert held.closed == (rhythm != "halves" or books.closed_month(connection, COUNTY) >= month)
