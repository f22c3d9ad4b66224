"""Who is let in and who is not: each way in that was tried, and each way to stay that must end."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from components.server import admission, files, limits
from components.server.guard import DUE, LAUNCHED, NOT_FOUND, REFUSAL, SIGN_IN, TOO_MUCH, Guard
from data import model
from data.access.sessions import digest_of, sessions_of
from data.access.viewer import Viewer
from data.clock import county_clock
from data.people.launch import launch_path
from data.store.engine import open_engine, writing
from tests.data.small_county import fill, real_regions_arrive
from tests.loops import run
from tests.people import begun, change_role, disable, enrolled
from tests.source_code import ROOT

STREAM, ORIGIN = "ws://192.0.2.1/_stcore/stream", {"origin": "http://192.0.2.1"}
PAGE = {"accept": "text/html,application/xhtml+xml"}
NOBODY_S = ("/_stcore/metrics", "/_stcore/agent", "/auth", "/oauth2callback")
UNSIGNED = ("/login", "/logout", "/healthz", "/q/", "/device/", "/begin/")
LOGIN = "/login"


def _fill(engine: Engine) -> None:
    fill(engine, build=False)


pytestmark = pytest.mark.filled(by=_fill)


@pytest.fixture
def demonstration(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def real(engine: Engine, demonstration: str) -> str:
    real_regions_arrive(engine)
    return demonstration


def paths_of(client: TestClient) -> dict[str, list[str]]:
    """Every route of the application and of Streamlit's, with something in the place of its parameters → its methods;
    and what only the pages' script knows."""
    client.get("/healthz")
    routes = {
        re.sub(r"\{[^}]*\}", "x", route.path): sorted(getattr(route, "methods", None) or ["GET"])
        for route in client.app._starlette_app.routes
    }
    assert {"/healthz", "/q/x", "/geo/x/x.json", "/media/x", "/_stcore/upload_file/x/x", "/pulse"} <= set(routes)
    return {**routes, "/": ["GET"], "/battle_map": ["GET"], "/admin": ["GET"]}


@pytest.mark.parametrize("state", ["launching", "accounts"])
def test_nobody_unsigned_reaches_a_route_of_real_regions(engine: Engine, real: str, open_client: Callable, state: str):
    if state == "accounts":
        enrolled(engine)
    client = open_client(real, host="192.0.2.1")
    for path, methods in paths_of(client).items():
        if path.startswith("/_stcore/stream") or (state == "accounts" and path.startswith(UNSIGNED)):
            continue
        for method in methods:
            answer = client.request(method, path or "/", follow_redirects=False)
            shut = (404, NOT_FOUND) if path.startswith(NOBODY_S) else None
            expected = shut or ((403, REFUSAL) if state == "launching" else (401, SIGN_IN))
            assert (answer.status_code, answer.text or expected[1]) == expected, (method, path)  # HEAD has no text
            assert answer.headers["cache-control"] == "no-store", path


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("localhost", {}),
        ("127.0.0.1", {}),
        ("localhost", {"X-Forwarded-For": "127.0.0.1"}),
        ("192.0.2.1", {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "localhost", "X-Real-IP": "::1"}),
        ("192.0.2.1", {"X-Warroom-Session": "0" * 64, "X-Forwarded-User": "admin", "Forwarded": "for=127.0.0.1"}),
        ("192.0.2.1", {"Cookie": "wr=admin; __Host-wr=admin; role=county"}),
    ],
)
def test_neither_the_machine_nor_a_header_gives_a_right(
    engine: Engine, real: str, open_client: Callable, host: str, headers: dict
):
    assert open_client(real, host=host).get("/healthz", headers=headers).status_code == 403
    enrolled(engine)
    assert open_client(real, host=host).get("/pulse", headers=headers).status_code == 401


