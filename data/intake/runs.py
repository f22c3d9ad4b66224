"""The history of imports, of tables and of boundaries."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from data.clock import written
from data.model import import_run


def record_run(
    connection: Connection,
    files: Sequence[Path],
    kind: str,
    *,
    rows: int,
    changed: int,
    warnings: int,
    refused: int,
    now: datetime,
) -> None:
    """Enter an import of one kind (数据, 边界) into the history."""
    connection.execute(
        insert(import_run).values(
            id=last_run(connection) + 1,
            at=written(now),
            kind=kind,
            files="、".join(Path(file).name for file in files),
            rows=rows,
            changed=changed,
            warnings=warnings,
            refused=refused,
        )
    )


def last_run(connection: Connection) -> int:
    """The number of the last import, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(import_run.c.id), 0))).scalar_one())
