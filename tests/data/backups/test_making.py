"""A backup is put down with what it holds; one that fails, or dies, is told as that and leaves no half file."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from data import model
from data.access.actors import COMMAND, TIMER
from data.access.viewer import Viewer
from data.archives import files as archive_files
from data.audit.chain import LogBroken
from data.audit.state import state_file
from data.audit.verify import log_end
from data.backups import making, runs, work
from data.backups.work import BACKUP, LOG_END
from data.commands.parser import main
from data.errors import NoRight, NotFound, Refused
from data.store.engine import ROOT, beside, writing
from tests.data.backups.ground import ADMIN, county_of, listed, made, put
from tests.data.small_county import COUNTY
from tests.moment import NOW


@pytest.fixture
def county(filled: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return county_of(filled, tmp_path, monkeypatch)


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "backup").iterdir() if path.name != "archives"}


def state(engine: Engine, now: datetime = NOW) -> runs.State:
    with engine.connect() as connection:
        return runs.state(connection, ADMIN, now)


def test_what_it_holds_is_put_down_with_it(county: Engine, tmp_path: Path):
    run = made(county)
    assert run.good and run.lies() and run.actor == ADMIN.actor and run.made == NOW
    assert run.size == run.file.stat().st_size and run.digest == hashlib.sha256(run.file.read_bytes()).hexdigest()
    with county.connect() as connection:
        assert run.facts["rows"]["visit"] == connection.execute(select(func.count()).select_from(model.visit)).scalar()
        assert run.facts["version"] == connection.execute(select(model.data_version.c.version)).scalar()
        assert run.facts["log_end"] == log_end(connection)
        cube = connection.execute(text("SELECT * FROM cube WHERE region = '' ORDER BY month DESC")).mappings().first()
    assert run.facts["figures"]["households"] == cube["households"] > 0
    assert run.facts["archives"] == {"copied": 3, "standing": 0, "missing": 0}
    assert Path(f"{run.file}{LOG_END}").read_text() == f"{run.facts['log_end']}\n"
    assert files(tmp_path) == {run.file.name, f"{run.file.name}{LOG_END}"}
    assert run.file.stat().st_mode & 0o777 == 0o600


def test_it_stands_in_the_log_and_the_line_in_the_copy(county: Engine):
    run = made(county, actor=TIMER)
    with county.connect() as connection:
        line = connection.execute(select(model.access_log).order_by(model.access_log.c.id.desc())).first()
    assert (line.actor, line.view) == (TIMER, "backup") and run.file.name in line.detail
    assert run.facts["log_end"].startswith(f"{line.id}·")


def test_what_is_written_while_it_is_copied_is_neither_in_the_copy_nor_in_its_figures(county: Engine, monkeypatch):
    asked = making.facts_of

    def written_between(connection):
        facts = asked(connection)
        with writing(county) as other:
            other.execute(model.visit.delete())
        return facts

    monkeypatch.setattr(making, "facts_of", written_between)
    run = made(county)
    monkeypatch.undo()
    assert run.facts["rows"]["visit"] > 0
    assert made(county, NOW + timedelta(days=1)).facts["rows"]["visit"] == 0


def test_age_and_sizes_are_those_of_the_last_good_one(county: Engine):
    none = state(county)
    assert none.newest is None and none.age is None and none.late
    first = made(county)
    later = state(county, NOW + timedelta(hours=5))
    assert later.newest == first and later.age == timedelta(hours=5) and not later.late
    second = made(county, NOW + timedelta(days=1))
    stale = state(county, NOW + timedelta(days=9))
    assert stale.newest == second and stale.age == timedelta(days=8) and stale.late
    assert stale.sizes == (first.size, second.size)


def test_one_made_before_the_clock_was_set_back_has_no_age(county: Engine):
    made(county, NOW + timedelta(days=400))
    told = state(county)
    assert told.newest is not None and told.age is None and told.late
    again = made(county)
    assert state(county).newest == again and not state(county).late


def test_two_at_the_same_second_have_a_file_each(county: Engine):
    first, second = made(county), made(county)
    assert first.file != second.file and first.lies() and second.lies()


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "磁盘已满"), (errno.EROFS, "只读"), (errno.EIO, "读写出错")]
)
def test_one_that_cannot_be_written_is_told_in_a_sentence_and_leaves_nothing(
    county: Engine, tmp_path: Path, monkeypatch, number: int, words: str
):
    good = made(county)

    def refuse(*_arguments):
        raise OSError(number, os.strerror(number))

    archive_files.place(tmp_path / "backup" / "archives", _digest(tmp_path)).unlink()
    monkeypatch.setattr(archive_files.os, "replace", refuse)
    with pytest.raises(Refused):
        made(county, NOW + timedelta(days=1))
    failed = listed(county)[0]
    assert words in failed.why and len(failed.why.splitlines()) == 1 and not failed.digest and not failed.good
    assert files(tmp_path) == {good.file.name, f"{good.file.name}{LOG_END}"}
    told = state(county, NOW + timedelta(days=1))
    assert told.newest == good and told.failed == failed
    assert work.at_work(county, NOW + timedelta(days=1)) is None


def _digest(folder: Path) -> str:
    return next(path.name for path in (folder / "kept").glob("??/*") if "." not in path.name)


def test_a_disk_that_was_taken_out_is_not_written_beside(county: Engine, tmp_path: Path):
    (tmp_path / "backup").rename(tmp_path / "gone")
    with pytest.raises(Refused, match="不存在"):
        made(county)
    assert not (tmp_path / "backup").exists() and "不存在" in listed(county)[0].why


def test_where_no_folder_is_set_they_lie_beside_the_store_for_its_owner_alone(county: Engine):
    put(county, backup_folder="")
    run = made(county)
    assert run.file.parent == beside(county, "backups") and run.file.parent.stat().st_mode & 0o777 == 0o700


def test_a_log_that_was_tampered_with_stops_people_and_not_the_timetable(county: Engine):
    put(county, backup_kept="日=1,周=0,月=0")
    old = made(county)
    state_file(county).write_text("{}")
    with pytest.raises(LogBroken):
        making.order_backup(county, ADMIN, address="10.0.0.7", now=NOW)
    with pytest.raises(LogBroken):
        made(county, NOW + timedelta(days=1), actor=COMMAND)
    assert work.at_work(county, NOW) is None
    run = made(county, NOW + timedelta(days=2), actor=TIMER)
    assert run.lies() and old.lies()  # nothing older goes meanwhile


def test_older_ones_are_thinned_and_put_down_as_removed_and_what_the_command_made_stays(county: Engine, tmp_path: Path):
    put(county, backup_kept="日=2,周=0,月=0")
    by_hand = made(county, NOW - timedelta(days=9), actor=COMMAND)
    all_of_them = [made(county, NOW + timedelta(days=day)) for day in range(4)]
    assert [one.lies() for one in all_of_them] == [False, False, True, True]
    removed = {one.id: one.removed for one in listed(county)}
    assert [bool(removed[one.id]) for one in all_of_them] == [True, True, False, False]
    assert by_hand.lies() and not removed[by_hand.id]
    assert files(tmp_path) == {f"{one.file.name}{end}" for one in (by_hand, *all_of_them[2:]) for end in ("", LOG_END)}


def test_those_of_the_last_day_stay_all(county: Engine):
    put(county, backup_kept="日=1,周=0,月=0")
    hourly = [made(county, NOW + timedelta(hours=hour)) for hour in range(0, 48, 12)]
    assert [one.lies() for one in hourly] == [False, False, True, True]


def test_the_last_one_that_lies_there_stays_though_a_newer_one_is_gone(county: Engine):
    put(county, backup_kept="日=1,周=0,月=0")
    first = made(county)
    second = made(county, NOW + timedelta(days=1))
    assert not first.lies()
    second.file.unlink()
    third = made(county, NOW + timedelta(days=2))
    assert third.lies()
    making.thin(county, third.file.parent, NOW)
    assert third.lies()


def test_the_last_that_a_restore_proved_is_never_removed(county: Engine):
    put(county, backup_kept="日=1,周=0,月=0")
    proven = made(county)
    with writing(county) as connection:
        told = runs.Drill("2026-11-22T10:00:00", 3, (runs.Proof(runs.RESTORED, runs.PROVEN, ""),))
        runs.enter_drill(connection, proven.id, told)
    later = [made(county, NOW + timedelta(days=day)) for day in (1, 2)]
    assert proven.lies() and [one.lies() for one in later] == [False, True]


def test_one_is_at_work_at_a_time(county: Engine):
    ordered = work.take(county, BACKUP, making.next_file(county, NOW), actor="admin", now=NOW)
    with pytest.raises(Refused, match="正在备份"):
        work.take(county, BACKUP, making.next_file(county, NOW), actor="admin", now=NOW)
    assert work.at_work(county, NOW) == ordered
    work.end(county, ordered.worker)
    assert work.at_work(county, NOW) is None


def test_one_whose_process_died_is_told_as_not_finished_and_its_half_file_goes(county: Engine, tmp_path: Path):
    ordered = work.take(county, BACKUP, making.next_file(county, NOW), actor=TIMER, now=NOW)
    for end in (".partial", ".partial-journal"):
        Path(f"{ordered.file}{end}").write_bytes(b"half")
    soon = NOW + work.SILENT - timedelta(seconds=1)
    work.settle(county, soon)
    assert work.at_work(county, soon) is not None and listed(county) == []
    later = NOW + work.SILENT
    assert work.at_work(county, later) is None
    work.settle(county, later)
    work.settle(county, later)
    (told,) = listed(county)
    assert "没有完成" in told.why and told.actor == TIMER and told.made == NOW
    assert files(tmp_path) == set()


def test_one_that_was_given_up_for_dead_and_lives_leaves_nothing(county: Engine, tmp_path: Path, monkeypatch):
    ordered = work.take(county, BACKUP, making.next_file(county, NOW), actor=ADMIN.actor, now=NOW)
    copied = making.back_up

    def long(*arguments, **options):
        work.settle(county, NOW + timedelta(hours=1))
        return copied(*arguments, **options)

    monkeypatch.setattr(making, "back_up", long)
    with pytest.raises(Refused, match="判定中断"):
        making.make(county, ordered, clock=lambda: NOW)
    assert files(tmp_path) == set() and not any(one.good for one in listed(county))


_SLOW = """
import sys, time
from data.backups import making
from data.commands.parser import main
copied = making.back_up
def back_up(engine, target, *rest, **options):
    open(f"{target}.partial", "wb").write(b"half")
    print("copying", flush=True)
    time.sleep(600)
