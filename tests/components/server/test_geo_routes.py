"""The addresses the map's script asks: outlines with an ETag, packed where accepted; geometry and names alone."""

import gzip
import json

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from components.server.geo_routes import geo_routes, geo_url
from components.server.guard import Guard
from data.boundaries import import_boundaries
from data.clock import county_clock
from data.figures import cube
from data.model import region
from data.store.engine import upsert, writing
from tests.data.boundaries.ground import COUNTY, TOWN, VILLAGES, ground
from tests.moment import NOW
from tests.people import signed_in


@pytest.fixture
def client(engine: Engine, tmp_path) -> TestClient:
    """An application with nothing but these routes, on the county of squares."""
    import_boundaries(engine, [ground(tmp_path / "a.geojson")], now=NOW)
    return TestClient(Starlette(routes=geo_routes(lambda: engine)))


def test_children_level_and_outline_each_have_an_address(client: TestClient) -> None:
    codes = {
        (code, level): [one["properties"]["code"] for one in client.get(geo_url(code, level)).json()["features"]]
        for code, level in ((COUNTY, "children"), (COUNTY, "village"), (TOWN, "outline"), ("", "children"))
    }
    assert codes == {
        (COUNTY, "children"): [TOWN, "990981100"],
        (COUNTY, "village"): list(VILLAGES),
        (TOWN, "outline"): [TOWN],
        ("", "children"): [COUNTY],
    }
    assert geo_url("", "children") == "/geo/all/children.json"


def test_an_answer_says_what_it_is_and_is_asked_for_again(client: TestClient) -> None:
    answer = client.get(geo_url(COUNTY, "children"))
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("form", ["{}", '"other", {}', '{} , W/"third"'])
def test_who_has_it_already_gets_304(client: TestClient, form: str) -> None:
    tag = client.get(geo_url(COUNTY, "children")).headers["etag"]
    again = client.get(geo_url(COUNTY, "children"), headers={"If-None-Match": form.format(tag)})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(geo_url(COUNTY, "outline"), headers={"If-None-Match": tag}).status_code == 200


def test_a_change_of_the_data_gives_a_new_answer(client: TestClient, engine: Engine) -> None:
    tag = client.get(geo_url(COUNTY, "children")).headers["etag"]
    with writing(engine) as connection:
        upsert(connection, region, ("code", "name", "parent"), [(TOWN, "新名镇", COUNTY)])
        cube.stamp(connection, NOW)
    answer = client.get(geo_url(COUNTY, "children"), headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()["features"][0]["properties"]["name"]) == (200, "新名镇")


def test_it_is_packed_where_that_is_accepted(client: TestClient) -> None:
    with client.stream("GET", geo_url(COUNTY, "village"), headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    plain = client.get(geo_url(COUNTY, "village"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content)


@pytest.mark.parametrize(
    "path",
    ["/geo/990999/children.json", "/geo/990981/hamlet.json", "/geo/x'--/children.json", "/geo/99098/village.json"],
)
def test_what_is_not_there_is_404_in_json(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_only_geometry_and_names_leave(client: TestClient) -> None:
    for level in ("children", "outline", "village"):
        for feature in json.loads(client.get(geo_url(COUNTY, level)).content)["features"]:
            assert set(feature) == {"type", "properties", "geometry"}
            assert set(feature["properties"]) == {"code", "name", "sketch"}


def test_nothing_can_be_written(client: TestClient) -> None:
    assert client.post(geo_url(COUNTY, "children")).status_code == 405


def test_outlines_of_a_region_that_is_not_the_viewer_s_are_not_there(engine: Engine, client: TestClient) -> None:
    cookies = signed_in(engine, "township", TOWN)
    own = TestClient(Guard(Starlette(routes=geo_routes(lambda: engine)), engine, county_clock), cookies=cookies)
    for code, level in ((TOWN, "children"), (TOWN, "village"), (min(VILLAGES), "outline")):
        assert own.get(geo_url(code, level)).status_code == 200, (code, level)
    for code, level in (("", "children"), (COUNTY, "children"), (COUNTY, "village"), ("990981100", "outline")):
        assert own.get(geo_url(code, level)).status_code == 404, (code, level)
        assert own.get(geo_url(code, level)).json() == {"error": f"没有代码为 {code} 的区划。"}
