"""``/login`` and ``/logout``; ``/begin/…``, where the first administrator is made; ``/device/…``, a display's link."""

import secrets
from dataclasses import astuple
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from components.access.visit import EXPIRED, Visit, busy, message
from components.server import cookie
from components.server.turns import Sleep, in_turn, slowed
from data.access import tries
from data.access.sessions import sessions_of
from data.errors import Refused
from data.people import accounts, launch, passwords, second, sign_in
from data.people.devices import opened_by
from data.people.sign_in import Known
from data.regions import tree as regions
from data.store.engine import writing

HALF_LIFE = 600  # seconds between the password and the code
WRONG = "登录名或密码不对。请核对大小写和输入法；忘记密码请联系管理员重置。"
WRONG_CODE = "动态码不对，或已经用过。请等手机上换出新的一组再输；手机不在身边，输入一组恢复码。"
TOO_LATE = "输入密码以后过了太久，请从头登录。"
_NO_ACCOUNT = (
    "现在没有账号，也没有真实区划的数据，直接进入即可。"
    "要导入自己的数据，请先用服务器启动时打印的启用链接建立第一个管理员。"
)
NO_PAGE = (404, "没有这个页面", "网址可能没有抄全，或链接已经失效。")


async def login(visit: Visit, sleep: Sleep) -> Response:
    """The page, its two steps, and what it says to who is signed in."""
    if not visit.sent:
        return await run_in_threadpool(_shown, visit)
    if not visit.is_own(visit.browser):
        return await run_in_threadpool(_form, visit, 403, problem=EXPIRED)
    if "half" in visit.form:
        return await _second_step(visit, sleep)
    return await _first_step(visit, sleep)


def _shown(visit: Visit) -> Response:
    if visit.signed is not None:
        return visit.own_page("signed.html", visit.signed, next=visit.way_of(visit.signed))
    with visit.engine.connect() as connection:
        if accounts.any_account(connection):
            return _form(visit)
        real = regions.holds_real_regions(connection)
    if real:
        return message(403, "还没有账号", "请用服务器启动时打印的启用链接建立第一个管理员。", link="重试")
    return message(200, "不用登录", _NO_ACCOUNT, link="进入")


def _form(visit: Visit, status: int = 200, *, problem: str = "") -> Response:
    return visit.open_page("login.html", status, problem=problem, login=visit.form.get("login", "")[:60])


async def _first_step(visit: Visit, sleep: Sleep) -> Response:
    typed, password = visit.form.get("login", ""), visit.form.get("password", "")

    def compare() -> Known | None:
        with visit.engine.connect() as connection:
            return sign_in.known_by_password(connection, typed, password)

    one = tries.tried(visit.engine, tries.PASSWORD, sign_in.target(typed), address=visit.address, mark=visit.mark)
    known, wait = await in_turn(visit.engine, one, compare, clock=visit.clock, sleep=sleep)
    if known is None:
        return await run_in_threadpool(_refused, visit, typed, wait)
    if known.second:
        return visit.open_page("code.html", half=visit.seal("half", [*astuple(known), visit.browser]))
    return await run_in_threadpool(_entered, visit, known)


def _refused(visit: Visit, typed: str, wait: int) -> Response:
    if wait:
        return _form(visit, 429, problem=busy(wait))
    _in_vain(visit, typed, "密码")
    return _form(visit, 403, problem=WRONG)


def _in_vain(visit: Visit, typed: str, what: str) -> None:
    sign_in.in_vain(visit.engine, typed, what, address=visit.address, now=visit.clock())


async def _second_step(visit: Visit, sleep: Sleep) -> Response:
    held = visit.sealed("half", HALF_LIFE)
    if not isinstance(held, list) or held[-1] != visit.browser:
        return await run_in_threadpool(_form, visit, 403, problem=TOO_LATE)
    known = Known(*held[:-1])

    def compare() -> bool:
        with writing(visit.engine) as connection:
            if not sign_in.still_known(connection, known):
                return False
            code = visit.form.get("code", "")
            return second.take(connection, known.person, code, address=visit.address, now=visit.clock())

    one = tries.tried(visit.engine, tries.SECOND, sign_in.target(known.login), address=visit.address, mark=visit.mark)
    right, wait = await in_turn(visit.engine, one, compare, clock=visit.clock, sleep=sleep)
    if right:
        return await run_in_threadpool(_entered, visit, known)
    if not wait:
        await run_in_threadpool(_in_vain, visit, known.login, "动态码")
    problem = busy(wait) if wait else WRONG_CODE
    return visit.open_page("code.html", 429 if wait else 403, half=visit.form["half"], problem=problem)


