"""Until there are accounts, real regions are shown on this machine only; and no answer lets outside content in."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from components.server.guard import REFUSAL, Guard
from data import model
from data.store.engine import open_engine, writing
from tests.data.small_county import fill, real_regions_arrive

PATHS = ["/", "/battle_map", "/healthz", "/geo/all/children.json", "/assets/leaflet/leaflet.js", "/_stcore/health"]
STREAM, ORIGIN = "ws://192.0.2.1/_stcore/stream", {"origin": "http://192.0.2.1"}


@pytest.fixture
def demonstration(engine: Engine) -> str:
    fill(engine, build=False)
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def real(engine: Engine, demonstration: str) -> str:
    real_regions_arrive(engine)
    return demonstration


@pytest.mark.parametrize("path", PATHS)
def test_real_regions_are_refused_to_other_machines_on_every_path(real: str, open_client: Callable, path: str):
    answer = open_client(real, peer="192.0.2.7", host="192.0.2.1").get(path)
    assert answer.status_code == 403
    assert "只对本机开放" in answer.text


def test_real_regions_are_shown_on_this_machine(real: str, open_client: Callable):
    assert open_client(real).get("/healthz").status_code == 200
    assert open_client(real, peer="::1", host="[::1]:8501").get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("localhost", {"X-Forwarded-For": "198.51.100.4"}),  # a proxy on this machine stands for somebody else
        ("localhost", {"Forwarded": "for=198.51.100.4"}),
        ("localhost", {"X-Forwarded-Host": "warroom.example"}),
        ("localhost", {"Via": "1.1 proxy"}),
        ("attacker.example", {}),  # a name that was turned to this machine (DNS rebinding)
        ("127.0.0.1.attacker.example", {}),
        ("localhost", {"Host": "["}),  # a name that is none
    ],
)
def test_a_proxy_or_a_foreign_name_does_not_pass_for_this_machine(
    real: str, open_client: Callable, host: str, headers: dict
):
    assert open_client(real, host=host).get("/healthz", headers=headers).status_code == 403


def test_no_browser_keeps_a_copy_of_a_file_that_a_session_holds(demonstration: str, open_client: Callable):
    assert open_client(demonstration).get("/media/0.pdf").headers["Cache-Control"] == "no-store"


def test_demonstration_data_are_shown_to_everybody(demonstration: str, open_client: Callable):
    assert open_client(demonstration, peer="192.0.2.7", host="192.0.2.1").get("/healthz").status_code == 200


def test_a_real_region_that_arrives_later_closes_the_door_at_once(
    engine: Engine, demonstration: str, open_client: Callable
):
    client: TestClient = open_client(demonstration, peer="192.0.2.7", host="192.0.2.1")
    assert client.get("/healthz").status_code == 200
    with writing(engine) as connection:
        connection.execute(model.region.insert().values(code="98", name="某地", parent=""))
    assert client.get("/healthz").status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://attacker.example"}, {"origin": "null"}, {"origin": "http://["}]
)
def test_a_websocket_from_elsewhere_is_not_opened(demonstration: str, open_client: Callable, headers: dict):
    with (
        pytest.raises(WebSocketDisconnect),
        open_client(demonstration).websocket_connect("/_stcore/stream", headers=headers),
    ):
        pass


def test_answers_forbid_framing_and_outside_content(demonstration: str, open_client: Callable):
    answer = open_client(demonstration).get("/healthz")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_streamlit_tells_anybody_is_closed(demonstration: str, open_client: Callable):
    assert open_client(demonstration).get("/_stcore/metrics").status_code == 404


class Heard:
    """In Streamlit's place behind the door: keeps what it hears, and answers ``told`` to everything."""

    def __init__(self) -> None:
        self.messages: list[dict] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.messages.append(await receive())
            await self.between()
            return await PlainTextResponse("told")(scope, receive, send)
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "streamlit"})
        while not self.messages or self.messages[-1]["type"] != "websocket.disconnect":
            self.messages.append(await receive())
            await self.between()
            await send({"type": "websocket.send", "bytes": b"told"})

    async def between(self) -> None:
        """What happens in the store while a message is answered."""


@pytest.fixture
def behind(engine: Engine, demonstration: str) -> Heard:
    return Heard()


@pytest.fixture
def socket(engine: Engine, behind: Heard) -> Iterator[WebSocketTestSession]:
    with foreign(engine, behind).websocket_connect(STREAM, headers=ORIGIN) as opened:
        yield opened


