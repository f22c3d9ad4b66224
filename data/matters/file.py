"""One problem or task with everything: its steps, what may be done to it now, where it went up, its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, RowMapping, select

from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.viewer import Viewer
from data.calendars.workdays import calendar
from data.errors import NotFound
from data.matters import clocks
from data.matters.levels import phases_of
from data.matters.matter import Matter, by_codes
from data.matters.states import REGISTERS
from data.matters.who import NO_SUCH, fits, require_seen
from data.model import matter_level, task
from data.settings import value_of
from data.workflow import Step


@dataclass(frozen=True)
class MatterFile:
    """``steps``: the latest first. ``allowed``: actions → their words, in the order in which they are offered.
    ``levels``: each level it went up to with the day. ``reopened``: how often. ``rises_on``: the working day on which
    it goes up next if nothing is done, None where it cannot. ``parts``: tasks split from it, or made for it."""

    matter: Matter
    steps: tuple[Step, ...]
    allowed: Mapping[str, str]
    levels: tuple[tuple[int, str], ...]
    reopened: int
    rises_on: str | None
    parts: tuple[Matter, ...]


@needs(READ, MATTERS)
def matter_file(connection: Connection, viewer: Viewer, record: str, code: str, today: date) -> MatterFile:
    """One whole; raises NotFound where the viewer does not see it."""
    held = row_of(connection, viewer, record, code)
    register = REGISTERS[record]
    matter = by_codes(connection, viewer, record, [code], today)[code]
    steps = register.history(connection, viewer, code)
    levels = connection.execute(
        select(matter_level.c.level, matter_level.c.day)
        .where(matter_level.c.record == record, matter_level.c.key == code)
        .order_by(matter_level.c.level.desc())
    )
    made = task.c.problem == code if record == "problem" else task.c.parent == code
    parts = connection.execute(select(task.c.code).where(made, task.c.state != "void").order_by(task.c.code)).scalars()
    found = by_codes(connection, viewer, "task", list(parts), today)
    return MatterFile(
        matter=matter,
        steps=steps,
        allowed=allowed(connection, viewer, record, held),
        levels=tuple((level, day) for level, day in levels),
        reopened=sum(step.action == register.way.actions["reopen"] for step in steps),
        rises_on=_rises_on(connection, record, held, matter, today),
        parts=tuple(found.values()),
    )


@needs(READ, MATTERS)
def row_of(connection: Connection, viewer: Viewer, record: str, code: str) -> RowMapping:
    """The row of one; raises NotFound where the viewer does not see it, or there is no such record."""
    if record not in REGISTERS:
        raise NotFound(NO_SUCH.format("事项"))
    held = REGISTERS[record].row(connection, viewer, code)
    require_seen(connection, viewer, record, held)
    return held


@needs(READ, MATTERS)
def allowed(connection: Connection, viewer: Viewer, record: str, held: RowMapping) -> dict[str, str]:
    """What the viewer may do to it now: action → its word."""
    register = REGISTERS[record]
    return {
        arrow.action: register.way.actions[arrow.action]
        for arrow in register.allowed(connection, viewer, held)
        if not fits(connection, viewer, record, held, arrow)
    }


def _rises_on(connection: Connection, record: str, held: RowMapping, matter: Matter, today: date) -> str | None:
    if not matter.open or clocks.above(matter.level) == matter.level:
        return None
    days, each = calendar(connection), int(value_of(connection, "escalation_days"))
    lived = phases_of(connection, record, held)
    far = days.add(max(today, date.fromisoformat(matter.deadline)), each)
    coming = [day for level, day in clocks.rises(matter.base, lived, days, each, far) if level < matter.level]
    return coming[0].isoformat() if coming else None
