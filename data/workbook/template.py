"""The empty official workbook: headings, drop-down lists, text formats, and a sheet that explains every column."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from data.workbook.sheets import INSTRUCTIONS, LISTS, REGION, SHEETS, ColumnSpec, SheetSpec
from data.workbook.stamp import Stamp

MOST_ROWS = 1_048_576
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False}
"""How a workbook is opened, lest a text turn into what a spreadsheet program runs or follows."""
LONGEST_LIST = 255  # characters of a list that stands in its rule
_WIDTHS = {
    "region": 16,
    "code": 20,
    "identity": 22,
    "text": 18,
    "choice": 16,
    "choices": 20,
    "day": 13,
    "month": 11,
    "period": 11,
}
_KINDS = {
    "region": "区划代码，数字",
    "code": "编号",
    "identity": "证件号码",
    "text": "文字",
    "choice": "从列表中选一项",
    "choices": "从列表中选，可多项",
    "day": "日期，2026-11-05、2026/11/5、2026.11.5、20261105 或 2026年11月5日",
    "month": "月份，2026-11、2026.11 或 202611",
    "period": "月份，2026-11、2026.11 或 202611；或收入年度，2025年度",
    "year": "年份，2026",
    "money": "金额（元），最多两位小数，可带千分位逗号；也可写 1.5万元",
    "number": "整数",
    "yes_no": "是 或 否",
    "rate": "年收益率",
    "percent": "进度",
    "longitude": "经度（WGS-84 / CGCS2000，十进制度）",
    "latitude": "纬度（WGS-84 / CGCS2000，十进制度）",
    "fact": "按“项目”填，与“家庭成员”表的同名列一样",
}
_RULES = (
    "带 * 的列必填；每张表以“关键列”区分各行：再次导入同一关键列的行即为更新。",
    "更新时，空格子和没有的列保持原值不变；要清空原值，请填“清空”。",
    "必填的列只对新增的行必填。收支的金额填“清空”即删去这一笔。文字和列表里填“无”或“—”也是清空，数字和日期里不算。",
    "文件之后有人在系统里改过的内容（走访、户情、收入等），导入时会列为冲突，默认保留系统里的。",
    "列的先后次序不限；不用的工作表和列可以删去；不认得的列会列出并忽略。",
    "表头上面可有标题，列名可带单位，如 金额（万元）；名称相近、合并单元格、按月份横排的，导入时先问清楚再写入。",
    "区划代码、编号、证件号码和日期请保持文本格式，以免末几位数字丢失。",
    "所有工作表先整体校验，有一处错误就全部不写入，并一次列出所有错误；命令行加 --valid-rows 只写入正确的行。",
    "行数超过一百万时请改用 CSV：文件名与工作表同名，UTF-8 或 GB18030 编码，放在一个文件夹或一个 .zip 里。",
)


def write_template(path: Path, stamp: Stamp) -> None:
    """Write the empty workbook, of no store."""
    with xlsxwriter.Workbook(path, PLAIN) as book:
        stamp.on_book(book)
        write_instructions(book)
        for spec in SHEETS:
            add_sheet(book, spec)


@contextmanager
def opened_book(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """A workbook that is written row by row; what it lays aside names people, lies beside it and goes with it, also
    where it breaks off."""
    with (
        TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as aside,
        xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": aside, **PLAIN}) as book,
    ):
        yield book


@contextmanager
def whole_or_none(path: Path) -> Iterator[Path]:
    """A path to write to, which bears its name when all of it is there; where it breaks off, what stood stays."""
    making = path.with_name(path.name + ".partial")
    try:
        yield making
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)


def signed(book: xlsxwriter.Workbook, by: str) -> None:
    """Who takes the workbook and when, at the foot of each printed page."""
    for sheet in book.worksheets():
        sheet.set_footer(f"&L&8{by.replace('&', '&&')[:200]}&R&8&P / &N")


class RegionLists:
    """The sheet, hidden until somebody asks for it, that the drop-down lists of region columns take their lines from:
    one column for each choice of levels, ``990181001001 西关村``."""

    def __init__(self, names: Mapping[str, str], specs: Sequence[SheetSpec]) -> None:
        """``names``: code → name, in the order of the lists, for the region columns of these sheets."""
        wanted = dict.fromkeys(column.lengths for spec in specs for column in spec.columns if is_listed(spec, column))
        self._columns = {
            lengths: [listed_as(code, name) for code, name in names.items() if len(code) in lengths]
            for lengths in wanted
        }

    def source(self, lengths: tuple[int, ...]) -> str:
        """The range that holds the regions of these levels, as a validation takes it; '' where there are none."""
        column = xl_col_to_name(list(self._columns).index(lengths), col_abs=True)
        count = len(self._columns[lengths])
        return f"='{LISTS}'!{column}$1:{column}${count}" if count else ""

    def write(self, book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet(LISTS)
        sheet.hide()
        sheet.set_column(0, len(self._columns), 36)
        for number, row in enumerate(zip_longest(*self._columns.values(), fillvalue="")):
            for place, words in enumerate(row):
                if words:
                    sheet.write_string(number, place, words)


def is_listed(spec: SheetSpec, column: ColumnSpec) -> bool:
    """Whether a column names regions that are registered; 行政区划 itself registers them."""
    return column.kind == "region" and not (column.key and spec.name == REGION)


def listed_as(code: str, name: str) -> str:
    """A region as a list offers it, and as it is read back."""
    return f"{code} {name}"


def write_instructions(
    book: xlsxwriter.Workbook,
    *more: str,
    title: str = "村级作战室数据模板",
    rules: Sequence[str] = _RULES,
    specs: Sequence[SheetSpec] = SHEETS,
) -> None:
    """The first sheet: what ``more`` is to be said, rules, then every column with its format, list and an example."""
    sheet = book.add_worksheet(INSTRUCTIONS)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    heading = _heading_format(book, required=False)
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, 3, 8)
    sheet.set_column(4, 4, 50)
    sheet.set_column(5, 5, 70)
    sheet.set_column(6, 6, 24)
    sheet.write_string(0, 0, f"{title} · 填写说明", book.add_format({"bold": True, "font_size": 16}))
    row = 1
    for rule in (*more, *rules):
        sheet.write_string(row, 0, rule)
        row += 1
    row += 1
    sheet.write_row(row, 0, ("工作表", "列", "必填", "关键列", "填写格式", "可选值", "示例"), heading)
    sheet.freeze_panes(row + 1, 2)
    for spec in specs:
        for column, example in zip(spec.columns, spec.example or ("",) * len(spec.columns), strict=True):
            row += 1
            sheet.write_string(row, 0, spec.name, bold if column is spec.columns[0] else None)
            marks = ("是" if column.required else "", "是" if column.key else "")
            for place, text in enumerate(
                (column.heading, *marks, explained(column), "、".join(column.choices), example)
            ):
                sheet.write_string(row, 1 + place, text, wrapped)


def explained(column: ColumnSpec) -> str:
    """What to put in a column, in words."""
    parts = [_KINDS[column.kind]]
    if column.kind == "region" and len(column.lengths) == 1:
        parts.append(f"{column.lengths[0]} 位")
    if column.reference:
        parts.append(f"须已在“{column.reference}”表登记")
    if column.kind in ("day", "month", "period") and not column.may_be_future:
        parts.append("不得晚于今天")
    if column.kind == "number" and column.low is not None:
        parts.append(f"{column.low:g} 至 {column.high:g}" if column.high and column.high < 1e6 else "不能为负")
    if column.kind == "money" and column.low == 0:
        parts.append("不能为负")
    if column.note:
        parts.append(column.note)
    return "；".join(parts)


def add_sheet(
    book: xlsxwriter.Workbook, spec: SheetSpec, regions: RegionLists | None = None, more: Sequence[str] = ()
) -> Worksheet:
    """A sheet with headings, formats, comments and drop-down lists, of ``regions`` too; data go below the first row.
    ``more``: headings of columns behind, which are there to be read and never taken in."""
    sheet = book.add_worksheet(spec.name)
    text = book.add_format({"num_format": "@"})
    for place, column in enumerate(spec.columns):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, 12), text if column.is_text else None)
        marked = column.heading + ("*" if column.required else "")
        sheet.write_string(0, place, marked, _heading_format(book, required=column.required))
        sheet.write_comment(0, place, explained(column), {"x_scale": 2, "author": INSTRUCTIONS})
        if rule := _list_of(spec, column, regions):
            sheet.data_validation(1, place, MOST_ROWS - 1, place, {"validate": "list", **rule})
    for place, heading in enumerate(more, len(spec.columns)):
        sheet.set_column(place, place, 14, text)
        sheet.write_string(0, place, heading, _heading_format(book, required=False))
    sheet.freeze_panes(1, 1)
    return sheet


def _list_of(spec: SheetSpec, column: ColumnSpec, regions: RegionLists | None) -> dict[str, object]:
    """The drop-down list of a column. Where another value may be right, it is asked about and not refused: a code
    without its name, several risks with 、 between them."""
    said: dict[str, object] = {"error_title": column.heading}
    if regions and is_listed(spec, column):
        source = regions.source(column.lengths)
        asked = {"error_type": "warning", "error_message": "列表里没有这一项。只填代码也可以，确定要填吗？"}
        return {**said, **asked, "source": source} if source else {}
    if column.kind == "choices":
        source = ",".join(column.choices)
        asked = {"error_type": "warning", "error_message": "填多项时用“、”隔开，确定要填吗？"}
        return {**said, **asked, "source": list(column.choices)} if len(source) <= LONGEST_LIST else {}
    choices = ("是", "否") if column.kind == "yes_no" else column.choices if column.kind == "choice" else ()
    return {**said, "error_message": "请从列表中选择一项。", "source": list(choices)} if choices else {}


def _heading_format(book: xlsxwriter.Workbook, *, required: bool) -> Format:
    colours = {"bg_color": "#B8352B", "font_color": "#FFFFFF"} if required else {"bg_color": "#E3E0D8"}
    return book.add_format({"bold": True, "border": 1, "num_format": "@", **colours})
