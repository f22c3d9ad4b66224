"""What a village's panels say of its days, its people and its map, before they are set."""

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from sqlalchemy import Engine

from components.wallcharts import village
from components.wallcharts.maps import village_maps
from components.wallcharts.panels import Column, table
from components.wallcharts.sheets import SHEETS
from components.wallcharts.village import PASSED, PLANNED, VillageFacts
from data.duties.village_board import VillageBoard
from data.wall.names import as_display
from data.wall.roster import Roster
from tests.components.wallcharts.ground import CADRE, LARGE, MANY
from tests.data.small_county import LAST
from tests.data.village_ground import VILLAGE

NONE = pd.DataFrame()
TASK = {"name": "修路", "owner": "赵某", "progress": 0.4, "started": "2026-10-25", "deadline": "2026-12-15"}


WALK = pd.DataFrame({"id": [7], "number": [3], "head": ["钱**"]})


def facts_of(*tasks: dict, as_of: str = "2026-11-22") -> VillageFacts:
    listed = pd.DataFrame([{"finished": None, "household_id": None, **TASK, **task} for task in tasks])
    board = VillageBoard(as_of, *[NONE] * 4, listed, NONE, NONE, NONE, 0, 0)
    return VillageFacts(WALK, Roster(NONE, NONE, NONE), board)


def bar(**task: object) -> list[tuple[str, str]]:
    """Ground and word of each third of a month, the first that of 21 October."""
    panel = village.schedule(facts_of(task), 60)
    cells = panel["rows"][0][3:-1]
    return [(cell.get("fill", ""), cell.get("text", "")) if cell else ("", "") for cell in cells]


def test_the_matrix_shows_what_has_passed_what_is_planned_and_the_deadline():
    passed, planned = (PASSED, ""), (PLANNED, "")
    assert bar() == [passed, passed, passed, planned, planned, (PLANNED, "期"), *[("", "")] * 6]
    assert [words for _, words in bar(deadline="2027-09-01")][-1] == "→"


def test_the_matrix_says_what_is_overdue_and_what_is_done():
    late = bar(deadline="2026-11-08")
    assert late[1] == (PASSED, "期") and late[3] == ("", "超")
    done = bar(finished="2026-11-12")
    assert done[2] == (PASSED, "✓") and "超" not in [words for _, words in done]


def test_a_task_of_a_household_is_called_by_its_number_and_not_by_its_words():
    first = [village.schedule(facts_of(task), 60)["rows"][0][0] for task in ({"name": "", "household_id": 7}, {})]
    assert first == ["入户任务（3 号 钱**）", "修路"]


@pytest.mark.parametrize("today", [date(2027, 1, 1), date(2028, 2, 29), date(2026, 12, 31), date(2027, 3, 30)])
def test_thirds_of_months_follow_each_other_without_a_gap_and_hold_today(today: date):
    thirds = village._thirds(today)
    assert all(before[1].toordinal() + 1 == after[0].toordinal() for before, after in pairwise(thirds))
    assert {first.day for first, _ in thirds} == {1, 11, 21} and any(a <= today <= b for a, b in thirds[1:4])


def test_every_household_is_somebodys_in_rows_that_do_not_fill_a_column(walls: Engine):
    with walls.connect() as connection:
        facts = village.read(connection, CADRE, LARGE, LAST)
    rows = village.duties(facts, 60)["rows"]
    numbers = [int(number) for row in rows for number in row[4].replace("\u200b", "").split("、")]
    assert {*range(1, MANY + 1)} <= set(numbers) and max(len(row[4]) for row in rows) < 200
    assert [int(row[3]) for row in rows] == sorted((int(row[3]) for row in rows), reverse=True)


def test_measures_that_tell_of_illness_and_words_about_households_are_not_read(walls: Engine):
    with walls.connect() as connection:
        facts = village.read(connection, CADRE, LARGE, LAST)
    assert "健康" not in set(facts.roster.measures["category"]) and "产业" in set(facts.roster.measures["category"])
    problems = village.problems(facts, 60)["rows"]
    assert "入户问题（2 号 阿**）" in [row[2] for row in problems]
    assert not as_display(CADRE).sees_health


def test_every_number_is_on_a_map_or_said_to_be_on_none(walls: Engine):
    with walls.connect() as connection:
        walk = village.read(connection, CADRE, VILLAGE, LAST).walk
        crowd = pd.concat([walk.head(1)] * 60, ignore_index=True)
        crowd = crowd.assign(number=range(1, 61), id=range(1, 61), sketch=False)
        crowd["lon"] = [121.0 + n % 8 * 0.0002 + (0.02 if n == 59 else 0) for n in range(60)]
        crowd["lat"] = [40.0 + n // 8 * 0.0002 for n in range(60)]
        maps = village_maps(connection, VILLAGE, crowd, SHEETS["A4"])
    drawn = [maps[0]["svg"], *(part["svg"] for part in maps[1]["drawings"])]
    shown = {number for svg in drawn for number in range(1, 61) if f">{number}</text>" in svg}
    assert len(drawn) > 2 and 60 in shown and len(shown) > 20
    assert shown == set(range(1, 61)) or "没有写号" in maps[1]["note"]


def test_a_word_gets_places_to_break_only_where_its_column_is_narrower():
    columns = (Column("电话", 10), Column("窄", 4))
    panel = table("", columns, [["19900000000", "19900000000"]], letters=14, empty="")
    assert panel["rows"][0][0] == "19900000000" and "\u200b" in panel["rows"][0][1]
