"""Words of officials that changed with the years, each said by one function: the rest of the tree writes them in the
older word and never asks which is in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WATCHED, WATCHED_NOW = "监测对象", "防止返贫致贫对象"
WATCHED_SHORT = "防返贫对象"
"""The newer word where it finds no room."""
WATCHED_WORDS = (WATCHED_NOW, WATCHED)
"""What the setting ``watched_word`` may say, the default first."""
_NEWER_SINCE = 2026 * 12 + 1  # the month 2026-02, as ``data.months`` counts
_TRANSITION_ENDED = 2025

_in_force: ContextVar[str] = ContextVar("watched_word", default=WATCHED_NOW)


def official(text: str) -> str:
    """The text with the word in force in place of 监测对象."""
    return text.replace(WATCHED, _in_force.get())


def registered(text: str) -> str:
    """The other way: what somebody typed, with 监测对象 in place of whichever word he used."""
    return text.replace(WATCHED_NOW, WATCHED).replace(WATCHED_SHORT, WATCHED)


@contextmanager
def speaking(chosen: str, month: int, *, tight: bool = False) -> Iterator[None]:
    """Within it ``official`` says the word that a county chose, looking at a month: the newer one of months since
    2026-02 alone, and shorter where room is ``tight``."""
    newer = chosen == WATCHED_NOW and month >= _NEWER_SINCE
    token = _in_force.set((WATCHED_SHORT if tight else WATCHED_NOW) if newer else WATCHED)
    try:
        yield
    finally:
        _in_force.reset(token)


def fund_word(year: int) -> str:
    """What the funds of a year are called: those of before keep their name."""
    return "衔接资金" if year <= _TRANSITION_ENDED else "常态化帮扶资金"
