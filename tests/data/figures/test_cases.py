"""Figures of 监测帮扶: cases by the state that their steps tell, clues that wait, planned measures that are late."""

from datetime import datetime

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from data import model
from data.access.viewer import Viewer
from data.figures import cube
from data.figures.read import figures
from data.months import month_of
from data.store.engine import writing
from tests.data.small_county import COUNTY
from tests.data.village_ground import OTHER_TOWNSHIP, VILLAGE
from tests.data.watched_ground import CHECKING, REMOVED, fill_watched

pytestmark = pytest.mark.filled(by=fill_watched)

NOW = datetime.fromisoformat("2026-11-22T10:00:00+08:00")
FIGURES = (
    "cases_opening", "persons_opening", "cases_removing", "persons_removing", "clues_waiting", "plans_overdue",
    "plans_progress",
)  # fmt: skip
BY_HAND = {
    # in November: 904 (no members) since its 立案, FAR with one member since September; the clue of 11-10 waits;
    # one measure is late since the last of October; of three measures one is carried out, the third of November
    (COUNTY, "2026-11"): (2, 1, 0, 0, 1, 1, 1 / 3),
    (VILLAGE, "2026-11"): (1, 0, 0, 0, 1, 1, 1 / 3),
    (OTHER_TOWNSHIP, "2026-11"): (1, 1, 0, 0, 0, 0, None),
    (COUNTY, "2026-10"): (1, 1, 0, 0, 0, 0, 1 / 2),  # what is due on the month's last day is not late on it
    (VILLAGE, "2026-10"): (0, 0, 0, 0, 0, 0, 1 / 2),
    (COUNTY, "2026-08"): (0, 0, 0, 0, 1, 0, 1 / 2),  # the clue of 08-30 was answered in September
    (COUNTY, "2026-05"): (0, 0, 0, 0, None, 0, 0),
    (VILLAGE, "2025-01"): (1, 1, 0, 0, None, None, None),  # 902, watched from February on; nobody told of clues yet
}  # fmt: skip


def said(connection: Connection, region: str, month: str) -> tuple[float | None, ...]:
    found = figures(connection, Viewer("county", COUNTY), region, month_of(f"{month}-01"), FIGURES)
    return tuple(found[id].value for id in FIGURES)


def whole(connection: Connection) -> dict:
    return {(row["region"], row["month"]): dict(row) for row in connection.execute(select(cube.cube)).mappings()}


@pytest.mark.parametrize(("region", "month"), BY_HAND)
def test_each_month_counts_what_the_steps_say_by_their_own_days(engine: Engine, region: str, month: str):
    with engine.connect() as connection:
        assert said(connection, region, month) == BY_HAND[region, month]


def test_a_step_typed_later_counts_from_its_own_day_and_a_refresh_makes_what_a_rebuild_makes(engine: Engine):
    with writing(engine) as connection:
        line = {"at": "2026-11-22T09:00:00", "actor": f"village:{VILLAGE}:"}
        steps = [
            {**line, "case_id": REMOVED, "day": "2026-01-15", "action": "propose", "before": "watched",
             "after": "removal"},
            {**line, "case_id": CHECKING, "day": "2026-11-20", "action": "reject", "before": "checking",
             "after": "refused"},
        ]  # fmt: skip
        connection.execute(insert(model.case_step), steps)
        connection.execute(update(model.plan_item).where(model.plan_item.c.id == 2).values(until="2026-12-01"))
        cube.refresh(connection, VILLAGE, NOW, households=False)
        kept = whole(connection)
        assert said(connection, VILLAGE, "2026-01") == (0, 0, 1, 1, None, None, None)
        assert said(connection, VILLAGE, "2026-03") == (0, 0, 0, 0, None, None, None)
        assert said(connection, VILLAGE, "2026-11") == (0, 0, 0, 0, 1, 0, 1 / 3)
        cube.rebuild(connection, today=NOW.date())
        assert whole(connection) == kept
