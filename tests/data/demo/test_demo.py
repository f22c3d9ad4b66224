"""The demonstration: what it writes comes in through the importer, hangs together, and belongs to nobody."""

import json
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path

import pytest
import shapely
from sqlalchemy import Engine, create_engine, text

from data.access.viewer import Viewer
from data.boundaries import import_boundaries
from data.demo.county import DemoFiles, generate
from data.figures import cube, lists
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.intake import import_files
from data.months import month_of
from data.quality.checks import check
from data.store.engine import open_engine, writing
from data.terms import PROJECT_STAGES, SUBJECTS
from data.workbook.sheets import SHEETS
from tests.conftest import run_data
from tests.moment import NOW

TODAY = date(2026, 11, 20)
LAST = month_of(TODAY)
DELIBERATE = {
    "户类型与按日期推得的状态不一致",
    "致贫原因为因残而没有残疾成员的户",
    "识别满一个月而没有帮扶措施的户",
    "证件号码校验不符的人",
}

SUMMED = {
    "persons": "persons", "benefit_person_times": "persons", "benefit_person_times_ever": "persons",
    "dividend_income": "fen", "post_income": "fen", "return_due": "due", "return_received": "received",
    "dividend_distributed": "distributed", "dividend_kept": "kept", "fund_arranged": "arranged",
    "fund_disbursed": "in_year", "fund_paid": "in_year", "fund_unpaid": "unpaid", "fund_planned": "planned",
    "fund_short": "short",
}  # fmt: skip
"""Figure → the column of its list that adds up to it. Investments add up by theirs; all else counts its rows."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    """The small demonstration, as files."""
    return generate(tmp_path_factory.mktemp("demo"), preset="small", today=TODAY)


@pytest.fixture(scope="module")
def store(files: DemoFiles, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The small demonstration in a database, its cube built; read it, never write."""
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("store") / "demo.db")
    engine = open_engine(f"sqlite:///{path}")
    result = import_files(engine, files.workbooks, now=NOW, rebuild=False)
    assert result.refusals == []
    import_boundaries(engine, files.boundaries, rebuild=False, now=NOW)
    with writing(engine) as connection:
        cube.rebuild(connection, today=TODAY)
    yield engine
    engine.dispose()


def rows(engine: Engine, query: str) -> list[tuple]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def features(files: DemoFiles, level: str) -> dict[str, shapely.Geometry]:
    path = next(path for path in files.boundaries if path.stem == f"边界-{level}")
    found = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["code"]: shapely.geometry.shape(feature["geometry"]) for feature in found}


def test_the_same_call_writes_the_same_bytes_and_another_seed_does_not(files: DemoFiles, tmp_path: Path):
    again, other = tmp_path / "again", tmp_path / "other"
    again.mkdir()
    other.mkdir()
    repeated = generate(again, preset="small", today=TODAY)
    for first, second in zip(files.workbooks + files.boundaries, repeated.workbooks + repeated.boundaries, strict=True):
        assert (first.name, first.read_bytes()) == (second.name, second.read_bytes())
    for path in files.workbooks:  # no clock in them either
        with zipfile.ZipFile(path) as packed:
            assert {entry.date_time[0] for entry in packed.infolist()} <= {1980, 2020}
            properties = packed.read("docProps/core.xml").decode() if path.suffix == ".xlsx" else "2020-01-01"
            assert "2020-01-01" in properties and str(date.today()) not in properties
    different = generate(other, preset="small", today=TODAY, seed=2)
    for first, second in zip(files.workbooks, different.workbooks, strict=True):
        assert first.read_bytes() != second.read_bytes()


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2024, 2, 29), date(2025, 6, 30), date(2026, 12, 31)], ids=str)
def test_it_is_taken_in_without_a_refusal_on_any_day(today: date, migrated_sqlite: Path, tmp_path: Path):
    engine = open_engine(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'demo.db')}")
    made = generate(tmp_path, preset="small", today=today)
    result = import_files(engine, made.workbooks, now=datetime.combine(today, time(9)), rebuild=False)
    joined = import_boundaries(engine, made.boundaries, rebuild=False, now=NOW)
    engine.dispose()
    assert result.refusals == [] and result.ignored == []
    histories = {"农村人口", "户变动", "户迁移", "成员变动", "成员状况", "保障核实", "监测"}
    assert {sheet.name for sheet in SHEETS} - histories <= set(result.rows)
    assert {warning.reason for warning in result.warnings} <= {"证件号码校验位不对，请核对"}
    assert not joined.unjoined and not joined.created and not joined.repaired


