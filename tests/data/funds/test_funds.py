"""Funds: worked out again in plain Python from the rows, the same as the cube says, and within the viewer's scope."""

import itertools
from datetime import date, datetime

import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import Connection, Engine, select

from components.battle_map.region_panel import COUNTED
from components.overview.parts import HEADLINES
from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.figures import cube, lists
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.funds import region as fund_lists
from data.funds import sums as funds
from data.funds.file import ENDED, LATE, PAID_UP, TO_COME, behind, count_behind, fund_file
from data.funds.region import FundFilters
from data.households.file import household
from data.months import last_day
from data.store.engine import writing
from data.terms import FUND_SOURCES
from tests.data.funds.ground import (
    BARE_FUND,
    COUNTY,
    FAR,
    LATE_FUND,
    OLD_FUND,
    OTHER_TOWNSHIP,
    PROJECT,
    PROVINCE_FUND,
    RETURNED_FUND,
    SETTLED_FUND,
    TOWNSHIPS,
    VILLAGE,
    VILLAGE_FUND,
    fill_funds,
)
from tests.data.plain_money import Fund, funds_of
from tests.data.small_county import LAST, TODAY, VILLAGES

ADMIN = Viewer("admin", "")
CADRE = Viewer("county", COUNTY)
VILLAGE_CADRE = Viewer("village", VILLAGE)
HELPER = Viewer("helper", VILLAGE, "D2")  # paired with 902
DISPLAY = Viewer("display", COUNTY)
YEAR = LAST // 12


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_funds)


