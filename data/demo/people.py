"""Households and the people in them: small families, many of them old, as they are left in villages."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.demo.ground import NOTHING, Ground, Sheet, joined, pick
from data.demo.person_names import given_names, surnames
from data.terms import DISABILITY_KINDS, DISABILITY_LEVELS

# (share, youngest and oldest head, the others): S spouse, C child, G grandchild, P parent, D daughter-in-law
_FAMILIES = (
    (0.215, 62, 88, ""),
    (0.15, 41, 60, ""),
    (0.15, 61, 83, "S"),
    (0.09, 43, 59, "S"),
    (0.06, 62, 78, "C"),
    (0.03, 60, 74, "G"),
    (0.11, 34, 54, "SC"),
    (0.05, 44, 58, "SP"),
    (0.05, 34, 52, "SCC"),
    (0.04, 36, 52, "SCP"),
    (0.02, 38, 52, "SCCP"),
    (0.02, 58, 70, "SCDGG"),
)
_YOUNGER = {"S": (-3, 7), "P": (-29, -21)}  # than the head, in years
_APART = (21, 31)  # years between the younger of a couple and their first child
_RELATIONS = {"H": ("户主", "户主"), "S": ("配偶", "配偶"), "C": ("之女", "之子"), "G": ("之孙女", "之孙子"),
              "P": ("之母", "之父"), "D": ("之儿媳", "之儿媳")}  # fmt: skip
_DIGITS: dict[str | None, str] = {None: ""}
"""What a disabled person's card says of kind and level."""
for _words in (DISABILITY_KINDS, DISABILITY_LEVELS):
    _DIGITS |= {word: f"{number}" for number, word in enumerate(_words, 1)}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999


ABLE = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力")
"""劳动技能 of who can work."""


@dataclass(frozen=True)
class People:
    """All persons, household by household; every array has one entry a person.

    ``home`` is the number of the household, ``male`` a mask, ``age`` full years at the end of the records.
    """

    home: np.ndarray
    slot: np.ndarray
    role: np.ndarray
    male: np.ndarray
    born: np.ndarray
    age: np.ndarray
    name: np.ndarray
    health: np.ndarray
    skill: np.ndarray
    education: np.ndarray
    schooling: np.ndarray
    work_months: np.ndarray  # 0: does not work
    medical: np.ndarray

    def count(self, mask: np.ndarray | None = None) -> np.ndarray:
        """How many (of the persons of the mask) live in each household."""
        homes = int(self.home[-1]) + 1
        return np.bincount(self.home if mask is None else self.home[mask], minlength=homes)

    @cached_property
    def aged_alone(self) -> np.ndarray:
        """Which households are one person of sixty or more."""
        alone: np.ndarray = (self.count() == 1) & (self.count(self.age >= 60) == 1)
        return alone

    @cached_property
    def pupil(self) -> np.ndarray:
        """Who goes to school or studies."""
        return ~np.isin(self.schooling, ("学龄前", "非在校", "已毕业", "辍学"))


def draw_people(ground: Ground, village: np.ndarray) -> People:
    """The persons of households that stand in ``village`` (numbers, one a household)."""
    rng = ground.rng("people")
    home, slot, role, age = _families(rng, len(village))
    male = rng.random(len(home)) < 0.52
    male[role == "H"] = rng.random((role == "H").sum()) < 0.76
    male[role == "S"] = ~male[role == "H"][home[role == "S"]]
    male[role == "D"] = False
    male[(role == "C") & np.isin(home, home[role == "D"])] = True
    born = ground.end - (age * 365.2425 + rng.random(len(age)) * 364 + 1).astype("timedelta64[D]")
    health = _health(rng, age)
    education, schooling = _school(rng, _school_age(ground, born))
    skill = _skill(rng, age, health, schooling)
    weak = skill == "弱劳动力或半劳动力"
    works = np.isin(skill, ABLE) & (health != "大病") & (rng.random(len(age)) < np.where(weak, 0.3, 0.88))
    months = np.where(works, np.clip(rng.normal(np.where(age < 60, 9.6, 5), 2), 2, 12).round(), 0).astype(np.int64)
    return People(
        home,
        slot,
        role,
        male,
        born,
        age,
        _names(rng, home, role, male, age),
        health,
        skill,
        education,
        schooling,
        months,
        rng.random(len(age)) < 0.991,
    )


