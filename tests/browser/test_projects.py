"""项目收益 in a real browser: from the map, the table and the scatter to a project, and from a trouble to tasks."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, Select, func, select, text

from data import model
from data.access.viewer import Viewer
from data.projects import region as projects
from data.projects import troubles
from data.regions.tree import status
from data.store.engine import open_engine
from data.terms import PROJECT_KINDS
from tests.browser.ready import ready
from tests.browser.server import serving
from tests.browser.visitor import asked, eventually
from tests.data.archives import ground

COUNTY = Viewer("county", "990181")
POINTS = "() => map.warRoom.points.items.map(item => [item.id, map.latLngToContainerPoint(item.at)])"
EVIL = "`;alert(1)//${alert(2)}</script><img src=x onerror=alert(3)>{{7*7}}"


def latest(store: Engine) -> int:
    with store.connect() as connection:
        return status(connection).last_month


def listed(store: Engine, **options):
    with store.connect() as connection:
        return projects.page(connection, COUNTY, COUNTY.region, status(connection).last_month, **options)


def rows(page: Page) -> Locator:
    return page.locator(".st-key-project_table tbody tr:not(.total) td:first-child")


@pytest.mark.parametrize("size", [pytest.param("wall", marks=pytest.mark.screen(1920, 1080)),
                                  pytest.param("desk", marks=pytest.mark.screen(1366, 768))])  # fmt: skip
def test_a_filter_stands_in_the_address_and_leads_over_the_table_to_a_project_and_back(open_page, store: Engine, size):
    page = open_page("/projects")
    everything = listed(store, limit=1000)
    expect(page.locator(".strip .fact b").first).to_have_text(re.compile(f"^{len(everything)}"))
    kind = everything["kind"].iloc[0]
    mine = everything[everything["kind"] == kind]
    page.get_by_role("combobox", name="类型").click()
    page.get_by_role("option", name=kind, exact=True).click()
    page.wait_for_url(re.compile(rf"kind={PROJECT_KINDS.index(kind) + 1}(&|$)"))
    page.keyboard.press("Escape")
    ready(page)
    expect(rows(page)).to_have_text(mine["name"].tolist())
    page.reload()
    expect(rows(page)).to_have_text(mine["name"].tolist())
    ready(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出名单（Excel）").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert [row[1] for row in book.active.iter_rows(min_row=4, values_only=True)] == mine["name"].tolist()
    first = mine.iloc[0]
    page.locator(".st-key-project_table a.row").first.click()
    page.wait_for_url(re.compile(rf"/project\?.*project={first['code']}"))
    ready(page)
    expect(page.locator(".project-head h1")).to_have_text(first["name"])
    expect(page.locator(".stages li")).to_have_count(10)
    expect(page.locator(".fact b").nth(2)).to_contain_text(f"{first['received'] / 1e4:,.1f}")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.viewport_size["width"]
    page.go_back()
    page.wait_for_url(re.compile(rf"/projects\?.*kind={PROJECT_KINDS.index(kind) + 1}(&|$)"))
    expect(rows(page)).to_have_text(mine["name"].tolist())


def test_a_mark_on_the_map_opens_its_project(open_page, store: Engine):
    page = open_page("/projects")
    frame = page.frame_locator(".st-key-project_map_box iframe")
    expect(frame.locator("path.region").first).to_be_attached()
    body, codes = frame.locator("body"), set(listed(store, limit=1000)["code"])
    eventually(page, lambda: {code for code, _ in body.evaluate(POINTS)}, codes)
    spots = dict(body.evaluate(POINTS))
    code, at = min(spots.items(), key=lambda one: (one[1]["y"], one[1]["x"]))
    box = page.locator(".st-key-project_map_box iframe").bounding_box()
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    page.wait_for_url(re.compile(rf"/project\?.*project={code}"))
    ready(page)
    expect(page.locator(".project-head p")).to_contain_text(code)


@pytest.mark.screen(1920, 1080)
def test_a_point_of_the_scatter_opens_its_project_and_a_group_its_list(open_page, store: Engine):
    page = open_page("/projects?view=compare&by=operator")
    marks = page.locator(".st-key-chart_project_scatter .scatterlayer .trace").nth(1).locator("path.point")
    marks.first.scroll_into_view_if_needed()
    box = max((mark.bounding_box() for mark in marks.all()), key=lambda box: box["x"])  # it stands apart
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".hoverlayer .hovertext")).to_contain_text("投资")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(r"/project\?.*project=XM"))
    ready(page)
    found = listed(store, filters=projects.Filters(trouble=True), limit=1000)
    assert asked(page)["project"] == found.sort_values("investment")["code"].iloc[-1]
    expect(page.locator(".problem")).to_contain_text("有风险")
    page.go_back()
    page.wait_for_url(re.compile("by=operator"))
    ready(page)
    name = page.locator(".standings .name").first.inner_text().split("\n")[0]
    page.locator(".standings a").first.click()
    page.wait_for_url(re.compile("run="))
    ready(page)
    with store.connect() as connection:
        run = connection.execute(text("SELECT name FROM project WHERE operator = :name"), {"name": name}).scalars()
        names = set(run)
    assert names
    expect(rows(page)).to_have_count(len(names))
    assert set(rows(page).all_inner_texts()) == names


def number(engine: Engine, asked: Select) -> int:
    with engine.connect() as connection:
        return connection.execute(asked).scalar_one()


def tasks(engine: Engine) -> int:
    one = model.task.c
    return number(engine, select(func.count()).where(one.code >= "YJ", one.code < "YK", one.state != "void"))


@pytest.mark.screen(1366, 768)
def test_from_a_mark_over_one_click_to_tasks_and_back_again(county_url: str, tmp_path: Path, page: Page, alerts):
    engine = open_engine(county_url)
    with engine.begin() as connection:
        firm = connection.execute(
            text(
                "SELECT p.operator FROM project p JOIN project_household x ON x.project = p.code"
                " WHERE p.operator IS NOT NULL GROUP BY p.operator ORDER BY COUNT(DISTINCT p.code) DESC, p.operator"
            )
        ).scalar()
        code = connection.execute(text("SELECT MIN(code) FROM project WHERE operator = :firm"), {"firm": firm}).scalar()
        connection.execute(model.project.update().where(model.project.c.code == code).values(name=EVIL))
    with serving(county_url, tmp_path) as server:
        page.goto(f"{server.url}/projects?view=risk")
        ready(page)
        page.get_by_text("标记一个经营主体或项目").click()
        box = page.get_by_role("combobox", name=re.compile("出问题的是"))
        box.click()
        box.fill(firm)
        page.get_by_role("option").filter(has_text=firm).first.click()
        ready(page)
        page.get_by_role("textbox", name="原因").fill("停产，欠付两期")
        page.get_by_role("button", name="标记风险").click()
        expect(page.locator(".saved")).to_contain_text("已标记")
        page.wait_for_url(re.compile("trouble="))
        ready(page)
        trouble = int(asked(page)["trouble"])
        expect(page.locator(".heading h2", has_text=firm)).to_contain_text("户受影响，预计减收")
        expect(page.locator(".calm", has_text="涉及项目")).to_contain_text(EVIL)
        button = page.get_by_role("button", name=re.compile("派发排查任务"))
        villages = int(re.search(r"\d+", button.inner_text())[0])
        button.click()
        ready(page)
        assert tasks(engine) == 0  # whose they are and by when stands before it goes
        page.get_by_role("dialog").get_by_role("button", name="派发任务").click()
        expect(page.locator(".saved")).to_contain_text(f"已给 {villages} 个村派发任务")
        assert tasks(engine) == villages > 0
        ready(page)
        page.get_by_role("button", name=re.compile("补派任务")).click()
        expect(page.locator(".problem")).to_contain_text("这些村都已有排查任务")
        assert tasks(engine) == villages
        ready(page)
        page.reload()
        ready(page)
        page.get_by_role("button", name="撤回任务").click()
        expect(page.locator(".saved")).to_contain_text(f"已撤回 {villages} 个村的任务")
        assert tasks(engine) == 0
        page.goto(f"{server.url}/projects?view=risk&trouble={trouble}&role=display")
        ready(page)
        expect(page.locator(".heading h2", has_text=firm)).to_be_visible()
        expect(page.get_by_text("标记一个经营主体或项目")).to_have_count(0)
        expect(page.get_by_role("button", name=re.compile("任务|解除"))).to_have_count(0)
        head = page.locator("tbody tr td:first-child", has_text=re.compile(r"^.\*+$"))
        expect(head.first).to_be_visible()
        page.goto(f"{server.url}/projects?view=risk&trouble={trouble}")
        ready(page)
        page.get_by_role("button", name="解除风险").click()
        expect(page.locator(".saved")).to_contain_text("已解除")
        with engine.connect() as connection:
            assert troubles.find_trouble(connection, COUNTY, trouble, status(connection).last_month) is None
        page.goto(f"{server.url}/projects")  # the hostile name on map and in the table
        ready(page)
        expect(page.locator(".st-key-project_table td", has_text=EVIL)).to_have_count(1)
    engine.dispose()


@pytest.mark.screen(1366, 768)
def test_a_household_leads_to_its_project_whose_papers_are_kept_and_every_look_logged(
    county_url: str, tmp_path: Path, page: Page, alerts
):
    engine = open_engine(county_url)
    behind = select(model.project_household.c.household_id, model.project_household.c.project)
    with engine.connect() as connection:
        household, code = connection.execute(behind.order_by(model.project_household.c.amount_fen.desc())).first()
    with serving(county_url, tmp_path) as server:
        page.goto(f"{server.url}/household?household={household}")
        ready(page)
        page.locator(f'#projects a[href*="project={code}"]').first.click()
        page.wait_for_url(re.compile(f"/project.*project={code}"))
        ready(page)
        papers = page.locator(".st-key-archives")
        papers.get_by_text("存入材料", exact=True).click()
        papers.locator("input[type=file]").set_input_files(
            [{"name": "合同.jpg", "mimeType": "image/jpeg", "buffer": ground.photo(800, 600)}]
        )
        ready(page)
        papers.get_by_role("button", name="存入档案").click()
        expect(papers.locator("a.paper b")).to_have_text("合同")
        address = server.url + papers.locator("a.paper").get_attribute("href")
        assert page.request.get(address).body() == ground.photo(800, 600)
        page.goto(f"{server.url}/project?project={code}&role=display")
        ready(page)
        expect(page.get_by_text("这里不显示档案材料")).to_be_visible()
        expect(page.locator("a.paper")).to_have_count(0)
        looked = select(func.count()).where(model.access_log.c.view == "project_archive")
        eventually(page, lambda: number(engine, looked), 1)  # the log is written behind the pages
    engine.dispose()


def test_nonsense_in_an_address_is_said_and_anothers_project_reads_as_none(open_page, store: Engine):
    page = open_page("/projects?view=moon&kind=99&sort=DROP&colour=pink&trouble=x")
    expect(page.locator(".problem")).to_have_count(4)
    expect(page.locator(".st-key-project_table")).to_be_visible()
    page = open_page("/projects?view=risk&trouble=999999")
    expect(page.locator(".problem", has_text="风险记录或项目不存在")).to_be_visible()
    page = open_page("/project?project=<script>alert(1)</script>")
    expect(page.locator(".nothing")).to_contain_text("没有找到这个项目")
    with store.connect() as connection:
        county = connection.execute(text("SELECT code FROM project WHERE region = '990181' LIMIT 1")).scalar_one()
    page = open_page(f"/project?project={county}&role=village")
    expect(page.locator(".nothing")).to_contain_text("没有找到这个项目")
    page = open_page("/figure?indicator=project_investment")  # the list behind a figure leads there, too
    page.get_by_role("table", name=re.compile("名单$")).locator("a.row").first.click()
    page.wait_for_url(re.compile(r"/project\?"))
    ready(page)
    expect(page.locator(".project-head p")).to_have_text(re.compile("^" + re.escape(asked(page)["project"])))
