"""How a household and a member went on, from their dates and events: plain Python, without a store.

Days are ISO texts, '' is before all records; what changes on a day has changed when that day is over, so that a spell
lasts from its first day to the day before its end. A household's *base* is what it is registered as, its *watch* the
type of its open episode. Where 户变动 or 监测 have rows of a household they say all; else its columns do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from data.terms import EXITED, GONE, HOUSEHOLD_STATES, JOINED, LIFTED, STATE_NAMES, UNCOUNTED, UNLIFTED

ALWAYS = ""
_REGISTERED = frozenset(state.name for state in HOUSEHOLD_STATES if state.registered)
_WATCHED = {state.name: state.number for state in HOUSEHOLD_STATES if state.watched}
_CLEARED = {state.cleared: state.number for state in HOUSEHOLD_STATES if state.cleared}
_FALLEN = -UNLIFTED
"""未脱贫 as who fell back is it, while courses are worked out."""
_BASES = {
    "识别": UNLIFTED, "返贫": _FALLEN, "脱贫": LIFTED, "再脱贫": LIFTED, "有序退出": EXITED, "注销": UNCOUNTED,
    "并入": UNCOUNTED,
}  # fmt: skip
_BEFORE = {"识别": UNCOUNTED, "脱贫": UNLIFTED, "再脱贫": UNLIFTED, "返贫": LIFTED, "有序退出": LIFTED}
_AFTER = {
    "识别": (None,), "脱贫": (None, "识别", "返贫"), "再脱贫": ("返贫",), "返贫": (None, "脱贫", "再脱贫", "有序退出"),
    "有序退出": (None, "脱贫", "再脱贫"),
}  # fmt: skip
TURNS = tuple(_AFTER)
"""Kinds of 户变动 that change a household's base."""
ENDS = ("注销", "并入")
BEGINS = "分户自"
_SAME_DAY = ("分户自", "识别", "脱贫", "返贫", "再脱贫", "有序退出", "注销", "并入")


@dataclass(frozen=True)
class Columns:
    """What the columns of a household say: 户类型, and ISO days or None."""

    type: str
    identified: str | None = None
    lifted: str | None = None
    relapsed: str | None = None
    risk_removed: str | None = None


@dataclass(frozen=True)
class Watched:
    """An episode: number of its state, from the day it was identified to the day it was removed."""

    state: int
    identified: str
    removed: str | None


@dataclass(frozen=True)
class Spell:
    """A household from ``since`` to the day before ``until`` (None: still): of which village, its base and its watch
    (0: none); whether it is 未脱贫 because it fell back."""

    since: str
    until: str | None
    village: str
    base: int
    watch: int
    relapsed: bool = False

    @property
    def state(self) -> int:
        """What it is shown as: what it is watched as, else its base."""
        return self.watch or self.base


Value = TypeVar("Value")
Course = list[tuple[str, int]]
"""Since when which number; the first since ALWAYS."""


def may_follow(kind: str, last: str | None) -> bool:
    """Whether a kind of TURNS may come after the last one before it; None: none is known."""
    return last in _AFTER[kind]


def base_course(columns: Columns, events: Iterable[tuple[str, str]]) -> Course:
    """The base from day to day, _FALLEN for 未脱贫 after a 返贫; ``events`` are (day, kind of 户变动)."""
    ordered = sorted(events, key=lambda event: (event[0], _SAME_DAY.index(event[1])))
    told = [kind for _, kind in ordered if kind not in (*ENDS, BEGINS)]
    if not told:
        course = _base_by_columns(columns)
    else:
        course = [(ALWAYS, _BEFORE[told[0]])]
        course += [(day, _BASES[kind]) for day, kind in ordered if kind not in (*ENDS, BEGINS)]
    for day, kind in ordered:
        if kind == BEGINS:
            course = [(ALWAYS, UNCOUNTED), (day, _at(course, day)), *(step for step in course if step[0] > day)]
        elif kind in ENDS:
            course = [*(step for step in course if step[0] < day), (day, UNCOUNTED)]
    return _without_repeats(course)


def watch_course(
    columns: Columns, episodes: Sequence[Watched], ended: str | None = None, begun: str = ALWAYS
) -> Course:
    """The watch from day to day; ``begun`` and ``ended``: from which day the household is, from which it is no more."""
    course: Course = [(ALWAYS, 0)]
    watched = (replace(one, identified=max(one.identified, begun)) for one in episodes or _watch_by_columns(columns))
    for one in sorted(watched, key=lambda one: one.identified):
        removed = min((day for day in (one.removed, ended) if day is not None), default=None)
        if removed is None or removed > one.identified:
            course = [step for step in course if step[0] < one.identified] + [(one.identified, one.state)]
            course += [(removed, 0)] if removed is not None else []
    return _without_repeats(course)