def _families(rng: np.random.Generator, homes: int) -> tuple[np.ndarray, ...]:
    shares = np.array([family[0] for family in _FAMILIES])
    kind = rng.choice(len(_FAMILIES), size=homes, p=shares / shares.sum())
    low, high = (np.array([family[at] for family in _FAMILIES])[kind] for at in (1, 2))
    head = (low + rng.random(homes) * (high - low + 1)).astype(np.int64)
    roles = ["H" + family[3] for family in _FAMILIES]
    size = np.array([len(role) for role in roles])[kind]
    home = np.repeat(np.arange(homes), size)
    slot = np.arange(len(home)) - np.repeat(np.cumsum(size) - size, size)
    padded = np.array([list(role.ljust(6)) for role in roles])
    role = padded[kind[home], slot]
    age = head[home]
    for letter, (least, most) in _YOUNGER.items():
        here = np.flatnonzero(role == letter)
        age[here] -= rng.integers(least, most + 1, size=len(here))
    couple = np.full(homes, 120, np.int64)
    np.minimum.at(couple, home[np.isin(role, ("H", "S"))], age[np.isin(role, ("H", "S"))])
    child, wife, grandchild = role == "C", role == "D", role == "G"
    eldest = couple - rng.integers(*_APART, size=homes)
    floor = np.zeros(homes, np.int64)  # so that who comes after them is born
    floor[home[np.roll(child, 1) & child]] = 7
    floor[home[wife]] = 30
    eldest = np.maximum(eldest, floor)
    age[child] = eldest[home[child]]
    second = child & np.roll(child, 1)  # a brother or sister stands behind the first
    age[second] -= rng.integers(2, 7, size=second.sum())
    age[wife] = eldest[home[wife]] - rng.integers(-1, 4, size=wife.sum())
    parents = eldest.copy()  # of grandchildren: the son and his wife where they live here
    np.minimum.at(parents, home[wife], age[wife])
    first = np.maximum(parents - rng.integers(*_APART, size=homes), np.where(floor == 30, 2, 0))
    age[grandchild] = first[home[grandchild]]
    younger = grandchild & np.roll(grandchild, 1)
    age[younger] = age[np.flatnonzero(younger) - 1] - rng.integers(2, 7, size=younger.sum())
    return home, slot, role, np.clip(age, 0, 94)


def _school_age(ground: Ground, born: np.ndarray) -> np.ndarray:
    """Full years on the last 1 September, by which a child comes into its class."""
    year = ground.today.year - (ground.today.month < 9)
    years: np.ndarray = ((np.datetime64(f"{year}-09-01") - born).astype(int) / 365.2425).astype(np.int64)
    return years


def _health(rng: np.random.Generator, age: np.ndarray) -> np.ndarray:
    old = np.clip((age - 35) / 45, 0, 1)
    chance = rng.random(len(age))
    bounds = np.cumsum([0.035 + 0.075 * old, 0.008 + 0.03 * old, 0.02 + 0.36 * old], axis=0)
    return np.select(list(chance < bounds), ("残疾", "大病", "长期慢性病"), "健康").astype(object)


