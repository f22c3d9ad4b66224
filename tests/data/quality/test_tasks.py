"""A rule's hits become tasks of the villages that have them: in one step, once, with the owner who answers there."""

import pytest
from sqlalchemy import Engine, select

from data.access.viewer import Viewer
from data.errors import NoRight, OutOfScope, Refused
from data.model import task
from data.quality import tasks
from tests.data.quality.hits import DAY, HOME, fill_hits, mend
from tests.data.small_county import COUNTY, TOWNSHIPS
from tests.data.village_ground import OTHER_TOWNSHIP, VILLAGE
from tests.moment import NOW

CADRE, TOWN = Viewer("county", COUNTY, person=2), Viewer("township", TOWNSHIPS[0], person=3)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_hits, own=True)


def offered(engine: Engine, viewer: Viewer = CADRE, region: str = COUNTY) -> list[tasks.Proposed]:
    with engine.connect() as connection:
        return tasks.proposed(connection, viewer, HOME, region, DAY)


def send(engine: Engine, *villages: str, viewer: Viewer = CADRE, region: str = COUNTY) -> list[str]:
    chosen = dict.fromkeys(villages, (None, "2026-12-04"))
    return tasks.send(engine, viewer, HOME, region, chosen, target="逐户核对", now=NOW)


def test_each_village_with_hits_is_offered_and_gets_one_task_that_names_the_rule_and_how_many(county: Engine):
    assert [(one.region, one.hits, one.standing) for one in offered(county)] == [
        (VILLAGE, 2, None), (OTHER_TOWNSHIP, 1, None),
    ]  # fmt: skip
    codes = send(county, VILLAGE, OTHER_TOWNSHIP)
    with county.connect() as connection:
        made = connection.execute(select(task).where(task.c.code.in_(codes)).order_by(task.c.village)).mappings().all()
    assert [(one["village"], one["name"], one["deadline"]) for one in made] == [
        (VILLAGE, tasks.task_name(HOME), "2026-12-04"), (OTHER_TOWNSHIP, tasks.task_name(HOME), "2026-12-04"),
    ]  # fmt: skip
    assert made[0]["target"] == "逐户核对（派发时 2 条）"
    assert {one.standing for one in offered(county)} == set(codes)


def test_what_runs_already_is_not_handed_out_twice_and_then_none_is(county: Engine):
    send(county, VILLAGE)
    with pytest.raises(Refused, match="不重复派发"):
        send(county, VILLAGE, OTHER_TOWNSHIP)
    assert [one.standing for one in offered(county) if one.region == OTHER_TOWNSHIP] == [None]


def test_what_was_mended_meanwhile_or_is_another_townships_gets_none(county: Engine):
    with pytest.raises(Refused):
        send(county, OTHER_TOWNSHIP, viewer=TOWN, region=TOWNSHIPS[0])
    with pytest.raises(OutOfScope):
        offered(county, TOWN, COUNTY)
    mend(county, "950")
    with pytest.raises(Refused, match="刚刚改完"):
        send(county, OTHER_TOWNSHIP)
    with pytest.raises(Refused, match="至少"):
        send(county)


def test_who_only_looks_hands_out_nothing(county: Engine):
    with pytest.raises(NoRight):
        send(county, VILLAGE, viewer=Viewer("admin", "", person=1))
