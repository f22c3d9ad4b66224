"""What an address asks of a wall: looked up and bounded, never trusted."""

import re
from collections.abc import Mapping
from dataclasses import replace

from components.server.geo_routes import WHOLE
from components.shell.reading import whole
from components.wall.canvas import Canvas
from components.wall.scenes import SCENES, scenes_for
from data.errors import Refused
from data.wall.displays import Setup, checked

WIDTH, HEIGHT = (320, 16_000), (240, 9_000)
"""CSS pixels of a picture: from a phone laid on its side to an LED wall of eleven thousand."""
MOST_PIXELS = 60_000_000
_MOST = 999_999
THEMES = {"dark": True, "light": False}


def region_of(parameters: Mapping[str, str]) -> str | None:
    """The code that the address names, '' the whole; None where it names none."""
    asked = parameters.get("region")
    return "" if asked == WHOLE else asked


def setup_in(parameters: Mapping[str, str], kept: Setup) -> Setup:
    """What is kept of the display, changed as the address says. Raises Refused for nonsense."""
    told = kept
    if "cm" in parameters:
        told = replace(told, cm=_whole(parameters["cm"], "画面宽度（cm）"))
    if "far" in parameters:
        told = replace(told, far=_number(parameters["far"], "最远座位（far）"))
    if "theme" in parameters:
        if parameters["theme"] not in THEMES:
            raise Refused("画面明暗（theme）只能是 light 或 dark。")
        told = replace(told, dark=THEMES[parameters["theme"]])
    if "seconds" in parameters:
        told = replace(told, seconds=_whole(parameters["seconds"], "每屏秒数（seconds）"))
    if "scenes" in parameters:
        told = replace(told, scenes=tuple(name for name in parameters["scenes"].split(",") if name))
    return checked(told, [scene.name for scene in SCENES])


def canvas_in(parameters: Mapping[str, str], setup: Setup) -> Canvas:
    """The picture that the address asks for. Raises Refused for nonsense."""
    width, height = (_whole(parameters.get(name, ""), f"画面尺寸（{name}）") for name in ("w", "h"))
    for value, (least, most) in ((width, WIDTH), (height, HEIGHT)):
        if not least <= value <= most:
            raise Refused(f"画面尺寸应在 {least} 至 {most} 像素之间。")
    if width * height > MOST_PIXELS:
        raise Refused("画面太大。")
    return Canvas(width, height, setup.cm, setup.far, setup.dark)


def chosen_scenes(setup: Setup, level: int) -> list[str]:
    """The names of the scenes that a region of this level shows on this display, in their order."""
    there = [scene.name for scene in scenes_for(level)]
    return [name for name in setup.scenes if name in there] or there


def _whole(text: str, name: str) -> int:
    found = whole(text, least=0, most=_MOST)
    if found is None:
        raise Refused(f"{name}应为整数。")
    return found


def _number(text: str, name: str) -> float:
    """Whole, or with one or two decimals."""
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", text):
        raise Refused(f"{name}应为数字。")
    return float(text)
