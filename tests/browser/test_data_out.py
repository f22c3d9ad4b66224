"""模板与导出 in a real browser: a township fetches its template filled in, adds a household, and hands it in; what it
exports goes back; the file is another session's never, and the page says what is amiss."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, Locator, Page, expect

from data.clock import county_clock
from data.intake import import_files
from data.store.engine import open_engine
from data.workbook.sheets import HOUSEHOLD, LEDGER, LISTS
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import asked
from tests.stores import copied

DESK, PHONE = pytest.mark.screen(1366, 768), pytest.mark.screen(390, 844)


@pytest.fixture(scope="module")
def server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is taken away stands in its log."""
    folder = tmp_path_factory.mktemp("out")
    database = copied(county_database, folder / "county.db")
    with serving(f"sqlite:///{database}", folder) as running:
        yield running


def opened(server: Server, page: Page, query: str) -> Page:
    page.goto(f"{server.url}/data?view=out&{query}")
    return ready(page)


def made(page: Page, folder: Path) -> Path:
    """Press the button, wait for the job, fetch its file."""
    page.get_by_role("button", name="生成文件", exact=True).click()
    link = page.get_by_role("link", name="下载", exact=True)
    expect(link).to_be_visible()
    with page.expect_download() as waiting:
        link.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def pill(page: Page, words: str) -> Locator:
    return page.locator("button").filter(has_text=words).first


def pick(page: Page, words: str) -> None:
    pill(page, words).click()
    ready(page)


@DESK
def test_a_township_fetches_its_template_filled_in_adds_a_row_and_it_is_sound(
    server: Server, page: Page, tmp_path: Path
):
    opened(server, page, "role=township")
    expect(page.get_by_role("button", name="生成文件（先选用途）")).to_be_disabled()
    pick(page, "填好的模板")
    pick(page, "修改后导回")
    path = made(page, tmp_path)
    assert asked(page)["what"] == "filled" and path.suffix == ".xlsx"
    book = load_workbook(path)
    sheet = book[HOUSEHOLD]
    headings = [str(cell.value).rstrip("*") for cell in sheet[1]]
    township = str(sheet.cell(2, headings.index("村代码") + 1).value)[:9]
    chosen = next(row[0] for row in book[LISTS].iter_rows(values_only=True) if row[0] and len(row[0].split()[0]) == 12)
    held = sheet.max_row - 1
    row = {"户编号": "99NEW0001", "村代码": chosen, "户主姓名": "赵六", "户类型": "一般户"}
    sheet.append([row.get(heading) for heading in headings])
    book.save(path)
    engine = open_engine(server.database_url)
    result = import_files(engine, [path], now=county_clock(), rebuild=False)
    assert (result.refusals, result.ignored, result.conflicts) == ([], [], [])
    assert result.wrote and result.rows[HOUSEHOLD] == held + 1 and chosen.startswith(township)
    with engine.connect() as connection:
        sql = "SELECT village, head FROM household WHERE code = '99NEW0001'"
        assert tuple(connection.exec_driver_sql(sql).one()) == (chosen.split()[0], "赵六")
        log = "SELECT detail FROM access_log WHERE view = 'export' ORDER BY id DESC LIMIT 1"
        told = connection.exec_driver_sql(log).scalar_one()
    assert told.startswith("已填入的数据模板（含证件号码、电话全号）") and "用途：修改后导回" in told
    engine.dispose()


@DESK
def test_what_is_exported_of_some_sheets_and_months_goes_back_without_a_change(
    server: Server, page: Page, tmp_path: Path
):
    opened(server, page, "role=township&why=3")
    everything = page.locator(".print-order b").inner_text()
    pick(page, f"{LEDGER} ")
    expect(page.locator(".print-order b")).not_to_have_text(everything)
    page.get_by_role("combobox", name="起始月份").click()
    page.get_by_role("option").nth(2).click()
    expect(page.get_by_text("月份只限制收支")).to_be_visible()
    ready(page)
    rows = page.locator(".print-order b").inner_text()
    path = made(page, tmp_path)
    assert load_workbook(path)[LEDGER].max_row - 1 == int(rows.replace(",", ""))
    page.reload()
    expect(page.get_by_role("link", name="下载", exact=True)).to_be_visible()  # whoever comes back finds it
    engine = open_engine(server.database_url)
    result = import_files(engine, [path], now=county_clock(), rebuild=False)
    assert (result.refusals, result.ignored, result.wrote) == ([], [], False)
    engine.dispose()


@DESK
def test_the_file_is_nobody_elses(server: Server, page: Page, new_context, tmp_path: Path):
    opened(server, page, "role=township&what=template")
    made(page, tmp_path)
    id = asked(page)["made"]
    other: BrowserContext = new_context(viewport={"width": 1366, "height": 768})
    stranger = opened(server, other.new_page(), f"role=county&made={id}")
    expect(stranger.get_by_text("这份文件不存在或已清除")).to_be_visible()
    expect(stranger.get_by_role("link", name="下载", exact=True)).to_have_count(0)


@PHONE
def test_on_a_phone_it_fits_and_says_what_is_amiss(server: Server, page: Page):
    opened(server, page, "role=county&from=2026-10&to=2026-02&sheets=3-99")
    expect(page.get_by_text("月份的起止写反了")).to_be_visible()
    expect(page.get_by_text("无法识别")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    pill(page, "空白模板").focus()
    page.keyboard.press("Enter")
    ready(page)
    expect(page.get_by_role("button", name="生成文件", exact=True)).to_be_enabled()  # it holds nobody's data
