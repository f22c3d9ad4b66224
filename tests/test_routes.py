"""Every route of the application, asked by every role in scope and out of scope and by nobody.

A route without its lines in ``LINES`` fails. What is expected stands in the table of rights: a line says which right
over VILLAGE's it takes, or whose it is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.media_file_storage import MediaFileKind

from components.server import pulse
from components.server.admission import admission_of, bind
from components.server.archive_routes import archive_url
from components.server.files import MEDIA, note_made
from components.server.geo_routes import geo_url
from components.server.limits import UPLOADS
from components.server.made_routes import made_url
from components.wall.scenes import scenes_for
from data import model
from data.access import jobs
from data.access.roles import DAYS, EXPORT, FIGURES, HOUSEHOLDS, PAPERS, READ, ROLES, WRITE
from data.access.sessions import Signed, sessions_of
from data.access.viewer import Viewer
from data.clock import county_clock
from data.codes import tokens
from data.households import archives
from data.people.devices import add_device, opened_by
from data.people.launch import launch_path
from data.people.sign_in import begin_display
from data.store.engine import writing
from tests.data.archives.ground import photo
from tests.data.small_county import VILLAGES, real_regions_arrive
from tests.data.village_ground import VILLAGE, fill_village
from tests.moment import NOW
from tests.people import begun, enrolled
from tests.rights_cases import HOUSEHOLD, INSIDE, OUTSIDE

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # a route knows nothing of the engine
NOBODY = "nobody signed in"
COMERS = [NOBODY, *(f"{role} {scope}" for role in ROLES for scope in ("inside", "outside"))]
ADMINISTRATOR = Viewer("admin", "", person=1)
TESTED_ELSEWHERE = {"/_stcore/stream"}
"""A socket: tests/test_guard.py, tests/browser/test_rights.py."""


@dataclass(frozen=True)
class Ground:
    """A county with real regions beside it; a paper, a code and a display's link of its; who asks, and who else is
    signed in."""

    engine: Engine
    client: TestClient
    me: Signed | None
    other: Signed
    launch: str

    def archive(self, signed: Signed) -> str:
        """The link to HOUSEHOLD's paper that this session was shown."""
        with self.engine.connect() as connection:
            paper = connection.execute(select(model.archive.c.id)).scalar_one()
        return archive_url(self.engine, signed.viewer, paper, signed=signed)

    def code(self) -> str:
        with writing(self.engine) as connection:
            return f"/q/{tokens.issue(connection, self.engine, ADMINISTRATOR, [HOUSEHOLD], now=NOW)[HOUSEHOLD]}"

    def display(self) -> str:
        with writing(self.engine) as connection:
            return add_device(connection, ADMINISTRATOR, VILLAGE, "村部", address="", now=NOW)

    def download(self, signed: Signed) -> str:
        """A file that was made for a click of this session's."""
        files = Runtime.instance().media_file_mgr._storage
        told = ForwardMsg()
        file = files.load_and_get_id(signed.digest.encode(), "text/plain", MediaFileKind.DOWNLOADABLE, "名单.txt")
        told.backend_operation_response.deferred_file.url = url = files.get_url(file)
        note_made(signed.digest, told.SerializeToString())
        return url

    def made(self, signed: Signed) -> str:
        """A file that a job of this session's made."""
        job = jobs.begin(self.engine, signed.viewer, name="数据.xlsx", total=1, facts={}, now=county_clock())
        (jobs.folder(self.engine, job) / "数据.xlsx").write_bytes(b"x")
        jobs.end(self.engine, job, jobs.FINISHED, county_clock(), done=1)
        return made_url(self.engine, signed.viewer, job, signed)

    def upload(self, signed: Signed) -> str:
        bind(f"tab-{signed.digest}", admission_of(signed))
        return f"{UPLOADS}tab-{signed.digest}/1"


@dataclass(frozen=True)
class Line:
    """One address of a route: whom it is open to, and the statuses of who may, who may not, who is not signed in.

    ``tells``: words that only he to whom it is open reads, where others get another page.
    """

    address: Callable[[Ground], str]
    open_to: Callable[[Viewer], bool]
    given: int = 200
    refused: int = 404
    unsigned: int = 401
    tells: str = ""
    method: str = "GET"


def at(path: str) -> Callable[[Ground], str]:
    return lambda _: path


def whoever(_: Viewer) -> bool:
    return True


