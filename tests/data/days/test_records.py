"""A day's record: once, of what is his, taken back on its day; read by who may see it; which villages wrote nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.days import choices, papers
from data.days.entries import Told, withdraw, write
from data.days.region import matrix, of_household, own_today, records
from data.errors import NotFound, OutOfScope, Refused, WarRoomError
from data.figures import lists
from data.figures import read as figures
from data.matters.daily import settle_matters
from data.store.engine import writing
from tests.data.archives.ground import photo
from tests.data.small_county import COUNTY, LAST, TODAY
from tests.data.village_ground import FAR, NEIGHBOUR, OTHER_TOWNSHIP, TOWNSHIPS, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

CADRE, HELPER = Viewer("village", VILLAGE), Viewer("helper", VILLAGE, "D1")
TOWN = Viewer("township", TOWNSHIPS[0])
NUMBER = "00000000-0000-4000-8000-00000000000{}".format
PLAIN = Told(NUMBER(1), "done", VILLAGE, None, None, "修好了水渠", "2026-11-22T09:00:00", 1800)


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        mine = select(func.count()).where(model.day_record.c.number.like("00000000-%"))
        return connection.execute(mine).scalar_one()


def read(engine: Engine, viewer: Viewer = CADRE, village: str = VILLAGE):
    with engine.connect() as connection:
        return records(connection, viewer, village, TODAY - timedelta(days=6), TODAY)


def test_the_same_number_writes_once_and_another_person_may_not_use_it(engine: Engine):
    id = write(engine, CADRE, PLAIN, now=NOW).id
    assert write(engine, CADRE, replace(PLAIN, words="别的话"), now=NOW).id == id
    with pytest.raises(Refused):
        write(engine, HELPER, PLAIN, now=NOW)
    assert list(read(engine)["words"]) == ["修好了水渠"]


def test_two_who_write_of_one_household_are_both_shown_with_who_they_are(engine: Engine):
    write(engine, CADRE, replace(PLAIN, household=901), now=NOW)
    write(engine, HELPER, replace(PLAIN, number=NUMBER(2), household=901, words="送医"), now=NOW)
    shown = read(engine)
    assert set(zip(shown["words"], shown["who"], shown["head"], strict=True)) == {
        ("修好了水渠", "村干部 · 示范村0", "钱一"),
        ("送医", "帮扶责任人 · 郑六", "钱一"),
    }
    with engine.connect() as connection:
        assert len(of_household(connection, HELPER, 901)) == 2
        assert of_household(connection, Viewer("village", OTHER_TOWNSHIP), 901).empty


@pytest.mark.parametrize(
    ("viewer", "change"),
    [
        (CADRE, {"household": FAR}),
        (CADRE, {"village": NEIGHBOUR}),
        (CADRE, {"village": ""}),
        (CADRE, {"task": "none"}),
        (HELPER, {"household": 902}),
        (HELPER, {"task": "r2"}),
        (Viewer("village", NEIGHBOUR), {"task": "r1"}),
        (Viewer("display", VILLAGE), {}),
        (Viewer("admin", ""), {}),
        (CADRE, {"words": " \u200b "}),
        (CADRE, {"words": "字" * 501}),
        (CADRE, {"kind": "other"}),
        (CADRE, {"number": "1"}),
        (CADRE, {"waited": 15 * 24 * 3600}),
        (CADRE, {"waited": -5}),
    ],
)
def test_what_is_not_his_or_no_record_is_refused_and_nothing_is_written(engine: Engine, viewer: Viewer, change: dict):
    with pytest.raises((NotFound, OutOfScope, Refused)):
        write(engine, viewer, replace(PLAIN, **change), now=NOW)
    assert count(engine) == 0


def test_a_record_of_a_task_is_of_its_household_and_of_the_day_it_was_written(engine: Engine):
    write(engine, CADRE, replace(PLAIN, task="r1", household=904, waited=2 * 24 * 3600), now=NOW)
    row = read(engine).iloc[0]
    assert (row.household_id, row.task, row.day) == (901, "任务r1", "2026-11-20")


def test_what_he_wrote_he_takes_back_on_the_day_it_came_in_and_nobody_else_does(engine: Engine):
    id = write(engine, CADRE, PLAIN, now=NOW).id
    for viewer, moment in ((HELPER, NOW), (CADRE, NOW + timedelta(days=1))):
        with pytest.raises(WarRoomError):
            withdraw(engine, viewer, id, now=moment)
    withdraw(engine, CADRE, id, now=NOW)
    with pytest.raises(Refused):
        withdraw(engine, CADRE, id, now=NOW)
    assert read(engine).empty and count(engine) == 1
    assert write(engine, CADRE, PLAIN, now=NOW).id == id and read(engine).empty  # sent once more, it stays taken back
    with engine.connect() as connection:
        assert own_today(connection, CADRE, TODAY).empty


def test_who_helps_reads_of_his_households_and_the_village_alone(engine: Engine):
    for number, household in enumerate((None, 901, 902), start=1):
        write(engine, CADRE, replace(PLAIN, number=NUMBER(number), household=household), now=NOW)
    assert set(read(engine, HELPER)["head"]) == {None, "钱一"}
    with pytest.raises(OutOfScope):
        read(engine, HELPER, NEIGHBOUR)


def test_a_photo_is_kept_once_and_opened_by_who_sees_its_record(engine: Engine):
    write(engine, CADRE, replace(PLAIN, household=902), now=NOW)
    paper = papers.add(engine, CADRE, PLAIN.number, photo(), now=NOW)
    assert papers.add(engine, CADRE, PLAIN.number, photo(), now=NOW) == paper
    assert [id for id, _ in read(engine).iloc[0].photos] == [paper]
    assert papers.opened(engine, TOWN, paper).household == 902
    for viewer in (HELPER, Viewer("village", OTHER_TOWNSHIP)):
        with pytest.raises(NotFound):
            papers.opened(engine, viewer, paper)
    for viewer, number, content in (
        (HELPER, NUMBER(1), photo()),
        (CADRE, NUMBER(9), photo()),
        (CADRE, NUMBER(1), b"x"),
    ):
        with pytest.raises(WarRoomError):
            papers.add(engine, viewer, number, content, now=NOW)


def test_villages_that_wrote_nothing_have_zeros(engine: Engine):
    write(engine, CADRE, PLAIN, now=NOW)
    write(engine, CADRE, replace(PLAIN, number=NUMBER(2), waited=24 * 3600), now=NOW)
    with engine.connect() as connection:
        found = matrix(connection, TOWN, TOWNSHIPS[0], TODAY, 3).set_index("code")
        assert matrix(connection, Viewer("county", COUNTY), COUNTY, TODAY, 3)["total"].sum() == 3
    assert list(found.loc[VILLAGE])[2:] == [2, 0, 1, 1]
    assert found.loc[NEIGHBOUR, "total"] == 0 and set(found.index) == {VILLAGE, NEIGHBOUR}


def test_what_may_be_chosen_is_what_may_be_written_of(engine: Engine):
    with writing(engine) as connection:
        task = model.task
        connection.execute(task.update().where(task.c.code == "r3").values(finished=None))
        settle_matters(connection, TODAY)
        keys = [
            [[one.key for one in ask(connection, viewer, VILLAGE)] for ask in (choices.households, choices.tasks)]
            for viewer in (CADRE, HELPER)
        ]
        places = [[one.key for one in choices.villages(connection, viewer)] for viewer in (CADRE, HELPER, TOWN)]
    small = {str(one) for one in (901, 902, 903, 904)}
    assert small <= set(keys[0][0]) and keys[1][0] == ["901"]
    assert {"r1", "r3"} <= set(keys[0][1]) and "r2" not in keys[0][1]
    assert keys[1][1] == ["r1"]  # of the village's he answers for none
    assert places == [[VILLAGE], [VILLAGE], [VILLAGE, NEIGHBOUR]]


def test_a_task_is_reported_as_done_with_its_record_and_a_problem_raised(engine: Engine):
    done = write(engine, CADRE, replace(PLAIN, task="r1", finish=True), now=NOW)
    raised = write(
        engine, CADRE, replace(PLAIN, number=NUMBER(2), kind="problem", household=902, category="住房安全"), now=NOW
    )
    assert (done.said, raised.said) == ("", "")
    with engine.connect() as connection:
        task = connection.execute(select(model.task.c.state, model.task.c.finished).where(model.task.c.code == "r1"))
        assert tuple(task.one()) == ("done", "2026-11-22")
        column = model.problem.c
        made = select(column.household_id, column.category, column.found).where(column.description == PLAIN.words)
        assert tuple(connection.execute(made).one()) == (902, "住房安全", "2026-11-22")
        value = figures.figures(connection, CADRE, VILLAGE, LAST, ("problems_open",))["problems_open"].value
        assert value == lists.count(connection, CADRE, "problems_open", VILLAGE, LAST)


def test_a_record_stands_where_what_should_go_on_from_it_may_not(engine: Engine):
    for number, change in ((1, {"task": "r1", "finish": True}), (2, {"kind": "problem", "category": "没有这一类"})):
        if number == 1:
            write(engine, CADRE, replace(PLAIN, number=NUMBER(9), task="r1", finish=True), now=NOW)
        said = write(engine, CADRE, replace(PLAIN, number=NUMBER(number), **change), now=NOW).said
        assert said.startswith(("任务没有报完成：", "没有登记为问题："))
    assert count(engine) == 3


def test_the_figure_counts_what_its_list_names(engine: Engine):
    write(engine, CADRE, replace(PLAIN, household=901), now=NOW)
    write(engine, CADRE, replace(PLAIN, number=NUMBER(2), waited=24 * 3600), now=NOW)
    withdraw(engine, CADRE, write(engine, CADRE, replace(PLAIN, number=NUMBER(3)), now=NOW).id, now=NOW)
    with engine.connect() as connection:
        for viewer, place, number in ((Viewer("county", COUNTY), COUNTY, 6), (CADRE, VILLAGE, 2)):
            value = figures.figures(connection, viewer, place, LAST, ("day_records",))["day_records"].value
            rows = lists.page(connection, viewer, "day_records", place, LAST)
            assert value == len(rows) == lists.count(connection, viewer, "day_records", place, LAST) == number
    assert list(rows["words"]) == ["修好了水渠"] * 2 and set(rows["head"]) == {None, "钱一"}


def test_the_log_vouches_for_records(engine: Engine):
    withdraw(engine, CADRE, write(engine, CADRE, PLAIN, now=NOW).id, now=NOW)
    with engine.connect() as connection:
        logged = connection.execute(select(model.access_log.c.detail).where(model.access_log.c.view == "day")).scalars()
        assert list(logged) == ["写下：完成", "撤回：完成"]
