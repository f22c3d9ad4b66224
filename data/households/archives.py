"""Archives of a household: the papers and photos in its file, opened through the viewer's rights alone.

The file is written before its row, so that a crash leaves at most a file that no row names.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection, Engine, RowMapping, select, text

from data.access.households import writable_row
from data.access.rights import needs
from data.access.roles import PAPERS, READ, WRITE
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.archives.files import EXTENSIONS, Material, examine, keep, shown_content
from data.clock import written
from data.errors import NotFound, Refused
from data.households.edits import Edit, commit, commit_within
from data.households.words import Values
from data.model import archive
from data.terms import ARCHIVE_KINDS
from data.text.signs import seen

LONGEST_TITLE = 60
MOST_OF_A_HOUSEHOLD = 500 * 2**20  # bytes: a hundred photos; a whole county's stay on one disk
NO_SUCH_ARCHIVE = "没有找到这份档案：它不存在、已被移除，或不在您的查看范围内。"
COLUMNS = ("id", "kind", "title", "media_type", "size", "dated", "visit", "added", "digest")


class Opened(NamedTuple):
    """One archive as it goes to the browser; ``filename`` is for saving it, ``household`` None for a project's.
    ``kind``: of ``terms``."""

    content: bytes
    media_type: str
    filename: str
    household: int | None
    kind: str


@needs(WRITE, PAPERS)
def add(
    engine: Engine,
    viewer: Viewer,
    household: int,
    content: bytes,
    *,
    kind: str,
    title: str,
    now: datetime,
    dated: str | None = None,
    visit: str | None = None,
) -> int:
    """Take a paper or photo into the household's file; returns its id.

    ``title`` is free text, its kind where it is empty; ``dated`` the ISO date on the paper, not in the future;
    ``visit`` the code of a visit to this household. Raises NotFound for a household that is not the viewer's,
    OutOfScope for who may not write, Refused with the reason for content or facts that cannot be taken.
    """
    with engine.connect() as connection:
        writable_row(connection, viewer, household)
        if kind not in ARCHIVE_KINDS:
            raise Refused(f"没有“{kind[:20]}”这一类，可选：{'、'.join(ARCHIVE_KINDS)}。")
        dated = day_of_paper(dated, now.date())
        material = examine(content)
        _check_room(connection, household, material, visit)
    keep(engine, material)
    edit = paper_edit(material, kind=kind, title=title, dated=dated, visit=visit, now=now)
    commit(engine, viewer, household, [edit], what=f"存入档案：{title_of(kind, title)}", now=now)
    return int(str(edit.key["id"]))


@needs(WRITE, PAPERS)
def file_within(
    connection: Connection,
    viewer: Viewer,
    household: int,
    materials: Sequence[tuple[str, Material]],
    *,
    kind: str,
    dated: date,
    now: datetime,
    called: str = "",
) -> dict[str, int]:
    """Take papers (what each is called, what lies among the files) into a household's archive in the caller's
    transaction; digest → number there. ``called``: what the history calls them, their kind where it is empty. What lies
    in the archive already is named, not kept twice. Raises Refused where there is no room."""
    of = archive.c
    own = select(of.digest, of.id).where(of.household_id == household, of.hidden.is_(None))
    known: dict[str, int] = dict(connection.execute(own.order_by(of.id.desc())).all())
    new = {one.digest: (title, one) for title, one in materials if one.digest not in known}
    if new:
        check_space(connection, household, sum(len(one.content) for _, one in new.values()))
        day = dated.isoformat()
        edits = [paper_edit(one, kind=kind, title=f"{title} {day}", dated=day, now=now) for title, one in new.values()]
        commit_within(
            connection, viewer, {household: edits}, what=f"存入档案：{len(edits)} 份{called or kind}", now=now
        )
        known |= {digest: int(str(edit.key["id"])) for digest, edit in zip(new, edits, strict=True)}
    return known


def paper_edit(
    material: Material, *, kind: str, title: str, dated: str | None, visit: str | None = None, now: datetime
) -> Edit:
    """The edit by which what lies among the files (``data.archives.files.keep``) comes into a household's file."""
    values: Values = {
        "kind": kind,
        "title": title_of(kind, title),
        "dated": dated,
        "visit": visit,
        "digest": material.digest,
        "media_type": material.media_type,
        "size": len(material.content),
        "added": written(now),
        "hidden": None,
    }
    return Edit("archive", {"id": secrets.randbelow(2**52) + 1}, None, values)


def title_of(kind: str, title: str) -> str:
    """What a paper is called: its kind where its title is empty."""
    return plain_title(title) or kind


def _check_room(connection: Connection, household: int, material: Material, visit: str | None) -> None:
    rows = connection.execute(
        text("SELECT title, digest, visit, hidden FROM archive WHERE household_id = :id"), {"id": household}
    ).all()
    for row in rows:
        if row.digest == material.digest and row.hidden is None and row.visit == visit:
            raise Refused(f"这份材料已经在档案里（{row.title}），不用再传。")
    check_space(connection, household, len(material.content))


