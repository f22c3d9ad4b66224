"""Pure parts of 帮扶责任: a name that opens its page, a number that calls, a day that has passed."""

import pandas as pd

from components.drawing.markup import escape, link


def named(name: str | None, url: str | None, otherwise: str = "") -> str:
    """A person's name, as a link where he has a page; an alarm where nobody is named."""
    if not name:
        return f'<b class="alarm">{escape(otherwise)}</b>' if otherwise else ""
    return link(escape(name), url, style="underlined") if url else escape(name)


def day_mark(day: str | None, as_of: str, otherwise: str = "没有记录") -> str:
    """A day by which something is due: an alarm once it has passed."""
    if not day:
        return escape(otherwise)
    return f'<b class="alarm">{escape(day)}</b>' if day < as_of else escape(day)


def alarm_count(count: object) -> str:
    """A number that should be none."""
    number = 0 if count is None or count is pd.NA else int(str(count))
    return f'<b class="alarm">{number:,}</b>' if number else "0"
