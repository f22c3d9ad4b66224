"""问题和任务: what its owner has to do, what waits for a check or for an answer to who asks for more time, and what has
gone up to an office."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from sqlalchemy import Connection, RowMapping, text

from data.access.roles import APPROVE, MATTERS, WRITE
from data.access.viewer import within_sql
from data.calendars.workdays import Calendar, calendar
from data.matters.clocks import LEVELS, base_level, check_due
from data.matters.matter import LEVEL, NOUNS, PLACE, Matter, by_codes
from data.matters.states import OPEN, REGISTERS, WAITING
from data.matters.who import person_of, seen
from data.months import short_day
from data.settings import value_of
from data.terms import LEVELS as LEVEL_WORDS
from data.todo.clocks import Desk, Source, Told, Waits

_RUNS = "b.state IN ({})".format(", ".join(f"'{state}'" for state in OPEN))
_VILLAGE, _TOWNSHIP, _COUNTY = LEVELS
_ACCOUNT = "EXISTS (SELECT 1 FROM account a WHERE a.person_id = b.owner_id AND a.disabled IS NULL)"
_PROVED = {"problem": "rectify", "task": "finish"}
"""Record → the action by which its owner says that it is done."""
_LONGEST = 40  # characters of what it says


def _base(record: str) -> str:
    """SQL of the level at which a matter begins, as ``clocks.base_level``."""
    digits = f"length({PLACE[record]})"
    at_least = " ".join(f"WHEN {digits} >= {level} THEN {level}" for level in (_VILLAGE, _TOWNSHIP))
    return f"(CASE {at_least} ELSE {_COUNTY} END)"


def _here(desk: Desk, record: str) -> tuple[str, dict[str, object]]:
    """Condition: of the region, and what the viewer sees."""
    here, bound = within_sql(PLACE[record], desk.region)
    sees, named = seen(desk.connection, desk.viewer, record)
    return f"{here} AND {sees}", {**bound, **named}


def _asked(desk: Desk, record: str, where: str, bound: Mapping[str, object], **columns: str) -> Waits:
    here, named = _here(desk, record)
    told = {"due": "b.deadline", "since": _since(record), "person": "b.owner_id", **columns}
    sql = f"""
        SELECT b.code AS key, {PLACE[record]} AS region, {told["due"]} AS due, {told["since"]} AS since,
            {told["person"]} AS person, 1 AS number FROM {record} b WHERE {here} AND {where}"""
    return Waits(sql, {**named, **bound})


def _since(record: str) -> str:
    """Since when it lies with its owner: the last step that brought it there, else its first day."""
    begun = {"problem": "b.found", "task": "b.started"}[record]
    moved = f"""(SELECT MAX(s.at) FROM {record}_step s WHERE s.{record} = b.code
        AND s.action IN ('raise', 'assign', 'return', 'refuse', 'reopen', 'urge', 'grant', 'deny'))"""
    return f"COALESCE({moved}, b.since, {begun})"


def _owned(record: str, desk: Desk) -> Waits | None:
    """Of its owner; where he cannot sign in, or nobody is known, of the office at whose level it began, and of who
    helps its household."""
    if not desk.mine:
        return _asked(desk, record, _RUNS, {})
    if not desk.viewer.may(WRITE, MATTERS):
        return None
    office = f"{_base(record)} = :office"
    instead = "b.household_id IS NOT NULL" if desk.viewer.sees_own_only else office
    where = f"{_RUNS} AND (b.owner_id = :me OR (NOT {_ACCOUNT} AND {instead}))"
    bound = {"me": person_of(desk.connection, desk.viewer)}
    return _asked(desk, record, where, bound if desk.viewer.sees_own_only else {**bound, "office": _office(desk)})


def _office(desk: Desk) -> int:
    return base_level(desk.viewer.region)


def _of_office(desk: Desk) -> bool:
    """Whether there is an office here that checks, or anybody's are asked for."""
    return not desk.viewer.sees_own_only and (not desk.mine or desk.viewer.may(APPROVE, MATTERS))


def _risen(record: str, desk: Desk) -> Waits | None:
    """Gone up to the viewer's office; only of his own, since it stands among its owner's for everybody."""
    if not desk.mine or not _of_office(desk):
        return None
    level = LEVEL.format(record)
    risen = (
        f"(SELECT MIN(l.day) FROM matter_level l WHERE l.record = '{record}' AND l.key = b.code AND l.level = :office)"
    )
    where = f"{_RUNS} AND {level} = :office AND {_base(record)} > :office"
    return _asked(desk, record, where, {"office": _office(desk)}, since=risen)


def _checks(record: str, desk: Desk) -> Waits | None:
    """Of the office above, and of the one above that once the check is late; never of who said that it is done."""
    if not _of_office(desk):
        return None
    days, number = calendar(desk.connection), int(value_of(desk.connection, "check_days"))
    today = date.fromisoformat(desk.today)
    due, bound = _check_days(desk.connection, record, days, number)
    bound |= {"late": _late_since(days, number, today).isoformat()}
    where = f"b.state = '{WAITING[record]}'"
    if desk.mine:
        steps = f"{record}_step s WHERE s.{record} = b.code AND s.action = '{_PROVED[record]}'"
        other = f"COALESCE((SELECT s.actor FROM {steps} ORDER BY s.id DESC LIMIT 1), '') <> :actor"
        first = f"CASE WHEN {_base(record)} = {_VILLAGE} AND NOT COALESCE(b.since < :late, 1 = 0) THEN {_TOWNSHIP}"
        where += f" AND {other} AND ({first} ELSE {_COUNTY} END) = :office"
        bound |= {"actor": desk.viewer.actor, "office": _office(desk)}
    else:
        del bound["late"]
    return _asked(desk, record, where, bound, due=due, since="COALESCE(b.since, b.deadline)", person="NULL")


