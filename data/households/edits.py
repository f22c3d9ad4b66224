"""Every change to a household's records: checked against what stands, written with its history, at once in the cube."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Table, and_, func, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from data import model
from data.access.households import row_of
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.errors import NO_SUCH_HOUSEHOLD, NotFound, OutOfScope, Refused, WarRoomError
from data.figures import cube
from data.households import words as record_words
from data.households.booked import check_booked
from data.households.cases import settle_households, tells_of_watch
from data.households.edit_rules import SPLIT, check_approval, check_references, check_values, stored_form, year_span
from data.households.words import Difference, Values
from data.model import archive, change, life_event, measure, metadata, problem
from data.model.matter_states import settled
from data.model.measure_kinds import renewed, same_kind
from data.model.monitored_homes import followed
from data.rules.recheck import recheck
from data.store.engine import writing

HISTORIES = ("household_event", "household_move", "member_event", "member_fact", "assurance", "episode")
BOOKS = ("ledger", "ledger_year")
"""A household's books by month and by income year: a row without any amount is none."""
TABLES = (
    *("household", "member", *BOOKS, "pairing", "measure", "visit", "problem", "archive", "life_event"), *HISTORIES,
)  # fmt: skip
COUNTED = ("household", "member", *BOOKS, "pairing", "visit", "problem", *HISTORIES)  # what the cube is made from
COMINGS = ("household_event", "household_move", "member_event")
"""Where members and households come, go and move: what was written of several households at once is taken back so."""
OF_A_PLAN = "dividend_payment"
"""In the history of a household: that a line was booked by a dividend plan (``data.dividends.filing``)."""
STRUCK_OFF = "注销"
NEVER_MADE = "撤销新建"
_NOT_ALONE = "这是收益分配方案备案时记入的，不能单户撤销；确需收回时，请由村里冲销整个方案。"
_OF_A_CASE = "这是监测程序办理时记入的，不能在这里撤销；有误的请在监测帮扶里按程序办理。"
_OF_A_REGION = "这是随村的撤并记入的，不能单户撤销；撤并有误的，请县里在“用户与设置 · 区划”里撤销。"
_APART = "有的户已经不在这个村，这次没有写入。请重新打开再排。"
_TAKEN = Difference("户信息", "新户编号", None, "同时有别的新户登记，保存时会另编")
CHANGED_SINCE = "这条记录之后又改过，不能直接撤销。请核对现在的内容，在表单里改正。"


@dataclass(frozen=True)
class Edit:
    """One record: ``key`` and values are column → stored value (fen, ISO text, 0/1), only of the columns concerned.

    ``before`` None: the record is to be new; ``after`` None: it is to be taken away. A ledger row that does not exist
    is the same as one whose columns are all None. A new row that is told by a number may come without its key: it gets
    the next id.
    """

    table: str
    key: Values
    before: Values | None
    after: Values | None

    @property
    def reversed(self) -> "Edit":
        """What takes it back."""
        return replace(self, before=self.after, after=self.before)


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
    """The same for several households, all or none, a new one first; returns the ids of their changes. Raises Refused
    where they no longer are of one village and nobody comes or goes between them."""
    with queued(), writing(engine) as connection:
        return commit_within(connection, viewer, done, what=what, now=now)


@needs(WRITE, HOUSEHOLDS)
def commit_within(
    connection: Connection, viewer: Viewer, done: Mapping[int, Sequence[Edit]], *, what: str, now: datetime
) -> list[int]:
    """The same in a transaction of the caller's, who writes more than records of households."""
    made = _commit_all(connection, viewer, done, what, now)
    if len({one.village for one in made}) > 1 and not any(one.comings for one in made):
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
    with queued(), writing(engine) as connection:
        return undo_together_within(connection, viewer, changes, now=now)


@needs(WRITE, HOUSEHOLDS)
def undo_together_within(connection: Connection, viewer: Viewer, changes: Sequence[int], *, now: datetime) -> list[int]:
    """The same in a transaction of the caller's, who takes back what else was written with them."""
    if of_a_region(connection, changes):
        raise Refused(_OF_A_REGION)
    done: list[int] = []
    made: list[_Made] = []
    for change_id in changes:
        if change_id not in done:  # with one that was taken back before
            made += _undo(connection, viewer, change_id, now, done)
    ids = dict(zip(done, _shown(connection, made, now), strict=True))
    return [ids[change_id] for change_id in changes]


