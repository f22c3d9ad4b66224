"""Who answers for which household, and who went there when."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.demo import almanac
from data.demo.ground import Ground, Sheet, joined, month_days, pick, some_day
from data.demo.people import People
from data.demo.person_names import given_names, surnames
from data.demo.statuses import Statuses
from data.demo.talks import Talks

# team, how many in a village, unit ({c} county, {t} township, {g} its government, {v} village), post
_TEAMS = (
    ("第一书记", 1, ("{c}委组织部", "{c}财政局", "{c}农业农村局", "{c}教育局", "{c}水利局"), "第一书记"),
    ("驻村工作队", 2, ("{c}交通运输局", "{c}林业和草原局", "{c}人力资源和社会保障局", "{c}自然资源局"), "工作队员"),
    ("区直干部", 3, ("{c}农业农村局", "{c}民政局", "{c}医疗保障局", "{c}住房和城乡建设局", "{c}税务局"), "科员"),
    ("街道干部", 2, ("{g}",), "包村干部"),
    ("党支部", 2, ("{v}党支部",), "支部委员"),
    ("网格员", 2, ("{v}民委员会",), "网格员"),
    ("医生", 1, ("{t}卫生院",), "家庭医生"),
    ("教师", 1, ("{t}中心小学",), "教师"),
)
EACH = sum(team[1] for team in _TEAMS)
_DOCTOR = EACH - 2
_GRID = _DOCTOR - 2  # who goes where nobody is paired on the day


def draw_helpers(ground: Ground) -> dict[str, np.ndarray]:
    """The sheet 帮扶责任人: the same number of people for each village, village by village, in the order of _TEAMS."""
    rng = ground.rng("helpers")
    rows = []
    for place in ground.villages:
        county, township = ground.names[place.code[:6]], ground.names[place.code[:9]]
        government = ground.government(place.code[:9])
        for kind, number, units, title in _TEAMS:
            named = {"c": county, "t": township, "g": government, "v": place.name}
            rows += [(kind, one.format(**named), title) for one in pick(rng, units, number)]
    team, unit, post = (np.array(part, object) for part in zip(*rows, strict=True))
    count, male = len(team), rng.random(len(team)) < 0.64
    return {
        "code": np.array([f"BF{number:06d}" for number in range(1, count + 1)], object),
        "name": joined(surnames(rng, count), given_names(rng, male, rng.integers(24, 59, size=count))),
        "unit": unit,
        "team": team,
        "post": post,
        "phone": phones(rng, count),
    }


def phones(rng: np.random.Generator, count: int, numbers: range = range(8_000, 10_000)) -> np.ndarray:
    """Eleven digits of a block that looks unassigned, each once while there are enough of the ``numbers``."""
    some = np.resize(rng.permutation(np.array(numbers)), count)
    return np.array([f"199000{number:05d}" for number in some], object)


def draw_pairings(ground: Ground, people: People, statuses: Statuses, village: np.ndarray) -> dict[str, np.ndarray]:
    """Household and helper numbers with the days from and to which they are paired; few households have nobody."""
    rng = ground.rng("pairings")
    homes = len(village)
    main = rng.choice(_DOCTOR, size=homes, p=np.array([1, 1.2, 1.2, 2, 2, 2, 2, 2, 1.3, 1.3, 1, 1]) / 18)
    base = np.datetime64("2021-03-01") + rng.integers(0, 60, size=homes).astype("timedelta64[D]")
    joins, _ = month_days(statuses.since)
    started = np.where(statuses.since > ground.first, joins + rng.integers(0, 20, homes).astype("timedelta64[D]"), base)
    started = np.minimum(np.maximum(started, statuses.known), ground.end)
    left, _ = month_days(statuses.until)
    ended = np.where(statuses.until < ground.last, np.maximum(left, started), np.datetime64("NaT"))
    paired = rng.random(homes) > 0.022
    changes = (rng.random(homes) < 0.16) & np.isnat(ended) & (started < ground.end - 400)
    change = some_day(rng, started + 200, np.maximum(started + 200, np.full(homes, ground.end - 30)), homes)
    change = np.where(changes, change, np.datetime64("NaT"))
    gone = changes & (rng.random(homes) < 0.05)  # nobody came after the one who left
    parts = [(np.flatnonzero(paired), main, started, np.where(changes, change, ended))]
    parts.append((np.flatnonzero(paired & changes & ~gone), (main + 3) % _DOCTOR, change, ended))
    sick = people.count(np.isin(people.health, ("大病", "长期慢性病"))) > 0
    pupils = people.count(people.pupil) > 0
    for mask, who in ((sick & (rng.random(homes) < 0.22), _DOCTOR), (pupils & (rng.random(homes) < 0.3), _DOCTOR + 1)):
        parts.append((np.flatnonzero(mask & paired), np.full(homes, who), started, ended))
    household = np.concatenate([part[0] for part in parts])
    slot, begin, end = (np.concatenate([part[at][part[0]] for part in parts]) for at in (1, 2, 3))
    return {"household": household, "helper": village[household] * EACH + slot, "started": begin, "ended": end}


def of_persons(ground: Ground, pairings: dict[str, np.ndarray], people: People, quiet: np.ndarray) -> np.ndarray:
    """Whom of the household a pairing is with (his number among ``people``), -1: the household. Most doctors have one
    patient, most teachers one pupil; ``quiet``: households whose members are as they were."""
    rng, slot = ground.rng("patients"), pairings["helper"] % EACH
    whom = np.full(len(slot), -1)
    sick = np.isin(people.health, ("大病", "长期慢性病"))
    for who, mask in ((_DOCTOR, sick), (_DOCTOR + 1, people.pupil)):
        some = np.flatnonzero(mask)
        first = np.full(len(quiet), -1)
        first[people.home[some[::-1]]] = some[::-1]
        theirs = np.flatnonzero((slot == who) & quiet[pairings["household"]] & (rng.random(len(slot)) < 0.8))
        whom[theirs] = first[pairings["household"][theirs]]
    return whom


def pairing_columns(
    pairings: dict[str, np.ndarray], helpers: np.ndarray, codes: np.ndarray, members: np.ndarray
) -> dict[str, np.ndarray]:
    """The sheet 结对帮扶, from what ``draw_pairings`` gave and the codes of helpers, households and members."""
    return {
        "helper": helpers[pairings["helper"]],
        "household_id": codes[pairings["household"]],
        "member": members,
        "started": pairings["started"],
        "ended": pairings["ended"],
    }


def visits(
    ground: Ground,
    statuses: Statuses,
    village: np.ndarray,
    talks: Talks,
    pairings: dict[str, np.ndarray],
    codes: np.ndarray,
    helpers: np.ndarray,
) -> Iterator[Sheet]:
    """The columns of 走访 month by month, on workdays, most of it towards the end of each; none later than today."""
    rng = ground.rng("visits")
    places = len(ground.villages)
    diligence = rng.beta(22, 3.2, size=places)
    lagging = rng.permutation(places)[: max(1, round(places * 0.055))]
    diligence[lagging] = rng.uniform(0.3, 0.58, size=len(lagging))
    former, latest = _main_pairings(pairings, len(village))
    coded, named, number = pa.array(codes), pa.array(helpers), 0
    for month in range(ground.last - ground.scale.visit_months + 1, ground.last + 1):
        on = (statuses.since <= month) & (statuses.until >= month)
        rate = np.clip(diligence * rng.normal(1.0, 0.03, size=places) - 0.06 * (month % 12 == 1), 0.05, 0.96)[village]
        often = 1 + (statuses.watched > 0) * (statuses.watched <= month) * (statuses.cleared > month) * 0.6
        goes = np.flatnonzero(on & (rng.random(len(village)) < np.where(latest < 0, 0.3, rate)))
        again = goes[rng.random(len(goes)) < 0.06 * often[goes]]
        who = np.concatenate([goes, again])
        low, high = month_days(np.array([month]))
        length = int((high - low)[0].astype(int)) + 1
        days = low[0] + np.arange(length).astype("timedelta64[D]")
        rush = 0.4 + 2.4 * np.clip(np.arange(length) / length - 0.6, 0, 1) / 0.4  # before the month ends
        chance = almanac.weights(days) * rush
        when = days[rng.choice(length, size=len(who), p=chance / chance.sum())]
        kept = np.flatnonzero((when <= ground.end) & (when >= statuses.known[who]))
        kept = kept[np.argsort(when[kept], kind="stable")]
        who, when = who[kept], when[kept]
        own = np.where(pairings["started"][latest[who]] <= when, latest[who], former[who])
        on_duty = (own >= 0) & (pairings["started"][own] <= when) & ~(pairings["ended"][own] < when)
        own = np.where(on_duty, pairings["helper"][own], village[who] * EACH + _GRID)
        # somebody else of the village stands in now and then
        own = np.where(rng.random(len(who)) < 0.02, village[who] * EACH + rng.integers(0, EACH, len(who)), own)
        occasion, content = talks.drawn(rng, who, month % 12 + 1, almanac.eves(when))
        order = pc.utf8_lpad(pa.array(np.arange(number + 1, number + len(who) + 1)).cast(pa.string()), 8, "0")
        number += len(who)
        yield {
            "code": pc.binary_join_element_wise("ZF", order, ""),
            "household_id": coded.take(pa.array(who)),
            "helper": named.take(pa.array(own)),
            "visited": when,
            "occasion": occasion,
            "content": content,
        }


def _main_pairings(pairings: dict[str, np.ndarray], homes: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of each household's first and last pairing (one and the same for most) but for doctors and teachers.

    Both are -1 where nobody answers for it.
    """
    main = np.flatnonzero(pairings["helper"] % EACH < _DOCTOR)
    order = main[np.argsort(pairings["started"][main], kind="stable")]
    former, latest = np.full(homes, -1), np.full(homes, -1)
    former[pairings["household"][order[::-1]]] = order[::-1]
    latest[pairings["household"][order]] = order
    return former, latest
