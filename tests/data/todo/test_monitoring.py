"""What waits of monitoring: clues, cases, plans and exits at whose turn it is, by when."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, insert, select

from data import model
from data.access.viewer import Viewer
from data.monitoring import clues, listing
from data.monitoring.cases import case
from data.monitoring.clues import Subject, Told
from data.store.engine import writing
from data.todo.waiting import Item, counts, waiting
from tests.data.small_county import COUNTY
from tests.data.village_ground import HERE, VILLAGE, fill_village
from tests.moment import NOW

CADRE, TOWN = Viewer("village", VILLAGE, person=11), Viewer("township", VILLAGE[:9], person=12)
CLERK, HELPER = Viewer("county", COUNTY, person=13), Viewer("helper", VILLAGE, "D1", person=15)
EVERYBODY = (CADRE, TOWN, CLERK, HELPER)
TODAY = NOW.date()
DAY = TODAY.isoformat()


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        for person in (11, 12, 13, 15):
            row = {"id": person, "name": f"人员{person}", "made": "2026-01-01", "actor": "system"}
            connection.execute(model.person.insert().values(**row, helper="D1" if person == 15 else None))
    return engine


def put(engine: Engine, table: str, **values: object) -> int:
    row = {"household_id": HERE[0], "village": VILLAGE, "version": 1, **values}
    with writing(engine) as connection:
        made = connection.execute(insert(model.metadata.tables[table]).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0]) if str(made[0]).isdigit() else 0


def a_case(engine: Engine, state: str, since: str, **values: object) -> int:
    code = f"M{state}{since}"
    return put(engine, "monitoring_case", code=code, began=since, state=state, since=since, **values)


def listed(engine: Engine, viewer: Viewer, kind: str, **asked: object) -> dict[str, Item]:
    with engine.connect() as connection:
        found = waiting(connection, viewer, viewer.region, DAY, kind=kind, limit=1000, **asked)
    return {one.key: one for one in found}


def who_has(engine: Engine, kind: str, id: int) -> set[str]:
    return {one.role for one in EVERYBODY if str(id) in listed(engine, one, kind)}


def test_a_clue_waits_at_the_township_then_in_the_village_and_then_nowhere(county: Engine):
    meant = Subject(village=VILLAGE, words="村东头姓郑的一家")
    id = clues.tell(county, TOWN, meant, Told("hotline", "", "来电说漏雨", date(2026, 11, 19)), now=NOW)
    assert who_has(county, "clues_held", id) == {"township"} and who_has(county, "clues_open", id) == set()
    held = listed(county, TOWN, "clues_held")[str(id)]
    assert (held.due, held.state, held.what) == ("2026-11-21", "late", "线索转村：热线来电（村东头姓郑的一家）")
    assert (held.page, held.parameters) == ("monitoring", {"region": VILLAGE, "clue": id})
    clues.pass_on(county, TOWN, id, version=1, now=NOW)
    assert who_has(county, "clues_held", id) == set() and who_has(county, "clues_open", id) == {"village"}
    assert listed(county, CADRE, "clues_open")[str(id)].due == "2026-11-25"
    assert listed(county, CLERK, "clues_open", mine=False)[str(id)].who == "村干部"
    clues.dismiss(county, CADRE, id, version=2, reason="已经修好", now=NOW)
    assert who_has(county, "clues_open", id) == set()


@pytest.mark.parametrize(
    ("state", "role"),
    (("checking", "village"), ("discussed", "village"), ("public", "village"), ("reported", "township"),
     ("county", "county"), ("decided", "county"), ("removal", "village"), ("removal_reported", "township"),
     ("removal_county", "county"), ("watched", None), ("removed", None), ("refused", None)),
)  # fmt: skip
def test_a_case_waits_for_whose_turn_it_is_by_when_its_own_page_says(county: Engine, state: str, role: str | None):
    id = a_case(county, state, "2026-11-16", public_until="2026-11-20")
    assert who_has(county, "cases", id) == ({role} if role else set())
    with county.connect() as connection:
        told = case(connection, CLERK, id, TODAY)
    if role:
        shown = listed(county, CLERK, "cases", mine=False)[str(id)]
        assert told.due is not None and shown.due == told.due.day.isoformat()
        assert shown.parameters == {"region": VILLAGE, "case": id} and "钱一" in shown.what


def test_a_case_that_was_visited_waits_at_its_township_until_what_other_offices_know_is_compared(county: Engine):
    id = a_case(county, "checking", "2026-11-16")
    step = {"case_id": id, "before": "checking", "after": "checking", "at": f"{DAY}T09:00:00", "actor": "person 11"}
    with writing(county) as connection:
        connection.execute(model.case_step.insert().values(**step, action="visit", day="2026-11-18"))
    assert who_has(county, "cases", id) == {"township"}
    everybodys = listed(county, CLERK, "cases", mine=False)[str(id)]
    assert (everybodys.what, everybodys.due, everybodys.who) == ("监测信息比对（钱一 户）", "2026-11-21", "乡镇干部")
    with county.connect() as connection:
        none = listing.Filters()
        groups = [listing.counts(connection, one, VILLAGE, filters=none, today=TODAY) for one in (CADRE, TOWN)]
    assert [one["turn"] for one in groups] == [0, 1]
    with writing(county) as connection:
        connection.execute(model.case_step.insert().values(**step, action="compare", day="2026-11-20"))
    assert who_has(county, "cases", id) == {"village"}


def test_papers_of_the_green_way_are_due_where_that_is_earlier(county: Engine):
    id = a_case(county, "reported", "2026-11-20", green="2026-11-10", papers_due="2026-11-21")
    shown = listed(county, TOWN, "cases")[str(id)]
    assert (shown.due, shown.state) == ("2026-11-21", "late") and "手续应于 2026-11-21 前补齐" in shown.what


def test_a_planned_measure_waits_for_who_carries_it_out_or_for_the_village_in_his_place(county: Engine):
    case_id = a_case(county, "watched", "2026-11-01")
    same = {"case_id": case_id, "risk": "因病", "kind": "健康", "until": "2026-11-30", "since": "2026-11-02"}
    mine = put(county, "plan_item", **same, what="办慢病卡", owner_id=15, who="人员15", state="planned")
    nobody = put(county, "plan_item", **same, what="修屋", who="村委会", state="doing")
    done = put(county, "plan_item", **same, what="送药", owner_id=15, who="人员15", state="done")
    assert who_has(county, "plan_items", mine) == {"helper", "village"}, "he cannot sign in: the village enters it"
    assert who_has(county, "plan_items", nobody) == {"village"} and who_has(county, "plan_items", done) == set()
    with writing(county) as connection:
        row = {"person_id": 15, "login": "p15", "role": "helper", "region": VILLAGE, "hash": "h", "must_change": 0,
               "version": 1, "changed": "2026-01-01"}  # fmt: skip
        connection.execute(model.account.insert().values(row))
    assert who_has(county, "plan_items", mine) == {"helper"}
    shown = listed(county, HELPER, "plan_items")[str(mine)]
    assert (shown.due, shown.days, shown.what) == ("2026-11-30", 8, "帮扶计划：健康 · 办慢病卡（钱一 户）")


@pytest.mark.parametrize(
    ("started", "ended", "waits"),
    ((None, None, True), ("2026-11-05", None, False), ("2026-02-01", None, False), ("2026-02-01", "2026-10-30", True)),
)
def test_who_is_watched_without_a_measure_waits_in_the_village_a_month_from_identification(
    county: Engine, started: str | None, ended: str | None, waits: bool
):
    identified = "2026-10-31"
    id = a_case(county, "watched", identified)
    code = f"Mwatched{identified}"
    with writing(county) as connection:
        connection.execute(model.measure.delete())
        row = {"code": code, "household_id": HERE[0], "kind": "突发严重困难户", "identified": identified}
        connection.execute(model.episode.insert().values(row))
        if started:
            measure = {"code": "X1", "household_id": HERE[0], "category": "健康", "name": "签约", "started": started,
                       "ended": ended}  # fmt: skip
            connection.execute(model.measure.insert().values(measure))
    assert who_has(county, "unhelped", id) == ({"village"} if waits else set())
    if waits:
        assert listed(county, CADRE, "unhelped")[str(id)].due == "2026-11-30", "the month that has no 31st"


def test_an_exit_waits_for_the_office_whose_turn_it_is(county: Engine):
    same = {"verdict": "退出", "evidence": "收入稳定", "since": "2026-11-12"}
    for state, role in (("reported", "township"), ("county", "county"), ("returned", "village"), ("decided", None)):
        id = put(county, "exit_review", **same, state=state)
        assert who_has(county, "exits", id) == ({role} if role else set())


def test_what_waits_is_counted_as_it_is_listed_and_by_nobody_outside(county: Engine):
    a_case(county, "reported", "2026-11-10")
    clues.tell(county, CADRE, Subject(HERE[1]), Told("door", "", "看到", TODAY), now=NOW)
    with county.connect() as connection:
        known = counts(connection, TOWN, TOWN.region, DAY, person=12)
        assert connection.execute(select(model.clue.c.id)).all()
    assert known["cases"].rows == len(listed(county, TOWN, "cases")) == 1 and known["cases"].late == 1
    far = Viewer("township", "990181102", person=12)
    assert listed(county, far, "cases") == {}
