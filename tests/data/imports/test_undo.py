"""An import that is taken back leaves what stood before it, and what people entered since."""

import json
import random
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.verify import verified
from data.errors import NoRight, NotFound, Refused
from data.figures import spells
from data.figures.read import of_regions
from data.households import lives
from data.households.edits import Edit, commit
from data.households.entries import correct_member
from data.imports import undo as undoing
from data.imports.running import run
from data.imports.undo import plan_undo, undo
from data.imports.way import UNDONE
from data.imports.workers import WORKERS
from data.months import label
from data.quality.checks import check
from data.store.engine import open_engine, writing
from data.terms import EXITED, SUBJECTS, UNCOUNTED
from tests.data.households.ground import assert_as_rebuilt, one
from tests.data.imports.random_books import random_book
from tests.data.imports.undo_ground import ADMIN, ended, figures, job_of, stands
from tests.data.intake.books import HOUSE, sound_book, told
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES, fill, month_label
from tests.moment import NOW
from tests.stores import copied

LATER = NOW + timedelta(hours=1)
BY_HAND = NOW + timedelta(minutes=90)
AT_LAST = NOW + timedelta(hours=2)
CADRE = Viewer("county", COUNTY)
HOME = 3  # the household of H0003


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(fill, own=True)


def book_of(engine: Engine, seed: int):
    with engine.connect() as connection:
        return random_book(connection, seed)


def every(engine: Engine, table, **where):
    with engine.connect() as connection:
        asked = select(table).filter_by(**where).order_by(*table.primary_key)
        return [dict(row) for row in connection.execute(asked).mappings()]


@pytest.mark.parametrize("seed", range(1, 4))
def test_taking_back_the_last_import_leaves_what_stood_before_it(county: Engine, tmp_path, seed: int):
    job_of(county, tmp_path / "a", book_of(county, seed), NOW, rebuild=True)
    before, counted = stands(county), figures(county)
    job = job_of(county, tmp_path / "b", book_of(county, seed + 50), LATER, rebuild=True)
    between = stands(county)
    assert sum(between[name] != before[name] for name in before) > 15
    plan = undo(county, ADMIN, job, now=AT_LAST)
    assert plan.standing == 0, plan.stands
    after, again = stands(county), figures(county)
    for name, rows in before.items():
        assert after[name] == rows, name
    for name, rows in counted.items():
        assert again[name] == rows, name


def apart(migrated_sqlite, folder) -> tuple[Engine, Engine]:
    """Two stores of the small county, each with the same first import."""
    first = open_engine(f"sqlite:///{copied(migrated_sqlite, folder / 'one.db')}")
    fill(first)
    job_of(first, folder / "a", book_of(first, 5), NOW)
    audit.flush(first)
    first.dispose()
    return first, open_engine(f"sqlite:///{copied(folder / 'one.db', folder / 'other.db')}")


def enter(engine: Engine, chance: random.Random) -> None:
    """What people enter at random: cells, lines, visits, measures, what holds of members from a day on."""
    for home in every(engine, model.household)[:30]:
        id, seen = home["id"], {name: home[name] for name in ("phone", "remark")}
        month = LAST - chance.randrange(30)
        line = one(engine, model.ledger, household_id=id, month=month) or {"transfer_pension_fen": None}
        amount = {"transfer_pension_fen": chance.randrange(1, 99_999)}
        visit = {"helper": "B1", "visited": "2026-11-20", "occasion": "日常走访", "content": "看望"}
        edits = [
            Edit("household", {"id": id}, seen, {"phone": f"1990000{chance.randrange(1000, 9999)}", "remark": "补"}),
            Edit("ledger", {"month": month}, {name: line[name] for name in amount}, amount),
            Edit("visit", {"code": f"V-{id}"}, None, visit),
            Edit("measure", {"code": f"C-{id}"}, None, {"category": "产业", "name": "养羊", "started": "2026-01-01"}),
        ]
        commit(engine, CADRE, id, chance.sample(edits, 3), what="补记", now=BY_HAND)
    for member in chance.sample(every(engine, model.member)[:60], 25):  # the same ones, wherever they are by now
        health, day = {"health": "长期慢性病"}, f"2026-11-{chance.randrange(10, 20)}"
        correct_member(engine, CADRE, member["household_id"], member["code"], member, health, since=day, now=BY_HAND)


