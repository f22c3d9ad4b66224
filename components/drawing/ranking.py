"""The sub-regions beside each other for one indicator: order, bars, distance to the mean; and what that says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.tables import Row
from data.figures.indicators import Indicator
from data.figures.standing import OPEN

MEANS = {0: "总体平均", 2: "省均", 4: "市均", 6: "县均", 9: "镇均", 12: "村均"}


@dataclass(frozen=True)
class Ranking:
    """``rows``: code, name, value, distance (value - mean; NaN: none), open_words (what is missing of a month that is
    not closed there, else empty): the worst first, then what is not closed and has no rank, without a value last."""

    indicator: Indicator
    rows: pd.DataFrame
    mean: float | None
    mean_name: str


def rank(indicator: Indicator, children: pd.DataFrame, whole: float | None, level: int) -> Ranking:
    """Order ``children`` (as of ``figures.children``) from worst to best.

    The mean is the region's own figure ``whole`` for shares and per-head amounts; for what adds up, whole ÷ number of
    children that have a value; for what is counted once above them, their own mean. Where neither more nor less is
    better, the largest comes first. What is not closed stands by code and is compared with nothing.
    """
    if "open_words" not in children:
        children = children.assign(open_words="")
    whole_month = children["open_words"] == ""
    has_value = children["value"].notna()
    mean = whole
    if indicator.denominator is None:
        together = children["value"].sum() if indicator.distinct else whole
        mean = together / has_value.sum() if together is not None and has_value.any() else None
    distances = [distance(indicator, value, mean) for value in children["value"]]
    rows = children[["code", "name", "value", "open_words"]].assign(
        distance=pd.Series(distances, index=children.index, dtype=float).where(whole_month)
    )
    ranked = rows[whole_month & has_value]
    ordered = ranked.sort_values("value", ascending=indicator.direction > 0, kind="stable")
    rest = [rows[~whole_month & has_value].sort_values("code"), rows[~has_value]]
    return Ranking(indicator, pd.concat([ordered, *rest]).reset_index(drop=True), mean, MEANS[level])


def closed(ranking: Ranking) -> pd.DataFrame:
    """The rows that have a value and are ranked."""
    rows = ranking.rows
    return rows[rows["value"].notna() & (rows["open_words"] == "")]


def _open(ranking: Ranking) -> str:
    """What is said instead of a rank where no region's month is closed; empty where one is."""
    told = ranking.rows.loc[ranking.rows["value"].notna(), "open_words"]
    return f"{OPEN}，暂不排名" if len(told) and (told != "").all() else ""


def distance(indicator: Indicator, value: float, mean: float | None) -> float | None:
    """What lies between a value and the mean as both are read: the mean of a count has one decimal."""
    if not wording.has_value(value) or not wording.has_value(mean):
        return None
    return indicator.told(value) - (round(mean, 1) if indicator.format == "count" else indicator.told(mean))


def finding(ranking: Ranking, noun: str) -> str:
    """What the ranking says in a sentence; ``noun`` is what a child is called: 乡镇, 村."""
    indicator, rows = ranking.indicator, closed(ranking)
    if words := _open(ranking):
        return f"{indicator.label}：各{noun}{words}"
    if rows.empty or ranking.mean is None:
        return f"{indicator.label}：各{noun}"
    if indicator.denominator is None:
        top = rows.loc[rows["value"].idxmax()]
        if top["value"] == 0:
            return f"各{noun}均无{indicator.label}" if indicator.direction < 0 else f"{indicator.label}：各{noun}均为零"
        return f"{indicator.label}{_with_ties(indicator, rows, top)}最多，{wording.amount(indicator, top['value'])}"
    behind = rows["distance"] > 0 if indicator.direction < 0 else rows["distance"] < 0
    side = "高于" if indicator.direction < 0 else "低于"
    number = int(behind.sum())
    return (
        f"{number} 个{noun}{indicator.label}{side}{ranking.mean_name}" if number else f"各{noun}{indicator.label}持平"
    )


