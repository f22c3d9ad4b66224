"""督办整改 in a real browser: a problem through four people from the phone on; a task to all townships and back."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, func, select

from data.model import household, problem, problem_step, region, task, work_paper
from data.regions.tree import viewers
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import asked
from tests.stores import copied

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: problems and tasks are written."""
    folder = tmp_path_factory.mktemp("problems")
    with serving(f"sqlite:///{copied(county_database, folder / 'county.db')}", folder) as running:
        yield running


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    engine = open_engine(server.database_url)
    yield engine
    engine.dispose()


def photo() -> dict[str, object]:
    content = io.BytesIO()
    Image.new("RGB", (600, 400), (120, 160, 90)).save(content, "JPEG")
    return {"name": "屋顶.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def as_role(page: Page, server: Server, role: str, size: dict[str, int], **parameters: object) -> None:
    page.set_viewport_size(size)
    rest = "&".join(f"{name}={value}" for name, value in parameters.items())
    page.goto(f"{server.url}/problems?role={role}&{rest}")
    ready(page)


def does(page: Page, word: str, *, reason: str = "", proof: bool = False) -> None:
    """A step: the button, what is given, the button that ends it."""
    page.get_by_role("button", name=word, exact=True).click()
    ready(page)
    if reason:
        page.get_by_role("dialog").get_by_label(re.compile("^说明")).fill(reason)
    if proof:
        page.get_by_role("dialog").locator("input[type=file]").set_input_files(photo())
        ready(page)
    page.get_by_role("button", name=f"确定{word}").click()
    expect(page.locator(".saved")).to_contain_text(f"已{word}")
    ready(page)


def test_a_problem_goes_from_the_phone_to_its_closing_through_four_people(page: Page, server: Server, engine: Engine):
    with engine.connect() as connection:
        helper = next(one for one in viewers(connection) if one.role == "helper")
        home, village = connection.exec_driver_sql(
            "SELECT h.id, h.village FROM pairing x JOIN household h ON h.id = x.household_id"
            f" WHERE x.helper = '{helper.helper}' AND x.ended IS NULL AND x.member = '' ORDER BY h.id"
        ).first()
    as_role(page, server, "village", PHONE, region=village, household=home, kind="problem", **{"raise": "problem"})
    page.get_by_label("问题是什么").fill("西屋漏雨，屋顶缺瓦")
    page.get_by_role("combobox", name="类别").click()
    page.get_by_role("option", name="住房安全").click()
    page.get_by_role("button", name="登记问题").click()
    page.wait_for_url(re.compile("code="))
    ready(page)
    expect(page.locator("h1")).to_have_text("住房安全")
    one = {"region": village, "kind": "problem", "code": asked(page)["code"]}
    as_role(page, server, "helper", PHONE, **one)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= PHONE["width"]
    does(page, "报整改", reason="换了瓦", proof=True)
    expect(page.locator(".papers li")).to_have_count(1)
    as_role(page, server, "township", DESK, **one)
    does(page, "退回补正", reason="请补整改后的照片")
    as_role(page, server, "helper", PHONE, **one)
    expect(page.locator(".matter-steps li").first).to_contain_text("请补整改后的照片")
    expect(page.get_by_role("button", name="销号", exact=True)).to_have_count(0)
    does(page, "报整改", reason="补了照片，不再漏雨")
    as_role(page, server, "county", DESK, **one)
    does(page, "销号")
    expect(page.locator(".matter-steps b")).to_have_text(["销号", "报整改", "退回补正", "报整改", "登记问题"])
    with engine.connect() as connection:
        held = connection.execute(select(problem).where(problem.c.code == one["code"])).mappings().one()
        actors = connection.execute(select(problem_step.c.actor).where(problem_step.c.problem == one["code"])).scalars()
        papers = connection.execute(select(work_paper.c.key)).scalars().all()
        assert held["state"] == "closed" and held["household_id"] == home and papers == [one["code"]]
        assert len(set(actors)) == 4


def test_a_task_goes_to_all_townships_from_a_list_of_names_and_comes_back(page: Page, server: Server, engine: Engine):
    with engine.connect() as connection:
        townships = connection.execute(
            select(func.count(func.distinct(func.substr(household.c.village, 1, 9)))).select_from(household)
        ).scalar_one()
        own = next(one.region for one in viewers(connection) if one.role == "township")
        called = connection.execute(select(region.c.name).where(region.c.code == own)).scalar_one()
    page.set_viewport_size(DESK)
    page.goto(f"{server.url}/figure?indicator=households")
    ready(page)
    page.get_by_role("link", name="派发任务").click()
    page.wait_for_url(re.compile("raise=task"))
    ready(page)
    page.get_by_text(f"每乡镇一项（{townships}）").click()
    ready(page)
    page.get_by_label("任务名称").fill("逐户核对档案")
    page.get_by_label("要达到什么").fill("一户不漏")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="派发任务").click()
    page.wait_for_url(re.compile("title="))
    ready(page)
    expect(page.locator("tbody tr")).to_have_count(townships)
    as_role(page, server, "township", PHONE, kind="task")
    page.get_by_role("link", name=re.compile("逐户核对档案")).first.click()
    page.wait_for_url(re.compile("code="))
    ready(page)
    does(page, "报完成", reason="都核对过了")
    as_role(page, server, "county", DESK, kind="task", act="accept")
    page.get_by_text(re.compile(f"逐户核对档案.*{called}")).click()
    page.get_by_role("button", name="给勾选的验收").click()
    expect(page.locator(".saved")).to_contain_text("已验收 1 项")
    with engine.connect() as connection:
        rows = connection.execute(select(task.c.state, task.c.village).where(task.c.name == "逐户核对档案")).all()
    assert len(rows) == townships and [row.village for row in rows if row.state == "accepted"] == [own]
