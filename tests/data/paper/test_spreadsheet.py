"""Lists from the screens as workbooks."""

import io
import zipfile
from datetime import date, datetime

import numpy as np
import pandas as pd
from openpyxl import load_workbook

from data.paper.spreadsheet import ListColumn, list_workbook

COLUMNS = [
    ListColumn("name", "户主姓名"),
    ListColumn("persons", "人口", "integer"),
    ListColumn("income", "人均纯收入（元）", "yuan"),
    ListColumn("share", "工资性占比", "percent"),
    ListColumn("visited", "最近走访", "day"),
]
FRAME = pd.DataFrame(
    {
        "visited": ["2026-11-05", date(2026, 11, 6), None],
        "income": [9811.5, np.nan, np.inf],
        "persons": [3, 1, 2],
        "share": [0.5, 0.25, np.nan],
        "name": ["䶮娃", "=cmd|' /C calc'!A0", "+86@x"],
        "not shown": [1, 2, 3],
    }
)


def page(content):
    return load_workbook(io.BytesIO(content)).active


def test_cells_are_real_numbers_and_dates_under_their_headings():
    sheet = page(list_workbook(FRAME, title="未走访户", subtitle="示范市 2026-11", columns=COLUMNS))
    assert (sheet["A1"].value, sheet["A2"].value) == ("未走访户", "示范市 2026-11")
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert rows == [
        ("户主姓名", "人口", "人均纯收入（元）", "工资性占比", "最近走访"),
        ("䶮娃", 3, 9811.5, 0.5, datetime(2026, 11, 5)),
        ("=cmd|' /C calc'!A0", 1, None, 0.25, datetime(2026, 11, 6)),
        ("+86@x", 2, None, None, None),
    ]
    assert [cell.number_format for cell in sheet[4]] == ["@", "#,##0", "#,##0.00", "0.0%", "yyyy-mm-dd"]
    assert sheet.freeze_panes == "A4" and all(sheet.column_dimensions[c].width >= 8 for c in "ABCDE")


def test_a_column_of_counts_shows_them_whole_and_one_with_decimals_shows_decimals_throughout():
    frame = pd.DataFrame({"counted": [8.0, float("nan"), 1200.0], "measured": [8.0, 0.25, 3.0]})
    columns = [ListColumn("counted", "户数", "number"), ListColumn("measured", "每户", "number")]
    sheet = page(list_workbook(frame, title="名单", columns=columns))
    assert [[cell.number_format for cell in row] for row in sheet.iter_rows(min_row=4)] == [["#,##0", "#,##0.00"]] * 3


def test_no_text_becomes_a_formula_or_a_link():
    frame = pd.DataFrame({"name": ["=1+1", "@SUM(A1)", "http://x", "-2", "\t=1"]})
    content = list_workbook(frame, title="=title()", subtitle="=sub()", columns=[ListColumn("name", "=heading")])
    sheet = page(content)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml and b"hyperlink" not in xml


def test_an_empty_list_is_a_workbook_too():
    sheet = page(list_workbook(FRAME.head(0), title="无", columns=COLUMNS))
    assert [cell.value for cell in sheet[3]] == [column.heading for column in COLUMNS] and sheet.max_row == 3