@needs(WRITE, HOUSEHOLDS)
def undo_within(connection: Connection, viewer: Viewer, change_id: int, *, now: datetime) -> None:
    """Take back a change and those made with it in a transaction of the caller's, who takes back what else was written
    with them."""
    _shown(connection, _undo(connection, viewer, change_id, now, []), now)


def of_a_region(connection: Connection, changes: Iterable[int]) -> set[int]:
    """Those of the changes that were made, or taken back, with a village's end (``data.villages``)."""
    one = model.region_change.c
    same = and_(one.at == change.c.at, one.actor == change.c.actor, one.what == change.c.what)
    asked = select(change.c.id).join(model.region_change, same).where(change.c.id.in_(list(changes)))
    return set(connection.execute(asked).scalars())


def _undo(connection: Connection, viewer: Viewer, change_id: int, now: datetime, done: list[int]) -> "list[_Made]":
    """Take a change back, and those made with it; adds their ids to ``done``, in the order of what is returned."""
    held = connection.execute(select(change).where(change.c.id == change_id)).mappings().first()
    if held is None:
        raise NotFound(NO_SUCH_HOUSEHOLD)
    cube.hold(connection)
    row_of(connection, viewer, held["household_id"], lock=True)
    if connection.execute(select(change.c.id).where(change.c.undoes == change_id)).first():
        raise Refused("这次修改已经撤销过了。")
    rows = {row["household_id"]: row for row in _with_it(connection, held)}
    stood = {id: _of_today(connection, edits_of(row["edits"])) for id, row in rows.items()}
    if any(map(of_a_plan, stood.values())):
        raise Refused(_NOT_ALONE)
    if any(edit.table == "episode" for some in stood.values() for edit in some):
        raise Refused(_OF_A_CASE)
    for edit in (edit for some in stood.values() for edit in some):
        check_approval(viewer, edit.table, edit.key, edit.before, edit.after)
    edits = {id: _taken_back(some) for id, some in stood.items()}
    what = held["what"]
    what = f"恢复：{what[3:]}" if what.startswith("撤销：") else f"撤销：{what.removeprefix('恢复：')}"
    done += [row["id"] for row in rows.values()]
    try:
        return _commit_all(connection, viewer, edits, what, now, undoes={id: row["id"] for id, row in rows.items()})
    except (Conflict, IntegrityError) as error:  # the latter: a record of later hangs on what is to go
        raise Refused(CHANGED_SINCE) from error


def _with_it(connection: Connection, held: RowMapping) -> Sequence[RowMapping]:
    """The changes that were written at once with this one where somebody came or went, the last first."""
    if not _comes_or_goes(edits_of(held["edits"])):
        return [held]
    same = and_(*(change.c[name] == held[name] for name in ("at", "actor", "what")))
    rows = connection.execute(select(change).where(same).order_by(change.c.id.desc())).mappings().all()
    return [row for row in rows if _comes_or_goes(edits_of(row["edits"]))]


def _comes_or_goes(edits: Sequence[Edit]) -> bool:
    return any(edit.table in COMINGS for edit in edits)


@contextmanager
def queued() -> Iterator[None]:
    """A store that somebody else holds for longer than a user waits (an import) is said to be busy."""
    try:
        yield
    except OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise Refused("系统正在写入大批数据（如导入），请过一两分钟再保存；这次没有写入。") from error


def kept(edits: Sequence[Edit]) -> str:
    """Edits as a history keeps them; ``edits_of`` reads them again."""
    return json.dumps([vars(edit) for edit in edits], ensure_ascii=False)


def edits_of(kept: str) -> list[Edit]:
    """The edits of a row of ``change``."""
    return [_with_keys(Edit(**edit)) for edit in json.loads(kept)]


def _with_keys(edit: Edit) -> Edit:
    """A pairing that was written before it could name whom of the household it is with."""
    return replace(edit, key={"member": "", **edit.key}) if edit.table == "pairing" else edit


def of_a_plan(edits: Sequence[Edit]) -> bool:
    """Whether a change was booked by a dividend plan, which is taken back as a whole or not at all."""
    return any(edit.table == OF_A_PLAN for edit in edits)


