"""Which part of the store a workbook holds: of one region, certain sheets, what happened in certain months."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from data.access.viewer import Viewer
from data.errors import Refused
from data.months import month_of, spoken
from data.workbook.kept import KEPT
from data.workbook.sheets import LEDGER, LINE, SHEET, SHEETS, SheetSpec

DATED = {LEDGER: "month", "项目收益": "month", "走访": "visited", "资金拨付": "paid", "拨付计划": "planned"}
"""Sheets of what happens month by month → the column that says when; all others stand as a whole."""
OF_NO_REGION = (LINE, KEPT)
"""What belongs to no region and goes with the whole alone."""
Months = tuple[int, int]
"""First and last month, as ordinals."""
EARLIEST, LATEST = month_of("1900-01"), month_of("2199-12")
"""Where a span of months has no beginning or no end."""


@dataclass(frozen=True)
class Part:
    """``region``: a code, '' as far as the viewer sees. ``sheets``: their names, none for all. ``months``: only what
    happened in these, of the sheets that go by months. Raises Refused for sheets that are none and months that end
    before they begin."""

    region: str = ""
    sheets: tuple[str, ...] = ()
    months: Months | None = None

    def __post_init__(self) -> None:
        if strange := [name for name in self.sheets if name not in (*SHEET, KEPT)]:
            raise Refused(f"没有“{strange[0][:20]}”这张工作表，可选：{'、'.join((*SHEET, KEPT))}。")
        if self.months and self.months[0] > self.months[1]:
            raise Refused("月份的起止写反了，应先写起始月份，再写截止月份。")

    def narrowed(self, viewer: Viewer) -> Viewer:
        """The viewer, who sees no more than the region; raises OutOfScope where that is not his."""
        return replace(viewer, region=viewer.narrowed(self.region)) if self.region else viewer

    @property
    def specs(self) -> tuple[SheetSpec, ...]:
        """The sheets, each behind those it refers to."""
        return tuple(spec for spec in SHEETS if not self.sheets or spec.name in self.sheets)

    def wants(self, name: str) -> bool:
        return not self.sheets or name in self.sheets

    def dated(self, spec: SheetSpec) -> Months | None:
        """The months that restrict this sheet."""
        return self.months if spec.name in DATED else None

    def months_told(self) -> str:
        """``2026年1月至2026年10月``, '' where nothing is restricted."""
        return "" if self.months is None else span(self.months, spoken)

    def told(self, name: str) -> list[str]:
        """What the file is restricted to, in sentences, none for everything; ``name`` is what the region is called."""
        said = [f"范围：{name} {self.region}".rstrip() + "。"] if self.region else []
        if self.sheets:
            said.append(f"工作表：{'、'.join(one for one in (*SHEET, KEPT) if one in self.sheets)}。")
        dated = [spec.name for spec in self.specs if spec.name in DATED]
        if self.months and dated:
            said.append(f"{'、'.join(dated)}只含{self.months_told()}的；其余工作表不分月份，是全部。")
        return said


EVERYTHING = Part()


def span(months: Months, named: Callable[[int], str]) -> str:
    """``2026年1月至2026年10月``, ``2026年1月``, ``2026年1月起``, ``截至2026年10月``; ``named`` gives a month's name."""
    first, last = months
    if first == EARLIEST:
        return f"截至{named(last)}"
    if last == LATEST:
        return f"{named(first)}起"
    return named(first) if first == last else f"{named(first)}至{named(last)}"


def months_of(text: str) -> Months:
    """``2026-10``, ``2026-01..2026-10``, ``2026-01..`` or ``..2026-10``; raises NotFound for what is no month."""
    if ".." not in text:
        return month_of(text), month_of(text)
    first, _, last = text.partition("..")
    return month_of(first) if first else EARLIEST, month_of(last) if last else LATEST


def sheets_of(names: Sequence[str]) -> tuple[str, ...]:
    """Names of sheets as somebody typed them, each may hold several between commas."""
    return tuple(part.strip() for name in names for part in re.split("[,，、]", name) if part.strip())
