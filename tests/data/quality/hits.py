"""Hits put in by hand on the small county with households: what rules found, without running them."""

from datetime import date

from sqlalchemy import Engine, insert

from data.figures import cube
from data.model import quality_hit, quality_run, quality_tally
from data.rules.registry import RULES
from data.store.engine import writing
from tests.data.village_ground import FAR, OTHER_TOWNSHIP, VILLAGE, fill_village
from tests.moment import NOW

DAY = NOW.date()
_OF = {one.record: one.id for one in reversed(RULES.values()) if one.record in ("household", "member", "task")}
HOME, PERSON = _OF["household"], _OF["member"]
"""A rule about households, one about members."""


def hit(rule: str, record: str, key: str, village: str, household: int | None, since: str = "2026-11-02") -> dict:
    return {
        "rule": rule, "record": record, "key": key, "household_id": household, "village": village,
        "field": RULES[rule].field, "since": since,
    }  # fmt: skip


HITS = (
    hit(HOME, "household", "901", VILLAGE, 901, "2026-09-10"),
    hit(HOME, "household", "902", VILLAGE, 902),
    hit(PERSON, "member", "901a", VILLAGE, 901),
    hit(HOME, "household", str(FAR), OTHER_TOWNSHIP, FAR),
)


def tally(rule: str, village: str, day: str, came: int, went: int, days: int = 0) -> dict:
    return {"rule": rule, "village": village, "day": day, "came": came, "went": went, "days": days}


TALLY = (
    tally(HOME, VILLAGE, "2026-09-10", 3, 0),
    tally(HOME, VILLAGE, "2026-10-20", 0, 2, 80),
    tally(HOME, VILLAGE, "2026-11-02", 1, 0),
    tally(PERSON, VILLAGE, "2026-11-02", 1, 0),
    tally(PERSON, VILLAGE, "2026-11-10", 0, 1, 8),
    tally(HOME, OTHER_TOWNSHIP, "2026-11-02", 1, 0),
)


def fill_hits(engine: Engine) -> None:
    """The county of village_ground, checked since September: HITS stand, TALLY came and went."""
    fill_village(engine)
    run = {"actor": "command", "milliseconds": 900, "households": 5, "versions": "{}", "hits": "{}"}
    with writing(engine) as connection:
        connection.execute(insert(quality_hit), list(HITS))
        connection.execute(insert(quality_tally), list(TALLY))
        connection.execute(insert(quality_run).values(at="2026-09-10T03:00:00", **run))
        cube.stamp(connection, NOW)


def mend(engine: Engine, key: str, day: date = DAY) -> None:
    """A hit goes."""
    h = quality_hit.c
    with writing(engine) as connection:
        one = connection.execute(quality_hit.select().where(h.key == key)).one()
        connection.execute(quality_hit.delete().where(h.key == key))
        stood = (day - date.fromisoformat(one.since)).days
        connection.execute(insert(quality_tally), [tally(one.rule, one.village, day.isoformat(), 0, 1, stood)])
