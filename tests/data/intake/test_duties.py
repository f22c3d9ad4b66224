"""Leaders and pairings of persons from the workbook, and who becomes a person by it."""

from itertools import count

import pytest
from sqlalchemy import select

from data import model
from data.duties.persons import person_of_helper
from data.intake import import_files
from tests.data.intake.books import HOUSE, VILLAGE, sound_book, write_folder
from tests.moment import NOW

_FOLDER = map(str, count())


@pytest.fixture
def engine(engine, tmp_path):
    take(engine, tmp_path, sound_book())
    return engine


def take(engine, tmp_path, book):
    return import_files(engine, [write_folder(tmp_path / next(_FOLDER), book)], now=NOW, rebuild=False)


def leaders(engine):
    table = model.leader.c
    with engine.connect() as connection:
        asked = select(table.post, table.name, table.ended, table.person_id).order_by(table.post)
        return [tuple(row) for row in connection.execute(asked)]


def test_leaders_come_with_their_persons_and_end_by_another_row(engine, tmp_path):
    with engine.connect() as connection:
        helper = person_of_helper(connection, "BF1")
    secretary, cadre = leaders(engine)
    assert (secretary[:3], cadre[:3]) == (("村党支部书记", "赵六", None), ("第一书记", "王五", None))
    assert secretary[3] and secretary[3] != helper == cadre[3]
    ends = {
        "区划代码": VILLAGE,
        "职务": "村党支部书记",
        "姓名": "赵六",
        "开始日期": "2021-01-15",
        "结束日期": "2026-10-31",
    }
    assert take(engine, tmp_path, {"区划负责人": [ends]}).changed == 1
    assert leaders(engine)[0] == ("村党支部书记", "赵六", "2026-10-31", secretary[3])
    wrong = {"区划代码": VILLAGE, "职务": "村长", "姓名": "赵六", "开始日期": "2021-01-15"}
    assert [one.column for one in take(engine, tmp_path, {"区划负责人": [wrong]}).refusals] == ["职务"]


def test_whom_a_pairing_is_with_is_of_the_household(engine, tmp_path):
    row = {"责任人编号": "BF1", "户编号": HOUSE, "人编号": "R1", "开始日期": "2026-01-01"}
    (refused,) = take(engine, tmp_path, {"结对帮扶": [row | {"人编号": "R2"}]}).refusals
    assert (refused.column, refused.value, refused.reason) == ("人编号", "R2", "不是这一户的家庭成员")
    assert take(engine, tmp_path, {"结对帮扶": [row]}).changed == 1
    with engine.connect() as connection:
        pairings = connection.execute(select(model.pairing.c.member, model.pairing.c.started).order_by("started")).all()
    assert pairings == [("", "2021-03-01"), ("R1", "2026-01-01")]


def test_an_owner_whom_a_file_calls_otherwise_is_another_person(engine, tmp_path):
    def owner():
        problem, person = model.problem.c, model.person
        with engine.connect() as connection:
            asked = select(person.c.name, person.c.helper).join(model.problem, problem.owner_id == person.c.id)
            return tuple(connection.execute(asked.where(problem.code == "WT1")).one())

    assert owner() == ("王五", "BF1")
    take(engine, tmp_path, {"问题": [sound_book()["问题"][0] | {"责任人": "周大海"}]})
    assert owner() == ("周大海", None)