@pytest.mark.parametrize("seed", range(2))
def test_what_people_entered_since_stands_and_all_else_is_as_before(migrated_sqlite, tmp_path, seed: int):
    """Beside a store that never saw the second import, and in which the same was entered."""
    beside, county = apart(migrated_sqlite, tmp_path)
    enter(beside, random.Random(seed))
    job = job_of(county, tmp_path / "b", book_of(county, seed + 70), LATER)
    enter(county, random.Random(seed))
    plan = undo(county, ADMIN, job, now=AT_LAST)
    expected, after = stands(beside), stands(county)
    for name, rows in expected.items():
        assert after[name] == rows, (name, plan.stands)
    assert plan.stands and {one.why for one in plan.stands} == {"之后有人改过，保留现在的内容"}
    assert [one for one in plan.stands if not one.who or one.at != BY_HAND.isoformat()] == []
    for engine in (beside, county):
        audit.flush(engine)
        engine.dispose()


NEW = {
    "户": [{"户编号": "H-new", "村代码": VILLAGES[0], "户主姓名": "钱某", "户类型": "脱贫户", "识别日期": "2015-01-01",
           "脱贫日期": "2019-06-01"}],
    "家庭成员": [{"人编号": f"M-{place}", "户编号": "H-new", "姓名": "钱某", "与户主关系": relation}
             for place, relation in enumerate(("户主", "子女"))],
    "收支": [{"户编号": "H-new", "月份": month_label(2), "科目": "养老金", "金额": "100"}],
}  # fmt: skip


def test_a_new_household_that_somebody_wrote_to_is_struck_off_and_what_he_wrote_stays(county: Engine, tmp_path):
    job = job_of(county, tmp_path / "b", NEW, NOW)
    id = one(county, model.household, code="H-new")["id"]
    line = Edit("ledger", {"month": LAST}, {"wage_work_fen": None}, {"wage_work_fen": 5})
    health = Edit("member_fact", {"member": "M-1", "item": "health", "day": "2026-11-20"}, None, {"value": "残疾"})
    commit(county, CADRE, id, [line, health], what="补记", now=BY_HAND)
    plan = undo(county, ADMIN, job, now=AT_LAST)
    assert [row["month"] for row in every(county, model.ledger, household_id=id)] == [LAST]
    (ended,) = every(county, model.household_event, household_id=id)
    assert (ended["day"], ended["kind"], ended["reason"]) == ("2015-01-01", "注销", "撤销新建")
    (left,) = every(county, model.member, household_id=id)
    assert (left["code"], left["gone_reason"]) == ("M-1", "其他") and left["gone"] is not None
    assert {one.sheet: (one.key, one.why) for one in plan.stands} == {
        "家庭成员": ("M-1", "已有成员状况，不能删去，按“离开”办理"),
        "户": ("H-new", "已有修改记录、收支、家庭成员，不能删去，按“注销”办理"),
    }
    assert plan.counts["户"].ended == plan.counts["家庭成员"].ended == 1 and plan.counts["家庭成员"].removed == 1
    assert told(county, id)[0][1] == "撤回导入"
    assert_as_rebuilt(county)
    assert {row["state"] for row in every(county, spells.state_spell, household_id=id)} <= {UNCOUNTED, EXITED}
    assert [row["kind"] for row in every(county, model.household_event, household_id=id)] == ["注销"]


def test_a_new_household_that_nobody_wrote_to_leaves_no_trace_and_its_number_is_given_to_no_other(county, tmp_path):
    job = job_of(county, tmp_path / "b", NEW, NOW)
    id = one(county, model.household, code="H-new")["id"]
    with writing(county) as connection:
        looked = {"actor": "county", "address": "", "view": "file", "households": [id], "now": NOW}
        audit.enter(connection, **looked)
    undo(county, ADMIN, job, now=AT_LAST)
    assert every(county, model.household, code="H-new") == [] == every(county, model.member, household_id=id)
    job_of(county, tmp_path / "c", NEW, AT_LAST)
    assert one(county, model.household, code="H-new")["id"] == id + 1


def test_a_row_that_the_import_took_away_comes_back(county: Engine, tmp_path):
    before = every(county, model.ledger, household_id=HOME)
    names = [name for name, (_, column) in SUBJECTS.items() if before[0][f"{column}_fen"] is not None]
    month = label(before[0]["month"])
    empty = [{"户编号": "H0003", "月份": month, "科目": name, "金额": "清空"} for name in names]
    job = job_of(county, tmp_path / "b", {"收支": empty}, NOW)
    assert every(county, model.ledger, household_id=HOME) == before[1:]
    plan = undo(county, ADMIN, job, now=AT_LAST)
    assert every(county, model.ledger, household_id=HOME) == before
    assert plan.counts["收支"].rows == 1 and plan.counts["收支"].cells == len(names)