def _taken_back(edits: Sequence[Edit]) -> list[Edit]:
    """The edits that undo these. A new household stays, since its history does: it is struck off from its first day on,
    and goes on being one that was split from another."""
    if (founded := _founding(edits)) is None:
        return [edit.reversed for edit in reversed(edits)]
    others = [edit for edit in edits if edit is not founded and edit.key.get("kind") != SPLIT]
    values = founded.after or {}
    day = min(str(day) for day in (values["collected"], values.get("identified")) if day)
    key = {"household_id": founded.key["id"], "day": day, "kind": STRUCK_OFF}
    ended = Edit("household_event", key, None, {"other": None, "reason": NEVER_MADE})
    return [*(edit.reversed for edit in reversed(others)), ended]


def _founding(edits: Sequence[Edit]) -> Edit | None:
    """The edit that makes the household, where these do."""
    return next((edit for edit in edits if edit.table == "household" and edit.before is None), None)


def _of_today(connection: Connection, edits: Sequence[Edit]) -> list[Edit]:
    """The edits with the kinds of measure that stand in place of those of the first edition."""
    return [_with_kind(connection, edit) if edit.table == measure.name else edit for edit in edits]


def _with_kind(connection: Connection, edit: Edit) -> Edit:
    stands = connection.execute(select(measure.c.category).where(_at(measure, edit.key))).scalar()

    def of_today(side: Values | None) -> Values | None:
        renew = side is not None and "category" in side and same_kind(side["category"], stands)
        return {**side, "category": stands} if side is not None and renew else side

    return replace(edit, before=of_today(edit.before), after=of_today(edit.after))


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
    together: Collection[int],
    undoes: int | None,
) -> "_Made":
    """``together``: the households that are written to at once, between whom members may go over."""
    new = _founding(edits)
    owner = row_of(connection, viewer, id, lock=True) if new is None else _owner_to_be(viewer, id, new)
    edits = [_complete(connection, edit, owner, together) for edit in edits]
    _check_village(connection, viewer, edits)
    edits = [part for edit in edits for part in (*_detached(connection, edit, now), edit) if part.before != part.after]
    if not edits:
        raise Refused("没有需要保存的改动。")
    _compare(connection, id, edits, together)
    for edit in edits:
        if undoes is None:  # of what is taken back it was asked before
            check_approval(viewer, edit.table, edit.key, edit.before, edit.after)
        if edit.after is not None:
            check_values(connection, edit.table, edit.key, edit.after)
            if edit.table == "ledger":
                month = edit.key["month"]
                assert isinstance(month, int)
                check_booked(connection, id, month, edit.after)
            check_references(connection, edit.table, edit.after, id)  # to what an edit before it has written, too
        if edit.key.get("member") and _household_of(connection, edit.key["member"]) not in together:
            raise NotFound(NO_SUCH_HOUSEHOLD)
        _write(connection, edit)
    (made,) = write_history(connection, viewer, {id: edits}, what=what, now=now, undoes=undoes)
    counted = any(edit.table in COUNTED for edit in edits)
    before = str(owner["village"])
    village = next((str(edit.after["village"]) for edit in edits if _moves(edit) and edit.after), before)
    return _Made(made, id, village, counted, _comes_or_goes(edits), frozenset({before, village}))


def _commit_all(
    connection: Connection,
    viewer: Viewer,
    done: Mapping[int, Sequence[Edit]],
    what: str,
    now: datetime,
    *,
    undoes: Mapping[int, int] = MappingProxyType({}),
) -> "list[_Made]":
    cube.hold(connection)
    before = _stood(connection, done)
    made = [
        _commit(connection, viewer, id, edits, what, now, together=done.keys(), undoes=undoes.get(id))
        for id, edits in done.items()
    ]
    settle_households(connection, [id for id, edits in done.items() if any(map(tells_of_watch, edits))], now)
    return [replace(one, villages=before[one.household] | one.villages) for one in made]


def _stood(connection: Connection, households: Iterable[int]) -> dict[int, frozenset[str]]:
    """Where the households, and those that their members were of before, stand or stood: whose figures they move."""
    return {id: frozenset(connection.execute(text(_STOOD), {"household": id}).scalars()) for id in households}


_STOOD = """
    SELECT village FROM state_spell WHERE household_id = :household OR household_id IN
        (SELECT w.household_id FROM member_spell w JOIN member p ON p.code = w.member WHERE p.household_id = :household)
    """


