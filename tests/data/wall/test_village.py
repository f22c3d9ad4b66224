"""The village's wall: days left, the longest overdue first, nothing of a household that a wall may not tell."""

from datetime import date

import pytest
from sqlalchemy import Engine, update

from data import model
from data.access.viewer import Viewer
from data.settings import decide
from data.store.engine import writing
from data.wall.village import VillageRoom, countdown, village_room
from tests.data.small_county import COUNTY, LAST, TODAY
from tests.data.village_ground import VILLAGE, fill_village
from tests.moment import NOW

ADMIN, DISPLAY = Viewer("admin", ""), Viewer("display", COUNTY)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_village, own=True)


def room(engine: Engine, viewer: Viewer = DISPLAY) -> VillageRoom:
    with engine.connect() as connection:
        return village_room(connection, viewer, VILLAGE, LAST, today=TODAY)


def decided(engine: Engine, name: str, value: str) -> None:
    with writing(engine) as connection:
        decide(connection, ADMIN, name, value, now=NOW)


def test_what_is_open_comes_by_the_days_that_are_left_and_what_is_done_is_counted(county: Engine):
    with writing(county) as connection:
        connection.execute(update(model.task).where(model.task.c.code == "r1").values(deadline="2026-11-20"))
        connection.execute(update(model.problem).where(model.problem.c.code == "q1").values(deadline="2026-11-25"))
    found = room(county)
    for rows in (found.tasks, found.problems):
        assert list(rows["days"]) == sorted(rows["days"])
        assert list(rows["days"]) == [(date.fromisoformat(day) - TODAY).days for day in rows["deadline"]]
    assert -2 in list(found.tasks["days"]) and 3 in list(found.problems["days"])
    assert (found.finished, found.rectified) == (1, 1)  # r2, in this month; q2
    assert found.visited_today == 1


def test_a_matter_of_a_household_has_its_number_and_masked_head_and_no_words(county: Engine):
    for viewer in (DISPLAY, Viewer("village", VILLAGE), ADMIN):
        found = room(county, viewer)
        mine = found.tasks[found.tasks["head"] == "钱**"]
        number = found.walk.set_index("id")["number"][901]
        assert [(row.number, row.name) for row in mine.itertuples(index=False)] == [(number, "")]
        assert set(found.problems.loc[found.problems["head"].notna(), "description"]) == {""}
        told = " ".join(str(frame.to_dict()) for frame in (found.walk, found.tasks, found.problems, found.measures))
        for secret in ("K901", "因病", "大病", "13812345678", "一组1号", "钱一", "健康"):
            assert secret not in told
    decided(county, "wall_names", "0")
    assert "钱一" in set(room(county).tasks["head"])


def test_the_county_counts_down_to_its_day_and_no_further(county: Engine):
    def said(today: date) -> tuple[str, int] | None:
        with county.connect() as connection:
            return countdown(connection, today)

    assert said(TODAY) is None
    decided(county, "countdown_day", "2026-12-24")
    assert said(TODAY) == ("年度核查", 32)
    decided(county, "countdown_name", "省级评估")
    assert said(date(2026, 12, 24)) == ("省级评估", 0)
    assert said(date(2026, 12, 25)) is None
