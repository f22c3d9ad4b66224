"""What a look at a code is answered with, and what of it is logged."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlencode

from sqlalchemy import Connection, Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from components.drawing.theme import MARKS
from components.phone.pages import HEADERS, page
from components.server.forms import address_of
from components.server.plain import waiting_words
from components.server.sealed import CARD, EVERY_CODE, ROLE, carried, give, take
from components.server.viewing import viewer_of
from components.shell.site import HOUSEHOLD
from data import settings
from data.access import tries
from data.access.roles import ROLES
from data.access.tries import Try
from data.access.viewer import Viewer
from data.audit import log as audit
from data.cards import marks as card_marks
from data.clock import Clock
from data.codes import opened, phone_card, pins
from data.codes import tokens as qr_codes
from data.errors import NotFound, OutOfScope
from data.households.unmask import unmask
from data.regions import tree as regions
from data.store.engine import writing

DOING = ("open", "leave", "role", "norole", "unmask")
GONE = {
    "withdrawn": (410, "这个码已经作废", "请向村委会领取新的户码，或拨打帮扶热线。"),
    "expired": (410, "这个码已经过期", "请到村委会换领新的户码，或拨打帮扶热线。"),
    "unknown": (404, "没有这个码", "网址可能没有抄全，请重新扫一次；还是不行，请问村委会或拨打帮扶热线。"),
}
INCOME = (
    ("L", "工资性收入", "打工、公益岗位"),
    ("M", "生产经营性收入", "种植、养殖、林果、买卖"),
    ("N", "财产性收入", "分红、土地流转"),
    ("P", "转移性收入", "低保、养老金、各种补贴"),
)
_STRANGER = "stranger"
MARK = "known"  # the cookie of a phone that was right before: others' guesses do not slow it
_FLOOD = 16  # seconds that an unknown code is held at once in a row, and so said once


@dataclass(frozen=True)
class _Asked:
    """One request for a code that holds."""

    engine: Engine
    request: Request
    connection: Connection
    settings: dict[str, str]
    found: qr_codes.TokenMatch
    household: int
    village: str
    token: str
    demonstration: bool
    clock: Clock

    @property
    def path(self) -> str:
        return f"{EVERY_CODE}/{quote(self.token, safe='')}"

    @property
    def mark(self) -> str:
        return self.request.query_params.get("c", "")

    @property
    def here(self) -> str:
        """The address of the page, with the check code of the card that was scanned."""
        return f"{self.path}?{urlencode({'c': self.mark[:20]})}" if self.mark else self.path

    @property
    def address(self) -> str:
        return address_of(self.request)

    @property
    def code(self) -> int:
        assert self.found.code_id is not None
        return self.found.code_id

    @property
    def card(self) -> str:
        """What the phone carries of a card that was opened; '' where nothing of ours."""
        held = carried(self.engine, self.request, CARD)
        return held if isinstance(held, str) else ""

    @property
    def is_open(self) -> bool:
        """Whether this household's card was opened here, and still is."""
        token, now = self.card, self.clock()
        return bool(token) and opened.is_open(self.connection, self.engine, token, self.household, self.code, now)

    def log(self, actor: str, view: str) -> None:
        now, address = self.clock(), self.address
        audit.record(self.engine, actor=actor, view=view, address=address, household=self.household, now=now)

    def verdict(self, viewer: Viewer) -> card_marks.Verdict | None:
        """What the check code of a scanned card says to this viewer."""
        if not self.mark:
            return None
        return card_marks.verdict(self.engine, self.connection, viewer, self.household, self.mark)

    def page(
        self, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: object
    ) -> Response:
        known = {"here": self.here, "path": self.path, "hotline": self.settings["hotline"]}
        return page(template, status, headers=headers, demonstration=self.demonstration, **known, **values)

    def again(self) -> Response:
        """Back to the page, so that a reload sends nothing twice."""
        return RedirectResponse(self.here, 303, HEADERS)


@dataclass(frozen=True)
class Held:
    """An answer that is given after ``seconds``: what was asked in vain before costs time."""

    seconds: int
    then: Callable[[], Response]


