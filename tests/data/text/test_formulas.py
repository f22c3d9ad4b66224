"""S8: no cell of a CSV that leaves is run by a spreadsheet program, and what was defused comes in again as it was."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from data import model
from data.access.viewer import Viewer
from data.intake import import_files
from data.store.engine import writing
from data.text.formulas import as_written, defused
from data.workbook.exporting import export_workbook
from tests.data.small_county import fill
from tests.moment import NOW

ATTACKS = (
    "=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)", "＝1+1", "＋1", "－1", "＠x", "\t=1", "\r=1",
    " =1", "\u3000=1", "|x", "%x", "\n=1",
)  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS)
def test_a_cell_that_begins_like_a_formula_stays_text(text: str):
    assert defused(text) == f"'{text}" and as_written(defused(text)) == text


def test_what_is_no_formula_is_left_alone():
    for text in ("张三", "1-2组", "12.5", "'张三", "", "a=b", "（=）"):
        assert defused(text) == text and as_written(text) == text


def test_no_cell_of_the_export_is_run_and_it_comes_in_again_unchanged(engine: Engine, tmp_path: Path):
    fill(engine)
    told = [model.household.c[name] for name in ("code", "head", "phone", "address", "remark", "village")]
    with writing(engine) as connection:
        connection.execute(update(model.household).values(remark="=1+1", address="＝1", phone="+86 13800001234"))
    with engine.connect() as connection:
        export_workbook(connection, Viewer("admin", ""), tmp_path / "a.zip", now=NOW)
        before = connection.execute(select(*told).order_by(model.household.c.id)).all()
    numbers = 0
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        for name in packed.namelist():
            if name.endswith(".csv"):
                for row in csv.reader(io.StringIO(packed.read(name).decode("utf-8-sig"))):
                    for cell in row:
                        number = cell.removeprefix("-").replace(".", "").isdigit()
                        numbers += number
                        assert number or defused(cell) == cell, cell
    result = import_files(engine, [tmp_path / "a.zip"], now=NOW.replace(year=2028), rebuild=False)
    assert result.refusals == [] and result.wrote and numbers
    with engine.connect() as connection:
        assert connection.execute(select(*told).order_by(model.household.c.id)).all() == before
