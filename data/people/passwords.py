"""Passwords: what may be one, how it is kept and compared. Length counts, not composition; what is common is refused by
rule: sequences, repeats, walks over the keyboard, years, and what everybody knows of the person and the system."""

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pypinyin import lazy_pinyin

from data.errors import Refused

SHORTEST, LONGEST = 10, 128
_hasher = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)  # OWASP asks for 46 MiB once, or 19 twice
_places = threading.BoundedSemaphore(2)  # computed at once: 92 MiB
_NOBODY = (
    "$argon2id$v=19$m=47104,t=2,p=1$bm9ib2R5IGlzIGhlcmU$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"  # of no password
)
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_LOGIN = re.compile(r"\+?[a-z0-9][a-z0-9._-]{2,39}")
_KNOWN = (
    "村级作战室", "作战室", "czzs", "password", "passwd", "admin", "administrator", "guanliyuan", "管理员", "root",
    "user", "test", "welcome", "login", "letmein", "iloveyou", "我爱你", "密码", "登录", "你好", "中国", "扶贫", "脱贫",
    "脱贫攻坚", "乡村振兴", "防返贫", "为人民服务", "农业农村局", "520", "1314",
)  # fmt: skip
_KEYBOARD = ("`1234567890-=", "\tqwertyuiop[]\\", "\tasdfghjkl;'", "\tzxcvbnm,./")
_PLACE = {sign: (row, column) for row, line in enumerate(_KEYBOARD) for column, sign in enumerate(line) if sign != "\t"}
_SHIFTED = str.maketrans('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./")
_DISGUISED = str.maketrans("013457@$!", "oleastasi")
_YEAR = re.compile(r"(19|20)\d\d((0[1-9]|1[0-2])([0-2]\d|3[01])?)?")
_RUN = 3  # signs in a row from which on it is a sequence, a repeat or a walk
_LEAST = 5  # signs that must be left without all that


def login_form(typed: str) -> str:
    """What somebody signs in with, as it is stored; raises Refused for what cannot be one."""
    login = "".join(unicodedata.normalize("NFKC", typed[:200]).split()).lower()
    if not _LOGIN.fullmatch(login):
        raise Refused("登录名应为 3 至 40 个字母、数字、点、横线或下划线，也可以用手机号。")
    return login


def normal(typed: str) -> str:
    """A password as it is hashed: full width made narrow, without the blanks that copying brings along."""
    return unicodedata.normalize("NFKC", typed[: 8 * LONGEST]).strip()


def checked(typed: str, words: Iterable[str]) -> str:
    """The password where it may be one; raises Refused. ``words``: what is known of the person: login, name, county."""
    password = normal(typed)
    if len(password) < SHORTEST:
        raise Refused(f"密码至少 {SHORTEST} 位，越长越好，例如几个不相干的词连起来。")
    if len(password) > LONGEST or not password.isprintable():
        raise Refused(f"密码最多 {LONGEST} 位，不能有看不见的字符。")
    if re.fullmatch(r"\d+[xX]?", password):
        raise Refused("只有数字的密码容易被猜中（手机号、证件号、生日），请加上字词。")
    if password in (password * 2)[1:-1] or len(set(password)) < _LEAST:
        raise Refused("密码是几个字符重复出来的，容易被猜中，请换一个。")
    plain = password.lower()
    if min(_left(form, words) for form in (plain, plain.translate(_SHIFTED))) < _LEAST or _in_turn(plain):
        raise Refused("密码太常见，或大部分是姓名、登录名、地名、年份、连续的字母数字，容易被猜中，请换一个。")
    return password


def drawn() -> str:
    """A password to be told to somebody once, ``k7mw-3fhq-zt4p``: 59 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))


def hashed(password: str) -> str:
    """What is stored of it. Two are computed at once in a process, others wait their turn."""
    with _places:
        return _hasher.hash(_bytes(password))


def matches(held: str | None, typed: str) -> bool:
    """Whether it is the password; None, nobody's, takes as long and is never right."""
    with _places:
        try:
            return _hasher.verify(held or _NOBODY, _bytes(typed)) and held is not None
        except (Argon2Error, InvalidHashError):
            return False


def _bytes(typed: str) -> bytes:
    return normal(typed).encode("utf-8", "surrogatepass")


def _left(password: str, words: Iterable[str]) -> int:
    """How many signs are left without what is common."""
    rest = _YEAR.sub(" ", password)
    known = sorted({form for word in (*_KNOWN, *words) for form in _forms(word)}, key=len, reverse=True)
    for form in known:
        rest = rest.replace(form, " ")
    rest = _without_runs(rest)
    for form in known:
        rest = rest.translate(_DISGUISED).replace(form, " ")
    return len(rest) - rest.count(" ")


def _in_turn(password: str) -> bool:
    """Whether it goes on in two rows by turns: 1q2w3e4r5t."""
    return len(set(_without_runs(password[::2]) + _without_runs(password[1::2])) - {" "}) < _LEAST


def _forms(word: str) -> list[str]:
    """A word as it may stand in a password: itself, in pinyin, a place also without what it is; none of under three
    letters."""
    word = word.lower().strip()
    forms = [word, re.sub(r"[省市县区旗州盟镇乡村]$", "", word)]
    forms += ["".join(lazy_pinyin(form)) for form in forms]
    return [form for form in forms if len(form) > 2 or (form and not form.isascii())]


def _without_runs(password: str) -> str:
    """Without what goes on in one step: abc, 321, aaa, qwe, 1qaz."""
    rest, start = "", 0
    while start < len(password):
        end, steps = start + 1, None
        while end < len(password):
            step = _steps(password[end - 1], password[end])
            steps = step if steps is None else steps & step
            if not steps:
                break
            end += 1
        run = end - start >= _RUN
        rest += " " if run else password[start]
        start = end if run else start + 1
    return rest


def _steps(one: str, next: str) -> set[tuple[int, ...]]:
    """How the second sign follows the first: in the alphabet, on the keyboard."""
    by = ord(next) - ord(one)
    steps: set[tuple[int, ...]] = {(by,)} if abs(by) <= 1 else set()
    if one in _PLACE and next in _PLACE and one != next:
        (row, column), (to_row, to_column) = _PLACE[one], _PLACE[next]
        if abs(to_row - row) <= 1 and abs(to_column - column) <= 1:
            steps.add((to_row - row, to_column - column))
    return steps
