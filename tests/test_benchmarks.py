"""The benchmarks: how figures are written and judged, and that a crowd counts its runs. Nothing is timed here."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Semaphore, Thread

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.server import ServerConnection, serve

from benchmarks import crowd, sessions
from benchmarks.pages import Address
from benchmarks.report import report, with_part
from benchmarks.session import BrokenPage
from benchmarks.table import Failure, Finding, amount, middle, table


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0042, "s", "4.2 ms"),
        (0.0824, "s", "82 ms"),
        (0.9996, "s", "1000 ms"),
        (43.06, "s", "43.1 s"),
        (44_916, "bytes", "44.9 KB"),
        (1.5 * 2**30, "bytes", "1,536 MiB"),
        (1_500_000, "bytes", "1.4 MiB"),
        (0.418, "share", "42 %"),
        (1234.0, "count", "1,234"),
        (float("nan"), "s", "–"),
    ],
)
def test_an_amount_is_written_in_a_unit_that_fits(value: float, unit: str, shown: str):
    assert amount(value, unit) == shown


def test_an_amount_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="furlong"):
        amount(1, "furlong")


def test_several_runs_become_their_median_and_95th_percentile():
    found = middle("a page", "county", [20, 3, 1, 2, *range(4, 20)], "s", 12)
    assert found == Finding("a page", "county", 10.5, "s", 12, 20, 19)


def test_a_line_holds_all_presets_and_the_larger_ones_are_judged():
    lines = table(
        [
            Finding("a page: warm", "county", 0.160, "s", 0.150, 21, 0.2),
            Finding("a page: warm", "prefecture", 0.150, "s", 0.150, 21, 0.163),
            Finding("import", "prefecture", 121.0, "s", 120),
            Finding("rebuild", "county", 4.0, "s"),
            Finding("sent", "county", 61_000, "bytes", 60_000),
            Finding("search", "prefecture", 0.02, "s", 0.15),
            Finding("search", "million", 0.16, "s", 0.15),
            Finding("map: warm", "prefecture", 0.14, "s", 0.15),
            Finding("map: warm", "million", 0.2, "s", 0.225),
        ]
    ).splitlines()
    assert lines[2:] == [
        "| a page: warm | 160 ms (200 ms) | 150 ms (163 ms) | – | 21 | ≤ 150 ms | yes |",
        "| import | – | 121.0 s | – | 1 | ≤ 120.0 s | **no** |",
        "| rebuild | 4.0 s | – | – | 1 | – | – |",
        "| sent | 61.0 KB | – | – | 1 | ≤ 60.0 KB | – |",
        "| search | – | 20 ms | 160 ms | 1 | ≤ 150 ms | **no** |",
        "| map: warm | – | 140 ms | 200 ms | 1 | ≤ 150 ms | yes |",
    ]


def test_the_report_says_what_could_not_be_measured_and_how_busy_the_machine_was():
    failure = Failure("map", "county", TimeoutError("no picker\nlog"))
    written = report([Finding("import", "county", 3.0, "s")], [failure], 3.25)
    assert "Not measured: map, county: TimeoutError, no picker." in written
    assert "| import | 3.0 s |" in written and " cores, " in written
    assert "before it began: 3.2, so that times are too long" in written
    quiet = report([], [], 0.1)
    assert "Not measured" not in quiet and "too long" not in quiet


def test_what_is_measured_by_itself_takes_the_place_of_what_stood_there():
    whole = report([Finding("import", "county", 3.0, "s")], [], 0.1)
    once = with_part(whole, "start", [Finding("to see", "county", 2.0, "s")], [], 0.1)
    twice = with_part(once, "start", [Finding("to see", "county", 1.5, "s")], [], 0.1)
    assert once.startswith(whole.partition("\n## ")[0]) and once.endswith(whole.partition("\n## ")[2])
    assert "| to see | 2.0 s |" in once and once.count("## Measured by itself: start") == 1
    assert twice == once.replace("to see | 2.0 s", "to see | 1.5 s")


OVERVIEW = Address("总览", "overview", {"region": "99"}, "超期事项")


class Told:
    """A server that shows one page to everybody and remembers what it was asked, by visitor."""

    def __init__(self) -> None:
        self.asked: Counter[ServerConnection] = Counter()
        self.left = Semaphore(0)

    def __call__(self, visitor: ServerConnection) -> None:
        for message in visitor:
            request = BackMsg.FromString(message).rerun_script
            self.asked[visitor] += 1
            page, end = ForwardMsg(), ForwardMsg()
            page.delta.new_element.markdown.body = f"{request.page_name}?{request.query_string} 超期事项"
            end.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
            visitor.send(page.SerializeToString())
            visitor.send(end.SerializeToString())
        self.left.release()


@pytest.fixture
def told() -> Iterator[tuple[Told, str]]:
    """Such a server, and its URL."""
    page = Told()
    with serve(page, "127.0.0.1", 0, subprotocols=["streamlit"]) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield page, "http://{}:{}".format(*server.socket.getsockname())


def test_a_crowd_counts_every_run_of_every_session_and_leaves(told: tuple[Told, str]):
    page, url = told
    runs = crowd.crowd(url, OVERVIEW, sessions=5, every=0.1, seconds=2)
    assert len(page.asked) == 5 and min(page.asked.values()) > 1
    assert len(runs) == page.asked.total() and all(run.seconds > 0 and run.received for run in runs)
    assert all(page.left.acquire(timeout=120) for _ in page.asked)


def test_a_crowd_that_is_shown_something_else_says_so(told: tuple[Told, str]):
    with pytest.raises(BrokenPage, match="does not say “挂图作战”"):
        crowd.crowd(told[1], Address("", "overview", {}, "挂图作战"), sessions=2, every=0.1, seconds=0.2)


def test_runs_are_due_at_even_times_and_a_slow_one_leaves_out_what_it_slept_through(monkeypatch: pytest.MonkeyPatch):
    class Clock:
        now = 0.0

        def monotonic(self) -> float:
            return self.now

        def sleep(self, seconds: float) -> None:
            self.now += seconds

    clock, begun = Clock(), []
    monkeypatch.setattr(crowd, "time", clock)
    for _, taken in zip(crowd._beats(20, 140), [1, 1, 45, 1, 1, 1, 1], strict=False):
        begun.append(clock.now)
        clock.now += taken
    assert begun == [0, 20, 40, 100, 120]


def test_a_watched_server_tells_how_long_each_full_collection_took(tmp_path: Path):
    log = tmp_path / "server.log"
    with log.open("w") as told:
        script = [sys.executable, "-c", "import gc; gc.disable(); gc.collect(1); gc.collect(); gc.collect()"]
        subprocess.run(script, env={"PYTHONPATH": str(sessions.WATCHED)}, stderr=told, check=True)
    took = sessions._collections(log)
    assert len(took) in (2, 3) and all(0 < seconds < 60 and 0 <= busy < 60 for seconds, busy in took)
