"""A template of one region: its own lists, what is known filled in, a list of 收支 that waits for amounts."""

import re
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope, Refused
from data.intake import import_files
from data.months import label
from data.terms import SUBJECTS
from data.workbook import filling
from data.workbook.filling import fill_template, periods_of
from data.workbook.part import Part
from data.workbook.sheets import HEAD, HOUSEHOLD, INSTRUCTIONS, LEDGER, LISTS, SHEET, SHEETS
from data.workbook.stamp import stamp_of
from data.workbook.template import MOST_ROWS
from data.workbook.values import as_period
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES
from tests.data.workbook.ground import fill_past
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_past)

ADMIN = Viewer("admin", "")
TOWN = TOWNSHIPS[0]


def template(engine, path, part=Part(TOWN), viewer=ADMIN, **options):  # noqa: B008  # what stands is never changed
    with engine.connect() as connection:
        return fill_template(connection, viewer, path, part=part, now=NOW, **options)


def headings(page):
    return [str(cell.value).rstrip("*") for cell in next(page.iter_rows(max_row=1))]


def rows(page):
    return [dict(zip(headings(page), row, strict=True)) for row in page.iter_rows(min_row=2, values_only=True)]


def offered(book, rule):
    """The lines of a list that a rule takes from a range."""
    name, column, last = re.fullmatch(r"'(.+)'!\$([A-Z]+)\$1:\$[A-Z]+\$(\d+)", rule.formula1).groups()
    return [book[name][f"{column}{row}"].value for row in range(1, int(last) + 1)]


def rules(page):
    """Heading → the rule of its column, which holds for every row below the first."""
    found = {}
    for rule in page.data_validations.dataValidation:
        [span] = rule.sqref.ranges
        assert (span.min_row, span.max_row) == (2, MOST_ROWS) and rule.type == "list"
        found[headings(page)[span.min_col - 1]] = rule
    return found


