"""By when a household is to be visited again, and how often in a month: what the county has set, as the figures read
it."""

from collections.abc import Mapping
from datetime import date, timedelta

from data.terms import LIFTED, UNLIFTED


def next_visit(last: str | None, begun: str, days: int) -> str:
    """The day (ISO) by which somebody is to come: ``days`` after his last visit, without one after he was named."""
    return (date.fromisoformat(last or begun) + timedelta(days=days)).isoformat()


def quota_sql(quota: Mapping[str, int], alias: str = "s") -> str:
    """SQL of the visits that a household in the spell ``alias`` is to have in a month: ``quota`` by kind, as of
    ``settings.visit_quota``. Who is watched and unlifted has the larger number."""
    unlifted, watched, lifted = (quota.get(kind, 0) for kind in ("unlifted", "watched", "lifted"))
    return (
        f"(CASE WHEN {alias}.base = {UNLIFTED} AND {alias}.watch <> 0 THEN {max(unlifted, watched)}"
        f" WHEN {alias}.base = {UNLIFTED} THEN {unlifted} WHEN {alias}.watch <> 0 THEN {watched}"
        f" WHEN {alias}.base = {LIFTED} THEN {lifted} ELSE 0 END)"
    )
