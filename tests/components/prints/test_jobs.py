"""Printing as a whole: codes issued, what was printed kept and logged; jobs bounded, cancelled, their owner's."""

import logging
import re
import threading
import time
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import Engine, delete, func, insert, select

from components.prints import jobs as print_jobs
from components.prints import making as print_making
from components.prints.making import CARD, LABEL, Order, Paper, made, sample
from components.shell import jobs as shell_jobs
from components.wallcharts.making import CHART, ChartOrder
from data.access import jobs
from data.access.jobs import CANCELLED, FAILED, FINISHED, RUNNING, WAITING, Job
from data.access.viewer import Viewer
from data.audit.verify import verified
from data.cards import marks as card_marks
from data.cards import pages as card_pages
from data.codes import tokens as qr_codes
from data.errors import NotFound, OutOfScope, Refused
from data.model import access_log, card_print, person, qr_code
from data.model.transient import job as job_row
from data.paper import typeset
from data.store.engine import open_engine, writing
from data.store.transient import transient_engine
from tests.data.paper import reading as paper
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village
from tests.moment import NOW, clock

pytestmark = pytest.mark.filled(by=fill_village)

CADRE = Viewer("county", COUNTY)
BASE = "http://192.168.1.10:8501"


@pytest.fixture
def county(engine: Engine, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "key"))
    return engine


