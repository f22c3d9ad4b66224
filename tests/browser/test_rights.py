"""Every page in a real browser, by every role, in scope and out of scope: drawn or refused as the table of rights says,
with the buttons of that role's rights, and without a name from elsewhere. Nobody signed in gets none of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import Engine, select

from components.shell.site import ADMIN, CARD, FIGURE, HOUSEHOLD, PAGES, PROJECT, SitePage
from data import model
from data.access.roles import (
    ADMINISTER,
    APPROVE,
    EXPORT,
    HOUSEHOLDS,
    PEOPLE,
    PRINT,
    PROJECTS,
    ROLES,
    SETTINGS,
    WRITE,
)
from data.access.viewer import Viewer
from data.errors import NO_SUCH_HOUSEHOLD
from data.store.engine import open_engine
from tests.browser.ready import ready
from tests.browser.server import Server, serving
from tests.data.small_county import VILLAGES, real_regions_arrive
from tests.data.village_ground import FAR, VILLAGE, fill_village
from tests.people import signed_in
from tests.rights_cases import HOUSEHOLD as HOME
from tests.rights_cases import INSIDE
from tests.stores import copied

REFUSED = "无法显示"
NEVER = "页面没有完成"
GIVEN: dict[SitePage, list[tuple[dict[str, str], dict[str, tuple[str, str]]]]] = {
    HOUSEHOLD: [({"household": str(HOME)}, {"记走访": (WRITE, HOUSEHOLDS)})],
    CARD: [({"household": str(HOME)}, {"打印明白卡（PDF）": (PRINT, HOUSEHOLDS)})],
    FIGURE: [({"indicator": "households"}, {"导出名单（Excel）": (EXPORT, HOUSEHOLDS)})],
    PROJECT: [({"project": "PV"}, {"标记风险": (APPROVE, PROJECTS)})],
    ADMIN: [({}, {"新增人员": (ADMINISTER, PEOPLE)}), ({"tab": "settings"}, {"保存设置": (ADMINISTER, SETTINGS)})],
}
"""Page → what its address names in VILLAGE, and words that only who has a right reads there."""
ELSEWHERE = {HOUSEHOLD: {"household": str(FAR)}, CARD: {"household": str(FAR)}, PROJECT: {"project": "P1"}}
"""The same in another township."""


@dataclass(frozen=True)
class County:
    """A server with real regions: its store, and the cookies of one of each role."""

    server: Server
    store: Engine
    cookies: dict[str, dict[str, str]]

    def names_beyond(self, viewer: Viewer) -> set[str]:
        """Heads of households that nobody in his scope is called like."""
        with self.store.connect() as connection:
            home = model.household.c
            rows = connection.execute(select(home.id, home.village, home.head)).all()
        seen = {row.head for row in rows if viewer.may_see(row.village)}
        return {row.head for row in rows if row.head} - seen


@pytest.fixture(scope="module")
def county(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder = tmp_path_factory.mktemp("rights")
    store = open_engine(f"sqlite:///{copied(migrated_sqlite, folder / 'county.db')}")
    fill_village(store)
    real_regions_arrive(store)
    cookies = {role: signed_in(store, role, INSIDE[role].region, helper=INSIDE[role].helper) for role in ROLES}
    with serving(store.url.render_as_string(hide_password=False), folder) as server:
        yield County(server, store, cookies)
    store.dispose()


def visitor(county: County, context: BrowserContext, role: str) -> Callable[..., str]:
    """Opens pages as this role and reads them."""
    cookies = [{"name": name, "value": value, "url": county.server.url} for name, value in county.cookies[role].items()]
    context.add_cookies(cookies)
    page: Page = context.new_page()

    def read(site: SitePage, **parameters: str) -> str:
        page.goto(f"{county.server.url}/{site.path}?{urlencode(parameters)}")
        text = ready(page).locator("body").inner_text()
        offered = [one.rstrip("0123456789") for one in page.locator("nav[aria-label=主导航] a").all_inner_texts()]
        assert offered == [one.title for one in PAGES if one.group and one.open_to(INSIDE[role])], site
        assert NEVER not in text, site
        return text

    return read


@pytest.mark.parametrize("role", ROLES)
def test_each_page_is_drawn_or_refused_with_its_buttons_as_the_table_says(
    county: County, new_context: Callable[..., BrowserContext], role: str
):
    viewer = INSIDE[role]
    read, beyond = visitor(county, new_context(), role), county.names_beyond(viewer)
    assert (len(beyond) > 0) == (viewer.region != "" and len(viewer.region) > 6)
    for site in [one for one in PAGES if one in GIVEN or not one.open_to(viewer)]:  # the rest has no button to tell
        for parameters, rights in GIVEN.get(site, [({}, {})]):
            text = read(site, region=VILLAGE, **parameters)
            assert (f"您的身份没有“{site.title}”的打开权限" in text) != site.open_to(viewer), site
            assert (REFUSED in text) != site.open_to(viewer), (site, text)
            found = {words: words in text for words in rights}
            assert found == {words: site.open_to(viewer) and viewer.may(*right) for words, right in rights.items()}
            assert [name for name in beyond if name in text] == [], site


@pytest.mark.parametrize("role", ["township", "helper"])  # the others' queries refuse as theirs do
def test_no_page_tells_of_what_lies_out_of_scope(county: County, new_context: Callable[..., BrowserContext], role: str):
    viewer = INSIDE[role]
    read, beyond = visitor(county, new_context(), role), county.names_beyond(viewer)
    place = VILLAGES[2] if beyond else "210881"
    for site in PAGES:
        text = read(site, region=place, **(ELSEWHERE.get(site, {}) if beyond else {}))
        assert REFUSED in text, (site, text)
        assert "不在您的查看范围内" in text or NO_SUCH_HOUSEHOLD in text, (site, text)
        assert [name for name in beyond if name in text] == [], site


def test_nobody_unsigned_sees_a_page(county: County, new_context: Callable[..., BrowserContext]):
    page = new_context().new_page()
    for site in PAGES:
        page.goto(f"{county.server.url}/{site.path}?region={VILLAGE}&household={HOME}")
        assert urlsplit(page.url).path == "/login", site
        assert "钱" not in page.locator("body").inner_text()