def none(_: Viewer) -> bool:
    return False


def a_person(viewer: Viewer) -> bool:
    return viewer.person is not None


def writes_days(viewer: Viewer) -> bool:
    return viewer.may(WRITE, DAYS)


def having(right: str, thing: str, place: str = VILLAGE) -> Callable[[Viewer], bool]:
    """Who has this right by the table, and the place in his scope."""
    return lambda viewer: viewer.may(right, thing) and viewer.may_see(place)


def mine(made: Callable[[Ground, Signed], str]) -> Callable[[Ground], str]:
    """What was made for the session that asks; where there is none, for another."""
    return lambda ground: made(ground, ground.me or ground.other)


def theirs(made: Callable[[Ground, Signed], str]) -> Callable[[Ground], str]:
    """What was made for another session."""
    return lambda ground: made(ground, ground.other)


def closed(path: str) -> list[Line]:
    return [Line(at(path), none, unsigned=404)]


def on_a_wall(place: str = "", right: str = READ) -> Callable[[Viewer], bool]:
    """Whose wall it can be: no helper's; and of who may see the place and has this right over its households."""
    return lambda viewer: (
        not viewer.sees_own_only and (not place or viewer.may_see(place)) and viewer.may(right, HOUSEHOLDS)
    )


def scene(way: str, place: str) -> Callable[[Ground], str]:
    """The first scene of a place."""
    return at(f"/wall/{way}/{scenes_for(len(place))[0].name}?region={place}&w=1920&h=1080")


LINES: dict[str, list[Line]] = {
    "/healthz": [Line(at("/healthz"), whoever, unsigned=200)],
    "/theme/{theme}": [Line(at("/theme/dark"), whoever)],
    "/geo/{code}/{level}.json": [
        *(Line(at(geo_url(place, "outline")), having(READ, FIGURES, place)) for place in (VILLAGE, *VILLAGES[1:3])),
        *(Line(at(geo_url(place, "children")), having(READ, FIGURES, place)) for place in ("", VILLAGE[:6], "210881")),
    ],
    "/login": [Line(at("/login"), whoever, unsigned=200)],
    "/logout": [Line(at("/logout"), whoever, unsigned=303)],
    "/password": [Line(at("/password"), a_person, refused=403)],
    "/second": [Line(at("/second"), a_person, refused=403)],
    "/begin/{secret}": [Line(lambda ground: ground.launch, none, unsigned=404)],
    "/q/{token:path}": [
        Line(Ground.code, having(WRITE, HOUSEHOLDS), refused=200, unsigned=200, tells="打开户档案"),
        Line(at("/q/x"), none, unsigned=404),
    ],
    "/as/{role}": [Line(at("/as/admin"), none, method="POST")],
    "/day": [
        Line(at("/day"), writes_days, refused=403, tells="为哪件事"),
        Line(at("/day"), none, refused=403, unsigned=401, method="POST"),  # with no token of ours
    ],
    "/day/own": [
        Line(at("/day/own"), writes_days, refused=403),
        Line(at(f"/day/own?village={VILLAGE}"), having(WRITE, DAYS), refused=403, tells="钱一"),
    ],
    "/day/photo": [Line(at("/day/photo"), none, refused=403, method="POST")],
    "/day/worker.js": [Line(at("/day/worker.js"), whoever)],
    "/archive/{token}": [
        Line(mine(Ground.archive), having(READ, PAPERS)),
        Line(theirs(Ground.archive), none),
    ],
    "/made/{token}": [
        Line(mine(Ground.made), whoever),
        Line(theirs(Ground.made), none),
        Line(at("/made/x"), none),
    ],
    "/pulse": [Line(at(f"/pulse?region={place}"), having(READ, FIGURES, place)) for place in (VILLAGE, VILLAGES[2])],
    "/pulse/stream": [Line(at(f"/pulse/stream?region={VILLAGE}"), having(READ, FIGURES))],
    "/wall": [Line(at(f"/wall?region={VILLAGE}"), on_a_wall())],
    "/wall/setup": [Line(at(f"/wall/setup?region={VILLAGE}"), on_a_wall())],
    "/wall/scene/{name}": [Line(scene("scene", place), on_a_wall(place)) for place in (VILLAGE, VILLAGES[2])],
    "/wall/picture/{name}": [
        Line(scene("picture", place), on_a_wall(place, EXPORT)) for place in (VILLAGE, VILLAGES[2])
    ],
    "/assets/leaflet": [Line(at("/assets/leaflet/leaflet.js"), whoever)],
    "/assets/map": [Line(at("/assets/map/map.js"), whoever)],
    "/_stcore/health": [Line(at("/_stcore/health"), whoever)],
    "/_stcore/host-config": [Line(at("/_stcore/host-config"), whoever)],
    "/media/{file_id:path}": [Line(mine(Ground.download), whoever), Line(theirs(Ground.download), none)],
    "/_stcore/upload_file/{session_id}/{file_id}": [
        Line(mine(Ground.upload), whoever, given=403, method="PUT"),  # Streamlit's own: without the token of its form
        Line(theirs(Ground.upload), none, method="PUT"),
    ],
    "/component/{path:path}": [Line(at("/component/x/index.html"), none)],
    "/_stcore/bidi-components/{path:path}": [Line(at("/_stcore/bidi-components/x"), none)],
    "": [Line(at("/"), whoever), Line(at("/admin"), whoever)],  # pages: tests/browser/test_rights.py
    **{
        path: closed(path)
        for path in (
            *("/_stcore/metrics", "/auth/login", "/auth/logout", "/oauth2callback"),
            *("/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp"),
        )
    },
    "/device/{token}": [  # last: who opens a display's link is the display from then on
        Line(at("/device/x"), none, unsigned=404),
        Line(Ground.display, whoever, given=303, unsigned=303),
    ],
}
"""Route → what is asked of it."""


