"""The ways of problems and tasks on a small county: who may do what when, by person; two at once; a crash anywhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Connection, Engine, event, select, text

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.figures import lists, read
from data.households.fields import Unfit
from data.matters.daily import turn_matters
from data.matters.file import allowed, matter_file, row_of
from data.matters.raising import Place, proposed, raise_problem, raise_tasks, split_task
from data.matters.region import GROUPS, Filters, by_place, counts, page
from data.matters.states import ENDED, OPEN, PROBLEM_STATES
from data.matters.steps import MOST, Given, batch, step
from data.store.engine import writing
from data.workflow import Changed
from tests.data.small_county import COUNTY, TOWNSHIPS, VILLAGES
from tests.data.village_ground import FAR, HERE, VILLAGE, fill_village
from tests.moment import NOW

CADRE, TOWN = Viewer("village", VILLAGE, person=11), Viewer("township", VILLAGE[:9], person=12)
CLERK, LEADER = Viewer("county", COUNTY, person=13), Viewer("county", COUNTY, person=14)
HELPER = Viewer("helper", VILLAGE, "D1", person=15)
STRANGE = Viewer("village", VILLAGES[2], person=16)
TYPED = {"source": "排查", "category": "住房安全", "description": "屋顶漏雨", "found": "2026-11-02",
         "deadline": "2026-11-30"}  # fmt: skip
TASK = {"name": "入户排查", "target": "逐户排查", "started": "2026-11-02", "deadline": "2026-11-30"}
WORDS = Given(reason="已入户办理")


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Iterator[Engine]:
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        for person, name in (
            (11, "村干部"),
            (12, "镇干部"),
            (13, "县干部"),
            (14, "县领导"),
            (15, "帮扶人"),
            (16, "别村"),
        ):
            row = {"id": person, "name": name, "made": "2026-01-01", "actor": "system"}
            connection.execute(model.person.insert().values(**row, helper="D1" if person == 15 else None))
    yield engine


HOME = Place(VILLAGE, HERE[0])


def raised(engine: Engine, place: Place = HOME, owner: int | None = 15, viewer: Viewer = CADRE, **changed: str) -> str:
    return raise_problem(engine, viewer, place, TYPED | changed, owner=owner, now=NOW)


def do(engine: Engine, viewer: Viewer, code: str, action: str, given: Given = WORDS, record: str = "problem") -> str:
    with engine.connect() as connection:
        version = row_of(connection, LEADER, record, code)["version"]
    return step(engine, viewer, record, code, action, version=version, given=given, now=NOW)


def given_account(engine: Engine, person: int) -> None:
    row = {"person_id": person, "login": f"p{person}", "role": "helper", "region": VILLAGE, "hash": "h",
           "must_change": 0, "version": 1, "changed": "2026-01-01"}  # fmt: skip
    with writing(engine) as connection:
        connection.execute(model.account.insert().values(row))


def stands(engine: Engine, code: str, record: str = "problem") -> dict[str, object]:
    table = model.metadata.tables[record]
    with engine.connect() as connection:
        return dict(connection.execute(select(table).where(table.c.code == code)).mappings().one())


def test_a_problem_goes_from_the_door_to_its_closing_by_four_people(county: Engine):
    code = raised(county)
    assert do(county, HELPER, code, "rectify") == "rectified"
    assert do(county, TOWN, code, "return") == "returned" and stands(county, code)["rectified"] is None
    assert do(county, HELPER, code, "rectify") == "rectified"
    assert do(county, CLERK, code, "close") == "closed"
    row = stands(county, code)
    assert (row["rectified"], row["closed"], row["owner"]) == ("2026-11-22", "2026-11-22", "帮扶人")
    with county.connect() as connection:
        file = matter_file(connection, LEADER, "problem", code, NOW.date())
    assert [one.action for one in file.steps] == ["销号", "报整改", "退回补正", "报整改", "登记问题"]
    assert set(file.allowed) == {"reopen"} and not file.matter.open


WHO = {"village": CADRE, "township": TOWN, "county": CLERK, "helper": HELPER, "display": Viewer("display", COUNTY),
       "admin": Viewer("admin", "", person=1)}  # fmt: skip
ALLOWED = {  # state → role → what the table of the way lets it do to a village's problem whose owner has no account
    "open": {
        "village": "log ask assign rectify void", "township": "log ask urge assign rectify void",
        "county": "urge assign void",
        "helper": "log ask rectify",
    },
    "rectified": {"township": "close refuse urge return", "county": "close refuse urge return"},
    "returned": {
        "village": "log ask assign rectify void", "township": "log ask urge assign rectify void",
        "county": "urge assign void",
        "helper": "log ask rectify",
    },
    "closed": {"township": "reopen", "county": "reopen"},
    "void": {},
}  # fmt: skip
LEADS = {"open": (), "rectified": ("rectify",), "returned": ("rectify", "return"), "closed": ("rectify", "close"),
         "void": ("void",)}  # fmt: skip
BY = {"rectify": HELPER, "return": LEADER, "close": LEADER, "void": CADRE}


@pytest.mark.parametrize("state", PROBLEM_STATES)
def test_each_role_in_each_state_may_what_the_table_says(county: Engine, state: str):
    code = raised(county)
    for action in LEADS[state]:
        do(county, BY[action], code, action)
    assert stands(county, code)["state"] == state
    for role, viewer in WHO.items():
        with county.connect() as connection:
            try:
                able = set(allowed(connection, viewer, "problem", row_of(connection, viewer, "problem", code)))
            except NoRight:
                able = set()
        assert able == set(ALLOWED[state].get(role, "").split()), role


def test_what_the_table_does_not_say_is_refused(county: Engine):
    code = raised(county)
    for role, viewer in WHO.items():
        for action in {"close", "refuse", "return", "reopen", "grant", "deny", "accept"}:
            with pytest.raises((Refused, NoRight)):
                do(county, viewer, code, action)
        assert stands(county, code)["state"] == "open", role


def test_the_owner_with_an_account_reports_himself_and_nobody_for_him(county: Engine):
    given_account(county, 15)
    code = raised(county)
    with pytest.raises(Refused, match="责任人"):
        do(county, CADRE, code, "rectify")
    assert do(county, HELPER, code, "rectify") == "rectified"


def test_who_reported_does_not_close_it_himself(county: Engine):
    code = raised(county, Place(COUNTY), owner=13, viewer=LEADER)
    do(county, CLERK, code, "rectify")
    with pytest.raises(Refused, match="另一人"):
        do(county, CLERK, code, "close")
    assert do(county, LEADER, code, "close") == "closed"


def test_a_township_checks_its_villages_and_not_itself(county: Engine):
    code = raise_problem(county, TOWN, Place(TOWNSHIPS[0]), TYPED, owner=12, now=NOW)
    do(county, TOWN, code, "rectify")
    with pytest.raises(Refused, match="上一级"):
        do(county, replace(TOWN, person=17), code, "close")
    assert do(county, CLERK, code, "close") == "closed"


def test_an_extension_is_asked_with_reason_and_granted_by_the_office_above(county: Engine):
    code = raised(county)
    asked = Given(reason="材料未到", until=date(2026, 12, 10))
    with pytest.raises(Refused, match="晚于"):
        do(county, HELPER, code, "ask", replace(asked, until=date(2026, 11, 30)))
    with pytest.raises(Refused, match="原因"):
        do(county, HELPER, code, "ask", replace(asked, reason=""))
    do(county, HELPER, code, "ask", asked)
    with pytest.raises(Refused, match="已经申请"):
        do(county, HELPER, code, "ask", asked)
    do(county, TOWN, code, "grant")
    row = stands(county, code)
    assert (row["deadline"], row["asked_until"]) == ("2026-12-10", None)
    do(county, HELPER, code, "ask", replace(asked, until=date(2026, 12, 31)))
    do(county, TOWN, code, "deny")
    assert stands(county, code)["deadline"] == "2026-12-10"


def test_what_is_opened_again_leaves_the_past_as_it_was_and_keeps_its_level(county: Engine):
    code = raised(county, found="2026-09-01", deadline="2026-09-30")
    with county.connect() as connection:
        file = matter_file(connection, LEADER, "problem", code, NOW.date())
    assert file.levels == ((9, "2026-10-10"), (6, "2026-10-14")) and file.matter.level == 6
    earlier = replace(WORDS, day=date(2026, 9, 20))
    with pytest.raises(Refused, match="核对"):
        do(county, HELPER, code, "rectify", replace(earlier, day=date(2026, 8, 1)))
    do(county, HELPER, code, "rectify", replace(WORDS, day=date(2026, 10, 20)))
    do(county, CLERK, code, "close", replace(WORDS, day=date(2026, 10, 21)))
    october = (2026 * 12) + 9
    with county.connect() as connection:
        before = read.figures(connection, LEADER, VILLAGE, october, ("problems_open",))["problems_open"].value
    do(county, CLERK, code, "reopen", replace(WORDS, until=date(2026, 12, 10)))
    with county.connect() as connection:
        figures = read.figures(connection, LEADER, VILLAGE, october, ("problems_open",))
        assert figures["problems_open"].value == before
        assert len(lists.whole(connection, LEADER, "problems_open", VILLAGE, october)) == before
        file = matter_file(connection, LEADER, "problem", code, NOW.date())
    assert (file.reopened, file.matter.level, file.matter.deadline) == (1, 6, "2026-12-10")


def test_days_switched_off_leave_every_level_with_its_own_day(county: Engine):
    code = raised(county, deadline="2026-11-27")
    turn_matters(county, datetime(2026, 12, 9, 8))
    with county.connect() as connection:
        held = connection.execute(_LEVELS, {"code": code}).all()
    assert sorted(map(tuple, held)) == [(6, "2026-12-07"), (9, "2026-12-02")]
    turn_matters(county, datetime(2026, 12, 10, 8))
    with county.connect() as connection:
        assert matter_file(connection, LEADER, "problem", code, date(2026, 12, 10)).matter.answering.name is None


def test_two_at_once_the_second_is_told(county: Engine):
    code = raised(county)
    step(county, HELPER, "problem", code, "rectify", version=1, given=WORDS, now=NOW)
    with pytest.raises(Changed, match="帮扶人"):
        step(county, CADRE, "problem", code, "void", version=1, given=WORDS, now=NOW)


def test_outside_ones_scope_there_is_nothing(county: Engine):
    code = raised(county)
    for viewer in (STRANGE, Viewer("helper", VILLAGE, "D2", person=18)):
        with county.connect() as connection, pytest.raises(NotFound):
            matter_file(connection, viewer, "problem", code, NOW.date())
        with pytest.raises(NotFound):
            step(county, viewer, "problem", code, "rectify", version=1, given=WORDS, now=NOW)
    with pytest.raises((OutOfScope, NotFound)):
        raise_problem(county, CADRE, Place(VILLAGE, FAR), TYPED, owner=None, now=NOW)
    with county.connect() as connection, pytest.raises(OutOfScope):
        page(connection, STRANGE, "problem", VILLAGE, filters=Filters(), today=NOW.date())


@pytest.mark.parametrize(
    ("changed", "field"),
    (({"deadline": "2026-11-01"}, "整改期限"), ({"found": "2026-11-23"}, "发现日期"), ({"category": "随便"}, "类别"),
     ({"source": "听说"}, "来源"), ({"description": "字" * 2001}, "描述"), ({"description": "\u200b"}, "描述")),
)  # fmt: skip
def test_a_problem_that_cannot_be_is_refused_with_its_field(county: Engine, changed: dict[str, str], field: str):
    with pytest.raises(Unfit) as refused:
        raised(county, **changed)
    assert refused.value.field == field


def test_tasks_go_to_many_places_at_once_or_to_none(county: Engine):
    wanted = [(Place(village), None, None) for village in VILLAGES]
    codes = raise_tasks(county, CLERK, wanted, TASK, now=NOW)
    assert len(codes) == len(VILLAGES)
    with pytest.raises(NotFound):
        raise_tasks(county, CLERK, [*wanted, (Place(f"{COUNTY}109999"), None, None)], TASK, now=NOW)
    with pytest.raises(Refused, match="最多"):
        raise_tasks(county, CLERK, [(Place(VILLAGE), None, None)] * (MOST + 1), TASK, now=NOW)
    with county.connect() as connection:
        found = page(connection, CLERK, "task", COUNTY, filters=Filters("vacant"), today=NOW.date(), limit=999)
        mine = [one for one in found if one.code in codes]
        assert {one.region for one in mine} == set(VILLAGES)
        assert {one.answering.told for one in mine} == {"未明确责任人"}
        table = by_place(connection, CLERK, "task", COUNTY, below=9, today=NOW.date())
        assert (
            table["all"].sum() == counts(connection, CLERK, "task", COUNTY, filters=Filters(), today=NOW.date())["all"]
        )


def test_a_task_is_proposed_to_who_helps_or_leads(county: Engine):
    leads = {"region": VILLAGE, "post": "包村干部", "name": "镇干部", "started": "2026-01-01", "person_id": 12}
    with writing(county) as connection:
        connection.execute(model.leader.insert().values(leads))
        places = [Place(VILLAGE, HERE[0]), Place(VILLAGE), Place(VILLAGES[2])]
        found = proposed(connection, CLERK, places, NOW.date())
    assert [(one.owner, one.why) for one in found] == [(15, found[0].why), (12, "包村干部"), (None, "")]


def test_a_task_is_split_done_sent_back_and_accepted(county: Engine):
    (code,) = raise_tasks(county, CLERK, [(Place(VILLAGE), 11, None)], TASK, now=NOW)
    parts = split_task(county, CADRE, code, [("一组", 11, None), ("二组", None, "2026-11-25")], version=1, now=NOW)
    with pytest.raises(Refused, match="不能再分解"):
        split_task(county, CADRE, parts[0], [("甲", 11, None), ("乙", 11, None)], version=1, now=NOW)
    do(county, CADRE, code, "progress", Given(progress=0.4), "task")
    assert stands(county, code, "task")["progress_bp"] == 4000
    do(county, CADRE, code, "finish", WORDS, "task")
    do(county, TOWN, code, "return", replace(WORDS, until=date(2026, 12, 1)), "task")
    row = stands(county, code, "task")
    assert (row["state"], row["finished"], row["deadline"]) == ("returned", None, "2026-12-01")
    do(county, CADRE, code, "finish", WORDS, "task")
    assert do(county, TOWN, code, "accept", WORDS, "task") == "accepted"
    with county.connect() as connection:
        assert len(matter_file(connection, CADRE, "task", code, NOW.date()).parts) == 2


def test_a_batch_names_what_it_leaves_out_and_fails_as_a_whole(county: Engine):
    first, second, done = raised(county), raised(county, Place(VILLAGE)), raised(county)
    do(county, HELPER, done, "rectify")
    told = batch(county, TOWN, "problem", {first: 1, second: 1, done: 2}, "assign", given=Given(owner=12), now=NOW)
    assert told.done == 2 and list(told.skipped) == [done] and "待销号" in told.skipped[done]
    with pytest.raises(Refused, match="责任人"):
        batch(county, TOWN, "problem", {first: 2, second: 2}, "assign", given=Given(owner=999), now=NOW)
    assert stands(county, first)["owner_id"] == 12
    with pytest.raises(Refused, match="最多"):
        batch(county, TOWN, "problem", {str(at): 1 for at in range(MOST + 1)}, "urge", given=WORDS, now=NOW)
    with pytest.raises(Refused, match="没有一项"):
        batch(county, TOWN, "problem", {done: 2}, "assign", given=Given(owner=12), now=NOW)


def test_a_crash_at_any_statement_leaves_nothing_half_done(county: Engine):
    code = raised(county)
    for ends in (*range(1, 20), *range(20, 999, 9)):
        statements = 0

        def crash(*_: object, ends: int = ends) -> None:
            nonlocal statements
            statements += 1
            if statements == ends:
                raise KeyboardInterrupt

        event.listen(county, "before_cursor_execute", crash)
        try:
            step(county, HELPER, "problem", code, "rectify", version=1, given=WORDS, now=NOW)
        except KeyboardInterrupt:
            done = False
        else:
            done = True
        finally:
            event.remove(county, "before_cursor_execute", crash)
        with county.connect() as connection:
            steps = len(connection.execute(select(model.problem_step.c.id)).all())
        row = stands(county, code)
        whole = (row["state"], row["rectified"], row["version"], steps)
        assert whole == (("rectified", "2026-11-22", 2, 2) if done else ("open", None, 1, 1))
        if done:
            return
    pytest.fail("it never came to its end")


_ACTIONS = ("rectify", "return", "refuse", "close", "reopen", "void", "ask", "grant", "deny", "urge", "assign", "log")
_TAKEN = some.lists(some.tuples(some.sampled_from(_ACTIONS), some.sampled_from((CADRE, TOWN, CLERK, LEADER, HELPER)),
                                some.integers(0, 9)), max_size=8)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TAKEN)
def test_at_every_time_it_has_one_level_and_one_owner_or_a_named_vacancy(
    county: Engine, taken: list[tuple[str, Viewer, int]]
):
    code, now, lowest = raised(county, deadline="2026-11-24"), NOW, 12
    for action, viewer, days in taken:
        now += timedelta(days=days)
        given = Given(reason="办理", until=now.date() + timedelta(days=days), owner=(11, 12)[days % 2])
        try:
            step(county, viewer, "problem", code, action, version=stands(county, code)["version"], given=given, now=now)
        except (Refused, NoRight):
            continue
        turn_matters(county, now)
        with county.connect() as connection:
            one = matter_file(connection, LEADER, "problem", code, now.date()).matter
            levels = connection.execute(_LEVELS, {"code": code}).scalars().all()
        assert one.level in (12, 9, 6) and one.level <= lowest and len(levels) == len(set(levels))
        lowest = one.level
        assert one.answering.told and (one.answering.name is not None or one.answering.told == "未明确责任人")
        row = stands(county, code)
        assert (row["closed"] is not None) == (row["state"] == "closed")
        assert (row["rectified"] is not None) == (row["state"] in ("rectified", "closed"))
        assert one.open == (row["state"] in OPEN) and (row["asked_until"] is None or row["state"] in OPEN)
    assert set(ENDED).isdisjoint(OPEN)


_LEVELS = text("SELECT level, day FROM matter_level WHERE record = 'problem' AND key = :code")


def test_the_groups_of_a_list_are_what_their_counts_say(county: Engine):
    for number, place in product(range(3), (Place(VILLAGE), Place(VILLAGES[2]))):
        viewer = CLERK
        typed = TYPED | {"deadline": f"2026-11-{10 + number * 10}"}
        raise_problem(county, viewer, place, typed, owner=(None, 12, 15)[number], now=NOW)

    def both(connection: Connection, group: str) -> tuple[int, int]:
        asked = {"filters": Filters(group), "today": NOW.date()}
        listed = page(connection, LEADER, "problem", COUNTY, limit=999, **asked)
        return len(listed), counts(connection, LEADER, "problem", COUNTY, **asked)[group]

    with county.connect() as connection:
        found = {group: both(connection, group) for group in GROUPS}
    assert all(listed == counted for listed, counted in found.values()), found
    assert found["overdue"][0] >= 4 and found["vacant"][0] >= 2
