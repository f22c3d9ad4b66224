"""监测帮扶 in a real browser, by clicks: from a clue at the door to the removal of risk half a year later; a step that
the law refuses; what is returned and what is refused; who may not look."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Connection, select

from data import model
from data.clock import county_clock
from data.households.edits import Edit, commit
from data.monitoring.clocks import months_after
from data.monitoring.facts import facts_of_household, recorded
from data.monitoring.law import Facts, obstacles
from data.monitoring.ways import ENDED
from data.months import month_of
from data.regions.tree import viewers
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1366, "height": 768}}
CLOCK = Path("tests/browser/turned_clock.py")
NOTICE = 6
"""Days after which a notice has hung long enough."""


@dataclass
class Days:
    """A store of the test's own: ``since`` it stands; a server on it at any day after that, by a file of ``ahead``."""

    url: str
    folder: Path
    since: date
    ahead: Path

    @contextmanager
    def after(self, days: int) -> Iterator[Server]:
        """A server whose clock is so many days ahead."""
        self.ahead.write_text(str(days))
        with serving(self.url, self.folder, CLOCK) as server:
            yield server

    def rows(self, table, **where: object) -> list:
        """Rows of a table as they stand."""
        return asked(self.url, lambda connection: _rows(connection, table, where))


def _rows(connection: Connection, table, where) -> list:
    return list(connection.execute(select(table).filter_by(**where).order_by(*table.primary_key)).mappings())


def asked(url: str, question):
    engine = open_engine(url)
    with engine.connect() as connection:
        answer = question(connection)
    engine.dispose()
    return answer


