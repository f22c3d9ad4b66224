"""Which region a feature is: by its code, else by township and name, never by a name alone; or a new one."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Set
from dataclasses import dataclass, field

from data.boundaries.layers import Feature
from data.intake.questions import Answers, Question
from data.regions.codes import needed_parent, region_code

CODE, NAME, NEW = "code", "name", "new"
MATCH, ALL, NOBODY = "match", "all", "none"
_VILLAGE = re.compile(r"(.+?)(村?村民委员会|村?村委会|村|社区居民委员会|社区居委会|居民委员会|居委会|社区)?")
_MOST_NAMED = 6


@dataclass
class Joined:
    """Features by the region they belong to and how that was found; regions to make (code → name); what found no place,
    each with its reason; what shares a code with another name, with its reason; what is to be asked."""

    places: dict[str, list[Feature]] = field(default_factory=lambda: defaultdict(list))
    how: dict[str, str] = field(default_factory=dict)
    created: dict[str, str] = field(default_factory=dict)
    unjoined: list[tuple[Feature, str]] = field(default_factory=list)
    doubles: list[tuple[Feature, str]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def join(features: Iterable[Feature], regions: Mapping[str, str], answers: Answers, *, scope: str = "") -> Joined:
    """Find the region of each feature among the known ones (code → name).

    Those of one code are parts of one region where they have one name. With several names nothing is merged: by
    default the one that the region is known by is taken. Nothing outside ``scope`` (a code) is joined or made.
    """
    joined = Joined()
    coded: dict[str, list[Feature]] = defaultdict(list)
    rest: list[tuple[str, bool, Feature]] = []
    for feature in features:
        code, full = region_code(feature.code)
        if feature.fault:
            joined.unjoined.append((feature, feature.fault))
        elif code in regions or (code and full):
            coded[code].append(feature)
        else:
            rest.append((code, full, feature))
    taken = _one_name_each(coded, regions, answers, joined)
    for code in [code for code in taken if code in regions]:
        _place(joined, code, CODE, taken.pop(code), scope)
    names = _names(regions, joined.places.keys())
    rest += [(code, True, feature) for code, some in taken.items() for feature in some]
    for code, full, feature in sorted(rest, key=lambda one: (len(one[0]), not one[2].name)):
        if code in joined.created:
            _place(joined, code, NEW, [feature], scope)
        elif village := _by_name(names, code, feature):
            _place(joined, village, NAME, [feature], scope)
        elif reason := _hindrance(code, full, feature, regions.keys() | joined.created.keys()):
            joined.unjoined.append((feature, reason))
        elif _place(joined, code, NEW, [feature], scope):
            joined.created.setdefault(code, feature.name)
    return joined


def _place(joined: Joined, code: str, how: str, features: list[Feature], scope: str) -> bool:
    if not code.startswith(scope):
        joined.unjoined += [(feature, "不在您管辖的区划内，不采用") for feature in features]
        return False
    joined.places[code] += features
    joined.how.setdefault(code, how)
    return True


def _one_name_each(
    coded: Mapping[str, list[Feature]], regions: Mapping[str, str], answers: Answers, joined: Joined
) -> dict[str, list[Feature]]:
    """Of the features of each code those that are taken; the others are put with the doubles."""
    taken, several = {}, {}
    for code, some in coded.items():
        named = _named_apart(some)
        if len(named) < 2:
            taken[code] = some
        else:
            several[code] = named
    layers: dict[str, list[str]] = defaultdict(list)
    for code, named in several.items():
        layers[named[0][0].file].append(code)
    for layer, codes in layers.items():
        question = _question(layer, codes, several)
        joined.questions.append(question)
        answer = question.answer(answers)
        for code in codes:
            named = several[code]
            kept = _kept(answer, named, regions.get(code, ""))
            if kept:
                taken[code] = kept
            reason = _told(code, named, bool(kept))
            if answer != ALL:
                joined.doubles += [(one, reason) for one in coded[code] if all(one is not other for other in kept)]
    return taken


def _named_apart(features: list[Feature]) -> list[list[Feature]]:
    """Features by what they are called; one without a name belongs to the only name there is."""
    found: list[list[Feature]] = []
    for feature in features:
        if feature.name:
            same = next((some for some in found if alike(some[0].name, feature.name)), None)
            if same is None:
                found.append([feature])
            else:
                same.append(feature)
    return found


def _kept(answer: str, named: list[list[Feature]], known: str) -> list[Feature]:
    if answer == ALL:
        return [feature for some in named for feature in some]
    agreeing = [some for some in named if known and alike(some[0].name, known)]
    return agreeing[0] if answer == MATCH and len(agreeing) == 1 else []


def _told(code: str, named: list[list[Feature]], kept: bool) -> str:
    listed = "、".join(f"{some[0].file} 第 {some[0].number} 个“{some[0].name}”" for some in named[:_MOST_NAMED])
    more = f"等 {len(named)} 个" if len(named) > _MOST_NAMED else ""
    return f"代码 {code} 有不同的名称：{listed}{more}；没有合并{'，只采用与系统同名的' if kept else '，都没有采用'}"


def _question(layer: str, codes: list[str], several: Mapping[str, list[list[Feature]]]) -> Question:
    examples = tuple(f"{code}：{'、'.join(some[0].name for some in several[code][:_MOST_NAMED])}" for code in codes[:3])
    options = {
        MATCH: "只采用与系统里同名的",
        NOBODY: "都不采用",
        ALL: "是同一区划的几个部分，合并",
    }
    text = f"有 {len(codes)} 个代码各对应几个名称，怎么办？"
    return Question(f"double:{layer}", layer, text, options, MATCH, examples=examples)


def alike(name: str, other: str) -> bool:
    """Whether two names are one: 西关村 and 西关村民委员会, 城关镇 and 城关镇人民政府."""
    if _township_key(name) == _township_key(other):
        return True
    (stem, kind), (other_stem, other_kind) = _village_key(name), _village_key(other)
    return stem == other_stem and (kind == other_kind or not kind or not other_kind)


def _village_key(name: str) -> tuple[str, str]:
    """(stem, 村 or 居 or ''): 西关村, 西关村委会 and 西关村村民委员会 are one, 西关社区 another, 西关 may be either."""
    found = _VILLAGE.fullmatch(name)
    stem, suffix = (found[1], found[2] or "") if found else (name, "")
    return stem, "村" if "村" in suffix else "居" if suffix else ""


def _township_key(name: str) -> str:
    return name.removesuffix("人民政府").removesuffix("办事处")


def _names(regions: Mapping[str, str], taken: Set[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
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


def _hindrance(code: str, full: bool, feature: Feature, known: Container[str]) -> str:
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
