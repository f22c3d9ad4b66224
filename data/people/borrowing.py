"""借阅: a look at one household outside one's scope, with a reason, two hours at most; the household's log says who.

Who borrows names the household by its whole code; whether there is none of that code or he may not look is said in the
same words. What he sees is masked, and he takes nothing of it away (``roles``: borrower).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, insert, select, update

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import SKEW, written
from data.errors import NO_SUCH_HOUSEHOLD, NotFound, Refused
from data.households.file import whereabouts
from data.model import borrowing, household
from data.settings import value_of
from data.store.rows import written_id
from data.text.signs import seen

BORROWED = timedelta(hours=2)
SHORTEST, LONGEST = 6, 100  # signs of a reason


@dataclass(frozen=True)
class Loan:
    """A household (its id) that somebody may look at until a moment (ISO), and why."""

    household: int
    village: str
    reason: str
    until: str


def obstacle(connection: Connection, viewer: Viewer) -> str | None:
    """Why he cannot borrow, None where he can: he must be somebody who can be named, and the county must allow it."""
    if viewer.person is None or not viewer.may(READ, HOUSEHOLDS):
        return "没有以本人账号登录，不能借阅。"
    return None if value_of(connection, "borrowing") == "1" else "本县没有开放借阅，查看范围以外的户不能打开。"


@needs(READ, HOUSEHOLDS)
def borrow(connection: Connection, viewer: Viewer, code: str, reason: str, *, now: datetime, address: str) -> Loan:
    """Begin a loan of the household of this code (户编号). ``connection`` is that of a writing transaction.

    Raises Refused where nobody may borrow, for a reason that says too little and for what he sees anyhow, NotFound
    where there is no such household.
    """
    if why := obstacle(connection, viewer):
        raise Refused(why)
    reason = " ".join(seen(reason).split())
    if not SHORTEST <= len(reason.replace(" ", "")) <= LONGEST:
        raise Refused(f"请写明借阅理由，{SHORTEST} 至 {LONGEST} 个字。")
    found = connection.execute(select(household.c.id, household.c.village).where(household.c.code == code.strip()))
    row = found.first()
    if row is None:
        raise NotFound(NO_SUCH_HOUSEHOLD)
    if whereabouts(connection, viewer, row.id) is not None:
        raise Refused("这一户就在您的查看范围内，不用借阅，请直接打开。")
    loan = Loan(row.id, row.village, reason, written(now + BORROWED))
    kept = {"household_id": loan.household, "reason": reason, "begun": written(now), "until": loan.until}
    made = written_id(connection.execute(insert(borrowing).values(person_id=viewer.person, **kept)))
    told = f"至 {loan.until[11:16]} · {reason}"
    audit.wrote(
        connection, "borrowing", [made], actor=viewer.actor, address=address, view="borrowed", detail=told, now=now
    )
    return loan


def borrowed(connection: Connection, person: int | None, now: datetime) -> frozenset[int]:
    """The households that somebody may look at now because he borrowed them; none once the county allows it no more."""
    if value_of(connection, "borrowing") != "1":
        return frozenset()
    return frozenset(row.household_id for row in connection.execute(_running(person, now)))


def loan_of(connection: Connection, person: int | None, household_id: int, now: datetime) -> Loan | None:
    """His loan of this household, None where none runs."""
    if household_id not in borrowed(connection, person, now):
        return None
    asked = _running(person, now).where(borrowing.c.household_id == household_id)
    row = connection.execute(asked.order_by(borrowing.c.until.desc()).limit(1)).first()
    return Loan(*row) if row else None


def borrower(viewer: Viewer, loan: Loan) -> Viewer:
    """As whom he looks at it: the one household, masked, and nothing else."""
    return Viewer("borrower", loan.village, person=viewer.person, households=frozenset({loan.household}))


def give_back(connection: Connection, viewer: Viewer, household_id: int, *, now: datetime, address: str) -> None:
    """End it before its time. ``connection`` is that of a writing transaction."""
    mine = (borrowing.c.person_id == viewer.person) & (borrowing.c.household_id == household_id)
    running = select(borrowing.c.id).where(mine, borrowing.c.until > written(now))
    ids = connection.execute(running).scalars().all()
    connection.execute(update(borrowing).where(borrowing.c.id.in_(ids)).values(until=written(now)))
    actor, told = viewer.actor, "提前结束"
    audit.wrote(connection, "borrowing", ids, actor=actor, address=address, view="borrowed", detail=told, now=now)


def _running(person: int | None, now: datetime) -> Select[int, str, str, str]:
    """Loans of a person that run, of nobody none."""
    columns = (borrowing.c.household_id, household.c.village, borrowing.c.reason, borrowing.c.until)
    mine = select(*columns).join(household, household.c.id == borrowing.c.household_id)
    begun = borrowing.c.begun <= written(now + SKEW)  # a clock set back makes no loan longer
    return mine.where(borrowing.c.person_id == person, borrowing.c.until > written(now), begun)
