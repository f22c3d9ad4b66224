"""备份 in a real browser: none yet, one made by a click, tried by another, and what a county's cadre sees of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.stores import copied

DESK, PHONE = pytest.mark.screen(1366, 768), pytest.mark.screen(390, 844)


@pytest.fixture(scope="module")
def server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is made here lies beside its store."""
    folder = tmp_path_factory.mktemp("backups")
    database = folder / "county.db"
    copied(county_database, database)
    with serving(f"sqlite:///{database}", folder) as running:
        yield running


def opened(server: Server, page: Page, role: str) -> Page:
    page.goto(f"{server.url}/data?view=backups&role={role}")
    return ready(page)


@DESK
def test_a_backup_is_made_tried_and_told_and_who_may_not_has_no_buttons(server: Server, page: Page):
    opened(server, page, "admin")
    expect(page.locator(".backup-state .age")).to_contain_text("还没有备份")
    page.get_by_role("button", name="恢复演练").click()
    expect(page.locator(".problem")).to_contain_text("请先备份")
    page.get_by_role("button", name="立即备份").click()
    expect(page.locator(".backup-state .age")).to_contain_text("备份过", timeout=180_000)
    ready(page)
    row = page.locator(".table tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(re.compile(r"完好.*MB"))
    page.get_by_role("button", name="恢复演练").click()
    expect(page.locator(".proofs li")).to_have_count(6, timeout=300_000)
    expect(page.locator(".proofs li.proven")).to_have_count(6)
    ready(page)
    expect(row).to_contain_text("通过")
    expect(page.get_by_role("button", name="立即备份")).to_be_visible()

    opened(server, page, "county")
    expect(page.locator(".proofs li.proven")).to_have_count(6)
    expect(page.get_by_text("备份、演练和定时设置由管理员操作")).to_be_visible()
    expect(page.get_by_role("button", name="立即备份")).to_have_count(0)


@PHONE
def test_the_timetable_is_set_on_a_phone_and_what_cannot_be_is_refused_in_words(server: Server, page: Page):
    opened(server, page, "admin")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="定时设置").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("备份文件夹").fill("backups")
    dialog.get_by_role("button", name="保存设置").click()
    expect(dialog.locator(".problem")).to_contain_text("备份文件夹")
    dialog.get_by_label("备份文件夹").fill("")
    dialog.get_by_label("定时备份时刻").fill("4")
    dialog.get_by_role("button", name="保存设置").click()
    expect(dialog).to_have_count(0)
    ready(page)
    page.get_by_role("button", name="定时设置").click()
    expect(page.get_by_role("dialog").get_by_label("定时备份时刻")).to_have_value("4")
