"""What is to be printed, as the address says it: read, looked up, and set by the controls of the print page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from components.prints.making import CARD, LABEL, OF_HOUSEHOLDS, WHAT
from components.shell.choosing import select
from components.shell.header import write_address
from components.shell.reading import Reading
from components.wallcharts.making import CHART
from components.wallcharts.region import CHOSEN
from components.wallcharts.sheets import SHEETS
from data.codes.labels import SIZES
from data.figures.indicators import GROUPED
from data.income.year import IncomeYear

_FLAGS = {"1": True, "0": False}
BELOW = {"own": "只印本级", "next": "本级和下一级", "all": "本级和以下各级"}


@dataclass(frozen=True)
class PrintChoice:
    """``what`` a key of WHAT, ``year`` of the card, ``size`` a key of SIZES, and what a page may show."""

    what: str
    year: IncomeYear
    size: str
    masked: bool
    with_code: bool
    with_helper: bool

    def pages(self, households: int) -> str:
        """How much paper that is, in words."""
        if self.what == CARD:
            return f"每户一张纸正反两面，约 {households:,} 张（内容多的户会多一张）"
        return f"每张 A4 纸 {SIZES[self.size].per_sheet} 枚，共 {-(-households // SIZES[self.size].per_sheet):,} 张"


def read_print_choice(
    parameters: Mapping[str, str], years: Sequence[IncomeYear], usual: IncomeYear
) -> tuple[PrintChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing. Cards go to the household and are open,
    labels go on the wall and are masked, unless the address says otherwise."""
    reading = Reading(parameters)

    def one_of(name: str, known: Collection[str], default: str) -> str:
        return reading.one_of(name, known, "地址中的打印选项“{asked}”不存在，已按默认的显示。") or default

    what = one_of("what", OF_HOUSEHOLDS, CARD)
    by_name = {str(year.year): year for year in years}
    year = one_of("year", by_name, str(usual.year))
    choice = PrintChoice(
        what,
        by_name.get(year, usual),
        one_of("size", SIZES, "small"),
        _FLAGS[one_of("masked", _FLAGS, "1" if what == LABEL else "0")],
        _FLAGS[one_of("code", _FLAGS, "1")],
        _FLAGS[one_of("helper", _FLAGS, "1")],
    )
    return choice, reading.problems


def show_controls(choice: PrintChoice, years: Sequence[IncomeYear], offered: Sequence[str]) -> None:
    """What can be chosen (``offered``: keys of WHAT); each choice is written into the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="print_controls"):
        pick_what(choice.what, offered)
        if choice.what == CARD:
            names = {str(year.year): year.name for year in years}
            select("收入年度", "year", list(names), str(choice.year.year), names.__getitem__, width=330, of="print")
        else:
            select("标签大小", "size", list(SIZES), choice.size, lambda id: SIZES[id].name, width=240, of="print")
    with st.container(horizontal=True, gap="medium", key="print_flags"):
        if choice.what == CARD:
            _flag("张贴用：只印姓氏，不印病情、致贫原因、电话、住址", "masked", choice.masked)
        else:
            _flag("只印姓氏", "masked", choice.masked)
            _flag("印户编号", "code", choice.with_code)
            _flag("印帮扶责任人", "helper", choice.with_helper)


def pick_what(chosen: str, offered: Sequence[str]) -> None:
    """The control that says what is printed."""
    select("打印什么", "what", list(offered), chosen, WHAT.__getitem__, masked=None, size=None, of="print", width=150)


@dataclass(frozen=True)
class ChartChoice:
    """``size`` a key of SHEETS, ``below`` a key of BELOW, ``zipped``: a file for each region, ``figure`` an id of
    INDICATORS that may stand on walls."""

    size: str
    below: str
    zipped: bool
    figure: str = CHOSEN


def read_chart_choice(parameters: Mapping[str, str]) -> tuple[ChartChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing."""
    reading = Reading(parameters)
    unknown = "地址中的打印选项“{asked}”不存在，已按默认的显示。"
    size = reading.one_of("size", SHEETS, unknown) or "A0"
    below = reading.one_of("below", BELOW, unknown) or "own"
    zipped = _FLAGS[reading.one_of("zip", _FLAGS, unknown) or "1"]
    figure = reading.one_of("indicator", [one.id for one in GROUPED if one.walls], unknown) or CHOSEN
    return ChartChoice(size, below, zipped, figure), reading.problems


def show_chart_controls(choice: ChartChoice, offered: Sequence[str], levels: Sequence[str]) -> None:
    """What can be chosen of charts; ``levels``: the keys of BELOW that the region has."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="print_controls"):
        pick_what(CHART, offered)
        select("纸张", "size", list(SHEETS), choice.size, _paper, width=240, of="print")
        if len(levels) > 1:
            select("印哪些", "below", list(levels), choice.below, BELOW.__getitem__, width=240, of="print")
            names = {one.id: one.full_name for one in GROUPED if one.walls}
            select(
                "地图和排名用的指标", "indicator", list(names), choice.figure, names.__getitem__, width=300, of="print"
            )
    if choice.below != "own":
        with st.container(horizontal=True, gap="medium", key="print_flags"):
            _flag("每个区划一个 PDF，装进一个 zip", "zip", choice.zipped)


def _paper(id: str) -> str:
    sheet = SHEETS[id]
    return f"{id} {sheet.width}×{sheet.height} 毫米"


def _flag(label: str, name: str, on: bool) -> None:
    key = f"print_{name}"
    st.session_state[key] = on
    st.checkbox(label, key=key, on_change=lambda: write_address(**{name: "1" if st.session_state[key] else "0"}))
