"""One dividend plan with everything: sources, shares, its rule in numbers, its steps, what its viewer may do."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, RowMapping, text

from data.access import roles
from data.access.masks import mask_name
from data.access.rights import needs
from data.access.viewer import Viewer
from data.dividends import steps as dividend_flow
from data.dividends.content import Content, content_of
from data.dividends.region import NAMES, PlanLine, line_of
from data.dividends.rules import explanation
from data.dividends.states import PLANS
from data.dividends.steps import Doubt
from data.figures.states import head_on
from data.money import in_yuan
from data.terms import STATE_NAMES
from data.workflow import Step, Transition


@dataclass(frozen=True)
class Plan:
    """One plan with everything. ``sources``: project, name, region, month, amount, received. ``shares``: household_id,
    code, head, village, state, attribute, persons, labour, weight, dividend, post, by_hand, a row for each household
    (of a helper, only his own; then ``content`` is empty). Amounts in yuan in the frames, in fen elsewhere."""

    line: PlanLine
    content: Content
    sources: pd.DataFrame
    shares: pd.DataFrame
    rule_told: str
    steps: tuple[Step, ...]
    doubts: tuple[Doubt, ...]
    difference: int
    actions: tuple[Transition, ...]
    may_submit: date | None


@needs(roles.READ, roles.PLANS)
def plan_file(connection: Connection, viewer: Viewer, plan: int, today: str) -> Plan:
    """Everything of a plan; raises NotFound where there is none in the viewer's region, OutOfScope for a helper."""
    PLANS.row(connection, viewer, plan)
    row = connection.execute(text(f"SELECT v.*, {NAMES} FROM dividend_plan v WHERE v.id = :id"), {"id": plan})
    held = row.mappings().one()
    content = content_of(connection, viewer, plan)
    return Plan(
        line=line_of(viewer, held, PLANS.days(connection), date.fromisoformat(today)),
        content=content,
        sources=_sources(connection, plan),
        shares=_shares(connection, viewer, plan),
        rule_told=_told(content),
        steps=PLANS.history(connection, viewer, plan),
        doubts=tuple(dividend_flow.doubts(connection, viewer, plan)),
        difference=dividend_flow.unbalanced(connection, plan),
        actions=tuple(_possible(connection, viewer, held)),
        may_submit=dividend_flow.may_submit_from(held) if held["state"] == "published" else None,
    )


def _possible(connection: Connection, viewer: Viewer, held: RowMapping) -> list[Transition]:
    found = PLANS.allowed(connection, viewer, held)
    closed = held["reverses"] is not None or held["reversed_by"] is not None
    return [
        one
        for one in found
        if not (one.action == "reverse" and closed) and not (one.action == "edit" and held["reverses"] is not None)
    ]


def _sources(connection: Connection, plan: int) -> pd.DataFrame:
    rows = connection.execute(
        text(
            "SELECT s.project, p.name, p.region, s.month, s.amount_fen, COALESCE(r.received_fen, 0)"
            " FROM dividend_source s JOIN project p ON p.code = s.project"
            " LEFT JOIN project_return r ON r.project = s.project AND r.month = s.month"
            " WHERE s.plan = :plan ORDER BY p.code, s.month"
        ),
        {"plan": plan},
    ).all()
    frame = pd.DataFrame(
        [tuple(row) for row in rows], columns=["project", "name", "region", "month", "amount", "received"]
    )
    in_yuan(frame, ("amount", "received"))
    return frame


def _shares(connection: Connection, viewer: Viewer, plan: int) -> pd.DataFrame:
    rows = connection.execute(
        text(
            f"SELECT h.id, h.code, {head_on('substr(v.filed, 1, 10)')}, h.village, MAX(s.state),"
            " h.attribute, MAX(s.persons), MAX(s.labour),"
            " MAX(s.weight), SUM(CASE WHEN s.kind = 'dividend' THEN s.amount_fen ELSE 0 END),"
            " SUM(CASE WHEN s.kind = 'post' THEN s.amount_fen ELSE 0 END),"
            " MAX(CASE WHEN s.kind = 'dividend' THEN s.by_hand ELSE 0 END)"
            " FROM dividend_share s JOIN household h ON h.id = s.household_id JOIN dividend_plan v ON v.id = s.plan"
            " WHERE s.plan = :plan GROUP BY h.id, h.code, h.head, h.village, h.attribute, v.filed ORDER BY h.id"
        ),
        {"plan": plan},
    ).all()
    listed = [
        (
            id,
            code,
            head if viewer.sees_identity else mask_name(head),
            village,
            STATE_NAMES[state],
            attribute,
            persons,
            labour,
            weight,
            int(dividend) / 100,
            int(post) / 100,
            bool(by_hand),
        )
        for id, code, head, village, state, attribute, persons, labour, weight, dividend, post, by_hand in rows
    ]
    names = [
        "household_id",
        "code",
        "head",
        "village",
        "state",
        "attribute",
        "persons",
        "labour",
        "weight",
        "dividend",
        "post",
        "by_hand",
    ]
    return pd.DataFrame(listed, columns=names).assign(total=lambda frame: frame["dividend"] + frame["post"])


def _told(content: Content) -> str:
    """The rule with numbers, over the shares that it made."""
    weights = {
        id: share.weight or 0
        for (id, kind), share in content.shares.items()
        if kind == "dividend" and not share.by_hand
    }
    rest = sum(share.amount for (_, kind), share in content.shares.items() if kind == "dividend" and not share.by_hand)
    return explanation(content.rule, rest, weights) if rest >= 0 else explanation(content.rule, 0, {})
