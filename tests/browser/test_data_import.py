"""导入数据 in a real browser: a township's faulty workbook sent back marked, put right, written, seen, taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from data.access.viewer import within
from data.model import household
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.data.intake.books import write_xlsx
from tests.stores import copied

TOWNSHIP = "990181001"
DESK, PHONE = pytest.mark.screen(1366, 768), pytest.mark.screen(390, 844)
ADDRESS = "新村九组 9 号"


@dataclass(frozen=True)
class Home:
    """A household as a workbook names it."""

    id: int
    code: str
    village: str
    head: str
    kind: str
    address: str

    def row(self, **changes: str) -> dict[str, object]:
        told = {"户编号": self.code, "村代码": self.village, "户主姓名": self.head, "户类型": self.kind}
        return {**told, "住址": self.address, **changes}


@pytest.fixture(scope="module")
def server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is handed in is written."""
    folder = tmp_path_factory.mktemp("imports")
    with serving(f"sqlite:///{copied(county_database, folder / 'county.db')}", folder) as running:
        yield running


@pytest.fixture(scope="module")
def homes(server: Server) -> list[Home]:
    """Some households of the township."""
    h = household.c
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        columns = (h.id, h.code, h.village, h.head, h.type, h.address)
        found = [Home(*row) for row in connection.execute(select(*columns).where(within(h.village, TOWNSHIP)).limit(4))]
    engine.dispose()
    return found


def opened(server: Server, page: Page, path: str) -> Page:
    page.goto(server.url + path)
    return ready(page)


def hand_in(server: Server, page: Page, *files: Path, role: str = "township") -> None:
    """Hand files in, and wait until they are checked."""
    opened(server, page, f"/data?view=in&role={role}")
    page.locator("input[type=file]").set_input_files(files)
    ready(page)
    page.get_by_role("button", name=f"递交并校验（{len(files)} 个文件").click()
    page.wait_for_url("**job=*")
    expect(page.locator(".import-groups")).to_be_visible()
    ready(page)


def number(page: Page, group: str) -> int:
    return int(page.locator(f".import-groups .is-{group} b").inner_text().replace(",", ""))


def do(page: Page, words: str) -> None:
    """Press the button of a step, and in its dialog the one that confirms it."""
    page.get_by_role("button", name=words).click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()


def address(server: Server, page: Page, home: Home) -> str:
    """What the household's page says of where it lives."""
    opened(server, page, f"/household?household={home.id}&role=township")
    return page.locator("dl.household-facts > div", has_text="住址").locator("dd").inner_text()


@DESK
def test_a_faulty_workbook_goes_back_marked_is_put_right_written_and_taken_back(
    server: Server, homes: list[Home], page: Page, tmp_path: Path
):
    rows = [homes[0].row(住址=ADDRESS), homes[1].row(户类型="特困户")]
    hand_in(server, page, write_xlsx(tmp_path / "新林街道.xlsx", {"户": rows}))
    assert (number(page, "changed"), number(page, "refused")) == (1, 1)
    expect(page.get_by_role("button", name="写入 1 条")).to_have_count(0)
    page.locator(".import-groups .is-refused").click()
    expect(page.locator(".import-row")).to_have_count(1)
    expect(page.locator(".import-row")).to_contain_text("“特困户”")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载标注副本").click()
    marked = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(marked)
    book = openpyxl.load_workbook(marked)
    cell = next(cell for row in book["户"].iter_rows() for cell in row if cell.value == "特困户")
    assert cell.fill.fill_type == "solid"
    cell.value = homes[1].kind
    book.save(marked)

    hand_in(server, page, marked)
    assert (number(page, "changed"), number(page, "refused")) == (1, 0)
    at = page.url
    do(page, "写入 1 条")
    expect(page.locator("p.saved")).to_contain_text("改动 1 处")
    assert address(server, page, homes[0]) == ADDRESS

    page.goto(at)
    ready(page)
    page.get_by_role("button", name="撤回这次导入").click()
    expect(page.locator(".st-key-import_undo_plan")).to_contain_text("将把 1 行退回到写入前的样子")
    page.get_by_role("button", name="确定撤回").click()
    expect(page.locator("p.saved")).to_contain_text("已撤回")
    assert address(server, page, homes[0]) == homes[0].address


@PHONE
def test_a_village_hands_in_from_a_phone_and_its_township_writes_it(
    server: Server, homes: list[Home], page: Page, tmp_path: Path
):
    file = write_xlsx(tmp_path / "柳坊村.xlsx", {"户": [homes[2].row(住址=ADDRESS)]})
    hand_in(server, page, file, role="village")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    do(page, "报乡镇审核")
    expect(page.locator("p.saved")).to_contain_text("已报乡镇审核")
    opened(server, page, "/data?view=in&role=township")
    page.locator("ol.waits a", has_text="柳坊村.xlsx").click()
    do(page, "写入 1 条")
    expect(page.locator("p.saved")).to_contain_text("改动 1 处")


@DESK
def test_a_page_left_in_the_middle_goes_on_and_one_press_twice_hands_in_once(
    server: Server, homes: list[Home], page: Page, tmp_path: Path
):
    file = write_xlsx(tmp_path / "一次.xlsx", {"户": [homes[3].row(住址=ADDRESS)]})
    opened(server, page, "/data?view=in&role=township")
    page.locator("input[type=file]").set_input_files(file)
    ready(page)
    page.get_by_role("button", name="递交并校验").dblclick()
    page.wait_for_url("**job=*")
    page.reload()
    expect(page.locator(".import-groups")).to_be_visible()
    opened(server, page, "/data?view=in&role=township")
    expect(page.get_by_role("link", name="一次.xlsx")).to_have_count(1)
