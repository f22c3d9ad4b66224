"""The board of a village: whom, by whom, how, how far; within the viewer's scope."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text, update

from data import model
from data.access.viewer import Viewer
from data.duties.overdue import most_overdue
from data.duties.village_board import village_board
from data.errors import OutOfScope
from data.figures import cube
from data.figures.read import figures
from data.store.engine import writing
from tests.data.small_county import LAST, TODAY
from tests.data.village_ground import COUNTY, OTHER_TOWNSHIP, VILLAGE, fill_village

pytestmark = pytest.mark.filled(by=fill_village)

VILLAGE_CADRE = Viewer("village", VILLAGE)
HELPER = Viewer("helper", VILLAGE, "D1")


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def board(engine: Engine, viewer: Viewer, month: int = LAST):
    with engine.connect() as connection:
        return village_board(connection, viewer, VILLAGE, month)


def test_the_board_of_another_village_is_refused(county: Engine):
    with county.connect() as connection, pytest.raises(OutOfScope):
        village_board(connection, VILLAGE_CADRE, OTHER_TOWNSHIP, LAST)


def test_the_board_names_causes_measures_and_projects(county: Engine):
    seen = board(county, VILLAGE_CADRE)
    assert seen.causes.values.tolist() == [["因病", 2], ["因学", 1]]
    assert seen.measures.values.tolist() == [["健康", 1, 1]]  # the one that ended is not counted
    project = seen.projects[seen.projects["name"] == "大棚"].iloc[0]
    assert (project["investment"], project["received"], project["households"]) == (10_000, None, 2)


def test_the_board_says_who_helps_and_whom_nobody_visited(county: Engine):
    helpers = board(county, VILLAGE_CADRE).helpers.set_index("name")
    assert helpers.loc["郑六", ["households", "unvisited", "visits"]].tolist() == [1, 1, 2]
    assert helpers.loc["王七", ["households", "unvisited", "visits"]].tolist() == [1, 1, 0]


def test_tasks_show_those_under_way_first_and_those_finished_this_month(county: Engine):
    tasks = board(county, VILLAGE_CADRE).tasks
    mine = tasks[tasks["name"].str.startswith("任务r")]
    assert mine[["name", "progress", "finished", "head"]].values.tolist() == [
        ["任务r1", 0.4, None, "钱一"],
        ["任务r2", 1.0, "2026-11-20", "孙二"],
    ]
    assert tasks["finished"].isna().tolist() == sorted(tasks["finished"].isna(), reverse=True)


def test_problems_that_are_closed_are_no_longer_stuck(county: Engine):
    problems = board(county, VILLAGE_CADRE).problems
    assert [name for name in problems["description"] if name.startswith("问题q")] == ["问题q1", "问题q3"]
    with county.connect() as connection:
        assert len(problems) == figures(connection, VILLAGE_CADRE, VILLAGE, LAST)["problems_open"].value


def test_visits_of_today_and_of_the_month_are_counted(county: Engine):
    seen = board(county, VILLAGE_CADRE)
    with county.connect() as connection:
        assert seen.visited_month == figures(connection, VILLAGE_CADRE, VILLAGE, LAST)["visits"].value
        today = "SELECT COUNT(*) FROM visit v JOIN household h ON h.id = v.household_id WHERE h.village = :village"
        assert (
            seen.visited_today
            == connection.execute(text(f"{today} AND v.visited = '2026-11-22'"), {"village": VILLAGE}).scalar()
            >= 1
        )
    assert seen.as_of == "2026-11-22"
    assert seen.visits["visited"].tolist() == sorted(seen.visits["visited"], reverse=True)
    assert (seen.visits.iloc[0]["helper"], seen.visits.iloc[0]["head"]) == ("郑六", "李三")


def test_a_helper_finds_on_the_board_only_his_households_and_what_concerns_none(county: Engine):
    seen = board(county, HELPER)
    assert seen.helpers["name"].tolist() == ["郑六"]
    assert seen.causes.values.tolist() == [["因病", 1]]
    assert set(seen.tasks["head"].dropna()) == {"钱一"}
    assert {"问题q1", "问题q3"} <= set(seen.problems["description"])
    assert seen.visited_month == 0  # the visits of this month were to a household that is no longer his


def test_a_display_reads_family_names_only(county: Engine):
    seen = board(county, Viewer("display", COUNTY))
    assert set(seen.tasks["head"].dropna()) == {"钱**", "孙**"}


def test_a_kind_of_problem_that_tells_of_illness_stands_beside_no_household_for_a_display(
    filled: Callable[..., Engine],
):
    engine = filled(fill_village, own=True)
    of_household = model.problem.c.household_id.is_not(None)
    with writing(engine) as connection:
        connection.execute(update(model.problem).values(category="住房安全", deadline="2026-01-05"))
        connection.execute(update(model.problem).where(of_household).values(category="重大疾病"))
        cube.rebuild(connection, today=TODAY)
    display = Viewer("display", COUNTY)
    for viewer, kinds in ((display, {"入户问题", "住房安全"}), (VILLAGE_CADRE, {"重大疾病", "住房安全"})):
        assert set(board(engine, viewer).problems["category"]) == kinds
    with engine.connect() as connection:
        told = set(most_overdue(connection, display, VILLAGE, LAST, limit=99)["what"])
    assert "入户问题" in told and "重大疾病" not in told


def test_the_board_of_a_past_month_knows_nothing_of_later(county: Engine):
    seen = board(county, VILLAGE_CADRE, LAST - 3)
    assert seen.as_of == "2026-08-31"
    assert not [name for name in seen.problems["description"] if name.startswith("问题q")]
    assert not [name for name in seen.tasks["name"] if name.startswith("任务r")]
