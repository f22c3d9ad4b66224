"""The launch link: until the first account exists, only who holds it opens anything of a store with real regions.

Its secret lies in a file beside the store, its owner's alone, one for all processes; it goes with the first account.
"""

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from data.model import account
from data.store.engine import beside
from data.store.private import own_folder

PATH = "/begin/"


def launch_path(engine: Engine) -> str | None:
    """The link as a path of this server, its secret made at first use; None where an account exists."""
    file = _file(engine)
    with engine.connect() as connection:
        if _has_accounts(connection):
            file.unlink(missing_ok=True)
            return None
    if not file.exists():
        _make(file)
    return PATH + file.read_text(encoding="ascii")


def opens(engine: Engine, secret: str) -> bool:
    """Whether this is the secret; after the first account nothing is."""
    try:
        held = _file(engine).read_bytes()
    except OSError:
        return False
    right = held != b"" and hmac.compare_digest(held, secret.encode("utf-8", "replace"))
    return right and launch_path(engine) is not None


def _has_accounts(connection: Connection) -> bool:
    return connection.execute(select(account.c.person_id).limit(1)).first() is not None


def _file(engine: Engine) -> Path:
    return beside(engine, "launch")


def _make(file: Path) -> None:
    """Whole at once, so that no process reads half of it."""
    own_folder(file.parent)
    made = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        written.write(secrets.token_urlsafe(32))
    with suppress(FileExistsError):  # another process was first
        os.link(made, file)
    made.unlink()