@pytest.fixture(autouse=True)
def no_jobs_left(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(shell_jobs, "PULSE", 0.02)
    yield
    with writing(transient_engine(engine)) as connection:
        connection.execute(delete(job_row))  # who works at one finds it gone
    until(lambda: all(thread.name != "job-pulse" for thread in threading.enumerate()))
    transient_engine(engine).dispose()


def at_work(engine: Engine) -> int:
    with transient_engine(engine).connect() as connection:
        asked = select(func.count()).select_from(job_row).where(job_row.c.state.in_(jobs.AT_WORK))
        return connection.execute(asked).scalar_one()


def found(engine: Engine, id: str, viewer: Viewer = CADRE, now: datetime = NOW) -> Job | None:
    return jobs.find(engine, viewer, id, now)


def order(*households: int, what: str = CARD, **changes) -> Order:
    return Order(what, households or (901, 902, 903), 2026, BASE, "127.0.0.1", **changes)


def rows(engine: Engine, table) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def log(engine: Engine) -> list[tuple]:
    with engine.connect() as connection:
        line = access_log.c
        asked = select(line.view, line.household_id, line.actor, line.detail).order_by(line.id)
        return [tuple(row) for row in connection.execute(asked)]


def until(done: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it does not come to an end"
        time.sleep(0.02)


def ended(engine: Engine, id: str) -> Job:
    until(lambda: not found(engine, id).at_work)
    return found(engine, id)


def test_a_printed_card_is_scanned_found_and_equals_the_record(county: Engine):
    fronts = paper.pictures(made(county, CADRE, order(901, FAR), clock=clock).content)[::2]
    for picture, household in zip(fronts, (901, FAR), strict=True):
        (url,) = paper.codes(picture)
        address, _, mark = url.partition("?c=")
        token = address.removeprefix(f"{BASE}/q/")
        with county.connect() as connection:
            assert qr_codes.resolve(connection, token, NOW.date()).household == household
            verdict = card_marks.verdict(county, connection, CADRE, household, mark)
        assert verdict.kind == "equal" and verdict.printed_at


def test_a_label_opens_the_same_household_as_the_card(county: Engine):
    label = paper.codes(paper.pictures(made(county, CADRE, order(901, what=LABEL), clock=clock).content)[0])
    card = paper.codes(paper.pictures(made(county, CADRE, order(901), clock=clock).content)[0])
    assert label == {url.partition("?")[0] for url in card} and rows(county, qr_code) == 1


def test_every_paper_says_who_printed_it_and_when_and_where_the_log_ended(county: Engine):
    with writing(county) as connection:
        who = {"id": 7, "name": "周明", "made": "2026-01-01T00:00:00", "actor": "command"}
        connection.execute(insert(person).values(who))
    for what in (CARD, LABEL):
        for viewer, said in ((CADRE, "打印人县级干部"), (Viewer("county", COUNTY, person=7), "打印人周明")):
            pages = paper.texts(made(county, viewer, order(901, what=what), clock=clock).content)
            told = "".join("".join(pages).split())
            assert said in told and f"{NOW:%Y-%m-%d%H:%M}" in told
            n, proof = re.findall(r"日志止于(\d+)·([0-9a-f]{8})", told)[0]
            assert not verified(county, end=(int(n), proof)).faults and int(n) > 0


def test_every_printed_household_stands_in_the_log_once(county: Engine):
    made(county, CADRE, order(), clock=clock)
    printed = [line[1:] for line in log(county) if line[0] == "print"]
    assert printed == [(id, CADRE.key, "明白卡（PDF） · 3 户") for id in (901, 902, 903)]
    assert rows(county, card_print) == 3
    made(county, CADRE, order(what=LABEL), clock=clock)
    assert rows(county, card_print) == 3 and [line[0] for line in log(county)].count("print") == 6


def test_cards_come_in_the_order_asked_over_all_chunks(county: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(card_pages, "CHUNK", 2)
    done = []
    pages = paper.texts(made(county, CADRE, order(903, 901, 902), told=done.append, clock=clock).content)
    heads = [next(head for head in ("钱一", "孙二", "李三") if f"{head}K90" in page) for page in pages]
    assert heads == ["李三", "李三", "钱一", "钱一", "孙二", "孙二"] and done == [2, 1]


@pytest.mark.parametrize(
    ("viewer", "asked", "error"),
    [
        (Viewer("display", COUNTY), (901,), OutOfScope),
        (Viewer("stranger", VILLAGE), (901,), OutOfScope),
        (Viewer("village", VILLAGE), (901, FAR), NotFound),
        (Viewer("helper", VILLAGE, "D1"), (901, 902), NotFound),
    ],
)
def test_who_may_not_print_a_household_prints_nothing(county: Engine, viewer: Viewer, asked: tuple, error: type):
    with pytest.raises(error):
        made(county, viewer, order(*asked), clock=clock)
    assert rows(county, qr_code) == rows(county, card_print) == 0 and log(county) == []


def test_what_was_cancelled_was_never_printed(county: Engine):
    with pytest.raises(typeset.Cancelled):
        made(county, CADRE, order(), cancelled=lambda: True, clock=clock)
    assert rows(county, card_print) == 0 and "print" not in [line[0] for line in log(county)]


def test_missing_characters_are_reported(county: Engine):
    with county.begin() as connection:
        connection.exec_driver_sql("UPDATE member SET name = '钱\ue123' WHERE code = '901b'")
    assert made(county, CADRE, order(901, 902), clock=clock).lacking == "\ue123"
    assert made(county, CADRE, order(902), clock=clock).lacking == ""


def test_a_specimen_issues_nothing_and_its_code_opens_no_household(county: Engine):
    source = sample(county, CADRE, order(), NOW)
    with Image.open(BytesIO(b64decode(source.partition(",")[2]))) as picture:
        assert paper.codes(picture.convert("L")) == {BASE}
    assert rows(county, qr_code) == rows(county, card_print) == 0


def test_a_job_ends_with_its_file_and_tells_how_far_it_is(county: Engine):
    job = ended(county, print_jobs.start(county, CADRE, order(), "明白卡.pdf", clock))
    assert (job.state, job.done, job.total) == (FINISHED, 3, 3)
    assert len(paper.texts(jobs.paper(county, CADRE, job.id))) == 6


def quick(monkeypatch: pytest.MonkeyPatch, gate: threading.Event | None = None) -> None:
    """What is printed is of one byte, once the gate is open."""

    def printed(*_, cancelled: Callable[[], bool], **__) -> Paper:
        while gate is not None and not gate.wait(0.02):
            if cancelled():
                raise typeset.Cancelled
        return Paper(b"x", "")

    monkeypatch.setattr(print_jobs, "made", printed)


def test_a_job_is_given_to_nobody_but_who_ordered_it(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    quick(monkeypatch)
    zhang, li = Viewer("county", COUNTY, person=7), Viewer("county", COUNTY, person=8)
    id = print_jobs.start(engine, zhang, order(), "x.pdf", clock)
    until(lambda: not at_work(engine))
    assert found(engine, id, zhang).state == FINISHED and jobs.paper(engine, zhang, id) == b"x"
    for other in (li, CADRE, Viewer("admin", ""), Viewer("township", COUNTY + "101")):
        assert found(engine, id, other) is None
        jobs.cancel(engine, other, id)
        with pytest.raises(Refused, match="已经清除"):
            jobs.paper(engine, other, id)
    assert found(engine, "another", zhang) is None and found(engine, id, zhang).state == FINISHED


def test_a_job_is_found_and_cancelled_from_another_process(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    gate = threading.Event()
    quick(monkeypatch, gate)
    id = print_jobs.start(engine, CADRE, order(), "x.pdf", clock)
    until(lambda: found(engine, id).state == RUNNING)
    another = open_engine(engine.url.render_as_string(hide_password=False))
    try:
        assert found(another, id).state == RUNNING
        jobs.cancel(another, CADRE, id)
        assert ended(another, id).state == CANCELLED
    finally:
        transient_engine(another).dispose()
        another.dispose()


def test_a_job_whose_process_died_has_failed_after_a_minute_and_can_be_begun_again(engine: Engine, monkeypatch):
    id = jobs.begin(engine, CADRE, name="x.pdf", total=3, facts={"what": CARD}, now=NOW)  # and nobody works at it
    assert found(engine, id, now=NOW + timedelta(seconds=59)).at_work
    died = found(engine, id, now=NOW + timedelta(seconds=61))
    assert (died.state, died.at_work) == (FAILED, False) and "请重新生成" in died.why
    quick(monkeypatch)
    assert ended(engine, print_jobs.start(engine, CADRE, order(), "x.pdf", clock)).state == FINISHED


def test_two_jobs_work_at_once_and_the_third_waits(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    gate = threading.Event()
    quick(monkeypatch, gate)
    ids = [print_jobs.start(engine, CADRE, order(), "x.pdf", clock) for _ in range(3)]
    states = lambda: sorted(found(engine, id).state for id in ids)  # noqa: E731
    until(lambda: states() == [RUNNING, RUNNING, WAITING])
    waiting = next(id for id in ids if found(engine, id).state == WAITING)
    jobs.cancel(engine, CADRE, waiting)
    assert ended(engine, waiting).state == CANCELLED
    gate.set()
    assert [ended(engine, id).state for id in ids].count(FINISHED) == 2


def test_too_many_jobs_are_refused_those_of_dead_processes_not_counted(engine: Engine):
    for number in range(2 * jobs.MOST_AT_WORK):
        at = NOW - timedelta(minutes=5) if number < jobs.MOST_AT_WORK else NOW
        jobs.begin(engine, CADRE, name="x.pdf", total=3, facts={}, now=at)
    with pytest.raises(Refused, match="请等前面的完成"):
        jobs.begin(engine, CADRE, name="x.pdf", total=3, facts={}, now=NOW)


def test_a_running_job_is_cancelled_and_frees_its_place(county: Engine):
    for _ in range(shell_jobs.AT_ONCE + 1):
        id = print_jobs.start(county, CADRE, order(), "x.pdf", clock)
        jobs.cancel(county, CADRE, id)
        job = ended(county, id)
        assert (job.state, job.size) == (CANCELLED, 0)


def test_a_failure_is_a_sentence_without_data(county: Engine, monkeypatch: pytest.MonkeyPatch, caplog):
    monkeypatch.setattr(print_making.typeset, "pdf", lambda *_, **__: {}["钱一 990181196001011234"])
    with caplog.at_level(logging.ERROR):
        job = ended(county, print_jobs.start(county, CADRE, order(), "x.pdf", clock))
    assert job.state == FAILED and "错误编号" in job.why and "钱一" not in job.why + caplog.text
    refused = ended(county, print_jobs.start(county, CADRE, order(99_999), "x.pdf", clock))
    assert refused.why.startswith("没有找到这一户")


def test_a_finished_job_is_kept_for_half_an_hour_and_swept_at_the_start(engine: Engine, monkeypatch):
    quick(monkeypatch)
    id = print_jobs.start(engine, CADRE, order(), "x.pdf", clock)
    assert ended(engine, id).state == FINISHED
    later = NOW + jobs.KEPT + timedelta(seconds=1)
    assert found(engine, id, now=later) is None
    jobs.sweep(engine, later)
    assert rows(transient_engine(engine), job_row) == 0


def test_wall_charts_are_a_job_like_cards(county: Engine):
    regions = (VILLAGE[:9], VILLAGE)
    charts = ChartOrder(regions, "A4", None, BASE, "127.0.0.1", zipped=True)
    job = ended(county, print_jobs.start(county, CADRE, charts, "挂图.zip", clock))
    assert (job.state, job.done, job.total, job.facts["what"]) == (FINISHED, 2, 2, CHART)
    with zipfile.ZipFile(BytesIO(jobs.paper(county, CADRE, job.id))) as archive:
        assert archive.namelist() == [f"{VILLAGE[:9]}_示范镇1_A4.pdf", f"{VILLAGE}_示范村0_A4.pdf"]
    assert [line[1:] for line in log(county) if line[0] == "print"] == [
        (None, CADRE.key, f"挂图A4（PDF） · 示范镇1 {VILLAGE[:9]} · 2 份")
    ]


def test_who_may_not_print_charts_gets_a_job_that_says_so(county: Engine):
    charts = ChartOrder((VILLAGE,), "A4", None, BASE, "127.0.0.1")
    helper = Viewer("helper", VILLAGE, "D1")
    id = print_jobs.start(county, helper, charts, "挂图.pdf", clock)
    until(lambda: not found(county, id, helper).at_work)
    job = found(county, id, helper)
    assert (job.state, job.size) == (FAILED, 0) and "打印权限" in job.why
