"""用户与设置 by clicks: people one by one and from a list, a display from its link to its withdrawal."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from data import model
from data.people.workbook import SHEET
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import turn_to

TOWNSHIP = "990181001"


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own: it writes."""
    with serving(county_url, tmp_path) as server:
        yield server


def logins(server: Server) -> set[str]:
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        found = set(connection.execute(select(model.account.c.login)).scalars())
    engine.dispose()
    return found


def people(*rows: tuple[str, ...]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet("人员")
        for number, row in enumerate(([column.heading for column in SHEET.columns], *rows)):
            page.write_row(number, 0, row)
    return content.getvalue()


def pick(page: Page, box: str, words: str) -> None:
    field = page.get_by_test_id("stDialog").get_by_role("combobox", name=box)
    field.click()
    field.fill(words)
    expect(page.get_by_role("option").first).to_contain_text(words)
    page.keyboard.press("Enter")


def give(page: Page, content: bytes) -> None:
    files = page.get_by_test_id("stDialog").locator("[data-testid=stFileUploader] input")
    files.set_input_files([{"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": content}])
    ready(page)


def test_people_are_added_one_by_one_and_from_a_list_and_disabled(page: Page, server: Server):
    page.goto(f"{server.url}/overview?role=village")
    ready(page)
    expect(page.locator("nav[aria-label=主导航] a:text-is('用户与设置')")).to_have_count(0)
    page.goto(f"{server.url}/admin?role=village")
    expect(page.get_by_text("没有“用户与设置”的打开权限")).to_be_visible()
    page.goto(f"{server.url}/overview?role=admin")
    ready(page)
    turn_to(page, "用户与设置")
    ready(page)
    expect(page.get_by_text("这里还没有人有账号")).to_be_visible()

    page.get_by_role("button", name="新增人员").click()
    dialog = page.get_by_test_id("stDialog")
    dialog.get_by_label("姓名").fill("王五")
    pick(page, "角色", "乡镇干部")
    pick(page, "区划（可输入名称、拼音或代码）", TOWNSHIP)
    dialog.get_by_role("button", name="新增并给一次性密码").dblclick()
    ready(page)
    expect(dialog).to_have_count(0)
    password = page.locator(".slips .secret")
    assert len(password.inner_text()) == 14 and logins(server) == {"wangwu"}
    with page.expect_download() as paper:
        page.get_by_role("button", name="密码条").click()
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="已经记下，不再显示").click()
    ready(page)
    expect(password).to_have_count(0)

    page.get_by_role("button", name="从名单导入").click()
    ready(page)
    give(
        page,
        people(("吴六", "wuliu", "", "", "乡镇干部", TOWNSHIP, ""), ("<b>郑</b>", "zz", "", "", "村干部", "1", "")),
    )
    expect(dialog.get_by_role("alert")).to_contain_text("有 2 处错误，全部没有写入")
    expect(dialog.get_by_role("button", name="全部写入")).to_have_count(0)
    dialog.get_by_role("button", name="关闭").click()
    ready(page)
    page.get_by_role("button", name="从名单导入").click()
    ready(page)
    give(page, people(("吴六", "wuliu", "", "", "乡镇干部", TOWNSHIP, ""), ("王武", "wangwu", "", "", "", "", "")))
    expect(dialog.get_by_text("新增 1 人，修改 1 人，不变 0 人")).to_be_visible()
    dialog.get_by_role("button", name="全部写入").click()
    ready(page)
    expect(page.get_by_text("已新增 1 人，修改 1 人。")).to_be_visible()
    assert logins(server) == {"wangwu", "wuliu"}

    page.get_by_role("link", name="王武").press("Enter")
    ready(page)
    dialog.get_by_role("link", name="停用账号").press("Enter")
    ready(page)
    dialog.get_by_role("button", name="确定停用").press("Enter")
    ready(page)
    expect(page.get_by_text("已停用王武的账号。")).to_be_visible()
    expect(page.locator("tr", has_text="王武")).to_contain_text("已停用")


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_a_display_opens_its_link_and_leaves_within_a_second_of_its_withdrawal(
    page: Page, server: Server, new_context: Callable[..., BrowserContext]
):
    page.goto(f"{server.url}/admin?role=admin&tab=devices")
    ready(page)
    page.get_by_role("button", name="新增设备").tap()
    page.get_by_test_id("stDialog").get_by_label("用途").fill("镇政府大厅")
    page.get_by_test_id("stDialog").get_by_role("button", name="发放网址").tap()
    ready(page)
    link = page.locator(".given .secret").inner_text()
    assert link.startswith(f"{server.url}/device/") and page.evaluate("document.scrollingElement.scrollWidth") == 390

    wall = new_context().new_page()
    wall.goto(link)
    expect(wall).to_have_url(re.compile("/wall"))
    expect(wall.locator(".poster:visible").first).to_be_visible()
    page.get_by_role("link", name="收回").tap()
    ready(page)
    page.get_by_test_id("stDialog").get_by_role("button", name="确定收回").tap()
    expect(wall.get_by_text("这块屏的展示已经结束")).to_be_visible(timeout=5000)
    expect(wall.locator(".poster:visible")).to_have_count(0)
    ready(page)
    expect(page.get_by_text("大屏已退出")).to_be_visible()
    assert wall.goto(link).status >= 400
