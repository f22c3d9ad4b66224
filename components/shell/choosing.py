"""What a reader chooses in the page itself and the address keeps: a select; and search words, which stay out of it."""

from collections.abc import Callable, Sequence

import streamlit as st

from components.shell.header import write_address


def select(
    label: str,
    name: str,
    options: Sequence[str],
    chosen: str,
    words: Callable[[str], str],
    *,
    of: str,
    width: int,
    bare: bool = False,
    **also: str | None,
) -> None:
    """A select whose choice stands in the address under ``name``, '' out of it; ``also``: what goes with a change.

    ``of``: the part of the page, before the name in the widget's key; ``bare``: the label is for the ear alone.
    """
    key = f"{of}_{name}"
    st.session_state[key] = chosen
    st.selectbox(
        label,
        options,
        format_func=words,
        key=key,
        label_visibility="collapsed" if bare else "visible",
        on_change=lambda: write_address(**{name: st.session_state[key] or None, **also}),
        width=width,
    )


def search_words(label: str, key: str, *, example: str, longest: int) -> None:
    """A field of search words. They may be names: they stay in the session, and the page begins anew at its first."""
    st.text_input(
        label,
        key=key,
        placeholder=example,
        max_chars=longest,
        label_visibility="collapsed",
        width=220,
        on_change=lambda: write_address(),
    )
