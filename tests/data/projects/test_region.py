"""Projects: the table, its filters and sums against plain Python and against the cube, within the viewer's scope."""

from datetime import date

import pytest
from sqlalchemy import Engine

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.figures.list_kinds import KINDS
from data.figures.lists import page as list_page
from data.figures.read import figures
from data.months import last_day
from data.projects import region as projects
from data.projects.region import Filters, operator_key
from tests.data.plain_money import part
from tests.data.projects.ground import FIRM, LATE, SHORT, STEADY, VILLAGE, fill
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES

ADMIN = Viewer("admin", "")
REGIONS = ("", COUNTY, *TOWNSHIPS, *VILLAGES)
MONTHS = (LAST, LAST - 1, LAST - 13, LAST - 24)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


def rows_of(engine: Engine, table) -> list[dict]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(table.select()).mappings()]


def page(engine: Engine, viewer: Viewer = ADMIN, region: str = "", month: int = LAST, **options):
    with engine.connect() as connection:
        return projects.page(connection, viewer, region, month, **options)


def totals(engine: Engine, viewer: Viewer = ADMIN, region: str = "", month: int = LAST, **options):
    with engine.connect() as connection:
        return projects.totals(connection, viewer, region, month, **options)


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize("region", REGIONS)
def test_the_sums_of_the_table_are_the_figures_of_the_overview_to_the_fen(county: Engine, region: str, month: int):
    found = totals(county, region=region, month=month)
    with county.connect() as connection:
        figure = {id: one.value for id, one in figures(connection, ADMIN, region, month).items()}
    assert found.projects == figure["projects"]
    assert found.investment == figure["project_investment"]
    assert found.due == figure["return_due"] and found.received == figure["return_received"]
    assert found.rate == figure["return_rate"] and found.rate_ever == figure["cumulative_return_rate"]
    listed = page(county, region=region, month=month, limit=1000)
    assert len(listed) == found.projects
    assert round(listed["received"].sum(), 2) == round(found.received, 2)
    assert round(listed["investment"].sum(), 2) == round(found.investment, 2)
    assert round(listed.loc[listed["earning"] == 1, "investment"].sum(), 2) == figure["investment_earning"]
    classes = ("earning", "building", "public", "to_households")
    assert round(sum(figure[f"investment_{one}"] for one in classes), 2) == figure["project_investment"]


def test_a_project_that_brings_returns_has_begun_whatever_day_is_on_record(county: Engine):
    """It counts with its investment as well: nothing is divided by less than what brought it."""
    facts = {row["code"]: row for row in rows_of(county, model.project)}
    ahead = {code for code, row in facts.items() if row["started"] and row["started"] > "2026-11-22"}
    listed = page(county, limit=1000).set_index("code")
    assert {"P2"} <= ahead <= set(listed.index)
    assert listed.at["P2", "investment"] == facts["P2"]["investment_fen"] / 100 and listed.at["P2", "earning"] == 1
    first = min(row["month"] for row in rows_of(county, model.project_return) if row["project"] == "P2")
    assert "P2" not in set(page(county, month=first - 1, limit=1000)["code"])


@pytest.mark.parametrize("month", MONTHS)
def test_every_row_equals_what_plain_python_makes_of_the_records(county: Engine, month: int):
    returns, behind = rows_of(county, model.project_return), rows_of(county, model.project_household)
    stages = rows_of(county, model.project_stage)
    facts = {row["code"]: row for row in rows_of(county, model.project)}
    for row in page(county, month=month, limit=1000).itertuples():
        of = [one for one in returns if one["project"] == row.code and one["month"] <= month]
        year = [one for one in of if one["month"] > month - 12]
        due, received = (sum(one[name] for one in year) for name in ("due_fen", "received_fen"))
        assert (0 if row.due != row.due else row.due) == due / 100
        assert (0 if row.received != row.received else row.received) == received / 100
        assert row.arrears == (due - received) / 100
        invested = facts[row.code]["investment_fen"]
        end = min(last_day(month), TODAY.isoformat())
        earns = part(facts[row.code], returns, stages, month, end) == "earning"
        assert row.earning == earns
        ever = sum(one["received_fen"] for one in of)
        for rate, fen in ((row.rate, received), (row.rate_ever, ever)):
            assert (rate == pytest.approx(fen / invested)) if invested and earns else rate != rate
        took = {
            (one["household_id"], one["year"])
            for one in behind
            if one["project"] == row.code and one["year"] * 12 <= month
        }
        assert row.household_years == len(took)
        assert row.households == len({household for household, _ in took}) <= row.household_years


