"""A part of the store as workbook: a region, some sheets, some months; it goes back without changing anything."""

import zipfile
from collections import Counter
from dataclasses import replace

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope, Refused
from data.intake import import_files
from data.months import first_day, label, last_day, month_of
from data.store.engine import writing
from data.workbook.exporting import export_workbook, tally
from data.workbook.kept import KEPT
from data.workbook.part import DATED, Part, months_of, sheets_of
from data.workbook.sheets import INSTRUCTIONS, SHEET, SHEETS
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES
from tests.data.workbook.ground import fill_past
from tests.moment import NOW

ADMIN = Viewer("admin", "")
SOME = Part(sheets=("户", "收支", "走访"), months=(LAST - 3, LAST - 1))


@pytest.fixture
def county(filled):
    return filled(fill_past, own=True)


def taken_out(engine, path, part, viewer=ADMIN):
    with engine.connect() as connection:
        return export_workbook(connection, viewer, path, part=part, now=NOW)


def content(path):
    """The rows of each sheet with headings as keys of a dictionary of cells."""
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python()[1:] for name in book.sheet_names if name in SHEET}


def said(path):
    return " ".join(
        str(row[0]) for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_name(INSTRUCTIONS).to_python()
    )


def test_a_part_goes_back_into_the_store_it_came_from_and_changes_nothing(county, tmp_path):
    import_files(county, [whole(county, tmp_path)], now=NOW)  # what an import works out, which the small county lacks
    for name, part in {
        "town.xlsx": Part(TOWNSHIPS[0]),
        "village.zip": Part(VILLAGES[0]),
        "some.xlsx": replace(SOME, region=TOWNSHIPS[1]),
    }.items():
        counts = taken_out(county, tmp_path / name, part)
        result = import_files(county, [tmp_path / name], now=NOW)
        assert (result.refusals, result.ignored, result.conflicts, result.changed) == ([], [], [], 0), name
        assert result.rows == {sheet: count for sheet, count in counts.items() if count and sheet != KEPT}


def whole(engine, folder):
    taken_out(engine, folder / "whole.xlsx", Part())
    return folder / "whole.xlsx"


def test_the_townships_parts_together_are_the_whole_but_for_what_no_township_has(county, tmp_path):
    everything = content(whole(county, tmp_path))
    parts: dict[str, set[tuple]] = {name: set() for name in everything}
    for town in TOWNSHIPS:
        taken_out(county, tmp_path / f"{town}.xlsx", Part(town))
        for name, rows in content(tmp_path / f"{town}.xlsx").items():
            parts[name] |= set(map(tuple, rows))
    above = {"行政区划", "监测线", "帮扶责任人", "农村人口", "项目", "资金", "区划负责人", "问题"}
    of_those = {"项目进度", "项目收益", "项目带户", "资金拨付", "拨付计划"}
    for name, rows in everything.items():
        lacking = set(map(tuple, rows)) - parts[name]
        assert not parts[name] - set(map(tuple, rows)), name
        if name not in above | of_those:
            assert not lacking, name
    assert parts["监测线"] == set() and len(everything["监测线"]) > 0
    codes = {name: {str(row[0]) for row in everything[name]} for name in ("项目", "资金")}
    for name in codes:  # only those that the county itself has are in no part
        place = [column.name for column in SHEET[name].columns].index("region")
        assert {len(str(row[place])) for row in map(tuple, everything[name]) if row not in parts[name]} <= {6}


