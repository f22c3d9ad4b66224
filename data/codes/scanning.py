"""What a code stands for: scanned, photographed or typed, it leads to a household or says why it does not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pandas as pd
from sqlalchemy import Connection, Engine, select

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.cards import marks as card_marks
from data.cards.marks import Verdict
from data.codes import tokens as qr_codes
from data.households.search import by_ids
from data.model import card_print, household
from data.text.signs import seen

LONGEST = 400
_PATH = re.compile(r"(?:^|.*/)q/([^/]+)/?$")


@dataclass(frozen=True)
class Scanned:
    """One text and what it stands for.

    ``kind``: valid; withdrawn, expired or unknown (a household's code); refused (a code outside the viewer's scope);
    hidden (a number outside it, which must sound like one that does not exist); foreign (nothing of ours).
    ``households`` are the ids that it names, in scope or not, for the log alone; ``rows`` those in scope as
    ``search.by_ids`` has them. ``verdict``: whether the card that bears the code equals the record.
    """

    kind: str
    households: tuple[int, ...] = ()
    rows: pd.DataFrame | None = None
    verdict: Verdict | None = None

    @property
    def view(self) -> str | None:
        """As which of ``audit.VIEWS`` this is logged, None where nothing was looked at."""
        return {"valid": "cadre", "foreign": None, "hidden": "refused"}.get(self.kind, self.kind)


@needs(READ, HOUSEHOLDS)
def looked_up(connection: Connection, engine: Engine, viewer: Viewer, text: str, month: int, today: date) -> Scanned:
    """The household of a text: the address in a code or its token, a card's check code, a household's code."""
    text = "".join(seen(text[:LONGEST]).splitlines())
    token, mark = _parts(text)
    if token is not None:
        found = qr_codes.resolve(connection, token, today)
        if found.kind != "valid":
            return Scanned(found.kind, (found.household,) if found.household else ())
        assert found.household is not None
        return _in_scope(connection, engine, viewer, [found.household], mark, month, beyond="refused")
    asked = select(household.c.id).where(household.c.code == text.upper())
    ids = connection.execute(asked).scalars().all() if viewer.sees_health else []
    if ids:
        return _in_scope(connection, engine, viewer, ids, None, month)
    if mark := card_marks.normal(text):
        asked = select(card_print.c.household_id).where(card_print.c.mark == mark).distinct().limit(5)
        ids = connection.execute(asked.order_by(card_print.c.household_id)).scalars().all()
        if ids:
            return _in_scope(connection, engine, viewer, ids, mark, month)
    return Scanned("foreign")


def code_of(connection: Connection, text: str, today: date) -> str:
    """The household's own code (户编号) of what was scanned or typed; what names no code of ours is taken as one."""
    text = "".join(filter(str.isprintable, text[:LONGEST])).strip()
    token, _ = _parts(text)
    found = qr_codes.resolve(connection, token, today) if token is not None else None
    if found is None or found.kind != "valid":
        return text
    return str(connection.execute(select(household.c.code).where(household.c.id == found.household)).scalar_one())


def _parts(text: str) -> tuple[str | None, str | None]:
    """Token and check code of an address of ours, whatever machine it names; or of a bare token."""
    try:
        parts = urlsplit(text)
        given = parse_qs(parts.query).get("c", [None])[0]
    except ValueError:
        return None, None
    if found := _PATH.match(parts.path):
        return found[1], given
    return (text, None) if qr_codes.TOKEN.fullmatch(text) else (None, None)


def _in_scope(
    connection: Connection,
    engine: Engine,
    viewer: Viewer,
    ids: Sequence[int],
    mark: str | None,
    month: int,
    *,
    beyond: str = "hidden",
) -> Scanned:
    rows = by_ids(connection, viewer, list(ids), month)
    if rows.empty:
        return Scanned(beyond, tuple(ids))
    only = int(rows["id"].iloc[0])
    verdict = card_marks.verdict(engine, connection, viewer, only, mark) if mark else None
    return Scanned("valid", tuple(map(int, rows["id"])), rows, verdict)
