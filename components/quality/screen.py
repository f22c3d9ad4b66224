"""The page 数据治理 as a whole: what it says first, its ways of seeing, the one that the address asks for."""

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.wording import moment
from components.quality.address import VIEWS, QualityChoice, quality_link, read_choice
from components.quality.checking import show_checking
from components.quality.listed import show_list
from components.quality.rounds import show_rounds
from components.quality.rules import board_of, show_regions, show_rules
from components.quality.scores import show_scores
from components.quality.waiving import show_waivers
from components.shell.asking import ask
from components.shell.empty import nothing
from components.shell.errors import show_problems
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access.roles import QUALITY, WRITE
from data.quality import board
from data.quality.board import LastRun
from data.rules.registry import RULES
from data.rules.rule import HARD

_SHOWN = {
    "rules": show_rules, "regions": show_regions, "score": show_scores, "waivers": show_waivers, "rounds": show_rounds,
}  # fmt: skip


def show_quality(screen: Screen) -> None:
    """Draw what the address asks for."""
    choice, problems = read_choice(st.query_params)
    show_problems(problems)
    last = ask(screen, board.last_run)
    if choice.rule and last is not None:
        show_list(screen, choice)
        return
    show_markup(heading(*_finding(screen, last), level=1))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="quality_ways"):
        show_markup(_tabs(screen, choice), width="content")
        show_checking(screen)
    if last is None:
        _never(screen)
        return
    _SHOWN[choice.view](screen, choice)


def _tabs(screen: Screen, choice: QualityChoice) -> str:
    tabs = "".join(
        link(
            escape(word),
            quality_link(screen, QualityChoice(view)),
            style="chip",
            **({"aria_current": "true"} if view == choice.view else {}),
        )
        for view, word in VIEWS.items()
    )
    return f'<nav class="chips quality-tabs" aria-label="数据治理的看法">{tabs}</nav>'


def _finding(screen: Screen, last: LastRun | None) -> tuple[str, str]:
    """What the page says first, and what it goes by."""
    if last is None:
        return "还没有检查过", f"{screen.region.name} · {len(RULES)} 条规则"
    lines = board_of(screen)[1]
    kinds = lines["rule"].map(lambda rule: RULES[rule].kind)
    hard, hits = int(lines.loc[kinds == HARD, "hits"].sum()), int(lines["hits"].sum())
    parts = [
        f"{hits:,} 条问题待整改" if hits else "没有待整改的问题",
        f"其中错误 {hard:,} 条" if hard else "",
        f"本月新增 {int(lines['new'].sum()):,}",
        f"已改 {int(lines['mended'].sum()):,}",
    ]
    run = f"{moment(last.at)} 全面检查 {last.households:,} 户，用时 {last.milliseconds / 1000:.1f} 秒"
    told = f"{screen.region.name} · 截至 {screen.today} · {len(RULES)} 条规则 · {run}，之后改动的户随改随查"
    return "，".join(filter(None, parts)), told


def _never(screen: Screen) -> None:
    if screen.viewer.may(WRITE, QUALITY):
        nothing("还没有检查过", "规则还没有对全部数据检查过，所以没有结果。", "按上面的“立即检查”，几秒钟后就有结果")
    else:
        nothing("还没有检查过", "规则还没有对全部数据检查过，请等乡镇或县里检查。")
