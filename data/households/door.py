"""What a form at the door shows before anything is typed: who may have visited, what runs, what stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, select

from data import model
from data.access.households import writable_row
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.model.running import lasting, running
from data.terms import SUBJECTS


@dataclass(frozen=True)
class Helper:
    """Who may have made a visit; ``own`` is one of this household."""

    code: str
    name: str
    unit: str
    own: bool


@dataclass(frozen=True)
class Door:
    """A household for one who writes: stored rows as mappings of column → value, nothing masked."""

    household: RowMapping
    members: tuple[RowMapping, ...]
    helpers: tuple[Helper, ...]
    measures: tuple[RowMapping, ...]
    other_measures: tuple[RowMapping, ...]
    problems: tuple[RowMapping, ...]
    assurances: Mapping[str, RowMapping]


@needs(WRITE, HOUSEHOLDS)
def door(connection: Connection, viewer: Viewer, household: int) -> Door:
    """Measures that run and the others, problems that are not closed, the last check of each assurance.

    Raises NotFound for a household that is not the viewer's, OutOfScope for who may not write.
    """
    facts = writable_row(connection, viewer, household)
    m, s, p, a = model.member, model.measure, model.problem, model.assurance
    mine = a.c.household_id == household
    built = connection.execute(select(model.data_version.c.built)).scalar() or ""
    run = _rows(connection, s, (s.c.household_id == household) & lasting(s, built), (s.c.started, s.c.code))
    own = _rows(connection, s, s.c.household_id == household, (s.c.started.desc(), s.c.code))
    checked = connection.execute(select(a).where(mine).order_by(a.c.checked)).mappings().all()
    return Door(
        facts,
        _rows(
            connection,
            m,
            (m.c.household_id == household) & m.c.gone.is_(None),
            (m.c.relation.not_in(("户主", "本人")), m.c.born, m.c.code),
        ),
        helpers_of(connection, viewer, facts["village"], household, built),
        run,
        tuple(row for row in own if row not in run),
        _rows(connection, p, (p.c.household_id == household) & p.c.closed.is_(None), (p.c.deadline, p.c.code)),
        {row["item"]: row for row in checked},
    )


@needs(WRITE, HOUSEHOLDS)
def ledger_stands(connection: Connection, viewer: Viewer, household: int, month: int) -> dict[str, int | None]:
    """科目 → fen on record in a month (ordinal), None without a line."""
    writable_row(connection, viewer, household)
    ledger = model.ledger
    row = (
        connection.execute(select(ledger).where(ledger.c.household_id == household, ledger.c.month == month))
        .mappings()
        .first()
    )
    return {subject: row[f"{column}_fen"] if row else None for subject, (_, column) in SUBJECTS.items()}


def _rows(
    connection: Connection,
    table: Table,
    clause: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],  # of any type
) -> tuple[RowMapping, ...]:
    return tuple(connection.execute(select(table).where(clause).order_by(*order)).mappings())


@needs(WRITE, HOUSEHOLDS)
def helpers_of(
    connection: Connection, viewer: Viewer, village: str, household: int | None, day: str
) -> tuple[Helper, ...]:
    """Who helps in a village on a day (ISO): the household's own first, then the others; a helper himself alone."""
    a, s, h = model.helper, model.pairing, model.household
    if viewer.sees_own_only:
        codes, own = {viewer.helper}, {viewer.helper}
    else:
        in_village = select(s.c.helper, s.c.household_id).join(h, h.c.id == s.c.household_id)
        pairs = connection.execute(in_village.where(h.c.village == village, running(s, day))).all()
        codes = {helper for helper, _ in pairs}
        own = {helper for helper, paired in pairs if paired == household}
    rows = connection.execute(select(a.c.code, a.c.name, a.c.unit).where(a.c.code.in_(codes)))
    found = [Helper(code, name, unit, code in own) for code, name, unit in rows]
    return tuple(sorted(found, key=lambda helper: (not helper.own, helper.name, helper.code)))
