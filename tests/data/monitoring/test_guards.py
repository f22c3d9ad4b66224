"""Whatever steps are tried in whatever order, on whatever days, nobody is removed past a guard of the law."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from data import model
from data.errors import WarRoomError
from data.monitoring import law
from data.monitoring.cases import Given, begin, step_within
from data.monitoring.clocks import months_after
from data.monitoring.votes import Votes
from data.monitoring.ways import CASE_WAY
from data.store.engine import writing
from tests.data.monitoring_ground import (
    ENTERING,
    FAILING,
    FIGURES,
    HELPLESS,
    HOUSEHOLD,
    LIFTED,
    PASSING,
    REMOVING,
    WHO,
    fill_monitoring,
    row_on,
)
from tests.moment import NOW

FIRST = date(2026, 1, 1)
HOW = {HOUSEHOLD: ("边缘易致贫户",), LIFTED: ("脱贫不稳定户",), HELPLESS: ("边缘易致贫户",)}
STEPS = [*ENTERING, *REMOVING]
ACTIONS = [action for action, _, _ in STEPS]


class _TakenBack(Exception):
    pass


@contextmanager
def tried(engine: Engine) -> Iterator[Connection]:
    """A transaction of which nothing stays."""
    with pytest.raises(_TakenBack), writing(engine) as connection:
        yield connection
        raise _TakenBack


@st.composite
def paths(draw: st.DrawFn) -> tuple[int, str | None, list[tuple[str, int, Votes | None, bool]]]:
    """A household, when it got a measure (None: never), and steps: action, days after the one before, votes, whether
    figures are given. Most steps follow the right order, some are left out, moved or strange."""
    household = draw(st.sampled_from(list(HOW)))
    helped = draw(st.sampled_from([None, "2025-06-01", "2026-02-01"]))
    order = [action for action in ACTIONS if draw(st.integers(0, 9))]
    for _ in range(draw(st.integers(0, 4))):
        order.insert(draw(st.integers(0, len(order))), draw(st.sampled_from(sorted(CASE_WAY.actions))))
    steps = []
    for action in order:
        gap = draw(st.sampled_from([0, 1, 6, 6, 6, 6]))
        gap += draw(st.sampled_from([0, 100, 150, 200])) if action == "propose" else 0
        votes = draw(st.sampled_from([PASSING, PASSING, PASSING, PASSING, FAILING, None]))
        steps.append((action, gap, votes, draw(st.integers(0, 9)) > 0))
    return household, helped, steps


THROUGH = [(action, {"propose": 200, "include": 1}.get(action, 6), PASSING, True) for action in ACTIONS]


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_monitoring, own=True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(paths())
@example((HOUSEHOLD, "2026-02-01", THROUGH))
@example((HELPLESS, "2026-02-01", THROUGH))
@example((HOUSEHOLD, None, THROUGH))
def test_no_path_of_steps_is_removed_past_a_guard(county: Engine, path: tuple):
    with tried(county) as connection:
        judge(connection, walked(connection, path), path)


def walked(connection: Connection, path: tuple) -> int:
    """The case that was taken along a path, as far as it may go."""
    household, helped, steps = path
    if helped:
        line = {"code": "x", "household_id": household, "category": "就业", "name": "务工", "started": helped}
        ended = "2025-12-31" if helped < "2026" else None
        connection.execute(model.measure.insert().values(**line, ended=ended))
    id = begin(connection, WHO["village"], household, given=Given(day=FIRST), now=NOW)
    day = FIRST
    for action, gap, votes, told in steps:
        day = min(day + timedelta(days=gap), NOW.date())
        taken(connection, id, action, day, votes, told, HOW[household])
    return id


def taken(
    connection: Connection, id: int, action: str, day: date, votes: Votes | None, told: bool, how: tuple[str]
) -> None:
    """Try a step as each role that there is; what is refused leaves nothing."""
    more = {"kind": how[0], "risks": ("因病",), "figures": FIGURES if told else {}, "natural_reason": "整户死亡"}
    for viewer in WHO.values():
        version = int(str(row_on(connection, id)["version"]))
        what = Given(day=day, reason="有原因", votes=votes, **more)
        try:
            with connection.begin_nested():
                step_within(connection, viewer, id, action, version=version, given=what, now=NOW)
            return
        except WarRoomError:
            continue


def judge(connection: Connection, id: int, path: tuple) -> None:
    """Once more by hand: what must have been where it is removed, and that 监测 and the case say the same."""
    household, helped, _ = path
    held = row_on(connection, id)
    steps = (
        connection.execute(
            select(model.case_step).where(model.case_step.c.case_id == id).order_by(model.case_step.c.id)
        )
        .mappings()
        .all()
    )
    episode = connection.execute(select(model.episode).where(model.episode.c.code == held["code"])).mappings().first()
    assert (held["state"] == "removed") == (episode is not None and episode["removed"] is not None)
    if path == (HOUSEHOLD, "2026-02-01", THROUGH):
        assert held["state"] == "removed"
    if held["state"] != "removed" or episode is None:
        return
    done = {one["action"]: one for one in steps}
    assert household != HELPLESS and helped == "2026-02-01"
    assert date.fromisoformat(episode["removed"]) >= months_after(date.fromisoformat(episode["identified"]), 6)
    assert date.fromisoformat(done["propose"]["day"]) >= months_after(date.fromisoformat(episode["identified"]), 6)
    assert {action for action, _, _ in REMOVING} <= set(done)
    hung = date.fromisoformat(done["removal_report"]["day"]) - date.fromisoformat(done["removal_publish"]["day"])
    assert hung.days > 5 and done["removal_discuss"]["agreed"] == PASSING.agreed
    assert None not in [episode[f"removal_{name}_fen"] for name in ("wage", "per_head", "outlay", "claims")]
    days = [one["day"] for one in steps if one["before"] != one["after"]]
    assert days == sorted(days) and max(days) <= NOW.date().isoformat()


def path_with(action: str, *, gap: int = 6, votes: Votes | None = PASSING, told: bool = True) -> list[tuple]:
    """The right way but for one step."""
    return [(action, gap, votes, told) if one[0] == action else one for one in THROUGH]


def path_without(*actions: str) -> list[tuple]:
    return [one for one in THROUGH if one[0] not in actions]


def unsafe(connection: Connection) -> None:
    connection.execute(model.household.update().values(water_safe=0))


def poor(connection: Connection) -> None:
    connection.execute(model.monitoring_line.update().values(amount_fen=1_300_000))


EARLY = [(action, {"visit": 66, "propose": 142}.get(action, gap), *more) for action, gap, *more in THROUGH]
"""Identified in the middle of April, proposed at the beginning of September."""
RIGHT = (HOUSEHOLD, "2026-02-01", THROUGH)
STOPPED: dict[str, tuple[tuple, Callable[[Connection], None] | None]] = {
    "_half_a_year": ((HOUSEHOLD, "2026-02-01", EARLY), None),
    "_labour": ((HELPLESS, "2026-02-01", THROUGH), None),
    "_measured": ((HOUSEHOLD, None, THROUGH), None),
    "_steady": (RIGHT, poor),
    "_secure": (RIGHT, unsafe),
    "_spent": ((HOUSEHOLD, "2026-02-01", path_with("propose", gap=200, told=False)), None),
    "_removal_visited": ((HOUSEHOLD, "2026-02-01", path_without("removal_visit")), None),
    "_published": ((HOUSEHOLD, "2026-02-01", path_with("removal_report", gap=1)), None),
    "_counted": ((HOUSEHOLD, "2026-02-01", path_with("removal_discuss", votes=None)), None),
    "_passed": ((HOUSEHOLD, "2026-02-01", path_with("removal_discuss", votes=FAILING)), None),
    "_visited": ((HOUSEHOLD, "2026-02-01", path_without("visit")), None),
    "_compared": ((HOUSEHOLD, "2026-02-01", path_without("compare")), None),
}
"""Guard of the law → a path that it alone stops, and what else is to be so."""


@pytest.mark.parametrize("name", STOPPED)
def test_each_guard_stops_a_path_that_goes_through_without_it(county: Engine, monkeypatch, name: str):
    path, beside = STOPPED[name]

    def comes_to() -> str:
        with tried(county) as connection:
            if beside is not None:
                beside(connection)
            state = row_on(connection, walked(connection, path))["state"]
            came.append(str(state))
        return came[-1]

    came: list[str] = []
    assert comes_to() != "removed"
    guard = getattr(law, name)
    for names in ("RULES", "TYPED"):
        held = {
            action: tuple(one for one in rules if one is not guard) for action, rules in getattr(law, names).items()
        }
        monkeypatch.setattr(law, names, held)
    for names in ("_HELPED_GUARDS", "_HELPED_TYPED"):
        monkeypatch.setattr(law, names, tuple(one for one in getattr(law, names) if one is not guard))
    assert comes_to() == "removed"
