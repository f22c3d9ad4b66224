"""How a display is set up: how wide its picture is, how far its farthest seat, its light, its scenes."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from data.access.rights import needs, require_right
from data.access.roles import ADMINISTER, FIGURES, PEOPLE, READ
from data.access.viewer import Viewer, within
from data.audit import log as audit
from data.clock import written
from data.errors import NotFound, Refused
from data.model import device, display

CM, FAR, SECONDS = (30, 5000), (0.5, 60.0), (10, 600)
"""The least and the most of each: 30 cm is a tablet, 50 m the side of a square."""
MOST_SCENES = 12
_SQUARE = 12  # the length of a village's code


@dataclass(frozen=True)
class Setup:
    """One display: ``cm`` its picture is wide, ``far`` metres to the farthest seat, whether it is ``dark``, the names
    of its ``scenes`` in their order (none: all that its region has), ``seconds`` of each poster."""

    cm: int
    far: float
    dark: bool
    scenes: tuple[str, ...] = ()
    seconds: int = 25


LEADERS = Setup(cm=400, far=8, dark=True)
"""A wall of LEDs in a meeting room."""
VILLAGE = Setup(cm=143, far=4, dark=False)
"""A television of 65 inches in a bright room."""


def usual(region: str) -> Setup:
    """How a display of this region (a code, '' the whole) is set up where nobody said anything."""
    return VILLAGE if len(region) == _SQUARE else LEADERS


def checked(setup: Setup, known: Collection[str]) -> Setup:
    """The set-up with its scenes each once; raises Refused for what no display is, or for a scene that is not known."""
    _within(setup.cm, CM, "画面宽度", "厘米")
    _within(setup.far, FAR, "最远座位", "米")
    _within(setup.seconds, SECONDS, "每屏停留", "秒")
    scenes = tuple(dict.fromkeys(setup.scenes))
    if len(scenes) > MOST_SCENES or not set(scenes) <= set(known):
        raise Refused("没有这个画面，请从画面名单中选择。")
    return replace(setup, scenes=scenes)


def _within(value: float, limits: tuple[float, float], name: str, unit: str) -> None:
    least, most = limits
    if not (math.isfinite(value) and least <= value <= most):
        raise Refused(f"{name}应在 {least:g} 至 {most:g} {unit}之间。")


@needs(READ, FIGURES)
def setup_of(connection: Connection, viewer: Viewer, id: int) -> Setup | None:
    """How the display of this number is set up; None where nobody set it up, or it is not of the viewer's region."""
    held = select(display).join(device, device.c.id == display.c.device_id)
    row = connection.execute(held.where(display.c.device_id == id, within(device.c.region, viewer.region))).first()
    if row is None:
        return None
    scenes = tuple(name for name in row.scenes.split(",") if name)
    return Setup(int(row.cm), float(row.far), bool(row.dark), scenes, int(row.seconds))


@needs(READ, FIGURES)
def shown_by(connection: Connection, viewer: Viewer, id: int) -> str:
    """The region (a code, '' the whole) of a display; raises NotFound where there is none, or it was withdrawn."""
    here = select(device.c.region).where(device.c.id == id, within(device.c.region, viewer.region))
    found = connection.execute(here.where(device.c.withdrawn.is_(None))).scalar()
    if found is None:
        raise NotFound("没有这台设备，或已被收回。请从设备名单中选择。")
    return str(found)


@needs(READ, FIGURES)
def set_up(
    connection: Connection,
    viewer: Viewer,
    id: int,
    setup: Setup | None,
    *,
    known: Sequence[str],
    itself: int | None = None,
    address: str,
    now: datetime,
) -> None:
    """Set up a display: who administers devices any of his region, a display (``itself``) none but itself. ``None``:
    as is usual for its region.

    Raises NoRight, NotFound where there is none, Refused for what no display is.
    """
    if itself != id:
        require_right(viewer, ADMINISTER, PEOPLE)
    shown_by(connection, viewer, id)
    told = checked(setup, known) if setup else None
    connection.execute(delete(display).where(display.c.device_id == id))
    if told:
        row = {
            "device_id": id, "cm": told.cm, "far": told.far, "dark": int(told.dark), "scenes": ",".join(told.scenes),
            "seconds": told.seconds, "changed": written(now), "actor": viewer.actor,
        }  # fmt: skip
        connection.execute(insert(display).values(row))
    what = f"画面宽 {told.cm} 厘米、最远 {told.far:g} 米" if told else "恢复默认"
    detail = f"设置大屏 {id} · {what}"
    audit.wrote(connection, "display", [id], actor=viewer.actor, address=address, view="device", detail=detail, now=now)