def test_sheets_too_long_for_a_workbook_come_in_as_csv(
    monkeypatch: pytest.MonkeyPatch, store: Engine, migrated_sqlite: Path, tmp_path: Path
):
    monkeypatch.setattr("data.demo.county.LONGEST", 100)
    made = generate(tmp_path, preset="small", today=TODAY)
    assert len(made.workbooks) > 6
    engine = open_engine(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'demo.db')}")
    assert import_files(engine, made.workbooks, now=NOW, rebuild=False).refusals == []
    for sheet in SHEETS:
        columns = ", ".join(column.name for column in sheet.table.columns if column.name not in ("id", "household_id"))
        query = f"SELECT {columns} FROM {sheet.table_name} ORDER BY {columns}"
        assert rows(engine, query) == rows(store, query)
    engine.dispose()


def test_the_only_contradictions_are_those_made_on_purpose(store: Engine):
    findings = check(store)
    assert {finding.what for finding in findings} == DELIBERATE
    assert all(finding.count <= 5 and not finding.grave for finding in findings)


def test_nothing_is_dated_after_today(store: Engine):
    for sheet in SHEETS:
        for column in sheet.columns:
            if column.kind in ("day", "month") and not column.may_be_future:
                latest = rows(store, f"SELECT MAX({column.name}) FROM {sheet.table_name}")[0][0]
                limit = TODAY.isoformat() if column.kind == "day" else LAST
                assert latest is None or latest <= limit, (sheet.name, column.name)
    assert rows(store, "SELECT COUNT(*) FROM visit WHERE visited > '2026-11-10'")[0][0] > 0


def test_nobody_could_own_an_id_number_or_a_phone(store: Engine):
    numbers = [number for (number,) in rows(store, "SELECT id_number FROM member")]
    assert len(set(numbers)) == len(numbers) and all(number.startswith("99") for number in numbers)
    assert {len(number) for number in numbers} == {18, 20}
    for code, male, number, born in rows(store, "SELECT code, sex = '男', id_number, born FROM member"):
        assert number[6:14] == born.replace("-", "") and int(number[16]) % 2 == male, code
    phones = rows(store, "SELECT phone FROM household WHERE phone IS NOT NULL UNION SELECT phone FROM helper")
    assert all(len(phone) == 11 and phone.startswith("1990000") for (phone,) in phones)
    assert rows(store, "SELECT COUNT(*) FROM region WHERE code NOT LIKE '99%'") == [(0,)]


def test_villages_tile_their_township_and_townships_their_county(files: DemoFiles):
    levels = [features(files, level) for level in ("县", "乡镇", "村")]
    for upper, lower in pairwise(levels):
        for code, outline in upper.items():
            parts = [shape for inner, shape in lower.items() if inner.startswith(code)]
            assert all(shape.is_valid and shape.geom_type == "Polygon" for shape in parts)
            whole = shapely.union_all(parts)
            assert whole.symmetric_difference(outline).area < 1e-9 * outline.area
            assert sum(shape.area for shape in parts) == pytest.approx(outline.area, rel=1e-9)


def test_households_live_in_their_village(files: DemoFiles, store: Engine):
    shapes = features(files, "村")
    placed = rows(store, "SELECT village, lon, lat FROM household")
    known = [row for row in placed if row[1] is not None]
    assert len(placed) * 0.9 < len(known) < len(placed)
    for village, lon, lat in known:
        assert shapes[village].buffer(1e-6).contains_properly(shapely.Point(lon, lat))


def test_some_villages_have_walked_theirs_some_begun_and_most_not(store: Engine):
    with store.connect() as connection:
        rows = connection.execute(text("SELECT village, walking_order, type FROM household")).all()
    walks: dict[str, list[int]] = {}
    for village, number, type in rows:
        walks.setdefault(village, [])
        if number is not None:
            assert type != "一般户"
            walks[village].append(number)
    assert all(sorted(walk) == list(range(1, len(walk) + 1)) for walk in walks.values())
    held = {village: sum(1 for one in rows if one[0] == village and one[2] != "一般户") for village in walks}
    kinds = {
        "none" if not walk else "whole" if len(walk) == held[village] else "begun" for village, walk in walks.items()
    }
    assert kinds == {"none", "begun", "whole"}


