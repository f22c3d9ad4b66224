"""Whether a layer lies beside what is known as the shifted systems of web maps do, and what is asked then."""

from collections import defaultdict
from collections.abc import Mapping

import shapely

from data.boundaries import shift
from data.boundaries.joins import Joined
from data.boundaries.layers import Feature
from data.boundaries.shapes import whole
from data.boundaries.shift import Pair, Way
from data.intake.questions import Answers, Question
from data.regions.codes import nearest_parent
from data.terms import LEVELS

_ROUGH = 5e-5  # degrees, about five metres: as fine as an offset of a hundred is looked for
_MOST_PAIRS = 200


def offset(
    layer: str, joined: Joined, known: Mapping[str, shapely.Geometry], flat: Way, answers: Answers
) -> tuple[Question, list[str]]:
    """Whether a layer lies beside what is known as a shifted system does: the question, and what is told of it."""
    found = shift.recognised(_pairs(layer, joined, known), flat)
    put_back = {system: f"按 {_SHORT[system]} 纠偏" for system in (shift.GCJ02, shift.BD09)}
    if found is None or not found.system:
        options = {shift.NONE: "不是，不纠偏", **put_back}
        question = Question(f"shift:{layer}", layer, "边界是不是网络地图的偏移坐标？", options, shift.NONE)
        told = (
            [f"{layer}：整体偏离已知边界约 {found.metres:,.0f} 米，不是网络地图的偏移，请核对坐标系。"] if found else []
        )
        return question, told
    off = f"整体偏离已知边界约 {found.metres:,.0f} 米，与 {shift.WORDS[found.system]}一致"
    options = {found.system: put_back.pop(found.system), **put_back, shift.NONE: "不纠偏"}
    question = Question(f"shift:{layer}", layer, f"{off}。要纠偏吗？", options)
    answer = question.answer(answers)
    return question, [f"{layer}：{off}；已选“{options[answer]}”。"] if answer else []


_SHORT = {shift.GCJ02: "GCJ-02", shift.BD09: "BD-09"}


def _pairs(layer: str, joined: Joined, known: Mapping[str, shapely.Geometry]) -> list[Pair]:
    """What of a layer should lie where: regions on their own outlines as stored, else inside what is above them, as it
    is stored or else stands in another layer: the topmost there, since the next may be shifted alike."""
    own: list[Pair] = []
    inside: dict[str, list[shapely.Geometry]] = defaultdict(list)
    others = {code: some for code, some in joined.places.items() if all(one.file != layer for one in some)}
    outlines = {code: whole([_shape(one) for one in some]) for code, some in others.items()}
    for code, some in joined.places.items():
        if any(one.file != layer for one in some):
            continue
        shape = whole([_shape(one) for one in some])
        parent = nearest_parent(code, known) or _topmost(code, outlines)
        if code in known and shape.intersects(known[code]):
            own.append(Pair(shape, known[code], True))
        elif parent and shape.intersects(
            known.get(parent) or outlines[parent]
        ):  # one far off says nothing of the layer
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
