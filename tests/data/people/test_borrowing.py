"""借阅: one household outside one's scope, for a reason and two hours, masked, and in the household's own log."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text

from data import model
from data.access.roles import ALLOWED, EXPORT, PRINT, READ, RIGHTS, UNMASK, WRITE
from data.access.scope import seen_households, seen_matters
from data.access.viewer import Viewer
from data.audit import log as audit
from data.errors import NO_SUCH_HOUSEHOLD, NoRight, NotFound, Refused
from data.households.file import household
from data.people import borrowing
from data.settings import decide
from data.store.engine import writing
from tests.data.small_county import COUNTY, LAST
from tests.data.village_ground import FAR, VILLAGE, fill_village
from tests.moment import NOW

WHY = "核对随迁家庭情况"
BACK = {"now": NOW, "address": "192.0.2.5"}


@pytest.fixture
def county(filled) -> Engine:
    engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        connection.execute(
            model.person.insert(),
            [{"id": id, "name": f"李{id}", "made": "2026-01-01", "actor": "command"} for id in (7, 8)],
        )
    return engine


CADRE = Viewer("village", VILLAGE, person=7)


def code(engine: Engine, id: int) -> str:
    with engine.connect() as connection:
        return connection.execute(select(model.household.c.code).where(model.household.c.id == id)).scalar_one()


def lent(engine: Engine, viewer: Viewer = CADRE, named: str | None = None, why: str = WHY) -> borrowing.Loan:
    with writing(engine) as connection:
        named = code(engine, FAR) if named is None else named
        return borrowing.borrow(connection, viewer, named, why, now=NOW, address="192.0.2.5")


def running(engine: Engine, person: int | None = 7, after: timedelta = timedelta()) -> frozenset[int]:
    with engine.connect() as connection:
        return borrowing.borrowed(connection, person, NOW + after)


def test_a_loan_runs_two_hours_for_who_took_it_and_stands_in_the_households_log(county: Engine):
    loan = lent(county)
    assert (loan.household, loan.reason) == (FAR, WHY) and running(county) == {FAR}
    assert running(county, after=timedelta(hours=1, minutes=59)) == {FAR}
    assert running(county, after=timedelta(hours=2)) == frozenset()
    assert running(county, person=8) == running(county, person=None) == frozenset()
    with county.connect() as connection:
        (look,), total = audit.of_household(connection, Viewer("county", COUNTY), FAR)
    assert (look.actor, look.view, total) == ("person:7", "borrowed", 1) and look.detail.endswith(WHY)


def test_a_clock_that_is_set_back_makes_no_loan_longer(county: Engine):
    lent(county)
    assert running(county, after=-timedelta(minutes=4)) == {FAR}
    assert running(county, after=-timedelta(minutes=6)) == running(county, after=-timedelta(days=300)) == frozenset()


def test_the_borrower_reads_the_one_household_masked_and_nothing_else(county: Engine):
    loan = lent(county)
    viewer = borrowing.borrower(CADRE, loan)
    with county.connect() as connection:
        file = household(connection, viewer, FAR, LAST)
        assert file.id == FAR and not file.members["id_number"].dropna().str.fullmatch(r"[0-9X]+").any()
        for other in (901, 902):
            with pytest.raises(NotFound, match=NO_SUCH_HOUSEHOLD):
                household(connection, viewer, other, LAST)
        for law, named in ((seen_households, "h.id"), (lambda one: seen_matters(one, "h.id"), "h.id")):
            clause, bound = law(viewer)
            found = connection.execute(text(f"SELECT {named} FROM household h WHERE {clause}"), bound).scalars()
            assert set(found) == {FAR}
    assert set(ALLOWED["borrower"]) == {READ} and viewer.actor == "person:7"
    assert not any(viewer.may(right, thing) for right in set(RIGHTS) - {READ} for thing in ALLOWED["borrower"][READ])
    assert not any(viewer.may(right, "households") for right in (WRITE, UNMASK, EXPORT, PRINT))


@pytest.mark.parametrize("why", ["", "看看", "  核 对 一 下 ", "\u200b" * 20, "\u202e核对一下", "长" * 101])
def test_a_reason_must_say_something_that_can_be_read(county: Engine, why: str):
    with pytest.raises(Refused, match="借阅理由"):
        lent(county, why=why)
    assert running(county) == frozenset()


@pytest.mark.parametrize("named", ["", "H9999999", "%", "' OR 1=1 --", "99"])
def test_a_code_that_is_none_sounds_as_a_household_that_is_not_his(county: Engine, named: str):
    with pytest.raises(NotFound) as told:
        lent(county, named=named)
    assert str(told.value) == NO_SUCH_HOUSEHOLD


def test_what_he_sees_anyhow_is_not_borrowed(county: Engine):
    with pytest.raises(Refused, match="直接打开"):
        lent(county, named=code(county, 901))


def test_nobody_borrows_unnamed_nor_by_a_role_without_the_right(county: Engine):
    with pytest.raises(Refused, match="本人账号"):
        lent(county, Viewer("village", VILLAGE))
    with pytest.raises(NoRight):
        lent(county, Viewer("nobody", "", person=7))


def test_a_county_that_switches_it_off_ends_what_runs_and_begins_none(county: Engine):
    lent(county)
    with writing(county) as connection:
        decide(connection, Viewer("county", COUNTY), "borrowing", "0", now=NOW)
    assert running(county) == frozenset()
    with pytest.raises(Refused, match="没有开放"):
        lent(county)


def test_a_loan_given_back_is_over(county: Engine):
    lent(county)
    with writing(county) as connection:
        borrowing.give_back(connection, replace(CADRE, person=8), FAR, **BACK)
    assert running(county) == {FAR}
    with writing(county) as connection:
        borrowing.give_back(connection, CADRE, FAR, **BACK)
        assert borrowing.loan_of(connection, 7, FAR, NOW) is None
    assert running(county) == frozenset()
