"""How long a session lasts, and the second factor's codes in time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import Engine, insert, select, update

from data import model
from data.access.sessions import sessions_of
from data.audit import log as audit
from data.clock import ZONE
from data.people import passwords, second, sign_in
from data.people.sign_in import Known, end_of_day
from data.store.engine import writing
from data.store.transient import transient_engine

NOW = datetime(2026, 11, 29, 9, 0)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LISI = Known(7, 1, "lisi", True)


@pytest.fixture
def store(engine: Engine) -> Iterator[Engine]:
    with writing(engine) as connection:
        connection.execute(insert(model.person).values(id=7, name="李四", made="2026-11-01", actor="command"))
        row = {"login": "lisi", "role": "village", "region": "210881101201", "must_change": 0, "version": 1}
        given = {"hash": passwords.hashed("correct horse battery"), "changed": "2026-11-01", "totp": SECRET}
        connection.execute(insert(model.account).values(person_id=7, **row, **given))
    yield engine
    transient_engine(engine).dispose()


def code(now: datetime) -> str:
    return pyotp.TOTP(SECRET).at(int(now.replace(tzinfo=ZONE).timestamp()))


def taken(engine: Engine, typed: str, now: datetime = NOW) -> bool:
    with writing(engine) as connection:
        return second.take(connection, 7, typed, address="192.0.2.7", now=now)


@pytest.mark.parametrize(
    ("now", "hour", "end"),
    [
        ("2026-11-29T09:00", 3, "2026-11-30T03:00"), ("2026-11-29T02:59", 3, "2026-11-29T03:00"),
        ("2026-11-29T03:00", 3, "2026-11-30T03:00"), ("2026-12-31T23:59", 0, "2027-01-01T00:00"),
    ],
)  # fmt: skip
def test_a_session_lasts_until_the_day_ends_and_never_beyond_a_day(now: str, hour: int, end: str):
    begun = datetime.fromisoformat(now)
    assert end_of_day(begun, hour) == datetime.fromisoformat(end)
    assert end_of_day(begun, hour) - begun <= timedelta(days=1)


def test_idle_time_and_the_days_end_are_the_countys(store: Engine):
    for name, value in (("idle_minutes", "7"), ("day_end_hour", "10")):
        with writing(store) as connection:
            row = {"name": name, "value": value, "changed": "2026-11-01", "actor": "county:"}
            connection.execute(insert(model.setting).values(row))
    token = sign_in.begin(store, LISI, address="10.0.0.1", agent="phone", now=NOW)
    sessions = sessions_of(store)
    assert sessions.who(token, NOW + timedelta(minutes=6)) is not None
    assert sessions.who(token, NOW + timedelta(minutes=7)) is None
    digest = sessions.who(token, NOW).digest
    sessions.touch(digest, NOW + timedelta(minutes=5))
    sessions.touch(digest, NOW + timedelta(minutes=58))
    assert sessions.who(token, NOW + timedelta(minutes=59)) is not None
    assert sessions.who(token, NOW + timedelta(minutes=60)) is None


def test_who_signs_in_is_known_by_his_password_while_his_account_stands(store: Engine):
    with store.connect() as connection:
        assert sign_in.known_by_password(connection, " LiSi ", "correct horse battery") == LISI
        assert sign_in.known_by_password(connection, "lisi", "correct horse batterY") is None
        assert sign_in.still_known(connection, LISI)
    for change in ({"version": 2}, {"disabled": "2026-11-29T09:00:00", "version": 1}):
        with writing(store) as connection:
            connection.execute(update(model.account).values(change))
        with store.connect() as connection:
            assert not sign_in.still_known(connection, LISI)
    with store.connect() as connection:
        assert sign_in.known_by_password(connection, "lisi", "correct horse battery") is None


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_is_good_for_a_step_before_and_after(store: Engine, seconds: int):
    assert taken(store, code(NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize("seconds", [-90, 90, -3600, 8 * 3600])
def test_of_another_time_it_is_not(store: Engine, seconds: int):
    assert not taken(store, code(NOW + timedelta(seconds=seconds)))


def test_a_code_is_good_once_and_none_of_before_it(store: Engine):
    assert taken(store, code(NOW))
    assert not taken(store, code(NOW))
    assert not taken(store, code(NOW - timedelta(seconds=30)))
    assert taken(store, code(NOW + timedelta(seconds=30)))


def test_of_a_code_given_eight_times_at_once_one_is_taken(store: Engine):
    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(lambda _: taken(store, code(NOW)), range(8))) == [False] * 7 + [True]


def test_a_code_is_read_in_full_width_and_with_blanks(store: Engine):
    wide = code(NOW).translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert taken(store, f" {wide[:3]} {wide[3:]}\u3000")


@pytest.mark.parametrize("typed", ["", "0", "x" * 10**6, "\ud800", "\x00", "null", "[]", "１２"])
def test_what_is_no_code_is_wrong(store: Engine, typed: str):
    assert not taken(store, typed)


def test_who_has_no_second_factor_has_no_code(store: Engine):
    with writing(store) as connection:
        connection.execute(update(model.account).values(totp=None))
    assert not taken(store, code(NOW))
    with writing(store) as connection:
        assert not second.take(connection, 99, code(NOW), address="192.0.2.7", now=NOW)


def test_tries_in_vain_name_the_person_and_never_what_he_called_himself(store: Engine):
    for login in ("LISI", "nobody", "a'b", "\ud800"):
        sign_in.in_vain(store, login, "密码", address="10.0.0.1", now=NOW)
    audit.flush(store)
    line = model.access_log.c
    with store.connect() as connection:
        lines = (
            connection.execute(select(line.detail).where(line.view == "sign_in_wrong").order_by(line.id))
            .scalars()
            .all()
        )
    assert lines == ["密码 · 人员 7"] + ["密码 · 没有这个账号"] * 3
