"""At the door, by clicks and typing: a visit with a photo from a phone, taken back; two who correct the same fact."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Dialog, Locator, Page, expect
from sqlalchemy import func, select

from data import model
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
    """The first household of the village that the demonstration's village cadre sees."""
    engine = open_engine(url)
    with engine.connect() as connection:
        h = model.household.c
        paired = select(model.pairing.c.household_id).where(model.pairing.c.ended.is_(None))
        found = connection.execute(select(h.id).where(h.id.in_(paired)).order_by(h.village, h.id).limit(1)).scalar_one()
    engine.dispose()
    return found


def rows(url: str, table, **where) -> list:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(table).filter_by(**where)).mappings().all()
    engine.dispose()
    return list(found)


def dialog(page: Page) -> Locator:
    return page.get_by_test_id("stDialog")


def save(page: Page, button: str = "保存") -> None:
    dialog(page).get_by_role("button", name=button, exact=True).tap()


def wide(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def test_a_visit_with_a_photo_is_recorded_on_a_phone_seen_at_once_and_taken_back(
    server: Server, new_context: Callable[..., BrowserContext], tmp_path: Path
):
    id = a_household(server.database_url)
    photo = tmp_path / "IMG_0001.jpg"
    Image.effect_noise((800, 600), 60).convert("RGB").save(photo)
    page = new_context(**PHONE).new_page()
    page.goto(f"{server.url}/household?household={id}&role=village&do=visit")
    ready(page)
    assert wide(page) == 390
    for button in dialog(page).locator("button").all():
        assert button.inner_text() == "" or button.bounding_box()["height"] >= 44, button.inner_text()
    save(page)
    expect(dialog(page).get_by_role("alert")).to_have_text("做了什么：必填，请填写。")
    dialog(page).get_by_label("做了什么 *").fill("送去<b>米面</b>")
    dialog(page).get_by_label("发现什么").fill("西屋漏雨")
    dialog(page).get_by_text("生病住院", exact=True).tap()
    dialog(page).locator("input[type=file]").set_input_files(photo)
    expect(dialog(page).get_by_text("IMG_0001.jpg")).to_be_visible()
    ready(page)
    save(page)
    expect(dialog(page)).to_have_count(0)
    ready(page)
    said = page.locator(".st-key-door_saved")
    expect(said).to_contain_text("已保存：记走访")
    page.wait_for_url(lambda url: "do=" not in url)
    (visit,) = rows(server.database_url, model.visit, content="送去<b>米面</b>\n发现：西屋漏雨")
    assert (visit["household_id"], visit["occasion"]) == (id, "生病住院")
    (kept,) = rows(server.database_url, model.archive, household_id=id)
    assert (kept["visit"], kept["kind"], kept["hidden"]) == (visit["code"], "走访照片", None)
    expect(page.get_by_text("送去<b>米面</b>").first).to_be_attached()
    history = page.locator(".st-key-history_of_changes")
    expect(history).to_contain_text("存入档案")
    expect(history.locator(".change ins").filter(has_text="生病住院")).to_have_count(1)
    assert wide(page) == 390
    said.get_by_role("button", name="撤销").tap()
    expect(said).to_contain_text("已撤销")
    ready(page)
    assert rows(server.database_url, model.visit, code=visit["code"]) == []
    assert rows(server.database_url, model.archive, household_id=id)[0]["hidden"]
    expect(history.locator(".change.undone")).to_contain_text("记走访")


def test_a_half_written_visit_survives_a_reload_and_is_gone_once_it_is_saved(
    server: Server, new_context: Callable[..., BrowserContext]
):
    id = a_household(server.database_url)
    page = new_context(**PHONE).new_page()
    page.on("dialog", lambda asked: asked.accept())
    page.goto(f"{server.url}/household?household={id}&role=village&do=visit")
    ready(page)
    dialog(page).get_by_label("做了什么 *").fill("送去米面")
    dialog(page).get_by_text("生病住院", exact=True).tap()
    dialog(page).locator("[data-type=day]").tap()
    page.keyboard.type("03")
    page.wait_for_function("Object.values(sessionStorage).some((kept) => kept.includes('-03'))")
    page.reload()
    ready(page)
    expect(dialog(page).get_by_label("做了什么 *")).to_have_value("")
    dialog(page).get_by_role("button", name="恢复上次未保存的填写").tap()
    expect(dialog(page).get_by_label("做了什么 *")).to_have_value("送去米面")
    expect(dialog(page).get_by_role("radio", name="生病住院")).to_be_checked()
    expect(dialog(page).get_by_test_id("stDateInput")).to_contain_text("-03")
    save(page)
    expect(page.locator(".st-key-door_saved")).to_contain_text("-03")
    assert rows(server.database_url, model.visit, household_id=id, content="送去米面")[0]["occasion"] == "生病住院"
    page.wait_for_function("sessionStorage.length === 0")


def test_of_two_who_correct_the_same_fact_the_second_is_told_and_loses_nothing(
    server: Server, new_context: Callable[..., BrowserContext]
):
    id = a_household(server.database_url)
    first, second = (new_context(**PHONE).new_page() for _ in range(2))
    for page in (first, second):
        page.goto(f"{server.url}/household?household={id}&role=village&do=facts")
        ready(page)
    dialog(first).get_by_label("联系电话").fill("19900000001")
    save(first)
    expect(first.locator(".st-key-door_saved")).to_contain_text("已保存：改信息：联系电话")
    dialog(second).get_by_label("联系电话").fill("19900000002")
    dialog(second).get_by_label("备注").fill("冬天在女儿家")
    save(second)
    told = dialog(second).locator(".conflict")
    expect(told).to_contain_text("村干部")
    expect(told).to_contain_text("199****0001")
    expect(dialog(second).get_by_label("备注")).to_have_value("冬天在女儿家")
    assert rows(server.database_url, model.household, id=id)[0]["remark"] != "冬天在女儿家"
    save(second, "仍然保存")
    expect(second.locator(".st-key-door_saved")).to_contain_text("已保存")
    held = rows(server.database_url, model.household, id=id)[0]
    assert (held["phone"], held["remark"]) == ("19900000002", "冬天在女儿家")
    expect(second.locator(".st-key-history_of_changes .change")).to_have_count(2)


@pytest.mark.screen(390, 844)
def test_the_wall_display_offers_no_form_even_by_the_address(county_server: Server, page: Page):
    page.goto(
        f"{county_server.url}/household?household={a_household(county_server.database_url)}&role=display&do=visit"
    )
    ready(page)
    expect(page.locator(".household-head")).to_be_visible()
    expect(dialog(page)).to_have_count(0)
    expect(page.get_by_role("button", name="记走访")).to_have_count(0)


def test_what_was_typed_is_not_lost_by_a_slip(server: Server, new_context: Callable[..., BrowserContext]):
    id = a_household(server.database_url)
    page = new_context(**PHONE).new_page()
    asked: list[str] = []
    sure = False

    def answer(question: Dialog) -> None:
        asked.append(question.type)
        question.accept() if sure else question.dismiss()

    page.on("dialog", answer)
    page.goto(f"{server.url}/household?household={id}&role=village&do=visit")
    ready(page)
    done = dialog(page).get_by_label("做了什么 *")
    done.fill("送去米面")
    for slip in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.touchscreen.tap(3, 400),
        lambda: dialog(page).get_by_role("button", name="关闭").tap(),
    ):
        slip()
        ready(page)
        expect(done).to_have_value("送去米面")
    assert asked == ["confirm"] * 3
    sure = True
    dialog(page).get_by_role("button", name="关闭").tap()
    expect(dialog(page)).to_have_count(0)
    ready(page)
    page.get_by_role("button", name="记走访").tap()
    expect(done).to_be_visible()
    ready(page)
    page.keyboard.press("Escape")  # nothing was typed: nothing is asked
    expect(dialog(page)).to_have_count(0)
    assert asked == ["confirm"] * 4


