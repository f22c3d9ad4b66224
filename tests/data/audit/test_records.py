"""Which rows the log vouches for: who may do what, and what was decided; one forged past the application is named."""

from collections.abc import Callable, Iterator

import pyotp
import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from data import model
from data.access.sessions import Signed, digest_of, sessions_of
from data.access.viewer import Viewer
from data.audit.records import WATCHED
from data.audit.verify import verified
from data.clock import ZONE
from data.codes import pins
from data.model.columns import metadata
from data.people import accounts, borrowing, devices, passwords, persons, second, sign_in
from data.store.engine import writing
from tests.data.small_county import COUNTY
from tests.data.village_ground import FAR, VILLAGE, fill_village
from tests.moment import NOW

DONE = {"now": NOW, "address": "192.0.2.7"}
ADMIN, CADRE = Viewer("admin", "", person=1), Viewer("village", VILLAGE, person=2)
OLD, NEW = "correct horse battery", "staple of another kind"
UNWATCHED = {
    "what changes by hand stands in change, what comes from a file in import_run": (
        "region", "household", "member", "ledger", "ledger_year", "measure", "project", "project_stage",
        "project_return", "project_household", "helper", "pairing", "visit", "fund", "fund_payment", "fund_plan",
        "problem", "task", "boundary", "assurance", "import_cell", "import_ledger", "household_event",
        "household_move", "member_event", "member_fact", "episode", "rural_population",
    ),
    "what goes over with a village, and who leads it, stands in region_change": ("matter_move", "leader"),
    "comes of the steps, which are watched; check compares": ("matter_level", "matter_rest"),
    "each report and each day that is worked or not is a line of the log": ("dispatch_report", "calendar_day"),
    "tells nobody anything but what is new": ("todo_look",),
    "goes with its steps, which are watched": ("clue", "monitoring_case", "plan_item", "exit_review", "quality_waiver"),
    "comes from a file, in import_run, or by hand in change": ("income_reference",),
    "names a paper that bears its digest": ("case_paper",),
    "worked out from the records": (
        "member_mark", "phone_mark", "quality_hit", "quality_tally", "quality_run",
    ),
    "made again from the records; check compares": ("month", "household_month", "data_version", "region_version"),
    "a line tells when the command line sets one; check compares what comes of it": ("monitoring_line",),
    "what a plan holds goes with its steps, which are watched": (
        "dividend_plan", "dividend_source", "dividend_share", "dividend_kept", "dividend_payment",
    ),
    "a paper bears the digest of its file as a name, opening it stands in the log": (
        "archive", "project_archive", "work_paper",
    ),
    "made and told by the key beside the store; each one given or taken is a line": ("qr_code", "card_print"),
    "what was shown goes with its showing, which is watched": ("figure_shown",),
    "what is handed in goes with its steps, which are watched; what it wrote with its run": (
        "import_job", "import_journal", "import_fresh",
    ),
    "how a layout is read writes nothing; each backup is a line of the log": ("column_choice", "backup_run"),
    "the log itself": ("access_log",),
}  # fmt: skip


def test_every_table_is_watched_or_it_is_said_why_not():
    unwatched = {name for names in UNWATCHED.values() for name in names}
    assert unwatched.isdisjoint(WATCHED)
    assert unwatched | set(WATCHED) == set(metadata.tables)


@pytest.fixture
def county(filled) -> Iterator[Engine]:
    """A county whose people, displays, loans and PINs came by the application."""
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        accounts.first_administrator(connection, name="赵一", login="zhaoyi", hash="h", **DONE)
        given = {"role": "village", "region": VILLAGE, "name": "钱二", "login": "qianer"}
        accounts.add_account(connection, ADMIN, hash=passwords.hashed(OLD), **given, **DONE)
        devices.add_device(connection, ADMIN, COUNTY, "大厅", **DONE)
        borrowing.borrow(connection, CADRE, _code(connection, FAR), "核对随迁家庭情况", **DONE)
        pins.hand_out(connection, CADRE, 901, **DONE)
    assert not verified(engine).faults
    yield engine


def _code(connection: Connection, household: int) -> str:
    return connection.execute(select(model.household.c.code).where(model.household.c.id == household)).scalar_one()