def test_a_deep_link_leads_to_the_sign_in_and_keeps_the_way_back(engine: Engine, real: str, open_client: Callable):
    client = open_client(real)
    assert client.get("/battle_map?region=210881", headers=PAGE).status_code == 403  # nobody can sign in yet
    enrolled(engine)
    answer = client.get("/battle_map?region=210881&month=2026-10", headers=PAGE, follow_redirects=False)
    assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
    assert answer.headers["location"] == "/login?next=%2Fbattle_map%3Fregion%3D210881%26month%3D2026-10"
    for path, sent in (("//evil.example", "%2F%2Fevil.example"), ("/村", "%2F%25E6%259D%2591")):
        assert client.get(f"http://localhost{path}", headers=PAGE, follow_redirects=False).headers["location"] == (
            f"/login?next={sent}"
        )
    assert client.get("/battle_map").status_code == 401


def test_who_is_signed_in_opens_pages_and_files_of_the_application(engine: Engine, real: str, open_client: Callable):
    client = open_client(real, host="192.0.2.1")
    client.cookies.update({"wr": begun(engine, enrolled(engine))})
    for path in ("/", "/healthz", "/pulse", "/assets/leaflet/leaflet.js", "/_stcore/health", "/_stcore/host-config"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("forged", ["x" * 43, "' OR 1=1 --", "%00", "null", "A" * 3000])
def test_a_forged_or_fixed_or_ended_cookie_is_nobody_s(engine: Engine, real: str, open_client: Callable, forged: str):
    client, person = open_client(real), enrolled(engine)
    client.cookies.set("wr", forged)
    assert client.get("/pulse").status_code == 401
    token = begun(engine, person)
    client.cookies.set("wr", digest_of(token))  # what stands in the store
    assert client.get("/pulse").status_code == 401
    client.cookies.set("wr", token)
    assert client.get("/pulse").status_code == 200
    sessions_of(engine).end(digest_of(token), county_clock())
    assert client.get("/pulse").status_code == 401


def test_over_https_a_cookie_of_http_counts_nothing(engine: Engine, real: str, open_client: Callable):
    token = begun(engine, enrolled(engine))
    client = open_client(real)
    for name, status in (("wr", 401), ("__Host-wr", 200)):
        headers = {"Cookie": f"{name}={token}"}
        assert client.get("https://localhost/pulse", headers=headers).status_code == status


@pytest.mark.parametrize("due", list(DUE))
def test_who_owes_a_password_or_a_second_factor_may_do_nothing_else(
    engine: Engine, real: str, open_client: Callable, due: str
):
    person = enrolled(engine, "admin")
    with writing(engine) as connection:
        owed = {"must_change": 1} if due == "password" else {"totp": None}
        connection.execute(model.account.update().values(owed))
    client = open_client(real)
    client.cookies.set("wr", begun(engine, person))
    for path in ("/", "/pulse", "/media/x", "/geo/all/children.json", "/admin"):
        assert (client.get(path).status_code, client.get(path).text) == (403, DUE[due])
    assert client.get("/admin", headers=PAGE, follow_redirects=False).headers["location"] == f"/{due}?next=%2Fadmin"
    assert client.get("/login", follow_redirects=False).status_code not in (401, 403)


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/script-health-check", "/auth/login", "/auth/logout",
     "/oauth2callback", "/_stcore/agent/interact", "/_stcore/agent/openapi.json"],
)  # fmt: skip
def test_what_streamlit_would_tell_anybody_is_closed(demonstration: str, open_client: Callable, path: str):
    assert open_client(demonstration).get(path).status_code == 404


def test_answers_forbid_framing_and_outside_content(demonstration: str, open_client: Callable):
    client = open_client(demonstration)
    for path in ("/healthz", "/_stcore/metrics"):
        answer = client.get(path)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["x-content-type-options"] == "nosniff"


# The first administrator


def test_the_launch_link_opens_its_page_and_nothing_else(engine: Engine, real: str, open_client: Callable):
    client, link = open_client(real), launch_path(engine)
    opened = client.get(link)
    assert opened.status_code != 403 and REFUSAL not in opened.text
    for path in (
        "/begin/",
        "/begin/x",
        link + "x",
        link[:-1],
        link.upper(),
        "/begin",
        "/",
        "/healthz",
        "/q/x",
        "/login",
    ):
        assert (client.get(path).status_code, client.get(path).text) == (403, REFUSAL), path


def test_after_the_first_account_the_launch_link_is_gone(engine: Engine, real: str, open_client: Callable):
    client, link = open_client(real), launch_path(engine)
    enrolled(engine, "admin")
    for path in (link, "/begin/x"):
        assert client.get(path).status_code == 404
    assert launch_path(engine) is None


