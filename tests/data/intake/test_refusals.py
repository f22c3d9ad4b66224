"""Every refusal and warning of the workbook, each with sheet, row, column, value and reason."""

from datetime import date

import pytest

from data.intake import import_files
from tests.data.intake.books import HOUSE, OTHER_HOUSE, VILLAGE, sound_book, write_folder, write_xlsx
from tests.moment import NOW

TODAY = date(2026, 11, 22)
FUTURE = "2026-11-23"

# sheet, index of the row, what is changed in it, column named, value named, part of the reason
REFUSED = [
    ("行政区划", 0, {"名称": ""}, "名称", "", "必填"),
    ("行政区划", 3, {"区划代码": "99018100100A"}, "区划代码", "99018100100A", "只能是数字"),
    ("行政区划", 3, {"区划代码": "9901810010"}, "区划代码", "9901810010", "位数字"),
    ("行政区划", 3, {"区划代码": "990182001001"}, "区划代码", "990182001001", "上级区划 990182001"),
    ("行政区划", 3, {"区划代码": "9.9018E+11"}, "区划代码", "9.9018E+11", "科学计数法"),
    ("行政区划", 0, {"农村人口": "-1"}, "农村人口", "-1", "不能为负数"),
    ("行政区划", 0, {"农村人口": "12.5"}, "农村人口", "12.5", "整数"),
    ("行政区划", 2, {"设作战室": "有"}, "设作战室", "有", "是"),
    ("行政区划", 2, {"经度": "40.2"}, "经度", "40.2", "填反"),
    ("行政区划", 2, {"纬度": "121.5"}, "纬度", "121.5", "填反"),
    ("行政区划", 2, {"经度": "12"}, "经度", "12", "中国境内"),
    ("户", 0, {"村代码": "990181001099"}, "村代码", "990181001099", "没有 990181001099"),
    ("户", 0, {"村代码": "990181001"}, "村代码", "990181001", "12 位"),
    ("户", 0, {"户编号": "1.23456789012346E+17"}, "户编号", "1.23456789012346E+17", "末几位已丢失"),
    ("户", 0, {"户类型": "富裕户"}, "户类型", "富裕户", "不在可选范围内"),
    ("户", 0, {"主要致贫原因": "懒"}, "主要致贫原因", "懒", "不在可选范围内"),
    ("户", 0, {"其他致贫原因": "因残、懒"}, "其他致贫原因", "因残、懒", "不在可选范围内"),
    ("户", 0, {"识别日期": "2023-02-29"}, "识别日期", "2023-02-29", "没有这一天"),
    ("户", 0, {"识别日期": "去年"}, "识别日期", "去年", "日期应写成"),
    ("户", 0, {"识别日期": FUTURE}, "识别日期", FUTURE, "今天之后"),
    ("户", 0, {"脱贫日期": FUTURE}, "脱贫日期", FUTURE, "今天之后"),
    ("户", 0, {"返贫日期": FUTURE}, "返贫日期", FUTURE, "今天之后"),
    ("户", 0, {"风险消除日期": FUTURE}, "风险消除日期", FUTURE, "今天之后"),
    ("户", 0, {"走访顺序": "0"}, "走访顺序", "0", "不能小于 1"),
    ("户", 0, {"走访顺序": "1.5"}, "走访顺序", "1.5", "整数"),
    ("家庭成员", 0, {"户编号": "9"}, "户编号", "9", "没有 9"),
    ("家庭成员", 0, {"出生日期": FUTURE}, "出生日期", FUTURE, "今天之后"),
    ("家庭成员", 0, {"务工月数": "13"}, "务工月数", "13", "不能大于 12"),
    ("家庭成员", 0, {"证件号码": "9.90181196503080E+17"}, "证件号码", "9.9018**********E+17", "末几位已丢失"),
    ("收支", 0, {"户编号": "9"}, "户编号", "9", "没有 9"),
    ("收支", 0, {"月份": "2026-13"}, "月份", "2026-13", "月份应写成"),
    ("收支", 0, {"月份": "2026-12"}, "月份", "2026-12", "之后"),
    ("收支", 0, {"科目": "工资"}, "科目", "工资", "不在可选范围内"),
    ("收支", 0, {"金额": "一千"}, "金额", "一千", "不是数字"),
    ("收支", 0, {"金额": "NaN"}, "金额", "NaN", "不是数字"),
    ("收支", 0, {"金额": "Infinity"}, "金额", "Infinity", "不是数字"),
    ("收支", 0, {"金额": "1e999"}, "金额", "1e999", "一万亿"),
    ("收支", 0, {"金额": "10.001"}, "金额", "10.001", "精确到分"),
    ("收支", 0, {"金额": ""}, "金额", "", "必填"),
    ("收支", 0, {"金额": "-1"}, "金额", "-1", "不能为负数"),
    ("收支", 3, {"金额": "-1"}, "金额", "-1", "不能为负数"),
    ("帮扶措施", 0, {"户编号": "9"}, "户编号", "9", "没有 9"),
    ("帮扶措施", 0, {"结束日期": "2024-12-31"}, "结束日期", "2024-12-31", "早于开始日期"),
    ("帮扶措施", 0, {"金额": "-1"}, "金额", "-1", "不能为负数"),
    ("项目", 0, {"投资": "-1"}, "投资", "-1", "不能为负数"),
    ("项目", 0, {"竣工日期": "2021-02-28"}, "竣工日期", "2021-02-28", "早于开工日期"),
    ("项目", 0, {"阶段": "完工"}, "阶段", "完工", "不在可选范围内"),
    ("项目", 0, {"区划代码": "990183"}, "区划代码", "990183", "没有 990183"),
    ("项目收益", 0, {"实收": "-1"}, "实收", "-1", "不能为负数"),
    ("项目收益", 0, {"项目编号": "X"}, "项目编号", "X", "没有 X"),
    ("项目收益", 0, {"月份": "2026-12"}, "月份", "2026-12", "之后"),
    ("项目带户", 0, {"年度": "26"}, "年度", "26", "四位数"),
    ("帮扶责任人", 0, {"队伍": "民兵"}, "队伍", "民兵", "不在可选范围内"),
    ("结对帮扶", 0, {"户编号": "9"}, "户编号", "9", "没有 9"),
    ("结对帮扶", 0, {"责任人编号": "X"}, "责任人编号", "X", "没有 X"),
    ("结对帮扶", 0, {"结束日期": "2021-02-28"}, "结束日期", "2021-02-28", "早于开始日期"),
    ("走访", 0, {"户编号": "9"}, "户编号", "9", "没有 9"),
    ("走访", 0, {"日期": FUTURE}, "日期", FUTURE, "今天之后"),
    ("资金", 0, {"安排金额": "-1"}, "安排金额", "-1", "不能为负数"),
    ("资金", 0, {"项目编号": "X"}, "项目编号", "X", "没有 X"),
    ("资金拨付", 0, {"金额": "-0.01"}, "金额", "-0.01", "不能为负数"),
    ("资金拨付", 0, {"日期": FUTURE}, "日期", FUTURE, "今天之后"),
    ("问题", 0, {"发现日期": FUTURE, "整改日期": "", "销号日期": ""}, "发现日期", FUTURE, "今天之后"),
    ("问题", 0, {"整改日期": FUTURE, "销号日期": ""}, "整改日期", FUTURE, "今天之后"),
    ("问题", 0, {"整改期限": "2026-09-01"}, "整改期限", "2026-09-01", "早于发现日期"),
    ("问题", 0, {"整改日期": "2026-09-01"}, "整改日期", "2026-09-01", "早于发现日期"),
    ("问题", 0, {"销号日期": "2026-09-27"}, "销号日期", "2026-09-27", "早于整改日期"),
    ("作战任务", 0, {"进度": "101"}, "进度", "101", "不能大于 100"),
    ("作战任务", 0, {"期限": "2026-02-28"}, "期限", "2026-02-28", "早于开始日期"),
    ("作战任务", 0, {"完成日期": "2026-02-28"}, "完成日期", "2026-02-28", "早于开始日期"),
    ("作战任务", 0, {"完成日期": FUTURE}, "完成日期", FUTURE, "今天之后"),
]


