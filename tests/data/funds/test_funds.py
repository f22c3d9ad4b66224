"""Funds: worked out again in plain Python from the rows, the same as the cube says, and within the viewer's scope."""

import itertools
from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.figures import lists
from data.figures import read as figures
from data.funds import region as fund_lists
from data.funds import sums as funds
from data.funds.file import LATE, PAID_UP, TO_COME, behind, count_behind, fund_file
from data.funds.region import FundFilters
from data.households.file import household
from data.months import last_day
from data.terms import FUND_SOURCES
from tests.data.funds.ground import (
    BARE_FUND,
    COUNTY,
    FAR,
    OLD_FUND,
    OTHER_TOWNSHIP,
    PROJECT,
    PROVINCE_FUND,
    TOWNSHIPS,
    VILLAGE,
    VILLAGE_FUND,
    fill_funds,
)
from tests.data.small_county import LAST, TODAY, VILLAGES

CADRE = Viewer("county", COUNTY)
VILLAGE_CADRE = Viewer("village", VILLAGE)
HELPER = Viewer("helper", VILLAGE, "D2")  # paired with 902
DISPLAY = Viewer("display", COUNTY)
YEAR = LAST // 12


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_funds)


class Plain:
    """The funds of a region and year at the end of a month, in fen, one loop at a time."""

    def __init__(self, connection: Connection, region: str, month: int, year: int) -> None:
        self.end = min(last_day(month), TODAY.isoformat())
        every = [dict(row) for row in connection.execute(select(model.fund)).mappings()]
        self.funds = [row for row in every if row["year"] == year and row["region"].startswith(region)]
        self.paid, self.plans = defaultdict(dict), defaultdict(dict)
        for fund, day, fen in connection.execute(select(model.fund_payment)):
            self.paid[fund][day] = fen
        for fund, day, fen in connection.execute(select(model.fund_plan)):
            self.plans[fund][day] = fen

    def paid_of(self, fund: dict) -> int:
        return sum(fen for day, fen in self.paid[fund["code"]].items() if day <= self.end)

    def late(self, fund: dict) -> list[tuple[str, int]]:
        """Day and missing fen of each late payment."""
        found, total = [], 0
        for day, fen in sorted(self.plans[fund["code"]].items()):
            total += fen
            if day < self.end and total > self.paid_of(fund):
                found.append((day, min(fen, total - self.paid_of(fund))))
        return found

    def sums(self, picked: list[dict]) -> tuple[int, float, float, float, int, float]:
        planned = sum(fen for fund in picked for day, fen in self.plans[fund["code"]].items() if day <= self.end)
        late = [self.late(fund) for fund in picked]
        short = sum(fen for batches in late for _, fen in batches)
        arranged = sum(fund["arranged_fen"] for fund in picked)
        paid = sum(map(self.paid_of, picked))
        return len(picked), arranged / 100, paid / 100, planned / 100, sum(map(bool, late)), short / 100


def told(row) -> tuple:
    return row.funds, row.arranged, row.paid, row.planned, row.late, row.short


WHERE = [(region, month) for region in ("", COUNTY, TOWNSHIPS[0], VILLAGE) for month in (LAST, LAST - 3, LAST - 11)]


