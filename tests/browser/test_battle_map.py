"""挂图作战 and 户档案 in a real browser: down by clicks and up by Back, the same as a table, never out of scope."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import openpyxl
import pytest
from playwright.sync_api import FrameLocator, Page, expect
from sqlalchemy import Engine, text

from data.access.masks import mask_name
from data.access.viewer import Viewer
from data.figures.books import closed_month
from data.figures.read import children
from data.households import village as households
from data.regions.tree import Status, status, viewers
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import asked, choose, crumbs, eventually
from tests.stores import copied

COUNTY, TOWNSHIPS, VILLAGES = "990181", 19, 91
HOUSEHOLDS = "() => map.warRoom.points.items.map(item => [item.id, map.latLngToContainerPoint(item.at)])"
VIEW = "() => [map.getCenter().lat, map.getCenter().lng, map.getZoom()].map(part => part.toFixed(4)).join()"
REFUSED = "没有找到这一户：编号不存在，或不在您的查看范围内。"
EVIL = ("`;alert(1)//", "${alert(2)}", "</script><script>alert(3)</script>", "<img src=x onerror=alert(4)>", "{{7*7}}")


@pytest.fixture(scope="module")
def known(store: Engine) -> Status:
    with store.connect() as connection:
        return status(connection)


@pytest.fixture(scope="module")
def village(store: Engine) -> str:
    """A village that the built-in village cadre does not see."""
    with store.connect() as connection:
        own = by_role(store, "village").region
        return connection.execute(
            text("SELECT village FROM household WHERE village > :own GROUP BY village HAVING COUNT(*) > 30 LIMIT 1"),
            {"own": own[:9] + ":"},
        ).scalar_one()


def by_role(store: Engine, role: str) -> Viewer:
    with store.connect() as connection:
        return next(viewer for viewer in viewers(connection) if viewer.role == role)


def the_map(page: Page, number: int = 0) -> FrameLocator:
    return page.frame_locator("[class*=_map_box] iframe, [class*=map_beside_box] iframe").nth(number)


def region(page: Page, code: str, number: int = 0):
    return the_map(page, number).locator(f'path.region[data-code="{code}"]')


def click_region(page: Page, code: str) -> None:
    region(page, code).click()
    page.wait_for_url(re.compile(rf"region={code}(&|$)"))
    ready(page)


def points(page: Page) -> dict[int, dict]:
    """Household → where its mark stands in the map, once the marks are drawn."""
    expect(the_map(page).locator("path.chosen")).to_be_attached()
    eventually(page, lambda: bool(the_map(page).locator("body").evaluate(HOUSEHOLDS)), True)
    return {int(id): at for id, at in the_map(page).locator("body").evaluate(HOUSEHOLDS)}


def test_clicks_lead_from_the_county_down_to_a_household_and_back_leads_up(
    open_page, village: str, store: Engine, known
):
    page = open_page("/battle_map")
    expect(the_map(page).locator("path.region")).to_have_count(TOWNSHIPS)
    click_region(page, village[:9])
    click_region(page, village)
    marks = points(page)
    with store.connect() as connection:
        expected = households.count(connection, Viewer("county", COUNTY), village, known.last_month)
    assert len(marks) == expected
    id, at = min(marks.items(), key=lambda mark: mark[1]["y"])  # the northernmost stands free
    the_map(page).locator(".leaflet-container").click(position=at)
    page.wait_for_url("**/household?**")
    ready(page)
    assert (asked(page)["household"], asked(page)["region"]) == (str(id), village)
    with store.connect() as connection:
        head = connection.execute(text("SELECT head FROM household WHERE id = :id"), {"id": id}).scalar_one()
    expect(page.locator("h1")).to_have_text(head)
    for depth in (3, 2, 1):
        page.go_back()
        expect(crumbs(page)).to_have_count(depth)
        ready(page)


def test_the_way_back_leads_from_a_household_to_its_village_and_points_it_out(open_page, village: str, store: Engine):
    with store.connect() as connection:
        id = connection.execute(text("SELECT MIN(id) FROM household WHERE village = :v"), {"v": village}).scalar_one()
    page = open_page(f"/household?household={id}")
    page.locator(".way-back a").click()
    page.wait_for_url("**/battle_map?**")
    ready(page)
    expect(crumbs(page).last).to_have_text(re.compile("."))
    assert asked(page)["region"] == village
    assert id in points(page)
    eventually(page, lambda: the_map(page).locator("body").evaluate("() => map.warRoom.points.chosen"), id)


def test_another_indicator_keeps_the_map_and_its_zoom_and_sends_little(open_page):
    page = open_page("/battle_map?level=village")
    expect(the_map(page).locator("path.region")).to_have_count(VILLAGES)
    choose(page, "地图所用的指标", "走访覆盖率")
    box = the_map(page).locator("body")
    box.evaluate("() => { window.kept = true; map.setView([39.9, 121.2], 11.5, {animate: false}) }")
    view, before = box.evaluate(VIEW), region_fills(page)
    received = watch(page)
    choose(page, "地图所用的指标", "人均纯收入")
    expect(page.locator(".legend")).to_contain_text("元")
    assert asked(page)["indicator"] == "net_income_per_capita"
    eventually(page, lambda: region_fills(page) != before, True)
    assert (box.evaluate(VIEW), box.evaluate("() => window.kept")) == (view, True)
    assert 0 < sum(received) <= 60_000


def watch(page: Page) -> list[int]:
    """The bytes of each message that the page's socket receives from now on."""
    received: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.webSocketFrameReceived", lambda event: received.append(len(event["response"]["payloadData"]) * 3 // 4)
    )
    return received


