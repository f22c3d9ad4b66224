"""What a visitor does and reads on any page: chooses from a list, sees where he stands and what the address says."""

import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.ready import SECONDS, ready

T = TypeVar("T")


def asked(page: Page) -> dict[str, str]:
    """The parameters of the address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def crumbs(page: Page) -> Locator:
    """The regions of the way up, from the top down to the page's own."""
    return page.locator(".breadcrumbs > *:not(i)")


def choose(page: Page, box: str, words: str) -> None:
    """Type and take what the list then offers first; the address tells that the choice has arrived."""
    before = page.url
    field = page.get_by_role("combobox", name=box)
    field.click()
    field.fill(words)
    expect(page.get_by_role("option").first).to_contain_text(words)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)
    ready(page)


def eventually(page: Page, look: Callable[[], T], wanted: T) -> None:
    """What ``expect`` does, for what no locator shows: look again until it is what is wanted; the last look decides."""
    end = time.monotonic() + SECONDS
    while (seen := look()) != wanted and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert seen == wanted


def turn_to(page: Page, title: str) -> None:
    """Open a page by the navigation: its group, then its name there."""
    link = page.locator(f"nav[aria-label=主导航] a:text-is('{title}')")
    if not link.is_visible():
        link.locator("xpath=ancestor::div[@class='group']/button").focus()
        page.keyboard.press("ArrowDown")
    link.click()
