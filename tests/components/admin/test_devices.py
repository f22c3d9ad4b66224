"""A display is added and withdrawn on the page: its link is shown once; what was typed stays text."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.access.sessions import sessions_of
from data.people.devices import devices
from tests.components.admin import ground
from tests.components.admin.ground import drawn, markup, press, words
from tests.data.people.ground import ADMINISTRATOR, HOSTILE, TOWNSHIP


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    return ground.store(migrated_sqlite, tmp_path, request)


def held(engine: Engine) -> list[tuple[str, str, bool]]:
    with engine.connect() as connection:
        found = devices(connection, ADMINISTRATOR, sessions_of(engine))
    return [(one.purpose, one.region, one.withdrawn is None) for one in found]


def test_a_new_display_gets_a_link_that_is_shown_until_it_is_put_away_and_never_again(store: Engine):
    app = drawn(store, tab="devices", do="add")
    app.selectbox[0].select(TOWNSHIP)
    app.text_input[0].input(HOSTILE)
    press(app, "发放网址")
    assert held(store) == [(HOSTILE, TOWNSHIP, True)]
    shown = markup(app)
    assert "/device/" in shown and "data:image/svg+xml" in shown and HOSTILE not in shown and "&lt;script&gt;" in shown
    assert "do" not in app.query_params
    press(app, "已经记下，不再显示")
    assert "/device/" not in markup(app) and "示范镇" in words(app)
    assert "/device/" not in markup(drawn(store, tab="devices"))


def test_a_display_without_a_purpose_is_refused_in_the_dialog_and_what_was_typed_stays(store: Engine):
    app = drawn(store, tab="devices", do="add")
    app.selectbox[0].select(TOWNSHIP)
    press(app, "发放网址")
    assert held(store) == [] and "请填写用途" in words(app)
    assert app.selectbox[0].value == TOWNSHIP


def test_withdrawing_asks_first_and_says_what_was_done(store: Engine):
    app = drawn(store, tab="devices", do="add")
    app.text_input[0].input("大厅")
    press(app, "发放网址")
    app = drawn(store, tab="devices", do="withdraw", of="1")
    assert held(store)[0][2]
    press(app, "确定收回")
    assert not held(store)[0][2] and "已收回设备 1" in words(app)
    again = drawn(store, tab="devices", do="withdraw", of="1")
    assert not any(button.label == "确定收回" for button in again.button)


@pytest.mark.parametrize(("do", "of"), [("withdraw", "99"), ("withdraw", "x"), ("withdraw", ""), ("drop", "1")])
def test_an_address_that_asks_for_nothing_that_is_there_opens_nothing(store: Engine, do: str, of: str):
    app = drawn(store, tab="devices", do=do, of=of)
    assert not any(button.label == "确定收回" for button in app.button)
    assert ("没有“drop”这项操作" in words(app)) == (do == "drop")
