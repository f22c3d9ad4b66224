"""Cases of those who are watched otherwise than by steps: made once, kept in step, gone where nothing hangs on them."""

from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select

from data import model
from data.households.edits import Edit, commit
from data.households.lives import carry_out, moves
from data.monitoring.cases import allowed, case
from data.monitoring.settling import settle
from data.store.engine import writing
from tests.data.monitoring_ground import (
    CADRE,
    CLERK,
    HOUSEHOLD,
    LIFTED,
    MARGINAL,
    do,
    fill_monitoring,
    measured,
    opened,
    row,
    through,
)
from tests.data.village_ground import NEIGHBOUR, OTHER_TOWNSHIP, VILLAGE
from tests.moment import NOW

EPISODE = {"code": "JC1", "household_id": LIFTED, "kind": "脱贫不稳定户", "identified": "2026-01-05", "risks": "因病"}


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_monitoring, own=True)


def brought(engine: Engine, **changed: object) -> None:
    """An episode comes as a workbook brings it."""
    with writing(engine) as connection:
        connection.execute(model.episode.insert().values(**{**EPISODE, **changed}))
        settle(connection, VILLAGE, now=NOW)


def changed(engine: Engine, code: str = "JC1", **values: object) -> None:
    """An episode is made otherwise, as a workbook does."""
    with writing(engine) as connection:
        connection.execute(model.episode.update().where(model.episode.c.code == code).values(**values))
        settle(connection, now=NOW)


def cases(engine: Engine, household: int = LIFTED) -> list[dict[str, object]]:
    table = model.monitoring_case
    with engine.connect() as connection:
        asked = select(table).where(table.c.household_id == household).order_by(table.c.id)
        return [dict(one) for one in connection.execute(asked).mappings()]


def steps(connection: Connection, id: int) -> list[tuple[str, str, str]]:
    table = model.case_step.c
    asked = select(table.action, table.day, table.after).where(table.case_id == id).order_by(table.id)
    return [tuple(one) for one in connection.execute(asked)]


def test_an_episode_of_a_workbook_gets_its_case_once_and_follows_it_while_it_has_no_steps(county: Engine):
    brought(county)
    (one,) = cases(county)
    assert (one["code"], one["state"], one["began"], one["since"]) == ("JC1", "watched", "2026-01-05", "2026-01-05")
    with writing(county) as connection:
        assert settle(connection, VILLAGE, now=NOW) == 0
    changed(county, identified="2026-01-06", removed="2026-08-01", removal="帮扶消除")
    (two,) = cases(county)
    assert (two["id"], two["state"], two["began"], two["since"], two["removal"]) == (
        one["id"], "removed", "2026-01-06", "2026-08-01", "帮扶消除",
    )  # fmt: skip
    with county.connect() as connection:
        assert steps(connection, int(str(two["id"]))) == []


def test_what_only_the_columns_tell_gets_its_case_too_and_its_episode_at_the_removal(county: Engine):
    with writing(county) as connection:
        settle(connection, VILLAGE, now=NOW)
    (one,) = cases(county, MARGINAL)
    assert (one["code"], one["state"], one["began"]) == ("K903-JC1", "watched", "2024-01-01")
    id = int(str(one["id"]))
    with county.connect() as connection:
        (propose, natural) = allowed(connection, CADRE, id, NOW.date())
    assert "识别未满" not in "".join(one.words for one in propose[1]) and natural[1] == ()


def test_only_the_region_that_is_asked_for_is_settled(county: Engine):
    with writing(county) as connection:
        settle(connection, OTHER_TOWNSHIP, now=NOW)
    assert cases(county, MARGINAL) == []


def test_the_first_step_of_a_case_that_came_otherwise_stands_behind_a_line_that_says_how_it_stood(county: Engine):
    brought(county)
    measured(county, LIFTED)
    (one,) = cases(county)
    id = int(str(one["id"]))
    do(county, id, "propose", date(2026, 9, 1), viewer=CADRE, figures={"outlay": 0, "claims": 0})
    with county.connect() as connection:
        assert steps(connection, id) == [("land", "2026-01-05", "watched"), ("propose", "2026-09-01", "removal")]
    changed(county, removed="2026-10-01", removal="帮扶消除")  # a workbook says it is over
    with county.connect() as connection:
        held = case(connection, CADRE, id, NOW.date())
    assert (held.state, held.since, held.removed) == ("removed", date(2026, 10, 1), date(2026, 10, 1))
    assert (held.steps[-1].word, held.steps[-1].who, held.steps[-1].day) == ("接续原有程序", "系统", date(2026, 10, 1))


def test_a_case_on_its_way_whose_episode_a_workbook_brings_is_watched(county: Engine):
    id = opened(county, day=date(2026, 11, 2))
    through(county, id, first=date(2026, 11, 1), until="report")
    brought(county, code="K904-JC1", household_id=HOUSEHOLD, kind="边缘易致贫户", identified="2026-11-15")
    assert (row(county, id)["state"], row(county, id)["since"]) == ("watched", "2026-11-15")


def test_where_the_episode_is_older_than_its_steps_they_tell_by_their_days_that_it_is_watched(county: Engine):
    id = opened(county, day=date(2026, 11, 2))
    brought(county, code="K904-JC1", household_id=HOUSEHOLD, kind="边缘易致贫户", identified="2018-12-21")
    assert (row(county, id)["state"], row(county, id)["since"]) == ("watched", "2018-12-21")
    by = model.case_step.c
    with county.connect() as connection:
        last = select(by.day, by.after).where(by.case_id == id).order_by(by.day.desc(), by.id.desc()).limit(1)
        assert connection.execute(last).one() == ("2026-11-02", "watched")


def test_a_case_goes_with_its_episode_unless_something_hangs_on_it(county: Engine):
    brought(county)
    brought(county, code="JC0", identified="2020-01-01", removed="2021-01-01")
    one, two = (int(str(held["id"])) for held in cases(county))
    measured(county, LIFTED)
    do(county, one, "propose", date(2026, 9, 1), viewer=CADRE, figures={"outlay": 0, "claims": 0})
    with writing(county) as connection:
        connection.execute(model.episode.delete())
        settle(connection, now=NOW)
    assert [(held["id"], held["state"]) for held in cases(county)] == [(one, "void")] and two


def test_a_change_of_the_form_and_a_move_are_followed_at_once(county: Engine):
    watched = {"type": "突发严重困难户", "identified": "2026-10-01"}
    edit = Edit("household", {}, {"type": "一般户", "identified": None}, watched)
    commit(county, CLERK, HOUSEHOLD, [edit], what="改户类型", now=NOW)
    (one,) = cases(county, HOUSEHOLD)
    assert (one["state"], one["village"], one["kind"]) == ("watched", VILLAGE, "突发严重困难户")
    with county.connect() as connection:
        deed = moves(connection, CLERK, HOUSEHOLD, NEIGHBOUR, day="2026-11-01", note="", today=NOW.date())
    carry_out(county, CLERK, deed, now=NOW)
    assert cases(county, HOUSEHOLD)[0]["village"] == NEIGHBOUR
    edit = Edit("household", {}, {"risk_removed": None}, {"risk_removed": "2026-11-10"})
    commit(county, CLERK, HOUSEHOLD, [edit], what="改风险消除日期", now=NOW)
    assert (cases(county, HOUSEHOLD)[0]["state"], cases(county, HOUSEHOLD)[0]["since"]) == ("removed", "2026-11-10")
