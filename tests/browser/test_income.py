"""收入趋势 in a real browser: from the nav to the household by clicks, a line tried out, Back, reload, nonsense."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Connection

from data.access.masks import mask_name
from data.access.viewer import Viewer
from data.figures import lists
from data.figures.books import closed_month
from data.income import distribution as income_distribution
from data.income import sinking
from data.months import label
from data.regions.tree import children
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.visitor import asked, turn_to

COUNTY = "990181"
CADRE = Viewer("county", COUNTY)
BARS = ".st-key-chart_spread .barlayer .point path"


@pytest.fixture(scope="module")
def store(county_database: Path) -> Iterator[Connection]:
    engine = open_engine(f"sqlite:///{county_database}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def month(store: Connection) -> int:
    return closed_month(store, COUNTY)


@pytest.fixture(scope="module")
def spread(store: Connection, month: int) -> income_distribution.Distribution:
    return income_distribution.distribution(store, CADRE, COUNTY, month)


@pytest.fixture(scope="module")
def sunk(store: Connection, month: int) -> sinking.Sinking:
    return sinking.sinking(store, CADRE, COUNTY, month)


def follow(page: Page, locator, pattern: str) -> None:
    """Click and wait for the address that the click leads to."""
    locator.click()
    page.wait_for_url(re.compile(pattern))
    ready(page)


def chip(page: Page, words: str):
    return page.locator("a.chip").filter(has_text=re.compile(rf"^{words}"))


def type_line(page: Page, yuan: int) -> None:
    field = page.get_by_label("直接输入（元）")
    field.fill(str(yuan))
    field.press("Enter")
    page.wait_for_url(re.compile(rf"line={yuan}(&|$)"))
    ready(page)


@pytest.mark.screen(1366, 768)
def test_a_line_typed_shows_who_enters_in_numbers_and_names_and_back_takes_it_away(open_page, spread):
    page = open_page("/overview")
    turn_to(page, "收入趋势")
    ready(page)
    follow(page, chip(page, "分布"), "view=spread")
    below = int(spread.below.sum())
    expect(page.get_by_text(f"现在线下的户：{below} 户")).to_be_visible()
    type_line(page, 10_500)
    told = income_distribution.touched(spread, income_distribution.what_if(spread, 1_050_000).entering)
    said = f"新进入 {told.households} 户 {told.persons} 人，涉及 {told.villages} 个村"
    expect(page.locator(".trend-said")).to_contain_text(said)
    expect(page.get_by_text(f"新进入线下的户（试算线 10,500 元）：{told.households} 户")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出名单（Excel）").click()
    assert "试算线 10,500 元" in download.value.suggested_filename
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    title, stamp, headings, first = list(sheet.iter_rows(max_row=4, values_only=True))
    assert "试算线 10,500 元" in title[0] and "试算线 10,500 元" in stamp[0]
    gap, income = headings.index("与试算线 10,500 元的差距（元/人）"), headings.index("人均纯收入（元）")
    assert first[gap] == pytest.approx(first[income] - 10_500) and first[gap] < 0
    expect(page.locator(".trend-counts .value").first).to_be_visible()
    numbers = [int(one.split()[0]) for one in page.locator(".trend-counts .value").all_inner_texts()]
    assert sum(numbers) == told.households and numbers == sorted(numbers, reverse=True)
    ready(page.reload() and page)
    expect(page.locator(".trend-said")).to_contain_text(said)
    page.go_back()
    page.wait_for_url(lambda url: "line=" not in url)
    ready(page)
    expect(page.get_by_text(f"现在线下的户：{below} 户")).to_be_visible()


@pytest.mark.screen(1920, 1080)
def test_a_line_dragged_stands_in_the_address_and_who_leaves_is_told(open_page, spread):
    page = open_page("/income?view=spread")
    tried = int(page.get_by_label("直接输入（元）").input_value()) - 100  # a step under the line in force
    page.get_by_role("slider").press("ArrowLeft")
    page.wait_for_url(re.compile(rf"line={tried}(&|$)"))
    ready(page)
    told = income_distribution.touched(spread, income_distribution.what_if(spread, tried * 100).leaving)
    expect(page.locator(".trend-said")).to_contain_text(
        f"不再在线下 {told.households} 户" if told.households else "不再在线下 0 户"
    )
    expect(page.get_by_label("直接输入（元）")).to_have_value(str(tried))
    follow(page, page.get_by_role("link", name=re.compile("回到现行")), r"view=spread$")
    assert "line" not in asked(page)


@pytest.mark.screen(1366, 768)
def test_a_bar_opens_the_households_in_it_and_a_name_the_household(open_page, spread):
    page = open_page("/income?view=spread")
    bars = income_distribution.histogram(spread)
    fullest = int(bars["households"].idxmax())
    bar = page.locator(BARS).nth(fullest)
    bar.scroll_into_view_if_needed()
    at = bar.bounding_box()
    page.mouse.click(at["x"] + at["width"] / 3, at["y"] + at["height"] * 0.7)  # beside the lines that cross it
    page.wait_for_url(re.compile(rf"bin={int(bars['low'].iloc[fullest])}(&|$)"))
    ready(page)
    number = int(bars["households"].iloc[fullest])
    expect(page.locator(".st-key-list_heading")).to_contain_text(f"{number:,} 户")
    follow(page, page.get_by_role("link", name="下一页 ›"), "page=2")
    expect(page.locator(".trend-cards tbody tr")).to_have_count(min(number - 50, 50))
    follow(page, page.locator(".trend-cards a.row").first, "/household")
    page.go_back()
    page.wait_for_url(re.compile("page=2"))
    ready(page)
    page.go_back()
    page.wait_for_url(lambda url: "page=" not in url)


@pytest.mark.screen(1920, 1080)
def test_who_sinks_is_filtered_by_cause_and_place_and_each_has_a_reason(open_page, sunk, store):
    page = open_page("/income?view=sinking")
    expect(page.locator("h2").first).to_contain_text(f"{len(sunk.household)} 户收入在下降")
    wage = sunk.picked(cause="wage")
    follow(page, chip(page, "工资性减少"), "cause=wage")
    expect(page.locator(".st-key-list_heading")).to_contain_text(f"{len(wage)} 户")
    expect(page.locator(".trend-reason")).to_have_count(min(len(wage), 50))
    reasons = page.locator(".trend-reason").all_inner_texts()
    assert all(("比上年同月少" in one or "低于监测线" in one) and "工资性少" in one for one in reasons)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出名单（Excel）").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    heads = [cell.value for cell in sheet[3]]
    causes = [row[heads.index("哪类收入减少")].value for row in sheet.iter_rows(min_row=4)]
    assert len(causes) == len(wage) and all("工资性少" in one for one in causes)
    town = page.locator(".trend-counts a").first
    name, number = town.locator(".name").inner_text(), town.locator(".value").inner_text()
    code = next(one.code for one in children(store, CADRE, COUNTY) if one.name == name)
    follow(page, town, rf"region={code}(&|$)")
    assert asked(page)["cause"] == "wage"
    expect(page.locator(".st-key-list_heading")).to_contain_text(number)


@pytest.mark.screen(1366, 768)
def test_the_course_goes_by_income_year_and_a_region_of_the_map_or_a_line_leads_on(open_page, store):
    page = open_page("/income")
    follow(page, chip(page, "按收入年度"), "span=year")
    expect(page.locator(".st-key-chart_years .js-plotly-plot")).to_be_visible()
    expect(page.get_by_text("未完").first).to_be_visible()
    follow(page, chip(page, "人均纯收入增速"), "map=growth")
    towns = children(store, CADRE, COUNTY)
    box = page.get_by_role("combobox", name=re.compile("画在一张图上对比"))
    box.click()
    box.fill(towns[0].name)
    expect(page.get_by_role("option").first).to_contain_text(towns[0].name)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"with={towns[0].code}(&|$)"))
    ready(page)
    expect(page.locator(".st-key-chart_lines .js-plotly-plot")).to_be_visible()
    page.keyboard.press("Escape")
    shape = page.frame_locator(".st-key-income_map_box iframe").locator(f'path.region[data-code="{towns[1].code}"]')
    follow(page, shape, rf"region={towns[1].code}(&|$)")
    assert asked(page)["map"] == "growth"
    expect(page.locator(".breadcrumbs")).to_contain_text(towns[1].name)


@pytest.mark.screen(1920, 1080)
def test_a_point_of_the_course_opens_the_names_of_its_month(open_page, month):
    page = open_page("/income")
    point = page.locator(".st-key-chart_kinds .scatterlayer .points path").nth(-4)
    point.scroll_into_view_if_needed()
    at = point.bounding_box()
    page.mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    page.wait_for_url(re.compile("/figure"))
    ready(page)
    assert (asked(page)["indicator"], asked(page)["month"]) == ("net_income_per_capita", label(month - 3))


@pytest.mark.screen(390, 844)
def test_nonsense_in_the_address_is_said_and_nothing_is_cut_off_on_a_phone(open_page):
    page = open_page("/income?view=spread&line=12x&who=%3Cb%3E&page=9999")
    for words in ("试算线“12x”不能用", "没有“<b>”这个名单选项", "名单没有第“9999”页"):
        expect(page.get_by_text(words)).to_be_visible()
    for view in ("course", "spread", "sinking"):
        page = open_page(f"/income?view={view}")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_a_display_reads_no_names_and_a_helper_only_his_own(open_page, sunk, store, month):
    page = open_page("/income?view=sinking&role=display")
    expect(page.locator(".trend-cards a.row")).to_have_count(min(len(sunk.household), 50))
    heads = lists.of_households(store, CADRE, sunk.household[sunk.picked()][:50].tolist(), COUNTY, month)["head"]
    assert page.locator(".trend-cards a.row").all_inner_texts() == heads.map(mask_name).tolist()
    page = open_page("/income?view=spread&role=helper")
    expect(page.get_by_text("只含本人结对的户")).to_be_visible()