@pytest.fixture
def county(filled: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    monkeypatch.setattr(pulse, "LIFE", 0.01)
    monkeypatch.setattr(pulse, "BEAT", 0.01)
    engine = filled(fill_village, own=True)
    archives.add(engine, ADMINISTRATOR, HOUSEHOLD, photo(), kind="其他", title="", now=NOW)
    real_regions_arrive(engine)
    return engine


@pytest.fixture
def launch(county: Engine) -> str:
    link = launch_path(county)
    assert link is not None
    return link


@pytest.fixture
def client(county: Engine, launch: str, open_client: Callable[..., TestClient]) -> Iterator[TestClient]:
    client = open_client(county.url.render_as_string(hide_password=False))
    client.follow_redirects = False
    client.get("/healthz")
    return client


def signed(engine: Engine, comer: str) -> tuple[str, Signed]:
    """The token and session of a new one like this, as he signs in: a display by its link."""
    role, _, scope = comer.partition(" ")
    one = (OUTSIDE if scope == "outside" else INSIDE)[role]
    now = county_clock()
    if role == "display":
        with writing(engine) as connection:
            link = add_device(connection, ADMINISTRATOR, one.region, "大厅", address="", now=now)
            known = opened_by(connection, link.rpartition("/")[2])
        assert known is not None
        token = begin_display(engine, *known, address="", agent="", now=now)
    else:
        token = begun(engine, enrolled(engine, role, one.region, helper=one.helper))
    found = sessions_of(engine).who(token, now)
    assert found is not None and (found.viewer.role, found.viewer.region) == (role, one.region)
    return token, found


def test_every_route_has_its_lines(client: TestClient):
    routes = {route.path for route in client.app._starlette_app.routes}
    assert set(LINES) | TESTED_ELSEWHERE == {re.sub(r"^None$", "", str(path)) for path in routes}


@pytest.mark.parametrize("comer", COMERS)
def test_a_route_gives_what_the_table_of_rights_gives_and_nothing_else(
    county: Engine, launch: str, client: TestClient, comer: str
):
    _, other = signed(county, "admin inside")
    token, me = (None, None) if comer == NOBODY else signed(county, comer)
    ground = Ground(county, client, me, other, launch)
    expected, found = {}, {}
    for line in (line for lines in LINES.values() for line in lines):
        client.cookies.clear()
        address = line.address(ground)
        answer = client.request(line.method, address, headers={"Cookie": f"wr={token}"} if token else {})
        opened = me is not None and line.open_to(me.viewer)
        status = (line.given if opened else line.refused) if me else line.unsigned
        expected[address] = status, opened and bool(line.tells)
        found[address] = answer.status_code, bool(line.tells) and line.tells in answer.text
        if MEDIA in address and answer.status_code == 200:
            assert answer.content == me.digest.encode()
    assert found == expected
