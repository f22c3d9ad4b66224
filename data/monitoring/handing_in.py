"""A step with its papers: what is photographed or scanned goes into the household's archive in the step's own
transaction, so that neither stands without the other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine, select

from data.access.rights import needs, require_right
from data.access.roles import MONITORING, PAPERS, WRITE
from data.access.viewer import Viewer
from data.archives.files import Material, examine, keep
from data.figures import cube
from data.households.archives import check_space, paper_edit
from data.households.edits import Edit, commit_within
from data.model import archive
from data.monitoring.cases import Given, step_within
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
    materials = [(kind, examine(content)) for kind, content in files]
    if materials:
        require_right(viewer, WRITE, PAPERS)
    for _, material in materials:
        keep(engine, material)
    with writing(engine) as connection:
        cube.hold(connection)
        if materials:
            held = CASES.row(connection, viewer, id)
            home, day = held["household_id"], (given.day or now.date()).isoformat()
            known = {
                row.digest: row.id
                for row in connection.execute(
                    select(archive.c.digest, archive.c.id).where(
                        archive.c.household_id == home, archive.c.hidden.is_(None)
                    )
                )
            }
            new = {one.digest: (kind, one) for kind, one in materials if one.digest not in known}
            if new:
                check_space(connection, home, sum(len(one.content) for _, one in new.values()))
                edits = [_edit(kind, one, day, now) for kind, one in new.values()]
                what = f"存入档案：{len(edits)} 份监测材料"
                commit_within(connection, viewer, {home: edits}, what=what, now=now)
                known |= {digest: int(str(edit.key["id"])) for digest, edit in zip(new, edits, strict=True)}
            papers = {known[one.digest]: kind for kind, one in materials}
            given = replace(given, papers={**given.papers, **papers})
        return step_within(connection, viewer, id, action, version=version, given=given, now=now)


def _edit(kind: str, material: Material, day: str, now: datetime) -> Edit:
    return paper_edit(material, kind=_ARCHIVED, title=f"{kind} {day}", dated=day, now=now)
