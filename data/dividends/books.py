"""What the households' books hold already where the filing of a plan would book."""

from sqlalchemy import Connection, text

from data.access import roles
from data.access.rights import needs
from data.access.viewer import Viewer
from data.dividends.states import PLANS
from data.households.booked import LINE_SQL


@needs(roles.READ, roles.PLANS)
def filled(connection: Connection, viewer: Viewer, plan: int, month: int) -> int:
    """How many households of a plan have an amount on record already where its filing would book, that no plan booked:
    it may be the same money. Raises NotFound for a plan that is not the viewer's."""
    PLANS.row(connection, viewer, plan)
    line = LINE_SQL.replace("d.kind", "s.kind")
    number: int = connection.execute(
        text(
            "SELECT COUNT(DISTINCT s.household_id) FROM dividend_share s"
            " JOIN ledger l ON l.household_id = s.household_id AND l.month = :month"
            f" WHERE s.plan = :plan AND s.amount_fen > 0 AND {line} > COALESCE((SELECT SUM(d.amount_fen)"
            " FROM dividend_payment d JOIN dividend_plan v ON v.id = d.plan WHERE d.household_id = s.household_id"
            " AND d.kind = s.kind AND v.booked = :month), 0)"
        ),
        {"plan": plan, "month": month},
    ).scalar_one()
    return number
