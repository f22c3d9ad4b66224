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


def chart(page: Page, server: Server) -> Locator:
    page.goto(f"{server.url}/income")
    ready(page)
    found = page.locator("[class*='st-key-chart_']").first
    expect(found.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    return found


def taken(page: Page, button: Locator) -> tuple[str, bytes]:
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.screen(1366, 768)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_is_taken_away_with_what_its_heading_says(page: Page, county_server: Server, theme: str):
    page.emulate_media(color_scheme=theme)
    drawn = chart(page, county_server)
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
    plot = drawn.locator(".js-plotly-plot").bounding_box()
    assert name.endswith(".png") and picture.width == 2 * max(round(plot["width"]), 640)
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
