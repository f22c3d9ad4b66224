"""Photos and papers that prove what was done to a problem or task: on the store of archives, seen by who sees it.

Taken out of sight they stay, and the line of the log says who did it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from data.access.rights import needs
from data.access.roles import MATTERS, PAPERS, READ, WRITE
from data.access.viewer import Viewer
from data.archives.files import EXTENSIONS, examine, keep, shown_content
from data.audit import log as audit
from data.clock import written
from data.errors import NotFound, Refused
from data.figures import cube
from data.households.archives import MOST_OF_A_HOUSEHOLD, NO_SUCH_ARCHIVE, Opened, plain_title
from data.matters.file import row_of
from data.matters.states import ENDED, REGISTERS
from data.model import work_paper
from data.store.engine import writing

KINDS = ("整改照片", "现场照片", "会议记录", "凭证", "其他")


@dataclass(frozen=True)
class Paper:
    """``added``: ISO moment; ``actor``: a ``Viewer.actor``; ``size`` in bytes."""

    id: int
    kind: str
    title: str
    media_type: str
    size: int
    added: str
    actor: str
    digest: str


@needs(WRITE, MATTERS)
def add(
    engine: Engine, viewer: Viewer, record: str, code: str, content: bytes, *, kind: str, title: str, now: datetime
) -> int:
    """Take a photo or paper; its id. Raises NotFound for what the viewer does not see, Refused for what is done with,
    what cannot be taken, or where there is no room."""
    with engine.connect() as connection:
        row_of(connection, viewer, record, code)
    if kind not in KINDS:
        raise Refused(f"没有“{kind[:20]}”这一类，可选：{'、'.join(KINDS)}。")
    material = examine(content)
    digest = keep(engine, material)
    id = secrets.randbelow(2**52) + 1
    with writing(engine) as connection:
        cube.hold(connection)
        held = row_of(connection, viewer, record, code)
        if held["state"] in ENDED:
            raise Refused("已经办结，不能再加材料；有新情况请上一级重新打开。")
        _check_room(connection, record, code, digest, len(content))
        row = {
            "id": id, "record": record, "key": code, "digest": digest, "kind": kind,
            "title": plain_title(title) or kind, "media_type": material.media_type, "size": len(content),
            "added": written(now), "actor": viewer.actor,
        }  # fmt: skip
        connection.execute(insert(work_paper).values(row))
        _stamp(connection, viewer, record, held, f"加材料：{kind}", now)
    return id


@needs(WRITE, MATTERS)
def hide(engine: Engine, viewer: Viewer, id: int, *, now: datetime) -> None:
    """Take a paper out of sight: who added it, while it is not done with. Raises NotFound, Refused."""
    with writing(engine) as connection:
        cube.hold(connection)
        paper = _paper(connection, id)
        held = row_of(connection, viewer, paper["record"], paper["key"])
        if paper["actor"] != viewer.actor or held["state"] in ENDED:
            raise Refused("只有加这份材料的人，在办结之前可以撤下。")
        connection.execute(update(work_paper).where(work_paper.c.id == id).values(hidden=written(now)))
        _stamp(connection, viewer, paper["record"], held, f"撤下材料：{paper['kind']}", now)


@needs(READ, MATTERS)
def papers_of(connection: Connection, viewer: Viewer, record: str, code: str) -> list[Paper]:
    """What is kept of one, the newest first; raises NotFound where the viewer does not see it."""
    row_of(connection, viewer, record, code)
    of = work_paper.c
    names = (of[name] for name in Paper.__dataclass_fields__)
    asked = select(*names).where(of.record == record, of.key == code, of.hidden.is_(None))
    return [Paper(*row) for row in connection.execute(asked.order_by(of.added.desc(), of.id))]


@needs(READ, PAPERS)
def opened(engine: Engine, viewer: Viewer, id: int) -> Opened:
    """One paper whole; raises NotFound where it is not there or the viewer does not see what it is of."""
    with engine.connect() as connection:
        paper = _paper(connection, id)
        held = row_of(connection, viewer, paper["record"], paper["key"])
    content = shown_content(engine, paper["digest"], paper["media_type"])
    name = f"{paper['title']}.{EXTENSIONS[paper['media_type']]}"
    return Opened(content, paper["media_type"], name, held["household_id"], paper["kind"])


def _paper(connection: Connection, id: int) -> RowMapping:
    of = work_paper.c
    held = connection.execute(
        select(work_paper).where(of.id == id, of.hidden.is_(None), of.record.in_(REGISTERS))
    ).mappings().first()  # fmt: skip
    if held is None:
        raise NotFound(NO_SUCH_ARCHIVE)
    return held


def _check_room(connection: Connection, record: str, code: str, digest: str, size: int) -> None:
    of = work_paper.c
    rows = connection.execute(select(of.digest, of.size, of.hidden).where(of.record == record, of.key == code)).all()
    if any(row.digest == digest and row.hidden is None for row in rows):
        raise Refused("这份材料已经有了，不用再传。")
    if sum(row.size for row in rows) + size > MOST_OF_A_HOUSEHOLD:
        raise Refused(f"材料已满 {MOST_OF_A_HOUSEHOLD >> 20} MB，请降低照片分辨率。")


def _stamp(connection: Connection, viewer: Viewer, record: str, held: RowMapping, told: str, now: datetime) -> None:
    register = REGISTERS[record]
    told = f"{register.way.noun} {held['code']} {told}"
    whose = (held["household_id"],)
    audit.enter(connection, actor=viewer.actor, address="", view="approve", households=whose, detail=told, now=now)
    cube.stamp(connection, now, held[register.region])
