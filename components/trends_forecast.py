"""The forecast of a region: its formula in words, what it says of each sub-region, and its error in years past."""

import pandas as pd

from components.cached import ask
from components.markup import escape, link, show
from components.panels import heading
from components.screen import Screen
from components.site import INCOME
from components.tables import TableColumn, table_markup
from components.trends_sinking_words import formula_words
from data import income_forecast
from data.income_forecast import Term
from data.months import spoken
from data.terms import LEVELS


def show_forecast(screen: Screen, this: Term) -> None:
    """Formula, forecasts with the mean error of each region, and how well it named the households."""
    rows = ask(income_forecast.region_forecasts, screen.region.code, screen.month)
    past = ask(income_forecast.backtest, screen.region.code, screen.month)
    own = rows[rows["code"] == screen.region.code]
    title = f"到{spoken(this.last)}的预测"
    if len(own):
        title = f"预测{screen.region.name}{this.year.year}年度人均纯收入 {own['forecast'].iloc[0]:,.0f} 元"
    show(
        heading(title, f"{this.year.name} · 从{spoken(this.month)}起预测，剩余 {this.remaining} 个月 · 元/人")
        + f'<p class="calm">{escape(formula_words(this))}</p>'
        + f'<p class="calm">{escape(error_words(past, screen.region.code, this))}</p>'
        + _households(screen, this)
        + _table(screen, with_errors(rows, past), this)
    )


def with_errors(rows: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """``region_forecasts`` with each region's mean error (``error``), that of no change (``still``) and ``years``."""
    means = past.groupby("code").agg(error=("error", "mean"), still=("still", "mean"), years=("year", "count"))
    joined = rows.join(means, on="code")
    return joined.assign(years=joined["years"].astype("Int64"))


def error_words(past: pd.DataFrame, code: str, this: Term) -> str:
    """What the back-test says of the region; or that there are too few years."""
    own = past[past["code"] == code]
    if own.empty:
        return "回测：没有一个已结束的收入年度前后数据齐全，还验证不了这个公式，请当作参考。"
    years = "、".join(
        f"{row.year}年度预测 {row.forecast:,.0f}、实际 {row.actual:,.0f}、差 {row.error * 100:.1f} %"
        for row in own.itertuples()
    )
    fewer = "只有一年，说明不了多少。" if len(own) == 1 else ""
    below = past[past["code"] != code]
    spread = f"；各下级平均差 {below['error'].mean() * 100:.1f} %" if len(below) else ""
    mean, still = own["error"].mean() * 100, own["still"].mean() * 100
    return (
        f"回测（同样的公式，站在以往各年度还剩 {this.remaining} 个月时预测）：{years}；平均绝对误差 {mean:.1f} %"
        f"（若当作收入不变，误差 {still:.1f} %）{spread}。{fewer}"
    )


def _households(screen: Screen, this: Term) -> str:
    """How well it named the households; read for a county or less at once, for more only where it is asked for."""
    rows = ask(income_forecast.household_backtest, screen.region.code, screen.month)
    if rows.empty:
        return '<p class="calm">逐户回测：已结束的收入年度数据不全，还不知道预测低于线的户准不准。</p>'
    told = "；".join(household_words(row) for row in rows.itertuples())
    return f'<p class="calm">逐户回测：{escape(told)}。没有点到的户仍要靠走访发现。</p>'


def household_words(row) -> str:
    """``2026年度预测线下 41 户，其中 14 户（34 %）年末确在线下；年末线下 56 户，预测到 14 户（25 %）``."""
    right = f"其中 {row.right:,} 户（{row.right / row.foretold:.0%}）年末确在线下" if row.foretold else "没有点到任何户"
    caught = f"预测到 {row.right:,} 户（{row.right / row.under:.0%}）" if row.under else "实际没有线下户"
    return f"{row.year}年度预测线下 {row.foretold:,} 户，{right}；年末线下 {row.under:,} 户，{caught}"


def _table(screen: Screen, rows: pd.DataFrame, this: Term) -> str:
    noun = LEVELS[len(rows["code"].iloc[-1])] if len(rows) else "区划"
    columns = [
        TableColumn("name", noun), TableColumn("base", "上年度末", "fen"), TableColumn("now", "现在12个月", "fen"),
        TableColumn("forecast", f"预测{this.year.year}年度", "fen"), TableColumn("error", "回测平均误差", "share"),
        TableColumn("still", "按不变算的误差", "share"), TableColumn("years", "回测年数", "integer"),
    ]  # fmt: skip
    told = table_markup(
        rows, columns, caption="各区划预测与回测误差", opener="name",
        row_url=lambda row: screen.link(INCOME, region=row.code, view="sinking"),
    )  # fmt: skip
    link_to = link("看本区划走势", screen.link(INCOME), style="underlined")
    return f"<details><summary>各{escape(noun)}的预测和回测误差</summary>{told}</details>{link_to}"
