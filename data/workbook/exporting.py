"""The store as official workbook: what an import of it into an empty store makes the same again.

What no workbook can carry (``kept.LEFT_OUT``) is named in it.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    TextClause,
    and_,
    func,
    literal,
    or_,
    select,
    text,
    true,
)

from data.access.rights import needs
from data.access.roles import EXPORT, RECORDS
from data.access.scope import seen_households
from data.access.viewer import Viewer, within
from data.errors import Refused
from data.model import (
    fund,
    helper,
    household,
    leader,
    ledger,
    ledger_year,
    member,
    member_fact,
    pairing,
    project,
    region,
    visit,
)
from data.money import typed
from data.terms import SUBJECTS
from data.text.formulas import defused
from data.workbook.kept import HEADINGS, KEPT, LEFT_OUT, NOTE, carries, kept_rows
from data.workbook.sheets import HOUSEHOLD, INSTRUCTIONS, LEDGER, SHEETS, ColumnSpec, SheetSpec
from data.workbook.stamp import Stamp, stamp
from data.workbook.template import MOST_ROWS, add_sheet, write_instructions
from data.workbook.values import as_period, fact_shown, period_label, shown

STEP = 20_000
_HOUSEHOLD = household.alias("h")  # as the clause of scope calls it
Progress = Callable[[str, int, int], None]
_Value = Any  # of a cell: which type it has, the kind of its column says


@needs(EXPORT, RECORDS)
def export_workbook(
    connection: Connection, viewer: Viewer, path: Path, progress: Progress | None = None, *, now: datetime, by: str = ""
) -> dict[str, int]:
    """Write what the viewer may see to ``path``: an .xlsx, or a .zip of CSV files; returns the rows of each sheet.
    ``by``: who takes it, and when, at the foot of each printed page of a workbook.

    Texts that begin with = + - @ stay texts in a workbook; in a CSV they stand as they are, which our importer reads
    back as text but a spreadsheet program may take for formulas. Raises Refused for another suffix and where a sheet
    has more rows than a workbook holds.
    """
    if path.suffix.lower() not in (".xlsx", ".zip"):
        raise Refused("导出文件名应以 .xlsx（工作簿）或 .zip（CSV 压缩包）结尾。")
    report = progress or (lambda label, done, total: None)
    mark = stamp(connection, now)
    counts = {spec.name: counted(connection, spec, viewer) for spec in SHEETS}
    if carries(viewer):
        counts[KEPT] = sum(1 for _ in kept_rows(connection))
    largest = max(counts, key=lambda name: counts[name])
    packed = path.suffix.lower() == ".zip"
    if not packed and counts[largest] >= MOST_ROWS:
        raise Refused(
            f"“{largest}”有 {counts[largest]:,} 行，超过工作簿的上限，请把导出文件名改为 .zip（CSV 压缩包）。"
        )
    partial = path.with_name(path.name + ".partial")
    try:
        if packed:
            _write_zip(connection, viewer, partial, counts, mark, report)
        else:
            _write_xlsx(connection, viewer, partial, counts, mark, report, by)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return counts


def said(counts: dict[str, int]) -> str:
    """What a file with these sheets does not hold, as a sentence."""
    more = "" if KEPT in counts else "、收益分配方案、设置、闭账决定、经营风险"
    return f"本文件不含：{LEFT_OUT}{more}。要完整保存，请用备份（python -m data backup）。"


def _seen(viewer: Viewer) -> TextClause:
    """Clause on _HOUSEHOLD: those the viewer may see, as on every page."""
    sql, bound = seen_households(viewer)
    return text(sql).bindparams(**bound)


def _scope(table: FromClause, viewer: Viewer) -> ColumnElement[bool]:
    """Clause: the rows of a table that the viewer may see (household, project and fund are joined by ``_source``).

    What concerns no household is left to the region, as on the pages; what concerns one goes with it.
    """
    if table is region:
        above = [region.c.code == viewer.region[:length] for length in (2, 4, 6, 9)]
        return or_(within(region.c.code, viewer.region), *above)
    if table is helper:
        if viewer.region == "" and not viewer.sees_own_only:
            return within(table.c.code, "")
        seen = select(_HOUSEHOLD.c.id).where(_seen(viewer))
        met = [select(t.c.helper).where(t.c.household_id.in_(seen)) for t in (pairing, visit)]
        met.append(select(leader.c.helper).where(within(leader.c.region, viewer.region)))
        return or_(*(table.c.code.in_(codes) for codes in met))
    clauses: list[ColumnElement[bool] | TextClause] = []
    optional = "household_id" in table.c and table.c.household_id.nullable
    for name in ("region", "village"):
        if name in table.c and table is not _HOUSEHOLD and (optional or "household_id" not in table.c):
            clauses.append(within(table.c[name], viewer.region))
    if table is _HOUSEHOLD:
        clauses.append(_seen(viewer))
    if "household_id" in table.c or table is member_fact:
        clauses.append(or_(table.c.household_id.is_(None), _seen(viewer)) if optional else _seen(viewer))
    if _of(table, "project"):
        clauses.append(within(project.c.region, viewer.region))
    if _of(table, "fund"):
        clauses.append(within(fund.c.region, viewer.region))
    return and_(true(), *clauses)


def _of(table: FromClause, what: str) -> bool:
    """Whether each row of a table is a project's, or a fund's."""
    return what in table.c and not table.c[what].nullable


def _tables(spec: SheetSpec) -> tuple[FromClause, ...]:
    """Where the rows of a sheet stand; 收支 has its totals of income years beside its months."""
    if spec.name == LEDGER:
        return ledger, ledger_year
    return (_HOUSEHOLD if spec.table is household else spec.table,)


def _source(table: FromClause) -> FromClause:
    joined = table
    if "household_id" in table.c:
        optional = table.c.household_id.nullable
        joined = joined.join(_HOUSEHOLD, _HOUSEHOLD.c.id == table.c.household_id, isouter=optional)
    if table is member_fact:
        joined = joined.join(member, member.c.code == table.c.member)
        joined = joined.join(_HOUSEHOLD, _HOUSEHOLD.c.id == member.c.household_id)
    if _of(table, "project"):
        joined = joined.join(project, project.c.code == table.c.project)
    if _of(table, "fund"):
        joined = joined.join(fund, fund.c.code == table.c.fund)
    return joined


@needs(EXPORT, RECORDS)
def counted(connection: Connection, spec: SheetSpec, viewer: Viewer) -> int:
    """How many rows a sheet will have."""
    return sum(connection.execute(_count(spec, table, viewer)).scalar_one() or 0 for table in _tables(spec))


def _count(spec: SheetSpec, table: FromClause, viewer: Viewer) -> Select[int]:
    number: ColumnElement[int] = func.count()
    if spec.name == LEDGER:
        number = sum((func.count(column) for column in _subjects(table)), start=literal(0))
    return select(number).select_from(_source(table)).where(_scope(table, viewer))


def _subjects(table: FromClause) -> list[ColumnElement[int | None]]:
    return [table.c[f"{name}_fen"] for _, name in SUBJECTS.values()]


def _query(spec: SheetSpec, table: FromClause, viewer: Viewer) -> Select[*tuple[_Value, ...]]:
    code = _HOUSEHOLD.c.code
    columns: Sequence[ColumnElement[_Value]]
    order: Sequence[ColumnElement[_Value]]
    if spec.name == LEDGER:
        month = table.c.month if table is ledger else table.c.last_month // 12 + as_period(0)
        columns, order = [code, month, *_subjects(table)], list(table.primary_key)
    else:
        columns = [code if c.name == "household_id" else _cell(table, c) for c in spec.columns]
        order = [table.c.village, code] if table is _HOUSEHOLD else list(spec.table.primary_key)
    return select(*columns).select_from(_source(table)).where(_scope(table, viewer)).order_by(*order)


def _cell(table: FromClause, column: ColumnSpec) -> ColumnElement[_Value]:
    held = table.c[column.name]
    if column.reference != HOUSEHOLD:
        return held
    other = household.alias("other")
    return select(other.c.code).where(other.c.id == held).scalar_subquery()


def _rows(
    connection: Connection, spec: SheetSpec, viewer: Viewer, total: int, report: Progress
) -> Iterator[Sequence[_Value]]:
    """The rows of a sheet with values as the store holds them."""
    done = 0
    for table in _tables(spec):
        result = connection.execute(_query(spec, table, viewer), execution_options={"yield_per": STEP})
        for batch in result.partitions():
            rows: Iterable[Sequence[_Value]] = _unpivoted(batch) if spec.name == LEDGER else batch
            if table is member_fact:
                rows = ((*key, item, day, fact_shown(item, held)) for *key, item, day, held in batch)
            for row in rows:
                done += 1
                yield row
            report(f"导出 {spec.name}", done, total)


def _unpivoted(batch: Iterable[Sequence[_Value]]) -> Iterator[tuple[str, int, str, int]]:
    names = tuple(SUBJECTS)
    for code, month, *amounts in batch:
        for name, amount in zip(names, amounts, strict=True):
            if amount is not None:
                yield code, month, name, amount


def _write_zip(
    connection: Connection, viewer: Viewer, path: Path, counts: dict[str, int], mark: Stamp, report: Progress
) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        mark.on_zip(archive)
        for spec in SHEETS:
            with (
                archive.open(f"{spec.name}.csv", "w", force_zip64=True) as stream,
                io.TextIOWrapper(stream, "utf-8-sig", newline="", write_through=False) as text,
            ):
                writer = csv.writer(text)
                writer.writerow(column.heading + "*" * column.required for column in spec.columns)
                cells = [_as_cell(column) for column in spec.columns]
                for row in _rows(connection, spec, viewer, counts[spec.name], report):
                    writer.writerow(
                        ["" if value is None else show(value) for show, value in zip(cells, row, strict=True)]
                    )
        if KEPT in counts:
            with (
                archive.open(f"{KEPT}.csv", "w", force_zip64=True) as stream,
                io.TextIOWrapper(stream, "utf-8-sig", newline="") as text,
            ):
                csv.writer(text).writerows([HEADINGS, *_kept(connection, counts, report)])
        archive.writestr(f"{INSTRUCTIONS}.txt", f"{said(counts)}\n")


def _kept(connection: Connection, counts: dict[str, int], report: Progress) -> Iterator[tuple[str, str]]:
    for done, row in enumerate(kept_rows(connection) if KEPT in counts else (), 1):
        yield row
        if done % STEP == 0:
            report(f"导出 {KEPT}", done, counts[KEPT])


def _as_cell(column: ColumnSpec) -> Callable[[_Value], str]:
    """The same for a file of texts, where a program that opens it might take a text for a formula; numbers stay."""
    told = _as_text(column)
    return (lambda value: defused(told(value))) if column.kind in ("text", "code", "identity", "fact") else told


def _as_text(column: ColumnSpec) -> Callable[[_Value], str]:
    if column.kind == "money":
        return typed
    if column.kind in ("month", "period"):
        return cache(period_label)
    if column.kind == "percent":
        return lambda hundredths: f"{hundredths / 100:.2f}%"
    if column.kind in ("rate", "longitude", "latitude"):
        return repr
    return lambda held: shown(column, held)


def _write_xlsx(
    connection: Connection, viewer: Viewer, path: Path, counts: dict[str, int], mark: Stamp, report: Progress, by: str
) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        mark.on_book(book)
        write_instructions(book, said(counts))
        formats = {
            "money": book.add_format({"num_format": "#,##0.00"}),
            "percent": book.add_format({"num_format": "0.00%"}),
            "rate": book.add_format({"num_format": "0.00####%"}),
        }
        text = book.add_format({"num_format": "@"})
        for spec in SHEETS:
            sheet = add_sheet(book, spec)
            for number, row in enumerate(_rows(connection, spec, viewer, counts[spec.name], report), 1):
                for place, (column, value) in enumerate(zip(spec.columns, row, strict=True)):
                    if value is None:
                        continue
                    if column.is_text:
                        sheet.write_string(number, place, _as_text(column)(value), text)
                    else:
                        scale = {"money": 100, "percent": 10_000}.get(column.kind, 1)
                        figure = value / scale if scale > 1 else value
                        sheet.write_number(number, place, figure, formats.get(column.kind))
        if KEPT in counts:
            sheet = book.add_worksheet(KEPT)
            sheet.set_column(1, 1, 120)
            sheet.write_row(0, 0, HEADINGS)
            sheet.write_comment(0, 1, NOTE, {"x_scale": 2, "author": INSTRUCTIONS})
            for number, row in enumerate(_kept(connection, counts, report), 1):
                for place, value in enumerate(row):
                    if sheet.write_string(number, place, value, text):
                        raise Refused(f"“{KEPT}”第 {number + 1} 行太长，工作簿放不下，请把导出文件名改为 .zip。")
        for sheet in book.worksheets():
            sheet.set_footer(f"&L&8{by.replace('&', '&&')[:200]}&R&8&P / &N")
