"""People on the page: listed within the region, added, changed, reset, disabled; passwords are shown once."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
import xlsxwriter
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from data import model
from data.access.sessions import sessions_of
from data.audit import log as audit
from data.people import passwords
from data.people.persons import by_login, one_person
from data.people.workbook import SHEET
from tests.components.admin import ground
from tests.components.admin.ground import drawn, markup, press, words
from tests.data.people.ground import ADMINISTRATOR, COUNTY, ELSEWHERE, HOSTILE, NOW, TOWNSHIP, VILLAGE, signed_in


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    return ground.store(migrated_sqlite, tmp_path, request)


def field(app, label: str):  # whatever the page holds
    return next(one for one in (*app.text_input, *app.selectbox) if one.label.startswith(label))


def labels(app) -> list[str]:
    return [button.label for button in app.button]


def views(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        line = model.access_log.c
        return list(connection.execute(select(line.view).where(line.actor != "system").order_by(line.id)).scalars())


def test_the_list_holds_the_county_alone_and_what_was_typed_is_text(store: Engine):
    shown = drawn(store, tab="people")
    assert "共 4 人" in words(shown) and "赵一" in words(shown) and "钱二" not in words(shown)
    assert HOSTILE not in markup(shown) and "&lt;script&gt;alert(1)&lt;/script&gt;" in markup(shown)
    assert "钱二" in words(drawn(store, ELSEWHERE, tab="people")) and "孙三" not in words(drawn(store, ELSEWHERE))


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"q": "孙"}, "共 1 人"), ({"who": "village"}, "共 1 人"), ({"state": "disabled"}, "共 1 人"),
        ({"q": "没有"}, "没有符合条件的人员"), ({"who": "mayor"}, "筛选条件中的“mayor”无法识别"),
        ({"page": "9"}, "没有第“9”页"),
        ({"do": "person", "of": "2"}, "没有这个人员"), ({"do": "disable", "of": "x"}, "没有这个人员"),
    ],
)  # fmt: skip
def test_the_address_picks_people_out_and_what_means_nothing_in_it_is_said(
    store: Engine, parameters: dict[str, str], said: str
):
    assert said in words(drawn(store, tab="people", **parameters))


def test_somebody_new_gets_a_password_that_is_shown_until_it_is_put_away(store: Engine):
    app = drawn(store, tab="people", do="add")
    field(app, "姓名").input("王五")
    field(app, "电话").input("138 0000 0001")
    field(app, "角色").select("township")
    field(app, "区划").select(TOWNSHIP)
    press(app, "新增并给一次性密码")
    with store.connect() as connection:
        one = by_login(connection, ADMINISTRATOR, "wangwu")
        hash = connection.execute(select(model.account.c.hash).where(model.account.c.person_id == one.id)).scalar_one()
    assert (one.name, one.phone, one.role, one.region, one.must_change) == (
        "王五",
        "13800000001",
        "township",
        TOWNSHIP,
        True,
    )
    password = markup(app).split('<code class="secret">')[1].split("<")[0]
    assert passwords.matches(hash, password) and views(store) == ["account"] * 2
    press(app, "已经记下，不再显示")
    assert password not in markup(app) and password not in markup(drawn(store, tab="people"))


def test_what_cannot_be_is_said_in_the_dialog_and_nothing_is_written(store: Engine):
    app = drawn(store, tab="people", do="add")
    field(app, "姓名").input("王\u202e五")
    field(app, "登录名").input("wangwu")
    field(app, "区划").select(VILLAGE)
    press(app, "新增并给一次性密码")
    assert "看不见的字符" in words(app) and views(store) == []
    app = drawn(store, tab="people", do="add")
    field(app, "姓名").input("王五")
    field(app, "角色").select("village")
    field(app, "区划").select(COUNTY)
    press(app, "新增并给一次性密码")
    assert "应选到村" in words(app) and views(store) == []


def test_a_change_of_facts_keeps_the_session_and_a_change_of_role_ends_it(store: Engine):
    digest = signed_in(store, 3)
    app = drawn(store, tab="people", do="person", of="3")
    field(app, "单位").input("示范镇")
    press(app, "保存")
    assert "已保存孙三的资料" in words(app) and sessions_of(store).of(digest, NOW) is not None
    app = drawn(store, tab="people", do="person", of="3")
    field(app, "角色").select("village")
    field(app, "区划").select(VILLAGE)
    press(app, "保存")
    assert sessions_of(store).of(digest, NOW) is None
    with store.connect() as connection:
        one = one_person(connection, ADMINISTRATOR, 3)
    assert (one.unit, one.role, one.region) == ("示范镇", "village", VILLAGE)
    app = press(drawn(store, tab="people", do="person", of="3"), "保存")
    assert "没有改动" in words(app) and views(store) == ["account", "account"]


@pytest.mark.parametrize(
    ("do", "sure", "said"),
    [("disable", "确定停用", "已停用孙三的账号"), ("reset", "确定重置", "已重置孙三的密码")],
)
def test_disabling_and_resetting_ask_first_and_end_what_is_open(store: Engine, do: str, sure: str, said: str):
    digest = signed_in(store, 3)
    app = drawn(store, tab="people", do=do, of="3")
    assert sure in labels(app) and sessions_of(store).of(digest, NOW) is not None
    press(app, sure)
    assert said in words(app) and sessions_of(store).of(digest, NOW) is None
    assert sure not in labels(app)


def test_somebody_disabled_is_let_in_again(store: Engine):
    press(drawn(store, tab="people", do="enable", of="5"), "确定恢复")
    with store.connect() as connection:
        assert one_person(connection, ADMINISTRATOR, 5).disabled is None


def test_nobody_disables_himself(store: Engine):
    app = press(drawn(store, tab="people", do="disable", of="1"), "确定停用")
    assert "不能在这里更改自己的账号" in words(app) and views(store) == []


def test_passwords_leave_as_a_list_or_as_slips_and_each_time_stand_in_the_log_without_them(
    store: Engine, monkeypatch: pytest.MonkeyPatch
):
    made = {}
    monkeypatch.setattr(st, "download_button", lambda words, *, data, **rest: made.update({rest["key"]: data}))
    app = drawn(store, tab="people", do="add")
    field(app, "姓名").input("=1+1")
    field(app, "登录名").input("formula")
    field(app, "区划").select(VILLAGE)
    press(app, "新增并给一次性密码")
    sheet = load_workbook(io.BytesIO(made["slips_list"]())).active
    name, login, password = sheet[4][:3]
    assert (name.value, name.data_type, login.value) == ("=1+1", "s", "formula") and "演示数据" in sheet["A2"].value
    assert made["slips_paper"]().startswith(b"%PDF")
    assert audit.flush(store)
    line = model.access_log.c
    with store.connect() as connection:
        left = connection.execute(select(line.view, line.detail).where(line.view.in_(["export", "print"]))).all()
    assert [tuple(one) for one in left] == [
        ("export", f"一次性密码 · 示范市 {COUNTY} · 1 人"), ("print", "一次性密码（密码条） · 1 人"),
    ]  # fmt: skip
    assert not any(password.value in detail or "=1+1" in detail for _, detail in left)


def upload(store: Engine, rows: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet("人员")
        for number, row in enumerate(([column.heading for column in SHEET.columns], *rows)):
            page.write_row(number, 0, row)
    file = SimpleNamespace(name="名单.xlsx", getvalue=content.getvalue)
    monkeypatch.setattr(st, "file_uploader", lambda *given, **rest: file)
    return drawn(store, tab="people", do="enrol")


def test_a_list_with_a_fault_names_row_and_column_and_cannot_be_written(store: Engine, monkeypatch: pytest.MonkeyPatch):
    rows = [("王五", "wangwu", "", "", "乡镇干部", TOWNSHIP, ""), (HOSTILE, "x", "", "", "书记", VILLAGE, "")]
    app = upload(store, rows, monkeypatch)
    assert "有 2 处错误，全部没有写入" in words(app) and "3 登录名 x 登录名应为" in words(app)
    assert "3 角色 书记 不在可选范围内" in words(app) and HOSTILE not in markup(app)
    assert "全部写入" not in labels(app) and views(store) == []


def test_a_list_without_faults_says_what_it_does_and_is_written_at_once(store: Engine, monkeypatch: pytest.MonkeyPatch):
    rows = [
        ("王五", "wangwu", "", "", "乡镇干部", TOWNSHIP, ""), (HOSTILE, "wuliu", "", "", "村干部", VILLAGE, ""),
        ("孙叁", "sun", "", "", "", "", ""), ("", "zhao", "", "", "", "", ""),
    ]  # fmt: skip
    app = upload(store, rows, monkeypatch)
    assert "新增 2 人，修改 1 人，不变 1 人" in words(app) and "改姓名" in words(app) and views(store) == []
    app = press(app, "全部写入")
    assert "已新增 2 人，修改 1 人" in words(app) and "2 人的一次性密码" in words(app)
    assert HOSTILE not in markup(app) and views(store) == ["account"] * 5
