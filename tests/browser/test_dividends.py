"""收益分配 in a real browser: a plan from its village to the county and into the books, by clicks; on a phone."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, func, select

from data.access.viewer import Viewer
from data.clock import county_clock
from data.dividends.content import usual_months
from data.dividends.steps import step
from data.model import change, dividend_payment, dividend_plan, dividend_share, household, ledger
from data.money import short
from data.months import label, month_of, spoken
from data.store.engine import open_engine, writing
from tests.browser.grids import cursor_to, type_in
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import turn_to
from tests.data.paper import reading as paper
from tests.stores import copied

DESK, PHONE = pytest.mark.screen(1366, 768), pytest.mark.screen(390, 844)
VILLAGE = "990181001201"  # of the demonstration's village cadre; its plan has been public for eight days


@pytest.fixture(scope="module")
def server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: plans are written."""
    folder = tmp_path_factory.mktemp("dividends")
    database = folder / "county.db"
    copied(county_database, database)
    with serving(f"sqlite:///{database}", folder) as running:
        yield running


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    engine = open_engine(server.database_url)
    yield engine
    engine.dispose()


def one(engine: Engine, asked):
    with engine.connect() as connection:
        return connection.execute(asked).first()


def press(page: Page, name: str) -> None:
    """A button, and what asks whether it is meant."""
    page.get_by_role("button", name=name, exact=True).click()
    ready(page)
    page.get_by_role("button", name=f"确定{name}").click()


def as_role(page: Page, name: str) -> None:
    page.locator(".st-key-picked_role input").click()
    page.get_by_role("option", name=name).click()
    ready(page)


def type_first_dividend(page: Page, amount: str) -> None:
    """Another amount for the first household, typed into the grid."""
    cursor_to(page.locator(".st-key-plan_grid"), 0, 5, at=(60, 45))
    type_in(page, amount)
    ready(page)


@DESK
def test_two_who_type_into_one_draft_lose_nothing(new_context, server: Server, engine: Engine):
    """The second to save is told, keeps what he typed, and decides; stands first, for then the plan goes its way."""
    village = Viewer("village", VILLAGE)
    plan = one(engine, select(dividend_plan).where(dividend_plan.c.village == VILLAGE))
    assert plan.state == "published"
    step(engine, village, plan.id, "withdraw", version=plan.version, at=county_clock())
    first, second = (new_context(viewport={"width": 1366, "height": 768}).new_page() for _ in range(2))
    for page in (first, second):
        page.goto(f"{server.url}/dividends?role=village&plan={plan.id}")
        ready(page)
    for page, title in ((first, "甲改的名称"), (second, plan.title)):
        page.get_by_label("方案名称").fill(f"{title}（改）")
        page.keyboard.press("Tab")
        ready(page)
        page.get_by_role("button", name="保存草稿").click()
        ready(page)
    expect(first.locator(".said")).to_contain_text("已保存草稿")
    turn_to(second, "户档案")
    ready(second)
    second.go_back()
    ready(second)
    expect(second.locator(".problem")).to_contain_text("村干部")
    expect(second.locator(".problem")).to_contain_text("没有写入")
    expect(second.get_by_label("方案名称")).to_have_value(f"{plan.title}（改）")
    assert one(engine, select(dividend_plan.c.title).where(dividend_plan.c.id == plan.id))[0] == "甲改的名称（改）"
    second.get_by_role("button", name="以我填的为准保存").click()
    expect(second.locator(".said")).to_contain_text("已保存草稿")
    held = one(engine, select(dividend_plan).where(dividend_plan.c.id == plan.id))
    assert held.title == f"{plan.title}（改）"
    step(engine, village, plan.id, "publish", version=held.version, at=county_clock() - timedelta(days=8))


