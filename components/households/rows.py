"""Households of a village as rows of a table and as points of the map."""

from collections.abc import Callable, Mapping

import pandas as pd

from components.drawing import wording
from components.drawing.markup import escape
from components.drawing.states import state_markup
from components.drawing.tables import Row, TableColumn
from data.paper.spreadsheet import ListColumn

COLUMNS = (
    TableColumn("head", "户主"), TableColumn("state", "户类型"), TableColumn("persons", "人口", "integer"),
    TableColumn("attribute", "户属性"), TableColumn("cause", "主要致贫原因"),
    TableColumn("per_head", "人均纯收入（元）", "figure"), TableColumn("visits", "本月走访", "figure"),
    TableColumn("last_visit", "最近走访"), TableColumn("helper", "帮扶责任人"),
    TableColumn("problems", "未销号问题", "figure"),
)  # fmt: skip

EXPORTED = (
    ListColumn("head", "户主"), ListColumn("state", "户类型"), ListColumn("persons", "人口", "integer"),
    ListColumn("attribute", "户属性"), ListColumn("cause", "主要致贫原因"),
    ListColumn("per_head", "人均纯收入（元）", "yuan"), ListColumn("below_line", "低于监测线"),
    ListColumn("visits", "本月走访（次）", "integer"), ListColumn("last_visit", "最近走访", "day"),
    ListColumn("helper", "帮扶责任人"), ListColumn("problems", "未销号问题（个）", "integer"),
)  # fmt: skip


def drawn(marks: Mapping[str, tuple[str, str]]) -> dict[str, Callable[[Row], str]]:
    """Cells that are more than a text, for ``tables.table_markup``; ``marks``: 户类型 → (mark, colour)."""
    return {
        "state": lambda row: state_markup(row.state, marks),
        "per_head": _income,
        "visits": _visits,
        "last_visit": lambda row: escape(row.last_visit or "没有记录"),
        "helper": lambda row: escape(row.helper or "未结对"),
        "problems": lambda row: f'<b class="alarm">{row.problems}</b>' if row.problems else "0",
    }


def _income(row: Row) -> str:
    income = f"{row.per_head:,.0f}" if wording.has_value(row.per_head) else wording.NO_VALUE
    return f'<b class="alarm">低于线 {income}</b>' if row.below_line else income


def _visits(row: Row) -> str:
    if row.visits is None:
        return wording.NO_VALUE
    return f"{row.visits} 次" if row.visits else '<span class="alarm">未走访</span>'


def exported(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows for a workbook."""
    words = {1: "是", 0: "否"}
    return frame.assign(below_line=frame["below_line"].map(words.get, na_action="ignore"))


def tooltips(points: pd.DataFrame) -> pd.DataFrame:
    """``households.points`` as ``maps.household_points`` takes them: what a mark says, in words."""
    incomes = [f"{value:,.0f} 元" if wording.has_value(value) else None for value in points["per_head"]]
    below = points["below_line"] == 1
    return pd.DataFrame(
        {
            "id": points["id"],
            "lat": points["lat"],
            "lon": points["lon"],
            "state": points["state"],
            "label": points["head"],
            "sketch": points["sketch"],
            "人口": [f"{number} 人" for number in points["persons"]],
            **({"致贫原因": points["cause"]} if "cause" in points else {}),
            "人均纯收入": [
                f"{income}，低于监测线" if low and income else income
                for income, low in zip(incomes, below, strict=True)
            ],
            "本月走访": [None if pd.isna(n) else f"{n} 次" if n else "未走访" for n in points["visits"]],
            "未销号问题": [f"{n} 个" if n else None for n in points["problems"]],
        }
    )
