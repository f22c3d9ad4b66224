"""月调度: whom a round lists, who is to report, what becomes of who moves, two who write, who may; a county by hand."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select, text

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.figures import cube
from data.households import lives
from data.matters.round_figures import Counts, by_region, counts, debtors
from data.matters.round_reports import Clash, Entry, Faulty, Report, report, report_of, report_sheet, reports
from data.matters.rounds import Supplement, close_round, open_round, reopen_round, rounds, supplement
from data.store.engine import upsert, writing
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES, closed_by_decision
from tests.moment import NOW

V1, V2, V3 = VILLAGES[0], VILLAGES[1], VILLAGES[2]
"""The first two of one township, the third of the other."""
LEFT, BELOW, WATCHED, ABOVE, ALONE, SHORT, FAR, ORDINARY = range(1, 9)
TEACHER, CADRE, DOCTOR, LEADER = 11, 12, 13, 14
"""Persons: three helpers, and the secretary of V1."""
COUNTYS, TOWN = Viewer("county", COUNTY, person=21), Viewer("township", TOWNSHIPS[0], person=22)
OFFICE = Viewer("village", V1, person=23)
HELPER = Viewer("helper", TOWNSHIPS[0], "H2", person=CADRE)
DUE = date(2026, 12, 4)
_HOUSEHOLDS = (  # id, village, type, identified, lifted, monthly wage (yuan), months of books
    (LEFT, V1, "未脱贫户", "2020-01-01", None, 900, 36),
    (BELOW, V1, "脱贫户", "2015-01-01", "2018-01-01", 300, 36),
    (WATCHED, V1, "边缘易致贫户", "2024-01-01", None, 200, 36),
    (ABOVE, V1, "脱贫户", "2015-01-01", "2018-01-01", 2_000, 36),
    (ALONE, V2, "未脱贫户", "2020-01-01", None, 2_000, 36),
    (SHORT, V3, "脱贫户", "2015-01-01", "2018-01-01", 100, 2),
    (FAR, V3, "未脱贫户", "2020-01-01", None, 2_000, 36),
    (ORDINARY, V3, "一般户", None, None, 100, 36),
)


def fill(engine: Engine) -> None:
    """Eight households of one member each; the line is 8,000 yuan a year."""
    made = {"made": NOW.isoformat(), "actor": "system"}
    tables = {
        model.region: [
            dict(zip(("code", "name", "parent"), row, strict=True))
            for row in [(COUNTY, "示范市", ""), *((one, f"示范镇{one[-1]}", COUNTY) for one in TOWNSHIPS)]
            + [(one, f"示范村{place}", one[:9]) for place, one in enumerate(VILLAGES)]
        ],
        model.household: [
            dict(
                zip(("id", "village", "type", "identified", "lifted"), row[:5], strict=True), code=f"R{row[0]}",
                head=f"户主{row[0]}",
            )
            for row in _HOUSEHOLDS
        ],
        model.member: [
            {"code": f"m{row[0]}", "household_id": row[0], "name": f"户主{row[0]}", "relation": "户主"}
            for row in _HOUSEHOLDS
        ],
        model.ledger: [
            {"household_id": row[0], "month": month, "wage_work_fen": row[5] * 100}
            for row in _HOUSEHOLDS
            for month in range(LAST - row[6] + 1, LAST + 1)
        ],
        model.helper: [
            {"code": code, "name": name, "unit": "示范局", "team": team, "phone": f"1390000000{code[1]}"}
            for code, name, team in (("H1", "郑教师", "教师"), ("H2", "王干部", "区直干部"), ("H3", "周医生", "医生"))
        ],
        model.person: [
            {"id": id, "name": name, "helper": helper, "phone": phone, "unit": "示范局", **made}
            for id, name, helper, phone in (
                (TEACHER, "郑教师", "H1", None), (CADRE, "王干部", "H2", None), (DOCTOR, "周医生", "H3", None),
                (LEADER, "赵书记", None, "13911112222"),
                *((person, f"人员{person}", None, None) for person in (21, 22, 23)),
            )
        ],
        model.pairing: [
            {"helper": helper, "household_id": home, "member": member, "started": "2024-01-01", "ended": ended}
            for helper, home, member, ended in (
                ("H1", LEFT, "", None), ("H2", LEFT, "", None), ("H3", WATCHED, f"m{WATCHED}", None),
                ("H2", BELOW, "", "2026-10-31"), ("H1", FAR, "", None),
            )
        ],
        model.leader: [
            {"region": V1, "post": "村党支部书记", "name": "赵书记", "started": "2024-01-01", "person_id": LEADER}
        ],
        model.books_decision: [closed_by_decision()],
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(model.monitoring_line.delete())
        line = {"province": "", "since": "2020-01-01", "amount_fen": 8_000_00, "standing": "测试"}
        connection.execute(model.monitoring_line.insert().values(line))
        for table, rows in tables.items():
            upsert(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])
        cube.rebuild(connection, today=TODAY)


pytestmark = pytest.mark.filled(by=fill)


def opened(engine: Engine, now: datetime = NOW, due: date = DUE) -> int:
    return open_round(engine, COUNTYS, COUNTY, due=due, now=now)


def listed(engine: Engine, viewer: Viewer = COUNTYS, month: int = LAST, **options: str) -> dict[int, Report]:
    with engine.connect() as connection:
        return {one.household: one for one in reports(connection, viewer, viewer.region, month, **options)}


def entry(state: str | None = "on", words: str = "", target: str = "", version: int = 1) -> Entry:
    return Entry(target, state, words, version)


def told(engine: Engine, home: int, given: Entry, viewer: Viewer = OFFICE, month: int = LAST, now: datetime = NOW):
    report(engine, viewer, listed(engine, month=month)[home].id, given, now=now)


def counted(engine: Engine, viewer: Viewer = COUNTYS, month: int = LAST) -> Counts:
    with engine.connect() as connection:
        return counts(connection, viewer, viewer.region, month)


def moves(engine: Engine, home: int, village: str) -> None:
    with engine.connect() as connection:
        day = TODAY.isoformat()
        deed = lives.moves(connection, COUNTYS, home, village, day=day, note="", today=TODAY)
    lives.carry_out(engine, COUNTYS, deed, now=NOW)


def test_a_round_lists_who_is_left_with_why_and_who_is_to_report(engine: Engine):
    opened(engine)
    found = {home: (one.village, one.why, one.person) for home, one in listed(engine).items()}
    assert found == {
        LEFT: (V1, "未脱贫", CADRE),  # of two helpers the cadre of the county comes before the teacher
        BELOW: (V1, "低于监测线", LEADER),  # his helper's pairing is over
        WATCHED: (V1, "监测、低于监测线", LEADER),  # the doctor is paired with a member of it, not with the household
        ALONE: (V2, "未脱贫", None),
        FAR: (V3, "未脱贫", TEACHER),
    }
    assert counted(engine) == Counts(due=5, missing=5, unnamed=1, why_0=3, why_1=1, why_2=2)


@pytest.mark.parametrize(
    ("now", "month"), [(datetime(2026, 11, 30, 23, 59), LAST), (datetime(2026, 12, 1, 0, 1), LAST + 1)]
)
def test_a_round_is_of_the_month_of_the_day_it_is_opened_on_and_there_is_one(engine: Engine, now, month):
    opened(engine, now)
    with engine.connect() as connection:
        (made,) = rounds(connection, OFFICE, V1)
    assert (made.month, made.due, made.closed) == (month, "2026-12-04", None)
    with pytest.raises(Refused, match="已经开始"):
        opened(engine, now)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # who may is asked of no engine
@pytest.mark.parametrize("due", [date(2026, 11, 21), date(2027, 1, 22)])
def test_a_due_day_that_has_passed_or_lies_far_is_refused(engine: Engine, due: date):
    with pytest.raises(Refused, match="报送期限"):
        opened(engine, due=due)


def test_who_moved_or_was_struck_off_is_told_and_not_asked_for_any_more(engine: Engine):
    opened(engine)
    told(engine, BELOW, entry("done"))
    moves(engine, ALONE, V1)
    with engine.connect() as connection:
        day = TODAY.isoformat()
        deed = lives.ends(connection, COUNTYS, LEFT, reason="其他", words="全家迁往外省", day=day, today=TODAY)
    lives.carry_out(engine, COUNTYS, deed, now=NOW)
    with writing(engine) as connection:
        connection.execute(
            text("UPDATE state_spell SET base = 5, state = 5, watch = 0 WHERE household_id = :id"), {"id": FAR}
        )
    left = {home: one.left for home, one in listed(engine, picked="left").items()}
    assert left == {ALONE: "已迁出本村", LEFT: "已注销或不再帮扶", FAR: "已不属于调度对象"}
    now = counted(engine)
    assert (now.due, now.reported, now.missing, now.left) == (2, 1, 1, 3)


def test_a_supplement_puts_over_who_moved_and_adds_who_is_new_with_who_reports(engine: Engine):
    made = opened(engine)
    told(engine, BELOW, entry("on"))
    moves(engine, ALONE, V1)
    with writing(engine) as connection:
        connection.execute(text("UPDATE state_spell SET watch = 4, state = 4 WHERE household_id = :id"), {"id": ABOVE})
        connection.execute(text("UPDATE pairing SET ended = '2026-11-20' WHERE helper = 'H2'"))
    assert supplement(engine, COUNTYS, made, now=NOW) == Supplement(added=1, moved=1)
    found = {home: (one.village, one.why, one.person) for home, one in listed(engine).items()}
    assert found[ALONE] == (V1, "未脱贫", LEADER)
    assert found[ABOVE] == (V1, "监测", LEADER)
    assert found[LEFT] == (V1, "未脱贫", TEACHER)  # who helps now
    assert len(found) == 6
    assert supplement(engine, COUNTYS, made, now=NOW) == Supplement(added=0, moved=0)


def test_the_second_of_two_who_write_is_told_what_the_first_wrote(engine: Engine):
    opened(engine)
    told(engine, LEFT, entry("slow", "等验收"), HELPER)
    with pytest.raises(Clash, match="王干部") as clash:
        told(engine, LEFT, entry("on", "已验收"))
    (stands,) = clash.value.stands.values()
    assert stands == Entry("", "slow", "等验收", 2)
    told(engine, LEFT, entry("on", "已验收", version=stands.version))
    assert listed(engine)[LEFT].entry == Entry("", "on", "已验收", 3)


def test_what_stands_already_is_no_second_report(engine: Engine):
    opened(engine)
    told(engine, LEFT, entry("on", "进度正常"), HELPER)
    told(engine, LEFT, entry("on", " 进度正常\u200b"))
    assert listed(engine)[LEFT].entry.version == 2


def test_a_sheet_is_written_whole_or_not_at_all_and_each_cell_is_named(engine: Engine):
    opened(engine)
    ids = {home: one.id for home, one in listed(engine, OFFICE).items()}
    sheet = {
        ids[LEFT]: entry("on", "按计划"),
        ids[BELOW]: entry("stuck", ""),
        ids[WATCHED]: entry(None, "字" * 201),
    }
    with pytest.raises(Faulty) as faulty:
        report_sheet(engine, OFFICE, sheet, now=NOW)
    assert [(one.head, one.column) for one in faulty.value.faults] == [
        ("户主2", "情况说明"), ("户主3", "本月进展"), ("户主3", "情况说明"),
    ]  # fmt: skip
    assert counted(engine).reported == 0
    sheet |= {ids[BELOW]: entry("stuck", "务工岗位没落实"), ids[WATCHED]: Entry("", None, "", 1)}
    assert report_sheet(engine, OFFICE, sheet, now=NOW) == 2  # a row that says nothing is passed over
    assert counted(engine) == Counts(due=5, reported=2, missing=3, unnamed=1, on=1, stuck=1, why_0=3, why_1=1, why_2=2)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # who may is asked of no engine
@pytest.mark.parametrize(
    ("viewer", "may"),
    [
        (HELPER, {LEFT}),
        (Viewer("helper", COUNTY, "H1", person=TEACHER), {LEFT, FAR}),  # also where the cadre is named first
        (Viewer("helper", COUNTY, "H3", person=DOCTOR), {WATCHED}),
        (OFFICE, {LEFT, BELOW, WATCHED}),
        (Viewer("village", V2), {ALONE}),  # the role played, without a person
        (TOWN, {ALONE}),  # for whom nobody answers
        (Viewer("township", TOWNSHIPS[0], person=LEADER), {BELOW, WATCHED, ALONE}),  # who is named himself
        (COUNTYS, {ALONE}),
        (Viewer("admin", ""), set()),
    ],
)
def test_who_may_report_of_whom(engine: Engine, viewer: Viewer, may: set[int]):
    opened(engine)
    everybody = {home: one.id for home, one in listed(engine).items()}
    seen_by_him = listed(engine, viewer)
    assert {home for home, one in seen_by_him.items() if one.mine} == may
    for home, id in everybody.items():
        if home in may:
            report(engine, viewer, id, entry("on"), now=NOW)
        else:
            with pytest.raises((Refused, NotFound, NoRight)):
                report(engine, viewer, id, entry("on"), now=NOW)
    assert {home for home, one in listed(engine).items() if one.reported} == may


def test_who_sees_which_households_of_a_round(engine: Engine):
    opened(engine)
    assert set(listed(engine, TOWN)) == {LEFT, BELOW, WATCHED, ALONE}
    assert set(listed(engine, HELPER)) == {LEFT}
    with engine.connect() as connection:
        with pytest.raises(OutOfScope):
            reports(connection, OFFICE, V2, LAST)
        with pytest.raises(NotFound):
            report_of(connection, OFFICE, listed(engine)[FAR].id)
        with pytest.raises(NoRight):
            reports(connection, Viewer("display", COUNTY), COUNTY, LAST)


Act = Callable[[Engine, Viewer, int], object]
ACTS: dict[str, Act] = {
    "open": lambda engine, viewer, _: open_round(
        engine, viewer, COUNTY, due=date(2027, 1, 9), now=NOW.replace(month=12)
    ),
    "supplement": lambda engine, viewer, made: supplement(engine, viewer, made, now=NOW),
    "close": lambda engine, viewer, made: close_round(engine, viewer, made, reason="月底汇总", now=NOW),
}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # who may is asked of no engine
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "viewer",
    [TOWN, OFFICE, HELPER, Viewer("admin", ""), Viewer("display", COUNTY), Viewer("county", "990182", person=31)],
    ids=lambda viewer: f"{viewer.role} {viewer.region}",
)
def test_only_the_county_itself_opens_and_closes(engine: Engine, viewer: Viewer, act: str):
    made = opened(engine)
    with pytest.raises((Refused, NoRight, NotFound)):
        ACTS[act](engine, viewer, made)
    ACTS[act](engine, COUNTYS, made)


def test_a_round_is_closed_with_a_reason_while_reports_are_missing_and_opened_again_with_one(engine: Engine):
    made = opened(engine)
    with pytest.raises(Refused, match="还有 5 户没有报"):
        close_round(engine, COUNTYS, made, reason=" ", now=NOW)
    close_round(engine, COUNTYS, made, reason="月底汇总", now=NOW)
    with pytest.raises(Refused, match="已经结束"):
        told(engine, LEFT, entry("on"))
    with pytest.raises(Refused, match="为什么"):
        reopen_round(engine, COUNTYS, made, reason="", now=NOW)
    reopen_round(engine, COUNTYS, made, reason="两个村补报", now=NOW)
    told(engine, LEFT, entry("on"))
    with engine.connect() as connection:
        (held,) = rounds(connection, COUNTYS, COUNTY)
        kept = connection.execute(
            select(model.access_log.c.detail)
            .where(model.access_log.c.view == "dispatch")
            .order_by(model.access_log.c.id)
        ).scalars()
        assert list(kept)[1:] == [
            "结束2026年11月调度，5 户未报",
            "重新打开2026年11月调度",
            "报送2026年11月调度：正常推进",
        ]
    assert (held.closed, held.reason) == (None, "两个村补报")


def test_the_month_before_stands_beside_and_who_is_stuck_again_is_counted(engine: Engine):
    opened(engine, datetime(2026, 10, 20, 9), date(2026, 10, 28))
    told(engine, LEFT, entry("stuck", "没有劳力", "两间危房验收"), month=LAST - 1, now=datetime(2026, 10, 25, 9))
    opened(engine)
    told(engine, LEFT, entry("stuck", "仍没有劳力"))
    one = listed(engine)[LEFT]
    assert one.before == Entry("两间危房验收", "stuck", "没有劳力", 2)
    assert one.before_month == LAST - 1
    assert listed(engine)[BELOW].before is None  # listed then, and not reported
    assert set(listed(engine, picked="again")) == {LEFT}
    assert (counted(engine).again, counted(engine, month=LAST - 1).stuck) == (1, 1)


def test_who_has_not_reported_adds_up_from_person_to_village_to_township(engine: Engine):
    opened(engine)
    told(engine, BELOW, entry("done"))
    with engine.connect() as connection:
        towns = by_region(connection, COUNTYS, COUNTY, LAST).set_index("code")
        villages = by_region(connection, COUNTYS, TOWNSHIPS[0], LAST).set_index("code")
        people = debtors(connection, COUNTYS, COUNTY, LAST)
        assert {one.village for one in debtors(connection, TOWN, TOWNSHIPS[0], LAST)} == {V1, V2}
    assert towns["missing"].to_dict() == {TOWNSHIPS[0]: 3, TOWNSHIPS[1]: 1}
    assert villages[["due", "missing", "unnamed"]].to_dict("index") == {
        V1: {"due": 3, "missing": 2, "unnamed": 0}, V2: {"due": 1, "missing": 1, "unnamed": 1},
    }  # fmt: skip
    assert villages.loc[V1, "share"] == pytest.approx(1 / 3)
    assert [(one.place, one.person, one.name, one.phone, one.missing, one.due) for one in people] == [
        ("示范镇1 示范村0", CADRE, "王干部", "13900000002", 1, 1),
        ("示范镇1 示范村0", LEADER, "赵书记", "13911112222", 1, 2),
        ("示范镇1 示范村1", None, None, None, 1, 1),
        ("示范镇2 示范村2", TEACHER, "郑教师", "13900000001", 1, 1),
    ]
