"""The state of a household as it is drawn: always the same mark, colour and word."""

from collections.abc import Mapping

from components.drawing.markup import escape


def state_markup(state: str, marks: Mapping[str, tuple[str, str]]) -> str:
    """户类型 as a coloured mark and a word."""
    mark, colour = marks[state]
    return f'<span class="state"><b style="color: {colour}">{mark}</b> {escape(state)}</span>'
