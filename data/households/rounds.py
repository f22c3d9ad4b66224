"""The visits of one helper on one day to several households of a village, written as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from data import model
from data.access.households import require
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.errors import Refused
from data.households.door import Helper, helpers_of
from data.households.edits import Edit, commit_within, queued
from data.households.entries import before_identified, visit_edit
from data.households.fields import LONG, Unfit, read_text
from data.households.walking import walked
from data.model.running import running
from data.store.engine import writing


@dataclass(frozen=True)
class Stop:
    """A household that may have been visited: its place on the walk, its head, the codes of its helpers, the day of
    the last visit."""

    id: int
    number: int
    head: str
    helpers: frozenset[str]
    last: str | None


@dataclass(frozen=True)
class Round:
    """What was written: the changes, to be taken back together, and whom it was left out of, each with why."""

    changes: tuple[int, ...]
    skipped: tuple[tuple[str, str], ...]


@needs(WRITE, HOUSEHOLDS)
def stops(connection: Connection, viewer: Viewer, village: str) -> tuple[tuple[Helper, ...], tuple[Stop, ...]]:
    """Who helps in the village, and its households that are the viewer's, as they are walked."""
    day = connection.execute(select(model.data_version.c.built)).scalar() or ""
    rows = walked(connection, viewer, village, connection.execute(select(func.max(model.month.c.month))).scalar() or 0)
    ids, s, v = [int(id) for id in rows["id"]], model.pairing, model.visit
    pairs = connection.execute(
        select(s.c.household_id, s.c.helper).where(s.c.household_id.in_(ids), running(s, day))
    ).all()
    visited = (
        select(v.c.household_id, func.max(v.c.visited)).where(v.c.household_id.in_(ids)).group_by(v.c.household_id)
    )
    last = {id: day for id, day in connection.execute(visited)}
    found = [
        Stop(id, int(number), head, frozenset(helper for one, helper in pairs if one == id), last.get(id))
        for id, number, head in zip(ids, rows["number"], rows["head"], strict=True)
    ]
    return helpers_of(connection, viewer, village, None, day), tuple(found)


@needs(WRITE, HOUSEHOLDS)
def record_round(
    engine: Engine,
    viewer: Viewer,
    village: str,
    households: Sequence[int],
    *,
    visited: str,
    occasion: str,
    done: str,
    words: Mapping[int, str],
    helper: str,
    now: datetime,
) -> Round:
    """A visit of each household, all or none: ``done`` is written of all, ``words`` behind it of the one. Left out are
    those that this helper has visited on that day already, and those identified in a later year.

    Raises Unfit for what was typed, Refused where nobody is left, NotFound for a household that is not the viewer's.
    """
    if not households:
        raise Unfit("走访的户", "还没有勾选")
    one = visit_edit(visited=visited, occasion=occasion, done=done, found="", helper=helper, now=now)
    day = str((one.after or {})["visited"])
    with queued(), writing(engine) as connection:
        built = connection.execute(select(model.data_version.c.built)).scalar() or ""
        if helper not in {known.code for known in helpers_of(connection, viewer, village, None, built)}:
            raise Unfit("走访人", "不是本村的帮扶责任人，请从名单中选择")
        require(connection, viewer, households)
        skipped = _skipped(connection, households, helper, day)
        left = {id: [_with(one, done, words.get(id, ""), now)] for id in dict.fromkeys(households) if id not in skipped}
        told = tuple(skipped.values())
        if not left:
            raise Refused(f"勾选的户都不能记：{'；'.join(f'{head}{why}' for head, why in told)}。")
        changes = commit_within(connection, viewer, left, what=f"批量记走访（{day}）", now=now)
    return Round(tuple(changes), told)


def _with(one: Edit, done: str, own: str, now: datetime) -> Edit:
    said = read_text("单独说明", own, most=LONG // 2)
    after = one.after or {}
    return visit_edit(
        visited=str(after["visited"]),
        occasion=str(after["occasion"]),
        done="\n".join(filter(None, (done, said))),
        found="",
        helper=str(after["helper"]),
        now=now,
    )


def _skipped(connection: Connection, households: Sequence[int], helper: str, day: str) -> dict[int, tuple[str, str]]:
    """Household → its head and why it is left out."""
    h, v = model.household, model.visit
    there = connection.execute(
        select(v.c.household_id).where(v.c.household_id.in_(households), v.c.helper == helper, v.c.visited == day)
    )
    again = set(there.scalars())
    found = {}
    for row in connection.execute(select(h.c.id, h.c.head, h.c.identified).where(h.c.id.in_(households))):
        why = "当天已有这位责任人的走访" if row.id in again else before_identified(row.identified, day)
        if why:
            found[row.id] = (row.head, why)
    return found