# Limits


def test_only_names_that_are_listed_are_served(demonstration: str, open_client: Callable, monkeypatch):
    monkeypatch.setenv("WARROOM_HOSTS", "warroom.example, 10.0.0.5")
    client = open_client(demonstration)
    for host in ("warroom.example", "WarRoom.example:8501", "10.0.0.5"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "warroom.example.evil.example", "["):
        assert client.get("/healthz", headers={"Host": host}).status_code == 421, host


@pytest.mark.parametrize(
    ("path", "status"),
    [("/healthz?" + "a=1&" * 1000, 400), ("/healthz?" + "&" * 101, 400), ("/healthz?a=" + "x" * 9000, 414),
     ("/" + "x" * 9000, 414), ("/healthz?" + "a=1&" * 99, 200)],
    ids=["a thousand parameters", "empty ones", "a long query", "a long path", "what is usual"],
)  # fmt: skip
def test_an_address_has_its_measure(demonstration: str, open_client: Callable, path: str, status: int):
    assert open_client(demonstration).get(path).status_code == status


class Heard:
    """In Streamlit's place behind the door: keeps what it hears, and answers ``told`` to everything."""

    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.scopes: list[Scope] = []
        self.told = b"told"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            return await self.answer(scope, receive, send)
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "streamlit"})
        while not self.messages or self.messages[-1]["type"] != "websocket.disconnect":
            self.messages.append(await receive())
            await self.between()
            await send({"type": "websocket.send", "bytes": self.told})

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            self.messages.append(await receive())
            more = self.messages[-1].get("more_body", False)
        await self.between()
        await PlainTextResponse(self.told)(scope, receive, send)

    async def between(self) -> None:
        """What happens in the store while a message is answered."""


@pytest.fixture
def behind(engine: Engine, demonstration: str) -> Heard:
    return Heard()


@pytest.fixture
def person(engine: Engine, behind: Heard) -> int:
    """Somebody with an account, on real regions."""
    real_regions_arrive(engine)
    return enrolled(engine, "village", "210881101201")


@pytest.fixture
def token(engine: Engine, person: int) -> str:
    return begun(engine, person)


def before(engine: Engine, behind: Heard, token: str | None = None) -> TestClient:
    """A client before the door, signed in by this token."""
    cookies = {"wr": token} if token else {}
    return TestClient(
        Guard(behind, engine, county_clock), base_url="http://192.0.2.1", client=("192.0.2.7", 50000), cookies=cookies
    )


@pytest.fixture
def socket(engine: Engine, behind: Heard) -> Iterator[WebSocketTestSession]:
    """A tab of nobody's, on demonstration data."""
    with before(engine, behind).websocket_connect(STREAM, headers=ORIGIN) as opened:
        yield opened


@pytest.fixture
def signed(engine: Engine, behind: Heard, token: str) -> Iterator[WebSocketTestSession]:
    """A tab of the person's."""
    with before(engine, behind, token).websocket_connect(STREAM, headers=ORIGIN) as opened:
        yield opened


def a_scope(path: str, method: str = "GET") -> Scope:
    """A request as the server hands it on, whose path no client has tidied up."""
    return {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "http",
        "query_string": b"", "headers": [(b"host", b"192.0.2.1")], "client": ("192.0.2.7", 1), "http_version": "1.1",
        "server": ("192.0.2.1", 80),
    }  # fmt: skip


def sent_away(socket: WebSocketTestSession) -> str | None:
    """Where what comes next leads the tab, which then is closed."""
    away = ForwardMsg.FromString(socket.receive_bytes())
    with pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_bytes()
    assert away.hash != "" and closed.value.code == 4401
    return away.auth_redirect.url


def test_a_body_is_heard_to_its_measure(engine: Engine, behind: Heard):
    client = before(engine, behind)
    assert client.post("/x", content=b"x" * limits.BODY).status_code == 200
    behind.messages.clear()
    assert client.post("/x", content=b"x" * (limits.BODY + 1)).status_code == 413
    assert not behind.messages  # told by its length


