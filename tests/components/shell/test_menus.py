"""The navigation: pages in their groups, the present one marked, what waits told."""

import re

from components.shell.menus import menus
from components.shell.site import DO, GROUPS, PAGES, SEE, SitePage

LOOK = SitePage("look", "总览", (), SEE)
TODO, WORK = SitePage("todo", "我的待办", (), DO), SitePage("work", "督办", (), DO)
URLS = {page.path: f"/{page.path}?region=1&role=village" for page in (LOOK, TODO, WORK)}


def words(markup: str) -> str:
    return re.sub(r"<[^>]*>", " ", markup).replace("  ", " ")


def test_pages_stand_in_their_groups_and_a_group_without_pages_does_not_stand_there():
    told = menus((TODO, LOOK, WORK), "work", URLS, {})
    assert words(told).split() == ["看", "总览", "办", "督办", "我的待办", "督办"]
    assert re.findall(r'href="([^"]*)" aria-current="page"', told) == ["/work?region=1&amp;role=village"]
    assert "管" not in told and "badge" not in told


def test_what_waits_is_told_beside_the_page_and_summed_up_at_its_group():
    told = menus((LOOK, TODO, WORK), "look", URLS, {"todo": 1200, "work": 3})
    assert re.findall(r'"badge">([^<]*)<', told) == ["999+", "999+", "3"]
    assert 'badge">4<' in menus((TODO, WORK), "look", URLS, {"todo": 1, "work": 3})


def test_the_navigation_has_the_pages_of_a_group_side_by_side_and_groups_in_their_order():
    order = [page.group for page in PAGES if page.group]
    assert sorted(order, key=list(GROUPS).index) == order
    assert len({page.title for page in PAGES}) == len(PAGES)
