"""Small official workbooks for the tests of import and export."""

import csv
import io
import zipfile
from pathlib import Path

import xlsxwriter
from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.households.history import history
from data.workbook.sheets import SHEET, SHEETS

TODAY = "2026-11-22"
VILLAGE, OTHER_VILLAGE = "990181001001", "990181001002"
HOUSE, OTHER_HOUSE = "9901810010010001", "9901810010010002"

Book = dict[str, list[dict[str, object]]]


def sound_book() -> Book:
    """One workbook with rows in every sheet, without any fault."""
    return {
        "行政区划": [
            {"区划代码": "990181", "名称": "示范市", "农村人口": "1200"},
            {"区划代码": "990181001", "名称": "示范镇"},
            {"区划代码": VILLAGE, "名称": "东村", "农村人口": "600", "设作战室": "是", "经度": "121.5", "纬度": "40.2"},
            {
                "区划代码": OTHER_VILLAGE,
                "名称": "西村",
                "设作战室": "否",
                "启用日期": "2005-01-01",
                "曾用名": "西屯",
                "更名日期": "2011-03-01",
            },
        ],
        "农村人口": [{"区划代码": VILLAGE, "年度": "2024", "人数": "588"}],
        "户": [
            {
                "户编号": HOUSE,
                "村代码": VILLAGE,
                "户主姓名": "张三",
                "户类型": "脱贫户",
                "户属性": "低保户",
                "识别日期": "2014-12-01",
                "脱贫日期": "2018/11/3",
                "主要致贫原因": "因病",
                "其他致贫原因": "因残，缺劳力",
                "住房安全": "是",
                "饮水安全": "否",
                "经度": "121.51",
                "纬度": "40.21",
                "联系电话": "19900000001",
            },
            {
                "户编号": OTHER_HOUSE,
                "村代码": OTHER_VILLAGE,
                "户主姓名": "李䶮",
                "户类型": "边缘易致贫户",
                "识别日期": "2024年3月5日",
                "备注": "=1+1",
                "采集日期": "2026-10-28",
            },
        ],
        "户变动": [
            {"户编号": HOUSE, "日期": "2014-12-01", "变动": "识别"},
            {"户编号": HOUSE, "日期": "2018-11-03", "变动": "脱贫", "原因": "收入稳定"},
        ],
        "户迁移": [
            {"户编号": HOUSE, "日期": "2020-05-01", "原村代码": OTHER_VILLAGE, "新村代码": VILLAGE, "说明": "搬迁"},
        ],
        "家庭成员": [
            {
                "人编号": "R1",
                "户编号": HOUSE,
                "姓名": "张三",
                "与户主关系": "户主",
                "性别": "男",
                "出生日期": "1965-03-08",
                "证件号码": "990181196503080015",
                "健康状况": "长期慢性病",
                "务工月数": "6",
                "参加医保": "是",
            },
            {
                "人编号": "R2",
                "户编号": OTHER_HOUSE,
                "姓名": "李䶮",
                "与户主关系": "户主",
                "采集日期": "2026-10-28",
                "残疾类别": "肢体",
                "残疾等级": "三级",
                "加入日期": "2024-03-05",
                "加入原因": "迁入",
            },
        ],
        "成员变动": [{"人编号": "R1", "日期": "2015-01-01", "变动": "加入", "户编号": HOUSE, "原因": "其他"}],
        "成员状况": [
            {"人编号": "R1", "项目": "健康状况", "日期": "2020-01-01", "值": "健康"},
            {"人编号": "R1", "项目": "健康状况", "日期": "2025-06-01", "值": "长期慢性病"},
            {"人编号": "R1", "项目": "参加医保", "日期": "2026-01-01", "值": "是"},
            {"人编号": "R1", "项目": "务工月数", "日期": "2026-01-01", "值": "6"},
            {"人编号": "R2", "项目": "在校状况", "日期": "2024-01-01", "值": "清空"},
        ],
        "保障核实": [
            {
                "户编号": HOUSE,
                "保障": "基本医疗",
                "日期": "2026-10-28",
                "结论": "达标",
                "说明": "已修缮",
                "核实人": "王五",
            },
            {"户编号": HOUSE, "保障": "吃", "日期": "2026-10-28", "结论": "存疑"},
        ],
        "监测": [
            {
                "监测编号": "JC1",
                "户编号": OTHER_HOUSE,
                "类型": "边缘易致贫户",
                "识别日期": "2024-03-05",
                "风险": "因病、其他",
                "风险备注": "债务",
                "识别时人均纯收入": "6200.5",
                "识别时未达标保障": "基本医疗",
            },
        ],
        "监测步骤": [
            {
                "监测编号": "JC1",
                "步骤": "民主评议",
                "日期": "2024-02-20",
                "办理人": "王五",
                "应到": "45",
                "实到": "41",
                "同意": "40",
                "不同意": "1",
            },
            {"监测编号": "JC1", "步骤": "公告纳入", "日期": "2024-03-05", "办理人": "示范市农业农村局"},
            {"监测编号": f"{HOUSE}-JC1", "步骤": "入户核查", "日期": "2026-11-09", "办理人": "王五", "结果": "属实"},
        ],
        "收支参考": [
            {"户编号": HOUSE, "年度": "2025", "合规自付": "12,600", "理赔": "8000.5", "纳入参考": "4600"},
        ],
        "收支": [
            {"户编号": HOUSE, "月份": "2026-10", "科目": "务工工资", "金额": "2,350.50"},
            {"户编号": HOUSE, "月份": "2026-10", "科目": "养老金", "金额": "123.4"},
            {"户编号": HOUSE, "月份": "2026-9", "科目": "种植业", "金额": "-20"},
            {"户编号": OTHER_HOUSE, "月份": "2026年11月", "科目": "生产经营性支出", "金额": "0"},
            {"户编号": OTHER_HOUSE, "月份": "2025年度", "科目": "种植业", "金额": "-7,800.25"},
            {"户编号": OTHER_HOUSE, "月份": "2024", "科目": "养老金", "金额": "1200"},
        ],
        "帮扶措施": [
            {
                "措施编号": "CS1",
                "户编号": HOUSE,
                "类别": "就业",
                "名称": "公益岗位",
                "开始日期": "2025-01-01",
                "结束日期": "2027-12-31",
                "金额": "6000",
            },
        ],
        "项目": [
            {
                "项目编号": "XM-1",
                "名称": "光伏",
                "类型": "光伏",
                "区划代码": VILLAGE,
                "阶段": "运营",
                "投资": "1200000.01",
                "开工日期": "2021-03-01",
                "竣工日期": "2021-10-30",
                "约定年收益率": "8%",
                "资产类别": "经营性",
                "合同编号": "HT-1",
                "合同到期日期": "2031-10-29",
                "管护责任人": "赵六",
                "保险到期日期": "2027-03-31",
                "设标识牌": "是",
                "资产监管": "农村集体",
                "资产状态": "正常",
            },
        ],
        "项目进度": [
            {"项目编号": "XM-1", "阶段": "建设", "进入日期": "2021-03-01", "计划完成日期": "2021-09-30"},
            {"项目编号": "XM-1", "阶段": "运营", "进入日期": "2021-12-01"},
        ],
        "项目收益": [
            {"项目编号": "XM-1", "月份": "2026-08", "应收": "8000", "实收": "7000"},
            {"项目编号": "XM-1", "月份": "2026-09", "应收": "8000", "实收": "9000"},
        ],
        "项目带户": [{"项目编号": "XM-1", "户编号": HOUSE, "年度": "2026", "方式": "分红", "金额": "600", "人数": "2"}],
        "帮扶责任人": [{"责任人编号": "BF1", "姓名": "王五", "单位": "农业农村局", "队伍": "区直干部"}],
        "结对帮扶": [{"责任人编号": "BF1", "户编号": HOUSE, "开始日期": "2021-03-01"}],
        "区划负责人": [
            {
                "区划代码": VILLAGE,
                "职务": "村党支部书记",
                "姓名": "赵六",
                "联系电话": "19900000002",
                "开始日期": "2021-01-15",
            },
            {"区划代码": VILLAGE, "职务": "第一书记", "姓名": "王五", "责任人编号": "BF1", "开始日期": "2021-03-01"},
        ],
        "走访": [
            {
                "走访编号": "ZF1",
                "户编号": HOUSE,
                "责任人编号": "BF1",
                "日期": "2026-11-22",
                "事由": "日常走访",
                "内容": '一行\n又一行，“引号”,"和逗号"',
            },
            {
                "走访编号": "ZF2",
                "户编号": HOUSE,
                "责任人编号": "BF1",
                "日期": "2026-10-01",
                "事由": "传统节日",
                "内容": "+86",
            },
        ],
        "资金": [
            {
                "资金编号": "ZJ1",
                "年度": "2026",
                "来源": "中央",
                "区划代码": "990181",
                "项目编号": "XM-1",
                "名称": "补助资金",
                "安排金额": "1200000",
                "结清日期": "2026-09-30",
                "收回金额": "5000.5",
            },
        ],
        "资金拨付": [{"资金编号": "ZJ1", "日期": "2026-05-20", "金额": "600000"}],
        "拨付计划": [{"资金编号": "ZJ1", "计划日期": "2027-06-30", "计划金额": "600000"}],
        "问题": [
            {
                "问题编号": "WT1",
                "区划代码": VILLAGE,
                "户编号": HOUSE,
                "来源": "督导",
                "类别": "政策落实",
                "描述": "@未发放",
                "发现日期": "2026-09-10",
                "整改期限": "2027-10-10",
                "责任人": "王五",
                "整改日期": "2026-09-28",
                "销号日期": "2026-10-08",
            },
        ],
        "作战任务": [
            {
                "任务编号": "RW1",
                "村代码": VILLAGE,
                "任务": "危房改造",
                "目标": "入住",
                "开始日期": "2026-03-01",
                "期限": "2026-12-31",
                "责任人": "王五",
                "进度": "37.5",
            },
        ],
        "监测线": [
            {"起始日期": "2027-01-01", "金额": "9200"},
            {"省代码": "99", "起始日期": "2026-3-1", "金额": "9000.5"},
        ],
    }


