"""A real Chromium on the real server; every request off this machine is aborted, counted, and fails the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, WebSocketRoute, expect, sync_playwright
from sqlalchemy import Engine

from data.store.engine import open_engine
from tests.browser.chromium import FLAGS, executable
from tests.browser.ready import SECONDS, ready, watch
from tests.browser.server import Server, serving
from tests.stores import copied

HERE = Path(__file__).parent
DESK = (1280, 800)
expect.set_options(timeout=SECONDS * 1000)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests run in one process, one after the other: they share the server and the two cores."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def county_server(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application on a copy of the full demonstration county; tests that use it share its records."""
    folder = tmp_path_factory.mktemp("county-server")
    database = copied(county_database, folder / "county.db")
    with serving(f"sqlite:///{database}", folder) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; without one: failure in CI, else a skip."""
    if (path := executable()) is None:
        why = "no Chromium: apt-get install chromium, or: python -m playwright install chromium"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def outside_requests() -> Iterator[list[str]]:
    """The URLs off this machine that the test's pages asked for, each aborted; must be empty at the test's end."""
    urls: list[str] = []
    yield urls
    assert not urls, f"{len(urls)} requests left the machine: {sorted(set(urls))}"


@pytest.fixture
def new_context(browser: Browser, outside_requests: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    """Opens contexts (a visitor each, with his own cookies) that reach this machine only; all closed at the end.

    Arguments are those of Playwright's ``new_context``.
    """
    contexts: list[BrowserContext] = []

    def open_context(**arguments) -> BrowserContext:
        context = watch(browser.new_context(**{"locale": "zh-CN", "service_workers": "block", **arguments}))
        contexts.append(context)
        context.route(lambda url: not is_local(url), lambda route: _abort(route, outside_requests))
        context.route_web_socket(lambda url: not is_local(url), lambda socket: _refuse(socket, outside_requests))
        return context

    yield open_context
    for context in contexts:
        context.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    """A blank page of 1280×800; ``@pytest.mark.screen(390, 844, color_scheme="dark", …)`` sets another screen."""
    marker = request.node.get_closest_marker("screen")
    width, height = marker.args if marker else DESK
    arguments = marker.kwargs if marker else {}
    return new_context(viewport={"width": width, "height": height}, **arguments).new_page()


@pytest.fixture
def alerts(page: Page) -> Iterator[list[str]]:
    """Dialogs that a script opened; there must be none."""
    found: list[str] = []
    page.on("dialog", lambda dialog: (found.append(dialog.message), dialog.dismiss()))
    yield found
    assert not found


@pytest.fixture
def open_page(county_server: Server, page: Page, alerts: list[str]) -> Callable[[str], Page]:
    """Opens a path of the shared server and waits until it rests; a dialog that a script opens fails the test."""

    def open_it(path: str) -> Page:
        page.goto(county_server.url + path)
        return ready(page)

    return open_it


@pytest.fixture(scope="module")
def store(county_database: Path) -> Iterator[Engine]:
    """The full demonstration county, to be read."""
    engine = open_engine(f"sqlite:///{county_database}")
    yield engine
    engine.dispose()


def is_local(url: str) -> bool:
    """Whether a request for this URL stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.hostname in ("127.0.0.1", "localhost")


def _abort(route: Route, outside: list[str]) -> None:
    outside.append(route.request.url)
    route.abort()


def _refuse(socket: WebSocketRoute, outside: list[str]) -> None:
    outside.append(socket.url)
    socket.close()
