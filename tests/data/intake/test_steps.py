"""监测步骤: cases of a workbook that were half-way land where they were; what cannot be is refused; nothing is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from data import model
from data.access.viewer import Viewer
from data.audit.verify import verified
from data.imports.undo import undo
from data.intake import import_files
from data.intake.checked import check_files
from data.monitoring.cases import case as whole_case
from data.monitoring.delays import delays_of
from data.workbook.exporting import export_workbook
from tests.data.imports.undo_ground import job_of, stands
from tests.data.intake.books import HOUSE, OTHER_HOUSE, OTHER_VILLAGE, sound_book, write_xlsx
from tests.moment import NOW

ADMIN = Viewer("admin", "")
NEW = f"{HOUSE}-JC1"


def take(engine, path, **options):
    return import_files(engine, [path], **{"now": NOW, "rebuild": False, **options})


def book_of(tmp_path, steps, *, episode=None, name="a.xlsx"):
    book = sound_book()
    book["监测步骤"] = steps
    if episode is not None:
        book["监测"][0] |= episode
    return write_xlsx(tmp_path / name, book)


def step(word, day, *, code=NEW, **more):
    return {"监测编号": code, "步骤": word, "日期": day, **more}


def case(engine, code=NEW):
    with engine.connect() as connection:
        asked = select(model.monitoring_case).where(model.monitoring_case.c.code == code)
        return connection.execute(asked).mappings().one()


def steps(engine, code=NEW):
    of = model.case_step.c
    with engine.connect() as connection:
        asked = select(of.day, of.action, of.before, of.after, of.actor, of.at).order_by(of.day, of.id)
        return connection.execute(asked.where(of.case_id == case(engine, code)["id"])).all()


IN = [
    ("立案", "2026-10-12", "checking"), ("入户核查", "2026-10-14", "checking"), ("信息比对", "2026-10-16", "checking"),
    ("民主评议", "2026-10-20", "discussed"), ("公示", "2026-10-21", "public"), ("上报", "2026-10-27", "reported"),
    ("乡镇审核", "2026-10-30", "county"), ("县级审定", "2026-11-04", "decided"),
]  # fmt: skip


@pytest.mark.parametrize("until", range(1, len(IN) + 1))
def test_a_case_that_is_half_way_is_where_its_last_step_left_it(engine, tmp_path, until):
    told = IN[:until]
    result = take(engine, book_of(tmp_path, [step(word, day) for word, day, _ in told]))
    assert (result.refusals, result.warnings) == ([], [])
    held = case(engine)
    assert (held["state"], held["began"], held["village"]) == (told[-1][2], told[0][1], "990181001001")
    assert held["since"] == next(day for _, day, after in told if after == told[-1][2])
    assert held["public_until"] == ("2026-10-26" if told[-1][2] == "public" else None)
    assert [row.after for row in steps(engine)] == [after for *_, after in told]
    assert {(row.actor, row.at[:10]) for row in steps(engine)} == {("command", NOW.date().isoformat())}


def test_words_of_officials_are_read_for_the_step_that_they_mean_at_its_place(engine, tmp_path):
    told = [
        step("申请", "2024-02-01", code="JC1"), step("评议", "2024-02-20", code="JC1"),
        step("公示", "2024-02-21", code="JC1"), step("乡镇审核", "2024-02-27", code="JC1", 结果="退回"),
        step("民主评议", "2024-02-28", code="JC1"), step("纳入", "2024-03-05", code="JC1"),
        step("提出消除", "2026-10-08", code="JC1"), step("评议", "2026-10-12", code="JC1"),
        step("公示", "2026-10-13", code="JC1"),
    ]  # fmt: skip
    result = take(engine, book_of(tmp_path, told))
    assert (result.refusals, result.warnings) == ([], [])
    assert [row.action for row in steps(engine, "JC1")] == [
        "begin", "discuss", "publish", "return", "discuss", "include", "propose", "removal_discuss", "removal_publish",
    ]  # fmt: skip
    held = case(engine, "JC1")
    assert (held["state"], held["removal"], held["kind"]) == ("removal_public", "帮扶消除", "边缘易致贫户")
    assert held["public_until"] == "2026-10-18"


def test_what_is_watched_by_监测_is_watched_whatever_steps_are_missing(engine, tmp_path):
    take(engine, book_of(tmp_path, [step("民主评议", "2024-02-20", code="JC1")]))
    assert (case(engine, "JC1")["state"], case(engine, "JC1")["since"]) == ("watched", "2024-03-05")


def test_a_removal_is_told_by_both_sheets(engine, tmp_path):
    out = [step("纳入", "2024-03-05", code="JC1"), step("风险消除", "2025-06-03", code="JC1")]
    result = take(engine, book_of(tmp_path, out))
    assert [(one.row, one.column) for one in result.refusals] == [(3, "步骤")]
    assert "“监测”表里却没有消除日期" in result.refusals[0].reason
    gone = {"消除日期": "2025-06-03", "消除方式": "帮扶消除"}
    assert take(engine, book_of(tmp_path, out, episode=gone, name="b.xlsx")).wrote
    assert (case(engine, "JC1")["state"], case(engine, "JC1")["removal"]) == ("removed", "帮扶消除")


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (step("民主评议", "2026-10-20", 应到="40", 实到="41"), "实到", "实到多于应到（40）"),
        (step("民主评议", "2026-10-20", 实到="30", 同意="28", 不同意="3"), "同意", "同意与不同意合计多于实到（30）"),
        (step("民主评议", "2026-12-20"), "日期", "日期在今天之后"),
        (step("开会", "2026-10-20"), "步骤", "不在可选范围内"),
        (step("入户核查", "2026-10-20", code="X1"), "监测编号", "监测编号写成 户编号-JC1"),
        (step("公告纳入", "2026-10-20"), "步骤", "须在“监测”表里有这个编号"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason(engine, tmp_path, row, column, reason):
    result = take(engine, book_of(tmp_path, [row]))
    assert [one.column for one in result.refusals] == [column]
    assert reason in result.refusals[0].reason and not result.wrote


def test_another_day_than_监测_says_is_told(engine, tmp_path):
    result = take(engine, book_of(tmp_path, [step("纳入", "2024-03-01", code="JC1")]))
    assert result.wrote and "识别日期是 2024-03-05" in result.warnings[0].reason


def test_steps_go_out_and_come_in_again_without_changing_anything(engine, tmp_path):
    rows = [step(word, day, 办理人="王五", 结果="属实") for word, day, _ in IN]
    rows[3] |= {"应到": "45", "实到": "41", "同意": "40", "不同意": "1"}
    take(engine, book_of(tmp_path, rows))
    with engine.connect() as connection:
        counts = export_workbook(connection, ADMIN, tmp_path / "out.xlsx", now=NOW)
    assert (counts["监测步骤"], counts["收支参考"]) == (len(rows), 1)
    before = steps(engine), case(engine)
    again = take(engine, tmp_path / "out.xlsx", now=NOW + timedelta(days=1))
    assert (again.changed, again.refusals, again.conflicts) == (0, [], [])
    assert (steps(engine), case(engine)) == before


def test_a_later_file_takes_a_case_on_and_mends_what_it_said(engine, tmp_path):
    take(engine, book_of(tmp_path, [step(word, day) for word, day, _ in IN[:4]]))
    more = [step(word, day) for word, day, _ in IN[3:6]]
    more[0] |= {"应到": "45", "实到": "41", "同意": "41"}
    result = take(engine, book_of(tmp_path, more, name="b.xlsx"), now=NOW + timedelta(days=1))
    assert result.wrote and result.conflicts == []
    assert (case(engine)["state"], case(engine)["version"]) == ("reported", 3)
    with engine.connect() as connection:
        of = model.case_step.c
        votes = select(of.entitled, of.present, of.agreed).where(of.action == "discuss")
        assert connection.execute(votes).all() == [(45, 41, 41)]


def test_a_step_that_somebody_took_since_is_a_conflict(engine, tmp_path):
    take(engine, book_of(tmp_path, [step(word, day) for word, day, _ in IN[:3]]))
    later = (NOW + timedelta(hours=2)).isoformat()
    with engine.begin() as connection:
        mine = {"case_id": case(engine)["id"], "at": later, "day": "2026-10-20", "actor": "village:990181001001",
                "action": "discuss", "before": "checking", "after": "discussed", "entitled": 45, "present": 40,
                "agreed": 40, "against": 0}  # fmt: skip
        connection.execute(model.case_step.insert().values(mine))
    votes = {"应到": "45", "实到": "41", "同意": "40"}
    path = book_of(tmp_path, [step("民主评议", "2026-10-20", **votes)], name="b.xlsx")
    result = take(engine, path, now=NOW + timedelta(days=1), as_of=NOW.isoformat())
    assert [(one.column, one.value) for one in result.conflicts] == [("实到", "41")]
    assert f"{NEW} 民主评议 2026-10-20 在系统里是“40”" in result.conflicts[0].reason


def test_a_village_brings_no_steps_of_another(engine, tmp_path):
    book = sound_book()
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    rows = [step("入户核查", "2026-11-10"), step("入户核查", "2026-11-11", code=f"{OTHER_HOUSE}-JC7")]
    path = write_xlsx(tmp_path / "b.xlsx", {"监测步骤": rows})
    refusals = check_files(engine, [path], now=NOW, area=OTHER_VILLAGE).findings.refusals
    assert [(one.row, one.column) for one in refusals] == [(2, "监测编号")]
    assert "不属于西村" in refusals[0].reason


def test_a_step_that_a_file_brought_is_not_told_as_written_down_late(engine, tmp_path):
    take(engine, book_of(tmp_path, [step(word, day) for word, day, _ in IN]))
    with engine.connect() as connection:
        told = whole_case(connection, Viewer("admin", "", person=1), case(engine)["id"], NOW.date())
    assert [one.late for one in told.steps] == [0] * len(IN)


def test_what_an_import_told_of_a_case_is_taken_back_and_the_log_vouches_for_what_stands(engine, tmp_path):
    job_of(engine, tmp_path / "a", {**sound_book(), "监测步骤": [step(word, day) for word, day, _ in IN[:4]]}, NOW)
    before = stands(engine)
    more = [step(word, day, 应到="45", 实到="41") for word, day, _ in IN[3:6]]
    other = step("入户核查", "2026-11-10", code=f"{OTHER_HOUSE}-JC2")
    job = job_of(engine, tmp_path / "b", {"监测步骤": [*more, other]}, NOW + timedelta(hours=1))
    assert case(engine)["state"] == "reported" and case(engine, f"{OTHER_HOUSE}-JC2")["state"] == "checking"
    assert undo(engine, ADMIN, job, now=NOW + timedelta(hours=2)).standing == 0
    assert stands(engine) == before
    assert verified(engine).faults == []


def test_steps_of_one_day_stand_in_the_order_of_the_way_and_no_step_of_a_file_is_late_by_its_place_in_it(
    engine, tmp_path
):
    told = [*IN[:6], ("县级审定", "2026-10-30", "decided"), ("乡镇审核", "2026-10-30", "county")]
    take(engine, book_of(tmp_path, [step(word, day) for word, day, _ in reversed(told)]))
    assert case(engine)["state"] == "decided"
    assert [row.action for row in steps(engine)][-2:] == ["township", "county"]
    with engine.connect() as connection:
        held = whole_case(connection, ADMIN, case(engine)["id"], NOW.date())
        late, _ = delays_of(connection, held.began, held.steps)
    assert [one.day for one in held.steps] == sorted(one.day for one in held.steps)
    assert [one.before for one in held.steps[1:]] == [one.after for one in held.steps[:-1]]
    assert late == {}


def test_a_later_file_tells_more_of_a_day_that_stands(engine, tmp_path):
    take(engine, book_of(tmp_path, [step("入户核查", "2026-10-14")]))
    take(engine, book_of(tmp_path, [step("民主评议", "2026-10-14")], name="b.xlsx"))
    take(engine, book_of(tmp_path, [step("立案", "2026-10-14")], name="c.xlsx"))
    assert case(engine)["state"] == "discussed"
    assert [row.after for row in steps(engine)] == ["checking", "discussed", "discussed"]