def village_course(village: str, moves: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """The village from day to day; ``moves`` are (day, village before, village after)."""
    ordered = sorted(moves)
    if not ordered:
        return [(ALWAYS, village)]
    return [(ALWAYS, ordered[0][1]), *((day, after) for day, _, after in ordered)]


def household_spells(
    columns: Columns,
    village: str,
    *,
    events: Sequence[tuple[str, str]] = (),
    episodes: Sequence[Watched] = (),
    moves: Sequence[tuple[str, str, str]] = (),
) -> list[Spell]:
    """The spells of a household, one behind the other, from ALWAYS on, whether it is counted in them or not."""
    ended = min((day for day, kind in events if kind in ENDS), default=None)
    begun = max((day for day, kind in events if kind == BEGINS), default=ALWAYS)
    base, watch = base_course(columns, events), watch_course(columns, episodes, ended, begun)
    villages = village_course(village, moves)
    days = sorted({day for course in (base, watch, villages) for day, _ in course})
    untils = [*days[1:], None]
    spells = [
        Spell(since, until, _at(villages, since), abs(held := _at(base, since)), _at(watch, since), held == _FALLEN)
        for since, until in zip(days, untils, strict=True)
    ]
    joined = spells[:1]
    for spell in spells[1:]:
        last = joined[-1]
        if replace(last, since=spell.since, until=spell.until) == spell:
            joined[-1] = replace(last, until=spell.until)
        else:
            joined.append(spell)
    return joined


def begun(spells: Sequence[Spell]) -> str:
    """The first day of a household that is known: since when it is counted or watched, ALWAYS where it never was."""
    return next((spell.since for spell in spells if spell.state != UNCOUNTED), ALWAYS)


def member_course(
    household: int,
    *,
    begun: str,
    born: str | None = None,
    joined: str | None = None,
    gone: str | None = None,
    events: Iterable[tuple[str, str, int]] = (),
) -> list[tuple[str, str | None, int]]:
    """Of which households a member was, as (since, until, household); ``events`` are (day, 加入 or 离开, household).

    Without events he belongs to ``household`` from ``joined`` on, else from birth or the household's first day
    (``begun``), whichever is later, until he is ``gone``.
    """
    ordered = sorted(events, key=lambda event: (event[0], event[1] == JOINED))
    first = max(born or ALWAYS, begun)
    if not ordered:
        return _spell(joined or first, gone, household)
    spells: list[tuple[str, str | None, int]] = []
    since, of = (first, ordered[0][2]) if ordered[0][1] == GONE else (None, 0)
    for day, kind, where in ordered:
        if since is not None:
            spells += _spell(since, day, of)
        since, of = (day, where) if kind == JOINED else (None, 0)
    return spells + (_spell(since, None, of) if since is not None else [])


def _spell(since: str, until: str | None, household: int) -> list[tuple[str, str | None, int]]:
    return [(since, until, household)] if until is None or since < until else []


def _base_by_columns(columns: Columns) -> Course:
    registered = columns.type in _REGISTERED or columns.lifted is not None or columns.relapsed is not None
    if not registered:
        return [(ALWAYS, UNCOUNTED)]
    watched, identified, lifted, relapsed = _kind(columns), columns.identified, columns.lifted, columns.relapsed
    for_monitoring = watched and (lifted is None or (identified is not None and identified > lifted))
    days = sorted({ALWAYS, *(day for day in (identified, lifted, relapsed) if day is not None)})

    def at(day: str) -> int:
        if not for_monitoring and identified is not None and identified > day:
            return UNCOUNTED
        if relapsed is not None and relapsed <= day and (lifted is None or lifted < relapsed or lifted > day):
            return _FALLEN
        if lifted is not None and lifted <= day:
            return LIFTED
        if relapsed is not None and relapsed > day and (lifted is None or lifted > relapsed):
            return LIFTED  # who falls back had been lifted, though the day is not recorded
        return UNLIFTED if lifted is not None or columns.type == STATE_NAMES[UNLIFTED] else LIFTED

    return [(day, at(day)) for day in days]


def _kind(columns: Columns) -> int:
    """As what the columns say it is watched, or was until the risk was removed; 0: it is not."""
    if columns.risk_removed is not None and columns.type in _CLEARED:
        return _CLEARED[columns.type]
    return _WATCHED.get(columns.type, 0)


def _watch_by_columns(columns: Columns) -> list[Watched]:
    if not (kind := _kind(columns)):
        return []
    identified, lifted, removed = columns.identified, columns.lifted, columns.risk_removed
    since = identified if lifted is None or (identified is not None and identified > lifted) else lifted
    return [Watched(kind, since or ALWAYS, None if removed and since and removed < since else removed)]


def _at(course: Sequence[tuple[str, Value]], day: str) -> Value:
    return next(value for since, value in reversed(course) if since <= day)


def _without_repeats(course: Course) -> Course:
    last_of_day = list(dict(course).items())
    return [last_of_day[0], *(step for before, step in pairwise(last_of_day) if before[1] != step[1])]
