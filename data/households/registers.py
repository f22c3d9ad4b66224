"""户变动 and 监测 beside the columns of 户: what those said becomes first rows, and they say what the last rows do."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from data import model
from data.figures.courses import ENDS, TURNS, Columns, Spell, Watched, base_course, household_spells, may_follow
from data.store.batches import batches
from data.terms import EXITED, HOUSEHOLD_STATES, LIFTED, STATE_NAMES, STATE_NUMBERS, UNCOUNTED

Row = dict[str, Any]  # of a table, its values of any type
LIFTINGS = ("脱贫", "再脱贫")
BEGINNINGS = ("分户自", *ENDS)
"""Kinds of 户变动 that say nothing of a household's base."""
WATCHED = {state.name for state in HOUSEHOLD_STATES if state.watched}
_LASTING = {state.name for state in HOUSEHOLD_STATES if state.watched and state.cleared is None}
"""户类型 that the removal of the risk does not change."""
_NAMES = ("type", "identified", "lifted", "relapsed", "risk_removed")
UNSTATED = {"risks": "其他", "risk_note": "原户类型所载，风险未填"}
"""Risks of an episode that only the columns tell of."""


@dataclass
class Register:
    """What stands of a household: its code, its columns, day and kind of its events, its episodes."""

    code: str
    columns: Columns
    collected: str | None
    events: list[tuple[str, str]] = field(default_factory=list)
    episodes: list[Row] = field(default_factory=list)

    @property
    def told(self) -> bool:
        """Whether events say of its base."""
        return any(kind not in BEGINNINGS for _, kind in self.events)


def registers(connection: Connection, households: Iterable[int]) -> dict[int, Register]:
    """What stands of these households, by their ids."""
    found: dict[int, Register] = {}
    held, event, episode = model.household, model.household_event, model.episode
    for batch in batches(sorted(set(households))):
        asked = select(held.c.id, held.c.code, held.c.collected, *(held.c[name] for name in _NAMES))
        for id, code, collected, *columns in connection.execute(asked.where(held.c.id.in_(batch))):
            found[id] = Register(code, Columns(*columns), collected)
        for row in connection.execute(select(event).where(event.c.household_id.in_(batch))):
            found[row.household_id].events.append((row.day, row.kind))
        for one in connection.execute(select(episode).where(episode.c.household_id.in_(batch))).mappings():
            found[one["household_id"]].episodes.append(dict(one))
    return found


def events_of(columns: Columns) -> list[tuple[str, str]]:
    """Day and kind of the events that the columns of a household tell of."""
    identified, lifted, relapsed = columns.identified, columns.lifted, columns.relapsed
    registered = columns.type in ("未脱贫户", "脱贫户", "脱贫不稳定户") or lifted or relapsed
    if not registered:
        return []
    again = lifted is not None and relapsed is not None and relapsed < lifted
    rows = [(lifted, LIFTINGS[again]), (relapsed, "返贫")]
    if not _of_monitoring(columns):
        rows.append((identified, "识别"))
    return sorted((day, kind) for day, kind in rows if day is not None)


