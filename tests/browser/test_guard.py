"""The guard of the browser tests itself: what leaves the machine is seen and stopped, what stays is let through."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import is_local
from tests.browser.server import Server


def test_requests_off_the_machine_are_stopped_and_counted(page: Page, outside_requests: list[str]):
    page.set_content("<img src='http://example.invalid/a.png'><script src='https://example.invalid/b.js'></script>")
    page.evaluate("() => fetch('https://example.invalid/c').catch(() => null)")
    page.evaluate("() => new Promise(end => { new WebSocket('ws://example.invalid/d').onclose = end })")

    assert sorted(url.rpartition("/")[2] for url in outside_requests) == ["a.png", "b.js", "c", "d"]
    outside_requests.clear()


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8501/x", True),
        ("ws://localhost:8501/_stcore/stream", True),
        ("data:image/png;base64,AAAA", True),
        ("blob:http://127.0.0.1/1", True),
        ("https://127.0.0.1.example.com/", False),
        ("http://localhost@example.com/", False),
        ("https://example.com/?u=127.0.0.1", False),
        ("http://10.0.0.1/", False),
    ],
)
def test_only_the_loopback_counts_as_this_machine(url: str, local: bool):
    assert is_local(url) is local


@pytest.mark.screen(390, 844, color_scheme="dark")
def test_a_test_can_ask_for_a_phone_at_night(page: Page):
    assert page.evaluate("[innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches]") == [
        390,
        844,
        True,
    ]


def test_the_server_does_not_ask_the_internet_who_it_is(county_server: Server):
    assert "xternal" not in county_server.log.read_text()  # "External URL", or that it could not be detected


def test_browser_tests_stay_together_in_one_process(request: pytest.FixtureRequest, worker_id: str):
    assert worker_id == "master" or request.node.nodeid.endswith("@browser")
