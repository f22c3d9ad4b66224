"""What a process leaves that is killed at any statement: all as before, and the next try goes through."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, Table, event, select

from data import model


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(engine: Engine, number: int) -> Iterator[list[int]]:
    """Whoever puts the statement of that number to the store is killed; yields what counts them."""
    count = [0]

    def put(*_: object) -> None:
        count[0] += 1
        if count[0] == number:
            raise Killed

    event.listen(engine, "before_cursor_execute", put)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", put)


def rows(engine: Engine, tables: Iterable[Table]) -> dict[str, list[str]]:
    """All that stands in some tables."""
    with engine.connect() as connection:
        return {one.name: sorted(map(repr, connection.execute(select(one)))) for one in tables}


def leaves_all_as_before(
    engine: Engine, act: Callable[[], object], *, tables: Iterable[Table] | None = None, every: int = 9
) -> int:
    """Kill ``act`` at each of its first twenty statements and each ``every``-th behind them; what stood in ``tables``
    (None: in all) stands still. Then let it go through; returns how many statements it took."""
    tables = list(tables if tables is not None else model.metadata.sorted_tables)
    before = rows(engine, tables)
    number = 0
    while True:
        number += 1 if number < 20 else every
        try:
            with killed_at(engine, number) as count:
                act()
        except Killed:
            assert rows(engine, tables) == before, f"killed at statement {number}"
            continue
        assert rows(engine, tables) != before
        return count[0]
