"""扫码查询 by clicks: photos with one and several codes, the camera, a typed number; and what is not one's own."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import qrcode
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from qrcode.constants import ERROR_CORRECT_Q
from sqlalchemy import text

from data.access.viewer import Viewer
from data.clock import county_clock
from data.codes import tokens as qr_codes
from data.store.engine import open_engine, writing
from tests.browser.chromium import FLAGS, executable
from tests.browser.ready import ready, watch
from tests.browser.server import Server, serving
from tests.browser.visitor import eventually
from tests.stores import copied

CADRE = Viewer("county", "990181")


@pytest.fixture
def server(county_database: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of its own: codes are given out, scans are logged."""
    database = copied(county_database, tmp_path / "county.db")
    with serving(f"sqlite:///{database}", tmp_path) as server:
        yield server


@pytest.fixture
def coded(server: Server) -> dict[int, tuple[str, str, str]]:
    """Households with codes: id → head, code, token; the first of the village cadre's village, the other beyond it."""
    engine = open_engine(server.database_url)
    with writing(engine) as connection:
        asked = text(
            "SELECT id, head, code FROM household WHERE id IN (1, (SELECT MAX(id) FROM household)) ORDER BY id"
        )
        rows = connection.execute(asked).all()
        tokens = qr_codes.issue(connection, engine, CADRE, [row.id for row in rows], now=county_clock())
    engine.dispose()
    return {row.id: (row.head, row.code, tokens[row.id]) for row in rows}


def photo(*tokens: str, box: int = 8) -> bytes:
    """A wall with codes of another address, crooked; ``box``: pixels of a module."""
    scene = Image.new("L", (1600, 1200), 190)
    for place, token in enumerate(tokens):
        made = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=4, box_size=box)
        made.add_data(f"https://old.example/q/{token}")
        scene.paste(made.make_image().get_image().convert("L"), (150 + place * 700, 350 if box == 8 else 150))
    content = io.BytesIO()
    scene.rotate(12, fillcolor=190).convert("RGB").save(content, "JPEG", quality=60)
    return content.getvalue()


def scanned(page: Page) -> list[str]:
    return page.locator("ul.scanned li").all_inner_texts()


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_codes_on_a_photo_open_their_households_and_only_the_viewers_own(page: Page, server: Server, coded):
    (mine, (head, _, token)), (beyond, (_, code, other)) = coded.items()
    page.goto(f"{server.url}/scan?role=village")
    ready(page)
    files = page.locator("[data-testid=stFileUploader] input")
    files.set_input_files(
        [
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo(token, other)},
            {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload=alert(1)>"},
        ]
    )
    ready(page)
    expect(page.get_by_text("认出 2 个码，1 个没有打开")).to_be_visible()
    expect(page.locator("ul.scanned li")).to_have_count(2)
    opened, refused = sorted(scanned(page), key=lambda shown: "不在您的查看范围内" in shown)
    assert head in opened and "不在您的查看范围内" in refused
    expect(page.get_by_text("照片 b.jpg：")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
    typed = page.get_by_role("textbox", name="手工输入或扫码枪")
    typed.fill(code)
    typed.press("Enter")
    ready(page)
    expect(page.locator("ul.scanned li").first).to_contain_text("没有找到这一户")
    assert code not in page.url
    page.get_by_role("link", name="打开户档案").tap()
    page.wait_for_url("**/household?**")
    ready(page)
    expect(page.locator("h1").first).to_contain_text(head)
    wanted = {("cadre", mine), ("refused", beyond), ("file", mine)}
    eventually(page, lambda: looks(server) & wanted, wanted)  # the log is written behind the page


def looks(server: Server) -> set[tuple[str, int | None]]:
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(text("SELECT view, household_id FROM access_log"))}
    engine.dispose()
    return found


@pytest.fixture
def seeing(browser: Browser, coded, tmp_path: Path) -> Iterator[Browser]:
    """A Chromium whose camera sees the first household's code."""
    token = next(iter(coded.values()))[2]
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(photo(token, box=20) * 4)  # near: Streamlit takes few pixels
    flags = [*FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags.append(f"--use-file-for-fake-video-capture={film}")
    other = browser.browser_type.launch(executable_path=executable(), args=flags)
    yield other
    other.close()


def test_the_camera_reads_a_code(seeing: Browser, server: Server, coded):
    page = watch(seeing.new_context(viewport={"width": 1366, "height": 768})).new_page()
    page.goto(f"{server.url}/scan")
    ready(page)
    page.get_by_text("用这台设备的摄像头", exact=True).click()
    ready(page)
    button = page.get_by_test_id("stCameraInputButton")
    expect(button).to_be_enabled()
    page.wait_for_function(
        "document.querySelector('video').readyState >= 2 && document.querySelector('video').videoWidth"
    )
    button.click()
    expect(page.locator("ul.scanned li")).to_have_count(1)
    assert next(iter(coded.values()))[0] in scanned(page)[0]


@pytest.mark.screen(1366, 768)
def test_the_county_decides_its_settings_and_a_village_does_not_see_them(page: Page, server: Server):
    page.goto(f"{server.url}/admin?tab=settings")
    ready(page)
    hotline = page.locator(".st-key-setting_hotline input")
    hotline.fill("0411-99999999")
    page.locator(".st-key-setting_base_url input").fill("weird address")
    page.get_by_role("button", name="保存设置").click()
    ready(page)
    expect(page.get_by_text("没有保存。户码网址：")).to_be_visible()
    page.locator(".st-key-setting_base_url input").fill("http://192.168.1.10:8501/")
    page.get_by_text("家庭人口", exact=True).click()
    page.get_by_role("button", name="保存设置").click()
    ready(page)
    expect(page.get_by_text("已保存：户码网址、帮扶热线、路人可见内容。")).to_be_visible()
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        held = dict(connection.execute(text("SELECT name, value FROM setting")).all())
    engine.dispose()
    assert held == {
        "base_url": "http://192.168.1.10:8501",
        "hotline": "0411-99999999",
        "stranger_facts": "help,helper,persons",
    }
    page.goto(f"{server.url}/admin?tab=settings&role=village")
    ready(page)
    expect(page.get_by_role("heading", name="无法显示")).to_be_visible()
    expect(page.get_by_role("heading", name="县级设置")).to_have_count(0)
