"""Charts of projects: investment against return, and due against received by month."""

import pandas as pd
import plotly.graph_objects as go

from components.drawing import wording
from components.drawing.tables import Row
from components.drawing.theme import TEMPLATES, Palette, palette
from data.months import first_day, spoken

MOST_NAMED = 6


def scatter_chart(rows: pd.DataFrame, *, agreed: float | None, dark: bool, height: int = 460) -> go.Figure:
    """Investment against twelve months' return in 万元: ``rows`` as of ``project_compare.scattered``.

    Trace 0 holds those that do not perform poorly, trace 1 the poor ones, both in the order of ``rows``; the poor ones
    with the largest arrears are named. ``agreed``: the agreed rate, drawn as a line.
    """
    colours = palette(dark)
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "hovermode": "closest"})
    for poor, symbol, colour in ((False, "circle", colours.series), (True, "triangle-up", colours.alarm)):
        part = rows[rows["poor"] == poor]
        figure.add_scatter(
            x=(part["investment"] / 1e4).tolist(),
            y=(part["received"] / 1e4).tolist(),
            mode="markers",
            marker={
                "symbol": symbol,
                "size": 13 if poor else 10,
                "color": colour,
                "line": {"color": colours.ground, "width": 1},
            },
            customdata=[_sentence(row) for row in part.itertuples()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    top = float((rows["investment"] / 1e4).max()) if len(rows) else 1.0
    if agreed:
        figure.add_scatter(
            x=[0, top],
            y=[0, top * agreed],
            mode="lines",
            hoverinfo="skip",
            line={"color": colours.second_ink, "width": 1.5, "dash": "dash"},
        )
        figure.add_annotation(
            x=top,
            y=top * agreed,
            text=f"约定 {wording.percent(agreed)}",
            xanchor="right",
            yshift=12,
            showarrow=False,
            font={"color": colours.second_ink},
        )
    _name_poor(figure, rows, top, colours)
    figure.update_xaxes(rangemode="tozero", tickformat=",~g", showgrid=True, nticks=7, gridcolor=colours.hairline)
    figure.update_yaxes(rangemode="tozero", tickformat=",~g", nticks=6)
    return figure


def _sentence(row: Row) -> str:
    rate = f"，收益率 {wording.percent(row.received / row.investment)}" if row.investment else ""
    return (
        f"{_text(row.name)}（{row.kind}）：投资 {wording.money(row.investment)}，12个月应收 {wording.money(row.due)}，"
        f"实收 {wording.money(row.received)}{rate}"
    )


def _text(words: str) -> str:
    """Words as Plotly's text shows them: it reads a few tags, and a name is none."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _name_poor(figure: go.Figure, rows: pd.DataFrame, top: float, colours: Palette) -> None:
    """Names beside the marks, at three heights in turn, so that neighbours do not cover each other."""
    poor = rows.assign(arrears=rows["due"] - rows["received"])[rows["poor"]]  # an empty frame takes the others' rows
    worst = poor.sort_values("arrears", ascending=False).head(MOST_NAMED).sort_values("investment")
    for place, row in enumerate(worst.itertuples()):
        far = row.investment / 1e4 > 0.8 * top
        figure.add_annotation(
            x=row.investment / 1e4,
            y=row.received / 1e4,
            text=_text(row.name),
            showarrow=True,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=colours.second_ink,
            ax=-30 if far else 30,
            ay=(-22, -44, -66)[place % 3],
            xanchor="right" if far else "left",
            font={"color": colours.alarm, "size": 14},
        )


def returns_chart(returns: pd.DataFrame, *, dark: bool, months: int = 36, height: int = 260) -> go.Figure:
    """Due against received by month in yuan: ``returns`` (month, due, received), the last ``months`` of them.

    Received as bars, those short of what was due in the colour of what needs action; due as a mark above each.
    """
    colours = palette(dark)
    rows = recent(returns, months)
    days = [first_day(month) for month in rows["month"]]
    short = [row.received < row.due for row in rows.itertuples()]
    words = [
        f"{spoken(row.month)}：应收 {wording.cents(row.due)} 元，实收 {wording.cents(row.received)} 元"
        + (f"，欠 {wording.cents(row.due - row.received)} 元" if row.received < row.due else "，已收足")
        for row in rows.itertuples()
    ]
    figure = go.Figure(layout={"template": TEMPLATES[dark], "height": height, "hovermode": "x"})
    figure.add_bar(
        x=days,
        y=rows["received"].tolist(),
        marker={"color": [colours.alarm if one else colours.series for one in short]},
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure.add_scatter(
        x=days,
        y=rows["due"].tolist(),
        mode="markers",
        hoverinfo="skip",
        marker={"symbol": "line-ew", "size": 14, "line": {"color": colours.ink, "width": 2}},
    )
    figure.update_xaxes(type="date", tickformat="%Y年%-m月", nticks=8)
    figure.update_yaxes(rangemode="tozero", tickformat=",~g", ticksuffix=" 元", nticks=5)
    return figure


def recent(returns: pd.DataFrame, months: int = 36) -> pd.DataFrame:
    """The rows of the last ``months`` months on record."""
    return returns[returns["month"] > returns["month"].max() - months] if len(returns) else returns
