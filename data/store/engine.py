"""The store: opening it, writing to it, copying it. What differs between SQLite and PostgreSQL lives here alone."""

import glob
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    Integer,
    Table,
    TextClause,
    bindparam,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import Transaction
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from data.errors import Busy, Refused
from data.store.batches import batches
from data.store.faults import cause, told
from data.store.private import own_file, own_folder, tighten

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
DEFAULT_URL = f"sqlite:///{ROOT / 'var' / 'warroom.db'}"
BATCH = 20_000  # rows handed to the driver at once

BUSY_TIMEOUT = 15_000  # milliseconds
IMMEDIATELY = "BEGIN IMMEDIATE"
TURN = 1  # seconds that one try for the lock takes, of who is patient
PATIENCE = 180  # such turns
Tell = Callable[[int | None], None]
"""Called while the lock is held by somebody else, with the seconds waited; with None once that is over."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
    "PRAGMA cache_size = -65536",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA temp_store = FILE",
)


def database_url(given: str | None = None) -> str:
    """The URL to use: the one given, else WARROOM_DATABASE_URL, else one SQLite file under ``var/``."""
    return given or os.environ.get("WARROOM_DATABASE_URL") or DEFAULT_URL


def open_engine(url: str | None = None) -> Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql://…``; raises Refused for any other URL."""
    try:
        address = make_url(database_url(url))
    except ArgumentError as error:
        raise Refused("数据库地址无法识别，应为 sqlite:///文件 或 postgresql://用户@主机/库名。") from error
    if address.drivername.startswith("postgresql"):
        engine = create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "connect", _compile_nothing)
        return engine
    if address.drivername != "sqlite" or not address.database or address.database == ":memory:":
        raise Refused("只支持 sqlite:///文件 与 postgresql://用户@主机/库名 两种数据库地址。")
    own_folder(Path(address.database).resolve().parent)
    engine = create_engine(address, hide_parameters=True)  # what goes wrong is logged, and values name people
    event.listen(engine, "do_connect", _keep_private)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def attached(engine: Engine, file: Path, name: str) -> Engine:
    """Another engine on the same SQLite file, with a second one at hand under a name."""
    other = open_engine(engine.url.render_as_string())

    def attach(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"ATTACH DATABASE ? AS {name}", (str(file),))

    event.listen(other, "connect", attach)
    return other


def _compile_nothing(connection: DBAPIConnection, _record: object) -> None:
    """Compiling a query to machine code took up to three seconds where running it took half of one."""
    connection.execute("SET jit = off")
    connection.commit()


# Any: what a driver of any kind takes
def _keep_private(_dialect: object, _record: object, arguments: list[Any], _options: object) -> None:
    """The file stands before SQLite opens it; what SQLite lays beside it takes its mode."""
    with suppress(OSError):  # SQLite says better why it cannot be opened
        own_file(Path(arguments[0]))


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _begin says so
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin", "BEGIN")
    tell = patient() if statement == IMMEDIATELY else None
    if tell is None:
        connection.exec_driver_sql(statement)
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * TURN}")
    try:
        _in_turns(lambda: connection.exec_driver_sql(statement), tell)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")


def is_sqlite(connection: Connection | Engine) -> bool:
    """Whether this is the embedded store."""
    return connection.dialect.name == "sqlite"


def days_after(connection: Connection, day: str, days: str) -> str:
    """SQL of the ISO day so many days (SQL of a whole number) after another one (SQL of an ISO day)."""
    if is_sqlite(connection):
        return f"date({day}, ({days}) || ' days')"
    return f"to_char(CAST({day} AS date) + CAST({days} AS integer), 'YYYY-MM-DD')"


def days_between(connection: Connection, first: str, last: str) -> str:
    """SQL of how many days lie from one day to another (SQL of ISO days)."""
    if is_sqlite(connection):
        return f"CAST(strftime('%J', {last}) - strftime('%J', {first}) AS INTEGER)"
    return f"(CAST({last} AS date) - CAST({first} AS date))"


def beside(engine: Engine, kind: str) -> Path:
    """Where what belongs to this store and is not in it lies: ``warroom.db.KIND``; for a server ``NAME.KIND`` in the
    folder WARROOM_VAR, without it ``var``."""
    if is_sqlite(engine):
        return Path(f"{Path(engine.url.database or '').resolve()}.{kind}")
    return Path(os.environ.get("WARROOM_VAR") or ROOT / "var") / f"{engine.url.database}.{kind}"


def _tighten(engine: Engine) -> None:
    """Close what an older version, or another program, left open beside the store."""
    home = beside(engine, "")
    for path in home.parent.glob(f"{glob.escape(home.name.rstrip('.'))}*"):
        tighten(path)


