"""What is to be taken away, as the address says it: read, looked up, and set by the controls of 模板与导出."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from components.shell.choosing import select
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.reading import Reading, numbered
from data.income.year import IncomeYear
from data.months import label, month_of, spoken
from data.workbook.kept import KEPT
from data.workbook.orders import DATA, TEMPLATE, Order
from data.workbook.part import DATED, EARLIEST, LATEST, Part
from data.workbook.sheets import LEDGER, SHEET
from data.workbook.values import as_period

FILLED = "filled"
KINDS = {DATA: "导出数据", TEMPLATE: "空白模板", FILLED: "填好的模板"}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "区划": ("行政区划", "农村人口", "区划负责人", "监测线"),
    "户情": ("户", "户变动", "户迁移", "家庭成员", "成员变动", "成员状况", "保障核实", "监测"),
    "收入和帮扶": (LEDGER, "帮扶措施", "帮扶责任人", "结对帮扶", "走访"),
    "项目和资金": ("项目", "项目进度", "项目收益", "项目带户", "资金", "资金拨付", "拨付计划"),
    "督办": ("问题", "作战任务"),
    "系统": (KEPT,),
}
"""The sheets as an official looks for them."""
PURPOSES = ("修改后导回", "汇总上报", "核对数据", "留存备查", "其他工作需要")
BACK = 120  # months to choose from
_NUMBERS = {str(number): name for number, name in enumerate((*SHEET, KEPT), 1)}
_UNLIMITED = "不限"


@dataclass(frozen=True)
class OutChoice:
    """``kind`` a key of KINDS, ``sheets`` names (none: all), ``first`` and ``last`` month of data, ``span`` the key of
    what 收支 of a template waits for, ``purpose`` one of PURPOSES or ''."""

    kind: str
    sheets: tuple[str, ...]
    first: int | None
    last: int | None
    span: str
    purpose: str

    def order(self, region: str, spans: Mapping[str, "Span"]) -> Order:
        """What is asked for of a region; raises Refused for months that end before they begin."""
        months = None
        if self.kind == DATA and (self.first is not None or self.last is not None):
            months = (EARLIEST if self.first is None else self.first, LATEST if self.last is None else self.last)
        part = Part(region, self.sheets, months)
        if self.kind == DATA:
            return Order(DATA, part)
        wanted = LEDGER in self.sheets or not self.sheets
        periods = spans[self.span].periods if self.span and wanted else ()
        return Order(TEMPLATE, part, filled=self.kind == FILLED, periods=periods)


@dataclass(frozen=True)
class Span:
    """What 收支 can wait for: in words, and as ``values.as_period`` has it."""

    words: str
    periods: tuple[int, ...]


def spans(last: int, start: int) -> dict[str, Span]:
    """Key → what a list of 收支 can be made for: the months up to the running one, this year's all, and income years
    that are over; ``start`` is their first month."""
    found = {label(month): Span(spoken(month), (month,)) for month in range(last, last - 12, -1)}
    year = last // 12
    for one in (year, year - 1):
        months = tuple(range(one * 12, min(one * 12 + 11, last) + 1))
        found[str(one)] = Span(f"{one}年逐月（{months[0] % 12 + 1}月至{months[-1] % 12 + 1}月）", months)
    over = next(one for one in (year, year - 1, year - 2) if IncomeYear(one, start).last < last)
    for one in (over, over - 1):
        found[f"{one}t"] = Span(f"{IncomeYear(one, start).name}全年合计", (as_period(one),))
    return found


def read_out_choice(
    parameters: Mapping[str, str], months: Sequence[int], known: Mapping[str, Span]
) -> tuple[OutChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing."""
    reading = Reading(parameters)
    unknown = "地址中的“{asked}”无法识别，已按默认的显示。"
    labels = {label(month): month for month in months}

    def month(name: str) -> int | None:
        return labels.get(reading.one_of(name, labels, unknown) or "")

    kind = reading.one_of("what", KINDS, unknown) or DATA
    sheets = reading.several("sheets", _NUMBERS, unknown)
    first, last = month("from"), month("to")
    span = reading.one_of("span", known, unknown) or ""
    purpose = numbered(PURPOSES).get(reading.one_of("why", numbered(PURPOSES), unknown) or "", "")
    return OutChoice(kind, sheets, first, last, span, purpose), reading.problems


def show_out_controls(
    choice: OutChoice, counts: Mapping[str, int], months: Sequence[int], known: Mapping[str, Span]
) -> None:
    """What can be chosen; each choice is written into the address. ``counts``: rows of each sheet that has any to
    bring along."""
    _pills("取什么", "what", list(KINDS), choice.kind, KINDS.__getitem__)
    offered = [name for name in (*SHEET, KEPT) if (choice.kind == DATA and name in counts) or name in SHEET]
    show_markup('<p class="calm">工作表：不选即全部；点一下选上，再点一下去掉。</p>')
    for title, names in GROUPS.items():
        here = [name for name in names if name in offered]
        if here:
            _sheets(title, here, choice, counts)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="out_months"):
        if choice.kind == DATA:
            options = ["", *map(label, months)]
            select("起始月份", "from", options, _label(choice.first), _month_words, of="out", width=180)
            select("截止月份", "to", options, _label(choice.last), _month_words, of="out", width=180)
        elif LEDGER in choice.sheets or not choice.sheets:
            words = {"": "不预填", **{key: one.words for key, one in known.items()}}
            title = "收支表按户和科目列好，待填"
            select(title, "span", list(words), choice.span, words.__getitem__, of="out", width=380)


def show_purpose(choice: OutChoice) -> None:
    """What it is taken for, which stands in the log."""
    numbers = numbered(PURPOSES)
    chosen = next((number for number, words in numbers.items() if words == choice.purpose), None)
    _pills("用途 *（记入日志）", "why", list(numbers), chosen, numbers.__getitem__)


def dated_words(choice: OutChoice) -> str:
    """Which of the chosen sheets the months restrict; '' where none or nothing is restricted."""
    names = [name for name in DATED if not choice.sheets or name in choice.sheets]
    if choice.kind != DATA or (choice.first is None and choice.last is None) or not names:
        return ""
    return f"月份只限制{'、'.join(names)}；其余工作表不分月份，是全部。"


def _label(month: int | None) -> str:
    return "" if month is None else label(month)


def _month_words(key: str) -> str:
    return spoken(month_of(key)) if key else _UNLIMITED


def _sheets(title: str, names: Sequence[str], choice: OutChoice, counts: Mapping[str, int]) -> None:
    key = f"out_sheets_{list(GROUPS).index(title)}"
    st.session_state[key] = [name for name in names if name in choice.sheets]

    def change() -> None:
        others = [name for name in choice.sheets if name not in names]
        chosen = {*others, *(st.session_state[key] or ())}
        numbers = [number for number, name in _NUMBERS.items() if name in chosen]
        write_address(sheets="-".join(numbers) or None)

    def words(name: str) -> str:
        return f"{name} {counts[name]:,}" if name in counts else name

    st.pills(title, names, selection_mode="multi", format_func=words, key=key, on_change=change)


def _pills(title: str, name: str, options: Sequence[str], chosen: str | None, words: Callable[[str], str]) -> None:
    key = f"out_{name}"
    st.session_state[key] = chosen
    st.pills(
        title,
        options,
        format_func=words,
        key=key,
        on_change=lambda: write_address(**{name: st.session_state[key]}),
    )
