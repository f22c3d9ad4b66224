"""The log on the page: looked up by what the address says, taken away by who may, its state told."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from components.admin.log import state_markup
from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.verify import Verdict
from data.people.devices import add_device
from data.store.engine import writing
from tests.components.admin import ground
from tests.components.admin.ground import drawn, markup, words
from tests.data.people.ground import ADMINISTRATOR, COUNTY, HOSTILE, NOW, TOWNSHIP

COUNTYS = Viewer("county", COUNTY)


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    engine = ground.store(migrated_sqlite, tmp_path, request)
    line = {"address": "192.0.2.7", "households": [None]}
    with writing(engine) as connection:
        audit.enter(connection, actor="person:1", view="export", detail=f"={HOSTILE} · 5 行", now=NOW, **line)
        audit.enter(connection, actor="person:3", view="signed_in", now=NOW - timedelta(days=2), **line)
        add_device(connection, ADMINISTRATOR, TOWNSHIP, "大厅", address="192.0.2.9", now=NOW)
    return engine


def looks(engine: Engine) -> list[str]:
    assert audit.flush(engine)
    line = model.access_log.c
    with engine.connect() as connection:
        return list(
            connection.execute(
                select(line.detail).where(line.view == "log", line.actor != "system").order_by(line.id)
            ).scalars()
        )


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "共 13 行"), ({"who": "赵一"}, "共 2 行"), ({"who": "孙三"}, "共 1 行"), ({"view": "device"}, "共 1 行"),
        ({"address": "192.0.2.9"}, "共 1 行"), ({"since": "2026-11-29"}, "共 2 行"),
        ({"until": "2026-11-28"}, "共 11 行"),
        ({"household": "H1"}, "没有符合条件的记录"), ({"who": "' OR 1=1 --"}, "没有符合条件的记录"),
        ({"since": "yesterday"}, "“yesterday”不是日期"), ({"view": "magic"}, "筛选条件中的“magic”无法识别"),
        ({"page": "7"}, "没有第“7”页"),
    ],
)  # fmt: skip
def test_the_address_says_what_is_looked_up(store: Engine, parameters: dict[str, str], said: str):
    shown = words(drawn(store, tab="log", **parameters))
    assert said in shown and "日志完好，核对到第 13" in shown


def test_what_stands_in_it_is_text(store: Engine):
    shown = markup(drawn(store, tab="log"))
    assert HOSTILE not in shown and "&lt;script&gt;" in shown


def test_that_somebody_looked_stands_in_it_too_once_a_list_and_not_what_he_looked_for(store: Engine):
    app = drawn(store, tab="log", who="孙三")
    app.run()
    assert looks(store) == ["按谁 · 第 1 页"]


def test_who_may_takes_it_away_with_formulas_as_text_and_the_county_only_reads(
    store: Engine, monkeypatch: pytest.MonkeyPatch
):
    made = {}
    monkeypatch.setattr(st, "download_button", lambda words, *, data, **rest: made.update({rest["key"]: data}))
    assert "共 13 行" in words(drawn(store, COUNTYS, tab="log")) and made == {}
    drawn(store, tab="log", view="export")
    sheet = load_workbook(io.BytesIO(made["log_export"]())).active
    cell = sheet[4][5]
    assert (cell.value, cell.data_type, sheet.max_row) == (f"={HOSTILE} · 5 行", "s", 4)
    line = model.access_log.c
    assert audit.flush(store)
    with store.connect() as connection:
        last = connection.execute(select(line.view, line.detail).order_by(line.id.desc())).first()
    assert tuple(last) == ("export", f"日志 · 示范市 {COUNTY} · 筛选：按类别 · 1 行")


def test_a_line_changed_afterwards_is_told_and_first_of_all(store: Engine):
    with writing(store) as connection:
        line = model.access_log
        connection.execute(line.update().where(line.c.view == "signed_in").values(address="10.0.0.1"))
    shown = words(drawn(store, tab="log"))
    assert "日志不完好" in shown and "第 12 行" in shown and "日志完好，" not in shown


def test_the_state_says_up_to_which_line_and_that_older_lines_want_their_key():
    assert "还没有核对" in state_markup("12·ab", None)
    whole, part = Verdict(lines=12), Verdict(lines=12, whole=False)
    assert "核对到第 12 行（止于 12·ab" in state_markup("13·cd", ("12·ab", "2026-11-29 09:00", whole))
    assert "根密钥" in state_markup("12·ab", ("12·ab", "2026-11-29 09:00", part))
    broken = state_markup("12·ab", ("12·ab", "", Verdict(faults=[f"第 3 行 {HOSTILE}"], more=2)))
    assert "查出 3 处" in broken and HOSTILE not in broken
