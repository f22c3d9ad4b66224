"""The store out as official workbook and in again: the same store."""

import csv
import io
import zipfile
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, Refused
from data.figures import lists
from data.households import search
from data.intake import import_files
from data.store.engine import open_engine
from data.workbook import exporting, rows
from data.workbook.exporting import export_workbook
from data.workbook.kept import KEPT
from data.workbook.sheets import INSTRUCTIONS, SHEET, SHEETS
from tests.data.intake.books import HOUSE, OTHER_HOUSE, OTHER_VILLAGE, VILLAGE, sound_book, write_xlsx
from tests.data.small_county import LAST
from tests.data.village_ground import COUNTY, FAR, fill_village
from tests.data.village_ground import VILLAGE as PLACE
from tests.moment import NOW

TODAY = date(2026, 11, 22)
WHOLE = Viewer("admin", "")


def take(engine, path):
    result = import_files(engine, [path], now=NOW, rebuild=False)
    assert result.refusals == [] and result.ignored == []
    return result


def give(engine, path, viewer=WHOLE):
    with engine.connect() as connection:
        return export_workbook(connection, viewer, path, now=NOW)


def records(engine):
    tables = [model.metadata.tables[sheet.table_name] for sheet in SHEETS] + [model.ledger_year]
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables
        }


def column(path, sheet, heading):
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()
    place = [title.rstrip("*") for title in rows[0]].index(heading)
    return [row[place] for row in rows[1:]]


@pytest.fixture
def empty(migrated_sqlite, tmp_path):
    """Another store, empty."""
    (tmp_path / "other.db").write_bytes(migrated_sqlite.read_bytes())
    return open_engine(f"sqlite:///{tmp_path / 'other.db'}")


def rich_book():
    book = sound_book()
    book["户"][1]["备注"] = '=HYPERLINK("http://x","y")'
    book["户"][0] |= {"住址": "-1 号 _x0041_\n<b>&amp;\t制表", "户主姓名": "+张"}
    book["作战任务"][0]["进度"] = "1%"
    book["项目"][0]["约定年收益率"] = "15.5731%"
    book["收支"].append({"户编号": OTHER_HOUSE, "月份": "2021-12", "科目": "其他转移性", "金额": "0.07"})
    return book


@pytest.mark.parametrize("name", ["out.xlsx", "out.zip"])
def test_an_import_of_an_export_makes_the_same_store(engine, empty, tmp_path, name):
    book = rich_book()
    take(engine, write_xlsx(tmp_path / "in.xlsx", book))
    counts = give(engine, tmp_path / name)
    standing = 5  # lines that every store holds
    assert counts.pop(KEPT) == 0
    assert counts == {sheet: len(rows) + standing * (sheet == "监测线") for sheet, rows in book.items()}
    take(empty, tmp_path / name)
    assert records(empty) == records(engine)
    assert not import_files(engine, [tmp_path / name], now=NOW, rebuild=False).wrote


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=some.text(min_size=1, max_size=50), fen=some.integers(0, 10**13), packed=some.booleans())
def test_texts_and_amounts_survive_the_round(migrated_sqlite, tmp_path, text, fen, packed):
    stores = []
    for name in ("one", "other"):
        for left in tmp_path.glob(f"{name}.db*"):
            left.unlink()
        (tmp_path / f"{name}.db").write_bytes(migrated_sqlite.read_bytes())
        stores.append(open_engine(f"sqlite:///{tmp_path / name}.db"))
    book = sound_book()
    book["户"][0]["备注"] = text
    book["帮扶措施"][0]["金额"] = fen / 100
    take(stores[0], write_xlsx(tmp_path / "in.xlsx", book))
    path = tmp_path / ("out.zip" if packed else "out.xlsx")
    give(stores[0], path)
    take(stores[1], path)
    assert records(stores[1]) == records(stores[0])
    assert records(stores[1])["measure"][0][6] == fen
    for store in stores:
        store.dispose()


