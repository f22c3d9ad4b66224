"""Edits of a household: whole or not at all, seen at once in every figure, taken back, never over what others wrote."""

import json
import re
import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Engine, event, func, select

from data import model
from data.access.actors import actor_name
from data.access.masks import mask_phone
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope, Refused
from data.figures import cube
from data.households.edits import Conflict, Edit, commit, undo
from data.households.history import history
from data.months import label
from data.store.engine import is_sqlite, writing
from tests.data.households.ground import assert_as_rebuilt, derived, household_with_members, one
from tests.data.small_county import COUNTY, LAST, TODAY, VILLAGES, fill
from tests.moment import NOW
from tests.source_code import ROOT, sources

CADRE = Viewer("county", COUNTY)
NEW_VISIT = {"helper": "B1", "visited": "2026-11-20", "occasion": "日常走访", "content": "看望"}


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(fill, own=True)


EVERY_KIND: dict[str, tuple[Sequence[Edit], ...]] = {
    "a visit": ([Edit("visit", {"code": "V-new"}, None, NEW_VISIT)],),
    "a line in the running month": (
        [Edit("ledger", {"month": LAST}, {"wage_work_fen": None}, {"wage_work_fen": 123_400})],
    ),
    "a problem": (
        [
            Edit(
                "problem",
                {"code": "P-new"},
                None,
                {"source": "排查", "category": "住房", "description": "漏雨", "found": "2026-11-01",
                 "deadline": "2026-11-10", "owner": "赵某"},
            )
        ],
    ),
    "a measure": (
        [Edit("measure", {"code": "S-new"}, None, {"category": "产业", "name": "养羊", "started": "2026-01-01"})],
    ),
    "an assurance": ([Edit("assurance", {"item": "food", "checked": "2026-11-01"}, None, {"secure": 1})],),
    "archive material": (
        [Edit("archive", {}, None, {"digest": "00", "kind": "其他", "title": "图", "media_type": "image/png", "size": 1,
                                    "added": "2026-11-22T08:00:00"})],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_after_every_kind_of_write_and_after_taking_it_back_the_cube_is_as_rebuilt(county: Engine, kind: str):
    with county.connect() as connection:
        before = derived(connection)
        month = {"household_id": 3, "month": LAST}
        connection.execute(select(model.ledger).filter_by(**month)).first()
    with writing(county) as connection:
        connection.execute(model.ledger.delete().where(model.ledger.c.household_id == 3, model.ledger.c.month == LAST))
        cube.rebuild(connection, today=TODAY)
        before = derived(connection)
    for edits in EVERY_KIND[kind]:
        done = commit(county, CADRE, 3, edits, what=kind, now=NOW)
    if kind in ("a visit", "a line in the running month", "a problem"):
        with county.connect() as connection:
            assert derived(connection)["cube"] != before["cube"]
    assert_as_rebuilt(county)
    undo(county, CADRE, done, now=NOW)
    with county.connect() as connection:
        assert derived(connection) == before


def test_a_measure_written_under_a_kind_of_the_first_edition_is_taken_back_and_comes_back_as_what_it_is_now(
    county: Engine,
):
    written = {"category": "教育", "name": "助学金", "started": "2026-01-01"}
    done = commit(county, CADRE, 3, [Edit("measure", {"code": "S-old"}, None, written)], what="加措施", now=NOW)
    assert json.loads(one(county, model.change, id=done)["edits"])[0]["after"]["category"] == "教育"
    assert one(county, model.measure, code="S-old")["category"] == "其他教育"
    gone = undo(county, CADRE, done, now=NOW)
    with county.connect() as connection:
        assert connection.execute(select(model.measure).filter_by(code="S-old")).first() is None
    undo(county, CADRE, gone, now=NOW)
    assert one(county, model.measure, code="S-old")["category"] == "其他教育"


def test_a_corrected_household_and_member_move_the_figures_as_a_rebuild_would(county: Engine):
    id = household_with_members(county)
    facts, member = one(county, model.household, id=id), one(county, model.member, household_id=id)
    changed = {"type": "未脱贫户", "identified": "2020-02-02", "lifted": None, "relapsed": None, "risk_removed": None}
    edits = [
        Edit("household", {"id": id}, {name: facts[name] for name in changed}, changed),
        Edit("household", {"id": id}, {"housing_safe": facts["housing_safe"]}, {"housing_safe": 0}),
        Edit(
            "member",
            {"code": member["code"]},
            {"medical_insured": member["medical_insured"], "schooling": None},
            {"medical_insured": 0, "schooling": "辍学"},
        ),
    ]
    edits[2].before["schooling"] = member["schooling"]
    commit(county, CADRE, id, edits, what="改信息", now=NOW)
    assert_as_rebuilt(county)
    assert one(county, model.household, id=id)["type"] == "未脱贫户"


def test_the_first_of_its_kind_and_one_that_is_the_first_no_more_move_the_beginnings(engine: Engine):
    fill(engine)
    with writing(engine) as connection:
        connection.execute(model.visit.delete())
        connection.execute(model.problem.delete())
        connection.execute(model.household.update().values(housing_safe=None))
        cube.rebuild(connection, today=TODAY)
        before = derived(connection)
    done = []
    for day in ("2026-11-02", "2025-03-05"):
        done.append(
            commit(
                engine, CADRE, 5, [Edit("visit", {"code": day}, None, NEW_VISIT | {"visited": day})], what="走", now=NOW
            )
        )
        assert_as_rebuilt(engine)
    done.append(
        commit(
            engine,
            CADRE,
            9,
            [Edit("household", {"id": 9}, {"housing_safe": None}, {"housing_safe": 0})],
            what="房",
            now=NOW,
        )
    )
    done.append(commit(engine, CADRE, 5, EVERY_KIND["a problem"][0], what="问题", now=NOW))
    assert_as_rebuilt(engine)
    for change in reversed(done):
        undo(engine, CADRE, change, now=NOW)
        assert_as_rebuilt(engine)
    with engine.connect() as connection:
        assert derived(connection) == before


def test_a_store_without_any_income_takes_its_first_lines_and_grows_a_year_of_books(engine: Engine):
    fill(engine)
    with writing(engine) as connection:
        money = (model.fund_payment, model.fund_plan, model.fund)
        for table in (model.ledger, model.project_return, model.visit, model.problem, *money):
            connection.execute(table.delete())
        cube.rebuild(connection, today=TODAY)
    for month in (LAST - 3, LAST - 8, LAST, LAST - 11):
        edit = Edit("ledger", {"month": month}, {"wage_work_fen": None}, {"wage_work_fen": 50_000})
        done = commit(engine, CADRE, 4, [edit], what="收支", now=NOW)
        assert_as_rebuilt(engine)
    undo(engine, CADRE, done, now=NOW)
    assert_as_rebuilt(engine)


def test_the_first_line_of_a_month_leaves_the_cube_as_rebuilt(county: Engine):
    with writing(county) as connection:
        connection.execute(model.ledger.delete().where(model.ledger.c.month >= LAST))
        connection.execute(model.project_return.delete().where(model.project_return.c.month >= LAST))
        cube.rebuild(connection, today=TODAY)
    edit = Edit("ledger", {"month": LAST}, {"wage_work_fen": None}, {"wage_work_fen": 1})
    commit(county, CADRE, 4, [edit], what="收支", now=NOW)
    assert_as_rebuilt(county)


def test_a_month_emptied_again_is_no_month_on_record(county: Engine):
    key = {"household_id": 4, "month": LAST}
    held = one(county, model.ledger, **key) or dict.fromkeys(model.ledger.columns.keys())
    amounts = {name: value for name, value in held.items() if name.endswith("_fen")}
    commit(county, CADRE, 4, [Edit("ledger", key, amounts, {**amounts, "wage_work_fen": 7})], what="记", now=NOW)
    commit(county, CADRE, 4, [Edit("ledger", key, amounts | {"wage_work_fen": 7}, None)], what="清", now=NOW)
    assert one(county, model.ledger, **key) is None
    assert_as_rebuilt(county)


def test_months_outside_the_calendar_are_refused(county: Engine):
    with county.connect() as connection:
        first = connection.execute(select(func.min(model.month.c.month))).scalar_one()
    line = {"wage_work_fen": None}, {"wage_work_fen": 1}
    for month, said in ((first - 1, "导入"), (LAST + 1, "之后")):
        with pytest.raises(Refused, match=said):
            commit(county, CADRE, 4, [Edit("ledger", {"month": month}, *line)], what="收支", now=NOW)
    for day in (f"{label(first - 1)}-05", "2026-12-01"):
        with pytest.raises(Refused):
            commit(
                county,
                CADRE,
                4,
                [Edit("visit", {"code": "V"}, None, NEW_VISIT | {"visited": day})],
                what="走访",
                now=NOW,
            )


def test_names_and_id_numbers_carry_their_search_columns(county: Engine):
    id = household_with_members(county)
    member = one(county, model.member, household_id=id)
    edits = [
        Edit("household", {"id": id}, {"head": "张某某"}, {"head": "单小红"}),
        Edit(
            "member",
            {"code": member["code"]},
            {"name": "李某", "id_number": None},
            {"name": "王五", "id_number": "99018119650308001x"},
        ),
    ]
    done = commit(county, CADRE, id, edits, what="改", now=NOW)
    assert one(county, model.household, id=id)["initials"] == "sxh"
    now = one(county, model.member, code=member["code"])
    assert (now["initials"], now["id_tail"], now["household_id"]) == ("ww", "08001X", id)
    undo(county, CADRE, done, now=NOW)
    back = one(county, model.member, code=member["code"])
    assert (back["name"], back["initials"], back["id_tail"]) == ("李某", "lm", None)


def test_the_second_of_two_editors_is_told_what_the_first_wrote_and_can_still_save(county: Engine):
    base = Edit("household", {"id": 3}, {"phone": None}, {"phone": "111"})
    commit(county, Viewer("village", one(county, model.household, id=3)["village"]), 3, [base], what="改电话", now=NOW)
    mine = Edit("household", {"id": 3}, {"phone": None, "remark": None}, {"phone": "222", "remark": "在外务工"})
    with pytest.raises(Conflict) as told:
        commit(county, CADRE, 3, [mine], what="改电话", now=NOW)
    difference = told.value.differences[0]
    assert (difference.label, difference.before, difference.after) == ("联系电话", "未填", "****11")
    assert told.value.who.startswith("village:")
    assert one(county, model.household, id=3)["phone"] == "111"
    commit(county, CADRE, 3, told.value.rebased, what="改电话", now=NOW)
    assert one(county, model.household, id=3)["phone"] == "222"


def test_edits_of_other_fields_do_not_disturb_each_other(county: Engine):
    commit(county, CADRE, 3, [Edit("household", {"id": 3}, {"phone": None}, {"phone": "111"})], what="电话", now=NOW)
    commit(county, CADRE, 3, [Edit("household", {"id": 3}, {"remark": None}, {"remark": "备"})], what="备注", now=NOW)
    held = one(county, model.household, id=3)
    assert (held["phone"], held["remark"]) == ("111", "备")


def test_of_two_who_write_at_once_one_wins_and_the_other_is_told(county: Engine):
    start, outcome = threading.Barrier(2), []

    def write(phone: str) -> None:
        start.wait()
        try:
            commit(
                county, CADRE, 3, [Edit("household", {"id": 3}, {"phone": None}, {"phone": phone})], what=phone, now=NOW
            )
            outcome.append(("won", phone))
        except Conflict as conflict:
            outcome.append(("told", conflict.differences[0].after))

    threads = [threading.Thread(target=write, args=(phone,)) for phone in ("111", "222")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won, told) = sorted(outcome, reverse=True)
    assert (won[0], told[0]) == ("won", "told")
    assert won[1] == one(county, model.household, id=3)["phone"] and told[1] == mask_phone(won[1])


def test_many_who_write_at_once_to_one_village_leave_the_cube_as_rebuilt(county: Engine):
    with county.connect() as connection:
        ids = (
            connection.execute(select(model.household.c.id).where(model.household.c.village.in_(VILLAGES[:2])).limit(8))
            .scalars()
            .all()
        )
    failures = []
    if is_sqlite(county):  # a slow machine lets the last one wait longer than an official would
        event.listen(county, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 600000"))
        county.dispose()

    def write(id: int) -> None:
        try:
            for turn in range(2):
                commit(
                    county, CADRE, id, [Edit("visit", {"code": f"V{id}-{turn}"}, None, NEW_VISIT)], what="走访", now=NOW
                )
        except Exception as error:
            failures.append(error)

    version = one(county, model.data_version)["version"]
    threads = [threading.Thread(target=write, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert one(county, model.data_version)["version"] == version + 2 * len(ids)
    assert_as_rebuilt(county)


def test_a_crash_before_the_cube_is_fresh_leaves_nothing_of_the_write(county: Engine, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    with county.connect() as connection:
        before = derived(connection)
    monkeypatch.setattr(cube, "refresh", crash)
    with pytest.raises(KeyboardInterrupt):
        commit(county, CADRE, 3, [Edit("visit", {"code": "V-new"}, None, NEW_VISIT)], what="走访", now=NOW)
    monkeypatch.undo()
    assert one(county, model.visit, code="V-new") is None
    with county.connect() as connection:
        assert history(connection, CADRE, 3).total == 0
        assert derived(connection) == before


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # PostgreSQL waits for the import to end
def test_a_store_held_by_an_import_says_so(engine: Engine):
    fill(engine)

    def briefly(connection, _record) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    event.listen(engine, "connect", briefly)
    engine.dispose()
    with writing(engine), pytest.raises(Refused, match="导入"):
        commit(engine, CADRE, 3, [Edit("visit", {"code": "V-new"}, None, NEW_VISIT)], what="走访", now=NOW)


def test_nobody_writes_to_a_household_that_is_not_his(county: Engine):
    village = one(county, model.household, id=3)["village"]
    elsewhere = next(code for code in VILLAGES if code != village)
    edit = [Edit("visit", {"code": "V-new"}, None, NEW_VISIT)]
    said = []
    for viewer, id in (
        (Viewer("village", elsewhere), 3),
        (Viewer("village", elsewhere), 999_999),
        (Viewer("helper", COUNTY, "nobody"), 3),
    ):
        with pytest.raises(NotFound) as refused:
            commit(county, viewer, id, edit, what="走访", now=NOW)
        said.append(str(refused.value))
    assert len(set(said)) == 1
    for role in ("display", "stranger", "household"):
        with pytest.raises(OutOfScope):
            commit(county, Viewer(role, COUNTY), 3, edit, what="走访", now=NOW)
    done = commit(county, CADRE, 3, edit, what="走访", now=NOW)
    with pytest.raises(NotFound):
        undo(county, Viewer("village", elsewhere), done, now=NOW)
    with pytest.raises(OutOfScope):
        undo(county, Viewer("display", COUNTY), done, now=NOW)
    with county.connect() as connection:
        with pytest.raises(NotFound):
            history(connection, Viewer("village", elsewhere), 3)
        with pytest.raises(OutOfScope):
            history(connection, Viewer("display", COUNTY), 3)


def test_a_record_of_another_household_cannot_be_reached_through_ones_own(county: Engine):
    with county.connect() as connection:
        visit = connection.execute(select(model.visit).where(model.visit.c.household_id != 3)).mappings().first()
    for edit in (
        Edit("visit", {"code": visit["code"]}, {"content": visit["content"]}, {"content": "改"}),
        Edit("visit", {"code": visit["code"]}, {"content": visit["content"]}, None),
    ):
        with pytest.raises(NotFound):
            commit(county, CADRE, 3, [edit], what="走访", now=NOW)
    for edit in (
        Edit("household", {"id": 3}, {"village": VILLAGES[0]}, {"village": VILLAGES[1]}),
        Edit("project", {"code": "J1"}, None, {"name": "x"}),
        Edit("visit", {"code": "V"}, {"household_id": 3}, {"household_id": 4}),
    ):
        with pytest.raises(ValueError):
            commit(county, CADRE, 3, [edit], what="走访", now=NOW)
    commit(county, CADRE, 4, [Edit("household", {"id": 3}, {"phone": None}, {"phone": "4"})], what="电话", now=NOW)
    assert one(county, model.household, id=3)["phone"] is None


UNFIT = [
    Edit("visit", {"code": "V"}, None, NEW_VISIT | {"helper": "nobody"}),
    Edit("visit", {"code": "V"}, None, NEW_VISIT | {"occasion": None}),
    Edit("visit", {"code": "V"}, None, NEW_VISIT | {"content": "a\x00b"}),
    Edit("visit", {"code": "V"}, None, NEW_VISIT | {"content": "\ud83d"}),
    Edit("visit", {"code": "V"}, None, NEW_VISIT | {"content": "长" * 10_001}),
    Edit("ledger", {"month": LAST}, {"wage_work_fen": None}, {"wage_work_fen": -1}),
    Edit("household", {"id": 3}, {"lon": None}, {"lon": float("nan")}),
]


def test_what_the_store_cannot_hold_is_refused_in_a_sentence(county: Engine):
    held = one(county, model.ledger, household_id=3, month=LAST)
    for edit in UNFIT:
        if edit.table == "ledger":
            edit = Edit("ledger", edit.key, {"wage_work_fen": held and held["wage_work_fen"]}, edit.after)
        with pytest.raises(Refused):
            commit(county, CADRE, 3, [edit], what="试", now=NOW)
    assert one(county, model.change) is None


def test_what_was_taken_back_can_be_put_back_and_nothing_is_taken_back_twice(county: Engine):
    done = commit(county, CADRE, 3, [Edit("visit", {"code": "V-new"}, None, NEW_VISIT)], what="记走访", now=NOW)
    back = undo(county, CADRE, done, now=NOW)
    assert one(county, model.visit, code="V-new") is None
    with pytest.raises(Refused, match="已经撤销"):
        undo(county, CADRE, done, now=NOW)
    undo(county, CADRE, back, now=NOW)
    assert one(county, model.visit, code="V-new")["content"] == "看望"
    with county.connect() as connection:
        page = history(connection, CADRE, 3)
    assert [change.what for change in page.changes] == ["恢复：记走访", "撤销：记走访", "记走访"]
    assert [change.undone for change in page.changes] == [False, True, True]


def test_what_was_changed_since_is_not_taken_back(county: Engine):
    done = commit(
        county, CADRE, 3, [Edit("household", {"id": 3}, {"phone": None}, {"phone": "111"})], what="电话", now=NOW
    )
    commit(county, CADRE, 3, [Edit("household", {"id": 3}, {"phone": "111"}, {"phone": "222"})], what="电话", now=NOW)
    with pytest.raises(Refused, match="又改过"):
        undo(county, CADRE, done, now=NOW)
    assert one(county, model.household, id=3)["phone"] == "222"


def test_a_visit_taken_back_takes_its_photos_out_of_sight_and_brings_them_back(county: Engine):
    done = commit(county, CADRE, 3, [Edit("visit", {"code": "V-new"}, None, NEW_VISIT)], what="记走访", now=NOW)
    photo = EVERY_KIND["archive material"][0][0]
    commit(county, CADRE, 3, [Edit("archive", {}, None, photo.after | {"visit": "V-new"})], what="照片", now=NOW)
    back = undo(county, CADRE, done, now=NOW)
    hidden = one(county, model.archive)
    assert hidden["visit"] is None and hidden["hidden"]
    undo(county, CADRE, back, now=NOW)
    assert (one(county, model.archive)["visit"], one(county, model.archive)["hidden"]) == ("V-new", None)


def test_the_history_tells_who_when_what_before_and_after(county: Engine):
    id = household_with_members(county)
    member = one(county, model.member, household_id=id)
    village = one(county, model.household, id=id)["village"]
    number = "990181196503080015"
    edits = [
        Edit(
            "member",
            {"code": member["code"]},
            {"id_number": None, "medical_insured": member["medical_insured"]},
            {"id_number": number, "medical_insured": 1 - (member["medical_insured"] or 0)},
        ),
    ]
    commit(county, Viewer("village", village), id, edits, what="改信息", now=NOW)
    with county.connect() as connection:
        told = history(connection, CADRE, id).changes[0]
        kept = json.loads(connection.execute(select(model.change.c.edits)).scalar_one())
        assert actor_name(connection, "helper:990181:B1") == "帮扶责任人 · 王某"
        assert actor_name(connection, "stranger::") == "路人"
    assert told.who.startswith("村干部 · 示范村")
    first = told.differences[0]
    assert (first.record, first.label, first.before) == ("家庭成员 李某", "证件号码", "未填")
    assert number not in str(told) and first.after == "990181********0015"
    assert kept[0]["after"]["id_number"] == number  # so that it can be taken back


def test_the_history_comes_in_pages(county: Engine):
    for turn in range(12):
        phone = {"phone": str(turn - 1) if turn else None}, {"phone": str(turn)}
        commit(county, CADRE, 3, [Edit("household", {"id": 3}, *phone)], what=f"第{turn}次", now=NOW)
    with county.connect() as connection:
        first, second = (history(connection, CADRE, 3, page) for page in (1, 2))
        assert (first.total, first.pages, history(connection, CADRE, 3, 99).page) == (12, 2, 2)
    assert [change.what for change in (*first.changes, *second.changes)] == [f"第{n}次" for n in range(11, -1, -1)]


def test_the_history_of_households_has_one_writer():
    inserting = re.compile(r"\binsert\((model\.)?change\)|\bchange\.insert\(|INSERT INTO change\b")
    assert [str(path) for path in sources("data", "components") if inserting.search((ROOT / path).read_text())] == [
        "data/households/edits.py"
    ]
