"""What taking boundary files would do, before anything is taken: of each region and each feature that finds none.

Distances and areas are measured on an equal-distance projection around the middle of what is handed in.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from pyproj import CRS, Transformer
from sqlalchemy import Connection, func, select

from data.boundaries import shift
from data.boundaries.joins import Joined, alike, join
from data.boundaries.layers import Feature, Layer
from data.boundaries.shift import Pair, Way, on_plane
from data.errors import Refused
from data.intake.demonstration import replaces_demonstration
from data.intake.questions import UNANSWERED, Answers, Question
from data.model import boundary, region
from data.regions.codes import nearest_parent, needed_parent
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
LEAVE, TAKE = "leave", "take"
_FAR = 1000.0  # metres outside its parent from which a region is not taken unasked
_OUT, _OVER = 0.1, 0.01  # shares of an area that are told
_ROUGH = 5e-5  # degrees, about five metres: as fine as an offset of a hundred is looked for
_MOST_PAIRS = 200


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
    ``version``: of the data it was made from, ``answers``: those that it goes by."""

    features: int
    items: tuple[Planned, ...]
    created: Mapping[str, str]
    missing: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]
    told: tuple[str, ...]
    repaired: tuple[tuple[Feature, str], ...]
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
    flat = _flat([feature.geometry for feature in sound if feature.geometry is not None])
    questions = [question for layer in layers for question in layer.questions] + joined.questions
    told = [f"{layer.label}：{doubt}" for layer in layers for doubt in layer.doubts]
    moved = {}
    for layer in dict.fromkeys(feature.file for feature in sound if feature.geometry is not None):
        question, said = _offset(layer, joined, known, flat)
        questions.append(question)
        told += said
        moved[layer] = question.answer(answers) or shift.NONE
    shapes = {code: _whole([_moved(one, moved) for one in some]) for code, some in joined.places.items()}
    judged = _judged(joined, shapes, known, flat, answers)
    questions += judged.questions
    items = [_planned(joined, code, regions, shapes[code], known.get(code), judged, flat) for code in sorted(shapes)]
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
        questions=tuple(questions),
        told=tuple(told),
        repaired=tuple(repaired),
        version=version,
        answers=answers,
    )


