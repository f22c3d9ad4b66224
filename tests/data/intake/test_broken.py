"""An error cell and a formula without a result are no 'nothing': they are refused, and empty no stored value."""

import io
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import select

from data import model
from data.intake import broken, import_files
from data.intake.broken import ERRORS, NO_RESULT, WORDS, broken_cells
from data.intake.report import write_marked_copy
from data.workbook.sheets import SHEET, SHEETS
from tests.data.intake.books import HOUSE, OTHER_HOUSE, VILLAGE, sound_book, write_folder, write_xlsx
from tests.data.intake.raw_sheets import plain, raw_xlsx, row
from tests.moment import NOW

TODAY = date(2026, 11, 22)
NAMES = [sheet.name for sheet in SHEETS]
FORMULA = "<f>VLOOKUP(A2,Z:Z,2,0)</f>"
UNFINISHED = {
    "without a value": f"<c{{at}}>{FORMULA}</c>",
    "an empty value": f'<c{{at}} s="3">{FORMULA}<v></v></c>',
    "a value that is a tag": f"<c{{at}}>{FORMULA}<v /></c>",
    "a text never made": f'<c{{at}} t="str">{FORMULA}</c>',
    "a shared formula": '<c{at}><f t="shared" si="0"/></c>',
    "an array": '<c{at}><f t="array" ref="A2:A3">B2:B3*2</f><v/></c>',
}
ERROR = '<c{at} t="e"><v>#N/A</v></c>'


def take(engine, *files, **options):
    return import_files(engine, files, now=NOW, rebuild=False, **options)


def records(engine) -> dict:
    with engine.connect() as connection:
        return {
            sheet.table_name: connection.execute(select(sheet.table).order_by(*sheet.table.primary_key)).all()
            for sheet in SHEETS
        }


def household(engine) -> tuple:
    with engine.connect() as connection:
        asked = select(model.household.c.phone, model.household.c.identified).order_by(model.household.c.code)
        return tuple(connection.execute(asked).all()[0])


def rows(sheet: str, *lists: list[str], first: int | None = 1) -> str:
    """The heading row and rows of cells, given as XML."""
    headings = [plain(column.heading) for column in SHEET[sheet].columns]
    return "".join(row(first and first + n, cells) for n, cells in enumerate([headings, *lists]))


def cells(sheet: str, record: dict, **instead: str) -> list[str]:
    return [instead.get(c.heading) or plain(record.get(c.heading, "")) for c in SHEET[sheet].columns]


def _fill(engine):
    with TemporaryDirectory() as folder:
        assert take(engine, write_xlsx(Path(folder) / "held.xlsx", sound_book())).wrote


@pytest.fixture
def held(filled):
    """A store with the sound book."""
    return filled(_fill, own=True)


@pytest.mark.parametrize("sheet", NAMES)
@pytest.mark.parametrize(
    ("cell", "value"), [(ERROR, "#N/A"), (UNFINISHED["without a value"], NO_RESULT)], ids=["error", "formula"]
)
def test_every_column_of_every_sheet_refuses_them_with_row_and_heading(held, tmp_path, sheet, cell, value):
    before, headings = records(held), [column.heading for column in SHEET[sheet].columns]
    good = cells(sheet, sound_book()[sheet][0])
    book = raw_xlsx(tmp_path / "a.xlsx", {sheet: rows(sheet, good, [cell] * len(headings))})
    result = take(held, book)
    assert [(i.sheet, i.row, i.column, i.value) for i in result.refusals] == [(sheet, 3, h, value) for h in headings]
    assert all("Excel" in issue.reason for issue in result.refusals)
    assert not result.wrote and records(held) == before


@pytest.mark.parametrize("sheet", NAMES)
def test_their_literal_text_in_a_csv_is_refused_as_well(held, tmp_path, sheet):
    before, headings = records(held), [column.heading for column in SHEET[sheet].columns]
    folder = tmp_path / "csv"
    folder.mkdir()
    broken_row = ",".join(ERRORS[n % len(ERRORS)] for n in range(len(headings)))
    (folder / f"{sheet}.csv").write_text(f"{','.join(headings)}\n{broken_row}\n", encoding="utf-8")
    result = take(held, folder)
    assert [(i.row, i.column, i.value) for i in result.refusals] == [
        (2, heading, ERRORS[n % len(ERRORS)]) for n, heading in enumerate(headings)
    ]
    assert records(held) == before