def region_fills(page: Page) -> list[str]:
    return the_map(page).locator("path.region").evaluate_all("paths => paths.map(path => path.getAttribute('fill'))")


def test_a_reload_keeps_region_month_indicator_level_and_comparison(open_page, known: Status):
    query = "region=990181&month=2026-03&indicator=visit_coverage&level=village&with=2025-11"
    page = open_page(f"/battle_map?{query}")
    for _ in range(2):
        expect(the_map(page, 1).locator("path.region")).to_have_count(VILLAGES)
        expect(page.get_by_text("走访覆盖率 · 2026年3月", exact=True)).to_be_visible()
        expect(page.get_by_text("走访覆盖率 · 2025年11月", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="按村")).to_have_attribute("aria-current", "true")
        page.reload()
        ready(page)
    assert asked(page) == {name: values[0] for name, values in parse_qs(query).items()}


def test_two_maps_look_at_the_same_place(open_page):
    page = open_page("/battle_map")
    choose(page, "并排对比", "超期任务")
    assert asked(page)["with"] == "tasks_overdue"
    expect(the_map(page, 1).locator("path.region")).to_have_count(TOWNSHIPS)
    first, second = (the_map(page, number).locator("body") for number in (0, 1))
    first.evaluate("() => map.setView([39.8, 121.3], 11, {animate: false})")
    eventually(page, lambda: second.evaluate(VIEW), first.evaluate(VIEW))
    choose(page, "并排对比", "不对比")
    assert "with" not in asked(page)


def test_the_keyboard_picks_a_region(open_page):
    page = open_page("/battle_map")
    expect(the_map(page).locator("path.region")).to_have_count(TOWNSHIPS)
    the_map(page).get_by_role("button", name="全图").focus()
    page.keyboard.press("Tab")
    code = the_map(page).locator("path.region:focus").get_attribute("data-code")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**region={code}*")
    expect(crumbs(page)).to_have_count(2)


