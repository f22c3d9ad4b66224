"""What a scanned or typed code leads to, for whom, and what is said where it leads nowhere."""

import pytest
from sqlalchemy import Engine, select, update

from data import model
from data.access.viewer import Viewer
from data.cards import card as income_card
from data.cards import marks as card_marks
from data.codes import tokens as qr_codes
from data.codes.scanning import looked_up
from data.store.engine import writing
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES, fill
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill)

CADRE = Viewer("county", COUNTY)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


@pytest.fixture
def household(county: Engine) -> tuple[int, str, str]:
    """A household with a code: its id, code and token."""
    with county.connect() as connection:
        columns = model.household.c.id, model.household.c.code
        id, code = connection.execute(select(*columns).where(model.household.c.village == VILLAGES[0])).first()
    with writing(county) as connection:
        token = qr_codes.issue(connection, county, CADRE, [id], now=NOW)[id]
    return id, code, token


def scan(engine: Engine, text: str, viewer: Viewer = CADRE):
    with engine.connect() as connection:
        return looked_up(connection, engine, viewer, text, LAST, NOW.date())


@pytest.mark.parametrize(
    "written",
    [
        "{token}", " {token}\n", "http://192.168.1.10:8501/q/{token}", "https://old.example/warroom/q/{token}/",
        "/q/{token}?x=1#y", "http://a/q/{token}\x00", "{code}",
    ],
)  # fmt: skip
def test_token_address_and_code_lead_to_the_household(county, household, written):
    id, code, token = household
    found = scan(county, written.format(token=token, code=code))
    assert (found.kind, found.households, list(found.rows["id"]), found.view) == ("valid", (id,), [id], "cadre")
    assert found.rows["code"][0] == code and found.verdict is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "没有",
        "https://weixin.qq.com/abc",
        "http://[::1/q/x",
        "a" * 5000,
        "\x00",
        "' OR 1=1",
        "ABCD-EFGH",
        "%",
        "q/",
    ],
)
def test_what_is_no_code_of_ours_is_told_as_that(county, household, text):
    found = scan(county, text)
    assert (found.kind, found.households, found.rows, found.view) == ("foreign", (), None, None)


def test_an_unknown_token_is_no_household(county, household):
    for token in ("A" * 22, household[2][:-1] + "!", "x", household[2].swapcase(), "é" * 22):
        found = scan(county, f"http://a/q/{token}")
        assert (found.kind, found.households, found.view) == ("unknown", (), "unknown")


def test_a_withdrawn_and_an_expired_code_lead_nowhere_but_are_known(county, household):
    id, _, token = household
    with writing(county) as connection:
        connection.execute(update(model.qr_code).values(expires="2020-01-01"))
    assert (found := scan(county, token)).kind == "expired" and found.households == (id,) and found.rows is None
    with writing(county) as connection:
        connection.execute(update(model.qr_code).values(expires=None, withdrawn="2026-11-01T08:00:00"))
    assert (found := scan(county, token)).kind == "withdrawn" and found.view == "withdrawn"


def test_a_code_outside_the_scope_is_refused_and_a_number_sounds_like_none(county, household):
    id, code, token = household
    for viewer in (
        Viewer("village", VILLAGES[1]),
        Viewer("township", TOWNSHIPS[1]),
        Viewer("helper", COUNTY, "nobody"),
    ):
        found = scan(county, token, viewer)
        assert (found.kind, found.households, found.rows, found.view) == ("refused", (id,), None, "refused")
        found = scan(county, code, viewer)
        assert (found.kind, found.rows, found.view) == ("hidden", None, "refused")


def test_a_display_reads_the_family_name_only(county, household):
    assert list(scan(county, household[2], Viewer("display", COUNTY)).rows["head"]) == ["张**"]


def test_a_card_is_found_by_its_check_code_and_held_against_the_record(county, household):
    id, _, token = household
    with county.connect() as connection:
        card = income_card.card(connection, CADRE, id, card_marks.years(connection)[0])
    mark = card_marks.mark(county, card)
    card_marks.register(county, [card], now=NOW)
    for text in (mark, mark.lower().replace("-", " "), f"http://a/q/{token}?c={mark}"):
        found = scan(county, text)
        assert (found.kind, list(found.rows["id"]), found.verdict.kind) == ("valid", [id], "equal")
    assert scan(county, f"http://a/q/{token}?c=2222-2222").verdict.kind == "unknown"
    with writing(county) as connection:
        last = card.year.first
        connection.execute(model.ledger.delete().where(model.ledger.c.household_id == id, model.ledger.c.month == last))
        connection.execute(model.ledger.insert().values(household_id=id, month=last, wage_work_fen=123_456))
    found = scan(county, mark)
    assert found.verdict.kind == "changed" and found.verdict.differences
    assert scan(county, mark, Viewer("village", VILLAGES[1])).kind == "hidden"
