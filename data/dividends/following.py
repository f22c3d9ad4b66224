"""What a plan that is not filed yet would give a household after its members or its place have changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from data.access import roles
from data.access.rights import needs
from data.access.viewer import Viewer, within
from data.dividends.content import Candidate, candidates, content_of, respread
from data.dividends.states import STATES
from data.errors import Refused
from data.model import dividend_plan, dividend_share


@dataclass(frozen=True)
class ShareAfter:
    """A household's dividend of an open plan in fen: as it stands, and as its rule would have it afterwards."""

    household: int
    title: str
    state: str
    before: int
    after: int


@needs(roles.READ, roles.PLANS)
def shares_after(
    connection: Connection,
    viewer: Viewer,
    persons: Mapping[int, int],
    *,
    labour: Mapping[int, int],
    without: Collection[int] = (),
) -> list[ShareAfter]:
    """The shares that change when households have so many ``persons`` and ``labour`` more or fewer, or are no more in
    their village (``without``); shares typed by hand stay as they are. Nothing is written, and nothing told of plans
    that are not the viewer's: those of where a household was before, and all of them to who sees single ones alone."""
    if viewer.sees_own_only:
        return []
    v, s = dividend_plan.c, dividend_share.c
    concerned = {*persons, *without}
    asked = select(v.id, v.village, v.title, v.state).where(v.state.not_in(("filed", "void")), v.reverses.is_(None))
    asked = asked.where(within(v.village, viewer.region))
    asked = asked.where(v.id.in_(select(s.plan).where(s.household_id.in_(concerned), s.kind == "dividend")))
    found = []
    for plan in connection.execute(asked.order_by(v.id)):
        content = content_of(connection, viewer, plan.id)
        among = [
            _changed(one, persons.get(one.household.id, 0), labour.get(one.household.id, 0))
            for one in candidates(connection, viewer, plan.village)
            if one.household.id not in without
        ]
        try:
            shares = respread(content, among).shares
        except Refused:  # its village has to look at it anyway
            continue
        for id in sorted(concerned):
            before, after = (held.get((id, "dividend")) for held in (content.shares, shares))
            amounts = [share.amount if share is not None else 0 for share in (before, after)]
            if amounts[0] != amounts[1]:
                found.append(ShareAfter(id, plan.title, STATES[plan.state], *amounts))
    return found


def _changed(one: Candidate, persons: int, labour: int) -> Candidate:
    home = one.household
    return replace(one, household=replace(home, persons=home.persons + persons, labour=max(0, home.labour + labour)))
