"""Many visitors at once, as the displays of a county are: their sessions stay open and run one page again and again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from benchmarks.pages import Address
from benchmarks.session import Run, Session


def crowd(url: str, address: Address, *, sessions: int, every: float, seconds: float) -> list[Run]:
    """All runs of many sessions that each run the page ``every`` seconds for ``seconds``, their starts spread evenly.

    Sessions are closed when it returns. Raises what the first of them raised, such as BrokenPage.
    """
    begun = time.monotonic()

    def visit(number: int) -> list[Run]:
        time.sleep(every * number / sessions)
        with Session(url) as session:
            return [
                session.run(address.page, address.query(), expected=address.expected)
                for _ in _beats(every, begun + seconds)
            ]

    with ThreadPoolExecutor(sessions) as visitors:
        return list(chain.from_iterable(visitors.map(visit, range(sessions))))


def _beats(every: float, end: float) -> Iterator[None]:
    """One at once and then every so many seconds until the end; what a slow run has slept through is left out."""
    due = time.monotonic()
    while due < end:
        time.sleep(max(0, due - time.monotonic()))
        yield
        due += every
        while due < time.monotonic():
            due += every
