"""The way of one household from identification to exit: dated events, states, measures, income, visits, documents."""

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from sqlalchemy import Connection, select, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.figures.courses import BEGINS, ENDS
from data.figures.spells import state_spell
from data.households.file import HouseholdFile
from data.months import label, last_day
from data.terms import GONE, HOUSEHOLD_STATES, STATE_NAMES

BEFORE_ALL = "0001-01-01"
_MONITORED = frozenset(state.name for state in HOUSEHOLD_STATES if state.watched)
_TURNS = {"lifted": "脱贫", "relapsed": "返贫"}
_KINDS = {
    "识别": ("identified", "精准识别，建档立卡"), "脱贫": ("lifted", "脱贫"), "返贫": ("relapsed", "返贫"),
    "再脱贫": ("lifted", "再次脱贫"), "有序退出": ("exited", "有序退出帮扶"), "注销": ("struck", "注销"),
    "分户自": ("split", "从{}户分出"), "并入": ("merged", "并入{}户"),
}  # fmt: skip
"""户变动 → kind of an event, and its words with the other household's head."""
_THERE = {"分户自": ("split", "分出{}户"), "并入": ("merged", "{}户并入")}
"""The same as it is told of the other household."""
_CAME = {"出生": "出生", "婚入": "婚入", "迁入": "迁入"}
_WENT = {"死亡": "去世", "婚出": "婚出", "迁出": "迁出", "分户": "随分户离开"}


@dataclass(frozen=True)
class Event:
    """Something that happened on a day (ISO): ``kind`` is identified, monitored, lifted, relapsed, risk_removed,
    exited, struck, split, merged, moved (the household), joined, gone (a member), above, below (the 12 months' income
    per head crossing the line), begun, ended (a measure) or document."""

    day: str
    kind: str
    what: str


@dataclass(frozen=True)
class Span:
    """A state (户类型, or what became of it) from a day until the next one begins."""

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
        *_turns(connection, viewer, file, spans),
        *_moves(connection, asked),
        *_members(connection, viewer, asked),
        *_crossings(file.income.course, as_of),
        *_measure_events(measures, as_of),
        *(Event(day, "document", f"{kind}：{title}") for day, kind, title in documents),
    ]
    events.sort(key=lambda event: event.day)
    return Story(tuple(events), tuple(spans), measures, file.income.course, tuple(visits), as_of)


def _spans(connection: Connection, file: HouseholdFile) -> list[Span]:
    """The state from each day on at which it changed (``data.figures.spells``), while the household was there; what
    became of it (已注销, 已并入) from its end on."""
    spell = state_spell.c
    asked = select(spell.since, spell.state).where(spell.household_id == file.id, spell.since <= file.facts["as_of"])
    known = [
        Span(since or BEFORE_ALL, STATE_NAMES[state]) for since, state in connection.execute(asked.order_by("since"))
    ]
    known = known[:1] + [span for before, span in pairwise(known) if span.state != before.state]
    lasted = connection.execute(text(_LASTED), {"household": file.id}).all()
    for row in lasted:
        if row.kind == BEGINS:
            standing = max((span for span in known if span.since <= row.day), key=lambda span: span.since)
            known = [Span(row.day, standing.state), *(span for span in known if span.since > row.day)]
        elif row.day <= file.facts["as_of"]:
            known = [*(span for span in known if span.since < row.day), Span(row.day, f"已{row.kind}")]
    return known


