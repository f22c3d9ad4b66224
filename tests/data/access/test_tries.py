"""Who guesses in vain is slowed: at one target, from everywhere, at many; what is right is compared all the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from data.access import tries
from data.access.tries import PASSWORD, SECOND, Try
from data.model.transient import attempt
from data.store.engine import beside
from data.store.transient import transient_engine

NOW = datetime(2026, 11, 29, 9, 0)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(engine: Engine) -> Iterator[Engine]:
    yield engine
    transient_engine(engine).dispose()


def a_try(store: Engine, name: str = "login:lisi", address: str = "10.0.0.1", mark: str | None = None) -> Try:
    return tries.tried(store, PASSWORD, name, address=address, mark=mark)


def in_vain(store: Engine, one: Try, times: int, start: datetime = NOW) -> list[int]:
    """How long each of so many wrong answers is held, each made a minute after the one before."""
    return [tries.take(store, one, start + number * MINUTE).hold for number in range(times)]


def rows(store: Engine) -> int:
    with transient_engine(store).connect() as connection:
        return connection.execute(select(func.count()).select_from(attempt)).scalar_one()


def test_four_in_vain_are_free_then_the_time_doubles_up_to_half_a_minute(store: Engine):
    assert in_vain(store, a_try(store), 12) == [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30]


def test_fifty_guesses_from_one_address_hold_the_right_answer_half_a_minute_and_refuse_it_never(store: Engine):
    in_vain(store, a_try(store), 50)
    turn = tries.take(store, a_try(store), NOW + 51 * MINUTE)
    assert (turn.id is None, turn.hold) == (False, 30)


def test_fifty_guesses_from_fifty_addresses_hold_the_right_one_five_seconds_at_most(store: Engine):
    for number in range(50):
        in_vain(store, a_try(store, address=f"10.0.1.{number}"), 1)
    assert tries.take(store, a_try(store, address="10.0.0.9"), NOW).hold == 5


def test_guesses_of_one_password_at_fifty_logins_slow_the_network_by_five_seconds_at_most(store: Engine):
    held = [tries.take(store, a_try(store, name=f"login:{number}"), NOW).hold for number in range(50)]
    assert held[:30] == [0] * 30
    assert held[30:34] == [1, 2, 4, 5]
    assert max(held) == 5
    assert tries.take(store, a_try(store, name="login:51", address="10.0.0.2"), NOW).hold == 0


def test_what_was_right_forgets_the_own_tries_and_not_those_at_others(store: Engine):
    mine, other = a_try(store), a_try(store, name="login:wangwu")
    in_vain(store, mine, 6)
    in_vain(store, other, 6)
    tries.right(store, mine)
    assert tries.take(store, mine, NOW).hold == 0
    assert tries.take(store, other, NOW + 6 * MINUTE).hold == 4


def test_many_at_once_are_counted_before_they_are_compared_and_of_the_held_four_wait(store: Engine):
    with ThreadPoolExecutor(8) as threads:
        turns = list(threads.map(lambda _: tries.take(store, a_try(store), NOW), range(20)))
    taken = sorted(turn.hold for turn in turns if turn.id is not None)
    assert taken == [0, 0, 0, 0, 1, 2, 4, 8]
    assert {turn.hold for turn in turns if turn.id is None} == {tries.BUSY}
    assert rows(store) == 8  # who was sent away is not counted
    assert tries.take(store, a_try(store), NOW + timedelta(seconds=3)).id is not None


def test_a_browser_that_was_right_before_is_not_slowed_by_others_and_is_by_itself(store: Engine):
    mark = tries.marked(store, a_try(store), None)
    in_vain(store, a_try(store), 50)
    mine = a_try(store, mark=mark)
    assert in_vain(store, mine, 6) == [0, 0, 0, 0, 1, 2]
    tries.right(store, mine)
    assert tries.take(store, mine, NOW).hold == 0


def test_the_mark_of_a_browser_is_good_for_no_other_target(store: Engine):
    mark = tries.marked(store, a_try(store), None)
    in_vain(store, a_try(store, name="login:wangwu"), 5)
    assert tries.take(store, a_try(store, name="login:wangwu", mark=mark), NOW + 5 * MINUTE).hold == 2


@pytest.mark.parametrize("mark", ["", "x", "W10.x.y", "\ud800", "x" * 100_000])
def test_a_mark_that_is_none_of_ours_is_none(store: Engine, mark: str):
    assert a_try(store, mark=mark).device == ""


def test_people_who_share_a_browser_are_each_known_the_latest_eight(store: Engine):
    mark = None
    for number in range(10):
        mark = tries.marked(store, a_try(store, name=f"login:{number}"), mark)
    known = [bool(a_try(store, name=f"login:{number}", mark=mark).device) for number in range(10)]
    assert known == [False] * 2 + [True] * 8
    same = tries.marked(store, a_try(store, name="login:9"), mark)
    assert a_try(store, name="login:9", mark=same).device == a_try(store, name="login:9", mark=mark).device


def test_kinds_are_counted_apart(store: Engine):
    in_vain(store, a_try(store), 8)
    assert tries.take(store, tries.tried(store, SECOND, "login:lisi", address="10.0.0.1"), NOW).hold == 0


def test_a_slow_guesser_is_remembered_for_a_day_and_old_rows_are_cleared(store: Engine):
    hourly = [tries.take(store, a_try(store), NOW + number * timedelta(hours=1)).hold for number in range(10)]
    assert hourly[-1] == 30
    assert tries.take(store, a_try(store), NOW + timedelta(days=2)).hold == 0
    assert rows(store) == 1


def test_a_clock_that_was_wrong_and_is_set_back_locks_nobody_out(store: Engine):
    for _ in range(12):
        tries.take(store, a_try(store), NOW + timedelta(days=400))
    turn = tries.take(store, a_try(store), NOW)
    assert (turn.id is None, turn.hold) == (False, 0)


def test_an_address_of_ipv6_is_counted_by_its_network(store: Engine):
    in_vain(store, a_try(store, address="2001:db8::1"), 5)
    assert tries.take(store, a_try(store, address="2001:db8::ffff"), NOW + 5 * MINUTE).hold == 2


def test_the_target_stands_in_the_store_as_a_keyed_hash(store: Engine, tmp_path: Path, dialect: str):
    in_vain(store, a_try(store, name="login:13900001111"), 3)
    with transient_engine(store).connect() as connection:
        assert not any("13900001111" in str(row) for row in connection.execute(select(attempt)))
    if dialect == "sqlite":
        assert b"13900001111" not in beside(store, "sessions").read_bytes()


def test_a_kind_that_nobody_knows_is_a_fault(store: Engine):
    with pytest.raises(ValueError, match="no such kind"):
        tries.tried(store, "pasword", "login:lisi", address="10.0.0.1")
