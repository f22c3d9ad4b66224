"""While an import holds the store: what is saved waits and goes through by itself, once; who reads does not wait."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import Engine, func, select

from data import model
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.data.small_county import fill
from tests.locked import locked
from tests.stores import copied


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{copied(migrated_sqlite, tmp_path / 'busy.db')}")
    fill(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def server(store: Engine, tmp_path: Path) -> Iterator[Server]:
    with serving(store.url.render_as_string(), tmp_path) as server:
        yield server


def _visits(store: Engine, content: str) -> int:
    with store.connect() as connection:
        found = select(func.count()).where(model.visit.c.content == content)
        return connection.execute(found).scalar_one()


def test_a_visit_typed_while_the_store_is_held_is_saved_once_when_it_is_free(
    store: Engine, server: Server, new_context: Callable[..., BrowserContext]
) -> None:
    with store.connect() as connection:
        paired = select(func.min(model.pairing.c.household_id)).where(model.pairing.c.ended.is_(None))
        household = connection.execute(paired).scalar_one()
    page, reader = new_context().new_page(), new_context().new_page()
    page.goto(f"{server.url}/household?household={household}&do=visit")
    ready(page)
    dialog = page.get_by_test_id("stDialog")
    with locked(store) as release:
        dialog.get_by_label("做了什么 *").fill("送去米面")
        save = dialog.get_by_role("button", name="保存", exact=True)
        save.click()
        expect(dialog.locator(".busy")).to_contain_text("正在导入数据，您填的内容已保留，导入完会自动保存")
        expect(dialog.locator(".busy")).to_contain_text("已等 20 秒")
        expect(dialog.get_by_label("做了什么 *")).to_have_value("送去米面")
        save.click()  # of who does not believe it
        for path in ("/overview", "/battle_map", "/todo", "/problems"):
            reader.goto(f"{server.url}{path}")
            ready(reader)
            expect(reader.locator(".busy, .nothing h2:text('页面没有完成')")).to_have_count(0)
        assert _visits(store, "送去米面") == 0
        release()
        expect(page.locator(".saved")).to_contain_text("已保存")
    expect(dialog).to_have_count(0)
    assert _visits(store, "送去米面") == 1
