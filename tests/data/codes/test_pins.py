"""The household's own way in: right and wrong answers, the growing pause, and who hands out a PIN."""

from datetime import timedelta
from threading import Semaphore, Thread
from time import sleep

import pytest
from sqlalchemy import Engine, select, update

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.codes import pins
from data.errors import NotFound, OutOfScope, Refused
from data.store.engine import open_engine, writing
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village
from tests.moment import NOW, clock

VILLAGE_CADRE = Viewer("village", VILLAGE)
TAIL = "011234"  # of the head of 901
HOME = "192.0.2.9"


@pytest.fixture
def county(engine: Engine) -> Engine:
    fill_village(engine)
    return engine


def answer(engine: Engine, typed: str, household: int = 901, address: str = HOME) -> pins.Answer:
    return pins.attempt(engine, household, typed, address=address, clock=clock)


def hand_out(engine: Engine, household: int = 901, viewer: Viewer = VILLAGE_CADRE) -> str:
    with writing(engine) as connection:
        return pins.hand_out(connection, viewer, household, now=NOW)


def wrong(engine: Engine, times: int, address: str = HOME) -> pins.Answer:
    for _ in range(times):
        last = answer(engine, "999999", address=address)
    return last


def let_pass(engine: Engine, seconds: int) -> None:
    """Put the tries that are in the log further back."""
    audit.flush(engine)
    then = written(NOW - timedelta(seconds=seconds))
    with writing(engine) as connection:
        connection.execute(update(model.access_log).where(model.access_log.c.view == "wrong").values(at=then))


def views(engine: Engine) -> list[str]:
    audit.flush(engine)
    with engine.connect() as connection:
        return list(connection.execute(select(model.access_log.c.view).order_by(model.access_log.c.id)).scalars())


@pytest.mark.parametrize("typed", [TAIL, " 011 234 ", "０１１２３４"])
def test_the_last_six_of_the_heads_id_number_open(county: Engine, typed: str):
    assert answer(county, typed) == pins.Answer(True)
    assert views(county) == ["right"]


def test_an_id_number_that_ends_with_x_opens_however_it_is_written(county: Engine):
    with writing(county) as connection:
        connection.execute(
            update(model.member).where(model.member.c.code == "901a").values(id_number="99018119600101123X")
        )
    assert answer(county, "01123x").right and answer(county, "01123X").right


def test_another_members_id_number_does_not_open(county: Engine):
    with writing(county) as connection:
        connection.execute(
            update(model.member).where(model.member.c.code == "901b").values(id_number="990181199001015678")
        )
    assert not answer(county, "015678").right


def test_a_pin_opens_until_it_is_changed_or_taken_back(county: Engine):
    first = hand_out(county)
    assert len(first) == 6 and first.isdigit()
    assert answer(county, first).right
    second = hand_out(county)
    assert second == first or not answer(county, first).right
    assert answer(county, second).right
    with writing(county) as connection:
        pins.take_back(connection, VILLAGE_CADRE, 901, now=NOW)
    assert not answer(county, second).right
    with pytest.raises(Refused), writing(county) as connection:
        pins.take_back(connection, VILLAGE_CADRE, 901, now=NOW)


def test_a_pin_is_stored_as_a_slow_hash_alone(county: Engine):
    pin = hand_out(county)
    with county.connect() as connection:
        held = connection.execute(select(model.household_pin)).one()
    assert held.hash.startswith("$argon2id$") and pin not in held.hash
    assert views(county) == ["pin_given"]


def test_a_damaged_hash_opens_to_nobody(county: Engine):
    pin = hand_out(county)
    with writing(county) as connection:
        connection.execute(update(model.household_pin).values(hash="damaged"))
    assert not answer(county, pin).right


@pytest.mark.parametrize(
    ("viewer", "household", "error"),
    [
        (VILLAGE_CADRE, FAR, NotFound),
        (Viewer("helper", COUNTY, "D2"), 901, NotFound),
        (Viewer("display", COUNTY), 901, OutOfScope),
        (Viewer("household", VILLAGE), 901, OutOfScope),
    ],
)
def test_only_who_answers_for_the_household_hands_out_or_takes_back(county: Engine, viewer, household, error):
    with pytest.raises(error):
        hand_out(county, household, viewer)
    with pytest.raises(error), writing(county) as connection:
        pins.take_back(connection, viewer, household, now=NOW)


