"""Accounts, sessions and displays from the command line: one line where it is refused, everything in the log."""

import io

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.sessions import sessions_of
from data.clock import county_clock
from data.commands.parser import main
from data.people import passwords
from data.store.engine import writing
from tests.data.people.ground import COUNTY, TOWNSHIP, VILLAGE, fill, signed_in

Said = pytest.CaptureFixture


@pytest.fixture
def url(engine: Engine) -> str:
    fill(engine)
    return engine.url.render_as_string(hide_password=False)


def run(url: str, capsys: Said, *words: str) -> tuple[int, str, str]:
    code = main(["--database", url, *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def logged(engine: Engine) -> list[tuple[str, str, str, str]]:
    line = model.access_log.c
    columns = (line.actor, line.address, line.view, line.detail)
    asked = select(*columns).where(line.actor != "system").order_by(line.id)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(asked)]


def held(engine: Engine, login: str) -> dict:
    with engine.connect() as connection:
        return dict(connection.execute(select(model.account).where(model.account.c.login == login)).mappings().one())


def test_a_new_account_gets_a_password_that_is_told_once_and_must_be_changed(url: str, engine: Engine, capsys: Said):
    code, told, _ = run(url, capsys, "user", "add", "王五", "--role", "township", "--region", TOWNSHIP)
    assert code == 0 and "登录名 wangwu" in told
    password = told.split("：")[1].split()[0]
    account = held(engine, "wangwu")
    assert passwords.matches(account["hash"], password)
    assert (account["must_change"], account["role"], account["region"]) == (1, "township", TOWNSHIP)
    assert run(url, capsys, "user", "add", "王武", "--role", "village", "--region", VILLAGE)[1].count("wangwu2") == 1
    assert [line[:3] for line in logged(engine)] == [("command", "命令行", "account")] * 4
    assert not any(password in line[3] for line in logged(engine))


def test_a_password_from_standard_input_is_judged_and_not_repeated(
    url: str, engine: Engine, capsys: Said, monkeypatch: pytest.MonkeyPatch
):
    words = ("user", "add", "王五", "--role", "village", "--region", VILLAGE, "--password-stdin")
    monkeypatch.setattr("sys.stdin", io.StringIO("wangwu123\n"))
    code, told, error = run(url, capsys, *words)
    assert (code, told) == (1, "") and "密码" in error and len(error.splitlines()) == 1
    monkeypatch.setattr("sys.stdin", io.StringIO("槐树底下三头牛在吃草\n"))
    code, told, _ = run(url, capsys, *words)
    assert code == 0 and "槐树" not in told and "一次性" not in told
    assert passwords.matches(held(engine, "wangwu")["hash"], "槐树底下三头牛在吃草")


def test_the_first_account_is_an_administrators(engine: Engine, capsys: Said):
    url = engine.url.render_as_string(hide_password=False)
    with writing(engine) as connection:
        connection.execute(model.region.insert().values(code=COUNTY, name="示范市", parent=""))
    code, _, error = run(url, capsys, "user", "add", "张三", "--role", "county", "--region", COUNTY)
    assert code == 1 and "--role admin" in error and run(url, capsys, "user", "list")[1].startswith("还没有任何账号")
    assert run(url, capsys, "user", "add", "张三", "--role", "admin", "--region", "all")[0] == 0
    assert (held(engine, "zhangsan")["role"], held(engine, "zhangsan")["region"]) == ("admin", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "王五", "--role", "village", "--region", TOWNSHIP), "应选到村"),
        (("add", "王五", "--role", "village", "--region", "990181999999"), "没有代码为"),
        (("add", "王五", "--role", "helper", "--region", VILLAGE), "帮扶责任人"),
        (("add", "王五", "--role", "helper", "--region", VILLAGE, "--helper", "B01"), "已经是另一个人"),
        (("add", "王\u202e五", "--role", "village", "--region", VILLAGE), "看不见的字符"),
        (("add", "王五", "--role", "village", "--region", VILLAGE, "--login", "LI"), "登录名应为"),
        (("add", "王五", "--role", "village", "--region", VILLAGE, "--login", "SUN"), "已经有人用"),
        (("disable", "nobody"), "没有登录名或姓名为"), (("reset", "' OR 1=1"), "没有登录名或姓名为"),
        (("sessions", "nobody"), "没有登录名或姓名为"), (("sessions", "--end", "0"), "没有这个会话"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_line_and_writes_nothing(
    url: str, engine: Engine, capsys: Said, words: tuple[str, ...], said: str
):
    code, _, error = run(url, capsys, "user", *words)
    assert code == 1 and said in error and len(error.splitlines()) == 1
    assert logged(engine) == []


@pytest.mark.parametrize(
    "words", [("user",), ("user", "add", "王五"), ("user", "drop", "x"), ("device", "withdraw", "x")]
)
def test_a_wrong_call_exits_with_2(url: str, capsys: Said, words: tuple[str, ...]):
    with pytest.raises(SystemExit) as left:
        run(url, capsys, *words)
    assert left.value.code == 2


def test_reset_and_disable_end_what_somebody_has_open(url: str, engine: Engine, capsys: Said):
    now = county_clock()
    for word, who in (("reset", "li"), ("disable", "孙三")):
        digest = signed_in(engine, {"li": 4, "孙三": 3}[who], now=now)
        assert sessions_of(engine).of(digest, now) is not None
        assert run(url, capsys, "user", word, who)[0] == 0
        assert sessions_of(engine).of(digest, now) is None
    assert held(engine, "sun")["disabled"] is not None
    listed = run(url, capsys, "user", "list")[1]
    assert "sun　孙三　乡镇干部　示范镇 990181101　已停用" in listed and len(listed.splitlines()) == 5


def test_an_open_session_is_listed_by_a_number_and_ended_by_it(url: str, engine: Engine, capsys: Said):
    now = county_clock()
    digest = signed_in(engine, 4, now=now)
    listed = run(url, capsys, "user", "sessions", "li")[1]
    assert listed.startswith(digest[:8]) and digest[:9] not in listed
    assert run(url, capsys, "user", "sessions", "--end", digest[:8])[0] == 0
    assert sessions_of(engine).of(digest, now) is None
    assert [line[2] for line in logged(engine)] == ["command", "session_ended"]


def test_a_display_is_added_listed_and_withdrawn(url: str, engine: Engine, capsys: Said):
    added = run(
        url, capsys, "device", "add", "--region", COUNTY, "--purpose", "大厅", "--base-url", "https://zhanshi.example/"
    )
    link = added[1].splitlines()[-1]
    assert added[0] == 0 and link.startswith("https://zhanshi.example/device/")
    listed = run(url, capsys, "device", "list")[1]
    assert "大厅" in listed and link.rpartition("/")[2] not in listed
    number = listed.split("　")[0]
    assert [run(url, capsys, "device", "withdraw", one)[0] for one in (number, "99")] == [0, 1]
    assert "收回" in run(url, capsys, "device", "list")[1]
    assert logged(engine)[0][:3] == ("command", "命令行", "device")
