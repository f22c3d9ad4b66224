"""The cube of a large import is counted beforehand, on a copy of the store, while others go on writing.

The rows of an import are written in half a minute at most, but to count anew what tens of thousands of households come
to takes longer, and nobody could save meanwhile. So the same rows first go into a copy and are counted there. Then,
while the store is held, its rows are written, what was counted is taken over, and the villages that others wrote to in
between are counted once more. Only the embedded store does so: a server's writers of other rows need not wait.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlalchemy import Connection, Engine, func, select

from data.figures import cube
from data.figures.beginnings import derived
from data.intake.checked import Progress
from data.model import data_version, household, household_month, month, region_version
from data.regions.versions import BELOW, EVERYTHING
from data.store.engine import attached, backup, beside, is_sqlite, open_engine, writing
from data.store.private import own_folder

LARGE = 20_000
"""Households of a store from which on counting everything is worth a copy."""
_NAME = "counted"
_TABLES = (month, household_month, *derived.sorted_tables)


@dataclass(frozen=True)
class Counted:
    """A store to write to, beside which what was counted stands; of which version of its data that was."""

    engine: Engine
    version: int


def is_large(engine: Engine) -> bool:
    """Whether the store is one where counting everything should not keep others waiting."""
    with engine.connect() as connection:
        many = connection.execute(select(func.count()).select_from(household)).scalar_one()
    return is_sqlite(engine) and many >= LARGE


@contextmanager
def counted_beforehand(
    engine: Engine, write: Callable[[Connection], object], now: datetime, progress: Progress
) -> Iterator[Counted]:
    """Copy the store, ``write`` into the copy, count there; the copy goes afterwards. Raises Refused where there is no
    room for it."""
    copy = beside(engine, "imports") / f"counting-{token_hex(8)}.db"
    own_folder(copy.parent)
    progress("预先汇总", 0, 0)
    try:
        backup(engine, copy)
        other = open_engine(f"sqlite:///{copy}")
        try:
            with writing(other) as connection:
                version = connection.execute(select(data_version.c.version)).scalar() or 0
                write(connection)
                cube.rebuild(connection, today=now.date(), progress=progress)
        finally:
            other.dispose()
        target = attached(engine, copy, _NAME)
        try:
            yield Counted(target, version)
        finally:
            target.dispose()
    finally:
        for one in copy.parent.glob(f"{copy.name}*"):
            one.unlink(missing_ok=True)


def take_over(connection: Connection, counted: Counted, now: datetime, progress: Progress) -> None:
    """What was counted beforehand becomes the cube, in the caller's transaction; what others wrote to since then is
    counted again."""
    since = select(region_version.c.region).where(region_version.c.version > counted.version)
    written = set(connection.execute(since).scalars())
    if EVERYTHING in written:  # a setting, another day
        cube.rebuild(connection, today=now.date(), progress=progress)
        return
    for done, table in enumerate(_TABLES):
        progress("写入汇总", done, len(_TABLES))
        connection.exec_driver_sql(f'DELETE FROM main."{table.name}"')
        columns = ", ".join(f'"{column.name}"' for column in table.c)
        source = f'SELECT {columns} FROM {_NAME}."{table.name}"'
        connection.exec_driver_sql(f'INSERT INTO main."{table.name}" ({columns}) {source}')
    for region in sorted(one for one in written if len(one) == 12):
        cube.refresh(connection, region, now)
    for region in sorted(one.removesuffix(BELOW) for one in written if one.endswith(BELOW)):
        cube.refresh(connection, region, now, households=False)
    progress("写入汇总", len(_TABLES), len(_TABLES))
