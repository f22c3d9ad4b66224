"""The forecast of a region: its formula in words, its error in years past, and what it says of each sub-region."""

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.income.address import TrendChoice, trends_link
from components.income.sinking_words import formula_words
from components.shell.asking import ask
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import INCOME
from data.figures.read import figures
from data.income import forecast as income_forecast
from data.income.forecast import Term
from data.months import spoken
from data.terms import LEVELS

_PAST = (
    TableColumn("name", "收入年度"), TableColumn("forecast", "当时预测（元）", "integer"),
    TableColumn("actual", "实际（元）", "integer"), TableColumn("error", "误差", "share"),
    TableColumn("still", "若按不变算", "share"), TableColumn("below", "各下级平均", "share"),
    TableColumn("foretold", "预测线下户", "integer"), TableColumn("right", "其中说中", "integer"),
    TableColumn("precision", "说中率", "share"), TableColumn("under", "年末线下户", "integer"),
    TableColumn("recall", "预测到的", "share"),
)  # fmt: skip


NOT_TESTED = pd.DataFrame(columns=["year", "households", "foretold", "right", "under"], dtype="int64")
MOST_TESTED = 100_000
"""Households of a region that are tested one by one unasked: of a million it takes four seconds."""


def show_forecast(screen: Screen, choice: TrendChoice, this: Term) -> None:
    """What the region's income will be, how that is worked out, how far it was out before, and the same below it."""
    rows = ask(screen, income_forecast.region_forecasts, screen.region.code, screen.books.month)
    past = ask(screen, income_forecast.backtest, screen.region.code, screen.books.month)
    number = ask(screen, figures, screen.region.code, screen.asked, ("households",))["households"].value or 0
    each = choice.tested or number <= MOST_TESTED
    households = (
        ask(screen, income_forecast.household_backtest, screen.region.code, screen.books.month) if each else NOT_TESTED
    )
    way = (
        ""
        if each
        else link("逐户回测（户数多，要几秒钟）", trends_link(screen, choice, tested=True), style="underlined")
    )
    own = rows[rows["code"] == screen.region.code]
    title = f"到{spoken(this.last)}的预测"
    if len(own):
        title = f"预测{screen.region.name}{this.year.year}年度人均纯收入 {own['forecast'].iloc[0]:,.0f} 元"
    show_markup(
        heading(title, f"{this.year.name} · 站在{screen.books.words}预测，剩余 {this.remaining} 个月 · 元/人")
        + f'<p class="calm">{escape(formula_words(this))}</p>'
        + _tested(past, households, screen.region.code, this)
        + way
        + _table(screen, with_errors(rows, past), this)
    )


def years_tested(past: pd.DataFrame, households: pd.DataFrame, code: str) -> pd.DataFrame:
    """A row for each income year that can be tested, newest first, and their mean where there are several.

    ``past`` and ``households`` as of ``income_forecast.backtest`` and ``household_backtest``; columns of ``_PAST``.
    """
    own = past[past["code"] == code].set_index("year")
    below = past[past["code"] != code].groupby("year")["error"].mean()
    of_households = households.set_index("year")
    years = sorted({*own.index, *of_households.index}, reverse=True)
    frame = own.reindex(years)[["forecast", "actual", "error", "still"]].join(of_households)
    frame["below"] = below.reindex(years)
    frame["precision"] = (frame["right"] / frame["foretold"]).where(frame["foretold"] > 0)
    frame["recall"] = (frame["right"] / frame["under"]).where(frame["under"] > 0)
    frame["name"] = [f"{year}年度" for year in years]
    if len(frame) > 1:
        frame.loc[0, ["error", "still", "below"]] = frame[["error", "still", "below"]].mean()
        sums = frame[["foretold", "right", "under"]].sum()
        frame.loc[0, ["foretold", "right", "under"]] = sums
        frame.loc[0, "precision"] = sums["right"] / sums["foretold"] if sums["foretold"] else float("nan")
        frame.loc[0, "recall"] = sums["right"] / sums["under"] if sums["under"] else float("nan")
        frame.loc[0, "name"] = "平均、合计"
    return frame.astype(dict.fromkeys(("foretold", "right", "under"), "Int64"))


def _tested(past: pd.DataFrame, households: pd.DataFrame, code: str, this: Term) -> str:
    rows = years_tested(past, households, code)
    if rows.empty:
        words = "回测：没有一个已结束的收入年度前后数据齐全，还验证不了这个公式，预测只供参考。"
        return f'<p class="calm">{escape(words)}</p>'
    few = "只有一年可测，说明不了多少。" if len(rows) == 1 else ""
    words = f"回测：同样的公式，站在以往各年度还剩 {this.remaining} 个月的时候预测，与后来的实际相比。{few}"
    told = table_markup(
        rows, _PAST, caption="预测公式的回测", look=TableLook(strong_last=len(rows) > 1, whole=True, cards=True)
    )
    after = "说中率：预测线下的户里年末确在线下的；没有预测到的户仍要靠走访和监测发现。"
    return (
        f'<p class="calm">{escape(words)}</p><div class="trend-cards">{told}</div><p class="calm">{escape(after)}</p>'
    )


def with_errors(rows: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """``region_forecasts`` with each region's mean error (``error``), that of no change (``still``) and ``years``."""
    means = past.groupby("code").agg(error=("error", "mean"), still=("still", "mean"), years=("year", "count"))
    joined = rows.join(means, on="code")
    return joined.assign(years=joined["years"].astype("Int64"))


def _table(screen: Screen, rows: pd.DataFrame, this: Term) -> str:
    if len(rows) < 2:
        return ""
    noun = LEVELS[len(rows["code"].iloc[-1])]
    columns = [
        TableColumn("name", noun),
        TableColumn("base", "上年度末", "integer"),
        TableColumn("now", "现在12个月", "integer"),
        TableColumn("forecast", f"预测{this.year.year}年度", "integer"),
        TableColumn("error", "回测平均误差", "share"),
        TableColumn("still", "若按不变算", "share"),
        TableColumn("years", "回测年数", "integer"),
    ]
    told = table_markup(
        rows,
        columns,
        caption="各区划预测与回测误差",
        look=TableLook(
            opener="name",
            whole=True,
            cards=True,
            row_url=lambda row: screen.link(INCOME, region=row.code, view="sinking"),
        ),
    )
    return f"<details><summary>各{escape(noun)}的预测和回测误差（元/人）</summary>{told}</details>"
