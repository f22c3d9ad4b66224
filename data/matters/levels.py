"""Where matters have gone up: worked out from dates, calendar and steps, written down with the day, never lowered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, text

from data.calendars.workdays import calendar
from data.matters import clocks
from data.matters.matter import FIELDS
from data.matters.states import OPEN, REGISTERS
from data.model import matter_level
from data.settings import value_of
from data.store.batches import batches

_LATE = """SELECT b.code FROM {record} b WHERE b.state NOT IN ('void') AND b.deadline < :this_day AND
    (b.state IN ('open', 'returned') OR {done} > b.deadline) AND NOT EXISTS (SELECT 1 FROM matter_level l
    WHERE l.record = '{record}' AND l.key = b.code AND l.level = :top)"""
_DONE = {"problem": "COALESCE(b.rectified, b.closed)", "task": "b.finished"}


@dataclass(frozen=True)
class Rise:
    """A matter of a region that went up to a level (length of a region code) on a day."""

    record: str
    code: str
    region: str
    level: int
    day: date


def record_levels(connection: Connection, today: date) -> set[str]:
    """Write down where matters have gone up by ``today``, with the day on which each did: right also after days on
    which nobody asked. Returns the regions of those that have gone up now."""
    risen = to_record(connection, today)
    _record(connection, risen)
    return {one.region for one in risen}


def to_record(connection: Connection, today: date) -> list[Rise]:
    """What has gone up by ``today`` and is not written down yet."""
    found: list[Rise] = []
    for record in REGISTERS:
        asked = text(_LATE.format(record=record, done=_DONE[record]))
        late = connection.execute(asked, {"this_day": today.isoformat(), "top": clocks.LEVELS[-1]}).scalars()
        found += _risen(connection, record, list(late), today)
    return found


def note_levels(connection: Connection, record: str, codes: Iterable[str], today: date) -> None:
    """Write it down for some of them."""
    _record(connection, _risen(connection, record, list(codes), today))


def _record(connection: Connection, risen: Iterable[Rise]) -> None:
    rows = [{"record": one.record, "key": one.code, "level": one.level, "day": one.day.isoformat()} for one in risen]
    if rows:
        connection.execute(insert(matter_level), rows)


def _risen(connection: Connection, record: str, codes: Sequence[str], today: date) -> list[Rise]:
    days, each = calendar(connection), int(value_of(connection, "escalation_days"))
    found: list[Rise] = []
    for some in batches(codes):
        stands, steps = _stands(connection, record, some), _steps(connection, record, some)
        for row in _rows(connection, record, some):
            code, lived = row["code"], _phases(record, row, steps.get(row["code"], ()))
            for level, day in clocks.rises(clocks.base_level(row["region"]), lived, days, each, today):
                if level not in stands.get(code, ()):
                    found.append(Rise(record, code, row["region"], level, day))
    return found


def phases_of(connection: Connection, record: str, held: RowMapping) -> list[clocks.Phase]:
    """The phases of one matter's life, from its steps."""
    (row,) = _rows(connection, record, [held["code"]])
    return _phases(record, row, _steps(connection, record, [held["code"]]).get(held["code"], ()))


def _rows(connection: Connection, record: str, codes: Sequence[str]) -> Sequence[RowMapping]:
    sql = f"SELECT b.code, {FIELDS[record]}, b.deadline, b.state, b.clock_from FROM {record} b WHERE b.code IN :codes"
    asked = text(sql).bindparams(bindparam("codes", expanding=True))
    return connection.execute(asked, {"codes": list(codes)}).mappings().all()


def _stands(connection: Connection, record: str, codes: Sequence[str]) -> Mapping[str, set[int]]:
    l = matter_level.c  # noqa: E741
    found: dict[str, set[int]] = {}
    for key, level in connection.execute(select(l.key, l.level).where(l.record == record, l.key.in_(list(codes)))):
        found.setdefault(key, set()).add(level)
    return found


_StepDay = tuple[date, bool, date | None]


def _steps(connection: Connection, record: str, codes: Sequence[str]) -> Mapping[str, list[_StepDay]]:
    by = REGISTERS[record].steps.c
    asked = select(by[record], by.day, by.after, by.deadline).where(by[record].in_(list(codes))).order_by(by.id)
    found: dict[str, list[_StepDay]] = {}
    for code, day, after, deadline in connection.execute(asked):
        due = date.fromisoformat(deadline) if deadline else None
        found.setdefault(code, []).append((date.fromisoformat(day), after in OPEN, due))
    return found


def _phases(record: str, row: RowMapping, steps: Sequence[_StepDay]) -> list[clocks.Phase]:
    """Of one without steps its own dates tell when it was done."""
    begun, deadline = date.fromisoformat(row["begun"]), date.fromisoformat(row["deadline"])
    legacy = date.fromisoformat(row["clock_from"]) if row["clock_from"] else None
    if steps:
        first = steps[0][2] or deadline
        return clocks.phases(begun, first, steps, legacy)
    done = min((day for day in (row["done"], row["ended"]) if day), default=None)
    ends = [(date.fromisoformat(done), False, None)] if done else []
    return clocks.phases(begun, deadline, ends, legacy)
