"""Who helps in a region from when to when: each helper, unit and branch once, in however many of its villages.

What is counted once in a village, once in its township and once in its county does not add up. So its days are kept for
each region of every level: ``sources.HELPING`` counts them there, less those of the sub-regions, and after a write in a
village it is told by how much the counts of that village and of the regions above it change.
"""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Column, Connection, Index, Table, TextClause, bindparam, select, text

from data import model
from data.figures.beginnings import derived
from data.figures.sources import HELPED_SQL, after, later, overlap, sooner, union_of
from data.model import Code, Day
from data.terms import BRANCH, OWN_TEAMS, RESIDENT_TEAMS

HELPERS, UNITS, BRANCHES, TEAM_VILLAGES = "helpers", "helping_units", "helping_branches", "team_villages"
"""What is counted, by the names of the measures."""
helping_spell = Table(  # from ``since`` to the day before ``until`` (NULL: still)
    "helping_spell",
    derived,
    Column("region", Code, primary_key=True),
    Column("kind", Code, primary_key=True),
    Column("who", Code, primary_key=True),  # a helper's code, a unit's name, of TEAM_VILLAGES the village's code
    Column("since", Day, primary_key=True),
    Column("until", Day),
    Index("helping_spell_who", "who"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
Changes = Counter[tuple[str, int, str]]
"""By region, month and measure: how many more there are."""
_Spell = tuple[str, str, str, str, str | None]
_COLUMNS = ("kind", "who", "region", "since", "until")
_NAMED, _KEY = ", ".join(_COLUMNS), ", ".join(_COLUMNS[:3])
_MET = f"""SELECT DISTINCT a.code, a.unit, a.team, s.village AS region, {later("b.since", "s.since")} AS since,
    {sooner("b.until", "s.until")} AS until FROM state_spell s
    JOIN (SELECT household_id, helper, started AS since, {after("ended")} AS until FROM pairing) b
    ON b.household_id = s.household_id AND {overlap("b", "s")}
    JOIN helper a ON a.code = b.helper WHERE {HELPED_SQL} AND {{here}}"""
_KINDS = " UNION ".join(
    f"SELECT '{kind}' AS kind, {who} AS who, region, since, until FROM met{among}"
    for kind, who, among in (
        (HELPERS, "code", ""),
        (UNITS, "unit", f" WHERE team NOT IN {OWN_TEAMS}"),
        (BRANCHES, "unit", f" WHERE team = '{BRANCH}'"),
        (TEAM_VILLAGES, "region", f" WHERE team IN {RESIDENT_TEAMS}"),
    )
)
_IN_VILLAGES = f"WITH met AS ({_MET}) SELECT {_NAMED} FROM {union_of(_KEY, f'({_KINDS})')} u"
_TOGETHER = """(SELECT h.kind, h.who, a.ancestor AS region, h.since, h.until FROM helping_spell h
    JOIN region_path a ON a.region = h.region AND a.ancestor <> a.region WHERE length(h.region) = 12 AND {here})"""
_ABOVE = f"INSERT INTO helping_spell ({_NAMED}) SELECT {_NAMED} FROM {union_of(_KEY, _TOGETHER)} u"
_WAY = "IN (SELECT y.ancestor FROM region_path y WHERE y.region = :region)"
_THERE = f"who IN :who AND region {_WAY}"


def make_helping(connection: Connection) -> None:
    """Make all of it anew from pairings and the spells of households."""
    connection.execute(helping_spell.delete())
    connection.execute(text(f"INSERT INTO helping_spell ({_NAMED}) {_IN_VILLAGES.format(here='1 = 1')}"))
    connection.execute(text(_ABOVE.format(here="1 = 1")))


def renew_helping(connection: Connection, village: str) -> Changes:
    """The same after a write in one village: of those alone whose days there are others than before."""
    bound = {"region": village}
    held = _spells(connection, f"SELECT {_NAMED} FROM helping_spell WHERE region = :region", bound)
    now = _spells(connection, _IN_VILLAGES.format(here="s.village = :region"), bound)
    who = sorted({spell[1] for spell in held ^ now})
    if not who:
        return Changes()
    named = {**bound, "who": who}
    before = _spells(connection, f"SELECT {_NAMED} FROM helping_spell WHERE {_THERE}", named)
    connection.execute(_listing(f"DELETE FROM helping_spell WHERE {_THERE}"), named)
    if rows := [dict(zip(_COLUMNS, spell, strict=True)) for spell in now if spell[1] in who]:
        connection.execute(helping_spell.insert(), rows)
    connection.execute(_listing(_ABOVE.format(here=f"h.who IN :who AND a.ancestor {_WAY}")), named)
    behind = _spells(connection, f"SELECT {_NAMED} FROM helping_spell WHERE {_THERE}", named)
    return _changes(connection, behind - before, before - behind)


def _changes(connection: Connection, come: set[_Spell], gone: set[_Spell]) -> Changes:
    counted = Changes()
    months = connection.execute(select(model.month.c.month, model.month.c.as_of)).all()
    for spells, step in ((come, 1), (gone, -1)):
        for kind, _, region, since, until in spells:
            for month, as_of in months:
                if since <= as_of and (until is None or until > as_of):
                    counted[region, month, kind] += step
    return counted


def _spells(connection: Connection, statement: str, bound: Mapping[str, object]) -> set[_Spell]:
    return {(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(_listing(statement), bound)}


def _listing(statement: str) -> TextClause:
    found = text(statement)
    return found.bindparams(bindparam("who", expanding=True)) if ":who" in statement else found