_who_waits: list[Callable[[], Tell | None]] = []


def let_wait(who: Callable[[], Tell | None]) -> None:
    """Who is patient: asked on the thread that wants to write, ``who`` says whom to tell while it waits, None where it
    does not. Such a write waits for minutes, then raises Busy; any other gives up after BUSY_TIMEOUT."""
    _who_waits[:] = [who]


def patient() -> Tell | None:
    """Whom this thread tells while it waits for the lock; None where it is not patient."""
    return next((tell for who in _who_waits if (tell := who()) is not None), None)


def _in_turns(take: Callable[[], object], tell: Tell) -> None:
    """Try for the lock until it is taken; raises Busy where that takes too long."""
    for turn in range(PATIENCE):
        try:
            take()
            break
        except OperationalError as error:
            if not _is_held(error):
                raise
        tell((turn + 1) * TURN)
    else:
        tell(None)
        raise Busy
    if turn:
        tell(None)


def _is_held(error: OperationalError) -> bool:
    """Whether somebody else has the lock."""
    held = getattr(error.orig, "sqlstate", None) == "55P03"
    return held or getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def lock_row(connection: Connection, statement: Executable) -> None:
    """Take the row locks of a SELECT … FOR UPDATE, or wait for them as ``writing`` does; comes before other locks."""
    tell = None if is_sqlite(connection) else patient()
    if tell is None:
        connection.execute(statement)
        return

    def take() -> None:
        with connection.begin_nested():
            connection.execute(text(f"SET LOCAL lock_timeout = '{TURN}s'"))
            connection.execute(statement)
            connection.execute(text("SET LOCAL lock_timeout = 0"))

    _in_turns(take, tell)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: all of it or nothing. SQLite takes its lock at once (``BEGIN IMMEDIATE``)."""
    with engine.connect() as connection, writing_on(connection):
        yield connection


@contextmanager
def writing_on(connection: Connection) -> Iterator[None]:
    """The same on a connection of the caller's that is in no transaction."""
    connection.execution_options(begin=IMMEDIATELY)
    with connection.begin() as transaction:
        yield
    for do in _afterwards.pop(transaction, []):
        do()


@contextmanager
def staging(engine: Engine) -> Iterator[Connection]:
    """A connection of its own for temporary tables that are filled before a writing transaction on it begins; they go
    with it. It begins in a transaction that reads and ends when the caller commits."""
    with engine.connect() as connection:
        try:
            yield connection
        finally:
            connection.rollback()
            connection.invalidate()


_afterwards: "WeakKeyDictionary[Transaction, list[Callable[[], None]]]" = WeakKeyDictionary()


def _transaction(connection: Connection) -> Transaction:
    transaction = connection.get_transaction()
    assert transaction is not None
    return transaction


def after_commit(connection: Connection, do: Callable[[], None]) -> None:
    """Do something once the transaction of :func:`writing` stands; not where it is taken back, or is no such one."""
    _afterwards.setdefault(_transaction(connection), []).append(do)


OTHERS_WRITES = text("PRAGMA data_version")
"""SQLite: on one connection, a number that every write of another one changes."""


class Question:
    """A statement put to the store thousands of times, seen anew each time.

    It has a connection of its own. SQLite's readers wait for nobody: an answer takes 15 µs or there is none. A server
    may keep who asks ``waiting``, up to two seconds.
    """

    def __init__(self, engine: Engine, statement: Executable) -> None:
        self.waiting = not is_sqlite(engine)
        self._engine = engine
        compiled = statement.compile(dialect=engine.dialect)  # type: ignore[attr-defined]  # every statement can
        self._sql, self._known, self._order = str(compiled), dict(compiled.params), compiled.positiontup
        self._connection: DBAPIConnection | None = None
        self._one_at_a_time = threading.Lock()

    def ask(self) -> bool | None:
        """Whether it finds a row; None where the store does not answer."""
        found = self.rows()
        return None if found is None else bool(found)

    def rows(self, **given: object) -> list[Any] | None:  # Any: what the statement's columns hold
        """What it finds; None where the store does not answer: the next question goes over a new connection."""
        bound = {**self._known, **given}
        values = bound if self._order is None else tuple(bound[name] for name in self._order)
        with self._one_at_a_time:
            try:
                self._connection = self._connection or self._opened()
                return list(self._connection.execute(self._sql, values).fetchall())
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
                if self._connection is not None:
                    self._connection.close()
                self._connection = None
                return None

    def _opened(self) -> DBAPIConnection:
        pooled = self._engine.raw_connection()
        pooled.detach()
        connection = pooled.dbapi_connection
        assert connection is not None
        if self.waiting:
            connection.autocommit = True
            connection.execute("SET statement_timeout = 2000")
        else:
            connection.execute("PRAGMA busy_timeout = 0")
        return connection


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest state; safe to call at every start."""
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def ready_engine(url: str | None = None) -> Engine:
    """An engine on a store that answers and has today's schema; raises Refused where it does not answer."""
    engine = open_engine(url)
    _tighten(engine)
    try:
        migrate(engine)
    except CommandError as error:  # of a schema that this program does not know
        shown = engine.url.render_as_string(hide_password=True)
        raise Refused(f"数据库打不开：{shown}。它由更新的版本建立，请先升级本程序。") from error
    except (SQLAlchemyError, sqlite3.DatabaseError) as error:
        shown = engine.url.render_as_string(hide_password=True)
        why = cause(error) or "请检查地址、权限，以及它是否为本系统的数据库"
        raise Refused(f"数据库打不开：{shown}。{why}。") from error
    return engine


