"""得分: of each region below what share of its fields is neither empty nor hit."""

import pandas as pd

from components.drawing.markup import escape
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.quality.address import QualityChoice, quality_link
from components.quality.markup import bar_markup
from components.shell.asking import ask
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_away
from data.paper.spreadsheet import ListColumn
from data.quality import board
from data.quality.board import FIELDS
from data.quality.listing import label_of

_COLUMNS = (
    TableColumn("name", "区划"), TableColumn("score", "得分", "figure"), TableColumn("households", "户数", "integer"),
    TableColumn("hits", "问题", "integer"), TableColumn("empty", "空项", "integer"),
    TableColumn("fields", "应填项", "integer"), TableColumn("per_hundred", "每百户问题和空项", "figure"),
)  # fmt: skip
_EXPORTED = (
    ListColumn("name", "区划"), ListColumn("code", "区划代码"), ListColumn("score", "得分", "number"),
    ListColumn("households", "户数", "integer"), ListColumn("hits", "问题", "integer"),
    ListColumn("empty", "空项", "integer"), ListColumn("fields", "应填项", "integer"),
    ListColumn("per_hundred", "每百户问题和空项", "number"),
)  # fmt: skip
_ALIKE = 1.0  # points between the best and the worst under which nothing is told of them


def show_scores(screen: Screen, _: QualityChoice) -> None:
    """The regions below, the worst first, and what counts."""
    rows = scored(screen)
    if rows.empty:
        show_markup('<p class="calm">这里没有在册的户，没有可以打分的。</p>')
        return
    most = round(rows["per_hundred"].max())
    show_markup(
        heading(_finding(rows), f"{screen.region.name} · 截至 {screen.today} · 每 100 个应填项里填了又没有问题的")
        + table_markup(
            rows,
            _COLUMNS,
            caption=f"{screen.region.name}数据质量得分",
            look=TableLook(
                row_url=lambda row: quality_link(screen, QualityChoice(), region=row.code),
                opener="name",
                whole=True,
                cards=True,
                drawn={
                    "score": lambda row: f"<b>{row.score:.1f}</b>",
                    "per_hundred": lambda row: bar_markup(round(row.per_hundred), most, ""),
                },
            ),
        )
        + _rule()
    )
    take_away(
        screen, rows, _EXPORTED, what="数据质量得分", title=f"{screen.region.name}数据质量得分",
        about=f"截至 {screen.today}", unit="个区划", sheet="得分", words="导出得分（Excel）", key="export_scores",
    )  # fmt: skip


def scored(screen: Screen) -> pd.DataFrame:
    """``board.score`` with names, the worst first."""
    rows = ask(screen, board.score, screen.region.code, screen.today)
    names = {place.code: place.name for place in ask(screen, board.places, screen.region.code)}
    rows = rows[rows["code"].isin(list(names))]
    return rows.assign(
        name=rows["code"].map(names),
        per_hundred=(100 * (rows["hits"] + rows["empty"]) / rows["households"]).round(1),
    ).sort_values(["score", "code"], kind="stable")


def _finding(rows: pd.DataFrame) -> str:
    worst, best = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return f"{worst['name']}得分 {worst['score']:.1f}"
    if best["score"] - worst["score"] < _ALIKE:
        return f"各地相差不大，都在 {worst['score']:.1f} 分以上"
    return f"{worst['name']}最低，{worst['score']:.1f} 分；{best['name']}最高，{best['score']:.1f} 分"


def _rule() -> str:
    names = {
        table: "、".join(filter(None, (label_of(table, field) for field in fields))) for table, fields in FIELDS.items()
    }
    told = (
        f"应填项：每户{names['household']}，每名成员{names['member']}。空着的一项和查出的一条问题同样扣分，"
        "不填并不能少扣；豁免中的不扣。"
    )
    return f'<p class="calm">{escape(told)}</p>'