def test_the_table_holds_what_the_map_shows_and_its_rows_lead_down(open_page, store: Engine):
    page = open_page("/battle_map?indicator=net_income_per_capita")
    with store.connect() as connection:
        month = closed_month(connection, COUNTY)
        rows = children(connection, Viewer("county", COUNTY), COUNTY, month, "net_income_per_capita")
    worst_first = rows.sort_values("value")
    told = page.locator(".table tbody tr")
    expect(told).to_have_count(TOWNSHIPS)
    expect(told.locator("td:nth-child(2)")).to_have_text(worst_first["name"].tolist())
    expect(told.locator("td:nth-child(3)")).to_have_text([f"{value:,.0f}" for value in worst_first["value"]])
    page.get_by_title("按区划排序").click()
    expect(told.locator("td:nth-child(2)")).to_have_text(sorted(rows["name"]))
    ready(page)
    told.first.locator("a").first.click()
    page.wait_for_url(f"**region={rows.set_index('name')['code'][min(rows['name'])]}**")


def test_the_villages_of_a_county_come_page_by_page(open_page):
    page = open_page("/battle_map?level=village")
    rows = page.locator(".table tbody tr")
    names = []
    for number in range(2, 6):
        expect(rows).to_have_count(20)
        names += rows.locator("td:nth-child(2)").all_inner_texts()
        page.get_by_text("下一页").click()
        page.wait_for_url(re.compile(rf"page={number}(&|$)"))
        ready(page)
    expect(rows).to_have_count(VILLAGES - 80)
    ranks = rows.locator("td:nth-child(1)").all_inner_texts()
    assert ranks == sorted(ranks, key=int, reverse=True)
    assert len(names) == 80


def test_the_table_can_be_taken_away_as_a_workbook(open_page, store: Engine, known: Status):
    page = open_page("/battle_map?indicator=visit_coverage")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出表格").click()
    content = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    headings = [cell.value for cell in content[3]]
    told = [dict(zip(headings, (cell.value for cell in row), strict=True)) for row in content.iter_rows(min_row=4)]
    with store.connect() as connection:
        rows = children(connection, Viewer("county", COUNTY), COUNTY, known.last_month, "visit_coverage")
    expected = rows.set_index("code")["value"]
    assert {row["区划代码"]: pytest.approx(row["走访覆盖率"]) for row in told} == expected.to_dict()


def test_filters_narrow_map_and_table_alike_and_stand_in_the_address(open_page, village: str, store: Engine, known):
    page = open_page(f"/battle_map?region={village}")
    whole = points(page)
    page.get_by_role("link", name=re.compile("^本月未走访")).click()
    page.wait_for_url("**unvisited=1*")
    ready(page)
    with store.connect() as connection:
        frame = households.in_village(
            connection,
            Viewer("county", COUNTY),
            village,
            known.last_month,
            filters=households.Filters(unvisited=True),
            limit=1000,
        )
    assert set(frame["id"]) < set(whole)
    eventually(page, lambda: set(points(page)), set(frame["id"]))
    expect(page.get_by_text(f"同一选择的户名单：{len(frame)} 户")).to_be_visible()
    page.reload()
    ready(page)
    eventually(page, lambda: set(points(page)), set(frame["id"]))
    page.get_by_role("link", name="清除筛选").click()
    page.wait_for_url(lambda url: "unvisited" not in url)
    ready(page)
    eventually(page, lambda: set(points(page)), set(whole))


def test_a_row_of_the_list_opens_the_household(open_page, village: str):
    page = open_page(f"/battle_map?region={village}")
    first = page.locator(".table tbody tr").first.locator("a")
    name = first.inner_text()
    first.click()
    page.wait_for_url("**/household?**")
    ready(page)
    expect(page.locator("h1")).to_have_text(name)
    for part in ("基本情况", "12个月收支", "家庭成员", "帮扶责任人", "最近走访", "帮扶措施", "项目与分红", "作战任务"):
        expect(page.get_by_role("heading", name=re.compile(f"^{part}"))).to_be_visible()


def test_a_household_of_another_village_is_refused_like_one_that_does_not_exist(open_page, village: str, store: Engine):
    with store.connect() as connection:
        id, head = connection.execute(
            text("SELECT id, head FROM household WHERE village = :v LIMIT 1"), {"v": village}
        ).one()
    said = []
    for number in (str(id), "999999999", "0", "1 OR 1=1", "", "9" * 30):
        page = open_page(f"/household?role=village&household={number}")
        expect(page.get_by_text(REFUSED)).to_be_visible()
        expect(page.get_by_text(head)).to_have_count(0)
        said.append(page.locator(".nothing").inner_text())
    assert len(set(said)) == 1


