"""The whole out and in again: every figure, every state and every right to file dividends as before."""

import csv
import io
import json
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from data import model, settings
from data.access.viewer import Viewer
from data.dividends.content import returns
from data.dividends.drafts import create
from data.figures import cube
from data.figures.indicators import MEASURES
from data.intake import import_files
from data.store.engine import open_engine, writing
from data.workbook.exporting import export_workbook
from data.workbook.kept import KEPT, KINDS
from data.workbook.sheets import INSTRUCTIONS
from tests.data.dividends import ground
from tests.data.small_county import LAST, TODAY

NOW = ground.NOW
ADMIN = Viewer("admin", "")
CARRIED = [kind.table for kind in KINDS]


def fill(engine):
    """A county with a plan filed, another on its way, checks of assurances, a trouble, settings and a total."""
    ground.ready(engine)
    ground.taken_to(engine, ground.proposed(engine), "filed")
    ground.taken_to(engine, ground.proposed(engine, ground.OTHER), "submitted", ground.OTHER)
    with writing(engine) as connection:
        settings.decide(connection, ADMIN, "income_year_start", "1", now=NOW)
        settings.decide(connection, ADMIN, "arrears_months", "3", now=NOW)
        connection.execute(
            model.assurance.insert().values(household_id=1, item="water", checked="2026-05-01", secure=0)
        )
        trouble = {
            "project": "P1",
            "region": ground.COUNTY,
            "since": "2026-08-01",
            "reason": "停产",
            "actor": "county:",
        }
        connection.execute(model.trouble.insert().values(**trouble, at="2026-08-02T09:00:00"))
        total = {
            "household_id": 3,
            "last_month": 2025 * 12 + 11,
            "first_month": 2025 * 12,
            "business_crop_fen": 770_000,
        }
        connection.execute(model.ledger.delete().where(model.ledger.c.household_id == 3))
        connection.execute(model.ledger_year.insert().values(**total))
        for table, name in ((model.task, "finished"), (model.fund, "settled")):  # the small county has some yet to be
            ahead = table.c[name] > TODAY.isoformat()
            connection.execute(table.update().where(ahead).values({name: None}))
        connection.execute(
            model.household.update().where(model.household.c.id < 40).values(walking_order=model.household.c.id)
        )
        for table in (model.household, model.member):  # an import, the door and the migration leave none without
            connection.execute(table.update().values(collected="2021-02-03"))
        cube.rebuild(connection, today=TODAY)


@pytest.fixture
def county(filled):
    return filled(fill, own=True)


@pytest.fixture
def other(request, dialect, tmp_path):
    """Another store, empty, on the same engine."""
    from tests.conftest import _postgres_copy

    if dialect == "postgresql":
        url = _postgres_copy(request, request.getfixturevalue("migrated_postgres"))
    else:
        (tmp_path / "other.db").write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
        url = f"sqlite:///{tmp_path / 'other.db'}"
    engine = open_engine(url)
    yield engine
    engine.dispose()


def taken_out(engine, path, viewer=ADMIN):
    with engine.connect() as connection:
        export_workbook(connection, viewer, path, now=NOW)
    return path


def take(engine, path):
    return import_files(engine, [path], now=NOW)


def figures(engine):
    """Every measure of every region and month, and the states of the households by their codes."""
    names = ", ".join(MEASURES)
    with engine.connect() as connection:
        sums = connection.execute(text(f"SELECT region, month, {names} FROM cube ORDER BY region, month")).all()
        months = connection.execute(
            text(
                "SELECT h.code, m.month, m.state, m.persons, m.wage_fen, m.business_fen, m.below_line, m.visits"
                " FROM household_month m JOIN household h ON h.id = m.household_id ORDER BY h.code, m.month"
            )
        ).all()
    return [tuple(row) for row in sums], [tuple(row) for row in months]


def carried(engine):
    """What is carried, households by their codes."""
    with engine.connect() as connection:
        codes = dict(connection.execute(select(model.household.c.id, model.household.c.code)).all())
        found = {}
        for table in CARRIED:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            for row in rows:
                if row.get("household_id") is not None:
                    row["household_id"] = codes[row["household_id"]]
            found[table.name] = sorted(map(str, rows))
    return found


def walks(engine):
    """Code of a household → its number in the walk of its village."""
    with engine.connect() as connection:
        return dict(connection.execute(select(model.household.c.code, model.household.c.walking_order)).all())


def free(engine):
    """What each village may still give out, in fen."""
    with engine.connect() as connection:
        return {
            village: sum(one.free for one in returns(connection, ADMIN, village, LAST - 24, LAST))
            for village in ground.VILLAGES
        }