def _turns(connection: Connection, viewer: Viewer, file: HouseholdFile, spans: list[Span]) -> list[Event]:
    """What happened to the household as such: by 户变动 and 监测 where they have rows of it, else by its own dates."""
    asked = {"household": file.id}
    changes = connection.execute(text(_CHANGES), asked).all()
    episodes = connection.execute(text(_EPISODES), asked).all()
    facts, begun = file.facts, {span.since: span.state for span in spans}
    found = []
    for row in changes:
        kind, words = (_KINDS if row.own else _THERE)[row.kind]
        who = (row.head if viewer.sees_identity else mask_name(row.head)) if row.head else "另一"
        reason = f"（{row.reason}）" if row.reason and row.own and viewer.sees_identity else ""
        found.append(Event(row.day, kind, words.format(who) + reason))
    if not any(row.own and row.kind in _BASES for row in changes):
        found += [Event(facts[name], name, word) for name, word in _TURNS.items() if facts[name]]
        if (day := facts["identified"]) and begun.get(day) not in _MONITORED:
            found.append(Event(day, "identified", "精准识别，建档立卡"))
    for row in episodes:
        risks = f"：{row.risks}" if row.risks and viewer.sees_health else ""
        found.append(Event(row.identified, "monitored", f"纳入监测（{row.kind}）{risks}"))
        if row.removed:
            found.append(Event(row.removed, "risk_removed", "风险消除" + (f"（{row.removal}）" if row.removal else "")))
    if not episodes:
        if (day := facts["identified"]) and (state := begun.get(day)) in _MONITORED:
            found.append(Event(day, "monitored", f"纳入监测（{state}）"))
        if facts["risk_removed"]:
            found.append(Event(facts["risk_removed"], "risk_removed", "风险消除"))
    return [event for event in found if event.day <= facts["as_of"]]


def _moves(connection: Connection, asked: dict[str, object]) -> list[Event]:
    rows = connection.execute(text(_MOVES), asked)
    return [Event(row.day, "moved", f"由{row.origin}迁到{row.village}") for row in rows]


def _members(connection: Connection, viewer: Viewer, asked: dict[str, object]) -> list[Event]:
    """Who came and went; why only for who sees identity."""
    found = []
    for row in connection.execute(text(_MEMBERS), asked):
        went = row.kind == GONE
        reason = (_WENT if went else _CAME).get(row.reason) if viewer.sees_identity else None
        name = row.name if viewer.sees_identity else mask_name(row.name)
        found.append(Event(row.day, "gone" if went else "joined", f"{name} {reason or ('离开' if went else '加入')}"))
    return found


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


_BASES = ("识别", "脱贫", "返贫", "再脱贫", "有序退出")
_CHANGES = """
    SELECT e.day, e.kind, e.reason, o.head, 1 AS own FROM household_event e LEFT JOIN household o ON o.id = e.other
    WHERE e.household_id = :household
    UNION ALL SELECT e.day, e.kind, e.reason, o.head, 0 FROM household_event e JOIN household o ON o.id = e.household_id
    WHERE e.other = :household AND e.kind IN ('分户自', '并入')"""
_LASTED = f"""
    SELECT day, kind FROM household_event WHERE household_id = :household
    AND kind IN ({", ".join(f"'{kind}'" for kind in (BEGINS, *ENDS))}) ORDER BY day"""
_EPISODES = "SELECT kind, identified, risks, removed, removal FROM episode WHERE household_id = :household"
_MOVES = """
    SELECT e.day, a.name AS origin, b.name AS village FROM household_move e JOIN region a ON a.code = e.origin
    JOIN region b ON b.code = e.village WHERE e.household_id = :household AND e.day <= :as_of"""
_UNTOLD = "NOT EXISTS (SELECT 1 FROM member_event o WHERE o.member = p.code)"
_MEMBERS = f"""
    SELECT * FROM (
        SELECT e.day, e.kind, e.reason, p.name FROM member_event e JOIN member p ON p.code = e.member
        WHERE e.household_id = :household
        UNION ALL SELECT p.joined, '加入', p.joined_reason, p.name FROM member p
        WHERE p.household_id = :household AND {_UNTOLD}
        UNION ALL SELECT p.gone, '离开', p.gone_reason, p.name FROM member p
        WHERE p.household_id = :household AND {_UNTOLD}) q
    WHERE q.day IS NOT NULL AND q.day <= :as_of"""
_VISITS = "SELECT visited FROM visit WHERE household_id = :household AND visited <= :as_of ORDER BY visited"
_DOCUMENTS = """
    SELECT COALESCE(dated, substr(added, 1, 10)) AS day, kind, title FROM archive
    WHERE household_id = :household AND hidden IS NULL AND COALESCE(dated, substr(added, 1, 10)) <= :as_of
    ORDER BY 1, id"""
