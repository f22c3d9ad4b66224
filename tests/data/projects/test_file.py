"""One project: its stages and what is late, what its asset lacks, its money, and each household's share in scope."""

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound
from data.projects import file as project_file
from data.projects.file import gaps_of, stages_of
from data.terms import PROJECT_STAGES
from tests.data.projects.ground import LATE, SHORT, STEADY, VILLAGE, YEAR, fill
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES

ADMIN, TOWNSHIP = Viewer("admin", ""), Viewer("township", TOWNSHIPS[0])
WHOLE = {
    "stage": "运营", "owner": "甲", "manager": "乙", "beneficiary": "丙", "supervisor": "丁", "contract": "HT1",
    "contract_until": "2027-01-01", "insured_until": "2026-12-31", "custodian": "王", "sign_board": 1,
}  # fmt: skip
TODAY = "2026-11-22"


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


def asked(engine: Engine, question, *arguments, **options):
    with engine.connect() as connection:
        return question(connection, *arguments, **options)


def rows_of(engine: Engine, table) -> list[dict]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_a_stage_is_late_by_the_days_from_its_plan_to_the_next_one_on_record_or_to_today():
    dates = {
        "储备": ("2026-01-01", "2026-02-01"),
        "方案编制": ("2026-02-11", "2026-03-01"),
        "公示": ("2026-03-01", None),
        "建设": ("2026-05-01", "2026-11-20"),
    }
    stages = {stage.name: stage for stage in stages_of("建设", dates, TODAY)}
    assert [stage.name for stage in stages.values()] == list(PROJECT_STAGES)
    assert {name: stage.late for name, stage in stages.items() if stage.late} == {"储备": 10, "建设": 2}
    assert stages["方案编制"].left == "2026-03-01"  # the stage between has no day on record
    told = [stage.state for stage in stages.values()]
    assert told == ["done", "done", "unknown", "done", "unknown", "now", *["ahead"] * 4]


def test_a_plan_that_has_not_passed_makes_nothing_late():
    stages = stages_of("储备", {"储备": ("2026-11-01", TODAY)}, TODAY)
    assert not any(stage.late for stage in stages) and stages[0].state == "now"


@pytest.mark.parametrize(
    ("changed", "gaps"),
    [
        ({}, ()),
        ({"owner": None}, ("所有权没有登记由谁持有",)),
        ({"supervisor": ""}, ("监督权没有登记由谁持有",)),
        ({"contract": None, "contract_until": None}, ("没有经营合同",)),
        ({"contract_until": None}, ("经营合同没有到期日期",)),
        ({"contract_until": "2026-11-21"}, ("经营合同已于 2026-11-21 到期",)),
        ({"contract_until": TODAY}, ()),
        ({"insured_until": None}, ("没有投保",)),
        ({"insured_until": "2026-11-21"}, ("保险已于 2026-11-21 到期",)),
        ({"custodian": None, "sign_board": 0}, ("没有管护责任人", "没有设标识牌")),
        ({"sign_board": None}, ("没有登记是否设标识牌",)),
        ({"stage": "建设", "owner": None, "contract": None}, ()),
    ],
)
def test_what_the_asset_lacks_is_listed_and_nothing_before_there_is_one(changed: dict, gaps: tuple):
    assert gaps_of({**WHOLE, **changed}, TODAY) == gaps


def test_the_file_of_a_project_holds_its_money_and_what_is_amiss(county: Engine):
    file = asked(county, project_file.project, ADMIN, SHORT, LAST)
    mine = [row for row in rows_of(county, model.project_return) if row["project"] == SHORT and row["month"] <= LAST]
    assert file.returns["due"].sum() == sum(row["due_fen"] for row in mine) / 100
    assert file.returns["received"].sum() == sum(row["received_fen"] for row in mine) / 100
    assert list(file.returns["month"]) == sorted(row["month"] for row in mine)
    assert file.risk.startswith("12个月实收只有应收的") and len(file.gaps) == 6
    assert asked(county, project_file.project, ADMIN, STEADY, LAST).risk == ""
    earlier = asked(county, project_file.project, ADMIN, SHORT, LAST - 12)
    assert earlier.returns["month"].max() <= LAST - 12


