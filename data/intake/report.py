"""The report of an import: lines for the console, and a copy of the workbook with the faulty cells marked."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from data.intake.files import open_sheets
from data.intake.issues import CONFLICT, ERROR, WARNING, FileFault, Findings, ImportResult, Issue
from data.intake.layouts import LaidSheet
from data.intake.questions import UNANSWERED, Answers, Question
from data.intake.read import CsvSheet, Sheet
from data.workbook.kept import KEPT
from data.workbook.sheets import PROBLEM_LIST, REASONS, SHEET
from data.workbook.template import MOST_ROWS

LEVEL = {ERROR: "错误", CONFLICT: "冲突", WARNING: "提醒"}
MOST_COMMENTS = 5_000  # cells that get a comment beside the mark; beyond, the column of reasons says it
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")
_LIST = ("文件", "工作表", "行", "列", "值", "原因", "级别")


def sentence(issue: Issue) -> str:
    """One issue as a line: where, what, why."""
    place = f"{issue.sheet} " if issue.sheet else ""
    place += f"第 {issue.row} 行 " if issue.row else ""
    value = f"“{issue.value}”" if issue.value else ""
    where = f"{place}{issue.column}{value}".strip() or issue.file
    return f"{LEVEL[issue.severity]}：{where}：{issue.reason}"


def asked(question: Question, *, waits: bool) -> str:
    """A question as a line, with how it is answered at the command line."""
    words = "；".join(f"{value}（{said}）" if said != value else value for value, said in question.options.items())
    stands = f"现按“{question.default}”处理，" if question.default and not waits else ""
    seen = f"例：{'、'.join(question.examples)}。" if question.examples else ""
    return f"提问：{question.text}{seen}{stands}请加 --answer '{question.id}=答案'，答案可为：{words}。"


def _all(result: ImportResult) -> list[Issue]:
    return [*result.refusals, *result.conflicts, *result.warnings]


def lines(result: ImportResult, limit: int = 50) -> list[str]:
    """The result for the console: the counts, then the first ``limit`` issues: errors, conflicts, warnings."""
    read = "，".join(f"{sheet} {count:,} 行" for sheet, count in result.rows.items()) or "没有数据行"
    said = [f"读取：{read}。"]
    if result.ignored:
        said.append(f"未识别、已忽略：{'、'.join(result.ignored[:limit])}。")
    waiting = {question.id for question in result.waiting}
    said += [asked(question, waits=question.id in waiting) for question in result.questions]
    issues = _all(result)
    said += [sentence(issue) for issue in issues[:limit]]
    total = result.refusal_count + len(result.conflicts) + result.warning_count
    if total > limit:
        said.append(f"……另有 {total - min(limit, len(issues)):,} 处未列出。")
    if total:
        conflicts = f"{len(result.conflicts):,} 处冲突，" if result.conflicts else ""
        said.append(f"共 {result.refusal_count:,} 处错误，{conflicts}{result.warning_count:,} 处提醒。")
    if result.conflicts:
        said.append(
            "冲突处已按文件改写（--overwrite），改前的内容见各户的修改记录。"
            if result.overwritten
            else "冲突处是文件之后有人在系统里填的，已保留；确要以文件为准，请核对后加 --overwrite 再导入。"
        )
    if result.wrote:
        left = f"，{result.refused_rows:,} 行有错误未写入" if result.refused_rows else ""
        said.append(f"已写入，{result.changed:,} 条记录有变化{left}。")
    elif result.waiting:
        said.append("还有提问没有回答，未写入任何数据，请回答后再导入。")
    elif result.refusal_count:
        said.append("未写入任何数据，请改正后重新导入。")
    else:
        besides = "除冲突处外，" if result.conflicts else ""
        said.append(f"{besides}数据与库中一致，没有变化。")
    return said


def write_marked_copy(result: ImportResult, files: Sequence[Path], target: Path, answers: Answers = UNANSWERED) -> None:
    """A copy (.xlsx) of the sheets of ``files`` with faulty cells marked, and a list of all issues.

    Of CSV files only the sheets with issues, of those beyond a workbook's rows only the faulty rows. ``answers``: those
    that the import was given.
    """
    by_sheet: dict[tuple[str, str], dict[int, list[Issue]]] = defaultdict(lambda: defaultdict(list))
    for issue in _all(result):
        if issue.row:
            by_sheet[issue.file, issue.sheet][issue.row].append(issue)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        _write_list(book, result)
        used: set[str] = set()
        for sheet in open_sheets([Path(file) for file in files], Findings(), answers=answers):
            if sheet.name == KEPT:
                continue
            issues = by_sheet.get((sheet.file, sheet.name), {})
            if issues or not isinstance(sheet, CsvSheet):
                title = sheet.title if isinstance(sheet, LaidSheet) else sheet.name
                page = book.add_worksheet(_free_title(title, used))
                whole = isinstance(sheet, LaidSheet) or result.rows.get(sheet.name, 0) < MOST_ROWS - 1
                with suppress(FileFault):  # said in the list already
                    _Copy(book, page, sheet, issues, whole=whole).write()


def _free_title(name: str, used: set[str]) -> str:
    name = _NO_TITLE.sub("", name)[:24].strip("'") or "Sheet"
    title = next(title for title in (name, *(f"{name} ({n})" for n in range(2, 10_000))) if title.lower() not in used)
    used.add(title.lower())
    return title


def _write_list(book: xlsxwriter.Workbook, result: ImportResult) -> None:
    page = book.add_worksheet(PROBLEM_LIST)
    page.set_column(0, 4, 16)
    page.set_column(5, 5, 60)
    page.write_row(0, 0, _LIST, book.add_format({"bold": True}))
    page.freeze_panes(1, 0)
    for number, issue in enumerate(_all(result), 1):
        level = LEVEL[issue.severity]
        cells = (issue.file, issue.sheet, issue.row or "", issue.column, issue.value, issue.reason, level)
        for place, cell in enumerate(cells):
            page.write(number, place, cell) if isinstance(cell, int) else page.write_string(number, place, cell)
    left = result.refusal_count + result.warning_count - len(result.refusals) - len(result.warnings)
    if left:
        page.write_string(len(_all(result)) + 1, 5, f"另有 {left:,} 处未列出，也未在各表中标出")


class _Copy:
    """Writes one sheet again, marked."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        page: Worksheet,
        sheet: Sheet,
        issues: Mapping[int, list[Issue]],
        *,
        whole: bool,
    ) -> None:
        self.page, self.sheet, self.issues, self.whole = page, sheet, issues, whole
        self.headings = [heading for heading in sheet.headings() if heading and heading != REASONS]
        self.places = {heading: place for place, heading in enumerate(self.headings)}
        self.marks = {
            ERROR: book.add_format({"bg_color": "#B8352B", "font_color": "#FFFFFF", "num_format": "@"}),
            "conflict": book.add_format({"bg_color": "#F5E3B3", "bold": True, "num_format": "@"}),
            "warning": book.add_format({"bg_color": "#F5E3B3", "num_format": "@"}),
        }
        self.text, self.bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        self.comments = 0

    def write(self) -> None:
        """Headings, rows, marks, and a last column with the reasons."""
        if isinstance(self.sheet, LaidSheet):
            self._write_as_laid(self.sheet)
            return
        spec = SHEET[self.sheet.name].by_heading
        titles = [h + "*" * (h in spec and spec[h].required) for h in self.headings]
        self.page.set_column(0, len(titles), 16)
        self._row(0, [*titles], self.issues.get(1, []), self.bold)
        if not self.issues.get(1):
            self.page.write_string(0, len(titles), REASONS, self.bold)
        if not self.whole:
            self.page.write_string(0, len(titles) + 1, "原行号", self.bold)
        if len(self.headings) != len(self.places):
            return  # headings stand twice: which cell is meant cannot be told
        target = 0
        for batch in self.sheet.batches(self.headings) if self.headings else ():
            columns = [batch.cells[heading].to_pylist() for heading in self.headings]
            for row, *cells in zip(batch.rows.tolist(), *columns, strict=True):
                issues = self.issues.get(row, [])
                if not self.whole and not issues:
                    continue
                target = row - 1 if self.whole else target + 1
                self._row(target, cells, issues, self.text)
                if not self.whole:
                    self.page.write_number(target, len(cells) + 1, row)

    def _write_as_laid(self, sheet: LaidSheet) -> None:
        """All rows as they lie in a table of another layout than ours."""
        self.places = sheet.places
        width = len(sheet.layout.headings)
        self.page.set_column(0, width, 16)
        for number, record in enumerate(islice(sheet.table.records(), MOST_ROWS)):
            cells = [*record[:width], *[""] * (width - len(record))]
            self._row(number, cells, self.issues.get(number + 1, []), self.text)

    def _row(self, target: int, cells: list[str], issues: list[Issue], plain: Format) -> None:
        marked = {self.places.get(issue.column): issue for issue in reversed(issues)}
        for place, cell in enumerate(cells):
            issue = marked.get(place)
            if cell or issue:
                self.page.write_string(target, place, cell[:32_767], self.marks[issue.severity] if issue else plain)
            if issue and self.comments < MOST_COMMENTS:
                self.page.write_comment(target, place, issue.reason)
                self.comments += 1
        if issues:
            reasons = "；".join(f"{issue.column}：{issue.reason}" if issue.column else issue.reason for issue in issues)
            self.page.write_string(target, len(cells), reasons[:32_767], self.marks[issues[0].severity])
