"""Where households live, and the sheets 行政区划 and 户."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from data.demo.geography import homes
from data.demo.ground import NOTHING, Ground, Sheet, joined, pick
from data.demo.helping import phones
from data.demo.people import People
from data.demo.repairs import Repairs
from data.demo.statuses import Statuses
from data.demo.villages import Villages
from data.households.walking import Stop, walk
from data.terms import STATE_NAMES, UNCOUNTED

_PHONES, _MORE_PHONES = range(8_000), range(10_000, 100_000)  # none of a helper's
_NEVER = np.datetime64("NaT", "D")
_GROUPS = ("一组", "二组", "三组", "四组", "五组")


@dataclass(frozen=True)
class Homesteads:
    """One entry a household, village by village: its code, the number of its village, the six digits of its county, and
    the number of the merger by which it came into its village (-1: none did), whose code its own begins with."""

    code: np.ndarray
    village: np.ndarray
    area: np.ndarray
    merged: np.ndarray


def draw_homesteads(ground: Ground, villages: Villages) -> Homesteads:
    """Households spread over the villages, some of which have more of them than others."""
    rng = ground.rng("homesteads")
    share = np.clip(rng.lognormal(0, 0.34, size=len(ground.villages)), 0.45, 2.4)
    bounds = np.round(np.cumsum(share) / share.sum() * ground.scale.households).astype(int)
    count = np.diff(bounds, prepend=0)
    village = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(village)) - np.repeat(bounds - count, count) + 1
    codes = np.array([place.code for place in ground.villages], object)[village]
    area = np.array([code[:6] for code in codes], object)
    merged = villages.merged(village)
    for at, merger in enumerate(villages.mergers):
        here = np.flatnonzero(merged == at)
        codes[here], number[here] = merger.code, np.arange(1, len(here) + 1)
    return Homesteads(joined(codes, [f"{one:03d}" for one in number]), village, area, merged)


def region_columns(ground: Ground, villages: Villages) -> Sheet:
    """The sheet 行政区划; rural population and war rooms are the villages'. Behind them those that are no more."""
    rng = ground.rng("regions")
    places = [place for level in sorted(ground.land.places) for place in ground.land.places[level]]
    village = np.array([len(place.code) == 12 for place in places])
    people = np.round(rng.lognormal(7.15, 0.35, size=len(places)))
    room = rng.random(len(places)) > 0.035
    room[rng.choice(np.flatnonzero(village))] = False
    mergers, renamed = villages.mergers, {ground.villages[at].code: new for at, new in villages.renamed.items()}
    told = [renamed.get(place.code, (None, _NEVER)) for place in places]
    gone = np.full(len(mergers), np.nan)
    never, nothing = np.full(len(places), _NEVER), np.full(len(places), None, object)
    return {
        "code": [place.code for place in places] + [merger.code for merger in mergers],
        "name": [place.name for place in places] + [merger.name for merger in mergers],
        "rural_population": np.append(np.where(village, np.clip(people, 480, 3_600), np.nan), gone),
        "war_room": np.append(np.where(village, room.astype(object), NOTHING), [None for _ in mergers]),
        "lon": np.append([place.lon for place in places], gone),
        "lat": np.append([place.lat for place in places], gone),
        "closed": np.append(never, np.array([merger.day for merger in mergers], "datetime64[D]")),
        "merged_into": np.append(nothing, np.array([ground.villages[one.into].code for one in mergers], object)),
        "former_name": [name for name, _ in told] + [None for _ in mergers],
        "renamed": np.append(np.array([day for _, day in told], "datetime64[D]"), [_NEVER for _ in mergers]),
    }


def household_columns(
    ground: Ground, homesteads: Homesteads, people: People, statuses: Statuses, repairs: Repairs
) -> Sheet:
    """The sheet 户."""
    rng = ground.rng("households")
    village, count = homesteads.village, len(homesteads.code)
    spots = np.vstack([homes(place, int((village == at).sum()), rng) for at, place in enumerate(ground.villages)])
    spots = np.where(rng.random((count, 1)) < 0.03, np.nan, spots)
    names = np.array([place.name for place in ground.villages], object)[village]
    group = pick(rng, _GROUPS, count, (5, 4, 3, 2, 1))
    door = _doors(rng, joined(names, group))
    return {
        "code": homesteads.code,
        "village": np.array([place.code for place in ground.villages], object)[village],
        "head": people.name[people.role == "H"],
        "phone": np.where(
            rng.random(count) < 0.94, phones(rng, count, _PHONES if count <= len(_PHONES) else _MORE_PHONES), NOTHING
        ),
        "address": joined(names, group, door),
        "attribute": statuses.attribute,
        "type": statuses.type,
        "identified": np.where(np.isnat(statuses.registered), statuses.identified, statuses.registered),
        "collected": np.where(np.isnat(statuses.registered), statuses.identified, statuses.registered),
        "lifted": statuses.lifted,
        "relapsed": statuses.relapsed,
        "risk_removed": statuses.risk_removed,
        "cause": statuses.cause,
        "other_causes": statuses.other_causes,
        "housing_safe": repairs.house.safe,
        "water_safe": repairs.water.safe,
        "lon": spots[:, 0],
        "lat": spots[:, 1],
        "walking_order": _walking_order(ground, village, spots, statuses.type),
        "remark": np.where(
            (people.count(people.work_months > 8) == people.count()) & (rng.random(count) < 0.15),
            "常年在外务工，节假日返乡",
            NOTHING,
        ),
    }


def _doors(rng: np.random.Generator, road: np.ndarray) -> list[str]:
    """House numbers along each road, none twice; here and there one is left out."""
    _, where = np.unique(road, return_inverse=True)
    order = np.argsort(where, kind="stable")
    step = 1 + (rng.random(len(road)) < 0.4)
    total = np.cumsum(step[order])
    begin = np.searchsorted(where[order], where[order])
    number = np.empty(len(road), np.int64)
    number[order] = total - (total - step[order])[begin]
    return [f"{one}号" for one in number]


def _walking_order(ground: Ground, village: np.ndarray, spots: np.ndarray, type: np.ndarray) -> np.ndarray:
    """Typed for who is helped in every third village, in every ninth for the first ten alone; elsewhere nobody has."""
    order = np.full(len(village), np.nan)
    for at, place in islice(enumerate(ground.villages), 0, None, 3):
        helped = np.flatnonzero((village == at) & (type != STATE_NAMES[UNCOUNTED]))
        known = ~np.isnan(spots[helped, 0])
        stops = [
            Stop(int(one), None, tuple(spots[one]) if there else None) for one, there in zip(helped, known, strict=True)
        ]
        for number, stop in enumerate(walk(stops, (place.lon, place.lat))[: 10 if at % 9 == 0 else None], 1):
            order[stop.id] = number
    return order
