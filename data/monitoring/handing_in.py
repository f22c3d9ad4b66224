"""A step with its papers: what is photographed or scanned goes into the household's archive in the step's own
transaction, so that neither stands without the other; and a paper that was signed after its step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine, insert

from data.access.rights import needs, require_right
from data.access.roles import MONITORING, PAPERS, WRITE
from data.access.viewer import Viewer
from data.archives.files import Material, examine, keep
from data.errors import Refused
from data.figures import cube
from data.households.archives import file_within
from data.model import case_paper
from data.monitoring.cases import Given, step_within, wanting_of
from data.monitoring.ways import ARCHIVED, CASES
from data.store.engine import writing


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
            home, day = CASES.row(connection, viewer, id)["household_id"], given.day or now.date()
            lies = file_within(connection, viewer, home, materials, kind=ARCHIVED, dated=day, now=now)
            given = replace(given, papers={**given.papers, **{lies[one.digest]: kind for kind, one in materials}})
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
        home = CASES.row(connection, viewer, id)["household_id"]
        steps = {one.kind: one.step for one in wanting_of(connection, viewer, id)}
        if surplus := next((kind for kind, _ in materials if kind not in steps), None):
            raise Refused(f"“{surplus[:20]}”已存档或不属于已办的步骤，请刷新后再看。")
        lies = file_within(connection, viewer, home, materials, kind=ARCHIVED, dated=now.date(), now=now)
        kept = {(kind, lies[one.digest]) for kind, one in materials}
        rows = [{"case_id": id, "step": steps[kind], "kind": kind, "archive": paper} for kind, paper in sorted(kept)]
        connection.execute(insert(case_paper), rows)
    return len(rows)


def _examined(engine: Engine, viewer: Viewer, files: Sequence[tuple[str, bytes]]) -> list[tuple[str, Material]]:
    """What was handed in, each among the files; a file that no transaction follows is swept away with others."""
    if files:
        require_right(viewer, WRITE, PAPERS)
    materials = [(kind, examine(content)) for kind, content in files]
    for _, material in materials:
        keep(engine, material)
    return materials