def _entered(visit: Visit, known: Known, to: str | None = None) -> Response:
    """A session of his own, whatever the browser carried before; on to where he wanted to go, or what is due first."""
    now = visit.clock()
    token = sign_in.begin(visit.engine, known, address=visit.address, agent=visit.agent, now=now)
    signed = sessions_of(visit.engine).who(token, now)
    due = f"/{signed.due}" if signed and signed.due else None
    response = visit.go_on(due) if due else visit.go(to or visit.way_of(signed))
    one = tries.tried(visit.engine, tries.PASSWORD, sign_in.target(known.login), address=visit.address, mark=visit.mark)
    mark = tries.marked(visit.engine, one, visit.mark)
    cookie.lay(visit.request, response, cookie.BROWSER, mark, seconds=tries.MARK_LIFE)
    return _carrying(visit, response, token)


def _carrying(visit: Visit, response: Response, token: str, *, lasting: bool = False) -> Response:
    if visit.signed is not None:
        sessions_of(visit.engine).end(visit.signed.digest, visit.clock())
    cookie.give(visit.request, response, token, lasting=lasting)
    cookie.lay(visit.request, response, cookie.FORM, "", seconds=0)
    cookie.lay(visit.request, response, cookie.MARK, secrets.token_urlsafe(8))
    return response


async def logout(visit: Visit, _sleep: Sleep) -> Response:
    """One button; the session ends where the form was given to it."""
    return await run_in_threadpool(_signed_out, visit)


def _signed_out(visit: Visit) -> Response:
    signed = visit.signed
    if signed is None:
        response = visit.go("/login")
        cookie.take(visit.request, response)
        return response
    if not visit.sent:
        return visit.own_page("logout.html", signed)
    if not visit.is_own(signed.digest):
        return visit.own_page("logout.html", signed, 403, problem=EXPIRED)
    sign_in.end(visit.engine, signed, address=visit.address, now=visit.clock())
    response = visit.go("/login?next=/")
    cookie.take(visit.request, response)
    response.headers["Clear-Site-Data"] = '"storage"'  # what he wrote and did not send, drafts, settings
    return response


async def begin(visit: Visit, sleep: Sleep) -> Response:
    """The first administrator, for who holds the launch link, once."""
    secret = visit.request.path_params["secret"]
    if not await run_in_threadpool(launch.opens, visit.engine, secret):
        one = tries.tried(visit.engine, tries.LINK, "launch", address=visit.address)
        await slowed(visit.engine, one, clock=visit.clock, sleep=sleep)
        return message(*NO_PAGE)
    return await run_in_threadpool(_begun, visit, secret)


def _begun(visit: Visit, secret: str) -> Response:
    name, typed = visit.form.get("name", ""), visit.form.get("login", "")

    def form(status: int = 200, problem: str = "") -> Response:
        return visit.open_page(
            "begin.html",
            status,
            problem=problem,
            here=launch.PATH + secret,
            name=name[:60],
            login=typed[:60],
            shortest=passwords.SHORTEST,
        )

    if not visit.sent:
        return form()
    if not visit.is_own(visit.browser):
        return form(403, EXPIRED)
    try:
        known = _first(visit, name, typed)
    except Refused as error:
        return form(400, str(error))
    return _entered(visit, known, "/")


def _first(visit: Visit, name: str, typed: str) -> Known:
    """Raises Refused for what cannot be, and where somebody was first."""
    login = passwords.login_form(typed)
    new = visit.form.get("password", "")
    with visit.engine.connect() as connection:
        password = passwords.checked(new, accounts.known_words(connection, login, name))
    if passwords.normal(visit.form.get("again", "")) != password:
        raise Refused("两次输入的密码不一样，请重新输入。")
    made = passwords.hashed(password)
    with writing(visit.engine) as connection:
        person = accounts.first_administrator(
            connection, name=name, login=login, hash=made, now=visit.clock(), address=visit.address
        )
    return Known(person, 1, login, False)


async def device(visit: Visit, sleep: Sleep) -> Response:
    """A display is signed in by its link, to its wall; a link in a picture or a preview is not opened by a person."""
    token = visit.request.path_params["token"]
    opened = visit.request.method == "GET" and visit.request.headers.get("sec-fetch-dest", "document") == "document"
    response = await run_in_threadpool(_displayed, visit, token) if opened else None
    if response is None:
        one = tries.tried(visit.engine, tries.LINK, "device", address=visit.address)
        await slowed(visit.engine, one, clock=visit.clock, sleep=sleep)
        return message(404, "没有这台设备", "设备链接没有抄全，或已被收回。请管理员重新发放。")
    return response


def _displayed(visit: Visit, token: str) -> Response | None:
    with visit.engine.connect() as connection:
        found = opened_by(connection, token)
    if found is None:
        return None
    now, asked = visit.clock(), urlencode(visit.request.query_params)
    given = sign_in.begin_display(visit.engine, *found, address=visit.address, agent=visit.agent, now=now)
    return _carrying(visit, visit.go(f"/wall?{asked}".rstrip("?")), given, lasting=True)