def take(engine, *files, **options):
    return import_files(engine, files, now=NOW, rebuild=False, **options)


@pytest.fixture
def store(migrated_sqlite, tmp_path):
    from data.store.engine import open_engine

    (tmp_path / "store.db").write_bytes(migrated_sqlite.read_bytes())
    return open_engine(f"sqlite:///{tmp_path / 'store.db'}")


@pytest.mark.parametrize(("sheet", "index", "change", "column", "value", "reason"), REFUSED)
def test_a_fault_is_told_with_its_place_and_reason(store, tmp_path, sheet, index, change, column, value, reason):
    book = sound_book()
    book[sheet][index] |= change
    result = take(store, write_xlsx(tmp_path / "a.xlsx", book))
    assert not result.wrote
    found = [(i.sheet, i.row, i.column, i.value) for i in result.refusals if reason in i.reason]
    assert found == [(sheet, index + 2, column, value)]
    others = [issue for issue in result.refusals if reason not in issue.reason]
    assert all(issue.sheet != sheet or "早于" in issue.reason for issue in others), others


def test_all_faults_of_all_sheets_come_at_once(engine, tmp_path):
    book = sound_book()
    book["户"][0]["户类型"] = "富裕户"
    book["户"][1]["识别日期"] = "2023-02-30"
    book["收支"][0]["金额"] = "x"
    book["作战任务"][0] |= {"进度": "101", "完成日期": FUTURE}
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    assert [(issue.sheet, issue.row, issue.column) for issue in result.refusals] == [
        ("户", 2, "户类型"),
        ("户", 3, "识别日期"),
        ("收支", 2, "金额"),
        ("作战任务", 2, "进度"),
        ("作战任务", 2, "完成日期"),
    ]
    assert result.refusal_count == 5 and result.refused_rows == 4


