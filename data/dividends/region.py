"""Dividend plans in a region: by state, one behind the other, villages without one, what a helper's homes get."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, RowMapping, text

from data.access import roles
from data.access.masks import mask_name
from data.access.rights import needs
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.dividends import steps as dividend_flow
from data.dividends.content import TAKEN, running_month, usual_months
from data.dividends.states import PLANS, STATES, WAY
from data.figures.states import head_on
from data.money import in_yuan

PAGE = 50
_ORDER = " ".join(f"WHEN '{state}' THEN {place}" for place, state in enumerate(
    ("submitted", "approved", "published", "draft", "filed", "void"), 1))  # fmt: skip
NAMES = (  # beside ``dividend_plan v``
    "(SELECT r.name FROM region r WHERE r.code = substr(v.village, 1, 9)) AS township,"
    " (SELECT r.name FROM region r WHERE r.code = v.village) AS village_name,"
    " (SELECT o.id FROM dividend_plan o WHERE o.reverses = v.id AND o.state <> 'void') AS reversed_by,"
    " (SELECT o.state FROM dividend_plan o WHERE o.reverses = v.id AND o.state <> 'void') AS reversed_state"
)


@dataclass(frozen=True)
class PlanLine:
    """A plan among others; amounts in fen. ``due``: the day by which the one whose turn it is should be through."""

    id: int
    village: str
    village_name: str
    township: str
    title: str
    state: str
    first_month: int
    last_month: int
    received: int
    distributed: int
    kept: int
    version: int
    published: str | None
    due: date | None
    late: bool
    mine: bool
    booked: int | None
    reverses: int | None
    reversed_by: int | None
    reversed_state: str | None

    @property
    def state_name(self) -> str:
        """Its state in words; a filed plan that was taken back says so."""
        return "已冲销" if self.reversed_state == "filed" else STATES[self.state]


@needs(roles.READ, roles.PLANS)
def summary(connection: Connection, viewer: Viewer, place: str, today: str) -> pd.DataFrame:
    """Plans of the region by state: index state, columns plans, late, received, distributed, kept (fen)."""
    cuts = WAY.cuts(PLANS.days(connection), date.fromisoformat(today))
    counts = "v.reverses IS NULL OR v.state = 'filed'"  # what is to be taken back is still given out
    sums = ", ".join(
        f"COALESCE(SUM(CASE WHEN {counts} THEN v.{name}_fen END), 0) AS {name}"
        for name in ("received", "distributed", "kept")
    )
    here, bound = within_sql("v.village", viewer.narrowed(place))
    rows = connection.execute(
        text(
            "SELECT v.state, COUNT(*) AS plans, SUM(CASE WHEN (v.state = 'submitted' AND v.submitted < :submitted)"
            " OR (v.state = 'approved' AND v.approved < :approved) THEN 1 ELSE 0 END) AS late,"
            f" {sums}"
            f" FROM dividend_plan v WHERE {here} GROUP BY v.state"
        ),
        {**bound, **cuts},
    ).all()
    names = ["state", "plans", "late", "received", "distributed", "kept"]
    frame = pd.DataFrame([tuple(row) for row in rows], columns=names).set_index("state")
    return frame.reindex(list(STATES), fill_value=0).astype("int64")


@needs(roles.READ, roles.PLANS)
def plans(
    connection: Connection,
    viewer: Viewer,
    place: str,
    today: str,
    *,
    state: str | None = None,
    offset: int = 0,
) -> list[PlanLine]:
    """A page of the plans of a region: those that wait for the viewer first, then as they are on their way, the oldest
    first; ``state`` keeps one state."""
    here, bound = within_sql("v.village", viewer.narrowed(place))
    turn = next((state for state in WAY.turns_of(viewer) if state != "published"), "")
    rows = connection.execute(
        text(
            f"SELECT v.*, {NAMES} FROM dividend_plan v WHERE {here}{' AND v.state = :state' if state else ''}"
            f" ORDER BY CASE WHEN v.state = :turn THEN 0 ELSE 1 END, CASE v.state {_ORDER} END,"
            " CASE WHEN v.state IN ('submitted', 'approved') THEN v.submitted END, v.id DESC"
            " LIMIT :limit OFFSET :offset"
        ),
        {**bound, **({"state": state} if state else {}), "turn": turn, "limit": PAGE, "offset": offset},
    ).mappings()
    days = PLANS.days(connection)
    return [line_of(viewer, row, days, date.fromisoformat(today)) for row in rows]


@needs(roles.READ, roles.PLANS)
def without_plan(connection: Connection, viewer: Viewer, place: str) -> pd.DataFrame:
    """Villages whose own projects had returns in the usual months that no plan takes: village, name, township, free
    (yuan), the most first."""
    first, last = usual_months(running_month(connection))
    here, bound = within_sql("p.region", viewer.narrowed(place))
    rows = connection.execute(
        text(
            f"SELECT q.village, r.name, (SELECT t.name FROM region t WHERE t.code = r.parent) AS township, q.free"
            f" FROM (SELECT p.region AS village, SUM(r.received_fen - {TAKEN}) AS free FROM project p"
            " JOIN project_return r ON r.project = p.code AND r.month >= :first AND r.month <= :last"
            f" WHERE length(p.region) = 12 AND {here} GROUP BY p.region) q JOIN region r ON r.code = q.village"
            " WHERE q.free > 0 ORDER BY q.free DESC, q.village LIMIT 200"
        ),
        {**bound, "first": first, "last": last, "but": 0},
    ).all()
    frame = pd.DataFrame([tuple(row) for row in rows], columns=["village", "name", "township", "free"])
    in_yuan(frame, ("free",))
    return frame


@needs(roles.READ, roles.PLANS)
def helpers_homes(connection: Connection, viewer: Viewer, place: str) -> pd.DataFrame:
    """What the households that the viewer may see get by plans past the draft.

    Columns: plan, title, state, household_id, region, head, dividend, post (yuan).
    """
    here, bound = within_sql("v.village", viewer.narrowed(place))
    seen, named = seen_households(viewer)
    rows = connection.execute(
        text(
            f"SELECT v.id, v.title, v.state, h.id, h.village, {head_on('substr(v.filed, 1, 10)')},"
            " SUM(CASE WHEN s.kind = 'dividend' THEN s.amount_fen ELSE 0 END),"
            " SUM(CASE WHEN s.kind = 'post' THEN s.amount_fen ELSE 0 END)"
            " FROM dividend_plan v JOIN dividend_share s ON s.plan = v.id JOIN household h ON h.id = s.household_id"
            f" WHERE v.state NOT IN ('draft', 'void') AND {here} AND {seen}"
            " GROUP BY v.id, v.title, v.state, v.filed, h.id, h.village, h.head ORDER BY v.id DESC, h.id LIMIT 500"
        ),
        {**bound, **named},
    ).all()
    listed = [
        (
            id,
            title,
            STATES[state],
            home,
            village,
            head if viewer.sees_identity else mask_name(head),
            int(dividend) / 100,
            int(post) / 100,
        )
        for id, title, state, home, village, head, dividend, post in rows
    ]
    names = ["plan", "title", "state", "household_id", "region", "head", "dividend", "post"]
    return pd.DataFrame(listed, columns=names)


@needs(roles.READ, roles.PLANS)
def line_of(viewer: Viewer, row: RowMapping, days: dict[str, int], today: date) -> PlanLine:
    """A row of ``dividend_plan`` with ``NAMES`` beside it, as it is listed."""
    published = row["state"] == "published"
    entered = row[row["state"]] if row["state"] in WAY.deadlines else None
    since = date.fromisoformat(entered[:10]) if entered else None
    due = dividend_flow.may_submit_from(row) if published else WAY.due(row["state"], since, days)
    return PlanLine(
        **{
            name: row[name]
            for name in (
                "id",
                "village",
                "village_name",
                "township",
                "title",
                "state",
                "first_month",
                "last_month",
                "version",
                "published",
                "booked",
                "reverses",
                "reversed_by",
                "reversed_state",
            )
        },
        received=row["received_fen"],
        distributed=row["distributed_fen"],
        kept=row["kept_fen"],
        due=due,
        late=not published and due is not None and due < today,
        mine=WAY.waits_for(viewer, row["village"], row["state"]),
    )
