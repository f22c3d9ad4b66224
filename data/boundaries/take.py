"""Boundaries are taken: what was planned is written, all of it or nothing, and journalled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import shapely
from sqlalchemy import Connection, Engine, select

from data.access.actors import COMMAND
from data.boundaries.layers import Layer, Progress, read_layers
from data.boundaries.plan import SAME, Plan, plan
from data.errors import Refused
from data.figures import cube
from data.intake.questions import UNANSWERED, Answers
from data.intake.runs import last_run, record_run
from data.model import boundary, region
from data.regions.codes import nearest_parent
from data.regions.parents import mend_parents
from data.regions.versions import LAST_WRITE
from data.rules.recheck import recheck_places
from data.store.batches import batches
from data.store.engine import upsert, writing
from data.store.journal import journalling

WRITING = "写入边界"


class FeatureNote(NamedTuple):
    """One feature of a file and what is to be said of it; ``number`` counts from 1, 0 is a layer as a whole."""

    file: str
    number: int
    code: str
    name: str
    reason: str


@dataclass(frozen=True)
class BoundaryResult:
    """What an import of boundaries did. ``changed`` counts regions and boundaries written: 0 is nothing at all.
    ``run``: its number in the history, None where nothing changed."""

    features: int
    joined: tuple[str, ...]
    created: tuple[tuple[str, str], ...]
    repaired: tuple[FeatureNote, ...]
    unjoined: tuple[FeatureNote, ...]
    changed: int
    plan: Plan
    run: int | None


def import_boundaries(
    engine: Engine,
    files: Sequence[Path],
    *,
    progress: Progress | None = None,
    now: datetime,
    rebuild: bool = True,
    answers: Answers = UNANSWERED,
) -> BoundaryResult:
    """Take the boundaries of the files: joined on code, then on township and name; never on a name alone.

    A full code that is not known yet, with a name and a known parent, makes the region. Nothing is written where the
    plan is ``open``: a question must be answered first. Raises Refused for a file that cannot be read, and where no
    layer has usable columns. The same files twice change nothing. ``progress`` is called with a label, the number done
    and the total. The cube is rebuilt (for the day) where regions were made, since nothing in it depends on outlines,
    and rules are asked again of who lies there; ``rebuild`` False leaves that to the caller.
    """
    layers = read_all(engine, files, answers=answers, progress=progress)
    with engine.connect() as connection:
        made = plan(connection, layers, answers=answers)
    if made.open:
        return _result(made)
    with writing(engine) as connection:
        return take(connection, made, layers, files, now=now, progress=progress, rebuild=rebuild)


def read_all(
    engine: Engine, files: Sequence[Path], *, answers: Answers = UNANSWERED, progress: Progress | None = None
) -> list[Layer]:
    """Every layer of the files; raises Refused as ``read_layers`` does, and where none can be taken or asked about."""
    with engine.connect() as connection:
        regions = dict(connection.execute(select(region.c.code, region.c.name)).all())
    layers = read_layers(files, regions=regions, answers=answers, progress=progress)
    if layers and all(layer.fault and not layer.questions for layer in layers):
        raise Refused(f"{layers[0].label}：{layers[0].fault}。请在导出时保留行政区划代码和名称。")
    return layers


def take(
    connection: Connection,
    made: Plan,
    layers: Sequence[Layer],
    files: Sequence[Path],
    *,
    now: datetime,
    progress: Progress | None = None,
    rebuild: bool = True,
    scope: str = "",
    actor: str = COMMAND,
    address: str = "命令行",
) -> BoundaryResult:
    """Write a plan inside the caller's transaction (``writing``); made anew where the data changed since.

    Raises Refused where something must be answered first.
    """
    cube.hold(connection)
    if connection.scalar(LAST_WRITE) != made.version:
        made = plan(connection, layers, answers=made.answers, scope=scope)
    if made.open:
        asked = "；".join(f"{one.file}：{one.text}" for one in made.open)
        raise Refused(f"还有问题没有回答，没有写入。{asked}")
    outlines = {
        item.region: (item.shape, item.file)
        for item in made.items
        if item.taken and item.state != SAME and item.shape is not None
    }
    with journalling(connection, (region, boundary), empty=True) as journal:
        grown = _write_regions(connection, made.created)
        changed = grown + _write_boundaries(connection, outlines, progress)
        if not changed:
            return _result(made)
        journal.keep(last_run(connection) + 1)
    refused = sum(not item.taken for item in made.items)
    counts = {"rows": made.features, "changed": changed, "warnings": len(made.repaired), "refused": refused}
    run = record_run(connection, files, "边界", counts, actor=actor, address=address, now=now)
    cube.stamp(connection, now)
    if grown and rebuild:
        cube.rebuild(connection, today=now.date())
    if rebuild:
        recheck_places(connection, outlines, now, actor=actor)
    return _result(made, changed, run)


def _result(made: Plan, changed: int = 0, run: int | None = None) -> BoundaryResult:
    return BoundaryResult(
        features=made.features,
        joined=tuple(sorted(item.region for item in made.items if item.taken)),
        created=tuple(sorted(made.created.items())),
        repaired=tuple(FeatureNote(one.file, one.number, one.code, one.name, why) for one, why in made.repaired),
        unjoined=tuple(
            FeatureNote(item.file, item.numbers[0], item.code, item.name, item.notes[0])
            for item in made.items
            if not item.taken
        ),
        changed=changed,
        plan=made,
        run=run,
    )


def _write_regions(connection: Connection, created: Mapping[str, str]) -> int:
    """Make the regions and set right the parent of every region that has a nearer one now; returns rows changed."""
    if not created:
        return 0
    known = {*connection.execute(select(region.c.code)).scalars(), *created}
    rows = [(code, name, nearest_parent(code, known)) for code, name in sorted(created.items())]
    return upsert(connection, region, ("code", "name", "parent"), rows) + mend_parents(connection, known)


def _write_boundaries(
    connection: Connection, outlines: Mapping[str, tuple[shapely.Geometry, str]], progress: Progress | None
) -> int:
    codes, changed, done = sorted(outlines), 0, 0
    for batch in batches(codes, 500):
        asked = select(boundary.c.region, boundary.c.geometry).where(boundary.c.region.in_(batch))
        stored = {code: bytes(geometry) for code, geometry in connection.execute(asked)}
        rows = []
        for code in batch:
            shape, file = outlines[code]
            geometry = shapely.to_wkb(shape, byte_order=1)
            if geometry != stored.get(code):
                rows.append((code, geometry, file))
        changed += upsert(connection, boundary, ("region", "geometry", "source"), rows)
        done += len(batch)
        if progress:
            progress(WRITING, done, len(codes))
    return changed