@dataclass(frozen=True)
class Guess:
    """An answer that is compared when its turn has come; ``then`` takes whether it was right, and after how many
    seconds it may come again where it was not compared."""

    one: Try
    compare: Callable[[], bool]
    then: Callable[[bool, int], Response]


def answered(engine: Engine, request: Request, form: dict[str, str], clock: Clock) -> Response | Held | Guess:
    """What a look at a code, or a form of its page, is answered with."""
    token, address = request.path_params["token"].rstrip("/"), address_of(request)
    with engine.connect() as connection:
        found = qr_codes.resolve(connection, token, clock().date())
    if found.kind == "unknown":
        return _unknown(engine, address, clock)
    if found.kind != "valid" or found.household is None or found.village is None:
        return _gone(engine, address, found.kind, found.household, clock)
    if form.get("do") != "open":
        way = partial(_done, form=form) if form else _shown
        return _asking(engine, request, found, token, clock, way)
    return _trying(engine, request, found, token, form.get("secret", ""), clock)


def _asking(
    engine: Engine,
    request: Request,
    found: qr_codes.TokenMatch,
    token: str,
    clock: Clock,
    answer: Callable[[_Asked], Response],
) -> Response:
    assert found.household is not None and found.village is not None
    with engine.connect() as connection:
        asked = _Asked(
            engine,
            request,
            connection,
            settings.values(connection),
            found,
            found.household,
            found.village,
            token,
            demonstration=not regions.holds_real_regions(connection),
            clock=clock,
        )
        return answer(asked)


def _trying(
    engine: Engine, request: Request, found: qr_codes.TokenMatch, token: str, typed: str, clock: Clock
) -> Response | Guess:
    """No connection is held while an answer waits to be compared: many would take all there are."""
    assert found.household is not None
    household, address = found.household, address_of(request)
    asking = partial(_asking, engine, request, found, token, clock)
    if not pins.may_be(typed):
        return asking(lambda asked: _stranger(asked, problem="应为 6 位：数字，或 5 位数字加 X。", status=400))

    def compare() -> bool:
        return pins.answer(engine, household, typed, address=address, now=clock())

    def then(right: bool, busy: int) -> Response:
        return asking(_opened if right else partial(_wrong, busy=busy))

    one = pins.a_try(engine, household, address=address, mark=request.cookies.get(MARK))
    return Guess(one, compare, then)


def _unknown(engine: Engine, address: str, clock: Clock) -> Response | Held:
    """Nothing is told by a code that never was; who asks for many waits longer and longer for that."""
    where = tries.network_of(address)
    turn = tries.take(engine, tries.tried(engine, tries.SCAN, f"network:{where}", address=address), clock())
    if turn.id is None:
        sentence = f"这个网络上不存在的码扫得太多，请{waiting_words(turn.hold)}后再试。正常的户码不受影响。"
        after = {"Retry-After": str(turn.hold)}
        return _gone_page(engine, 429, "请稍候再扫", sentence, headers=after)
    if turn.hold == _FLOOD:
        audit.record(engine, actor=_STRANGER, address=address, view="flood", now=clock())
    return Held(turn.hold, lambda: _gone(engine, address, "unknown", None, clock))


def _gone(engine: Engine, address: str, kind: str, household: int | None, clock: Clock) -> Response:
    audit.record(engine, actor=_STRANGER, address=address, view=kind, household=household, now=clock())
    return _gone_page(engine, *GONE[kind])


def _gone_page(
    engine: Engine, status: int, heading: str, sentence: str, headers: dict[str, str] | None = None
) -> Response:
    with engine.connect() as connection:
        hotline, real = settings.value_of(connection, "hotline"), regions.holds_real_regions(connection)
    told = {"demonstration": not real, "hotline": hotline}
    return page("gone.html", status, headers=headers, heading=heading, sentence=sentence, **told)


