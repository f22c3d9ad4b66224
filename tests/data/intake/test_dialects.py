"""Files of separated values as other programs write them, dates of both systems, workbooks inside folders and zips."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from tests.data.intake.foreign import HOUSES, Reading, write_rows

HOUSE = ["H1", "990181001001", "张三", "脱贫户"]
CELLS = dict(zip(HOUSES, HOUSE, strict=True))


@pytest.fixture
def text_read(tmp_path):
    """What is read of a CSV file of 户 of these bytes."""

    def reading(content, name="户.csv", answers=None):
        (tmp_path / name).write_bytes(content)
        return Reading(tmp_path / name, answers=answers or {})

    return reading


def joined(separator, *rows):
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


PLAIN = joined(",", HOUSES, HOUSE)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode("utf-8-sig"),
        b"\x84\x31\x95\x33" + PLAIN.encode("gb18030"),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        joined("\t", HOUSES, HOUSE).encode("utf-16"),  # Excel's “Unicode text”
        joined("\t", HOUSES, HOUSE).encode("gb18030"),
        joined(";", HOUSES, HOUSE).encode(),
        ("sep=;\r\n" + joined(";", HOUSES, HOUSE)).encode("gb18030"),
        ("sep=,\n" + PLAIN).encode("utf-8-sig"),
    ],
)
def test_separated_values_of_other_programs(text_read, content):
    reading = text_read(content)
    assert reading.rows("户") == [(2, CELLS)] and not reading.findings.refusals and not reading.asked


@pytest.mark.parametrize("name", ["户.txt", "户.tsv", "户.xlsx", "户"])
def test_separated_values_under_another_name(text_read, name):
    assert text_read(joined("\t", HOUSES, HOUSE).encode(), name).rows("户") == [(2, CELLS)]


def test_a_file_named_otherwise_is_asked_about(text_read):
    assert text_read(PLAIN.encode(), "农户导出0415.csv").waiting == ["sheet:农户导出0415.csv:农户导出0415"]
    answers = {"sheet:农户导出0415.csv:农户导出0415": "户"}
    assert text_read(PLAIN.encode(), "农户导出0415.csv", answers).rows("户") == [(2, CELLS)]


def test_rare_and_private_signs_are_read_as_they_are(text_read):
    row = [*HOUSE[:2], "\U00020bb7\ue123", HOUSE[3]]
    assert text_read(joined(",", HOUSES, row).encode("gb18030")).column("户", "户主姓名") == ["\U00020bb7\ue123"]


def test_more_columns_than_excel_has_are_refused(text_read):
    content = PLAIN.replace("\r\n", "," * 1_000_000 + "\r\n")
    sheet = text_read(content.encode()).sheets[0]
    with pytest.raises(Exception, match="16,384 列"):
        sheet.headings()


def test_dates_count_from_the_year_that_the_workbook_says(tmp_path):
    rows = [[*HOUSES, "识别日期"], [*HOUSE, date(2015, 3, 1)]]
    for since_1904 in (False, True):
        path = tmp_path / f"{since_1904}.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": since_1904, "default_date_format": "yyyy-mm-dd"}) as book:
            page = book.add_worksheet("户")
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
        assert Reading(path).column("户", "识别日期") == ["2015-03-01"]


def workbook(tmp_path, name, *houses):
    return write_rows(tmp_path / name, {"户": [HOUSES, *houses]})


def test_workbooks_in_a_zip_are_opened_and_named(tmp_path):
    one = workbook(tmp_path, "一村.xlsx", HOUSE)
    other = workbook(tmp_path, "二村.xlsx", ["H2", *HOUSE[1:]])
    with zipfile.ZipFile(tmp_path / "各村.zip", "w") as archive:
        archive.write(one, "报送/一村.xlsx")
        archive.write(other, "报送\\二村.xlsx")
        archive.writestr("说明.docx", "x")
        archive.writestr("~$一村.xlsx", "x")
        archive.writestr("三村.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    reading = Reading(tmp_path / "各村.zip")
    assert reading.column("户", "户编号") == ["H1", "H2"]
    assert [sheet.file for sheet in reading.sheets] == ["各村.zip/一村.xlsx", "各村.zip/二村.xlsx"]
    assert reading.findings.ignored == ["各村.zip 中的 说明.docx"]
    assert [(one.file, one.reason) for one in reading.findings.refusals] == [
        ("各村.zip/三村.xls", "是旧版 .xls 文件，请用 Excel 另存为 .xlsx 后再导入")
    ]


def test_workbooks_in_a_folder_are_opened(tmp_path):
    (tmp_path / "各村").mkdir()
    workbook(tmp_path / "各村", "一村.xlsx", HOUSE)
    (tmp_path / "各村" / "家庭成员.csv").write_text("人编号,户编号,姓名,与户主关系\nR1,H1,张三,户主\n")
    reading = Reading(tmp_path / "各村")
    assert [(sheet.name, sheet.file) for sheet in reading.sheets] == [("户", "一村.xlsx"), ("家庭成员", "家庭成员.csv")]


def test_workbooks_in_a_zip_have_their_limit_together(tmp_path, monkeypatch):
    monkeypatch.setenv("WARROOM_IMPORT_MB", "1")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("一.xlsx", "二.xlsx"):
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w") as book:
                book.writestr("xl/media/a.png", bytes(600 * 2**10))
                book.writestr("xl/workbook.xml", "<workbook/>")
            archive.writestr(name, inner.getvalue())
    found = Reading(tmp_path / "a.zip").findings.refusals
    assert any("超过大小限制" in one.reason and one.file == "a.zip/二.xlsx" for one in found)
