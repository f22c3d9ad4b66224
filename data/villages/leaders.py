"""Who leads a region, named and ended by hand: checked, written whole with history, taken back.

Somebody who goes is ended, not taken away: who led on a day stays known. What is typed comes as text, by the columns of
the sheet 区划负责人; who may name leaders does so for his own region and what lies within it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, and_, select

from data.access.actors import actor_name
from data.access.rights import needs
from data.access.roles import APPROVE, DUTIES, READ
from data.access.viewer import Viewer, within
from data.duties.leaders import names_leaders
from data.duties.persons import persons_of_leaders
from data.errors import NotFound, Refused
from data.figures import cube
from data.households.edits import Edit, edits_of, queued
from data.households.fields import Unfit, read_fields
from data.households.words import Values
from data.model import helper, leader, region, region_change
from data.people.words import phone_form
from data.store.engine import writing
from data.villages.edits import LEADER, Done, apply_edit, deed_to_undo, note
from data.workbook.sheets import LEADER as SHEET_NAME
from data.workbook.sheets import SHEET

KEY = tuple(column.name for column in leader.primary_key)
FIELDS = ("post", "name", "helper", "unit", "phone", "started", "ended")
"""What is typed of a leader, columns of ``leader``."""
PAGE = 20
_HEADING = {column.name: column.heading for column in SHEET[SHEET_NAME].columns}


@dataclass(frozen=True)
class Term:
    """Which leader is meant: the key of his row."""

    region: str
    post: str
    name: str
    started: str


@needs(APPROVE, DUTIES)
def appoint(
    engine: Engine,
    viewer: Viewer,
    code: str,
    typed: Mapping[str, str | None],
    *,
    instead: Term | None = None,
    address: str = "",
    now: datetime,
) -> int:
    """Somebody leads a region from a day on; returns the id of what was done. ``typed``: FIELDS → text; who is a helper
    needs no name, unit or telephone. ``instead``: who held the post, whose last day is the one before.

    Raises OutOfScope and NotFound for the region, Unfit for a field, Refused for who holds the post already.
    """
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        place = _place(connection, viewer, code)
        new = _read(connection, code, typed, now.date())
        edits = [Edit("leader", _key(new), None, _rest(new))]
        if instead is not None:
            held = _held(connection, viewer, instead)
            last = (date.fromisoformat(str(new["started"])) - timedelta(days=1)).isoformat()
            edits.insert(0, _ending(held, last))
        _alone(connection, new)
        what = f"{place}{new['post']}：{new['name']}（{new['started']} 起）"
        if instead is not None:
            what += f"，接替{instead.name}"
        return _write(connection, viewer, code, what, f"{code} {new['post']} 任", edits, address, now)


@needs(APPROVE, DUTIES)
def end(engine: Engine, viewer: Viewer, term: Term, day: str, *, address: str = "", now: datetime) -> int:
    """Somebody leads up to a day, which still counts; raises as :func:`appoint`, and NotFound for who is none."""
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        place, held = _place(connection, viewer, term.region), _held(connection, viewer, term)
        read = read_fields("leader", {"started": term.started, "ended": day}, today=now.date())
        if read["ended"] is None:
            raise Unfit(_HEADING["ended"], "必填，请填写")
        what = f"{place}{term.post}：{term.name}至 {read['ended']} 止"
        edits = [_ending(held, str(read["ended"]))]
        return _write(connection, viewer, term.region, what, f"{term.region} {term.post} 免", edits, address, now)


@needs(APPROVE, DUTIES)
def correct(
    engine: Engine, viewer: Viewer, term: Term, typed: Mapping[str, str | None], *, address: str = "", now: datetime
) -> int:
    """What was written of somebody was wrong; ``typed`` as in :func:`appoint`, all of FIELDS. Raises the same."""
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        place, held = _place(connection, viewer, term.region), _held(connection, viewer, term)
        new = _read(connection, term.region, typed, now.date())
        before = _rest(held)
        if _key(new) == _key(held):
            edits = [Edit("leader", _key(held), before, _rest(new))]
        else:
            edits = [Edit("leader", _key(held), before, None), Edit("leader", _key(new), None, _rest(new))]
            _alone(connection, new)
        if edits[0].before == edits[0].after:
            raise Refused("没有改动。")
        what = f"更正{place}{new['post']}：{new['name']}"
        return _write(connection, viewer, term.region, what, f"{term.region} {new['post']} 更正", edits, address, now)


@needs(APPROVE, DUTIES)
def undo(engine: Engine, viewer: Viewer, id: int, *, address: str = "", now: datetime) -> int:
    """Take back what was done, as something done; raises NotFound, and Refused where it stands otherwise by now."""
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        held = deed_to_undo(connection, viewer, id, LEADER)
        back = [edit.reversed for edit in reversed(edits_of(held["edits"]))]
        what = f"撤销：{held['what']}"
        return _write(connection, viewer, held["region"], what, f"{held['region']} 撤销", back, address, now, undoes=id)


@needs(READ, DUTIES)
def leader_changes(connection: Connection, viewer: Viewer, code: str, *, limit: int = PAGE) -> list[Done]:
    """What was done by hand to who leads a region or what lies in it, the newest first."""
    here = within(region_change.c.region, viewer.narrowed(code))
    asked = select(region_change).where(here, region_change.c.kind == LEADER)
    rows = connection.execute(asked.order_by(region_change.c.id.desc()).limit(limit)).all()
    undone = set(
        connection.execute(select(region_change.c.undoes).where(region_change.c.undoes.in_([row.id for row in rows])))
        .scalars()
        .all()
    )
    names = {actor: actor_name(connection, actor) for actor in {row.actor for row in rows}}
    return [
        Done(row.id, row.at, names[row.actor], row.what, row.id in undone or row.undoes is not None) for row in rows
    ]


def _place(connection: Connection, viewer: Viewer, code: str) -> str:
    """The name of a region that stands and is the viewer's."""
    row = connection.execute(
        select(region.c.name, region.c.closed).where(region.c.code == viewer.narrowed(code))
    ).first()
    if row is None:
        raise NotFound(f"没有代码为“{code[:20]}”的区划，请从列表中选择。")
    if row.closed is not None:
        raise Refused(f"{row.name}已于 {row.closed} 撤销，不再任命负责人。")
    return str(row.name)