@pytest.mark.parametrize("name", ["some.xlsx", "some.zip"])
def test_only_the_chosen_sheets_and_months_are_in_it_and_it_says_so(county, tmp_path, name):
    counts = taken_out(county, tmp_path / name, SOME)
    assert list(counts) == ["户", "收支", "走访"]
    span = f"{label(LAST - 3)}", f"{label(LAST - 1)}"
    if name.endswith("zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            told = archive.read(f"{INSTRUCTIONS}.txt").decode()
            assert archive.namelist() == ["户.csv", "收支.csv", "走访.csv", f"{INSTRUCTIONS}.txt"]
    else:
        told = said(tmp_path / name)
        rows = content(tmp_path / name)
        assert {row[1] for row in rows["收支"] if "年度" not in row[1]} <= {label(LAST - back) for back in (3, 2, 1)}
        assert all(span[0] <= row[3][:7] <= span[1] for row in rows["走访"]) and rows["走访"] and rows["收支"]
        assert len(rows["户"]) == counts["户"]
    assert "收支、走访只含2026年8月至2026年10月的" in told and "工作表：户、收支、走访" in told


def test_months_leave_out_of_each_dated_sheet_what_lies_outside(county):
    months = (LAST - 5, LAST - 2)
    days = first_day(months[0]), last_day(months[1])
    with county.connect() as connection:
        counts = tally(connection, ADMIN, Part(months=months))
        everything = tally(connection, ADMIN, Part())
        for name, column in DATED.items():
            if name == "收支":
                continue
            held = connection.execute(select(SHEET[name].table.c[column])).scalars().all()
            low, high = days if SHEET[name].column(column).kind == "day" else months
            assert counts[name] == sum(low <= one <= high for one in held), name
    assert counts["收支"] < everything["收支"]
    assert all(counts[spec.name] == everything[spec.name] for spec in SHEETS if spec.name not in DATED)


def test_every_months_part_once_is_the_whole_of_a_dated_sheet(county):
    with county.connect() as connection:
        everything = Counter(tally(connection, ADMIN, Part(sheets=tuple(DATED))))
        first = month_of("1990-01")
        parts = [(first, LAST - 7), *((month, month) for month in range(LAST - 6, LAST + 1)), (LAST + 1, LAST + 600)]
        summed = Counter()
        for months in parts:
            summed.update(tally(connection, ADMIN, Part(sheets=tuple(DATED), months=months)))
    assert summed == everything


def test_a_township_takes_its_own_alone(county, tmp_path):
    own = Viewer("township", TOWNSHIPS[0])
    with pytest.raises(OutOfScope):
        taken_out(county, tmp_path / "a.xlsx", Part(TOWNSHIPS[1]), own)
    assert not list(tmp_path.glob("a.xlsx*"))
    assert taken_out(county, tmp_path / "a.xlsx", Part(), own) == taken_out(
        county, tmp_path / "b.xlsx", Part(TOWNSHIPS[0])
    )
    villages = {str(row[1]) for row in content(tmp_path / "a.xlsx")["户"]}
    assert villages and all(code.startswith(TOWNSHIPS[0]) for code in villages)


def test_plans_and_settings_and_lines_go_with_the_whole_alone(county, tmp_path):
    assert KEPT in taken_out(county, tmp_path / "a.xlsx", Part(COUNTY), Viewer("county", COUNTY))
    part = taken_out(county, tmp_path / "b.xlsx", Part(TOWNSHIPS[0]))
    assert KEPT not in part and part["监测线"] == 0
    assert "收益分配方案" in said(tmp_path / "b.xlsx").split("要完整保存")[0]
    with writing(county) as connection:  # another county beside it
        connection.execute(model.region.insert().values(code="990182", name="另一市", parent=""))
    assert KEPT not in taken_out(county, tmp_path / "c.xlsx", Part(COUNTY))


def test_what_is_no_part_is_refused(county, tmp_path):
    with pytest.raises(Refused, match="没有“户口”这张工作表"):
        Part(sheets=("户口",))
    with pytest.raises(Refused, match="写反"):
        Part(months=(LAST, LAST - 1))
    with pytest.raises(NotFound):
        taken_out(county, tmp_path / "a.xlsx", Part("990189"))
    with pytest.raises(NotFound):
        months_of("十月")
    assert months_of("2026-01..2026-10") == (LAST - 10, LAST - 1) and months_of("2026-10") == (LAST - 1, LAST - 1)
    assert sheets_of(["户，收支", "走访"]) == ("户", "收支", "走访")
