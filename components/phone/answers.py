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
from data.access.roles import ROLES
from data.access.viewer import Viewer
from data.audit import log as audit
from data.cards import marks as card_marks
from data.clock import Clock
from data.codes import phone_card, pins
from data.codes import tokens as qr_codes
from data.codes.limits import ScanLimit
from data.errors import NotFound
from data.regions import tree as regions

DOING = ("open", "leave", "role", "norole")
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


class PhoneDesk:
    """Answers looks at codes; remembers, for a while, which addresses asked in vain."""

    def __init__(self, clock: Clock, elapsed: Callable[[], float]) -> None:
        self._clock = clock
        self.unknown = ScanLimit(free=10, most=30, seconds=30, clock=elapsed)
        self.wrong = ScanLimit(free=30, most=30, seconds=120, clock=elapsed)

    def answer(self, engine: Engine, request: Request, form: dict[str, str]) -> tuple[Response, float]:
        """The answer, and by how many seconds it is to be held back."""
        token = request.path_params["token"].rstrip("/")
        with engine.connect() as connection:
            found = qr_codes.resolve(connection, token, self._clock().date())
            household, village = found.household, found.village
            if found.kind != "valid" or household is None or village is None:
                return self._gone(engine, connection, address_of(request), found)
        # no connection is held while an answer waits to be compared: many at once would take all there are
        opening = form.get("do") == "open"
        tried = self._tried(engine, request, household, form.get("secret", "")) if opening else None
        with engine.connect() as connection:
            asked = _Asked(
                engine,
                request,
                connection,
                settings.values(connection),
                found,
                household,
                village,
                token,
                demonstration=not regions.holds_real_regions(connection),
                clock=self._clock,
            )
            if tried:
                return _opened(asked, tried), 0
            return (_done(asked, form) if form else _shown(asked)), 0

    def _tried(self, engine: Engine, request: Request, household: int, secret: str) -> pins.Answer:
        address = address_of(request)
        if wait := self.wrong.wait(address):
            return pins.Answer(False, wait, counted=False)
        tried = pins.attempt(engine, household, secret, address=address, clock=self._clock)
        if tried.counted and not tried.right:
            self.wrong.add(address)
        return tried

    def _gone(
        self, engine: Engine, connection: Connection, address: str, found: qr_codes.TokenMatch
    ) -> tuple[Response, float]:
        status, heading, sentence = GONE[found.kind]
        hotline, real = settings.value_of(connection, "hotline"), regions.holds_real_regions(connection)
        gone = partial(page, "gone.html", demonstration=not real, hotline=hotline)
        delay = 0.0
        if found.kind == "unknown":
            if wait := self.unknown.wait(address):
                sentence = f"这个网络上不存在的码扫得太多，请{waiting_words(wait)}后再试。正常的户码不受影响。"
                after = {"Retry-After": str(wait)}
                return gone(429, headers=after, heading="请稍候再扫", sentence=sentence), 0.0
            delay = self.unknown.slowed(address)
            if self.unknown.add(address):
                audit.record(engine, actor=_STRANGER, address=address, view="flood", now=self._clock())
        view, household = found.kind, found.household
        audit.record(engine, actor=_STRANGER, address=address, view=view, household=household, now=self._clock())
        return gone(status, heading=heading, sentence=sentence), delay


def _done(asked: _Asked, form: dict[str, str]) -> Response:
    """What a form of the page asks for, but for the card."""
    response = asked.again()
    if form["do"] == "leave":
        take(response, CARD, asked.path)
    elif form["do"] == "norole":
        take(response, ROLE, EVERY_CODE)
    elif asked.demonstration and form.get("role") in ROLES:
        give(asked.engine, asked.request, response, ROLE, form["role"], EVERY_CODE)
    return response


def _opened(asked: _Asked, tried: pins.Answer) -> Response:
    """The card, after the right answer; else why not."""
    if tried.right:
        response = asked.again()
        value = [asked.found.code_id, asked.household]
        give(asked.engine, asked.request, response, CARD, value, asked.path)
        return response
    if tried.pause:
        way_out = "忘记了，或是别人输错的，到村委会领取新口令，马上能看。"
        problem = f"输错的次数太多，请{waiting_words(tried.pause)}后再试。{way_out}"
        return _stranger(asked, problem=problem, status=429, headers={"Retry-After": str(tried.pause)})
    if not tried.counted:
        return _stranger(asked, problem="应为 6 位：数字，或 5 位数字加 X。", status=400)
    return _stranger(asked, problem=f"不对，请核对后再输。还可以试 {tried.left} 次。", status=403)


def _shown(asked: _Asked) -> Response:
    """Who looks: he who has just shown that the card is his, a cadre, anybody."""
    viewer = _cadre(asked)
    if asked.request.query_params.get("as") == _STRANGER:
        asked.log(viewer.actor if viewer else _STRANGER, "stranger")
        return _stranger(asked, preview=viewer is not None)
    if carried(asked.engine, asked.request, CARD) == [asked.found.code_id, asked.household]:
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
    ways = pins.ways(asked.connection, asked.household)
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


def _to_cadre(asked: _Asked, viewer: Viewer) -> Response:
    card = phone_card.cadre_card(asked.connection, viewer, asked.household)
    asked.log(viewer.actor, "cadre")
    given = {"household": asked.household, "role": viewer.role}
    return asked.page(
        "cadre.html",
        card=card,
        mark=MARKS[card.state],
        verdict=asked.verdict(viewer),
        role_name=ROLES[viewer.role],
        file_url=f"/{HOUSEHOLD.path}?{urlencode(given)}",
        visit_url=f"/{HOUSEHOLD.path}?{urlencode({**given, 'do': 'visit'})}",
    )
