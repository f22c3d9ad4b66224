"""Signing in and out: what is right is taken whoever guesses, what is forged, led astray or used twice is not."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pyotp
import pytest
from httpx2 import Response
from sqlalchemy import Engine, func, insert, select, update
from starlette.testclient import TestClient

from data import model
from data.access.sessions import digest_of, sessions_of
from data.people import launch, passwords
from data.store.engine import writing
from tests.components.access.county import (
    ADMIN,
    PASSWORD,
    VILLAGE,
    VILLAGER,
    Browser,
    Moment,
    log,
    words,
)

Browsers = Callable[..., Browser]
LIMIT = 30_000  # bytes


def test_who_signs_in_goes_back_to_where_he_wanted_and_stands_in_the_log(browser: Browsers, county: Engine):
    phone = browser("10.0.0.8")
    answer = phone.sign_in(next="/household?household=7&view=收入")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/household?household=7&view=%E6%94%B6%E5%85%A5"
    assert phone.person == 2
    assert ("signed_in", "person:2", None) in log(county)


@pytest.mark.parametrize(("scheme", "name"), [("http", "wr"), ("https", "__Host-wr")])
def test_the_cookie_is_for_this_server_alone_and_no_script_reads_it(browser: Browsers, scheme: str, name: str):
    given = browser(scheme=scheme).sign_in().headers.get_list("set-cookie")
    session = next(line for line in given if line.startswith(f"{name}="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/" in session
    assert ("Secure" in session) == (scheme == "https")
    assert "Domain" not in session
    assert "Max-Age" not in session


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (VILLAGER, "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("' OR 1=1 --", PASSWORD),
        ("li\x00si", "\x00"),
        (VILLAGER, ""),
    ],
)
def test_wrong_and_unknown_are_answered_alike(browser: Browsers, login: str, password: str):
    answer = browser().sign_in(login, password)
    assert answer.status_code == 403
    assert "登录名或密码不对" in words(answer)
    assert "wr=" not in answer.headers.get("set-cookie", "").replace("wr-form=", "")


def test_a_disabled_account_is_answered_as_a_wrong_password(browser: Browsers, county: Engine):
    with writing(county) as connection:
        connection.execute(update(model.account).where(model.account.c.login == VILLAGER).values(disabled="2026-11-01"))
    assert "登录名或密码不对" in words(browser().sign_in())


def test_an_unknown_login_costs_as_many_comparisons_as_a_known_one(browser: Browsers, monkeypatch: pytest.MonkeyPatch):
    hashes: list[str] = []
    verify = passwords.PasswordHasher.verify

    def counted(hasher: passwords.PasswordHasher, held: str, typed: bytes) -> bool:
        hashes.append(held.split("$")[3])  # its cost
        return verify(hasher, held, typed)

    monkeypatch.setattr(passwords.PasswordHasher, "verify", counted)
    costs = []
    for login in (VILLAGER, "nobody", "no login at all!", ADMIN):
        hashes.clear()
        browser().sign_in(login, "wrong password")
        costs.append(list(hashes))
    assert costs == [costs[0]] * 4 and len(costs[0]) == 1


def test_tries_in_vain_stand_in_the_log_without_what_was_typed(browser: Browsers, county: Engine):
    browser().sign_in(VILLAGER, "secret typed wrong")
    browser().sign_in("13900001111", "secret typed wrong")
    lines = [line for line in log(county) if line[0] == "sign_in_wrong"]
    assert lines == [
        ("sign_in_wrong", "stranger", "密码 · 人员 2"),
        ("sign_in_wrong", "stranger", "密码 · 没有这个账号"),
    ]


# ——— guessing


def test_a_fast_guesser_is_held_longer_and_longer_and_the_right_one_is_taken_all_the_same(
    browser: Browsers, moment: Moment
):
    guesser = browser()
    for number in range(50):
        assert guesser.sign_in(VILLAGER, f"guess number {number}").status_code == 403
    assert moment.held[:6] == [1, 2, 4, 8, 16, 30]
    assert len(moment.held) == 46
    assert sum(moment.held) > 1200
    mine = browser()
    assert mine.sign_in().status_code == 303
    assert moment.held[-1] == 30


def test_guesses_from_everywhere_lock_nobody_out_and_hold_him_five_seconds_at_most(browser: Browsers, moment: Moment):
    for number in range(50):
        browser(f"10.0.1.{number}").sign_in(VILLAGER, "guess")
    assert browser("10.0.9.9").sign_in().status_code == 303
    assert max(moment.held) == 5


def test_who_was_right_in_this_browser_before_is_not_slowed_by_others(browser: Browsers, moment: Moment):
    mine = browser()
    mine.sign_in()
    mine.fill_in("/logout")
    for number in range(20):
        browser().sign_in(VILLAGER, f"guess number {number}")
    moment.held.clear()
    assert mine.sign_in().status_code == 303
    assert moment.held == []


def test_his_browser_gives_a_guesser_nothing_against_others(browser: Browsers, moment: Moment):
    mine = browser()
    mine.sign_in()
    mine.fill_in("/logout")
    for number in range(10):
        mine.sign_in("wangwu", f"guess number {number}")
    assert moment.held == [1, 2, 4, 8, 16, 30]


def test_a_slow_guesser_is_held_as_well(browser: Browsers, moment: Moment):
    for _ in range(10):
        browser().sign_in(VILLAGER, "guess")
        moment.passes(hours=1)
    assert moment.held[-1] == 30


def test_one_password_tried_at_many_logins_slows_the_network(browser: Browsers, moment: Moment):
    for number in range(40):
        browser().sign_in(f"person{number}", "Gaizhou2026")
    assert moment.held[-1] == 5


# ——— the second step


def test_an_administrator_gives_a_code_too(browser: Browsers):
    desk = browser()
    page = desk.sign_in(ADMIN, next="/admin")
    assert (page.status_code, desk.person) == (200, None)
    assert "输入动态码" in words(page)
    answer = desk.code(page)
    assert (answer.status_code, answer.headers["location"], desk.person) == (303, "/admin", 1)


def test_a_code_is_good_once(browser: Browsers):
    first, second = browser(), browser()
    code = first.now_code()
    assert first.code(first.sign_in(ADMIN), code).status_code == 303
    answer = second.code(second.sign_in(ADMIN), code)
    assert (answer.status_code, second.person) == (403, None)


def test_of_a_code_given_twice_at_once_one_is_taken(browser: Browsers):
    desks = [browser(), browser()]
    pages = [desk.sign_in(ADMIN) for desk in desks]
    code = desks[0].now_code()
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda desk, page: desk.code(page, code).status_code, desks, pages))
    assert sorted(answers) == [303, 403]


def test_codes_are_guessed_as_slowly_as_passwords(browser: Browsers, moment: Moment):
    desk = browser()
    page = desk.sign_in(ADMIN)
    for number in range(10):
        page = desk.code(page, f"{number:06d}")
        assert page.status_code == 403
    assert moment.held == [1, 2, 4, 8, 16, 30]
    assert desk.code(page).status_code == 303


def test_between_the_password_and_the_code_the_account_stands_still(browser: Browsers, county: Engine):
    desk = browser()
    page = desk.sign_in(ADMIN)
    with writing(county) as connection:
        connection.execute(update(model.account).values(version=model.account.c.version + 1))
    assert desk.code(page).status_code == 403


def test_a_step_half_done_is_good_for_ten_minutes_and_for_this_browser_alone(browser: Browsers, moment: Moment):
    desk, thief = browser(), browser()
    page = desk.sign_in(ADMIN)
    half = re.search(r'name="half" value="([^"]+)"', page.text)
    assert half is not None
    answer = thief.fill_in("/login", half=half[1], code=thief.now_code())
    assert (answer.status_code, thief.person) == (403, None)
    for forged in ("", "x", half[1][::-1], half[1][:-1], '[1,1,"first",true]'):
        assert desk.fill_in("/login", half=forged, code=desk.now_code()).status_code == 403
    assert desk.person is None


# ——— forged forms


def test_a_form_without_its_token_does_nothing(browser: Browsers):
    desk = browser()
    desk.get("/login")
    answer = desk.post("/login", data={"login": VILLAGER, "password": PASSWORD})
    assert (answer.status_code, desk.person) == (403, None)
    assert "重新填写" in words(answer)


def test_a_token_is_good_for_the_browser_it_was_given_to_alone(browser: Browsers):
    desk, other = browser(), browser()
    page = other.get("/login")
    desk.get("/login")
    assert desk.fill_in("/login", page, login=VILLAGER, password=PASSWORD).status_code == 403
    assert desk.person is None


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://["}],
)  # fmt: skip
def test_a_form_that_another_site_sent_does_nothing(browser: Browsers, headers: dict[str, str]):
    desk = browser()
    desk.headers.update(headers)
    assert desk.sign_in().status_code == 403
    assert desk.person is None


def test_nobody_is_signed_out_by_a_form_of_another_session(browser: Browsers):
    mine, other = browser(), browser()
    mine.sign_in()
    other.sign_in()
    page = other.get("/logout")
    for fields in ({}, {"token": "x"}):
        assert mine.post("/logout", data=fields).status_code == 403
    assert mine.fill_in("/logout", page).status_code == 403
    assert mine.person == 2
    assert mine.fill_in("/logout").headers["location"] == "/login?next=/"
    assert (mine.person, mine.carried, other.person) == (None, None, 2)


def test_signing_out_ends_the_session_and_not_the_cookie_alone(browser: Browsers, county: Engine, moment: Moment):
    mine = browser()
    mine.sign_in()
    token = mine.carried
    mine.fill_in("/logout")
    assert sessions_of(county).who(token, moment.now) is None
    assert log(county)[-1] == ("signed_out", "person:2", None)


def test_a_form_left_open_for_a_day_asks_for_another_try(browser: Browsers, monkeypatch: pytest.MonkeyPatch):
    desk = browser()
    page = desk.get("/login")
    monkeypatch.setattr("components.server.forms.TOKEN_LIFE", -1)
    assert desk.fill_in("/login", page, login=VILLAGER, password=PASSWORD).status_code == 403


# ——— led astray, and tokens chosen by somebody else

ASTRAY = [
    "//evil.example", "///evil.example", "\\\\evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http://evil.example/", "https:evil.example",
    "evil.example", "", " /", "/\x00", "/\u202e", "/\u2028", "//warroom.example@evil.example", "/" + "x" * 3000,
    "/login?next=/login", "/logout", "/device/abc", "/begin/abc", "/./device/abc", "/%2e/device/abc", "/%64evice/abc",
    "/x/../device/abc", "/%6cogout", "/..//evil.example", "/x/%2E%2e//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("way", ASTRAY)
def test_the_way_back_never_leads_off_this_server(browser: Browsers, way: str):
    answer = browser().sign_in(next=way)
    assert (answer.status_code, answer.headers["location"]) == (303, "/todo")


@pytest.mark.parametrize("way", ASTRAY)
def test_nor_by_a_form_whose_field_was_changed(browser: Browsers, way: str):
    desk = browser()
    answer = desk.fill_in("/login", login=VILLAGER, password=PASSWORD, next=way)
    assert answer.headers["location"] == "/todo"


@pytest.mark.parametrize(
    ("referer", "way"),
    [
        ("http://warroom.example/income?region=%E6%9F%90%E6%9D%91", "/income?region=%E6%9F%90%E6%9D%91"),
        ("http://evil.example/income", "/todo"),
        ("http://warroom.example.evil.example/income", "/todo"),
        ("http://warroom.example//evil.example", "/todo"),
        ("http://[", "/todo"),
        ("http://warroom.example/login?next=/x", "/todo"),
    ],
)
def test_a_page_of_ours_that_led_here_is_gone_back_to(browser: Browsers, referer: str, way: str):
    desk = browser()
    page = desk.get("/login", headers={"Referer": referer})
    assert desk.fill_in("/login", page, login=VILLAGER, password=PASSWORD).headers["location"] == way


def test_a_token_that_somebody_else_chose_is_never_taken_over(browser: Browsers, county: Engine, moment: Moment):
    desk = browser()
    desk.cookies.set("wr", "chosen by the attacker", domain="warroom.example", path="/")
    answer = desk.sign_in()
    given = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("wr="))
    assert "chosen" not in given
    assert sessions_of(county).who("chosen by the attacker", moment.now) is None


def test_at_every_sign_in_there_is_a_new_token_and_the_old_session_ends(
    browser: Browsers, county: Engine, moment: Moment
):
    desk = browser()
    page = desk.get("/login")
    bound = desk.cookies["wr-form"]
    desk.fill_in("/login", page, login=VILLAGER, password=PASSWORD)
    old = desk.carried
    assert desk.fill_in("/login", page, login=VILLAGER, password=PASSWORD).status_code == 403  # the form is used up
    desk.cookies.set("wr-form", bound, domain="warroom.example", path="/")
    assert desk.fill_in("/login", page, login=VILLAGER, password=PASSWORD).status_code == 303
    assert desk.carried != old
    assert desk.person == 2
    assert sessions_of(county).who(old, moment.now) is None


def token_of(page: Response) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def test_who_is_signed_in_is_told_and_may_go_on_or_sign_out(browser: Browsers):
    desk = browser()
    desk.sign_in()
    page = desk.get("/login", params={"next": "/income"})
    assert "李四" in words(page)
    assert 'href="/income"' in page.text
    assert desk.fill_in("/logout", page).status_code == 303
    assert desk.person is None


# ——— what is sent


def test_a_field_of_ten_megabytes_and_a_thousand_fields_are_refused_unread(browser: Browsers):
    desk = browser()
    token = token_of(desk.get("/login"))
    for fields in (
        {"token": token, "login": VILLAGER, "password": "x" * 10_000_000},
        {"token": token, "login": VILLAGER, "password": PASSWORD, **{f"f{number}": "1" for number in range(1000)}},
    ):
        answer = desk.post("/login", data=fields)
        assert (answer.status_code, desk.person) == (403, None)
        assert len(answer.content) < LIMIT


@pytest.mark.parametrize("body", [b"login=%00&password=%ED%A0%80", b"\xff\xfe", b"&&&===", b"login=%F0%9F", b"%"])
def test_what_is_no_text_is_no_form(browser: Browsers, body: bytes):
    desk = browser()
    token = token_of(desk.get("/login"))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for sent in (body, b"token=" + token.encode() + b"&" + body):
        assert desk.post("/login", content=sent, headers=kind).status_code == 403


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_a_form_of_another_kind_is_none(browser: Browsers, kind: str):
    desk = browser()
    desk.get("/login")
    assert desk.post("/login", content=b"login=lisi", headers={"Content-Type": kind}).status_code == 403


def test_what_was_typed_is_shown_again_as_text(browser: Browsers):
    page = browser().sign_in('"><script>alert(1)</script>', "x", next='/?a="><script>alert(2)</script>')
    assert "<script" not in page.text
    assert PASSWORD not in page.text


@pytest.mark.parametrize("path", ["/login", "/logout", "/password", "/second"])
def test_pages_are_small_kept_by_nobody_and_run_no_script(browser: Browsers, path: str):
    desk = browser()
    desk.code(desk.sign_in(ADMIN))
    page = desk.get(path)
    assert page.status_code == 200
    assert len(page.content) < LIMIT
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert " style=" not in page.text


# ——— the beginning

FIRST = {"name": "张三", "login": "zhangsan", "password": PASSWORD, "again": PASSWORD}


def begun(engine: Engine, moment: Moment) -> tuple[Browser, str]:
    path = launch.launch_path(engine)
    assert path is not None
    return Browser(engine, moment), path


def test_who_holds_the_launch_link_makes_the_first_administrator_who_goes_straight_to_his_second_factor(
    bare: Engine, moment: Moment
):
    desk, path = begun(bare, moment)
    answer = desk.fill_in(path, **FIRST)
    assert (answer.status_code, answer.headers["location"]) == (303, "/second")
    signed = sessions_of(bare).who(desk.carried, moment.now)
    assert signed is not None
    assert (signed.viewer.role, signed.viewer.region, signed.due) == ("admin", "", "second")
    assert desk.get(path).status_code == 404  # it goes with the first account
    assert Browser(bare, moment).fill_in(path, desk.get("/second"), **FIRST).status_code == 404


def test_of_two_who_begin_at_once_one_is_the_administrator(bare: Engine, moment: Moment):
    desks = [begun(bare, moment)[0] for _ in range(2)]
    path = begun(bare, moment)[1]
    pages = [desk.get(path) for desk in desks]
    with ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(
                lambda n: desks[n].fill_in(path, pages[n], **{**FIRST, "login": f"first{n}"}).status_code, range(2)
            )
        )
    assert answers.count(303) == 1
    with bare.connect() as connection:
        assert connection.execute(select(func.count()).select_from(model.account)).scalar_one() == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"password": "zhangsan2026", "again": "zhangsan2026"}, "太常见"),
        ({"password": "short", "again": "short"}, "至少 10 位"),
        ({"again": "另一个密码也有十个字以上"}, "两次输入的密码不一样"),
        ({"login": "张"}, "登录名应为"),
        ({"name": " "}, "请填写姓名"),
        ({"name": "李\u202e四"}, "看不见"),
        ({"token": "forged"}, "重新填写"),
    ],
)
def test_what_cannot_be_an_administrator_is_told_and_what_was_typed_stays(
    bare: Engine, moment: Moment, changed: dict[str, str], told: str
):
    desk, path = begun(bare, moment)
    answer = desk.fill_in(path, **{**FIRST, **changed})
    assert answer.status_code in (400, 403)
    assert told in words(answer)
    assert PASSWORD not in answer.text
    assert f'value="{changed.get("login", "zhangsan")}"' in answer.text
    assert launch.launch_path(bare) == path


@pytest.mark.parametrize("secret", ["x", "..%5cetc", "x" * 500, "%ED%A0%80", "%00"])
def test_a_guessed_launch_link_is_no_page_and_slows_the_guesser(bare: Engine, moment: Moment, secret: str):
    launch.launch_path(bare)
    desk = Browser(bare, moment)
    answers = [desk.get(f"/begin/{secret}").status_code for _ in range(8)]
    assert answers == [404] * 8
    assert moment.held[-1] == 5


def test_on_demonstration_data_there_is_nothing_to_sign_in_for(bare: Engine, moment: Moment):
    page = Browser(bare, moment).get("/login")
    assert (page.status_code, "不用登录" in words(page)) == (200, True)


# ——— displays


@pytest.fixture
def display(county: Engine) -> str:
    row = {
        "purpose": "会议室",
        "region": VILLAGE,
        "digest": digest_of("token-of-a-display"),
        "made": "2026",
        "actor": "c",
    }
    with writing(county) as connection:
        connection.execute(insert(model.device).values(id=3, **row))
    return "/device/token-of-a-display"


def test_a_display_is_signed_in_by_its_link_for_a_year_and_at_one_place_alone(
    browser: Browsers, county: Engine, display: str, moment: Moment
):
    old, wall = browser(), browser()
    old.get(display)
    assert sessions_of(county).who(old.carried, moment.now) is not None
    answer = wall.get(f"{display}?cm=143&far=4")
    assert (answer.status_code, answer.headers["location"]) == (303, "/wall?cm=143&far=4")
    assert "Max-Age" in next(line for line in answer.headers.get_list("set-cookie") if line.startswith("wr="))
    assert sessions_of(county).who(old.carried, moment.now) is None
    signed = sessions_of(county).who(wall.carried, moment.now + timedelta(days=364))
    assert signed is not None
    assert (signed.viewer.role, signed.viewer.region, signed.device, signed.how) == ("display", VILLAGE, 3, "device")
    assert sessions_of(county).who(wall.carried, moment.now + timedelta(days=366)) is None
    assert log(county)[-1] == ("signed_in", f"display:{VILLAGE}:", "设备 3")


def test_a_link_withdrawn_or_guessed_is_no_page_and_slows_the_guesser(
    browser: Browsers, county: Engine, display: str, moment: Moment
):
    wall = browser()
    wall.get(display)
    with writing(county) as connection:
        connection.execute(update(model.device).values(withdrawn="2026-11-29T09:00:00"))
    assert sessions_of(county).who(wall.carried, moment.now) is None
    for path in (display, *(f"/device/guess{number}" for number in range(8))):
        assert browser().get(path).status_code == 404
    assert moment.held[-1] == 5


def test_a_picture_with_the_link_of_a_display_signs_nobody_over(browser: Browsers, display: str):
    mine = browser()
    mine.sign_in()
    assert mine.get(display, headers={"Sec-Fetch-Dest": "image"}).status_code == 404
    assert mine.head(display).status_code == 404
    assert mine.person == 2


def test_a_display_has_no_password(browser: Browsers, display: str):
    wall = browser()
    wall.get(display)
    assert [wall.get(path).status_code for path in ("/password", "/second")] == [403, 403]


# ——— the whole application


def test_in_the_application_a_county_is_closed_then_begun_then_signed_in_to(
    bare: Engine, open_client: Callable[..., TestClient]
):
    with writing(bare) as connection:
        connection.execute(insert(model.region).values(code="210881", name="某市", parent=""))
    path = launch.launch_path(bare)
    desk = open_client(str(bare.url), peer="10.0.0.1", host="warroom.example")
    other = TestClient(desk.app, base_url="http://warroom.example", client=("10.0.0.2", 50000))
    page = {"Accept": "text/html", "Sec-Fetch-Dest": "document"}
    send = partial(Browser.fill_in, desk)
    assert [other.get(way).status_code for way in ("/login", "/password", "/begin/guess", "/")] == [403] * 4
    setting = send(path, desk.get(path), **FIRST)
    assert (setting.url.path, "设置动态码" in words(setting)) == ("/second", True)
    first = desk.get("/household?household=7", headers=page, follow_redirects=False)
    assert first.headers["location"] == "/second?next=%2Fhousehold%3Fhousehold%3D7"
    secret = re.search(r'class="secret">([^<]+)<', setting.text)
    assert secret
    now = pyotp.TOTP(secret[1].replace(" ", "")).now()
    assert "恢复码" in words(send("/second", setting, code=now))
    assert "恢复码还剩 10 组" in words(desk.get("/second"))
    gone = other.get("/household?household=7", headers=page, follow_redirects=False)
    assert gone.headers["location"] == "/login?next=%2Fhousehold%3Fhousehold%3D7"
    assert "登录名" in words(other.get(gone.headers["location"]))
    assert other.get(path).status_code == 404
