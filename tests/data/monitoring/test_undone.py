"""What began, ended or changed an episode is taken back: cases, clues, plans and hits are as before."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.duties.persons import settle_persons
from data.figures import cube
from data.households.edits import Edit, commit, undo
from data.imports.undo import undo as take_back
from data.intake import import_files
from data.monitoring import clues, plans
from data.monitoring.clues import Subject, Told
from data.monitoring.plans import Draft
from data.monitoring.settling import settle
from data.monitoring.sources import raise_all
from data.rules import running
from data.store.engine import writing
from tests.data.imports.undo_ground import ADMIN, job_of, written_job
from tests.data.intake.books import Book, write_xlsx
from tests.data.monitoring_ground import (
    CADRE,
    CLERK,
    FIGURES,
    FIRST,
    HOUSEHOLD,
    LAST,
    LIFTED,
    MARGINAL,
    PASSING,
    REMOVING,
    do,
    fill_monitoring,
    measured,
    opened,
    row,
    through,
)
from tests.data.small_county import TODAY
from tests.moment import NOW

LATER, AT_LAST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
CODE = "K904-JC1"
TABLES = (model.clue, model.clue_step, model.plan_item, model.plan_item_step, model.episode, model.quality_hit)
_TOLD = ("type", "identified", "lifted", "relapsed", "risk_removed", "village")


def fill_run(engine: Engine) -> None:
    """The county of cases; every time of being watched has its case, and all rules were run."""
    fill_monitoring(engine)
    with writing(engine) as connection:
        connection.execute(model.measure.delete())
        settle_persons(connection, NOW)
        settle(connection, now=NOW)
        cube.rebuild(connection, today=TODAY)
        running.run(connection, NOW, actor="x")


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_run, own=True)


def stands(engine: Engine) -> dict[str, list]:
    """What is told of monitoring and quality now: histories go on, versions count."""
    cases = [column for column in model.monitoring_case.c if column.name != "version"]
    homes = [model.household.c[name] for name in ("id", *_TOLD)]
    with engine.connect() as connection:
        found = {one.name: sorted(map(repr, connection.execute(select(one)))) for one in TABLES}
        found["monitoring_case"] = sorted(map(repr, connection.execute(select(*cases))))
        found["household"] = sorted(map(repr, connection.execute(select(*homes))))
    return found


def told_of(engine: Engine) -> None:
    """Somebody tells of both households, and a measure is planned for the one that is watched."""
    for home in (HOUSEHOLD, LIFTED):
        clues.tell(engine, CADRE, Subject(home), Told("door", "因病", "住院了", date(2026, 11, 20)), now=NOW)
    if (id := case_of(engine)) is not None and row(engine, id)["state"] == "watched":
        plans.plan(engine, CADRE, id, Draft("因病", "健康", "签约服务", None, "村医", date(2026, 12, 20)), now=NOW)
    with writing(engine) as connection:  # what was put in beside everything is asked as well
        running.run(connection, NOW, actor="x")


def case_of(engine: Engine) -> int | None:
    with engine.connect() as connection:
        asked = select(model.monitoring_case.c.id).where(model.monitoring_case.c.code == CODE)
        return connection.execute(asked).scalar()


def episode(**more: str) -> dict[str, str]:
    return {
        "监测编号": CODE,
        "户编号": "K904",
        "类型": "边缘易致贫户",
        "识别日期": "2026-10-08",
        "风险": "因病",
        **more,
    }


ENDED = {"消除日期": "2026-11-18", "消除方式": "帮扶消除"}


def nothing(engine: Engine) -> None:
    """Nobody looked at the household yet."""


def checking(engine: Engine) -> None:
    through(engine, opened(engine, day=date(2026, 11, 1)), first=date(2026, 11, 1), until="report")


def watched(engine: Engine) -> None:
    through(engine, opened(engine, day=date(2026, 1, 1)))
    measured(engine)


def removing(engine: Engine) -> None:
    watched(engine)
    through(engine, case_of(engine), REMOVING, date(2026, 9, 1), until="removal_publish")


@pytest.mark.parametrize(
    ("stood", "more"), [(nothing, {}), (nothing, ENDED), (checking, {}), (watched, ENDED), (removing, ENDED)],
    ids=("begins", "began and ended", "begins on its way", "ends", "ends while it is removed"),
)  # fmt: skip
def test_an_import_that_began_or_ended_an_episode(county: Engine, tmp_path: Path, stood, more: dict):
    stood(county)
    told_of(county)
    before = stands(county)
    identified = {"识别日期": "2026-01-13"} if stood in (watched, removing) else {}  # told once more
    book = write_xlsx(tmp_path / "a.xlsx", {"监测": [episode(**identified, **more)]})
    assert import_files(county, [book], overwrite=True, now=LATER).refusals == []
    job = written_job(county)
    assert stands(county)["monitoring_case"] != before["monitoring_case"]
    take_back(county, ADMIN, job, now=AT_LAST)
    after = stands(county)
    for name, rows in before.items():
        assert after[name] == rows, name


def proposed(engine: Engine) -> None:
    """One that the columns of the household alone tell of is on its way to removal."""
    measured(engine, MARGINAL, "2024-02-01")
    with writing(engine) as connection:
        mine = model.household.c.id == MARGINAL
        connection.execute(model.household.update().where(mine).values(housing_safe=1, water_safe=1))
        good = {"skill": "普通劳动力", "born": "1979-05-05", "medical_insured": 1}
        connection.execute(model.member.update().where(model.member.c.household_id == MARGINAL).values(**good))
        months = [
            {"household_id": MARGINAL, "month": month, "wage_work_fen": 200_000} for month in range(FIRST, LAST + 1)
        ]
        connection.execute(model.ledger.insert(), months)
        cube.rebuild(connection, today=TODAY)
        running.run(connection, NOW, actor="x")
    with engine.connect() as connection:
        asked = select(model.monitoring_case.c.id).where(model.monitoring_case.c.household_id == MARGINAL)
        id = connection.execute(asked).scalar_one()
    do(engine, id, "propose", date(2026, 9, 1), viewer=CADRE, figures=FIGURES)
    do(engine, id, "removal_visit", date(2026, 9, 2), viewer=CADRE)
    do(engine, id, "removal_discuss", date(2026, 9, 4), viewer=CADRE, votes=PASSING)


BEGUN = Edit(
    "household", {}, {"type": "一般户", "identified": None}, {"type": "突发严重困难户", "identified": "2026-11-18"}
)
OVER = Edit("household", {}, {"risk_removed": None}, {"risk_removed": "2026-11-18"})


@pytest.mark.parametrize(
    ("stood", "home", "edit"),
    [(nothing, HOUSEHOLD, BEGUN), (checking, HOUSEHOLD, BEGUN), (nothing, MARGINAL, OVER), (proposed, MARGINAL, OVER)],
    ids=("begins", "begins on its way", "ends", "ends while it is removed"),
)
def test_an_edit_that_began_or_ended_an_episode(county: Engine, stood, home: int, edit: Edit):
    stood(county)
    told_of(county)
    before = stands(county)
    done = commit(county, CLERK, home, [edit], what="改户类型", now=LATER)
    changed = stands(county)
    assert changed["monitoring_case"] != before["monitoring_case"] and changed["household"] != before["household"]
    undo(county, CLERK, done, now=AT_LAST)
    after = stands(county)
    for name, rows in before.items():
        assert after[name] == rows, name


def marks(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(select(model.clue.c.mark).where(model.clue.c.mark.is_not(None))).scalars())


def posts(*ended: str) -> Book:
    """The post of a household that stays ends with a file."""
    row = {"户编号": "K904", "类别": "公益岗位", "名称": "保洁员", "开始日期": "2026-01-01"}
    return {"帮扶措施": [{"措施编号": code, **row, "结束日期": "2026-11-10"} for code in ended]}


def test_what_an_import_brought_up_goes_with_it_unless_it_is_found_still_or_somebody_answered(
    county: Engine, tmp_path: Path
):
    job_of(county, tmp_path / "a", posts("G1"), NOW, rebuild=True)
    raise_all(county, NOW)
    before = marks(county)
    assert f"job:{HOUSEHOLD}:G1" in before
    job = job_of(county, tmp_path / "b", posts("G1", "G2"), LATER, rebuild=True)
    assert raise_all(county, LATER) == 1 and raise_all(county, LATER) == 0
    assert marks(county) == {*before, f"job:{HOUSEHOLD}:G2"}
    take_back(county, ADMIN, job, now=AT_LAST)
    assert marks(county) == before and raise_all(county, AT_LAST) == 0

    job = job_of(county, tmp_path / "c", posts("G3"), AT_LAST, rebuild=True)
    raise_all(county, AT_LAST)
    with county.connect() as connection:
        asked = select(model.clue.c.id).where(model.clue.c.mark == f"job:{HOUSEHOLD}:G3")
        mine = connection.execute(asked).scalar_one()
    clues.dismiss(county, CADRE, mine, version=1, reason="换了新岗位", now=AT_LAST)
    take_back(county, ADMIN, job, now=AT_LAST + timedelta(hours=1))
    assert marks(county) == {*before, f"job:{HOUSEHOLD}:G3"}