def test_a_later_move_by_hand_keeps_the_move_it_builds_upon(county: Engine, tmp_path):
    home = one(county, model.household, id=HOME)
    second, third = [code for code in VILLAGES if code != home["village"]][:2]
    move = {"户编号": home["code"], "日期": "2026-05-01", "原村代码": home["village"], "新村代码": second}
    job = job_of(county, tmp_path / "b", {"户迁移": [move]}, NOW, rebuild=True)
    with county.connect() as connection:
        deed = lives.moves(connection, CADRE, HOME, third, day="2026-10-01", note="", today=NOW.date())
    lives.carry_out(county, CADRE, deed, now=BY_HAND)
    plan = undo(county, ADMIN, job, now=AT_LAST)
    assert one(county, model.household, id=HOME)["village"] == third
    assert [(row["origin"], row["village"]) for row in every(county, model.household_move, household_id=HOME)] == [
        (home["village"], second),
        (second, third),
    ]
    assert "之后又登记了新的变动，保留" in {one.why for one in plan.stands}
    assert_as_rebuilt(county)


def test_the_figures_of_closed_months_that_change_are_told_before(county: Engine, tmp_path):
    """Each as it is read before and after; those of the whole first, none of the month that runs."""
    lines = [{"户编号": f"H{n:04d}", "月份": month_label(3), "科目": "务工工资", "金额": "90000"} for n in range(1, 40)]
    visit = {"走访编号": "Z-1", "户编号": "H0003", "责任人编号": "B1", "日期": "2026-11-22", "事由": "日常走访"}
    job = job_of(county, tmp_path / "b", {"收支": lines, "走访": [visit]}, NOW, rebuild=True)
    plan = plan_undo(county, ADMIN, job, now=LATER)
    assert plan.moving >= len(plan.figures) == 40 and plan.figures[0].region == ""
    assert all(LAST - 3 <= one.month < LAST for one in plan.figures)
    assert {one.indicator for one in plan.figures} >= {"net_income_per_capita", "below_line_households"}
    asked = [(one.region, one.month, one.indicator) for one in plan.figures]
    with county.connect() as connection:
        before = [of_regions(connection, [at], month, [id])[at][id] for at, month, id in asked]
    undo(county, ADMIN, job, now=LATER)
    with county.connect() as connection:
        after = [of_regions(connection, [at], month, [id])[at][id] for at, month, id in asked]
    assert [(one.before, one.after) for one in plan.figures] == list(zip(before, after, strict=True))
    facts = plan.facts()
    assert facts["moving"] == plan.moving and len(facts["figures"]) == 40
    assert facts["figures"][0]["month"] == "2026年10月" and facts["figures"][0]["name"] == "全域"


def test_the_plan_tells_what_is_done_and_changes_nothing(county: Engine, tmp_path):
    job = job_of(county, tmp_path / "a", book_of(county, 9), NOW)
    before, counted = stands(county), figures(county)
    plan = plan_undo(county, ADMIN, job, now=LATER)
    assert stands(county) == before and figures(county) == counted
    assert plan.counts == undo(county, ADMIN, job, now=LATER).counts
    assert plan.counts["户"].removed == 4 and plan.counts["户"].rows > 4 and plan.counts["户"].cells > 12
    assert plan.examples["家庭成员"] and plan.standing == 0


def test_the_newest_goes_first_and_who_may_not_see_it_is_refused(county: Engine, tmp_path):
    first = job_of(county, tmp_path / "a", book_of(county, 9), NOW, region=COUNTY)
    second = job_of(county, tmp_path / "b", NEW, LATER, region=TOWNSHIPS[0])
    for does in (undo, plan_undo):
        with pytest.raises(Refused, match=r"2026-11-22 10:30 的第 2 次导入（b）。请从最近一次起依次撤回"):
            does(county, CADRE, first, now=AT_LAST)
        with pytest.raises(NotFound):
            does(county, Viewer("township", TOWNSHIPS[1]), second, now=AT_LAST)
        with pytest.raises(NoRight):
            does(county, Viewer("helper", TOWNSHIPS[0], helper="B1"), second, now=AT_LAST)
    undo(county, CADRE, second, now=AT_LAST)
    ended(county, second)
    with pytest.raises(Refused, match="没有写入数据"):
        undo(county, CADRE, second, now=AT_LAST)
    undo(county, CADRE, first, now=AT_LAST)