def book_of(county: str) -> Book:
    """The sound book in another county (six digits), every record under a code of its own."""
    book = sound_book()
    for sheet, rows in book.items():
        for row in rows:
            for column in (column for column in SHEET[sheet].columns if column.heading in row):
                if column.kind == "region":
                    code = str(row[column.heading])
                    row[column.heading] = county[: len(code)] + code[6:]
                elif column.kind == "code":
                    household, dash, more = str(row[column.heading]).partition("-JC")  # a case that has no episode yet
                    row[column.heading] = f"{household}-{county}{dash}{more}"
    return book


def headings(sheet: str) -> list[str]:
    """All headings of a sheet, required ones with their mark."""
    return [column.heading + "*" * column.required for column in SHEET[sheet].columns]


def _cells(sheet: str, row: dict[str, object]) -> list[object]:
    return [row.get(column.heading, "") for column in SHEET[sheet].columns]


def write_xlsx(path: Path, book: Book) -> Path:
    """The book as .xlsx: texts as texts, numbers as numbers, dates as dates."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as file:
        for name, rows in book.items():
            page = file.add_worksheet(name)
            page.write_row(0, 0, headings(name))
            for number, row in enumerate(rows, 1):
                page.write_row(number, 0, _cells(name, row))
    return path


def csv_text(sheet: str, rows: list[dict[str, object]]) -> str:
    """One sheet as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings(sheet))
    writer.writerows(_cells(sheet, row) for row in rows)
    return text.getvalue()


def write_folder(path: Path, book: Book, encoding: str = "utf-8") -> Path:
    """The book as a folder of CSV files."""
    path.mkdir()
    for name, rows in book.items():
        (path / f"{name}.csv").write_bytes(csv_text(name, rows).encode(encoding))
    return path


class _WindowsEntry(zipfile.ZipInfo):
    """An entry as Chinese Windows packs it: the name in GB18030, without a flag."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), 0


def write_zip(path: Path, book: Book, encoding: str = "utf-8", *, windows: bool = False) -> Path:
    """The book as a zip of CSV files in a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in book.items():
            entry = (_WindowsEntry if windows else zipfile.ZipInfo)(f"数据/{name}.csv")
            archive.writestr(entry, csv_text(name, rows).encode(encoding))
    return path


assert list(sound_book()) == [sheet.name for sheet in SHEETS]


def told(engine: Engine, household: int = 1) -> list[tuple]:
    """The household's history, the newest first: who, what, and the fields that changed."""
    with engine.connect() as connection:
        return [
            (one.who, one.what, [(d.record, d.label, d.before, d.after) for d in one.differences])
            for one in history(connection, Viewer("admin", ""), household).changes
        ]
