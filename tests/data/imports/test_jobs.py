"""What is handed in goes its way: checked by a process of its own, decided by people, written once."""

import io
import time
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, Refused
from data.households.edits import Edit, commit
from data.imports import files, jobs, preview, running, spawning, workbooks
from data.imports.jobs import Wanted
from data.imports.preview import Filter
from data.intake import written
from data.regions.versions import version_of, versions
from data.store.process import beating
from data.workflow import Changed
from tests.data.imports.ground import (
    COUNTY,
    OTHER_TOWNSHIP,
    TOWNSHIP,
    VILLAGE,
    checked,
    clock,
    handed_in,
    job,
    stepped,
    worked,
)
from tests.data.intake.books import sound_book, write_xlsx
from tests.moment import NOW


@pytest.fixture
def book():
    return sound_book()


@pytest.fixture
def stored(engine, book, tmp_path):
    """A store with the sound workbook in it."""
    stepped(engine, checked(engine, tmp_path, book), "write")
    return engine


def households(engine):
    with engine.connect() as connection:
        return dict(connection.execute(select(model.household.c.code, model.household.c.head)).all())


def kinds(engine, one, viewer=COUNTY):
    found, total = preview.rows(engine, viewer, one.id, Filter())
    assert total == len(found)
    return {(row.sheet, row.key): row.state for row in found}


def test_nothing_is_written_before_somebody_says_so(engine, book, tmp_path):
    one = checked(engine, tmp_path, book)
    assert one.state == "draft" and one.work == "" and one.why == "" and one.facts["may"]
    assert households(engine) == {}
    assert set(kinds(engine, one).values()) == {"new"}
    assert one.facts["sheets"]["户"] == len(book["户"])
    assert one.facts["counts"] == {"new": sum(one.facts["counts"].values())}


def test_what_was_checked_is_written_with_its_run_and_its_steps(engine, book, tmp_path):
    one = stepped(engine, checked(engine, tmp_path, book), "write")
    assert one.state == "written" and one.work == "" and one.facts["written"]["changed"] > 5
    assert set(households(engine)) == {row["户编号"] for row in book["户"]}
    with engine.connect() as connection:
        run = connection.execute(select(model.import_run)).mappings().one()
        steps = [step.action for step in jobs.history(connection, COUNTY, one.id)]
    assert run["id"] == one.run
    assert steps == ["写入完成", "写入", "递交文件"]


def test_the_same_file_once_more_changes_nothing(stored, book, tmp_path):
    one = checked(stored, tmp_path, book)
    assert set(kinds(stored, one).values()) == {"same"}
    one = stepped(stored, one, "write")
    assert one.state == "written" and one.run is None and one.facts["written"]["changed"] == 0


def test_each_changed_cell_is_told_with_what_stands_and_what_it_becomes(stored, book, tmp_path):
    book["户"][0] |= {"户主姓名": "张四", "住址": "西头"}
    one = checked(stored, tmp_path, book)
    ((row),) = preview.rows(stored, COUNTY, one.id, Filter(state="changed"))[0]
    assert (row.sheet, row.line, row.key, row.place) == ("户", 2, book["户"][0]["户编号"], book["户"][0]["村代码"])
    assert [(cell.heading, cell.after) for cell in row.cells] == [("户主姓名", "张四"), ("住址", "西头")]
    assert row.cells[0].before == "张三"
    village = book["户"][0]["村代码"]
    assert preview.counts(stored, COUNTY, one.id, "12", Filter(state="changed")) == {village: {"changed": 1}}


def test_a_row_that_is_ticked_off_is_not_written_and_neither_is_what_hangs_on_it(engine, book, tmp_path):
    one, (gone, *_) = checked(engine, tmp_path, book), book["户"]
    ((row),) = [row for row in preview.rows(engine, COUNTY, one.id, Filter(sheet="户"))[0] if row.key == gone["户编号"]]
    preview.decide(engine, COUNTY, one.id, rows={row.id: False}, conflicts={})
    assert preview.decided(engine, COUNTY, one.id) == {"left": 1, "taken": 0}
    one = stepped(engine, one, "write")
    assert one.state == "written" and one.facts["written"]["left"] > 1
    assert set(households(engine)) == {other["户编号"] for other in book["户"][1:]}
    with engine.connect() as connection:
        owners = connection.execute(select(model.member.c.household_id).distinct()).scalars()
        assert set(owners) <= set(connection.execute(select(model.household.c.id)).scalars())


