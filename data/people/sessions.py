"""Who is signed in now: the open sessions that an administrator sees, or one's own; ending one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from data.access.rights import needs
from data.access.roles import ADMINISTER, PEOPLE, READ
from data.access.sessions import Sessions
from data.access.viewer import Viewer
from data.audit import log as audit
from data.errors import NotFound

SHORT = 8
"""Signs of a session's number: of its digest, which opens nothing."""
_BROWSERS = (
    ("MicroMessenger", "微信"), ("Edg", "Edge"), ("OPR", "Opera"), ("QQBrowser", "QQ浏览器"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "安卓"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("HarmonyOS", "鸿蒙"), ("Windows", "Windows"),
    ("Mac OS X", "苹果电脑"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class OpenSession:
    """One session that holds: whose it is (``person`` or ``device``, a number; ``name``, ``role``, ``region``), since
    when, last seen, from which address with which browser."""

    digest: str
    person: int | None
    device: int | None
    name: str
    role: str
    region: str
    made: str
    seen: str
    address: str
    browser: str

    @property
    def number(self) -> str:
        """What it is called where somebody types it."""
        return self.digest[:SHORT]


@needs(READ, PEOPLE)
def open_sessions(
    connection: Connection, viewer: Viewer, sessions: Sessions, now: datetime, *, person: int | None = None
) -> list[OpenSession]:
    """The sessions of the viewer's region that hold, the latest first; of one person alone where he is named."""
    held = _held(sessions, now, sessions.open(now))
    return [one for one in held if viewer.may_see(one.region) and person in (None, one.person)]


def own_sessions(viewer: Viewer, sessions: Sessions, now: datetime) -> list[OpenSession]:
    """One's own; none for who is not signed in."""
    if viewer.person is None:
        return []
    return _held(sessions, now, [row for row in sessions.open(now) if row["person"] == viewer.person])


@needs(ADMINISTER, PEOPLE)
def end_session(
    connection: Connection,
    viewer: Viewer,
    sessions: Sessions,
    digest: str,
    *,
    actor: str = "",
    address: str,
    now: datetime,
) -> None:
    """End one by its digest or the number of one; what has ended already is left. Raises NotFound for one that is not
    there, or not of the viewer's region."""
    one = _only(open_sessions(connection, viewer, sessions, now), digest)
    _end(connection, sessions, one, actor or viewer.actor, address, now)


def end_own_session(
    connection: Connection, viewer: Viewer, sessions: Sessions, digest: str, *, address: str, now: datetime
) -> None:
    """End one of one's own, as on a telephone that was lost; raises NotFound for any other."""
    _end(connection, sessions, _only(own_sessions(viewer, sessions, now), digest), viewer.actor, address, now)


def _only(found: Iterable[OpenSession], digest: str) -> OpenSession:
    fitting = [one for one in found if len(digest) >= SHORT and one.digest.startswith(digest)]
    if len(fitting) != 1:
        raise NotFound("没有这个会话：可能已经结束，或不在您的管理范围内。请刷新后再看。")
    return fitting[0]


def _end(connection: Connection, sessions: Sessions, one: OpenSession, actor: str, address: str, now: datetime) -> None:
    whose = f"人员 {one.person}" if one.device is None else f"设备 {one.device}"
    audit.enter(
        connection, actor=actor, address=address, view="session_ended", households=[None], detail=whose, now=now
    )
    sessions.end(one.digest, now)


def _held(sessions: Sessions, now: datetime, rows: Iterable[RowMapping]) -> list[OpenSession]:
    found = []
    for row in rows:
        if signed := sessions.of(row["digest"], now):
            viewer = signed.viewer
            found.append(
                OpenSession(
                    row["digest"], row["person"], row["device"], signed.name, viewer.role, viewer.region, row["made"],
                    row["seen"], row["address"], browser(row["agent"]),
                )
            )  # fmt: skip
    return found


def browser(agent: str) -> str:
    """A browser as people call it: ``Chrome · Windows``; 其他浏览器."""
    program = next((name for sign, name in _BROWSERS if re.search(rf"\b{sign}\w*/", agent)), "其他浏览器")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return " · ".join(filter(None, (program, system)))