def _signed(engine: Engine) -> Signed:
    token = sign_in.begin(engine, sign_in.Known(2, _version(engine), "qianer", False), agent="x", **DONE)
    signed = sessions_of(engine).of(digest_of(token), NOW)
    assert signed is not None
    return signed


def _version(engine: Engine) -> int:
    with engine.connect() as connection:
        return second.standing(connection, 2).version


def _administrator(connection: Connection) -> None:
    connection.execute(insert(model.person).values(id=9, name="混入", made="2026-11-29", actor="command"))
    held = connection.execute(select(model.account).where(model.account.c.person_id == 1)).one()._mapping
    connection.execute(insert(model.account).values({**held, "person_id": 9, "login": "hunru"}))


def _account(**values: object) -> Callable[[Connection], None]:
    return lambda connection: connection.execute(
        update(model.account).where(model.account.c.person_id == 2).values(values)
    )


def _borrowing(connection: Connection) -> None:
    held = {"person_id": 2, "household_id": 902, "reason": "核对随迁家庭情况"}
    connection.execute(insert(model.borrowing).values(begun="2026-11-22", until="2027-11-22", **held))


ATTACKS = {
    "a forged administrator": (_administrator, "account:9 在日志中没有（伪造）"),
    "a changed role": (_account(role="admin"), "account:2 的内容被改动"),
    "a changed region": (_account(region=""), "account:2 的内容被改动"),
    "a changed password": (_account(hash="x"), "account:2 的内容被改动"),
    "an account enabled again": (_account(disabled="2026-11-22"), "account:2 的内容被改动"),
    "forged codes on paper": (_account(recovery="[]"), "account:2 的内容被改动"),
    "another helper": (
        lambda c: c.execute(update(model.person).where(model.person.c.id == 2).values(helper="D1")),
        "person:2 的",
    ),
    "a forged loan": (_borrowing, "borrowing:2 在日志中没有（伪造）"),
    "a longer loan": (lambda c: c.execute(update(model.borrowing).values(until="2099")), "borrowing:1 的内容被改动"),
    "a display of more": (lambda c: c.execute(update(model.device).values(region="")), "device:1 的内容被改动"),
    "another PIN": (
        lambda c: c.execute(update(model.household_pin).values(hash="x")),
        "household_pin:901 的内容被改动",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_who_may_do_what_cannot_be_changed_past_the_application(county: Engine, name: str):
    attack, said = ATTACKS[name]
    with writing(county) as connection:
        attack(connection)
    assert any(fault.startswith(said) for fault in verified(county).faults)


def test_whatever_people_do_to_accounts_leaves_a_sound_log(county: Engine):
    secret = second.new_secret()
    typed = pyotp.TOTP(secret).at(int(NOW.replace(tzinfo=ZONE).timestamp()))
    assert sign_in.change_password(county, _signed(county), OLD, NEW, **DONE)
    codes = second.set_up(county, _signed(county), secret, typed, version=_version(county), **DONE)
    later = pyotp.TOTP(secret).at(int(NOW.replace(tzinfo=ZONE).timestamp()) + 30)
    with writing(county) as connection:
        assert codes and second.take(connection, 2, codes[0], **DONE) and second.take(connection, 2, later, **DONE)
        persons.edit_person(connection, ADMIN, 2, name="钱贰", phone=None, unit="村委会", **DONE)
        accounts.move_account(connection, ADMIN, 2, role="helper", region=VILLAGE, helper="D1", **DONE)
        for act in (accounts.remove_second, accounts.reset_password, accounts.disable_account, accounts.enable_account):
            act(connection, ADMIN, 2, **DONE)
        borrowing.give_back(connection, CADRE, FAR, **DONE)
        devices.withdraw(connection, ADMIN, 1, **DONE)
        pins.hand_out(connection, CADRE, 901, **DONE)
        pins.take_back(connection, CADRE, 901, **DONE)
    assert not verified(county).faults


def test_a_pin_taken_back_stands_in_its_households_log(county: Engine):
    with writing(county) as connection:
        pins.take_back(connection, CADRE, 901, **DONE)
        line = model.access_log.c
        asked = select(line.household_id, line.ref, line.digest).where(line.view == "pin_taken")
        assert connection.execute(asked).one() == (901, "household_pin:901", None)