@pytest.mark.parametrize("name", ["out.xlsx", "out.zip"])
def test_a_round_trip_changes_no_figure_no_state_and_no_right_to_file(county, other, tmp_path, name):
    path = taken_out(county, tmp_path / name)
    result = take(other, path)
    assert (result.refusals, result.ignored, result.conflicts) == ([], [], [])
    assert figures(other) == figures(county)
    assert carried(other) == carried(county)
    assert free(other) == free(county)
    assert walks(other) == walks(county)
    again = take(other, path)
    assert (again.refusals, again.wrote) == ([], False)
    before = figures(county), carried(county)
    take(county, path)  # only what the search goes by, which the small county lacks
    assert (figures(county), carried(county)) == before


def test_numbers_given_after_a_round_trip_begin_behind_those_that_came(county, other, tmp_path):
    take(other, taken_out(county, tmp_path / "out.zip"))
    with other.connect() as connection:
        held = set(connection.execute(select(model.dividend_plan.c.id)).scalars())
    made = create(other, Viewer("village", ground.NEIGHBOUR), ground.NEIGHBOUR, LAST - 4, LAST, at=NOW)
    assert made not in held


def test_plans_of_another_store_are_refused_and_nothing_is_written(county, other, tmp_path):
    path = taken_out(county, tmp_path / "out.zip")
    ground.ready(other)
    create(other, ground.CADRE, ground.VILLAGE, LAST - 4, LAST, at=NOW)
    before = figures(other)
    result = take(other, path)
    assert not result.wrote and any("已有收益分配方案" in issue.reason for issue in result.refusals)
    assert figures(other) == before


def test_what_was_decided_since_the_file_stands(county, tmp_path):
    path = taken_out(county, tmp_path / "out.zip")
    with writing(county) as connection:
        settings.decide(connection, ADMIN, "arrears_months", "5", now=NOW)
        connection.execute(model.dividend_plan.update().values(title="改了"))
    result = take(county, path)
    assert [issue.value for issue in result.warnings if issue.sheet == KEPT] == ["arrears_months"]
    with county.connect() as connection:
        assert settings.value_of(connection, "arrears_months") == "5"
        assert set(connection.execute(select(model.dividend_plan.c.title)).scalars()) == {"改了"}


def repacked(path, target, change):
    """The zip with other rows of what is kept."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == f"{KEPT}.csv":
                rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
                out = io.StringIO()
                csv.writer(out).writerows([rows[0], *(change(*row) for row in rows[1:])])
                content = out.getvalue().encode()
            new.writestr(entry, content)
    return target


@pytest.mark.parametrize(
    "change",
    [
        lambda kind, content: (kind, content.replace('"state": "filed"', '"state": 1')),
        lambda kind, content: (kind, content.replace('"village"', '"dorf"')),
        lambda kind, content: (kind, content[:-1]),
        lambda kind, content: ("分配", content),
        lambda kind, content: (kind, json.dumps({**json.loads(content), "household_id": "H9999"})),
        lambda kind, content: (
            kind,
            content.replace('"arrears_months", "value": "3"', '"arrears_months", "value": "x"'),
        ),
    ],
    ids=["type", "column", "cut", "kind", "household", "setting"],
)
def test_what_was_tampered_with_is_refused_as_a_whole(county, other, tmp_path, change):
    path = repacked(taken_out(county, tmp_path / "out.zip"), tmp_path / "changed.zip", change)
    result = take(other, path)
    assert not result.wrote and {issue.sheet for issue in result.refusals} == {KEPT}


@pytest.mark.parametrize("name", ["out.xlsx", "out.zip"])
def test_an_export_says_by_name_what_it_does_not_hold(county, tmp_path, name):
    path = taken_out(county, tmp_path / name)
    part = taken_out(county, tmp_path / f"part-{name}", Viewer("county", ground.VILLAGE))
    for file, of_plans in ((path, False), (part, True)):
        if name.endswith("zip"):
            with zipfile.ZipFile(file) as archive:
                said = archive.read(f"{INSTRUCTIONS}.txt").decode()
                assert (f"{KEPT}.csv" in archive.namelist()) == (not of_plans)
        else:
            book = CalamineWorkbook.from_path(str(file))
            said = str(book.get_sheet_by_name(INSTRUCTIONS).to_python())
            assert (KEPT in book.sheet_names) == (not of_plans)
        assert "修改记录" in said and "照片和扫描件" in said and "户码" in said
        assert ("收益分配方案" in said.split("带 *")[0]) == of_plans