def test_dividends_are_the_same_in_the_books_of_projects_and_of_households(store: Engine):
    of_projects = rows(
        store, "SELECT household_id, year, SUM(amount_fen) FROM project_household WHERE mode = '分红' GROUP BY 1, 2"
    )
    of_households = rows(
        store,
        "SELECT household_id, month / 12, SUM(property_dividend_fen) FROM ledger"
        " WHERE property_dividend_fen IS NOT NULL GROUP BY 1, 2",
    )
    assert of_projects and sorted(of_projects) == sorted(of_households)
    received = defaultdict(int, rows(store, "SELECT project, SUM(received_fen) FROM project_return GROUP BY 1"))
    paid = rows(store, "SELECT project, SUM(amount_fen) FROM project_household WHERE mode = '分红' GROUP BY 1")
    assert all(0.4 * received[project] < fen <= 0.7 * received[project] for project, fen in paid)


def test_plans_of_payment_stay_within_what_was_arranged_and_some_are_late(store: Engine):
    over = (
        "SELECT COUNT(*) FROM fund f WHERE (SELECT SUM(amount_fen) FROM fund_plan q WHERE q.fund = f.code)"
        " > f.arranged_fen"
    )
    assert rows(store, over) == [(0,)]
    without = "SELECT COUNT(*) FROM fund f WHERE NOT EXISTS (SELECT 1 FROM fund_plan q WHERE q.fund = f.code)"
    assert rows(store, without) == [(0,)]
    late = rows(store, "SELECT late_funds FROM cube WHERE region = '990181' AND late_funds > 0")
    assert late and max(late)[0] < 0.5 * rows(store, "SELECT COUNT(*) FROM fund")[0][0]


def test_a_project_goes_through_its_stages_in_order_up_to_its_own(store: Engine):
    order = {stage: place for place, stage in enumerate(PROJECT_STAGES)}
    now = dict(rows(store, "SELECT code, stage FROM project"))
    by_project = defaultdict(list)
    for project, stage, entered in rows(store, "SELECT project, stage, entered FROM project_stage ORDER BY entered"):
        by_project[project].append((order[stage], entered))
    assert len(by_project) > 2
    for project, stages in by_project.items():
        assert [place for place, _ in sorted(stages)] == list(range(order[now[project]] + 1)), project
        assert [day for _, day in sorted(stages)] == sorted(day for _, day in stages), project
    entered = "SELECT COUNT(*) FROM project_stage s JOIN project p ON p.code = s.project WHERE {}"
    for stage, column in (("建设", "started"), ("竣工验收", "completed")):
        assert rows(store, entered.format(f"s.stage = '{stage}' AND s.entered <> p.{column}")) == [(0,)]


def test_the_asset_of_a_project_that_is_not_built_has_neither_operator_nor_contract(store: Engine):
    ahead = "', '".join(PROJECT_STAGES[: PROJECT_STAGES.index("竣工验收")])
    held = "operator IS NOT NULL OR contract IS NOT NULL OR insured_until IS NOT NULL OR custodian IS NOT NULL"
    assert rows(store, f"SELECT code FROM project WHERE stage IN ('{ahead}') AND ({held})") == []


def test_incomes_rise_with_the_years_and_follow_the_seasons(store: Engine):
    query = "SELECT month, net_income * 0.01 / income_persons FROM cube WHERE region = '990181' AND month IN ({})"
    yearly = [value for _, value in rows(store, query.format(f"{LAST - 12}, {LAST}") + " ORDER BY month")]
    assert 10_000 < yearly[0] < yearly[1] < 15_000
    wages = dict(rows(store, "SELECT month, SUM(wage_work_fen) FROM ledger GROUP BY month"))
    festival, spring = LAST // 12 * 12 + 1, LAST // 12 * 12 + 4
    assert wages[festival] < 0.6 * wages[spring]
    crops = dict(rows(store, "SELECT month % 12, SUM(business_crop_fen) FROM ledger GROUP BY 1"))
    assert {month for month, fen in crops.items() if fen} <= {8, 9, 10, 11}


def test_who_is_unwell_and_out_of_work_earns_no_wage(store: Engine):
    idle = (
        "SELECT COUNT(*) FROM ledger l WHERE wage_work_fen > 0 AND NOT EXISTS"
        " (SELECT 1 FROM member p WHERE p.household_id = l.household_id AND p.work_months > 0)"
    )
    assert rows(store, idle) == [(0,)]
    assert rows(store, "SELECT COUNT(*) FROM member WHERE health = '大病' AND work_months > 0") == [(0,)]
    assert rows(store, "SELECT COUNT(*) FROM member WHERE work_months > 0 AND born > '2010-11-20'") == [(0,)]


def test_the_running_month_is_visited_only_so_far(store: Engine):
    coverage = dict(rows(store, "SELECT month, 1.0 * visited / households FROM cube WHERE region = '990181'"))
    assert 0.1 < coverage[LAST] < coverage[LAST - 1] and 0.6 < coverage[LAST - 1] < 0.98


