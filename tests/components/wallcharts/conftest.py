"""A store with the villages of the ground, filled once; and one of its own for what changes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.store.engine import open_engine
from tests.components.wallcharts import ground


@pytest.fixture(scope="session")
def walls_path(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, filled, to be copied."""
    path = tmp_path_factory.mktemp("walls") / "warroom.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    ground.fill(engine)
    engine.dispose()
    return path


@pytest.fixture
def walls(walls_path: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of it."""
    path = tmp_path / "warroom.db"
    path.write_bytes(walls_path.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()