def test_a_later_import_of_other_villages_stands_in_nobodys_way(county: Engine, tmp_path):
    homes = {row["village"][:9]: row for row in every(county, model.household)}
    job_of(county, tmp_path / "before", sound_book(), NOW)  # who owns problems and tasks is made out once
    jobs = {}
    for number, (township, row) in enumerate(sorted(homes.items())):
        told_of = {"户编号": row["code"], "村代码": row["village"], "户主姓名": "改名", "户类型": row["type"]}
        jobs[township] = job_of(county, tmp_path / township, {"户": [told_of]}, NOW + timedelta(minutes=number))
    first, second = sorted(jobs)
    undo(county, ADMIN, jobs[first], now=AT_LAST)
    heads = {row["id"]: row["head"] for row in every(county, model.household)}
    assert heads[homes[first]["id"]] == homes[first]["head"]
    assert heads[homes[second]["id"]] == "改名"


def test_a_first_import_goes_but_for_what_somebody_entered_since(engine: Engine, tmp_path):
    """Tables that were empty have no journal."""
    job = job_of(engine, tmp_path / "a", sound_book(), NOW, rebuild=True)
    line = Edit("ledger", {"month": LAST}, {"wage_work_fen": None}, {"wage_work_fen": 5})
    commit(engine, CADRE, 1, [line], what="补记", now=BY_HAND)
    plan = undo(engine, ADMIN, job, now=AT_LAST)
    left = {name for name, rows in stands(engine).items() if rows}
    assert left == {"region", "household", "household_event", "ledger", "monitoring_line", "project", "person"} & left
    assert [row["code"] for row in every(engine, model.household)] == [HOUSE]
    assert [row["kind"] for row in every(engine, model.household_event)] == ["注销"]
    assert plan.counts["家庭成员"].removed == 2 and plan.counts["走访"].removed == 2
    assert [row["month"] for row in every(engine, model.ledger)] == [LAST]


def test_after_it_the_store_is_sound_and_its_log_vouches_for_everything(county: Engine, tmp_path):
    job = job_of(county, tmp_path / "a", book_of(county, 9), NOW, rebuild=True)
    id = one(county, model.household, code="9-0")["id"]
    commit(
        county, CADRE, id, [Edit("household", {"id": id}, {"remark": None}, {"remark": "补"})], what="补", now=BY_HAND
    )
    undo(county, ADMIN, job, now=AT_LAST)
    assert [one for one in check(county) if one.grave] == []
    assert verified(county).faults == []
    (line,) = [row for row in every(county, model.access_log) if row["ref"] == "import_run:2"]
    assert line["detail"].startswith("撤回第 1 次导入 · 改动 ") and line["actor"] == ADMIN.actor


class Killed(Exception):
    """The process ends here."""


@contextmanager
def killed_at(engine: Engine, number: int):
    """Whoever puts the statement of that number to the store is killed; yields what counts them."""
    count = [0]

    def put(connection, cursor, statement, parameters, context, executemany) -> None:
        count[0] += 1
        if count[0] == number:
            raise Killed

    event.listen(engine, "before_cursor_execute", put)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", put)


def test_killed_at_any_statement_it_has_changed_nothing(county: Engine, tmp_path, monkeypatch):
    monkeypatch.setattr(undoing, "count_regions", lambda *given, **options: None)  # its statements are others' matter
    job = job_of(county, tmp_path / "a", book_of(county, 9), NOW)
    before, runs = stands(county), every(county, model.import_run)
    with killed_at(county, 0) as count, pytest.raises(Killed):
        undo(county, ADMIN, job, now=AT_LAST, after=_die)
    assert count[0] > 150
    for number in range(1, count[0] + 1, count[0] // 12):
        with killed_at(county, number), pytest.raises(Killed):
            undo(county, ADMIN, job, now=AT_LAST)
        assert stands(county) == before and every(county, model.import_run) == runs, number
    undo(county, ADMIN, job, now=AT_LAST)
    assert stands(county) != before


def _die(connection, facts) -> None:
    raise Killed


def test_the_process_takes_a_job_back_and_tells_what_it_did(county: Engine, tmp_path):
    job = job_of(county, tmp_path / "a", NEW, NOW)
    with writing(county) as connection:
        connection.execute(model.import_job.update().values(work="undo", state="undoing"))
    assert run(county, job, WORKERS, clock=lambda: AT_LAST)
    held = one(county, model.import_job, id=job)
    facts = json.loads(held["facts"])["undone"]
    assert (held["state"], held["why"], held["run"]) == (UNDONE, "", 1) and facts["at"] == AT_LAST.isoformat()
    assert facts["counts"]["户"] == {"rows": 0, "cells": 0, "removed": 1, "returned": 0, "ended": 0, "stands": 0}
    assert facts["examples"]["家庭成员"] == ["M-0", "M-1"]
