"""数据治理 in a real browser: a list to zero, a waiver through two people and back, tasks to villages, a phone."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Engine, select

from data.clock import county_clock
from data.matters.candidates import candidates
from data.model import member, quality_hit, task
from data.quality.tasks import proposed, task_name
from data.regions.tree import viewers
from data.rules.registry import RULES
from data.store.engine import open_engine
from tests.browser.grids import cursor_to
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import asked
from tests.stores import copied

NO_SEX, NO_PHONE, NO_SCHOOL = "R211", "R208", "R304"
DESK = {"width": 1366, "height": 768}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def url(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of its own: it is written to."""
    return f"sqlite:///{copied(county_database, tmp_path_factory.mktemp('quality') / 'county.db')}"


@pytest.fixture(scope="module")
def server(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(url, tmp_path_factory.mktemp("quality-server")) as running:
        yield running


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


def hits(engine: Engine, rule: str) -> list:
    h = quality_hit.c
    with engine.connect() as connection:
        return list(connection.execute(select(quality_hit).where(h.rule == rule).order_by(h.key)).all())


def opened(page: Page, server: Server, role: str, **parameters: object) -> Page:
    rest = "".join(f"&{name}={value}" for name, value in parameters.items())
    page.goto(f"{server.url}/quality?role={role}{rest}")
    return ready(page)


def dialog(page: Page) -> Locator:
    return page.get_by_test_id("stDialog")


def rows(page: Page) -> Locator:
    return page.locator(".table tbody tr")


def told(page: Page) -> str:
    """What the list says first, less the rule."""
    return page.locator("h1").inner_text().partition("：")[2]


def fits(page: Page) -> bool:
    return page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_a_list_is_brought_to_zero_by_the_forms_that_it_leads_to(page: Page, server: Server, engine: Engine):
    found = hits(engine, NO_SEX)
    assert len(found) > 1
    page.set_viewport_size(DESK)
    for left in range(len(found), 0, -1):
        opened(page, server, "county", rule=NO_SEX)
        assert told(page) == f"{left} 条待整改"
        expect(rows(page)).to_have_count(left)
        called = rows(page).first.locator("td").nth(1).inner_text()
        rows(page).first.get_by_role("link", name="改信息").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/household"))
        ready(page)
        assert not any(one.key in page.url for one in found)
        expect(dialog(page).get_by_role("radio", name=re.compile(f"^{called}（"))).to_be_checked()
        first = dialog(page).get_by_test_id("stForm").get_by_role("radiogroup").first
        expect(first).to_have_attribute("aria-label", "性别")
        first.get_by_text("女", exact=True).click()
        dialog(page).get_by_role("button", name="保存", exact=True).click()
        expect(page.locator(".st-key-door_saved")).to_contain_text("已保存：改信息")
        ready(page)
        assert not {"do", "whose", "field"} & set(asked(page))
    opened(page, server, "county", rule=NO_SEX)
    assert told(page) == "没有待整改的"
    expect(page.get_by_text("没有待整改的：都已改好")).to_be_visible()
    assert hits(engine, NO_SEX) == []
    with engine.connect() as connection:
        mended = select(member.c.sex).where(member.c.code.in_([one.key for one in found]))
        assert set(connection.execute(mended).scalars()) == {"女"}


def test_tasks_go_to_villages_with_the_owner_that_is_chosen_in_the_preview(page: Page, server: Server, engine: Engine):
    found = hits(engine, NO_SCHOOL)
    villages = {one.village for one in found}
    assert len(villages) > 1
    page.set_viewport_size(DESK)
    opened(page, server, "county", rule=NO_SCHOOL)
    page.get_by_role("link", name="派发任务给各村").click()
    page.wait_for_url(re.compile("send=1"))
    ready(page)
    expect(page.get_by_text(f"{len(villages)} 个村共 {len(found)} 条")).to_be_visible()
    with engine.connect() as connection:
        cadre = next(one for one in viewers(connection) if one.role == "county")
        first = proposed(connection, cadre, NO_SCHOOL, cadre.region, county_clock().date())[0]
        other = next(
            one
            for one in candidates(connection, cadre, first.region, county_clock().date())
            if one.person != first.whose.owner
        )
    grid = page.get_by_test_id("stDataFrame")
    cursor_to(grid, 0, 3, at=(200, 52))
    page.keyboard.press("Enter")
    page.locator("#portal input").first.fill(other.call)
    page.locator("#portal").get_by_text(other.call, exact=True).last.click()
    expect(grid.get_by_test_id("glide-cell-3-0")).to_have_text(other.call)
    ready(page)
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="派发任务").click()
    page.wait_for_url(re.compile("/problems"))
    ready(page)
    expect(rows(page)).to_have_count(len(villages))
    with engine.connect() as connection:
        asked_for = select(task.c.village, task.c.owner_id).where(task.c.name == task_name(NO_SCHOOL))
        owners = dict(connection.execute(asked_for).all())
    assert set(owners) == villages and owners[first.region] == other.person
    opened(page, server, "county", rule=NO_SCHOOL, send=1)
    expect(page.get_by_text(f"{len(villages)} 个村已有这项在办任务，没有勾选")).to_be_visible()


