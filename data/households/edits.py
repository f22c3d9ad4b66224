"""Every change to a household's records: checked against what stands, written with its history, at once in the cube."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Table, and_, func, insert, select
from sqlalchemy.exc import OperationalError

from data.access.households import row_of
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import NO_SUCH_HOUSEHOLD, NotFound, Refused, WarRoomError
from data.figures import cube
from data.households import words as record_words
from data.households.booked import check_booked
from data.households.edit_rules import check_approval, check_references, check_values, stored_form
from data.households.words import Difference, Values
from data.model import archive, change, metadata
from data.store.engine import writing

TABLES = ("household", "member", "ledger", "measure", "visit", "problem", "assurance", "archive")
COUNTED = ("household", "member", "ledger", "visit", "problem")  # what the cube is made from
OF_A_PLAN = "dividend_payment"
"""In the history of a household: that a line was booked by a dividend plan (``data.dividends.filing``)."""
_NOT_ALONE = "这是收益分配方案备案时记入的，不能单户撤销；确需收回时，请由村里冲销整个方案。"
_APART = "有的户已经不在这个村，这次没有写入。请重新打开再排。"
CHANGED_SINCE = "这条记录之后又改过，不能直接撤销。请核对现在的内容，在表单里改正。"


@dataclass(frozen=True)
class Edit:
    """One record: ``key`` and values are column → stored value (fen, ISO text, 0/1), only of the columns concerned.

    ``before`` None: the record is to be new; ``after`` None: it is to be taken away. A ledger row that does not exist
    is the same as one whose columns are all None. A new archive row may come without its key: it gets the next id.
    """

    table: str
    key: Values
    before: Values | None
    after: Values | None


class Conflict(WarRoomError):
    """What stands is not what the editor had before him.

    ``differences``: before is what he had, after what stands now. ``who`` (a ``Viewer.actor``) and ``at`` tell of the
    last change to these records, None where they came otherwise. ``rebased``: the same edits upon what stands now,
    for the one who wants his own nevertheless; None where a record is gone.
    """

    def __init__(
        self, differences: list[Difference], who: str | None, at: str | None, rebased: tuple[Edit, ...] | None
    ) -> None:
        fields = "、".join(dict.fromkeys(difference.label for difference in differences)) or "这条记录"
        super().__init__(f"您填写期间，别人已经改了{fields}。请核对后决定是否仍然保存。")
        self.differences, self.who, self.at, self.rebased = differences, who, at, rebased


@needs(WRITE, HOUSEHOLDS)
def commit(engine: Engine, viewer: Viewer, household: int, edits: Sequence[Edit], *, what: str, now: datetime) -> int:
    """Write the edits in one transaction, all or none; returns the id of the change.

    ``what`` says in the user's words what was done. Raises NotFound for a household that is not the viewer's,
    OutOfScope for who may not write, Conflict where a ``before`` is not what stands, Refused for values that cannot be.
    """
    return commit_together(engine, viewer, {household: edits}, what=what, now=now)[0]


@needs(WRITE, HOUSEHOLDS)
def commit_together(
    engine: Engine, viewer: Viewer, done: Mapping[int, Sequence[Edit]], *, what: str, now: datetime
) -> list[int]:
    """The same for several households of one village, all or none; returns the ids of their changes. Raises Refused
    where they no longer are of one village."""
    with _queued(), writing(engine) as connection:
        made = [_commit(connection, viewer, household, edits, what, now) for household, edits in done.items()]
        if len({one.village for one in made}) > 1:
            raise Refused(_APART)
        return _shown(connection, made, now)


@needs(WRITE, HOUSEHOLDS)
def undo(engine: Engine, viewer: Viewer, change_id: int, *, now: datetime) -> int:
    """Take a change back, as a new change; returns its id.

    Raises NotFound for a change of a household that is not the viewer's, Refused where it was taken back already or
    its records changed since.
    """
    return undo_together(engine, viewer, [change_id], now=now)[0]


@needs(WRITE, HOUSEHOLDS)
def undo_together(engine: Engine, viewer: Viewer, changes: Sequence[int], *, now: datetime) -> list[int]:
    """The same for several changes, all or none."""
    with _queued(), writing(engine) as connection:
        return _shown(connection, [_undo(connection, viewer, change_id, now) for change_id in changes], now)


def _undo(connection: Connection, viewer: Viewer, change_id: int, now: datetime) -> "_Made":
    held = connection.execute(select(change).where(change.c.id == change_id)).mappings().first()
    if held is None:
        raise NotFound(NO_SUCH_HOUSEHOLD)
    cube.hold(connection)
    row_of(connection, viewer, held["household_id"], lock=True)
    if connection.execute(select(change.c.id).where(change.c.undoes == change_id)).first():
        raise Refused("这次修改已经撤销过了。")
    edits = [_reversed(edit) for edit in reversed(edits_of(held["edits"]))]
    if of_a_plan(edits):
        raise Refused(_NOT_ALONE)
    what = held["what"]
    what = f"恢复：{what[3:]}" if what.startswith("撤销：") else f"撤销：{what.removeprefix('恢复：')}"
    try:
        return _commit(connection, viewer, held["household_id"], edits, what, now, undoes=change_id)
    except Conflict as conflict:
        raise Refused(CHANGED_SINCE) from conflict


@contextmanager
def _queued() -> Iterator[None]:
    """A store that somebody else holds for longer than a user waits (an import) is said to be busy."""
    try:
        yield
    except OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise Refused("系统正在写入大批数据（如导入），请过一两分钟再保存；这次没有写入。") from error


def edits_of(kept: str) -> list[Edit]:
    """The edits of a row of ``change``."""
    return [Edit(**edit) for edit in json.loads(kept)]


def of_a_plan(edits: Sequence[Edit]) -> bool:
    """Whether a change was booked by a dividend plan, which is taken back as a whole or not at all."""
    return any(edit.table == OF_A_PLAN for edit in edits)


def _reversed(edit: Edit) -> Edit:
    return replace(edit, before=edit.after, after=edit.before)


def _detached(connection: Connection, edit: Edit, now: datetime) -> list[Edit]:
    """What hangs on a visit that goes: its photos go out of sight with it."""
    if edit.table != "visit" or edit.after is not None:
        return []
    hanging = connection.execute(
        select(archive.c.id, archive.c.visit, archive.c.hidden).where(archive.c.visit == edit.key["code"])
    ).mappings()
    return [
        Edit(
            "archive",
            {"id": row["id"]},
            {"visit": row["visit"], "hidden": row["hidden"]},
            {"visit": None, "hidden": row["hidden"] or written(now)},
        )
        for row in hanging
    ]


def _commit(
    connection: Connection,
    viewer: Viewer,
    id: int,
    edits: Sequence[Edit],
    what: str,
    now: datetime,
    *,
    undoes: int | None = None,
) -> "_Made":
    cube.hold(connection)
    owner = row_of(connection, viewer, id, lock=True)
    edits = [_complete(connection, edit, owner) for edit in edits]
    edits = [part for edit in edits for part in (*_detached(connection, edit, now), edit) if part.before != part.after]
    if not edits:
        raise Refused("没有需要保存的改动。")
    _compare(connection, id, edits)
    for edit in edits:
        if edit.after is not None:
            check_approval(viewer, edit.table, edit.after)
            check_values(connection, edit.table, edit.key, edit.after)
            if edit.table == "ledger":
                month = edit.key["month"]
                assert isinstance(month, int)
                check_booked(connection, id, month, edit.after)
            check_references(connection, edit.table, edit.after, id)  # to what an edit before it has written, too
        _write(connection, edit)
    (made,) = write_history(connection, viewer, {id: edits}, what=what, now=now, undoes=undoes)
    return _Made(made, owner["village"], any(edit.table in COUNTED for edit in edits))


@dataclass(frozen=True)
class _Made:
    """A change that was written: its id, where, and whether the cube counts what it changed."""

    change: int
    village: str
    counted: bool


def _shown(connection: Connection, made: Sequence[_Made], now: datetime) -> list[int]:
    """Have every figure show what was written."""
    counted = {one.village for one in made if one.counted}
    for village in sorted(counted):
        cube.refresh(connection, village, now)
    for village in sorted({one.village for one in made} - counted):
        cube.stamp(connection, now, village)
    return [one.change for one in made]


@needs(WRITE, HOUSEHOLDS)
def write_history(
    connection: Connection,
    viewer: Viewer,
    done: Mapping[int, Sequence[Edit]],
    *,
    what: str,
    now: datetime,
    undoes: int | None = None,
) -> list[int]:
    """Write what was done (household → its edits) into each household's own history; the ids of the changes.

    Nothing else writes there. ``what`` says it in the user's words, ``undoes`` is the change that it takes back.
    """
    same = {"at": written(now), "actor": viewer.actor, "what": what, "undoes": undoes}
    rows = [
        {"household_id": id, "edits": json.dumps([vars(edit) for edit in edits], ensure_ascii=False), **same}
        for id, edits in done.items()
    ]
    if not rows:
        return []
    made = list(connection.execute(insert(change).returning(change.c.id), rows).scalars())
    audit.wrote(connection, "change", made, actor=viewer.actor, view="change", now=now)
    return made


def _complete(connection: Connection, edit: Edit, owner: RowMapping) -> Edit:
    """With the household's own keys, and in the one form that ledger rows have; raises ValueError for other tables."""
    if edit.table not in TABLES:
        raise ValueError(f"not a table of a household: {edit.table}")
    if edit.table == "household":
        if edit.before is None or edit.after is None or {"id", "code", "village"} & {*edit.before, *edit.after}:
            raise ValueError("a household is neither made, moved nor taken away here")
        return replace(edit, key={"id": owner["id"]})
    if edit.table == "ledger":
        names = dict.fromkeys([*(edit.before or {}), *(edit.after or {})])
        before, after = ({name: (side or {}).get(name) for name in names} for side in (edit.before, edit.after))
        return Edit("ledger", {**edit.key, "household_id": owner["id"]}, before, after)
    if edit.table == "assurance":
        return replace(edit, key={**edit.key, "household_id": owner["id"]})
    own = {"household_id": owner["id"]} | ({"region": owner["village"]} if edit.table == "problem" else {})
    if edit.before is not None and edit.after is not None and own.keys() & edit.after.keys():
        raise ValueError("a record stays with its household")
    if edit.before is None and edit.after is not None:
        return replace(edit, key=edit.key or _next_archive(connection), after={**edit.after, **own})
    return edit


