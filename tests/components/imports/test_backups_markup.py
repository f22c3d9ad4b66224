"""How backups stand, in words: the age first, grave where the timetable is not kept or the file is gone."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from components.drawing.theme import LIGHT
from components.imports.backups_markup import Place, age_text, drill_markup, runs_markup, size_text, state_markup
from data.backups.runs import FAILED, OPEN, PROVEN, RESTORED, Drill, Proof, Run, State
from data.backups.timetable import Timetable
from tests.moment import NOW


def run(file: Path, *, at: str = "2026-11-22T02:00:05", why: str = "", drill: Drill | None = None) -> Run:
    return Run(1, at, "timer:", file, file.stat().st_size if file.is_file() else 9, "0" * 64, None, why, drill, None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a.db").write_bytes(b"x" * 2000)
    return tmp_path / "a.db"


def told(newest: Run | None, *, now: datetime = NOW, free: int | None = 10**9, demonstration: bool = False) -> str:
    table = Timetable(1, 2)
    last = newest.made if newest else None
    age = now - last if last and last <= now else None
    sizes = (newest.size,) if newest else ()
    drilled = newest if newest and newest.drill else None
    state = State(newest, age, None, drilled, table, table.due_at(now, last), table.late(now, last), sizes, None)
    place = Place(Path("/backup"), False, free)
    return state_markup(state, place, now=now, demonstration=demonstration, palette=LIGHT)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "刚刚"), (timedelta(minutes=59), "59 分钟前"),
        (timedelta(hours=47, minutes=59), "47 小时前"), (timedelta(hours=48), "2 天前"),
        (timedelta(days=400), "400 天前"),
    ],
)  # fmt: skip
def test_an_age_is_said_in_the_unit_that_tells_it(age: timedelta, words: str):
    assert age_text(age) == words


def test_a_size_is_said_in_the_unit_that_tells_it():
    assert [size_text(size) for size in (900, 2048, 5_872_026, 3 * 2**30)] == ["1 KB", "2 KB", "5.6 MB", "3.0 GB"]


def test_one_of_this_night_is_calm_and_says_when_the_next_comes(file: Path):
    words = told(run(file))
    assert "grave" not in words and "7 小时前备份过" in words and "每天 2:00，下一次 明天 2:00" in words


def test_one_that_is_late_gone_or_none_is_grave(file: Path):
    late = told(run(file, at="2026-11-19T02:00:05"))
    assert "grave" in late and "超过定时备份的间隔" in late
    gone = told(run(file.with_name("gone.db")))
    assert "grave" in gone and "文件不在原处" in gone
    assert "grave" in told(None) and "还没有备份" in told(None)
    ahead = told(run(file, at="2027-11-22T02:00:05"))
    assert "grave" in ahead and "请检查服务器的时钟" in ahead


def test_demonstration_data_miss_no_timetable():
    assert "grave" not in told(None, demonstration=True) and "演示数据不定时备份" in told(None, demonstration=True)


def test_a_disk_that_is_nearly_full_or_away_is_pointed_out(file: Path):
    assert "wrong" in told(run(file), free=5000) and "约 2 份" in told(run(file), free=5000)
    assert "文件夹不在" in told(run(file), free=None)


def test_what_a_drill_found_stands_thing_by_thing_and_nothing_of_it_is_markup(file: Path):
    proofs = (Proof(RESTORED, PROVEN, "好"), Proof("数字", FAILED, "<b>坏</b>"), Proof("日志", OPEN, "没看"))
    drill = Drill("2026-11-22T10:00:00", 75, proofs)
    words = drill_markup(run(file, drill=drill), drill)
    assert words.count("<li") == 3 and "没有通过，用时 75 秒" in words and "<b>坏" not in words
    assert "没有通过" in told(run(file, drill=drill))


def test_one_that_failed_says_why_in_its_row(file: Path):
    words = runs_markup([run(file), run(file, why="磁盘已满<script>")], {"timer:": "定时"})
    assert "完好" in words and "磁盘已满&lt;script&gt;" in words
