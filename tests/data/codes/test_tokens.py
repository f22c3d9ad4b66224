"""Codes of households: opaque, one at a time, not to be had from the database alone, and never beyond the scope."""

import re
from datetime import date, timedelta
from threading import Thread

import pytest
from sqlalchemy import Engine, event, select, update

from data import model, settings
from data.access.viewer import Viewer
from data.audit.chain import ready
from data.clock import written
from data.codes import tokens as qr_codes
from data.codes.tokens import TokenMatch
from data.errors import NotFound, OutOfScope, Refused
from data.store.engine import writing
from tests.data.village_ground import COUNTY, FAR, HERE, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

COUNTY_CADRE = Viewer("county", COUNTY)
VILLAGE_CADRE = Viewer("village", VILLAGE)
TODAY = NOW.date()


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def issued(engine: Engine, households=HERE, viewer: Viewer = COUNTY_CADRE) -> dict[int, str]:
    with writing(engine) as connection:
        return qr_codes.issue(connection, engine, viewer, households, now=NOW)


def found(engine: Engine, token: str) -> TokenMatch:
    with engine.connect() as connection:
        return qr_codes.resolve(connection, token, NOW.date())


def rows(engine: Engine) -> list:
    with engine.connect() as connection:
        return connection.execute(select(model.qr_code).order_by(model.qr_code.c.id)).all()


def log(engine: Engine) -> list[tuple]:
    columns = model.access_log.c
    with engine.connect() as connection:
        asked = select(columns.view, columns.household_id, columns.actor).where(columns.actor != "system")
        return [tuple(row) for row in connection.execute(asked)]


def test_a_code_stands_for_its_household_and_says_nothing_of_it(county: Engine):
    tokens = issued(county)
    assert [found(county, tokens[id]).household for id in HERE] == list(HERE)
    assert found(county, tokens[901]) == TokenMatch("valid", 901, VILLAGE, rows(county)[0].id)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens.values())
    assert len(set(tokens.values())) == len(HERE)


def test_the_token_stands_nowhere_in_the_database(county: Engine):
    tokens = issued(county)
    held = " ".join(str(value) for row in rows(county) for value in row)
    assert not any(token in held for token in tokens.values())


def test_asking_again_gives_the_same_code_and_logs_only_what_was_made(county: Engine):
    first = issued(county, (901, 902))
    assert issued(county, (902, 901, 903, 901)) == {**first, 903: found_token(county, 903)}
    assert log(county) == [("issued", id, COUNTY_CADRE.key) for id in (901, 902, 903)]


def found_token(engine: Engine, household: int) -> str | None:
    with engine.connect() as connection:
        return qr_codes.token_of(connection, engine, COUNTY_CADRE, household, NOW.date())


