"""What an import writes, what it leaves alone, and that it is all or nothing."""

from datetime import datetime

import pytest
from sqlalchemy import select, text

from data import model
from data.errors import Refused
from data.figures import cube
from data.intake import checked, import_files, written
from data.workbook.sheets import SHEET, SHEETS
from tests.data.intake.books import (
    HOUSE,
    OTHER_HOUSE,
    OTHER_VILLAGE,
    VILLAGE,
    sound_book,
    write_folder,
    write_xlsx,
    write_zip,
)
from tests.moment import NOW


def take(engine, *files, **options):
    return import_files(engine, files, **{"now": NOW, "rebuild": False, **options})


def rows_of(engine, name):
    table = model.metadata.tables[name]
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]


def everything(engine):
    tables = {sheet.table_name for sheet in SHEETS} | {"ledger_year", "import_run", "data_version"}
    return {name: rows_of(engine, name) for name in sorted(tables)}


def records(engine):
    return {name: rows for name, rows in everything(engine).items() if name not in ("import_run", "data_version")}


@pytest.fixture
def book():
    return sound_book()


def test_every_sheet_of_a_sound_workbook_is_written(engine, book, tmp_path):
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    assert (result.refusals, result.warnings, result.ignored) == ([], [], [])
    assert result.wrote and result.rows == {name: len(rows) for name, rows in book.items()}
    assert rows_of(engine, "region") == [
        ("990181", "示范市", "", 1200, *[None] * 9),
        ("990181001", "示范镇", "990181", *[None] * 10),
        (VILLAGE, "东村", "990181001", 600, 1, 121.5, 40.2, *[None] * 6),
        (OTHER_VILLAGE, "西村", "990181001", None, 0, None, None, "2005-01-01", None, None, "西屯", "2011-03-01", None),
    ]
    first, second = rows_of(engine, "household")
    assert first == (
        1,
        HOUSE,
        VILLAGE,
        "张三",
        "19900000001",
        None,
        "低保户",
        "脱贫户",
        "2014-12-01",
        "2018-11-03",
        None,
        None,
        "因病",
        "因残、缺劳力",
        1,
        0,
        121.51,
        40.21,
        None,
        "2026-11-22",
        None,
        "zs",
    )
    assert second[:4] == (2, OTHER_HOUSE, OTHER_VILLAGE, "李䶮") and second[8] == "2024-03-05" and second[-2] == "=1+1"
    assert rows_of(engine, "member")[0] == (
        "R1",
        1,
        "张三",
        "户主",
        "男",
        "1965-03-08",
        "990181196503080015",
        None,
        None,
        "长期慢性病",
        None,
        None,
        6,
        1,
        None,
        *[None] * 2,
        "2026-11-22",
        "2015-01-01",
        "其他",
        None,
        None,
        "zs",
        "080015",
    )
    assert rows_of(engine, "measure") == [("CS1", 1, "就业", "公益岗位", "2025-01-01", "2027-12-31", 600_000, None)]
    project = rows_of(engine, "project")[0]
    assert project[:6] == ("XM-1", "光伏", "光伏", VILLAGE, "运营", 120_000_001) and project[14] == 0.08
    assert rows_of(engine, "project_return") == [("XM-1", 24319, 800_000, 700_000), ("XM-1", 24320, 800_000, 900_000)]
    assert rows_of(engine, "project_household") == [("XM-1", 1, 2026, "分红", 60_000, 2)]
    assert rows_of(engine, "helper") == [("BF1", "王五", "农业农村局", "区直干部", None, None)]
    assert rows_of(engine, "pairing") == [("BF1", 1, "", "2021-03-01", None)]
    assert [row[3:] for row in rows_of(engine, "visit")] == [
        ("2026-11-22", "日常走访", '一行\n又一行，“引号”,"和逗号"'),
        ("2026-10-01", "传统节日", "+86"),
    ]
    assert rows_of(engine, "fund") == [
        ("ZJ1", 2026, "中央", "990181", "XM-1", "补助资金", 120_000_000, "2026-09-30", 500_050)
    ]
    assert [row for row in rows_of(engine, "monitoring_line") if row[3] == "2026-11-22 导入"] == [
        ("", "2027-01-01", 920_000, "2026-11-22 导入"),
        ("99", "2026-03-01", 900_050, "2026-11-22 导入"),
    ]
    assert rows_of(engine, "fund_payment") == [("ZJ1", "2026-05-20", 60_000_000)]
    assert rows_of(engine, "problem")[0][6:11] == ("2026-09-10", "2027-10-10", "王五", "2026-09-28", "2026-10-08")
    assert rows_of(engine, "task")[0][8:10] == (3750, None)


