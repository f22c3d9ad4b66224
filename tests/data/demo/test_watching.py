"""Clues, cases, plans and exits of the demonstration: lawful ways, days in order, the same each time, vouched for."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from data import model
from data.audit.verify import verified
from data.demo.county import generate
from data.demo.watching import make_watching
from data.intake import import_files
from data.monitoring.settling import settle
from data.monitoring.ways import CASE_WAY, CLUES, EXITS, ITEMS, WATCHED
from data.store.engine import open_engine, writing
from tests.moment import NOW

MADE = (model.clue, model.clue_step, model.plan_item, model.plan_item_step, model.exit_review, model.exit_review_step)


def made(empty: Path, folder: Path) -> Engine:
    engine = open_engine(f"sqlite:///{shutil.copy(empty, folder / 'demo.db')}")
    files = generate(folder, preset="small", today=NOW.date()).workbooks
    assert import_files(engine, files, now=NOW, rebuild=False).wrote
    make_watching(engine, NOW)
    return engine


@pytest.fixture(scope="module")
def store(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The small demonstration with all that stands beside its workbook; read it, never write."""
    engine = made(migrated_sqlite, tmp_path_factory.mktemp("watching"))
    yield engine
    engine.dispose()


def rows(engine: Engine, query: str) -> list[tuple]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_every_step_of_every_case_is_one_of_the_way_and_none_is_before_the_one_it_follows(store: Engine):
    arrows = {(one.action, one.before, one.after) for one in CASE_WAY.transitions}
    first: dict[int, str] = {}
    for case, action, before, after, day in rows(
        store, "SELECT case_id, action, before, after, day FROM case_step ORDER BY case_id, day, id"
    ):
        begins = case not in first and before is None
        assert begins or (action, before, after) in arrows, (case, action, before, after)
        assert day >= first.get(case, day)
        first[case] = day
    assert len(first) > 10


def test_a_notice_has_hung_for_its_days_and_votes_are_of_those_who_may(store: Engine):
    told: dict[int, str] = {}
    for case, action, day in rows(store, "SELECT case_id, action, day FROM case_step ORDER BY case_id, day, id"):
        if action.endswith("publish"):
            told[case] = day
        elif action.endswith("report"):
            assert (date.fromisoformat(day) - date.fromisoformat(told[case])).days > 5
    votes = rows(store, "SELECT entitled, present, agreed, against FROM case_step WHERE action LIKE '%discuss'")
    assert votes and all(v * 0.67 <= p <= v and a + b <= p and a >= p * 0.51 for v, p, a, b in votes)


def test_cases_agree_with_监测_and_are_at_many_steps(store: Engine):
    states = dict(rows(store, "SELECT state, COUNT(*) FROM monitoring_case GROUP BY state"))
    assert {"checking", "refused", "removed", "watched"} <= set(states) and len(states) >= 6
    open_ = rows(store, "SELECT c.state FROM monitoring_case c JOIN episode e ON e.code = c.code"
                        " WHERE e.removed IS NULL AND c.green IS NULL")  # fmt: skip
    assert open_ and {state for (state,) in open_} <= set(WATCHED)
    with writing(store) as connection:
        assert settle(connection, now=NOW) == 0


@pytest.mark.parametrize("register", [CLUES, ITEMS, EXITS], ids=lambda one: one.way.noun)
def test_things_went_ways_that_there_are_and_stand_where_their_steps_end(store: Engine, register):
    arrows = {(one.action, one.before, one.after) for one in register.way.transitions}
    by = register.steps.c
    with store.connect() as connection:
        steps = connection.execute(select(register.steps).order_by(by[register.key], by.id)).mappings().all()
        things = connection.execute(select(register.things)).mappings().all()
    of = defaultdict(list)
    for step in steps:
        assert (step["action"], step["before"], step["after"]) in arrows
        assert step["day"] <= NOW.date().isoformat()
        of[step[register.key]].append(step)
    assert things and len(of) == len(things)
    for one in things:
        mine = of[one["id"]]
        assert (one["state"], one["version"]) == (mine[-1]["after"], len(mine))
        assert [step["day"] for step in mine] == sorted(step["day"] for step in mine)


def test_every_case_that_was_begun_has_its_clue_and_runs_from_its_day(store: Engine):
    begun = rows(store, "SELECT DISTINCT case_id FROM case_step WHERE action = 'begin'")
    found = rows(store, "SELECT c.case_id, c.told, m.began FROM clue c JOIN monitoring_case m ON m.id = c.case_id"
                        " WHERE c.state = 'case'")  # fmt: skip
    assert sorted((case,) for case, *_ in found) == sorted(begun)
    assert all(told == began for _, told, began in found)
    assert {"none", "open", "held"} <= {state for (state,) in rows(store, "SELECT state FROM clue")}


def test_it_is_the_same_each_time_and_the_log_vouches_for_it(store: Engine, migrated_sqlite: Path, tmp_path: Path):
    again = made(migrated_sqlite, tmp_path)
    for table in MADE:
        columns = ", ".join(column.name for column in table.c)
        query = f"SELECT {columns} FROM {table.name} ORDER BY id"
        assert rows(again, query) == rows(store, query)
    again.dispose()
    assert verified(store).faults == []
