"""An empty store of its own on the same engine, for a trial, gone afterwards."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from data.errors import Refused
from data.store.engine import beside, is_sqlite, open_engine
from data.store.faults import told
from data.store.private import own_folder

_KIND = "trial"
_DENIED = "42501"  # insufficient_privilege
_MARK = "warroom: made for a trial, to be removed"


class NoRoom(Refused):
    """The role may make no database of its own on this server."""


@contextmanager
def scratch(engine: Engine) -> Iterator[Engine]:
    """An engine on an empty store: a file in a folder beside the store (0700), a database of its own on a server. What
    an earlier trial left that was killed is removed first.

    Raises NoRoom where the server's role may make no database, Refused where another one bears the trial's name.
    """
    made = _file(engine) if is_sqlite(engine) else _database(engine)
    with made as opened:
        yield opened


@contextmanager
def _file(engine: Engine) -> Iterator[Engine]:
    folder = beside(engine, _KIND)
    shutil.rmtree(folder, ignore_errors=True)
    own_folder(folder)
    opened = open_engine(engine.url.set(database=str(folder / "trial.db")).render_as_string(hide_password=False))
    try:
        yield opened
    finally:
        opened.dispose()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(engine: Engine) -> Iterator[Engine]:
    name = f"{engine.url.database}_{_KIND}"
    quoted = engine.dialect.identifier_preparer.quote(name)
    _drop(engine, name, quoted)
    try:
        _run(engine, f"CREATE DATABASE {quoted} TEMPLATE template0", f"COMMENT ON DATABASE {quoted} IS '{_MARK}'")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == _DENIED:
            raise NoRoom("数据库账号没有新建数据库的权限（CREATEDB），没有试恢复。") from error
        raise Refused(f"没有试恢复：{told(error)}。") from error
    opened = open_engine(engine.url.set(database=name).render_as_string(hide_password=False))
    try:
        yield opened
    finally:
        opened.dispose()
        _drop(engine, name, quoted)


def _drop(engine: Engine, name: str, quoted: str) -> None:
    """Remove the trial's database; one of that name that no trial made stays."""
    with engine.connect() as connection:
        asked = text("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name")
        found = connection.execute(asked, {"name": name}).first()
    if found is None:
        return
    if found[0] != _MARK:
        raise Refused(f"服务器上已有另一个叫 {name} 的数据库，没有试恢复。")
    _run(engine, f"DROP DATABASE {quoted}")


def _run(engine: Engine, *statements: str) -> None:
    """Outside of any transaction, as the server wants it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
