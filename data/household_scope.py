"""Which households a viewer may see: one clause that every query of households, and of what hangs on them, takes."""

from datetime import date

from data.access import Viewer, within_sql


def seen_households(viewer: Viewer, *, today: date | None = None) -> tuple[str, dict[str, str | None]]:
    """SQL condition on ``household h`` with its bound parameters (their names begin with ``seen_``).

    The households of the viewer's region; of these a helper sees only the ones he is paired with today, whatever
    month is looked at, so that a pairing that ended ends the sight too. A helper without a code sees none.
    """
    sql, bound = within_sql("h.village", viewer.region, "seen")
    if viewer.role != "helper":
        return sql, bound
    own = (
        "EXISTS (SELECT 1 FROM pairing w WHERE w.household_id = h.id AND w.helper = :seen_helper"
        " AND w.started <= :seen_today AND (w.ended IS NULL OR w.ended > :seen_today))"
    )
    return f"({sql} AND {own})", {
        **bound,
        "seen_helper": viewer.helper,
        "seen_today": (today or date.today()).isoformat(),
    }


def seen_matters(viewer: Viewer, column: str, *, today: date | None = None) -> tuple[str, dict[str, str | None]]:
    """The same for problems and tasks: ``column`` holds the household's id, or nothing where it is the village's own.

    The region is left to the query; a helper sees what concerns his households and what concerns none.
    """
    if viewer.role != "helper":
        return "1 = 1", {}
    sql, bound = seen_households(viewer, today=today)
    return f"({column} IS NULL OR EXISTS (SELECT 1 FROM household h WHERE h.id = {column} AND {sql}))", bound
