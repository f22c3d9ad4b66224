"""明白卡 in a real browser: lines typed and pasted into the grid, saved, seen, taken back; two who type at once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Engine, func, select

from data.access.viewer import Viewer
from data.cards import card as income_card
from data.cards.card import IncomeCard
from data.model import access_log, change
from data.money import short
from data.store.engine import open_engine
from data.terms import SUBJECTS
from tests.browser.grids import cursor_to, type_in
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.browser.visitor import eventually
from tests.stores import copied

ADMIN = Viewer("admin", "")
CLIPBOARD = ("clipboard-read", "clipboard-write")
DESK = pytest.mark.screen(1366, 768, permissions=CLIPBOARD)
PHONE = pytest.mark.screen(390, 844)
ROWS = list(SUBJECTS)


@pytest.fixture(scope="module")
def server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose records these tests write to; each test takes a household of its own."""
    folder = tmp_path_factory.mktemp("card-server")
    database = copied(county_database, folder / "county.db")
    with serving(f"sqlite:///{database}", folder) as server:
        yield server


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    engine = open_engine(server.database_url)
    yield engine
    engine.dispose()


def card(engine: Engine, id: int) -> IncomeCard:
    with engine.connect() as connection:
        return income_card.card(connection, ADMIN, id, income_card.years(connection)[1])


@pytest.fixture
def worker(engine: Engine) -> Callable[[int], IncomeCard]:
    """The card, by number, of a household with wages in every month of the last whole year."""
    with engine.connect() as connection:
        ids = income_card.villages_households(connection, ADMIN, "")[:600]
        cards = income_card.cards(connection, ADMIN, ids, income_card.years(connection)[1])
    found = [one for one in cards if all(one.lines["务工工资"])]
    return lambda number: found[number]


def open_grid(page: Page, server: Server, id: int, by: str = "month") -> Page:
    page.goto(f"{server.url}/card?household={id}&entry={by}")
    expect(page.locator("[data-testid=stDataFrame] canvas").first).to_be_visible()
    return ready(page)


def go_to(page: Page, subject: str, column: int) -> None:
    """Put the cursor into a cell: a click into the first month of the row, then by arrow keys."""
    row = ROWS.index(subject)
    cursor_to(page.get_by_test_id("stDataFrame"), row, column, at=(150, 36 + row * 28 + 14))


def total(page: Page, label: str) -> Locator:
    return page.locator(".card-totals li").filter(has=page.get_by_text(label, exact=True)).locator("b")


def save(page: Page) -> None:
    page.locator(".st-key-card_entry_save button").click()
    expect(page.locator(".said")).to_contain_text("已保存")
    ready(page)


@DESK
def test_lines_are_typed_pasted_saved_seen_and_taken_back(page: Page, server: Server, engine: Engine, worker):
    before = worker(0)
    open_grid(page, server, before.household)
    go_to(page, "务工工资", 2)
    type_in(page, "4000", "Tab")
    type_in(page, "5000.5")
    wages = before.now.subjects["务工工资"] - sum(before.lines["务工工资"][1:3]) + 900_050
    expect(total(page, "工资性")).to_have_text(
        short(before.now.kinds["wage"] - before.now.subjects["务工工资"] + wages)
    )
    go_to(page, "其他财产性", 1)
    page.evaluate("navigator.clipboard.writeText('1,200\\t30.5\\r\\n40\\t\\r\\n')")
    page.keyboard.press("Control+v")
    gained = wages - before.now.subjects["务工工资"] + 127_050
    assert not before.now.subjects["其他财产性"] and not before.lines["低保金"][0]
    expect(total(page, "纯收入")).to_have_text(short(before.now.net + gained))
    per_head = before.now.net + gained
    save(page)
    now = card(engine, before.household)
    assert (now.now.net, now.lines["其他财产性"][:2], now.lines["低保金"][0]) == (per_head, (120_000, 3_050), 4_000)
    page.goto(f"{server.url}/card?household={before.household}")
    ready(page)
    expect(page.locator(".per-head b")).to_contain_text(short(now.now.per_head))
    page.goto(f"{server.url}/household?household={before.household}")
    ready(page)
    whole = f"{round(now.now.gross / 100 + 1e-9):,}"
    expect(page.get_by_role("row", name="总收入").filter(has_text=whole).first).to_be_attached()


