"""A village with its households as they are walked: by state and by number, from its office on."""

import pandas as pd

from components.drawing.svg_map import Drawing, region_map
from components.drawing.svg_points import Points
from components.drawing.svg_view import Box
from components.drawing.theme import palette, state_marks
from data.regions.lands import Lands

OFFICE = "村部"


def walk_map(
    ground: Lands,
    walk: pd.DataFrame,
    numbered: pd.DataFrame,
    *,
    size: tuple[float, float],
    text: float,
    line: float,
    dark: bool = False,
    view: Box | None = None,
    sea: bool = True,
) -> Drawing:
    """The households of ``walk`` (id, lon, lat, state, sketch, number), those of them that are ``numbered`` with their
    numbers where these find room; the rest as of ``svg_map.region_map``."""
    rows = walk[["id", "lon", "lat", "state", "sketch"]].assign(
        number=walk["number"].where(walk["number"].isin(numbered["number"]))
    )
    colours = palette(dark)
    points = [Points(rows, state_marks(dark), walk=True)]
    if ground.seat is not None:
        lon, lat = ground.seat
        office = {"id": [0], "lon": [lon], "lat": [lat], "state": [OFFICE], "label": [OFFICE]}
        points.append(Points(pd.DataFrame(office), {OFFICE: ("■", colours.ink)}))
    width, height = size
    return region_map(
        ground, width=width, height=height, text=text, colours=colours, names=False, points=points, view=view,
        line=line, sea=sea,
    )  # fmt: skip