def test_a_hundred_codes_take_no_more_statements_than_one(county: Engine):
    with county.connect() as connection:
        everyone = list(connection.execute(select(model.household.c.id)).scalars())
    ready(county, written(NOW))
    counts = []
    for some in ([everyone[0]], everyone[1:]):
        statements: list[str] = []
        event.listen(county, "before_cursor_execute", lambda *given, held=statements: held.append(given[2]))
        issued(county, some)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_two_who_issue_at_once_get_the_same_codes(county: Engine):
    given: list[dict] = []
    threads = [Thread(target=lambda: given.append(issued(county))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given == [given[0]] * 4
    assert len(rows(county)) == len(HERE)


@pytest.mark.parametrize(
    ("viewer", "household", "error"),
    [
        (VILLAGE_CADRE, FAR, NotFound),
        (VILLAGE_CADRE, 424242, NotFound),
        (Viewer("helper", COUNTY, "D1"), 902, NotFound),
        (Viewer("display", COUNTY), 901, OutOfScope),
        (Viewer("stranger", VILLAGE), 901, OutOfScope),
        (Viewer("household", VILLAGE), 901, OutOfScope),
    ],
)
def test_nobody_touches_codes_beyond_his_scope(county: Engine, viewer: Viewer, household: int, error: type):
    token = issued(county, [901, 902, FAR]).get(household)
    before = log(county)
    for act in (
        lambda connection: qr_codes.issue(connection, county, viewer, [901, household], now=NOW),
        lambda connection: qr_codes.token_of(connection, county, viewer, household, NOW.date()),
        lambda connection: qr_codes.codes(connection, viewer, household, NOW.date()),
        lambda connection: qr_codes.withdraw(connection, viewer, household, "其他", now=NOW),
        lambda connection: qr_codes.renew(connection, county, viewer, household, "其他", now=NOW),
    ):
        with pytest.raises(error), writing(county) as connection:
            act(connection)
    assert log(county) == before
    assert token is None or found(county, token).kind == "valid"


def test_a_helper_has_the_codes_of_his_own_households(county: Engine):
    assert found(county, issued(county, [901], Viewer("helper", COUNTY, "D1"))[901]).household == 901


def test_a_withdrawn_code_opens_nothing_and_its_successor_does(county: Engine):
    old = issued(county, [901])[901]
    with writing(county) as connection:
        new = qr_codes.renew(connection, county, VILLAGE_CADRE, 901, " 标牌损坏或遗失 ", now=NOW)
    assert (found(county, old).kind, found(county, new).kind) == ("withdrawn", "valid")
    assert old != new
    with county.connect() as connection:
        kinds = [(code.kind, code.reason) for code in qr_codes.codes(connection, VILLAGE_CADRE, 901, NOW.date())]
    assert kinds == [("valid", None), ("withdrawn", "标牌损坏或遗失")]
    assert [view for view, *_ in log(county)] == ["issued", "revoked", "issued"]


def test_a_renewal_that_fails_leaves_the_old_code(county: Engine, monkeypatch: pytest.MonkeyPatch):
    old = issued(county, [901])[901]
    monkeypatch.setattr(qr_codes, "_make", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), writing(county) as connection:
        qr_codes.renew(connection, county, VILLAGE_CADRE, 901, "其他", now=NOW)
    assert found(county, old).kind == "valid"


@pytest.mark.parametrize("reason", ["", "   ", "长" * 61, "两\n行"])
def test_a_code_is_not_withdrawn_without_a_reason(county: Engine, reason: str):
    token = issued(county, [901])[901]
    with pytest.raises(Refused), writing(county) as connection:
        qr_codes.withdraw(connection, VILLAGE_CADRE, 901, reason, now=NOW)
    assert found(county, token).kind == "valid"


def test_what_was_withdrawn_is_not_withdrawn_again(county: Engine):
    issued(county, [901])
    with writing(county) as connection:
        qr_codes.withdraw(connection, VILLAGE_CADRE, 901, "其他", now=NOW)
    with pytest.raises(Refused), writing(county) as connection:
        qr_codes.withdraw(connection, VILLAGE_CADRE, 901, "其他", now=NOW)
    assert found_token(county, 901) is None


def test_a_code_runs_out_on_its_day_and_is_replaced_at_the_next_printing(county: Engine):
    with writing(county) as connection:
        settings.decide(connection, COUNTY_CADRE, "code_days", "30", now=NOW)
    old = issued(county, [901])[901]
    assert rows(county)[0].expires == (TODAY + timedelta(days=30)).isoformat()
    _end(county, TODAY + timedelta(days=1))
    assert found(county, old).kind == "valid"
    _end(county, TODAY)
    assert found(county, old).kind == "expired"
    assert found_token(county, 901) is None
    new = issued(county, [901])[901]
    assert (found(county, old).kind, found(county, new).kind) == ("expired", "valid")


def _end(engine: Engine, day: date) -> None:
    with writing(engine) as connection:
        connection.execute(update(model.qr_code).values(expires=day.isoformat()))


@pytest.mark.parametrize(
    "token",
    ["", "x", "A" * 22, "A" * 21, "A" * 23, "é" * 22, "码" * 22, "A" * 21 + "\0", "A" * 21 + "\n", "A" * 100_000,
     "\ud800" * 22, "' OR 1=1 --          ", "１" * 22],
)  # fmt: skip
def test_what_is_no_code_is_unknown_and_nothing_else(county: Engine, token: str):
    issued(county)
    assert found(county, token) == TokenMatch("unknown")


def test_a_code_differs_in_any_character(county: Engine):
    token = issued(county, [901])[901]
    wrong = [token[:place] + ("A" if sign != "A" else "B") + token[place + 1 :] for place, sign in enumerate(token)]
    assert {found(county, one).kind for one in wrong} == {"unknown"}
    assert found(county, token.swapcase()).kind == "unknown"


def test_without_the_key_codes_are_still_found_but_not_made_again(county: Engine, monkeypatch, tmp_path):
    token = issued(county, [901])[901]
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "another.key"))
    assert found(county, token).kind == "valid"
    for act in (lambda: issued(county, [901]), lambda: found_token(county, 901)):
        with pytest.raises(Refused, match="密钥"):
            act()
    with writing(county) as connection:
        new = qr_codes.renew(connection, county, VILLAGE_CADRE, 901, "其他", now=NOW)
    assert found(county, new).kind == "valid"


@pytest.mark.parametrize(
    ("setting", "page", "base"),
    [
        ("http://10.0.0.5:8501", "http://localhost:8501/household?household=1", "http://10.0.0.5:8501"),
        ("", "http://192.0.2.1:8501/household?household=1&role=village", "http://192.0.2.1:8501"),
        ("", "https://example.invalid/x#y", "https://example.invalid"),
        ("", None, ""),
        ("", "javascript:alert(1)", ""),
    ],
)
def test_codes_name_the_address_of_the_county_or_of_the_page(setting: str, page: str | None, base: str):
    assert qr_codes.base_of({"base_url": setting}, page) == base
    assert qr_codes.url("http://10.0.0.5", "T") == "http://10.0.0.5/q/T"
