"""The empty workbook: importable as it is, with lists, formats and instructions."""

import pytest
from openpyxl import load_workbook

from data.intake import import_files
from data.workbook.sheets import INSTRUCTIONS, SHEET, SHEETS
from data.workbook.stamp import Stamp, stamp_of
from data.workbook.template import write_template
from tests.data.intake.books import write_folder
from tests.moment import NOW

HEADINGS = {
    "行政区划": "**区划代码***, 名称*, 农村人口, 设作战室, 经度, 纬度, 启用日期, 撤销日期, 并入代码, 曾用名, 更名日期, "
    "重点帮扶县",
    "农村人口": "**区划代码***, **年度***, 人数*",
    "户": "**户编号***, 村代码*, 户主姓名*, 联系电话, 住址, 户属性, 户类型*, 识别日期, 脱贫日期, "
    "返贫日期, 风险消除日期, 主要致贫原因, 其他致贫原因, 住房安全, 饮水安全, 经度, 纬度, 走访顺序, "
    "采集日期, 备注",
    "户变动": "**户编号***, **日期***, **变动***, 相关户编号, 原因",
    "户迁移": "**户编号***, **日期***, 原村代码*, 新村代码*, 说明",
    "家庭成员": "**人编号***, 户编号*, 姓名*, 与户主关系*, 性别, 出生日期, 证件号码, 文化程度, 在校状况, 健康状况, "
    "劳动技能, 务工区域, 务工月数, 参加医保, 参加养老保险, 残疾类别, 残疾等级, 采集日期, 加入日期, 加入原因, 离开日期, "
    "离开原因",
    "成员变动": "**人编号***, **日期***, **变动***, 户编号*, 原因",
    "成员状况": "**人编号***, **项目***, **日期***, 值*",
    "保障核实": "**户编号***, **保障***, **日期***, 结论*, 说明, 核实人",
    "监测": "**监测编号***, 户编号*, 类型*, 识别日期*, 风险*, 风险备注, 识别时人均纯收入, 识别时未达标保障, 消除日期, "
    "消除方式, 自然消除原因, 消除时工资性收入, 消除时生产经营性收入, 消除时财产性收入, 消除时转移性收入, "
    "消除时生产经营性支出, 消除时人均纯收入, 消除时合规自付支出, 消除时理赔收入, 消除时未达标保障",
    "监测步骤": "**监测编号***, **步骤***, **日期***, 办理人, 结果, 应到, 实到, 同意, 不同意",
    "收支参考": "**户编号***, **年度***, 合规自付, 理赔, 纳入参考",
    "收支": "**户编号***, **月份***, **科目***, 金额*",
    "帮扶措施": "**措施编号***, 户编号*, 类别*, 名称*, 开始日期*, 结束日期, 金额, 责任单位",
    "项目": "**项目编号***, 名称*, 类型*, 区划代码*, 阶段*, 投资*, 开工日期, 竣工日期, 经营主体, 资产类别, 所有权人, "
    "经营权人, 收益权人, 监督权人, 约定年收益率, 合同编号, 合同到期日期, 管护责任人, 保险到期日期, 设标识牌, "
    "资产监管, 资产状态, 经度, 纬度",
    "项目进度": "**项目编号***, **阶段***, 进入日期*, 计划完成日期",
    "项目收益": "**项目编号***, **月份***, 应收*, 实收*",
    "项目带户": "**项目编号***, **户编号***, **年度***, **方式***, 金额, 人数",
    "帮扶责任人": "**责任人编号***, 姓名*, 单位*, 队伍*, 职务, 联系电话",
    "结对帮扶": "**责任人编号***, **户编号***, **人编号**, **开始日期***, 结束日期",
    "区划负责人": "**区划代码***, **职务***, **姓名***, 责任人编号, 单位, 联系电话, **开始日期***, 结束日期",
    "走访": "**走访编号***, 户编号*, 责任人编号*, 日期*, 事由*, 内容",
    "资金": "**资金编号***, 年度*, 来源*, 区划代码*, 项目编号, 名称*, 安排金额*, 结清日期, 收回金额",
    "资金拨付": "**资金编号***, **日期***, 金额*",
    "拨付计划": "**资金编号***, **计划日期***, 计划金额*",
    "问题": "**问题编号***, 区划代码*, 户编号, 来源*, 类别*, 描述*, 发现日期*, 整改期限*, 责任人*, 整改日期, 销号日期",
    "作战任务": "**任务编号***, 村代码*, 户编号, 任务*, 目标*, 开始日期*, 期限*, 责任人*, 进度*, 完成日期",
    "监测线": "**省代码**, **起始日期***, 金额*",
}
"""The table of the official workbook: ** around a key, * behind what is required."""


