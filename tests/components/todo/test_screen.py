"""我的待办 as a page: what it says, what is new since the last look, where each row leads, what its parts are."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from components.shell.site import PAGES
from components.todo.address import TodoChoice, read_todo_choice, views_of
from components.todo.markup import clock_words
from data.access.viewer import Viewer
from data.projects.troubles import mark
from data.regions import tree as regions
from data.regions.versions import versions
from data.todo.looks import last_look
from data.todo.waiting import LATE, NEAR, OPEN, Item
from tests.data.projects import ground
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS
from tests.moment import NOW, clock
from tests.source_code import ROOT

TOWN, COUNTYS = Viewer("township", TOWNSHIPS[0]), Viewer("county", COUNTY)


def drawn(engine: Engine, viewer: Viewer, *, session: dict | None = None, later: int = 0, **parameters: str) -> str:
    """The markup of the page, so many minutes later; what the session keeps goes on in ``session``."""
    with engine.connect() as connection:
        status = regions.status(connection)
        region = regions.find(connection, viewer, viewer.region)
        known = versions(connection, viewer.region)
    screen = Screen(
        viewer, region, None, status, False, engine, lambda: clock() + timedelta(minutes=later), known, None
    )
    app = AppTest.from_file(str(ROOT / "pages" / "todo.py"), default_timeout=60)
    app.session_state["screen"] = screen
    for name, value in (session or {}).items():
        app.session_state[name] = value
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    if session is not None:
        session["todo_look"] = app.session_state["todo_look"]
    return unescape("".join(one.proto.body for one in app.get("html")))


def noted(engine: Engine, viewer: Viewer, at: str) -> None:
    """Wait for the look to be written, which the page does not."""
    for _ in range(200):
        with engine.connect() as connection:
            if last_look(connection, viewer) == at:
                return
        time.sleep(0.05)
    pytest.fail("the look was not noted")


def test_what_came_since_the_last_look_is_marked_for_ten_minutes_and_then_seen(filled: Callable[..., Engine]):
    engine = filled(ground.fill, own=True)
    assert 'class="new"' not in drawn(engine, TOWN)
    noted(engine, TOWN, NOW.isoformat(timespec="seconds"))
    mark(engine, TOWN, project=ground.SHORT, since="2026-11-01", reason="停产", now=NOW + timedelta(minutes=1))
    session: dict = {}
    told = drawn(engine, TOWN, session=session, later=2)
    assert told.count('class="new"') == 1 and "1 件新到" in told
    noted(engine, TOWN, (NOW + timedelta(minutes=2)).isoformat(timespec="seconds"))
    assert 'class="new"' in drawn(engine, TOWN, session=session, later=5)
    assert 'class="new"' not in drawn(engine, TOWN, session=session, later=13)


def test_every_row_leads_to_a_page_of_ours_without_a_name_in_its_address(filled: Callable[..., Engine]):
    engine = filled(ground.fill)
    paths = {page.path for page in PAGES}
    for viewer, view in ((COUNTYS, "mine"), (COUNTYS, "all"), (Viewer("helper", COUNTY, "B1"), "mine")):
        told = drawn(engine, viewer, view=view)
        ways = re.findall(r'<li><a class="\w+" href="/(\w+)\?([^"]*)"', told)
        assert ways and {path for path, _ in ways} <= paths - {"todo"}
        assert all(query.isascii() and "%" not in query for _, query in ways)


def test_a_leader_sees_what_waits_with_whom_and_how_long(filled: Callable[..., Engine]):
    told = drawn(filled(ground.fill), COUNTYS, view="regions")
    assert "示范镇1" in told and "示范镇2" in told and "未明确责任人" in told
    assert re.search(r"\d+ 天", told) and "view=regions" in told


def test_the_digest_has_counts_and_ways_and_names_nobody(filled: Callable[..., Engine]):
    told = drawn(filled(ground.fill), Viewer("helper", COUNTY, "B1"), view="digest")
    assert "走访" in told and "我的待办 › 走访" in told
    assert "张" not in re.sub(r"一张 A4", "", told)


def test_who_has_nothing_to_do_is_told_so(filled: Callable[..., Engine]):
    told = drawn(filled(ground.fill), Viewer("helper", COUNTY, "no such helper"))
    assert "没有等您办的事" in told


def test_what_an_address_says_is_looked_up():
    views = views_of(Viewer("helper", COUNTY, "B1"), below=False)
    assert list(views) == ["mine", "digest"]
    choice, problems = read_todo_choice({"view": "regions", "kind": "x", "late": "1", "page": "-1"}, views)
    assert (choice, len(problems)) == (TodoChoice(late=True), 3)
    kept = TodoChoice("mine", "visits", True, 3)
    assert read_todo_choice(kept.parameters(), views) == (kept, [])


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        (-12, LATE, "超 12 天"),
        (0, NEAR, "今天到期"),
        (2, NEAR, "还剩 2 天"),
        (9, OPEN, "12月1日前"),
        (None, OPEN, "待办"),
    ],
)
def test_how_much_time_there_is_stands_in_words(days: int | None, state: str, words: str):
    due = None if days is None else (TODAY + timedelta(days=days)).isoformat()
    one = Item("plans", "1", "", COUNTY, "", due, None, "", "dividends", {}, state, False, days, 1)
    assert clock_words(one) == words
