"""The start page tells who administers the log that something in it looks strange, and nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.log import PATTERNS
from data.months import month_of
from data.regions.tree import Region, Status
from data.store.engine import open_engine, writing
from tests.data.people import ground

SCRIPT = """
from components.overview.parts import show_strange
from components.shell.screen import current

show_strange(current())
"""


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "county.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    ground.fill(engine)
    yield engine
    engine.dispose()


def told(engine: Engine, viewer: Viewer) -> str:
    month = month_of("2026-11")
    status = Status(1, "2026-11-29T08:00:00", "2026-11-29", month, month, True)
    app = AppTest.from_string(SCRIPT, default_timeout=120)
    here = Region(ground.COUNTY, "示范市")
    app.session_state["screen"] = Screen(viewer, here, None, status, False, engine, lambda: ground.NOW, {})
    return " ".join(html.proto.body for html in app.run().get("html"))


def test_the_start_page_tells_the_administrator_what_looks_strange_and_the_way_there(store: Engine):
    assert told(store, Viewer("admin", ground.COUNTY)) == ""
    with writing(store) as connection:
        tries = [None] * PATTERNS["unknown"].least
        audit.enter(
            connection, actor="stranger", address="192.0.2.66", view="unknown", households=tries, now=ground.NOW
        )
    shown = told(store, Viewer("admin", ""))
    assert "近 7 天有 1 处不寻常" in shown and "tab=oversight" in shown and "192.0.2.66" not in shown
    for role in ("county", "village", "display"):
        assert told(store, Viewer(role, ground.COUNTY)) == ""