def _check_days(connection: Connection, record: str, days: Calendar, number: int) -> tuple[str, dict[str, object]]:
    """SQL of the day by which what was reported on ``b.since`` should be checked: working days are no arithmetic."""
    asked = text(f"SELECT DISTINCT b.since FROM {record} b WHERE b.state = '{WAITING[record]}' AND b.since IS NOT NULL")
    found = list(connection.execute(asked).scalars())
    if not found:
        return "NULL", {}
    due = [check_due(date.fromisoformat(since), number, days).isoformat() for since in found]
    arms = " ".join(f"WHEN :since_{at} THEN :due_{at}" for at in range(len(found)))
    named = {f"{name}_{at}": day for name, listed in (("since", found), ("due", due)) for at, day in enumerate(listed)}
    return f"CASE b.since {arms} END", named


def _late_since(days: Calendar, number: int, today: date) -> date:
    """What was reported before this day should have been checked by yesterday."""
    day = today
    while check_due(day - timedelta(days=1), number, days) >= today:
        day -= timedelta(days=1)
    return day


def _extensions(record: str, desk: Desk) -> Waits | None:
    if not _of_office(desk):
        return None
    where, bound = f"{_RUNS} AND b.asked_until IS NOT NULL", {}
    if desk.mine:
        where += f" AND (CASE WHEN {_base(record)} = {_VILLAGE} THEN {_TOWNSHIP} ELSE {_COUNTY} END) = :office"
        bound = {"office": _office(desk)}
    asked = f"(SELECT MAX(s.at) FROM {record}_step s WHERE s.{record} = b.code AND s.action = 'ask')"
    return _asked(desk, record, where, bound, due="NULL", since=asked, person="NULL")


def _tell(
    record: str, words: Callable[[Matter], str], office: str, desk: Desk, rows: Sequence[RowMapping]
) -> Mapping[str, Told]:
    held = by_codes(desk.connection, desk.viewer, record, [row["key"] for row in rows], date.fromisoformat(desk.today))
    return {
        code: Told(
            f"{words(one)}{_about(one) if desk.mine else ''}",
            "problems",
            {"region": one.region, "kind": record, "code": code},
            office or _unnamed(one),
        )
        for code, one in held.items()
    }


def _about(one: Matter) -> str:
    """Whose household, or the first words of what is about none."""
    if one.head:
        return f"（{one.head} 户）"
    return f"：{one.words[:_LONGEST]}" if one.words else ""


def _unnamed(one: Matter) -> str:
    return one.owner


def _to_do(one: Matter) -> str:
    return f"{NOUNS[one.record]} {one.title}" if one.state == "open" else f"{one.state_word} {one.title}"


def _to_check(one: Matter) -> str:
    return f"{one.state_word} {one.title}"


def _to_answer(one: Matter) -> str:
    until = short_day(one.asked_until) if one.asked_until else ""
    return f"申请延期到{until} {one.title}"


def _gone_up(one: Matter) -> str:
    return f"升级到{LEVEL_WORDS[one.level]} {one.title}"


def _done(record: str, actions: tuple[str, ...], desk: Desk, since: str) -> int:
    """How many the viewer himself brought on by one of these actions."""
    named = ", ".join(f"'{one}'" for one in actions)
    here, bound = within_sql(PLACE[record], desk.region)
    asked = text(
        f"SELECT COUNT(DISTINCT s.{record}) FROM {record}_step s JOIN {record} b ON b.code = s.{record}"
        f" WHERE s.actor = :actor AND s.at >= :since AND s.action IN ({named}) AND {here}"
    )
    return int(desk.connection.execute(asked, {**bound, "actor": desk.viewer.actor, "since": since}).scalar_one())


_CHECKED = {"problem": ("close", "return", "refuse"), "task": ("accept", "return")}
_CHECK_NOUNS = {"problem": "待销号", "task": "待验收"}


def _sources(record: str) -> tuple[Source, ...]:
    noun, unit = NOUNS[record], {"problem": "个", "task": "项"}[record]

    def source(
        id: str, noun: str, waits: Callable[[str, Desk], Waits | None], words: Callable[[Matter], str],
        actions: tuple[str, ...], office: str = "",
    ) -> Source:  # fmt: skip
        return Source(
            id, noun, unit, MATTERS, partial(waits, record), partial(_tell, record, words, office),
            partial(_done, record, actions),
        )  # fmt: skip

    assert record in REGISTERS
    return (
        source(f"{record}s", noun, _owned, _to_do, (_PROVED[record],)),
        source(f"{record}s_risen", f"升级的{noun}", _risen, _gone_up, ("urge", "assign")),
        source(f"{record}s_check", _CHECK_NOUNS[record], _checks, _to_check, _CHECKED[record], "上一级"),
        source(f"{record}s_asked", f"{noun}延期申请", _extensions, _to_answer, ("grant", "deny"), "上一级"),
    )


SOURCES = (*_sources("problem"), *_sources("task"))
