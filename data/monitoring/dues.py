"""By when something that waits in a state should be through, as SQL: working days are no arithmetic."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, Table, select

from data.calendars.workdays import calendar
from data.monitoring.law import NEVER_COMPARED
from data.monitoring.ways import turn_of
from data.settings import span_of, value_of

Due = Callable[[str, date], date | None]
"""State, the day it came into it → the day by which it should be through; None where no clock runs."""
CLUE_SPANS = {"held": "clue_take", "open": "case_visit"}
"""State of a clue → the setting of its clock."""


def clue_due(connection: Connection) -> Due:
    """The clocks of clues as they are set today."""
    days = calendar(connection)
    spans = {state: span_of(value_of(connection, name)) for state, name in CLUE_SPANS.items()}

    def due(state: str, since: date) -> date | None:
        if state not in spans:
            return None
        number, working = spans[state]
        return days.add(since, number) if working else date.fromordinal(since.toordinal() + number)

    return due


def due_sql(connection: Connection, table: Table, states: Iterable[str], due: Due) -> tuple[str, dict[str, object]]:
    """SQL of the ISO day by which row ``b`` of a table should be through its state, with what is bound in it."""
    of = table.c
    asked = select(of.state, of.since).where(of.state.in_(list(states)), of.since.is_not(None)).distinct()
    arms = ""
    bound: dict[str, object] = {}
    for at, (state, since) in enumerate(connection.execute(asked.order_by(of.state, of.since))):
        day = due(state, date.fromisoformat(since))
        if day is not None:
            arms += f" WHEN :stands_{at} THEN :due_{at}"
            bound |= {f"stands_{at}": f"{state} {since}", f"due_{at}": day.isoformat()}
    return (f"CASE b.state || ' ' || b.since{arms} END", bound) if arms else ("CAST(NULL AS TEXT)", {})


def compares_sql(case: str) -> str:
    """Condition on a case: it was visited, and nobody has compared yet what other offices know of the household."""
    home = f"SELECT 1 FROM household n WHERE n.id = {case}.household_id AND n.attribute IN {NEVER_COMPARED}"
    looked, compared = _taken_sql(case, "visit"), _taken_sql(case, "compare")
    return f"({case}.state = 'checking' AND {looked} AND NOT {compared} AND NOT EXISTS ({home}))"


def turn_sql(role: str, states: Sequence[str], case: str) -> str:
    """Condition on a case: it waits for a role, whose turn it is in ``states``; what is to be compared for
    the one that compares."""
    stands = f"{case}.state IN ({', '.join(map(repr, states)) or 'NULL'})"
    compares = compares_sql(case)
    if turn_of("checking") == role:
        return f"({stands} AND NOT {compares})"
    return f"({stands} OR {compares})" if turn_of("checking", "compare") == role else stands


def _taken_sql(case: str, action: str) -> str:
    since = f"n.case_id = {case}.id AND n.day >= {case}.since"
    return f"EXISTS (SELECT 1 FROM case_step n WHERE {since} AND n.action = '{action}')"