def test_funds_of_a_project_come_with_what_was_paid_by_the_months_end(filled):
    engine = filled(fill, own=True)
    with engine.begin() as connection:
        connection.execute(model.fund.update().where(model.fund.c.code == "F1").values(project=STEADY, year=2026))
        connection.execute(model.fund_payment.delete().where(model.fund_payment.c.fund == "F1"))
        paid = [{"fund": "F1", "paid": day, "amount_fen": fen} for day, fen in (("2026-03-01", 500), ("2026-11-23", 7))]
        connection.execute(model.fund_payment.insert(), paid)
    (row,) = asked(engine, project_file.project, ADMIN, STEADY, LAST).funds.itertuples()
    assert (row.code, row.paid, row.last_paid) == ("F1", 5.0, "2026-03-01")


@pytest.mark.parametrize("project", [STEADY, SHORT, LATE, VILLAGE])
def test_the_households_and_their_shares_equal_the_records(county: Engine, project: str):
    mine = [row for row in rows_of(county, model.project_household) if row["project"] == project]
    listed = asked(county, project_file.takers, ADMIN, project, LAST, limit=None)
    told = {(row.id, row.year, row.mode): row.amount for row in listed.itertuples()}
    assert len(told) == len(listed) == asked(county, project_file.takers_count, ADMIN, project, LAST) == len(mine)
    for row in mine:
        amount = told[row["household_id"], row["year"], row["mode"]]
        assert amount != amount if row["amount_fen"] is None else amount == row["amount_fen"] / 100
    of_year = asked(county, project_file.takers, ADMIN, project, LAST, YEAR, limit=None)
    assert len(of_year) == sum(row["year"] == YEAR for row in mine) and set(of_year["year"]) == {YEAR}
    pages = [
        asked(county, project_file.takers, ADMIN, project, LAST, limit=9, offset=start)
        for start in range(0, len(mine), 9)
    ]
    assert [id for part in pages for id in part["id"]] == listed["id"].tolist()
    file = asked(county, project_file.project, ADMIN, project, LAST)
    assert file.modes["households"].sum() == len(mine)
    assert file.facts["households"] == len({row["household_id"] for row in mine}) <= file.facts["household_years"]


def test_a_year_ahead_of_the_month_is_not_listed_yet(county: Engine):
    before = asked(county, project_file.takers, ADMIN, STEADY, YEAR * 12 - 1, limit=None)
    assert set(before["year"]) == {YEAR - 3, YEAR - 1}


def test_a_helper_sees_his_own_households_behind_a_project_and_a_display_no_names(county: Engine):
    paired = {
        row["household_id"]
        for row in rows_of(county, model.pairing)
        if row["helper"] == "B1" and row["started"] <= TODAY and not (row["ended"] and row["ended"] < TODAY)
    }
    whole = asked(county, project_file.takers, ADMIN, STEADY, LAST, limit=None)
    own = asked(county, project_file.takers, Viewer("helper", COUNTY, "B1"), STEADY, LAST, limit=None)
    assert set(own["id"]) == set(whole["id"]) & paired != set()
    assert asked(county, project_file.takers, Viewer("helper", COUNTY), STEADY, LAST).empty
    shown = asked(county, project_file.takers, Viewer("display", COUNTY), STEADY, LAST)
    assert set(shown["head"]) == {"张**"} and set(whole["head"]) == {"张某某"}
    told = [
        asked(county, project_file.project, viewer, STEADY, LAST).facts["custodian"]
        for viewer in (ADMIN, Viewer("display", COUNTY))
    ]
    assert told == ["王管护", "王**"]


@pytest.mark.parametrize("code", [LATE, STEADY, "", "X-NONE", "'; DROP TABLE project; --"])
def test_a_project_of_another_region_reads_as_one_that_is_not_there(county: Engine, code: str):
    with pytest.raises(NotFound, match="没有找到这个项目"):
        asked(county, project_file.project, TOWNSHIP, code, LAST)
    assert asked(county, project_file.whereabouts, TOWNSHIP, code) is None
    assert asked(county, project_file.whereabouts, TOWNSHIP, SHORT).code == TOWNSHIPS[0]


def test_a_village_sees_of_its_township_project_nothing_and_its_own_whole(county: Engine):
    cadre = Viewer("village", VILLAGES[0])
    assert asked(county, project_file.project, cadre, VILLAGE, LAST).code == VILLAGE
    with pytest.raises(NotFound):
        asked(county, project_file.project, cadre, SHORT, LAST)
