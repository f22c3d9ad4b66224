"""``/wall``: what hangs on walls, as plain pages of this server: the document, its scenes, how it is set up."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlencode

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from components.drawing.markup import Markup
from components.server.cookie import signed_of
from components.server.forms import address_of, form_of
from components.server.packing import holds, packed_answer
from components.server.pulse import Store, beat_of
from components.wall import page
from components.wall.asked import canvas_in, chosen_scenes, region_of, setup_in
from components.wall.fragments import Fragments, Made, composed
from components.wall.looking import device_of, ended, kept_setup, over_a_region, region_there, viewer_on
from components.wall.scene import Place, Scene
from components.wall.scenes import SCENES
from components.wall.setting_up import set_up_page
from data.access.rights import require_right
from data.access.roles import EXPORT, FIGURES, HOUSEHOLDS
from data.access.viewer import Viewer
from data.audit.log import leaves
from data.audit.taken import detail
from data.clock import Clock
from data.errors import NotFound, OutOfScope, Refused, WarRoomError
from data.regions import tree as regions
from data.regions.tree import Region
from data.terms import LEVELS
from data.wall.displays import LEADERS, Setup, usual
from data.wall.names import as_display

NO_SCENES = "这个区划还没有可以上墙的画面。"
BUSY = "系统正忙，请过几分钟再打开。"
SET_ANEW = "请管理员在“用户与设置 · 设备”里为这块屏另发接收村的网址。"
SECONDS = 15  # that what became of a village is read
MOST_BESIDE = 6
_UNSEEN = {"Cache-Control": "no-store"}
_log = logging.getLogger("warroom")


def wall_routes(engine: Callable[[], Engine], clock: Clock) -> list[Route]:
    """The routes, for the list that ``st.App`` takes; ``engine`` and ``clock`` are asked at each request."""
    fragments, store = Fragments(), Store(engine)

    def looked_at(request: Request) -> tuple[Viewer, Region, Setup]:
        with engine().connect() as connection:
            viewer = viewer_on(request, connection)
            region = region_there(connection, viewer, region_of(request.query_params))
            kept = kept_setup(connection, viewer, device_of(request), region.code)
            return viewer, region, setup_in(request.query_params, kept)

    def became(request: Request) -> Response | None:
        """What became of a region that is no more, and the way to where its wall goes on."""
        with engine().connect() as connection:
            gone = ended(connection, viewer_on(request, connection), region_of(request.query_params))
        if gone is None:
            return None
        if not gone.region.code:
            return _page(f"{gone.words}。{SET_ANEW}", 404)
        told = f"{gone.words}。{SECONDS} 秒后显示{gone.region.name}的画面。"
        asked = {**request.query_params, "region": gone.region.code}
        way = {"Refresh": f"{SECONDS}; url=/wall?{urlencode(asked)}"}
        return HTMLResponse(page.message(told, usual(gone.region.code), instead=True), headers={**page.HEADERS, **way})

    async def document(request: Request) -> Response:
        if (told := await run_in_threadpool(became, request)) is not None:
            return told
        viewer, region, setup = await run_in_threadpool(looked_at, request)
        scenes = [_scene(name) for name in chosen_scenes(setup, region.level)]
        if not scenes:
            return _page(NO_SCENES, 404, setup)
        beat = await beat_of(store, clock, region.code)
        who = {"is_display": device_of(request) is not None, "taken": viewer.may(EXPORT, thing_of(region.code))}
        made = page.document(region.code, region.name, setup, scenes, beat, **who)
        return HTMLResponse(made, headers=page.HEADERS)

    async def place_of(request: Request) -> tuple[Viewer, str]:
        """Who looks at which region; asked of the store only where the request does not say it."""
        asked, signed = region_of(request.query_params), signed_of(request)
        if asked is None or signed is None or signed.due:
            return await run_in_threadpool(looked_up, request, asked)
        return over_a_region(signed.viewer), signed.viewer.narrowed(asked)

    def looked_up(request: Request, asked: str | None) -> tuple[Viewer, str]:
        with engine().connect() as connection:
            viewer = viewer_on(request, connection)
            return viewer, regions.home(connection, viewer) if asked is None else viewer.narrowed(asked)

    async def asked_for(request: Request) -> tuple[Viewer, str, Made]:
        """Who asks, for which region, and the scene composed for exactly the picture that is asked for."""
        told, now = request.query_params, clock()
        viewer, region = await place_of(request)
        version = await store.versions.of(region)
        canvas = canvas_in(told, setup_in(told, usual(region)))
        beside = [name for name in told.get("beside", "").split(",") if name][:MOST_BESIDE]
        scenes = [_scene(name) for name in dict.fromkeys((request.path_params["name"], *beside))]
        if any(len(region) not in one.levels for one in scenes):
            raise NotFound("这个区划没有这个画面。")

        def compose() -> Markup:
            with store.versions.engine.connect() as connection:
                regions.find(connection, viewer, region)
                reader = as_display(viewer)  # everybody in the room reads it
                return composed(Place(connection, reader, region, now, state.known), scenes, canvas)

        state = fragments.state((store.versions, viewer.key, region), (version, now.date()))
        names = tuple(one.name for one in scenes)
        signed = signed_of(request)
        session = signed.digest if signed else ""
        return viewer, region, await fragments.made(state, (canvas, names), compose, session)

    async def scene(request: Request) -> Response:
        _, _, made = await asked_for(request)
        headers = {"ETag": made.tag, **_UNSEEN}
        if holds(request.headers, made.tag):
            return Response(status_code=304, headers=headers)
        return packed_answer(request.headers, made.packed, headers) if made.packed else Response(None, 204, headers)

    async def picture(request: Request) -> Response:
        """The same to be taken away, as a picture for a slide: for who may export, and noted before it leaves."""
        viewer, region, made = await asked_for(request)
        require_right(viewer, EXPORT, thing_of(region))
        title = _scene(request.path_params["name"]).title
        what = detail(f"大屏画面（{title}）", place=region or LEVELS[0], count=1, unit="张")
        whence = address_of(request)
        left = partial(leaves, engine(), actor=viewer.actor, address=whence, view="export", detail=what, now=clock())
        await run_in_threadpool(left)
        return packed_answer(request.headers, made.packed, _UNSEEN)

    async def setting(request: Request) -> Response:
        form = await form_of(request) if request.method == "POST" else {}
        return await run_in_threadpool(set_up_page, engine(), request, form, clock())

    return [
        Route("/wall", _telling(document, _page)),
        Route("/wall/setup", _telling(setting, _page), methods=["GET", "POST"]),
        Route("/wall/scene/{name}", _telling(scene, _sentence)),
        Route("/wall/picture/{name}", _telling(picture, _sentence)),
    ]


Answer = Callable[[Request], Awaitable[Response]]


def _telling(answer: Answer, said: Callable[[str, int], Response]) -> Answer:
    """The answer, or in words why there is none."""

    async def told(request: Request) -> Response:
        try:
            return await answer(request)
        except (NotFound, OutOfScope) as error:
            return said(str(error), 404)
        except Refused as error:
            return said(str(error), 400)
        except WarRoomError as error:
            return said(str(error), 503)
        except SQLAlchemyError as error:  # told without what it was about
            _log.error("a wall failed: %s", type(error).__name__)
            return said(BUSY, 503)

    return told


def _page(sentence: str, status: int, setup: Setup = LEADERS) -> Response:
    return HTMLResponse(page.message(sentence, setup), status, page.HEADERS)


def _sentence(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, _UNSEEN)


def thing_of(region: str) -> str:
    """What a picture of this region shows: a village's names households."""
    return HOUSEHOLDS if len(region) == max(LEVELS) else FIGURES


def _scene(name: str) -> Scene:
    found = next((one for one in SCENES if one.name == name), None)
    if found is None:
        raise NotFound("没有这个画面。")
    return found
