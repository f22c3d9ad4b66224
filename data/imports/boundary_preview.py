"""What the check of boundary files found, kept beside them for the page: each region and feature, and its shape."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import shapely
from sqlalchemy import Connection, Engine

from data.access.rights import needs
from data.access.roles import BOUNDARIES, IMPORT
from data.access.viewer import Viewer
from data.boundaries.plan import Plan, Planned
from data.imports import files, jobs
from data.regions.codes import region_code
from data.store.private import own_file

PAGE = 50
_FINENESS = 4000  # the extent divided by this is the smallest corner that is kept
_NAME = "map.json"


@dataclass(frozen=True)
class Shown:
    """A :class:`Planned` as it is shown: ``id`` from 1 on; ``shape`` and ``before`` without corners that could not be
    seen."""

    id: int
    file: str
    numbers: tuple[int, ...]
    code: str
    name: str
    region: str
    called: str
    how: str
    state: str
    notes: tuple[str, ...]
    taken: bool
    shape: shapely.Geometry | None
    before: shapely.Geometry | None

    @property
    def level(self) -> int:
        """The length of its region's code; of what found no region that of the code it has, 0 without."""
        return len(self.region or region_code(self.code)[0])

    @property
    def words(self) -> str:
        """What it is called."""
        return self.called or self.name or self.code or f"第 {self.numbers[0]} 个图形"


@dataclass(frozen=True)
class Preview:
    """All of it: ``around`` code → outline of what lies above; ``missing``: regions that stay without (code, name)."""

    items: tuple[Shown, ...]
    around: Mapping[str, shapely.Geometry]
    missing: tuple[tuple[str, str], ...]


def keep(engine: Engine, job: int, made: Plan) -> None:
    """Write a plan down beside the files of its job."""
    shapes = [item.shape for item in made.items] + [item.before for item in made.items] + list(made.around.values())
    rough = iter(_rough(shapes))
    drawn, before = ([next(rough) for _ in made.items] for _ in range(2))
    kept = {
        "items": [_told(item, shape, old) for item, shape, old in zip(made.items, drawn, before, strict=True)],
        "around": dict(zip(made.around, rough, strict=True)),
        "missing": made.missing,
    }
    path = _path(engine, job)
    making = path.with_suffix(".making")
    own_file(making)
    making.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    making.replace(path)


def _told(item: Planned, shape: str | None, before: str | None) -> "_Kept":
    return {
        "file": item.file,
        "numbers": list(item.numbers),
        "code": item.code,
        "name": item.name,
        "region": item.region,
        "called": item.called,
        "how": item.how,
        "state": item.state,
        "notes": list(item.notes),
        "taken": item.taken,
        "shape": shape,
        "before": before,
    }


def _rough(shapes: Sequence[shapely.Geometry | None]) -> list[str | None]:
    """The shapes as text, simplified for a picture."""
    bounds = shapely.bounds([shape for shape in shapes if shape is not None])
    if not len(bounds):
        return [None] * len(shapes)
    west, south, east, north = np.nanmedian(bounds, axis=0)
    size = max(east - west, north - south) * len(bounds) ** 0.5  # about that of the whole, whatever lies far off
    return [
        None if shape is None else shapely.to_wkb(shapely.simplify(shape, size / _FINENESS), hex=True)
        for shape in shapes
    ]


@needs(IMPORT, BOUNDARIES)
def preview(connection: Connection, viewer: Viewer, job: int) -> Preview | None:
    """What the last check of a job found; None where it is gone or there was none. Raises NotFound for a job that is
    not the viewer's."""
    jobs.job(connection, viewer, job)
    path = _path(connection.engine, job)
    if not path.is_file():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    items = tuple(_read(number, one) for number, one in enumerate(kept["items"], 1))
    around = {code: shapely.from_wkb(text) for code, text in kept["around"].items()}
    return Preview(items, around, tuple((code, name) for code, name in kept["missing"]))


class _Kept(TypedDict):
    """A :class:`Shown` as the file holds it: its lists, its shapes as text."""

    file: str
    numbers: list[int]
    code: str
    name: str
    region: str
    called: str
    how: str
    state: str
    notes: list[str]
    taken: bool
    shape: str | None
    before: str | None


def _read(id: int, one: _Kept) -> Shown:
    shape, before = (None if text is None else shapely.from_wkb(text) for text in (one["shape"], one["before"]))
    return Shown(
        id=id,
        file=one["file"],
        numbers=tuple(one["numbers"]),
        code=one["code"],
        name=one["name"],
        region=one["region"],
        called=one["called"],
        how=one["how"],
        state=one["state"],
        notes=tuple(one["notes"]),
        taken=one["taken"],
        shape=shape,
        before=before,
    )


def _path(engine: Engine, job: int) -> Path:
    return files.folder(engine, job) / _NAME
