"""Photos and papers of a project: on the file store of the households' archives, seen by who may see the project.

Taken out of sight they stay, with who did it and when, and can be put back.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine, insert, select, update

from data.access.rights import needs
from data.access.roles import PAPERS, PROJECTS, READ, WRITE
from data.access.viewer import Viewer
from data.archives.files import EXTENSIONS, examine, keep, shown_content
from data.clock import written
from data.errors import NO_SUCH_PROJECT, NotFound, Refused
from data.figures import cube
from data.households.archives import MOST_OF_A_HOUSEHOLD, NO_SUCH_ARCHIVE, Opened, day_of_paper, plain_title
from data.model import project_archive
from data.projects.file import whereabouts
from data.store.engine import writing
from data.store.rows import StoredRow
from data.terms import PROJECT_ARCHIVE_KINDS

COLUMNS = ("id", "kind", "title", "media_type", "size", "dated", "added", "actor", "digest", "hidden", "hidden_actor")
PHOTO = PROJECT_ARCHIVE_KINDS[0]
"""What a helper sees of them: vouchers and notices name households that are not his."""
MOST_OF_A_PROJECT = MOST_OF_A_HOUSEHOLD


@needs(WRITE, PROJECTS)
def add(
    engine: Engine,
    viewer: Viewer,
    project: str,
    content: bytes,
    *,
    kind: str,
    title: str,
    now: datetime,
    dated: str | None = None,
) -> int:
    """Take a paper or photo into a project's file; its id. ``title`` and ``dated`` as for a household's.

    Raises NotFound for a project that is not the viewer's, OutOfScope for who may not, Refused with the reason.
    """
    with engine.connect() as connection:
        _writable(connection, viewer, project)
    if kind not in PROJECT_ARCHIVE_KINDS:
        raise Refused(f"没有“{kind[:20]}”这一类，可选：{'、'.join(PROJECT_ARCHIVE_KINDS)}。")
    dated = day_of_paper(dated, now.date())
    material = examine(content)
    digest = keep(engine, material)
    id = secrets.randbelow(2**52) + 1
    with writing(engine) as connection:
        cube.hold(connection)
        place = _writable(connection, viewer, project)
        _check_room(connection, project, digest, len(content))
        connection.execute(
            insert(project_archive).values(
                id=id,
                project=project,
                digest=digest,
                kind=kind,
                title=plain_title(title) or kind,
                media_type=material.media_type,
                size=len(content),
                dated=dated,
                added=written(now),
                actor=viewer.actor,
            )
        )
        cube.stamp(connection, now, place)
    return id


def _writable(connection: Connection, viewer: Viewer, project: str) -> str:
    """The project's region."""
    place = whereabouts(connection, viewer, project)
    if place is None:
        raise NotFound(NO_SUCH_PROJECT)
    return place.code


def _check_room(connection: Connection, project: str, digest: str, size: int) -> None:
    of = project_archive.c
    rows = connection.execute(select(of.title, of.digest, of.size, of.hidden).where(of.project == project)).all()
    for row in rows:
        if row.digest == digest and row.hidden is None:
            raise Refused(f"这份材料已经在档案里（{row.title}），不用再传。")
    if sum(row.size for row in rows) + size > MOST_OF_A_PROJECT:
        raise Refused(f"这个项目的档案已满 {MOST_OF_A_PROJECT >> 20} MB，请降低照片分辨率，或联系管理员。")


@needs(WRITE, PROJECTS)
def hide(engine: Engine, viewer: Viewer, archive_id: int, *, now: datetime) -> None:
    """Take a paper out of sight. Raises NotFound, OutOfScope, Refused where somebody has done so already."""
    _turn(engine, viewer, archive_id, now, hidden=True)


@needs(WRITE, PROJECTS)
def restore_hidden(engine: Engine, viewer: Viewer, archive_id: int, *, now: datetime) -> None:
    """Put it back into sight; raises as :func:`hide`."""
    _turn(engine, viewer, archive_id, now, hidden=False)


def _turn(engine: Engine, viewer: Viewer, archive_id: int, now: datetime, *, hidden: bool) -> None:
    with writing(engine) as connection:
        cube.hold(connection)
        held = _row(connection, viewer, archive_id)
        place = _writable(connection, viewer, held.project)
        if (held.hidden is not None) == hidden:
            raise Refused("这份档案刚刚已由别人处理，请刷新页面。")
        connection.execute(
            update(project_archive)
            .where(project_archive.c.id == archive_id)
            .values(hidden=written(now) if hidden else None, hidden_actor=viewer.actor)
        )
        cube.stamp(connection, now, place)


@needs(READ, PAPERS)
def archives_of_project(connection: Connection, viewer: Viewer, project: str, *, hidden: bool = False) -> pd.DataFrame:
    """A project's papers, the newest first: COLUMNS; those out of sight with ``hidden``. Empty for a project that is
    not the viewer's."""
    rows: Sequence[StoredRow] = []
    if whereabouts(connection, viewer, project) is not None:
        of = project_archive.c
        asked = select(*(of[name] for name in COLUMNS)).where(of.project == project)
        if not viewer.may(WRITE, PROJECTS):
            asked = asked.where(of.kind == PHOTO)
        rows = connection.execute(asked.where(of.hidden.is_not(None) if hidden else of.hidden.is_(None))).all()
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    frame["on"] = [row.dated or row.added[:10] for row in frame.itertuples()]
    return frame.sort_values(["on", "added", "id"], ascending=False, kind="stable").drop(columns="on")


@needs(READ, PAPERS)
def opened(engine: Engine, viewer: Viewer, archive_id: int) -> Opened:
    """One paper whole; raises as ``archives.opened`` does."""
    with engine.connect() as connection:
        held = _row(connection, viewer, archive_id)
    if held.hidden is not None:
        raise NotFound(NO_SUCH_ARCHIVE)
    content = shown_content(engine, held.digest, held.media_type)
    return Opened(content, held.media_type, f"{held.title}.{EXTENSIONS[held.media_type]}", None, held.kind)


def _row(connection: Connection, viewer: Viewer, archive_id: int) -> StoredRow:
    held = connection.execute(select(project_archive).where(project_archive.c.id == archive_id)).first()
    if held is None or not (viewer.may(WRITE, PROJECTS) or held.kind == PHOTO):
        raise NotFound(NO_SUCH_ARCHIVE)
    if whereabouts(connection, viewer, held.project) is None:
        raise NotFound(NO_SUCH_ARCHIVE)
    return held
