"""撤回: what taking an import back would do, tried by a process and shown before it is done; what it did."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.drawing import wording
from components.drawing.markup import escape
from components.drawing.wording import moment
from components.imports.acts import take_step
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.figures.indicators import INDICATORS
from data.imports.jobs import Job

_COLUMNS = {
    "cells": "退回的格",
    "removed": "删去的行",
    "returned": "恢复的行",
    "ended": "改按注销的行",
    "stands": "保留的处",
}
Facts = Mapping[str, object]


def show_taking_back(screen: Screen, job: Job) -> None:
    """What would go back and what stands against it, once that was tried; the button for trying, and for doing it."""
    tried = mapped(job.facts.get("undo"))
    if not tried:
        if st.button("撤回这次导入", key="import_undo", help="先试算会退回什么、保留什么，看过再定"):
            take_step(screen, job, "plan")
        return
    with st.container(key="import_undo_plan", border=True):
        show_markup(f"<h2>撤回这次导入会怎样</h2><p class='calm'>试算于 {escape(moment(str(tried['at'])))}</p>")
        show_markup(plan_markup(tried))
        with st.container(horizontal=True, gap="small"):
            if st.button("确定撤回", type="primary", key="import_undo_confirm"):
                take_step(screen, job, "undo")
            if st.button("重新试算", key="import_undo_again"):
                take_step(screen, job, "plan")


def plan_markup(facts: Facts, *, done: bool = False) -> str:
    """What goes back by sheet, what stands against it, the figures of closed months that change."""
    counts = {sheet: one for sheet, one in mapped(facts.get("counts")).items() if isinstance(one, dict)}
    total = sum(int(one.get(name, 0)) for one in counts.values() for name in ("rows", "removed", "returned", "ended"))
    first = f"{'已' if done else '将'}把 {total:,} 行退回到写入前的样子。"
    says = f'<ul class="import-says"><li>{first}</li></ul>'
    return says + _counts_markup(counts) + _stands_markup(facts) + _figures_markup(facts)


def _counts_markup(counts: Mapping[str, Mapping[str, int]]) -> str:
    heads = "".join(f'<th scope="col" class="right">{words}</th>' for words in _COLUMNS.values())
    lines = "".join(
        f'<tr><th scope="row">{escape(sheet)}</th>'
        + "".join(f'<td class="right">{f"{one.get(name, 0):,}" if one.get(name) else "·"}</td>' for name in _COLUMNS)
        + "</tr>"
        for sheet, one in counts.items()
    )
    return (
        '<div class="table import-counts"><table><caption>撤回的内容</caption>'
        f'<thead><tr><th scope="col">工作表</th>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _stands_markup(facts: Facts) -> str:
    stands, total = listed(facts.get("stands")), facts.get("standing")
    if not stands:
        return ""
    lines = "".join(
        f"<li><b>{escape(' '.join(filter(None, (one.get('sheet'), one.get('key'), one.get('heading')))))}</b> "
        f"{escape(one.get('why', ''))}{_by(one)}</li>"
        for one in stands
    )
    return f'<section class="import-stands"><h3>保留 {total} 处，不退回</h3><ul>{lines}</ul></section>'


def _by(one: Mapping[str, str]) -> str:
    told = " ".join(filter(None, (one.get("who"), moment(one["at"]) if one.get("at") else "")))
    return f" <small>{escape(told)}</small>" if told else ""


def _figures_markup(facts: Facts) -> str:
    figures, total = listed(facts.get("figures")), facts.get("moving")
    if not figures:
        return ""
    lines = "".join(f"<li>{_figure(one)}</li>" for one in figures if one.get("indicator") in INDICATORS)
    title = f"已闭账月份有 {total} 个数字会变"
    return f'<section class="import-stands"><h3>{escape(title)}</h3><ul>{lines}</ul></section>'


def _figure(one: Mapping[str, object]) -> str:
    indicator = INDICATORS[str(one["indicator"])]
    before, after = (
        escape(wording.amount(indicator, float(str(held)))) if (held := one.get(name)) is not None else "—"
        for name in ("before", "after")
    )
    told = f"{one.get('name', '')} {indicator.label} {one.get('month', '')}"
    return f"{escape(told)}：{before} → <b>{after}</b>"


def mapped(held: object) -> Mapping[str, object]:
    """A JSON object of facts; an empty one where there is none."""
    return held if isinstance(held, dict) else {}


def listed(held: object) -> Sequence[Mapping[str, str]]:
    """The objects of a JSON list of facts."""
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
