"""The pages of signing in on a telephone: from the launch link to the second sign-in, with nothing cut off."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
import uvicorn
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from components.access.routes import access_routes
from data.clock import county_clock
from data.people import launch
from data.store.engine import ready_engine
from tests.browser.ready import typed
from tests.browser.server import free_port

PASSWORD, NEW = "门前的大柳树下有两棵", "后山的梨花开了三十里"


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A server with these pages alone and a store without accounts: its address, its launch link."""
    engine = ready_engine(f"sqlite:///{tmp_path / 'county.db'}")
    pages = [Route(path, lambda request: PlainTextResponse("首页")) for path in ("/", "/todo")]
    application = Starlette(routes=[*access_routes(lambda: engine, county_clock), *pages])
    server = uvicorn.Server(uvicorn.Config(application, port=(port := free_port()), log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    address = f"http://127.0.0.1:{port}"
    yield address, f"{address}{launch.launch_path(engine)}"
    server.should_exit = True
    thread.join()
    engine.dispose()


@pytest.mark.screen(390, 844)
def test_from_the_launch_link_to_the_second_sign_in_on_a_telephone(
    doors: tuple[str, str], page: Page, alerts: list[str]
):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    address, link = doors

    def whole(heading: str) -> None:
        expect(page.locator("h1")).to_have_text(heading)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert (
            page.evaluate("getComputedStyle(document.querySelector('main')).paddingLeft") == "20px"
        )  # the style holds

    page.goto(link)
    whole("设立第一个管理员")
    typed(page, "张三", "zhangsan", PASSWORD, PASSWORD)
    whole("设置动态码")
    drawn = page.locator(".qr svg").bounding_box()
    assert drawn is not None
    assert drawn["width"] > 200
    made = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_label("6 位数字", exact=True).fill(made.now())
    page.keyboard.press("Enter")
    whole("恢复码")
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="已收好，继续").click()
    page.wait_for_url(f"{address}/todo")
    page.goto(f"{address}/password")
    whole("修改密码")
    for label, text in (("原密码", PASSWORD), ("新密码", NEW), ("再输一次新密码", NEW)):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="修改密码").click()
    whole("密码已修改")
    page.goto(f"{address}/login")
    whole("已经登录")
    page.get_by_role("button", name="退出登录").click()
    whole("登录")
    typed(page, "ZhangSan", NEW)
    whole("输入动态码")
    typed(page, codes[0])
    page.wait_for_url(f"{address}/todo")
    (cleared,) = said  # nothing but that signing out empties what this browser kept
    assert "Clear-Site-Data" in cleared
