"""One of several processes leads, by a lease: taken, renewed, lost with its holder, whatever the clock does."""

import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from data.store.engine import ROOT
from data.store.lease import lead, let_go
from tests.moment import NOW

LASTING = timedelta(seconds=150)


def leads(engine: Engine, holder: str, now: datetime, name: str = "timed") -> bool:
    return lead(engine, name, holder, now=now, lasting=LASTING)


def test_one_leads_as_long_as_it_renews(engine: Engine):
    for minute in range(10):
        now = NOW + timedelta(minutes=minute)
        assert leads(engine, "a", now) and not leads(engine, "b", now)


def test_of_a_holder_that_died_it_runs_out_and_the_next_has_it(engine: Engine):
    assert leads(engine, "a", NOW)
    assert not leads(engine, "b", NOW + LASTING - timedelta(seconds=1))
    assert leads(engine, "b", NOW + LASTING)
    assert not leads(engine, "a", NOW + LASTING)


def test_given_back_it_is_the_next_ones_at_once_and_nobody_gives_back_anothers(engine: Engine):
    leads(engine, "a", NOW)
    let_go(engine, "timed", "b")
    assert not leads(engine, "b", NOW)
    let_go(engine, "timed", "a")
    assert leads(engine, "b", NOW)


def test_two_works_have_a_leader_each(engine: Engine):
    assert leads(engine, "a", NOW, "one") and leads(engine, "b", NOW, "other")


def test_a_lease_from_before_the_clock_was_set_back_binds_nobody(engine: Engine):
    assert leads(engine, "a", NOW + timedelta(days=400))
    assert leads(engine, "b", NOW)
    assert not leads(engine, "a", NOW)
    assert not leads(engine, "c", NOW + timedelta(minutes=1))


def test_clocks_of_two_machines_may_differ_by_minutes(engine: Engine):
    assert leads(engine, "a", NOW + timedelta(minutes=4))
    assert not leads(engine, "b", NOW)


@pytest.mark.parametrize("turn", [datetime(2026, 12, 31, 23, 59, 30), datetime(2028, 2, 28, 23, 59, 30)], ids=str)
def test_it_runs_on_over_midnight_and_the_new_year(engine: Engine, turn: datetime):
    assert leads(engine, "a", turn)
    assert not leads(engine, "b", turn + timedelta(minutes=1))
    assert leads(engine, "a", turn + timedelta(minutes=1))
    assert leads(engine, "b", turn + timedelta(minutes=4))


_TAKER = """
import sys
from datetime import datetime, timedelta
from data.store.engine import open_engine
from data.store.lease import lead
engine, now = open_engine(), datetime.fromisoformat(sys.argv[2])
sys.stdin.readline()
print(int(lead(engine, "timed", sys.argv[1], now=now, lasting=timedelta(seconds=150))))
"""


def test_of_processes_that_ask_at_once_one_leads(engine: Engine, database_url: str):
    leads(engine, "gone", NOW - timedelta(hours=1))
    environment = {**os.environ, "WARROOM_DATABASE_URL": database_url}
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT, "env": environment}
    call = [sys.executable, "-c", _TAKER]
    asking = [subprocess.Popen([*call, f"process {n}", NOW.isoformat()], **pipe) for n in range(4)]
    for process in asking:
        process.stdin.write("now\n")
        process.stdin.flush()
    answers = [int(process.communicate(timeout=120)[0]) for process in asking]
    assert sorted(answers) == [0, 0, 0, 1]
    assert [leads(engine, f"process {n}", NOW) for n in range(4)] == [bool(answer) for answer in answers]
