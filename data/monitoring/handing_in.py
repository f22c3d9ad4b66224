"""A step with its papers: what is photographed or scanned goes into the household's archive in the step's own
transaction, so that neither stands without the other; and a paper that was signed after its step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine, insert, select

from data.access.rights import needs, require_right
from data.access.roles import MONITORING, PAPERS, WRITE
from data.access.viewer import Viewer
from data.archives.files import Material, examine, keep
from data.errors import Refused
from data.figures import cube
from data.households.archives import check_space, paper_edit
from data.households.edits import commit_within
from data.model import archive, case_paper
from data.monitoring.cases import Given, step_within, wanting_of
from data.monitoring.ways import CASES
from data.store.engine import writing

_ARCHIVED = "监测材料"


@needs(WRITE, MONITORING)
def step_with_papers(
    engine: Engine,
    viewer: Viewer,
    id: int,
    action: str,
    *,
    version: int,
    given: Given,
    files: Sequence[tuple[str, bytes]],
    now: datetime,
) -> str:
    """Take a step of a case with ``files`` (kind of ``terms.CASE_PAPERS``, content); returns its new state. What lies
    in the household's archive already is named, not kept twice. Raises as ``cases.step``, Refused for a file that
    cannot be taken or finds no room."""
    materials = _examined(engine, viewer, files)
    with writing(engine) as connection:
        cube.hold(connection)
        if materials:
            papers = _archived(connection, viewer, id, materials, given.day or now.date(), now)
            given = replace(given, papers={**given.papers, **papers})
        return step_within(connection, viewer, id, action, version=version, given=given, now=now)


@needs(WRITE, MONITORING)
def hand_in(engine: Engine, viewer: Viewer, id: int, files: Sequence[tuple[str, bytes]], *, now: datetime) -> int:
    """Keep ``files`` (kind, content) that are wanting of steps taken before, each with its step; returns how many.

    Raises NotFound for a case that is not the viewer's, Refused for no file, for a kind that is not wanting and for a
    file that cannot be taken or finds no room.
    """
    if not files:
        raise Refused("请先选择要补存的材料。")
    materials = _examined(engine, viewer, files)
    with writing(engine) as connection:
        cube.hold(connection)
        CASES.row(connection, viewer, id)
        steps = {one.kind: one.step for one in wanting_of(connection, viewer, id)}
        if surplus := next((kind for kind, _ in materials if kind not in steps), None):
            raise Refused(f"“{surplus[:20]}”已存档或不属于已办的步骤，请刷新后再看。")
        for archived, kind in _archived(connection, viewer, id, materials, now.date(), now).items():
            row = {"case_id": id, "step": steps[kind], "kind": kind, "archive": archived}
            connection.execute(insert(case_paper).values(row))
    return len(materials)


def _examined(engine: Engine, viewer: Viewer, files: Sequence[tuple[str, bytes]]) -> list[tuple[str, Material]]:
    """What was handed in, each among the files; a file that no transaction follows is swept away with others."""
    if files:
        require_right(viewer, WRITE, PAPERS)
    materials = [(kind, examine(content)) for kind, content in files]
    for _, material in materials:
        keep(engine, material)
    return materials


def _archived(
    connection: Connection, viewer: Viewer, id: int, materials: Sequence[tuple[str, Material]], day: date, now: datetime
) -> dict[int, str]:
    """Papers of the household's archive (number → kind): those that lie there already, and what comes in new."""
    home = CASES.row(connection, viewer, id)["household_id"]
    lies = select(archive.c.digest, archive.c.id).where(archive.c.household_id == home, archive.c.hidden.is_(None))
    known = {row.digest: row.id for row in connection.execute(lies)}
    new = {one.digest: (kind, one) for kind, one in materials if one.digest not in known}
    if new:
        check_space(connection, home, sum(len(one.content) for _, one in new.values()))
        edits = [
            paper_edit(one, kind=_ARCHIVED, title=f"{kind} {day}", dated=day.isoformat(), now=now)
            for kind, one in new.values()
        ]
        commit_within(connection, viewer, {home: edits}, what=f"存入档案：{len(edits)} 份监测材料", now=now)
        known |= {digest: int(str(edit.key["id"])) for digest, edit in zip(new, edits, strict=True)}
    return {known[one.digest]: kind for kind, one in materials}