@pytest.mark.parametrize("cell", UNFINISHED.values(), ids=UNFINISHED)
def test_a_formula_without_a_result_leaves_what_is_stored(held, tmp_path, cell):
    record = sound_book()["户"][0]
    before = household(held)
    changed = cells("户", record | {"住址": "新址"}, 识别日期=cell)
    result = take(held, raw_xlsx(tmp_path / "a.xlsx", {"户": rows("户", changed)}), valid_rows=True)
    (issue,) = result.refusals
    assert (issue.row, issue.column, issue.value) == (2, "识别日期", NO_RESULT) and "重新计算" in issue.reason
    assert household(held) == before and not result.wrote


@pytest.mark.parametrize("error", ERRORS[:7])
def test_each_error_is_named(held, tmp_path, error):
    cell = f"<c{{at}} t='e'><f>1/0</f><v>{error}</v></c>"
    record = sound_book()["户"][0]
    (issue,) = take(
        held, raw_xlsx(tmp_path / "a.xlsx", {"户": rows("户", cells("户", record, 联系电话=cell))})
    ).refusals
    assert (issue.sheet, issue.row, issue.column, issue.value) == ("户", 2, "联系电话", error)


def test_a_good_row_beside_a_broken_one_is_written_with_valid_rows(held, tmp_path):
    first, second = sound_book()["户"]
    lists = cells("户", first, 联系电话=ERROR), cells("户", second | {"联系电话": "19900000009"})
    result = take(held, raw_xlsx(tmp_path / "a.xlsx", {"户": rows("户", *lists)}), valid_rows=True)
    assert result.wrote and result.refused_rows == 1
    with held.connect() as connection:
        phones = dict(connection.execute(select(model.household.c.code, model.household.c.phone)).all())
    assert phones == {HOUSE: "19900000001", OTHER_HOUSE: "19900000009"}


def test_results_that_are_stored_are_read_and_the_empty_text_leaves_what_stands(held, tmp_path):
    record = sound_book()["户"][0]
    changed = cells(
        "户",
        record,
        联系电话='<c{at} t="str"><f>"1"&amp;A2</f><v>19900000008</v></c>',
        识别日期=f'<c{{at}} t="str">{FORMULA}<v></v></c>',
        脱贫日期=f"<c{{at}}>{FORMULA}<v>43407</v></c>",
    )
    result = take(held, raw_xlsx(tmp_path / "a.xlsx", {"户": rows("户", changed)}))
    assert result.refusals == [] and household(held) == ("19900000008", "2014-12-01")


def test_errors_where_nothing_is_read_harm_nothing(held, tmp_path):
    before = household(held)
    headings = ["户编号", "村代码", "户主姓名", "户类型", "心情"]
    good = [plain(text) for text in (HOUSE, VILLAGE, "张三", "脱贫户")]
    written = row(1, list(map(plain, headings))) + row(2, [*good, ERROR]) + row(3, ["<c{at}/>"] * 4 + [ERROR])
    pivot = row(1, [ERROR]) + row(2, [UNFINISHED["an empty value"]])
    result = take(held, raw_xlsx(tmp_path / "a.xlsx", {"透视": pivot, "户": written}))
    assert result.refusals == [] and household(held) == before
    assert result.ignored == ["工作表 透视", "户 的列 心情"]


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("first", [1, None])
def test_rows_and_cells_that_do_not_say_where_they_are_are_counted(held, tmp_path, prefix, first):
    one, other = sound_book()["户"]
    lists = cells("户", one), ["<c{at}/>"] * len(SHEET["户"].columns), cells("户", other, 备注=ERROR)
    book = raw_xlsx(tmp_path / "a.xlsx", {"户": rows("户", *lists, first=first), "走访": ""}, prefix=prefix)
    assert [(i.row, i.column, i.value) for i in take(held, book).refusals] == [(4, "备注", "#N/A")]


def test_a_table_that_begins_further_right_keeps_its_columns(held, tmp_path):
    record = sound_book()["户"][0]
    written = rows("户", cells("户", record, 联系电话=ERROR, 备注=UNFINISHED["an array"]))
    for column in range(len(SHEET["户"].columns), 0, -1):
        for number in (1, 2):
            written = written.replace(f'r="{chr(64 + column)}{number}"', f'r="{chr(66 + column)}{number}"')
    found = [(i.row, i.column) for i in take(held, raw_xlsx(tmp_path / "a.xlsx", {"户": written})).refusals]
    assert found == [(2, "联系电话"), (2, "备注")]


