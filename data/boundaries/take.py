"""Boundaries come in: features are joined to regions, new regions are made, rings repaired; all of it or nothing."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import shapely
from sqlalchemy import Connection, Engine, select, update

from data.boundaries.layers import Feature, read_features
from data.errors import Refused
from data.figures import cube
from data.intake.runs import record_run
from data.model import boundary, region
from data.regions.codes import nearest_parent, needed_parent, region_code
from data.store.batches import batches
from data.store.engine import upsert, writing

_VILLAGE = re.compile(r"(.+?)(村?村民委员会|村?村委会|村|社区居民委员会|社区居委会|居民委员会|居委会|社区)?")


class FeatureNote(NamedTuple):
    """One feature of a file and what is to be said of it; ``number`` counts from 1, 0 is a layer as a whole."""

    file: str
    number: int
    code: str
    name: str
    reason: str


@dataclass(frozen=True)
class BoundaryResult:
    """What an import of boundaries did. ``changed`` counts regions and boundaries written: 0 is nothing at all."""

    features: int
    joined: tuple[str, ...]
    created: tuple[tuple[str, str], ...]
    repaired: tuple[FeatureNote, ...]
    unjoined: tuple[FeatureNote, ...]
    changed: int


@dataclass
class _Joined:
    """Features by the region they belong to, regions to make (code → name), and what found no place."""

    places: dict[str, list[Feature]]
    created: dict[str, str]
    unjoined: list[FeatureNote]


def import_boundaries(
    engine: Engine,
    files: Sequence[Path],
    *,
    progress: Callable[[str, int, int], None] | None = None,
    now: datetime,
    rebuild: bool = True,
) -> BoundaryResult:
    """Take the boundaries of the files: joined on code, then on township and name; never on a name alone.

    A full code that is not known yet, with a name and a known parent, makes the region. Raises Refused for a file that
    cannot be read and where no layer has usable columns. The same files twice change nothing. ``progress`` is called
    with a label, the number done and the total. The cube is rebuilt (for the day) where regions were made, since
    nothing in it depends on outlines; ``rebuild`` False leaves that to the caller.
    """
    features: list[Feature] = []
    for number, file in enumerate(map(Path, files)):
        if progress:
            progress("读取边界", number, len(files))
        features += read_features([file])
    if features and all(feature.number == 0 for feature in features):
        raise Refused(f"{features[0].file}：{features[0].fault}。请在导出时保留行政区划代码和名称。")
    features, repaired = _repaired(features)
    if progress:
        progress("读取边界", len(files), len(files))
    with writing(engine) as connection:
        regions = {code: name for code, name in connection.execute(select(region.c.code, region.c.name))}
        joined = _join(features, regions)
        grown = _write_regions(connection, joined.created)
        changed = grown + _write_boundaries(connection, joined.places, progress)
        result = BoundaryResult(
            features=sum(feature.number > 0 for feature in features),
            joined=tuple(sorted(joined.places)),
            created=tuple(sorted(joined.created.items())),
            repaired=tuple(repaired),
            unjoined=tuple(joined.unjoined),
            changed=changed,
        )
        if changed:
            _record(connection, files, result, now)
        if grown and rebuild:
            cube.rebuild(connection, today=now.date())
    return result


def _village_key(name: str) -> tuple[str, str]:
    """(stem, 村 or 居 or ''): 西关村, 西关村委会 and 西关村村民委员会 are one, 西关社区 another, 西关 may be either."""
    found = _VILLAGE.fullmatch(name)
    stem, suffix = (found[1], found[2] or "") if found else (name, "")
    return stem, "村" if "村" in suffix else "居" if suffix else ""


def _township_key(name: str) -> str:
    return name.removesuffix("人民政府").removesuffix("办事处")


def _polygons(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The valid polygons of a shape: crossing rings made good, points and lines dropped; None where no area is left."""
    valid = shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = shapely.get_parts(shapely.get_parts(valid))
    parts = [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _repaired(features: Iterable[Feature]) -> tuple[list[Feature], list[FeatureNote]]:
    sound, notes = [], []
    for feature in features:
        shape = feature.geometry
        if shape is not None and not feature.fault:
            polygons = _polygons(shape)
            if polygons is None:
                feature = replace(feature, geometry=None, fault="不是面，或面积为零")
            else:
                if not shape.is_valid:
                    notes.append(_note(feature, "边界线自相交或重叠，已自动修复"))
                feature = replace(feature, geometry=polygons)
        sound.append(feature)
    return sound, notes


def _note(feature: Feature, reason: str) -> FeatureNote:
    return FeatureNote(feature.file, feature.number, feature.code, feature.name, reason)


def _join(features: list[Feature], regions: dict[str, str]) -> _Joined:
    joined = _Joined(defaultdict(list), {}, [_note(feature, feature.fault) for feature in features if feature.fault])
    open_features = []
    for feature in (one for one in features if not one.fault):
        code, full = region_code(feature.code)
        if code in regions:
            joined.places[code].append(feature)
        else:
            open_features.append((code, full, feature))
    names = _names(regions, joined.places.keys())
    for code, full, feature in sorted(open_features, key=lambda one: len(one[0])):
        village = _by_name(names, code, feature)
        if village:
            joined.places[village].append(feature)
        elif reason := _hindrance(code, full, feature, regions.keys() | joined.created.keys()):
            joined.unjoined.append(_note(feature, reason))
        else:
            joined.created.setdefault(code, feature.name)
            joined.places[code].append(feature)
    return joined


def _names(regions: dict[str, str], taken: Set[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """(township's code or name, stem) → [(kind, village's code)] of the villages that no code has reached."""
    names = defaultdict(list)
    for code, name in regions.items():
        if len(code) == 12 and code not in taken and code[:9] in regions:
            stem, kind = _village_key(name)
            for township in (code[:9], _township_key(regions[code[:9]])):
                names[township, stem].append((kind, code))
    return names


def _by_name(names: Mapping[tuple[str, str], list[tuple[str, str]]], code: str, feature: Feature) -> str | None:
    """The one village of that township with that name; None where there is none or more than one."""
    if len(code) not in (0, 12) or not feature.name:
        return None
    stem, kind = _village_key(feature.name)
    townships = {code[:9], _township_key(feature.township)} - {""}
    found = {
        village
        for township in townships
        for other, village in names.get((township, stem), ())
        if kind == other or not kind or not other
    }
    return found.pop() if len(found) == 1 else None


def _hindrance(code: str, full: bool, feature: Feature, known: Set[str]) -> str:
    """Why a feature makes no region of its own; '' where it does."""
    if not feature.code:
        return "没有代码，按乡镇和名称也没有对上唯一的村"
    if not code:
        return "代码不是 2、4、6、9 或 12 位的区划代码，按乡镇和名称也没有对上唯一的村"
    if not full:
        return "代码不完整，系统里没有对得上的区划"
    if not feature.name:
        return "系统里没有这个代码；文件里没有名称，不能新建"
    parent = needed_parent(code)
    if parent and parent not in known:
        return f"系统里没有这个代码，也没有它的上级 {parent}，不能新建"
    return ""


def _write_regions(connection: Connection, created: dict[str, str]) -> int:
    """Make the regions and set right the parent of every region that has a nearer one now; returns rows changed."""
    if not created:
        return 0
    stored = dict(connection.execute(select(region.c.code, region.c.parent)).all())
    known = stored.keys() | created.keys()
    rows = [(code, name, nearest_parent(code, known)) for code, name in sorted(created.items())]
    upsert(connection, region, ("code", "name", "parent"), rows)
    moved = {code: nearest_parent(code, known) for code in stored}
    moved = {code: parent for code, parent in moved.items() if parent != stored[code]}
    for code, parent in moved.items():
        connection.execute(update(region).where(region.c.code == code).values(parent=parent))
    return len(rows) + len(moved)


def _write_boundaries(
    connection: Connection, places: dict[str, list[Feature]], progress: Callable[[str, int, int], None] | None
) -> int:
    codes, changed, done = sorted(places), 0, 0
    for batch in batches(codes, 500):
        asked = select(boundary.c.region, boundary.c.geometry).where(boundary.c.region.in_(batch))
        stored = {code: bytes(geometry) for code, geometry in connection.execute(asked)}
        rows = []
        for code in batch:
            shapes = [feature.geometry for feature in places[code]]
            shape = shapes[0] if len(shapes) == 1 else _polygons(shapely.union_all(shapes))
            geometry = shapely.to_wkb(shape, byte_order=1)
            if geometry != stored.get(code):
                rows.append((code, geometry, places[code][0].file))
        changed += upsert(connection, boundary, ("region", "geometry", "source"), rows)
        done += len(batch)
        if progress:
            progress("写入边界", done, len(codes))
    return changed


def _record(connection: Connection, files: Sequence[Path], result: BoundaryResult, now: datetime) -> None:
    counts = {"rows": result.features, "changed": result.changed}
    counts |= {"warnings": len(result.repaired), "refused": len(result.unjoined)}
    record_run(connection, files, "边界", **counts, now=now)
    cube.stamp(connection, now)
