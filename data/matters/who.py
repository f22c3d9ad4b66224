"""Whose a problem or task is: who may see it, who has to act, who checks, who answers for it at the level it is at."""

from sqlalchemy import Connection, RowMapping, select, text

from data.access.scope import seen_matters
from data.access.viewer import Viewer
from data.errors import NotFound
from data.matters.clocks import above, base_level
from data.matters.states import CHECKERS, OWNERS, REGISTERS
from data.model import account, person
from data.workflow import Transition, actor

NO_SUCH = "没有这个{}，或它不在您的查看范围内。"


def person_of(connection: Connection, viewer: Viewer) -> int | None:
    """Which person acts: who is signed in; of the role of a helper that is played, the one who is that helper."""
    if viewer.person is not None or viewer.helper is None:
        return viewer.person
    return connection.execute(select(person.c.id).where(person.c.helper == viewer.helper)).scalar()


def seen(connection: Connection, viewer: Viewer, record: str) -> tuple[str, dict[str, object]]:
    """Condition on the row ``b`` of ``record`` with its parameters: what of his region a viewer sees. Who sees single
    households alone sees what is about these, and what he answers for himself."""
    if not viewer.sees_own_only:
        return "1 = 1", {}
    sql, bound = seen_matters(viewer, "b.household_id")
    mine = person_of(connection, viewer)
    return f"(({sql} AND b.household_id IS NOT NULL) OR b.owner_id = :seen_person)", {**bound, "seen_person": mine}


def require_seen(connection: Connection, viewer: Viewer, record: str, held: RowMapping) -> None:
    """Raises NotFound where the viewer does not see the row."""
    sql, bound = seen(connection, viewer, record)
    asked = text(f"SELECT 1 FROM {record} b WHERE b.code = :code AND {sql}")
    if connection.execute(asked, {"code": held["code"], **bound}).first() is None:
        raise NotFound(NO_SUCH.format(REGISTERS[record].way.noun))


def has_account(connection: Connection, id: int | None) -> bool:
    """Whether a person can sign in."""
    asked = select(account.c.person_id).where(account.c.person_id == id, account.c.disabled.is_(None))
    return id is not None and connection.execute(asked).first() is not None


def waits_for(connection: Connection, viewer: Viewer, record: str, held: RowMapping) -> bool:
    """Whether it is the viewer whose turn it is: its owner; for an owner who cannot sign in, or none, the office at
    whose level it lies, and who helps its household."""
    if held["owner_id"] is not None and person_of(connection, viewer) == held["owner_id"]:
        return True
    if has_account(connection, held["owner_id"]):
        return False
    if viewer.sees_own_only:
        return held["household_id"] is not None
    return _office(viewer) == base_level(_place(record, held))


def answers(connection: Connection, viewer: Viewer, record: str, held: RowMapping) -> bool:
    """Whether the viewer may report what was done: whose turn it is, and, where its owner cannot sign in, the office
    above, which enters what comes to it on paper."""
    return waits_for(connection, viewer, record, held) or (
        not viewer.sees_own_only
        and not has_account(connection, held["owner_id"])
        and _office(viewer) == above(base_level(_place(record, held)))
    )


def checks(viewer: Viewer, record: str, held: RowMapping) -> bool:
    """Whether the viewer's office is above the level at which it lies (at the county: is the county)."""
    return not viewer.sees_own_only and _office(viewer) <= above(base_level(_place(record, held)))


def fits(connection: Connection, viewer: Viewer, record: str, held: RowMapping, arrow: Transition) -> str:
    """What, beside the role, stands against an arrow; '' for nothing."""
    if arrow.action in OWNERS and not answers(connection, viewer, record, held):
        return "由责任人办理；责任人没有账号的，由所在村、乡镇代办。"
    if arrow.action in CHECKERS and not checks(viewer, record, held):
        return "由上一级办理。"
    if arrow.action in ("grant", "deny") and held["asked_until"] is None:
        return "没有待批的延期申请。"
    if arrow.action == "ask" and held["asked_until"] is not None:
        return "已经申请过延期，正等上级答复。"
    if arrow.action == "void" and not checks(viewer, record, held) and not _raised(connection, viewer, record, held):
        return "由登记的人或上一级办理。"
    return ""


def _raised(connection: Connection, viewer: Viewer, record: str, held: RowMapping) -> bool:
    steps = REGISTERS[record].steps.c
    asked = select(steps.actor).where(steps[record] == held["code"], steps.action == "raise")
    return connection.execute(asked).scalar() == actor(viewer)


def _office(viewer: Viewer) -> int:
    return base_level(viewer.region)


def _place(record: str, held: RowMapping) -> str:
    return str(held[REGISTERS[record].region])
