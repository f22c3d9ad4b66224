"""A small application that holds nothing but maps, for the tests of the map in a real browser."""

import sys
from pathlib import Path

import streamlit as st
import xstatic.pkg.leaflet as leaflet
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from components.drawing.maps import ASSET_FOLDER  # noqa: E402
from tests.browser.map_app.ground import townships, villages  # noqa: E402


async def geometry(request: Request) -> Response:
    features = {"villages": villages, "townships": townships}.get(request.path_params["what"])
    if features is None:
        return Response("gone", status_code=500)
    return JSONResponse({"type": "FeatureCollection", "features": features()})


app = st.App(
    str(HERE / "screen.py"),
    routes=[
        Route("/geo/{what}", geometry),
        Mount("/assets/leaflet", StaticFiles(directory=leaflet.BASE_DIR)),
        Mount("/assets/map", StaticFiles(directory=ASSET_FOLDER)),
    ],
)
