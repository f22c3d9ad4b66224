"""家庭变动 drawn without a browser: what is offered to whom, what follows is shown first, then it is saved."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data import model
from data.access.viewer import Viewer
from data.regions import tree as regions
from data.store.engine import writing
from tests.data.households.ground import one
from tests.data.households.homes import HOME, OTHER, code, two_homes
from tests.data.small_county import COUNTY, VILLAGES
from tests.moment import clock

_SCRIPT = """
import runpy
from components.shell.errors import reporting_failures

with reporting_failures():
    runpy.run_path("pages/household.py")
"""  # as the shell runs it
EVERYTHING = [
    "去世",
    "出生",
    "婚入迁入",
    "离开本县",
    "转到别户",
    "分户",
    "整户迁村",
    "并入别户",
    "状态变动",
    "注销",
    "新立户",
]


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(two_homes, own=True)


def opened(engine: Engine, viewer: Viewer, form: str = "lives") -> AppTest:
    with engine.connect() as connection:
        place, status = regions.find(connection, viewer, viewer.region), regions.status(connection)
    app = AppTest.from_string(_SCRIPT, default_timeout=120)
    app.session_state["screen"] = Screen(viewer, place, None, status, False, engine, clock, {})
    app.query_params["household"], app.query_params["do"] = str(HOME), form
    return fine(app.run())


def fine(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return fine(app.run())


def choose(app: AppTest, label: str, value: object) -> AppTest:
    next(box for box in app.selectbox if box.label == label).set_value(value)
    return fine(app.run())


def pill(app: AppTest, label: str, value: object) -> AppTest:
    next(group for group in app.button_group if group.label == label).set_value(value)
    return fine(app.run())


def said(app: AppTest) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", " ".join(html.proto.body for html in app.get("html"))).split())


def acts(app: AppTest) -> list[str]:
    return next(group for group in app.button_group if group.label == "发生了什么 *").options


def test_each_is_offered_what_is_his_to_do(county: Engine):
    assert acts(opened(county, Viewer("township", VILLAGES[0][:9]))) == EVERYTHING
    village = opened(county, Viewer("village", VILLAGES[0]))
    assert acts(village) == [name for name in EVERYTHING if name not in ("整户迁村", "并入别户", "状态变动", "注销")]
    assert "整户迁村、并入别户、状态变动、注销由乡镇以上办理。" in said(village)


def test_what_follows_is_seen_before_it_is_saved_and_a_name_stays_text(county: Engine):
    with writing(county) as connection:
        second = model.member.c.code == code(2)
        connection.execute(model.member.update().where(second).values(name="<b>二</b>"))
    app = opened(county, Viewer("county", COUNTY))
    press(app, "看看会带来什么变化")
    assert "哪一位：请选择。" in said(app)
    assert "保存" not in [button.label for button in app.button]
    choose(app, "哪一位 *", code(2))
    press(app, "看看会带来什么变化")
    assert re.search("大户人口 4 人 3 人 .*9,800 元 13,067 元", said(app))
    assert not any("<b>二</b>" in html.proto.body for html in app.get("html"))
    assert one(county, model.change) is None
    press(app, "保存")
    assert one(county, model.member, code=code(2))["gone_reason"] == "死亡"
    assert "已保存：家庭变动：" in said(app)
    press(app, "撤销")
    assert one(county, model.member, code=code(2))["gone"] is None


def test_a_check_of_housing_shows_its_light_before_it_is_saved(county: Engine):
    app = opened(county, Viewer("village", VILLAGES[0]), "assurance")
    pill(app, "核实哪一项 *", "housing")
    pill(app, "结论 *", "达标")
    press(app, "看看会带来什么变化")
    assert "依据：必填" in said(app)
    next(field for field in app.text_area if field.label == "依据 *").set_value("已改造")
    press(app, "看看会带来什么变化")
    assert "大户住房安全 有风险 稳固" in said(app)
    press(app, "保存")
    assert one(county, model.household, id=HOME)["housing_safe"] == 1
    press(app, "撤销")
    assert one(county, model.household, id=HOME)["housing_safe"] == 0


def test_what_is_changed_after_it_was_seen_is_to_be_seen_again(county: Engine):
    app = opened(county, Viewer("county", COUNTY))
    choose(app, "哪一位 *", code(2))
    press(app, "看看会带来什么变化")
    assert "保存" in [button.label for button in app.button]
    choose(app, "哪一位 *", code(3))
    assert "保存" not in [button.label for button in app.button]


def test_a_member_goes_over_to_a_household_that_is_searched_for(county: Engine):
    app = opened(county, Viewer("county", COUNTY))
    pill(app, "发生了什么 *", "转到别户")
    choose(app, "哪一位 *", code(2))
    next(field for field in app.text_input if field.label == "转入哪一户 *").set_value("甲")
    fine(app.run())
    assert next(box for box in app.selectbox if box.label == "选哪一户 *").value == OTHER
    next(field for field in app.text_input if field.label == "与新户主关系 *").set_value("配偶")
    press(app, "看看会带来什么变化")
    assert re.search("甲户人口 1 人 2 人", said(app)) and re.search("大户人口 4 人 3 人", said(app))
    press(app, "保存")
    assert one(county, model.member, code=code(2))["household_id"] == OTHER
