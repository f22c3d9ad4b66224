"""An import that is taken back leaves what stood before it, and what people entered since."""

from datetime import timedelta

import pytest

from data.imports.undo import plan_undo, undo
from tests.data.imports.random_books import random_book
from tests.data.imports.undo_ground import ADMIN, figures, job_of, stands
from tests.data.small_county import fill
from tests.moment import NOW

LATER = NOW + timedelta(hours=1)
AT_LAST = NOW + timedelta(hours=2)


@pytest.fixture
def county(filled):
    return filled(fill, own=True)


def book_of(engine, seed):
    with engine.connect() as connection:
        return random_book(connection, seed)


@pytest.mark.parametrize("seed", range(1, 4))
def test_taking_back_the_last_import_leaves_what_stood_before_it(county, tmp_path, seed):
    job_of(county, tmp_path / "a", book_of(county, seed), NOW)
    before = stands(county)
    job = job_of(county, tmp_path / "b", book_of(county, seed + 50), LATER)
    between = stands(county)
    assert sum(between[name] != before[name] for name in before) > 15
    plan = undo(county, ADMIN, job, now=AT_LAST)
    after = stands(county)
    assert plan.standing == 0, plan.stands
    for name, rows in before.items():
        assert after[name] == rows, name


def test_the_plan_tells_what_is_done_and_changes_nothing(county, tmp_path):
    job = job_of(county, tmp_path / "a", book_of(county, 9), NOW)
    before, counted = stands(county), figures(county)
    plan = plan_undo(county, ADMIN, job, now=LATER)
    assert stands(county) == before and figures(county) == counted
    assert plan.counts == undo(county, ADMIN, job, now=LATER).counts
    assert plan.counts["户"].removed == 4 and plan.counts["户"].rows > 4 and plan.counts["户"].cells > 12
    assert plan.examples["家庭成员"] and plan.standing == 0
