"""By the timetable backups and drills are made by one of all processes; what was missed is made up for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine

from data.access.actors import TIMER
from data.backups import leading, making, runs, work
from data.backups.work import BACKUP, DRILL, Work
from data.store.engine import open_engine, writing
from tests.data.backups.ground import county_of, listed, made, put
from tests.data.small_county import real_regions_arrive

MORNING = datetime(2026, 11, 22, 2, 0, 30)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def county(filled: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = county_of(filled, tmp_path, monkeypatch)
    real_regions_arrive(engine)
    put(engine, drill_days="0")
    return engine


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Work]:
    """What was started: instead of a process, by who asks, when he likes."""
    begun: list[Work] = []
    monkeypatch.setattr(work, "start", lambda _engine, ordered: begun.append(ordered))
    return begun


def finish(engine: Engine, begun: list[Work], now: datetime) -> None:
    making.make(engine, begun[-1], clock=lambda: now)


def test_a_store_without_any_has_one_at_once_and_the_next_the_night_after(county: Engine, started: list[Work]):
    noon = MORNING + timedelta(hours=10)
    assert leading.look(county, "a", noon) is not None
    finish(county, started, noon)
    for minutes in range(1, 14 * 60, 30):
        assert leading.look(county, "a", noon + minutes * MINUTE) is None
    assert leading.look(county, "a", MORNING + timedelta(days=1)) is not None
    assert [one.actor for one in listed(county)] == [TIMER] and len(started) == 2


def test_what_a_night_without_the_server_missed_is_made_at_the_next_start(county: Engine, started: list[Work]):
    made(county, MORNING)
    assert leading.look(county, "a", MORNING + timedelta(hours=23)) is None
    three_days_on = MORNING + timedelta(days=3, hours=6)
    assert leading.look(county, "another process", three_days_on) is not None
    finish(county, started, three_days_on)
    assert leading.look(county, "another process", three_days_on + MINUTE) is None


def test_two_processes_make_one(county: Engine, started: list[Work]):
    ready, found = Barrier(2), []

    def process(name: str) -> None:
        own = open_engine(county.url.render_as_string(hide_password=False))
        ready.wait()
        found.append(leading.look(own, name, MORNING))
        own.dispose()

    processes = [Thread(target=process, args=(name,)) for name in "ab"]
    for one in processes:
        one.start()
    for one in processes:
        one.join()
    assert len(started) == 1 and sum(one is not None for one in found) == 1
    for minute in range(1, 9):  # neither of them while it is at work
        assert work.beat(county, started[0].worker, MORNING + minute * MINUTE, ("", 0, 0))
        for name in "ab":
            assert leading.look(county, name, MORNING + minute * MINUTE) is None


def test_the_other_takes_over_when_the_leader_is_gone(county: Engine, started: list[Work]):
    made(county, MORNING)
    assert leading.look(county, "a", MORNING + timedelta(hours=23, minutes=59)) is None  # it leads, nothing is due
    turn = MORNING + timedelta(days=1)
    assert leading.look(county, "b", turn) is None
    assert leading.look(county, "b", turn + 2 * MINUTE) is not None


def test_over_the_new_year_and_back_each_night_has_one(county: Engine, started: list[Work]):
    turn = datetime(2026, 12, 31, 2, 0, 30)
    for day in range(3):  # 31 December, 1 and 2 January
        now = turn + timedelta(days=day)
        assert leading.look(county, "a", now) is not None
        finish(county, started, now)
        assert leading.look(county, "a", now + MINUTE) is None
    back = turn - timedelta(days=30)  # the clock was a month ahead
    assert leading.look(county, "a", back) is not None
    finish(county, started, back)
    assert leading.look(county, "a", back + MINUTE) is None
    assert leading.look(county, "a", back + timedelta(days=1)) is not None


def test_one_that_failed_is_tried_again_an_hour_later(county: Engine, started: list[Work], tmp_path: Path):
    (tmp_path / "backup").rename(tmp_path / "gone")
    assert leading.look(county, "a", MORNING) is not None
    with pytest.raises(Exception, match="不存在"):
        finish(county, started, MORNING)
    assert leading.look(county, "a", MORNING + 59 * MINUTE) is None
    (tmp_path / "gone").rename(tmp_path / "backup")
    assert leading.look(county, "a", MORNING + 61 * MINUTE) is not None


def test_one_whose_process_died_is_made_anew(county: Engine, started: list[Work]):
    assert leading.look(county, "a", MORNING) is not None
    assert leading.look(county, "a", MORNING + 2 * MINUTE) is None  # told as not finished
    assert "没有完成" in listed(county)[0].why
    assert leading.look(county, "a", MORNING + 61 * MINUTE) is not None


def test_each_month_the_newest_is_restored_on_trial_and_the_day_after_one_that_failed(county: Engine, started):
    put(county, drill_days="30", backup_days="0")
    assert leading.look(county, "a", MORNING) is None  # nothing to try
    run = made(county, MORNING)
    ordered = leading.look(county, "a", MORNING)
    assert ordered is not None and (ordered.kind, ordered.run, ordered.actor) == (DRILL, run.id, TIMER)
    for state, days in ((runs.FAILED, 1), (runs.PROVEN, 30)):
        work.end(county, started[-1].worker)
        began = datetime.fromisoformat(started[-1].begun)
        with writing(county) as connection:
            told = runs.Drill(started[-1].begun, 3, (runs.Proof(runs.RESTORED, state, ""),))
            runs.enter_drill(connection, run.id, told)
        assert leading.look(county, "a", began + timedelta(days=days, minutes=-1)) is None
        assert leading.look(county, "a", began + timedelta(days=days)) is not None


def test_demonstration_data_are_not_backed_up_by_themselves(
    filled: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[Work]
):
    engine = county_of(filled, tmp_path, monkeypatch)
    assert leading.look(engine, "a", MORNING) is None and not started


def test_it_is_a_backup_that_is_started(county: Engine, started: list[Work]):
    ordered = leading.look(county, "a", MORNING)
    assert ordered is not None and (ordered.kind, ordered.actor) == (BACKUP, TIMER)
    assert ordered.file.name.endswith(("-20261122-020030.db", "-20261122-020030.dump"))
