"""Two processes behind nginx with TLS, set up by the lines of the README: the whole way of somebody who signs in."""

import gzip
import io
import json
import os
import signal
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import Message
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from components.server.front import streamlit_files
from data.access.viewer import Viewer
from data.clock import county_clock
from data.people import accounts, passwords
from data.store.engine import open_engine, writing
from tests.browser.nginx import lines_of, nginx, program
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.data.small_county import real_regions_arrive
from tests.people import begun, enrolled

PASSWORD = "石榴树下 forty-two"
BEHIND = ("--server.address", "127.0.0.1")


def test_both_languages_give_the_same_lines():
    assert lines_of("README.md") == lines_of("README.zh-CN.md")


@pytest.fixture
def servers(county_url: str, tmp_path: Path) -> Iterator[list[Server]]:
    if program() is None:
        why = "no nginx: apt-get install nginx"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    engine = open_engine(county_url)
    real_regions_arrive(engine)
    engine.dispose()
    with ExitStack() as stack:
        yield [stack.enter_context(serving(county_url, tmp_path, options=BEHIND)) for _ in range(2)]


@pytest.fixture
def address(servers: list[Server], tmp_path: Path) -> Iterator[str]:
    with nginx(tmp_path, servers) as address:
        yield address


@pytest.fixture
def visitor(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context(ignore_https_errors=True, viewport={"width": 1366, "height": 768})


@pytest.fixture
def once(county_url: str) -> str:
    """The password, good for once, of Li Si, a cadre of the county."""
    password, engine, now = passwords.drawn(), open_engine(county_url), county_clock()
    whole, done = Viewer("admin", ""), {"address": "test", "actor": "command", "now": now}
    with writing(engine) as connection:
        hash = passwords.hashed(password)
        accounts.first_administrator(connection, name="张三", login="zhang.san", hash=hash, **done)
        accounts.add_account(
            connection, whole, name="李四", login="li.si", hash=hash, role="county", region="990181", **done
        )
    engine.dispose()
    return password


def boot(url: str, cookies: str, context: ssl.SSLContext | None = None) -> str:
    """Which process answers."""
    asked = urllib.request.Request(f"{url}/pulse", headers={"Cookie": cookies})
    with urllib.request.urlopen(asked, timeout=60, context=context) as answer:
        return json.load(answer)["boot"]


def picture() -> dict[str, str | bytes]:
    """One of 4 MB, which nginx must not keep back."""
    drawn = io.BytesIO()
    Image.effect_noise((2400, 1800), 90).save(drawn, "PNG")
    return {"name": "a.png", "mimeType": "image/png", "buffer": drawn.getvalue()}


def test_files_come_packed_through_nginx_and_are_kept(address: str, servers: list[Server], once: str):
    engine = open_engine(servers[0].database_url)
    token = begun(engine, enrolled(engine))
    engine.dispose()
    bundle = next((streamlit_files() / "static" / "js").glob("index.*.js"))

    def answer(path: str, **headers: str) -> tuple[int, bytes, Message]:
        asked = urllib.request.Request(f"{address}{path}", headers={"Cookie": f"__Host-wr={token}", **headers})
        try:
            with urllib.request.urlopen(asked, timeout=60, context=ssl._create_unverified_context()) as told:
                return told.status, told.read(), told.headers
        except urllib.error.HTTPError as told:
            return told.code, told.read(), told.headers

    packed = {"Accept-Encoding": "gzip"}
    status, body, headers = answer(f"/static/js/{bundle.name}", **packed)
    assert (status, gzip.decompress(body), headers["Content-Encoding"]) == (200, bundle.read_bytes(), "gzip")
    assert "immutable" in headers["Cache-Control"] and headers["Vary"] == "Accept-Encoding"
    assert answer(f"/static/js/{bundle.name}", **packed, **{"If-None-Match": headers["ETag"]})[0] == 304
    assert answer(f"/static/js/{bundle.name}", Range="bytes=0-9")[:2] == (206, bundle.read_bytes()[:10])
    assert answer("/static/js/index.00000000.js")[0] == 404
    status, page, headers = answer("/", **packed)
    assert headers["Content-Encoding"] == "gzip" and bundle.name.encode() in gzip.decompress(page)


def test_the_whole_way_of_a_cadre_and_a_process_that_is_killed(
    servers: list[Server], address: str, visitor: BrowserContext, once: str
):
    page = visitor.new_page()
    page.goto(f"{address}/projects?sort=name")
    page.wait_for_url("**/login*")
    page.locator("#login").fill("li.si")
    page.locator("#password").fill(once)
    page.get_by_role("button", name="登录", exact=True).click()
    page.locator("#old").fill(once)
    for field in ("#password", "#again"):
        page.locator(field).fill(PASSWORD)
    page.get_by_role("button", name="修改密码").click()
    page.get_by_role("link", name="继续").click()
    page.wait_for_url("**/projects*")
    ready(page)
    cookies = {one["name"]: one for one in visitor.cookies()}
    assert {"__Host-wr", "wr_route"} <= cookies.keys()
    assert not [name for name, one in cookies.items() if not one["secure"]]

    with page.expect_download() as download:
        page.get_by_role("button", name="导出名单（Excel）").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    page.goto(f"{address}/scan")
    ready(page)
    page.locator("[data-testid=stFileUploader] input").set_input_files([picture()])
    ready(page)
    expect(page.get_by_test_id("stFileUploader")).to_contain_text("a.png")

    token = cookies["__Host-wr"]["value"]
    kept = f"__Host-wr={token}; wr_route={cookies['wr_route']['value']}"
    mine = boot(address, kept, ssl._create_unverified_context())
    process = next(one.process for one in servers if boot(one.url, f"wr={token}") == mine)
    os.kill(process, signal.SIGKILL)
    page.goto(f"{address}/overview")
    ready(page)
    expect(page.get_by_text("李四").first).to_be_visible()
    assert boot(address, kept, ssl._create_unverified_context()) != mine
