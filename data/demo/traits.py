"""What is true of each household, by name: what it may be visited, helped and reported for."""

import numpy as np

from data.demo.ground import Ground
from data.demo.incomes import Incomes
from data.demo.people import ABLE, People
from data.demo.statuses import Statuses

Traits = dict[str, np.ndarray]
"""Name → a mask, one entry a household."""


def draw_traits(ground: Ground, people: People, statuses: Statuses, incomes: Incomes) -> Traits:
    """All of them, as they are at the end of the records."""

    def some(mask: np.ndarray) -> np.ndarray:
        return people.count(mask) > 0

    size, old = people.count(), people.count(people.age >= 60)
    counted = (statuses.since <= ground.last) & (statuses.until >= ground.last)
    return {
        "any": size > 0,
        "counted": counted,
        "able": some(np.isin(people.skill, ABLE)),
        "farms": incomes.has("种植业"),
        "stock": incomes.has("养殖业"),
        "works": some(people.work_months > 0),
        "elders": old > 0,
        "alone": people.aged_alone,
        "pupils": some(people.pupil),
        "compulsory": some(np.isin(people.schooling, ("小学", "初中"))),
        "vocational": some(np.isin(people.schooling, ("中职", "高职高专"))),
        "exams": some(people.pupil & np.isin(people.age, (15, 18))),
        "sick": some(np.isin(people.health, ("大病", "长期慢性病"))),
        "chronic": some(people.health == "长期慢性病"),
        "ill": some(people.health == "大病"),
        "disabled": some(people.health == "残疾"),
        "subsidy": incomes.has("残疾补贴"),
        "allowance": incomes.has("低保金"),
        "destitute": incomes.has("特困供养金"),
        "posts": incomes.has("公益岗位工资"),
        "forest": incomes.has("生态补偿"),
        "watched": (statuses.watched > 0) & (statuses.cleared > ground.last),
        "cleared": (statuses.watched > 0) & (statuses.cleared <= ground.last),
        "sudden": statuses.sudden,
        "insured": some((people.age >= 16) & (people.age < 60) & ~people.pupil),
    }
