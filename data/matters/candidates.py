"""Whom a problem or task of a place can be given to: who leads there and above, who helps there, who signs in there."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, text

from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.viewer import Viewer, within_sql
from data.matters.clocks import LEVELS
from data.model.running import runs_on
from data.terms import LEADER_POSTS

_LEADING = f"""SELECT p.id, p.name, l.post AS what, r.name AS place, l.region FROM leader l JOIN person p
    ON p.id = l.person_id JOIN region r ON r.code = l.region WHERE {runs_on("l", ":this_day")} AND"""
_SIGNED = """SELECT p.id, p.name, COALESCE(p.unit, '') AS what, r.name AS place, c.region FROM account c
    JOIN person p ON p.id = c.person_id JOIN region r ON r.code = c.region WHERE c.disabled IS NULL AND"""
_HELPING = f"""SELECT DISTINCT p.id, p.name, a.unit AS what, r.name AS place, h.village AS region FROM pairing x
    JOIN household h ON h.id = x.household_id JOIN helper a ON a.code = x.helper JOIN person p ON p.helper = a.code
    JOIN region r ON r.code = h.village WHERE {runs_on("x", ":this_day")} AND"""
_POSTS = {post: place for place, post in enumerate(LEADER_POSTS)}


@dataclass(frozen=True)
class Candidate:
    """A person, and by what he is known where he is offered: ``told`` is ``村党支部书记 · 东湾村``."""

    person: int
    name: str
    told: str

    @property
    def call(self) -> str:
        """``张三（村党支部书记 · 东湾村）``."""
        return f"{self.name}（{self.told}）"


@needs(READ, MATTERS)
def candidates(connection: Connection, viewer: Viewer, region: str, today: date) -> list[Candidate]:
    """Who can be named for a region: its leaders first, of a village those who help there, then those above it, of a
    township or county those of the level below. Raises OutOfScope for a region that is not the viewer's."""
    here = viewer.narrowed(region)
    known: dict[str, object] = {"this_day": today.isoformat()}
    known["above"] = [here[:level] for level in LEVELS if level <= len(here)]
    parts = [(_LEADING, "l.region IN :above"), (_SIGNED, "c.region IN :above")]
    if len(here) == LEVELS[0]:
        parts.insert(1, (_HELPING, "h.village = :village"))
        known["village"] = here
    else:
        below, bound = within_sql("l.region", here)
        known |= {**bound, "digits": next(level for level in reversed(LEVELS) if level > len(here))}
        parts.append((_LEADING, f"{below} AND length(l.region) = :digits"))
    found: dict[int, Candidate] = {}
    for sql, where in parts:
        asked = text(f"{sql} {where}")
        if ":above" in where:
            asked = asked.bindparams(bindparam("above", expanding=True))
        rows = connection.execute(
            asked, {name: value for name, value in known.items() if f":{name}" in f"{sql} {where}"}
        ).all()
        for row in sorted(rows, key=lambda row: (-len(row.region), row.region, _POSTS.get(row.what, 99), row.name)):
            found.setdefault(row.id, Candidate(row.id, row.name, " · ".join(filter(None, (row.what, row.place)))))
    return list(found.values())
