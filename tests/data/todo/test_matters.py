"""What waits of problems, tasks, dispatch and duties: by the word of their own domains, for every office and person."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, select, text, update

from data import model
from data.access.viewer import Viewer
from data.calendars.workdays import calendar
from data.duties.musts import musts
from data.matters.clocks import base_level
from data.matters.daily import settle_matters
from data.matters.matter import Matter, by_codes
from data.matters.round_reports import Entry, report, reports
from data.matters.rounds import close_round, open_round
from data.matters.states import OPEN, WAITING
from data.matters.who import seen, waits_for
from data.store.engine import writing
from data.todo.matters import _late_since
from data.todo.waiting import Item, below, waiting
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES
from tests.data.small_county import fill as fill_county
from tests.moment import NOW

DAY = TODAY.isoformat()
OWNER, SIGNED = 11, 12
"""Persons who own matters: who helps households as B1 and cannot sign in; who can."""
COUNTYS, TOWN, OFFICE = (Viewer(role, code, person=at) for at, (role, code) in enumerate(
    (("county", COUNTY), ("township", TOWNSHIPS[1]), ("village", VILLAGES[2])), start=20))  # fmt: skip
HELPER, HIMSELF = Viewer("helper", COUNTY, "B1", person=OWNER), Viewer("township", TOWNSHIPS[1], person=SIGNED)
ACTING = (COUNTYS, TOWN, OFFICE, HELPER, HIMSELF)
NAMES = ("county", "township", "village", "helper", "owner")


def fill(engine: Engine) -> None:
    """Problems and tasks of all levels, owners and ages; some wait for a check, some ask for more time."""
    fill_county(engine)
    with writing(engine) as connection:
        for id, helper in ((OWNER, "B1"), (SIGNED, None)):
            made = {"id": id, "name": f"人员{id}", "helper": helper, "made": "2026-01-01", "actor": "system"}
            connection.execute(insert(model.person).values(made))
        account = {"person_id": SIGNED, "login": "p", "role": "township", "region": TOWNSHIPS[1], "hash": "h"}
        connection.execute(
            insert(model.account).values({**account, "must_change": 0, "version": 1, "changed": "2026-01-01"})
        )
        mine = select(model.household.c.id).join(model.pairing).where(model.pairing.c.helper == "B1")
        for table, place in ((model.problem, "region"), (model.task, "village")):
            rows = connection.execute(select(table.c.code, table.c[place]).order_by(table.c.code)).all()
            for number, (code, region) in enumerate(rows):
                home = connection.execute(
                    mine.where(model.household.c.village == region).order_by(model.household.c.id).limit(1)
                ).scalar()
                changed = {
                    "owner_id": (None, OWNER, SIGNED)[number % 3],
                    "household_id": home if number % 2 else None,
                    "asked_until": "2027-02-01" if number % 5 == 0 else None,
                    "since": None,
                }
                connection.execute(update(table).where(table.c.code == code).values(changed))
        settle_matters(connection, TODAY)
        t = model.task.c
        accepted = select(t.code).where(t.state == "accepted").order_by(t.code).limit(9)
        connection.execute(update(model.task).where(t.code.in_(accepted)).values(state="done"))
        for record, number in (("problem", 3), ("task", 2)):
            table = model.metadata.tables[record]
            waits = table.c.state == WAITING[record]
            codes = connection.execute(select(table.c.code).where(waits).order_by(table.c.code)).scalars().all()
            for at, code in enumerate(codes):
                since = (TODAY - timedelta(days=at * number)).isoformat()
                connection.execute(update(table).where(table.c.code == code).values(since=since))
            proved = {"at": f"{DAY}T08:00:00", "day": DAY, "before": "open", "after": WAITING[record]}
            step = {**proved, record: codes[0], "actor": TOWN.actor, "action": ("rectify", "finish")[record == "task"]}
            connection.execute(insert(model.metadata.tables[f"{record}_step"]).values(step))


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


@pytest.fixture
def connection(county: Engine) -> Iterator[Connection]:
    with county.connect() as connection:
        yield connection


def listed(connection: Connection, viewer: Viewer, kind: str, **asked) -> dict[str, Item]:
    """Key → what waits of a kind."""
    return {one.key: one for one in waiting(connection, viewer, viewer.region, DAY, kind=kind, limit=1000, **asked)}


def all_seen(connection: Connection, viewer: Viewer, record: str) -> list[tuple[Matter, bool]]:
    """Every matter that the viewer sees, and whether it is he who has to act."""
    place = {"problem": "b.region", "task": "b.village"}[record]
    sees, bound = seen(connection, viewer, record)
    sql = text(f"SELECT b.* FROM {record} b WHERE {place} LIKE :region AND {sees}")
    rows = connection.execute(sql, {**bound, "region": f"{viewer.region}%"}).mappings().all()
    known = by_codes(connection, viewer, record, [row["code"] for row in rows], TODAY)
    return [(known[row["code"]], waits_for(connection, viewer, record, row)) for row in rows]


@pytest.mark.parametrize("record", ["problem", "task"])
@pytest.mark.parametrize("viewer", ACTING, ids=NAMES)
def test_a_matter_waits_for_its_owner_or_for_who_stands_in_for_him(connection: Connection, viewer: Viewer, record: str):
    held = all_seen(connection, viewer, record)
    found = listed(connection, viewer, f"{record}s")
    assert set(found) == {one.code for one, his in held if his and one.state in OPEN}
    for one, _ in held:
        if one.code in found:
            assert (found[one.code].due, found[one.code].days) == (one.deadline, one.left)
    assert found or viewer == COUNTYS or (viewer, record) == (TOWN, "task"), "those have none of their own"
    everybodys = listed(connection, COUNTYS, f"{record}s", mine=False)
    assert set(found) <= set(everybodys)


@pytest.mark.parametrize("record", ["problem", "task"])
@pytest.mark.parametrize("viewer", ACTING, ids=NAMES)
def test_a_check_waits_for_the_office_whose_it_is_today_and_not_for_who_reported(
    connection: Connection, viewer: Viewer, record: str
):
    office = None if viewer.sees_own_only or viewer.role == "village" else base_level(viewer.region)
    held = {one.code: one for one, _ in all_seen(connection, viewer, record) if one.waiting}
    due = {code: one.check for code, one in held.items() if one.check_level == office}
    steps = model.metadata.tables[f"{record}_step"]
    own = connection.execute(select(steps.c[record]).where(steps.c.actor == viewer.actor)).scalars().all()
    found = listed(connection, viewer, f"{record}s_check")
    assert {code: one.due for code, one in found.items()} == {code: day for code, day in due.items() if code not in own}
    assert found or office is None


@pytest.mark.parametrize("record", ["problem", "task"])
@pytest.mark.parametrize("viewer", ACTING, ids=NAMES)
def test_what_has_gone_up_and_who_asks_for_time_wait_for_the_office_above(
    connection: Connection, viewer: Viewer, record: str
):
    held = [one for one, _ in all_seen(connection, viewer, record) if one.state in OPEN]
    checks = viewer in (COUNTYS, TOWN, HIMSELF)
    office = base_level(viewer.region)
    risen = {one.code for one in held if checks and one.risen and one.level == office}
    assert set(listed(connection, viewer, f"{record}s_risen")) == risen
    above = {12: 9, 9: 6, 6: 6}
    asked = {one.code for one in held if checks and one.asked_until and above[one.base] == office}
    assert set(listed(connection, viewer, f"{record}s_asked")) == asked
    assert asked or not checks or (viewer, record) == (COUNTYS, "task"), "all tasks are of villages"


def test_the_county_has_matters_that_went_up_to_it(connection: Connection):
    assert listed(connection, COUNTYS, "problems_risen") and listed(connection, COUNTYS, "tasks_risen")
    assert not listed(connection, COUNTYS, "problems_risen", mine=False)  # they stand among their owners'


def test_the_day_before_which_a_check_is_late_goes_by_working_days(connection: Connection):
    days = calendar(connection)
    for number in (1, 3, 5):
        for back in range(10):
            today = TODAY + timedelta(days=back)
            first = _late_since(days, number, today)
            assert days.add(first, number) >= today > days.add(first - timedelta(days=1), number)


def test_a_household_is_named_in_ones_own_list_and_not_in_that_of_a_region(connection: Connection):
    assert any("张某某" in one.what for one in listed(connection, HELPER, "problems").values())
    for kind in ("problems", "tasks", "problems_check", "musts"):
        assert not any("张" in one.what for one in listed(connection, COUNTYS, kind, mine=False).values())


# ——— 月调度


def test_a_months_dispatch_waits_for_who_is_to_report_until_all_have(filled):
    engine = filled(fill, own=True)
    round = open_round(engine, COUNTYS, COUNTY, due=date(2026, 11, 25), now=NOW)
    with engine.connect() as connection:
        all_of_them = listed(connection, COUNTYS, "dispatch", mine=False)
        missing = reports(connection, COUNTYS, COUNTY, LAST, limit=1000)
        assert {one.region for one in all_of_them.values()} == {one.village for one in missing}
        assert sum(one.number for one in all_of_them.values()) == len(missing) > 0
        (office,) = listed(connection, OFFICE, "dispatch").values()
        village = [one for one in missing if one.village == OFFICE.region]
        assert (office.number, office.due, office.state) == (len(village), "2026-11-25", "soon")
        own = listed(connection, HELPER, "dispatch")
        assert sum(one.number for one in own.values()) == len(reports(connection, HELPER, COUNTY, LAST, limit=1000))
        assert not listed(connection, COUNTYS, "dispatch")  # nobody of the county is named
    for one in village:
        report(engine, OFFICE, one.id, Entry("稳定增收", "on", "按计划", one.entry.version), now=NOW)
    with engine.connect() as connection:
        assert not listed(connection, OFFICE, "dispatch")
    close_round(engine, COUNTYS, round, reason="到期", now=NOW)
    with engine.connect() as connection:
        assert not listed(connection, COUNTYS, "dispatch", mine=False)


# ——— 帮扶责任


def test_a_must_waits_for_who_helps_the_household_and_for_its_village(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        k = model.household_month.c
        counted = select(k.household_id, k.village).where(k.month == LAST).order_by(k.household_id)
        homes = connection.execute(counted).all()
        made = {"kind": "hospital", "at": f"{DAY}T08:00:00", "actor": "village:"}
        for place, (home, _) in enumerate(homes):
            day = (TODAY - timedelta(days=place % 20)).isoformat()
            connection.execute(insert(model.life_event).values({**made, "household_id": home, "day": day}))
    with engine.connect() as connection:
        for viewer in (HELPER, OFFICE):
            rows = musts(connection, viewer, viewer.region, LAST, limit=1000).rows
            found = listed(connection, viewer, "musts").values()
            assert sorted((one.region, one.due) for one in found) == sorted(
                zip(rows["village"], rows["due"], strict=True)
            )
            assert sum(one.state == "late" for one in found) == (rows["state"] == "overdue").sum() > 0
        assert not listed(connection, TOWN, "musts")
        assert len(listed(connection, COUNTYS, "musts", mine=False)) == len(homes)


def test_a_post_that_nobody_holds_waits_for_the_office_above_and_counts_as_overdue_since_it_fell_vacant(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        post = {"post": "村党支部书记", "name": "李某", "started": "2024-01-01"}
        for region, ended in ((COUNTY, None), (TOWNSHIPS[0], None), (VILLAGES[2], "2026-11-01"), (VILLAGES[3], None)):
            connection.execute(insert(model.leader).values({**post, "region": region, "ended": ended}))
    with engine.connect() as connection:
        (town,) = listed(connection, TOWN, "vacant").values()
        assert (town.region, town.number, town.due, town.state) == (TOWN.region, 2, "2026-11-01", "late")
        assert "2 个村未明确责任人" in town.what
        (own,) = listed(connection, COUNTYS, "vacant").values()
        assert (own.number, own.due) == (1, None)  # the other township, of which nobody ever told
        assert not listed(connection, OFFICE, "vacant") and not listed(connection, HELPER, "vacant")
        parts = below(connection, COUNTYS, COUNTY, DAY, kind="vacant")
        assert {one.code: one.total.things for one in parts} == {COUNTY: 1, TOWNSHIPS[0]: 2, TOWNSHIPS[1]: 2}
