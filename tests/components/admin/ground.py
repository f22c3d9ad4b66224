"""The page 用户与设置 drawn without a browser, on the people of tests/data/people/ground.py."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.months import month_of
from data.regions import tree as regions
from data.regions.tree import Status
from data.store.engine import open_engine
from tests.data.people import ground

MONTH = month_of("2026-11")
_SCRIPT = """
import runpy
from components.shell.errors import reporting_failures

with reporting_failures():
    runpy.run_path("pages/admin.py")
"""  # as the shell runs it


def filled(template: Path, folder: Path) -> Engine:
    """An engine on a store of its own with the people."""
    path = folder / "county.db"
    path.write_bytes(template.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    ground.fill(engine)
    return engine


def drawn(engine: Engine, viewer: Viewer = ground.ADMINISTRATOR, **parameters: str) -> AppTest:
    """The page as the viewer sees it."""
    with engine.connect() as connection:
        place = regions.find(connection, viewer, viewer.region)
    status = Status(1, "2026-11-29T08:00:00", "2026-11-29", MONTH, MONTH, True)
    app = AppTest.from_string(_SCRIPT, default_timeout=120)
    app.session_state["screen"] = Screen(viewer, place, None, status, False, engine, lambda: ground.NOW, {})
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def markup(app: AppTest) -> str:
    """What stands on it, as markup."""
    assert not app.exception, app.exception
    return " ".join(html.proto.body for html in app.get("html"))


def words(app: AppTest) -> str:
    """The same as text."""
    return " ".join(re.sub(r"<[^>]*>", " ", markup(app)).split())


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of this label."""
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception, app.exception
    return app


def store(migrated_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    """What a fixture of that name gives."""
    engine = filled(migrated_sqlite, tmp_path)
    request.addfinalizer(engine.dispose)
    return engine