def mean_amount(ranking: Ranking) -> wording.Amount:
    """The mean in words; that of a count has one decimal."""
    if ranking.indicator.format == "count" and ranking.mean is not None:
        return wording.Amount(f"{ranking.mean:,.1f}", ranking.indicator.unit)
    return wording.amount(ranking.indicator, ranking.mean)


def extremes(ranking: Ranking) -> str:
    """Best, worst and the mean in one line."""
    indicator, rows = ranking.indicator, closed(ranking)
    if words := _open(ranking):
        return words
    mean = f"{ranking.mean_name} {mean_amount(ranking)}" if ranking.mean is not None else ""
    if len(rows) < 2:
        return mean
    first, last = rows.iloc[0], rows.iloc[-1]
    names = ("最差", "最好") if indicator.direction else ("最多", "最少")
    if indicator.same(first["value"], last["value"]):
        return f"都是 {wording.amount(indicator, first['value'])}" + (f" · {mean}" if mean else "")
    ends = [
        f"{name} {_with_ties(indicator, rows, row)} {wording.amount(indicator, row['value'])}"
        for name, row in zip(names, (first, last), strict=True)
    ]
    return " · ".join([*ends, mean])


def _with_ties(indicator: Indicator, rows: pd.DataFrame, row: pd.Series) -> str:
    return with_ties(row["name"], sum(indicator.same(value, row["value"]) for value in rows["value"]))


def with_ties(name: str, level: int) -> str:
    """A region's name, and how many (itself among them) are level with it where it is not alone."""
    return f"{name}等 {level} 个并列" if level > 1 else name


def ranking_markup(
    ranking: Ranking, url: Callable[[str], str], *, best_first: bool = False, answers: Mapping[str, str] | None = None
) -> str:
    """Rows with a bar from zero; ``url`` gives the address that a region's code opens; ``answers``: code → who answers
    for it, below its name."""
    rows = ranking.rows
    if best_first:
        ranked = closed(ranking)
        rows = pd.concat([ranked.iloc[::-1], rows.drop(ranked.index)])
    ends = [0, *rows["value"].dropna(), *([] if ranking.mean is None else [ranking.mean])]  # all may lie below it
    low = min(ends)
    span = (max(ends) - low) or 1
    compared = ranking.mean is not None and not _open(ranking)
    mean = (ranking.mean - low) / span * 100 if compared else None
    lines = "".join(
        _row_markup(
            ranking.indicator, row, url(row.code), (answers or {}).get(row.code, ""), zero=-low / span * 100, span=span,
            mean=mean,
        )
        for row in rows.itertuples()
    )  # fmt: skip
    return f'<ol class="ranking{" answered" if answers else ""}">{lines}</ol>'


def _row_markup(
    indicator: Indicator, row: Row, url: str, answer: str, *, zero: float, span: float, mean: float | None
) -> str:
    name = f'<span class="name">{escape(row.name)}{f"<small>{escape(answer)}</small>" if answer else ""}</span>'
    if not wording.has_value(row.value):
        empty = f'{name}<span></span><span class="value">无数据</span><span></span>'
        return f"<li>{link(empty, url)}</li>"
    width = abs(row.value) / span * 100
    left = zero if row.value >= 0 else zero - width
    behind = wording.has_value(row.distance) and row.distance * indicator.direction < 0
    beside = (
        wording.apart(indicator, row.distance) if wording.has_value(row.distance) else OPEN if row.open_words else ""
    )
    marker = "" if mean is None else f'<em style="left: {mean:.2f}%"></em>'
    style = f'{"class=behind " if behind else ""}style="left: {left:.2f}%; width: {width:.2f}%"'
    inner = (
        f'{name}<span class="bar"><i {style}></i>{marker}</span>'
        f'<span class="value">{escape(wording.in_class_unit(indicator, row.value))}</span>'
        f'<span class="distance">{escape(beside)}</span>'
    )
    return f"<li>{link(inner, url, **({'title': row.open_words} if row.open_words else {}))}</li>"