def check_space(connection: Connection, household: int, more: int) -> None:
    """Raises Refused where a household's papers would be too many with so many bytes more."""
    asked = text("SELECT COALESCE(SUM(size), 0) FROM archive WHERE household_id = :id")
    if int(connection.execute(asked, {"id": household}).scalar_one()) + more > MOST_OF_A_HOUSEHOLD:
        raise Refused(f"这一户的档案已满 {MOST_OF_A_HOUSEHOLD >> 20} MB，请降低照片分辨率，或联系管理员。")


def day_of_paper(dated: str | None, today: date) -> str | None:
    """The ISO date on a paper, checked; raises Refused."""
    if dated is None:
        return None
    try:
        day = date.fromisoformat(dated)
    except ValueError as error:
        raise Refused("材料日期：没有这一天，请写成 2026-11-22 这样的形式。") from error
    if not date(1900, 1, 1) <= day <= today:
        raise Refused("材料日期：不能早于1900年，也不能在今天之后。")
    return day.isoformat()


def plain_title(title: str) -> str:
    """One line of at most LONGEST_TITLE characters, without controls (NUL, turned writing) and doubled spaces."""
    return " ".join(seen(title).split())[:LONGEST_TITLE].strip()


def title_of_file(name: str) -> str:
    """A title from the name of a file: without folders and ending."""
    own = name.replace("\\", "/").rsplit("/", 1)[-1]
    return plain_title(own.rsplit(".", 1)[0])


@needs(WRITE, PAPERS)
def hide(engine: Engine, viewer: Viewer, archive_id: int, *, now: datetime) -> int:
    """Take an archive out of sight; it stays in the household's history and can be put back. Returns the change's id;
    raises NotFound, OutOfScope, Refused where it is hidden already."""
    return _turn(engine, viewer, archive_id, written(now), "移除档案", now)


@needs(WRITE, PAPERS)
def restore_hidden(engine: Engine, viewer: Viewer, archive_id: int, *, now: datetime) -> int:
    """Put a hidden archive back into sight. Returns the change's id; raises as :func:`hide` does."""
    return _turn(engine, viewer, archive_id, None, "恢复档案", now)


def _turn(engine: Engine, viewer: Viewer, archive_id: int, hidden: str | None, what: str, now: datetime) -> int:
    with engine.connect() as connection:
        held = _row(connection, viewer, archive_id)
    if (held["hidden"] is None) == (hidden is None):
        raise Refused("这份档案刚刚已由别人处理，请刷新页面。")
    edit = Edit("archive", {"id": archive_id}, {"hidden": held["hidden"]}, {"hidden": hidden})
    return commit(engine, viewer, held["household_id"], [edit], what=f"{what}：{held['title']}", now=now)


@needs(READ, PAPERS)
def archives_of(connection: Connection, viewer: Viewer, household: int, *, hidden: bool = False) -> pd.DataFrame:
    """The archives of a household, the newest paper first: COLUMNS, missing values None; those taken out of sight
    with ``hidden``. Empty for a household that is not the viewer's."""
    seen, bound = seen_households(viewer)
    sql = f"""
        SELECT {", ".join(f"a.{column}" for column in COLUMNS)}
        FROM archive a JOIN household h ON h.id = a.household_id
        WHERE a.household_id = :household AND a.hidden IS {"NOT " if hidden else ""}NULL AND {seen}
        ORDER BY COALESCE(a.dated, SUBSTR(a.added, 1, 10)) DESC, a.added DESC, a.id"""
    rows = connection.execute(text(sql), {**bound, "household": household}).all()
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


@needs(READ, PAPERS)
def opened(engine: Engine, viewer: Viewer, archive_id: int) -> Opened:
    """One archive whole. Raises NotFound, in the same words, for one that does not exist, is hidden or is not the
    viewer's; Refused where its file is missing or damaged."""
    with engine.connect() as connection:
        held = _row(connection, viewer, archive_id)
    if held["hidden"] is not None:
        raise NotFound(NO_SUCH_ARCHIVE)
    content = shown_content(engine, held["digest"], held["media_type"])
    filename = f"{held['title']}.{EXTENSIONS[held['media_type']]}"
    return Opened(content, held["media_type"], filename, held["household_id"], held["kind"])


def _row(connection: Connection, viewer: Viewer, archive_id: int) -> RowMapping:
    seen, bound = seen_households(viewer)
    sql = f"SELECT a.* FROM archive a JOIN household h ON h.id = a.household_id WHERE a.id = :archive AND {seen}"
    found = connection.execute(text(sql), {**bound, "archive": archive_id}).mappings().first()
    if found is None:
        raise NotFound(NO_SUCH_ARCHIVE)
    return found
