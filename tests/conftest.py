"""What all tests share: empty databases on both engines, and one filled with the demonstration county."""

import fcntl
import functools
import gc
import hashlib
import itertools
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from starlette.testclient import TestClient
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime import Runtime

from data.audit import log as audit
from data.clock import county_clock
from data.codes import pins
from data.people import passwords
from data.store.engine import migrate, open_engine
from tests.postgres import Cluster, memory, running_cluster, server_programs
from tests.stores import copied, copied_beside

ROOT = Path(__file__).resolve().parents[1]

# A test that forgets to name its database must not fall back on the developer's own; no engine takes this address.
os.environ["WARROOM_DATABASE_URL"] = "none://a-test-names-its-own-database"
# A slow machine finds no fault: what is looked for is a wrong answer, not a late one.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
# Thousands of small stores are written and thrown away: where there is room, no commit waits for the disk.
if folder := memory(room=8 << 30):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)
# What lies beside a database server's stores: keys, ends of logs, archives.
_beside = tempfile.TemporaryDirectory(prefix="warroom-tests-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
os.environ["WARROOM_VAR"] = _beside.name

# Thousands of passwords are compared here, none of which anybody has to guess.
passwords._hasher = pins._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords._hasher.hash("nobody's")


# Each run of a page in a test would read the descriptions of all installed packages anew.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--quick``: what `make quick` runs."""
    parser.addoption("--quick", action="store_true", help="no browser, PostgreSQL, whole county; nothing slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a quick run does without."""
    if config.getoption("--quick"):
        config.hook.pytest_deselected(items=[item for item in items if _takes_long(item)])
        items[:] = [item for item in items if not _takes_long(item)]


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: no collection of garbage needs to look through them again."""
    gc.freeze()


def _takes_long(item: pytest.Item) -> bool:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return (
        ROOT / "tests" / "browser" in item.path.parents
        or parameters.get("dialect") == "postgresql"
        or "county_database" in getattr(item, "fixturenames", ())
        or item.get_closest_marker("slow") is not None
    )


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are no name: a PDF holds the second it was made in, and processes that disagree on names run nothing."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One throw-away PostgreSQL cluster for each test process; without the programs: failure in CI, else a skip."""
    if server_programs() is None:
        why = "PostgreSQL is not installed: apt-get install postgresql"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def tmp_path(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The test's own folder, emptied where it passed: a whole run writes nine gigabytes.

    The folder itself stays, so that no later test has its name: what a process remembers of a store goes by its path.
    """
    failed = request.session.testsfailed
    yield tmp_path
    if request.session.testsfailed == failed:
        for left in tmp_path.iterdir():
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Cluster) -> str:
    """The name of an empty PostgreSQL database with the newest schema, to be copied."""
    _migrate(postgres.create("migrated"))
    return "migrated"


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Runs the test once on each engine."""
    return request.param


_numbers = itertools.count(1)


def _postgres_copy(request: pytest.FixtureRequest, template: str) -> str:
    cluster = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    url = cluster.create(name, template)
    copied_beside(template, name)
    request.addfinalizer(lambda: cluster.drop(name))
    return url


@pytest.fixture
def blank_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table, one of its own for the test, on each engine."""
    if dialect == "postgresql":
        return _postgres_copy(request, "template0")
    return f"sqlite:///{tmp_path / 'blank.db'}"


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the newest schema, one of its own for the test, on each engine.

    It is empty, or with the mark ``filled(by=fill)`` a copy of what ``fill(engine)`` filled once for all.
    """
    mark = request.node.get_closest_marker("filled")
    if mark is not None:
        template = _filled_by(dialect, request, **mark.kwargs)
    else:
        template = str(request.getfixturevalue("migrated_postgres" if dialect == "postgresql" else "migrated_sqlite"))
    if dialect == "postgresql":
        return _postgres_copy(request, template)
    return f"sqlite:///{copied(template, tmp_path / 'warroom.db')}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on ``database_url``; the test runs once on SQLite and once on PostgreSQL."""
    engine = open_engine(database_url)
    yield engine
    audit.flush(engine, 5)
    engine.dispose()


@pytest.fixture(scope="session")
def county_database(pytestconfig: pytest.Config) -> Path:
    """A SQLite file with the full demonstration county, for all test processes. Read it; never write.

    Made once a day for one state of the code that makes it, and kept in pytest's cache.
    """
    shared = pytestconfig.cache.mkdir("county")
    path = shared / f"{_state_of_the_county()}.db"
    with (shared / "county.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in shared.glob("*.db*"):
                if old.stat().st_mtime < time.time() - 3600:  # another run may still read a younger one
                    old.unlink()
            making = shared / "making.db"
            for left in shared.glob("making.db*"):
                left.unlink()  # of one that was stopped: its log's state fits no other
            run_data("demo", database=f"sqlite:///{making}")
            for left in shared.glob("making.db.log-*"):
                left.rename(f"{path}{left.name.removeprefix('making.db')}")
            making.rename(path)
    return path


def _state_of_the_county() -> str:
    state = hashlib.sha256(county_clock().date().isoformat().encode())
    for source in sorted([*(ROOT / "data").rglob("*.py"), ROOT / "requirements.txt"]):
        state.update(source.read_bytes())
    return state.hexdigest()


@pytest.fixture
def county_url(county_database: Path, tmp_path: Path) -> str:
    """The URL of the test's own copy of the demonstration county."""
    return f"sqlite:///{copied(county_database, tmp_path / 'county.db')}"


@pytest.fixture(scope="module")
def shared_county_url(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of one copy for all tests of a module that write nothing but lines of the log."""
    return f"sqlite:///{copied(county_database, tmp_path_factory.mktemp('county') / 'county.db')}"


@pytest.fixture
def filled(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """``filled(fill)``: an engine on a database that ``fill(engine)`` filled once, for all tests that only read it.

    ``filled(fill, own=True)``: on the test's own copy, to write to; of what lies beside a database, its log's state
    goes with it.
    """
    engines: list[Engine] = []

    def copy_of(fill: Callable[[Engine], None], *, own: bool = False) -> Engine:
        template = _filled_by(dialect, request, fill)
        if not own and dialect == "postgresql":
            url = _read_copy(request, template)
        elif not own:
            url = f"sqlite:///{template}"
        elif dialect == "postgresql":
            url = _postgres_copy(request, template)
        else:
            url = f"sqlite:///{copied(template, tmp_path / 'filled.db')}"
        engines.append(open_engine(url))
        return engines[-1]

    yield copy_of
    for engine in engines:
        audit.flush(engine)
        engine.dispose()


_read: dict[str, str] = {}


def _read_copy(request: pytest.FixtureRequest, template: str) -> str:
    """The URL of one copy for all who only read: a template that anybody is connected to cannot be copied."""
    if template not in _read:
        _read[template] = request.getfixturevalue("postgres").create(f"{template}_read", template)
        copied_beside(template, f"{template}_read")
    return _read[template]


_filled: dict[tuple[str, Callable[[Engine], None]], str] = {}


def _filled_by(dialect: str, request: pytest.FixtureRequest, by: Callable[[Engine], None]) -> str:
    """The template that ``by`` filled, made when it is first asked for."""
    if (dialect, by) not in _filled:
        _filled[dialect, by] = _fill_one(dialect, request, by)
    return _filled[dialect, by]


def _fill_one(dialect: str, request: pytest.FixtureRequest, fill: Callable[[Engine], None]) -> str:
    if dialect == "postgresql":
        name = f"filled_{next(_numbers)}"
        url = request.getfixturevalue("postgres").create(name, request.getfixturevalue("migrated_postgres"))
    else:
        folder = request.getfixturevalue("tmp_path_factory").mktemp("filled")
        name = str(copied(request.getfixturevalue("migrated_sqlite"), folder / "filled.db"))
        url = f"sqlite:///{name}"
    engine = open_engine(url)
    fill(engine)
    engine.dispose()
    return name


@pytest.fixture
def open_client(monkeypatch: pytest.MonkeyPatch) -> Callable[..., TestClient]:
    """Loads the application afresh on a database URL and gives a client of its plain routes, without a server.

    ``peer`` is the address that the request comes from and ``host`` the name it asks for, so that a test can come
    from elsewhere. The application's start-up is not run; Streamlit's pages need a browser (tests/browser).
    """

    def client(database: str, *, peer: str = "127.0.0.1", host: str = "localhost") -> TestClient:
        monkeypatch.setenv("WARROOM_DATABASE_URL", database)
        monkeypatch.setattr(Runtime, "_instance", None)  # Streamlit allows one to a process
        application = runpy.run_path(str(ROOT / "app.py"))["app"]
        return TestClient(application, base_url=f"http://{host}", client=(peer, 50000))

    return client


def run_data(*arguments: str, database: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run ``python -m data …`` on a database, as a user would; with ``check``, fail with what it printed."""
    environment = {**os.environ, "WARROOM_DATABASE_URL": database}
    command = [sys.executable, "-m", "data", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    if check and done.returncode:
        pytest.fail(f"python -m data {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done
