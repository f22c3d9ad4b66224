"""Who changed what in a household's records, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Float, Integer, func, literal_column, select, union, union_all

from data import model
from data.access.actors import actor_name
from data.access.households import writable_row
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.households import words as record_words
from data.households.edits import Edit, edits_of, of_a_plan, of_a_region
from data.households.words import Difference, Values
from data.model import change, import_cell, import_ledger, import_run

PAGE = 10  # changes shown at once
TAKEN_BACK = "撤回"
"""The kind of an import run that took another one back (``data.imports.undo``)."""
_NAMED = {
    "helper": model.helper.c.name,
    "member": model.member.c.name,
    "measure": model.measure.c.name,
    "problem": model.problem.c.category,
    "visit": model.visit.c.visited,
    "household": model.household.c.head,
    "region": model.region.c.name,
}


@dataclass(frozen=True)
class Change:
    """One change: local time (ISO), who, what was done, and what stands differently. ``undone``: it was taken back;
    ``fixed``: it is not taken back by itself. What an import did has the number of its run, below zero, as ``id``."""

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


@needs(WRITE, HOUSEHOLDS)
def history(connection: Connection, viewer: Viewer, household: int, page: int = 1) -> History:
    """Raises NotFound for a household that is not the viewer's, OutOfScope for who may not write himself."""
    writable_row(connection, viewer, household)
    every = _everything(household)
    total = connection.execute(select(func.count()).select_from(every.subquery())).scalar_one()
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    newest = every.order_by(literal_column("at").desc(), literal_column("id").desc())
    ids = [row.id for row in connection.execute(newest.limit(PAGE).offset((page - 1) * PAGE))]
    found = {one.id: one for one in (*_by_hand(connection, ids), *_imported(connection, household, ids))}
    return History(tuple(found[id] for id in ids), total, page)


# Any: what the columns of a union are, no type says
def _everything(household: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Query: id and time of all that changed, imports below zero."""
    noted = union(
        *(select(table.c.run).where(table.c.household_id == household) for table in (import_cell, import_ledger))
    )
    runs = select((-import_run.c.id).label("id"), import_run.c.at).where(import_run.c.id.in_(noted))
    return union_all(select(change.c.id, change.c.at).where(change.c.household_id == household), runs)


def _by_hand(connection: Connection, ids: Sequence[int]) -> Iterator[Change]:
    rows = connection.execute(select(change).where(change.c.id.in_([id for id in ids if id > 0]))).all()
    undone = set(
        connection.execute(select(change.c.undoes).where(change.c.undoes.in_([row.id for row in rows]))).scalars()
    )
    edits = {row.id: edits_of(row.edits) for row in rows}
    regional = of_a_region(connection, edits)
    named = _names(connection, [edit for some in edits.values() for edit in some])
    actors = {key: actor_name(connection, key) for key in {row.actor for row in rows}}
    for row in rows:
        differences = _differences(edits[row.id], named)
        fixed = of_a_plan(edits[row.id]) or row.id in regional
        yield Change(row.id, row.at, actors[row.actor], row.what, differences, row.id in undone, fixed)


def _imported(connection: Connection, household: int, ids: Sequence[int]) -> Iterator[Change]:
    for run in connection.execute(select(import_run).where(import_run.c.id.in_([-id for id in ids if id < 0]))).all():
        edits = [*_cells(connection, household, run.id), *_lines(connection, household, run.id)]
        differences = _differences(edits, _names(connection, edits))
        what = f"撤回导入：{run.files}" if run.kind == TAKEN_BACK else f"导入：{run.files}"
        yield Change(-run.id, run.at, "导入", what, differences, undone=False, fixed=True)


def _differences(edits: Sequence[Edit], named: Mapping[tuple[str, str], str]) -> tuple[Difference, ...]:
    return tuple(
        difference
        for edit in edits
        for difference in record_words.differences(edit.table, edit.key, edit.before, edit.after, named)
    )


def _cells(connection: Connection, household: int, run: int) -> list[Edit]:
    """What an import changed of the household's records, as edits."""
    table = import_cell
    asked = select(table).where(table.c.household_id == household, table.c.run == run)
    sides: dict[tuple[str, str], tuple[Values, Values]] = {}
    for row in connection.execute(asked.order_by(table.c.record, table.c.key)):
        before, after = sides.setdefault((row.record, row.key), ({}, {}))
        before[row.name], after[row.name] = (_stored(row.record, row.name, text) for text in (row.before, row.after))
    return [Edit(record, _key(record, key), *both) for (record, key), both in sides.items()]


def _key(record: str, text: str) -> Values:
    names = [column.name for column in model.metadata.tables[record].primary_key]
    if record == model.case_step.name:
        code, action, day = text.split(" ")
        return {"code": code, "action": action, "day": day}
    return {name: _stored(record, name, part) for name, part in zip(names, text.split(" "), strict=True)}


def _stored(record: str, name: str, text: str | None) -> object:
    """A value as its column holds it."""
    kind = model.metadata.tables[record].c[name].type
    if text is None:
        return None
    return int(text) if isinstance(kind, Integer) else float(text) if isinstance(kind, Float) else text


def _lines(connection: Connection, household: int, run: int) -> list[Edit]:
    """The lines of 收支 that an import changed, as edits of months."""
    table = import_ledger
    asked = select(table).where(table.c.household_id == household, table.c.run == run).order_by(table.c.month)
    edits = []
    for row in connection.execute(asked).mappings():
        names = [name for name in row if name.endswith("_fen") and row[name] is not None]
        before, after = ({name: row[f"{name}{side}"] for name in names} for side in ("", "_after"))
        edits.append(Edit("ledger", {"household_id": household, "month": row["month"]}, before, after))
    return edits


def _names(connection: Connection, edits: Sequence[Edit]) -> dict[tuple[str, str], str]:
    """Names of the records that edits are of or refer to; of those that are gone, as the edits themselves tell."""
    wanted: dict[str, set[str]] = {table: set() for table in _NAMED}
    told: dict[tuple[str, str], str] = {}
    for edit in edits:
        for side in filter(None, (edit.before, edit.after)):
            for column, table in record_words.REFERS.items():
                if side.get(column) is not None:
                    wanted[table].add(str(side[column]))
            if "code" in edit.key and edit.table in _NAMED and side.get(_NAMED[edit.table].name) is not None:
                told[edit.table, str(edit.key["code"])] = str(side[_NAMED[edit.table].name])
        if "code" in edit.key and edit.table in wanted:
            wanted[edit.table].add(str(edit.key["code"]))
        if "member" in edit.key:
            wanted["member"].add(str(edit.key["member"]))
    for table, codes in wanted.items():
        key = model.metadata.tables[table].c["id" if table == "household" else "code"]
        among = [int(code) for code in codes] if table == "household" else codes
        for held, name in connection.execute(select(key, _NAMED[table]).where(key.in_(among))) if codes else ():
            told[table, str(held)] = name
    return told
