"""The history of imports, of tables and of boundaries."""

from collections.abc import Mapping, Sequence
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
    counts: Mapping[str, int],
    *,
    now: datetime,
    actor: str = COMMAND,
    address: str = "命令行",
) -> int:
    """Enter an import of one kind (数据, 边界) into the history and the log; returns its number. ``counts``: how many
    rows, changed, warnings and refused."""
    run, names = last_run(connection) + 1, "、".join(Path(file).name for file in files)
    connection.execute(
        insert(import_run).values(
            id=run,
            at=written(now),
            kind=kind,
            files=names,
            **counts,
        )
    )
    told = f"{kind} · 读入 {counts['rows']:,} 行 · 改动 {counts['changed']:,} 处 · {names}"
    audit.wrote(connection, "import_run", [run], actor=actor, view="import", detail=told, address=address, now=now)
    return run


def last_run(connection: Connection) -> int:
    """The number of the last import, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(import_run.c.id), 0))).scalar_one())
