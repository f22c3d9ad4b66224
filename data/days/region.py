"""The days of a village as one reads them, and which villages of a region wrote on which day."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Connection, bindparam, text

from data.access.actors import actor_name
from data.access.rights import needs
from data.access.roles import DAYS, READ, WRITE
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.days.papers import RECORD
from data.figures.states import head_on
from data.store.batches import batches
from data.terms import LEVELS

COLUMNS = ("id", "day", "kind", "words", "at", "actor", "household_id", "head", "task", "village")


@needs(READ, DAYS)
def records(connection: Connection, viewer: Viewer, village: str, first: date, last: date) -> pd.DataFrame:
    """The records of a village from a day to a day, the newest first: COLUMNS (``head`` of the household and ``task``
    by their names, None where it is about neither), ``who`` wrote it in words, ``photos``: (id, digest) of each."""
    asked = "d.village = :village AND d.day BETWEEN :first AND :last"
    bound = {"village": viewer.narrowed(village), "first": first.isoformat(), "last": last.isoformat()}
    return _records(connection, viewer, asked, bound, "d.day DESC, d.at DESC, d.id DESC")


@needs(READ, DAYS)
def of_household(connection: Connection, viewer: Viewer, household: int, limit: int = 20) -> pd.DataFrame:
    """The latest records about a household; empty for one that is not the viewer's."""
    order = f"d.day DESC, d.at DESC, d.id DESC LIMIT {limit}"
    return _records(connection, viewer, "d.household_id = :household", {"household": household}, order)


@needs(WRITE, DAYS)
def own_today(connection: Connection, viewer: Viewer, today: date) -> pd.DataFrame:
    """What he himself sent today and did not take back, the newest first."""
    bound = {"actor": viewer.actor, "this_day": today.isoformat()}
    return _records(connection, viewer, "d.actor = :actor AND substr(d.at, 1, 10) = :this_day", bound, "d.id DESC")


def _records(
    connection: Connection, viewer: Viewer, asked: str, bound: Mapping[str, object], order: str
) -> pd.DataFrame:
    here, region = within_sql("d.village", viewer.region, "own")
    condition, named = seen_matters(viewer, "d.household_id")
    found = connection.execute(
        text(
            f"""
            SELECT d.id, d.day, d.kind, d.words, d.at, d.actor, d.household_id, {head_on(day="d.day")} AS head,
                t.name AS task, d.village
            FROM day_record d LEFT JOIN household h ON h.id = d.household_id LEFT JOIN task t ON t.code = d.task
            WHERE d.withdrawn IS NULL AND {asked} AND {here} AND {condition} ORDER BY {order}"""
        ),
        {**bound, **region, **named},
    ).all()
    frame = pd.DataFrame(found, columns=list(COLUMNS), dtype=object)
    names = {actor: actor_name(connection, actor) for actor in frame["actor"].unique()}
    photos = _photos(connection, frame["id"])
    return frame.assign(
        who=frame["actor"].map(names), photos=pd.Series([photos.get(id, ()) for id in frame["id"]], dtype=object)
    )


def _photos(connection: Connection, records: Iterable[int]) -> dict[int, tuple[tuple[int, str], ...]]:
    asked = text(
        f"SELECT p.key, p.id, p.digest FROM work_paper p WHERE p.record = '{RECORD}' AND p.hidden IS NULL"
        " AND p.key IN :keys ORDER BY p.id"
    ).bindparams(bindparam("keys", expanding=True))
    found: dict[int, tuple[tuple[int, str], ...]] = {}
    for keys in batches([str(id) for id in records]):
        for key, id, digest in connection.execute(asked, {"keys": keys}):
            found[int(key)] = (*found.get(int(key), ()), (id, digest))
    return found


@needs(READ, DAYS)
def matrix(connection: Connection, viewer: Viewer, region: str, last: date, days: int) -> pd.DataFrame:
    """How many records each village of a region wrote on each of ``days`` days up to ``last``: code, village, township,
    total, then a column for each day (ISO). A village that wrote nothing has zeros."""
    here, bound = within_sql("r.code", viewer.narrowed(region))
    condition, named = seen_matters(viewer, "d.household_id")
    first = last - timedelta(days=days - 1)
    rows = connection.execute(
        text(
            f"""
            SELECT r.code, r.name, t.name AS township, d.day, COUNT(d.id) AS records FROM region r
            LEFT JOIN region t ON t.code = substr(r.code, 1, 9)
            LEFT JOIN day_record d ON d.village = r.code AND d.withdrawn IS NULL
                AND d.day BETWEEN :first AND :last AND {condition}
            WHERE length(r.code) = {max(LEVELS)} AND r.closed IS NULL AND {here}
            GROUP BY r.code, r.name, t.name, d.day ORDER BY r.code"""
        ),
        {**bound, **named, "first": first.isoformat(), "last": last.isoformat()},
    ).all()
    named_days = [(first + timedelta(days=step)).isoformat() for step in range(days)]
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    for code, name, township, day, number in rows:
        counts.setdefault((code, name, township or ""), dict.fromkeys(named_days, 0))
        if day is not None:
            counts[code, name, township or ""][day] = number
    told = [
        {"code": code, "village": name, "township": township, "total": sum(by_day.values()), **by_day}
        for (code, name, township), by_day in counts.items()
    ]
    return pd.DataFrame(told, columns=["code", "village", "township", "total", *named_days])
