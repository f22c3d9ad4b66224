"""``/password`` and ``/second``: what somebody changes of his own account."""

import re
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from components.access.visit import EXPIRED, Visit, busy, message
from components.drawing.qr import qr_svg
from components.server.turns import Sleep, in_turn
from data.access import tries
from data.access.sessions import Signed, sessions_of
from data.errors import Refused
from data.people import accounts, passwords, second, sign_in
from data.store.engine import writing

SETTING_UP = 1800  # seconds from the drawing of a secret to its first code
NOT_THE_CODE = "动态码不对。请看手机上现在的 6 位数字，并核对手机的时间是否准确。"
T = TypeVar("T")


async def password(visit: Visit, sleep: Sleep) -> Response:
    """The page, and the change: the old one is asked for."""
    signed = visit.signed
    if signed is None or signed.viewer.person is None:
        return _unsigned(visit, "/password")
    if not visit.sent:
        return await run_in_threadpool(_password_page, visit, signed)
    if not visit.is_own(signed.digest):
        return await run_in_threadpool(_password_page, visit, signed, 403, EXPIRED)
    return await _changed(visit, signed, sleep)


async def _changed(visit: Visit, signed: Signed, sleep: Sleep) -> Response:
    old, new = visit.form.get("old", ""), visit.form.get("password", "")

    def change() -> Refused | bool:
        try:
            return sign_in.change_password(visit.engine, signed, old, new, address=visit.address, now=visit.clock())
        except Refused as error:  # the old one was right
            return error

    if passwords.normal(new) != passwords.normal(visit.form.get("again", "")):
        return await run_in_threadpool(_password_page, visit, signed, 400, "两次输入的新密码不一样，请重新输入。")
    done, wait = await _in_turn(visit, signed, tries.PASSWORD, change, sleep)
    if wait:
        return await run_in_threadpool(_password_page, visit, signed, 429, busy(wait))
    if isinstance(done, Refused):
        return await run_in_threadpool(_password_page, visit, signed, 400, str(done))
    if not done:
        return await run_in_threadpool(_password_page, visit, signed, 403, "原密码不对，请重新输入。")
    now = sessions_of(visit.engine).of(signed.digest, visit.clock())
    if now is not None and now.due:
        return visit.go_on(f"/{now.due}")
    return message(200, "密码已修改", "其他地方登录的都已退出，本机不用重新登录。", to=visit.way_of(now), link="继续")


def _password_page(visit: Visit, signed: Signed, status: int = 200, problem: str = "") -> Response:
    person = signed.viewer.person
    assert person is not None
    last = sessions_of(visit.engine).before(person, signed.digest)
    return visit.own_page(
        "password.html",
        signed,
        status,
        problem=problem,
        login=_login(visit, signed),
        due=signed.due == "password",
        last=last,
        shortest=passwords.SHORTEST,
        longest=passwords.LONGEST,
    )


async def second_factor(visit: Visit, sleep: Sleep) -> Response:
    """Setting up a second factor, its codes for paper, and moving it to another telephone."""
    signed = visit.signed
    if signed is None or signed.viewer.person is None:
        return _unsigned(visit, "/second")
    if signed.due == "password":
        return visit.go_on("/password")
    if not visit.sent:
        return await run_in_threadpool(_second_page, visit, signed)
    if not visit.is_own(signed.digest):
        return await run_in_threadpool(_second_page, visit, signed, 403, EXPIRED)
    return await (_confirmed(visit, signed, sleep) if "setting" in visit.form else _replacing(visit, signed, sleep))


def _second_page(visit: Visit, signed: Signed, status: int = 200, problem: str = "") -> Response:
    held = _standing(visit, signed)
    if held.left is None:
        return _setting_up(visit, signed, second.new_secret(), held.version, status, problem)
    return visit.own_page("second.html", signed, status, problem=problem, left=held.left)


def _setting_up(
    visit: Visit, signed: Signed, secret: str, version: int, status: int = 200, problem: str = ""
) -> Response:
    shown = {
        "qr": qr_svg(second.enrolment(secret, _login(visit, signed))),
        "secret": " ".join(re.findall(".{1,4}", secret)),
        "setting": visit.seal("setting", [secret, version, signed.digest]),
        "due": signed.due == "second",
    }
    return visit.own_page("setting.html", signed, status, problem=problem, **shown)


async def _confirmed(visit: Visit, signed: Signed, sleep: Sleep) -> Response:
    held = visit.sealed("setting", SETTING_UP)
    version = (await run_in_threadpool(_standing, visit, signed)).version
    if not isinstance(held, list) or held[1:] != [version, signed.digest]:
        return await run_in_threadpool(_second_page, visit, signed, 403, EXPIRED)
    secret: str = held[0]

    def confirm() -> list[str] | None:
        code = visit.form.get("code", "")
        return second.set_up(
            visit.engine, signed, secret, code, version=version, address=visit.address, now=visit.clock()
        )

    codes, wait = await _in_turn(visit, signed, tries.SECOND, confirm, sleep)
    if codes:
        return visit.own_page("codes.html", signed, codes=codes, next=visit.way_of(signed))
    status, problem = (
        (429, busy(wait)) if wait else (403, "动态码不对。请看手机上现在的 6 位数字，并核对手机的时间是否准确。")
    )
    return await run_in_threadpool(_setting_up, visit, signed, secret, version, status, problem)


async def _replacing(visit: Visit, signed: Signed, sleep: Sleep) -> Response:
    """After a code that is good now, or one from paper, a new secret; the old one holds until that is confirmed."""

    def take() -> bool:
        person = signed.viewer.person
        assert person is not None
        with writing(visit.engine) as connection:
            code = visit.form.get("code", "")
            return second.take(connection, person, code, address=visit.address, now=visit.clock())

    right, wait = await _in_turn(visit, signed, tries.SECOND, take, sleep)
    if not right:
        status, problem = (429, busy(wait)) if wait else (403, "动态码或恢复码不对，或已经用过。")
        return await run_in_threadpool(_second_page, visit, signed, status, problem)
    version = (await run_in_threadpool(_standing, visit, signed)).version
    return await run_in_threadpool(_setting_up, visit, signed, second.new_secret(), version)


async def _in_turn(
    visit: Visit, signed: Signed, kind: str, compare: Callable[[], T], sleep: Sleep
) -> tuple[T | None, int]:
    name = sign_in.target(await run_in_threadpool(_login, visit, signed))
    one = tries.tried(visit.engine, kind, name, address=visit.address, mark=visit.mark)
    return await in_turn(visit.engine, one, compare, clock=visit.clock, sleep=sleep)


def _login(visit: Visit, signed: Signed) -> str:
    assert signed.viewer.person is not None
    with visit.engine.connect() as connection:
        return accounts.who_is(connection, signed.viewer.person)[0]


def _standing(visit: Visit, signed: Signed) -> second.Standing:
    assert signed.viewer.person is not None
    with visit.engine.connect() as connection:
        return second.standing(connection, signed.viewer.person)


def _unsigned(visit: Visit, path: str) -> Response:
    if visit.signed is not None:
        return message(403, "大屏设备没有密码", "设备凭链接显示，由管理员发放和收回。")
    return visit.go(f"/login?next={path}")
