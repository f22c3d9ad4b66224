"""收入趋势 · 下降户: whose income sinks, why, where; how the forecast works and how well it did before."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn
from components.income.address import TrendChoice, trends_link
from components.income.forecast import show_forecast
from components.income.names import counts_markup, show_names
from components.income.sinking_words import basis_words, cause_words, evidence_words
from components.shell.asking import ask, ask_large, ask_uncached
from components.shell.empty import nothing
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.figures.read import figures
from data.income import sinking
from data.income.distribution import by_region
from data.income.evidence import evidence
from data.income.forecast import Term, term
from data.income.sinking import BASES, CAUSES, Sinking
from data.months import spoken
from data.paper.spreadsheet import ListColumn
from data.regions.tree import Region
from data.settings import value_of
from data.terms import LEVELS


def show_sinking(screen: Screen, choice: TrendChoice, children: Sequence[Region]) -> None:
    """The whole view."""
    if not ask(screen, figures, screen.region.code, screen.asked, ("net_income_per_capita",))[
        "net_income_per_capita"
    ].value:
        nothing(
            f"{screen.region.name}{spoken(screen.books.month)}没有收入数据",
            "所选月份以前的12个月还没有收支记录，看不出谁在下降。",
            "换一个月份或区划",
            "在数据模板的“收支”表中填报后再次导入：`python -m data import 文件`",
        )
        return
    known = ask_large(screen, sinking.sinking, screen.region.code, screen.books.month)
    with screen.engine.connect() as connection:
        this = term(connection, screen.books.month)
        share = value_of(connection, "sinking_share")
    fell, under = int(known.fell.sum()), int(known.under.sum())
    show_markup(
        heading(
            f"{len(known.household):,} 户收入在下降：{fell:,} 户比上年少 {share} % 以上，"
            f"{under:,} 户预测年度末低于监测线",
            f"{screen.region.name} · {screen.books.words} · {this.year.name} · 户；两者兼有的只算一户",
        )
        + _filters(screen, choice, known)
    )
    picked = known.picked(basis=choice.basis, cause=choice.cause)
    left, right = st.columns([26, 74], gap="medium") if children else (None, st.container())
    if left:
        with left:
            _show_places(screen, choice, known, picked, children)
    with right:
        show_forecast(screen, choice, this)
    _show_list(screen, choice, known, picked, this)


def _filters(screen: Screen, choice: TrendChoice, known: Sinking) -> str:
    """Chips for what put a household on the list and for its main cause, with the households that each would leave."""
    bases = [
        _chip(
            words,
            len(known.picked(basis=key, cause=choice.cause)),
            key == choice.basis,
            trends_link(screen, choice, basis="" if key == choice.basis else key),
        )
        for key, words in BASES.items()
    ]
    causes = [
        _chip(words, number, key == choice.cause, trends_link(screen, choice, cause="" if key == choice.cause else key))
        for key, words in CAUSES.items()
        if (number := len(known.picked(basis=choice.basis, cause=key))) or key == choice.cause
    ]
    clear = ""
    if choice.basis or choice.cause:
        clear = link("清除筛选", trends_link(screen, choice, basis="", cause=""), style="underlined")
    return (
        '<div class="filters"><div class="chips" role="group" aria-label="按列入依据筛选">'
        f"{''.join(bases)}{clear}</div>"
        f'<div class="chips" role="group" aria-label="按主要原因筛选">{"".join(causes)}</div></div>'
    )


def _chip(words: str, number: int, on: bool, url: str) -> str:
    current = {"aria_current": "true"} if on else {}
    return link(
        f"{escape(words)} {number:,} 户", url, style="chip", title="再点一次取消" if on else "只看这些户", **current
    )


def _show_places(
    screen: Screen, choice: TrendChoice, known: Sinking, picked: np.ndarray, children: Sequence[Region]
) -> None:
    codes = [child.code for child in children]
    counts = by_region(known.village[picked], codes)
    noun = LEVELS[len(codes[0])]
    listed = [
        (child.name, number, trends_link(screen, choice, region=child.code))
        for child, number in zip(children, counts, strict=True)
    ]
    show_markup(
        heading(f"在哪些{noun}", f"各{noun}相加 {sum(counts):,} 户；点开看该{noun}的名单")
        + f'<div class="trend-scroll">{counts_markup(listed, label=f"各{noun}下降户数")}</div>'
    )


def _show_list(screen: Screen, choice: TrendChoice, known: Sinking, picked: np.ndarray, this: Term) -> None:
    places = {int(known.household[place]): int(place) for place in picked}

    def beside(rows: pd.DataFrame) -> pd.DataFrame:
        """Basis, cause and, for a page that can be looked at, what stands behind it."""
        ids = [int(id) for id in rows["household_id"]]
        behind = ask_uncached(screen, evidence, ids, screen.books.month) if len(ids) <= _MOST_EXPLAINED else {}
        return rows.assign(
            basis=["；".join(basis_words(known, places[id], this)) for id in ids],
            cause=[cause_words(known, places[id]) for id in ids],
            behind=["；".join(evidence_words(behind[id])) if id in behind else _TOO_MANY for id in ids],
            forecast=[float(known.forecast[places[id]]) for id in ids],
        )

    def reason(row: Row) -> str:
        parts = [f"<b>{escape(row.basis)}</b>", escape(row.cause), escape(row.behind)]
        return f'<span class="trend-reason">{"<br>".join(part for part in parts if part)}</span>'

    named = BASES.get(choice.basis, ""), CAUSES.get(choice.cause, "")
    told = "、".join(name for name in named if name)
    show_names(
        screen,
        known.household[picked],
        title=f"收入下降户{f'（{told}）' if told else ''}",
        note=f"{screen.books.words} · 两者兼有的在前，再按预测由低到高",
        page=choice.page,
        key="sinking",
        page_url=lambda page: trends_link(screen, choice, page=page),
        beside=beside,
        columns=[TableColumn("forecast", "预测年度末（元/人）", "fen"), TableColumn("reason", "为什么")],
        drawn={"reason": reason},
        without=("code", "gap", "state", "helper"),
        exported=[
            ListColumn("forecast", "预测年度末人均（元）", "yuan"),
            ListColumn("basis", "列入依据", width=44),
            ListColumn("cause", "哪类收入减少", width=44),
            ListColumn("behind", "背后的科目、就业和项目", width=60),
        ],
    )


_TOO_MANY = "名单太长，没有逐户列出；请按乡镇或原因缩小后再导出"
_MOST_EXPLAINED = 5000
"""Households whose books are read for one workbook; a longer one names the kinds of income only."""
