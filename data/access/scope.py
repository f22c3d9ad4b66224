"""Which households a viewer may see: one clause that every query of households, and of what hangs on them, takes."""

from data.access.viewer import Viewer, within_sql
from data.model.running import runs_on

_MINE = (
    "EXISTS (SELECT 1 FROM pairing mine, data_version today WHERE mine.household_id = {household}"
    f" AND mine.helper = :seen_helper AND {runs_on('mine', 'today.built')})"
)


def seen_households(viewer: Viewer) -> tuple[str, dict[str, object]]:
    """SQL condition on ``household h`` with its bound parameters (their names begin with ``seen_``).

    The households of the viewer's region; of these a helper sees only the ones he is paired with today, whatever
    month is looked at, so that a pairing that ended ends the sight too. A helper without a code sees none. A viewer of
    single households sees these alone.
    """
    sql, bound = within_sql("h.village", viewer.region, "seen")
    own, named = _own(viewer, "h.id")
    return f"({sql} AND {own})", {**bound, **named}


def seen_matters(viewer: Viewer, household: str) -> tuple[str, dict[str, object]]:
    """The same for problems and tasks: ``household`` is the SQL of a household's id, NULL for a matter of the village.

    The region is left to the query; who sees single households sees what concerns these and what concerns none.
    """
    own, bound = _own(viewer, household)
    return (f"({household} IS NULL OR {own})" if viewer.sees_own_only else own), bound


def _own(viewer: Viewer, household: str) -> tuple[str, dict[str, object]]:
    named = "1 = 1"
    if viewer.households is not None:  # whole numbers of our own
        named = f"{household} IN ({', '.join(map(str, sorted(viewer.households))) or 'NULL'})"
    if viewer.role != "helper":
        return named, {}
    return f"({named} AND {_MINE.format(household=household)})", {"seen_helper": viewer.helper}