@DESK
def test_a_saving_is_taken_back_where_it_was_made(page: Page, server: Server, engine: Engine, worker):
    before = worker(1)
    open_grid(page, server, before.household)
    go_to(page, "务工工资", 1)
    type_in(page, "1")
    save(page)
    assert card(engine, before.household).lines["务工工资"][0] == 100
    page.locator(".st-key-card_entry_undo button").click()
    expect(page.locator(".said")).to_have_text("已撤销刚才的保存。")
    ready(page)
    assert card(engine, before.household).lines == before.lines
    expect(page.locator(".st-key-card_entry_save button")).to_be_disabled()


@DESK
def test_what_is_typed_outlives_the_other_way_and_a_slip_is_named(page: Page, server: Server, engine: Engine, worker):
    before = worker(2)
    open_grid(page, server, before.household)
    go_to(page, "务工工资", 1)
    type_in(page, "9999")
    expect(page.locator(".unsaved")).to_be_visible()
    page.get_by_text("按季填").click()
    page.wait_for_url("**entry=quarter**")
    ready(page)
    sum_typed = short(before.now.gross - before.lines["务工工资"][0] + 999_900)
    expect(total(page, "总收入")).to_have_text(sum_typed)
    go_to(page, "养老金", 1)
    type_in(page, "abc")
    expect(page.locator(".problem")).to_contain_text("养老金 ")
    expect(page.locator(".problem")).to_contain_text("不是数字")
    expect(page.locator(".st-key-card_entry_save button")).to_be_disabled()
    go_to(page, "养老金", 1)
    type_in(page, "100")
    expect(page.locator(".problem")).to_have_count(0)
    save(page)
    now = card(engine, before.household)
    assert now.lines["养老金"][:3] == (3_333, 3_333, 3_334)
    assert now.lines["务工工资"] == (999_900, *before.lines["务工工资"][1:])
    with engine.connect() as connection:
        mine = change.c.household_id == before.household
        assert connection.execute(select(func.count()).select_from(change).where(mine)).scalar() == 1


@DESK
def test_the_second_of_two_sees_both_amounts_and_decides(
    page: Page, new_context: Callable[..., BrowserContext], server: Server, engine: Engine, worker
):
    before = worker(3)
    open_grid(page, server, before.household)
    go_to(page, "务工工资", 1)
    type_in(page, "7000")
    expect(page.locator(".unsaved")).to_be_visible()
    other = new_context(viewport={"width": 1366, "height": 768}).new_page()
    open_grid(other, server, before.household)
    go_to(other, "务工工资", 1)
    type_in(other, "8000")
    save(other)
    page.locator(".st-key-card_entry_save button").click()
    told = page.get_by_role("row").filter(has_text="务工工资").filter(has_text="7000")
    expect(told).to_contain_text("8,000")
    assert card(engine, before.household).lines["务工工资"][0] == 800_000
    page.locator(".st-key-card_entry_mine button").click()
    ready(page)
    save(page)
    assert card(engine, before.household).lines["务工工资"][0] == 700_000


@PHONE
def test_the_card_is_read_on_a_phone_and_the_look_is_noted_once(page: Page, server: Server, engine: Engine, worker):
    before = worker(4)
    for _ in range(2):
        page.goto(f"{server.url}/card?household={before.household}")
        ready(page)
        page.locator("summary").filter(has_text="务工工资").click()
        expect(page.locator("details.subject[open] .months b").first).to_have_text(short(before.lines["务工工资"][0]))
        page.locator("summary").filter(has_text="人均纯收入").click()
        expect(page.locator("details[open] .formulas li").first).to_contain_text(before.now.formulas["T"])
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.get_by_text("填报收支").first.click()
    page.wait_for_url("**entry=**")
    ready(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390

    def looks() -> list[str]:
        seen = (access_log.c.household_id == before.household) & (access_log.c.view == "card")
        with engine.connect() as connection:
            return list(connection.execute(select(access_log.c.view).where(seen)).scalars())

    eventually(page, looks, ["card"] * 2)  # one for each session, none for a rerun


def test_a_display_is_refused_a_card_and_its_entry(page: Page, server: Server, worker):
    page.goto(f"{server.url}/card?household={worker(5).household}&role=display&entry=month")
    ready(page)
    expect(page.get_by_text("没有“明白卡”的打开权限")).to_be_visible()
    for shown in (".card-head", "[data-testid=stDataFrame]"):
        expect(page.locator(shown)).to_have_count(0)


def test_nonsense_in_the_address_is_said(page: Page, server: Server, worker):
    page.goto(f"{server.url}/card?household={worker(6).household}&year=1<b>9&entry=week")
    ready(page)
    expect(page.locator(".problem")).to_have_count(2)
    page.goto(f"{server.url}/card?household=999999999999")
    ready(page)
    expect(page.locator(".nothing")).to_contain_text("没有找到这一户")
