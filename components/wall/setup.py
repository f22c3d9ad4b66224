"""``/wall/setup``: how a display is set up, and what its machine lacks; to be worked by a remote control."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from components.drawing.markup import escape
from components.server.geo_routes import WHOLE
from components.wall.page import page
from components.wall.scene import Scene
from data.regions.tree import Region
from data.wall.displays import CM, FAR, SECONDS, Setup

SLOTS = 8
"""Places of a round that can be chosen: no wall has more scenes."""
WIDTHS = {
    122: "55 英寸", 143: "65 英寸", 166: "75 英寸", 190: "86 英寸", 217: "98 英寸",
}  # fmt: skip
"""How wide the picture of a television of 16 to 9 is, in cm."""
LINES = {
    40: "40′ 标题和大数字",
    20: "20′ 正文，多数文字这么大",
    16: "16′ 最小的字：这一行也能读，才算合适；读不了就往前坐，或换更大的屏",
}
"""Minutes of arc → what a line of that size is for."""


@dataclass(frozen=True)
class Form:
    """What the page is drawn of: the display that it keeps its answers for (None: nobody's, they are for once), the
    regions to choose from, '' the whole; ``told`` what came of it last."""

    token: str
    device: int | None
    regions: Sequence[Region]
    scenes: Sequence[Scene]
    told: str
    now: datetime


def named(form: Mapping[str, str]) -> dict[str, str]:
    """What a form sends as an address says it: the scenes of its places in one."""
    scenes = [name for slot in range(1, SLOTS + 1) if (name := form.get(f"s{slot}"))]
    kept = {name: form[name] for name in ("region", "cm", "far", "theme", "seconds") if form.get(name)}
    return {**kept, "scenes": ",".join(scenes)} if scenes else kept


def setup_page(region: Region, setup: Setup, form: Form) -> str:
    """The page of a display that is set up so."""
    told = f'<p class="told" role="status">{escape(form.told)}</p>' if form.told else ""
    keep = '<button name="do" value="keep">保存到这块屏</button>' if form.device is not None else ""
    device = f'<input type="hidden" name="device" value="{form.device}">' if form.device is not None else ""
    lines = "".join(f'<p style="font-size:calc({arc} * var(--arc))">{words}</p>' for arc, words in LINES.items())
    body = (
        f'<main data-now="{form.now.isoformat()}" data-far="{setup.far:g}" data-cm="{setup.cm:g}">'
        f'<h1>大屏设置</h1>{told}<form method="post" action="/wall/setup">{device}'
        f'<input type="hidden" name="token" value="{escape(form.token)}">{_fields(region, setup, form)}'
        f'<p class="buttons">{keep}<button name="do" value="once">按此打开画面</button></p></form>'
        f'<section><h2>坐到最远的座位，看这三行</h2><div class="lines">{lines}</div></section>'
        '<section><h2>这台机器还缺什么</h2><ul class="checks"></ul></section></main>'
    )
    return page("大屏设置", setup, body, kind="setting", script="wall_setup.js")


def _fields(region: Region, setup: Setup, form: Form) -> str:
    regions = [(one.code or WHOLE, one.name) for one in form.regions]
    themes = [("light", "浅色：亮的房间，村里的电视"), ("dark", "深色：暗的会议室，LED 屏")]
    widths = "、".join(f"{words} {cm}" for cm, words in WIDTHS.items())
    scenes = [("", "（不选）"), *((one.name, one.title) for one in form.scenes)]
    chosen = list(setup.scenes)
    slots = [
        _choice(f"s{slot}", f"第 {slot} 屏", scenes, chosen[slot - 1] if slot <= len(chosen) else "")
        for slot in range(1, min(len(form.scenes), SLOTS) + 1)
    ]
    return (
        _choice("region", "显示哪里", regions, region.code or WHOLE)
        + _number("cm", f"画面宽度（厘米）：{widths}", setup.cm, CM)
        + _number("far", "最远座位（米）", setup.far, FAR, ' step="0.5"')
        + _choice("theme", "明暗", themes, "dark" if setup.dark else "light")
        + _number("seconds", "每屏停留（秒）", setup.seconds, SECONDS)
        + f"<fieldset><legend>画面和先后，都不选就全部轮播</legend>{''.join(slots)}</fieldset>"
    )


def _choice(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    told = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in options
    )
    return f'<label>{label}<select name="{name}">{told}</select></label>'


def _number(name: str, label: str, value: float, limits: tuple[float, float], more: str = "") -> str:
    least, most = limits
    return (
        f'<label>{label}<input name="{name}" type="number" inputmode="decimal" value="{value:g}" min="{least:g}" '
        f'max="{most:g}" required{more}></label>'
    )
