"""Data taken away as a job: made in a process of its own, in the log before it can be fetched, gone in half an hour."""

import json
import stat
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, delete, select

from components.imports import taking as taken_away
from components.imports.taking import Taking, start
from components.shell import jobs as shell_jobs
from data.access import jobs
from data.access.jobs import CANCELLED, FAILED, FINISHED, Job
from data.access.viewer import Viewer
from data.errors import Refused
from data.model import access_log
from data.model.transient import job as job_row
from data.store.engine import beside, writing
from data.store.transient import transient_engine
from data.workbook import apart
from data.workbook.exporting import export_workbook
from data.workbook.orders import DATA, TEMPLATE, Order, counts_of
from data.workbook.part import Part
from data.workbook.sheets import HOUSEHOLD, LEDGER, SHEET
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, fill
from tests.moment import NOW, clock

pytestmark = pytest.mark.filled(by=fill)

TOWN = Viewer("township", TOWNSHIPS[0], person=7)
SOME = Order(DATA, Part(TOWNSHIPS[0], (HOUSEHOLD, LEDGER), (LAST - 2, LAST)))


@pytest.fixture(autouse=True)
def no_jobs_left(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(shell_jobs, "PULSE", 0.05)
    yield
    with writing(transient_engine(engine)) as connection:
        connection.execute(delete(job_row))  # who works at one finds it gone
    until(lambda: all(thread.name != "job-pulse" for thread in threading.enumerate()))
    transient_engine(engine).dispose()


def until(done: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it does not come to an end"
        time.sleep(0.02)


def begun(engine: Engine, order: Order = SOME, viewer: Viewer = TOWN, name: str = "数据.xlsx", rows: int = 10) -> str:
    taking = Taking(order, f"示范镇 {TOWNSHIPS[0]}", "核对数据", "导出人 张三", "10.0.0.7")
    return start(engine, viewer, taking, name, rows, clock)


def ended(engine: Engine, id: str, viewer: Viewer = TOWN) -> Job:
    def over() -> bool:
        job = jobs.find(engine, viewer, id, NOW)
        return job is not None and not job.at_work

    until(over)
    found = jobs.find(engine, viewer, id, NOW)
    assert found is not None
    return found


def lines(engine: Engine) -> list[tuple]:
    line = access_log.c
    with engine.connect() as connection:
        asked = select(line.actor, line.address, line.detail).where(line.view == "export").order_by(line.id)
        return [tuple(row) for row in connection.execute(asked)]


def content(path: Path) -> dict[str, list]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names if name in SHEET}


def test_a_job_makes_the_same_file_as_the_command_and_stands_in_the_log(engine: Engine, tmp_path: Path):
    job = ended(engine, begun(engine))
    path = jobs.file(engine, TOWN, job.id, NOW)
    with engine.connect() as connection:
        counts = export_workbook(connection, TOWN, tmp_path / "same.xlsx", part=SOME.part, now=NOW)
        assert counts_of(connection, TOWN, SOME) == counts
    assert (job.state, job.size, job.facts["rows"]) == (FINISHED, path.stat().st_size, f"{sum(counts.values()):,}")
    assert path.name == "数据.xlsx" and content(path) == content(tmp_path / "same.xlsx")
    what, filters = "完整数据（含证件号码、电话全号）", "户、收支；2026年9月至2026年11月；用途：核对数据"
    left = f"{what} · 示范镇 {TOWNSHIPS[0]} · 筛选：{filters} · {sum(counts.values()):,} 行"
    assert lines(engine) == [("person:7", "10.0.0.7", left)]


def test_what_it_made_is_its_owners_alone_and_lies_nowhere_else(engine: Engine):
    job = ended(engine, begun(engine))
    path = jobs.file(engine, TOWN, job.id, NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]
    for other in (Viewer("township", TOWNSHIPS[0], person=8), Viewer("county", COUNTY), Viewer("admin", "")):
        with pytest.raises(Refused, match="已经清除"):
            jobs.file(engine, other, job.id, NOW)


def test_after_half_an_hour_the_file_is_gone(engine: Engine):
    job = ended(engine, begun(engine))
    path = jobs.file(engine, TOWN, job.id, NOW)
    later = NOW + jobs.KEPT + timedelta(seconds=1)
    with pytest.raises(Refused):
        jobs.file(engine, TOWN, job.id, later)
    (beside(engine, "made") / "left by one that died").mkdir()
    jobs.sweep(engine, NOW)
    assert path.exists() and list(path.parent.parent.iterdir()) == [path.parent]
    jobs.sweep(engine, later)
    assert not path.exists() and not list(path.parent.parent.iterdir())


def test_a_filled_template_is_made_so_too(engine: Engine):
    order = Order(TEMPLATE, Part(TOWNSHIPS[0]), filled=True, periods=(LAST,))
    path = jobs.file(engine, TOWN, ended(engine, begun(engine, order, name="模板.xlsx")).id, NOW)
    sheets = content(path)
    assert len(sheets[HOUSEHOLD]) > 20 and len(sheets[LEDGER]) > 20 and len(sheets["走访"]) == 1
    assert lines(engine)[0][2].startswith("已填入的数据模板（含证件号码、电话全号）")


def test_who_asks_for_anothers_region_is_told_so_and_nothing_is_made(engine: Engine):
    job = ended(engine, begun(engine, Order(DATA, Part(TOWNSHIPS[1]))))
    assert (job.state, job.size) == (FAILED, 0) and "不在您的查看范围内" in job.why
    assert lines(engine) == [] and not (beside(engine, "made") / job.id).exists()


def test_a_job_that_is_taken_back_leaves_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    begin = threading.Event()

    def slow(_work: object, _done: int) -> None:
        begin.set()
        until(lambda: _work.stop.is_set())
        _work.told(0)

    monkeypatch.setattr(taken_away, "_told", slow)
    id = begun(engine)
    until(begin.is_set)
    assert (beside(engine, "made") / id).exists()
    jobs.cancel(engine, TOWN, id)
    assert ended(engine, id).state == CANCELLED
    assert lines(engine) == [] and not (beside(engine, "made") / id).exists()


def test_a_process_that_dies_is_told_in_a_sentence(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(apart, "ROOT", Path("/"))  # where there is no such module
    job = ended(engine, begun(engine))
    assert (job.state, job.why) == (FAILED, "文件没有生成完，请重试；仍不行时，请按乡镇、按工作表分开导出。")


def test_what_does_not_stand_in_the_log_does_not_leave(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: object, **__: object) -> None:
        raise Refused("日志写不进去。")

    monkeypatch.setattr(taken_away.audit, "leaves", fails)
    job = ended(engine, begun(engine))
    assert (job.state, job.why, job.size) == (FAILED, "日志写不进去。", 0)
    assert not (beside(engine, "made") / job.id).exists()


def test_the_process_is_told_by_its_input_and_nothing_of_it_stands_in_its_call(engine: Engine, monkeypatch):
    called = []
    popen = apart.subprocess.Popen

    def noted(command: list[str], **options: object) -> object:
        called.append(command)
        return popen(command, **options)

    monkeypatch.setattr(apart.subprocess, "Popen", noted)
    assert ended(engine, begun(engine)).state == FINISHED
    assert [command[1:] for command in called] == [["-m", "data.workbook.apart"]]


def test_an_order_survives_being_told():
    own = Viewer("helper", TOWNSHIPS[0], "D1", person=3, households=frozenset({2, 1}))
    order = Order(TEMPLATE, Part(TOWNSHIPS[0], (LEDGER,), (LAST - 1, LAST)), filled=True, periods=(LAST,))
    assert apart.read_order(json.loads(json.dumps(apart.told_order(own, order)))) == (own, order)