def test_region_columns_offer_the_regions_of_their_level_by_code_and_name(engine, tmp_path):
    template(engine, tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    assert book[LISTS].sheet_state == "hidden"
    with engine.connect() as connection:
        names = dict(connection.execute(select(model.region.c.code, model.region.c.name)).all())
    villages = [f"{code} {names[code]}" for code in VILLAGES if code.startswith(TOWN)]
    above = [f"{code} {names[code]}" for code in (COUNTY, TOWN)]
    listed = 0
    for sheet in SHEETS:
        found = rules(book[sheet.name])
        for column in sheet.columns:
            if column.kind != "region" or (column.key and sheet.name == "行政区划") or column.lengths == (2,):
                assert column.kind != "region" or column.heading not in found
                continue
            rule = found[column.heading]
            assert offered(book, rule) == (villages if column.lengths == (12,) else above + villages)
            assert rule.errorStyle == "warning"  # a code alone is right as well
            listed += 1
    assert listed > 8


def test_what_was_chosen_from_a_list_is_read_back_as_the_code(engine, tmp_path):
    template(engine, tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    page = book[HOUSEHOLD]
    chosen = offered(book, rules(page)["村代码"])[0]
    row = {"户编号": "NEW1", "村代码": chosen, "户主姓名": "赵六", "户类型": "一般户"}
    page.append([row.get(heading) for heading in headings(page)])
    book.save(tmp_path / "t.xlsx")
    result = import_files(engine, [tmp_path / "t.xlsx"], now=NOW, rebuild=False)
    assert (result.refusals, result.ignored, result.rows) == ([], [], {HOUSEHOLD: 1})
    with engine.connect() as connection:
        asked = select(model.household.c.village).where(model.household.c.code == "NEW1")
        assert connection.execute(asked).scalar_one() == chosen[:12]


def test_filled_in_it_holds_the_townships_own_and_goes_back_without_a_change(engine, tmp_path):
    assert import_files(engine, [whole(engine, tmp_path)], now=NOW, rebuild=False).refusals == []
    counts = template(engine, tmp_path / "t.xlsx", filled=True)
    book = load_workbook(tmp_path / "t.xlsx")
    with engine.connect() as connection:
        h = model.household.c
        held = connection.execute(select(h.code, h.head).where(h.village.startswith(TOWN))).all()
    found = {row["户编号"]: row["户主姓名"] for row in rows(book[HOUSEHOLD])}
    assert found == dict(map(tuple, held)) and counts[HOUSEHOLD] == len(held) > 20
    assert all(re.fullmatch(rf"{TOWN}\d\d\d .+", row["村代码"]) for row in rows(book[HOUSEHOLD]))
    for name in ("家庭成员", "结对帮扶"):
        assert rows(book[name]) and {row["户编号"]: row[HEAD] for row in rows(book[name])}.items() <= found.items()
    assert not rows(book["走访"]) and headings(book["走访"])[-1] != HEAD
    result = import_files(engine, [tmp_path / "t.xlsx"], now=NOW, rebuild=False)
    assert (result.refusals, result.ignored, result.conflicts, result.changed) == ([], [], [], 0)
    assert result.rows == {name: count for name, count in counts.items() if count}


def whole(engine, folder):
    """A template of everything filled in, which settles what an import works out."""
    template(engine, folder / "all.xlsx", Part(), filled=True)
    return folder / "all.xlsx"


def test_income_waits_for_amounts_of_each_household_and_item_it_had(engine, tmp_path):
    counts = template(engine, tmp_path / "t.xlsx", periods=(LAST - 1, LAST))
    grid = rows(load_workbook(tmp_path / "t.xlsx")[LEDGER])
    had: dict[str, set[str]] = {}
    with engine.connect() as connection:
        h = model.household.c
        line = model.ledger.c
        asked = select(h.code, h.head, *(line[f"{name}_fen"] for _, name in SUBJECTS.values()))
        asked = asked.join_from(model.ledger, model.household, h.id == line.household_id).where(
            h.village.startswith(TOWN)
        )
        heads = {}
        for code, head, *amounts in connection.execute(asked):
            heads[code] = head
            had.setdefault(code, set()).update(n for n, a in zip(SUBJECTS, amounts, strict=True) if a is not None)
    wanted = {(code, label(month), item) for code in had for item in had[code] for month in (LAST - 1, LAST)}
    assert {(row["户编号"], row["月份"], row["科目"]) for row in grid} == wanted
    assert len(grid) == len(wanted) == counts[LEDGER]
    assert {(row["户编号"], row[HEAD]) for row in grid} == set(heads.items())
    assert {row["金额"] for row in grid} == {None}


def test_of_a_list_of_income_only_what_was_filled_in_is_written(engine, tmp_path):
    month = LAST
    with engine.begin() as connection:
        connection.execute(model.ledger.delete().where(model.ledger.c.month == month))
    template(engine, tmp_path / "t.xlsx", periods=(month,))
    book = load_workbook(tmp_path / "t.xlsx")
    page = book[LEDGER]
    amounts = headings(page).index("金额") + 1
    page.cell(2, amounts, 1234.5)
    book.save(tmp_path / "t.xlsx")
    result = import_files(engine, [tmp_path / "t.xlsx"], now=NOW, rebuild=False)
    assert (result.refusals, result.ignored) == ([], [])
    [told] = result.warnings
    assert told.reason == f"共 {page.max_row - 2:,} 行没有填金额，这些行不写入" and told.row == 3
    with engine.connect() as connection:
        asked = select(func.count()).select_from(model.ledger).where(model.ledger.c.month == month)
        assert connection.execute(asked).scalar_one() == 1


def test_a_list_of_a_year_has_one_row_for_the_total(engine, tmp_path):
    template(engine, tmp_path / "t.xlsx", periods=(as_period(2025),))
    assert {row["月份"] for row in rows(load_workbook(tmp_path / "t.xlsx")[LEDGER])} == {"2025年度"}


def test_only_the_chosen_sheets_are_in_it_behind_what_it_says(engine, tmp_path):
    part = Part(VILLAGES[0], (HOUSEHOLD, LEDGER))
    template(engine, tmp_path / "t.xlsx", part, filled=True, periods=(LAST,))
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == [INSTRUCTIONS, HOUSEHOLD, LEDGER, LISTS]
    told = " ".join(str(row[0]) for row in book[INSTRUCTIONS].iter_rows(values_only=True) if row[0])
    assert f"{VILLAGES[0]}。" in told and "已填入系统里现有的户" in told and "只填金额" in told and HEAD in told
    assert stamp_of(tmp_path / "t.xlsx").at == NOW.isoformat()
    empty = template(engine, tmp_path / "e.xlsx", part)
    told = " ".join(str(row[0]) for row in load_workbook(tmp_path / "e.xlsx")[INSTRUCTIONS].iter_rows(values_only=True))
    assert empty == {} and "已填入" not in told and "只填金额" not in told and "从列表中选" in told


def test_a_township_gets_its_own_alone(engine, tmp_path):
    own = Viewer("township", TOWN)
    with pytest.raises(OutOfScope):
        template(engine, tmp_path / "t.xlsx", Part(TOWNSHIPS[1]), own, filled=True)
    assert not list(tmp_path.glob("t.*"))
    template(engine, tmp_path / "t.xlsx", Part(), own, filled=True)
    book = load_workbook(tmp_path / "t.xlsx")
    assert {row["村代码"][:9] for row in rows(book[HOUSEHOLD])} == {TOWN}
    assert TOWNSHIPS[1] not in str([row for row in book[LISTS].iter_rows(values_only=True)])


def test_too_long_a_list_and_another_suffix_are_refused_with_the_way_out(engine, tmp_path, monkeypatch):
    with pytest.raises(Refused, match=r"\.xlsx"):
        template(engine, tmp_path / "t.zip")
    monkeypatch.setattr(filling, "MOST_ROWS", 10)
    with pytest.raises(Refused, match="按乡镇或按月分开"):
        template(engine, tmp_path / "t.xlsx", periods=(LAST,))
    assert not list(tmp_path.glob("t.*"))


def test_periods_are_read_as_they_are_typed():
    assert periods_of("2026-10", TODAY) == (LAST - 1,)
    assert periods_of("2026-01..2026-10", TODAY) == tuple(range(LAST - 10, LAST))
    assert periods_of("2025年度", TODAY) == (as_period(2025),)
    for text in ("2026-12", "2026-01..2026-12", "2026-10..2026-01", "2024年度..2025年度", "十月", ""):
        with pytest.raises(Refused):
            periods_of(text, date(2026, 11, 22))


def test_every_sheet_that_may_be_filled_is_one_of_the_workbook():
    assert set(filling.REGISTERS) <= set(SHEET)
