"""总览 and 指标说明 in a real browser: what a click opens, what the address keeps, what a role may see."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from data.access.viewer import Viewer
from data.commands.version import VERSION
from data.figures import lists
from data.figures import read as figures
from data.figures.books import closed_month
from data.figures.standing import OPEN
from data.months import label, month_of, short_day, spoken
from data.regions.tree import status, viewers
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server
from tests.browser.visitor import asked, choose, crumbs, turn_to

COUNTY, TOWNSHIPS = "990181", 19
WALL = pytest.mark.screen(1920, 1080)


def the_map(page: Page) -> FrameLocator:
    return page.frame_locator(".st-key-overview_map iframe")


def path(page: Page) -> str:
    return re.sub(r"^https?://[^/]+", "", page.url)


@WALL
def test_the_overview_shows_the_county_on_one_wall_without_a_scroll_bar(open_page):
    page = open_page("/")
    expect(page.locator("a.tile")).to_have_count(10)
    expect(the_map(page).locator("path.region")).to_have_count(TOWNSHIPS)
    expect(page.locator("ol.ranking li")).to_have_count(TOWNSHIPS)
    expect(page.locator(".drawn img:visible")).to_have_count(1)
    heights = page.evaluate(
        "(() => { const main = document.querySelector('[data-testid=stMain]');"
        " return [main.scrollHeight, main.clientHeight] })()"
    )
    assert heights[0] <= heights[1]
    sizes = page.evaluate(
        "(() => Object.fromEntries(['.st-key-overview_map', '.tiles', '.ranking', '.drawn'].map(part => {"
        " const {width, height} = document.querySelector(part).getBoundingClientRect();"
        " return [part, width * height] })))()"
    )
    assert max(sizes, key=sizes.get) == ".st-key-overview_map"


@WALL
def test_the_tiles_show_what_the_store_says(open_page, county_server: Server):
    page = open_page("/overview")
    engine = open_engine(county_server.database_url)
    with engine.connect() as connection:
        held = status(connection)
        said = figures.figures(connection, Viewer("county", COUNTY), COUNTY, held.last_month, ("households",))
    tile = page.locator("a.tile", has_text="建档立卡和监测户数")
    expect(tile.locator(".figure")).to_have_text(f"{said['households'].value:,}户")
    engine.dispose()


def test_a_click_on_the_map_goes_down_and_back_goes_up(open_page):
    page = open_page("/?indicator=visit_coverage")
    region = the_map(page).locator("path.region").first
    code = region.get_attribute("data-code")
    region.click()
    page.wait_for_url(f"**region={code}**")
    ready(page)
    expect(crumbs(page)).to_have_count(2)
    assert asked(page)["indicator"] == "visit_coverage"
    expect(the_map(page).locator("path.region").first).to_have_attribute("data-code", re.compile(f"^{code}"))
    village = the_map(page).locator("path.region").first
    below = village.get_attribute("data-code")
    village.click()
    page.wait_for_url(f"**region={below}**")
    ready(page)
    expect(crumbs(page)).to_have_count(3)
    page.go_back()
    page.wait_for_url(f"**region={code}**")
    expect(crumbs(page)).to_have_count(2)
    ready(page)
    page.go_back()
    expect(crumbs(page)).to_have_text(["示范市"])


def test_a_tile_opens_its_explanation_and_the_households_behind_it(open_page, county_server: Server):
    page = open_page("/")
    page.locator("a.tile", has_text="低于监测线户").click()
    page.wait_for_url("**/figure?**")
    ready(page)
    expect(page.get_by_role("heading", name="低于监测线户", exact=True)).to_be_visible()
    expect(page.get_by_text("12个月人均纯收入低于本省监测线（取本月最后一天执行的标准）的户")).to_be_visible()
    expect(page.locator(".big")).to_contain_text("户")
    shown = int(page.locator(".big").inner_text().split("户")[0].replace(",", ""))
    expect(page.get_by_role("heading", name=f"名单：{shown} 户")).to_be_visible()
    rows = page.get_by_role("table", name="示范市低于监测线户名单").locator("tbody tr")
    expect(rows).to_have_count(min(shown, lists.PAGE))
    rows.first.locator("a.row").click()
    page.wait_for_url("**/household?**household=**")
    ready(page)
    page.go_back()
    page.wait_for_url("**/figure?**")


def test_parts_of_the_sub_regions_add_up_on_the_page(open_page):
    page = open_page("/figure?indicator=project_investment")
    cells = page.get_by_role("table", name="示范市各乡镇项目投资").locator("tbody tr")
    expect(cells.last).to_contain_text("示范市")
    texts = cells.all_inner_texts()
    names = [text.split("\t")[0] for text in texts]
    assert names[-1] == "示范市" and len(names) >= TOWNSHIPS + 1
    expect(page.get_by_text(re.compile("相加等于合计"))).to_be_visible()


def test_the_list_is_sorted_and_paged_by_links_that_the_address_keeps(open_page):
    page = open_page("/figure?indicator=households")
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**page=2**")
    ready(page)
    expect(page.get_by_text("第 2 /")).to_be_visible()
    page.get_by_role("link", name="人均纯收入（元）").click()
    page.wait_for_url("**sort=per_head**")
    ready(page)
    column = page.get_by_role("table", name="示范市建档立卡和监测户数名单").locator("tbody tr td:nth-child(7)")
    amounts = [float(text.replace(",", "").replace("−", "-")) for text in column.all_inner_texts()]
    assert amounts == sorted(amounts) and len(amounts) == lists.PAGE


def test_the_export_is_a_workbook_with_real_numbers_and_a_chinese_name(open_page, county_server: Server):
    page = open_page("/figure?indicator=below_line_households")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出名单").click()
    download = waiting.value
    assert re.fullmatch(r"示范市低于监测线户名单_\d{4}-\d\d\.xlsx", download.suggested_filename)
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.path()).read_bytes())).active
    head, *rows = list(sheet.iter_rows(min_row=3, values_only=True))
    engine = open_engine(county_server.database_url)
    with engine.connect() as connection:
        month = closed_month(connection, COUNTY)
        expected = lists.whole(connection, Viewer("county", COUNTY), "below_line_households", COUNTY, month)
    engine.dispose()
    assert download.suggested_filename.endswith(f"_{label(month)}.xlsx")
    assert len(rows) == len(expected) > 0
    place = head.index("人均纯收入（元）")
    assert [row[place] for row in rows] == expected["per_head"].tolist()
    assert all(isinstance(row[place], float | int) for row in rows)
    assert [row[head.index("户主")] for row in rows] == expected["head"].tolist()
    assert "演示数据" in sheet["A2"].value


def test_region_and_month_survive_a_reload_and_open_elsewhere(open_page, new_context: Callable[..., BrowserContext]):
    page = open_page("/")
    choose(page, "月份", "2025年3月")
    choose(page, "区划", "990181001")
    choose(page, "地图", "走访覆盖率")
    kept = path(page)
    assert {"month=2025-03", "region=990181001", "indicator=visit_coverage"} <= set(kept.split("?")[1].split("&"))
    page.reload()
    ready(page)
    assert path(page) == kept

    other = new_context().new_page()
    other.goto(page.url)
    ready(other)
    expect(crumbs(other)).to_have_text(crumbs(page).all_inner_texts())
    expect(other.locator("a.tile")).to_have_text(page.locator("a.tile").all_text_contents())
    expect(other.get_by_role("combobox", name="月份")).to_have_value("2025年3月")


def test_back_undoes_one_choice_at_a_time_and_forward_makes_it_again(open_page):
    page = open_page("/")
    choose(page, "区划", "990181001")
    choose(page, "身份", "村干部")  # may not see that township: two values of the address change at once
    page.wait_for_url("**role=village**")
    expect(crumbs(page)).to_have_count(1)
    page.go_back()
    page.wait_for_url(lambda url: "role" not in url)
    ready(page)
    assert asked(page)["region"] == "990181001"
    expect(page.get_by_role("combobox", name="身份")).to_have_value("县级干部")
    page.go_back()
    expect(crumbs(page)).to_have_text(["示范市"])
    ready(page)
    page.go_forward()
    expect(crumbs(page)).to_have_count(2)


@pytest.mark.parametrize(
    "query",
    ["region=123", "region=990181999", "month=2026-13", "month=0000-00", "indicator=%3Cscript%3E", "role=root"],
)
def test_nonsense_in_the_address_is_said_and_the_default_is_shown(open_page, query: str):
    page = open_page(f"/overview?{query}")
    expect(page.locator("p.problem")).to_have_count(1)
    expect(crumbs(page)).to_have_text(["示范市"])
    expect(page.locator("a.tile")).to_have_count(10)


@pytest.mark.parametrize("query", ["page=0", "page=99999", "page=x", "sort=nothing", "sort=-"])
def test_nonsense_about_a_list_is_said_and_its_beginning_is_shown(open_page, query: str):
    page = open_page(f"/figure?indicator=households&{query}")
    expect(page.locator("p.problem")).to_have_count(1)
    expect(page.get_by_text("第 1 /")).to_be_visible()


def test_a_role_sees_its_own_region_and_nothing_else(open_page, county_server: Server):
    engine = open_engine(county_server.database_url)
    with engine.connect() as connection:
        by_role = {viewer.role: viewer for viewer in viewers(connection)}
    engine.dispose()
    page = open_page("/")
    choose(page, "身份", "村干部")
    village = by_role["village"].region
    expect(crumbs(page)).to_have_count(1)  # the way up ends where his region begins

    page = open_page(f"/overview?role=village&region={COUNTY}")
    expect(page.get_by_text("不在您的查看范围内")).to_be_visible()
    expect(page.locator("a.tile")).to_have_count(0)
    page.get_by_role("link", name="返回首页").click()
    page.wait_for_url(f"**region={village}**")
    ready(page)
    expect(page.locator("a.tile")).to_have_count(10)


def test_a_helper_reads_the_names_of_his_own_households_only(open_page, county_server: Server):
    engine = open_engine(county_server.database_url)
    with engine.connect() as connection:
        helper = next(viewer for viewer in viewers(connection) if viewer.role == "helper")
        held = status(connection)
        own = lists.count(connection, helper, "households", helper.region, held.last_month)
        village = lists.count(
            connection, Viewer("village", helper.region), "households", helper.region, held.last_month
        )
    engine.dispose()
    assert 0 < own < village
    page = open_page("/figure?indicator=households&role=helper")
    expect(page.get_by_role("heading", name=f"名单：{own} 户")).to_be_visible()
    expect(page.get_by_text("只列出本人结对的户")).to_be_visible()


def test_a_wall_display_reads_family_names_only(open_page):
    page = open_page("/figure?indicator=monitored_households&role=display")
    expect(page.locator("a.row").first).to_be_visible()
    names = page.locator("a.row").all_inner_texts()
    people = [name for name in names if name.endswith("*")]
    assert len(people) == min(lists.PAGE, len(names)) or len(people) >= lists.PAGE


def test_the_theme_is_switched_for_all_pages_and_kept(open_page):
    page = open_page("/figure?indicator=visits&month=2026-01")
    ground = page.locator(".stApp")
    expect(ground).to_have_css("background-color", "rgb(250, 249, 246)")
    page.get_by_role("link", name="深色").click()
    expect(ground).to_have_css("background-color", "rgb(14, 23, 38)")
    ready(page)
    assert asked(page)["month"] == "2026-01"
    turn_to(page, "总览")
    page.wait_for_url("**/overview**")
    ready(page)
    page.reload()
    ready(page)
    expect(ground).to_have_css("background-color", "rgb(14, 23, 38)")
    expect(page.get_by_role("link", name="浅色")).to_be_visible()


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_a_phone_shows_everything_in_one_column(open_page):
    page = open_page("/")
    expect(page.locator("a.tile")).to_have_count(10)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("a.tile").first.tap()
    page.wait_for_url("**/figure?**")
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("path", ["/", "/battle_map", "/household"])
@pytest.mark.screen(390, 844)
def test_the_foot_of_a_page_says_which_version_this_is_and_stands_below_all_else(open_page, path: str):
    page = open_page(path)
    foot = page.get_by_role("contentinfo")
    expect(foot).to_have_text(re.compile(rf"村级作战室 {re.escape(VERSION)} · 数据版本 [1-9]\d*"))
    below = foot.evaluate(
        "foot => [...document.querySelectorAll('.stHtml, iframe, [data-testid=stSelectbox]')].filter(other =>"
        " !other.contains(foot) && other.getBoundingClientRect().bottom > foot.getBoundingClientRect().top)"
        ".map(other => other.outerHTML.slice(0, 200))"
    )
    assert below == []
    page.emulate_media(media="print")
    expect(foot).to_be_hidden()


def test_a_tile_opens_by_the_keyboard(open_page):
    page = open_page("/")
    page.locator("a.tile").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/figure?**indicator=households**")
    ready(page)
    expect(page.locator(".big")).to_be_visible()


def test_the_day_of_the_figures_is_said_and_a_month_that_is_not_closed(open_page, county_server: Server):
    page = open_page("/")
    expect(page.locator(".version")).to_have_text(re.compile(r"更新于 \d{4}-\d\d-\d\d \d\d:\d\d"))
    expect(page.get_by_text("演示数据", exact=True)).to_be_visible()
    engine = open_engine(county_server.database_url)
    with engine.connect() as connection:
        month, built = closed_month(connection, COUNTY), status(connection).built
    engine.dispose()
    dates, tile = page.locator(".dates"), page.locator("a.tile", has_text="人均纯收入").first
    expect(dates).to_have_text(f"收入截至{spoken(month)} · 其余截至{short_day(built)}")
    expect(page.get_by_role("combobox", name="月份")).to_have_value("最新")
    expect(page.locator(".heading p").first).to_contain_text(spoken(month))
    expect(tile.locator(".name")).to_have_text(f"人均纯收入{month % 12 + 1}月")
    expect(tile).not_to_contain_text(OPEN)
    choose(page, "月份", spoken(month_of(built)))
    expect(dates).to_contain_text(re.compile(rf"{spoken(month_of(built))}.* · 收入{OPEN}"))
    expect(tile).to_contain_text(OPEN)
    expect(page.locator(".heading p").first).to_contain_text(f"{spoken(month_of(built))}，{OPEN}")
    choose(page, "月份", "最新")
    expect(page.get_by_role("combobox", name="月份")).to_have_value("最新")
    assert "month" not in asked(page)
    expect(dates).to_have_text(f"收入截至{spoken(month)} · 其余截至{short_day(built)}")
