"""The household's own way in: right and wrong answers, what guessing costs whom, and who hands out a PIN.

S6: five wrong tries lock no household out, thirty from one address lock out nobody behind it.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from data import model
from data.access import tries
from data.access.tries import Turn
from data.access.viewer import Viewer
from data.audit import log as audit
from data.codes import pins
from data.errors import NotFound, OutOfScope, Refused
from data.model.transient import attempt
from data.store.engine import open_engine, writing
from data.store.transient import transient_engine
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

VILLAGE_CADRE = Viewer("village", VILLAGE)
TAIL = "011234"  # of the head of 901
HOME, ELSEWHERE = "192.0.2.9", "198.51.100.1"
DAY = timedelta(days=1)


@pytest.fixture
def county(engine: Engine) -> Iterator[Engine]:
    yield engine
    transient_engine(engine).dispose()


def answer(engine: Engine, typed: str, household: int = 901, address: str = HOME, now: datetime = NOW) -> bool:
    """Compared when its turn has come, as the page does it."""
    right = pins.answer(engine, household, typed, address=address, now=now)
    if right:
        tries.right(engine, pins.a_try(engine, household, address=address, mark=None))
    return right


def held(engine: Engine, household: int = 901, address: str = HOME, mark: str | None = None) -> Turn:
    one = pins.a_try(engine, household, address=address, mark=mark)
    return tries.take(engine, one, NOW + timedelta(hours=2))


def hand_out(engine: Engine, household: int = 901, viewer: Viewer = VILLAGE_CADRE) -> str:
    with writing(engine) as connection:
        return pins.hand_out(connection, viewer, household, now=NOW)


def wrong(engine: Engine, times: int, *, now: datetime = NOW, networks: bool = False) -> None:
    """So many in vain, each tried and compared, from one address or each from another."""
    for number in range(times):
        address = f"10.0.{number}.1" if networks else HOME
        moment = now + timedelta(minutes=number)
        tries.take(engine, pins.a_try(engine, 901, address=address, mark=None), moment)
        assert not answer(engine, "999999", address=address, now=moment)


def ways(engine: Engine, household: int = 901) -> pins.Ways:
    with engine.connect() as connection:
        return pins.ways(connection, engine, household)


def views(engine: Engine) -> list[str]:
    audit.flush(engine)
    with engine.connect() as connection:
        log = model.access_log.c
        return list(connection.execute(select(log.view).where(log.actor != "system").order_by(log.id)).scalars())


@pytest.mark.parametrize("typed", [TAIL, " 011 234 ", "０１１２３４"])
def test_the_last_six_of_the_heads_id_number_open(county: Engine, typed: str):
    assert answer(county, typed)
    assert views(county) == ["right"]


def test_an_id_number_that_ends_with_x_opens_however_it_is_written(county: Engine):
    with writing(county) as connection:
        connection.execute(
            update(model.member).where(model.member.c.code == "901a").values(id_number="99018119600101123X")
        )
    assert answer(county, "01123x") and answer(county, "01123X")


def test_another_members_id_number_does_not_open(county: Engine):
    with writing(county) as connection:
        connection.execute(
            update(model.member).where(model.member.c.code == "901b").values(id_number="990181199001015678")
        )
    assert not answer(county, "015678")


def test_a_pin_opens_until_it_is_changed_or_taken_back(county: Engine):
    first = hand_out(county)
    assert len(first) == 6 and first.isdigit()
    assert answer(county, first)
    second = hand_out(county)
    assert second == first or not answer(county, first)
    assert answer(county, second)
    with writing(county) as connection:
        pins.take_back(connection, VILLAGE_CADRE, 901, now=NOW)
    assert not answer(county, second)
    with pytest.raises(Refused), writing(county) as connection:
        pins.take_back(connection, VILLAGE_CADRE, 901, now=NOW)


def test_a_pin_is_stored_as_a_slow_hash_alone(county: Engine):
    pin = hand_out(county)
    with county.connect() as connection:
        stored = connection.execute(select(model.household_pin)).one()
    assert stored.hash.startswith("$argon2id$") and pin not in stored.hash
    assert views(county) == ["pin_given"]


def test_a_damaged_hash_opens_to_nobody(county: Engine):
    pin = hand_out(county)
    with writing(county) as connection:
        connection.execute(update(model.household_pin).values(hash="damaged"))
    assert not answer(county, pin)


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


@pytest.mark.parametrize("times", [5, 30])
def test_what_is_right_is_not_refused_after_wrong_tries_from_its_own_address(county: Engine, times: int):
    pin = hand_out(county)
    wrong(county, times)
    turn = held(county)
    assert turn.id is not None and turn.hold <= 30
    assert answer(county, TAIL) and answer(county, pin)


def test_wrong_tries_from_everywhere_hold_the_right_answer_five_seconds_at_most(county: Engine):
    wrong(county, 50, networks=True)
    turn = held(county, address=ELSEWHERE)
    assert (turn.id is None, turn.hold) == (False, 5)


def test_the_guesser_is_slowed_and_at_another_household_a_little(county: Engine):
    wrong(county, 12)
    assert held(county).hold == 30
    assert held(county, household=FAR, address=ELSEWHERE).hold == 0


def test_a_phone_that_was_right_before_is_not_slowed_by_others(county: Engine):
    one = pins.a_try(county, 901, address=HOME, mark=None)
    mark = tries.marked(county, one, None)
    wrong(county, 50, networks=True)
    wrong(county, 12)
    assert held(county, mark=mark).hold == 0


def test_a_new_pin_and_a_right_answer_begin_the_count_anew(county: Engine):
    wrong(county, 12)
    assert held(county).hold == 30
    assert answer(county, TAIL)
    assert held(county).hold == 0
    wrong(county, 12)
    hand_out(county)
    assert held(county).hold <= 1  # what the network did beside it


def test_the_count_outlives_a_restart_and_is_that_of_all_processes(county: Engine):
    wrong(county, 12)
    again = open_engine(county.url.render_as_string(hide_password=False))
    try:
        assert held(again).hold == 30
    finally:
        transient_engine(again).dispose()
        again.dispose()


def test_the_id_number_opens_no_more_after_sixty_guesses_from_anywhere_and_the_pin_always_does(county: Engine):
    pin = hand_out(county)
    wrong(county, pins.MOST_TAILS - 1, networks=True)
    assert ways(county).tail and answer(county, TAIL)  # the household's own answer opens, and costs nothing
    wrong(county, 1)
    assert ways(county) == pins.Ways(False, ways(county).pin, closed=True)
    assert not answer(county, TAIL) and not answer(county, TAIL, now=NOW + 90 * DAY)
    assert answer(county, pin)
    assert ways(county).tail and answer(county, TAIL)


def test_a_new_pin_opens_the_way_by_the_id_number_again(county: Engine):
    wrong(county, pins.MOST_TAILS, networks=True)
    assert not ways(county) and ways(county).closed and not answer(county, TAIL)
    hand_out(county)
    assert ways(county).tail and answer(county, TAIL)


def test_guesses_of_more_than_thirty_days_ago_close_nothing(county: Engine):
    wrong(county, 40, networks=True, now=NOW - 31 * DAY)
    wrong(county, 40, networks=True)
    assert answer(county, TAIL)


def test_sixty_guesses_at_once_are_sixty(county: Engine):
    def guess(number: int) -> bool:
        return answer(county, f"{number:06d}", address=f"10.1.{number}.1")

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(guess, range(100_000, 100_070)))
    with transient_engine(county).connect() as beside:
        counted = select(func.count()).select_from(attempt).where(attempt.c.kind == pins.TAIL)
        assert beside.execute(counted).scalar() == pins.MOST_TAILS


def test_what_cannot_be_an_answer_is_told_from_what_can():
    odd = ("", "12345", "1234567", "abcdef", "12345\0", "X12345", "一二三四五六", "9" * 10_000)
    assert not any(map(pins.may_be, odd)) and pins.may_be(TAIL) and pins.may_be(" ０１１ 23x")


def test_a_household_says_what_it_can_be_asked(county: Engine):
    assert ways(county) == pins.Ways(True, None)
    assert not ways(county, 902)
    hand_out(county, 902)
    assert ways(county, 902).pin is not None
