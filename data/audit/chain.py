"""The log's lines as they stand in the store: each hangs on the one before by a mac, whose key lies outside the store.

A line is appended within the transaction that does what it tells of; the state follows when that is committed. A
process that is killed between the two leaves a state behind the log: the next one catches up with lines that verify. A
log that is shorter than its state, or does not fit it, is not written on.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.engine import Transaction

from data.audit.lines import Look
from data.audit.records import WATCHED, proofs, taken_over
from data.audit.state import State, copy_file, copy_lines, make_root, read_state, root_file, save_state
from data.errors import Refused
from data.model import access_log
from data.store.engine import after_commit, is_sqlite, writing
from data.store.rows import StoredRow

_LOCK = 0x6C6F67  # of all advisory locks of the database the one that is the log's
COLUMNS = ("at", "actor", "address", "view", "household_id", "detail", "ref", "digest")
"""Of a line as it is stored, in the order of the fields of a Look."""
_log = logging.getLogger("warroom")


class LogBroken(Refused):
    """The log and its state do not belong together."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            f"日志与它的状态文件不符：{why}。为保全证据，系统已停止写入，您的操作没有保存。"
            "请管理员运行 audit verify 查明，再用 audit accept --reason 写明情况后恢复。"
        )


@dataclass
class Written:
    """What a transaction has written: to be kept outside the store once it stands."""

    engine: Engine
    state: State
    lines: list[tuple[int, str, Look]] = field(default_factory=list)

    def keep(self) -> None:
        """The copy first: what it misses is sent again with the state."""
        try:
            if path := copy_file():
                copy_lines(path, self.lines)
        except OSError as error:
            _log.error("the second file of the log was not written: %s", error)
        try:
            save_state(self.engine, self.state)
        except OSError as error:
            _log.error("the state of the log was not written, the next line catches up: %s", error)


_pending: "WeakKeyDictionary[Transaction, Written]" = WeakKeyDictionary()


def append(connection: Connection, lines: Sequence[Look]) -> None:
    """Write lines behind the last. Raises LogBroken where the log does not fit its state."""
    if not lines:
        return
    lock(connection)
    written = _written(connection, {look.ref for look in lines if look.ref}, lines[0].at)
    written.state = insert_lines(connection, written.state, lines, written.lines)


def append_behind(connection: Connection, state: State, lines: Sequence[Look]) -> None:
    """The same behind a given state, whether the log fits it or not."""
    held = _held(connection, state)
    held.state = insert_lines(connection, state, lines, held.lines)


def _held(connection: Connection, state: State) -> Written:
    """What this transaction has written; nothing yet, from that state on."""
    transaction = connection.get_transaction()
    assert transaction is not None
    if transaction not in _pending:
        _pending[transaction] = Written(connection.engine, state)
        after_commit(connection, _pending[transaction].keep)
    return _pending[transaction]


def begin(connection: Connection, at: str) -> None:
    """Let a log begin that has neither key nor state, where there is anything that it should vouch for."""
    lock(connection)
    engine, last = connection.engine, newest(connection)
    if read_state(engine) is not None or root_file(engine).exists() or (last and last.epoch is not None):
        return
    if last or any(next(proofs(connection, name), None) for name in WATCHED):
        _written(connection, (), at)


def ready(engine: Engine, at: str) -> None:
    """:func:`begin` of a store that is opened; without a look into it where the log has its state."""
    if read_state(engine) is None:
        with writing(engine) as connection:
            begin(connection, at)


_told = itemgetter(*(list(access_log.c.keys()).index(name) for name in COLUMNS))


def look_of(row: StoredRow) -> Look:
    """A stored line, of all columns of the log."""
    return Look(*_told(row))


def behind(state: State, row: StoredRow) -> State | None:
    """The state behind a stored line that follows; None where it does not."""
    if row.epoch not in (state.epoch, state.epoch + 1) or row.id != state.n + 1:
        return None
    look = look_of(row)
    after = (state if row.epoch == state.epoch else state.turned(look.at[:13])).behind(look)
    return after if after.mac == row.chain else None


def lock(connection: Connection) -> None:
    """One appender at a time until the end of the transaction; SQLite has one writer anyway."""
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:log)"), {"log": _LOCK})


def insert_lines(
    connection: Connection, state: State, lines: Sequence[Look], told: list[tuple[int, str, Look]]
) -> State:
    """Write lines behind a state without asking whether it fits; the state behind them. ``told`` takes them as well."""
    rows = []
    for look in lines:
        state = state.before(look).behind(look)
        rows.append({**_values(look), "id": state.n, "epoch": state.epoch, "chain": state.mac})
        told.append((state.n, state.mac, look))
    if rows:
        connection.execute(insert(access_log), rows)
    return state


def _values(look: Look) -> dict[str, object]:
    values = dict(vars(look))
    return {"household_id": values.pop("household"), **values}


def newest(connection: Connection) -> StoredRow | None:
    """The last line as it stands."""
    return connection.execute(select(access_log).order_by(access_log.c.id.desc()).limit(1)).first()


def _written(connection: Connection, coming: Collection[str], at: str) -> Written:
    """Where this transaction's next line hangs on; ``coming``: the rows that it tells of."""
    transaction, last = connection.get_transaction(), newest(connection)
    assert transaction is not None
    held = _pending.get(transaction)
    if held and last and (held.state.n, held.state.mac) == (last.id, last.chain):
        return held
    state = read_state(connection.engine) or _first(connection, last)
    held = _held(connection, state)
    held.state, held.lines[:] = state, []
    _catch_up(connection, held, last)
    if last is None or last.epoch is None:
        held.state = insert_lines(connection, held.state, taken_over(connection, coming, at), held.lines)
    return held


def _first(connection: Connection, last: StoredRow | None) -> State:
    """The state of a log that has no key yet, saved at once: behind the lines from before there were keys."""
    if root_file(connection.engine).exists() or (last and last.epoch is not None):
        raise LogBroken("状态文件不见了")
    state = State(0, make_root(connection.engine), last.id if last else 0, last.chain if last else "")
    save_state(connection.engine, state)
    _log.warning("日志的根密钥在 %s：请移到另一台机器保管，核对日志时再带来", root_file(connection.engine))
    return state


def _catch_up(connection: Connection, held: Written, last: StoredRow | None) -> None:
    """Take up the lines that were committed and whose state was not saved."""
    state, end = held.state, last.id if last else 0
    if end < state.n:
        raise LogBroken(f"日志只到第 {end} 行，应到第 {state.n} 行")
    log = access_log.c
    if state.n and connection.execute(select(log.chain).where(log.id == state.n)).scalar() != state.mac:
        raise LogBroken(f"第 {state.n} 行不是原来的")
    for row in connection.execute(select(access_log).where(log.id > state.n).order_by(log.id)):
        after = behind(held.state, row)
        if after is None:
            raise LogBroken(f"第 {row.id} 行不是系统写的")
        held.state = after
        held.lines.append((row.id, row.chain, look_of(row)))
