"""What is asked of ``/wall/setup``: the page, what its form keeps with a display, what it opens once."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Connection, Engine
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from components.server.cookie import signed_of
from components.server.forms import address_of, form_token, from_own_page, token_fits
from components.shell.reading import whole
from components.wall.asked import region_of, setup_in
from components.wall.looking import device_of, kept_setup, region_there, viewer_on
from components.wall.page import HEADERS
from components.wall.scenes import SCENES, scenes_for
from components.wall.setup import Form, named, setup_page
from data.access.rights import require_right
from data.access.roles import ADMINISTER, PEOPLE
from data.access.viewer import Viewer
from data.errors import NotFound, Refused
from data.regions import tree as regions
from data.regions.tree import Region
from data.store.engine import writing
from data.wall.displays import Setup, set_up, shown_by

SAVED = "已保存。开着的画面过几分钟自己换上。"
EXPIRED = "页面放得太久，或不是从本页提交的，请再按一次。"
_NOBODY = "nobody"


def set_up_page(engine: Engine, request: Request, form: Mapping[str, str], now: datetime) -> Response:
    """The answer; ``form`` is empty for a page that is looked at."""
    with engine.connect() as connection:
        viewer = viewer_on(request, connection)
        id = _device(request, form, viewer)
        asked = region_of(form or request.query_params) if id is None else shown_by(connection, viewer, id)
        region = region_there(connection, viewer, asked)
        kept = kept_setup(connection, viewer, id, region.code)
        places = [region] if id is not None else _places(connection, viewer, region)
    token = form_token(engine, _bound(request))
    setup, told = kept, ""
    try:
        setup = setup_in(named(form) if form else request.query_params, kept)
        if form:
            if not (from_own_page(request) and token_fits(engine, _bound(request), form.get("token", ""))):
                raise Refused(EXPIRED)
            if form.get("do") != "keep" or id is None:
                return RedirectResponse(f"/wall?{urlencode(named(form))}", 303, HEADERS)
            _keep(engine, request, viewer, id, setup, now)
            told = SAVED
    except Refused as error:
        told = str(error)
    drawn = Form(token, id, places, scenes_for(region.level), told, now)
    return HTMLResponse(setup_page(region, setup, drawn), headers=HEADERS)


def _keep(engine: Engine, request: Request, viewer: Viewer, id: int, setup: Setup, now: datetime) -> None:
    known, address = [scene.name for scene in SCENES], address_of(request)
    with writing(engine) as connection:
        set_up(connection, viewer, id, setup, known=known, itself=device_of(request), address=address, now=now)


def _device(request: Request, form: Mapping[str, str], viewer: Viewer) -> int | None:
    """The display that is set up: the one that is named, for who may set up others, else the one that asks."""
    own = device_of(request)
    named = (form or request.query_params).get("device")
    if named is None or named == str(own):
        return own
    require_right(viewer, ADMINISTER, PEOPLE)
    if (id := whole(named)) is None:
        raise NotFound("没有这台设备。")
    return id


def _places(connection: Connection, viewer: Viewer, region: Region) -> list[Region]:
    """The way down to the region and what lies in it."""
    way = regions.ancestors(connection, viewer, region.code) or [region]
    return [*way, *regions.children(connection, viewer, region.code)]


def _bound(request: Request) -> str:
    signed = signed_of(request)
    return signed.digest if signed else _NOBODY
