"""A write that meets the lock of another process waits for it, says so, and is done once."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, func, select

from data import model
from data.errors import Busy
from data.figures import cube
from data.store import engine as store
from data.store.engine import let_wait, writing
from tests.data.small_county import fill
from tests.locked import locked
from tests.moment import NOW


@pytest.fixture(autouse=True)
def _nobody_waits_afterwards() -> Iterator[None]:
    before = list(store._who_waits)
    yield
    store._who_waits[:] = before


def _write(engine: Engine) -> None:
    with writing(engine) as connection:
        cube.hold(connection)
        row = {"name": "x", "before": "", "after": "1", "at": "2026-11-22", "actor": "x"}
        connection.execute(model.setting_change.insert().values(row))
        cube.stamp(connection, NOW)


def _written(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(model.setting_change)).scalar_one()


def test_it_goes_through_once_the_other_is_done_and_tells_meanwhile(filled: Callable[..., Engine]) -> None:
    engine = filled(fill, own=True)
    told: list[int | None] = []
    with locked(engine) as release:

        def tell(seconds: int | None) -> None:
            told.append(seconds)
            if seconds is not None and len(told) == 2:
                assert _written(engine) == 0  # who reads waits for nobody
                release()

        let_wait(lambda: tell)
        _write(engine)
    assert told[:2] == [1, 2] and told[-1] is None
    assert _written(engine) == 1


def test_after_minutes_it_is_told_and_nothing_is_written(
    filled: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = filled(fill, own=True)
    monkeypatch.setattr(store, "PATIENCE", 2)
    told: list[int | None] = []
    let_wait(lambda: told.append)
    with locked(engine), pytest.raises(Busy, match="您填的内容还在"):
        _write(engine)
    assert told == [1, 2, None]
    assert _written(engine) == 0
    _write(engine)
    assert _written(engine) == 1


def test_who_meets_no_lock_is_told_nothing(filled: Callable[..., Engine]) -> None:
    engine = filled(fill, own=True)
    told: list[int | None] = []
    let_wait(lambda: told.append)
    _write(engine)
    assert told == [] and _written(engine) == 1
