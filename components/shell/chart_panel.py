"""A chart on a page: what it says, the picture, the same as a table, and each of them to take away."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.drawing.markup import escape, picture
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, table_markup
from components.shell.page import go_to, show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_away
from data.access.roles import EXPORT, FIGURES
from data.paper.spreadsheet import ListColumn, file_name

_FORMS = {"integer": "integer", "number": "fen", "yuan": "fen", "percent": "share"}
"""Kind of a workbook's column → form of a table's."""


def show_chart(
    screen: Screen,
    figure: go.Figure,
    *,
    key: str,
    what: str,
    title: str,
    subtitle: str,
    table: pd.DataFrame,
    columns: Sequence[ListColumn],
    links: Mapping[int, Sequence[str | None]] | None = None,
    row_url: Callable[[Row], str | None] | None = None,
    opener: str = "",
    empty: str = "没有数据，画不出图。",
    note: str = "",
) -> None:
    """Draw a figure with its heading and what it can be taken away as: Excel, PNG, SVG.

    ``what`` names the chart in the log when its figures leave. ``title`` says what is found, ``subtitle`` region,
    month and unit. ``table`` is what the figure draws, ``columns`` how it is told (money in yuan, shares as
    fractions); without rows only ``empty`` is said. ``links``: number of a trace → for each of its points the address
    that a click opens; ``row_url`` and ``opener`` do the same in the table, which is the way for who has no pointer.
    ``note`` stands below, as text.
    """
    with st.container(key=f"chart_{key}", gap="xsmall"):
        show_markup(heading(title, subtitle))
        if table.empty:
            show_markup(f'<p class="calm">{escape(empty)}</p>')
            return
        _draw(figure, key, links or {}, f"{title}。{subtitle}。内容同下方表格。")
        if note:
            show_markup(f'<p class="calm">{escape(note)}</p>')
        name = file_name(f"{screen.region.name}_{title}")
        if screen.viewer.may(EXPORT, FIGURES):
            with st.container(key=f"take_{key}", horizontal=True, vertical_alignment="center", gap="small"):
                show_markup(_pictures(screen, title, subtitle, name), width="content")
                take_away(
                    screen,
                    table,
                    columns,
                    what=f"图表数据（{what}）",
                    title=f"{screen.region.name}：{title}",
                    about=subtitle,
                    sheet="数据",
                    words="Excel 表格",
                    key=f"excel_{key}",
                )
        told = table_markup(
            table,
            [TableColumn(one.name, one.heading, _FORMS.get(one.kind, "text")) for one in columns],
            caption=title,
            look=TableLook(row_url=row_url, opener=opener),
        )
        show_markup(f"<details><summary>看表格</summary>{told}</details>")


def show_drawing(
    screen: Screen,
    drawings: Sequence[str],
    *,
    key: str,
    title: str,
    subtitle: str,
    table: pd.DataFrame,
    columns: Sequence[TableColumn],
) -> None:
    """Draw a chart without what a figure brings along: its SVG, from the narrowest to the widest, of which the one is
    seen that fits; what it says of a month (``rect[data-month]``) shows under the pointer (static/charts.js).

    Beside the heading the picture can be taken away; below stands the same as a table, for who has no pointer.
    """
    told = f"{title}。{subtitle}。内容同下方表格。"
    pictures = "".join(picture(one, told) for one in drawings)
    name = file_name(f"{screen.region.name}_{title}")
    may_take = screen.viewer.may(EXPORT, FIGURES)
    more = f'<span class="more">{_pictures(screen, title, subtitle, name)}</span>' if may_take else ""
    rows = table_markup(table, columns, caption=title)
    with st.container(key=f"chart_{key}"):
        show_markup(
            f'{heading(title, subtitle, more=more)}<div class="drawn">{pictures}</div>'
            f"<details><summary>看表格</summary>{rows}</details>"
        )


def _draw(figure: go.Figure, key: str, links: Mapping[int, Sequence[str | None]], alt: str) -> None:
    turn, opened = f"chart_turn_{key}", f"chart_open_{key}"
    if url := st.session_state.pop(opened, None):
        go_to(url)

    def picked() -> None:
        """Another turn, so that the same point can be chosen again after Back."""
        chosen = st.session_state.get(f"chart_{key}_{now}")
        points = chosen["selection"]["points"] if chosen else []
        for point in points[:1]:
            urls = links.get(point.get("curve_number"), ())
            place = point.get("point_index", point.get("point_number"))
            if isinstance(place, int) and 0 <= place < len(urls) and urls[place]:
                st.session_state[opened] = urls[place]
                st.session_state[turn] = now + 1

    for number in links:
        if figure.data[number].type == "scatter" and "markers" not in (figure.data[number].mode or ""):
            # only marks can be chosen
            figure.data[number].update(mode="lines+markers", marker={"size": 9, "opacity": 0})
    now = st.session_state.get(turn, 0)
    st.plotly_chart(
        figure,
        theme=None,
        config={"displayModeBar": False},
        key=f"chart_{key}_{now}",
        alt=alt,
        on_select=picked if links else "ignore",
        selection_mode="points",
    )


def _pictures(screen: Screen, title: str, subtitle: str, name: str) -> str:
    """Buttons that static/charts.js answers to: the picture with its title, in this browser, without the server."""
    foot = f"{screen.source} · {screen.taken_by()}"
    told = f'data-title="{escape(title)}" data-subtitle="{escape(subtitle)}" data-foot="{escape(foot)}"'
    buttons = "".join(
        f'<button type="button" data-take="{kind}" data-file="{escape(name)}" {told}>{kind.upper()} 图片</button>'
        for kind in ("png", "svg")
    )
    return f'<span class="take">{buttons}</span>'
