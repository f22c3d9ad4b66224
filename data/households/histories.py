"""How a dated change of a household or a member becomes edits: a row of its history, and the present column beside it.

Until a history has rows the column says all. So the first row of one comes together with a row of what the column said,
of the day since when that is known; and the column stays what the last row says. Nothing is written here.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, func, select

from data import model
from data.figures.facts import COLUMN_OF
from data.households.edits import Edit
from data.households.fields import Unfit
from data.households.words import Values
from data.terms import GONE, JOINED, MEMBER_FACTS

Row = Mapping[str, Any] | RowMapping  # a stored row, its values of any type
_NOTHING_SAID = dict.fromkeys(("evidence", "checker"))


def member_value(connection: Connection, member: Row, item: str, value: object, day: str) -> list[Edit]:
    """The dated value ``item`` (of ``terms.MEMBER_FACTS``) of a member is ``value`` from the day on."""
    if item not in MEMBER_FACTS:
        raise ValueError(f"no dated value of a member: {item}")
    key: Values = {"member": member["code"], "item": item}
    rows, last = _dated(connection, model.member_fact, key, "day", day, _told(value), _told(member[item]), member)
    column = Edit("member", {"code": member["code"]}, {item: member[item]}, {item: value})
    return [*rows, column] if last else rows


def member_correction(connection: Connection, member: Row, item: str, value: object) -> list[Edit]:
    """What is held of a member now was never right: the last row and the column say ``value``, since when they did."""
    key = {"member": member["code"], "item": item}
    column = Edit("member", {"code": member["code"]}, {item: member[item]}, {item: value})
    held = _rows(connection, model.member_fact, key, "day") if item in MEMBER_FACTS else {}
    if not held:
        return [column]
    last = max(held)
    return [Edit("member_fact", {**key, "day": last}, {"value": held[last]["value"]}, _told(value)), column]


def check(
    connection: Connection,
    household: Row,
    item: str,
    day: str,
    secure: int,
    *,
    evidence: str | None = None,
    checker: str | None = None,
) -> list[Edit]:
    """An assurance (a key of ``terms.ASSURANCES``) was found on the day to be ``secure`` (of ``terms.VERDICTS``)."""
    after: Values = {"secure": secure, "evidence": evidence, "checker": checker}
    key: Values = {"household_id": household["id"], "item": item}
    name = COLUMN_OF.get(item)
    held: Values | None = None
    if name is not None and household[name] is not None:
        held = {"secure": household[name], **_NOTHING_SAID}
    rows, last = _dated(connection, model.assurance, key, "checked", day, after, held, household)
    if name is None or not last:
        return rows
    column = secure if secure in (0, 1) else None  # 是, 否: of a doubtful check it says nothing
    return [*rows, Edit("household", {"id": household["id"]}, {name: household[name]}, {name: column})]


def event(household: Row, kind: str, day: str, *, other: int | None = None, reason: str | None = None) -> list[Edit]:
    """A household begins (分户自) or ends (注销, 并入) on the day; what it is besides, its columns go on saying."""
    key = {"household_id": household["id"], "day": day, "kind": kind}
    return [Edit("household_event", key, None, {"other": other, "reason": reason})]


def moved(connection: Connection, household: Row, village: str, day: str, note: str | None = None) -> list[Edit]:
    """A household belongs to another village from the day on. Raises Unfit where it moved on that day or later."""
    table = model.household_move.c
    asked = select(func.max(table.day)).where(table.household_id == household["id"])
    last = connection.execute(asked).scalar()
    if last is not None and last >= day:
        raise Unfit("日期", f"本户在 {last} 已有迁移记录，新的迁移应在那天之后")
    key: Values = {"household_id": household["id"], "day": day}
    origin = household["village"]
    return [
        Edit("household_move", key, None, {"origin": origin, "village": village, "note": note}),
        Edit("household", {"id": household["id"]}, {"village": origin}, {"village": village}),
    ]


def left(connection: Connection, member: Row, day: str, reason: str) -> list[Edit]:
    """A member is of his household no more from the day on, and of none until he joins one."""
    rows = [_membership(member, day, GONE, member["household_id"], reason)] if _has_events(connection, member) else []
    held = {"gone": member["gone"], "gone_reason": member["gone_reason"]}
    return [*rows, Edit("member", {"code": member["code"]}, held, {"gone": day, "gone_reason": reason})]


def went_over(
    connection: Connection, member: Row, household: int, day: str, *, going: str, joining: str, relation: str
) -> tuple[list[Edit], list[Edit]]:
    """A member of one household is of another from the day on: what the first one's history gets, what the other's.

    Of who is of none any more, ``going`` is not asked.
    """
    came, away = [], member["gone"]
    if not _has_events(connection, member):
        if member["joined"] is not None:
            came.append(_membership(member, member["joined"], JOINED, member["household_id"], member["joined_reason"]))
        if away is not None:
            came.append(_membership(member, away, GONE, member["household_id"], member["gone_reason"]))
    if away is None:
        came.append(_membership(member, day, GONE, member["household_id"], going))
    after = {"household_id": household, "relation": relation, "joined": day, "joined_reason": joining}
    after |= dict.fromkeys(("gone", "gone_reason"))
    came += [edit for edit in member_value(connection, member, "relation", relation, day) if edit.table != "member"]
    came.append(Edit("member", {"code": member["code"]}, {name: member[name] for name in after}, after))
    return came, [_membership(member, day, JOINED, household, joining)]


def known_since(connection: Connection, row: Row) -> str:
    """The day since when the columns of a household or a member are known: the calendar's first where none is held."""
    first = select(func.min(model.month.c.first_day))
    return str(row["collected"] or connection.execute(first).scalar_one())


def _membership(member: Row, day: str, kind: str, household: int, reason: object) -> Edit:
    key = {"member": member["code"], "day": day, "kind": kind}
    return Edit("member_event", key, None, {"household_id": household, "reason": reason})


def _has_events(connection: Connection, member: Row) -> bool:
    table = model.member_event.c
    return connection.execute(select(table.day).where(table.member == member["code"])).first() is not None


def _dated(
    connection: Connection,
    table: Table,
    key: Values,
    dated: str,
    day: str,
    after: Values,
    column: Values | None,
    whose: Row,
) -> tuple[list[Edit], bool]:
    """Edits that write ``after`` on the day and, where no row stands yet, what the ``column`` said (None: nothing);
    whether the day is the last of all."""
    held = _rows(connection, table, key, dated)
    said: dict[str, Values] = {}
    if not held and column is not None and any(value is not None for value in column.values()):
        said[known_since(connection, whose)] = column
    first = [Edit(table.name, {**key, dated: since}, None, row) for since, row in said.items() if since != day]
    before = {name: held[day][name] for name in after} if day in held else None
    return [*first, Edit(table.name, {**key, dated: day}, before, after)], day >= max([*held, *said, day])


def _rows(connection: Connection, table: Table, key: Values, dated: str) -> dict[str, Row]:
    """Day → row of one history."""
    here: ColumnElement[bool] = and_(*(table.c[name] == value for name, value in key.items()))
    return {str(row[dated]): row for row in connection.execute(select(table).where(here)).mappings()}


def _told(value: object) -> Values:
    """A value as 成员状况 holds it."""
    return {"value": None if value is None else str(value)}
