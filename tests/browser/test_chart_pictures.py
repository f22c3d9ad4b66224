"""A chart taken away: as a picture with its title, made in the browser, and as a workbook with the same figures."""

import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.ready import ready
from tests.browser.server import Server

TEXT = "{http://www.w3.org/2000/svg}text"


PLOT = ".js-plotly-plot, .drawn img:visible"


def chart(page: Page, server: Server, path: str = "/income") -> Locator:
    page.goto(server.url + path)
    ready(page)
    found = page.locator("[class*='st-key-chart_']").first
    expect(found.locator(PLOT).first).to_be_visible()
    return found


def taken(page: Page, button: Locator) -> tuple[str, bytes]:
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.screen(1366, 768)
@pytest.mark.parametrize(("path", "theme"), [("/income", "light"), ("/income", "dark"), ("/", "dark")])
def test_a_chart_is_taken_away_with_what_its_heading_says(page: Page, county_server: Server, path: str, theme: str):
    page.emulate_media(color_scheme=theme)
    drawn = chart(page, county_server, path)
    title = drawn.locator(".heading h2").first.inner_text()
    subtitle = drawn.locator(".heading p").first.inner_text()

    name, content = taken(page, drawn.locator("button[data-take=svg]"))
    assert name.endswith(".svg") and title[:10] in name
    told = ["".join(text.itertext()) for text in ElementTree.fromstring(content).iter(TEXT)]
    assert told[:2] == [title, subtitle]
    assert "演示数据" in told[2] and "数据版本" in told[2]
    assert len(told) > 10  # the axes' words came along

    name, content = taken(page, drawn.locator("button[data-take=png]"))
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    width = drawn.locator(PLOT).evaluate("plot => plot.naturalWidth || plot.clientWidth")
    assert name.endswith(".png") and picture.width == 2 * max(width, 640)
    ground = picture.getpixel((2, 2))
    assert (sum(ground) > 600) == (theme == "light")
    assert len(picture.getcolors(2**24)) > 50  # something is drawn on it


@pytest.mark.screen(1366, 768)
def test_the_workbook_of_a_chart_holds_the_figures_of_its_table(page: Page, county_server: Server):
    drawn = chart(page, county_server)
    name, content = taken(page, drawn.get_by_role("button", name="Excel 表格"))
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert name.endswith(".xlsx") and rows[0][0] == f"示范市：{drawn.locator('.heading h2').first.inner_text()}"
    assert "演示数据" in rows[1][0]
    drawn.get_by_text("看表格").click()
    expect(drawn.locator("thead th").first).to_be_visible()
    heads = drawn.locator("thead th").all_inner_texts()
    assert [cell for cell in rows[2] if cell] == heads
    first = drawn.locator("tbody tr").first.locator("td").all_inner_texts()
    assert rows[3][0] == first[0]
    shown = [float(text.replace(",", "").replace("−", "-")) for text in first[1:] if text[-1].isdigit()]
    held = [round(cell) for cell in rows[3][1:] if isinstance(cell, int | float) and abs(cell) >= 1]
    assert shown[: len(held)] == held[: len(shown)] and held


@pytest.mark.screen(1366, 768)
def test_the_course_of_the_start_page_says_each_month_under_the_pointer_and_in_a_table(
    page: Page, county_server: Server
):
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    drawn = chart(page, county_server, "/")
    image, tip = drawn.locator(PLOT), page.locator(".drawn-tip")
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 40)
    expect(tip).to_be_visible()
    month, *told = tip.inner_text().split("\n")
    assert [line.split(" ")[0] for line in told] == ["人均纯收入", "监测线"] and told[0].endswith(" 元")
    drawn.get_by_text("看表格").click()
    row = drawn.locator("tbody tr", has_text=month).first.locator("td")
    assert [f"人均纯收入 {row.nth(1).inner_text()}", f"监测线 {row.nth(2).inner_text()}"] == told
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    assert not [url for url in fetched if "Plotly" in url or "SourceSans" in url or "MaterialSymbols" in url]
