"""Pages of the demonstration county drawn without a browser: what they say, and what leaves them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import Engine, select
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.regions import tree as regions
from tests.source_code import ROOT

COUNTY = "990181"
CADRE = Viewer("county", COUNTY)
NOW = datetime(2030, 1, 2, 3, 4, 5)
LOG = model.access_log.c


@dataclass
class Button:
    """A download button of a page: the module that placed it, and what it gives when it is pressed."""

    module: str
    key: str
    name: str
    made: Callable[[], bytes]


@dataclass
class Ground:
    """The demonstration county, and pages of it drawn without a browser."""

    engine: Engine
    monkeypatch: pytest.MonkeyPatch
    asked: int | None = None  # the month that is asked for
    viewer: Viewer = CADRE
    buttons: list[Button] = field(default_factory=list)

    def drawn(self, page: str, region: str, **parameters: str) -> list[Button]:
        """The download buttons of a page."""
        self.run(page, region, **parameters)
        return list(self.buttons)

    def run(self, page: str, region: str, **parameters: str) -> AppTest:
        """A page as the ground's viewer sees it."""
        with self.engine.connect() as connection:
            status = regions.status(connection)
            place = regions.find(connection, CADRE, region)
        screen = Screen(self.viewer, place, self.asked, status, False, self.engine, lambda: NOW, {})
        self.buttons.clear()
        self.monkeypatch.setattr(st, "download_button", self._placed)
        app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
        app.session_state["screen"] = screen
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception
        return app

    def _placed(self, words: str, *, data: Callable[[], bytes], file_name: str, key: str, **options: object) -> None:
        assert options["on_click"] == "ignore" and words
        frame = sys._getframe(1)
        while "components/shell/" in frame.f_code.co_filename or "/functools" in frame.f_code.co_filename:
            frame = frame.f_back
        module = Path(frame.f_code.co_filename).relative_to(ROOT).as_posix()
        self.buttons.append(Button(module, key, file_name, data))

    def logged(self) -> list[tuple[str, str, str, str]]:
        """Lines of the log: when, who, as what, what left."""
        assert audit.flush(self.engine)
        with self.engine.connect() as connection:
            columns = (LOG.at, LOG.actor, LOG.view, LOG.detail)
            made = LOG.at == NOW.isoformat(timespec="seconds")  # and not with the county
            return [tuple(row) for row in connection.execute(select(*columns).where(made).order_by(LOG.id))]

    def known(self, value: str) -> str:
        """What is asked of the store where it begins with SELECT."""
        return self.one(value) if value.startswith("SELECT") else value

    def one(self, sql: str) -> str:
        with self.engine.connect() as connection:
            return str(connection.exec_driver_sql(sql).scalar_one())


BIGGEST_VILLAGE = "SELECT village FROM household GROUP BY village ORDER BY COUNT(*) DESC, village LIMIT 1"
FUND = "SELECT fund FROM fund_plan ORDER BY fund LIMIT 1"
PROJECT = "SELECT project FROM project_household GROUP BY project ORDER BY COUNT(*) DESC, project LIMIT 1"
PLAN = "SELECT id FROM dividend_plan WHERE state <> 'void' ORDER BY id LIMIT 1"
RULE = "SELECT rule FROM quality_hit GROUP BY rule ORDER BY COUNT(*) DESC, rule LIMIT 1"
ROUND = "SELECT MIN(id) FROM quality_round"
HELPER = """SELECT p.id FROM person p JOIN pairing x ON x.helper = p.helper WHERE x.ended IS NULL
    GROUP BY p.id ORDER BY COUNT(*) DESC, p.id LIMIT 1"""
PAGES = [
    ("battle_map", COUNTY, {}), ("battle_map", BIGGEST_VILLAGE, {}), ("figure", COUNTY, {"indicator": "households"}),
    ("figure", COUNTY, {"indicator": "fund_arranged"}), ("income", COUNTY, {}), ("income", COUNTY, {"view": "spread"}),
    ("income", COUNTY, {"view": "way"}),
    ("income", BIGGEST_VILLAGE, {"view": "sinking"}), ("projects", COUNTY, {}),
    ("projects", COUNTY, {"view": "compare"}), ("projects", COUNTY, {"view": "risk", "found": PROJECT}),
    ("project", COUNTY, {"project": PROJECT}), ("funds", COUNTY, {}), ("funds", COUNTY, {"fund": FUND}),
    ("dividends", COUNTY, {"plan": PLAN}), ("problems", COUNTY, {}), ("dispatch", COUNTY, {}), ("days", COUNTY, {}),
    ("duty", COUNTY, {}), ("duty", COUNTY, {"view": "teams"}), ("duty", COUNTY, {"view": "visits"}),
    ("duty", COUNTY, {"person": HELPER}), ("monitoring", COUNTY, {"view": "cases"}), ("quality", COUNTY, {}),
    ("quality", COUNTY, {"rule": RULE}), ("quality", COUNTY, {"view": "score"}),
    ("quality", COUNTY, {"view": "rounds", "round": ROUND}),
]  # fmt: skip
"""Page, region and parameters; what begins with SELECT is asked of the store."""
