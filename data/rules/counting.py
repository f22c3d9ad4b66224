"""How many records each rule speaks of now, within a region."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from data.access.rights import needs
from data.access.roles import QUALITY, READ
from data.access.viewer import Viewer, within
from data.model import quality_hit, quality_waiver
from data.rules.registry import RULES

AGREED = "agreed"


@dataclass(frozen=True)
class Count:
    """Of one rule: records that are to be put right, and those that are waived, which are not among them."""

    hits: int = 0
    waived: int = 0


def is_waived(today: str) -> ColumnElement[bool]:
    """Clause: a hit stands for which a waiver is agreed to that has not run out today (ISO)."""
    waiver, hit = quality_waiver.c, quality_hit.c
    return exists().where(
        and_(waiver.rule == hit.rule, waiver.record == hit.record, waiver.key == hit.key),
        waiver.state == AGREED,
        waiver.until >= today,
    )


@needs(READ, QUALITY)
def counts(connection: Connection, viewer: Viewer, region: str, *, today: str) -> Mapping[str, Count]:
    """Every rule → what it hits in a region ('' the whole); raises OutOfScope outside the viewer's."""
    here = within(quality_hit.c.village, viewer.narrowed(region))
    waived = is_waived(today)
    asked = select(quality_hit.c.rule, waived, func.count()).where(here).group_by(quality_hit.c.rule, waived)
    found = {(rule, bool(free)): number for rule, free, number in connection.execute(asked)}
    return {id: Count(found.get((id, False), 0), found.get((id, True), 0)) for id in RULES}