def upsert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    absent: int | None = None,
) -> int:
    """Insert rows or update the ones whose key stands already; returns how many rows changed.

    ``rows`` are tuples in the order of ``columns``, which include the primary key but for what of it has a default of
    the store's. A row equal to the stored one
    counts as unchanged. ``absent`` is a number that stands for NULL in columns beyond the key: millions of None cost
    the SQLite driver eight times what integers do.
    """
    if not is_sqlite(connection):
        stage(connection, table, columns, rows, name="staged", absent=absent)
        listed = _listed(columns)
        # "WHERE true" keeps the grammar of INSERT … SELECT … ON CONFLICT unambiguous
        statement = _upsert_sql(table, columns, f"SELECT {listed} FROM staged WHERE true")
        changed = connection.exec_driver_sql(statement).rowcount
        connection.exec_driver_sql("DROP TABLE staged")
        return changed
    statement = _upsert_sql(table, columns, f"VALUES ({_marks(table, columns, absent)})")
    cursor, changed = connection.connection.cursor(), 0
    for batch in batches(rows, BATCH):
        cursor.executemany(statement, batch)
        changed += cursor.rowcount
    return changed


def stage(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    name: str,
    beside: Sequence[str] = (),
    absent: int | None = None,
    keys: Sequence[str] = (),
) -> None:
    """Put rows into a temporary table of that name, with the key of ``table`` unless ``keys`` are others; see
    ``upsert`` for ``absent``.

    ``columns`` are of the table, but for those named ``beside``, which hold whole numbers. Whole numbers may be as long
    as anywhere, whatever the table's own column takes.
    """
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    key = _listed(keys or [column.name for column in table.primary_key if column.name in columns])
    if is_sqlite(connection):
        connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE {name} ({_listed(columns)}, PRIMARY KEY ({key})) WITHOUT ROWID"
        )
        cursor = connection.connection.cursor()
        for batch in batches(rows, BATCH):
            cursor.executemany(f"INSERT INTO {name} VALUES ({_marks(table, columns, absent)})", batch)
        return
    whole = [*beside, *(column.name for column in table.c if isinstance(column.type, Integer))]
    source = {column: "0" if column in beside else f'"{column}"' for column in columns}
    typed = ", ".join(
        f'CAST({source[column]} AS BIGINT) AS "{column}"' if column in whole else source[column] for column in columns
    )
    connection.exec_driver_sql(f'CREATE TEMPORARY TABLE {name} AS SELECT {typed} FROM "{table.name}" WITH NO DATA')
    null = "" if absent is None else f" WITH (NULL '{absent}')"
    target = f"COPY {name} ({_listed(columns)}) FROM STDIN{null}"
    with _driven(connection).cursor() as cursor, cursor.copy(target) as copy:
        for row in rows:
            copy.write_row(row)
    connection.exec_driver_sql(f"CREATE UNIQUE INDEX ON {name} ({key})")
    connection.exec_driver_sql(f"ANALYZE {name}")