class Plain:
    """The funds of a region at the end of a month, of one year or of all up to the month's own."""

    def __init__(self, connection: Connection, region: str, month: int, year: int | None = None) -> None:
        def rows(table):
            return [dict(row) for row in connection.execute(select(table)).mappings()]

        here = [row for row in rows(model.fund) if row["region"].startswith(region)]
        end = min(last_day(month), TODAY.isoformat())
        every = funds_of(here, rows(model.fund_payment), rows(model.fund_plan), end)
        self.regions = {row["code"]: row["region"] for row in here}
        self.sources = {row["code"]: row["source"] for row in here}
        self.every = every
        self.funds = [fund for fund in every if (fund.year <= month // 12 if year is None else fund.year == year)]

    @staticmethod
    def sums(picked: list[Fund]) -> tuple[int, float, float, float, float, int, float]:
        def yuan(name: str) -> float:
            return sum(getattr(fund, name) for fund in picked) / 100

        late = sum(fund.short > 0 for fund in picked)
        return len(picked), *map(yuan, ("arranged", "paid", "planned", "unpaid")), late, yuan("short")


def told(row) -> tuple:
    return row.funds, row.arranged, row.paid, row.planned, row.unpaid, row.late, row.short


WHERE = [(region, month) for region in ("", COUNTY, TOWNSHIPS[0], VILLAGE) for month in (LAST, LAST - 3, LAST - 11)]


@pytest.mark.parametrize(("region", "month"), WHERE)
def test_by_source_and_year_equal_what_plain_python_makes_of_the_rows(county: Engine, region: str, month: int):
    viewer = Viewer("admin", "")
    with county.connect() as connection:
        years = funds.by_year(connection, viewer, region, month)
        for year in (month // 12, month // 12 - 1):
            plain = Plain(connection, region, month, year)
            by_source = {
                source: [fund for fund in plain.funds if plain.sources[fund.code] == source] for source in FUND_SOURCES
            }
            found = funds.by_source(connection, viewer, region, month, year)
            assert {row.source: told(row) for row in found.itertuples()} == {
                source: plain.sums(picked) for source, picked in by_source.items() if picked
            }
            assert list(found["source"]) == [source for source in FUND_SOURCES if by_source[source]]
            in_year = sum(fund.paid_in(year) for fund in plain.every) / 100
            of_year = [(*told(row), row.in_year) for row in years.itertuples() if row.year == year]
            assert of_year == ([(*plain.sums(plain.funds), in_year)] if plain.funds or in_year else [])
        assert all(year <= month // 12 for year in years["year"])


@pytest.mark.parametrize(("region", "month"), WHERE)
def test_sums_by_year_are_the_figures_of_the_registry(county: Engine, region: str, month: int):
    """Of the own year, over all years, and by the day of payment."""
    viewer, year = Viewer("admin", ""), month // 12
    with county.connect() as connection:
        own = funds.by_source(connection, viewer, region, month, year)[["arranged", "paid", "planned"]].sum()
        years = funds.by_year(connection, viewer, region, month)
        said = {id: one.value for id, one in figures.figures(connection, viewer, region, month).items()}
        _, arranged, paid = fund_lists.count(connection, viewer, region, month, year)
        total, _ = funds.late_batches(connection, viewer, region, month)
        late = sum(len(fund.late()) for fund in Plain(connection, region, month).funds)
    assert [said[f"fund_{name}"] for name in ("arranged", "disbursed", "planned")] == [round(one, 2) for one in own]
    assert (arranged / 100, paid / 100) == (said["fund_arranged"], said["fund_disbursed"])
    assert said["fund_progress"] == (pytest.approx(paid / arranged) if arranged else None)
    alive = [said["fund_unpaid"], said["late_funds"], said["fund_short"]]
    assert alive == [round(one, 2) for one in years[["unpaid", "late", "short"]].sum()]
    assert said["fund_paid"] == round(years.loc[years["year"] == year, "in_year"].sum(), 2)
    assert total == late


@pytest.mark.parametrize("month", [LAST, LAST - 3, LAST - 10, LAST - 11, LAST - 23])
@pytest.mark.parametrize("region", ["", COUNTY, *TOWNSHIPS, VILLAGE])
def test_the_list_behind_each_figure_of_funds_holds_its_sum(county: Engine, region: str, month: int):
    columns = {
        "fund_arranged": "arranged", "fund_disbursed": "paid", "fund_paid": "in_year", "fund_unpaid": "unpaid",
        "fund_short": "short",
    }  # fmt: skip
    viewer = Viewer("admin", "")
    with county.connect() as connection:
        said = {id: one.value for id, one in figures.figures(connection, viewer, region, month).items()}
        for id, column in columns.items():
            listed = lists.whole(connection, viewer, id, region, month)
            less = listed["recovered"].sum() if id == "fund_arranged" else 0
            assert round(listed[column].sum() - less, 2) == (said[id] or 0), id
            assert len(listed) == lists.count(connection, viewer, id, region, month)
        late = FundFilters(late=True)
        counts = {
            lists.count(connection, viewer, "late_funds", region, month),
            fund_lists.count(connection, viewer, region, month, month // 12, filters=late)[0],
        }
        assert counts == {said["late_funds"]}


def test_regions_below_and_what_the_region_holds_itself_add_up(county: Engine):
    with county.connect() as connection:
        for year in (YEAR, YEAR - 1):
            found = funds.by_region(connection, CADRE, COUNTY, LAST, year).set_index("code")
            assert list(found.index) == [*TOWNSHIPS, COUNTY] and found.at[COUNTY, "name"] == "本级"
            whole = Plain(connection, COUNTY, LAST, year)
            for code, row in found.iterrows():
                mine = [
                    fund
                    for fund in whole.funds
                    if (
                        whole.regions[fund.code] == code
                        if code == COUNTY
                        else whole.regions[fund.code].startswith(code)
                    )
                ]
                _, arranged, paid, *_ = whole.sums(mine)
                assert (row["numerator"], row["denominator"]) == (paid, arranged)
                assert row["value"] == pytest.approx(paid / arranged)
            assert found["denominator"].sum() == pytest.approx(whole.sums(whole.funds)[1])
        own = funds.by_region(connection, Viewer("township", TOWNSHIPS[0]), TOWNSHIPS[0], LAST, YEAR)
        assert ("本级" in list(own["name"])) == any(
            region == TOWNSHIPS[0] and year == YEAR
            for region, year in connection.execute(select(model.fund.c.region, model.fund.c.year))
        )


def test_late_payments_of_every_year_are_named_with_days_and_what_is_missing_the_longest_first(county: Engine):
    with county.connect() as connection:
        total, batches = funds.late_batches(connection, CADRE, COUNTY, LAST, limit=100)
        plain = Plain(connection, COUNTY, LAST)
    expected = {(fund.code, fund.year, day): fen / 100 for fund in plain.funds for day, fen in fund.late()}
    assert {(row.fund, row.year, row.planned): row.missing for row in batches.itertuples()} == expected
    assert total == len(expected) > 3
    assert list(batches["days"]) == [(TODAY - date.fromisoformat(day)).days for day in batches["planned"]]
    assert list(batches["days"]) == sorted(batches["days"], reverse=True)
    known = batches[batches["fund"] == PROVINCE_FUND]  # 350,000.01 of 600,000 by June, of 900,000 by September
    assert list(zip(known["planned"], known["missing"], known["days"], strict=True)) == [
        ("2026-06-30", 249_999.99, 145),
        ("2026-09-30", 300_000.0, 53),
    ]
    before = batches[batches["fund"] == LATE_FUND]  # 40,000 of 50,000 by September of the year before, of 80,000 now
    assert list(zip(before["year"], before["planned"], before["missing"], strict=True)) == [
        (2025, "2025-09-30", 10_000.0),
        (2025, "2026-01-20", 30_000.0),
    ]
    returned = batches[batches["fund"] == RETURNED_FUND]  # 20,000 stay arranged, 18,000 are paid
    assert list(zip(returned["planned"], returned["missing"], strict=True)) == [("2024-12-15", 2_000.0)]
    assert not {OLD_FUND, SETTLED_FUND} & set(batches["fund"])  # paid up to the fen; settled
    with county.connect() as connection:
        assert len(funds.late_batches(connection, CADRE, COUNTY, LAST, limit=2)[1]) == 2
        _, may = funds.late_batches(connection, CADRE, COUNTY, YEAR * 12 + 4, limit=100)
    assert SETTLED_FUND in set(may["fund"])  # before the day it was settled


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


def test_a_fund_that_ended_is_late_no_more_and_says_what_will_not_come(county: Engine):
    with county.connect() as connection:
        settled = fund_file(connection, CADRE, SETTLED_FUND, LAST)
        spring = fund_file(connection, CADRE, SETTLED_FUND, YEAR * 12 + 4)
        returned = fund_file(connection, CADRE, RETURNED_FUND, LAST)
    assert [row.state for row in settled.plan.itertuples()] == [ENDED]
    assert (settled.unpaid, settled.short, settled.facts["recovered_fen"]) == (0, 0, 2_000_000)
    assert [(row.state, row.missing) for row in spring.plan.itertuples()] == [(LATE, 20_000.0)]
    assert (spring.unpaid, spring.facts["settled"], spring.facts["recovered_fen"]) == (20_000.0, None, 0)
    assert [(row.state, row.missing) for row in returned.plan.itertuples()] == [(PAID_UP, 0), (LATE, 2_000.0)]
    assert (returned.unpaid, returned.short) == (2_000.0, 2_000.0)


def values(connection: Connection, region: str, month: int, ids: list[str] | None = None) -> dict[str, float | None]:
    return {id: one.value for id, one in figures.figures(connection, ADMIN, region, month, ids).items()}


def test_on_new_years_day_nothing_of_the_old_year_is_lost_and_a_payment_moves_figures_by_its_amount(filled):
    engine = filled(fill_funds, own=True)
    old, new = date(2026, 12, 31), date(2027, 1, 1)
    with writing(engine) as connection:
        connection.execute(model.fund_plan.delete().where(model.fund_plan.c.planned == old.isoformat()))
        cube.rebuild(connection, today=old)
    alive = [id for id in (*HEADLINES, *COUNTED) if INDICATORS[id].records.kind == "funds"] + [
        "late_funds",
        "fund_short",
    ]
    where = ("", COUNTY, *TOWNSHIPS, VILLAGE)
    with engine.connect() as connection:
        before = {region: values(connection, region, LAST + 1, alive) for region in where}
        of_2026 = funds.by_source(connection, ADMIN, COUNTY, LAST + 1, 2026)
    assert before[COUNTY]["late_funds"] > 3 and before[COUNTY]["fund_unpaid"] > 0
    cube.ensure(engine, new)
    with engine.connect() as connection:
        for region in where:
            assert values(connection, region, LAST + 2, alive) == before[region], region
        assert_frame_equal(funds.by_source(connection, ADMIN, COUNTY, LAST + 2, 2026), of_2026)
        years = funds.by_year(connection, ADMIN, COUNTY, LAST + 2)
    assert years.at[0, "year"] == 2026  # and so the page shows 2026 until something is arranged for 2027
    with writing(engine) as connection:
        connection.execute(
            model.fund_payment.insert().values(fund=LATE_FUND, paid=new.isoformat(), amount_fen=1_234_567)
        )
        cube.refresh(connection, TOWNSHIPS[0], datetime(2027, 1, 1, 9), households=False)
    with engine.connect() as connection:
        now = {region: values(connection, region, LAST + 2) for region in where}
        years = funds.by_year(connection, ADMIN, COUNTY, LAST + 2).set_index("year")
    for region in ("", COUNTY, TOWNSHIPS[0]):
        for id in ("fund_unpaid", "fund_short"):
            assert now[region][id] == pytest.approx(before[region][id] - 12_345.67)
        assert now[region]["fund_paid"] == 12_345.67
        assert now[region]["late_funds"] == before[region]["late_funds"]
        assert (now[region]["fund_progress"], now[region]["fund_arranged"]) == (None, 0)
    assert years.at[2027, "in_year"] == 12_345.67 and years.at[2027, "funds"] == 0


def test_no_question_about_funds_is_answered_beyond_the_viewers_region(county: Engine):
    questions = (
        funds.by_source,
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
        for question in (funds.by_year, funds.late_batches):
            with pytest.raises(OutOfScope):
                question(connection, VILLAGE_CADRE, COUNTY, LAST)


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
