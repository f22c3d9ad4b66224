"""Files for the browser: packed, in parts, not again, not there; and the page that asks for them, behind the door."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from components.server.front import streamlit_files
from components.server.guard import SIGN_IN
from components.server.packed import NO_FILE, PackedFiles, map_files, map_urls
from components.server.packing import takes_gzip
from components.shell.site import NAME
from tests.data.small_county import fill, real_regions_arrive
from tests.people import begun, enrolled

SCRIPT = "const 村 = '东风村';\n" * 400
PLAIN = {"Accept-Encoding": "identity"}
of_one_store = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # a file knows nothing of the engine


@pytest.fixture
def files(tmp_path: Path) -> TestClient:
    (tmp_path / "index.DormvYxC.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "map.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "asset-manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "Sans.nEdyypZU.woff2").write_bytes(bytes(range(256)) * 8)
    return TestClient(Starlette(routes=[Mount("/files", PackedFiles(tmp_path))]))


@pytest.fixture
def app(engine: Engine, open_client: Callable[..., TestClient]) -> TestClient:
    fill(engine, build=False)
    return open_client(engine.url.render_as_string(hide_password=False), host="192.0.2.1")


def raw(client: TestClient, path: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    """The body as it travels, and the headers."""
    with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        return b"".join(answer.iter_raw()), dict(answer.headers)


def test_who_takes_gzip_is_given_text_packed_and_who_does_not_as_it_lies(files: TestClient):
    body, headers = raw(files, "/files/index.DormvYxC.js", **{"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(body).decode() == SCRIPT and len(body) < len(SCRIPT) / 20
    assert (headers["content-encoding"], headers["content-length"]) == ("gzip", str(len(body)))
    plain, told = raw(files, "/files/index.DormvYxC.js", **PLAIN)
    assert plain.decode() == SCRIPT and "content-encoding" not in told
    for said in (headers, told):
        assert said["content-type"] == "text/javascript; charset=utf-8"
        assert said["vary"] == "Accept-Encoding"
        assert said["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["etag"] != told["etag"]


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.00", False),
        ("br", False),
        ("", False),
    ],
)
def test_a_browser_says_whether_it_unpacks(said: str, takes: bool):
    assert takes_gzip({"accept-encoding": said}) is takes


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_the_browser_holds_is_not_sent_again_and_head_sends_no_body(files: TestClient, encoding: str):
    asked = {"Accept-Encoding": encoding}
    first = files.get("/files/map.js", headers=asked)
    assert first.headers["cache-control"] == "no-cache"
    again = files.get("/files/map.js", headers={**asked, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["vary"] == "Accept-Encoding" and "content-encoding" not in again.headers
    other = files.get("/files/map.js", headers={**asked, "If-None-Match": '"other"'})
    assert (other.status_code, other.text) == (200, SCRIPT)
    head = files.head("/files/map.js", headers=asked)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == first.headers["content-length"]


def test_a_part_is_one_of_the_file_as_it_lies(files: TestClient):
    part = files.get("/files/index.DormvYxC.js", headers={"Range": "bytes=6-12", "Accept-Encoding": "gzip"})
    assert (part.status_code, part.content) == (206, SCRIPT.encode()[6:13])
    assert part.headers["content-range"] == f"bytes 6-12/{len(SCRIPT.encode())}"
    assert "content-encoding" not in part.headers
    beyond = files.get("/files/index.DormvYxC.js", headers={"Range": "bytes=999999-"})
    assert beyond.status_code == 416


def test_only_a_name_or_version_that_says_the_content_is_kept_for_good(files: TestClient):
    kept = {
        path: "immutable" in files.get(f"/files/{path}").headers["cache-control"]
        for path in (
            "index.DormvYxC.js",
            "Sans.nEdyypZU.woff2",
            "map.js?v=8d890dc482e8",
            "map.js",
            "asset-manifest.json",
        )
    }
    assert list(kept.values()) == [True, True, True, False, False], kept
    font, headers = raw(files, "/files/Sans.nEdyypZU.woff2", **{"Accept-Encoding": "gzip"})
    assert font == bytes(range(256)) * 8  # packed already
    assert headers["content-type"] == "font/woff2" and "vary" not in headers


@pytest.mark.parametrize("path", ["index.XXXXXXXX.js", "", "%2e%2e/secret.js", "..%5csecret.js", "a%00b"])
def test_what_is_not_there_is_said_to_be_not_there(files: TestClient, tmp_path: Path, path: str):
    (tmp_path.parent / "secret.js").write_text("secret", encoding="utf-8")
    answer = files.get(f"/files/{path}")
    assert (answer.status_code, answer.text) == (404, NO_FILE)
    assert answer.headers["cache-control"] == "no-store"


@of_one_store
def test_every_bundle_of_streamlit_has_a_name_that_says_its_content(app: TestClient):
    bundles = [file for file in (streamlit_files() / "static").rglob("*") if file.is_file()]
    assert len(bundles) > 100
    for file in bundles[:: len(bundles) // 20]:
        answer = app.get(f"/static/{file.relative_to(streamlit_files() / 'static').as_posix()}")
        assert answer.status_code == 200 and answer.content == file.read_bytes(), file
        assert "immutable" in answer.headers["cache-control"], file
        assert answer.headers["x-content-type-options"] == "nosniff"


@of_one_store
def test_a_missing_bundle_is_no_page(app: TestClient):
    for path in ("/static/js/index.00000000.js", "/component/streamlit_folium.st_folium/static/js/main.00000000.js"):
        answer = app.get(path)
        assert (answer.status_code, answer.text) == (404, NO_FILE), path


@of_one_store
def test_a_page_that_is_not_there_is_told_so_in_chinese(app: TestClient):
    for path in ("/no-such-page", "/overview/deeper"):
        answer = app.get(path)
        assert answer.status_code == 404 and '<html lang="zh-CN">' in answer.text and "没有这个页面" in answer.text, (
            path
        )
    assert app.get("/_stcore/health").status_code == app.get("/favicon.png").status_code == 200


@of_one_store
@pytest.mark.parametrize("path", ["/", "/overview", "/income"])
def test_a_page_asks_at_once_for_what_it_will_need_and_for_nothing_it_does_not_use(app: TestClient, path: str):
    answer = app.get(path, headers={"Accept-Encoding": "gzip"})
    page = answer.text
    assert answer.headers["cache-control"] == "no-cache" and answer.headers["content-encoding"] == "gzip"
    assert f"<title>{NAME}</title>" in page and '<html lang="zh-CN">' in page and "SourceSans" not in page
    told = re.findall(r'<link rel="(\w+)"[^>]* href="([^"]+)"', page)
    modules = [url for kind, url in told if kind == "modulepreload"]
    assert len(modules) == len(set(modules)) > 80
    assert [name for name in ("Html.", "Selectbox.") if any(name in url for url in modules)] == ["Html.", "Selectbox."]
    assert not [url for url in modules if "Plotly" in url or "DataFrame" in url or "katex" in url]
    maps = [url for kind, url in told if kind == "prefetch"]
    assert maps == ([] if path == "/income" else map_urls())
    for url in (*modules, *maps):
        assert app.get(url.removeprefix(".")).status_code == 200, url
    again = app.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert app.get(path, headers=PLAIN).text == page


def test_the_map_is_asked_for_in_the_order_of_its_frame():
    assert len(map_urls()) > 5 and map_urls()[0].startswith("/component/streamlit_folium.st_folium/static/js/main.")
    assert (map_files() / "index.html").is_file()


@of_one_store
def test_the_door_is_asked_before_a_file_is_given(engine: Engine, app: TestClient):
    real_regions_arrive(engine)
    enrolled(engine)
    bundle = next((streamlit_files() / "static" / "js").glob("index.*.js")).name
    paths = (
        f"/static/js/{bundle}",
        map_urls()[0],
        "/assets/map/map.js",
        "/assets/map/nothing.js",
        "/static/js/nothing.js",
    )
    for path in (*paths, "/", "/overview"):
        refused = app.get(path)
        assert (refused.status_code, refused.text) == (401, SIGN_IN), path
        assert refused.headers["cache-control"] == "no-store"
    app.cookies.set("wr", begun(engine, enrolled(engine)))
    assert [app.get(path).status_code for path in paths] == [200, 200, 200, 404, 404]
