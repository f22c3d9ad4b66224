"""The daily record on a phone whose network goes: written without it, the tab closed and opened, sent once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from data.store.engine import open_engine
from tests.browser.server import Server, serving
from tests.browser.visitor import eventually
from tests.data.archives.ground import photo
from tests.people import begun, enrolled


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of its own: this test writes."""
    with serving(county_url, tmp_path) as server:
        yield server


def written(server: Server) -> list[tuple[str, int]]:
    """The words of what came in, with how many photos."""
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT d.words, (SELECT COUNT(*) FROM work_paper p WHERE p.key = CAST(d.id AS TEXT)) FROM day_record d"
                " WHERE d.actor = :actor ORDER BY d.id"
            ),
            {"actor": "person:1"},
        ).all()
    engine.dispose()
    return [tuple(row) for row in rows]