def test_an_import_fills_what_the_search_goes_by(engine, book, tmp_path):
    people = book["家庭成员"]
    people[1]["证件号码"] = "99018119991231001x"
    people += [{**people[0], "人编号": f"R{number}", "姓名": "单于 A·张", "证件号码": ""} for number in (3, 4)]
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    found = {row[0]: row[-2:] for row in rows_of(engine, "member")}
    assert found == {"R1": ("zs", "080015"), "R2": ("ly", "31001X"), "R3": ("syaz", None), "R4": ("syaz", None)}
    assert [row[-1] for row in rows_of(engine, "household")] == ["zs", "ly"]


def test_a_later_import_keeps_the_search_columns_in_step_with_the_names(engine, book, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    book["家庭成员"][0] |= {"姓名": "赵六", "证件号码": "清空"}
    take(engine, write_xlsx(tmp_path / "b.xlsx", {"家庭成员": book["家庭成员"][:1]}))
    assert [row[-2:] for row in rows_of(engine, "member")] == [("zl", None), ("ly", None)]


def test_income_lines_become_one_row_for_each_household_and_month(engine, book, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT household_id, month, wage_work_fen, transfer_pension_fen, business_crop_fen, expense_fen"
                " FROM ledger ORDER BY 1, 2"
            )
        ).all()
    assert [tuple(row) for row in found] == [
        (1, 24320, None, None, -2000, None),
        (1, 24321, 235_050, 12_340, None, None),
        (2, 24322, None, None, None, 0),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("form", ["folder", "zip", "windows zip"])
def test_csv_files_say_the_same_as_the_workbook(migrated_sqlite, book, tmp_path, encoding, form):
    from data.store.engine import open_engine

    stores = []
    for name in ("one", "other"):
        (tmp_path / f"{name}.db").write_bytes(migrated_sqlite.read_bytes())
        stores.append(open_engine(f"sqlite:///{tmp_path / name}.db"))
    take(stores[0], write_xlsx(tmp_path / "a.xlsx", book))
    if form == "folder":
        path = write_folder(tmp_path / "csv", book, encoding)
    else:
        path = write_zip(tmp_path / "csv.zip", book, encoding, windows=form == "windows zip")
    result = take(stores[1], path)
    assert result.refusals == []
    assert records(stores[0]) == records(stores[1])


def test_the_same_file_twice_changes_nothing_at_all(engine, book, tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", book)
    take(engine, path, rebuild=True)
    before = everything(engine)
    again = take(engine, path, rebuild=True)
    assert not again.wrote and again.changed == 0
    assert everything(engine) == before


def test_a_change_is_counted_recorded_and_raises_the_version(engine, book, tmp_path):
    first = take(engine, write_xlsx(tmp_path / "a.xlsx", book), rebuild=True)
    book["户"][0]["户主姓名"] = "张四"
    second = take(engine, write_xlsx(tmp_path / "b.xlsx", book), rebuild=True)
    assert second.changed == 1
    runs = rows_of(engine, "import_run")
    assert [(row[0], row[3], row[4], row[5]) for row in runs] == [
        (1, "a.xlsx", sum(first.rows.values()), first.changed),
        (2, "b.xlsx", sum(second.rows.values()), 1),
    ]
    ((_, version, updated, built),) = rows_of(engine, "data_version")
    assert (version, built) == (2, "2026-11-22")
    assert datetime.fromisoformat(updated)


def test_a_column_that_is_absent_and_a_cell_that_is_empty_keep_what_is_stored(engine, book, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "户.csv").write_text(f"户编号,村代码,户主姓名,户类型,住址\n{HOUSE},{VILLAGE},张三,脱贫户,\n")
    take(engine, folder)
    first = rows_of(engine, "household")[0]
    assert first[4] == "19900000001" and first[13] == "因残、缺劳力"
    (folder / "户.csv").write_text(f"户编号,村代码,户主姓名,户类型,联系电话\n{HOUSE},{VILLAGE},张三,脱贫户,\n")
    take(engine, folder)
    assert rows_of(engine, "household")[0][4] == "19900000001"


def test_an_income_line_of_another_subject_joins_the_month_without_clearing_it(engine, book, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    more = {"收支": [{"户编号": HOUSE, "月份": "2026-10", "科目": "低保金", "金额": "500"}]}
    take(engine, write_xlsx(tmp_path / "b.xlsx", more))
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT wage_work_fen, transfer_allowance_fen FROM ledger WHERE household_id = 1 AND month = 24321")
        ).one()
    assert tuple(found) == (235_050, 50_000)


def test_new_households_are_numbered_behind_the_old_by_village_then_code(engine, book, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    new = [("Z", OTHER_VILLAGE), ("A", OTHER_VILLAGE), ("M", VILLAGE)]
    more = {"户": [{"户编号": c, "村代码": v, "户主姓名": "赵", "户类型": "一般户"} for c, v in new]}
    take(engine, write_xlsx(tmp_path / "b.xlsx", more))
    assert [row[:2] for row in rows_of(engine, "household")] == [
        (1, HOUSE),
        (2, OTHER_HOUSE),
        (3, "M"),
        (4, "A"),
        (5, "Z"),
    ]


def test_a_province_or_city_that_comes_later_becomes_the_parent(engine, book, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    result = take(engine, write_xlsx(tmp_path / "b.xlsx", {"行政区划": [{"区划代码": "99", "名称": "示范省"}]}))
    assert result.changed == 2
    take(engine, write_xlsx(tmp_path / "c.xlsx", {"行政区划": [{"区划代码": "9901", "名称": "示范州"}]}))
    assert [(row[0], row[2]) for row in rows_of(engine, "region")][:4] == [
        ("99", ""),
        ("9901", "99"),
        ("990181", "9901"),
        ("990181001", "990181"),
    ]


def test_codes_dates_and_shares_that_excel_made_numbers_are_understood(engine, tmp_path):
    book = sound_book()
    for rows in book.values():
        for row in rows:
            for heading, value in row.items():
                if heading in ("区划代码", "村代码", "农村人口", "联系电话", "金额", "投资") and value:
                    row[heading] = float(str(value).replace(",", ""))
    book["户"][0]["识别日期"] = 41974  # the day number of 2014-12-01
    book["户"][0]["脱贫日期"] = datetime(2018, 11, 3)
    book["收支"][0]["月份"] = datetime(2026, 10, 1)
    book["项目"][0]["约定年收益率"] = 0.08
    book["作战任务"][0]["进度"] = 0.375
    sound, numbers = engine, write_xlsx(tmp_path / "numbers.xlsx", book)
    assert take(sound, numbers).refusals == []
    before = records(engine)
    again = take(engine, write_xlsx(tmp_path / "texts.xlsx", sound_book()))
    assert again.refusals == [] and again.changed == 0
    assert records(engine) == before


def test_several_files_are_one_import(engine, book, tmp_path):
    later = {name: book.pop(name) for name in ("收支", "走访")}
    files = [write_folder(tmp_path / "csv", later), write_xlsx(tmp_path / "a.xlsx", book)]
    result = take(engine, *files)
    assert result.refusals == [] and len(result.rows) == len(SHEETS)
    assert rows_of(engine, "import_run")[0][3] == "csv、a.xlsx"


def test_nothing_of_a_file_with_one_error_is_written(engine, book, tmp_path):
    book["作战任务"][0]["进度"] = "101"
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    assert not result.wrote and len(result.refusals) == 1
    assert all(rows == [] for name, rows in everything(engine).items() if name != "monitoring_line")
    assert all("导入" not in row[3] for row in rows_of(engine, "monitoring_line"))


def test_valid_rows_writes_the_good_rows_and_takes_down_what_depends_on_a_bad_one(engine, book, tmp_path):
    book["户"][0]["户类型"] = "富裕户"
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book), valid_rows=True)
    assert result.wrote
    assert [row[1] for row in rows_of(engine, "household")] == [OTHER_HOUSE]
    assert [row[0] for row in rows_of(engine, "member")] == ["R2"]
    assert len(rows_of(engine, "ledger")) == 1 and rows_of(engine, "visit") == [] == rows_of(engine, "problem")
    assert [row[0] for row in rows_of(engine, "project")] == ["XM-1"]
    reasons = {(issue.sheet, issue.row): issue.reason for issue in result.refusals}
    assert "不在可选范围内" in reasons["户", 2]
    for place in (("家庭成员", 2), ("收支", 2), ("走访", 2), ("结对帮扶", 2), ("问题", 2)):
        assert "未通过校验" in reasons[place], place
    assert result.refused_rows == len({(issue.sheet, issue.row) for issue in result.refusals})


def test_a_bad_row_of_a_household_that_stands_already_does_not_take_its_members_down(engine, book, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    book["户"][0]["户类型"] = "富裕户"
    book["家庭成员"][0]["姓名"] = "张三丰"
    result = take(engine, write_xlsx(tmp_path / "b.xlsx", book), valid_rows=True)
    assert [(issue.sheet, issue.row) for issue in result.refusals] == [("户", 2)]
    assert rows_of(engine, "member")[0][2] == "张三丰" and rows_of(engine, "household")[0][3] == "张三"


def test_an_import_that_breaks_off_leaves_the_database_as_it_was(engine, book, tmp_path, monkeypatch):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book), rebuild=True)
    before = everything(engine)
    for sheet in book:
        for row in book[sheet]:
            row.update({h: "改" for h in ("名称", "户主姓名", "姓名", "内容", "描述") if h in SHEET[sheet].by_heading})
    path = write_xlsx(tmp_path / "b.xlsx", book)
    write_pending = written.write_pending

    def breaks(pending, run, **how):
        assert write_pending(pending, run, **how) > 5
        raise KeyboardInterrupt

    monkeypatch.setattr(written, "write_pending", breaks)
    with pytest.raises(KeyboardInterrupt):
        take(engine, path, rebuild=True)
    assert everything(engine) == before
    monkeypatch.undo()
    assert take(engine, path).changed > 5


def test_a_store_whose_figures_were_never_counted_is_counted_as_a_whole(engine, book, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book), rebuild=False)
    book["户"][0]["户主姓名"] = "张四"
    assert take(engine, write_xlsx(tmp_path / "b.xlsx", book), rebuild=True).changed == 1
    with engine.connect() as connection:
        assert cube.fits(connection)


