"""What stands of the households and members that somebody comes to or leaves, checked in words; and the next codes."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, RowMapping, func, select

from data import model
from data.access.households import writable_row
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.errors import NotFound
from data.figures.courses import ENDS
from data.figures.spells import member_spell, state_spell
from data.households.fields import Unfit, read_field
from data.terms import HEADS, UNCOUNTED

HEAD = HEADS[0]


@needs(WRITE, HOUSEHOLDS)
def living(connection: Connection, viewer: Viewer, household: int) -> RowMapping:
    """The row of a household that goes on."""
    row = writable_row(connection, viewer, household)
    table = model.household_event.c
    ended = select(table.day, table.kind).where(table.household_id == household, table.kind.in_(ENDS))
    if (end := connection.execute(ended).first()) is not None:
        raise Unfit(f"{row['head']}户", f"已于 {end.day} {end.kind}")
    return row


def check_begun(connection: Connection, household: int, day: str) -> None:
    """Raises Unfit where the household did not yet stand before the day."""
    spell = state_spell.c
    asked = select(func.min(spell.since)).where(spell.household_id == household, spell.state != UNCOUNTED)
    begun = str(connection.execute(asked).scalar() or "")
    if begun >= day:
        raise Unfit("日期", f"应晚于本户纳入统计的日期（{begun}）")


def day_of(typed: str, today: date) -> str:
    """The day of a change, as typed; raises Unfit for none and for one to come."""
    return str(read_field("visit", "visited", typed, today=today))


def people_of(connection: Connection, household: int) -> Sequence[RowMapping]:
    """The members of a household now."""
    table = model.member
    asked = select(table).where(table.c.household_id == household, table.c.gone.is_(None)).order_by(table.c.code)
    return connection.execute(asked).mappings().all()


def member_of(connection: Connection, household: int, member: str) -> RowMapping:
    """A member's row. Raises Unfit for who is gone or of another household."""
    if not member:
        raise Unfit("哪一位", "请选择")
    table = model.member
    asked = select(table).where(table.c.household_id == household, table.c.code == member)
    row = connection.execute(asked).mappings().first()
    if row is None:
        raise Unfit("家庭成员", "不在本户，请刷新后再看")
    if row["gone"] is not None:
        raise Unfit("家庭成员", f"{row['name']}已于 {row['gone']} {row['gone_reason'] or '离开'}")
    return row


def check_leaving(connection: Connection, member: RowMapping, day: str) -> None:
    """Raises Unfit where he was not yet born or not yet of the household."""
    if str(member["born"] or "") > day:
        raise Unfit("日期", f"早于{member['name']}的出生日期（{member['born']}）")
    spell = member_spell.c
    asked = select(func.max(spell.since)).where(spell.member == member["code"])
    since = max(str(connection.execute(asked).scalar() or ""), str(member["joined"] or ""))
    if since >= day:
        raise Unfit("日期", f"应晚于{member['name']}加入本户的日期（{since}）")


@needs(WRITE, HOUSEHOLDS)
def check_unknown(connection: Connection, viewer: Viewer, number: object) -> None:
    """Raises Unfit where somebody with the ID number is of a household already."""
    if number is None:
        return
    m, h = model.member.c, model.household.c
    asked = select(h.id, h.head).join_from(model.member, model.household, h.id == m.household_id)
    held = connection.execute(asked.where(m.id_number == number, m.gone.is_(None))).first()
    if held is None:
        return
    try:
        writable_row(connection, viewer, held.id)
    except NotFound:
        raise Unfit("证件号码", "已登记在别的户，请核对；调入请由乡镇或县里办理“转到别户”") from None
    raise Unfit("证件号码", f"已登记在{held.head}户，请在那一户办理“转到别户”")


@needs(WRITE, HOUSEHOLDS)
def village_name(connection: Connection, viewer: Viewer, village: str) -> str:
    """The name of a village that stands. Raises OutOfScope where it is not the viewer's, Unfit where it is none."""
    if not village:
        raise Unfit("迁到哪个村", "请选择")
    viewer.narrowed(village)
    table = model.region.c
    row = connection.execute(select(table.name, table.closed).where(table.code == village)).first()
    if row is None or len(village) != 12:
        raise Unfit("迁到哪个村", "没有这个村，请重新选择")
    if row.closed is not None:
        raise Unfit("迁到哪个村", f"{row.name}已于 {row.closed} 撤销")
    return str(row.name)


def head_of(connection: Connection, household: int) -> RowMapping | None:
    """Who is head now, where anybody is."""
    return next((row for row in people_of(connection, household) if row["relation"] in HEADS), None)


def labour_of(people: Sequence[RowMapping]) -> int:
    """How many of them have labour."""
    return sum(row["skill"] in ("普通劳动力", "技能劳动力") for row in people)


def household_code(connection: Connection, village: str) -> str:
    """The next number behind the village's code, as wide as those that stand."""
    table = model.household.c
    codes = connection.execute(select(table.code).where(table.code.like(f"{village}%"))).scalars()
    return _next_code(village, list(codes), 3)


def member_code(connection: Connection, household: str) -> str:
    """The next number behind the household's code."""
    table = model.member.c
    codes = list(connection.execute(select(table.code).where(table.code.like(f"{household}%"))).scalars())
    return _next_code(household, codes, 2)


def _next_code(prefix: str, codes: Sequence[str], width: int) -> str:
    tails = [tail for code in codes if (tail := code.removeprefix(prefix)).isascii() and tail.isdigit()]
    usual = max((len(tail) for tail in tails if len(tail) <= 6), default=width)
    last = max((int(tail) for tail in tails if len(tail) == usual), default=0)
    return f"{prefix}{last + 1:0{usual}d}"
