"""A store of several top regions opens on every page, asked for as a whole."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from benchmarks.session import FAILED, Session
from components.income import address as trends_address
from components.projects import address as project_address
from components.shell.site import CARD, HOUSEHOLD, PAGES, PROJECT
from data.figures.indicators import INDICATORS
from data.projects.compare import GROUPINGS
from data.regions.outlines import LEVELS
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.data.regions.roots_ground import fill_roots

OF_ONE = {PROJECT: {"project": "XM-1-990181"}, CARD: {"household": 1}, HOUSEHOLD: {"household": 1}}
INDICATOR = next(iter(INDICATORS))
ADDRESSES: list[tuple[str, dict]] = [
    *((page.path, OF_ONE.get(page, {})) for page in PAGES),
    *((page, {"indicator": id}) for page in ("overview", "battle_map", "figure") for id in INDICATORS),
    *(("battle_map", {"level": level, "with": INDICATOR}) for level in LEVELS),
    ("battle_map", {"with": "2026-01", "sort": "-step"}),
    *(("income", {"span": span, "map": shown}) for span in trends_address.SPANS for shown in trends_address.MAPS),
    ("income", {"with": "-".join(("990181", "9902")), "span": "growth"}),
    *(("income", {"view": "spread", "who": who}) for who in trends_address.GROUPS),
    ("income", {"view": "spread", "line": 9000}),
    ("income", {"view": "sinking", "tested": 1}),
    *(
        ("projects", {"view": view, "colour": colour})
        for view in project_address.VIEWS
        for colour in project_address.COLOURINGS
    ),
    *(("projects", {"view": "compare", "by": by}) for by in GROUPINGS),
    *(("projects", {"view": "risk", **whose}) for whose in ({"trouble": 1}, {"found": "XM-1-990181"})),
    *(("funds", given) for given in ({"late": 1}, {"year": 2025}, {"fund": "ZJ1-990181"})),
    *(("dividends", given) for given in ({"new": ""}, {"state": "draft"})),
    ("household", {"q": "张"}),
    ("prints", {"what": "cards"}),
]


@pytest.fixture
def several_roots(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[Server]:
    """The application on a store of several roots."""
    fill_roots(engine, tmp_path)
    with serving(database_url, tmp_path) as server:
        yield server


def test_every_page_answers_for_the_whole_of_several_roots(several_roots: Server):
    with Session(several_roots.url) as session:
        for page, parameters in ADDRESSES:
            session.run(page, urlencode({"region": "all", **parameters}), expected="")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_page_opens_in_a_browser_for_the_whole_of_several_roots(several_roots: Server, page: Page):
    refused: list[str] = []
    page.on("response", lambda one: refused.append(one.url) if "/geo/" in one.url and one.status >= 400 else None)
    for one in PAGES:
        page.goto(f"{several_roots.url}/{one.path}?{urlencode({'region': 'all', **OF_ONE.get(one, {})})}")
        ready(page)
        expect(page.locator("h1, .breadcrumbs").first).to_be_visible()
        for words in FAILED:
            expect(page.get_by_text(words)).to_have_count(0)
    assert refused == []
