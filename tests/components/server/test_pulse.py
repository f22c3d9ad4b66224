"""What an open display is told, and that it is told of its end."""

import asyncio
import json
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.server import pulse
from components.server.guard import Guard
from data.access.viewer import Viewer
from data.clock import county_clock
from data.figures import cube
from data.people.devices import add_device, opened_by, withdraw
from data.people.sign_in import begin_display
from data.store.engine import writing
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS, VILLAGES, fill, real_regions_arrive
from tests.loops import run
from tests.moment import NOW, clock
from tests.people import begun, disable, enrolled, signed_in

pytestmark = pytest.mark.filled(by=fill)


@pytest.fixture
def county(engine: Engine) -> Engine:
    real_regions_arrive(engine)
    return engine


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No answer is kept from one test, or one write, to the next."""
    monkeypatch.setattr(pulse, "_KEPT", 0)
    yield


def visitor(engine: Engine, cookies: dict[str, str]) -> TestClient:
    guarded = Guard(Starlette(routes=pulse.pulse_routes(lambda: engine, clock)), engine, county_clock)
    return TestClient(guarded, cookies=cookies)


def write_in(engine: Engine, region: str) -> None:
    with writing(engine) as connection:
        cube.stamp(connection, NOW, region)


def test_a_beat_tells_the_version_of_the_region_the_boot_the_day_and_the_time(county: Engine):
    town = visitor(county, signed_in(county, "display", TOWNSHIPS[0]))
    beat = town.get("/pulse").json()
    assert set(beat) == {"version", "boot", "day", "time"}
    assert (beat["boot"], beat["day"]) == (pulse.BOOT, TODAY.isoformat())
    write_in(county, TOWNSHIPS[1])
    assert town.get("/pulse").json() == beat
    write_in(county, VILLAGES[0])
    assert town.get("/pulse").json()["version"] > beat["version"]
    assert town.get("/pulse", params={"region": VILLAGES[1]}).json() == beat


def test_a_region_of_somebody_else_has_no_pulse(county: Engine):
    town = visitor(county, signed_in(county, "display", TOWNSHIPS[0]))
    for region in (COUNTY, "all", TOWNSHIPS[1], "", "210881"):
        for path in ("/pulse", "/pulse/stream"):
            assert town.get(path, params={"region": region}).status_code == 404, (path, region)
    assert visitor(county, {}).get("/pulse/stream").status_code == 401


def told(text: str) -> list[str]:
    return [part for part in text.split("\n\n") if part]


def test_a_stream_beats_and_lives_a_while(county: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pulse, "BEAT", 0.01)
    monkeypatch.setattr(pulse, "LIFE", 1)
    answer = visitor(county, signed_in(county, "display", COUNTY)).get("/pulse/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    retry, *beats = told(answer.text)
    assert retry == "retry: 300" and len(beats) > 1
    assert json.loads(beats[0].removeprefix("data: "))["boot"] == pulse.BOOT


def test_a_stream_tells_its_end_when_the_right_to_it_ends(county: Engine):
    person = enrolled(county, "village", VILLAGES[0])
    client = visitor(county, {"wr": begun(county, person)})
    threading.Timer(0.3, disable, (county, person)).start()
    assert told(client.get("/pulse/stream").text)[-1] == "event: ended\ndata: {}"
    assert client.get("/pulse").status_code == 401


def test_a_stream_of_a_display_tells_its_end_when_the_display_is_withdrawn(county: Engine):
    administrator = Viewer("admin", "", person=enrolled(county, "admin", ""))
    with writing(county) as connection:
        link = add_device(connection, administrator, VILLAGES[0], "村部", address="", now=NOW)
        known = opened_by(connection, link.rpartition("/")[2])
    assert known is not None
    client = visitor(county, {"wr": begin_display(county, *known, address="", agent="", now=county_clock())})

    def withdrawn() -> None:
        with writing(county) as connection:
            withdraw(connection, administrator, known[0], address="", now=NOW)

    threading.Timer(1.2, withdrawn).start()  # after the watch has looked twice and found nothing written
    assert told(client.get("/pulse/stream").text)[-1] == "event: ended\ndata: {}"
    assert client.get("/pulse").status_code == 401


def test_a_version_that_was_being_read_while_somebody_wrote_is_not_kept(
    county: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pulse, "_KEPT", 0)
    versions = pulse.Versions(county)
    read, read_and_held, go_on = versions._version, threading.Event(), threading.Event()

    def held(region: str) -> int:
        number = read(region)
        read_and_held.set()
        assert go_on.wait(20)
        return number

    async def lived() -> None:
        monkeypatch.setattr(versions, "_version", held)
        before = asyncio.create_task(versions.of(TOWNSHIPS[0]))
        await asyncio.to_thread(read_and_held.wait, 20)
        with writing(county) as connection:
            cube.stamp(connection, NOW, TOWNSHIPS[0])
        monkeypatch.setattr(versions, "_version", read)
        await versions.of(TOWNSHIPS[1])  # it is seen that somebody wrote
        go_on.set()
        old = await before
        assert await versions.of(TOWNSHIPS[0]) == read(TOWNSHIPS[0]) > old

    run(lived())
