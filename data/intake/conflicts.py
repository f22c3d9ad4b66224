"""Cells of an import that differ from what somebody entered in the application after the file was current."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from sqlalchemy import Connection, and_, select

from data import model
from data.access.actors import actor_name
from data.households.edits import edits_of
from data.households.words import fact, label, value
from data.intake.decisions import Decisions
from data.intake.issues import CONFLICT, Issue
from data.intake.ledger import AMOUNTS, LedgerCheck, packed
from data.intake.repeats import shown_key
from data.intake.staging import DERIVED, Key, Staged, emptied
from data.intake.write import Pending
from data.model.measure_kinds import same_kind
from data.store.batches import batches
from data.terms import SHARE_MODES, SUBJECTS
from data.workbook.sheets import SHEET, STEPS
from data.workbook.steps import STEP_ACTIONS, STEP_KEY

WHOLE = ""  # in the place of a column: the record as a whole was taken away


@dataclass(frozen=True)
class Entry:
    """What somebody entered in a cell, when (ISO, local) and who (a ``Viewer.actor``)."""

    value: object
    at: str
    actor: str


Entered = dict[str, dict[Key, dict[str, Entry]]]
"""Table → key → column → what was entered last."""


def entered_since(connection: Connection, since: str) -> Entered:
    """Everything that was entered by hand or booked by plans from a moment on (ISO, local)."""
    found: Entered = {}
    change, lead = model.change.c, model.region_change.c
    asked = select(change.at, change.actor, change.edits).where(change.at >= since).order_by(change.id)
    led = select(lead.at, lead.actor, lead.edits).where(lead.at >= since, lead.kind == "leader").order_by(lead.id)
    for at, actor, kept in chain(connection.execute(asked), connection.execute(led)):
        for edit in edits_of(kept):
            table = model.metadata.tables[edit.table]
            key = tuple(edit.key.get(column.name) for column in table.primary_key)
            cells = found.setdefault(edit.table, {}).setdefault(key, {})
            if edit.after is None:
                cells[WHOLE] = Entry(None, at, actor)
            else:
                cells.pop(WHOLE, None)
                cells.update({name: Entry(after, at, actor) for name, after in edit.after.items()})
    found["project_household"] = _booked(connection, since)
    for record in _WORKED:
        found.setdefault(record, {}).update(_worked(connection, record, since))
    found["monitoring_line"] = _lines(connection, since)
    found["case_step"] = _steps(connection, since)
    return found


def _booked(connection: Connection, since: str) -> dict[Key, dict[str, Entry]]:
    """Rows of 项目带户 that plans wrote when they were filed."""
    paid, plan, step, held = model.dividend_payment, model.dividend_plan, model.dividend_step, model.project_household
    asked = (
        select(paid.c.project, paid.c.household_id, plan.c.booked, paid.c.kind, plan.c.filed, step.c.actor)
        .join(plan, plan.c.id == paid.c.plan)
        .join(step, and_(step.c.plan == plan.c.id, step.c.action == "file"))
        .where(plan.c.filed >= since)
        .order_by(plan.c.filed)
    )
    booked = {
        (row.project, row.household_id, row.booked // 12, SHARE_MODES[row.kind]): row
        for row in connection.execute(asked)
    }
    if not booked:
        return {}
    stands = {tuple(row[:4]): row[4] for row in connection.execute(select(*held.primary_key, held.c.amount_fen))}
    return {key: {"amount_fen": Entry(stands.get(key), row.filed, row.actor)} for key, row in booked.items()}


_WORKED = {
    "problem": ("deadline", "owner", "rectified", "closed"),
    "task": ("deadline", "owner", "progress_bp", "finished"),
}
"""What steps of a problem or task may have written."""


def _worked(connection: Connection, record: str, since: str) -> dict[Key, dict[str, Entry]]:
    """Problems and tasks that somebody did something to: what stands of them since."""
    held, by = model.metadata.tables[record], model.metadata.tables[f"{record}_step"].c
    asked = select(by[record], by.at, by.actor).where(by.at >= since, by.action != "begin").order_by(by.id)
    last = {code: (at, actor) for code, at, actor in connection.execute(asked)}
    found: dict[Key, dict[str, Entry]] = {}
    for some in batches(list(last)):
        for row in connection.execute(select(held).where(held.c.code.in_(some))).mappings():
            at, actor = last[row["code"]]
            found[(row["code"],)] = {name: Entry(row[name], at, actor) for name in _WORKED[record]}
    return found


def _steps(connection: Connection, since: str) -> dict[Key, dict[str, Entry]]:
    """Steps of cases that somebody took, by what a workbook tells them apart by; those that imports wrote bear the
    moment of their run."""
    of, runs = model.case_step.c, select(model.import_run.c.at)
    asked = select(model.case_step).where(of.at >= since, of.at.not_in(runs), of.action.in_(STEP_ACTIONS))
    names = [column.name for column in SHEET[STEPS].columns if not column.key]
    return {
        tuple(row[name] for name in STEP_KEY): {name: Entry(row[name], row["at"], row["actor"]) for name in names}
        for row in connection.execute(asked.order_by(of.id)).mappings()
    }


def _lines(connection: Connection, since: str) -> dict[Key, dict[str, Entry]]:
    """Lines set by command, of which only the day is known."""
    held = connection.execute(select(model.monitoring_line)).all()
    said = {(row.province, row.since): (row.amount_fen, row.standing) for row in held if row.standing.endswith(" 设定")}
    return {
        key: {"amount_fen": Entry(amount, at, "admin:")}
        for key, (amount, standing) in said.items()
        if (at := f"{standing[:10]}T23:59:59") >= since
    }


@dataclass(frozen=True)
class Settled:
    """The conflicts, and cells to be noted beside what changes in records that stand: rows of ``import_cell``."""

    conflicts: list[Issue]
    notes: list[dict[str, object]]


def settle(connection: Connection, pending: Sequence[Pending], decisions: Decisions) -> Settled:
    """Find the conflicts, and keep their cells out of what is staged, but for those that were decided to be taken."""
    staged = [(one, one.staged) for one in pending if one.staged is not None]
    entered = entered_since(connection, min((one.current for one, _ in staged), default=""))
    settled = Settled([], [])
    for one, rows in staged:
        for key, cells in entered.get(rows.table.name, {}).items():
            row = rows.row(key)
            if row is not None:
                _settle_row(connection, one, rows, (key, row), cells, settled, decisions)
    return settled


def _settle_row(
    connection: Connection,
    one: Pending,
    staged: Staged,
    found: tuple[Key, dict[str, object]],
    cells: dict[str, Entry],
    settled: Settled,
    decisions: Decisions,
) -> None:
    key, row = found
    stored = staged.stored(key)
    taken: list[str] = []
    left: list[str] = []
    for name, (new, entry) in _differing(one, staged, row, stored, cells):
        cell = (staged.table.name, key, name, entry.at)
        (taken if decisions.takes(cell) else left).append(name)
        issue = _issue(connection, one, row, name, new, entry, overwrite=name in taken)
        settled.conflicts.append(replace(issue, cell=cell))
    if left:
        staged.leave(key, None if WHOLE in left else left)
    added = staged.rest if WHOLE in taken else [name for name in taken if stored is None or _line(name)]
    owner = key[0] if staged.table.name == "household" else row.get("household_id") or 0
    for name in added:
        after = _new(staged, row, name)
        if after is not None and name not in DERIVED and (stored is None or stored[name] is None):
            settled.notes.append(
                {"household_id": owner, "record": staged.table.name, "key": " ".join(map(str, key)), "name": name,
                 "before": None, "after": str(after)}
            )  # fmt: skip


def _line(name: str) -> bool:
    """Whether this is a line of 收支, whose first amount is noted nowhere else."""
    return name in AMOUNTS


def _differing(
    one: Pending, staged: Staged, row: dict[str, object], stored: dict[str, object] | None, cells: dict[str, Entry]
) -> Iterator[tuple[str, tuple[object, Entry]]]:
    """Cells that the file would make otherwise than they were entered after it was current, and still stand."""
    if WHOLE in cells:
        if stored is None and cells[WHOLE].at >= _place(one, row, WHOLE)[0]:
            yield WHOLE, (None, cells[WHOLE])
        return
    for name, entry in cells.items():
        if name not in staged.rest or row[name] is None or entry.at < _place(one, row, name)[0]:
            continue
        stands, new = None if stored is None else stored[name], _new(staged, row, name)
        if (stands == entry.value or (name == "category" and same_kind(entry.value, stands))) and new != stands:
            yield name, (new, entry)


def _new(staged: Staged, row: dict[str, object], name: str) -> object:
    """What a cell of the file says, None where it empties."""
    return None if row[name] == emptied(staged.table, name) else row[name]


def _place(one: Pending, row: dict[str, object], name: str) -> tuple[str, int, str]:
    """Until when the file of a cell was current, the row, and the file."""
    check = one.check
    if not isinstance(check, LedgerCheck):
        return one.current, int(str(row["row_number"])), one.file
    period = one.period(row)
    subject = AMOUNTS.index(name)
    line = packed(*(np.array([number]) for number in (int(str(row["household_id"])), period, subject)))
    place = int(check.lines.places[np.searchsorted(check.lines.keys, line)[0]])
    return check.current[place >> 32], place & 0xFFFFFFFF, check.files[place >> 32]


def _issue(
    connection: Connection,
    one: Pending,
    row: dict[str, object],
    name: str,
    new: object,
    entry: Entry,
    *,
    overwrite: bool,
) -> Issue:
    spec, table = one.check.spec, one.table.name
    _, number, file = _place(one, row, name)
    if isinstance(one.check, LedgerCheck):
        key = shown_key(spec, one.check.known, [int(str(row["household_id"])), one.period(row), _subject(name)])
    else:
        key = shown_key(spec, one.check.known, [row[column.name] for column in spec.key])  # type: ignore[misc]  # values as read
    who, when = actor_name(connection, entry.actor), entry.at[:16].replace("T", " ")
    then = "已按文件改写" if overwrite else "保留系统里的，没有采用文件的"
    if name == WHOLE:
        heading, shown, stands = spec.key[0].heading, key, "这条记录已删去"
        reason = f"系统里{stands}（{who} {when}）；{'已按文件恢复' if overwrite else '没有写入'}"
    else:
        heading, shown = label(table, name), _shown(table, row, name, new)
        if isinstance(one.check, LedgerCheck):
            heading = "金额"
        reason = f"{key} 在系统里是“{_shown(table, row, name, entry.value)}”（{who} {when} 填写）；{then}"
    return Issue(spec.name, number, heading, shown, reason, CONFLICT, file)


def _shown(table: str, row: dict[str, object], name: str, held: object) -> str:
    """A value of a cell in words."""
    return fact(str(row["item"]), held) if (table, name) == ("member_fact", "value") else value(table, name, held)


def _subject(name: str) -> str:
    return list(SUBJECTS)[AMOUNTS.index(name)]