def foreign(engine: Engine, behind: Heard) -> TestClient:
    """A client on another machine, before the door."""
    return TestClient(Guard(behind, engine), base_url="http://192.0.2.1", client=("192.0.2.7", 50000))


def sent_away(socket: WebSocketTestSession) -> bool:
    """Whether what comes next leads the tab to the start page and ends the connection."""
    away = ForwardMsg.FromString(socket.receive_bytes())
    with pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_bytes()
    return away.hash != "" and away.auth_redirect.url == "/" and closed.value.code == 4401


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
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=list(MESSAGES))
def test_no_message_of_another_machine_is_heard_once_real_regions_arrived(
    engine: Engine, behind: Heard, socket: WebSocketTestSession, message: bytes
):
    socket.send_bytes(message)
    assert socket.receive_bytes() == b"told"
    real_regions_arrive(engine)
    socket.send_bytes(message)
    assert sent_away(socket)
    assert [one["type"] for one in behind.messages] == ["websocket.receive", "websocket.disconnect"]


def test_what_a_run_would_still_say_is_withheld(
    engine: Engine, behind: Heard, socket: WebSocketTestSession, monkeypatch: pytest.MonkeyPatch
):
    async def arrive() -> None:
        if behind.messages[-1]["type"] != "websocket.disconnect":
            await asyncio.to_thread(real_regions_arrive, engine)

    monkeypatch.setattr(behind, "between", arrive)
    socket.send_bytes(MESSAGES["a rerun"])
    assert sent_away(socket)


def test_an_idle_tab_of_another_machine_is_sent_away_too(engine: Engine, behind: Heard, socket: WebSocketTestSession):
    real_regions_arrive(engine)
    end = time.monotonic() + 120
    while not behind.messages and time.monotonic() < end:
        time.sleep(0.01)
    assert [one["type"] for one in behind.messages] == ["websocket.disconnect"]
    assert sent_away(socket)


def test_a_tab_that_comes_back_is_sent_away_and_resumes_nothing(engine: Engine, behind: Heard):
    real_regions_arrive(engine)
    as_before = {"subprotocols": ["streamlit", "token", "an-older-session"], "headers": ORIGIN}
    with foreign(engine, behind).websocket_connect(STREAM, **as_before) as socket:
        assert socket.accepted_subprotocol == "streamlit"
        assert sent_away(socket)
    assert behind.messages == []


def test_this_machine_goes_on_when_real_regions_arrive(engine: Engine, behind: Heard):
    real_regions_arrive(engine)
    client = TestClient(Guard(behind, engine), base_url="http://localhost", client=("127.0.0.1", 50000))
    with client.websocket_connect("ws://localhost/_stcore/stream", headers={"origin": "http://localhost"}) as socket:
        socket.send_bytes(MESSAGES["a rerun"])
        assert socket.receive_bytes() == b"told"


@pytest.mark.parametrize("path", ["/_stcore/upload_file/a-session/a-file", "/media/0.pdf", "/archive/token"])
def test_nothing_is_uploaded_and_no_file_given_out_once_real_regions_arrived(engine: Engine, behind: Heard, path: str):
    client = foreign(engine, behind)
    assert client.put(path, content=b"photo").text == "told"
    real_regions_arrive(engine)
    assert client.put(path, content=b"photo").status_code == client.get(path).status_code == 403
    assert [one["body"] for one in behind.messages] == [b"photo"]


def test_an_answer_that_was_being_made_when_real_regions_arrived_is_withheld(
    engine: Engine, behind: Heard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(behind, "between", lambda: asyncio.to_thread(real_regions_arrive, engine))
    answer = foreign(engine, behind).get("/media/0.pdf")
    assert (answer.status_code, answer.text) == (403, REFUSAL)


def test_an_import_that_has_not_ended_keeps_nobody_waiting(engine: Engine, behind: Heard):
    with writing(engine) as connection:
        connection.execute(model.region.insert().values(code="210881", name="某市", parent=""))
        assert foreign(engine, behind).get("/").text == "told"
    assert foreign(engine, behind).get("/").status_code == 403


def test_a_store_that_cannot_be_asked_is_taken_for_a_real_one(blank_url: str, behind: Heard):
    blank = open_engine(blank_url)
    assert foreign(blank, behind).get("/").status_code == 403
    blank.dispose()