def test_a_region_of_others_is_refused(open_page, village: str):
    page = open_page(f"/battle_map?role=village&region={village}")
    expect(page.get_by_text("不在您的查看范围内")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)


def test_a_village_cadre_sees_his_village_alone(open_page, store: Engine):
    own = by_role(store, "village").region
    page = open_page("/battle_map?role=village")
    assert len(points(page)) > 0
    expect(the_map(page).locator("path.region")).to_have_count(1)
    expect(the_map(page).locator("path.region")).to_have_attribute("data-code", own)


def test_a_helper_sees_his_own_households_on_map_board_and_list(open_page, store: Engine, known: Status):
    helper = by_role(store, "helper")
    with store.connect() as connection:
        expected = set(households.in_village(connection, helper, helper.region, known.last_month, limit=1000)["id"])
        others = (
            connection.execute(text("SELECT id FROM household WHERE village = :v"), {"v": helper.region})
            .scalars()
            .all()
        )
    page = open_page("/battle_map?role=helper")
    assert expected < set(others)
    eventually(page, lambda: set(points(page)), expected)
    expect(page.get_by_text("户和责任人只统计本人结对的户")).to_be_visible()
    stranger = min(set(others) - expected)
    expect(open_page(f"/household?role=helper&household={stranger}").get_by_text(REFUSED)).to_be_visible()


def test_a_display_shows_family_names_only(open_page, village: str, store: Engine, known: Status):
    page = open_page(f"/battle_map?role=display&region={village}")
    cells = page.locator(".table tbody tr td:first-child")
    expect(cells.first).to_be_visible()
    with store.connect() as connection:
        county = by_role(store, "county")
        heads = households.in_village(connection, county, village, known.last_month, limit=households.PAGE)["head"]
    assert cells.all_inner_texts() == heads.map(mask_name).tolist()


def test_an_indicator_without_values_says_why(open_page, known: Status):
    page = open_page(f"/battle_map?month={first_month(known)}&indicator=net_income_per_capita")
    expect(page.get_by_text("“人均纯收入”在所选区划和月份没有数据")).to_be_visible()
    expect(page.get_by_role("combobox", name="地图所用的指标")).to_be_visible()


def first_month(known: Status) -> str:
    return f"{known.first_month // 12}-{known.first_month % 12 + 1:02d}"


def test_nonsense_in_the_address_is_said_and_replaced(open_page):
    page = open_page("/battle_map?indicator=%3Cscript%3E&with=x&state=99&page=-1&level=%27")
    for said in ("没有“<script>”这个指标", "没有“x”可供对比", "筛选条件中的“99”无法识别"):
        expect(page.get_by_text(said)).to_be_visible()
    expect(the_map(page).locator("path.region")).to_have_count(TOWNSHIPS)


@pytest.fixture(scope="module")
def changed(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str, str]]:
    """A server whose county has hostile names, and one township without any boundary or place; with a village each."""
    folder = tmp_path_factory.mktemp("changed")
    url = f"sqlite:///{copied(county_database, folder / 'county.db')}"
    engine = open_engine(url)
    with engine.begin() as connection:
        hostile, bare = connection.execute(text("SELECT MIN(code), MAX(code) FROM region WHERE length(code) = 9")).one()
        for number, code in enumerate(
            connection.execute(
                text("SELECT code FROM region WHERE code LIKE :p ORDER BY code"), {"p": f"{hostile}%"}
            ).scalars()
        ):
            name = EVIL[number % len(EVIL)]
            connection.execute(text("UPDATE region SET name = :n WHERE code = :c"), {"n": name, "c": code})
            for column in ("head", "address", "cause", "remark"):
                connection.execute(
                    text(f"UPDATE household SET {column} = :n WHERE village = :c"), {"n": name, "c": code}
                )
        for table in ("helper", "task", "problem", "measure"):
            column = "description" if table == "problem" else "name"
            connection.execute(text(f"UPDATE {table} SET {column} = :n"), {"n": EVIL[0] + EVIL[2] + EVIL[3]})
        connection.execute(text("DELETE FROM boundary WHERE region LIKE :p"), {"p": f"{bare}%"})
        connection.execute(text("UPDATE region SET lon = NULL, lat = NULL WHERE code LIKE :p"), {"p": f"{bare}%"})
        connection.execute(text("UPDATE household SET lon = NULL, lat = NULL WHERE village LIKE :p"), {"p": f"{bare}%"})
    engine.dispose()
    with serving(url, folder) as server:
        yield server, hostile, bare