def test_cells_are_real_numbers_and_texts_never_formulas(engine, tmp_path):
    take(engine, write_xlsx(tmp_path / "in.xlsx", rich_book()))
    path = tmp_path / "out.xlsx"
    give(engine, path)
    assert sorted(column(path, "收支", "金额")) == [-7800.25, -20.0, 0.0, 0.07, 123.4, 1200.0, 2350.5]
    assert column(path, "收支", "月份")[-2:] == ["2024年度", "2025年度"]
    assert column(path, "户", "户编号") == [HOUSE, OTHER_HOUSE]
    assert column(path, "户", "备注")[1] == '=HYPERLINK("http://x","y")'
    assert column(path, "作战任务", "进度") == [0.01]
    with zipfile.ZipFile(path) as parts:
        sheets = b"".join(parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet"))
    assert b"<f>" not in sheets and b"<hyperlink" not in sheets


def test_a_zip_holds_one_csv_for_each_sheet(engine, tmp_path):
    take(engine, write_xlsx(tmp_path / "in.xlsx", sound_book()))
    give(engine, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        names = [*(f"{sheet.name}.csv" for sheet in SHEETS), f"{KEPT}.csv", f"{INSTRUCTIONS}.txt"]
        assert archive.namelist() == names
        content = archive.read("收支.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[:2] == [["户编号*", "月份*", "科目*", "金额*"], [HOUSE, "2026-09", "种植业", "-20.00"]]


def test_of_one_village_there_are_the_regions_above_it_and_nothing_beside_it(engine, empty, tmp_path):
    take(engine, write_xlsx(tmp_path / "in.xlsx", sound_book()))
    path = tmp_path / "out.xlsx"
    give(engine, path, Viewer("county", OTHER_VILLAGE))
    assert column(path, "行政区划", "区划代码") == ["990181", "990181001", OTHER_VILLAGE]
    assert column(path, "户", "户编号") == [OTHER_HOUSE]
    assert column(path, "家庭成员", "人编号") == ["R2"]
    for sheet in (
        "项目",
        "走访",
        "帮扶责任人",
        "结对帮扶",
        "资金",
        "资金拨付",
        "拨付计划",
        "项目进度",
        "问题",
        "作战任务",
        "项目收益",
        "项目带户",
    ):
        assert column(path, sheet, SHEET[sheet].columns[0].heading) == [], sheet
    take(empty, path)
    assert len(records(empty)["household"]) == 1


def test_who_sees_single_households_gets_these_only(engine, tmp_path):
    book = sound_book()
    book["户"].append({"户编号": "X", "村代码": VILLAGE, "户主姓名": "赵", "户类型": "一般户"})
    book["问题"].append(book["问题"][0] | {"问题编号": "WT2", "户编号": "X"})
    import_files(engine, [write_xlsx(tmp_path / "in.xlsx", book)], now=NOW)
    path = tmp_path / "out.xlsx"
    with engine.connect() as connection:
        own = connection.execute(select(model.household.c.id).where(model.household.c.code == HOUSE)).scalar_one()
    give(engine, path, Viewer("county", VILLAGE, households=frozenset({own})))
    assert column(path, "户", "户编号") == [HOUSE]
    assert column(path, "问题", "问题编号") == ["WT1"]
    assert column(path, "帮扶责任人", "责任人编号") == ["BF1"]
    assert set(column(path, "收支", "户编号")) == {HOUSE}


@pytest.mark.parametrize(
    ("viewer", "known"),
    [
        (Viewer("county", PLACE, households=frozenset({901, FAR})), {901}),
        (Viewer("admin", "", households=frozenset({901, FAR})), {901, FAR}),
        (Viewer("county", COUNTY, households=frozenset()), set()),
        (Viewer("county", PLACE), {901, 902, 903, 904}),
        (Viewer("county", COUNTY), {901, 902, 903, 904, FAR}),
    ],
)
def test_every_sheet_holds_the_households_that_the_pages_show(engine, tmp_path, viewer, known):
    fill_village(engine)
    with engine.connect() as connection:
        every = dict(connection.execute(select(model.household.c.code, model.household.c.id)).all())
        shown = set(search.by_ids(connection, viewer, list(every.values()), LAST)["id"])
        problems = lists.whole(connection, viewer, "rectification_rate", viewer.region, LAST)
    assert {id for id in shown if id > 900} == known
    give(engine, tmp_path / "whole.xlsx")
    give(engine, tmp_path / "his.xlsx", viewer)
    for sheet in SHEETS:
        if "户编号" in sheet.by_heading:
            there, his = (
                {every.get(code) for code in column(tmp_path / name, sheet.name, "户编号")}
                for name in ("whole.xlsx", "his.xlsx")
            )
            assert his - {None} == there & shown, sheet.name
    assert set(column(tmp_path / "his.xlsx", "问题", "问题编号")) == set(problems["code"])
    assert {"q3", "r3"} <= {
        *column(tmp_path / "his.xlsx", "问题", "问题编号"),
        *column(tmp_path / "his.xlsx", "作战任务", "任务编号"),
    }  # what concerns no household


@pytest.mark.parametrize("role", ["display", "helper", "borrower", "stranger"])
def test_records_leave_with_who_answers_for_a_region_alone(engine, tmp_path, role):
    with pytest.raises(NoRight):
        give(engine, tmp_path / "out.xlsx", Viewer(role, ""))
    assert not (tmp_path / "out.xlsx").exists()


def test_more_rows_than_a_workbook_holds_are_refused_with_the_way_out(engine, tmp_path, monkeypatch):
    take(engine, write_xlsx(tmp_path / "in.xlsx", sound_book()))
    monkeypatch.setattr(exporting, "MOST_ROWS", 4)
    with pytest.raises(Refused, match=r"\.zip"):
        give(engine, tmp_path / "out.xlsx")
    assert give(engine, tmp_path / "out.zip")["收支"] == 6
    with pytest.raises(Refused, match=r"\.xlsx"):
        give(engine, tmp_path / "out.ods")


def test_an_export_that_breaks_off_leaves_the_old_file(engine, tmp_path, monkeypatch):
    take(engine, write_xlsx(tmp_path / "in.xlsx", sound_book()))
    give(engine, tmp_path / "out.zip")
    before = (tmp_path / "out.zip").read_bytes()

    def breaks(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "_unpivoted", breaks)
    with pytest.raises(KeyboardInterrupt):
        give(engine, tmp_path / "out.zip")
    assert (tmp_path / "out.zip").read_bytes() == before and not list(tmp_path.glob("*.partial"))
