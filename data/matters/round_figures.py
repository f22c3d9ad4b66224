"""What a month's rounds come to: counts for a region and those below it, and who has not reported."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs, require_right
from data.access.roles import IDENTITY, MATTERS, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.figures.books import COUNTY
from data.matters.rounds import LEFT_SQL
from data.model.running import holds_on
from data.terms import DISPATCH_REASONS, DISPATCH_STATES

PAGE = 50
DAY_SQL = "COALESCE(substr(r.closed, 1, 10), (SELECT v.built FROM data_version v))"
LISTED = f"""dispatch_report d JOIN dispatch_round r ON r.id = d.round AND r.month = :month
    LEFT JOIN state_spell s ON s.household_id = d.household_id AND {holds_on("s", DAY_SQL)}
    LEFT JOIN dispatch_report b ON b.household_id = d.household_id AND b.round = (SELECT o.id FROM dispatch_round o
        WHERE o.region = r.region AND o.month < r.month ORDER BY o.month DESC LIMIT 1)"""
"""The list ``d`` of the rounds ``r`` of a month, with the household's spell on the last day that counts, and what was
reported of it in the round before, ``b``."""
MISSING_SQL = f"(d.reported IS NULL AND ({LEFT_SQL}) IS NULL)"
"""Whether a report is still to come: of who left nobody asks any more."""
_COUNTED = {
    "due": f"d.reported IS NOT NULL OR {MISSING_SQL}",
    "reported": "d.reported IS NOT NULL",
    "missing": MISSING_SQL,
    "unnamed": f"d.person_id IS NULL AND {MISSING_SQL}",
    "left": f"d.reported IS NULL AND ({LEFT_SQL}) IS NOT NULL",
    "again": "d.state = 'stuck' AND b.state = 'stuck'",
    **{state: f"d.state = '{state}'" for state in DISPATCH_STATES},
    **{f"why_{place}": f"'、' || d.why || '、' LIKE '%、{why}、%'" for place, why in enumerate(DISPATCH_REASONS)},
}
_SUM = {name: f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS {name}_" for name, condition in _COUNTED.items()}
_SUMS = ", ".join(_SUM.values())


@dataclass(frozen=True)
class Counts:
    """Households of a round: ``due`` to be reported of, ``reported``, ``missing`` (``unnamed`` of these are nobody's),
    ``left`` since the list was made and not reported, by state, ``again`` stuck now as in the round before; and the
    whole list by the places of ``terms.DISPATCH_REASONS``, in which a household may stand more than once."""

    due: int = 0
    reported: int = 0
    missing: int = 0
    unnamed: int = 0
    left: int = 0
    again: int = 0
    on: int = 0
    slow: int = 0
    stuck: int = 0
    done: int = 0
    why_0: int = 0
    why_1: int = 0
    why_2: int = 0

    @property
    def share(self) -> float | None:
        """Of those to be reported of, how many are: a fraction; None without any."""
        return self.reported / self.due if self.due else None


def scoped(viewer: Viewer, region: str) -> tuple[str, dict[str, object]]:
    """Condition on the list ``d``: of the region, and of who sees single households his own; raises OutOfScope."""
    here, bound = within_sql("d.village", viewer.narrowed(region))
    own, named = seen_matters(viewer, "d.household_id")
    return f"{here} AND {own}", {**bound, **named}


@needs(READ, MATTERS)
def counts(connection: Connection, viewer: Viewer, region: str, month: int) -> Counts:
    """The counts of the viewer's households in the region."""
    here, bound = scoped(viewer, region)
    row = connection.execute(text(f"SELECT {_SUMS} FROM {LISTED} WHERE {here}"), {**bound, "month": month}).one()
    return Counts(*(value or 0 for value in row))


@needs(READ, MATTERS)
def by_region(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """The same for each region next below, the most missing first: code, name, the names of ``Counts``, share."""
    here, bound = scoped(viewer, region)
    length = next(length for length in (COUNTY, 9, 12) if length > len(region) or length == 12)
    rows = connection.execute(
        text(
            f"SELECT q.*, g.name FROM (SELECT substr(d.village, 1, {length}) AS code, {_SUMS} FROM {LISTED}"
            f" WHERE {here} GROUP BY substr(d.village, 1, {length})) q JOIN region g ON g.code = q.code"
            " ORDER BY q.missing_ DESC, q.stuck_ DESC, q.code"
        ),
        {**bound, "month": month},
    )
    frame = pd.DataFrame(rows.all(), columns=["code", *_COUNTED, "name"])
    return frame.assign(share=frame["reported"] / frame["due"].where(frame["due"] > 0))


@dataclass(frozen=True)
class Debtor:
    """Who has not reported: of which village, of how many households, of how many he is to; ``person`` and ``name`` are
    None where nobody is named, ``phone`` (of work) where none is known."""

    village: str
    place: str
    person: int | None
    name: str | None
    unit: str | None
    phone: str | None
    missing: int
    due: int


_DEBTORS = f"""
    SELECT q.village, (SELECT t.name || ' ' FROM region t WHERE t.code = substr(q.village, 1, 9)) || g.name AS place,
        q.person_id, p.name, COALESCE(a.unit, p.unit) AS unit, COALESCE(a.phone, p.phone) AS phone, q.missing_, q.due_
    FROM (SELECT d.village, d.person_id, {_SUM["missing"]}, {_SUM["due"]} FROM {LISTED}
        WHERE {{here}} GROUP BY d.village, d.person_id) q
    JOIN region g ON g.code = q.village LEFT JOIN person p ON p.id = q.person_id
    LEFT JOIN helper a ON a.code = p.helper
    WHERE q.missing_ > 0 ORDER BY q.missing_ DESC, q.village, q.person_id LIMIT :limit OFFSET :offset"""


@needs(READ, MATTERS)
def debtors(
    connection: Connection, viewer: Viewer, region: str, month: int, *, limit: int = PAGE, offset: int = 0
) -> list[Debtor]:
    """A page of those who have not reported, village by village, the most households first."""
    require_right(viewer, READ, IDENTITY)
    here, bound = scoped(viewer, region)
    asked = {**bound, "month": month, "limit": limit, "offset": offset}
    rows = connection.execute(text(_DEBTORS.format(here=here)), asked)
    return [Debtor(*row) for row in rows]