def test_households_are_counted_once_and_household_years_by_the_year(county: Engine):
    behind = [row for row in rows_of(county, model.project_household) if row["year"] * 12 <= LAST]
    found = totals(county)
    assert found.households == len({row["household_id"] for row in behind})
    assert found.household_years == len({(row["household_id"], row["year"]) for row in behind})
    assert found.households < found.household_years < len(behind)


def test_days_in_a_stage_come_from_its_record_else_from_the_dates_of_building_else_are_unknown(county: Engine):
    listed = page(county, limit=1000).set_index("code")
    assert listed.at[STEADY, "days"] == (TODAY - date(2022, 1, 10)).days and not listed.at[STEADY, "about"]
    assert listed.at[SHORT, "days"] == (TODAY - date(2021, 10, 1)).days and listed.at[SHORT, "about"]
    assert listed["days"].isna()[VILLAGE] and not listed.at[VILLAGE, "about"]


def test_each_filter_leaves_what_plain_python_leaves(county: Engine):
    everything = page(county, limit=1000)

    def left(**chosen) -> set[str]:
        found = set(page(county, limit=1000, filters=Filters(**chosen))["code"])
        assert totals(county, filters=Filters(**chosen)).projects == len(found)
        return found

    def where(condition) -> set[str]:
        return {row.code for row in everything.itertuples() if condition(row)}

    assert left(kinds=("养殖", "林果")) == where(lambda row: row.kind in ("养殖", "林果")) != set()
    assert left(stages=("储备",)) == {VILLAGE}
    assert left(operators=(FIRM,)) == {STEADY, SHORT}
    assert left(operators=("",)) == where(lambda row: row.operator is None) >= {VILLAGE}
    assert left(asset_classes=("公益性",)) == where(lambda row: row.asset_class == "公益性") >= {VILLAGE}
    assert left(arrears=True) == where(lambda row: row.arrears > 0) != where(lambda row: True)
    assert left(trouble=True) == where(lambda row: row.risk) >= {SHORT, LATE}
    assert left(words="x-steady") == {STEADY}
    assert left(words="牧业") == set()  # an operator may be a person, whose name is not to stand in an address
    assert left(words="%") == left(words="_") == set()
    assert left(operators=(FIRM,), words="短收") == {SHORT}


def test_any_column_sorts_both_ways_page_by_page_and_no_other_does(county: Engine):
    for sort in projects.SORTS:
        up = page(county, sort=sort, limit=1000)
        parts = [
            page(county, sort=sort, descending=True, limit=3, offset=start)["code"].tolist() for start in (0, 3, 6)
        ]
        listed = up[sort].tolist() if sort != "entered" else up["entered"].tolist()
        known = [value for value in listed if value is not None and value == value]
        if sort not in ("place", "name", "kind", "stage", "operator"):  # texts go by the store's own order
            assert known == sorted(known), sort
        assert len({code for part in parts for code in part}) == 9
    worst = page(county, limit=1000)["arrears"].tolist()
    assert worst == sorted(worst, reverse=True)
    with pytest.raises(NotFound):
        page(county, sort="code; DROP TABLE project")


def test_nobody_gets_projects_beyond_his_region(county: Engine):
    mine = page(county, Viewer("township", TOWNSHIPS[0]), TOWNSHIPS[0], limit=1000)
    assert SHORT in set(mine["code"]) and all(region.startswith(TOWNSHIPS[0]) for region in mine["region"])
    for question in (page, totals):
        with pytest.raises(OutOfScope):
            question(county, Viewer("township", TOWNSHIPS[0]), TOWNSHIPS[1])
        with pytest.raises(OutOfScope):
            question(county, Viewer("village", VILLAGES[0]), COUNTY)


def test_the_list_behind_a_figure_holds_the_same_amounts(county: Engine):
    with county.connect() as connection:
        listed = list_page(connection, ADMIN, "projects", "", LAST, limit=1000).set_index("code")
    here = page(county, limit=1000).set_index("code")
    assert set(listed.index) == set(here.index) and KINDS["projects"].key == "p.code"
    for code, row in here.iterrows():
        assert listed.at[code, "arrears"] == row["arrears"] and listed.at[code, "investment"] == row["investment"]


def test_an_operator_stands_in_addresses_as_a_number_that_tells_no_name():
    assert operator_key("张三") != operator_key("李四") and operator_key("张三").isalnum()
    assert operator_key("张三").isascii() and last_day(LAST) == "2026-11-30"
