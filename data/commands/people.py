"""`user …` and `device …`: accounts, open sessions and displays from the command line of the machine."""

import argparse
import sys
from contextlib import suppress

from sqlalchemy import Engine

from data import settings
from data.access.actors import COMMAND
from data.access.roles import ROLES
from data.access.sessions import ADMINISTRATORS, sessions_of
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import county_clock
from data.errors import NotFound, Refused
from data.people import passwords
from data.people.accounts import (
    Done,
    add_account,
    any_account,
    disable_account,
    known_words,
    reset_password,
    suggested_login,
)
from data.people.devices import add_device, devices, withdraw
from data.people.persons import Filters, Person, by_login, people
from data.people.sessions import end_session, open_sessions
from data.regions import tree as regions
from data.store.engine import ready_engine, writing

ADMIN = Viewer("admin", regions.WHOLE)
WHOLE = "all"
"""What stands for all regions on the command line."""
_MOST = 100_000


def user_add_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    region = _code(options.region)
    typed = sys.stdin.readline().rstrip("\r\n") if options.password_stdin else None
    with engine.connect() as connection:
        if options.role not in ADMINISTRATORS and not any_account(connection):
            raise Refused("还没有任何账号，第一个账号应是管理员：请加 --role admin。")
        login = passwords.login_form(options.login) if options.login else suggested_login(connection, options.name)
        words = known_words(connection, login, options.name, region)
    password = passwords.drawn() if typed is None else passwords.checked(typed, words)
    what = {"login": login, "hash": passwords.hashed(password), "role": options.role, "region": region}
    with writing(engine) as connection:
        add_account(connection, ADMIN, **what, name=options.name, helper=options.helper, **_done())
    print(f"已新增{ROLES[options.role]}，登录名 {login}。")
    if typed is None:
        _tell(password)
    return 0


def user_list_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    with engine.connect() as connection:
        found = people(connection, ADMIN, sessions_of(engine), Filters(), limit=_MOST)
    _looked(engine, f"user list · {len(found):,} 人")
    for one in found:
        parts = (one.login, one.name, ROLES.get(one.role, one.role), one.place, one.standing, _since(one.signed_in))
        print("　".join(filter(None, parts)))
    if not found:
        print("还没有任何账号。用 user add 姓名 --role admin --region all 设立第一个管理员。")
    return 0


def user_disable_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    one = _named(engine, options.who)
    with writing(engine) as connection:
        disable_account(connection, ADMIN, one.id, **_done())
    print(f"已停用 {one.login}，已打开的页面一秒内退出。")
    return 0


def user_reset_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    one = _named(engine, options.who)
    with writing(engine) as connection:
        password = reset_password(connection, ADMIN, one.id, **_done())
    print(f"已重置 {one.login} 的密码，已打开的页面一秒内退出。")
    _tell(password)
    return 0


def user_sessions_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    sessions, now = sessions_of(engine), county_clock()
    if options.end:
        with writing(engine) as connection:
            end_session(connection, ADMIN, sessions, options.end, **_done())
        print(f"已结束会话 {options.end}。")
        return 0
    person = _named(engine, options.who).id if options.who else None
    with engine.connect() as connection:
        found = open_sessions(connection, ADMIN, sessions, now, person=person)
    _looked(engine, f"user sessions · {len(found):,} 个")
    for one in found:
        since = f"{_since(one.made)}登录，{_since(one.seen)}最近操作"
        print(f"{one.number}　{one.name}　{ROLES.get(one.role, one.role)}　{since}　{one.address}　{one.browser}")
    if not found:
        print("没有打开的会话。")
    return 0


def device_add_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    with writing(engine) as connection:
        base = (options.base_url or settings.value_of(connection, "base_url")).rstrip("/")
        path = add_device(connection, ADMIN, _code(options.region), options.purpose, **_done())
    print(f"已新增设备。在大屏的浏览器里打开下面的网址（只显示这一次）：\n{base}{path}")
    if not base:
        print("前面加上本系统的网址，例如 https://zhanshi.example.gov.cn；也可用 --base-url 写明。", file=sys.stderr)
    return 0


def device_list_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    with engine.connect() as connection:
        found = devices(connection, ADMIN, sessions_of(engine))
    _looked(engine, f"device list · {len(found):,} 台")
    for one in found:
        state = f"{_since(one.withdrawn)}收回" if one.withdrawn else f"{_since(one.seen) or '还没有打开过'}"
        print(f"{one.id}　{one.purpose}　{one.place}　{_since(one.made)}发放　{state}")
    if not found:
        print("还没有大屏设备。")
    return 0


def device_withdraw_command(options: argparse.Namespace) -> int:
    with writing(ready_engine(options.database)) as connection:
        withdraw(connection, ADMIN, options.number, **_done())
    print(f"已收回设备 {options.number}，大屏一秒内退出。")
    return 0


def _named(engine: Engine, who: str) -> Person:
    """The person of that login, else of that name where only one is called so; raises NotFound, Refused."""
    with engine.connect() as connection:
        with suppress(NotFound):
            return by_login(connection, ADMIN, who.lower())
        found = people(connection, ADMIN, sessions_of(engine), Filters(words=who), limit=_MOST)
    same = [one for one in found if one.name == who]
    if len(same) > 1:
        raise Refused(f"有 {len(same)} 个人叫“{who[:20]}”，请写登录名（user list 可查）。")
    if not same:
        raise NotFound(f"没有登录名或姓名为“{who[:40]}”的账号，用 user list 查看。")
    return same[0]


def _code(text: str) -> str:
    return regions.WHOLE if text == WHOLE else text


def _done() -> Done:
    return {"now": county_clock(), "address": "命令行", "actor": COMMAND}


def _looked(engine: Engine, told: str) -> None:
    """What was read on the command line stands in the log as well."""
    at = _done()
    with writing(engine) as connection:
        audit.enter(
            connection,
            actor=COMMAND,
            address=at["address"],
            view="command",
            households=[None],
            detail=told,
            now=at["now"],
        )


def _tell(password: str) -> None:
    print(f"一次性密码（只显示这一次）：{password}\n登录后须改成自己的密码。")


def _since(iso: str | None) -> str:
    return (iso or "")[:16].replace("T", " ")