def _school(rng: np.random.Generator, age: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """文化程度 (of grown-ups) and 在校状况 (of everybody)."""
    count = len(age)
    upper = pick(rng, ("普通高中", "中职", "已毕业"), count, (0.55, 0.4, 0.05))
    higher = pick(rng, ("高职高专", "本科及以上", "已毕业"), count, (0.3, 0.25, 0.45))
    schooling = np.select(
        [age < 3, age < 6, age < 12, age < 15, age < 18, age < 22, age < 26],
        ["学龄前", "幼儿园", "小学", "初中", upper, higher, "已毕业"],
        "非在校",
    ).astype(object)
    children = np.flatnonzero((age >= 9) & (age < 15))
    out = rng.choice(children, size=min(len(children), max(1, count // 4_000)), replace=False)
    schooling[out] = "辍学"
    young = pick(rng, ("初中", "普通高中", "中职", "高职高专", "本科及以上"), count, (0.4, 0.15, 0.2, 0.15, 0.1))
    middle = pick(rng, ("小学", "初中", "普通高中", "中职"), count, (0.33, 0.52, 0.1, 0.05))
    old = pick(rng, ("文盲或半文盲", "小学", "初中"), count, (0.33, 0.5, 0.17))
    reached = np.select([age < 6, age < 12, age < 15], ["学龄前", "小学", "小学"], "初中").astype(object)
    grown = np.select([age < 35, age < 60], [young, middle], old)
    education = np.where((age < 15) | np.isin(schooling, ("普通高中", "中职")), reached, grown).astype(object)
    education[np.isin(schooling, ("高职高专", "本科及以上"))] = "普通高中"
    return education, schooling


def _skill(rng: np.random.Generator, age: np.ndarray, health: np.ndarray, schooling: np.ndarray) -> np.ndarray:
    chance = rng.random(len(age))
    weak = np.select([health == "残疾", health == "大病", health == "长期慢性病"], [0.62, 0.78, 0.2], 0)
    half = "弱劳动力或半劳动力"  # who is unwell, or sixty and more, has no whole one
    able = np.where(health != "健康", half, np.where(chance > 0.9, "技能劳动力", "普通劳动力"))
    lost = rng.random(len(age)) < weak
    aged = np.where(rng.random(len(age)) < np.clip((76 - age) / 15, 0, 1), half, "无劳动力")
    grown = np.where(lost, "丧失劳动力", np.where(age < 60, able, aged))
    study = ~np.isin(schooling, ("非在校", "已毕业", "辍学"))
    return np.where((age < 16) | study, "无劳动力", grown).astype(object)


def _names(
    rng: np.random.Generator, home: np.ndarray, role: np.ndarray, male: np.ndarray, age: np.ndarray
) -> np.ndarray:
    """Children bear the name of the man of the house, or of the woman where there is none."""
    own = surnames(rng, len(home))
    family = own[role == "H"][home].copy()
    wife_heads = ~male[role == "H"]
    husband = np.flatnonzero((role == "S") & male)
    of_husband = np.empty(home[-1] + 1, object)
    of_husband[home[husband]] = own[husband]
    theirs = wife_heads[home] & np.array([name is not None for name in of_husband])[home]
    family[theirs] = of_husband[home[theirs]]
    kin = np.isin(role, ("C", "G")) | ((role == "P") & male & ~wife_heads[home])
    return joined(np.where(kin, family, own), given_names(rng, male, age))


def member_columns(ground: Ground, people: People, more: Sheet, codes: np.ndarray, areas: np.ndarray) -> Sheet:
    """The sheet 家庭成员, in the order of ``people``; ``more``: further columns.

    ``codes`` of the households and the six digits of their county are one a household.
    """
    rng, disability = ground.rng("members"), _disabilities(ground, people)
    count, works = len(people.home), people.work_months > 0
    relation = [_RELATIONS[role][male] for role, male in zip(people.role, people.male.astype(int), strict=True)]
    area = pick(rng, ("乡内", "乡外县内", "县外省内", "省外"), count, (0.38, 0.27, 0.2, 0.15))
    area = np.where(people.age > 59, "乡内", area)
    insured = np.where(people.age < 16, NOTHING, rng.random(count) < 0.96)
    return {
        "code": joined(codes[people.home], [f"{slot + 1:02d}" for slot in people.slot]),
        "household_id": codes[people.home],
        "name": people.name,
        "relation": relation,
        "sex": np.where(people.male, "男", "女").astype(object),
        "born": people.born,
        "id_number": _id_numbers(rng, people, areas, disability),
        "education": people.education,
        "schooling": people.schooling,
        "health": people.health,
        "skill": people.skill,
        "work_area": np.where(works, area, NOTHING),
        "work_months": np.where(works, people.work_months, np.nan),
        "medical_insured": people.medical,
        "pension_insured": insured,
        **disability,
        **more,
    }


def _id_numbers(
    rng: np.random.Generator, people: People, areas: np.ndarray, disability: dict[str, np.ndarray]
) -> np.ndarray:
    """18 digits under an area that was never assigned; half the disabled show their card; few are mistyped."""
    born = np.array([str(day).replace("-", "") for day in people.born], object)
    area = areas[people.home]
    group, where = np.unique(joined(area, born), return_inverse=True)
    order = np.argsort(where, kind="stable")
    rank = np.empty(len(where), np.int64)
    rank[order] = np.arange(len(where)) - np.searchsorted(where[order], where[order])
    serial = rng.integers(0, 400, size=len(group))[where] * 2 + rank * 2 + people.male
    digits = joined(area, born, [f"{number:03d}" for number in serial])
    values = np.array([list(text) for text in digits], dtype="U1").astype(np.int64)
    check = (values * _WEIGHTS).sum(axis=1) % 11
    wrong = rng.choice(len(check), size=max(1, len(check) // 1_800), replace=False)
    check[wrong] = (check[wrong] + 1 + rng.integers(0, 9, size=len(wrong))) % 11
    last = np.array(list("10X98765432"), object)[check]
    card = (people.health == "残疾") & (rng.random(len(check)) < 0.5)
    kind = [_DIGITS[a] + _DIGITS[b] for a, b in zip(*disability.values(), strict=True)]
    return joined(digits, last, np.where(card, kind, ""))


def _disabilities(ground: Ground, people: People) -> dict[str, np.ndarray]:
    """Kind and level of who is disabled; most are of the limbs, and few of the first level still work."""
    rng = ground.rng("disabilities")
    count, disabled = len(people.home), people.health == "残疾"
    kind = pick(rng, DISABILITY_KINDS, count, (0.12, 0.16, 0.03, 0.5, 0.08, 0.08, 0.03))
    worst = rng.random(count) < np.where(people.work_months > 0, 0.04, 0.4)
    heavy, light = (pick(rng, words, count, (0.4, 0.6)) for words in (DISABILITY_LEVELS[:2], DISABILITY_LEVELS[2:]))
    level = np.where(worst, heavy, light)
    return {
        "disability_kind": np.where(disabled, kind, NOTHING),
        "disability_level": np.where(disabled, level, NOTHING),
    }
