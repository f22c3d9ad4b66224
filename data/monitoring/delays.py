"""Who was late: each step that was taken measured by the clock that ran when it was taken, as clocks are set today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import MONITORING, READ
from data.access.viewer import Viewer
from data.calendars.workdays import Calendar, calendar
from data.monitoring.cases import Taken
from data.monitoring.clocks import Spans, due, spans_of, whole
from data.monitoring.dues import clue_due
from data.monitoring.ways import CLUES
from data.settings import values
from data.workflow import Step

_LOOKS = ("visit", "compare", "removal_visit")
"""Steps that leave the state as it is, each with a clock of its own."""
_AT_WILL = ("green", "object", "void", "keep", "land", "propose", "propose_natural")
"""Steps that nothing waits for."""


def delays(steps: Sequence[Taken], spans: Spans, days: Calendar) -> dict[int, int]:
    """Id of a step → by how many days its own day lies behind that by which it was due; of ``steps``, the first
    first, those that were late."""
    late: dict[int, int] = {}
    state, since, done = "", date.min, dict[str, date]()
    for one in steps:
        if state and one.action not in _AT_WILL and not (one.action in _LOOKS and one.action in done):
            looked: Mapping[str, date] = (
                {action: since for action in _LOOKS if action != one.action} if one.action in _LOOKS else done
            )
            ought = due(state, since, spans, days, done=looked)
            if ought and one.day > ought.day:
                late[one.id] = (one.day - ought.day).days
        if one.action in _LOOKS:
            done[one.action] = one.day
        if one.after != state:
            state, since = one.after, one.day
            if one.action in ("begin", "propose"):
                done = {}
    return late


def delays_of(connection: Connection, began: date, steps: Sequence[Taken]) -> tuple[dict[int, int], int]:
    """The same by the clocks and the calendar of the county; and by how many days the way from the clue, told on
    ``began``, to the announcement was longer than it may be, 0 where it was not."""
    spans, days = spans_of(values(connection)), calendar(connection)
    included = next((one.day for one in steps if one.action == "include"), None)
    over = whole(began, spans, days).late(included) if included else 0
    return delays(steps, spans, days), over


@dataclass(frozen=True)
class Answered(Step):
    """A line of a clue's log; ``late``: by how many days it lies behind that by which it was due."""

    late: int = 0


@needs(READ, MONITORING)
def log_of_clue(connection: Connection, viewer: Viewer, id: int) -> tuple[Answered, ...]:
    """What was done about a clue that the viewer sees, the latest first."""
    due_on = clue_due(connection)
    found: list[Answered] = []
    for one in reversed(CLUES.history(connection, viewer, id)):
        before = found[-1] if found else None
        ought = due_on(before.after, date.fromisoformat(before.day)) if before else None
        late = (date.fromisoformat(one.day) - ought).days if ought else 0
        found.append(Answered(one.at, one.who, one.action, one.after, one.reason, one.day, max(late, 0)))
    return tuple(reversed(found))
