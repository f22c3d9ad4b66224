"""A backup that is missing waits for who administers backups, and for nobody else."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from data import settings
from data.access.viewer import Viewer
from data.backups import runs
from data.store.engine import writing
from data.todo.waiting import LATE, Item, counts, waiting
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS, fill, real_regions_arrive

ADMIN, CADRE = Viewer("admin", ""), Viewer("county", COUNTY)
NIGHT = datetime(2026, 11, 22, 2, 0, 9)


@pytest.fixture
def county(filled) -> Engine:
    engine = filled(fill, own=True)
    real_regions_arrive(engine)
    return engine


def waits(engine: Engine, viewer: Viewer = ADMIN, region: str = "", day: str = TODAY.isoformat()) -> list[Item]:
    with engine.connect() as connection:
        listed = waiting(connection, viewer, region, day, kind="backups")
        counted = counts(connection, viewer, region, day, person=None).get("backups")
    assert len(listed) == (counted.rows if counted else 0)
    return listed


def made(engine: Engine, at: datetime, why: str = "") -> None:
    with writing(engine) as connection:
        runs.enter(connection, at.isoformat(), "timer:", engine.url.database, size=1, digest="0", why=why)


def test_where_there_is_none_it_waits_for_the_administrator(county: Engine):
    (one,) = waits(county)
    assert one.what == "还没有备份过" and one.page == "data" and one.parameters == {"view": "backups"}
    assert waits(county, CADRE, COUNTY) == [] and waits(county, ADMIN, TOWNSHIPS[0]) == []


def test_one_of_this_night_or_made_by_hand_today_settles_it(county: Engine):
    made(county, NIGHT)
    assert waits(county) == []


def test_a_night_left_out_is_late_the_next_day_and_one_that_failed_is_none(county: Engine):
    made(county, NIGHT - timedelta(days=1))
    assert waits(county) == []  # it may still come today
    made(county, NIGHT, why="磁盘已满。")
    (one,) = waits(county, day="2026-11-23")
    assert one.state == LATE and one.due == "2026-11-22" and "2026-11-21" in one.what


def test_one_dated_before_the_clock_was_set_back_settles_nothing(county: Engine):
    made(county, NIGHT + timedelta(days=400))
    assert len(waits(county)) == 1


def test_without_a_timetable_and_of_demonstration_data_none_is_missed(county: Engine, filled):
    with writing(county) as connection:
        settings.decide(connection, ADMIN, "backup_days", "0", now=NIGHT)
    assert waits(county) == [] and waits(filled(fill)) == []
