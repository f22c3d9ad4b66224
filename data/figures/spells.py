"""From when to when a household was in a state and of a village, and a member of a household, in the store.

Worked out from the records by ``data.figures.courses``; a write makes those of the households concerned anew. Counts of
a month come from differences: a spell adds one in the month it begins in and takes it away in the month it ends in.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, text

from data.figures.beginnings import derived
from data.figures.courses import Columns, Spell, Watched, household_spells, member_course
from data.model import Code, Day, Number, Small
from data.store.engine import upsert
from data.terms import JOINED, STATE_NUMBERS, UNCOUNTED

state_spell = Table(  # from ``since`` ('': always) to the day before ``until`` (NULL: still)
    "state_spell",
    derived,
    Column("household_id", Number, primary_key=True),
    Column("since", Day, primary_key=True),
    Column("until", Day),
    Column("village", Code, nullable=False),
    Column("base", Small, nullable=False),
    Column("watch", Small, nullable=False),
    Column("state", Small, nullable=False),  # the watch, where there is none the base
    Column("relapsed", Small, nullable=False),  # 未脱贫 because it fell back
    Index("state_spell_village", "village"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
member_spell = Table(
    "member_spell",
    derived,
    Column("member", Code, primary_key=True),
    Column("since", Day, primary_key=True),
    Column("until", Day),
    Column("household_id", Number, nullable=False),
    Index("member_spell_household", "household_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
_Values = tuple[Any, ...]  # Any: each of its column's type
_Grouped = dict[int, list[_Values]]
_CONCERNED = """SELECT id FROM household WHERE village = :region UNION SELECT household_id FROM household_move
    WHERE origin = :region OR village = :region UNION SELECT household_id FROM state_spell WHERE village = :region"""


def make_spells(connection: Connection, region: str | None = None) -> None:
    """Make the spells anew: of all households, or of those that are or were of one village, and of their members."""
    bound = {"region": region}
    if region is not None:
        connection.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS concerned (id BIGINT PRIMARY KEY)"))
        connection.execute(text("DELETE FROM concerned"))
        connection.execute(text(f"INSERT INTO concerned {_CONCERNED}"), bound)
    own = "IN (SELECT id FROM concerned)" if region is not None else "IS NOT NULL"
    members = " UNION ".join(
        f"SELECT {code} FROM {table} WHERE household_id {own}"
        for code, table in (("code", "member"), ("member", "member_event"))
    )
    connection.execute(text(f"DELETE FROM member_spell WHERE household_id {own} OR member IN ({members})"))
    connection.execute(text(f"DELETE FROM state_spell WHERE household_id {own}"))
    names = [column.name for column in state_spell.c]
    spells = list(_households(connection, own))  # nothing is asked while a portion goes in
    upsert(connection, state_spell, names, spells)
    _fill_members(connection, own, members)


def _households(connection: Connection, own: str) -> Iterator[Sequence[object]]:
    events = _grouped(connection, f"SELECT household_id, day, kind FROM household_event WHERE household_id {own}")
    moves = _grouped(
        connection, f"SELECT household_id, day, origin, village FROM household_move WHERE household_id {own}"
    )
    episodes = _grouped(
        connection, f"SELECT household_id, kind, identified, removed FROM episode WHERE household_id {own}"
    )
    asked = f"SELECT id, village, type, identified, lifted, relapsed, risk_removed FROM household WHERE id {own}"
    rows = connection.execute(text(asked)).all()  # before the first is written: the connection can do one thing at once
    return _spelled(rows, events, episodes, moves)


def _spelled(
    rows: Sequence[_Values], events: _Grouped, episodes: _Grouped, moves: _Grouped
) -> Iterator[Sequence[object]]:
    known: dict[tuple[object, ...], list[Spell]] = {}  # most households are like others but for their village
    for id, village, *columns in rows:
        told = (*columns, tuple(events.get(id, ())), tuple(episodes.get(id, ())), tuple(moves.get(id, ())))
        plain = id not in moves
        spells = known.get(told) if plain else None
        if spells is None:
            watched = [Watched(STATE_NUMBERS[kind], since, removed) for kind, since, removed in episodes.get(id, ())]
            spells = household_spells(
                Columns(*columns), village, events=events.get(id, ()), episodes=watched, moves=moves.get(id, ())
            )
            if plain:
                known[told] = spells
        for one in spells:
            yield (
                id,
                one.since,
                one.until,
                village if plain else one.village,
                one.base,
                one.watch,
                one.state,
                int(one.relapsed),
            )


def _grouped(connection: Connection, asked: str) -> _Grouped:
    found = defaultdict(list)
    for household, *rest in connection.execute(text(asked)):
        found[household].append(tuple(rest))
    return dict(found)


def _fill_members(connection: Connection, own: str, members: str) -> None:
    """Whom no event speaks of by SQL, the others one by one."""
    first = (
        "COALESCE((SELECT MIN(s.since) FROM state_spell s WHERE s.household_id = p.household_id"
        f" AND s.state <> {UNCOUNTED}), '')"
    )
    since = f"COALESCE(p.joined, CASE WHEN {first} > COALESCE(p.born, '') THEN {first} ELSE COALESCE(p.born, '') END)"
    connection.execute(
        text(
            f"""
            INSERT INTO member_spell (member, since, until, household_id)
            SELECT q.code, q.since, q.gone, q.household_id FROM (
                SELECT p.code, {since} AS since, p.gone, p.household_id FROM member p WHERE p.household_id {own}
                AND NOT EXISTS (SELECT 1 FROM member_event e WHERE e.member = p.code)
            ) q WHERE q.gone IS NULL OR q.since < q.gone"""
        )
    )
    events = defaultdict(list)
    for member, day, kind, household in connection.execute(
        text(f"SELECT member, day, kind, household_id FROM member_event WHERE member IN ({members})")
    ):
        events[member].append((day, kind, household))
    if not events:
        return
    told = f"code IN ({members}) AND code IN (SELECT member FROM member_event)"
    asked = f"SELECT code, household_id, born FROM member WHERE {told}"
    firsts: dict[int, str] = {}
    rows = []
    for code, household, born in connection.execute(text(asked)):
        of = min(events[code], key=lambda event: (event[0], event[1] == JOINED))[2]  # the same as a course goes
        if of not in firsts:
            firsts[of] = _begun(connection, of)
        for begins, ends, whose in member_course(household, begun=firsts[of], born=born, events=events[code]):
            rows.append((code, begins, ends, whose))
    upsert(connection, member_spell, ["member", "since", "until", "household_id"], rows)


def _begun(connection: Connection, household: int) -> str:
    asked = text(f"SELECT MIN(since) FROM state_spell WHERE household_id = :id AND state <> {UNCOUNTED}")
    return connection.execute(asked, {"id": household}).scalar() or ""
