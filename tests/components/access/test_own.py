"""One's own password and second factor: what is asked for, what ends, what is good once, what is shown once."""

import re
from collections.abc import Callable

import pytest
from httpx2 import Response
from sqlalchemy import Engine, update

from data import model
from data.access.sessions import sessions_of
from data.people import passwords, second
from data.store.engine import writing
from tests.components.access.county import ADMIN, NEW, PASSWORD, VILLAGER, Browser, Moment, log, words

Browsers = Callable[..., Browser]
CHANGED = {"old": PASSWORD, "password": NEW, "again": NEW}


@pytest.fixture
def desk(browser: Browsers) -> Browser:
    """A village cadre's, who is signed in."""
    desk = browser()
    desk.sign_in()
    return desk


def due(engine: Engine, login: str = VILLAGER) -> None:
    with writing(engine) as connection:
        connection.execute(update(model.account).where(model.account.c.login == login).values(must_change=1))


@pytest.mark.parametrize("path", ["/password", "/second"])
def test_who_is_not_signed_in_signs_in_first(browser: Browsers, path: str):
    assert browser().get(path).headers["location"] == f"/login?next={path}"
    assert browser().post(path, data=CHANGED).headers["location"] == f"/login?next={path}"


def test_a_changed_password_ends_what_else_is_open_and_keeps_this_session(
    desk: Browser, browser: Browsers, county: Engine
):
    other = browser()
    other.sign_in()
    answer = desk.fill_in("/password", **CHANGED)
    assert "密码已修改" in words(answer)
    assert (desk.person, other.person) == (2, None)
    assert browser().sign_in().status_code == 403
    assert browser().sign_in(password=NEW).status_code == 303
    assert ("password", "person:2", None) in log(county)
    assert not any(secret in str(log(county)) for secret in (PASSWORD, NEW))


def test_a_password_given_by_somebody_else_is_changed_before_anything(browser: Browsers, county: Engine):
    due(county)
    desk = browser()
    answer = desk.sign_in(next="/income?month=2026-10")
    assert answer.headers["location"] == "/password?next=%2Fincome%3Fmonth%3D2026-10"
    assert desk.get("/second").headers["location"] == "/password"
    page = desk.get(answer.headers["location"])
    assert "请先改成" in words(page)
    done = desk.fill_in("/password", page, **CHANGED)
    assert 'href="/income?month=2026-10"' in done.text
    signed = sessions_of(county).who(desk.carried, desk.moment.now)
    assert signed is not None
    assert signed.due == ""


def test_an_administrator_goes_on_from_his_password_to_his_second_factor(browser: Browsers, county: Engine):
    with writing(county) as connection:
        changed = {"must_change": 1, "totp": None}
        connection.execute(update(model.account).where(model.account.c.login == ADMIN).values(changed))
    desk = browser()
    assert desk.sign_in(ADMIN).headers["location"] == "/password"
    assert desk.fill_in("/password", **CHANGED).headers["location"] == "/second"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"old": "wrong"}, "原密码不对"),
        ({"old": ""}, "原密码不对"),
        ({"again": PASSWORD}, "两次输入的新密码不一样"),
        ({"password": "lisi2026lisi", "again": "lisi2026lisi"}, "太常见"),
        ({"password": "短", "again": "短"}, "至少 10 位"),
        ({"password": PASSWORD, "again": PASSWORD}, "和原来的一样"),
        ({"token": "forged"}, "重新填写"),
    ],
)
def test_what_cannot_be_changed_is_told_and_nothing_is(
    desk: Browser, browser: Browsers, changed: dict[str, str], told: str
):
    answer = desk.fill_in("/password", **{**CHANGED, **changed})
    assert answer.status_code in (400, 403)
    assert told in words(answer)
    assert PASSWORD not in answer.text
    assert browser("10.0.0.5").sign_in().status_code == 303


def test_the_old_password_is_guessed_as_slowly_as_at_the_door(desk: Browser, moment: Moment):
    for number in range(8):
        desk.fill_in("/password", **{**CHANGED, "old": f"guess {number}"})
    assert moment.held == [1, 2, 4, 8]
    assert "密码已修改" in words(desk.fill_in("/password", **CHANGED))


def test_a_form_of_another_session_changes_nothing(desk: Browser, browser: Browsers):
    other = browser()
    other.sign_in()
    for path, fields in (("/password", CHANGED), ("/second", {"code": "123456"})):
        assert desk.fill_in(path, other.get(path), **fields).status_code == 403
        assert desk.post(path, data=fields).status_code == 403
    assert browser().sign_in().status_code == 303


def test_the_page_tells_the_last_sign_in(desk: Browser, browser: Browsers, moment: Moment):
    assert "没有更早的登录记录" in words(desk.get("/password"))
    moment.passes(hours=1, minutes=5)
    phone = browser("10.9.8.7")
    phone.sign_in()
    assert "上次登录：11月29日 9:00，来自 10.0.0.1" in words(phone.get("/password"))
    moment.passes(minutes=1)
    again = browser("10.0.0.3")
    again.sign_in()
    assert "上次登录：11月29日 10:05，来自 10.9.8.7" in words(again.get("/password"))


