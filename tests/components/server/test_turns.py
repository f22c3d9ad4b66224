"""An answer waits its turn without a thread; who was right before waits behind nobody's flood."""

import asyncio
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from components.server import turns
from components.server.turns import in_turn, slowed
from data.access import tries
from data.access.tries import Try
from data.store.engine import ready_engine
from tests.loops import run

NOW = datetime(2026, 11, 29, 9, 0)


@pytest.fixture
def store(tmp_path: Path) -> Engine:
    return ready_engine(f"sqlite:///{tmp_path / 'county.db'}")


def clock() -> datetime:
    return NOW


def a_try(store: Engine, number: int = 1, mark: str | None = None) -> Try:
    return tries.tried(store, tries.PASSWORD, f"login:{number}", address=f"10.0.0.{number}", mark=mark)


async def nothing(_seconds: float) -> None:
    """Passes at once."""


def test_what_is_held_takes_no_thread(store: Engine):
    async def many() -> int:
        gate, waiting = asyncio.Event(), 0

        async def held(_seconds: float) -> None:
            nonlocal waiting
            waiting += 1
            await gate.wait()

        for number in range(60):  # each login a few times over the free ones
            for _ in range(4):
                await in_turn(store, a_try(store, number), lambda: None, clock=clock, sleep=nothing)
        before = threading.active_count()
        going = [
            asyncio.create_task(in_turn(store, a_try(store, number), lambda: "right", clock=clock, sleep=held))
            for number in range(60)
        ]
        async with asyncio.timeout(60):
            while waiting < 60:
                await asyncio.sleep(0.01)
        more = threading.active_count() - before
        gate.set()
        assert [await one for one in going] == [("right", 0)] * 60
        return more

    assert run(many()) < 10  # the loop's own pool, which counts tries, may grow


def test_a_flood_of_guesses_keeps_nobody_waiting_who_was_right_here_before(store: Engine):
    mark = tries.marked(store, a_try(store), None)

    async def flooded() -> tuple[str | None, int]:
        stop = threading.Event()
        flood = [
            asyncio.create_task(in_turn(store, a_try(store, number), lambda: stop.wait(30), clock=clock, sleep=nothing))
            for number in range(20)
        ]
        await asyncio.sleep(0.1)
        answer = await asyncio.wait_for(
            in_turn(store, a_try(store, mark=mark), lambda: "right", clock=clock, sleep=nothing), 10
        )
        stop.set()
        await asyncio.gather(*flood)
        return answer

    assert run(flooded()) == ("right", 0)


def test_a_flood_from_one_network_shuts_nobody_of_another_out(store: Engine, monkeypatch: pytest.MonkeyPatch):
    """150 connections that sign in as somebody else each time: 45 of 47 right passwords from elsewhere were refused."""
    monkeypatch.setattr(turns, "MOST_OF_ONE", 20)
    compared: list[str] = []

    def guess(number: int) -> Try:
        return tries.tried(store, tries.PASSWORD, f"login:{number}", address="192.0.2.66")

    async def flooded() -> list[tuple[str | None, int]]:
        gate = threading.Event()
        flood = [
            asyncio.create_task(
                in_turn(
                    store, guess(number), lambda: gate.wait(30) and compared.append("his"), clock=clock, sleep=nothing
                )
            )
            for number in range(60)
        ]
        while sum(not one.done() for one in flood) > 20 or turns._lane._queue.qsize() < 19:
            await asyncio.sleep(0.01)
        right = [
            asyncio.create_task(
                in_turn(
                    store, a_try(store, number), lambda: compared.append("mine") or "right", clock=clock, sleep=nothing
                )
            )
            for number in (1, 2)
        ]
        while turns._lane._queue.qsize() < 21:
            await asyncio.sleep(0.01)
        gate.set()
        await asyncio.gather(*flood)
        return [await one for one in right]

    assert run(asyncio.wait_for(flooded(), 30)) == [("right", 0)] * 2
    assert len(compared) == 22 and compared.index("mine") <= 2
    assert compared[:4].count("mine") == 2


@pytest.mark.parametrize("most", ["MOST_OF_ONE", "MOST_IN_LANE"])
def test_behind_too_many_one_is_told_to_come_again_and_is_not_counted(
    store: Engine, monkeypatch: pytest.MonkeyPatch, most: str
):
    monkeypatch.setattr(turns, most, 0)
    for _ in range(10):
        found = run(in_turn(store, a_try(store), lambda: "right", clock=clock, sleep=nothing))
        assert found == (None, tries.BUSY)
    assert tries.take(store, a_try(store), NOW).hold == 0


def test_an_answer_that_fails_is_counted_and_its_place_is_free_again(store: Engine):
    def fails() -> bool:
        raise OSError

    for _ in range(4):
        with pytest.raises(OSError):
            run(in_turn(store, a_try(store), fails, clock=clock, sleep=nothing))
    assert not turns._lane._places and not turns._lane._last
    assert tries.take(store, a_try(store), NOW).hold == 1


def test_what_was_found_wrong_is_held_back_five_seconds_at_most(store: Engine):
    held: list[float] = []

    async def noted(seconds: float) -> None:
        held.append(seconds)

    for _ in range(12):
        run(slowed(store, a_try(store), clock=clock, sleep=noted))
    assert max(held) == 5
