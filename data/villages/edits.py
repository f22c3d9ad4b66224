"""A village's end, its merging into another, a region's new name: checked, written whole with history, taken back.

Nothing is taken away: the village stands as it was in the months before its last day. Its households get a row of
``household_move``, its matters one of ``matter_move``; what is bound to it follows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, func, insert, or_, select, update

from data import model
from data.access.actors import actor_name
from data.access.rights import needs
from data.access.roles import ADMINISTER, SETTINGS
from data.access.viewer import Viewer, within
from data.audit import log as audit
from data.clock import written
from data.errors import NotFound, Refused
from data.figures import cube
from data.households.edits import CHANGED_SINCE, Edit, commit_within, edits_of, kept, queued, undo_within
from data.households.histories import moved
from data.households.words import Values
from data.model import change, metadata, region_change
from data.people.accounts import log_change
from data.people.words import plain_words
from data.rules.recheck import recheck_matters
from data.store.engine import writing
from data.store.rows import written_id
from data.villages.moving import BOUND, MATTERS, Moving, moving

COUNTY, TOWNSHIP, VILLAGE = 6, 9, 12
OF_VILLAGES, LEADER = "village", "leader"
"""Kinds of what is done to regions: the villages themselves; who leads (``data.villages.leaders``)."""
LONGEST_NAME = 30
_region = model.region
_OTHERWISE = "核对期间这个村的户或事项有了变动，没有办理。请看过新的清单再确认。"


@dataclass(frozen=True)
class Deed:
    """What is to be done to a region, not done yet: in words, what moves with it and where to, the ``edits`` of all
    but households, and of each household its own."""

    what: str
    region: str
    edits: tuple[Edit, ...]
    into: str | None = None
    moving: Moving | None = None
    homes: Mapping[int, Sequence[Edit]] | None = None


@dataclass(frozen=True)
class Done:
    """A deed that was done: when (ISO), who, what; ``undone``: it was taken back, or takes one back itself."""

    id: int
    at: str
    who: str
    what: str
    undone: bool


@needs(ADMINISTER, SETTINGS)
def merges(connection: Connection, viewer: Viewer, village: str, into: str, *, day: str, today: date) -> Deed:
    """A village goes over to another of its county from the day on, with all that is its."""
    row = _standing(connection, viewer, village, "撤销的村")
    if not into:
        raise Refused("请选择并入哪个村。")
    if into == village:
        raise Refused("不能并入自己，请另选一个村。")
    other = _standing(connection, viewer, into, "并入的村")
    if village[:COUNTY] != into[:COUNTY]:
        raise Refused(f"{other['name']}不在本县，只能并入本县的村。")
    since = _day(day, today, row, other)
    _nothing_later(connection, village, since)
    what = f"撤并：{row['name']}并入{other['name']}（{since}）"
    follows = [edit for edit, _ in _going_over(connection, BOUND, village, into)]
    edits = (_closing(row, since, into), *_matters(connection, village, into, since), *follows)
    homes = _homes(connection, village, into, since, f"{row['name']}并入{other['name']}")
    return Deed(what, village, edits, into, moving(connection, viewer, village), homes)


@needs(ADMINISTER, SETTINGS)
def ends(connection: Connection, viewer: Viewer, village: str, *, day: str, today: date) -> Deed:
    """A village without anybody is no more from the day on."""
    row = _standing(connection, viewer, village, "撤销的村")
    since = _day(day, today, row)
    held = moving(connection, viewer, village)
    if held.open:
        told = "、".join(
            f"{one.number} {one.unit}{one.told if one.what != '户' else ''}{one.what}" for one in held.open
        )
        raise Refused(f"{row['name']}还有 {told}，不能直接撤销；请改用“撤并”，并入接收的村。")
    _nothing_later(connection, village, since)
    return Deed(f"村撤销：{row['name']}（{since}）", village, (_closing(row, since, None),), moving=held)


@needs(ADMINISTER, SETTINGS)
def renames(connection: Connection, viewer: Viewer, region: str, name: str, *, day: str, today: date) -> Deed:
    """A village or a township is called otherwise from the day on."""
    row = _standing(connection, viewer, region, "更名的村或乡镇", lengths=(TOWNSHIP, VILLAGE))
    called = plain_words(name, "新名称", LONGEST_NAME)
    if called == row["name"]:
        raise Refused(f"现在就叫{called}，没有改动。")
    same = select(_region.c.code).where(
        _region.c.parent == row["parent"], _region.c.name == called, _region.c.closed.is_(None)
    )
    if connection.execute(same).first() is not None:
        raise Refused(f"同一{'乡镇' if len(region) == VILLAGE else '县'}已有{called}，请换一个名称。")
    since = _day(day, today, row)
    after = {"name": called, "former_name": row["name"], "renamed": since}
    edit = Edit("region", {"code": region}, _of(row, *after), {**after})
    return Deed(f"更名：{row['name']}改为{called}（{since}）", region, (edit,))


@needs(ADMINISTER, SETTINGS)
def carry_out(engine: Engine, viewer: Viewer, shown: Deed, *, today: date, address: str = "", now: datetime) -> int:
    """Write a deed as it was shown, in one transaction; returns its id. Raises Refused where something has changed
    since it was shown."""
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        if shown.moving is not None:  # who came to the village meanwhile would be left behind
            day = str((shown.edits[0].after or {})["closed"])
            made = partial(ends, connection, viewer, shown.region)
            if shown.into is not None:
                made = partial(merges, connection, viewer, shown.region, shown.into)
            if made(day=day, today=today) != shown:
                raise Refused(_OTHERWISE)
        return _write(connection, viewer, shown, address, now)


@needs(ADMINISTER, SETTINGS)
def take_back(engine: Engine, viewer: Viewer, id: int, *, address: str = "", now: datetime) -> int:
    """Take a deed back, as a new one; returns its id. Raises NotFound, and Refused with what stands against it: a later
    deed about the same regions, a household or matter that has gone on since."""
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        held = deed_to_undo(connection, viewer, id, OF_VILLAGES)
        edits = edits_of(held["edits"])
        closing = next(edit.after or {} for edit in edits if edit.table == "region")
        into = closing.get("merged_into")
        concerned = [held["region"], *([str(into)] if into else [])]
        _none_later(connection, held, concerned)
        same = and_(*(change.c[name] == held[name] for name in ("at", "actor", "what")))
        changes = connection.execute(select(change.c.id, change.c.household_id).where(same)).all()
        _still_there(connection, [row.household_id for row in changes], into)
        back = [
            back
            for back in (edit.reversed for edit in reversed(edits))
            if back.table not in BOUND or _stands(connection, back)
        ]
        for edit in back:
            apply_edit(connection, edit)
        made = note(connection, viewer, held["region"], f"撤销：{held['what']}", back, address, now, undoes=id)
        if changes:
            undo_within(connection, viewer, changes[0].id, now=now)
        else:
            _count_anew(connection, concerned[::-1] if into else [], now)
        recheck_matters(connection, None, now)
        cube.stamp(connection, now)
        return made


@needs(ADMINISTER, SETTINGS)
def deeds(connection: Connection, viewer: Viewer) -> list[Done]:
    """What was done to the viewer's regions, the newest first."""
    of_villages = region_change.c.kind == OF_VILLAGES
    asked = select(region_change).where(of_villages, within(region_change.c.region, viewer.region))
    rows = connection.execute(asked.order_by(region_change.c.id.desc())).all()
    undone = {row.undoes for row in rows}
    names = {actor: actor_name(connection, actor) for actor in {row.actor for row in rows}}
    return [
        Done(row.id, row.at, names[row.actor], row.what, row.id in undone or row.undoes is not None) for row in rows
    ]


