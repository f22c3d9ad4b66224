"""Photos of a day's record: on the store of archives, each a row of ``work_paper``, opened by who sees the record."""

from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, text

from data.access.rights import needs
from data.access.roles import DAYS, READ, WRITE
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.archives.files import EXTENSIONS, PDF, examine, keep, shown_content
from data.clock import written
from data.days.entries import NO_SUCH_RECORD, standing_record
from data.errors import NotFound, Refused
from data.figures import cube
from data.households.archives import NO_SUCH_ARCHIVE, Opened
from data.model import work_paper
from data.store.engine import writing
from data.store.rows import written_id

RECORD, KIND = "day_record", "每日记录照片"
MOST = 9  # of one record


@needs(WRITE, DAYS)
def add(engine: Engine, viewer: Viewer, number: str, content: bytes, *, now: datetime) -> int:
    """A photo of the record of this number, which he wrote; its id. The same photo again is the one that is there.

    Raises NotFound where there is no such record of his, Refused, with the reason, for what is no photo.
    """
    with engine.connect() as connection:
        _own(connection, viewer, number)
    material = examine(content)
    if material.media_type == PDF:
        raise Refused("这里只收照片。")
    digest = keep(engine, material)
    with writing(engine) as connection:
        cube.hold(connection)
        id, village = _own(connection, viewer, number)
        paper = work_paper.c
        held = connection.execute(
            select(paper.id, paper.digest).where(paper.record == RECORD, paper.key == str(id))
        ).all()
        if (same := next((row.id for row in held if row.digest == digest), None)) is not None:
            return int(same)
        if len(held) >= MOST:
            raise Refused(f"一条记录最多附 {MOST} 张照片。")
        made = connection.execute(
            insert(work_paper).values(
                record=RECORD,
                key=str(id),
                digest=digest,
                kind=KIND,
                title=KIND,
                media_type=material.media_type,
                size=len(content),
                added=written(now),
                actor=viewer.actor,
            )
        )
        cube.stamp(connection, now, village)
        return written_id(made)


def _own(connection: Connection, viewer: Viewer, number: str) -> tuple[int, str]:
    """Id and village of the record that he wrote under this number, and that stands."""
    row = standing_record(connection, viewer, number)
    if row is None or row.withdrawn is not None:
        raise NotFound(NO_SUCH_RECORD)
    return row.id, row.village


@needs(READ, DAYS)
def opened(engine: Engine, viewer: Viewer, paper: int) -> Opened:
    """One photo whole; raises as ``data.households.archives.opened`` does."""
    here, bound = within_sql("d.village", viewer.region)
    condition, named = seen_matters(viewer, "d.household_id")
    asked = text(
        f"""
        SELECT p.*, d.household_id FROM work_paper p JOIN day_record d ON CAST(d.id AS TEXT) = p.key
        WHERE p.id = :paper AND p.record = '{RECORD}' AND p.hidden IS NULL AND d.withdrawn IS NULL
            AND {here} AND {condition}"""
    )
    with engine.connect() as connection:
        held = connection.execute(asked, {**bound, **named, "paper": paper}).first()
    if held is None:
        raise NotFound(NO_SUCH_ARCHIVE)
    content = shown_content(engine, held.digest, held.media_type)
    filename = f"{held.title}.{EXTENSIONS[held.media_type]}"
    return Opened(content, held.media_type, filename, held.household_id, held.kind)
