"""What may be a password, how logins are read, and that nobody's password takes as long as a wrong one."""

import runpy
import threading
import time

import pytest
from argon2 import extract_parameters

from data.errors import Refused
from data.people import passwords

WORDS = ["zhangsan", "张三", "盖州市", "13900001111"]


@pytest.mark.parametrize(
    "common",
    [
        "zhangsan1990!", "Admin@123456", "P@ssw0rd2024", "qwertyuiop", "1qaz2wsx3edc", "1q2w3e4r5t", "Aa123456789",
        "abcabcabcabc", "13900001111", "21088119900101123X", "aaaaaaaaaaaa", "cunjizuozhanshi2026", "村级作战室2026年",
        "gaizhou@2026", "Gaizhoushi123", "!@#$%^&*()qwe", "zhangsan@zhangsan", "woaini1314520", "ｑｗｅｒｔｙｕｉｏｐ",
        "张三张三张三1990", "Zs19900101!!", "qazwsxedcrfv", "a b c d e f g h", "123456abcdef!!", "ZhangSan@1990",
    ],
)  # fmt: skip
def test_what_everybody_tries_first_is_refused(common: str):
    with pytest.raises(Refused):
        passwords.checked(common, WORDS)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "short",
        "九个字的密码还不够",
        "x9!kq" * 26,
        "好密码\x00要十个字符",
        "\u200b" * 12,
        "看不见\u202e的反着写的字",
    ],
)
def test_too_short_too_long_and_unseen_signs_are_refused(odd: str):
    with pytest.raises(Refused):
        passwords.checked(odd, WORDS)


@pytest.mark.parametrize(
    "good",
    ["correct horse battery", "门前的大柳树下有2棵", "were-power-tree", "nihao laowang qu chifan", "zhang.san.8851x"],
)
def test_length_is_enough_without_any_composition(good: str):
    assert passwords.checked(good, WORDS) == good


def test_passwords_that_are_drawn_may_be_passwords_and_differ():
    drawn = {passwords.drawn() for _ in range(200)}
    assert len(drawn) == 200
    for password in drawn:
        assert passwords.checked(password, WORDS) == password


def test_a_password_is_the_same_in_full_width_and_with_blanks_that_were_copied_along():
    held = passwords.hashed("correct horse battery")
    assert passwords.matches(held, " ｃｏｒｒｅｃｔ horse battery\n")
    assert not passwords.matches(held, "Correct horse battery")


@pytest.mark.parametrize("typed", ["", "\x00", "\ud800", "x" * 10_000_000])
def test_whatever_is_typed_is_compared_and_wrong(typed: str):
    assert not passwords.matches(passwords.hashed("correct horse battery"), typed)
    assert not passwords.matches(None, typed)
    assert not passwords.matches("no hash", typed)


def test_two_are_computed_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch):
    running, most, lock = 0, 0, threading.Lock()

    def slow(*_: object) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return True

    monkeypatch.setattr(type(passwords._hasher), "verify", slow)
    threads = [threading.Thread(target=passwords.matches, args=("held", "typed")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        (" LiSi ", "lisi"),
        ("ｌｉｓｉ", "lisi"),
        ("139 0000 1111", "13900001111"),
        ("+86-139", "+86-139"),
        ("a.b_c-d", "a.b_c-d"),
    ],
)
def test_a_login_is_read_in_one_form(typed: str, login: str):
    assert passwords.login_form(typed) == login


@pytest.mark.parametrize(
    "typed", ["", "ab", "李四", "a" * 41, "li/si", "li\x00si", "li'si", "lisi\u200b", "\ud800abc", ".lisi", "x" * 10**6]
)
def test_what_cannot_be_a_login_is_refused(typed: str):
    with pytest.raises(Refused):
        passwords.login_form(typed)


def test_a_password_costs_what_owasp_asks_and_nobodys_as_much():
    real = runpy.run_path(passwords.__file__)  # the tests compare cheaper ones
    made, nobodys = (extract_parameters(one) for one in (real["_hasher"].hash("x"), real["_NOBODY"]))
    assert (made.memory_cost, made.time_cost) == (nobodys.memory_cost, nobodys.time_cost) >= (47_104, 1)