def test_a_body_without_a_length_is_heard_to_its_measure_too(engine: Engine, demonstration: str):
    async def reads(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    client = before(engine, Starlette(routes=[Route("/x", reads, methods=["POST"])]))
    assert client.post("/x", content=iter([b"x" * limits.BODY])).text == str(limits.BODY)
    answer = client.post("/x", content=iter([b"x" * limits.BODY, b"x"]))
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


def test_an_upload_may_be_as_large_as_the_setting_says():
    assert limits.most("/_stcore/upload_file/a/b") == 201 * limits.MB
    assert limits.most("/q/x") == limits.MB


def test_a_client_that_sends_a_letter_at_a_time_is_given_up(engine: Engine, demonstration: str, monkeypatch):
    monkeypatch.setattr(limits, "BODY_PAUSE", 0.05)

    async def reads(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    guard = Guard(Starlette(routes=[Route("/x", reads, methods=["POST"])]), engine, county_clock)
    sent: list[dict] = []

    async def slow() -> dict:
        if not sent_parts:
            sent_parts.append(1)
            return {"type": "http.request", "body": b"a", "more_body": True}
        await asyncio.sleep(60)
        raise AssertionError

    async def keep(message: dict) -> None:
        sent.append(message)

    sent_parts: list[int] = []
    run(guard(a_scope("/x", "POST"), slow, keep))
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


def test_sockets_of_one_person_are_counted_however_often_he_signs_in(
    engine: Engine, behind: Heard, person: int, token: str, monkeypatch
):
    monkeypatch.setattr(limits, "SOCKETS_OF_ONE", 1)
    client = before(engine, behind, token)
    with client.websocket_connect(STREAM, headers=ORIGIN):
        client.cookies.set("wr", begun(engine, person))
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM, headers=ORIGIN):
            pass
        client.cookies.set("wr", begun(engine, enrolled(engine)))
        with client.websocket_connect(STREAM, headers=ORIGIN):
            pass
    client.cookies.set("wr", token)
    with client.websocket_connect(STREAM, headers=ORIGIN):
        pass


LIKE_OPEN = (
    *("/healthz/x", "/healthz/", "/login/", "/Login", "//login", "/./login", "/x/healthz", "/healthz;x", "/healthz\0"),
    *(
        "/q",
        "/q/",
        "/device",
        "/device/",
        "/device/x/y",
        "/device/../pulse",
        "/device/x/../../pulse",
        "/begin/../pulse",
    ),
)


@pytest.mark.parametrize("path", LIKE_OPEN)
def test_what_looks_like_an_open_path_is_none(engine: Engine, behind: Heard, person: int, path: str):
    sent: list[dict] = []

    async def keep(message: dict) -> None:
        sent.append(message)

    run(Guard(behind, engine, county_clock)(a_scope(path), lambda: asyncio.sleep(60), keep))
    assert sent[0]["status"] in (401, 404) and sent[1]["body"].decode() in (SIGN_IN, LAUNCHED)
    assert behind.scopes == []


# Open pages


def a_rerun(**parts) -> bytes:
    message = BackMsg()
    message.rerun_script.SetInParent()
    for name, value in parts.items():
        setattr(message.rerun_script, name, value)
    return message.SerializeToString()


def a_value_of_a_component() -> bytes:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.add(id="map", json_value='{"clicked": 1}')
    return message.SerializeToString()


MESSAGES = {
    "a rerun": a_rerun(query_string="role=village"),
    "a fragment": a_rerun(fragment_id="door"),
    "a component": a_value_of_a_component(),
    "a request beside the runs": BackMsg(app_heartbeat=True).SerializeToString(),
    "what is none": b"\xff\xff",
}


def sign_out(engine: Engine, person: int) -> None:
    with writing(engine):  # an import that holds the records keeps nobody signed in
        sessions_of(engine).end_of(county_clock(), person=person)


ENDINGS = {"signed out": sign_out, "disabled": disable, "another role": change_role}


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://attacker.example"}, {"origin": "null"}, {"origin": "http://["}]
)
def test_a_websocket_from_elsewhere_is_not_opened(engine: Engine, behind: Heard, headers: dict):
    with pytest.raises(WebSocketDisconnect), before(engine, behind).websocket_connect(STREAM, headers=headers):
        pass


