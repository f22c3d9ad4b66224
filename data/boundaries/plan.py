"""What taking boundary files would do, before anything is taken: of each region and each feature that finds none.

Distances and areas are measured on an equal-distance projection around the middle of what is handed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import shapely
from sqlalchemy import Connection, func, select

from data.boundaries import shift
from data.boundaries.joins import Joined, alike, join
from data.boundaries.layers import Feature, Layer
from data.boundaries.misplaced import Misplaced, misplaced
from data.boundaries.offsets import offset
from data.boundaries.shapes import length_words, plane, polygons, whole
from data.boundaries.shift import Way, on_plane
from data.errors import Refused
from data.intake.demonstration import replaces_demonstration
from data.intake.questions import UNANSWERED, Answers, Question
from data.model import boundary, region
from data.regions.codes import nearest_parent
from data.regions.tree import standing_on
from data.regions.versions import LAST_WRITE
from data.store.batches import batches
from data.terms import LEVELS

UNMATCHED, DOUBLE, OUTSIDE, OVERLAP = "unmatched", "double", "outside", "overlap"
NEW, CHANGED, FIRST, SAME = "new", "changed", "first", "same"
STATES = {
    UNMATCHED: "未对上",
    DOUBLE: "一码多名",
    OUTSIDE: "在上级范围外",
    OVERLAP: "与邻区重叠",
    NEW: "新建区划",
    CHANGED: "边界有变",
    FIRST: "首次划界",
    SAME: "没有变化",
}
"""State → its words, the most urgent first; a region is in the first that holds of it."""
_FINEST = 1e-8  # degrees, a millimetre: what differs by less is the same


@dataclass(frozen=True)
class Planned:
    """A region that outlines were found for, or a feature that found none (``region`` '').

    ``numbers``: of its features in ``file``, from 1 on (0: the layer as a whole); ``code`` and ``name`` as they are
    written there; ``called``: the region's name; ``how``: of ``joins``; ``notes``: sentences, why it is in its state
    first; ``taken``: whether taking writes it; ``shape``: WGS-84, as it would be written; ``before``: what is stored.
    """

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
    before: shapely.Geometry | None = None


@dataclass(frozen=True)
class Plan:
    """All of it. ``features``: how many were read; ``created``: regions to make (code → name); ``missing``: regions of
    the levels handed in that stay without an outline (code, name); ``told``: sentences about whole layers;
    ``around``: outlines that stand of what lies above and is not handed in (code → WGS-84);
    ``version``: of the data it was made from, ``answers``: those that it goes by."""

    features: int
    items: tuple[Planned, ...]
    created: Mapping[str, str]
    missing: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]
    told: tuple[str, ...]
    repaired: tuple[tuple[Feature, str], ...]
    around: Mapping[str, shapely.Geometry]
    version: int | None
    answers: Answers

    @property
    def open(self) -> tuple[Question, ...]:
        """What must be answered before anything is taken."""
        return tuple(one for one in self.questions if not one.answer(self.answers))

    def counts(self) -> dict[str, int]:
        """State → how many are in it."""
        found = dict.fromkeys(STATES, 0)
        for item in self.items:
            found[item.state] += 1
        return found


def plan(connection: Connection, layers: Sequence[Layer], *, answers: Answers = UNANSWERED, scope: str = "") -> Plan:
    """Work out what taking these layers, read with the same ``answers``, would do now. Nothing outside the region
    ``scope`` is taken. Raises Refused where real regions would stand beside those of the demonstration."""
    sound, repaired = _repaired(feature for layer in layers for feature in _features(layer))
    version = connection.scalar(LAST_WRITE)
    regions = {code: name for code, name in connection.execute(select(region.c.code, region.c.name))}
    joined = join(sound, regions, answers, scope=scope)
    if replaces_demonstration(connection, joined.created):
        raise Refused("库里现在是演示数据，这是真实区划的边界：请先导入行政区划表，并选择清空演示数据。")
    known = _stored(connection, joined.places, regions.keys() | joined.created.keys())
    flat = plane([feature.geometry for feature in sound if feature.geometry is not None])
    questions = [question for layer in layers for question in layer.questions] + joined.questions
    told = [f"{layer.label}：{doubt}" for layer in layers for doubt in layer.doubts]
    moved = {}
    for layer in dict.fromkeys(feature.file for feature in sound if feature.geometry is not None):
        question, said = offset(layer, joined, known, flat, answers)
        questions.append(question)
        told += said
        moved[layer] = question.answer(answers) or shift.NONE
    shapes = {code: whole([_moved(one, moved) for one in some]) for code, some in joined.places.items()}
    names = regions | joined.created
    judged = misplaced(joined, shapes, known, flat, names, answers)
    questions += judged.questions
    items = [
        _planned(joined, code, names[code], shapes[code], known.get(code), judged, flat) for code in sorted(shapes)
    ]
    items += [
        Planned(
            *(one.file, (one.number,), one.code, one.name, "", "", "", state),
            tuple(filter(None, (reason, one.doubt))),
            False,
            None if one.geometry is None else _moved(one, moved),
        )
        for state, some in ((DOUBLE, joined.doubles), (UNMATCHED, joined.unjoined))
        for one, reason in some
    ]
    taken = {item.region for item in items if item.taken}
    return Plan(
        features=sum(feature.number > 0 for feature in sound),
        items=tuple(items),
        created={code: name for code, name in joined.created.items() if code in taken},
        missing=_missing(connection, taken, scope),
        questions=tuple({one.id: one for one in reversed(questions)}.values())[::-1],  # layers of one layout ask one
        told=tuple(told),
        repaired=tuple(repaired),
        around={code: known[code] for code in _above(shapes) if code in known and code not in shapes},
        version=version,
        answers=answers,
    )


def _features(layer: Layer) -> Sequence[Feature]:
    """What a layer holds; one that cannot be taken as a feature of number 0."""
    return [Feature(layer.label, 0, "", "", "", None, layer.fault)] if layer.fault else layer.features


def _repaired(features: Iterable[Feature]) -> tuple[list[Feature], list[tuple[Feature, str]]]:
    sound, repaired = [], []
    for feature in features:
        shape = feature.geometry
        if feature.fault:
            feature = replace(feature, geometry=None)
        elif shape is not None:
            mended = polygons(shape)
            if mended is None:
                feature = replace(feature, geometry=None, fault="不是面，或面积为零")
            else:
                if not shape.is_valid:
                    repaired.append((feature, "边界线自相交或重叠，已自动修复"))
                feature = replace(feature, geometry=mended)
        sound.append(feature)
    return sound, repaired


def _stored(
    connection: Connection, places: Mapping[str, Sequence[Feature]], regions: Iterable[str]
) -> dict[str, shapely.Geometry]:
    """The outlines that stand now of the regions, of all above them and of their siblings."""
    known = set(regions)
    parents = {nearest_parent(code, known) for code in places}
    above = _above(places) | set(places)
    asked = select(boundary.c.region, boundary.c.geometry).join(region, region.c.code == boundary.c.region)
    found: dict[str, shapely.Geometry] = {}
    for column, wanted in ((region.c.code, above), (region.c.parent, parents)):
        for some in batches(sorted(wanted), 500):
            for code, geometry in connection.execute(asked.where(column.in_(some))):
                found[code] = shapely.from_wkb(bytes(geometry))
    return found


def _above(codes: Iterable[str]) -> set[str]:
    return {code[:length] for code in codes for length in LEVELS if 0 < length < len(code)}


def _moved(feature: Feature, moved: Mapping[str, str]) -> shapely.Geometry:
    system = moved.get(feature.file, shift.NONE)
    assert feature.geometry is not None
    if system == shift.NONE:
        return feature.geometry
    return polygons(shift.shifted_back(feature.geometry, system)) or feature.geometry


def _planned(
    joined: Joined,
    code: str,
    called: str,
    shape: shapely.Geometry,
    before: shapely.Geometry | None,
    judged: Misplaced,
    flat: Way,
) -> Planned:
    features = joined.places[code]
    first = features[0]
    same = before is not None and bool(shapely.equals_exact(before, shape, _FINEST))
    notes = [judged.outside[code]] if code in judged.outside else []
    if code in judged.left:
        notes.append("先不采用" if notes else "上级先不采用，它也不采用")
    notes += judged.overlaps.get(code, [])
    if before is not None and not same:
        notes.append(_change(on_plane(before, flat), on_plane(shape, flat)))
    if len(features) > 1:
        notes.append(f"由文件里 {len(features)} 个图形合成")
    notes += dict.fromkeys(one.doubt for one in features if one.doubt)
    if first.name and not alike(first.name, called):
        notes.append(f"系统里叫“{called}”，文件里叫“{first.name}”；名称不改")
    states = {
        OUTSIDE: code in judged.outside,
        OVERLAP: code in judged.overlaps,
        NEW: code in joined.created,
        SAME: same,
        CHANGED: before is not None,
        FIRST: True,
    }
    return Planned(
        file=first.file,
        numbers=tuple(one.number for one in features),
        code=first.code,
        name=first.name,
        region=code,
        called=called,
        how=joined.how[code],
        state=next(state for state, holds in states.items() if holds),
        notes=tuple(notes),
        taken=code not in judged.left,
        shape=shape,
        before=before,
    )


def _change(before: shapely.Geometry, after: shapely.Geometry) -> str:
    moved = shapely.distance(before.centroid, after.centroid)
    share = after.area / before.area - 1
    area = f"面积由 {before.area / 1e6:,.2f} 变为 {after.area / 1e6:,.2f} 平方公里（{share:+.1%}）"
    return f"{area.replace('-', '−')}，中心移动 {length_words(moved)}"


def _missing(connection: Connection, taken: set[str], scope: str) -> tuple[tuple[str, str], ...]:
    """Regions of today, of the levels that are taken, that have no outline and get none."""
    levels = sorted({len(code) for code in taken})
    bare = (
        select(region.c.code, region.c.name)
        .outerjoin(boundary, boundary.c.region == region.c.code)
        .where(boundary.c.region.is_(None), func.length(region.c.code).in_(levels), standing_on(None))
        .order_by(region.c.code)
    )
    rows = connection.execute(bare)
    return tuple((code, name) for code, name in rows if code not in taken and code.startswith(scope))
