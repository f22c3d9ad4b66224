"""What went wrong, in a sentence the user can act on; what nobody foresaw gets a number and a line in the log."""

import logging
import secrets
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from components.drawing.markup import escape
from components.shell.empty import nothing
from components.shell.page import show_markup
from data.errors import WarRoomError

_log = logging.getLogger("warroom")


@contextmanager
def reporting_failures(home: str | None = None) -> Iterator[None]:
    """Show what the block refuses; an unknown failure is shown as a number that stands in the log, without its data."""
    try:
        yield
    except WarRoomError as error:
        nothing("无法显示", str(error), home=home)
    except Exception as error:
        nothing("页面没有完成", numbered(error), home=home)


def numbered(error: Exception) -> str:
    """Write an unforeseen failure into the log and say under which number."""
    number = secrets.token_hex(4)
    # only where it happened: messages of exceptions quote values, and values name people
    places = "; ".join(f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__))
    _log.error("failure %s: %s at %s", number, type(error).__name__, places)
    return f"系统出现意外错误，错误编号 {number}。请刷新重试；仍不行时把编号告诉管理员。"


def problem(sentence: str) -> None:
    """A note above the page: something in the address or the input could not be used.

    Markup of our own, for the sentence quotes the address: in Markdown a link to elsewhere would be one.
    """
    show_markup(f'<p class="problem" role="status">{escape(sentence)}</p>')


def show_problems(sentences: Iterable[str]) -> None:
    """The notes about an address or an input, one below the other."""
    for sentence in sentences:
        problem(sentence)
