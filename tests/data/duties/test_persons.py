"""Persons of helpers, leaders and owners, on a county known by hand; both engines."""

import pytest
from sqlalchemy import Engine, insert, select, update

from data import model
from data.access.viewer import Viewer
from data.duties.persons import doubtful_owners, person_of_helper, settle_persons
from data.model.surnames import reads_as_name
from data.store.engine import writing
from tests.data.village_ground import OTHER_TOWNSHIP, VILLAGE, fill_village
from tests.moment import NOW

TOWNSHIP = VILLAGE[:9]
OWNERS = {
    "Q1": ("赵某", VILLAGE),  # helper D1 is paired there
    "Q2": ("镇政府 陈志强", VILLAGE),  # leads the township
    "Q3": ("陈志强", OTHER_TOWNSHIP),  # not that township: somebody new of the same name
    "Q4": ("村党支部和村委会", VILLAGE),
    "Q5": ("周大海", VILLAGE),  # nobody yet
    "Q6": ("周大海", VILLAGE),
    "Q7": ("孙建国", VILLAGE),  # two lead there
}


def _problem(code: str, owner: str, region: str) -> dict:
    facts = {"source": "排查", "category": "住房", "description": "漏雨", "found": "2026-01-05"}
    return {"code": code, "region": region, "owner": owner, "deadline": "2026-12-01", **facts}


def _leader(region: str, post: str, name: str, **more: str) -> dict:
    return {"region": region, "post": post, "name": name, "started": "2024-01-01", **more}


@pytest.fixture
def county(filled) -> Engine:
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        for table in (model.problem, model.task):
            connection.execute(update(table).values(owner="村委会"))
        connection.execute(update(model.helper).where(model.helper.c.code == "D1").values(name="赵某"))
        connection.execute(insert(model.problem), [_problem(code, *of) for code, of in OWNERS.items()])
        for one in (
            _leader(VILLAGE, "第一书记", "赵某", helper="D1"),
            _leader(TOWNSHIP, "乡镇长", "陈志强", unit="镇政府"),
            _leader(VILLAGE, "包村领导", "陈志强", unit="镇政府"),
            _leader(VILLAGE, "村党支部书记", "孙建国", phone="13812340001"),
            _leader(VILLAGE, "网格员", "孙建国", phone="13812340002"),
        ):
            connection.execute(insert(model.leader).values(one))
        settle_persons(connection, NOW)
    return engine


def _owner(engine: Engine, code: str) -> tuple[str, str | None] | None:
    person, problem = model.person.c, model.problem.c
    asked = select(person.name, person.region).join(model.problem, problem.owner_id == person.id)
    with engine.connect() as connection:
        found = connection.execute(asked.where(problem.code == code)).first()
    return None if found is None else (found.name, found.region)


def test_every_helper_and_leader_is_a_person_and_one_man_in_two_posts_is_one(county: Engine):
    with county.connect() as connection:
        helpers = connection.execute(select(model.helper.c.code)).scalars().all()
        assert all(person_of_helper(connection, code) for code in helpers)
        held = dict(connection.execute(select(model.leader.c.post, model.leader.c.person_id)).tuples().all())
        assert held["第一书记"] == person_of_helper(connection, "D1")
    assert held["乡镇长"] == held["包村领导"] and held["村党支部书记"] != held["网格员"]


def test_an_owner_in_words_is_a_person_where_one_alone_can_be_meant(county: Engine):
    with county.connect() as connection:
        first = connection.execute(select(model.problem.c.owner_id).where(model.problem.c.code == "Q1")).scalar_one()
        assert first == person_of_helper(connection, "D1")
    assert _owner(county, "Q2") == ("陈志强", TOWNSHIP) and _owner(county, "Q3") == ("陈志强", OTHER_TOWNSHIP)
    assert _owner(county, "Q5") == _owner(county, "Q6") == ("周大海", VILLAGE)
    assert _owner(county, "Q4") is None and _owner(county, "Q7") is None
    with county.connect() as connection:
        doubtful = {one.owner for one in doubtful_owners(connection, Viewer("village", VILLAGE), VILLAGE)}
    assert {"村党支部和村委会", "孙建国"} <= doubtful and "周大海" not in doubtful


def test_settling_again_changes_nothing(county: Engine):
    def persons() -> list:
        with county.connect() as connection:
            return list(connection.execute(select(model.person.c.id, model.person.c.name).order_by("id")))

    before = persons()
    with writing(county) as connection:
        settle_persons(connection, NOW)
    assert persons() == before


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("张三", True), ("欧阳娜娜", True), ("刘德福", True), ("文某", True), ("村党支部", False), ("文化站", False),
        ("王书记", False), ("包村干部", False), ("卫生院", False), ("全体村干部", False), ("户主", False),
        ("张三、李四", False), ("水利局", False), ("党支部", False), ("陈镇长", False), ("Anna", False),
    ],
)  # fmt: skip
def test_what_reads_as_a_name(words: str, name: bool):
    assert reads_as_name(words) is name
