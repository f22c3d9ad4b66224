"""借阅 by clicks: a village cadre looks at one household of another village, for a reason, until he ends it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine, Row, text

from data.access.viewer import Viewer
from data.clock import county_clock
from data.settings import decide
from data.store.engine import open_engine, writing
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.data.small_county import real_regions_arrive
from tests.people import begun, enrolled

WHY = "核对随迁家庭情况"
OUTSIDE = "没有找到这一户：编号不存在，或不在您的查看范围内"
ILL = """
    SELECT h.id, h.code, h.head, h.phone, h.village, m.id_number FROM household h JOIN member m ON m.household_id = h.id
    WHERE m.health <> '健康' AND LENGTH(m.id_number) = 18 AND m.gone IS NULL AND h.phone IS NOT NULL
    ORDER BY h.village"""


@pytest.fixture
def store(county_url: str) -> Iterator[Engine]:
    engine = open_engine(county_url)
    real_regions_arrive(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def server(store: Engine, county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, whose regions are real: nobody looks unsigned."""
    with serving(county_url, tmp_path) as server:
        yield server


@pytest.fixture
def homes(store: Engine) -> tuple[Row, Row]:
    """A household of the cadre's village and one of another, in each of which somebody is ill."""
    with store.connect() as connection:
        found = connection.execute(text(ILL)).all()
    assert found[0].village != found[-1].village
    return found[0], found[-1]


@pytest.fixture
def cadre(store: Engine, server: Server, homes, new_context: Callable[..., BrowserContext]) -> BrowserContext:
    """The browser of a cadre of the first household's village, on his phone."""
    context = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    token = begun(store, enrolled(store, "village", homes[0].village))
    context.add_cookies([{"name": "wr", "value": token, "url": server.url, "httpOnly": True}])
    return context


def asked_for(page: Page, server: Server, home: Row) -> Page:
    page.goto(f"{server.url}/household?household={home.id}")
    return ready(page)


def ask(page: Page, code: str, why: str) -> None:
    page.get_by_label("户编号（或扫码得到的网址）").fill(code)
    page.get_by_label("借阅理由").fill(why)
    page.get_by_role("button", name="开始借阅").tap()


def looks(store: Engine, home: Row) -> list[str]:
    logged = "SELECT view FROM access_log WHERE household_id = :id ORDER BY id"
    with store.connect() as connection:
        return list(connection.execute(text(logged), {"id": home.id}).scalars())


def test_a_household_of_another_village_is_borrowed_masked_and_given_back(
    cadre: BrowserContext, server: Server, store: Engine, homes: tuple[Row, Row]
):
    home, page = homes[1], asked_for(cadre.new_page(), server, homes[1])
    expect(page.get_by_text(OUTSIDE)).to_be_visible()
    ask(page, home.code, "看看")
    expect(page.get_by_text("请写明借阅理由，6 至 100 个字。")).to_be_visible()
    assert looks(store, home) == []

    ask(page, home.code, WHY)
    expect(page.locator("h1")).to_have_text(home.head)
    ready(page)
    notice = page.locator(".st-key-loan")
    with store.connect() as connection:
        until = connection.execute(text("SELECT until FROM borrowing")).scalar_one()
    expect(notice).to_contain_text(f"借阅至 {until[11:16]} · 理由：{WHY}")
    content = page.locator("[data-testid=stMain]").text_content()  # on a phone its parts are closed
    assert home.id_number not in content and f"{home.id_number[:6]}********{home.id_number[-4:]}" in content
    assert home.phone not in content and f"{home.phone[:3]}****{home.phone[-4:]}" in content
    expect(page.locator("#members")).to_contain_text("●●")
    for button in ("记走访", "改信息", "显示"):
        expect(page.get_by_role("button", name=button)).to_have_count(0)
    expect(page.get_by_test_id("stButtonGroup")).to_have_count(0)
    expect(page.locator(".breadcrumbs [aria-current]")).not_to_have_text(home.village)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert looks(store, home)[0] == "borrowed"

    notice.get_by_role("button", name="结束借阅").tap()
    page.wait_for_url("**/overview?*")
    asked_for(page, server, home)
    expect(page.get_by_text(OUTSIDE)).to_be_visible()
    expect(page.get_by_text(home.head)).to_have_count(0)
    with store.connect() as connection:  # who goes from number to number stands in the log
        told = connection.execute(text("SELECT actor, detail FROM access_log WHERE view = 'refused' ORDER BY id")).all()
    assert told and all(row.actor.startswith("person:") for row in told)
    assert told[-1].detail == f"户档案 · 内部编号 {home.id}"


def test_below_the_search_one_asks_too_and_a_county_that_switches_it_off_says_so(
    cadre: BrowserContext, server: Server, store: Engine, homes: tuple[Row, Row]
):
    own, far = homes
    page, form = cadre.new_page(), cadre.new_page()
    page.goto(f"{server.url}/household")
    ready(page).get_by_text("借阅查看范围以外的一户").tap()
    ask(page, own.code, WHY)
    expect(page.get_by_text("这一户就在您的查看范围内，不用借阅，请直接打开。")).to_be_visible()
    ask(page, far.code, WHY)
    expect(page.locator(".st-key-loan")).to_be_visible()

    form.goto(f"{server.url}/household?household=999999999")
    ready(form)
    with writing(store) as connection:
        decide(connection, Viewer("admin", ""), "borrowing", "0", now=county_clock())
    ask(form, far.code, WHY)
    asked_for(page, server, far)
    for refused in (form, page):
        expect(refused.get_by_text(OUTSIDE)).to_be_visible()
        expect(refused.get_by_text("本县没有开放借阅")).to_be_visible()
        expect(refused.get_by_role("button", name="开始借阅")).to_have_count(0)
    expect(page.locator(".st-key-loan")).to_have_count(0)
    page.goto(f"{server.url}/household")
    expect(ready(page).get_by_text("借阅查看范围以外的一户")).to_have_count(0)
