"""What closed sessions and runs have left is freed while the server stands, though nothing is collected after a run."""

import asyncio
import gc
import shutil
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import MagicMock, Mock

import pytest
from streamlit import config
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.script_data import ScriptData

from components.server import collector
from tests.loops import run


class Circle:
    """It holds itself, so that counting references never frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """Streamlit's, whose closed sessions are over at once; it is not started."""
    monkeypatch.setattr(Runtime, "_instance", None)  # Streamlit allows one to a process
    yield Runtime(
        RuntimeConfig(
            script_path="page.py",
            component_registry=Mock(),
            media_file_storage=MagicMock(),
            uploaded_file_manager=MagicMock(),
            session_storage=MemorySessionStorage(ttl_seconds=0),
        )
    )


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No automatic collection, and the collector at work every hundredth of a second."""
    monkeypatch.setattr(collector, "EVERY", 0.01)
    gc.disable()
    yield
    gc.enable()


async def until_freed(thing: weakref.ref) -> None:
    """Have the collector work until the thing is gone; raises TimeoutError where it stays."""
    work = asyncio.create_task(collector.collect_garbage())
    try:
        async with asyncio.timeout(120):
            while thing():
                await asyncio.sleep(0.01)
    finally:
        work.cancel()


def test_a_closed_session_is_freed_when_its_time_is_over(runtime: Runtime, by_hand: None):
    async def come_and_go() -> weakref.ref:
        manager = runtime._session_mgr
        number = manager.connect_session(Mock(), ScriptData("page.py", is_hello=False), {})
        session = weakref.ref(manager.get_session_info(number).session)
        manager.disconnect_session(number)
        gc.collect()
        assert session(), "Streamlit lets it go by itself: the collector has less to do"
        await until_freed(session)

    run(come_and_go())


def test_what_a_run_left_in_a_circle_is_freed(runtime: Runtime, by_hand: None):
    run(until_freed(weakref.ref(Circle())))


def test_nothing_is_collected_after_a_run():
    assert config.get_config_options(force_reparse=True)["runner.postScriptGC"].value is False


def test_the_server_starts_it(open_client: Callable, migrated_sqlite: Path, tmp_path: Path, by_hand: None):
    with open_client(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'warroom.db')}"):
        left, end = weakref.ref(Circle()), time.monotonic() + 120
        while left() and time.monotonic() < end:
            time.sleep(0.01)
    gc.unfreeze()
    assert not left()