@DESK
def test_a_plan_goes_from_its_village_to_the_books_of_its_households(page: Page, server: Server, engine: Engine):
    page.goto(f"{server.url}/dividends?role=village")
    ready(page)
    page.get_by_role("link", name="收益分配方案").first.click()
    page.wait_for_url("**plan=**")
    ready(page)
    expect(page.locator(".way li.now b")).to_have_text("公示中")
    plan = int(page.url.split("plan=")[1].split("&")[0])
    press(page, "撤回修改")
    expect(page.locator(".way li.now b")).to_have_text("草拟")
    ready(page)
    type_first_dividend(page, "900")
    expect(page.locator(".plan-balance.off .verdict")).to_contain_text("多分了")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".said")).to_contain_text("不能公示")
    ready(page)
    press(page, "公示")
    expect(page.get_by_role("dialog").locator(".problem")).to_contain_text("多分了")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="按办法重新分配").click()
    expect(page.locator(".plan-balance.even .verdict")).to_have_text("一分不差")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator(".said")).to_contain_text("可以公示了")
    ready(page)
    press(page, "公示")
    expect(page.locator(".way li.now b")).to_have_text("公示中")
    ready(page)
    shares = select(dividend_share.c.household_id, dividend_share.c.amount_fen).where(dividend_share.c.plan == plan)
    first = one(engine, shares.where(dividend_share.c.kind == "dividend").order_by(dividend_share.c.household_id))
    assert first.amount_fen == 90_000
    with page.expect_download() as waiting:
        page.get_by_role("button", name="打印公示稿（PDF）").click()
    head = one(engine, select(household.c.head).where(household.c.id == first.household_id)).head
    told = "".join(paper.texts(Path(waiting.value.path()).read_bytes()))
    assert "收益分配方案公示" in told and head in told and "900.00" in told and "手工核定" in told
    press(page, "报镇审核")
    expect(page.get_by_role("dialog").locator(".problem")).to_contain_text("公示还没有满 5 天")
    with writing(engine) as connection:  # five days later
        earlier = (county_clock().date() - timedelta(days=5)).isoformat()
        connection.execute(dividend_plan.update().where(dividend_plan.c.id == plan).values(published=earlier))
    page.reload()
    ready(page)
    press(page, "报镇审核")
    expect(page.locator(".way li.now b")).to_have_text("待镇审")
    as_role(page, "乡镇干部")
    press(page, "审核通过")
    expect(page.locator(".way li.now b")).to_have_text("待县备")
    as_role(page, "县级干部")
    _file_with_two_presses(page)
    expect(page.locator(".way li.now b")).to_have_text("已备案")
    state = one(engine, select(dividend_plan).where(dividend_plan.c.id == plan))
    paid = one(engine, select(func.sum(dividend_payment.c.amount_fen)).where(dividend_payment.c.plan == plan))[0]
    lines = one(
        engine,
        select(ledger.c.property_dividend_fen).where(
            ledger.c.household_id == first.household_id, ledger.c.month == state.booked
        ),
    )[0]
    changes = one(
        engine,
        select(func.count()).where(change.c.household_id == first.household_id, change.c.what.like("收益分配备案%")),
    )[0]
    assert (state.state, paid, changes) == ("filed", state.distributed_fen, 1) and lines >= 90_000
    ready(page)
    page.locator(".table a.row", has_text=head).first.click()
    ready(page)
    expect(page.locator(".st-key-history_of_changes").get_by_text("收益分配备案").first).to_be_visible()
    expect(page.locator(".st-key-history_of_changes ins", has_text=short(lines)).first).to_be_visible()


def _file_with_two_presses(page: Page) -> None:
    page.get_by_role("button", name="备案并记账", exact=True).click()
    ready(page)
    dialog = page.get_by_role("dialog")
    running = spoken(month_of(county_clock().date()))
    expect(dialog.locator(".st-key-plan_booked input")).to_have_value(running)  # not the month of the header
    expect(dialog).to_contain_text(f"记入 {running} 的收支")
    page.get_by_role("button", name="确定备案并记账").dblclick()
    ready(page)


@DESK
def test_a_village_sees_what_came_in_before_it_proposes_and_the_months_stand_in_the_address(
    page: Page, server: Server, engine: Engine
):
    page.goto(f"{server.url}/dividends?role=village")
    ready(page)
    page.get_by_role("link", name="提出方案").click()
    expect(page).to_have_url(re.compile("new=1"))
    ready(page)
    page.locator(".st-key-plan_new_first input").click()
    earlier = usual_months(month_of(county_clock().date()))[0] - 1  # June or December, in which quarters end
    page.get_by_role("option", name=spoken(earlier), exact=True).click()
    expect(page).to_have_url(re.compile(f"first={label(earlier)}"))
    ready(page)
    title = page.locator("h1").first
    expect(title).to_contain_text("可分配收益")
    told = title.inner_text()
    page.reload()
    ready(page)
    expect(title).to_have_text(told)
    before = one(engine, select(func.count()).select_from(dividend_plan))[0]
    page.get_by_role("button", name="起草方案").click()
    expect(page.locator(".way li.now b")).to_have_text("草拟")
    ready(page)
    assert one(engine, select(func.count()).select_from(dividend_plan))[0] == before + 1
    received = one(engine, select(dividend_plan.c.received_fen).order_by(dividend_plan.c.id.desc()).limit(1))[0]
    assert told == f"可分配收益 {short(received)} 元"
    page.goto(f"{server.url}/dividends?role=township&new=1")
    ready(page)
    expect(page.locator(".problem")).to_contain_text("由本村村干部办理")


@DESK
def test_another_townships_plan_is_refused_whatever_the_address_says(page: Page, server: Server, engine: Engine):
    far = one(
        engine,
        select(dividend_plan.c.id, dividend_plan.c.title).where(
            ~dividend_plan.c.village.startswith(VILLAGE[:9]), dividend_plan.c.state == "submitted"
        ),
    )
    page.goto(f"{server.url}/dividends?role=township&plan={far.id}")
    ready(page)
    expect(page.locator(".problem")).to_contain_text("没有这个分配方案")
    expect(page.get_by_text(far.title)).to_have_count(0)
    page.goto(f"{server.url}/dividends?role=helper&plan={far.id}")
    ready(page)
    expect(page.get_by_text(far.title)).to_have_count(0)


@PHONE
@pytest.mark.parametrize("state", ["submitted", "filed", "draft"])
def test_a_phone_shows_a_plan_without_scrolling_sideways(page: Page, server: Server, engine: Engine, state: str):
    plan = one(engine, select(dividend_plan.c.id).where(dividend_plan.c.state == state))[0]
    page.goto(f"{server.url}/dividends?plan={plan}")
    ready(page)
    expect(page.locator(".way li.now")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("button", name="审核通过", exact=True)).to_have_count(0)  # that is the township's to do
