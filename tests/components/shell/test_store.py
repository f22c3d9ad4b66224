"""A run that is going when its right ends: it neither reads nor writes from then on."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, Engine, func, select

from components.prints import jobs as print_jobs
from components.prints.making import CARD, Order
from components.server.admission import Admission, admitted, bind
from components.server.guard import REFUSAL, SIGN_IN
from components.shell import store
from data import model
from data.access import jobs
from data.access.sessions import digest_of, sessions_of
from data.access.viewer import Viewer
from data.clock import county_clock
from data.errors import Refused
from data.store.engine import is_sqlite, writing
from tests.data.small_county import COUNTY, fill, real_regions_arrive
from tests.moment import clock
from tests.people import begun, change_role, disable, enrolled

CADRE = Viewer("county", COUNTY)


@pytest.fixture
def kept(engine: Engine) -> Engine:
    fill(engine, build=False)
    store.keep_door(engine, county_clock)
    return engine


@pytest.fixture
def person(kept: Engine) -> int:
    """A cadre of the county, where real regions stand too."""
    real_regions_arrive(kept)
    return enrolled(kept, "county", COUNTY)


def run_by(admission: Admission | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on this thread runs a script that was let in by this; None: its session was never run before."""
    mine, session = threading.current_thread(), f"run-{id(admission)}"
    if admission:
        bind(session, admission)
    run = SimpleNamespace(session_id=session)
    monkeypatch.setattr(
        store, "get_script_run_ctx", lambda **options: run if threading.current_thread() is mine else None
    )


def signed(engine: Engine, person: int) -> Admission:
    return Admission(digest_of(begun(engine, person)), Viewer("county", COUNTY, person=person))


def visits(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(model.visit)).scalar_one()


def strike_visits(connection: Connection) -> None:
    connection.execute(model.visit.delete())


def sign_out(engine: Engine, person: int) -> None:
    sessions_of(engine).end_of(county_clock(), person=person)


ENDINGS = {"signed out": sign_out, "disabled": disable, "another role": change_role}


def test_a_run_of_nobody_s_reads_and_writes_until_real_regions_arrive(kept: Engine, monkeypatch: pytest.MonkeyPatch):
    with ThreadPoolExecutor(1) as outside:
        before = outside.submit(visits, kept).result()
        run_by(Admission(), monkeypatch)
        assert visits(kept) == before > 0
        outside.submit(real_regions_arrive, kept).result()
        with pytest.raises(Refused) as refused:
            visits(kept)
        assert str(refused.value) == REFUSAL
        with pytest.raises(Refused), writing(kept) as connection:
            strike_visits(connection)
        assert outside.submit(visits, kept).result() == before


@pytest.mark.parametrize("ending", list(ENDINGS))
def test_a_run_of_a_session_reads_and_writes_until_it_ends(
    kept: Engine, person: int, ending: str, monkeypatch: pytest.MonkeyPatch
):
    with ThreadPoolExecutor(1) as outside:
        before = outside.submit(visits, kept).result()
        run_by(signed(kept, person), monkeypatch)
        assert visits(kept) == before > 0
        outside.submit(ENDINGS[ending], kept, person).result()
        with pytest.raises(Refused) as refused:
            visits(kept)
        assert str(refused.value) == SIGN_IN
        with pytest.raises(Refused), writing(kept) as connection:
            strike_visits(connection)
        assert outside.submit(visits, kept).result() == before


def test_a_long_write_does_not_stand_where_its_session_ended_meanwhile(
    kept: Engine, person: int, monkeypatch: pytest.MonkeyPatch
):
    with ThreadPoolExecutor(1) as outside:
        before = outside.submit(visits, kept).result()
        run_by(signed(kept, person), monkeypatch)
        with pytest.raises(Refused, match="请先登录"), writing(kept) as connection:
            strike_visits(connection)
            outside.submit(sign_out, kept, person).result()
        assert outside.submit(visits, kept).result() == before


def test_a_write_never_stands_after_real_regions_that_came_while_it_was_made(
    kept: Engine, monkeypatch: pytest.MonkeyPatch
):
    run_by(Admission(), monkeypatch)
    with ThreadPoolExecutor(1) as outside:
        before = outside.submit(visits, kept).result()
        if is_sqlite(kept):  # they wait for the write
            with writing(kept) as connection:
                arriving = outside.submit(real_regions_arrive, kept)
                strike_visits(connection)
                assert not connection.execute(select(model.region).where(model.region.c.code == "210881")).first()
            arriving.result()
            assert outside.submit(visits, kept).result() == 0
        else:
            with pytest.raises(Refused), writing(kept) as connection:
                strike_visits(connection)
                outside.submit(real_regions_arrive, kept).result()
            assert outside.submit(visits, kept).result() == before


@pytest.mark.parametrize(
    "made_for",
    [lambda own: None, lambda own: Admission(), lambda own: Admission("0" * 64, own.viewer),
     lambda own: Admission(own.digest, Viewer("admin", "")), lambda own: Admission(own.digest, None)],
    ids=["never run", "nobody's", "another session's", "a greater viewer's", "one that had ended"],
)  # fmt: skip
def test_a_run_is_served_by_what_it_was_let_in_by_alone(
    kept: Engine, person: int, monkeypatch: pytest.MonkeyPatch, made_for: Callable[[Admission], Admission | None]
):
    own = signed(kept, person)
    run_by(own, monkeypatch)
    assert visits(kept)
    run_by(made_for(own), monkeypatch)
    with pytest.raises(Refused):
        visits(kept)


def test_a_download_is_made_for_the_session_whose_socket_asked_for_it(kept: Engine, person: int):
    admitted.set(signed(kept, person))
    try:
        assert visits(kept)
        with ThreadPoolExecutor(1) as outside:
            outside.submit(disable, kept, person).result()
        with pytest.raises(Refused):
            visits(kept)
    finally:
        admitted.set(None)
    assert visits(kept)  # the server's own work


@pytest.mark.parametrize("served", [True, False])
def test_a_print_job_keeps_the_right_of_who_ordered_it(
    kept: Engine, person: int, monkeypatch: pytest.MonkeyPatch, served: bool
):
    run_by(signed(kept, person), monkeypatch)
    if not served:
        sign_out(kept, person)
    order = Order(CARD, (), 2026, "http://192.0.2.1:8501", "192.0.2.7")
    try:
        id = print_jobs.start(kept, CADRE, order, "cards.pdf", clock)
    except Refused as refused:  # where the jobs stand in the same store
        assert str(refused) == SIGN_IN and not served and not is_sqlite(kept)
        return
    monkeypatch.undo()  # we look, as the server does
    while (job := jobs.find(kept, CADRE, id, clock())).at_work:
        time.sleep(0.02)
    assert (job.why == SIGN_IN) is not served
