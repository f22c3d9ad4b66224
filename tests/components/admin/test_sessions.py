"""Who is signed in is listed for the administrator of his region; everybody else who opens the page sees his own."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.access.sessions import sessions_of
from data.access.viewer import Viewer
from tests.components.admin import ground
from tests.components.admin.ground import drawn, markup, press, words
from tests.data.people.ground import COUNTY, ELSEWHERE, HOSTILE, NOW, signed_in


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    return ground.store(migrated_sqlite, tmp_path, request)


def test_an_administrator_sees_who_is_signed_in_and_ends_one(store: Engine):
    cadre, township = signed_in(store, 4), signed_in(store, 3)
    listed = drawn(store, tab="sessions")
    assert "共 2 个" in words(listed) and "孙三" in words(listed) and "192.0.2.7" in words(listed)
    assert HOSTILE not in markup(listed) and "&lt;script&gt;" in markup(listed)
    assert "共 1 个" in words(drawn(store, tab="sessions", person="4"))
    app = press(drawn(store, tab="sessions", do="end", of=cadre[:8]), "确定结束")
    assert "共 1 个" in words(app) and sessions_of(store).of(cadre, NOW) is None
    assert sessions_of(store).of(township, NOW) is not None


def test_an_administrator_of_another_county_sees_nobody(store: Engine):
    digest = signed_in(store, 4)
    app = drawn(store, ELSEWHERE, tab="sessions", do="end", of=digest[:8])
    assert "现在没有人登录" in words(app) and not any(button.label == "确定结束" for button in app.button)


def test_the_county_sees_its_own_sessions_alone(store: Engine):
    signed_in(store, 3)
    assert "现在没有人登录" in words(drawn(store, Viewer("county", COUNTY, None, 9), tab="sessions"))
