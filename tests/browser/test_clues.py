"""A clue from a phone at the door, and how it is answered: by a case, or by none with the reason."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Table, select

from data import model
from data.monitoring.ways import ENDED
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own: it writes."""
    with serving(county_url, tmp_path) as server:
        yield server


def a_household(url: str) -> int:
    """One of the village that the demonstration's village cadre sees, which is not watched and about which nothing is
    told."""
    engine = open_engine(url)
    with engine.connect() as connection:
        h = model.household.c
        village = select(h.village).join(model.pairing).where(model.pairing.c.ended.is_(None)).order_by(h.village)
        running = select(model.monitoring_case.c.household_id).where(model.monitoring_case.c.state.not_in(ENDED))
        told = select(model.clue.c.household_id).where(model.clue.c.household_id.is_not(None))
        asked = select(h.id).where(h.village == village.limit(1).scalar_subquery(), h.type == "脱贫户")
        found = connection.execute(asked.where(h.id.not_in(running), h.id.not_in(told)).order_by(h.id).limit(1))
        id: int = found.scalar_one()
    engine.dispose()
    return id


def rows(url: str, table: Table, **where: object) -> list:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(table).filter_by(**where).order_by(*table.primary_key)).mappings().all()
    engine.dispose()
    return list(found)


def dialog(page: Page) -> Locator:
    return page.get_by_test_id("stDialog")


def test_a_clue_goes_from_the_door_to_a_case_on_a_phone(
    server: Server, new_context: Callable[..., BrowserContext], tmp_path: Path
):
    id = a_household(server.database_url)
    photo = tmp_path / "IMG_0001.jpg"
    Image.effect_noise((800, 600), 60).convert("RGB").save(photo)
    page = new_context(**PHONE).new_page()
    page.goto(f"{server.url}/household?household={id}&role=village&do=clue")
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    dialog(page).get_by_role("button", name="保存", exact=True).tap()
    expect(dialog(page).get_by_role("alert")).to_have_text("什么情况：必填，请填写。")
    dialog(page).get_by_label("什么情况 *").fill("户主<b>住院</b>，自付三万多")
    dialog(page).locator("input[type=file]").set_input_files(photo)
    expect(dialog(page).get_by_text("IMG_0001.jpg")).to_be_visible()
    ready(page)
    dialog(page).get_by_role("button", name="保存", exact=True).tap()
    expect(dialog(page)).to_have_count(0)
    expect(page.locator(".st-key-door_saved")).to_contain_text("已保存：报线索")
    (told,) = rows(server.database_url, model.clue, household_id=id)
    (paper,) = rows(server.database_url, model.case_paper, clue=told["id"])
    (kept,) = rows(server.database_url, model.archive, id=paper["archive"])
    assert (told["state"], paper["kind"], kept["household_id"]) == ("open", "线索照片", id)
    page.goto(f"{server.url}/monitoring?role=village&clue={told['id']}")
    ready(page)
    expect(page.get_by_text("户主<b>住院</b>，自付三万多")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="立案", exact=True).tap()
    dialog(page).get_by_role("button", name="确定立案").tap()
    expect(page.get_by_role("status").filter(has_text="已立案。")).to_be_visible()
    (case,) = rows(server.database_url, model.monitoring_case, household_id=id, state="checking")
    assert rows(server.database_url, model.clue, id=told["id"])[0]["case_id"] == case["id"]
    expect(page.get_by_role("link", name=case["code"])).to_be_visible()


def test_a_call_is_taken_down_by_the_township_and_answered_by_none_with_the_reason(
    server: Server, new_context: Callable[..., BrowserContext]
):
    page = new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(f"{server.url}/monitoring?role=township&view=tell")
    ready(page)
    page.get_by_role("combobox", name="哪个村").click()
    page.get_by_role("option").first.click()
    page.get_by_text("不在册的户", exact=True).click()
    ready(page)
    page.get_by_label("是谁").fill("三组村口姓郑的一家")
    page.get_by_label("什么情况").fill("来电人说房子漏雨")
    page.get_by_role("button", name="登记线索").click()
    expect(page.get_by_role("heading", name="热线来电：三组村口姓郑的一家")).to_be_visible()
    ready(page)
    page.get_by_role("button", name="不立案").click()
    dialog(page).get_by_role("button", name="确定不立案").click()
    expect(dialog(page).get_by_role("alert")).to_contain_text("请写明原因")
    dialog(page).get_by_label("原因（必填）").fill("已上门看过，屋顶已修好")
    dialog(page).get_by_role("button", name="确定不立案").click()
    expect(page.get_by_role("status").filter(has_text="已不立案。")).to_be_visible()
    (told,) = rows(server.database_url, model.clue, subject="三组村口姓郑的一家")
    assert told["state"] == "none"
    expect(page.get_by_text("已上门看过，屋顶已修好")).to_be_visible()