def _owner_to_be(viewer: Viewer, id: int, new: Edit) -> Values:
    """The row of a household that is to be made. Raises OutOfScope where its village is not the viewer's."""
    assert new.after is not None
    if viewer.sees_own_only:
        raise OutOfScope("建立新户")
    return {"id": id, "village": viewer.narrowed(str(new.after["village"]))}


def _moves(edit: Edit) -> bool:
    """Whether it says of which village a household is."""
    return edit.table == "household" and "village" in {*(edit.before or {}), *(edit.after or {})}


def _check_village(connection: Connection, viewer: Viewer, edits: Sequence[Edit]) -> None:
    """Raises OutOfScope where a household would go where the viewer has no say, Refused where it would go back to a
    village that is no more."""
    for edit in edits:
        if _moves(edit) and edit.before is not None and edit.after is not None:
            if not any(other.table == "household_move" for other in edits):
                raise ValueError("a household moves by its history")
            code, table = viewer.narrowed(str(edit.after["village"])), model.region.c
            gone = select(table.name, table.closed).where(table.code == code, table.closed.is_not(None))
            if (village := connection.execute(gone).first()) is not None:
                raise Refused(f"{village.name}已于 {village.closed} 撤销，不能再迁入。")


def _household_of(connection: Connection, member: object) -> int | None:
    table = metadata.tables["member"].c
    return connection.execute(select(table.household_id).where(table.code == member)).scalar()


@dataclass(frozen=True)
class _Made:
    """A change that was written: its id, of whom, where that household is now, whether the cube counts what it changed,
    whether anybody came or went, and which ``villages`` it concerns."""

    change: int
    household: int
    village: str
    counted: bool
    comings: bool
    villages: frozenset[str] = frozenset()


def _shown(connection: Connection, made: Sequence[_Made], now: datetime) -> list[int]:
    """Have every figure show what was written, and every rule ask what it says."""
    counted = {village for one in made if one.counted for village in one.villages}
    homes = {one.village for one in made}
    for village in sorted(counted, key=lambda code: (code not in homes, code)):  # the others' months go by books there
        cube.refresh(connection, village, now)
    for village in sorted({one.village for one in made} - counted):
        cube.stamp(connection, now, village)
    recheck(connection, {one.household for one in made}, now)
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
    rows = [{"household_id": id, "edits": kept(edits), **same} for id, edits in done.items()]
    if not rows:
        return []
    made = list(connection.execute(insert(change).returning(change.c.id), rows).scalars())
    audit.wrote(connection, "change", made, actor=viewer.actor, view="change", now=now)
    events = [int(str(edit.key["id"])) for edits in done.values() for edit in edits if edit.table == life_event.name]
    if events:
        whose = next(iter(done)) if len(done) == 1 else None
        by = viewer.actor
        audit.wrote(connection, life_event.name, events, actor=by, view="change", household=whose, now=now)
    return made


def _complete(
    connection: Connection, edit: Edit, owner: Mapping[str, object] | RowMapping, together: Collection[int]
) -> Edit:
    """With the household's own keys, and in the one form that ledger rows have; raises ValueError for other tables."""
    if edit.table not in TABLES:
        raise ValueError(f"not a table of a household: {edit.table}")
    if edit.table == "household":
        if edit.after is None or (edit.before is not None and {"id", "code"} & {*edit.before, *edit.after}):
            raise ValueError("a household is neither taken away nor called otherwise")
        return replace(edit, key={"id": owner["id"]})
    if edit.table in BOOKS:
        names = dict.fromkeys([*(edit.before or {}), *(edit.after or {})])
        before, after = ({name: (side or {}).get(name) for name in names} for side in (edit.before, edit.after))
        return Edit(edit.table, {**edit.key, "household_id": owner["id"]}, before, after)
    if "household_id" in metadata.tables[edit.table].primary_key.columns:
        return replace(edit, key={**edit.key, "household_id": owner["id"]})
    if edit.table == "member_fact":
        return edit
    if edit.table == "member" and edit.before and edit.after and edit.after.get("household_id") in together:
        return edit
    own = {"household_id": owner["id"]} | ({"region": owner["village"]} if edit.table == "problem" else {})
    if edit.before is not None and edit.after is not None and own.keys() & edit.after.keys():
        raise ValueError("a record stays with its household")
    if edit.before is None and edit.after is not None:
        return replace(edit, key=edit.key or _next_id(connection, edit.table), after={**edit.after, **own})
    return edit


