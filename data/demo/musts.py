"""五必访 of the demonstration: what somebody told of, most of it answered by a visit, some of it not."""

import random
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from data.access.viewer import Viewer
from data.clock import written
from data.figures import cube
from data.figures.sources import HELPED_SQL
from data.figures.states import standing
from data.households.edits import Edit, write_history
from data.households.life_events import ENTERED, FESTIVAL
from data.households.words import Values
from data.model import life_event
from data.model.running import runs_on
from data.store.engine import writing
from data.terms import MUST_OCCASIONS, MUST_VISITS

_LAST = 60  # days
_UNANSWERED = 150  # households to one of whom nobody went
_TOLD = {
    "exam": ("孩子考上高中。", "孩子考上大专。"),
    "hospital": ("住县医院，家属陪护。", "在镇卫生院输液。"),
    "accident": ("骑车摔伤了腿。", "干活时划伤了手。"),
}
_KINDS = tuple(kind for kind in ENTERED if kind != FESTIVAL)
_VISITS = """
    SELECT v.household_id, v.helper, v.visited, v.occasion, h.village FROM visit v
    JOIN household h ON h.id = v.household_id WHERE v.visited >= :since AND v.visited <= :this_day
    ORDER BY v.visited, v.code"""
_HOMES = f"""
    SELECT h.id AS household_id, MIN(x.helper) AS helper, h.village FROM household h JOIN {standing(day=":this_day")}
    JOIN pairing x ON x.household_id = h.id AND {runs_on("x", ":this_day")} WHERE {HELPED_SQL}
    GROUP BY h.id, h.village ORDER BY h.id"""


def make_musts(engine: Engine, now: datetime) -> int:
    """Events of the last days, each with its history; how many."""
    chance = random.Random(37)
    today = now.date()
    with writing(engine) as connection:
        asked = {"since": (today - timedelta(days=_LAST)).isoformat(), "this_day": today.isoformat()}
        kinds = {MUST_OCCASIONS[kind]: kind for kind in _KINDS}
        told: list[tuple[int, str, str, str, date]] = []
        for one in connection.execute(text(_VISITS), asked):
            if one.occasion in kinds:
                day = date.fromisoformat(one.visited) - timedelta(days=chance.randrange(6))
                told.append((one.household_id, one.village, one.helper, kinds[one.occasion], day))
        for one in connection.execute(text(_HOMES), {"this_day": today.isoformat()}).all():
            if chance.randrange(_UNANSWERED) == 0:
                day = today - timedelta(days=chance.randrange(1, 16))
                told.append((one.household_id, one.village, one.helper, chance.choice(_KINDS), day))
        for id, (home, village, helper, kind, on) in enumerate(told, start=1):
            _tell(connection, Viewer("helper", village, helper), id, home, kind, chance.choice(_TOLD[kind]), on, now)
        if told:
            cube.stamp(connection, now)
    return len(told)


def _tell(
    connection: Connection, viewer: Viewer, id: int, home: int, kind: str, words: str, on: date, now: datetime
) -> None:
    moment = min(now, datetime(on.year, on.month, on.day, 18))
    at: Values = {"at": written(moment), "actor": viewer.actor, "withdrawn": None}
    after: Values = {"kind": kind, "day": on.isoformat(), "words": words, **at}
    connection.execute(life_event.insert().values(id=id, household_id=home, **after))
    what = f"记必访事件：{MUST_VISITS[kind]}（{on.isoformat()}）"
    write_history(connection, viewer, {home: [Edit(life_event.name, {"id": id}, None, after)]}, what=what, now=now)
