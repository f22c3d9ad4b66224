"""A run that is going when real regions arrive: for another machine it neither reads nor writes from then on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, Engine, func, select
from streamlit.runtime import context

from components.prints import jobs as print_jobs
from components.prints.making import CARD, Order
from components.server.guard import REFUSAL
from components.shell import store
from data import model
from data.access.viewer import Viewer
from data.errors import Refused
from data.store.engine import is_sqlite, writing
from tests.data.small_county import COUNTY, fill, real_regions_arrive
from tests.moment import clock

ELSEWHERE = SimpleNamespace(remote_ip="192.0.2.7", headers=[("host", "192.0.2.1:8501")])
HERE = SimpleNamespace(remote_ip="127.0.0.1", headers=[("host", "localhost:8501")])
BY_A_PROXY = SimpleNamespace(remote_ip="127.0.0.1", headers=[*HERE.headers, ("x-forwarded-for", "198.51.100.4")])
GONE = None


@pytest.fixture
def kept(engine: Engine) -> Engine:
    fill(engine, build=False)
    store.keep_door(engine)
    return engine


def run_for(client: SimpleNamespace | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on this thread runs a script for the browser at this end of a socket."""
    mine = threading.current_thread()
    monkeypatch.setattr(
        store, "get_script_run_ctx", lambda suppress_warning: threading.current_thread() is mine or None
    )
    monkeypatch.setattr(context, "_get_client_context", lambda: client)


def visits(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(model.visit)).scalar_one()


def strike_visits(connection: Connection) -> None:
    connection.execute(model.visit.delete())


def test_a_run_for_another_machine_reads_and_writes_until_real_regions_arrive(
    kept: Engine, monkeypatch: pytest.MonkeyPatch
):
    with ThreadPoolExecutor(1) as outside:
        before = outside.submit(visits, kept).result()
        run_for(ELSEWHERE, monkeypatch)
        assert visits(kept) == before > 0
        outside.submit(real_regions_arrive, kept).result()
        with pytest.raises(Refused, match="只对本机开放"):
            visits(kept)
        with pytest.raises(Refused, match="只对本机开放"), writing(kept) as connection:
            strike_visits(connection)
        assert outside.submit(visits, kept).result() == before


def test_a_write_never_stands_after_real_regions_that_came_while_it_was_made(
    kept: Engine, monkeypatch: pytest.MonkeyPatch
):
    run_for(ELSEWHERE, monkeypatch)
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
    ("client", "served"), [(HERE, True), (ELSEWHERE, False), (BY_A_PROXY, False), (GONE, False)],
    ids=["here", "elsewhere", "by a proxy", "gone"],
)  # fmt: skip
def test_a_run_is_judged_by_the_socket_that_its_session_has_now(
    kept: Engine, monkeypatch: pytest.MonkeyPatch, client: SimpleNamespace | None, served: bool
):
    real_regions_arrive(kept)
    run_for(HERE, monkeypatch)
    assert visits(kept)
    run_for(client, monkeypatch)
    if served:
        assert visits(kept)
    else:
        with pytest.raises(Refused):
            visits(kept)


def test_a_print_job_keeps_the_right_of_who_ordered_it(kept: Engine, monkeypatch: pytest.MonkeyPatch):
    real_regions_arrive(kept)
    run_for(ELSEWHERE, monkeypatch)
    order = Order(CARD, (1,), 2026, "http://192.0.2.1:8501", "192.0.2.7")
    job = print_jobs.start(kept, Viewer("county", COUNTY), order, "cards.pdf", clock)
    while job.at_work:
        job.stop.wait(0.01)
    assert (job.state, job.why) == (print_jobs.FAILED, REFUSAL)
