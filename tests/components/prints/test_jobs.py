"""Printing as a whole: codes issued, what was printed kept and logged; jobs bounded, cancelled, their owner's."""

import logging
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import Engine, func, select

from components.prints import jobs as print_jobs
from components.prints import making as print_making
from components.prints.jobs import CANCELLED, FAILED, FINISHED, RUNNING, WAITING, Job
from components.prints.making import CARD, LABEL, Order, Paper, made, sample
from data.access.viewer import Viewer
from data.cards import marks as card_marks
from data.cards import pages as card_pages
from data.codes import tokens as qr_codes
from data.errors import NotFound, OutOfScope, Refused
from data.model import access_log, card_print, qr_code
from data.paper import typeset
from tests.data.paper import reading as paper
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village
from tests.moment import NOW, clock

CADRE = Viewer("county", COUNTY)
BASE = "http://192.168.1.10:8501"


@pytest.fixture
def county(engine: Engine, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "key"))
    fill_village(engine)
    return engine


@pytest.fixture(autouse=True)
def no_jobs_left() -> Iterator[None]:
    yield
    for job in list(print_jobs._jobs.values()):
        job.cancel()
        until(lambda job=job: not job.at_work)
    print_jobs._jobs.clear()


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


def ended(job: Job) -> Job:
    until(lambda: not job.at_work)
    return job


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
    job = ended(print_jobs.start(county, CADRE, order(), "明白卡.pdf", clock))
    assert (job.state, job.done, job.total) == (FINISHED, 3, 3)
    assert len(paper.texts(job.paper.content)) == 6


def test_a_job_is_given_to_nobody_but_who_ordered_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(print_jobs, "made", lambda *_, **__: Paper(b"", ""))
    job = ended(print_jobs.start(None, CADRE, order(), "x.pdf", clock))
    assert print_jobs.find(job.id, CADRE) is job
    assert print_jobs.find(job.id, Viewer("township", COUNTY + "101")) is None
    assert print_jobs.find("another", CADRE) is None


def test_two_jobs_work_at_once_and_the_third_waits(monkeypatch: pytest.MonkeyPatch):
    gate = threading.Event()
    monkeypatch.setattr(print_jobs, "made", lambda *_, **__: gate.wait(300) and Paper(b"", ""))
    jobs = [print_jobs.start(None, CADRE, order(), "x.pdf", clock) for _ in range(3)]
    until(lambda: sum(job.state == RUNNING for job in jobs) == 2)
    assert sorted(job.state for job in jobs) == [RUNNING, RUNNING, WAITING]
    waiting = next(job for job in jobs if job.state == WAITING)
    waiting.cancel()
    assert ended(waiting).state == CANCELLED
    gate.set()
    assert [ended(job).state for job in jobs].count(FINISHED) == 2


def test_too_many_jobs_are_refused(monkeypatch: pytest.MonkeyPatch):
    gate = threading.Event()
    monkeypatch.setattr(print_jobs, "made", lambda *_, **__: gate.wait(300) and Paper(b"", ""))
    for _ in range(print_jobs.MOST_WAITING):
        print_jobs.start(None, CADRE, order(), "x.pdf", clock)
    with pytest.raises(Refused, match="请等前面的完成"):
        print_jobs.start(None, CADRE, order(), "x.pdf", clock)
    gate.set()


def test_a_running_job_is_cancelled_and_frees_its_place(county: Engine):
    for _ in range(print_jobs.AT_ONCE + 1):
        job = print_jobs.start(county, CADRE, order(), "x.pdf", clock)
        job.cancel()
        assert ended(job).state == CANCELLED and job.paper is None


def test_a_failure_is_a_sentence_without_data(county: Engine, monkeypatch: pytest.MonkeyPatch, caplog):
    monkeypatch.setattr(print_making.typeset, "pdf", lambda *_, **__: {}["钱一 990181196001011234"])
    with caplog.at_level(logging.ERROR):
        job = ended(print_jobs.start(county, CADRE, order(), "x.pdf", clock))
    assert job.state == FAILED and "错误编号" in job.why and "钱一" not in job.why + caplog.text
    refused = ended(print_jobs.start(county, CADRE, order(99_999), "x.pdf", clock))
    assert refused.why.startswith("没有找到这一户")


def test_a_finished_job_is_kept_for_a_while_only(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(print_jobs, "made", lambda *_, **__: Paper(b"x", ""))
    monkeypatch.setattr(print_jobs, "KEPT", 0.05)
    job = ended(print_jobs.start(None, CADRE, order(), "x.pdf", clock))
    until(lambda: print_jobs.find(job.id, CADRE) is None)
