"""One masked field of a household shown whole: in the viewer's scope, by a click that stands in the log first."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, select

from data.access.households import row_of
from data.access.rights import needs, require_right
from data.access.roles import HEALTH, IDENTITY, UNMASK
from data.access.viewer import Viewer
from data.audit import log as audit
from data.errors import NotFound
from data.model import member as members

FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"phone": ("联系电话", IDENTITY), "id_number": ("证件号码", IDENTITY), "health": ("健康状况", HEALTH)}
)
"""What is masked until it is asked for: a household's phone, a member's number and health → its name, what it is."""


@needs(UNMASK, IDENTITY)
def unmask(
    connection: Connection,
    viewer: Viewer,
    household: int,
    member: str | None,
    field: str,
    *,
    now: datetime,
    address: str,
) -> str:
    """The whole value of a key of FIELDS: of the household, or of its ``member`` of that code.

    ``connection`` is that of a writing transaction: the log, which names the kind of field and no value, stands with
    it or nothing is told. Raises NotFound for what is not there or not the viewer's.
    """
    if field not in FIELDS or (member is None) != (field == "phone"):
        raise NotFound("没有这一项。")
    name, thing = FIELDS[field]
    require_right(viewer, UNMASK, thing)
    row = row_of(connection, viewer, household)
    value = row[field] if member is None else _of_member(connection, household, member, field)
    if value is None:
        raise NotFound(f"没有登记{name}。")
    audit.enter(
        connection,
        actor=viewer.actor,
        address=address,
        view="unmasked",
        households=[household],
        detail=name,
        now=now,
    )
    return str(value)


def _of_member(connection: Connection, household: int, member: str, field: str) -> str | None:
    here = (members.c.household_id == household) & (members.c.code == member)
    return connection.execute(select(members.c[field]).where(here)).scalar()
