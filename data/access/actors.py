"""Who acted, in words: what stands behind the ``Viewer.actor`` that a change, a step or a look was written under."""

from datetime import datetime

from sqlalchemy import Connection, select

from data import model
from data.access.roles import OTHERS, ROLES

COMMAND, TIMER = "command", "timer:"
"""Who acts on the command line, and what the timetable does by itself."""
_OURS = {COMMAND: "命令行", "system": "系统", "timer": "定时", **OTHERS}
PERSON = "person:"


def actor_name(connection: Connection, key: str) -> str:
    """A ``Viewer.actor`` in words: 张三 · 村干部; of a role played 村干部 · 示范村, 帮扶责任人 · 李四; 路人."""
    if key.startswith(PERSON):
        return _person(connection, int(key.removeprefix(PERSON)))
    role, _, rest = key.partition(":")
    region, _, helper = rest.partition(":")
    if role not in ROLES:
        return _OURS.get(role, "其他")
    if helper:
        name = connection.execute(select(model.helper.c.name).where(model.helper.c.code == helper)).scalar()
    else:
        name = connection.execute(select(model.region.c.name).where(model.region.c.code == region)).scalar()
    return f"{ROLES[role]} · {name}" if name else ROLES[role]


def taken_by(who: str, now: datetime, how: str = "导出", end: str = "") -> str:
    """What stands on a list or a paper that leaves: 导出人 张三 · 村干部 · 2026-11-29 10:15; on a paper, which lies
    where nobody changes it, also where the log ended: 日志止于 1203·9f86d081."""
    return f"{how}人 {who} · {now:%Y-%m-%d %H:%M}" + (f" · 日志止于 {end}" if end else "")


def _person(connection: Connection, id: int) -> str:
    person, account = model.person, model.account
    named = select(person.c.name, account.c.role).outerjoin(account, account.c.person_id == person.c.id)
    found = connection.execute(named.where(person.c.id == id)).first()
    if found is None:
        return "其他"
    return f"{found.name} · {ROLES.get(found.role, '其他')}" if found.role else str(found.name)
