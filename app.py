"""The front door: the ASGI application, its plain routes and its start-up. ``streamlit run app.py`` serves it."""

import asyncio
import contextlib
import gc
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
import xstatic.pkg.leaflet as leaflet
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from components.access.routes import access_routes
from components.days.routes import day_routes
from components.phone.routes import phone_routes
from components.server.archive_routes import archive_routes
from components.server.collector import collect_garbage
from components.server.downloads import tell_why
from components.server.front import Front
from components.server.geo_routes import geo_routes
from components.server.guard import Guard
from components.server.launch import tell_launch
from components.server.made_routes import made_routes
from components.server.packed import Packed, PackedFiles, map_urls
from components.server.pulse import pulse_routes
from components.server.sockets import close_silent, note_servers, send_at_once
from components.shell.site import BATTLE_MAP, NAME, OVERVIEW, PAGES
from components.shell.theme_route import theme_route
from components.wall.routes import wall_routes
from data.access.jobs import sweep
from data.audit.chain import ready
from data.audit.verify import log_end
from data.backups import leading
from data.clock import county_clock, written
from data.commands.version import VERSION
from data.errors import WarRoomError
from data.figures import cube
from data.imports.spawning import tend
from data.regions.tree import status
from data.store.engine import ready_engine
from data.store.private import keep_private
from data.wall.shown import turn_the_day

HERE = Path(__file__).resolve().parent
DAY_CHECK = 300  # seconds between two looks at the calendar
IMPORTS_CHECK = 30  # and at what was handed in

log = logging.getLogger(__name__)
keep_private()
engine = ready_engine()


async def health(request: Request) -> JSONResponse:
    """Alive, which application, and on which data."""
    with engine.connect() as connection:
        held, end = status(connection), log_end(connection)
    told = {"version": VERSION, "data_version": held.version if held else 0, "log_end": end}
    return JSONResponse({"status": "ok", **told})


def look_at_the_day() -> None:
    """Whether the day has turned in China."""
    now = county_clock()
    try:
        turn_the_day(engine, now)
    except (SQLAlchemyError, WarRoomError):  # such as a broken log: the figures go on
        log.exception("what was shown on the day before could not be kept")
        cube.ensure(engine, now.date())


async def follow_the_calendar() -> None:
    """What is overdue depends on the day."""
    while True:
        await asyncio.sleep(DAY_CHECK)
        try:
            await asyncio.to_thread(look_at_the_day)
        except SQLAlchemyError:  # a store that is away for a while must not end the watch
            log.exception("the running month could not be brought up to date")


async def take_up_imports() -> None:
    """What was handed in and nobody is at any more: a process that died, a server that was away."""
    while True:
        try:
            await asyncio.to_thread(tend, engine, county_clock)
        except (SQLAlchemyError, OSError):
            log.exception("what was handed in could not be looked after")
        await asyncio.sleep(IMPORTS_CHECK)


async def follow_the_timetable() -> None:
    """Backups and trial restores, by one of all processes."""
    mine = secrets.token_hex(8)
    while True:
        try:
            await asyncio.to_thread(leading.look, engine, mine, county_clock())
        except (SQLAlchemyError, OSError):
            log.exception("the timetable of backups could not be looked at")
        await asyncio.sleep(leading.LOOK)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Warm the heap, then keep the collector off it: it would walk all of pandas, plotly and folium, 0.13 s each time.

    Not streamlit_folium: imported before the runtime stands, its component is registered nowhere.
    """
    import folium  # noqa: F401
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401
    import shapely  # noqa: F401

    await asyncio.to_thread(ready, engine, written(county_clock()))
    await asyncio.to_thread(look_at_the_day)
    await asyncio.to_thread(sweep, engine, county_clock())
    send_at_once()
    note_servers()
    tell_why()
    works = (follow_the_calendar, follow_the_timetable, take_up_imports, collect_garbage, close_silent)
    beside = [asyncio.create_task(work()) for work in works]
    await asyncio.sleep(0)  # what they look for among the objects is found before the freeze
    gc.collect()
    gc.freeze()
    tell_launch(engine)
    yield
    for task in beside:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


front = Front(NAME, {"/": True, **{f"/{page.path}": page in (OVERVIEW, BATTLE_MAP) for page in PAGES}}, map_urls())
app = st.App(
    str(HERE / "components" / "shell" / "script.py"),
    lifespan=lifespan,
    routes=[
        Route("/healthz", health),
        theme_route(),
        *made_routes(lambda: engine, county_clock),
        *geo_routes(lambda: engine),
        *access_routes(lambda: engine, county_clock),
        *phone_routes(lambda: engine, county_clock),
        *day_routes(lambda: engine, county_clock),
        *archive_routes(lambda: engine, county_clock),
        *pulse_routes(lambda: engine, county_clock),
        *wall_routes(lambda: engine, county_clock),
        Mount("/assets/leaflet", PackedFiles(leaflet.BASE_DIR)),
        Mount("/assets/map", PackedFiles(HERE / "components" / "static")),
    ],
    middleware=[Middleware(Guard, engine=engine, clock=county_clock), Middleware(Packed, front=front)],
)