SAY_ALL = """() => {
  const frame = map.warRoom, at = L.point(50, 50);
  for (const code of frame.regions.items.keys()) frame.hover(code);
  for (const item of frame.points.items) frame.describe(item.label, item.lines, at);
  return frame.tip.textContent;
}"""


def test_markup_in_names_does_not_run(changed: tuple[Server, str, str], page: Page, alerts: list[str]):
    server, hostile, _ = changed
    for code in (COUNTY, hostile, *(f"{hostile}{number}" for number in range(201, 206))):
        page.goto(f"{server.url}/battle_map?region={code}")
        ready(page)
        expect(the_map(page).locator("path.region").first).to_be_attached()
        assert the_map(page).locator("body").evaluate(SAY_ALL)
    expect(crumbs(page)).to_have_count(3)
    assert crumbs(page).last.inner_text() in EVIL
    page.locator(".table tbody tr a").first.click()
    page.wait_for_url("**/household?**")
    ready(page)
    assert page.locator("h1").inner_text() in EVIL
    expect(page.locator("img[src='x']")).to_have_count(0)


def test_without_any_boundary_there_is_the_table_and_how_to_get_a_map(changed: tuple[Server, str, str], page: Page):
    server, _, bare = changed
    for path in ("overview", "income", "battle_map"):  # the same sentence wherever a map would stand
        page.goto(f"{server.url}/{path}?region={bare}")
        ready(page)
        expect(page.get_by_text("还没有地图")).to_be_visible()
        expect(page.get_by_text("python -m data boundaries")).to_be_visible()
        expect(page.locator("iframe")).to_have_count(0)
    page.locator(".table tbody tr a").first.click()
    page.wait_for_url(lambda url: f"region={bare}" in url and not re.search(rf"region={bare}(&|$)", url))
    ready(page)
    expect(page.get_by_text("还没有地图")).to_be_visible()
    expect(page.get_by_text(re.compile("^同一选择的户名单"))).to_be_visible()
    expect(page.get_by_role("heading", name="扶持谁")).to_be_visible()


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_on_a_phone_nothing_is_wider_than_the_screen_and_a_tap_drills_down(open_page, village: str):
    page = open_page("/battle_map")
    expect(the_map(page).locator("path.region")).to_have_count(TOWNSHIPS)
    region(page, village[:9]).tap()
    page.wait_for_url(f"**region={village[:9]}*")
    ready(page)
    for path in (f"/battle_map?region={village}", "/battle_map?with=2025-11", "/household?household=1"):
        page = open_page(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.screen(1920, 1080)
def test_on_a_wall_the_map_is_the_largest_thing_in_sight(open_page, village: str):
    for path, name in (("/battle_map", "battle_map_box"), (f"/battle_map?region={village}", "village_map_box")):
        page = open_page(path)
        sizes = page.evaluate(
            "(() => [...document.querySelectorAll('.stHtml, iframe')].map(part => {"
            " const {width, top, bottom} = part.getBoundingClientRect();"
            " return [width * Math.max(0, Math.min(bottom, 1080) - top), part.tagName] }))()"
        )
        assert max(sizes)[1] == "IFRAME", name