def _write(connection: Connection, viewer: Viewer, deed: Deed, address: str, now: datetime) -> int:
    for edit in deed.edits:
        apply_edit(connection, edit)
    made = note(connection, viewer, deed.region, deed.what, deed.edits, address, now)
    if deed.homes:
        commit_within(connection, viewer, deed.homes, what=deed.what, now=now)
    elif deed.into is not None:
        _count_anew(connection, [deed.into, deed.region], now)
    if deed.into is not None:
        recheck_matters(connection, None, now)
    cube.stamp(connection, now)  # the tree is another for everybody
    return made


def _count_anew(connection: Connection, villages: Sequence[str], now: datetime) -> None:
    for village in villages:
        cube.refresh(connection, village, now)


def note(
    connection: Connection,
    viewer: Viewer,
    region: str,
    what: str,
    edits: Sequence[Edit],
    address: str,
    now: datetime,
    *,
    undoes: int | None = None,
    kind: str = OF_VILLAGES,
    told: str | None = None,
) -> int:
    """Enter a deed into the history and the log, with a line for each account and display that follows. ``told``: what
    the log says, where ``what`` names a person."""
    row: Values = {
        "region": region, "at": written(now), "actor": viewer.actor, "what": what, "undoes": undoes,
        "edits": kept(edits), "kind": kind,
    }  # fmt: skip
    made = written_id(connection.execute(insert(region_change).values(row)))
    audit.wrote(
        connection,
        "region_change",
        [made],
        actor=viewer.actor,
        view="region" if kind == OF_VILLAGES else kind,
        detail=told or what,
        address=address,
        now=now,
    )
    for edit in (edit for edit in edits if edit.table in BOUND):
        (key,) = (int(str(value)) for value in edit.key.values())
        if edit.table == "account":
            raised = {"version": model.account.c.version + 1, "changed": written(now)}
            connection.execute(update(model.account).where(model.account.c.person_id == key).values(raised))
            log_change(connection, viewer.actor, "account", key, what, {"now": now, "address": address})
        else:
            view = "device" if edit.table == "device" else "trouble"
            audit.wrote(
                connection, edit.table, [key], actor=viewer.actor, view=view, detail=what, address=address, now=now
            )
    return made


