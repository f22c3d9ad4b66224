"""The way of one household from identification to exit: dated events, states, measures, income, visits, documents."""

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from sqlalchemy import Connection, select, text

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.figures.spells import state_spell
from data.households.file import HouseholdFile
from data.months import label, last_day
from data.terms import HOUSEHOLD_STATES, STATE_NAMES

BEFORE_ALL = "0001-01-01"
_MONITORED = frozenset(state.name for state in HOUSEHOLD_STATES if state.watched)
_TURNS = {"lifted": "脱贫", "relapsed": "返贫", "risk_removed": "风险消除"}


@dataclass(frozen=True)
class Event:
    """Something that happened on a day (ISO): ``kind`` is identified, monitored, lifted, relapsed, risk_removed, above,
    below (the 12 months' income per head crossing the line), begun, ended (a measure) or document."""

    day: str
    kind: str
    what: str


@dataclass(frozen=True)
class Span:
    """A state (户类型) from a day until the next one begins."""

    since: str
    state: str


@dataclass(frozen=True)
class Story:
    """What is known up to the day ``until``, all of it oldest first.

    ``spans``: the first begins at BEFORE_ALL. ``measures``: columns category, name, started, ended, amount, unit.
    ``course``: as ``Income.course``. ``visits``: ISO days.
    """

    events: tuple[Event, ...]
    spans: tuple[Span, ...]
    measures: pd.DataFrame
    course: pd.DataFrame
    visits: tuple[str, ...]
    until: str

    @property
    def since(self) -> str:
        """The first day that anything is known of."""
        months = [f"{label(month)}-01" for month in self.course.index[:1]]
        return min([*(event.day for event in self.events), *self.visits[:1], *months, self.until])


@needs(READ, HOUSEHOLDS)
def story(connection: Connection, viewer: Viewer, file: HouseholdFile) -> Story:
    """The story of a file, up to its day; documents only for who sees identity."""
    as_of = file.facts["as_of"]
    asked = {"household": file.id, "as_of": as_of}
    visits = connection.execute(text(_VISITS), asked).scalars().all()
    documents = connection.execute(text(_DOCUMENTS), asked).all() if viewer.sees_identity else []
    measures = file.measures.sort_values(["started", "category"], kind="stable").reset_index(drop=True)
    spans = _spans(connection, file)
    events = [
        *_turns(file, spans),
        *_crossings(file.income.course, as_of),
        *_measure_events(measures, as_of),
        *(Event(day, "document", f"{kind}：{title}") for day, kind, title in documents),
    ]
    events.sort(key=lambda event: event.day)
    return Story(tuple(events), tuple(spans), measures, file.income.course, tuple(visits), as_of)


def _spans(connection: Connection, file: HouseholdFile) -> list[Span]:
    """The state from each day on at which it changed (``data.figures.spells``)."""
    spell = state_spell.c
    asked = select(spell.since, spell.state).where(spell.household_id == file.id, spell.since <= file.facts["as_of"])
    known = [
        Span(since or BEFORE_ALL, STATE_NAMES[state]) for since, state in connection.execute(asked.order_by("since"))
    ]
    return known[:1] + [span for before, span in pairwise(known) if span.state != before.state]


def _turns(file: HouseholdFile, spans: list[Span]) -> list[Event]:
    """The household's own dates. 识别日期 is the day of monitoring for who began to be monitored on it."""
    facts = file.facts
    begun = {span.since: span.state for span in spans}
    turns = [Event(facts[name], name, word) for name, word in _TURNS.items() if facts[name]]
    if day := facts["identified"]:
        state = begun.get(day)
        turns.append(
            Event(day, "monitored", f"纳入监测（{state}）")
            if state in _MONITORED
            else Event(day, "identified", "精准识别，建档立卡")
        )
    return [event for event in turns if event.day <= facts["as_of"]]


def _crossings(course: pd.DataFrame, as_of: str) -> list[Event]:
    known = course.dropna(subset=["per_head", "line"])
    found = []
    for before, now in pairwise(known.itertuples()):
        was, low = before.per_head < before.line, now.per_head < now.line
        if was != low:
            word = "降到监测线以下" if low else "升到监测线以上"
            why = "，监测线调整" if low and now.per_head >= before.line else ""
            told = f"12个月人均纯收入{word}：{now.per_head:,.0f} 元（监测线 {now.line:,.0f} 元{why}）"
            found.append(Event(min(last_day(now.Index), as_of), "below" if low else "above", told))
    return found


def _measure_events(measures: pd.DataFrame, as_of: str) -> list[Event]:
    found = []
    for row in measures.itertuples():
        name = "：".join(part for part in (row.category, row.name) if part)
        more = "，".join([*filter(None, [row.unit]), *([] if row.amount is None else [f"{row.amount:,.0f} 元"])])
        found.append(Event(row.started, "begun", name + (f"（{more}）" if more else "")))
        if row.ended and row.ended <= as_of:
            found.append(Event(row.ended, "ended", name))
    return found


_VISITS = "SELECT visited FROM visit WHERE household_id = :household AND visited <= :as_of ORDER BY visited"
_DOCUMENTS = """
    SELECT COALESCE(dated, substr(added, 1, 10)) AS day, kind, title FROM archive
    WHERE household_id = :household AND hidden IS NULL AND COALESCE(dated, substr(added, 1, 10)) <= :as_of
    ORDER BY 1, id"""
