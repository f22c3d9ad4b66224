"""What the check of a file asks: each question with examples out of the file, answered together, checked again."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.drawing.markup import escape, plain
from components.drawing.panels import heading
from components.shell.page import show_markup
from data.intake.questions import Question

MOST_BESIDE = 6
"""Options up to which all stand on the page; more are a list to open."""


def ask_questions(
    questions: Sequence[Question], given: Mapping[str, str], *, key: str, may: bool
) -> dict[str, str] | None:
    """Draw the questions with what was answered before; None until somebody who ``may`` answers them does, then
    question → value."""
    must = [one for one in questions if not one.answer(given)]
    title = (
        f"有 {len(must)} 处要您说明，说明后才能写入" if must else f"按下面 {len(questions)} 处的理解读的，不对可以改"
    )
    show_markup(heading(title, "程序按表头和内容提出建议，由您定；改后重新校验，不会改动任何数据"))
    with st.form(f"import_questions_{key}", border=True, enter_to_submit=False):
        typed = {}
        for place, one in enumerate(questions):
            show_markup(question_markup(one, place + 1))
            value = _answer_field(one, given, f"import_answer_{key}_{place}", may=may)
            if value is not None:
                typed[one.id] = value
        said = st.container()
        pressed = st.form_submit_button("按以上说明重新校验", type="primary", disabled=not may)
    if not pressed:
        return None
    left = [one for one in questions if one.id not in typed]
    if left:
        with said:
            show_markup(f'<p class="problem" role="alert">还有 {len(left)} 处没有选：{escape(left[0].text)}</p>')
        return None
    return typed


def _answer_field(one: Question, given: Mapping[str, str], key: str, *, may: bool) -> str | None:
    values = list(one.options)
    held = one.answer(given)
    index = values.index(held) if held in values else None
    if len(values) <= MOST_BESIDE:
        return st.radio(
            plain(one.text), values, index=index, format_func=lambda value: plain(one.options[value]), key=key,
            label_visibility="collapsed", disabled=not may,
        )  # fmt: skip
    return st.selectbox(
        plain(one.text), values, index=index, format_func=one.options.__getitem__, key=key,
        label_visibility="collapsed", disabled=not may, placeholder="请选择",
    )  # fmt: skip


def question_markup(one: Question, number: int) -> str:
    """The question, the file it is about, and a few cells out of it; large where it is about all of the store."""
    cells = "".join(f"<li>{escape(example)}</li>" for example in one.examples if example)
    told = f'<ul class="examples" aria-label="文件里的例子">{cells}</ul>' if cells else ""
    file = f"<small>{escape(one.file)}</small>" if one.file else ""
    style = f"import-question{'' if one.file else ' is-whole'}"
    return f'<div class="{style}"><p><b>{number}. {escape(one.text)}</b>{file}</p>{told}</div>'


def asked_of(told: Mapping[str, object]) -> Question:
    """A question as the facts of an import keep it. Raises KeyError and TypeError for what is none."""
    options, examples = told["options"], told.get("examples")
    if not isinstance(options, dict):
        raise TypeError("a question without options")
    words = {name: str(told.get(name) or "") for name in ("id", "file", "text", "default", "layout")}
    return Question(**words, options=options, examples=tuple(map(str, examples)) if isinstance(examples, list) else ())