def _next_archive(connection: Connection) -> Values:
    return {"id": connection.execute(select(func.coalesce(func.max(archive.c.id), 0) + 1)).scalar_one()}


def _compare(connection: Connection, id: int, edits: Sequence[Edit]) -> None:
    """Raises Conflict where anything stands otherwise than its edit has it, NotFound for another household's record."""
    rebased: list[Edit] = []
    found: list[Difference] = []
    gone = False
    for edit in edits:
        stands = _standing(connection, id, edit)
        if stands != edit.before:
            found += record_words.differences(edit.table, edit.key, edit.before, stands)
            gone |= stands is None
        rebased.append(replace(edit, before=stands))
    if any(edit.before != other.before for edit, other in zip(edits, rebased, strict=True)):
        who, at = _last_change(connection, id, edits)
        raise Conflict(found, who, at, None if gone else tuple(rebased))


def _standing(connection: Connection, id: int, edit: Edit) -> Values | None:
    """What stands of the edit's columns; None where there is no such record."""
    table = metadata.tables[edit.table]
    names = list(dict.fromkeys([*(edit.before or {}), *(edit.after or {})]))
    owner = table.c.id if edit.table == "household" else table.c.household_id
    row = connection.execute(select(owner.label("owner_id"), table).where(_at(table, edit.key))).mappings().first()
    if row is None:
        return dict.fromkeys(names) if edit.table == "ledger" else None
    if row["owner_id"] != id:
        raise NotFound(NO_SUCH_HOUSEHOLD)
    return {name: row[name] for name in names}