def test_the_same_key_with_the_same_content_is_one_row(engine, tmp_path):
    book = sound_book()
    for rows in book.values():
        rows.append(dict(rows[0]))
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    assert result.refusals == [] and result.wrote
    assert take(engine, write_xlsx(tmp_path / "b.xlsx", sound_book())).changed == 0


@pytest.mark.parametrize(
    ("sheet", "column", "change"),
    [
        ("户", "户编号", {"户主姓名": "李四"}),
        ("收支", "户编号", {"金额": "1"}),
        ("走访", "走访编号", {"内容": ""}),
        ("项目收益", "项目编号", {"实收": "1"}),
        ("结对帮扶", "责任人编号", {"结束日期": "2026-01-01"}),
        ("收支", "户编号", {"金额": "x"}),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_the_same_key_with_other_content_names_both_rows(store, tmp_path, sheet, column, change, apart):
    book = sound_book()
    twin = book[sheet][0] | change
    files = [tmp_path / "a.xlsx"]
    if apart:
        files.append(write_folder(tmp_path / "more", {sheet: [twin]}))
    else:
        book[sheet].append(twin)
    write_xlsx(files[0], book)
    result = take(store, *files)
    found = [issue for issue in result.refusals if "相同" in issue.reason]
    row = 2 if apart else len(book[sheet]) + 1
    assert [(issue.sheet, issue.row, issue.column) for issue in found] == [(sheet, row, column)]
    assert "第 2 行" in found[0].reason and (not apart or "a.xlsx" in found[0].reason)
    partly = take(store, *files, valid_rows=True)
    assert partly.wrote and partly.refused_rows >= 2


def test_a_wrong_check_digit_is_a_warning_and_the_number_is_kept(engine, tmp_path):
    book = sound_book()
    book["家庭成员"][0]["证件号码"] = "99018119650308001x"
    book["家庭成员"][1]["证件号码"] = "123"
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    assert result.wrote and result.refusals == []
    assert [(i.sheet, i.row, i.column, i.value) for i in result.warnings] == [
        ("家庭成员", 2, "证件号码", "990181********001x"),
        ("家庭成员", 3, "证件号码", "123"),
    ]
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT id_number FROM member ORDER BY code").scalars().all()
    assert kept == ["99018119650308001X", "123"]


def test_more_received_than_due_is_a_warning_but_arrears_paid_later_are_not(engine, tmp_path):
    book = sound_book()  # 1,000 owed from August are paid in September
    assert take(engine, write_xlsx(tmp_path / "a.xlsx", book)).warnings == []
    more = {"项目收益": [{"项目编号": "XM-1", "月份": "2026-10", "应收": "8000", "实收": "8000.01"}]}
    result = take(engine, write_xlsx(tmp_path / "b.xlsx", more))
    assert result.wrote
    assert [(i.sheet, i.row, i.column, i.value) for i in result.warnings] == [("项目收益", 2, "实收", "8000.01")]


def test_more_paid_than_arranged_is_a_warning(engine, tmp_path):
    book = sound_book()
    book["资金拨付"].append({"资金编号": "ZJ1", "日期": "2026-06-20", "金额": "600000.01"})
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    assert result.wrote and [(i.sheet, i.row, i.column) for i in result.warnings] == [("资金拨付", 3, "金额")]


def test_more_planned_than_arranged_is_a_warning_on_the_row_that_passes_it(engine, tmp_path):
    book = sound_book()
    book["拨付计划"].append({"资金编号": "ZJ1", "计划日期": "2027-09-30", "计划金额": "600000"})
    assert take(engine, write_xlsx(tmp_path / "a.xlsx", book)).warnings == []  # all of it, and no more
    more = {"拨付计划": [{"资金编号": "ZJ1", "计划日期": "2027-08-31", "计划金额": "0.01"}]}
    result = take(engine, write_xlsx(tmp_path / "b.xlsx", more))
    assert result.wrote and result.warnings == []  # the row that passes it now is not in this file
    last = {"拨付计划": [{"资金编号": "ZJ1", "计划日期": "2027-12-31", "计划金额": "1"}]}
    result = take(engine, write_xlsx(tmp_path / "c.xlsx", last))
    assert [(i.sheet, i.row, i.column, i.value, i.reason) for i in result.warnings] == [
        ("拨付计划", 2, "计划金额", "1.00", "累计计划超过安排金额 1.01 元")
    ]


def test_stages_that_run_backwards_are_a_warning_wherever_the_earlier_one_stands(engine, tmp_path):
    book = sound_book()  # 建设 2021-03-01, 运营 2021-12-01
    book["项目进度"].append({"项目编号": "XM-1", "阶段": "招投标", "进入日期": "2021-03-01"})
    book["项目进度"].append({"项目编号": "XM-1", "阶段": "竣工验收", "进入日期": "2021-02-28"})
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    assert result.wrote
    assert [(i.sheet, i.row, i.column, i.value, i.reason) for i in result.warnings] == [
        ("项目进度", 5, "进入日期", "2021-02-28", "进入日期早于前面的阶段“建设”（2021-03-01）")
    ]
    mended = [{"项目编号": "XM-1", "阶段": "竣工验收", "进入日期": "2021-10-30"}]
    assert take(engine, write_xlsx(tmp_path / "b.xlsx", {"项目进度": mended})).warnings == []
    late = [{"项目编号": "XM-1", "阶段": "建设", "进入日期": "2021-11-01"}]
    result = take(engine, write_xlsx(tmp_path / "c.xlsx", {"项目进度": late}))
    assert [(i.row, i.value, i.reason) for i in result.warnings] == [
        (2, "2021-11-01", "进入日期晚于后面的阶段“竣工验收”（2021-10-30）")
    ]


def test_half_a_position_is_a_warning(engine, tmp_path):
    book = sound_book()
    book["户"][0]["纬度"] = ""
    result = take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    assert result.wrote and [(i.sheet, i.row, i.column) for i in result.warnings] == [("户", 2, "经度")]


def test_unknown_columns_and_sheets_are_reported_and_ignored(engine, tmp_path):
    folder = write_folder(tmp_path / "csv", {name: sound_book()[name] for name in ("行政区划",)})
    (folder / "户.csv").write_text(
        f"户主姓名,心情,户类型,村代码,户编号\n张三,好,脱贫户,{VILLAGE},{HOUSE}\n", encoding="utf-8"
    )
    (folder / "别的.csv").write_text("a,b\n1,2\n")
    result = take(engine, folder)
    assert result.wrote
    assert sorted(result.ignored) == ["户 的列 心情", "文件 别的.csv"]


def test_a_missing_required_column_is_one_issue_of_the_heading_row(engine, tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "走访.csv").write_text(f"走访编号,户编号,日期\nZ1,{HOUSE},2026-01-01\nZ2,{HOUSE},2026-01-02\n")
    result = take(engine, folder)
    (issue,) = result.refusals
    assert (issue.sheet, issue.row) == ("走访", 1) and "责任人编号、事由" in issue.reason


def test_a_heading_that_stands_twice_is_refused(engine, tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "行政区划.csv").write_text("区划代码,名称,名称\n990181,甲,乙\n")
    (issue,) = take(engine, folder).refusals
    assert (issue.sheet, issue.row, issue.column) == ("行政区划", 1, "名称") and "重复" in issue.reason


def test_rows_are_counted_as_the_user_sees_them(engine, tmp_path):
    """Blank rows, rows cut short and cells with line breaks do not shift the numbers."""
    folder = write_folder(tmp_path / "csv", {name: sound_book()[name] for name in ("行政区划", "户", "帮扶责任人")})
    lines = [
        "走访编号,户编号,责任人编号,日期,事由,内容",
        f'Z1,{HOUSE},BF1,2026-01-01,日常走访,"两\n行"',
        "",
        ",,,,,",
        f"Z2,{HOUSE},BF1,2026-01-01,日常走访",
        f"Z3,{HOUSE},BF1,2026-01-01,闲逛,",
        f"Z4,{HOUSE},BF1,2026-01-01,日常走访,甲,乙",
        f"Z5,{OTHER_HOUSE},BF1,2026-02-30,日常走访,,",
    ]
    (folder / "走访.csv").write_text("\n".join(lines) + "\n")
    result = take(engine, folder)
    assert sorted((i.row, i.column) for i in result.refusals) == [(6, "事由"), (7, ""), (8, "日期")]
    assert result.rows["走访"] == 5


def test_names_lose_blanks_around_and_are_refused_with_a_sign_that_cannot_be_seen(engine, tmp_path):
    folder = write_folder(tmp_path / "csv", {"行政区划": sound_book()["行政区划"]})
    text = (folder / "行政区划.csv").read_text()
    for turned in ("东\x00村", "东\u202e村", "东村\u200b", "\ufeff\ufeff东村"):
        (folder / "行政区划.csv").write_text(text.replace("东村", turned))
        (refusal,) = take(engine, folder).refusals
        assert (refusal.column, refusal.row) == ("名称", 4) and "看不见的字符（U+" in refusal.reason
    (folder / "行政区划.csv").write_text(text.replace("东村", " 东村　"))
    assert take(engine, folder).wrote
    with engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM region ORDER BY code").scalars().all()
    assert names == ["示范市", "示范镇", "东村", "西村"]


def test_only_so_many_issues_are_kept_but_all_are_counted(store, tmp_path, monkeypatch):
    monkeypatch.setattr("data.intake.issues.MOST_ISSUES", 3)
    book = sound_book()
    book["走访"] = [{"走访编号": f"Z{n}", "户编号": "9"} for n in range(10)]
    result = take(store, write_xlsx(tmp_path / "a.xlsx", book))
    assert len(result.refusals) == 3 and result.refusal_count == 40


def test_what_hangs_on_a_sheet_without_a_column_is_not_reproached_for_it(store, tmp_path):
    book = sound_book()
    folder = write_folder(tmp_path / "csv", {name: rows for name, rows in book.items() if name != "户"})
    (folder / "户.csv").write_text(f"户编号,村代码,户主姓名\n{HOUSE},{VILLAGE},张三\n")
    (issue,) = take(store, folder).refusals
    assert (issue.sheet, issue.row, issue.column) == ("户", 1, "户类型")
    partly = take(store, folder, valid_rows=True)
    assert partly.wrote
    assert {i.reason[:8] for i in partly.refusals if i.sheet == "家庭成员"} == {"“户”表未能读取，"[:8]}


def test_a_sheet_without_even_headings_is_as_good_as_missing(store, tmp_path):
    folder = write_folder(tmp_path / "csv", {"行政区划": sound_book()["行政区划"]})
    (folder / "户.csv").write_text("")
    (folder / "走访.csv").write_text("\n\n")
    assert take(store, folder).refusals == []
