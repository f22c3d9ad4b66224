"""Who changed what in a household's records, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from data import model
from data.access.actors import actor_name
from data.access.rights import writable_row
from data.access.viewer import Viewer
from data.households import words as record_words
from data.households.edits import Edit, edits_of, of_a_plan
from data.households.words import Difference
from data.model import change

PAGE = 10  # changes shown at once
_NAMED = {
    "helper": model.helper.c.name,
    "member": model.member.c.name,
    "measure": model.measure.c.name,
    "problem": model.problem.c.category,
    "visit": model.visit.c.visited,
}


@dataclass(frozen=True)
class Change:
    """One change: local time (ISO), who, what was done, and what stands differently. ``undone``: it was taken back;
    ``fixed``: it is not taken back by itself."""

    id: int
    at: str
    who: str
    what: str
    differences: tuple[Difference, ...]
    undone: bool
    fixed: bool = False


@dataclass(frozen=True)
class History:
    """A page of changes, the newest first, of ``total``."""

    changes: tuple[Change, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def history(connection: Connection, viewer: Viewer, household: int, page: int = 1) -> History:
    """Raises NotFound for a household that is not the viewer's, OutOfScope for who may not write himself."""
    writable_row(connection, viewer, household, "修改记录")
    here = change.c.household_id == household
    total = connection.execute(select(func.count()).where(here)).scalar_one()
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    rows = connection.execute(
        select(change).where(here).order_by(change.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    undone = set(
        connection.execute(select(change.c.undoes).where(change.c.undoes.in_([row.id for row in rows]))).scalars()
    )
    edits = {row.id: edits_of(row.edits) for row in rows}
    named = _names(connection, [edit for some in edits.values() for edit in some])
    actors = {key: actor_name(connection, key) for key in {row.actor for row in rows}}
    changes = tuple(
        Change(
            row.id,
            row.at,
            actors[row.actor],
            row.what,
            tuple(
                difference
                for edit in edits[row.id]
                for difference in record_words.differences(edit.table, edit.key, edit.before, edit.after, named)
            ),
            row.id in undone,
            of_a_plan(edits[row.id]),
        )
        for row in rows
    )
    return History(changes, total, page)


def _names(connection: Connection, edits: Sequence[Edit]) -> dict[tuple[str, str], str]:
    """Names of the records that edits are of or refer to; of those that are gone, as the edits themselves tell."""
    wanted: dict[str, set[str]] = {table: set() for table in _NAMED}
    told: dict[tuple[str, str], str] = {}
    for edit in edits:
        for side in filter(None, (edit.before, edit.after)):
            for column in ("helper", "visit"):
                if side.get(column) is not None:
                    wanted[column].add(str(side[column]))
            if edit.table in _NAMED and side.get(_NAMED[edit.table].name) is not None:
                told[edit.table, str(edit.key["code"])] = str(side[_NAMED[edit.table].name])
        if edit.table in wanted:
            wanted[edit.table].add(str(edit.key["code"]))
    for table, codes in wanted.items():
        code = model.metadata.tables[table].c.code
        for held, name in connection.execute(select(code, _NAMED[table]).where(code.in_(codes))) if codes else ():
            told[table, held] = name
    return told