def test_visits_are_paid_by_people_of_the_village(store: Engine):
    strangers = (
        "SELECT COUNT(*) FROM visit v JOIN household h ON h.id = v.household_id WHERE NOT EXISTS (SELECT 1"
        " FROM pairing p JOIN household o ON o.id = p.household_id WHERE p.helper = v.helper AND o.village = h.village)"
    )
    visits = rows(store, "SELECT COUNT(*) FROM visit")[0][0]
    assert rows(store, strangers)[0][0] < 0.05 * visits


def test_a_helper_visits_while_paired_and_not_before_or_after(store: Engine):
    apart = (
        "SELECT COUNT(*) FROM visit v JOIN pairing p ON p.household_id = v.household_id AND p.helper = v.helper"
        " WHERE v.visited < p.started OR v.visited > p.ended"
    )
    visits = rows(store, "SELECT COUNT(*) FROM visit")[0][0]
    assert rows(store, apart)[0][0] < 0.005 * visits  # a colleague lends a hand now and then


_FIGURES = """
    SELECT 1.0 * below_line_households / households, net_income * 0.01 / income_persons,
        1.0 * monitored_households / households
    FROM cube WHERE region = '990181' AND net_income IS NOT NULL ORDER BY month
"""


def test_the_county_has_the_size_and_the_figures_it_promises(county_database: Path):
    store = create_engine(f"sqlite:///file:{county_database}?mode=ro&uri=true")
    counts = dict(rows(store, "SELECT length(code), COUNT(*) FROM region WHERE closed IS NULL GROUP BY 1"))
    assert counts == {6: 1, 9: 19, 12: 91}
    assert rows(store, "SELECT COUNT(*) FROM household") == [(5_000,)]
    assert 10_000 < rows(store, "SELECT COUNT(*) FROM member WHERE gone IS NULL")[0][0] < 11_000
    assert rows(store, "SELECT COUNT(DISTINCT month) FROM ledger") == [(60,)]
    lines = ", ".join(f"COUNT({column}_fen)" for _, column in SUBJECTS.values())
    assert sum(rows(store, f"SELECT {lines} FROM ledger")[0]) < 1.7 * 5_000 * 60
    figures = rows(store, _FIGURES)
    assert all(0.001 <= share <= 0.045 for share, *_ in figures)
    assert 9_000 < figures[0][1] < figures[-1][1] < 14_000
    assert figures[-1][0] > 0.01 and 0.02 < figures[-1][2] < 0.05
    several = "SELECT operator FROM project WHERE operator IS NOT NULL GROUP BY operator HAVING COUNT(*) > 2"
    assert len(rows(store, several)) >= 3
    for gap in ("contract IS NULL", "contract_until < date('now')", "insured_until IS NULL", "sign_board = 0"):
        assert rows(store, f"SELECT COUNT(*) FROM project WHERE stage = '运营' AND {gap}")[0][0] > 0, gap
    store.dispose()


@pytest.mark.slow
def test_a_township_to_work_on_holds_something_of_everything(database_url: str):
    run_data("demo", "--preset", "township", database=database_url)
    engine = open_engine(database_url)
    there = "SELECT length(code), count(*) FROM region WHERE closed IS NULL GROUP BY length(code) ORDER BY 1"
    assert rows(engine, there) == [
        (6, 1),
        (9, 1),
        (12, 9),
    ]
    assert rows(engine, "SELECT count(*) FROM household") == [(500,)]
    for table in ("visit", "measure", "problem", "task", "project", "fund", "boundary"):
        assert rows(engine, f"SELECT count(*) FROM {table}")[0][0], table
    assert len(rows(engine, "SELECT DISTINCT state FROM dividend_plan")) > 3
    engine.dispose()


@pytest.mark.parametrize("back", [0, 1, 11, 37, 83, 107])
def test_every_figure_of_every_month_is_what_its_list_adds_up_to(store: Engine, back: int):
    county = rows(store, "SELECT code FROM region WHERE length(code) = 6")[0][0]
    viewer, month = Viewer("county", county), LAST - back
    with store.connect() as connection:
        said = figures.figures(connection, viewer, county, month)
        for id, indicator in INDICATORS.items():
            if indicator.denominator is not None:
                continue
            column = SUMMED.get(id, "investment" if indicator.format == "money" else None)
            if column is None:
                listed = lists.count(connection, viewer, id, county, month)
            else:
                listed = lists.whole(connection, viewer, id, county, month)[column].sum()
            assert listed == pytest.approx(said[id].value or 0), (id, month)
        assert sum(bool(figure.value) for figure in said.values()) > 10
