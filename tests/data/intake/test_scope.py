"""What a township hands in writes nothing of another: each sheet, rows that are new and rows that stand."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.intake import import_files
from data.intake.check import SheetCheck
from data.intake.files import open_sheets
from data.intake.issues import Findings, Issue
from data.intake.kept import KeptCheck
from data.intake.known import KnownCodes
from data.intake.ledger import LedgerCheck
from data.intake.scope import refuse_outside
from data.model import setting
from data.store.engine import writing
from data.workbook.exporting import export_workbook
from data.workbook.kept import KEPT
from data.workbook.sheets import SHEET, SHEETS
from tests.data.intake.books import HOUSE, OTHER_HOUSE, OTHER_VILLAGE, VILLAGE, Book, sound_book, write_folder
from tests.moment import NOW

OURS, THEIRS = "990181001", "990181002"
ABOVE = [{"区划代码": "990181", "名称": "示范市"}]
CHANGED = {
    "行政区划": ("名称", "新名"), "农村人口": ("人数", "577"), "户": ("备注", "新"), "户变动": ("原因", "新"),
    "户迁移": ("说明", "新"), "家庭成员": ("姓名", "张四"), "成员变动": ("原因", "婚入"), "成员状况": ("值", "残疾"),
    "保障核实": ("说明", "新"), "监测": ("风险备注", "新"), "监测步骤": ("办理人", "新"),
    "收支参考": ("理赔", "1"), "收支": ("金额", "1"), "帮扶措施": ("名称", "新"),
    "项目": ("名称", "新"), "项目进度": ("进入日期", "2021-03-02"), "项目收益": ("实收", "1"),
    "项目带户": ("金额", "1"), "帮扶责任人": ("职务", "新"), "结对帮扶": ("结束日期", "2026-01-01"),
    "区划负责人": ("单位", "新"), "走访": ("内容", "新"), "资金": ("名称", "新"), "资金拨付": ("金额", "1"),
    "拨付计划": ("计划金额", "1"), "问题": ("描述", "新"), "作战任务": ("目标", "新"), "监测线": ("金额", "9300"),
}  # fmt: skip
"""Sheet → a cell of its first row, and what it is made."""


def _book(township: str) -> Book:
    """The sound book in a township, every record under a number of its own."""
    book = sound_book()
    book["行政区划"] = book["行政区划"][1:]
    book["资金"][0]["区划代码"] = OURS
    del book["监测线"]
    if township != OURS:
        for sheet, rows in book.items():
            for row in rows:
                for column in (column for column in SHEET[sheet].columns if column.heading in row):
                    if column.kind == "region":
                        row[column.heading] = str(row[column.heading]).replace(OURS, township)
                    elif column.kind == "code":
                        own, times, number = str(row[column.heading]).partition("-JC")  # 户编号-JC1
                        row[column.heading] = f"{own}-{township}{times}{number}"
    return book


def _joined(*books: Book) -> Book:
    return {spec.name: [row for book in books for row in book.get(spec.name, [])] for spec in SHEETS}


def _import(engine: Engine, folder: Path, book: Book) -> None:
    result = import_files(engine, [write_folder(folder, {k: v for k, v in book.items() if v})], now=NOW)
    assert not result.refusals and result.wrote


def _fill(engine: Engine) -> None:
    """Both townships, and who pays what."""
    both = _joined({"行政区划": ABOVE}, _book(OURS), _book(THEIRS), {"监测线": sound_book()["监测线"]})
    with TemporaryDirectory() as folder:
        _import(engine, Path(folder) / "both", both)


@pytest.fixture
def store(filled: Callable[..., Engine]) -> Engine:
    """Both townships, to be read."""
    return filled(_fill)


def _refused(engine: Engine, file: Path, area: str) -> list[Issue]:
    """What is refused of a file of a region, and nothing of the rest of its rows."""
    findings = Findings()
    sheets = open_sheets([file], findings, lambda _: "")
    with engine.connect() as connection:
        known = KnownCodes(connection, valid_rows=False, members=True, cases=True)
        kept, checks = KeptCheck(known, findings), []
        for sheet in (sheet for sheet in sheets if sheet.name == KEPT):
            kept.take(sheet)
        for spec in SHEETS:
            check = (LedgerCheck if spec.name == "收支" else SheetCheck)(spec, known, NOW.date(), findings)
            for sheet in (sheet for sheet in sheets if sheet.name == spec.name):
                check.take(sheet, lambda *_: None)
            check.finish()
            checks.append(check)
        assert not findings.refusals
        refuse_outside(connection, checks, area, findings, kept)
    assert findings.refusal_count == len(findings.refusals)
    assert sum(check.refused_rows for check in checks) == len([one for one in findings.refusals if one.sheet != KEPT])
    return findings.refusals


def _of(tmp_path: Path, **sheets: list[dict[str, object]]) -> Path:
    return write_folder(tmp_path / "file", {name: rows for name, rows in sheets.items() if rows})


@pytest.mark.parametrize("sheet", [spec.name for spec in SHEETS])
def test_of_what_stands_a_sheet_takes_changes_of_ones_own_and_refuses_those_of_others(
    store: Engine, tmp_path: Path, sheet: str
) -> None:
    heading, made = CHANGED[sheet]
    own, other = (
        (_book(township).get(sheet) or sound_book()[sheet])[0] | {heading: made} for township in (OURS, THEIRS)
    )
    file = _of(tmp_path, **{sheet: [own, other] if own != other else [own]})
    (found,) = _refused(store, file, OURS)
    assert (found.sheet, found.row) == (sheet, 2 if own == other else 3)
    assert "示范镇" in found.reason or sheet in ("帮扶责任人", "监测线")


def test_of_new_records_all_and_only_those_of_another_township_are_refused(engine: Engine, tmp_path: Path) -> None:
    _import(engine, tmp_path / "regions", {"行政区划": ABOVE})
    ours, theirs = _book(OURS), _book(THEIRS)
    refused = _refused(engine, _of(tmp_path, **_joined(ours, theirs)), OURS)
    expected = {
        (sheet, number + 2)
        for sheet, rows in ours.items()
        for number in range(len(rows), 2 * len(rows))
        if sheet != "帮扶责任人"  # nobody's yet: who will help whom
    }
    assert {(one.sheet, one.row) for one in refused} == expected


def test_what_a_township_took_away_comes_back_whole(store: Engine, tmp_path: Path) -> None:
    with store.connect() as connection:
        export_workbook(connection, Viewer("township", OURS), tmp_path / "own.xlsx", now=NOW)
    assert _refused(store, tmp_path / "own.xlsx", OURS) == []


def test_what_the_application_keeps_comes_from_the_whole_alone(filled: Callable[..., Engine], tmp_path: Path) -> None:
    store = filled(_fill, own=True)
    with writing(store) as connection:
        connection.execute(
            setting.insert().values(name="publicity_days", value="6", changed="2026-11-01T08:00:00", actor="county")
        )
    with store.connect() as connection:
        export_workbook(connection, Viewer("admin", ""), tmp_path / "all.xlsx", now=NOW)
    assert _refused(store, tmp_path / "all.xlsx", "") == []
    assert _refused(store, tmp_path / "all.xlsx", "990181") == []  # all there is lies in this county
    assert KEPT in {one.sheet for one in _refused(store, tmp_path / "all.xlsx", OURS)}


@pytest.mark.parametrize(
    ("sheet", "row", "heading"),
    [
        ("户", {"户编号": f"{OTHER_HOUSE}-{THEIRS}", "村代码": VILLAGE}, "村代码"),
        ("家庭成员", {"人编号": f"R1-{THEIRS}", "户编号": HOUSE}, "户编号"),
    ],
)
def test_a_move_into_ones_own_region_is_asked_of_the_county(
    store: Engine, tmp_path: Path, sheet: str, row: dict[str, object], heading: str
) -> None:
    (found,) = _refused(store, _of(tmp_path, **{sheet: [row]}), OURS)
    assert found.column == heading and found.reason.endswith("登记在其他辖区，要迁入示范镇请报县级办理")


def test_nothing_of_ones_own_is_sent_elsewhere(store: Engine, tmp_path: Path) -> None:
    away = {"户编号": HOUSE, "日期": "2024-05-01", "原村代码": VILLAGE, "新村代码": f"{THEIRS}001"}
    file = _of(
        tmp_path,
        行政区划=[{"区划代码": OTHER_VILLAGE, "名称": "西村", "撤销日期": "2026-01-01", "并入代码": f"{THEIRS}001"}],
        户=[{"户编号": HOUSE, "村代码": f"{THEIRS}001"}],
        户迁移=[away],
        资金=[{"资金编号": "ZJ1", "项目编号": f"XM-1-{THEIRS}"}],
    )
    refused = _refused(store, file, OURS)
    assert [(one.sheet, one.column) for one in refused] == [
        ("行政区划", "并入代码"), ("户", "村代码"), ("户迁移", "新村代码"), ("资金", "项目编号"),
    ]  # fmt: skip
    assert "东村不属于示范镇，本单位不能导入" in {one.reason for one in refused}


def test_a_village_hands_in_its_own_alone(store: Engine, tmp_path: Path) -> None:
    file = _of(
        tmp_path,
        户=[{"户编号": HOUSE, "备注": "新"}, {"户编号": OTHER_HOUSE, "备注": "新"}],
        收支=[
            {"户编号": HOUSE, "月份": "2026-10", "科目": "务工工资", "金额": "1"},
            {"户编号": OTHER_HOUSE, "月份": "2026-11", "科目": "种植业", "金额": "2"},
        ],
    )
    refused = _refused(store, file, VILLAGE)
    assert [(one.sheet, one.row) for one in refused] == [("户", 3), ("收支", 3)]
    assert refused[0].reason == "系统里的这一条不属于东村，本单位不能导入"


def test_a_helper_of_several_townships_is_changed_by_each_of_them(
    filled: Callable[..., Engine], tmp_path: Path
) -> None:
    store = filled(_fill, own=True)
    _import(store, tmp_path / "second", {"结对帮扶": [
        {"责任人编号": f"BF1-{THEIRS}", "户编号": HOUSE, "开始日期": "2026-01-01"},
    ]})  # fmt: skip
    file = _of(tmp_path, 帮扶责任人=[{"责任人编号": f"BF1-{THEIRS}", "职务": "科长"}])
    assert _refused(store, file, OURS) == []


def test_what_hangs_on_a_row_that_is_refused_otherwise_is_not_reproached(engine: Engine, tmp_path: Path) -> None:
    """A new household whose village cannot be read is of nowhere: its members are not told to be of elsewhere."""
    _import(engine, tmp_path / "regions", {"行政区划": [*ABOVE, *_book(OURS)["行政区划"]]})
    findings = Findings()
    book = {"户": [{"户编号": "N1", "村代码": "9", "户主姓名": "甲", "户类型": "脱贫户"}],
            "家庭成员": [{"人编号": "N11", "户编号": "N1", "姓名": "甲", "与户主关系": "户主"}]}  # fmt: skip
    with engine.connect() as connection:
        known = KnownCodes(connection, valid_rows=False, members=True, cases=True)
        checks = []
        for spec in (SHEET["户"], SHEET["家庭成员"]):
            checks.append(SheetCheck(spec, known, NOW.date(), findings))
            for sheet in open_sheets(
                [write_folder(tmp_path / spec.name, {spec.name: book[spec.name]})], findings, lambda _: ""
            ):
                checks[-1].take(sheet, lambda *_: None)
            checks[-1].finish()
        refuse_outside(connection, checks, OURS, findings)
    assert [(one.sheet, one.column) for one in findings.refusals] == [("户", "村代码")]
