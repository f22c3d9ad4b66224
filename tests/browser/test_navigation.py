"""The header: menus by mouse and keyboard, help, regions by pinyin; on a phone one button and at most 100 px."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from components.shell.site import DAYS, DO, PAGES
from tests.browser.ready import ready
from tests.browser.visitor import choose, crumbs


@pytest.mark.screen(1366, 768, locale="en-US")
def test_menus_and_help_open_and_close_and_a_region_is_found_by_pinyin(open_page: Callable[[str], Page]):
    page = open_page("/income")
    look, act = page.locator(".menus .group > button").nth(0), page.locator(".menus .group > button").nth(1)
    look.hover()
    expect(page.get_by_role("link", name="挂图作战", exact=True)).to_be_visible()
    page.mouse.move(600, 500)
    expect(page.locator(".menu:visible")).to_have_count(0)
    act.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    titles = [one.title for one in PAGES if one.group == DO]
    expect(page.locator(".menu a:focus")).to_contain_text(titles[1])
    page.keyboard.press("Escape")
    expect(page.locator(".menu:visible")).to_have_count(0)
    expect(act).to_be_focused()

    page.keyboard.press("?")
    expect(page.locator(".help-text")).to_contain_text("谁可以打开")
    page.keyboard.press("Escape")
    expect(page.locator(".help-text")).to_be_hidden()

    field = page.get_by_role("combobox", name="区划")
    field.click()
    field.fill("zzqq")
    expect(page.get_by_text("没有符合的项")).to_be_visible()
    page.keyboard.press("Escape")
    choose(page, "区划", "haiquan")
    expect(crumbs(page).last).to_have_text("海泉镇")
    assert page.title() == "收入趋势 · 海泉镇 · 村级作战室"
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


@pytest.mark.screen(390, 844, has_touch=True, is_mobile=True)
def test_on_a_phone_the_header_is_low_and_one_button_opens_the_rest(open_page: Callable[[str], Page]):
    page = open_page("/overview")
    shell = page.locator(".st-key-shell")
    assert shell.evaluate("shell => shell.getBoundingClientRect().bottom") <= 100
    expect(page.get_by_role("combobox", name="区划")).to_be_hidden()
    page.get_by_role("button", name="菜单").tap()
    expect(page.get_by_role("combobox", name="区划")).to_be_visible()
    page.get_by_role("link", name=DAYS.title, exact=True).tap()
    page.wait_for_url(f"**/{DAYS.path}?**")
    ready(page)
    assert shell.evaluate("shell => shell.getBoundingClientRect().bottom") <= 100
