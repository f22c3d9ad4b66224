"""The county and browsers, for the tests of the pages of signing in."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.audit import log as audit
from data.store.engine import ready_engine
from tests.components.access.county import Browser, Moment, fill


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Engine]:
    """A store without any account."""
    engine = ready_engine(f"sqlite:///{tmp_path / 'county.db'}")
    yield engine
    audit.flush(engine, 5)
    engine.dispose()


@pytest.fixture
def county(bare: Engine, moment: Moment) -> Engine:
    fill(bare, moment)
    return bare


@pytest.fixture
def browser(county: Engine, moment: Moment) -> Callable[..., Browser]:
    """``browser(address)``: a new one."""
    return partial(Browser, county, moment)
