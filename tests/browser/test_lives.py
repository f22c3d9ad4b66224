"""家庭变动 by taps on a phone: a death, a birth, a marriage, a split and a move; what was last year stands."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Connection, func, select

from data import model
from data.figures.spells import member_spell
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAST_YEAR = "2025-10"


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own: it writes."""
    with serving(county_url, tmp_path) as server:
        yield server


def asked(url: str, question: Callable[[Connection], object]) -> object:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = question(connection)
    engine.dispose()
    return found


def of_four(connection: Connection) -> tuple[int, str, list[tuple[str, str, str]]]:
    """A household of the village cadre's with a head, a spouse and two more who were there last year: its number,
    village, and code, name and relation of its members."""
    h, p, w = model.household.c, model.member.c, member_spell.c
    village = connection.execute(select(func.min(h.village))).scalar_one()
    lasting = select(w.member).where(w.since < "2024-01-01", w.until.is_(None))
    for id in connection.execute(select(h.id).where(h.village == village).order_by(h.id)).scalars():
        own = select(p.code, p.name, p.relation).where(p.household_id == id, p.code.in_(lasting), p.born < "2010-01-01")
        people = [tuple(row) for row in connection.execute(own.order_by(p.code))]
        if len(people) == 4 and [row[2] for row in people[:2]] == ["户主", "配偶"]:
            return id, village, people
    raise AssertionError("no such household")


def dialog(page: Page) -> Locator:
    return page.get_by_test_id("stDialog")


def begin(page: Page, act: str) -> None:
    page.get_by_role("button", name="更多", exact=True).tap()
    page.get_by_role("button", name="家庭变动", exact=True).tap()
    dialog(page).get_by_text(act, exact=True).tap()
    ready(page)


def take(page: Page, box: str, option: str) -> None:
    dialog(page).get_by_role("combobox", name=box).tap()
    page.get_by_role("option", name=option).tap()
    ready(page)


def fill(page: Page, field: str, words: str) -> None:
    box = dialog(page).get_by_label(field)
    box.fill(words)
    box.blur()
    ready(page)


def see(page: Page) -> Locator:
    """What follows, as it is shown before anything is saved."""
    dialog(page).get_by_role("button", name="看看会带来什么变化").tap()
    ready(page)
    return dialog(page).locator(".follows")


def save(page: Page, *, twice: bool = False) -> Locator:
    button = dialog(page).get_by_role("button", name="保存", exact=True)
    button.dblclick() if twice else button.tap()
    expect(dialog(page)).to_have_count(0)
    ready(page)
    said = page.locator(".st-key-door_saved")
    expect(said).to_contain_text("已保存：家庭变动")
    return said


def past(page: Page, server: Server, id: int, village: str) -> list[str]:
    """What the pages of last year say, without what is of today: the household's, its village's map, list and board."""
    said = []
    for address, parts in (
        (f"household?household={id}", (".household-head", "#members")),
        (f"battle_map?region={village}", ("main",)),
    ):
        page.goto(f"{server.url}/{address}&month={LAST_YEAR}&role=county")
        ready(page)
        told = [page.locator(part).first.inner_text() for part in parts]
        said += [re.sub(r"更新于 [0-9: -]+|数据版本 \d+", "", one) for one in told]
    return said


def test_who_comes_goes_and_moves_is_told_by_taps_and_last_year_stands(
    server: Server, new_context: Callable[..., BrowserContext]
):
    id, village, people = asked(server.database_url, of_four)
    (_, head, _), (_, spouse, _), (_, third, relation), (_, fourth, _) = people
    page, before = new_context(**PHONE).new_page(), new_context(**PHONE).new_page()
    stood = past(page, server, id, village)
    home = f"{server.url}/household?household={id}&role=village"
    before.goto(home)
    page.goto(home)
    for tab in (before, page):
        ready(tab)
        begin(tab, "去世")
        take(tab, "哪一位 *", head)
    see(before)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(see(page)).to_have_count(0)
    expect(dialog(page).get_by_role("alert")).to_contain_text("由谁当户主")
    page.reload()  # in the middle: the form is open again, and nothing was written
    ready(page)
    dialog(page).get_by_text("去世", exact=True).tap()
    take(page, "哪一位 *", head)
    take(page, "新户主 *", spouse)
    fill(page, f"{third}与新户主关系", relation)
    fill(page, f"{fourth}与新户主关系", "其他亲属")
    told = see(page)
    expect(told).to_contain_text("4 人")
    expect(told).to_contain_text(f"{spouse}，以前月份不变")
    save(page, twice=True)
    expect(page.locator(".household-head h1")).to_have_text(spouse)
    expect(page.locator(".household-head")).to_contain_text("3 人")
    expect(page.locator("#members")).not_to_contain_text(head)
    deaths = select(func.count()).where(model.change.c.household_id == id, model.change.c.what.contains("死亡"))
    assert asked(server.database_url, lambda connection: connection.execute(deaths).scalar_one()) == 1
    take(before, "新户主 *", spouse)  # the tab from before is told
    see(before)
    expect(dialog(before).get_by_role("alert")).to_contain_text("已于")
    page.go_back()
    page.go_forward()
    ready(page)
    expect(page.locator(".household-head")).to_contain_text("3 人")

    begin(page, "出生")
    fill(page, "姓名 *", "小宝")
    fill(page, "与户主关系 *", "孙子")
    expect(see(page)).to_contain_text("4 人")
    save(page)
    begin(page, "婚入迁入")
    fill(page, "姓名 *", "新来的")
    fill(page, "与户主关系 *", "儿媳")
    see(page)
    save(page)
    expect(page.locator(".household-head")).to_contain_text("5 人")
    page.goto(f"{server.url}/household?household={id}&role=county")
    ready(page)
    begin(page, "分户")
    dialog(page).get_by_role("combobox", name="分出去的人 *").tap()
    page.get_by_role("option", name=fourth).tap()
    page.keyboard.press("Escape")
    ready(page)
    take(page, "新户户主 *", fourth)
    expect(see(page)).to_contain_text(f"新户 {fourth}")
    save(page)
    expect(page.locator(".household-head")).to_contain_text("4 人")
    begin(page, "整户迁村")
    dialog(page).get_by_role("combobox", name="迁到哪个村 *").tap()
    page.get_by_role("option").first.tap()
    ready(page)
    expect(see(page)).to_contain_text("以前月份不变")
    save(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert past(page, server, id, village) == stood
    page.goto(home)
    ready(page)
    expect(page.locator("main")).to_contain_text("迁到")