def _last_change(connection: Connection, id: int, edits: Sequence[Edit]) -> tuple[str | None, str | None]:
    wanted = [(edit.table, edit.key) for edit in edits]
    rows = connection.execute(
        select(change.c.actor, change.c.at, change.c.edits)
        .where(change.c.household_id == id)
        .order_by(change.c.id.desc())
        .limit(50)
    )
    for actor, at, kept in rows:
        if any((edit.table, edit.key) in wanted for edit in edits_of(kept)):
            return actor, at
    return None, None


def _write(connection: Connection, edit: Edit) -> None:
    table = metadata.tables[edit.table]
    here = _at(table, edit.key)
    if edit.table == "ledger":
        return _write_month(connection, table, edit)
    if edit.after is None:
        connection.execute(table.delete().where(here))
    elif edit.before is None:
        connection.execute(table.insert().values({**edit.key, **stored_form(edit.table, edit.after)}))
    else:
        connection.execute(table.update().where(here).values(stored_form(edit.table, edit.after)))
    return None


def _write_month(connection: Connection, ledger: Table, edit: Edit) -> None:
    """A month without any amount has no row, so that it does not count as one on record."""
    here, amounts = _at(ledger, edit.key), edit.after or {}
    if connection.execute(select(ledger.c.month).where(here)).first() is None:
        connection.execute(ledger.insert().values({**edit.key, **amounts}))
    else:
        connection.execute(ledger.update().where(here).values(amounts))
    empty = and_(*(column.is_(None) for column in ledger.c if column.name.endswith("_fen")))
    connection.execute(ledger.delete().where(here, empty))


def _at(table: Table, key: Values) -> ColumnElement[bool]:
    if set(key) != {column.name for column in table.primary_key}:
        raise ValueError(f"not the key of {table.name}: {', '.join(key)}")
    return and_(*(table.c[name] == value for name, value in key.items()))
