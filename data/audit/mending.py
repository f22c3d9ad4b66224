"""Going on with a log that does not fit its state: what was found is taken as it stands, by a line that says why; and
keeping the lines of a store over the backup that is put in its place."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from data.audit.chain import COLUMNS, LogBroken, append, append_behind, lock, newest
from data.audit.lines import Look
from data.audit.records import taken_over
from data.audit.state import State, key_of, make_root, read_root, read_state, root_file
from data.audit.verify import ACCEPTED, FARTHEST, RESTORED, Verdict, content_so_far, lines_from, verify
from data.errors import Refused
from data.model import access_log
from data.store.batches import batches
from data.store.engine import beside

_BATCH = 1_000


def accept(connection: Connection, reason: str, *, actor: str, at: str, key: Path | None = None) -> Verdict:
    """Take the log and the rows that it vouches for as they stand, and go on behind; what was wrong with them.

    The line that says so holds a digest over all before it, so that nothing there can be changed afterwards. Where
    neither state nor root key is left, the log goes on with a new one. Raises Refused where nothing is wrong or no
    reason is given.
    """
    if not reason.strip():
        raise Refused("请用 --reason 写明情况：什么时候、为什么日志缺了行或不符。")
    lock(connection)
    verdict = verify(connection, key=key)
    if not verdict.faults:
        raise Refused("日志完好，没有要说明的。")
    _go_on(connection, reason.strip(), verdict, actor, at, key)
    return verdict


def _go_on(connection: Connection, reason: str, verdict: Verdict, actor: str, at: str, key: Path | None = None) -> None:
    engine, last = connection.engine, newest(connection)
    n, chain = (last.id, last.chain) if last else (0, "")
    state = read_state(engine)
    if state is None:
        root = read_root(key or root_file(engine)) if key or root_file(engine).exists() else make_root(engine)
        epoch = min(connection.execute(select(func.max(access_log.c.epoch))).scalar() or 0, FARTHEST)
        state = State(epoch, key_of(root, epoch), 0, "")
    state = replace(state, n=max(n, state.n), mac=chain).turned(at[:13])
    lines = [Look(at, actor, "", "gap", None, reason, ACCEPTED, content_so_far(connection))]
    lines += [Look(at, actor, "", "gap", None, one.words, one.ref, one.digest) for one in verdict.rows]
    append_behind(connection, state, lines)


def kept_file(engine: Engine) -> Path:
    """Where the lines of a store wait while a backup is put in its place."""
    return beside(engine, "log-kept")


def keep_lines(engine: Engine) -> None:
    """Write all lines into a file beside the store; one that waits there since a restore that was broken off stays,
    where the store lacks what is in it."""
    path = kept_file(engine)
    with engine.connect() as connection:
        if path.exists() and _whose(connection, path, 0, "") != _HELD:
            return
    made = path.with_name(f"{path.name}.partial")
    with engine.connect() as connection, os.fdopen(_opened(made), "w", encoding="utf-8") as file:
        for row in lines_from(connection):
            file.write(json.dumps(dict(row._mapping), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    made.rename(path)


def put_back(connection: Connection, source: str, *, actor: str, at: str) -> int:
    """After a restore: the lines that were written since the backup stand behind its own again, and one tells of the
    restore; how many were put back. ``source`` names the backup.

    Lines of a log that is not the backup's own are written behind anew.
    """
    lock(connection)
    last, path = newest(connection), kept_file(connection.engine)
    n, chain = (last.id, last.chain) if last else (0, "")
    told = [Look(at, actor, "", RESTORED, None, source, f"{RESTORED}:{n}")]
    if last is None or last.epoch is None:  # a backup from before the log had keys vouches for nothing
        told += taken_over(connection, (), at)
    whose, put = _whose(connection, path, n, chain), 0
    if whose == _OURS:
        for some in batches((row for row in _kept(path) if row["id"] > n), _BATCH):
            connection.execute(insert(access_log), some)
            put += len(some)
    try:
        append(connection, told)
    except LogBroken as broken:
        _go_on(connection, f"恢复备份 {source}：{broken.why}", verify(connection), actor, at)
        append(connection, told)
    if whose == _OTHER:
        for some in batches(_kept(path), _BATCH):
            append(connection, [Look(*(row[name] for name in COLUMNS[:6])) for row in some])
            put += len(some)
    return put


_OURS, _HELD, _OTHER = "ours", "held", "other"


def _whose(connection: Connection, path: Path, n: int, chain: str) -> str:
    """Whether the kept lines go on where the backup's end, are all among them, or are another log's."""
    last = None
    for row in _kept(path):
        if (row["id"], row["chain"]) == (n, chain):
            return _OURS
        last = row
    log = access_log.c
    if last is None or connection.execute(select(log.chain).where(log.id == last["id"])).scalar() == last["chain"]:
        return _HELD
    return _OURS if n == 0 else _OTHER


def _kept(path: Path) -> Iterator[dict[str, Any]]:  # Any: what the columns of the log hold
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
