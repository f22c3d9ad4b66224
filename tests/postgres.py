"""A throw-away PostgreSQL cluster for the tests: made with initdb, reached by a unix socket, deleted at the end.

``python -m tests.postgres`` prints where the server's programs are, or fails where there are none.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

ROLE = "warroom"
ROOM = 4 * 1024**3  # bytes; each of the two processes that test takes some 300 MB
# Speed over safety: nothing here outlives the tests.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "50",
}


def server_programs() -> Path | None:
    """The folder that holds initdb and postgres (Debian keeps them off PATH), the newest release first."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    return next((folder for folder in debian + on_path if (folder / "postgres").exists()), None)


@dataclass(frozen=True)
class Cluster:
    """A running server; ``socket`` is the folder of its unix socket."""

    socket: Path

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of a database of this cluster."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.socket}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database as a copy of another one that nobody is connected to; give its URL.

        By copying files: since release 15 the default writes each page to the log, which takes thrice as long.
        """
        strategy = " STRATEGY file_copy" if self.release >= 15 else ""
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}" + strategy), database, template)
        return self.url(database)

    @cached_property
    def release(self) -> int:
        """The server's major release."""
        with psycopg.connect(host=str(self.socket), user=ROLE, dbname="postgres") as connection:
            return connection.info.server_version // 10_000

    def drop(self, database: str) -> None:
        """Remove a database, also from under connections left open."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)"), database)

    def _run(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(host=str(self.socket), user=ROLE, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a cluster of its own in a temporary folder; stop it and delete it at the end.

    Raises RuntimeError where PostgreSQL is not installed or does not start.
    """
    programs = server_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    home = Path(tempfile.mkdtemp(prefix="warroom-pg-", dir=memory(ROOM)))
    try:
        account = _account(home)
        initdb = [programs / "initdb", "-D", home / "data", "-U", ROLE, "--auth=trust", "--encoding=UTF8"]
        made = subprocess.run([*initdb, "--locale=C", "--no-sync"], capture_output=True, text=True, cwd=home, **account)
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", home / "data", "-k", home, *settings]
        with (home / "log").open("w") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home, **account)
        try:
            yield _wait_for(server, Cluster(home))
        finally:
            server.send_signal(signal.SIGINT)  # the fast way: does not wait for clients
            server.wait(120)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def memory(room: int) -> str | None:
    """A folder in memory with ``room`` bytes free, where no commit waits for a disk; None where there is none."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > room
    return str(folder) if roomy else None


def _account(home: Path) -> dict:
    """Who runs the server, as arguments of subprocess: PostgreSQL refuses root, so root hands over to another user."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(home, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "env": {**os.environ, "HOME": str(home)}}


def _wait_for(server: subprocess.Popen, cluster: Cluster, seconds: float = 120) -> Cluster:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(host=str(cluster.socket), user=ROLE, dbname="postgres").close()
            return cluster
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                log = (cluster.socket / "log").read_text()
                raise RuntimeError(f"PostgreSQL did not start: {error}\n{log}") from error
            time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(0 if (folder := server_programs()) and not print(folder) else 1)
