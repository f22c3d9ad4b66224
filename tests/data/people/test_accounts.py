"""Accounts: who gets which, who may change whose, and that each change ends what was open and stands in the log."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select

from data import model
from data.access.sessions import sessions_of
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope, Refused, WarRoomError
from data.people import accounts, passwords
from data.store.engine import writing

NOW = datetime(2026, 11, 29, 9, 0)
DONE = {"now": NOW, "address": "10.0.0.7"}
COUNTY, TOWNSHIP, VILLAGE, OTHER = "210881", "210881101", "210881101201", "210882"
NAMES = {COUNTY: "盖州市", TOWNSHIP: "某镇", VILLAGE: "某村", OTHER: "大石桥市"}


@pytest.fixture
def store(engine: Engine) -> Engine:
    """Two counties, two helpers, an administrator of the whole (1)."""
    with writing(engine) as connection:
        for code, name in NAMES.items():
            parent = code[:9] if len(code) == 12 else code[:6] if len(code) == 9 else ""
            connection.execute(model.region.insert().values(code=code, name=name, parent=parent))
        for code in ("B1", "B2"):
            connection.execute(model.helper.insert().values(code=code, name="王五", unit="某局", team="某队"))
        accounts.first_administrator(connection, name="首任", login="first", hash="h", **DONE)
    return engine


WHOLE = Viewer("admin", "", person=1)


def added(
    engine: Engine, role: str = "village", region: str = VILLAGE, viewer: Viewer = WHOLE, **options: object
) -> int:
    with writing(engine) as connection:
        number = connection.execute(select(func.count()).select_from(model.account)).scalar_one()
        given = {"name": f"人{number}", "login": f"login{number}", "hash": "h", **DONE, **options}
        return accounts.add_account(connection, viewer, role=role, region=region, **given)


def held(engine: Engine, person: int) -> dict:
    with engine.connect() as connection:
        return dict(
            connection.execute(select(model.account).where(model.account.c.person_id == person)).mappings().one()
        )


def log(engine: Engine) -> list[tuple[str, str, str]]:
    columns = (model.access_log.c.view, model.access_log.c.actor, model.access_log.c.detail)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(model.access_log.c.id))]


def begun(engine: Engine, person: int) -> str:
    version = held(engine, person)["version"]
    later = NOW + timedelta(hours=9)
    return sessions_of(engine).begin(
        person=person, version=version, address="10.0.0.1", agent="x", now=NOW, idle=30, until=later
    )


def test_of_two_first_administrators_at_once_there_is_one(engine: Engine):
    def attempt(number: int) -> bool:
        try:
            with writing(engine) as connection:
                accounts.first_administrator(connection, name=f"人{number}", login=f"login{number}", hash="h", **DONE)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(attempt, range(6)))
    assert made.count(True) == 1
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(model.account)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(model.person)).scalar_one() == 1
        assert accounts.any_account(connection)


def test_a_new_account_has_a_password_that_must_be_changed_and_a_line_in_the_log(store: Engine):
    person = added(store, login=" Li.Si ", hash=passwords.hashed("given by somebody"))
    row = held(store, person)
    assert (row["login"], row["role"], row["region"], row["must_change"]) == ("li.si", "village", VILLAGE, 1)
    assert log(store)[-1] == ("account", "person:1", f"人员 {person} · 新增账号 · 村干部 {VILLAGE}")


@pytest.mark.parametrize(
    ("role", "region", "refused"),
    [
        ("village", TOWNSHIP, "村（12 位代码）"), ("township", VILLAGE, "乡镇（9 位代码）"),
        ("township", COUNTY, "乡镇"),
        ("county", TOWNSHIP, "县"), ("admin", VILLAGE, "县"), ("display", COUNTY, "没有“display”"),
        ("borrower", COUNTY, "没有“borrower”"), ("root", COUNTY, "没有“root”"), ("village", "210881101999", "没有代码"),
        ("helper", VILLAGE, "编码"),
    ],
)  # fmt: skip
def test_a_role_and_a_region_that_do_not_fit_are_refused(store: Engine, role: str, region: str, refused: str):
    with pytest.raises(WarRoomError, match=refused):
        added(store, role, region)


def test_a_login_a_helper_and_a_person_have_one_account(store: Engine):
    person = added(store, "helper", helper="B1", login="wangwu")
    assert held(store, person)["role"] == "helper"
    for again, refused in [
        ({"login": "WANGWU"}, "已经有人用"),
        ({"role": "helper", "helper": "B1"}, "已经是另一个人"),
        ({"role": "helper", "helper": "B9"}, "没有编码"),
        ({"person": person}, "已经有账号"),
        ({"name": " "}, "请填写姓名"),
        ({"name": "李\u202e四"}, "看不见"),
        ({"login": "a'; DROP"}, "登录名应为"),
    ]:
        with pytest.raises(Refused, match=refused):
            added(store, **again)


def test_somebody_known_as_a_helper_already_gets_his_account(store: Engine):
    with writing(store) as connection:
        connection.execute(model.person.insert().values(id=70, name="赵六", helper="B2", made="2026", actor="command"))
    assert added(store, "helper", VILLAGE, name="赵六", helper="B2") == 70


def test_who_turns_out_to_be_a_helper_leads_and_owns_what_the_helper_did(store: Engine):
    with writing(store) as connection:
        connection.execute(model.person.insert().values(id=70, name="赵六", helper="B2", made="2026", actor="command"))
        lead = {"region": VILLAGE, "post": "第一书记", "name": "赵六", "started": "2024-01-01", "person_id": 70}
        connection.execute(model.leader.insert().values(lead))
    person = added(store)
    with writing(store) as connection:
        accounts.move_account(connection, WHOLE, person, role="helper", region=VILLAGE, helper="B2", **DONE)
        assert connection.execute(select(model.leader.c.person_id)).scalar_one() == person


def change_role(connection: Connection, viewer: Viewer, person: int) -> None:
    accounts.move_account(connection, viewer, person, role="township", region=TOWNSHIP, **DONE)


def reset(connection: Connection, viewer: Viewer, person: int) -> None:
    accounts.reset_password(connection, viewer, person, **DONE)


def disable(connection: Connection, viewer: Viewer, person: int) -> None:
    accounts.disable_account(connection, viewer, person, **DONE)


def enable(connection: Connection, viewer: Viewer, person: int) -> None:
    accounts.enable_account(connection, viewer, person, **DONE)


def unset(connection: Connection, viewer: Viewer, person: int) -> None:
    accounts.remove_second(connection, viewer, person, **DONE)


CHANGES = {
    "改为 乡镇干部 210881101": change_role, "重置密码": reset, "停用账号": disable, "启用账号": enable,
    "解除动态码": unset,
}  # fmt: skip
Change = Callable[[Connection, Viewer, int], None]


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_ends_what_is_open_and_stands_in_the_log(store: Engine, what: str):
    person = added(store)
    token = begun(store, person)
    assert sessions_of(store).who(token, NOW) is not None
    with writing(store) as connection:
        CHANGES[what](connection, WHOLE, person)
    assert sessions_of(store).who(token, NOW) is None
    assert log(store)[-1] == ("account", "person:1", f"人员 {person} · {what}")


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize(
    ("viewer", "error"),
    [
        (Viewer("admin", OTHER, person=0), NotFound),  # of the other county
        (Viewer("county", ""), OutOfScope),
        (Viewer("village", VILLAGE), OutOfScope),
        (Viewer("display", ""), OutOfScope),
        (Viewer("stranger", ""), OutOfScope),
    ],
)
def test_nobody_else_changes_an_account(store: Engine, what: str, viewer: Viewer, error: type[WarRoomError]):
    person = added(store)
    if viewer.person is not None:
        viewer = Viewer("admin", OTHER, person=added(store, "admin", OTHER))
    before, lines = held(store, person), len(log(store))
    with pytest.raises(error), writing(store) as connection:
        CHANGES[what](connection, viewer, person)
    assert held(store, person) == before
    assert len(log(store)) == lines


def test_an_administrator_gives_no_more_than_he_has(store: Engine):
    county = Viewer("admin", COUNTY, person=added(store, "admin", COUNTY))
    assert added(store, "county", COUNTY, county)
    assert added(store, "admin", COUNTY, county)
    for role, region in [("admin", ""), ("county", OTHER), ("county", ""), ("helper", "")]:
        with pytest.raises(OutOfScope):
            added(store, role, region, county, helper="B1")
    with pytest.raises(NotFound), writing(store) as connection:  # nor takes from who has more
        accounts.disable_account(connection, county, 1, **DONE)


@pytest.mark.parametrize("what", CHANGES)
def test_nobody_administers_himself(store: Engine, what: str):
    added(store, "admin", "")  # he is not the last one
    with pytest.raises(Refused, match="由其他管理员"), writing(store) as connection:
        CHANGES[what](connection, WHOLE, 1)


def test_the_last_administrator_stays_also_by_command_and_also_when_two_disable_each_other(store: Engine):
    command = Viewer("admin", "")
    for change in (disable, change_role):
        with pytest.raises(Refused, match="最后一个管理员"), writing(store) as connection:
            change(connection, command, 1)
    added(store, "admin", COUNTY)  # administers less
    with pytest.raises(Refused, match="最后一个管理员"), writing(store) as connection:
        disable(connection, command, 1)
    second = Viewer("admin", "", person=added(store, "admin", ""))
    with writing(store) as connection:
        disable(connection, WHOLE, second.person)
    with pytest.raises(OutOfScope), writing(store) as connection:  # seen at the door a moment before
        disable(connection, second, 1)
    with pytest.raises(OutOfScope):
        added(store, "admin", "", second)


def test_a_password_that_was_reset_is_told_once_and_must_be_changed(store: Engine):
    person = added(store)
    with writing(store) as connection:
        told = accounts.reset_password(connection, WHOLE, person, actor="command", **DONE)
    row = held(store, person)
    assert passwords.matches(row["hash"], told)
    assert row["must_change"] == 1
    assert log(store)[-1][1] == "command"
    assert told not in str(log(store))


def test_a_password_may_not_consist_of_login_name_or_county(store: Engine):
    person = added(store, name="张三", login="zhangsan")
    with store.connect() as connection:
        for common in ("zhangsan2026!!", "盖州市盖州市2026!", "gaizhoushi@2026"):
            with pytest.raises(Refused, match="太常见"):
                accounts.new_password(connection, person, common)
        assert accounts.new_password(connection, person, "门前的大柳树下有2棵")
