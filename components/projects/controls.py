"""What can be chosen on 项目收益: the view, the filters, what colours the map."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from components.drawing.markup import escape, link
from components.projects.address import COLOURINGS, VIEWS, ProjectChoice, projects_link
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.screen import Change, Screen
from data.access.masks import mask_party
from data.projects.region import NO_FILTERS, Filters
from data.terms import ASSET_CLASSES, PROJECT_KINDS, PROJECT_STAGES

_KEYS = {"kinds": "kind", "stages": "stage", "operators": "run", "asset_classes": "class"}


def view_switch(screen: Screen, choice: ProjectChoice) -> None:
    """地图和名单 · 比较 · 上游风险."""
    kept = ProjectChoice(filters=choice.filters)
    parts = [
        link(
            escape(words),
            projects_link(screen, kept, view=view),
            style="chip",
            **({"aria_current": "page"} if view == choice.view else {}),
        )
        for view, words in VIEWS.items()
    ]
    show_markup(f'<nav class="chips views" aria-label="项目收益的页面">{"".join(parts)}</nav>')


def filters(screen: Screen, choice: ProjectChoice, operators: Sequence[str]) -> None:
    """Kind, stage, operator, class, words; arrears and trouble as chips."""
    lists = {
        "kinds": ("类型", PROJECT_KINDS),
        "stages": ("阶段", PROJECT_STAGES),
        "operators": ("经营主体", ("", *operators)),
        "asset_classes": ("资产类别", ASSET_CLASSES),
    }
    with st.container(key="project_filters", horizontal=True, vertical_alignment="center", gap="small"):
        for field, (label, known) in lists.items():
            st.session_state[f"pick_{field}"] = list(getattr(choice.filters, field))
            st.multiselect(
                label,
                list(known),
                key=f"pick_{field}",
                placeholder=label,
                label_visibility="collapsed",
                width=220,
                format_func=lambda one: mask_party(screen.viewer, one) or "没有登记经营主体",
                on_change=_picked,
                args=(choice, field),
            )
        st.session_state["pick_words"] = choice.filters.words
        st.text_input(
            "查找项目",
            key="pick_words",
            placeholder="名称、编号",
            label_visibility="collapsed",
            width=200,
            on_change=_picked,
            args=(choice, "words"),
            max_chars=30,
        )
        chips = [
            _flag(screen, choice, "arrears", "有欠收"),
            _flag(screen, choice, "trouble", "有风险"),
        ]
        if choice.filters != NO_FILTERS:
            chips.append(link("清除筛选", projects_link(screen, choice, filters=NO_FILTERS), style="underlined"))
        show_markup(f'<div class="chips" role="group" aria-label="按情况筛选">{"".join(chips)}</div>', width="content")


def _picked(choice: ProjectChoice, field: str) -> None:
    typed = st.session_state[f"pick_{field}"]
    value: Change = typed.strip() if field == "words" else tuple(typed)
    changed = replace(choice.filters, **{field: value})
    name = _KEYS.get(field, "q")
    write_address(**{name: ProjectChoice(filters=changed).parameters().get(name)})


def _flag(screen: Screen, choice: ProjectChoice, field: str, words: str) -> str:
    on = getattr(choice.filters, field)
    changed = Filters(**{**vars(choice.filters), field: not on})
    return link(
        words,
        projects_link(screen, choice, filters=changed),
        style="chip",
        title="取消这一筛选" if on else f"只看{words}的项目",
        **({"aria_current": "true"} if on else {}),
    )


def colour_switch(screen: Screen, choice: ProjectChoice) -> str:
    """What the marks on the map are coloured by."""
    parts = [
        link(
            f"按{words}",
            projects_link(screen, choice, colour=colour),
            style="chip",
            data_stay="1",
            **({"aria_current": "true"} if colour == choice.colour else {}),
        )
        for colour, words in COLOURINGS.items()
    ]
    return f'<nav class="chips" aria-label="标记按什么区分">{"".join(parts)}</nav>'
