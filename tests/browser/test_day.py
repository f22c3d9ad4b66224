"""The daily record on a phone whose network goes: written without it, the tab closed and opened, sent once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from data.store.engine import open_engine
from tests.browser.server import Server, serving
from tests.data.archives.ground import photo
from tests.people import begun, enrolled


@pytest.fixture
def server(county_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of its own: this test writes."""
    with serving(county_url, tmp_path) as server:
        yield server


def written(server: Server, *who: int) -> list[tuple[str, int]]:
    """The words of what these persons wrote, with how many photos."""
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT d.actor, d.words, (SELECT COUNT(*) FROM work_paper p WHERE p.record = 'day_record'"
                " AND p.key = CAST(d.id AS TEXT)) FROM day_record d ORDER BY d.id"
            )
        ).all()
    engine.dispose()
    return [(words, photos) for actor, words, photos in rows if actor in {f"person:{one}" for one in who}]


def signed(server: Server, context: BrowserContext, person: int) -> None:
    """Sign him in, in this browser, as the page of signing in does."""
    engine = open_engine(server.database_url)
    given = {"wr": begun(engine, person), "wr-mark": f"mark{person}"}
    context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in given.items()])
    engine.dispose()


def opened(server: Server, context: BrowserContext, state: str) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/day")
    expect(page.locator("#state")).to_have_text(state)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    return page


KEPT = """() => new Promise((done) => {
    const asked = indexedDB.open("day");
    asked.onsuccess = () => {
        const rows = asked.result.transaction("kept").objectStore("kept").getAll();
        rows.onsuccess = () => done(rows.result.map((row) => new TextDecoder().decode(row.data)).join());
    };
})"""


def test_a_record_written_without_network_outlives_its_tab_is_nobody_elses_and_is_sent_once(
    server: Server, new_context: Callable[..., BrowserContext]
):
    engine = open_engine(server.database_url)
    with engine.connect() as connection:
        village = connection.execute(text("SELECT MIN(village) FROM household")).scalar_one()
    mine, other = (enrolled(engine, "village", village) for _ in range(2))
    engine.dispose()
    phone = new_context(viewport={"width": 390, "height": 844}, service_workers="allow")
    signed(server, phone, mine)
    page = opened(server, phone, "已全部发送")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    phone.set_offline(True)
    page.locator(".kind", has_text="落实").click()
    page.locator("#about").select_option(index=1)
    page.locator("#words").fill("送去了药")
    page.locator("#album").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("#photos button")).to_have_count(1)
    page.get_by_role("button", name="保存并发送").click()
    expect(page.locator("#state")).to_have_text("没有网络 · 等待发送 1 条")
    page.locator("#words").fill("还没写完")
    page.wait_for_timeout(500)  # as long as a draft takes to be kept
    assert "送去了药" not in page.evaluate(KEPT)
    page.close()

    page = opened(server, phone, "没有网络 · 等待发送 1 条")
    expect(page.locator("#words")).to_have_value("还没写完")
    page.close()
    signed(server, phone, other)
    page = opened(server, phone, "没有网络")  # whoever signed in since reads nothing of it, with network or without
    expect(page.locator("#form")).to_be_hidden()
    page.close()
    phone.set_offline(False)
    page = opened(server, phone, "已全部发送")
    expect(page.locator("#words")).to_have_value("")
    assert written(server, mine, other) == []
    page.close()

    signed(server, phone, mine)
    page = opened(server, phone, "已全部发送")
    expect(page.locator("#sent li")).to_contain_text("送去了药 · 1 张照片")
    page.reload()
    expect(page.locator("#words")).to_have_value("还没写完")
    assert written(server, mine, other) == [("送去了药", 1)]
