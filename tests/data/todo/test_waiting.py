"""What waits for whom: each clock by its own domain's word, in scope, in order, marked new, summed up for the day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, select

from data import model
from data.access.roles import ROLES
from data.access.viewer import Viewer
from data.dividends.region import plans
from data.errors import NoRight, OutOfScope
from data.figures import cube
from data.figures.books import FULL, shares
from data.projects.troubles import mark, suspected
from data.store.engine import writing
from data.todo.digest import digest, yesterday
from data.todo.looks import last_look, look
from data.todo.sources import KINDS
from data.todo.waiting import LATE, NEAR, OPEN, Item, below, counts, total, waiting
from data.wall.overdue import overdue, overdue_below
from tests.data.projects import ground
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES

DAY = TODAY.isoformat()
NOW = datetime(2026, 11, 22, 9, 30)
CADRE, TOWN, OWN = Viewer("county", COUNTY), Viewer("township", TOWNSHIPS[0]), Viewer("village", VILLAGES[0])
HELPER = Viewer("helper", COUNTY, "B1")
ACTING = (Viewer("admin", ""), CADRE, TOWN, OWN, HELPER)


PLANS = (
    ("draft", None),
    ("published", "2026-11-20"),
    ("published", "2026-11-10"),
    ("submitted", "2026-11-01"),
    ("submitted", "2026-11-21"),
    ("approved", "2026-11-21"),
)
"""State → the day it came into it."""


def fill(engine: Engine) -> None:
    """The small county with projects, and with plans that wait for everybody in one village."""
    ground.fill(engine)
    with writing(engine) as connection:
        for number, (state, day) in enumerate(PLANS, start=8_000_000):
            row = {"id": number, "village": VILLAGES[0], "title": f"方案{number}", "first_month": LAST - 4, "actor": ""}
            row |= {"last_month": LAST - 1, "rule": "{}", "received_fen": 0, "distributed_fen": 0, "kept_fen": 0}
            row |= {"state": state, "version": 1, "created": "2026-10-20T08:00:00", "publicity_days": 7}
            row |= {state: day if state == "published" else f"{day}T08:00:00"} if day else {}
            connection.execute(insert(model.dividend_plan).values(row))


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


@pytest.fixture
def connection(county: Engine) -> Iterator[Connection]:
    with county.connect() as connection:
        yield connection


def listed(connection: Connection, viewer: Viewer, kind: str | None = None, **asked) -> list[Item]:
    """All that waits for a viewer in his region."""
    return waiting(connection, viewer, viewer.region, DAY, kind=kind, limit=1000, **asked)


@pytest.mark.parametrize("viewer", ACTING, ids=lambda one: one.role)
def test_a_plan_waits_for_whose_turn_it_is_and_for_nobody_else(connection: Connection, viewer: Viewer):
    known = plans(connection, viewer, viewer.region, DAY)
    due = {str(one.id): one for one in known if one.mine and (one.state != "published" or one.due <= TODAY)}
    found = listed(connection, viewer, "plans")
    assert {one.key for one in found} == set(due)
    for one in found:
        clock = due[one.key].due if due[one.key].state in ("submitted", "approved") else None
        assert one.due == (clock and clock.isoformat())
        assert (one.state == LATE) == due[one.key].late
    assert found if viewer in (CADRE, TOWN, OWN) else not found


def test_each_role_of_the_way_has_plans_in_the_made_up_county(connection: Connection):
    everybodys = listed(connection, CADRE, "plans", mine=False)
    assert {one.who for one in everybodys} == {ROLES[role] for role in ("county", "township", "village")}


def waiting_since(connection: Connection) -> dict[int, tuple[str, date, set[str]]]:
    """Counted household → village, day it waits since, codes of who helps it now; worked out record by record."""
    h, v, p, k = model.household.c, model.visit.c, model.pairing.c, model.household_month.c
    counted = set(connection.execute(select(k.household_id).where(k.month == LAST)).scalars())
    homes = dict(connection.execute(select(h.id, h.village)).all())
    visits = connection.execute(select(v.household_id, v.visited)).all()
    pairs = connection.execute(select(p)).all()
    found = {}
    for id in counted:
        now = [one for one in pairs if one.household_id == id and one.started <= DAY and (one.ended or DAY) >= DAY]
        days = [day for of, day in visits if of == id and day <= DAY] or [one.started for one in now]
        if paid := max(days) if any(of == id for of, _ in visits) else min(days, default=None):
            found[id] = homes[id], date.fromisoformat(paid), {one.helper for one in now}
    return found


def test_a_helper_has_his_own_households_from_three_days_before_their_visit_is_due(connection: Connection):
    since = waiting_since(connection)
    mine = {id: day + timedelta(days=31) for id, (_, day, helpers) in since.items() if "B1" in helpers}
    soon = {str(id): day.isoformat() for id, day in mine.items() if day <= TODAY + timedelta(days=3)}
    found = listed(connection, HELPER, "visits")
    assert {one.key: one.due for one in found} == soon and soon
    assert {one.page for one in found} == {"household"}
    for one in found:
        left = (date.fromisoformat(one.due) - TODAY).days
        assert (one.days, one.state) == (left, LATE if left < 0 else NEAR)


def test_a_village_has_the_visits_of_all_its_households_and_offices_above_it_none(connection: Connection):
    over = [
        id
        for id, (village, day, _) in waiting_since(connection).items()
        if village == OWN.region and (TODAY - day).days > 31
    ]
    (one,) = listed(connection, OWN, "visits")
    assert one.number == len(over) and one.state == LATE and str(len(over)) in one.what
    assert not listed(connection, TOWN, "visits") and not listed(connection, CADRE, "visits")


def test_whoever_also_helps_households_has_them_beside_his_office(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        made = {"id": 900, "name": "王某", "helper": "B1", "made": "2026-11-01", "actor": "command"}
        connection.execute(insert(model.person).values(made))
    person = Viewer("township", TOWN.region, person=900)
    with engine.connect() as connection:
        own = {one.key for one in listed(connection, HELPER, "visits") if one.region.startswith(TOWN.region)}
        assert {one.key for one in listed(connection, person, "visits")} == own and own


def test_what_the_rules_suspect_waits_for_the_office_that_judges_it(connection: Connection):
    known = {one.project: one.region for one in suspected(connection, CADRE, COUNTY, LAST)}
    towns = {code for code, region in known.items() if region.startswith(TOWN.region)}
    assert {one.key for one in listed(connection, TOWN, "suspects")} == towns and towns
    assert {one.key for one in listed(connection, CADRE, "suspects")} == {
        code for code, region in known.items() if len(region) < 9
    }
    assert {one.key for one in listed(connection, CADRE, "suspects", mine=False)} == set(known)
    assert not listed(connection, OWN, "suspects") and not listed(connection, HELPER, "suspects")


def test_a_mark_waits_until_it_is_lifted(filled):
    engine = filled(fill, own=True)
    id = mark(engine, TOWN, project=ground.SHORT, since="2026-11-01", reason="停产", now=NOW)
    with engine.connect() as connection:
        assert [one.key for one in listed(connection, TOWN, "troubles")] == [str(id)]
        assert ground.SHORT not in {one.key for one in listed(connection, TOWN, "suspects")}
        assert not listed(connection, CADRE, "troubles")


def test_a_village_has_the_ended_month_whose_lines_have_not_come(connection: Connection):
    known = {region for (region, _), share in shares(connection, VILLAGES, [LAST - 1]).items() if share < FULL}
    found = listed(connection, CADRE, "books", mine=False)
    assert {one.region for one in found} == known and known
    assert {one.region for one in listed(connection, OWN, "books")} == known & {OWN.region}


def test_a_county_has_the_month_that_it_has_not_closed(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        connection.execute(model.books_decision.update().values(until=LAST - 3))
        cube.rebuild(connection, today=TODAY)
    with engine.connect() as connection:
        assert [one.key for one in listed(connection, CADRE, "books")] == [f"{COUNTY}:{LAST - 1}"]
        assert not listed(connection, TOWN, "books")


def test_overdue_comes_first_then_what_is_due_then_what_has_no_clock_page_by_page(connection: Connection):
    found = listed(connection, CADRE, mine=False)
    order = [one.due or "9999" for one in found]
    assert order == sorted(order) and {one.state for one in found} >= {LATE, OPEN}
    pages = [waiting(connection, CADRE, COUNTY, DAY, mine=False, offset=at, limit=7) for at in range(0, len(found), 7)]
    assert [one for page in pages for one in page] == found
    late = listed(connection, CADRE, mine=False, late=True)
    assert late == [one for one in found if one.state == LATE]


@pytest.mark.parametrize("viewer", ACTING, ids=lambda one: one.role)
@pytest.mark.parametrize("mine", [True, False])
def test_what_is_counted_is_what_is_listed_and_all_of_it_is_the_viewers(
    connection: Connection, viewer: Viewer, mine: bool
):
    found = listed(connection, viewer, mine=mine)
    held = counts(connection, viewer, viewer.region, DAY, person=None, mine=mine)
    assert {kind: one.rows for kind, one in held.items()} == {
        kind: sum(one.kind == kind for one in found) for kind in held
    }
    assert total(held).rows == len(found)
    assert total(held).late == sum(one.state == LATE for one in found)
    assert total(held).things == sum(one.number for one in found)
    assert [one for one in found if not viewer.may_see(one.region)] == []


def test_nobody_looks_beyond_his_region_and_a_display_not_at_all(connection: Connection):
    for query in (waiting, below):
        with pytest.raises(OutOfScope):
            query(connection, OWN, VILLAGES[1], DAY)
        with pytest.raises(NoRight):
            query(connection, Viewer("display", COUNTY), COUNTY, DAY)
    with pytest.raises(OutOfScope):
        counts(connection, TOWN, COUNTY, DAY, person=None)


def test_the_parts_of_a_county_add_up_and_say_the_same_visits_as_the_wall(connection: Connection):
    rows = below(connection, CADRE, COUNTY, DAY)
    held = counts(connection, CADRE, COUNTY, DAY, person=None, mine=False)
    assert sum(one.total.things for one in rows) == total(held).things
    wall = overdue_below(connection, CADRE, COUNTY).set_index("code")["走访"]
    assert {one.code: one.kinds["visits"].late_things for one in rows if "visits" in one.kinds} == wall.to_dict()
    assert held["visits"].things == overdue(connection, CADRE, COUNTY).counts["走访"]
    assert [one.total.late_things for one in rows] == sorted((one.total.late_things for one in rows), reverse=True)
    longest = max(one.total.days_late(DAY) for one in rows)
    assert longest == max(-one.days for one in listed(connection, CADRE, mine=False) if one.state == LATE)


def test_a_household_is_named_to_who_helps_it_and_nowhere_in_an_address(connection: Connection):
    found = [one for viewer in ACTING for mine in (True, False) for one in listed(connection, viewer, mine=mine)]
    for one in found:
        assert one.kind in KINDS
        assert all(isinstance(value, int) or value.isascii() for value in one.parameters.values())
        assert "张" not in one.what or one.page == "household"


def test_what_came_since_the_last_look_is_new_and_a_look_tells_nobody_else(filled):
    engine = filled(fill, own=True)
    version = select(model.data_version.c.version)
    with engine.connect() as connection:
        assert last_look(connection, CADRE) == ""
        assert not any(one.new for one in listed(connection, CADRE, mine=False))
        before = connection.execute(version).scalar_one()
    look(engine, CADRE, NOW - timedelta(days=9))
    look(engine, CADRE, NOW)
    id = mark(engine, CADRE, project=ground.STEADY, since="2026-11-01", reason="停产", now=NOW + timedelta(minutes=1))
    with engine.connect() as connection:
        since = last_look(connection, CADRE)
        assert since == "2026-11-22T09:30:00"
        assert [(one.kind, one.key) for one in listed(connection, CADRE, look=since) if one.new] == [
            ("troubles", str(id))
        ]
        held = counts(connection, CADRE, COUNTY, DAY, person=None, look=since)
        assert total(held).new == 1
        assert connection.execute(version).scalar_one() == before + 1  # the mark's
        assert last_look(connection, TOWN) == ""


def test_the_digest_counts_what_came_and_what_was_done_since_yesterday(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        connection.execute(model.visit.delete().where(model.visit.c.visited >= yesterday(DAY)))
        his = select(model.pairing.c.household_id).where(model.pairing.c.helper == "B1").limit(1)
        new = {"household_id": connection.execute(his).scalar_one(), "helper": "B1", "occasion": "日常走访"}
        for number, day in enumerate((DAY, yesterday(DAY), "2026-11-20")):
            connection.execute(insert(model.visit).values({**new, "code": f"N{number}", "visited": day}))
    with engine.connect() as connection:
        (line,) = [one for one in digest(connection, HELPER, COUNTY, DAY, person=None) if one.kind == "visits"]
        found = listed(connection, HELPER, "visits")
    assert line.done == 2
    assert (line.waits.rows, line.waits.late) == (len(found), sum(one.state == LATE for one in found))
    assert line.waits.new == sum(one.since >= yesterday(DAY) for one in found)