def events_beside(columns: Columns, filed: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of them that stand beside rows of 户变动 (day, kind): one of a kind that the rows have too is taken for the
    same, unless all follow one another."""
    told, rows = events_of(columns), [row for row in filed if row[1] in TURNS]
    events = sorted([*told, *rows])
    apart = len({day for day, _ in events}) == len(events)
    if apart and all(may_follow(kind, before) for (_, before), (_, kind) in pairwise(events)):
        return told
    kinds = {kind for _, kind in rows}
    return [event for event in told if event[1] not in kinds]


def _of_monitoring(columns: Columns) -> bool:
    """Whether 识别日期 is that of who is watched, not of who is registered."""
    watched = columns.type in WATCHED or columns.risk_removed is not None
    identified, lifted = columns.identified, columns.lifted
    return watched and (lifted is None or (identified is not None and identified > lifted))


def said_events(connection: Connection, filed: Iterable[tuple[int, str, str]]) -> int:
    """Write what the columns of households say, of whose base the files (household, day, kind) tell first."""
    told = defaultdict(list)
    for household, day, kind in filed:
        if kind in TURNS:
            told[household].append((day, kind))
    rows: list[Row] = [
        {"household_id": household, "day": day, "kind": kind}
        for household, one in registers(connection, told).items()
        if not one.told
        for day, kind in events_beside(one.columns, told[household])
    ]
    return _inserted(connection, model.household_event, rows)


def said_episodes(connection: Connection, filed: Iterable[tuple[int, str]]) -> int:
    """The same of 监测; ``filed``: household and 识别日期 of episodes, of households that stood before."""
    days = defaultdict(set)
    for household, day in filed:
        days[household].add(day)
    rows: list[Row] = []
    for household, one in registers(connection, days).items():
        columns = one.columns
        since = columns.identified if _of_monitoring(columns) else columns.lifted
        since = since or columns.identified or one.collected
        if not one.episodes and columns.type in WATCHED and since and since not in days[household]:
            rows.append(
                {"code": f"{one.code}-JC1", "household_id": household, "kind": columns.type, "identified": since,
                 "removed": columns.risk_removed, **UNSTATED}
            )  # fmt: skip
    return _inserted(connection, model.episode, rows)


def _inserted(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    for batch in batches(rows):
        connection.execute(insert(table), batch)
    return len(rows)


def equal_columns(connection: Connection, households: Iterable[int]) -> int:
    """Let the columns say what the last rows of 户变动 and 监测 do; returns how many households changed."""
    changed = 0
    for household, one in registers(connection, households).items():
        columns = said_by_rows(one)
        values = {
            name: getattr(columns, name) for name in _NAMES if getattr(columns, name) != getattr(one.columns, name)
        }
        if values:
            connection.execute(update(model.household).where(model.household.c.id == household).values(values))
            changed += 1
    return changed


def said_by_rows(one: Register) -> Columns:
    """The columns that agree with the rows; what these do not say stays."""
    columns = one.columns
    if one.told:
        first = {kind: min(day for day, other in one.events if other == kind) for _, kind in one.events}
        last = {kind: max(day for day, other in one.events if other == kind) for _, kind in one.events}
        kept = not one.episodes and _of_monitoring(columns)
        columns = replace(
            columns,
            identified=columns.identified if kept else first.get("识别", columns.identified),
            lifted=max((last[kind] for kind in LIFTINGS if kind in last), default=None),
            relapsed=last.get("返贫"),
        )
    if one.episodes:
        removed = [episode["removed"] for episode in one.episodes]
        columns = replace(columns, risk_removed=None if None in removed else max(removed))
        if columns.identified is None:
            columns = replace(columns, identified=max(episode["identified"] for episode in one.episodes))
    return _typed(one, columns)


def state_on(one: Register, day: str, more: Sequence[tuple[str, str]] = ()) -> int:
    """The state of a household on a day (a key of ``terms.STATE_NAMES``), with ``more`` events."""
    return next(spell.state for spell in reversed(_spells(one, more)) if spell.since <= day)


def _spells(one: Register, more: Sequence[tuple[str, str]] = ()) -> list[Spell]:
    watched = [Watched(STATE_NUMBERS[row["kind"]], row["identified"], row["removed"]) for row in one.episodes]
    return household_spells(one.columns, "", events=[*one.events, *more], episodes=watched)


def base_on(one: Register, day: str) -> int:
    """What a household is registered as on a day, whatever it is watched as."""
    return next(spell.base for spell in reversed(_spells(one)) if spell.since <= day)


def episode_told(one: Register) -> Row | None:
    """The episode that the columns alone tell of, as 监测 would hold it; None where rows say, or it was never watched.
    ``identified`` is '' where no day is known."""
    if one.episodes:
        return None
    watch = next((spell for spell in _spells(one) if spell.watch), None)
    if watch is None:
        return None
    since, removed = watch.since or one.collected or "", one.columns.risk_removed
    kept = removed if removed and removed >= since else None
    return {
        "code": f"{one.code}-JC1",
        "kind": STATE_NAMES[watch.watch],
        "identified": since,
        "removed": kept,
        **UNSTATED,
    }


def base_of(columns: Columns, day: str) -> int:
    """What a household of which no event tells is registered as on a day."""
    return next(spell.base for spell in reversed(household_spells(columns, "")) if spell.since <= day)


def governed(connection: Connection, household: int) -> tuple[str, ...]:
    """Columns of a household's state that rows of 户变动 or 监测 speak for."""
    one = registers(connection, [household])[household]
    return (
        *(("type", "identified", "lifted", "relapsed") if one.told else ()),
        *(("type", "identified", "risk_removed") if one.episodes else ()),
    )


def _typed(one: Register, columns: Columns) -> Columns:
    """户类型 as which it is watched or registered now, as far as its base stays what it was."""
    if any(kind in ENDS for _, kind in one.events):
        return columns
    last = _spells(one)[-1]
    base = LIFTED if last.base == EXITED else last.base
    if not last.watch and base == UNCOUNTED and columns.type in _LASTING:
        return columns
    typed = replace(columns, type=STATE_NAMES[last.watch or base])
    same = base_course(typed, one.events) == base_course(one.columns, one.events)
    return typed if same else columns
