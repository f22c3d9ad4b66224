"""A template of one region: its regions as lists, what the store knows filled in, 收支 as a list that waits for
amounts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, or_, select

from data.access.rights import needs
from data.access.roles import EXPORT, RECORDS
from data.access.viewer import Viewer, within
from data.errors import Refused
from data.model import region as region_table
from data.regions.names import named_apart
from data.regions.tree import standing_on
from data.workbook.exporting import Progress, name_of, write_rows
from data.workbook.part import EVERYTHING, Part
from data.workbook.rows import STEP, Value, booked, counted, names_households, rows, sight
from data.workbook.sheets import (
    FUND,
    HEAD,
    HELPER,
    HOUSEHOLD,
    LEADER,
    LEDGER,
    MEMBER,
    PAIRING,
    PROJECT,
    REGION,
    SHEET,
    SheetSpec,
)
from data.workbook.stamp import stamp
from data.workbook.template import (
    MOST_ROWS,
    RegionLists,
    add_sheet,
    is_listed,
    listed_as,
    opened_book,
    signed,
    whole_or_none,
    write_instructions,
)
from data.workbook.values import Fault, period, year_in

REGISTERS = (REGION, "农村人口", HOUSEHOLD, MEMBER, "监测", PROJECT, HELPER, PAIRING, LEADER, FUND)
"""Sheets of what there is, which a template can bring along; the others are of what happens and begin empty."""
_REGION = "村代码、区划代码从列表中选（代码和名称），导入时只取代码；只填代码也可以。"


@needs(EXPORT, RECORDS)
def fill_template(
    connection: Connection,
    viewer: Viewer,
    path: Path,
    progress: Progress | None = None,
    *,
    part: Part = EVERYTHING,
    filled: bool = False,
    periods: Sequence[int] = (),
    now: datetime,
    by: str = "",
) -> dict[str, int]:
    """Write the template of a part's region and sheets; returns the rows that each sheet brings along.

    ``filled``: REGISTERS with what the store knows. ``periods``: months or income years (``values.as_period``) for
    which 收支 has a row for each household and item it ever had, the amounts empty. Raises Refused for another suffix
    than .xlsx and where a sheet would be too long, OutOfScope for a region that is not the viewer's.
    """
    if path.suffix.lower() != ".xlsx":
        raise Refused("数据模板的文件名应以 .xlsx 结尾。")
    report = progress or (lambda label, done, total: None)
    here, mark = sight(connection, viewer, part), stamp(connection, now)
    counts = tally_template(connection, viewer, part, filled=filled, periods=periods)
    largest = max(counts, key=lambda name: counts[name], default="")
    if counts.get(largest, 0) >= MOST_ROWS:
        raise Refused(f"“{largest}”会有 {counts[largest]:,} 行，超过工作簿的上限，请按乡镇或按月分开。")
    names = _regions(connection, here)
    lists = RegionLists(names, part.specs)
    with whole_or_none(path) as making, opened_book(making) as book:
        mark.on_book(book)
        write_instructions(book, *_said(part, name_of(connection, viewer, part), counts), specs=part.specs)
        for spec in part.specs:
            head = spec.name in counts and names_households(spec)
            sheet = add_sheet(book, spec, lists, (HEAD,) * head)
            if spec.name in counts:
                told = partial(_told, report, spec.name, counts[spec.name])
                made = (
                    rows(connection, here, spec, head=head, told=told)
                    if spec.name != LEDGER
                    else _grid(connection, here, periods, told)
                )
                write_rows(sheet, book, spec.columns, made, _words(spec, names))
        lists.write(book)
        signed(book, by)
    return counts


def _said(part: Part, name: str, counts: Mapping[str, int]) -> list[str]:
    """What stands on the first sheet before the rules."""
    known = [one for one in counts if one != LEDGER]
    return [
        *part.told(name),
        _REGION,
        *([f"已填入系统里现有的{'、'.join(known)}：只改要改的格子；没有改动的行不用删，导入后不变。"] if known else []),
        *([f"“{LEDGER}”已为记过账的户逐项列好，只填金额；没有金额的行不会写入。"] if LEDGER in counts else []),
        *([f"“{HEAD}”一列只供辨认，导入时不读。"] if counts else []),
    ]


def _told(report: Progress, name: str, total: int, done: int) -> None:
    report(f"填入 {name}", done, total)


@needs(EXPORT, RECORDS)
def tally_template(
    connection: Connection, viewer: Viewer, part: Part, *, filled: bool = False, periods: Sequence[int] = ()
) -> dict[str, int]:
    """How many rows each sheet of the template brings along, those alone that could bring any."""
    here = sight(connection, viewer, part)
    specs = [spec for spec in part.specs if filled and spec.name in REGISTERS]
    counts = {spec.name: counted(connection, here, spec) for spec in specs}
    if periods and part.wants(LEDGER):
        counts[LEDGER] = sum(len(items) for _, _, items in booked(connection, here)) * len(periods)
    return {name: counts[name] for name in SHEET if name in counts}


def _grid(
    connection: Connection, viewer: Viewer, periods: Sequence[int], told: Callable[[int], None]
) -> Iterator[Sequence[Value]]:
    done = 0
    for code, head, items in booked(connection, viewer):
        for one in periods:
            for item in items:
                yield code, one, item, None, head
        before, done = done, done + len(items) * len(periods)
        if done // STEP > before // STEP:
            told(done)


def _regions(connection: Connection, viewer: Viewer) -> dict[str, str]:
    """Code → name, each told apart, of all that there are in the viewer's region and above it."""
    above = region_table.c.code.in_([viewer.region[:length] for length in (2, 4, 6, 9)])
    here = or_(within(region_table.c.code, viewer.region), above)
    asked = select(region_table.c.code, region_table.c.name).where(here, standing_on(None))
    return named_apart(connection, dict(connection.execute(asked.order_by(region_table.c.code)).all()))


def _words(spec: SheetSpec, names: Mapping[str, str]) -> dict[str, Callable[[Value], str]]:
    """What stands in columns of regions: a line of their list, but for what registers the regions themselves."""

    def told(code: str) -> str:
        return listed_as(code, names[code]) if code in names else code

    return {column.name: told for column in spec.columns if is_listed(spec, column)}


def periods_of(text: str, today: date) -> tuple[int, ...]:
    """The periods of a list to be filled in, as they are typed: ``2026-10``, ``2026-01..2026-10``, ``2025年度``.

    Raises Refused for what is none, for months that are yet to come, and for an end before the beginning.
    """
    try:
        if ".." not in text:
            return (period(text, today=today),)
        first, last = (period(one, today=today) for one in text.split("..", 1))
    except Fault as fault:
        raise Refused(f"收支的期间“{text[:20]}”不能用：{fault}。") from fault
    if last < first or year_in(first) or year_in(last):
        raise Refused("收支的期间应写成 2026-10、2026-01..2026-10 或 2025年度。")
    return tuple(range(first, last + 1))
