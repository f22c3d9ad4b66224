"""The history of imports, of tables and of boundaries."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from data.access.actors import COMMAND
from data.audit import log as audit
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
    """Enter an import of one kind (数据, 边界) into the history and the log."""
    run = last_run(connection) + 1
    connection.execute(
        insert(import_run).values(
            id=run,
            at=written(now),
            kind=kind,
            files="、".join(Path(file).name for file in files),
            rows=rows,
            changed=changed,
            warnings=warnings,
            refused=refused,
        )
    )
    told = f"{kind} · 读入 {rows:,} 行 · 改动 {changed:,} 处"
    audit.wrote(connection, "import_run", [run], actor=COMMAND, view="import", detail=told, address="命令行", now=now)


def last_run(connection: Connection) -> int:
    """The number of the last import, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(import_run.c.id), 0))).scalar_one())