def test_a_phone_reads_the_list_and_opens_the_form_without_moving_sideways(
    server: Server, engine: Engine, new_context: Callable[..., BrowserContext]
):
    with engine.connect() as connection:
        village = next(one.region for one in viewers(connection) if one.role == "village")
    here = [one for one in hits(engine, NO_PHONE) if one.village == village]
    assert here
    page = new_context(**PHONE).new_page()
    opened(page, server, "village")
    assert fits(page)
    opened(page, server, "village", rule=NO_PHONE)
    assert fits(page) and told(page) == f"{len(here)} 条待整改"
    card = rows(page).first
    expect(card.locator(".quality-field")).to_contain_text("联系电话")
    box = card.get_by_role("link", name="改信息").bounding_box()
    assert box and box["height"] >= 36 and box["x"] + box["width"] <= 390
    card.get_by_role("link", name="改信息").tap()
    page.wait_for_url(re.compile("do=facts"))
    ready(page)
    expect(dialog(page).get_by_role("textbox").first).to_have_attribute("aria-label", re.compile("联系电话"))
    assert fits(page)


def test_a_waiver_is_anothers_to_agree_to_and_ends_by_itself(
    page: Page, county_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    page.set_viewport_size(DESK)
    end = county_clock().date() + timedelta(days=1)
    days = tmp_path / "days"
    days.write_text("0")
    monkeypatch.setenv("WARROOM_TEST_DAYS_AHEAD", str(days))  # by it the server's clock is turned
    with serving(county_url, tmp_path, script=Path("tests/browser/turned_clock.py")) as server:
        opened(page, server, "township", rule=NO_PHONE)
        before = told(page)
        number = int(before.split()[0].replace(",", ""))
        page.get_by_role("button", name="申请豁免").click()
        dialog(page).get_by_role("combobox", name="哪一条").click()
        page.get_by_role("option").first.click()
        dialog(page).get_by_role("button", name="提交申请").click()
        expect(dialog(page).get_by_text("请写明原因")).to_be_visible()
        dialog(page).get_by_label("理由").fill("老人没有电话，已入户核实")
        dialog(page).get_by_test_id("stDateInput").get_by_role("spinbutton").first.click()
        page.keyboard.type(f"{end:%Y%m%d}", delay=50)
        ready(page)
        dialog(page).get_by_role("button", name="提交申请").click()
        expect(page.get_by_role("status").filter(has_text="已申请豁免")).to_be_visible()
        assert told(page) == before
        opened(page, server, "township", view="waivers")
        page.get_by_role("link", name=RULES[NO_PHONE].label).click()
        page.wait_for_url(re.compile("waiver="))
        ready(page)
        expect(page.get_by_text("申请人不能自己同意")).to_be_visible()
        expect(page.get_by_role("button", name="同意豁免")).to_have_count(0)
        page.goto(f"{server.url}/todo?role=county")
        ready(page)
        page.get_by_role("link", name=f"{RULES[NO_PHONE].label}：申请豁免，待同意").click()
        page.wait_for_url(re.compile("waiver="))
        ready(page)
        expect(page.locator(".matter-facts")).to_contain_text(f"{end}")
        page.get_by_role("button", name="同意豁免").click()
        expect(page.get_by_role("status").filter(has_text="已办：同意豁免")).to_be_visible()
        opened(page, server, "township", rule=NO_PHONE)
        assert told(page) == f"{number - 1:,} 条待整改"
        opened(page, server, "township", rule=NO_PHONE, group="waived")
        expect(rows(page)).to_have_count(1)
        expect(rows(page)).to_contain_text(f"豁免中，到 {end}")
        days.write_text("2")
        opened(page, server, "township", rule=NO_PHONE)
        assert told(page) == before
        opened(page, server, "township", view="waivers", of="over")
        over = rows(page).filter(has_text=RULES[NO_PHONE].label)
        expect(over).to_have_count(1)
        expect(over).to_contain_text("已到期")
