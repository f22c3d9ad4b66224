"""资金 in a real browser: from the county to one fund, its project and its households, and back from a household."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from components.drawing import wording
from data.access.viewer import Viewer
from data.figures import read as figures
from data.regions.tree import status
from tests.browser.ready import ready
from tests.browser.visitor import asked

COUNTY = "990181"
PICKED = """
    SELECT f.code, f.name, f.year, f.project, COUNT(DISTINCT b.household_id) AS households
    FROM fund f JOIN project_household b ON b.project = f.project
    WHERE f.region LIKE '990181%' AND f.year < 2026
    GROUP BY f.code, f.name, f.year, f.project ORDER BY f.code"""


def wider(page: Page) -> int:
    return page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth - window.innerWidth")


@pytest.mark.screen(1920, 1080)
def test_from_the_county_to_a_fund_its_project_its_household_and_back(open_page, store):
    with store.connect() as connection:
        picked = connection.execute(text(PICKED)).first()
        month = status(connection).last_month
        said = figures.figures(connection, Viewer("county", COUNTY), COUNTY, month, ("fund_arranged", "fund_progress"))
    page = open_page("/funds")
    for id, figure in said.items():
        tile = page.locator(f"a.tile[href*='indicator={id}']").locator(".figure")
        shown = wording.amount(figures.indicator(id), figure.value)
        expect(tile).to_have_text(f"{shown.number}{shown.unit}")
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    expect(page.locator("ul.batches li").first).to_contain_text("少拨")
    assert wider(page) <= 0
    page.get_by_role("link", name=f"{picked.year}年", exact=True).click()
    page.wait_for_url(f"**year={picked.year}**")
    ready(page)
    box = page.get_by_placeholder("名称、编号或项目")
    box.fill(picked.code)
    box.press("Enter")
    page.wait_for_url(f"**words={picked.code}**")
    ready(page)
    rows = page.locator("#list, .table").last.locator("tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name=picked.name).click()
    page.wait_for_url(f"**fund={picked.code}**")
    ready(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(picked.name)
    expect(page.get_by_role("heading", name=f"带动 {picked.households} 户")).to_be_visible()
    page.locator(".fund-facts a").click()
    page.wait_for_url(f"**/project?**project={picked.project}**")
    ready(page)
    page.locator(".table", has_text="最近拨付").get_by_role("link", name=picked.name).click()
    page.wait_for_url(f"**fund={picked.code}**")
    ready(page)
    page.locator(".table", has_text="户类型").locator("tbody a.row").first.click()
    page.wait_for_url("**/household?**")
    ready(page)
    page.locator("#funds").get_by_role("link", name=picked.name).click()
    page.wait_for_url(f"**fund={picked.code}**")
    ready(page)
    page.go_back()
    page.wait_for_url("**/household?**")
    ready(page)
    expect(page.locator("#funds")).to_contain_text(picked.name)


@pytest.mark.screen(1366, 768)
def test_filters_stand_in_the_address_and_outlive_a_reload_and_back(open_page):
    page = open_page("/funds")
    rows = page.locator(".table").last.locator("tbody tr")
    expect(rows.first).to_be_visible()
    every = rows.count()
    page.get_by_role("link", name="只看滞后").click()
    page.wait_for_url("**late=1**")
    ready(page)
    late = rows.count()
    assert 0 < late < every
    assert all(cell != "0" for cell in rows.locator("td[data-label='滞后（万元）']").all_inner_texts())
    page.locator("th a", has_text="安排（万元）").last.click()
    page.wait_for_url("**sort=arranged**")
    ready(page)
    amounts = [float(cell.replace(",", "")) for cell in rows.locator("td[data-label='安排（万元）']").all_inner_texts()]
    assert amounts == sorted(amounts, reverse=True) and len(amounts) == late
    page.reload()
    ready(page)
    expect(rows).to_have_count(late)
    assert asked(page)["late"] == "1" and asked(page)["sort"] == "arranged"
    page.go_back()
    page.wait_for_url(lambda url: "sort" not in url)
    ready(page)
    assert asked(page)["late"] == "1"
    page.go_back()
    page.wait_for_url(lambda url: "late" not in url)
    ready(page)
    expect(rows).to_have_count(every)
    assert wider(page) <= 0


def test_a_fund_of_the_list_behind_a_figure_is_opened_from_it(open_page):
    page = open_page("/figure?indicator=late_funds")
    row = page.locator(".table tbody a.row").last
    expect(row).to_be_visible()
    name = row.inner_text()
    row.click()
    page.wait_for_url("**/funds?**fund=**")
    ready(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("heading", name=re.compile("个批次滞后"))).to_be_visible()


@pytest.mark.screen(1366, 768)
def test_a_nonsense_address_is_said_and_the_page_still_stands(open_page):
    page = open_page("/funds?year=1066&source=<b>国外</b>&sort=f.code&page=x")
    expect(page.locator(".problem")).to_have_count(4)
    expect(page.locator(".problem", has_text="<b>国外</b>")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("安排资金")
    page = open_page("/funds?fund=%3Cscript%3Ealert(1)%3C/script%3E")
    expect(page.get_by_text("没有找到这笔资金")).to_be_visible()


def test_a_village_cadre_opens_no_fund_of_the_county_and_a_wall_reads_no_name(open_page, store):
    with store.connect() as connection:
        picked = connection.execute(text(PICKED.replace("f.region LIKE '990181%'", "length(f.region) = 6"))).first()
    page = open_page(f"/funds?fund={picked.code}&role=village")
    expect(page.get_by_text("没有找到这笔资金")).to_be_visible()
    expect(page.get_by_text(picked.name)).to_have_count(0)
    page = open_page(f"/funds?fund={picked.code}&role=display")
    cells = page.locator(".table", has_text="户类型").locator("tbody td:first-child")
    expect(cells.first).to_be_visible()
    names = cells.all_inner_texts()
    assert names and all(re.fullmatch(r".{1,2}\*+", name) for name in names)


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_on_a_phone_nothing_is_wider_than_the_screen(open_page, store):
    with store.connect() as connection:
        picked = connection.execute(text(PICKED)).first()
    for path in ("/funds", f"/funds?year={picked.year}&page=2", f"/funds?fund={picked.code}"):
        page = open_page(path)
        cards = page.locator(".table.cards tbody tr:visible")
        expect(cards.first).to_be_visible()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390 and wider(page) <= 0
        assert cards.count() > 3
        assert all(box["x"] + box["width"] <= 390 for card in cards.all()[:40] if (box := card.bounding_box()))
        inner = page.evaluate(
            "[...document.querySelectorAll('.table.cards td')].filter(cell => cell.offsetParent"
            " && cell.scrollWidth > cell.clientWidth + 1).length"
        )
        assert inner == 0