making.back_up = back_up
sys.exit(main(sys.argv[1:]))
"""


def test_killed_in_the_middle_it_leaves_no_half_file_and_the_next_goes_through(county: Engine, tmp_path: Path):
    ordered = work.take(county, BACKUP, making.next_file(county, NOW), actor=ADMIN.actor, now=NOW)
    environment = {**os.environ, "WARROOM_DATABASE_URL": county.url.render_as_string(hide_password=False)}
    call = [sys.executable, "-c", _SLOW, "backup", "--ordered", ordered.worker]
    process = subprocess.Popen(call, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "copying\n"
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    assert files(tmp_path) == {f"{ordered.file.name}.partial"}
    much_later = datetime(2100, 1, 1)  # its signs of life were of the real clock
    run = made(county, much_later)
    assert [one.why == "" for one in listed(county)] == [True, False]
    assert files(tmp_path) == {run.file.name, f"{run.file.name}{LOG_END}"}


def test_ordered_on_the_page_a_process_of_its_own_makes_it(county: Engine):
    ordered = making.order_backup(county, ADMIN, address="10.0.0.7", now=NOW)
    with county.connect() as connection:
        line = connection.execute(select(model.access_log).order_by(model.access_log.c.id.desc())).first()
    assert (line.actor, line.address, line.view) == (ADMIN.actor, "10.0.0.7", "backup")
    _wait_for(lambda: listed(county))
    (run,) = listed(county)
    assert run.lies() and run.file == ordered.file and run.made == NOW
    _wait_for(lambda: work.at_work(county, NOW) is None)


def _wait_for(what: Callable[[], object], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("role", ["county", "township", "village", "helper", "display"])
def test_who_may_not_administer_backups_orders_none(county: Engine, role: str):
    for order in (making.order_backup, making.order_drill):
        with pytest.raises(NoRight):
            order(county, Viewer(role, COUNTY), address="10.0.0.7", now=NOW)
    assert work.at_work(county, NOW) is None


def test_without_a_backup_there_is_nothing_to_drill(county: Engine):
    with pytest.raises(NotFound, match="还没有备份"):
        making.order_drill(county, ADMIN, address="10.0.0.7", now=NOW)


def test_the_command_without_a_file_goes_where_it_is_set(county: Engine, tmp_path: Path, capsys):
    url = county.url.render_as_string(hide_password=False)
    assert main(["--database", url, "backup", "--key-to", str(tmp_path / "apart.key")]) == 0
    (run,) = listed(county)
    assert run.actor == COMMAND and run.lies() and run.file.parent == tmp_path / "backup"
    assert str(run.file) in capsys.readouterr().out
    assert state(county).key_saved == (run.at, str(tmp_path / "apart.key"))