def follow_keys(connection: Connection, table: Table) -> None:
    """Let the numbers that a server gives new rows begin behind those that rows came with; SQLite does so by itself."""
    key = list(table.primary_key)
    if is_sqlite(connection) or len(key) > 1 or not isinstance(key[0].type, Integer):
        return
    name, column = table.name, key[0].name
    connection.exec_driver_sql(
        f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'),"
        f' (SELECT GREATEST(MAX("{column}"), 1) FROM "{name}"))'
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _marks(table: Table, columns: Sequence[str], absent: int | None) -> str:
    """One mark for each value, which in columns beyond the key may be the number that stands for none."""
    keys = table.primary_key.columns
    return ", ".join("?" if absent is None or name in keys else f"NULLIF(?, {absent})" for name in columns)


def _upsert_sql(table: Table, columns: Sequence[str], source: str) -> str:
    key = [column.name for column in table.primary_key]
    rest = [name for name in columns if name not in key]
    head = f'INSERT INTO "{table.name}" ({_listed(columns)}) {source} ON CONFLICT ({_listed(key)})'
    if not rest:
        return f"{head} DO NOTHING"
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    differs = " OR ".join(f'"{table.name}"."{name}" IS DISTINCT FROM excluded."{name}"' for name in rest)
    return f"{head} DO UPDATE SET {sets} WHERE {differs}"


def _driven(connection: Connection) -> Any:  # sqlite3's or psycopg's, each with more than SQLAlchemy knows of
    """The driver's own connection."""
    return connection.connection.driver_connection


def unseen(connection: Connection) -> None:
    """Asks nothing."""


def backup(engine: Engine, target: Path, look: Callable[[Connection], None] = unseen) -> None:
    """Copy the running store to one file, or leave none (SQLite: online, in one step; PostgreSQL: ``pg_dump -Fc``).
    ``look`` may ask what stands at the very moment that is copied.

    Raises Refused where the file stands already, or with the cause where it cannot be written.
    """
    if target.exists():
        raise Refused(f"{target} 已存在，请换一个文件名，以免覆盖旧备份。")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        own_file(partial)
        if is_sqlite(engine):
            _copy_to(engine, partial, look)
        else:
            with engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
                look(connection)
                moment = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
                _run_client(engine, "pg_dump", "-Fc", f"--snapshot={moment}", "-f", str(partial))
        partial.rename(target)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise Refused(f"没有备份：{told(error, target)}。") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
            Path(f"{partial}-journal").unlink(missing_ok=True)


def _copy_to(engine: Engine, target: Path, look: Callable[[Connection], None]) -> None:
    with closing(sqlite3.connect(target)) as copy, engine.connect() as connection:
        look(connection)  # its first question fixes the moment
        _driven(connection).backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")


def restore(engine: Engine, source: Path) -> None:
    """Put a backup in the place of the store's content; raises Refused where the file is no sound backup."""
    if not source.is_file():
        raise Refused(f"找不到备份文件 {source}。")
    if not is_sqlite(engine):
        _run_client(engine, "pg_restore", "--clean", "--if-exists", "--single-transaction", str(source))
        return
    with closing(_opened_backup(source)) as kept:
        try:
            with engine.connect() as connection:
                kept.backup(_driven(connection), pages=-1)
        except (sqlite3.Error, SQLAlchemyError) as error:
            raise Refused(f"没有恢复，数据库保持原样：{told(error)}。") from error
    engine.dispose()


def _opened_backup(source: Path) -> sqlite3.Connection:
    """A backup that is sound and ours; raises Refused for any other file."""
    try:
        source.open("rb").close()
        kept = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        sound = kept.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        ours = kept.execute("SELECT count(*) FROM sqlite_master WHERE name = 'data_version'").fetchone()[0] == 1
    except OSError as error:
        raise Refused(f"备份文件读不出来，未作任何改动：{told(error, source)}。") from error
    except sqlite3.DatabaseError as error:
        raise Refused(f"{source} 不是本系统的完好备份，未作任何改动。") from error
    if not (sound and ours):
        kept.close()
        raise Refused(f"{source} 不是本系统的完好备份，未作任何改动。")
    return kept


def _run_client(engine: Engine, program: str, *arguments: str) -> None:
    """Arguments can be read by everybody on the machine: a password goes by the environment, which cannot."""
    if shutil.which(program) is None:
        raise Refused(f"没有找到 {program}，请安装 PostgreSQL 客户端后再试。")
    address = engine.url.set(drivername="postgresql")
    password = address.password or address.query.get("password")
    shown = URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database, address.query
    ).difference_update_query(["password"])
    secret = {"PGPASSWORD": str(password)} if password else {}
    call = [program, "-d", shown.render_as_string(), *arguments]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env={**os.environ, **secret})
    if done.returncode:
        raise Refused(
            f"{program} 没有成功：{done.stderr.strip().splitlines()[-1] if done.stderr.strip() else '原因不明'}"
        )


def expanded(statement: str, bound: Mapping[str, object]) -> TextClause:
    """The statement with those parameters expanding that are lists."""
    lists = (name for name, value in bound.items() if isinstance(value, list))
    return text(statement).bindparams(*(bindparam(name, expanding=True) for name in lists))