@pytest.mark.parametrize("message", MESSAGES.values(), ids=list(MESSAGES))
def test_real_regions_that_arrive_end_the_tabs_of_nobody(
    engine: Engine, behind: Heard, socket: WebSocketTestSession, message: bytes
):
    socket.send_bytes(message)
    assert socket.receive_bytes() == b"told"
    real_regions_arrive(engine)
    socket.send_bytes(message)
    assert sent_away(socket) == "/"  # which says that nobody can sign in yet
    assert [one["type"] for one in behind.messages] == ["websocket.receive", "websocket.disconnect"]


@pytest.mark.parametrize("message", MESSAGES.values(), ids=list(MESSAGES))
@pytest.mark.parametrize("ending", list(ENDINGS))
def test_no_message_of_a_session_that_ended_is_heard(
    engine: Engine, behind: Heard, signed: WebSocketTestSession, person: int, ending: str, message: bytes
):
    signed.send_bytes(message)
    assert signed.receive_bytes() == b"told"
    ENDINGS[ending](engine, person)
    signed.send_bytes(message)
    assert sent_away(signed) == LOGIN
    assert [one["type"] for one in behind.messages] == ["websocket.receive", "websocket.disconnect"]


@pytest.mark.parametrize("ending", list(ENDINGS))
def test_an_idle_tab_is_at_the_sign_in_within_a_second(
    engine: Engine, behind: Heard, signed: WebSocketTestSession, person: int, ending: str
):
    ENDINGS[ending](engine, person)
    begun = time.monotonic()
    assert sent_away(signed) == LOGIN
    assert time.monotonic() - begun < 10  # half a second, on a machine that does nothing else
    assert [one["type"] for one in behind.messages] == ["websocket.disconnect"]


def test_an_idle_tab_of_nobody_s_is_led_to_the_sign_in_where_there_are_accounts(
    engine: Engine, behind: Heard, socket: WebSocketTestSession
):
    enrolled(engine)
    real_regions_arrive(engine)
    assert sent_away(socket) == LOGIN


def test_what_another_process_ends_is_ended_here(
    engine: Engine, behind: Heard, signed: WebSocketTestSession, person: int
):
    ask = "import sys; from tests.people import disable; from data.store.engine import open_engine; "
    work = f"{ask}disable(open_engine(sys.argv[1]), {person})"
    url = engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", work, url], cwd=ROOT, check=True)
    assert sent_away(signed) == LOGIN


def test_what_a_run_would_still_say_is_withheld(
    engine: Engine, behind: Heard, signed: WebSocketTestSession, person: int, monkeypatch: pytest.MonkeyPatch
):
    async def end() -> None:
        if behind.messages[-1]["type"] != "websocket.disconnect":
            await asyncio.to_thread(disable, engine, person)

    monkeypatch.setattr(behind, "between", end)
    signed.send_bytes(MESSAGES["a rerun"])
    assert sent_away(signed) == LOGIN


def test_a_tab_that_comes_back_after_its_end_is_told_so_and_resumes_nothing(engine: Engine, behind: Heard, person: int):
    as_before = {"subprotocols": ["streamlit", "token", "an-older-session"], "headers": {**ORIGIN}}
    for token in (None, "x" * 43):
        with before(engine, behind, token).websocket_connect(STREAM, **as_before) as socket:
            assert socket.accepted_subprotocol == "streamlit"
            assert sent_away(socket) == LOGIN
    assert behind.messages == []


def test_before_the_first_account_a_tab_is_told_why_nothing_is_served(engine: Engine, behind: Heard):
    real_regions_arrive(engine)
    for token in (None, launch_path(engine).removeprefix("/begin/")):
        with before(engine, behind, token).websocket_connect(STREAM, headers=ORIGIN) as socket:
            assert sent_away(socket) == "/"
    assert behind.messages == []


def test_a_tab_of_who_owes_a_password_is_led_there(engine: Engine, behind: Heard, person: int):
    with writing(engine) as connection:
        connection.execute(model.account.update().values(must_change=1))
    with before(engine, behind, begun(engine, person)).websocket_connect(STREAM, headers=ORIGIN) as socket:
        assert sent_away(socket) == "/password"