@pytest.mark.parametrize(("region", "month"), WHERE)
def test_by_source_and_year_equal_what_plain_python_makes_of_the_rows(county: Engine, region: str, month: int):
    viewer = Viewer("admin", "")
    with county.connect() as connection:
        years = funds.by_year(connection, viewer, region, month)
        for year in (month // 12, month // 12 - 1):
            plain = Plain(connection, region, month, year)
            by_source = {source: [fund for fund in plain.funds if fund["source"] == source] for source in FUND_SOURCES}
            found = funds.by_source(connection, viewer, region, month, year)
            assert {row.source: told(row) for row in found.itertuples()} == {
                source: plain.sums(picked) for source, picked in by_source.items() if picked
            }
            assert list(found["source"]) == [source for source in FUND_SOURCES if by_source[source]]
            of_year = [told(row) for row in years.itertuples() if row.year == year]
            assert of_year == ([plain.sums(plain.funds)] if plain.funds else [])
        assert all(year <= month // 12 for year in years["year"])


@pytest.mark.parametrize(("region", "month"), [place for place in WHERE if place[1] // 12 == YEAR])
def test_sums_of_the_own_year_are_those_of_the_cube(county: Engine, region: str, month: int):
    viewer = Viewer("admin", "")
    ids = ("fund_arranged", "fund_disbursed", "fund_planned", "late_funds", "fund_short", "fund_progress")
    with county.connect() as connection:
        found = funds.by_source(connection, viewer, region, month, YEAR)
        said = figures.figures(connection, viewer, region, month, ids)
        _, arranged, paid = fund_lists.count(connection, viewer, region, month, YEAR)
        listed = lists.count(connection, viewer, "late_funds", region, month)
        filtered = fund_lists.count(connection, viewer, region, month, YEAR, filters=FundFilters(late=True))
    total = found[["arranged", "paid", "planned", "late", "short"]].sum()
    assert [said[id].value for id in ids[:5]] == [round(value, 2) for value in total]
    assert (arranged / 100, paid / 100) == (said["fund_arranged"].value, said["fund_disbursed"].value)
    assert listed == filtered[0] == said["late_funds"].value
    expected = paid / arranged if arranged else None
    assert said["fund_progress"].value == (None if expected is None else pytest.approx(expected))


def test_regions_below_are_the_same_from_the_cube_and_from_the_records(county: Engine):
    with county.connect() as connection:
        ours = funds.by_region(connection, CADRE, COUNTY, LAST, YEAR)
        for code, numerator, denominator in zip(ours["code"], ours["numerator"], ours["denominator"], strict=True):
            plain = Plain(connection, code, LAST, YEAR)
            assert (numerator, denominator) == plain.sums(plain.funds)[2:0:-1]
        before = funds.by_region(connection, CADRE, COUNTY, LAST, YEAR - 1)
        assert list(before["code"]) == list(TOWNSHIPS) == list(ours["code"])
        for row in before.itertuples():
            plain = Plain(connection, row.code, LAST, YEAR - 1)
            _, arranged, paid, *_ = plain.sums(plain.funds)
            if not plain.funds:
                assert row.value != row.value
            else:
                assert (row.numerator, row.denominator) == (paid, arranged)
                assert row.value == pytest.approx(paid / arranged)


def test_late_payments_are_named_with_days_and_what_is_missing_the_longest_first(county: Engine):
    with county.connect() as connection:
        total, batches = funds.late_batches(connection, CADRE, COUNTY, LAST, YEAR, limit=100)
        plain = Plain(connection, COUNTY, LAST, YEAR)
    expected = {(fund["code"], day): fen / 100 for fund in plain.funds for day, fen in plain.late(fund)}
    assert {(row.fund, row.planned): row.missing for row in batches.itertuples()} == expected
    assert total == len(expected) > 3
    assert list(batches["days"]) == [(TODAY - date.fromisoformat(day)).days for day in batches["planned"]]
    assert list(batches["days"]) == sorted(batches["days"], reverse=True)
    known = batches[batches["fund"] == PROVINCE_FUND]  # 350,000.01 of 600,000 by June, of 900,000 by September
    assert list(zip(known["planned"], known["missing"], known["days"], strict=True)) == [
        ("2026-06-30", 249_999.99, 145),
        ("2026-09-30", 300_000.0, 53),
    ]
    with county.connect() as connection:
        assert len(funds.late_batches(connection, CADRE, COUNTY, LAST, YEAR, limit=2)[1]) == 2
        _, before = funds.late_batches(connection, CADRE, COUNTY, LAST, YEAR - 1, limit=100)
        plain = Plain(connection, COUNTY, LAST, YEAR - 1)
    expected = {(fund["code"], day): fen / 100 for fund in plain.funds for day, fen in plain.late(fund)}
    assert {(row.fund, row.planned): row.missing for row in before.itertuples()} == expected
    assert OLD_FUND not in set(before["fund"])  # paid up to the fen


def test_what_is_planned_for_today_is_due_and_not_late(county: Engine):
    with county.connect() as connection:
        file = fund_file(connection, CADRE, VILLAGE_FUND, LAST)
        assert [(row.state, row.days) for row in file.plan.itertuples()] == [(TO_COME, 0)]
        listed = fund_lists.page(connection, CADRE, VILLAGE, LAST, YEAR, filters=FundFilters(words="捐赠"))
        assert listed.loc[0, "planned"] == 30_000.01 and listed.loc[0, "short"] == 0


def test_the_course_is_cumulative_and_ends_with_the_figures_of_the_month(county: Engine):
    with county.connect() as connection:
        course = funds.course(connection, CADRE, COUNTY, LAST, YEAR)
        said = figures.trend(connection, CADRE, COUNTY, ["fund_disbursed", "fund_planned"], until=LAST, months=11)
        arranged = figures.figures(connection, CADRE, COUNTY, LAST, ["fund_arranged"])
        old = funds.course(connection, CADRE, COUNTY, LAST, YEAR - 1, fund=OLD_FUND)
        none = funds.course(connection, CADRE, COUNTY, LAST, YEAR, fund=OLD_FUND)
    assert list(course.index) == list(range(YEAR * 12, YEAR * 12 + 12))
    assert list(course["paid"].dropna()) == pytest.approx(list(said["fund_disbursed"]))
    until = [month for month in course.index if month <= LAST]  # what is planned for later days of it is not due yet
    assert list(course.loc[until, "planned"]) == pytest.approx(list(said["fund_planned"].loc[until]))
    assert course["paid"].isna().sum() == 1 and course.loc[LAST, "day"] == TODAY.isoformat()
    assert course["even"].iloc[-1] == arranged["fund_arranged"].value
    assert old.index[-1] == YEAR * 12 + 1 and old["paid"].iloc[-1] == 200_000.0  # paid in the February after
    assert old.loc[YEAR * 12 - 1, "paid"] == 150_000.0
    assert none.empty


@pytest.mark.parametrize(
    ("day", "year", "share"),
    [("2026-01-01", 2026, 1 / 365), ("2026-12-31", 2026, 1), ("2024-12-30", 2024, 365 / 366), ("2026-05-05", 2025, 1),
     ("2026-05-05", 2027, 0)],
)  # fmt: skip
def test_how_far_a_year_is_gone(day: str, year: int, share: float):
    assert funds.elapsed(day, year) == pytest.approx(share)


def test_by_project_holds_what_has_one_and_the_most_unpaid_is_first(county: Engine):
    with county.connect() as connection:
        found = funds.by_project(connection, CADRE, COUNTY, LAST, YEAR)
        one = funds.by_project(connection, CADRE, COUNTY, LAST, YEAR, limit=1)
    assert list(found["project"]) == [PROJECT, "PV"] and list(one["project"]) == [PROJECT]
    assert list(found["name"]) == ["县级大棚_100%", "大棚"]
    assert list(found["paid"]) == [350_000.01, 10_000.0]


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        (FundFilters(source="省"), {PROVINCE_FUND}),
        (FundFilters(with_project=True), {PROVINCE_FUND, VILLAGE_FUND}),
        (FundFilters(source="市", with_project=False), {BARE_FUND}),
        (FundFilters(source="市", late=True), set()),
        (FundFilters(words="省级"), {PROVINCE_FUND}),
        (FundFilters(words="k-v 捐"), {VILLAGE_FUND}),
        (FundFilters(words="大棚_1"), {PROVINCE_FUND}),
        (FundFilters(words="100%"), {PROVINCE_FUND}),
        (FundFilters(words="%捐%"), set()),
        (FundFilters(words="' OR 1=1 --"), set()),
    ],
)
def test_filters_leave_what_they_name(county: Engine, filters: FundFilters, codes: set[str]):
    with county.connect() as connection:
        rows = fund_lists.page(connection, CADRE, COUNTY, LAST, YEAR, filters=filters, limit=None)
        total, arranged, paid = fund_lists.count(connection, CADRE, COUNTY, LAST, YEAR, filters=filters)
    assert set(rows["code"]) == codes and total == len(codes)
    assert (arranged, paid) == (round(rows["arranged"].sum() * 100), round(rows["paid"].sum() * 100))


@pytest.mark.parametrize("sort", fund_lists.SORTS)
def test_pages_laid_together_are_the_whole_list_in_every_order(county: Engine, sort: str):
    with county.connect() as connection:
        ask = lambda **options: fund_lists.page(connection, CADRE, COUNTY, LAST, YEAR, sort=sort, **options)  # noqa: E731
        whole = ask(limit=None)
        pages = [ask(limit=2, offset=offset) for offset in range(0, len(whole), 2)]
    assert list(itertools.chain(*(page["code"] for page in pages))) == list(whole["code"])
    column = {"late": "short", "days": "days", "arranged": "arranged", "paid": "paid"}.get(sort)
    if column:
        held = list(whole[column].dropna())
        assert held == sorted(held, reverse=True) and len(held) > 1


def test_an_order_that_is_none_is_refused(county: Engine):
    with county.connect() as connection, pytest.raises(NotFound):
        fund_lists.page(connection, CADRE, COUNTY, LAST, YEAR, sort="f.code; DROP TABLE fund")


def test_a_list_says_since_when_a_fund_is_late(county: Engine):
    with county.connect() as connection:
        rows = fund_lists.page(connection, CADRE, COUNTY, LAST, YEAR, filters=FundFilters(source="省"))
    assert rows.loc[0, ["late_since", "days", "short", "planned", "paid", "place", "project_name"]].tolist() == [
        "2026-06-30",
        145,
        549_999.99,
        900_000.0,
        350_000.01,
        "示范市",
        "县级大棚_100%",
    ]


def test_one_fund_holds_its_payments_against_its_plan(county: Engine):
    with county.connect() as connection:
        file = fund_file(connection, CADRE, PROVINCE_FUND, LAST)
        spring = fund_file(connection, CADRE, PROVINCE_FUND, YEAR * 12 + 4)  # May
        old = fund_file(connection, CADRE, OLD_FUND, LAST)
    assert (file.arranged, file.paid, file.short) == (1_000_000.0, 350_000.01, 549_999.99)
    assert [(row.state, row.missing, row.days, row.settled) for row in file.plan.itertuples()] == [
        (PAID_UP, 0, 10, "2026-04-10"),
        (LATE, 249_999.99, 145, None),
        (LATE, 300_000.0, 53, None),
        (TO_COME, 100_000.0, 0, None),
    ]
    assert list(file.payments["cumulative"]) == [300_000.0, 350_000.0, 350_000.01]
    assert [row.state for row in spring.plan.itertuples()] == [PAID_UP, TO_COME, TO_COME, TO_COME]
    assert spring.short == 0 and len(spring.payments) == 1
    assert [(row.state, row.days, row.settled) for row in old.plan.itertuples()] == [(PAID_UP, 59, "2026-02-28")]


@pytest.mark.parametrize("viewer", [VILLAGE_CADRE, HELPER, Viewer("township", TOWNSHIPS[0])], ids=lambda one: one.role)
def test_a_fund_of_a_region_above_is_refused_as_one_that_is_not_there(county: Engine, viewer: Viewer):
    with county.connect() as connection:
        said = []
        for code in (PROVINCE_FUND, "NONE"):
            with pytest.raises(NotFound) as refused:
                fund_file(connection, viewer, code, LAST)
            said.append(str(refused.value))
        assert said[0] == said[1]
        assert fund_file(connection, viewer, VILLAGE_FUND, LAST).facts["place"] == "示范村0"


def test_no_question_about_funds_is_answered_beyond_the_viewers_region(county: Engine):
    questions = (
        funds.by_source,
        funds.late_batches,
        funds.course,
        funds.by_project,
        funds.by_region,
        fund_lists.count,
        fund_lists.page,
    )
    with county.connect() as connection:
        for question in questions:
            with pytest.raises(OutOfScope):
                question(connection, VILLAGE_CADRE, VILLAGES[1], LAST, YEAR)
            with pytest.raises(OutOfScope):
                question(connection, VILLAGE_CADRE, COUNTY, LAST, YEAR - 1)
        with pytest.raises(OutOfScope):
            funds.by_year(connection, VILLAGE_CADRE, COUNTY, LAST)


def test_households_behind_a_fund_are_those_the_viewer_may_see(county: Engine):
    with county.connect() as connection:
        rows = behind(connection, CADRE, PROJECT, LAST)
        assert list(zip(rows["id"], rows["times"], rows["modes"], rows["amount"], strict=True)) == [
            (FAR, 1, "土地流转", 700.5),
            (902, 1, "分红", 500.0),
            (901, 2, "分红、务工", 300.0),
        ]
        assert list(rows["village"]) == [OTHER_TOWNSHIP, VILLAGE, VILLAGE]
        for viewer, ids, times in (
            (CADRE, [FAR, 902, 901], 4),
            (VILLAGE_CADRE, [902, 901], 3),
            (HELPER, [902], 1),
            (Viewer("helper", VILLAGE, None), [], 0),
        ):
            assert list(behind(connection, viewer, PROJECT, LAST)["id"]) == ids
            assert count_behind(connection, viewer, PROJECT, LAST) == (len(ids), times)
        assert count_behind(connection, CADRE, PROJECT, LAST - 12) == (1, 1)  # what came later is not known yet
        assert list(behind(connection, CADRE, PROJECT, LAST, limit=1, offset=1)["id"]) == [902]


def test_a_wall_reads_no_name_of_the_households_behind_a_fund(county: Engine):
    with county.connect() as connection:
        shown = behind(connection, DISPLAY, PROJECT, LAST)
        named = behind(connection, CADRE, PROJECT, LAST)
    assert list(named["head"]) == ["吴五", "孙二", "钱一"]
    assert list(shown["head"]) == ["吴**", "孙**", "钱**"]


def test_a_household_knows_the_funds_behind_its_help(county: Engine):
    with county.connect() as connection:
        file = household(connection, CADRE, 901, LAST)
        earlier = household(connection, CADRE, 901, LAST - 12)
        other = household(connection, CADRE, 904, LAST)
    assert [tuple(row) for row in file.funds[["code", "project", "arranged", "paid"]].itertuples(index=False)] == [
        (PROVINCE_FUND, "县级大棚_100%", 1_000_000.0, 350_000.01),
        (VILLAGE_FUND, "大棚", 30_000.01, 10_000.0),
    ]
    assert earlier.funds.empty and other.funds.empty