def test_rows_of_nothing_but_formulas_without_results_are_no_blank_rows(held, tmp_path):
    """The reader leaves them out wherever it likes; here they are the last."""
    unfinished = [UNFINISHED["without a value"]] * len(SHEET["走访"].columns)
    written = rows("走访", cells("走访", sound_book()["走访"][0])) + row(9, unfinished)
    refused = take(held, raw_xlsx(tmp_path / "a.xlsx", {"走访": written})).refusals
    assert {issue.row for issue in refused} == {9} and len(refused) == len(unfinished)


def test_a_heading_that_is_an_error_is_named_among_what_is_ignored(held, tmp_path):
    headings = list(map(plain, ("户编号", "村代码", "户主姓名", "户类型")))
    good = [plain(text) for text in (HOUSE, VILLAGE, "张三", "脱贫户", "19900000007")]
    written = row(1, [*headings, UNFINISHED["without a value"]]) + row(2, good)
    result = take(held, raw_xlsx(tmp_path / "a.xlsx", {"户": written}))
    assert result.refusals == [] and result.ignored == [f"户 的列 {NO_RESULT}"]


def test_a_sheet_that_lies_elsewhere_in_the_file_is_looked_through(held, tmp_path):
    record = cells("户", sound_book()["户"][0], 联系电话=ERROR)
    for folder in ("/xl/worksheets", "tables"):
        book = raw_xlsx(tmp_path / "a.xlsx", {"走访": "", "户": rows("户", record)}, folder=folder)
        assert [issue.value for issue in take(held, book).refusals] == ["#N/A"]


@pytest.mark.parametrize("block", [64, 997, 2**22])
@pytest.mark.parametrize(
    ("numbered", "above"), [(lambda n: n, 0), (lambda n: None, 0), (lambda n: n + 100 if n <= 30 else None, 100)],
    ids=["every row says where it is", "none does", "the later ones do not"],
)  # fmt: skip
def test_cells_are_found_wherever_the_blocks_are_cut(monkeypatch, block, numbered, above):
    monkeypatch.setattr(broken, "BLOCK", block)
    sound = ["<c{at}><v>1</v></c>", "<c{at}/>", f"<c{{at}}>{FORMULA}<v>2</v></c>", plain("一" * 20)]
    lists = [sound] * 40 + [[*sound, ERROR]] + [sound] * 25 + [[UNFINISHED["a shared formula"], *sound]] + [sound] * 9
    xml = "".join(row(numbered(n), one) for n, one in enumerate(lists, 1))
    xml = f"<worksheet><cols><col/></cols><sheetData>{xml}</sheetData><f/>" + '<x t="e"/>' * 99 + "</worksheet>"
    found = broken_cells(io.BytesIO(xml.encode())).tolist()
    assert found == [[above + 40, 4, WORDS.index("#N/A")], [above + 66, 0, WORDS.index(NO_RESULT)]]


def test_what_is_no_sheet_is_refused_as_damaged_and_not_held_in_memory(held, tmp_path, monkeypatch):
    monkeypatch.setattr(broken, "_LONGEST", 2**10)
    monkeypatch.setattr(broken, "BLOCK", 2**8)
    endless = row(1, [plain(column.heading) for column in SHEET["户"].columns]) + f"<row><c><f>{'1+' * 2000}1</f></c>"
    (issue,) = take(held, raw_xlsx(tmp_path / "a.xlsx", {"户": endless + "</row>"})).refusals
    assert "已损坏" in issue.reason


def test_the_marked_copy_says_what_stood_there_and_is_refused_again(held, tmp_path):
    book = raw_xlsx(tmp_path / "a.xlsx", {"户": rows("户", cells("户", sound_book()["户"][0], 联系电话=ERROR))})
    write_marked_copy(take(held, book), [book], tmp_path / "marked.xlsx")
    (issue,) = take(held, tmp_path / "marked.xlsx").refusals
    assert (issue.row, issue.column, issue.value) == (2, "联系电话", "#N/A")


def test_a_remark_that_begins_like_an_error_is_kept(held, tmp_path):
    book = sound_book()
    book["户"][0]["备注"] = "#N/A 待核"
    assert take(held, write_folder(tmp_path / "csv", {"户": book["户"]})).refusals == []
    with held.connect() as connection:
        assert "#N/A 待核" in connection.execute(select(model.household.c.remark)).scalars().all()