def _read(connection: Connection, code: str, typed: Mapping[str, str | None], today: date) -> Values:
    """The row of a leader from what was typed; a helper's name, unit and telephone are his own where none are."""
    text = {name: typed.get(name) for name in FIELDS}
    if number := (text["helper"] or "").strip():
        who = connection.execute(select(helper).where(helper.c.code == number)).mappings().first()
        if who is None:
            raise Unfit(_HEADING["helper"], f"没有编号为“{number[:30]}”的帮扶责任人")
        text |= {name: (text[name] or "").strip() or who[name] for name in ("name", "unit", "phone")}
    found = {"region": code, **read_fields("leader", text, today=today)}
    if found["phone"] is not None:
        try:
            found["phone"] = phone_form(str(found["phone"]))
        except Refused as error:
            raise Unfit(_HEADING["phone"], str(error)) from error
    return found


def _held(connection: Connection, viewer: Viewer, term: Term) -> Values:
    key = {"region": viewer.narrowed(term.region), "post": term.post, "name": term.name, "started": term.started}
    asked = select(leader).where(and_(*(leader.c[name] == value for name, value in key.items())))
    held = connection.execute(asked).mappings().first()
    if held is None:
        raise NotFound("没有这位负责人，请从名单中选择。")
    return dict(held)


def _alone(connection: Connection, new: Values) -> None:
    """Raises Refused where he holds the post on that day already."""
    same = and_(*(leader.c[name] == new[name] for name in ("region", "post", "name")))
    for held in connection.execute(select(leader.c.started, leader.c.ended).where(same)):
        if str(new["started"]) <= (held.ended or "9999") and held.started <= str(new["ended"] or "9999"):
            raise Refused(f"{new['name']}从 {held.started} 起已任{new['post']}，没有重复写入。")


def _ending(held: Values, day: str) -> Edit:
    if day < str(held["started"]):
        raise Refused(f"{held['name']}从 {held['started']} 起任职，结束日期不能早于那天。")
    return Edit("leader", _key(held), {"ended": held["ended"]}, {"ended": day})


def _key(row: Mapping[str, object]) -> Values:
    return {name: row[name] for name in KEY}


def _rest(row: Mapping[str, object]) -> Values:
    return {name: row[name] for name in ("ended", "helper", "unit", "phone")}


def _write(
    connection: Connection,
    viewer: Viewer,
    code: str,
    what: str,
    told: str,
    edits: Sequence[Edit],
    address: str,
    now: datetime,
    *,
    undoes: int | None = None,
) -> int:
    """Write the edits with their history; the log tells the post and no name."""
    begun = names_leaders(connection, code)
    for edit in edits:
        apply_edit(connection, edit)
    made = note(connection, viewer, code, what, edits, address, now, undoes=undoes, kind=LEADER, told=told)
    persons_of_leaders(connection, now)
    alone = begun and names_leaders(connection, code)  # from the county's first on, posts are vacant everywhere in it
    cube.stamp(connection, now, *([code] if alone else []))
    return made