def _next_id(connection: Connection, name: str) -> Values:
    return {"id": connection.execute(select(func.coalesce(func.max(metadata.tables[name].c.id), 0) + 1)).scalar_one()}


def _compare(connection: Connection, id: int, edits: Sequence[Edit], together: Collection[int]) -> None:
    """Raises Conflict where anything stands otherwise than its edit has it, NotFound for another household's record."""
    if _founding(edits) and connection.execute(select(model.household.c.id).where(model.household.c.id == id)).first():
        raise Conflict([_TAKEN], None, None, ())  # nothing of the other one, who may be out of the editor's sight
    rebased: list[Edit] = []
    found: list[Difference] = []
    gone = False
    for edit in edits:
        stands = _standing(connection, id, edit, together)
        if stands != edit.before:
            found += record_words.differences(edit.table, edit.key, edit.before, stands)
            gone |= stands is None
        rebased.append(replace(edit, before=stands))
    if any(edit.before != other.before for edit, other in zip(edits, rebased, strict=True)):
        who, at = last_change(connection, id, edits)
        raise Conflict(found, who, at, None if gone else tuple(rebased))


def _standing(connection: Connection, id: int, edit: Edit, together: Collection[int]) -> Values | None:
    """What stands of the edit's columns; None where there is no such record. A member, and what is known of him, may be
    of any of the households that are written to ``together``."""
    table = metadata.tables[edit.table]
    names = list(dict.fromkeys([*(edit.before or {}), *(edit.after or {})]))
    owner = table.c[{"household": "id", "member_fact": "member"}.get(edit.table, "household_id")]
    row = connection.execute(select(owner.label("owner_id"), table).where(_at(table, edit.key))).mappings().first()
    if row is None:
        return dict.fromkeys(names) if edit.table in BOOKS else None
    whose = _household_of(connection, row["owner_id"]) if edit.table == "member_fact" else row["owner_id"]
    if whose not in (together if edit.table in ("member", "member_fact") else (id,)):
        raise NotFound(NO_SUCH_HOUSEHOLD)
    return {name: row[name] for name in names}


def last_change(connection: Connection, id: int, edits: Sequence[Edit]) -> tuple[str | None, str | None]:
    """Who (a ``Viewer.actor``) changed one of these records of a household last, and when; None: came otherwise."""
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
    if edit.table in BOOKS:
        return _write_amounts(connection, table, edit)
    if edit.after is None:
        connection.execute(table.delete().where(here))
    elif edit.before is None:
        connection.execute(table.insert().values({**edit.key, **stored_form(edit.table, edit.after)}))
    else:
        connection.execute(table.update().where(here).values(stored_form(edit.table, edit.after)))
    if table is problem:  # what was written before there were steps may be taken back
        connection.execute(text(settled(problem.name, "code = :code")), {"code": edit.key["code"]})
    if _moves(edit):
        for follows in followed("h.id = :household"):
            connection.execute(text(follows), {"household": edit.key["id"]})
    if table is measure and edit.after is not None:  # what was taken away before may come back under its old kind
        connection.execute(text(renewed(measure.name, "code = :code")), {"code": edit.key["code"]})
    return None


def _write_amounts(connection: Connection, books: Table, edit: Edit) -> None:
    """A month, or year, without any amount has no row, so that it does not count as one on record."""
    here, amounts = _at(books, edit.key), edit.after or {}
    if connection.execute(select(books.c.household_id).where(here)).first() is None:
        first = {"first_month": year_span(edit.key)[0]} if books.name == "ledger_year" else {}
        connection.execute(books.insert().values({**edit.key, **first, **amounts}))
    else:
        connection.execute(books.update().where(here).values(amounts))
    empty = and_(*(column.is_(None) for column in books.c if column.name.endswith("_fen")))
    connection.execute(books.delete().where(here, empty))


def _at(table: Table, key: Values) -> ColumnElement[bool]:
    if set(key) != {column.name for column in table.primary_key}:
        raise ValueError(f"not the key of {table.name}: {', '.join(key)}")
    return and_(*(table.c[name] == value for name, value in key.items()))