def polygons(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The valid polygons of a shape: crossing rings made good, points and lines dropped; None where no area is left."""
    valid = shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = shapely.get_parts(shapely.get_parts(valid))
    parts = [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


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
    above = {code[:length] for code in places for length in LEVELS if length}
    asked = select(boundary.c.region, boundary.c.geometry).join(region, region.c.code == boundary.c.region)
    found: dict[str, shapely.Geometry] = {}
    for column, wanted in ((region.c.code, above), (region.c.parent, parents)):
        for some in batches(sorted(wanted), 500):
            for code, geometry in connection.execute(asked.where(column.in_(some))):
                found[code] = shapely.from_wkb(bytes(geometry))
    return found


def _flat(shapes: Sequence[shapely.Geometry]) -> Way:
    """Degrees to metres around the middle of the shapes."""
    if not shapes:
        return lambda points: points
    middles = np.array(
        [((west + east) / 2, (south + north) / 2) for west, south, east, north in shapely.bounds(shapes)]
    )
    lon, lat = np.median(middles, axis=0)  # one that lies far off shall not move the middle away from the others
    around = CRS.from_dict({"proj": "aeqd", "lon_0": float(lon), "lat_0": float(lat), "datum": "WGS84"})
    change = Transformer.from_crs(4326, around, always_xy=True)
    return lambda points: np.column_stack(change.transform(points[:, 0], points[:, 1]))


def _moved(feature: Feature, moved: Mapping[str, str]) -> shapely.Geometry:
    system = moved.get(feature.file, shift.NONE)
    assert feature.geometry is not None
    if system == shift.NONE:
        return feature.geometry
    return polygons(shift.shifted_back(feature.geometry, system)) or feature.geometry


def _whole(shapes: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """One shape of several parts."""
    whole = shapes[0] if len(shapes) == 1 else polygons(shapely.union_all(shapes))
    assert whole is not None
    return whole


def _offset(layer: str, joined: Joined, known: Mapping[str, shapely.Geometry], flat: Way) -> tuple[Question, list[str]]:
    """Whether a layer lies beside what is known as a shifted system does: the question, and what is told of it."""
    found = shift.recognised(_pairs(layer, joined, known), flat)
    systems = [shift.GCJ02, shift.BD09]
    if found and found.system:
        systems.sort(key=lambda system: system != found.system)
        called = shift.WORDS[found.system]
        text = f"整体偏离已知边界约 {found.metres:,.0f} 米，与 {called} 一致。要纠偏吗？"
    else:
        text = "边界是不是网络地图的偏移坐标？"
    options = {system: f"按 {_SHORT[system]} 纠偏" for system in systems}
    if found and found.system:
        return Question(f"shift:{layer}", layer, text, {**options, shift.NONE: "不纠偏"}), [f"{layer}：{text}"]
    told = []
    if found:
        told = [f"{layer}：整体偏离已知边界约 {found.metres:,.0f} 米，不是网络地图的偏移，请核对坐标系。"]
    return Question(f"shift:{layer}", layer, text, {shift.NONE: "不是，不纠偏", **options}, shift.NONE), told


_SHORT = {shift.GCJ02: "GCJ-02", shift.BD09: "BD-09"}


def _pairs(layer: str, joined: Joined, known: Mapping[str, shapely.Geometry]) -> list[Pair]:
    """What of a layer should lie where: regions on their own outlines as stored, else inside what is above them, as it
    is stored or else stands in another layer: the topmost there, since the next may be shifted alike."""
    own: list[Pair] = []
    inside: dict[str, list[shapely.Geometry]] = defaultdict(list)
    others = {code: some for code, some in joined.places.items() if all(one.file != layer for one in some)}
    outlines = {code: _whole([_shape(one) for one in some]) for code, some in others.items()}
    for code, some in joined.places.items():
        if any(one.file != layer for one in some):
            continue
        shape = _whole([_shape(one) for one in some])
        if code in known:
            own.append(Pair(shape, known[code], True))
        elif parent := nearest_parent(code, known) or _topmost(code, outlines):
            inside[parent].append(shape)
    rough = own[:_MOST_PAIRS]
    if not own:
        for parent, children in list(inside.items())[:_MOST_PAIRS]:
            land, around = shapely.union_all(children), known.get(parent) or outlines[parent]
            rough.append(Pair(land, around, 0.9 < land.area / around.area < 1.1))
    return [Pair(shapely.simplify(one.shape, _ROUGH), shapely.simplify(one.known, _ROUGH), one.whole) for one in rough]


def _topmost(code: str, outlines: Mapping[str, shapely.Geometry]) -> str:
    return next(
        (code[:length] for length in sorted(LEVELS) if 0 < length < len(code) and code[:length] in outlines), ""
    )


def _shape(feature: Feature) -> shapely.Geometry:
    assert feature.geometry is not None
    return feature.geometry


@dataclass
class _Judged:
    """What lies where it should not: region → sentences; which are left out; what is asked about them."""

    outside: dict[str, str] = field(default_factory=dict)
    overlaps: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    left: set[str] = field(default_factory=set)
    questions: list[Question] = field(default_factory=list)


def _judged(
    joined: Joined,
    shapes: Mapping[str, shapely.Geometry],
    known: Mapping[str, shapely.Geometry],
    flat: Way,
    answers: Answers,
) -> _Judged:
    judged = _Judged()
    level = {code: on_plane(shape, flat) for code, shape in {**known, **shapes}.items()}
    far: dict[str, list[str]] = defaultdict(list)
    for code in shapes:
        if not (parent := nearest_parent(code, level)):
            continue
        shape, around = level[code], level[parent]
        out = 1 - shapely.intersection(shape, around).area / shape.area
        if out <= _OUT:
            continue
        apart = shapely.distance(shape, around)
        if apart >= _FAR:
            far[joined.places[code][0].file].append(code)
        reach = apart or max(shapely.distance(shapely.points(shapely.get_coordinates(shape)), around))
        share = "整个" if apart else f"{out:.0%} 的面积"
        judged.outside[code] = f"{share}在上级（{parent}）的范围外，{'相距' if apart else '最远'} {_long(reach)}"
    for layer, codes in far.items():
        question = Question(
            f"outside:{layer}",
            layer,
            f"有 {len(codes)} 个区划离上级的范围 1 公里以上，怎么办？",
            {LEAVE: "先不采用", TAKE: "仍然采用"},
            LEAVE,
            examples=tuple(f"{code}：{judged.outside[code]}" for code in codes[:3]),
        )
        judged.questions.append(question)
        if question.answer(answers) == LEAVE:
            judged.left |= set(codes)
    for code in sorted(joined.created, key=len):
        if needed_parent(code) in judged.left & joined.created.keys():
            judged.left.add(code)
    _find_overlaps(judged, {code: shape for code, shape in level.items() if code not in judged.left}, shapes.keys())
    return judged


def _find_overlaps(judged: _Judged, level: Mapping[str, shapely.Geometry], planned: Iterable[str]) -> None:
    """Neighbours of one level that cover the same ground; of two that stand already nothing is said."""
    concerned = set(planned)
    for length in {len(code) for code in concerned}:
        codes = [code for code in level if len(code) == length]
        shapes = np.array([level[code] for code in codes], object)
        first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        apart = first < second
        first, second = first[apart], second[apart]
        common = shapely.area(shapely.intersection(shapes[first], shapes[second]))
        shares = common / np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
        for one, other, share in zip(
            first[shares > _OVER], second[shares > _OVER], shares[shares > _OVER], strict=True
        ):
            for mine, theirs in ((codes[one], codes[other]), (codes[other], codes[one])):
                if mine in concerned:
                    judged.overlaps[mine].append(f"与 {theirs} 重叠，占较小一方面积的 {share:.0%}")


def _planned(
    joined: Joined,
    code: str,
    regions: Mapping[str, str],
    shape: shapely.Geometry,
    before: shapely.Geometry | None,
    judged: _Judged,
    flat: Way,
) -> Planned:
    features = joined.places[code]
    first = features[0]
    called = regions.get(code) or joined.created[code]
    same = before is not None and shapely.to_wkb(before, byte_order=1) == shapely.to_wkb(shape, byte_order=1)
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
    return f"{area.replace('-', '−')}，中心移动 {_long(moved)}"


def _long(metres: float) -> str:
    return f"{metres / 1000:,.1f} 公里" if metres >= 1000 else f"{metres:,.0f} 米"


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