def _standing(
    connection: Connection, viewer: Viewer, code: str, what: str, *, lengths: Sequence[int] = (VILLAGE,)
) -> RowMapping:
    """The row of a region that may be chosen; raises NotFound, OutOfScope, Refused."""
    if not code:
        raise Refused(f"请选择{what}。")
    row = connection.execute(select(_region).where(_region.c.code == viewer.narrowed(code))).mappings().first()
    if row is None:
        raise NotFound(f"没有代码为“{code[:20]}”的区划，请从列表中选择。")
    if len(code) not in lengths:
        raise Refused(f"{row['name']}不是{'村' if lengths == (VILLAGE,) else '村或乡镇'}，请另选。")
    if row["closed"] is not None:
        raise Refused(f"{row['name']}已于 {row['closed']} 撤销，请选现在还在的村。")
    return row


def _day(typed: str, today: date, row: RowMapping, into: RowMapping | None = None) -> str:
    """The day of a deed; raises Refused for none, one to come, and one before a region was there or called as it is."""
    try:
        day = date.fromisoformat(typed).isoformat()
    except ValueError:
        raise Refused("请填写日期。") from None
    if day > today.isoformat():
        raise Refused("日期在今天之后，请到那天再办。")
    begun = [(row, "opened", "启用"), (row, "renamed", "更名"), *([(into, "opened", "启用")] if into else [])]
    for one, name, told in begun:
        if one[name] is not None and day < one[name]:
            raise Refused(f"{one['name']}在 {one[name]} {told}，日期不能早于那天。")
    return day


def _nothing_later(connection: Connection, village: str, day: str) -> None:
    """Raises Refused where a household came to the village or left it, a matter did, or a village went over to it, on
    the day or after it."""
    table = model.household_move.c
    asked = (
        select(model.household.c.head, table.day)
        .join_from(model.household_move, model.household, model.household.c.id == table.household_id)
        .where(or_(table.origin == village, table.village == village), table.day >= day)
        .order_by(table.day.desc(), model.household.c.id)
    )
    later = connection.execute(asked).all()
    if later:
        raise Refused(f"{later[0].head}等 {len(later)} 户在 {later[0].day} 还有迁移记录，日期应在那天之后。")
    moves = model.matter_move.c
    gone = select(func.max(moves.day)).where(or_(moves.origin == village, moves.region == village), moves.day >= day)
    merged = select(func.max(_region.c.closed)).where(_region.c.merged_into == village, _region.c.closed >= day)
    for last in (connection.execute(gone).scalar(), connection.execute(merged).scalar()):
        if last is not None:
            raise Refused(f"{last} 还有别的村并入本村，日期应在那天之后。")


def _matters(connection: Connection, village: str, into: str, day: str) -> Iterator[Edit]:
    """All that is the village's and no household's goes over; so does its population, and that of what it took in."""
    for edit, key in _going_over(connection, MATTERS, village, into):
        yield edit
        yield _move(edit.table, key, day, village, into)
    moves = model.matter_move.c
    taken_in = select(moves.key).where(moves.record == "region", moves.region == village).distinct()
    for code in (village, *connection.execute(taken_in.order_by(moves.key)).scalars()):
        yield _move("region", code, day, village, into)


def _move(record: str, key: str, day: str, origin: str, region: str) -> Edit:
    return Edit("matter_move", {"record": record, "key": key, "day": day}, None, {"origin": origin, "region": region})


def _going_over(
    connection: Connection, columns: Mapping[str, str], village: str, into: str
) -> Iterator[tuple[Edit, str]]:
    """Each record of these tables that is the village's becomes the other's: the edit, and the record's key."""
    for name, column in columns.items():
        table = metadata.tables[name]
        (key,) = table.primary_key
        here = table.c[column] == village
        if name == "clue":  # those about a household go with it
            here &= table.c.household_id.is_(None)
        for (value,) in connection.execute(select(key).where(here).order_by(key)):
            yield Edit(name, {key.name: value}, {column: village}, {column: into}), str(value)


