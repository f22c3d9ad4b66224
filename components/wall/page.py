"""The document of a wall: two empty layers, what it is to show, and the bar that a key brings up."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from components.drawing.markup import Markup, escape, variables
from components.drawing.theme import FONT, palette
from components.server.geo_routes import WHOLE
from components.server.pulse import Beat
from components.wall import files
from components.wall.canvas import Canvas
from components.wall.scene import Scene
from data.wall.displays import Setup

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
PERSON_ENDED = "登录已经结束，画面已经收起。"
DISPLAY_ENDED = "这块屏的展示已经结束。需要继续展示，请管理员重新发放设备网址。"


def document(
    region: str, name: str, setup: Setup, scenes: Sequence[Scene], beat: Beat, *, is_display: bool, taken: bool
) -> str:
    """The page of a wall that shows these scenes of a region, as of this beat; ``taken``: who looks may take its
    pictures away."""
    asked = {
        "region": region or WHOLE, "cm": f"{setup.cm:g}", "far": f"{setup.far:g}",
        "theme": "dark" if setup.dark else "light",
    }  # fmt: skip
    told = {
        "region": region or WHOLE,
        "name": name,
        "asked": urlencode(asked),
        "seconds": setup.seconds,
        "scenes": [{"name": one.name, "title": one.title, "critical": one.critical} for one in scenes],
        "files": [files.url(one) for one in (*files.STYLES, "wall.js")],
    }
    shown = json.dumps(told, ensure_ascii=False)
    return page(
        f"{name} · 上墙",
        setup,
        '<div class="layer"></div><div class="layer"></div>'
        f'<p class="calm" role="status" data-ended="{escape(DISPLAY_ENDED if is_display else PERSON_ENDED)}"'
        f' data-way="{"" if is_display else "/login"}"></p>{_bar(scenes, asked, taken)}',
        script="wall.js",
        attributes=f' data-wall="{escape(shown)}" data-beat="{escape(json.dumps(beat))}"',
    )


def message(sentence: str, setup: Setup, *, instead: bool = False) -> str:
    """A page that says one thing, calmly; ``instead`` of the wall that is shown at its address, which then gives way
    to it."""
    said = f'<p class="calm on" role="status">{escape(sentence)}</p>'
    return page("上墙", setup, said, attributes=' data-wall=""' if instead else "")


def page(title: str, setup: Setup, body: str, *, kind: str = "wall", script: str = "", attributes: str = "") -> str:
    """A page in the light and the sizes of a display; ``kind`` is its class, ``script`` a file of ours."""
    arc = f"{Canvas(100, 100, setup.cm, setup.far, setup.dark).px(1):.6f}vw"
    style = variables({**palette(setup.dark).css(), "font": FONT, "arc": arc})
    run = f'<script src="{files.url(script)}" defer></script>' if script else ""
    styles = "".join(f'<link rel="stylesheet" href="{files.url(name)}">' for name in files.STYLES)
    light = "dark" if setup.dark else "light"
    return (
        f'<!doctype html>\n<html lang="zh-CN" class="{kind} {light}" style="{escape(style)}"{attributes}><head>'
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
        f"{styles}{run}</head><body>{body}</body></html>"
    )


def _bar(scenes: Sequence[Scene], asked: Mapping[str, str], taken: bool) -> Markup:
    picture = '<button type="button" data-do="picture">存为图片</button>' if taken else ""
    named = "".join(
        f'<button type="button" data-scene="{escape(one.name)}">{escape(one.title)}</button>' for one in scenes
    )
    return Markup(
        f'<nav class="bar" aria-label="画面控制" hidden>{named}'
        '<button type="button" data-do="pause" aria-pressed="false">暂停</button>'
        '<button type="button" data-do="full">全屏</button>'
        f"{picture}"
        f'<a href="/wall/setup?{escape(urlencode(asked))}">设置</a><a href="/">返回</a></nav>'
    )
