"""What a village's panels say of its days, its people and its map, before they are set."""

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from sqlalchemy import Engine

from components.wallcharts import village
from components.wallcharts.making import days_left
from components.wallcharts.maps import village_maps
from components.wallcharts.panels import Column, table
from components.wallcharts.sheets import SHEETS
from components.wallcharts.village import PASSED, PLANNED
from data.duties.village_board import VillageBoard
from data.wall.names import as_display
from tests.components.wallcharts.ground import CADRE, LARGE, MANY
from tests.data.small_county import LAST
from tests.data.village_ground import VILLAGE

NONE = pd.DataFrame()
TASK = {"name": "修路", "owner": "赵某", "progress": 0.4, "started": "2026-10-25", "deadline": "2026-12-15"}


def board(*tasks: dict, as_of: str = "2026-11-22") -> VillageBoard:
    listed = pd.DataFrame([{"finished": None, **TASK, **task} for task in tasks])
    return VillageBoard(as_of, *[NONE] * 4, listed, NONE, NONE, 0, 0)


def bar(**task: object) -> list[tuple[str, str]]:
    """Ground and word of each third of a month, the first that of 21 October."""
    panel = village.schedule(board(task), 60)
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
    problems = village.problems(facts.board, 60)["rows"]
    assert "入户问题" in [row[2] for row in problems]
    assert not as_display(CADRE).sees_health


def test_every_number_is_on_a_map_or_said_to_be_on_none(walls: Engine):
    with walls.connect() as connection:
        walk = village.read(connection, CADRE, VILLAGE, LAST).walk
        crowd = pd.concat([walk.head(1)] * 60, ignore_index=True)
        crowd = crowd.assign(number=range(1, 61), id=range(1, 61), sketch=False)
        crowd["lon"] = [121.0 + n % 8 * 0.00002 + (0.02 if n == 59 else 0) for n in range(60)]
        crowd["lat"] = [40.0 + n // 8 * 0.00002 for n in range(60)]
        connection.exec_driver_sql(f"UPDATE region SET lon = 121.0, lat = 40.0 WHERE code = '{VILLAGE}'")
        connection.exec_driver_sql(
            "UPDATE region SET lon = 121.05, lat = 40.02 WHERE length(code) = 12 AND lon IS NULL"
        )
        maps = village_maps(connection, VILLAGE, crowd, SHEETS["A4"])
        connection.rollback()
    shown = {number for one in maps for number in range(1, 61) if f">{number}</text>" in one.get("svg", "")}
    said = maps[-1]["note"]
    assert len(maps) == 2 and 60 in shown
    assert shown == set(range(1, 61)) or "没有写号" in said


@pytest.mark.parametrize(("day", "told"), [("2026-12-24", "32"), ("2026-11-22", "0"), ("2026-11-21", None), ("", None)])
def test_days_are_counted_down_to_the_day_and_not_past_it(day: str, told: str | None):
    box = days_left({"countdown_day": day, "countdown_name": "年度核查"}, date(2026, 11, 22))
    assert (box and box["number"]) == told and (box is None or box["name"] == "距离年度核查还有")


def test_a_word_gets_places_to_break_only_where_its_column_is_narrower():
    columns = (Column("电话", 10), Column("窄", 4))
    panel = table("", columns, [["19900000000", "19900000000"]], letters=14, empty="")
    assert panel["rows"][0][0] == "19900000000" and "\u200b" in panel["rows"][0][1]
