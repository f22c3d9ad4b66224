"""The log's lines as they stand in the store: each hangs on the one before by a hash, so that one taken out or changed
afterwards is found. Where the chain ends stands in a file beside the store too, so that lines cut off there are missed.
"""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, text

from data.model import access_log
from data.store.engine import beside, is_sqlite
from data.store.rows import StoredRow


@dataclass(frozen=True)
class Look:
    """One line: time (ISO, seconds), who (``Viewer.actor``, stranger or household), from which address, what he saw (a
    key of VIEWS) and of which household, None where the code named none; ``detail``: what he took away, in words."""

    at: str
    actor: str
    address: str
    view: str
    household: int | None
    detail: str | None = None


def append(connection: Connection, lines: Sequence[Look]) -> tuple[int, str]:
    """Write lines behind the last; id and hash of the new last one."""
    if not is_sqlite(connection):
        connection.execute(text("LOCK TABLE access_log IN EXCLUSIVE MODE"))
    newest = select(access_log.c.id, access_log.c.chain).order_by(access_log.c.id.desc()).limit(1)
    before = connection.execute(newest).first()
    chain, rows = before.chain if before else "", []
    for look in lines:
        chain = link(chain, look)
        row = {"at": look.at, "actor": look.actor, "address": look.address, "view": look.view}
        rows.append({**row, "household_id": look.household, "detail": look.detail, "chain": chain})
    connection.execute(insert(access_log), rows)
    return tuple(connection.execute(newest).one())


def link(before: str, look: Look) -> str:
    """The hash of a line: SHA-256 over the one before and its own content.

    A line without a detail hashes as all did before there were any, so that old chains hold.
    """
    *content, detail = astuple(look)
    told = (before, *content) if detail is None else (before, *content, detail)
    return hashlib.sha256("\x1f".join(map(str, told)).encode()).hexdigest()


def end_file(engine: Engine) -> Path:
    """Where id and hash of the last line stand outside the store."""
    return beside(engine, "log-end")


def write_end(path: Path, last: int, chain: str) -> None:
    """Keep where the log ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{threading.get_native_id()}")
    made.write_text(f"{last} {chain}\n", encoding="ascii")
    made.replace(path)


def cut_off(connection: Connection) -> bool:
    """Whether the line that was the last one is not in the log any more: lines were taken off its end, or an older
    backup was put back."""
    try:
        last, _, chain = end_file(connection.engine).read_text(encoding="ascii").strip().partition(" ")
        held = connection.execute(select(access_log.c.chain).where(access_log.c.id == int(last))).scalar()
    except (FileNotFoundError, UnicodeDecodeError, ValueError):
        return False  # nothing was written on this machine yet, or the file was spoilt
    return held != chain


def broken(connection: Connection) -> list[int]:
    """Ids of lines that do not follow from the one before: changed, or the one before was taken out."""
    found, before = [], ""
    for row in _all(connection):
        look = Look(row.at, row.actor, row.address, row.view, row.household_id, row.detail)
        if link(before, look) != row.chain:
            found.append(row.id)
        before = row.chain
    return found


def _all(connection: Connection) -> Iterator[StoredRow]:
    """Every line, a few thousand at a time."""
    after = 0
    while rows := connection.execute(
        select(access_log).where(access_log.c.id > after).order_by(access_log.c.id).limit(5000)
    ).all():
        yield from rows
        after = rows[-1].id
