"""What hangs on a household that ends or moves: help ends with it, what is still to be answered stands and is named.

One rule for all: 结对 and 措施 that run end on the day on which a household is struck off or merged; 问题, 任务
and 监测 stay open until somebody closes them. In a move everything goes on.
"""

from sqlalchemy import ColumnElement, Connection, Table, TextClause, func, select

from data import model
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.households.edits import Edit
from data.model.running import running

_HELP = (model.pairing, model.measure)


def help_ends(connection: Connection, household: int, day: str) -> list[Edit]:
    """The pairings and measures of a household that run on a day (ISO) end on it."""
    edits = []
    for table in _HELP:
        asked = select(table).where(table.c.household_id == household, running(table, day)).order_by(*table.primary_key)
        for row in connection.execute(asked).mappings():
            key = {column.name: row[column.name] for column in table.primary_key}
            edits.append(Edit(table.name, key, {"ended": row["ended"]}, {"ended": day}))
    return [edit for edit in edits if edit.before != edit.after]


@needs(READ, HOUSEHOLDS)
def hanging(connection: Connection, viewer: Viewer, household: int) -> dict[str, int]:
    """How many of each run or are open today, in words; whether the viewer may see the household is asked before."""
    built = connection.execute(select(model.data_version.c.built)).scalar() or ""
    problem, task, episode, clue = model.problem, model.task, model.episode, model.clue
    asked: dict[str, tuple[Table, ColumnElement[bool] | TextClause]] = {
        "结对帮扶": (model.pairing, running(model.pairing, built)),
        "帮扶措施": (model.measure, running(model.measure, built)),
        "未销号问题": (problem, problem.c.closed.is_(None)),
        "未完成任务": (task, task.c.finished.is_(None)),
        "未消除风险的监测": (episode, episode.c.removed.is_(None)),
        "未答复的监测线索": (clue, clue.c.state.in_(("held", "open"))),
    }
    counts = {
        what: connection.execute(select(func.count()).where(table.c.household_id == household, clause)).scalar_one()
        for what, (table, clause) in asked.items()
    }
    return {what: count for what, count in counts.items() if count}
