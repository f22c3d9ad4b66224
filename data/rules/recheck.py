"""What a change did to the rules, in the transaction of the change."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from data.model import household, member, member_mark, phone_mark, quality_run
from data.rules import marks
from data.rules.running import run, settle, settle_matters
from data.store.batches import batches

MOST = 2000
"""Households that are asked of by themselves; beyond, all at once is quicker."""


def recheck(connection: Connection, households: Collection[int], now: datetime) -> None:
    """Ask all rules of these households again, and of those that share an ID number or a telephone with them or did
    before; their figures stand already. Nothing is done where the rules were never run."""
    if not households or not _ever(connection):
        return
    concerned = _alike(connection, households) | set(households)
    if marks.make(connection, households):
        concerned |= _alike(connection, households)
    settle(connection, now, concerned)


def recheck_many(connection: Connection, households: Collection[int] | None, now: datetime, *, actor: str) -> None:
    """The same after an import, or where one was taken back; of many households, or all (None), by a run of all."""
    if households is None or len(households) > MOST:
        run(connection, now, actor=actor)
    else:
        recheck(connection, households, now)
        recheck_matters(connection, None, now)


def recheck_matters(connection: Connection, codes: Collection[str] | None, now: datetime) -> None:
    """Ask the rules of problems and tasks again (None: of all), where the rules were ever run."""
    if _ever(connection):
        settle_matters(connection, now, codes)


def recheck_places(connection: Connection, villages: Collection[str], now: datetime, *, actor: str) -> None:
    """Ask all rules again of who lies somewhere in villages whose outline is another now."""
    h, homes = household.c, set[int]()
    for some in batches(sorted(villages)):
        homes.update(connection.execute(select(h.id).where(h.village.in_(some), h.lon.is_not(None))).scalars())
    if homes and _ever(connection):
        recheck_many(connection, homes, now, actor=actor)


def _ever(connection: Connection) -> bool:
    return connection.execute(select(quality_run.c.id).limit(1)).first() is not None


def _alike(connection: Connection, households: Collection[int]) -> set[int]:
    """The households of members, and with telephones, that are marked the same as one of these have."""
    own, other = member.alias(), member_mark.alias()
    phone = phone_mark.alias()
    found: set[int] = set()
    for some in batches(sorted(households), 500):
        numbers = (
            select(own.c.household_id)
            .join(other, other.c.member == own.c.code)
            .join(member_mark, member_mark.c.same == other.c.same)
            .join(member, member.c.code == member_mark.c.member)
            .where(member.c.household_id.in_(some), own.c.household_id.not_in(some))
        )
        phones = (
            select(phone.c.household_id)
            .join(phone_mark, phone_mark.c.same == phone.c.same)
            .where(phone_mark.c.household_id.in_(some), phone.c.household_id.not_in(some))
        )
        found.update(connection.execute(numbers.distinct()).scalars())
        found.update(connection.execute(phones.distinct()).scalars())
    return found
