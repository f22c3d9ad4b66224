"""A session holds until it is ended, idle or over, and not one question longer than the account stands as it did."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from data import model
from data.access.sessions import Sessions, digest_of, sessions_of
from data.access.viewer import Viewer
from data.store.engine import ready_engine, writing

NOW = datetime(2026, 11, 29, 9, 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = ready_engine(f"sqlite:///{tmp_path / 'county.db'}")
    with writing(engine) as connection:
        connection.execute(insert(model.person).values(id=7, name="李四", made="2026-11-01", actor="command"))
        row = {"login": "lisi", "role": "village", "region": "210881101201", "hash": "", "must_change": 0, "version": 1}
        connection.execute(insert(model.account).values(person_id=7, changed="2026-11-01", **row))
        shown = {"purpose": "会议室大屏", "region": "210881", "digest": "d", "made": "2026-11-01", "actor": "command"}
        connection.execute(insert(model.device).values(id=3, **shown))
    yield engine
    engine.dispose()


def begun(sessions: Sessions, idle: int = 30) -> str:
    later = NOW + timedelta(hours=12)
    return sessions.begin(person=7, version=1, address="10.0.0.2", agent="phone", now=NOW, idle=idle, until=later)


def test_a_session_says_who_it_is_and_what_stands_in_the_account(store: Engine):
    sessions = sessions_of(store)
    signed = sessions.who(begun(sessions), NOW)
    assert signed is not None
    assert (signed.viewer, signed.name, signed.due) == (Viewer("village", "210881101201", None, 7), "李四", "")
    assert signed.viewer.actor == "person:7"


@pytest.mark.parametrize("token", [None, "", "x", "' OR 1=1 --", "\ud800", "x" * 100_000])
def test_what_is_no_token_is_nobody(store: Engine, token: str | None):
    begun(sessions_of(store))
    assert sessions_of(store).who(token, NOW) is None


def test_the_token_stands_nowhere(store: Engine, tmp_path: Path):
    token = begun(sessions_of(store))
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert digest_of(token).encode() in held
    assert token.encode() not in held


@pytest.mark.parametrize(
    "change",
    [{"version": 2, "role": "township"}, {"disabled": "2026-11-29T09:00:00"}, {"version": 2, "hash": "another"}],
)
def test_what_changes_the_account_ends_the_session_at_once_also_one_held_by_another_process(
    store: Engine, change: dict[str, object]
):
    token = begun(sessions_of(store))
    other = Sessions(store)
    assert other.who(token, NOW)
    with writing(store) as connection:
        connection.execute(update(model.account).values(change))
    assert other.who(token, NOW) is None


def test_it_ends_when_idle_when_over_and_when_ended(store: Engine):
    sessions = sessions_of(store)
    token = begun(sessions)
    assert sessions.who(token, NOW + timedelta(minutes=29)) is not None
    assert sessions.who(token, NOW + timedelta(minutes=30)) is None
    sessions.touch(digest_of(token), NOW + timedelta(minutes=20))
    assert sessions.who(token, NOW + timedelta(minutes=49)) is not None
    never_idle = begun(sessions, idle=0)
    assert sessions.who(never_idle, NOW + timedelta(hours=11, minutes=59)) is not None
    assert sessions.who(never_idle, NOW + timedelta(hours=12)) is None
    sessions.end_of(NOW, person=7, but=digest_of(token))
    assert sessions.who(never_idle, NOW) is None
    assert sessions.who(token, NOW) is not None
    sessions.end(digest_of(token), NOW)
    assert sessions.who(token, NOW) is None


def test_a_session_long_over_is_forgotten_when_another_begins(store: Engine):
    sessions = sessions_of(store)
    first = digest_of(begun(sessions))
    later = NOW + timedelta(days=91)
    told = {"version": 1, "address": "10.0.0.3", "agent": "phone", "idle": 30, "until": later + timedelta(hours=12)}
    token = sessions.begin(person=7, now=NOW + timedelta(days=90), **told)
    assert sessions.before(7, digest_of(token)) == ("2026-11-29T09:00:00", "10.0.0.2")
    token = sessions.begin(person=7, now=later, **told)
    assert sessions.before(7, digest_of(token)) == ("2027-02-27T09:00:00", "10.0.0.3")
    assert sessions.of(first, NOW) is None


def test_a_display_is_shown_its_region_until_its_link_is_withdrawn(store: Engine):
    sessions = sessions_of(store)
    year = NOW + timedelta(days=365)
    token = sessions.begin(device=3, address="10.0.0.9", agent="tv", now=NOW, idle=0, until=year)
    signed = sessions.who(token, NOW + timedelta(days=100))
    assert signed is not None
    assert (signed.viewer, signed.name, signed.device) == (Viewer("display", "210881"), "会议室大屏", 3)
    with writing(store) as connection:
        connection.execute(update(model.device).values(withdrawn="2026-11-29T09:00:00"))
    assert sessions.who(token, NOW) is None


def test_whoever_must_change_a_password_or_set_up_a_second_factor_can_do_nothing_else_yet(store: Engine):
    sessions = sessions_of(store)
    token = begun(sessions)
    for change, due in [({"must_change": 1}, "password"), ({"must_change": 0, "role": "admin"}, "second")]:
        with writing(store) as connection:
            connection.execute(update(model.account).values(change))
        signed = sessions.who(token, NOW)
        assert signed is not None
        assert signed.due == due