def test_a_death_is_told_with_what_follows_before_it_is_saved_on_a_phone_and_taken_back(
    server: Server, new_context: Callable[..., BrowserContext]
):
    id = a_household_of_several(server.database_url)
    whom = rows(server.database_url, model.member, household_id=id, gone=None)
    page = new_context(**PHONE).new_page()
    page.goto(f"{server.url}/household?household={id}&role=village")
    ready(page)
    page.get_by_role("button", name="更多", exact=True).tap()
    page.get_by_role("button", name="家庭变动", exact=True).tap()
    ready(page)
    expect(dialog(page).get_by_text("整户迁村、并入别户、状态变动、注销由乡镇以上办理。")).to_be_visible()
    dialog(page).get_by_label("哪一位 *").tap()
    page.get_by_role("option").last.tap()
    ready(page)
    see = dialog(page).get_by_role("button", name="看看会带来什么变化")
    assert see.bounding_box()["height"] >= 44
    expect(dialog(page).get_by_role("button", name="保存", exact=True)).to_have_count(0)
    see.tap()
    ready(page)
    told = dialog(page).locator(".follows")
    expect(told).to_contain_text(f"{len(whom)} 人")
    expect(told).to_contain_text(f"{len(whom) - 1} 人")
    assert wide(page) == 390
    assert rows(server.database_url, model.change, household_id=id) == []  # seen, not done
    save(page)
    said = page.locator(".st-key-door_saved")
    expect(said).to_contain_text("已保存：家庭变动：")
    ready(page)
    stay = rows(server.database_url, model.member, household_id=id, gone=None)
    assert len(stay) == len(whom) - 1
    expect(page.locator(".st-key-history_of_changes")).to_contain_text("死亡")
    said.get_by_role("button", name="撤销").tap()
    expect(said).to_contain_text("已撤销")
    ready(page)
    assert rows(server.database_url, model.member, household_id=id, gone=None) == whom


def a_household_of_several(url: str) -> int:
    """The first household of three or more in the village of :func:`a_household`."""
    engine = open_engine(url)
    h, m = model.household.c, model.member.c
    with engine.connect() as connection:
        village = select(h.village).where(h.id == a_household(url)).scalar_subquery()
        asked = (
            select(h.id).join_from(model.household, model.member, m.household_id == h.id).where(h.village == village)
        )
        several = asked.group_by(h.id).having(func.count() > 2).order_by(h.id).limit(1)
        found = connection.execute(several).scalar_one()
    engine.dispose()
    return found