def test_a_socket_resumes_only_what_the_same_session_ran(engine: Engine, behind: Heard, person: int, token: str):
    admission.bind("zhang", admission.Admission(digest_of("of another"), Viewer("county", "")))
    admission.bind("li", admission.Admission(digest_of(token), Viewer("village", "210881101201")))
    for resumed, passed in (("li", True), ("zhang", False), ("unknown", False), ("", False)):
        offered = {
            "subprotocols": ["streamlit", "token", resumed],
            "headers": {**ORIGIN, "X-Warroom-Session": "forged"},
        }
        with before(engine, behind, token).websocket_connect(STREAM, **offered):
            pass
        headers = behind.scopes[-1]["headers"]
        entries = dict(headers)[b"sec-websocket-protocol"].decode().split(",")
        assert [one.strip() for one in entries] == ["streamlit", "token", *(["li"] if passed else [])]
        assert [value for name, value in headers if name == b"x-warroom-session"] == [digest_of(token).encode()]


def test_somebody_at_work_stays_signed_in_and_what_runs_by_itself_keeps_nobody(
    engine: Engine, behind: Heard, token: str, person: int, monkeypatch: pytest.MonkeyPatch
):
    touched: list[str] = []
    monkeypatch.setattr("components.server.doors.Doors.touch", lambda self, digest: touched.append(digest))
    with before(engine, behind, token).websocket_connect(STREAM, headers=ORIGIN) as socket:
        for message in (a_rerun(is_auto_rerun=True, fragment_id="door"), MESSAGES["a request beside the runs"]):
            socket.send_bytes(message)
            socket.receive_bytes()
        assert touched == []
        socket.send_bytes(MESSAGES["a rerun"])
        socket.receive_bytes()
        assert touched == [digest_of(token)]


# Files and answers


@pytest.mark.parametrize("path", ["/_stcore/upload_file/a-session/a-file", "/archive/token", "/household"])
@pytest.mark.parametrize("ending", list(ENDINGS))
def test_an_answer_that_was_being_made_when_the_session_ended_is_withheld(
    engine: Engine, behind: Heard, person: int, token: str, ending: str, path: str, monkeypatch: pytest.MonkeyPatch
):
    admission.bind("a-session", admission.Admission(digest_of(token), Viewer("village", "210881101201")))
    client = before(engine, behind, token)
    assert client.get(path).text == "told"
    monkeypatch.setattr(behind, "between", lambda: asyncio.to_thread(ENDINGS[ending], engine, person))
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (401, SIGN_IN)
    assert client.put(path, content=b"photo").status_code == 401
    assert [one["body"] for one in behind.messages] == [b"", b""]


def test_a_download_that_is_under_way_is_cut_off(engine: Engine, behind: Heard, person: int, token: str, monkeypatch):
    behind.told = b"x" * limits.MB
    client = before(engine, behind, token)
    assert len(client.get("/export").content) == limits.MB
    asked = Guard._asked_again

    def ending_after_a_while(self: Guard, *arguments: object) -> Callable:
        times, ask = [], asked(self, *arguments)

        async def counted() -> object:
            times.append(1)
            if len(times) == 4:
                await asyncio.to_thread(disable, engine, person)
            return await ask()

        return counted

    monkeypatch.setattr(Guard, "_asked_again", ending_after_a_while)
    assert len(client.get("/export").content) == 2 * 64 * 1024


def test_a_file_is_given_to_the_session_it_was_made_for_alone(
    engine: Engine, behind: Heard, person: int, token: str, monkeypatch: pytest.MonkeyPatch
):
    other = begun(engine, enrolled(engine, "county", "210881"))
    told = ForwardMsg(hash="x")
    told.backend_operation_response.deferred_file.url = "/media/0123.pdf"
    behind.told = told.SerializeToString()
    mine, theirs = before(engine, behind, token), before(engine, behind, other)
    assert mine.get("/media/0123.pdf").status_code == 404  # made for nobody yet
    with mine.websocket_connect(STREAM, headers=ORIGIN) as socket:
        socket.send_bytes(MESSAGES["a request beside the runs"])
        socket.receive_bytes()
    assert mine.get("/media/0123.pdf").status_code == 200
    assert mine.get("/media/0123.pdf").headers["Cache-Control"] == "no-store"
    assert theirs.get("/media/0123.pdf").status_code == 404
    typed = ForwardMsg(hash="y")
    typed.delta.new_element.text.body = "/media/4567.pdf"  # somebody typed the address that he saw
    behind.told = typed.SerializeToString()
    with theirs.websocket_connect(STREAM, headers=ORIGIN) as socket:
        socket.send_bytes(MESSAGES["a rerun"])
        socket.receive_bytes()
    assert theirs.get("/media/4567.pdf").status_code == 404