def enters(engine, before, after, at=NOW):
    """Somebody gives the first household another head at its door."""
    commit(engine, COUNTY, 1, [Edit("household", {}, {"head": before}, {"head": after})], what="核对户主", now=at)


def test_what_somebody_entered_since_is_a_conflict_and_stays_unless_it_is_ticked(stored, book, tmp_path):
    first = book["户"][0]
    enters(stored, "张三", "张五")
    first["户主姓名"] = "张四"
    one = checked(stored, tmp_path, book)
    ((conflict),) = preview.rows(stored, COUNTY, one.id, Filter(state="conflict"))[0]
    assert "张五" in conflict.issues[0].reason and not conflict.issues[0].taken
    kept = stepped(stored, one, "write")
    assert households(stored)[first["户编号"]] == "张五" and kept.facts["written"]["kept"] == 1

    one = checked(stored, tmp_path, book)
    ((conflict),) = preview.rows(stored, COUNTY, one.id, Filter(state="conflict"))[0]
    preview.decide(stored, COUNTY, one.id, rows={}, conflicts={conflict.issues[0].id: True})
    taken = stepped(stored, one, "write")
    assert households(stored)[first["户编号"]] == "张四" and taken.facts["written"]["taken"] == 1


def test_a_conflict_that_was_ticked_does_not_undo_what_was_entered_after_that(stored, book, tmp_path):
    first = book["户"][0]
    enters(stored, "张三", "张五")
    first["户主姓名"] = "张四"
    one = checked(stored, tmp_path, book)
    ((conflict),) = preview.rows(stored, COUNTY, one.id, Filter(state="conflict"))[0]
    preview.decide(stored, COUNTY, one.id, rows={}, conflicts={conflict.issues[0].id: True})
    enters(stored, "张五", "张六", NOW + timedelta(minutes=5))
    stepped(stored, one, "write")
    assert households(stored)[first["户编号"]] == "张六"


def test_a_file_with_faults_is_not_written_but_its_good_rows_may_be(engine, book, tmp_path):
    book["户"].append({**book["户"][0], "户编号": "H-坏", "村代码": "990181999999"})
    one = checked(engine, tmp_path, book)
    assert not one.facts["may"] and one.facts["refusals"] and one.facts["marked"]
    ((refused),) = preview.rows(engine, COUNTY, one.id, Filter(state="refused"))[0]
    assert (refused.key, refused.name, refused.line) == ("H-坏", "张三", len(book["户"]) + 1)
    with pytest.raises(Refused):
        jobs.step(engine, COUNTY, one.id, "write", version=one.version, now=NOW)
    one = stepped(engine, one, "answer", answers={"valid_rows": "1"})
    assert one.facts["may"]
    stepped(engine, one, "write")
    assert "H-坏" not in households(engine) and len(households(engine)) == len(book["户"]) - 1


def test_a_village_hands_in_and_its_township_writes(stored, book, tmp_path):
    one = checked(stored, tmp_path, {"户": [{**book["户"][0], "住址": "东头"}]}, VILLAGE)
    with pytest.raises(Refused, match="乡镇"):
        jobs.step(stored, VILLAGE, one.id, "write", version=one.version, now=NOW)
    one = stepped(stored, one, "submit", VILLAGE)
    assert one.state == "submitted"
    with stored.connect() as connection:
        submitted = Wanted(state="submitted")
        assert [jobs.jobs(connection, who, submitted)[1] for who in (TOWNSHIP, OTHER_TOWNSHIP)] == [1, 0]
    with pytest.raises(NotFound):
        jobs.step(stored, OTHER_TOWNSHIP, one.id, "write", version=one.version, now=NOW)
    with pytest.raises(Refused, match="原因"):
        jobs.step(stored, TOWNSHIP, one.id, "return", version=one.version, now=NOW)
    one = stepped(stored, one, "return", TOWNSHIP, reason="住址不对")
    one = stepped(stored, one, "submit", VILLAGE)
    assert stepped(stored, one, "write", TOWNSHIP).state == "written"


