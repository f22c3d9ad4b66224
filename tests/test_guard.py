"""Until there are accounts, real regions are shown on this machine only; and no answer lets outside content in."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from data import model
from data.engine import writing
from tests.data.small_county import fill

PATHS = ["/", "/battle_map", "/healthz", "/geo/all/children.json", "/assets/leaflet/leaflet.js", "/_stcore/health"]


@pytest.fixture
def demonstration(engine: Engine) -> str:
    fill(engine, build=False)
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def real(engine: Engine, demonstration: str) -> str:
    with writing(engine) as connection:
        connection.execute(model.region.insert().values(code="210881", name="某市", parent=""))
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
