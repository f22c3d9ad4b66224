"""All rules as a job: ordered once at a time, done under the name of who ordered it, and what went wrong is said."""

import pytest
from sqlalchemy import Engine, select

from data.access import jobs
from data.access.viewer import Viewer
from data.errors import NoRight, Refused
from data.model import quality_run
from data.quality import board, checking
from data.rules import running
from data.store import process
from tests.data.small_county import COUNTY, TOWNSHIPS
from tests.data.village_ground import fill_village
from tests.moment import NOW, clock

CADRE, TOWN = Viewer("county", COUNTY, person=2), Viewer("township", TOWNSHIPS[0], person=3)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Commands that would have been started."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(process, "start", lambda engine, *command: asked.append(command))
    return asked


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_village, own=True)


def test_what_is_ordered_is_done_by_a_process_of_its_own_and_stands_on_the_board(
    county: Engine, started: list[tuple[str, ...]]
):
    id = checking.order(county, CADRE, now=NOW)
    assert started == [("quality", "--ordered", id)]
    checking.perform(county, id, clock=clock)
    job = jobs.find(county, CADRE, id, NOW)
    assert job is not None and job.state == jobs.FINISHED
    with county.connect() as connection:
        last = board.last_run(connection, CADRE)
        assert last is not None and last.at == NOW.isoformat() and last.households > 0
        assert connection.execute(select(quality_run.c.actor)).scalar_one() == "person:2"


def test_two_do_not_run_at_once_and_the_next_may_after_the_first(county: Engine, started: list[tuple[str, ...]]):
    id = checking.order(county, CADRE, now=NOW)
    with pytest.raises(Refused, match="正在进行"):
        checking.order(county, TOWN, now=NOW)
    checking.perform(county, id, clock=clock)
    assert checking.order(county, TOWN, now=NOW) != id and len(started) == 2


def test_a_check_that_breaks_off_leaves_what_stood_and_says_so(
    county: Engine, started: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr(running, "run", broken)
    id = checking.order(county, CADRE, now=NOW)
    with pytest.raises(RuntimeError):
        checking.perform(county, id, clock=clock)
    job = jobs.find(county, CADRE, id, NOW)
    assert job is not None and job.state == jobs.FAILED and "没有完成" in job.why
    with county.connect() as connection:
        assert board.last_run(connection, CADRE) is None


def test_who_only_looks_orders_none_and_nobody_performs_what_was_not_ordered(county: Engine):
    with pytest.raises(NoRight):
        checking.order(county, Viewer("admin", "", person=1), now=NOW)
    with pytest.raises(Refused):
        checking.perform(county, "nothing", clock=clock)