def test_from_the_page_of_the_password_one_comes_to_the_second_factor_and_back(desk: Browser):
    page = desk.get("/password", params={"next": "/income"})
    assert 'href="/second"' in page.text
    assert 'href="/income"' in page.text


# ——— the second factor


def secret_of(page: Response) -> str:
    found = re.search(r'class="secret">([^<]+)<', page.text)
    assert found
    return found[1].replace(" ", "")


def codes_of(page: Response) -> list[str]:
    return re.findall(r"<li>(\w{5}-\w{5})</li>", page.text)


def set_up(desk: Browser) -> tuple[str, list[str]]:
    page = desk.get("/second")
    secret = secret_of(page)
    page = desk.fill_in("/second", page, code=desk.now_code(secret))
    return secret, codes_of(page)


def test_after_a_right_code_it_is_asked_for_at_every_sign_in_and_ten_codes_are_shown_once(
    desk: Browser, browser: Browsers, county: Engine, moment: Moment
):
    other = browser()
    other.sign_in()
    secret, codes = set_up(desk)
    assert len(set(codes)) == 10
    assert (desk.person, other.person) == (2, None)
    assert ("second", "person:2", None) in log(county)
    page = desk.get("/second")
    assert "恢复码还剩 10 组" in words(page)
    assert secret not in page.text
    assert codes_of(page) == []
    moment.passes(seconds=30)
    phone = browser()
    assert phone.code(phone.sign_in(), phone.now_code(secret)).status_code == 303


def test_the_code_that_confirmed_it_is_used_up(desk: Browser, browser: Browsers):
    secret, _ = set_up(desk)
    phone = browser()
    assert phone.code(phone.sign_in(), phone.now_code(secret)).status_code == 403


def test_a_recovery_code_is_good_once(desk: Browser, browser: Browsers):
    _, codes = set_up(desk)
    for typed, status in ((codes[0], 303), (codes[0], 403), (f" {codes[1].lower().replace('-', ' ')}", 303)):
        phone = browser()
        assert phone.code(phone.sign_in(), typed).status_code == status
    assert "恢复码还剩 8 组" in words(desk.get("/second"))


def test_a_wrong_code_shows_the_same_secret_again(desk: Browser, county: Engine):
    page = desk.get("/second")
    again = desk.fill_in("/second", page, code="000000")
    assert again.status_code == 403
    assert secret_of(again) == secret_of(page)
    assert "<svg" in again.text
    with county.connect() as connection:
        assert second.standing(connection, 2).left is None


def test_a_secret_that_we_did_not_draw_or_drew_for_another_session_is_not_taken(desk: Browser, browser: Browsers):
    other = browser()
    other.sign_in()
    theirs = other.get("/second")
    sealed = re.search(r'name="setting" value="([^"]+)"', theirs.text)
    assert sealed
    for setting in (sealed[1], "forged", sealed[1][:-1]):
        answer = desk.fill_in("/second", setting=setting, code=desk.now_code(secret_of(theirs)))
        assert answer.status_code == 403
        assert codes_of(answer) == []


def test_a_page_of_before_does_not_replace_it(desk: Browser, moment: Moment):
    old = desk.get("/second")
    set_up(desk)
    moment.passes(minutes=1)
    answer = desk.fill_in("/second", old, code=desk.now_code(secret_of(old)))
    assert (answer.status_code, codes_of(answer)) == (403, [])


def test_it_moves_to_another_telephone_by_a_code_that_is_good_now(desk: Browser, browser: Browsers, moment: Moment):
    secret, codes = set_up(desk)
    for typed in ("000000", desk.now_code(secret), codes[0][:9]):  # guessed, used, cut off
        assert desk.fill_in("/second", code=typed).status_code == 403
    page = desk.fill_in("/second", code=codes[0])
    new = secret_of(page)
    assert new != secret
    moment.passes(minutes=1)
    phone = browser()
    assert phone.code(phone.sign_in(), phone.now_code(secret)).status_code == 303  # until it is confirmed
    page = desk.fill_in("/second", page, code=desk.now_code(new))
    assert len(codes_of(page)) == 10
    moment.passes(minutes=1)
    phone = browser()
    assert phone.code(phone.sign_in(), phone.now_code(secret)).status_code == 403
    phone = browser()
    assert phone.code(phone.sign_in(), phone.now_code(new)).status_code == 303


def test_neither_secret_nor_recovery_codes_nor_passwords_stand_in_the_log_or_as_they_are_in_the_store(
    desk: Browser, county: Engine
):
    _, codes = set_up(desk)
    with county.connect() as connection:
        held = str(connection.execute(model.account.select()).all())
    for code in codes:
        assert code not in held
        assert code.replace("-", "") not in held
    assert PASSWORD not in held
    assert passwords.hashed(PASSWORD) not in held
    assert not any(code in str(log(county)) for code in codes)