def _homes(connection: Connection, village: str, into: str, day: str, note: str) -> dict[int, list[Edit]]:
    """The move of each household, who was struck off too; on the walk they come after those of the other village."""
    table = model.household
    order = select(func.coalesce(func.max(table.c.walking_order), 0)).where(table.c.village == into)
    last = int(connection.execute(order).scalar_one())
    rows = connection.execute(select(table).where(table.c.village == village).order_by(table.c.id)).mappings()
    done = {}
    for row in rows.all():
        done[row["id"]] = moved(connection, row, into, day, note)
        if (place := row["walking_order"]) is not None:
            done[row["id"]].append(Edit("household", {}, {"walking_order": place}, {"walking_order": last + place}))
    return done


def deed_to_undo(connection: Connection, viewer: Viewer, id: int, kind: str) -> RowMapping:
    """The row of a deed of a kind that may be taken back."""
    mine = (region_change.c.kind == kind, within(region_change.c.region, viewer.region))
    here = select(region_change).where(region_change.c.id == id, *mine)
    held = connection.execute(here).mappings().first()
    if held is None or held["undoes"] is not None:
        raise NotFound("没有这项办理，请从记录中选择。")
    if connection.execute(select(region_change.c.id).where(region_change.c.undoes == id)).first() is not None:
        raise Refused("这项办理已经撤销过了。")
    return held


def _none_later(connection: Connection, held: RowMapping, concerned: Sequence[str]) -> None:
    """Raises Refused where a later deed about one of the regions still stands."""
    table = region_change
    taken_back = select(table.c.undoes).where(table.c.undoes.is_not(None))
    of_villages = (table.c.kind == OF_VILLAGES, table.c.id.not_in(taken_back))
    later = select(table).where(table.c.id > held["id"], table.c.undoes.is_(None), *of_villages)
    for row in connection.execute(later.order_by(table.c.id.desc())).mappings():
        after = next(edit.after or {} for edit in edits_of(row["edits"]) if edit.table == "region")
        if {row["region"], after.get("merged_into")} & set(concerned):
            raise Refused(f"之后还有“{row['what']}”，请先撤销那一项。")


def _still_there(connection: Connection, households: Sequence[int], into: object) -> None:
    """Raises Refused where a household has gone on to another village since."""
    table = model.household.c
    asked = select(table.head).where(table.id.in_(list(households)), table.village != into).order_by(table.id)
    if away := list(connection.execute(asked).scalars()):
        raise Refused(f"{away[0]}等 {len(away)} 户之后又迁到别的村，不能撤销。请先在这些户的档案里撤销那次迁移。")


def _closing(row: RowMapping, day: str, into: str | None) -> Edit:
    after: Values = {"closed": day, "merged_into": into}
    return Edit("region", {"code": row["code"]}, _of(row, *after), after)


def _of(row: RowMapping, *names: str) -> Values:
    return {name: row[name] for name in names}


def apply_edit(connection: Connection, edit: Edit) -> None:
    """Write one edit. Raises Refused where something else stands than it says."""
    table = metadata.tables[edit.table]
    if edit.before is None:
        connection.execute(insert(table).values({**edit.key, **(edit.after or {})}))
        return
    here = _as_before(edit)
    statement = table.delete().where(here) if edit.after is None else update(table).where(here).values(edit.after)
    if connection.execute(statement).rowcount != 1:
        raise Refused(f"{_named(connection, edit)}{CHANGED_SINCE}")


def _named(connection: Connection, edit: Edit) -> str:
    """What the record of an edit is called, to be put before a sentence about it."""
    row = connection.execute(select(metadata.tables[edit.table]).where(_keyed(edit))).mappings().first()
    name = next((row[column] for column in ("name", "title", "description") if column in row), None) if row else None
    return f"“{name}”：" if name else ""


def _stands(connection: Connection, edit: Edit) -> bool:
    """Whether what is bound to a region still is as it was left."""
    return (
        connection.execute(
            select(func.count()).select_from(metadata.tables[edit.table]).where(_as_before(edit))
        ).scalar_one()
        == 1
    )


def _as_before(edit: Edit) -> ColumnElement[bool]:
    table = metadata.tables[edit.table]
    return and_(
        _keyed(edit), *(table.c[name].is_not_distinct_from(value) for name, value in (edit.before or {}).items())
    )


def _keyed(edit: Edit) -> ColumnElement[bool]:
    table = metadata.tables[edit.table]
    return and_(*(table.c[name] == value for name, value in edit.key.items()))
