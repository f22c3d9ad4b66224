"""What the page behind a household's code says, to each of the three who may look. Who holds a code may ask; what he
is told is decided here. Kept light: plain rows and few statements, for a phone at the door.

A stranger is never told an ID number, a phone of a person, illness, income, cause or state. Of the kinds of help those
are left out that would tell it all the same: 健康 says that somebody is ill, 综合保障 that the household has no income.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.access.masks import mask_name, mask_phone
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, IDENTITY, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.cards.card import card, card_year
from data.cards.record import IncomeCard
from data.errors import NO_SUCH_HOUSEHOLD, NotFound
from data.figures.indicators import INDICATORS
from data.figures.net_income import AT_CLOSED, KNOWN_NET
from data.figures.states import persons_on, standing
from data.model.running import runs_on
from data.terms import MEASURE_CATEGORIES, STATE_NAMES, TELLING_MEASURES

VISITS_SHOWN = 6


@dataclass(frozen=True)
class StrangerCard:
    """What a passer-by reads; None or empty where the county does not show it."""

    name: str
    village: str
    township: str | None
    kinds: tuple[str, ...] = ()
    helpers: tuple[tuple[str, str], ...] = ()
    persons: int | None = None
    visited: str | None = None


@dataclass(frozen=True)
class Visit:
    """A visit without its words."""

    day: str
    helper: str
    occasion: str


@dataclass(frozen=True)
class OwnCard:
    """What the household itself reads: the income card that one hands out now, and the latest visits."""

    card: IncomeCard
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class CadreCard:
    """The short of a household for a cadre at the door: ``per_head`` is 人均纯收入 of the twelve months to ``month``
    in fen (None without members or lines), ``line`` whether it lies below the monitoring line."""

    head: str
    code: str
    village: str
    state: str
    persons: int
    per_head: int | None
    below_line: bool | None
    visited: str | None
    open_problems: int
    overdue_problems: int
    month: int
    phone: str | None = None


def stranger_card(connection: Connection, household: int, settings: Mapping[str, str]) -> StrangerCard:
    """``settings`` as of ``data.settings.values``: stranger_facts says what is told beside name and village."""
    told = settings["stranger_facts"].split(",")
    found = connection.execute(text(_STRANGER), {"household": household}).one()
    kinds = _column(connection, _KINDS, household) if "help" in told else []
    helpers = connection.execute(text(_HELPERS), {"household": household}).all() if "helper" in told else []
    return StrangerCard(
        name=mask_name(found.head),
        village=found.village_name,
        township=found.township_name,
        kinds=tuple(kind for kind in MEASURE_CATEGORIES if kind in kinds and kind not in TELLING_MEASURES),
        helpers=tuple((name, unit) for name, unit in helpers),
        persons=found.persons if "persons" in told else None,
        visited=found.visited if "visited" in told else None,
    )


@needs(READ, HOUSEHOLDS)
def own_card(connection: Connection, viewer: Viewer, household: int) -> OwnCard:
    """``viewer`` is the household itself (``household_viewer``); raises NotFound where it is not his."""
    latest = connection.execute(text("SELECT MAX(month) FROM month")).scalar_one()
    made = card(connection, viewer, household, card_year(connection, latest, viewer.region))
    visits = connection.execute(text(_VISITS), {"household": household})
    return OwnCard(made, tuple(Visit(*row) for row in visits))


@needs(READ, IDENTITY)
def cadre_card(connection: Connection, viewer: Viewer, household: int) -> CadreCard:
    """Raises NotFound, in the words of the household's page, for one that is not the viewer's."""
    seen, bound = seen_households(viewer)
    row = connection.execute(text(f"{_CADRE} AND {seen}"), {**bound, "household": household}).first()
    if row is None:
        raise NotFound(NO_SUCH_HOUSEHOLD)
    net = None if row.net is None or not row.persons_of_books else round(row.net / row.persons_of_books)
    return CadreCard(
        head=row.head,
        code=row.code,
        village=row.village_name,
        state=STATE_NAMES[row.state],
        persons=row.persons,
        per_head=net,
        below_line=None if row.below_line is None else bool(row.below_line),
        visited=row.visited,
        open_problems=row.open_problems,
        overdue_problems=row.overdue_problems,
        month=row.month,
        phone=mask_phone(row.phone),
    )


def household_viewer(village: str) -> Viewer:
    """Who has shown that the card is his: he is asked about for one household only, the one of the code."""
    return Viewer("household", village)


def _column(connection: Connection, sql: str, household: int) -> list[str]:
    return list(connection.execute(text(sql), {"household": household}).scalars())


_STRANGER = f"""
    SELECT h.head, v.name AS village_name, t.name AS township_name,
        {persons_on(day="d.built")} AS persons,
        (SELECT MAX(i.visited) FROM visit i WHERE i.household_id = h.id AND i.visited <= d.built) AS visited
    FROM household h JOIN region v ON v.code = h.village CROSS JOIN data_version d
    LEFT JOIN region t ON t.code = substr(h.village, 1, 9) WHERE h.id = :household"""
_KINDS = f"""
    SELECT DISTINCT s.category FROM measure s CROSS JOIN data_version d
    WHERE s.household_id = :household AND {runs_on("s", "d.built")}"""
_HELPERS = f"""
    SELECT a.name, a.unit FROM pairing s JOIN helper a ON a.code = s.helper CROSS JOIN data_version d
    WHERE s.household_id = :household AND {runs_on("s", "d.built")}
    ORDER BY s.started, a.code"""
_VISITS = f"""
    SELECT i.visited, a.name, i.occasion FROM visit i JOIN helper a ON a.code = i.helper CROSS JOIN data_version d
    WHERE i.household_id = :household AND i.visited <= d.built
    ORDER BY i.visited DESC, i.code LIMIT {VISITS_SHOWN}"""


def _where(indicator: str) -> str:
    """Which records a figure counts: the page says what the map says."""
    return INDICATORS[indicator].records.where


_FOUND = "b.household_id = h.id AND b.found <= m.as_of"
_CADRE = f"""
    SELECT h.head, h.code, h.phone, v.name AS village_name, s.state, k.below_line,
        COALESCE(k.month, m.month) AS month,
        {persons_on()} AS persons, k.persons AS persons_of_books,
        {KNOWN_NET.format("k")} AS net,
        (SELECT MAX(i.visited) FROM visit i WHERE i.household_id = h.id AND i.visited <= m.as_of) AS visited,
        (SELECT COUNT(*) FROM problem b WHERE {_FOUND} AND {_where("problems_open")}) AS open_problems,
        (SELECT COUNT(*) FROM problem b WHERE {_FOUND} AND {_where("problems_overdue")}) AS overdue_problems
    FROM household h JOIN region v ON v.code = h.village
    JOIN month m ON m.month = (SELECT MAX(month) FROM month) JOIN {standing()}
    {AT_CLOSED}
    WHERE h.id = :household"""
