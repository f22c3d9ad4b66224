"""打印发放 in a real browser: down to a village, households ticked, the file that comes, and what a reload keeps."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import crumbs, eventually
from tests.data.paper import reading as paper
from tests.stores import copied

DESK, PHONE = pytest.mark.screen(1366, 768), pytest.mark.screen(390, 844)
VILLAGE = "990181001201"


@pytest.fixture(scope="module")
def server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: printing writes codes, what was printed, and the log."""
    folder = tmp_path_factory.mktemp("prints")
    database = folder / "county.db"
    copied(county_database, database)
    with serving(f"sqlite:///{database}", folder) as running:
        yield running


def opened(server: Server, page: Page, path: str) -> Page:
    page.goto(server.url + path)
    return ready(page)


def tick(page: Page, *rows: int) -> None:
    """Tick rows of the list (from 0); it is drawn on a canvas."""
    table = page.get_by_test_id("stDataFrame").locator(".dvn-scroller")
    for row in rows:
        table.click(position={"x": 17, "y": 35 * (row + 1) + 17})
        ready(page)


def downloaded(page: Page) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载 PDF").click()
    assert waiting.value.suggested_filename.endswith(".pdf")
    return Path(waiting.value.path()).read_bytes()


@DESK
def test_two_ticked_households_of_a_village_are_printed_and_a_reload_keeps_the_job(server: Server, page: Page):
    opened(server, page, "/prints")
    for depth in (2, 3):
        page.locator(".print-places a").first.click()
        expect(crumbs(page)).to_have_count(depth)
        ready(page)
    expect(page.locator(".print-order b")).not_to_have_text("2")
    tick(page, 0, 2)
    expect(page.locator(".print-order b")).to_have_text("2")
    page.get_by_role("button", name="生成 PDF（2 户）").click()
    expect(page.get_by_role("button", name="下载 PDF")).to_be_visible()
    page.wait_for_url(re.compile(r"job=[\w-]{16}"))
    page.reload()
    ready(page)
    content = downloaded(page)
    texts = paper.texts(content)
    assert len(texts) == 4 and all("演示数据" in text for text in texts)
    codes = [code for picture in paper.pictures(content) for code in paper.codes(picture)]
    assert len(set(codes)) == 2 and all(code.startswith(f"{server.url}/q/") and "?c=" in code for code in codes)


@DESK
def test_the_wall_charts_of_a_township_and_its_villages_are_chosen_looked_at_and_come_as_a_zip(
    server: Server, page: Page
):
    opened(server, page, f"/prints?region={VILLAGE[:9]}")
    for label, choice in (("打印什么", "挂图"), ("纸张", "A4 210×297 毫米"), ("印哪些", "本级和下一级")):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=choice).click()
        ready(page)
    assert "what=chart" in page.url and "size=A4" in page.url and "below=next" in page.url
    page.get_by_role("button", name="预览第一张").click()
    expect(page.locator("img.print-sample")).to_be_visible()
    page.get_by_role("button", name=re.compile("生成挂图")).click()
    button = page.get_by_role("button", name="下载 ZIP")
    with page.expect_download() as waiting:
        button.click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        names = archive.namelist()
        assert names[0].startswith(f"{VILLAGE[:9]}_") and all(name.endswith("_A4.pdf") for name in names)
        village = archive.read(next(name for name in names if name.startswith(VILLAGE)))
    assert "作战室·挂图作战" in paper.texts(village)[0] and "演示数据" in paper.texts(village)[0]
    assert paper.codes(paper.pictures(village)[0]) == {f"{server.url}/battle_map?region={VILLAGE}"}


@PHONE
def test_labels_of_a_village_are_printed_from_a_phone(server: Server, page: Page):
    opened(server, page, f"/prints?region={VILLAGE}&what=label")
    expect(page.locator(".print-order b")).to_have_text(re.compile(r"^\d+$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    households = int(page.locator(".print-order b").inner_text())
    page.get_by_role("button", name="生成 PDF").click()
    content = downloaded(page)
    codes = set().union(*(paper.codes(picture) for picture in paper.pictures(content)))
    assert len(codes) == households
    assert "**" in paper.texts(content)[0]


@DESK
def test_a_specimen_is_seen_before_hundreds_are_printed(server: Server, page: Page):
    opened(server, page, f"/prints?region={VILLAGE}")
    page.get_by_role("button", name="预览第一页").click()
    picture = page.get_by_role("img", name="明白卡样张")
    expect(picture).to_be_visible()
    eventually(page, lambda: picture.evaluate("image => image.naturalWidth > 800"), True)


@DESK
def test_what_a_choice_sets_stands_in_the_address(server: Server, page: Page):
    opened(server, page, f"/prints?region={VILLAGE}&what=label&size=door&code=0")
    expect(page.locator(".print-order")).to_contain_text("每张 A4 纸 4 枚")
    expect(page.get_by_role("checkbox", name="印户编号")).not_to_be_checked()
    page.locator(".st-key-print_flags label", has_text="印户编号").click()
    page.wait_for_url("**code=1**")


@DESK
def test_a_wall_display_prints_nothing_and_another_role_does_not_get_the_file(server: Server, page: Page):
    opened(server, page, f"/prints?region={VILLAGE}&household=999999999")
    expect(page.locator("body")).to_contain_text("没有找到这一户")
    opened(server, page, "/prints?role=display")
    expect(page.locator("body")).to_contain_text("没有“打印发放”的打开权限")
    opened(server, page, f"/prints?region={VILLAGE}&what=label")
    page.get_by_role("button", name="生成 PDF").click()
    expect(page.get_by_role("button", name="下载 PDF")).to_be_visible()
    opened(server, page, page.url.removeprefix(server.url) + "&role=admin")
    expect(page.get_by_text("这个打印任务不存在或已清除")).to_be_visible()
    expect(page.get_by_role("button", name="下载 PDF")).to_have_count(0)
