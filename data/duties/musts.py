"""五必访: births, deaths and weddings as the register of members tells them, and what somebody entered; by when each
calls for a visit, and which visit answered."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Connection, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.figures.list_kinds import place_of
from data.figures.sources import HELPED_SQL
from data.figures.states import head_on, standing
from data.model.running import runs_on
from data.settings import value_of
from data.terms import GOING, GONE, JOINED, JOINING, MUST_OCCASIONS, MUST_VISITS

PAGE = 50
SPAN = 365  # days that are looked back on
STATES = {"overdue": "已逾期", "open": "待走访", "done": "已走访"}
"""What an event may be: its day by which has passed, is still to come, or it was answered."""
_TOLD = {
    (JOINED, JOINING[0]): "born", (JOINED, JOINING[1]): "wed", (GONE, GOING[0]): "died", (GONE, GOING[1]): "wed",
}  # fmt: skip
"""成员变动 and its reason → what it calls for."""


@dataclass(frozen=True)
class Musts:
    """``rows`` of ``total`` events: id (of one that was entered, else None), kind (of ``terms.MUST_VISITS``), day, due,
    who (the member; None: it is the household's), words, state (of STATES), answered (the visit's day), by (whose) and
    photos (of that visit), household_id, village, head, place, helper (who is paired longest), person (his id)."""

    rows: pd.DataFrame
    total: int


@needs(READ, DUTIES)
def musts(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    *,
    states: tuple[str, ...] = ("overdue", "open"),
    kind: str = "",
    person: int | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> Musts:
    """What called for a visit of counted households in the year up to a month's end, the oldest first; of what was
    answered the newest first. ``person``: of the households that he is paired with. Raises NotFound for a state or kind
    that is none."""
    if (set(states) - set(STATES)) or (kind and kind not in MUST_VISITS):
        raise NotFound("没有这种必访事件或状态。")
    events, bound, due = events_sql(connection, viewer, region, month)
    picked = [f"({' OR '.join(_STATE_SQL[state] for state in states)})", *["e.kind = :kind"] * bool(kind)]
    if person is not None:
        picked.append(_OF_PERSON)
    turn = "DESC" if states == ("done",) else "ASC"
    order = f"ORDER BY e.day {turn}, e.household_id, e.kind"
    page = f"SELECT e.*, COUNT(*) OVER () AS total FROM answered e WHERE {' AND '.join(picked)} {order}"
    sql = f"{events} {_LISTED.format(page=f'({page} LIMIT :limit OFFSET :offset)')} {order}"
    found = connection.execute(text(sql), {**bound, "kind": kind, "person": person, "limit": limit, "offset": offset})
    rows = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    rows["due"] = [(date.fromisoformat(day) + timedelta(days=due)).isoformat() for day in rows["day"]]
    if not viewer.sees_identity:
        rows["head"], rows["who"] = (rows[name].map(mask_name, na_action="ignore") for name in ("head", "who"))
        rows["words"] = None
    return Musts(rows.drop(columns="total"), int(rows["total"].iloc[0]) if len(rows) else 0)


@needs(READ, DUTIES)
def musts_counted(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """How many there were, by kind in the order of ``terms.MUST_VISITS``: kind, events, and a column for each of
    STATES."""
    events, bound, _ = events_sql(connection, viewer, region, month)
    sums = ", ".join(f"SUM(CASE WHEN {sql} THEN 1 ELSE 0 END) AS {state}" for state, sql in _STATE_SQL.items())
    asked = text(f"{events} SELECT e.kind, COUNT(*) AS events, {sums} FROM answered e GROUP BY e.kind")
    found = connection.execute(asked, bound)
    rows = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object).set_index("kind")
    return rows.reindex(list(MUST_VISITS), fill_value=0).reset_index()


@needs(READ, DUTIES)
def festivals(connection: Connection, viewer: Viewer, region: str, month: int) -> pd.DataFrame:
    """Festivals that were entered in the same year: day, words, homes, answered; the newest first."""
    events, bound, _ = events_sql(connection, viewer, region, month)
    asked = text(
        f"{events} SELECT e.day, MAX(e.words) AS words, COUNT(*) AS homes, COUNT(e.answered) AS answered"
        " FROM answered e WHERE e.kind = 'festival' GROUP BY e.day ORDER BY e.day DESC"
    )
    found = connection.execute(asked, bound)
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)


@needs(READ, DUTIES)
def events_sql(connection: Connection, viewer: Viewer, region: str, month: int) -> tuple[str, dict[str, object], int]:
    """The events in the viewer's sight as a WITH clause that ends in ``answered`` (id, household_id, kind, day, who,
    words, village, answered), what is bound in it, and within how many days they are to be answered."""
    days = int(value_of(connection, "must_days"))
    as_of = connection.execute(text("SELECT as_of FROM month WHERE month = :month"), {"month": month}).scalar_one()
    today = date.fromisoformat(as_of)
    here, bound = within_sql("s.village", viewer.narrowed(region))
    seen, named = seen_matters(viewer, "h.id")
    given = {
        "as_of": as_of,
        "since": (today - timedelta(days=SPAN)).isoformat(),
        "over": (today - timedelta(days=days)).isoformat(),
    }
    return _EVENTS.format(here=here, seen=seen), {**bound, **named, **given}, days


_STATE_SQL = {
    "overdue": "(e.answered IS NULL AND e.day < :over)",
    "open": "(e.answered IS NULL AND e.day >= :over)",
    "done": "e.answered IS NOT NULL",
}
_KINDS = " ".join(f"WHEN e.kind = '{kind}' AND e.reason = '{why}' THEN '{must}'" for (kind, why), must in _TOLD.items())
_OCCASION = " ".join(f"WHEN '{kind}' THEN '{occasion}'" for kind, occasion in MUST_OCCASIONS.items())
_EVENTS = f"""
    WITH events AS (
        SELECT NULL AS id, e.household_id, CASE {_KINDS} END AS kind, e.day, p.name AS who, NULL AS words
        FROM member_event e JOIN member p ON p.code = e.member WHERE e.day >= :since AND e.day <= :as_of UNION ALL
        SELECT i.id, i.household_id, i.kind, i.day, NULL, i.words FROM life_event i
        WHERE i.withdrawn IS NULL AND i.day >= :since AND i.day <= :as_of),
    answered AS (
        SELECT o.*, s.village, (SELECT MIN(v.visited) FROM visit v WHERE v.household_id = o.household_id
            AND v.visited >= o.day AND v.visited <= :as_of AND v.occasion = CASE o.kind {_OCCASION} END) AS answered
        FROM events o JOIN household h ON h.id = o.household_id JOIN {standing(day=":as_of")}
        WHERE o.kind IS NOT NULL AND {HELPED_SQL} AND {{here}} AND {{seen}})"""
_PAIRED = f"FROM pairing x JOIN helper a ON a.code = x.helper WHERE x.household_id = h.id AND {runs_on('x', ':as_of')}"
_FIRST = "ORDER BY x.started, a.code LIMIT 1"
_ANSWER = f"""FROM visit v WHERE v.household_id = e.household_id AND v.visited = e.answered
    AND v.occasion = CASE e.kind {_OCCASION} END"""
_LISTED = f"""
    SELECT e.id, e.kind, e.day, e.who, e.words, CASE WHEN e.answered IS NOT NULL THEN 'done' WHEN e.day < :over
        THEN 'overdue' ELSE 'open' END AS state, e.answered, (SELECT MIN(a.name) FROM helper a
        WHERE a.code IN (SELECT v.helper {_ANSWER})) AS by, (SELECT COUNT(*) FROM archive d
        WHERE d.household_id = e.household_id AND d.hidden IS NULL AND d.visit IN (SELECT v.code {_ANSWER})) AS photos,
        e.household_id, e.village, {head_on(":as_of")} AS head, {place_of("e.village").sql} AS place,
        (SELECT a.name {_PAIRED} {_FIRST}) AS helper,
        (SELECT y.id FROM person y WHERE y.helper = (SELECT a.code {_PAIRED} {_FIRST})) AS person,
        e.total
    FROM {{page}} e JOIN household h ON h.id = e.household_id"""
_OF_PERSON = f"""EXISTS (SELECT 1 FROM pairing x JOIN person y ON y.helper = x.helper
    WHERE y.id = :person AND x.household_id = e.household_id AND {runs_on("x", ":as_of")})"""