@pytest.fixture
def template(tmp_path):
    write_template(tmp_path / "模板.xlsx", Stamp(7, "2026-11-22T09:30:00"))
    return tmp_path / "模板.xlsx"


def test_sheets_and_columns_are_those_of_the_official_workbook():
    said = {
        sheet.name: ", ".join(("**%s**" if c.key else "%s") % c.heading + "*" * c.required for c in sheet.columns)
        for sheet in SHEETS
    }
    assert said == HEADINGS


def test_a_template_as_it_is_changes_nothing_and_has_no_fault(engine, template):
    result = import_files(engine, [template], now=NOW)
    assert (result.refusals, result.warnings, result.ignored, result.wrote) == ([], [], [], False)


def test_it_says_of_which_data_it_is(template):
    assert stamp_of(template) == Stamp(7, "2026-11-22T09:30:00")


def test_it_has_all_sheets_with_marked_headings_behind_the_instructions(template):
    book = load_workbook(template)
    assert book.sheetnames == [INSTRUCTIONS, *SHEET]
    for sheet in SHEETS:
        head = next(book[sheet.name].iter_rows(max_row=1))
        assert [cell.value for cell in head] == [c.heading + "*" * c.required for c in sheet.columns]
        assert all(cell.comment and cell.comment.text for cell in head)
        fills = {cell.fill.start_color.rgb for cell, c in zip(head, sheet.columns, strict=True) if c.required}
        others = {cell.fill.start_color.rgb for cell, c in zip(head, sheet.columns, strict=True) if not c.required}
        assert len(fills) == 1 and not fills & others


def test_lists_drop_down_and_codes_are_texts(template):
    book = load_workbook(template)
    for sheet in SHEETS:
        page = book[sheet.name]
        lists = {
            next(iter(rule.sqref.ranges)).min_col - 1: rule.formula1 for rule in page.data_validations.dataValidation
        }
        for place, column in enumerate(sheet.columns):
            if column.kind in ("choice", "yes_no"):
                expected = ",".join(column.choices or ("是", "否"))
                assert lists[place] == f'"{expected}"', (sheet.name, column.heading)
            if column.kind in ("code", "region", "day", "month", "identity"):
                widths = page.column_dimensions.values()  # neighbours with one format are one entry
                (shown,) = [entry.number_format for entry in widths if entry.min <= place + 1 <= entry.max]
                assert shown == "@", (sheet.name, column.heading)


def test_the_instructions_hold_every_column_and_their_examples_can_be_imported(engine, template, tmp_path):
    rows = list(load_workbook(template)[INSTRUCTIONS].iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == "工作表")
    book = {}
    for sheet, heading, required, key, _, _, example in rows[start + 1 :]:
        column = SHEET[sheet].by_heading[heading]
        assert (required == "是", key == "是") == (column.required, column.key)
        book.setdefault(sheet, [{}])[0][heading] = example or ""
    assert {sheet: list(rows[0]) for sheet, rows in book.items()} == {s.name: list(s.by_heading) for s in SHEETS}
    book["行政区划"][:0] = [{"区划代码": "990181", "名称": "市"}, {"区划代码": "990181001", "名称": "镇"}]
    book["行政区划"].append({"区划代码": "990181001002", "名称": "原村"})
    result = import_files(engine, [write_folder(tmp_path / "csv", book)], now=NOW, rebuild=False)
    assert (result.refusals, result.warnings) == ([], []) and len(result.rows) == len(SHEETS)