def _done(asked: _Asked, form: dict[str, str]) -> Response:
    """What a form of the page asks for, but for the card."""
    if form["do"] == "unmask" and (viewer := _cadre(asked)):
        try:
            with writing(asked.engine) as connection:
                now = asked.clock()
                phone = unmask(connection, viewer, asked.household, None, "phone", now=now, address=asked.address)
            return _to_cadre(asked, viewer, phone)
        except (NotFound, OutOfScope):
            return asked.again()
    response = asked.again()
    if form["do"] == "leave":
        if asked.card:
            opened.leave(asked.engine, asked.card)
        take(response, CARD, asked.path)
    elif form["do"] == "norole":
        take(response, ROLE, EVERY_CODE)
    elif asked.demonstration and form.get("role") in ROLES:
        give(asked.engine, asked.request, response, ROLE, form["role"], EVERY_CODE)
    return response


def _opened(asked: _Asked) -> Response:
    """The card, after the right answer."""
    response = asked.again()
    token = opened.open_for(asked.connection, asked.engine, asked.household, asked.code, asked.clock())
    give(asked.engine, asked.request, response, CARD, token, asked.path)
    mine = pins.a_try(asked.engine, asked.household, address=asked.address, mark=asked.request.cookies.get(MARK))
    response.set_cookie(
        MARK,
        tries.marked(asked.engine, mine, asked.request.cookies.get(MARK)),
        max_age=tries.MARK_LIFE,
        path=EVERY_CODE,
        secure=asked.request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


def _wrong(asked: _Asked, *, busy: int) -> Response:
    """Why not, and what to do."""
    if busy:
        problem = f"同时试的人太多，请{waiting_words(busy)}后再输一次。"
        return _stranger(asked, problem=problem, status=429, headers={"Retry-After": str(busy)})
    return _stranger(asked, problem="不对，请核对后再输。", status=403)


def _shown(asked: _Asked) -> Response:
    """Who looks: he who has just shown that the card is his, a cadre, anybody."""
    viewer = _cadre(asked)
    if asked.request.query_params.get("as") == _STRANGER:
        asked.log(viewer.actor if viewer else _STRANGER, "stranger")
        return _stranger(asked, preview=viewer is not None)
    if asked.is_open:
        return _household(asked)
    if viewer is None:
        asked.log(_STRANGER, "stranger")
        return _stranger(asked)
    try:
        return _to_cadre(asked, viewer)
    except NotFound:
        asked.log(viewer.actor, "refused")
        notice = f"这一户不在您（{ROLES[viewer.role]}）的查看范围内，以下是路人看到的内容。"
        return _stranger(asked, notice=notice)


def _cadre(asked: _Asked) -> Viewer | None:
    viewer = viewer_of(asked.request, asked.connection)
    return viewer if viewer and viewer.may_write else None


def _stranger(
    asked: _Asked,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    problem: str = "",
    notice: str = "",
    preview: bool = False,
) -> Response:
    card = phone_card.stranger_card(asked.connection, asked.household, asked.settings)
    verdict = asked.verdict(Viewer(_STRANGER, asked.village))
    roles = [(role, name) for role, name in ROLES.items() if role != "display"] if asked.demonstration else []
    ways = pins.ways(asked.connection, asked.engine, asked.household)
    return asked.page(
        "stranger.html",
        status,
        headers,
        card=card,
        verdict=verdict,
        ways=ways,
        roles=roles,
        problem=problem,
        notice=notice,
        preview=preview,
    )


def _household(asked: _Asked) -> Response:
    viewer = phone_card.household_viewer(asked.village)
    own = phone_card.own_card(asked.connection, viewer, asked.household)
    asked.log("household", "household")
    return asked.page("household.html", own=own, verdict=asked.verdict(viewer), income=INCOME)


def _to_cadre(asked: _Asked, viewer: Viewer, phone: str = "") -> Response:
    """The short of the household; ``phone`` whole where he has just had it shown."""
    card = phone_card.cadre_card(asked.connection, viewer, asked.household)
    asked.log(viewer.actor, "cadre")
    given = {"household": asked.household, "role": viewer.role}
    return asked.page(
        "cadre.html",
        card=card,
        phone=phone,
        mark=MARKS[card.state],
        verdict=asked.verdict(viewer),
        role_name=ROLES[viewer.role],
        file_url=f"/{HOUSEHOLD.path}?{urlencode(given)}",
        visit_url=f"/{HOUSEHOLD.path}?{urlencode({**given, 'do': 'visit'})}",
    )
