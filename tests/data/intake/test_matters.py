"""A workbook and the way of problems: an older file undoes no step, dates that it brings are followed by the state."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.intake import import_files
from data.matters.file import matter_file
from data.matters.raising import Place, raise_problem
from data.matters.steps import Given, step
from data.workbook.exporting import export_workbook
from tests.data.intake.books import VILLAGE, sound_book, write_folder, write_xlsx
from tests.moment import NOW

ADMIN, CADRE = Viewer("admin", ""), Viewer("village", VILLAGE, person=1)
LEADER = Viewer("county", "990181", person=2)
TYPED = {
    "source": "排查",
    "category": "住房安全",
    "description": "漏雨",
    "found": "2026-11-02",
    "deadline": "2026-11-30",
}
LATER, LATEST = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
WORDS = Given(reason="已入户办理")


@pytest.fixture
def store(filled, tmp_path) -> Engine:
    book = write_xlsx(tmp_path / "年初.xlsx", sound_book())
    engine: Engine = filled(lambda engine: import_files(engine, [book], now=NOW), own=True)
    return engine


def row(engine: Engine, code: str) -> dict[str, object]:
    with engine.connect() as connection:
        asked = select(model.problem).where(model.problem.c.code == code)
        return dict(connection.execute(asked).mappings().one())


def test_an_older_file_does_not_undo_a_step(store, tmp_path):
    code = raise_problem(store, CADRE, Place(VILLAGE), TYPED, owner=None, now=NOW)
    old = tmp_path / "旧.xlsx"
    with store.connect() as connection:
        export_workbook(connection, ADMIN, old, now=NOW)
    step(store, CADRE, "problem", code, "rectify", version=1, given=WORDS, now=LATER)
    result = import_files(store, [old], now=LATEST, rebuild=False)
    assert not result.refusals and row(store, code)["rectified"] == "2026-11-22"
    assert row(store, code)["state"] == "rectified"


def test_a_newer_file_that_says_otherwise_is_followed_by_the_state(store, tmp_path):
    code = raise_problem(store, CADRE, Place(VILLAGE), TYPED, owner=None, now=NOW)
    closed = {
        "问题编号": code, "区划代码": VILLAGE, "来源": "排查", "类别": "住房安全", "描述": "漏雨",
        "发现日期": "2026-11-02", "整改期限": "2026-11-30", "责任人": "王五", "整改日期": "2026-11-20",
        "销号日期": "2026-11-21",
    }  # fmt: skip
    folder = write_folder(tmp_path / "csv", {"问题": [closed]})
    result = import_files(store, [folder], now=LATEST, as_of=LATEST.isoformat(), rebuild=False)
    assert result.refusals == [] and row(store, code)["state"] == "closed"
    assert row(store, code)["owner_id"] is not None  # 王五 reads as a name
    with store.connect() as connection:
        file = matter_file(connection, LEADER, "problem", code, LATEST.date())
    assert set(file.allowed) == {"reopen"} and file.matter.ended == "2026-11-21"