def test_five_tries_then_a_pause_that_doubles_up_to_a_day(county: Engine):
    assert [answer(county, "999999") for _ in range(4)] == [pins.Answer(False, 0, left) for left in (4, 3, 2, 1)]
    pauses = []
    for _ in range(14):
        pauses.append(answer(county, "999999").pause)
        let_pass(county, 24 * 3600)
    assert pauses == [30 * 2**n for n in range(12)] + [86400, 86400]


def test_servers_on_one_postgresql_grant_no_more_tries_than_one(county: Engine, monkeypatch):
    if county.dialect.name == "sqlite":
        pytest.skip("one server to a file")

    def slowly(*_) -> bool:
        sleep(0.3)
        return False

    wrong(county, 4)
    monkeypatch.setattr(pins, "_one_at_a_time", Semaphore(4))  # as little in each other's way as two processes are
    monkeypatch.setattr(pins, "_matches", slowly)
    answers: list[pins.Answer] = []
    tries = [Thread(target=lambda: answers.append(answer(county, "999999"))) for _ in range(4)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert [one.counted for one in answers].count(True) == 1
    assert views(county) == ["wrong"] * 5


def test_in_a_pause_even_the_right_answer_is_not_taken_and_nothing_is_counted(county: Engine):
    wrong(county, 5)
    refused = answer(county, TAIL, address="198.51.100.1")
    assert (refused.right, refused.counted) == (False, False)
    assert 0 < refused.pause <= 30
    assert views(county) == ["wrong"] * 5
    let_pass(county, 30)
    assert answer(county, TAIL).right


def test_the_count_is_the_households_over_all_addresses(county: Engine):
    for number in range(5):
        last = answer(county, "999999", address=f"192.0.2.{number}")
    assert last.pause == 30
    assert answer(county, "999999", household=FAR).pause == 0


def test_the_pause_outlives_a_restart(county: Engine):
    wrong(county, 5)
    let_pass(county, 30)
    wrong(county, 1)
    audit.flush(county)
    again = open_engine(county.url.render_as_string(hide_password=False))
    try:
        left, tries = pins.pause(again, 901, NOW)
        assert 0 < left <= 60 and tries == 6
        assert not answer(again, TAIL).counted
    finally:
        again.dispose()


def test_tries_of_a_clock_that_was_set_back_do_not_lock_the_household_out(county: Engine):
    wrong(county, 5)
    let_pass(county, -365 * 24 * 3600)
    assert pins.pause(county, 901, NOW) == (0, 5)
    assert wrong(county, 1).pause == 60
    assert not answer(county, TAIL).counted


def test_a_right_answer_and_a_new_pin_begin_the_count_anew(county: Engine):
    wrong(county, 4)
    assert answer(county, TAIL).right
    assert wrong(county, 4).pause == 0
    assert wrong(county, 1).pause == 30
    hand_out(county)
    assert pins.pause(county, 901, NOW) == (0, 0)


def test_what_cannot_be_an_answer_costs_no_try(county: Engine):
    for typed in ("", "12345", "1234567", "abcdef", "12345\0", "X12345", "一二三四五六", "9" * 10_000):
        assert answer(county, typed) == pins.Answer(False, 0, 5, counted=False)
    assert views(county) == []


def test_many_at_once_are_no_more_tries_than_one_after_the_other(county: Engine):
    given: list[pins.Answer] = []
    threads = [Thread(target=lambda: given.append(answer(county, "999999"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = sum(one.counted for one in given)
    assert 1 <= counted <= pins.FREE_TRIES
    assert len(given) == 12 and views(county) == ["wrong"] * counted
    assert all(one.pause for one in given if not one.counted)


def test_tries_count_while_another_writer_holds_the_store(county: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "RETRY", 0.05)
    monkeypatch.setattr(audit, "append", lambda *_: (_ for _ in ()).throw(OSError))
    assert wrong(county, 5).pause == 30
    assert not answer(county, TAIL).counted
    monkeypatch.undo()
    assert views(county) == ["wrong"] * 5


def test_nobody_tries_while_the_log_takes_no_more_lines(county: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "MOST_WAITING", 0)
    assert answer(county, TAIL) == pins.Answer(False, pins.BUSY, 5, counted=False)


def test_a_household_says_what_it_can_be_asked(county: Engine):
    with county.connect() as connection:
        assert pins.ways(connection, 901) == pins.Ways(True, None)
        assert not pins.ways(connection, 902)
    hand_out(county, 902)
    with county.connect() as connection:
        assert pins.ways(connection, 902).pin is not None
