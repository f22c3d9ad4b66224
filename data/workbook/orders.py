"""What somebody wants to take away: the store or a part of it, or a template of it; counted, named, made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import EXPORT, RECORDS
from data.access.viewer import Viewer
from data.months import label
from data.workbook.exporting import export_workbook, tally, too_long
from data.workbook.filling import fill_template, tally_template
from data.workbook.part import Part, span
from data.workbook.values import period_label

DATA, TEMPLATE = "data", "template"


@dataclass(frozen=True)
class Order:
    """``kind`` DATA or TEMPLATE; of a template whether it is ``filled`` in and for which ``periods`` 收支 is."""

    kind: str
    part: Part
    filled: bool = False
    periods: tuple[int, ...] = ()

    @property
    def what(self) -> str:
        """What leaves, in the words of the log: whole numbers and names are in it, or nothing of anybody."""
        if self.kind == DATA:
            return "完整数据（含证件号码、电话全号）"
        return "已填入的数据模板（含证件号码、电话全号）" if self.filled or self.periods else "空白数据模板"

    @property
    def filters(self) -> str:
        """What it is restricted to, in words of ours; '' for everything."""
        return "；".join(filter(None, ("、".join(self.part.sheets), self.part.months_told() or self.periods_told())))

    def periods_told(self) -> str:
        """``收支 2026-01至2026-10``, '' without."""
        named = [period_label(one) for one in self.periods]
        return f"收支 {'至'.join(dict.fromkeys((named[0], named[-1])))}" if named else ""

    def file_name(self, place: str, counts: Mapping[str, int], month: int) -> str:
        """The name of its file: what, of where, of when; a workbook where one holds it, else CSV in a zip."""
        packed = self.kind == DATA and too_long(counts)
        when = span(self.part.months or (month, month), label)
        words = "数据" if self.kind == DATA else "数据模板"
        return f"{words}_{place}_{when}.{'zip' if packed else 'xlsx'}"


@needs(EXPORT, RECORDS)
def counts_of(connection: Connection, viewer: Viewer, order: Order) -> dict[str, int]:
    """How many rows each sheet of it will have, of a template those that bring rows along."""
    if order.kind == DATA:
        return tally(connection, viewer, order.part)
    return tally_template(connection, viewer, order.part, filled=order.filled, periods=order.periods)


@needs(EXPORT, RECORDS)
def make(
    connection: Connection,
    viewer: Viewer,
    order: Order,
    path: Path,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    now: datetime,
    by: str,
) -> dict[str, int]:
    """Write it; the rows of each sheet. Raises what the two kinds raise."""
    if order.kind == DATA:
        return export_workbook(connection, viewer, path, progress, part=order.part, now=now, by=by)
    filled, periods = order.filled, order.periods
    return fill_template(
        connection, viewer, path, progress, part=order.part, filled=filled, periods=periods, now=now, by=by
    )
