"""What signing in costs: the password, a try counted while others guess, and the session asked at every request."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.table import Finding, middle
from data.access import tries
from data.access.sessions import sessions_of
from data.people import accounts, passwords, sign_in
from data.people.sign_in import Known
from data.store.engine import ready_engine, writing

NOW = datetime(2026, 11, 29, 9, 0)
GUESSES = 5000
RUNS = 51
MANY = 1000  # of what takes microseconds, as one run
RIGHTS_SECONDS = 0.001  # a run of a page may spend on asking who looks
PASSWORD = "门前的大柳树下有两棵"


def signed_in(ground: Ground) -> Iterator[Finding]:
    """On a store of its own: the county's size does not enter."""
    with tempfile.TemporaryDirectory() as folder:
        engine = ready_engine(f"sqlite:///{Path(folder) / 'county.db'}")
        with writing(engine) as connection:
            given = {"name": "首任", "login": "first", "hash": passwords.hashed(PASSWORD)}
            accounts.first_administrator(connection, **given, now=NOW, address="")

        def password() -> None:
            with engine.connect() as connection:
                assert sign_in.known_by_password(connection, "first", PASSWORD)

        def begin() -> str:
            return sign_in.begin(engine, Known(1, 1, "first", False), address="10.0.0.1", agent="", now=NOW)

        def attempt() -> None:
            one = tries.tried(engine, tries.PASSWORD, "login:first", address="10.0.0.1")
            tries.take(engine, one, NOW + timedelta(hours=2))

        token = begin()
        yield middle("password compared", ground.preset, [_seconds(password) for _ in range(RUNS)], "s")
        yield middle("session begun", ground.preset, [_seconds(begin) for _ in range(RUNS)], "s")
        asked = [_seconds(lambda: sessions_of(engine).who(token, NOW), MANY) for _ in range(RUNS)]
        yield middle("who is signed in, asked", ground.preset, asked, "s", RIGHTS_SECONDS)
        for number in range(GUESSES):
            one = tries.tried(engine, tries.PASSWORD, f"login:{number % 500}", address=f"10.0.{number % 250}.1")
            tries.take(engine, one, NOW + timedelta(seconds=number))
        tried = [_seconds(attempt) for _ in range(RUNS)]
        yield middle(f"a try counted, {GUESSES:,} guesses on record", ground.preset, tried, "s")
        engine.dispose()


def _seconds(work: Callable[[], object], times: int = 1) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begun) / times