def test_what_waits_for_a_township_is_asked_anew_when_a_village_hands_in(stored, book, tmp_path):
    def version():
        with stored.connect() as connection:
            return version_of(versions(connection, TOWNSHIP.region), TOWNSHIP.region)

    one, before = checked(stored, tmp_path, {"户": [{**book["户"][0], "住址": "东头"}]}, VILLAGE), version()
    one = stepped(stored, one, "submit", VILLAGE)
    submitted = version()
    stepped(stored, one, "return", TOWNSHIP, reason="住址不对")
    assert before < submitted < version()


def test_a_tab_that_was_open_before_is_told_who_was_first(engine, book, tmp_path):
    one = checked(engine, tmp_path, book)
    stepped(engine, one, "write")
    with pytest.raises(Changed):
        jobs.step(engine, COUNTY, one.id, "withdraw", version=one.version, now=NOW)


@pytest.mark.parametrize("role", ["display", "helper", "stranger", "household", "borrower"])
def test_who_may_not_import_hands_nothing_in(engine, role):
    with pytest.raises(NoRight):
        jobs.hand_in(engine, Viewer(role, ""), "workbook", [("a.xlsx", io.BytesIO(b"x"))], now=NOW)
    with engine.connect() as connection, pytest.raises(NoRight):
        jobs.jobs(connection, Viewer(role, ""))


def test_a_township_may_not_hand_in_boundaries(engine):
    with pytest.raises(NoRight):
        jobs.hand_in(engine, TOWNSHIP, "boundaries", [("a.zip", io.BytesIO(b"x"))], now=NOW)
    assert not list((files.folder(engine, 1).parent).glob("*"))


def test_where_another_import_was_quicker_the_files_are_checked_once_more_and_written(
    stored, book, tmp_path, monkeypatch
):
    slow = checked(stored, tmp_path, {"户": [{**book["户"][0], "住址": "东头"}]})
    kept = workbooks._kept

    def meanwhile(work):
        found = kept(work)
        monkeypatch.setattr(workbooks, "_kept", kept)
        stepped(stored, checked(stored, tmp_path, {"户": [{**book["户"][1], "住址": "西头"}]}), "write")
        return found

    monkeypatch.setattr(workbooks, "_kept", meanwhile)
    assert stepped(stored, slow, "write").state == "written"
    with stored.connect() as connection:
        places = dict(connection.execute(select(model.household.c.code, model.household.c.address)).all())
    assert places == {book["户"][0]["户编号"]: "东头", book["户"][1]["户编号"]: "西头"}


# the process


def test_one_job_is_in_the_hands_of_one_process(engine, book, tmp_path):
    id = handed_in(engine, [write_xlsx(tmp_path / "a.xlsx", book)])
    first, second = (running._Hand(engine, id, clock) for _ in range(2))
    assert first.take() and not second.take()
    assert running.forsaken(engine, clock) == []
    assert running.forsaken(engine, lambda: NOW + timedelta(minutes=2)) == [id]


def test_one_from_before_the_clock_was_set_back_holds_nobody_up(engine, book, tmp_path):
    id = handed_in(engine, [write_xlsx(tmp_path / "a.xlsx", book)])
    assert running._Hand(engine, id, lambda: NOW + timedelta(days=1)).take()
    assert running.forsaken(engine, clock) == [id]
    assert running._Hand(engine, id, clock).take()


def test_a_store_that_is_locked_for_a_while_ends_no_signs_of_life():
    beats = []

    def beat():
        beats.append(len(beats))
        if len(beats) == 1:
            raise OperationalError("locked", None, Exception("locked"))

    with beating(beat, every=0.01, name="beat"):
        while len(beats) < 3:
            time.sleep(0.01)
    assert beats[:3] == [0, 1, 2]


def test_a_process_that_died_is_followed_by_another_that_does_it_once(engine, book, tmp_path, monkeypatch):
    one = checked(engine, tmp_path, book)
    jobs.step(engine, COUNTY, one.id, "write", version=one.version, now=NOW)

    def dies(*_arguments, **_options):
        raise KeyboardInterrupt

    for place in ("settle_persons", "settle_matters", "count_again", "record_run"):
        monkeypatch.setattr(written, place, dies)
        with pytest.raises(KeyboardInterrupt):
            worked(engine, one.id)
        assert households(engine) == {}
        assert running.forsaken(engine, clock) == [one.id]
        monkeypatch.undo()
    assert worked(engine, one.id)
    assert job(engine, one.id).state == "written" and len(households(engine)) == len(book["户"])
    assert not worked(engine, one.id)
    with engine.connect() as connection:
        assert len(connection.execute(select(model.import_run.c.id)).all()) == 1


