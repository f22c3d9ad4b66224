"""The page 数据管理 drawn without a browser on a small county, with imports handed in and worked on in this process."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.imports import jobs
from data.imports.running import run
from data.imports.workers import WORKERS
from data.months import month_of
from data.regions import tree as regions
from data.regions.tree import Status
from data.store.engine import open_engine
from tests.data.intake.books import VILLAGE, Book, sound_book, write_xlsx

NOW = datetime(2026, 11, 22, 9, 30)
COUNTY, TOWNSHIP = "990181", "990181001"
CADRES = {
    "county": Viewer("county", COUNTY),
    "township": Viewer("township", TOWNSHIP),
    "village": Viewer("village", VILLAGE),
}
_SCRIPT = """
import runpy
from components.shell.errors import reporting_failures

with reporting_failures():
    runpy.run_path("pages/data.py")
"""  # as the shell runs it


def store(template: Path, folder: Path) -> Path:
    """A store with the county, imported by its own office."""
    path = folder / "county.db"
    path.write_bytes(template.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    wrote = handed_in(engine, folder, sound_book(), CADRES["county"])
    order(engine, CADRES["county"], wrote, "write")
    engine.dispose()
    return path


def handed_in(
    engine: Engine, folder: Path, book: Book, viewer: Viewer = CADRES["township"], name: str = "示范镇.xlsx"
) -> int:
    """Hand in a workbook, and check it; the number of the import."""
    content = write_xlsx(folder / "handed.xlsx", book).read_bytes()
    return handed_in_files(engine, [(name, content)], viewer)


def handed_in_files(engine: Engine, files: Sequence[tuple[str, bytes]], viewer: Viewer = CADRES["township"]) -> int:
    """The same for files as they are."""
    given = [(name, io.BytesIO(content)) for name, content in files]
    job = jobs.hand_in(engine, viewer, jobs.WORKBOOK, given, now=NOW)
    assert run(engine, job, WORKERS, clock=lambda: NOW)
    return job


def order(engine: Engine, viewer: Viewer, job: int, action: str, **given) -> None:
    """Take a step, and do what it asks for."""
    jobs.step(engine, viewer, job, action, version=version(engine, viewer, job), now=NOW, **given)
    run(engine, job, WORKERS, clock=lambda: NOW)


def version(engine: Engine, viewer: Viewer, job: int) -> int:
    with engine.connect() as connection:
        return jobs.job(connection, viewer, job).version


def state(engine: Engine, job: int) -> str:
    with engine.connect() as connection:
        return jobs.job(connection, CADRES["county"], job).state


def drawn(engine: Engine, viewer: Viewer = CADRES["township"], **parameters: str | int) -> AppTest:
    """The section as the viewer sees it."""
    with engine.connect() as connection:
        place = regions.find(connection, viewer, viewer.region)
    status = Status(1, "2026-11-22T08:00:00", "2026-11-22", month_of("2026-11"), month_of("2026-11"), True)
    app = AppTest.from_string(_SCRIPT, default_timeout=120)
    app.session_state["screen"] = Screen(viewer, place, None, status, False, engine, lambda: NOW, {})
    for name, value in {"view": "in", **parameters}.items():
        app.query_params[name] = str(value)
    return app.run()


def markup(app: AppTest) -> str:
    """What stands on it, as markup."""
    assert not app.exception, app.exception
    return " ".join(html.proto.body for html in app.get("html"))


def words(app: AppTest) -> str:
    """The same as text."""
    return " ".join(re.sub(r"<[^>]*>", " ", markup(app)).split())


def labels(app: AppTest) -> set[str]:
    """The buttons that can be pressed."""
    return {button.label for button in app.button if not button.disabled}
