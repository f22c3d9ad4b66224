"""Whatever leaves a page as a workbook says where it comes from, and stands in the log with list, region and rows."""

import io
import re
from collections.abc import Iterator
from datetime import datetime

import openpyxl
import pytest

from data.audit import log as audit
from data.audit.taken import BY_NAME
from data.errors import Refused
from data.store.engine import open_engine
from tests.components.shell.ground import BIGGEST_VILLAGE, COUNTY, PAGES, PLAN, PROJECT, Ground
from tests.source_code import ROOT

BEHIND = "SELECT f.code FROM fund f JOIN project_household p ON p.project = f.project ORDER BY f.code LIMIT 1"


@pytest.fixture
def ground(county_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    engine = open_engine(county_url)
    yield Ground(engine, monkeypatch)
    engine.dispose()


def test_every_export_of_every_page_is_stamped_and_finds_its_line_in_the_log(ground: Ground):
    reached = set()
    for page, region, parameters in PAGES:
        code = ground.known(region)
        buttons = ground.drawn(page, code, **{name: ground.known(value) for name, value in parameters.items()})
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
            by = "导出人 县级干部 · 2030-01-02 03:04"
            assert sheet["A2"].value.endswith(by) and by in sheet.oddFooter.left.text, button
            assert button.name.endswith(".xlsx") and "/" not in button.name
    once = {"components/admin/person.py", "components/admin/log.py"}  # an administrator's: tests/components/admin/
    assert reached == (set(_callers("take_away(")) | set(_callers("show_chart("))) - once


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


def test_who_decides_for_the_county_reads_what_left_under_strange_looks(ground: Ground):
    [button, *_] = ground.drawn("projects", COUNTY)
    button.made()
    old = {"actor": "county:99:", "address": "", "view": "export", "detail": "旧名单", "now": datetime(2020, 1, 1)}
    audit.record(ground.engine, **old)
    *_, detail = ground.logged()[0]
    assert not any(detail in html.proto.body for html in ground.run("scan", COUNTY).get("html"))
    shown = ground.run("admin", COUNTY, tab="oversight")
    told = " ".join(html.proto.body for html in shown.get("html"))
    assert detail in told and "共 1 次" in told and "2030-01-02 03:04:05" in told and "旧名单" not in told


def test_nothing_leaves_that_does_not_stand_in_the_log(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    [button, *_] = ground.drawn("projects", COUNTY)
    with monkeypatch.context() as held:
        held.setattr(audit, "PATIENCE", 0.2)
        held.setattr(audit, "RETRY", 0.02)
        held.setattr(audit, "append", lambda *_: (_ for _ in ()).throw(OSError("held")))
        with pytest.raises(Refused, match="日志一时写不进去"):
            button.made()
    assert button.made()


@pytest.mark.parametrize(
    ("page", "region", "parameters", "lists"),
    [
        ("figure", COUNTY, {"indicator": "households"}, [".*名单"]),
        ("battle_map", BIGGEST_VILLAGE, {}, ["户分布图", "村级作战板", "户名单"]),
        ("project", COUNTY, {"project": PROJECT}, ["项目 .* 带动户名单"]),
        ("funds", COUNTY, {"fund": BEHIND}, ["资金 .* 带动户名单"]),
        ("dividends", COUNTY, {"plan": PLAN}, ["收益分配方案 [0-9]+ 分户名单"]),
        ("prints", BIGGEST_VILLAGE, {}, ["打印户名单"]),
    ],
)
def test_named_lists_stand_in_the_log_with_their_region_and_length_once_an_opening(
    ground: Ground, page: str, region: str, parameters: dict[str, str], lists: list[str]
):
    known = {name: ground.known(value) for name, value in parameters.items()}
    ground.run(page, ground.known(region), **known).run()
    details = [detail for *_, view, detail in ground.logged() if view == "list"]
    assert len(details) == len(lists)
    for detail, named in zip(details, lists, strict=True):
        assert re.fullmatch(rf"{named} · {COUNTY}\d* · ([0-9,]+ 户|1 村)", detail)


def test_a_download_button_stands_in_one_module_alone():
    placed = [path for top in ("components", "pages") for path in (ROOT / top).rglob("*.py")]
    placed = [path.name for path in placed if "download_button" in path.read_text(encoding="utf-8")]
    assert placed == ["take_away.py"]