@pytest.fixture
def days(county_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Days:
    ahead = tmp_path / "days"
    monkeypatch.setenv("WARROOM_TEST_DAYS_AHEAD", str(ahead))
    return Days(county_url, tmp_path, county_clock().date(), ahead)


def a_household(connection: Connection) -> tuple[int, str]:
    """One that the demonstration's helper is paired with and nobody watches, whose books and file would let it out of
    risk in half a year; and its head."""
    helper = next(one for one in viewers(connection) if one.role == "helper")
    village = next(one for one in viewers(connection) if one.role == "village")
    h, x, c = model.household.c, model.pairing.c, model.clue.c
    paired = select(h.id, h.head).join(model.pairing, x.household_id == h.id)
    paired = paired.where(x.helper == helper.helper, x.ended.is_(None), x.member == "", h.attribute == "一般户")
    paired = paired.where(h.type == "脱贫户", h.id.not_in(select(c.household_id).where(c.household_id.is_not(None))))
    then = county_clock().date() + timedelta(days=200)
    for id, head in connection.execute(paired.order_by(h.id)).all():
        books = recorded(connection, village, id, then, 6)
        known = facts_of_household(connection, village, id, then)
        facts = Facts(then, identified=then - timedelta(days=190), members=known.members, incomes=books.incomes,
                      line=books.line, unsafe=tuple(books.unsafe.items()), measures=((then, None),))  # fmt: skip
        if not obstacles("propose", facts) and not known.watched and not known.running:
            return id, head
    raise AssertionError("the demonstration has no such household")


def photo(folder: Path, name: str) -> Path:
    """A picture that is no other's."""
    path = folder / f"{name}.jpg"
    Image.effect_noise((600, 400), 60).convert("RGB").save(path)
    return path


def dialog(page: Page) -> Locator:
    return page.get_by_test_id("stDialog")


def opens(page: Page, server: Server, role: str, **asked: object) -> Page:
    """A page of 监测帮扶 as a role sees it."""
    rest = "".join(f"&{name}={value}" for name, value in asked.items())
    page.goto(f"{server.url}/monitoring?role={role}{rest}")
    return ready(page)


def form(page: Page, word: str) -> Locator:
    """Open the form of a step."""
    page.get_by_role("button", name=word, exact=True).click()
    ready(page)
    expect(dialog(page)).to_be_visible()
    return dialog(page)


def ends(page: Page, word: str, state: str, *, done: str = "") -> None:
    """Press what ends a form; what the page then says of the case."""
    dialog(page).get_by_role("button", name=f"确定{word}").click()
    expect(page.get_by_role("status").filter(has_text=f"已{word}，现在是“{state}”。")).to_be_visible()
    ready(page)
    expect(page.locator("h1")).to_contain_text(f"：{state}")


def takes(
    page: Page, word: str, state: str, who: str, *, reason: str = "", votes: tuple[int, ...] = (), kind: str = "",
    papers: tuple[Path, ...] = (), typed: tuple[tuple[str, str], ...] = (),
) -> None:  # fmt: skip
    """A step by its button and its form; then the page says the state, and the last line of the way who took it."""
    opened = form(page, word)
    if kind:
        opened.get_by_role("combobox", name="监测类型").click()
        page.get_by_role("option", name=kind).click()
    for label, vote in zip(("应到", "实到", "同意", "不同意"), votes, strict=False):
        opened.get_by_label(label, exact=True).fill(str(vote))
    for label, text in typed:
        opened.get_by_label(label).fill(text)
    if reason:
        opened.get_by_label(re.compile("^说明")).fill(reason)
    for at, paper in enumerate(papers):
        opened.locator("input[type=file]").nth(at).set_input_files(paper)
        ready(page)
    ends(page, word, state)
    last = page.locator(".case-way li:not(.now, .plan, .clue)").last
    expect(last).to_contain_text(word)
    expect(last.locator(".who")).to_contain_text(who)


def due(page: Page, word: str, office: str) -> None:
    """What the clock says comes next, and whose turn it is."""
    expect(page.locator(".matter-clock")).to_contain_text(f"下一步“{word}”，等{office}办，应于 ")


def test_a_household_goes_from_a_clue_at_its_door_to_help_and_half_a_year_later_out_of_risk(
    days: Days, new_context: Callable[..., BrowserContext], tmp_path: Path
):
    home, head = asked(days.url, a_household)
    with days.after(0) as server:
        phone = new_context(**PHONE).new_page()
        _told_at_the_door(phone, server, home, photo(tmp_path, "住院单"))
        case = _answered_by_the_village(phone, server, head)
        _looked_into(new_context, phone, server, case, tmp_path)
    with days.after(NOTICE) as server:
        identified = days.since + timedelta(days=NOTICE)
        _approved(new_context, server, case)
        _helped(new_context(**DESK).new_page(), server, case, months_after(identified, 6))
    later = (months_after(identified, 6) - days.since).days + 2
    with days.after(later) as server:
        _booked(days, home, county_clock() + timedelta(days=later))
        _proposed(new_context(**PHONE).new_page(), server, case)
    with days.after(later + NOTICE) as server:
        _let_go(new_context, server, case)
    _in_the_store(days, home, case, identified, days.since + timedelta(days=later + NOTICE))


def _told_at_the_door(page: Page, server: Server, home: int, paper: Path) -> None:
    page.goto(f"{server.url}/household?role=helper&household={home}")
    ready(page)
    page.get_by_role("button", name="更多").tap()
    page.get_by_role("button", name="报线索").tap()
    ready(page)
    dialog(page).get_by_label("什么情况 *").fill("户主上月住院，自付三万多")
    dialog(page).get_by_role("combobox", name=re.compile("可能的风险")).click()
    page.get_by_role("option", name="因病").click()
    dialog(page).locator("input[type=file]").set_input_files(paper)
    ready(page)
    dialog(page).get_by_role("button", name="保存", exact=True).tap()
    expect(page.locator(".st-key-door_saved")).to_contain_text("已保存：报线索，等村里核查答复")


def _answered_by_the_village(page: Page, server: Server, head: str) -> int:
    opens(page, server, "village", view="clues")
    page.get_by_role("link", name=re.compile(head)).first.tap()
    page.wait_for_url(re.compile("clue="))
    ready(page)
    expect(page.locator("h1")).to_have_text(f"干部排查：{head} 户")
    expect(page.locator(".matter-clock")).to_contain_text("等村里核查答复，应于 ")
    expect(page.locator(".matter-steps li")).to_contain_text("帮扶责任人")
    page.get_by_role("button", name="立案", exact=True).tap()
    ready(page)
    dialog(page).get_by_role("button", name="确定立案").tap()
    expect(page.get_by_role("status").filter(has_text="已立案。")).to_be_visible()
    ready(page)
    page.get_by_role("link", name=re.compile("-JC")).tap()
    page.wait_for_url(re.compile("case="))
    ready(page)
    expect(page.locator("h1")).to_have_text(f"{head} 户：核查比对")
    expect(page.locator(".case-way li.clue .who").first).to_contain_text("帮扶责任人")
    expect(page.locator(".not-yet")).to_contain_text("还没有入户核查")
    due(page, "入户核查", "村干部")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    return int(re.search(r"case=(\d+)", page.url)[1])


def _looked_into(new_context, phone: Page, server: Server, case: int, folder: Path) -> None:
    papers = (photo(folder, "排查表"), photo(folder, "采集表"))
    takes(phone, "入户核查", "核查比对", "村干部", kind="脱贫不稳定户", reason="自付三万二", papers=papers)
    due(phone, "信息比对", "乡镇干部")
    expect(phone.locator(".not-yet")).to_contain_text("还没有全家信息比对结果")
    town = opens(new_context(**DESK).new_page(), server, "township", case=case)
    takes(town, "信息比对", "核查比对", "乡镇干部", reason="九部门比对无疑点")
    due(town, "民主评议", "村干部")
    opens(phone, server, "village", case=case)
    opened = form(phone, "民主评议")
    for label, vote in zip(("应到", "实到", "同意", "不同意"), (20, 9, 9, 0), strict=True):
        opened.get_by_label(label, exact=True).fill(str(vote))
    opened.get_by_role("button", name="确定民主评议").click()
    expect(opened.get_by_role("alert")).to_contain_text("实到 9 人不足应到 20 人的 67%")
    opened.get_by_label("实到", exact=True).fill("16")
    opened.get_by_label("同意", exact=True).fill("15")
    opened.get_by_label("不同意", exact=True).fill("1")
    ends(phone, "民主评议", "待公示")
    expect(phone.locator(".case-way li:not(.now)").last).to_contain_text("应到 20 实到 16 同意 15 不同意 1")
    takes(phone, "村内公示", "公示中", "村干部")
    over = county_clock().date() + timedelta(days=NOTICE)
    expect(phone.locator(".not-yet")).to_contain_text(f"最早 {over} 可上报乡镇")


def _approved(new_context, server: Server, case: int) -> None:
    village = opens(new_context(**PHONE).new_page(), server, "village", case=case)
    expect(village.locator(".matter-clock")).to_contain_text("公示期已满")
    takes(village, "上报乡镇", "待乡镇审核", "村干部")
    expect(village.locator(".st-key-case_do")).to_have_count(0)
    town = opens(new_context(**DESK).new_page(), server, "township", case=case)
    due(town, "乡镇审核", "乡镇干部")
    takes(town, "乡镇审核", "待县级审定", "乡镇干部", reason="属实")
    county = opens(new_context(**DESK).new_page(), server, "county", case=case)
    due(county, "县级审定", "县级干部")
    takes(county, "县级审定", "待公告纳入", "县级干部")
    takes(county, "公告纳入", "帮扶中", "县级干部")
    expect(county.locator(".matter-clock")).to_have_count(0)


def _helped(page: Page, server: Server, case: int, possible: date) -> None:
    """The plan with its first measure; what may not be yet is named with its rule and its day."""
    opens(page, server, "village", case=case)
    expect(page.locator(".not-yet")).to_contain_text(f"识别未满 6 个月，最早 {possible} 可提出风险消除")
    expect(page.locator(".not-yet")).to_contain_text("识别满 6 个月才能消除")
    expect(page.get_by_role("button", name="提出帮扶消除")).to_have_count(0)
    lacking = re.compile("还没有(落实第一项帮扶措施|开发式措施（.*）)，应于 ")  # what it has had before counts as well
    expect(page.locator(".plan-head .lack").first).to_contain_text(lacking)
    page.get_by_role("button", name="列措施").click()
    ready(page)
    dialog(page).get_by_role("combobox", name="措施类别").click()
    page.get_by_role("option", name="公益岗位").click()
    dialog(page).get_by_label("措施内容").fill("村保洁员")
    dialog(page).get_by_role("combobox", name="由谁落实").click()
    page.get_by_role("option", name="其他人（写名称）").click()
    dialog(page).get_by_label("落实人名称（上面选了人的不用填）").fill("村委会")
    dialog(page).get_by_role("button", name="列入计划").click()
    expect(page.get_by_role("status").filter(has_text="已列入帮扶计划。")).to_be_visible()
    ready(page)
    page.get_by_role("button", name="办理").click()
    page.get_by_role("button", name="落实", exact=True).click()
    ready(page)
    dialog(page).get_by_role("button", name="确定落实").click()
    expect(page.get_by_role("status").filter(has_text="“村保洁员”已落实。")).to_be_visible()
    ready(page)
    expect(page.locator(".plan-item")).to_contain_text("已落实")
    expect(page.locator(".plan-head .lack")).to_have_count(0)


def _booked(days: Days, home: int, now: datetime) -> None:
    """The income of the months that have gone by, as a village enters them."""
    lines = days.rows(model.ledger, household_id=home)
    last = max(one["month"] for one in lines)
    month = Edit("ledger", {}, {"wage_work_fen": None}, {"wage_work_fen": 900_000})
    edits = [replace(month, key={"month": one}) for one in range(last + 1, month_of(now.date()))]
    engine = open_engine(days.url)
    with engine.connect() as connection:
        village = next(one for one in viewers(connection) if one.role == "village")
    commit(engine, village, home, edits, what="记收支", now=now)
    engine.dispose()


def _proposed(page: Page, server: Server, case: int) -> None:
    opens(page, server, "village", case=case)
    expect(page.locator(".not-yet")).to_have_count(0)
    opened = form(page, "提出帮扶消除")
    opened.get_by_role("button", name="确定提出帮扶消除").click()
    expect(opened.get_by_role("alert")).to_contain_text("没有填报合规自付支出、理赔收入（没有的填 0）")
    opened.get_by_label("合规自付支出（元）（必填）").fill("3200")
    opened.get_by_label("理赔收入（元）（必填）").fill("0")
    ends(page, "提出帮扶消除", "消除核实")
    due(page, "消除入户核实", "村干部")
    takes(page, "消除入户核实", "消除核实", "村干部", reason="收入稳定，住房安全")
    takes(page, "消除民主评议", "消除待公示", "村干部", votes=(20, 18, 18, 0))
    takes(page, "消除公示", "消除公示中", "村干部")
    expect(page.locator(".not-yet")).to_contain_text("可上报乡镇")


def _let_go(new_context, server: Server, case: int) -> None:
    village = opens(new_context(**PHONE).new_page(), server, "village", case=case)
    takes(village, "消除上报乡镇", "消除待乡镇审核", "村干部")
    town = opens(new_context(**DESK).new_page(), server, "township", case=case)
    takes(town, "消除乡镇审核", "消除待县级审定", "乡镇干部")
    county = opens(new_context(**DESK).new_page(), server, "county", case=case)
    takes(county, "消除县级审定", "消除待公告", "县级干部")
    takes(county, "公告风险消除", "风险消除", "县级干部")
    expect(county.locator(".st-key-case_do")).to_have_count(0)
    expect(county.locator(".matter-facts")).to_contain_text("帮扶消除")
    expect(county.locator(".matter-facts")).to_contain_text("3,200.00 元")


def _in_the_store(days: Days, home: int, case: int, identified: date, removed: date) -> None:
    (held,) = days.rows(model.monitoring_case, id=case)
    assert (held["state"], held["household_id"], held["removal"]) == ("removed", home, "帮扶消除")
    steps = days.rows(model.case_step, case_id=case)
    assert [(one["action"], one["actor"].split(":")[0]) for one in steps] == [
        ("begin", "village"), ("visit", "village"), ("compare", "township"), ("discuss", "village"),
        ("publish", "village"), ("report", "village"), ("township", "township"), ("county", "county"),
        ("include", "county"), ("propose", "village"), ("removal_visit", "village"), ("removal_discuss", "village"),
        ("removal_publish", "village"), ("removal_report", "village"), ("removal_township", "township"),
        ("removal_county", "county"), ("remove", "county"),
    ]  # fmt: skip
    assert all(one["day"] == one["at"][:10] for one in steps)
    (own,) = days.rows(model.episode, code=held["code"])
    assert (own["identified"], own["removed"]) == (identified.isoformat(), removed.isoformat())
    assert (own["kind"], own["risks"], own["removal_outlay_fen"]) == ("脱贫不稳定户", "因病", 320_000)
    (item,) = days.rows(model.plan_item, case_id=case)
    (measure,) = days.rows(model.measure, code=item["measure"])
    assert (measure["household_id"], measure["started"]) == (home, identified.isoformat())
    told = [one["what"] for one in days.rows(model.change, household_id=home) if held["code"] in one["what"]]
    assert told == [
        f"监测：公告纳入（{identified}，{held['code']}）", f"监测：公告风险消除（{removed}，{held['code']}）",
    ]  # fmt: skip
    (clue,) = days.rows(model.clue, case_id=case)
    assert clue["state"] == "case"


def test_what_is_returned_and_what_is_refused_are_two_things_and_nobody_else_sees_either(
    days: Days, new_context: Callable[..., BrowserContext]
):
    cases = days.rows(model.monitoring_case, state="county")
    returned, refused = (one["id"] for one in cases[:2])
    heads = [days.rows(model.household, id=one["household_id"])[0]["head"] for one in cases[:2]]
    with days.after(0) as server:
        page = new_context(**DESK).new_page()
        opens(page, server, "county", view="cases", state="county")
        page.locator("tbody tr a").first.click()
        page.wait_for_url(re.compile("case="))
        ready(page)
        page.go_back()
        page.wait_for_url(re.compile("view=cases"))
        ready(page)
        expect(page.locator("tbody tr")).to_have_count(len(cases))

        opens(page, server, "county", case=returned)
        page.on("dialog", lambda asked: asked.accept())
        form(page, "退回补正").get_by_label("说明（必填）").fill("写了一半")
        page.wait_for_function("Object.values(sessionStorage).some((kept) => kept.includes('写了一半'))")
        page.reload()
        ready(page)
        expect(dialog(page)).to_have_count(0)
        expect(page.locator("h1")).to_contain_text("：待县级审定")
        opened = form(page, "退回补正")
        opened.get_by_role("button", name="确定退回补正").click()
        expect(opened.get_by_role("alert")).to_contain_text("请写明")
        opened.get_by_role("button", name="恢复上次未保存的填写").click()
        expect(opened.get_by_label("说明（必填）")).to_have_value("写了一半")
        opened.get_by_label("说明（必填）").fill("请补近三年的收入证明")
        ends(page, "退回补正", "退回补正")
        due(page, "民主评议", "村干部")
        expect(page.locator(".case-way li.now")).to_contain_text("今天：退回补正，等村干部办")
        expect(page.locator(".case-way li:not(.now)").last).to_contain_text("请补近三年的收入证明")

        opens(page, server, "county", case=refused)
        form(page, "不予纳入").get_by_label("说明（必填）").fill("家里有两套商品房")
        ends(page, "不予纳入", "不予纳入")
        expect(page.locator(".matter-clock")).to_have_count(0)
        expect(page.locator(".st-key-case_do")).to_have_count(0)
        expect(page.locator(".case-way li.now")).to_have_text(re.compile("今天：不予纳入$"))

        other = new_context(**PHONE).new_page()
        for id in (returned, refused):
            opens(other, server, "village", case=id)
            expect(other.locator(".problem")).to_contain_text("没有这个监测对象程序，或它不在您的查看范围内。")
            shown = other.locator("body").inner_text()
            assert not [head for head in heads if head in shown]
    states = {one["id"]: one["state"] for one in days.rows(model.monitoring_case)}
    assert (states[returned], states[refused]) == ("returned", "refused") and "refused" in ENDED
