"""Files that are no workbook, damaged, locked, too big or made to harm: each is told so, none is run or unpacked."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from data.errors import Refused
from data.intake import import_files
from tests.data.intake.books import csv_text, sound_book, write_folder, write_xlsx, write_zip
from tests.data.intake.raw_sheets import raw_xlsx, row
from tests.moment import NOW

TODAY = date(2026, 11, 22)


@pytest.fixture
def store(migrated_sqlite, tmp_path):
    from data.store.engine import open_engine

    (tmp_path / "store.db").write_bytes(migrated_sqlite.read_bytes())
    return open_engine(f"sqlite:///{tmp_path / 'store.db'}")


@pytest.fixture
def refused(store, tmp_path):
    """What is said of a file with the given bytes."""

    def refusal(name, content=None):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        result = import_files(store, [path], now=NOW, rebuild=False)
        assert not result.wrote and result.refusals
        return result.refusals[0].reason

    return refusal


def packed(entries, compression=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_a_file_that_is_not_there(store, tmp_path):
    with pytest.raises(Refused, match="找不到文件"):
        import_files(store, [tmp_path / "none.xlsx"], now=NOW)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"", "是空文件"),
        ("a.xlsx", b"hello", "不是有效的数据文件"),
        ("a.xlsx", b"%PDF-1.7 ...", "是 PDF 文件"),
        ("a.xlsx", b"\x89PNG\r\n", "是图片"),
        ("a.csv", b"\xff\xd8\xff\xe0JFIF", "是图片"),
        ("a.xlsx", b"Rar!\x1a\x07", "RAR"),
        ("a.xls", b"<html><table><tr><td>1", "是网页"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML 表格"),
        ("a.json", b'{"type": "FeatureCollection"}', "区划边界"),
        ("a.xlsx", b"PK\x03\x04garbage" * 10, "没有传完"),
    ],
)
def test_what_is_no_workbook_is_told_what_it_is(refused, name, content, said):
    assert said in refused(name, content)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("content.xml", "不是 .xlsx"),
        ("xl/workbook.bin", "不是 .xlsx"),
        ("word/document.xml", "Word"),
        ("ppt/presentation.xml", "演示文稿"),
        ("layer/区划.shp", "区划边界"),
    ],
)
def test_what_else_is_packed_is_told_what_it_is(refused, part, said):
    assert said in refused("a.xlsx", packed({part: "x"}))


def test_an_old_and_an_encrypted_workbook(refused):
    assert ".xls" in refused("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000)
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 99
    )
    assert "加密" in refused("b.xlsx", locked)


def test_an_encrypted_zip(refused, tmp_path):
    content = bytearray(packed({"户.csv": "户编号"}))
    content[6] |= 1  # the flag in the local header
    content[content.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    assert "加密" in refused("a.zip", bytes(content))


@pytest.mark.parametrize("where", [0.3, 0.5, 0.7])
def test_a_damaged_workbook(refused, tmp_path, where):
    whole = write_xlsx(tmp_path / "whole.xlsx", sound_book()).read_bytes()
    content = bytearray(whole)
    start = int(len(content) * where)
    content[start : start + 200] = b"\xff" * 200
    assert "损坏" in refused("a.xlsx", bytes(content))
    assert "没有传完" in refused("b.xlsx", whole[: int(len(whole) * where)])


def test_a_damaged_zip_of_csv_files(refused, tmp_path):
    content = bytearray(write_zip(tmp_path / "whole.zip", sound_book()).read_bytes())
    content[60:160] = b"\xff" * 100
    assert "损坏" in refused("a.zip", bytes(content))


def test_no_known_sheet_says_which_are_expected(refused, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Sheet1").write(0, 0, "户编号")
    reason = refused("a.xlsx")
    assert "没有认得的工作表" in reason and "行政区划" in reason and "作战任务" in reason
    (tmp_path / "empty").mkdir()
    assert "没有认得的工作表" in refused("empty")


def test_what_unpacks_beyond_the_limit_is_refused_unread(refused, monkeypatch):
    monkeypatch.setenv("WARROOM_IMPORT_MB", "2")
    bomb = packed({"收支.csv": b"0" * 3 * 2**20})
    assert len(bomb) < 10_000 and "大小限制" in refused("tight.zip", bomb)
    loose = packed({"收支.csv": b"0" * 9 * 2**20}, zipfile.ZIP_STORED)
    assert "大小限制" in refused("large.zip", loose)
    assert "大小限制" in refused("book.xlsx", packed({"xl/workbook.xml": b"0" * 3 * 2**20}, zipfile.ZIP_STORED))


def test_csv_files_may_hold_more_than_a_workbook(store, tmp_path, monkeypatch):
    monkeypatch.setenv("WARROOM_IMPORT_MB", "1")
    rows = b"".join(b"%06d,%06d\r\n" % (number, number) for number in range(100_000, 200_000))
    (tmp_path / "a.zip").write_bytes(packed({"行政区划.csv": "区划代码,名称\r\n".encode() + rows}))
    assert import_files(store, [tmp_path / "a.zip"], now=NOW, rebuild=False).wrote


def test_a_zip_that_lies_about_its_size_is_damaged(refused):
    content = bytearray(packed({"收支.csv": csv_text("收支", sound_book()["收支"]) + "x" * 5_000_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(mark) + at
        assert int.from_bytes(content[place : place + 4], "little") > 5_000_000
        content[place : place + 4] = (1000).to_bytes(4, "little")
    assert "损坏" in refused("a.zip", bytes(content))


def test_a_sheet_with_a_cell_in_the_last_corner_is_refused(refused, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        page = book.add_worksheet("户")
        page.write_row(0, 0, ["户编号", "村代码", "户主姓名", "户类型"])
        page.write(1_048_575, 16_383, "x")
    assert "范围过大" in refused("a.xlsx")


def test_names_that_climb_out_of_the_zip_are_ignored(store, tmp_path):
    book = {"行政区划": sound_book()["行政区划"]}
    text = csv_text("行政区划", book["行政区划"])
    evil = text.replace("东村", "坏村")
    (tmp_path / "a.zip").write_bytes(packed({"../行政区划.csv": evil, "/行政区划.csv": evil, "好/行政区划.csv": text}))
    result = import_files(store, [tmp_path / "a.zip"], now=NOW, rebuild=False)
    assert result.wrote and result.rows == {"行政区划": 4} and len(result.ignored) == 2
    assert not list(tmp_path.parent.glob("行政区划.csv"))
    with store.connect() as connection:
        assert "坏村" not in connection.exec_driver_sql("SELECT name FROM region").scalars().all()


def test_formulas_are_not_run_their_stored_result_is_read(store, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        page = book.add_worksheet("行政区划")
        page.write_row(0, 0, ["区划代码", "名称", "农村人口"])
        page.write_string(1, 0, "990181")
        page.write_formula(1, 1, '="甲"&"乙"', None, "存着的")
        page.write_formula(1, 2, "=1+1", None, 7)
        page.write_string(2, 0, "990182")
        page.write_string(2, 1, '=HYPERLINK("http://x")')
    assert import_files(store, [tmp_path / "a.xlsx"], now=NOW, rebuild=False).wrote
    with store.connect() as connection:
        found = connection.exec_driver_sql("SELECT name, rural_population FROM region ORDER BY code").all()
    assert [tuple(row) for row in found] == [("存着的", 7), ('=HYPERLINK("http://x")', None)]


@pytest.mark.parametrize("encoding", ["utf-32", "big5hkscs", "latin-1"])
def test_another_encoding_is_told(refused, tmp_path, encoding):
    folder = tmp_path / "csv"
    folder.mkdir()
    text = "区划代码,名称\n990181,é\xff" if encoding == "latin-1" else "区划代码,名称\n990181,示范市\n"
    (folder / "行政区划.csv").write_bytes(text.encode(encoding, errors="ignore"))
    assert refused("csv")


def test_wrong_bytes_far_inside_a_file_name_the_row(refused, tmp_path):
    folder = write_folder(tmp_path / "csv", {"行政区划": sound_book()["行政区划"]})
    rows = b"".join(b"%012d,name\r\n" % number for number in range(990_181_000_000, 990_181_060_000))
    (folder / "行政区划.csv").write_bytes("区划代码,名称\r\n".encode() + rows + b"990182,\xff\xfe")
    assert "无法识别的文字编码" in refused("csv")


def test_a_quote_without_its_end_is_told(refused, tmp_path):
    folder = write_folder(tmp_path / "csv", {"行政区划": sound_book()["行政区划"]})
    with (folder / "行政区划.csv").open("a") as file:
        file.write('990182,"没有结尾\n990183,甲\n')
    assert "引号" in refused("csv")


@pytest.mark.parametrize("place", ["B99999999", "ZZZZ2", "XFE1"])
def test_a_cell_beyond_the_sheet_is_refused_before_room_is_made_for_it(refused, tmp_path, place):
    raw_xlsx(tmp_path / "a.xlsx", {"户": row(1, [f'<c r="{place}" t="inlineStr"><is><t>x</t></is></c>'])})
    assert "范围之外" in refused("a.xlsx")


def test_a_row_beyond_the_sheet_is_refused_before_room_is_made_for_it(refused, tmp_path):
    raw_xlsx(tmp_path / "a.xlsx", {"户": '<row r="99999999"><c t="inlineStr"><is><t>x</t></is></c></row>'})
    assert "范围之外" in refused("a.xlsx")
