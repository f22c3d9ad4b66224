"""Displays: each shows one region for one purpose and signs in with a link, of which the store keeps a hash alone."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from data.access.actors import actor_name
from data.access.rights import needs
from data.access.roles import ADMINISTER, PEOPLE, READ
from data.access.sessions import Sessions, digest_of
from data.access.viewer import Viewer, within
from data.audit import log as audit
from data.clock import written
from data.errors import NotFound
from data.model import device, region
from data.people.words import plain_words
from data.regions import tree as regions
from data.store.rows import written_id

PATH = "/device/"
LONGEST_PURPOSE = 40


@dataclass(frozen=True)
class Device:
    """One display: its number, what it is for, its region (a code, '' the whole), who made its link and when;
    ``withdrawn`` since when; ``seen`` the last time, '' where it was never opened."""

    id: int
    purpose: str
    region: str
    region_name: str | None
    made: str
    by: str
    withdrawn: str | None
    seen: str

    @property
    def place(self) -> str:
        """``示范镇 990181101``; 全部区划."""
        return f"{self.region_name or ''} {self.region}".strip() or "全部区划"


@needs(READ, PEOPLE)
def devices(connection: Connection, viewer: Viewer, sessions: Sessions) -> list[Device]:
    """The displays of the viewer's region, those withdrawn last, then the newest first."""
    named = select(device, region.c.name.label("region_name")).outerjoin(region, region.c.code == device.c.region)
    asked = named.where(within(device.c.region, viewer.region))
    rows = connection.execute(asked.order_by(device.c.withdrawn.is_not(None), device.c.id.desc())).mappings().all()
    last = sessions.last([row["id"] for row in rows], of="device")
    names = {actor: actor_name(connection, actor) for actor in {row["actor"] for row in rows}}
    return [
        Device(
            row["id"], row["purpose"], row["region"], row["region_name"], row["made"], names[row["actor"]],
            row["withdrawn"], last.get(row["id"], ("", ""))[1],
        )
        for row in rows
    ]  # fmt: skip


@needs(ADMINISTER, PEOPLE)
def add_device(
    connection: Connection, viewer: Viewer, place: str, purpose: str, *, actor: str = "", address: str, now: datetime
) -> str:
    """A new display; the path of its link, which stands nowhere afterwards.

    Raises OutOfScope or NotFound for a region that is not the viewer's or not there, Refused without a purpose.
    """
    found = regions.find(connection, viewer, place)
    told = plain_words(purpose, "用途", LONGEST_PURPOSE)
    token = secrets.token_urlsafe(32)
    by = actor or viewer.actor
    row = {"purpose": told, "region": place, "digest": digest_of(token), "made": written(now), "actor": by}
    id = written_id(connection.execute(insert(device).values(row)))
    _log(connection, id, by, address, f"新增设备 {id} · {f'{found.name} {found.code}'.strip()}", now)
    return PATH + token


@needs(ADMINISTER, PEOPLE)
def withdraw(connection: Connection, viewer: Viewer, id: int, *, actor: str = "", address: str, now: datetime) -> None:
    """End a display's right to look: its link and what it has open end at once; withdrawn already, nothing happens.

    Raises NotFound where there is none, or it is not of the viewer's region.
    """
    here = (device.c.id == id) & within(device.c.region, viewer.region)
    if connection.execute(select(device.c.id).where(here)).first() is None:
        raise NotFound("没有这台设备，或不在您的管理范围内。请从设备名单中选择。")
    open_yet = here & device.c.withdrawn.is_(None)
    if connection.execute(update(device).where(open_yet).values(withdrawn=written(now))).rowcount:
        _log(connection, id, actor or viewer.actor, address, f"收回设备 {id}", now)


def opened_by(connection: Connection, token: str) -> tuple[int, str] | None:
    """The display whose link this is, its number and region; None for a link that is none or was withdrawn."""
    held = select(device.c.id, device.c.region).where(device.c.digest == digest_of(token), device.c.withdrawn.is_(None))
    found = connection.execute(held).first()
    return None if found is None else (found.id, found.region)


def _log(connection: Connection, id: int, actor: str, address: str, detail: str, now: datetime) -> None:
    audit.wrote(connection, "device", [id], actor=actor, address=address, view="device", detail=detail, now=now)
