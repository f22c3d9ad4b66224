"""Whatever leaves a page as a workbook says where it comes from, and stands in the log with list, region and rows."""

import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import streamlit as st
from sqlalchemy import Engine, select
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.taken import BY_NAME
from data.regions import tree as regions
from data.store.engine import open_engine

ROOT = Path(__file__).resolve().parents[3]
COUNTY = "990181"
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
    buttons: list[Button] = field(default_factory=list)

    def drawn(self, page: str, region: str, **parameters: str) -> list[Button]:
        """The download buttons of a page."""
        self.run(page, region, **parameters)
        return list(self.buttons)

    def run(self, page: str, region: str, **parameters: str) -> AppTest:
        """A page as the county's own cadre sees it."""
        with self.engine.connect() as connection:
            status = regions.status(connection)
            place = regions.find(connection, Viewer("county", COUNTY), region)
        screen = Screen(Viewer("county", COUNTY), place, None, status, False, self.engine, lambda: NOW, {})
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
            return [tuple(row) for row in connection.execute(select(*columns).order_by(LOG.id))]

    def one(self, sql: str) -> str:
        with self.engine.connect() as connection:
            return str(connection.exec_driver_sql(sql).scalar_one())


@pytest.fixture
def ground(county_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    engine = open_engine(county_url)
    yield Ground(engine, monkeypatch)
    engine.dispose()


BIGGEST_VILLAGE = "SELECT village FROM household GROUP BY village ORDER BY COUNT(*) DESC, village LIMIT 1"
FUND = "SELECT fund FROM fund_plan ORDER BY fund LIMIT 1"
PROJECT = "SELECT project FROM project_household GROUP BY project ORDER BY COUNT(*) DESC, project LIMIT 1"
PLAN = "SELECT id FROM dividend_plan WHERE state <> 'void' ORDER BY id LIMIT 1"
PAGES = [
    ("battle_map", COUNTY, {}), ("battle_map", BIGGEST_VILLAGE, {}), ("figure", COUNTY, {"indicator": "households"}),
    ("figure", COUNTY, {"indicator": "fund_arranged"}), ("income", COUNTY, {}), ("income", COUNTY, {"view": "spread"}),
    ("income", BIGGEST_VILLAGE, {"view": "sinking"}), ("projects", COUNTY, {}),
    ("projects", COUNTY, {"view": "compare"}), ("projects", COUNTY, {"view": "risk", "found": PROJECT}),
    ("project", COUNTY, {"project": PROJECT}), ("funds", COUNTY, {}), ("funds", COUNTY, {"fund": FUND}),
    ("dividends", COUNTY, {"plan": PLAN}),
]  # fmt: skip
"""Page, region and parameters; what begins with SELECT is asked of the store."""


def test_every_export_of_every_page_is_stamped_and_finds_its_line_in_the_log(ground: Ground):
    def known(value: str) -> str:
        return ground.one(value) if value.startswith("SELECT") else value

    reached = set()
    for page, region, parameters in PAGES:
        code = known(region)
        buttons = ground.drawn(page, code, **{name: known(value) for name, value in parameters.items()})
        assert buttons, (page, parameters)
        for button in buttons:
            reached.add(button.module)
            before = ground.logged()
            if button.name.endswith(".pdf"):
                assert button.made().startswith(b"%PDF")
                printed = ground.logged()[len(before) :]
                said = {(view, detail.partition(" · ")[2]) for *_, view, detail in printed}
                assert said == {("print", f"{len(printed)} 户")}
                continue
            sheet = openpyxl.load_workbook(io.BytesIO(button.made())).active
            line, *more = ground.logged()[len(before) :]
            assert not more, button
            at, actor, view, detail = line
            rows = sheet.max_row - 3
            assert (at, actor, view) == ("2030-01-02T03:04:05", f"county:{COUNTY}:", "export"), button
            assert re.search(rf"{code}|{COUNTY}|\d{{12}}", detail) and re.search(rf" · {rows:,} \S+$", detail), detail
            assert "演示数据" in sheet["A2"].value and "数据版本" in sheet["A2"].value, button
            assert button.name.endswith(".xlsx") and "/" not in button.name
    assert reached == set(_callers("take_away(")) | set(_callers("show_chart("))


def _callers(call: str) -> list[str]:
    return [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "components").rglob("*.py"))
        if path.parent.name != "shell" and re.search(rf"\b{re.escape(call)}", path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    ("page", "named", "table", "kept", "said"),
    [
        ("funds", "words", "fund", {}, BY_NAME), ("funds", "words", "fund", {"project": "with"}, f"有项目、{BY_NAME}"),
        ("projects", "q", "project", {"kind": "1-2-3-4-5-6-7-8"}, BY_NAME),
    ],
)  # fmt: skip
def test_the_log_says_that_words_were_searched_for_and_never_which(
    ground: Ground, page: str, named: str, table: str, kept: dict[str, str], said: str
):
    words = ground.one(f"SELECT name FROM {table} WHERE region LIKE '{COUNTY}%' ORDER BY name DESC LIMIT 1")[-4:]
    buttons = ground.drawn(page, COUNTY, **{named: words}, **kept)
    listed = [button for button in buttons if button.module.endswith("table.py")]
    for button in listed:
        button.made()
    details = [detail for *_, view, detail in ground.logged() if view == "export"]
    assert len(details) == len(listed) == 1 and not any(words in detail for detail in details)
    assert all(f"筛选：{said}" in detail or said in detail for detail in details)


def test_who_decides_for_the_county_reads_what_left_on_the_page_of_codes(ground: Ground):
    [button, *_] = ground.drawn("projects", COUNTY)
    button.made()
    old = {"actor": "county:99:", "address": "", "view": "export", "detail": "旧名单", "now": datetime(2020, 1, 1)}
    audit.record(ground.engine, **old)
    *_, detail = ground.logged()[0]
    shown = ground.run("scan", COUNTY)
    assert not any(detail in html.proto.body for html in shown.get("html"))
    shown.toggle(key="taken").set_value(True).run()
    told = " ".join(html.proto.body for html in shown.get("html"))
    assert detail in told and "共 1 次" in told and "2030-01-02 03:04:05" in told and "旧名单" not in told


def test_a_download_button_stands_in_one_module_alone():
    placed = [path for top in ("components", "pages") for path in (ROOT / top).rglob("*.py")]
    placed = [path.name for path in placed if "download_button" in path.read_text(encoding="utf-8")]
    assert placed == ["take_away.py"]
