"""Nobody gets past the shell: not even the first visitor of a fresh server who comes by a deep link."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.commands.version import VERSION
from tests.browser.ready import ready
from tests.browser.server import ROOT, serving

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", ["", "household", "admin"])  # a server each; all others go the same way
def test_the_first_request_of_a_fresh_server_runs_the_shell(name: str, page: Page, tmp_path: Path):
    with serving(f"sqlite:///{tmp_path / 'new.db'}", tmp_path) as server:
        page.goto(f"{server.url}/{name}")
        ready(page)
        expect(page.locator(".st-key-shell")).to_be_visible()
        expect(page.get_by_role("contentinfo")).to_have_text(f"村级作战室 {VERSION}")


def test_the_addresses_asked_for_above_are_those_of_the_pages(page: Page, tmp_path: Path):
    unknown = []
    with serving(f"sqlite:///{tmp_path / 'new.db'}", tmp_path) as server:
        for name in PAGES:
            page.goto(f"{server.url}/{name}")
            ready(page)
            expect(page.locator(".st-key-shell")).to_be_visible()
            unknown += [name] if page.get_by_role("dialog").count() else []  # Streamlit's "page not found"
    assert len(unknown) <= 1, unknown  # the home page has no address but the root
