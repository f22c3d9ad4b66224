"""How many of the answers that pages hold on to stay kept when a record is written somewhere else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from benchmarks.ground import ROOT, Ground
from benchmarks.table import Finding
from components.shell import asking
from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.clock import county_clock
from data.figures import cube
from data.regions import tree as regions
from data.regions.versions import versions
from data.store.engine import writing

ADMIN = Viewer("admin", regions.WHOLE)
PAGES = ("overview", "battle_map", "income", "projects", "funds", "dividends")


def kept(ground: Ground) -> Iterator[Finding]:
    """Of all that six pages of a village ask, what is answered without the store after a write: in another village, and
    in the village itself."""
    ground.ready()
    mine, other = (place.code for place in ground.villages(2))
    engine = ground.engine()
    cube.ensure(engine, county_clock().date())  # as the application does at its start
    with engine.connect() as connection:
        status, place = regions.status(connection), regions.find(connection, ADMIN, mine)
    assert status is not None
    screen = Screen(ADMIN, place, status.last_month, status, False, engine, county_clock, {})
    for name, written in (("another", other), ("that", mine)):
        _drawn(screen)
        with writing(engine) as connection:
            cube.refresh(connection, written, county_clock())
        asked, anew = _drawn(screen)
        what = f"answers of a village's pages kept after a write in {name} village"
        yield Finding(what, ground.preset, 1 - anew / asked, "share")
    engine.dispose()


def _drawn(screen: Screen) -> tuple[int, int]:
    """Draw the pages as runs of now: how many questions they asked, and how many of these the store had to answer."""
    with screen.engine.connect() as connection:
        known = versions(connection, screen.region.code)
    asked: list[object] = []
    anew: list[object] = []
    with (
        patch.object(asking, "_key", _counted(asking._key, asked)),
        patch.object(asking, "ask_uncached", _counted(asking.ask_uncached, anew)),
    ):
        for page in PAGES:
            app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=600)
            app.session_state["screen"] = replace(screen, versions=known)
            app.run()
            assert not app.exception, page
    return len(asked), len(anew)


def _counted(function: Callable, calls: list[object]) -> Callable:
    def called(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        return function(*arguments, **options)

    return called
