"""撤回: what taking an import back would do, shown before it is done; what it did, afterwards."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.drawing import wording
from components.drawing.markup import escape
from components.drawing.wording import moment
from components.imports.acts import take_step
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.errors import WarRoomError
from data.figures.indicators import INDICATORS
from data.imports.jobs import Job
from data.imports.undo import plan_undo

_PLAN = "import_undo_plan"
_COLUMNS = {
    "cells": "退回的格",
    "removed": "删去的行",
    "returned": "恢复的行",
    "ended": "改按注销的行",
    "stands": "保留的处",
}
Facts = Mapping[str, object]


def ask_to_take_back(screen: Screen, job: Job) -> None:
    """The dialog: what would go back and what stands against it, then the button."""

    def body() -> None:
        kept: tuple[int, int, Facts] | None = st.session_state.get(_PLAN)
        if kept is None or kept[:2] != (job.id, job.version):
            try:
                with st.spinner("正在试算撤回会改动什么…"):
                    plan = plan_undo(screen.engine, screen.viewer, job.id, now=screen.now)
            except WarRoomError as error:
                show_markup(f'<p class="problem" role="alert">{escape(error)}</p>')
                return
            kept = st.session_state[_PLAN] = (job.id, job.version, plan.facts())
        show_markup(plan_markup(kept[2]))
        if st.button("确定撤回", type="primary", width="stretch", key="import_undo_confirm"):
            take_step(screen, job, "undo")

    st.dialog("撤回这次导入", width="large")(body)()


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
