"""A display is shown one region by a link that is told once; withdrawn, what it has open holds no longer."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.sessions import digest_of, sessions_of
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope, Refused
from data.people.devices import PATH, add_device, devices, withdraw
from data.store.engine import writing
from tests.data.people.ground import ADMINISTRATOR, CADRE, COUNTY, ELSEWHERE, HOSTILE, NOW, OTHER, TOWNSHIP, fill

pytestmark = pytest.mark.filled(by=fill)

FROM = {"address": "192.0.2.7", "now": NOW}


@pytest.fixture
def store(engine: Engine) -> Engine:
    return engine


def added(engine: Engine, purpose: str = "会议室大屏", place: str = TOWNSHIP, viewer: Viewer = ADMINISTRATOR) -> str:
    with writing(engine) as connection:
        return add_device(connection, viewer, place, purpose, **FROM)


def logged(engine: Engine) -> list[tuple[str, str, str]]:
    line = model.access_log.c
    asked = select(line.actor, line.view, line.detail).where(line.view == "device").order_by(line.id)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(asked)]


def test_the_link_is_told_once_and_stands_nowhere_in_the_store(store: Engine, tmp_path: Path):
    link = added(store)
    token = link.removeprefix(PATH)
    assert len(token) >= 43 and link != added(store, "另一块屏")
    with store.connect() as connection:
        held = connection.execute(
            select(model.device.c.digest).where(model.device.c.purpose == "会议室大屏")
        ).scalar_one()
        assert held == digest_of(token)
        [_, first] = devices(connection, ADMINISTRATOR, sessions_of(store))
        assert (first.purpose, first.place, first.withdrawn, first.seen) == (
            "会议室大屏",
            f"示范镇 {TOWNSHIP}",
            None,
            "",
        )
        assert first.by.startswith("赵一")
    assert logged(store)[0] == ("person:1", "device", f"新增设备 {first.id} · 示范镇 {TOWNSHIP}")
    if store.dialect.name == "sqlite":
        assert not any(token.encode() in path.read_bytes() for path in tmp_path.iterdir())


def test_withdrawn_it_holds_no_longer_and_a_second_click_does_nothing(store: Engine):
    added(store)
    sessions = sessions_of(store)
    with store.connect() as connection:
        [one] = devices(connection, ADMINISTRATOR, sessions)
    later = NOW + timedelta(days=30)
    token = sessions.begin(device=one.id, address="192.0.2.9", agent="TV", now=NOW, idle=0, until=later)
    assert sessions.who(token, NOW) is not None
    for _ in range(2):
        with writing(store) as connection:
            withdraw(connection, ADMINISTRATOR, one.id, **FROM)
    assert sessions.who(token, NOW) is None
    assert [line[1:] for line in logged(store)][1:] == [("device", f"收回设备 {one.id}")]
    with store.connect() as connection:
        [one] = devices(connection, ADMINISTRATOR, sessions)
    assert (one.withdrawn, one.seen) == ("2026-11-29T09:00:00", "2026-11-29T09:00:00")


def test_an_administrator_of_another_county_sees_withdraws_and_adds_none_here(store: Engine):
    added(store)
    with writing(store) as connection:
        assert devices(connection, ELSEWHERE, sessions_of(store)) == []
        [one] = devices(connection, ADMINISTRATOR, sessions_of(store))
        with pytest.raises(NotFound):
            withdraw(connection, ELSEWHERE, one.id, **FROM)
        for place in ("", TOWNSHIP, COUNTY):
            with pytest.raises(OutOfScope):
                add_device(connection, ELSEWHERE, place, "大屏", **FROM)
        with pytest.raises(NotFound):
            add_device(connection, ELSEWHERE, OTHER + "777", "大屏", **FROM)


def test_a_village_cadre_neither_sees_nor_adds_nor_withdraws(store: Engine):
    added(store)
    with writing(store) as connection:
        with pytest.raises(OutOfScope):
            devices(connection, CADRE, sessions_of(store))
        with pytest.raises(OutOfScope):
            add_device(connection, CADRE, CADRE.region, "大屏", **FROM)
        with pytest.raises(OutOfScope):
            withdraw(connection, CADRE, 1, **FROM)


@pytest.mark.parametrize("purpose", ["", "  ", "一" * 41, "大屏\u202e", "大\u200b屏", "大\n屏", "大\x00屏"])
def test_a_purpose_that_is_none_or_reads_otherwise_than_it_is_written_is_refused(store: Engine, purpose: str):
    with pytest.raises(Refused):
        added(store, purpose)
    assert logged(store) == []


def test_markup_is_kept_as_it_was_typed(store: Engine):
    added(store, HOSTILE)
    with store.connect() as connection:
        assert [one.purpose for one in devices(connection, ADMINISTRATOR, sessions_of(store))] == [HOSTILE]
