"""Whoever is killed at whatever statement of a step, an answer, a waiver or a recheck leaves the store as it was."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine

from data import model
from data.access.viewer import Viewer
from data.households.edits import Edit, commit
from data.monitoring import clues
from data.monitoring.cases import Given, step
from data.monitoring.clues import Subject, Told
from data.monitoring.handing_in import step_with_papers
from data.quality import waivers
from data.quality.waivers import Mark
from data.rules import running
from data.store.engine import writing
from tests.data.archives.ground import photo
from tests.data.monitoring_ground import (
    CADRE,
    CLERK,
    FIGURES,
    HOUSEHOLD,
    LIFTED,
    TOWN,
    fill_monitoring,
    measured,
    opened,
    through,
)
from tests.data.village_ground import VILLAGE
from tests.kills import leaves_all_as_before
from tests.moment import NOW

TABLES = [
    *(table for name, table in model.metadata.tables.items() if name.startswith(("case_", "clue", "quality_"))),
    *(model.monitoring_case, model.episode, model.household, model.change, model.archive, model.access_log),
    *(model.member_mark, model.phone_mark, model.data_version),
]
Act = Callable[[], object]


def fill_checked(engine: Engine) -> None:
    """The county of cases, whose rules were run once."""
    fill_monitoring(engine)
    with writing(engine) as connection:
        running.run(connection, NOW, actor="x")


@pytest.fixture
def county(filled, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Engine:
    monkeypatch.setenv("WARROOM_VAR", str(tmp_path))
    return filled(fill_checked, own=True)


def included(county: Engine) -> Act:
    id = opened(county, day=date(2026, 1, 1))
    through(county, id, until="county")
    return lambda: step(county, CLERK, id, "include", version=8, given=Given(day=date(2026, 1, 13)), now=NOW)


def proposed(county: Engine) -> Act:
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    measured(county)
    given = Given(day=date(2026, 9, 1), figures=FIGURES)
    return lambda: step(county, CADRE, id, "propose", version=9, given=given, now=NOW)


def visited_with_a_paper(county: Engine) -> Act:
    id, files = opened(county), [("排查表", photo())]
    return lambda: step_with_papers(county, CADRE, id, "visit", version=1, given=Given(), files=files, now=NOW)


def answered(county: Engine) -> Act:
    ids = [
        clues.tell(county, TOWN, Subject(HOUSEHOLD), Told("door", "因病", words, NOW.date()), now=NOW)
        for words in ("住院", "又住院")
    ]
    return lambda: clues.found(county, CADRE, ids[0], version=1, given=Given(), now=NOW)


def wrong(county: Engine, phone: str, before: str | None = None) -> int:
    edit = Edit("household", {}, {"phone": before}, {"phone": phone})
    return commit(county, CLERK, LIFTED, [edit], what="改电话", now=NOW)


MARK = Mark("R110", "household", str(LIFTED))
UNTIL = date(2026, 12, 31)


def asked(county: Engine) -> Act:
    wrong(county, "123")
    return lambda: waivers.ask(county, CADRE, MARK, until=UNTIL, reason="已核实", now=NOW)


def agreed(county: Engine) -> Act:
    wrong(county, "123")
    id = waivers.ask(county, Viewer("village", VILLAGE, person=19), MARK, until=UNTIL, reason="已核实", now=NOW)
    return lambda: waivers.agree(county, TOWN, id, version=1, now=NOW)


def rechecked(county: Engine) -> Act:
    return lambda: wrong(county, "123")


@pytest.mark.slow
@pytest.mark.parametrize(
    "prepared", (included, proposed, visited_with_a_paper, answered, asked, agreed, rechecked),
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_killed_at_any_statement_it_has_changed_nothing_and_then_goes_through(county: Engine, prepared: Callable):
    act = prepared(county)
    assert leaves_all_as_before(county, act, tables=TABLES) > 10
