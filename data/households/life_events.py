"""What calls for a visit and stands in no register of members (升学, 住院, 意外, 节日): entered for one household, of a
festival for all that are helped in a region."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, text, update

from data.access.rights import needs
from data.access.roles import APPROVE, DUTIES, HOUSEHOLDS, WRITE
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.clock import written
from data.errors import Refused
from data.figures import cube
from data.figures.sources import HELPED_SQL
from data.figures.states import standing
from data.households.edits import Edit, commit, queued, write_history
from data.households.entries import Saved
from data.households.fields import LONG, Unfit, read_field, read_text
from data.households.words import Values
from data.model import life_event
from data.store.batches import batches
from data.store.engine import writing
from data.terms import MUST_VISITS

TOLD_BY_MEMBERS = ("born", "died", "wed")
"""Of these the register of members tells."""
ENTERED = tuple(kind for kind in MUST_VISITS if kind not in TOLD_BY_MEMBERS)
FESTIVAL = ENTERED[-1]


@dataclass(frozen=True)
class Entered:
    """What was entered, or taken back, for many households at once."""

    what: str
    households: int


@needs(WRITE, HOUSEHOLDS)
def record_event(
    engine: Engine, viewer: Viewer, household: int, *, kind: str, day: str, words: str, now: datetime
) -> Saved:
    """An event of one household; it is taken back as any change is. Raises Unfit."""
    if kind not in ENTERED:
        raise Unfit("事件", "必填，请选择；出生、去世、婚嫁请在“家庭变动”中登记")
    after = {**_event(kind, _day(day, now)), "words": read_text("说明", words, most=LONG), **_by(viewer, now)}
    what = f"记必访事件：{MUST_VISITS[kind]}（{after['day']}）"
    edit = Edit(life_event.name, {}, None, after)
    return Saved(commit(engine, viewer, household, [edit], what=what, now=now), what)


@needs(APPROVE, DUTIES)
def record_festival(engine: Engine, viewer: Viewer, region: str, *, day: str, words: str, now: datetime) -> Entered:
    """A festival for all helped households of a region, in one transaction; those that have it already are left as they
    are. Raises Unfit, OutOfScope, Refused where there is none left."""
    on, called = _day(day, now), read_text("节日", words, required=True)
    what = f"记必访事件：{called}（{on}）"
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        homes = _homes(connection, viewer, region, on)
        if not homes:
            raise Refused("这里的户都已登记了这一天的节日，或没有所计的户。")
        first = (
            connection.execute(select(life_event.c.id).order_by(life_event.c.id.desc()).limit(1)).scalar() or 0
        ) + 1
        after = {**_event(FESTIVAL, on), "words": called, **_by(viewer, now)}
        new = dict(enumerate(homes, first))
        rows = [{"id": id, "household_id": home, **after} for id, home in new.items()]
        for batch in batches(rows):
            connection.execute(insert(life_event), batch)
        done = {home: [Edit(life_event.name, {"id": id}, None, after)] for id, home in new.items()}
        write_history(connection, viewer, done, what=what, now=now)
        cube.stamp(connection, now, region)
    return Entered(what, len(homes))


@needs(APPROVE, DUTIES)
def withdraw_festival(engine: Engine, viewer: Viewer, region: str, *, day: str, now: datetime) -> Entered:
    """Take a region's festival of a day back; raises Refused where none stands."""
    what = f"撤回必访事件：传统节日（{day}）"
    with queued(), writing(engine) as connection:
        cube.hold(connection)
        here, bound = within_sql("h.village", viewer.narrowed(region))
        seen, named = seen_households(viewer)
        asked = text(_STANDING.format(here=here, seen=seen))
        held = connection.execute(asked, {**bound, **named, "kind": FESTIVAL, "day": day}).all()
        if not held:
            raise Refused("这一天没有登记节日，或已经撤回。")
        for batch in batches([row.id for row in held]):
            gone = update(life_event).where(life_event.c.id.in_(batch)).values(withdrawn=written(now))
            connection.execute(gone)
        before: Values = {"withdrawn": None}
        after: Values = {"withdrawn": written(now)}
        done = {row.household_id: [Edit(life_event.name, {"id": row.id}, before, after)] for row in held}
        write_history(connection, viewer, done, what=what, now=now)
        cube.stamp(connection, now, region)
    return Entered(what, len(held))


def _homes(connection: Connection, viewer: Viewer, region: str, day: str) -> list[int]:
    here, bound = within_sql("h.village", viewer.narrowed(region))
    seen, named = seen_households(viewer)
    asked = text(_HELPED.format(here=here, seen=seen))
    return list(connection.execute(asked, {**bound, **named, "kind": FESTIVAL, "day": day}).scalars())


def _day(typed: str, now: datetime) -> str:
    return str(read_field("visit", "visited", typed, today=now.date()))


def _event(kind: str, day: str) -> dict[str, object]:
    return {"kind": kind, "day": day}


def _by(viewer: Viewer, now: datetime) -> dict[str, object]:
    return {"at": written(now), "actor": viewer.actor, "withdrawn": None}


_HELD = "i.household_id = h.id AND i.kind = :kind AND i.day = :day AND i.withdrawn IS NULL"
_HELPED = f"""
    SELECT h.id FROM household h JOIN {standing(day=":day")} WHERE {HELPED_SQL} AND {{here}} AND {{seen}}
    AND NOT EXISTS (SELECT 1 FROM life_event i WHERE {_HELD}) ORDER BY h.id"""
_STANDING = (
    f"SELECT i.id, h.id AS household_id FROM household h JOIN life_event i ON {_HELD} WHERE {{here}} AND {{seen}}"
)