def test_a_file_that_streamlit_holds_for_a_session_is_given_to_it_alone(
    engine: Engine, behind: Heard, token: str, person: int, monkeypatch: pytest.MonkeyPatch
):
    from streamlit.runtime.media_file_manager import MediaFileManager
    from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

    held = MediaFileManager(MemoryMediaFileStorage("/media"))
    monkeypatch.setattr("streamlit.runtime.media_file_manager._get_session_id", lambda: "li")
    url = held.add(b"picture", "image/png", "1.0")
    monkeypatch.setattr(Runtime, "_instance", type("Standing", (), {"media_file_mgr": held}))
    admission.bind("li", admission.Admission(digest_of(token), Viewer("village", "210881101201")))
    assert before(engine, behind, token).get(url).status_code == 200
    assert before(engine, behind, begun(engine, enrolled(engine))).get(url).status_code == 404


def test_nothing_is_uploaded_to_another_session(engine: Engine, behind: Heard, person: int, token: str):
    admission.bind("li", admission.Admission(digest_of(token), Viewer("village", "210881101201")))
    mine, theirs = before(engine, behind, token), before(engine, behind, begun(engine, enrolled(engine)))
    assert mine.put("/_stcore/upload_file/li/photo", content=b"photo").status_code == 200
    for method in ("PUT", "DELETE"):
        assert theirs.request(method, "/_stcore/upload_file/li/photo", content=b"photo").status_code == 404
    assert mine.put("/_stcore/upload_file/unknown/photo", content=b"photo").status_code == 404


def test_nobody_fills_the_memory_with_uploads(engine: Engine, behind: Heard, person: int, token: str, monkeypatch):
    """Files under made-up names, which no form ever asks for, were held for as long as the tab stood open."""
    held = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(Runtime, "exists", lambda: True)
    monkeypatch.setattr(Runtime, "instance", lambda: SimpleNamespace(uploaded_file_mgr=held))
    monkeypatch.setattr(files, "HELD", 10)
    of_two_tabs = {"li": digest_of(token), "li2": digest_of(begun(engine, person))}
    for tab, digest in of_two_tabs.items():
        admission.bind(tab, admission.Admission(digest, Viewer("village", "210881101201", None, person)))
    client = before(engine, behind, token)

    def sent(content: bytes | Iterator[bytes]) -> int:
        return client.put("/_stcore/upload_file/li/made-up", content=content).status_code

    assert sent(b"12345") == 200
    for tab in of_two_tabs:
        held.add_file(tab, UploadedFileRec("made-up", "photo.jpg", "image/jpeg", b"123"))
    assert sent(b"1234") == 200
    refused = client.put("/_stcore/upload_file/li/made-up", content=b"12345")
    assert (refused.status_code, refused.text) == (413, TOO_MUCH)
    assert sent(iter([b"1"])) == 413  # says no length
    held.remove_session_files("li2")
    assert sent(b"12345") == 200


def test_an_import_that_has_not_ended_keeps_nobody_waiting(engine: Engine, behind: Heard):
    with writing(engine) as connection:
        connection.execute(model.region.insert().values(code="210881", name="某市", parent=""))
        assert before(engine, behind).get("/").text == "told"
    assert before(engine, behind).get("/").status_code == 403


def test_a_store_that_cannot_be_asked_is_taken_as_closed(blank_url: str, behind: Heard, token: str):
    blank = open_engine(blank_url)
    assert before(blank, behind).get("/").status_code == 401
    assert before(blank, behind, token).get("/").status_code == 401
    blank.dispose()
