"""What lies where it should not: outside its parent, over its neighbour."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely

from data.boundaries.joins import Joined
from data.boundaries.shapes import length_words
from data.boundaries.shift import Way, on_plane
from data.intake.questions import Answers, Question
from data.regions.codes import nearest_parent, needed_parent

LEAVE, TAKE = "leave", "take"
_FAR = 1000.0  # metres outside its parent from which a region is not taken unasked
_OUT, _OVER = 0.1, 0.01  # shares of an area that are told


@dataclass
class Misplaced:
    """What lies where it should not: region → sentences; which are left out; what is asked about them."""

    outside: dict[str, str] = field(default_factory=dict)
    overlaps: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    left: set[str] = field(default_factory=set)
    questions: list[Question] = field(default_factory=list)


def misplaced(
    joined: Joined,
    shapes: Mapping[str, shapely.Geometry],
    known: Mapping[str, shapely.Geometry],
    flat: Way,
    names: Mapping[str, str],
    answers: Answers,
) -> Misplaced:
    """Judge the shapes of regions (degrees) by each other and by what is ``known`` of the store; ``names``: code →
    name."""
    found = Misplaced()
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
        found.outside[code] = (
            f"{share}在上级（{names[parent]}）的范围外，{'相距' if apart else '最远'} {length_words(reach)}"
        )
    for layer, codes in far.items():
        question = Question(
            f"outside:{layer}",
            layer,
            f"有 {len(codes)} 个区划离上级的范围 1 公里以上，怎么办？",
            {LEAVE: "先不采用", TAKE: "仍然采用"},
            LEAVE,
            examples=tuple(f"{names[code]} {code}：{found.outside[code]}" for code in codes[:3]),
        )
        found.questions.append(question)
        if question.answer(answers) == LEAVE:
            found.left |= set(codes)
    for code in sorted(joined.created, key=len):
        if needed_parent(code) in found.left & joined.created.keys():
            found.left.add(code)
    standing = {code: shape for code, shape in level.items() if code not in found.left}
    _find_overlaps(found, standing, shapes.keys(), names)
    return found


def _find_overlaps(
    found: Misplaced, level: Mapping[str, shapely.Geometry], planned: Iterable[str], names: Mapping[str, str]
) -> None:
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
                    found.overlaps[mine].append(f"与{names[theirs]}（{theirs}）重叠，占较小一方面积的 {share:.0%}")