def test_an_import_that_came_in_between_is_noticed(engine, book, tmp_path, monkeypatch):
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    other = write_xlsx(tmp_path / "other.xlsx", {"行政区划": [{"区划代码": "99", "名称": "示范省"}]})
    book["户"][0]["户主姓名"] = "张四"
    path = write_xlsx(tmp_path / "b.xlsx", book)
    warn_sums = checked.warn_sums

    def meanwhile(*arguments):
        monkeypatch.setattr(checked, "warn_sums", warn_sums)
        take(engine, other)

    monkeypatch.setattr(checked, "warn_sums", meanwhile)
    with pytest.raises(Refused, match="另一次导入"):
        take(engine, path)
    assert rows_of(engine, "household")[0][3] == "张三"


def test_progress_names_sheets_and_reaches_its_total(engine, book, tmp_path):
    seen = []
    take(engine, write_zip(tmp_path / "a.zip", book), progress=lambda *step: seen.append(step), rebuild=True)
    labels = {label for label, _, _ in seen}
    assert {"校验 收支", "写入 收支", "写入 走访"} <= labels
    assert all(0 <= done <= total for _, done, total in seen)
    assert {label for label, done, total in seen if done == total} >= labels - {
        "逐户逐月状态与收入",
        "逐级汇总",
        "日历与区划",
    }
