"""The county's clock on servers that keep another zone: the day, the times written and the month are China's."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

import data.clock
from data import model
from data.access.viewer import Viewer
from data.clock import county_clock
from data.figures import cube
from data.households.entries import record_visit
from data.intake import import_files
from tests.data.intake.books import HOUSE, sound_book, write_xlsx
from tests.data.small_county import COUNTY, fill

EARLY = datetime(2026, 11, 22, 0, 30)  # 16:30 of the day before in UTC, 8:30 in Los Angeles


@pytest.fixture(params=["America/Los_Angeles", "UTC", "Asia/Shanghai"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """A machine that keeps this zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def stand_at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine's clock stand at a moment (with its zone)."""

    class Standing(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    monkeypatch.setattr(data.clock, "datetime", Standing)


def test_the_time_is_chinas_whatever_the_machine_keeps(server: str):
    assert abs((county_clock() - datetime.now(UTC).replace(tzinfo=None)).total_seconds() - 8 * 3600) < 60


@pytest.mark.parametrize(("second", "day"), [((15, 59, 59), "2026-11-30"), ((16, 0, 0), "2026-12-01")])
def test_the_running_month_turns_at_midnight_in_china(engine: Engine, server: str, monkeypatch, second, day):
    fill(engine)
    stand_at(datetime(2026, 11, 30, *second, tzinfo=UTC), monkeypatch)
    cube.ensure(engine, county_clock().date())
    with engine.connect() as connection:
        built = connection.execute(select(model.data_version.c.built)).scalar_one()
        last = connection.execute(select(model.month.c.as_of).order_by(model.month.c.month.desc())).scalar()
    assert (built, last) == (day, day)


def test_a_visit_of_today_is_taken_half_an_hour_after_midnight(engine: Engine, server: str, monkeypatch):
    stand_at(datetime(2026, 11, 21, 16, 30, tzinfo=UTC), monkeypatch)
    assert county_clock() == EARLY
    fill(engine)
    county = Viewer("county", COUNTY)
    with engine.begin() as connection:
        connection.execute(model.helper.insert().values(code="Z9", name="周九", unit="示范局", team="区直干部"))
        connection.execute(model.pairing.insert().values(helper="Z9", household_id=3, started="2020-01-01"))
    saved = record_visit(
        engine,
        county,
        3,
        visited="2026-11-22",
        occasion="日常走访",
        done="清晨到户",
        found="",
        helper="Z9",
        now=county_clock(),
    )
    with engine.connect() as connection:
        at = connection.execute(select(model.change.c.at).where(model.change.c.id == saved.change)).scalar_one()
        updated = connection.execute(select(model.data_version.c.updated)).scalar_one()
    assert (at, updated, saved.code[:9]) == ("2026-11-22T00:30:00", "2026-11-22T00:30:00", "V20261122")


def test_a_workbook_with_a_visit_of_today_is_taken_half_an_hour_after_midnight(engine, server, monkeypatch, tmp_path):
    stand_at(datetime(2026, 11, 21, 16, 30, tzinfo=UTC), monkeypatch)
    book = sound_book()
    book["走访"] = [{**book["走访"][0], "户编号": HOUSE, "日期": "2026-11-22"}]
    result = import_files(engine, [write_xlsx(tmp_path / "book.xlsx", book)], now=county_clock())
    assert result.refusals == [] and result.wrote
    with engine.connect() as connection:
        assert connection.execute(select(model.import_run.c.at)).scalar_one() == "2026-11-22T00:30:00"