def test_a_job_that_kills_its_process_three_times_is_given_back_to_people(engine, book, tmp_path):
    id = handed_in(engine, [write_xlsx(tmp_path / "a.xlsx", book)])
    for minutes in (0, 2, 4):
        at = NOW + timedelta(minutes=minutes)
        assert running._Hand(engine, id, lambda at=at: at).take()
    assert worked(engine, id, at=lambda: NOW + timedelta(minutes=6))
    one = job(engine, id)
    assert "三次" in one.why and one.work == ""


def test_what_nobody_wants_any_more_is_stopped(engine, book, tmp_path, monkeypatch):
    id = handed_in(engine, [write_xlsx(tmp_path / "a.xlsx", book)])
    monkeypatch.setattr(running._Hand, "wait_for_room", lambda hand: hand.stopping.set())
    assert worked(engine, id)
    assert "停止" in job(engine, id).why


def test_an_error_of_ours_is_a_number_and_tells_nothing_of_people(engine, book, tmp_path, monkeypatch, caplog):
    id = handed_in(engine, [write_xlsx(tmp_path / "a.xlsx", book)])
    work = {("workbook", "check"): lambda work: 1 / 0}
    assert running.run(engine, id, work, clock=clock)
    assert "编号" in job(engine, id).why


# the files


def test_files_keep_their_names_without_paths_and_stand_apart(engine, tmp_path):
    given = [(name, io.BytesIO(name.encode())) for name in ("../../a.xlsx", "C:\\x\\a.xlsx", "a.xlsx", "<b>\u202e.csv")]
    id = jobs.hand_in(engine, COUNTY, "workbook", given, now=NOW)
    names = [file.name for file in files.given(engine, id)]
    assert sorted(names) == ["<b>.csv", "a (2).xlsx", "a (3).xlsx", "a.xlsx"]
    for file in files.given(engine, id):
        assert file.parent.parent == files.folder(engine, id)
        assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_empty_too_much_or_too_large_is_not_taken(engine, monkeypatch):
    def given(*contents):
        return [(f"{number}.csv", io.BytesIO(content)) for number, content in enumerate(contents)]

    for contents, why in (((), "没有选"), ((b"",), "空文件"), ((b"x",) * 41, "最多")):
        with pytest.raises(Refused, match=why):
            jobs.hand_in(engine, COUNTY, "workbook", given(*contents), now=NOW)
    monkeypatch.setattr(files, "LIMIT_MB", 1)
    with pytest.raises(Refused, match="合计"):
        jobs.hand_in(engine, COUNTY, "workbook", given(b"x" * 2**20, b"y"), now=NOW)
    home = files.folder(engine, 1).parent
    assert not home.exists() or not list(home.iterdir())


def test_an_upload_that_broke_off_is_cleared_away_and_files_go_when_their_time_is_over(engine, book, tmp_path):
    one = checked(engine, tmp_path, book)
    received, _ = files.receive(engine, [("a.csv", io.BytesIO(b"x"))])
    spawning.tend(engine, lambda: NOW)
    assert files.given(engine, one.id)
    files.sweep(engine, {one.id}, received.stat().st_mtime + 1)
    assert not received.exists() and files.given(engine, one.id)
    spawning.tend(engine, lambda: NOW + timedelta(days=400))
    assert files.given(engine, one.id) == [] and job(engine, one.id).emptied


def test_the_list_is_found_by_file_state_and_kind(engine, book, tmp_path):
    one = checked(engine, tmp_path, book)
    with engine.connect() as connection:
        for wanted, count in (
            (Wanted(), 1),
            (Wanted(text="表0"), 1),
            (Wanted(text="没有"), 0),
            (Wanted(state="written"), 0),
        ):
            found, total = jobs.jobs(connection, COUNTY, wanted)
            assert len(found) == total == count
        assert jobs.jobs(connection, TOWNSHIP)[1] == 0
    assert one.who == "县级干部"
