"""A county whose doors are closed, and browsers that come to them: over http, the clock and the waiting in hand."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyotp
from httpx2 import Response
from sqlalchemy import Engine, insert, select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.access.routes import access_routes
from data import model
from data.access.sessions import sessions_of
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import ZONE
from data.people import accounts, passwords
from data.store.engine import writing

COUNTY, TOWNSHIP, VILLAGE = "210881", "210881101", "210881101201"
PASSWORD, NEW = "门前的大柳树下有两棵", "后山的梨花开了三十里"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ADMIN, VILLAGER = "first", "lisi"
HASH = passwords.hashed(PASSWORD)


@dataclass
class Moment:
    """The clock of the server, moved by hand, and by how much answers were held."""

    now: datetime = datetime(2026, 11, 29, 9, 0)
    held: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def passes(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    async def sleep(self, seconds: float) -> None:
        self.held.append(seconds)
        self.passes(seconds=seconds)


def fill(engine: Engine, moment: Moment) -> None:
    """An administrator with a second factor (1) and a village cadre with none (2), neither with anything due."""
    done = {"now": moment.now, "address": ""}
    with writing(engine) as connection:
        for code, parent in ((COUNTY, ""), (TOWNSHIP, COUNTY), (VILLAGE, TOWNSHIP)):
            connection.execute(insert(model.region).values(code=code, name=f"某地{len(code)}", parent=parent))
        accounts.first_administrator(connection, name="首任", login=ADMIN, hash=HASH, **done)
        accounts.add_account(
            connection,
            Viewer("admin", ""),
            name="李四",
            login=VILLAGER,
            hash=HASH,
            role="village",
            region=VILLAGE,
            **done,
        )
        connection.execute(update(model.account).values(must_change=0))
        connection.execute(update(model.account).where(model.account.c.login == ADMIN).values(totp=SECRET))


class Browser(TestClient):
    """A browser at an address, with its own cookies."""

    def __init__(self, engine: Engine, moment: Moment, address: str = "10.0.0.1", scheme: str = "http") -> None:
        application = Starlette(routes=access_routes(lambda: engine, moment.clock, moment.sleep))
        base = f"{scheme}://warroom.example"
        super().__init__(application, base_url=base, client=(address, 5000), follow_redirects=False)
        self.engine, self.moment = engine, moment

    @property
    def carried(self) -> str | None:
        """The token of its session."""
        return self.cookies.get("wr") or self.cookies.get("__Host-wr")

    @property
    def person(self) -> int | None:
        """Who is signed in here."""
        signed = sessions_of(self.engine).who(self.carried, self.moment.now)
        return signed and signed.viewer.person

    def fill_in(self, path: str, page: Response | None = None, **fields: str) -> Response:
        """Fill in the form of a page, the one at the path where none is handed in, and send it."""
        page = page or self.get(path)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        return self.post(path, data={**{name: value.replace("&amp;", "&") for name, value in hidden.items()}, **fields})

    def sign_in(self, login: str = VILLAGER, password: str = PASSWORD, **query: str) -> Response:
        """The first step."""
        return self.fill_in("/login", self.get("/login", params=query), login=login, password=password)

    def code(self, page: Response, typed: str | None = None) -> Response:
        """The second."""
        return self.fill_in("/login", page, code=self.now_code() if typed is None else typed)

    def now_code(self, secret: str = SECRET) -> str:
        """What stands on the telephone."""
        return pyotp.TOTP(secret).at(int(self.moment.now.replace(tzinfo=ZONE).timestamp()))


def words(page: Response) -> str:
    """What is read on a page."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.text, flags=re.DOTALL).split())


def log(engine: Engine) -> list[tuple[str, str, str | None]]:
    """View, actor and detail of the lines about signing in and accounts."""
    audit.flush(engine)
    line = model.access_log.c
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(line.view, line.actor, line.detail).order_by(line.id))]
