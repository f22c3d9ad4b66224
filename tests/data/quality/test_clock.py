"""A clock that was set back is noticed, and work goes on."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from data import model
from data.audit import log as audit
from data.clock import written
from data.figures import cube
from data.quality.clock import set_back
from data.store.engine import writing
from tests.data.small_county import fill
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill)

MONTH_AHEAD = NOW + timedelta(days=30)


@pytest.fixture
def county(engine: Engine) -> Engine:
    with writing(engine) as connection:
        cube.stamp(connection, NOW)
    return engine


def told(engine: Engine, now=NOW) -> str | None:
    with engine.connect() as connection:
        return set_back(connection, now)


def test_a_clock_that_runs_on_is_not_spoken_of(county: Engine):
    assert told(county) is None
    assert told(county, NOW - timedelta(minutes=4)) is None  # two machines differ by that much
    assert told(county, MONTH_AHEAD) is None


def test_a_write_ahead_of_the_clock_is_told_until_something_is_written_again(county: Engine):
    said = told(county, NOW - timedelta(minutes=6))
    assert said and written(NOW)[:16].replace("T", " ") in said and "09:24" in said
    with writing(county) as connection:
        cube.stamp(connection, NOW - timedelta(minutes=6))
    assert told(county, NOW - timedelta(minutes=6)) is None


def test_a_look_ahead_of_the_clock_is_told_too(county: Engine):
    for moment, ahead in ((MONTH_AHEAD, True), (NOW, False)):
        with writing(county) as connection:
            audit.enter(connection, actor="x", address="", view="issued", households=[1], now=moment)
        assert bool(told(county)) == ahead


def test_figures_built_for_a_day_ahead_stay_and_are_told_until_they_are_rebuilt(county: Engine):
    cube.ensure(county, MONTH_AHEAD.date())
    cube.ensure(county, NOW.date())
    with county.connect() as connection:
        built = connection.execute(select(model.data_version.c.built)).scalar_one()
    assert date.fromisoformat(built) == MONTH_AHEAD.date()
    assert "rebuild" in (told(county) or "")
    with writing(county) as connection:
        cube.rebuild(connection, today=NOW.date())
    assert told(county) is None
