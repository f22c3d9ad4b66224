"""A household, its village and its neighbours as the importer and the queries make them, for what draws them."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Connection

from data.duties.village_board import VillageBoard, village_board
from data.households import village
from data.households.file import HouseholdFile, household
from data.store.engine import open_engine
from tests.components.households import ground


@pytest.fixture(scope="session")
def village_store(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A store with the village of the ground, imported once. Read it; never write."""
    folder = tmp_path_factory.mktemp("village")
    path = folder / "warroom.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    ground.fill(engine, folder)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def file(village_store: Connection) -> HouseholdFile:
    """The household with everything that hangs on it."""
    return household(village_store, ground.COUNTY, 1, ground.MONTH)


@pytest.fixture(scope="session")
def board(village_store: Connection) -> VillageBoard:
    """The board of its village."""
    return village_board(village_store, ground.COUNTY, ground.VILLAGE, ground.MONTH)


@pytest.fixture(scope="session")
def neighbours(village_store: Connection) -> pd.DataFrame:
    """The households of its village as the list has them; the head of one is hostile."""
    return village.in_village(village_store, ground.COUNTY, ground.VILLAGE, ground.MONTH)
