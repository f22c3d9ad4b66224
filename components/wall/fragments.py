"""What a display is sent of a scene: its posters in their frames, packed, and kept for as long as the data stay so.

Many displays show the same: who asks first has it composed, in a thread, all others wait for that without one.
"""

import asyncio
import gzip
import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from components.drawing.markup import Markup
from components.wall.canvas import Canvas
from components.wall.frame import Surroundings, body_canvas, framed, panes, readable
from components.wall.leaders_strip import overdue_strip
from components.wall.scene import Place, Poster, Scene
from data.errors import Refused
from data.regions.tree import status
from data.regions.versions import version_of, versions
from data.store.batches import batches

MOST_KEPT = 48 * 1024 * 1024  # bytes
MOST_WAITING = 1000  # scenes that are asked for and not composed yet
MOST_OWN = 8  # of these for one session: a wall asks for one or two at a time
_MOST_KNOWN = 500  # regions of which is kept what their scenes ask alike
TOO_FAR = Poster("这块屏在这个距离上看不清", "请核对画面宽度和最远座位，或换一块更大的屏", Markup(""))


@dataclass(frozen=True)
class Made:
    """A fragment, packed; its mark for ``If-None-Match``. Empty where the scene has nothing to show."""

    packed: bytes
    tag: str


def composed(place: Place, scenes: Sequence[Scene], canvas: Canvas) -> Markup:
    """The pictures of the first of the scenes, one after the other; on very wide walls those of the following ones
    stand beside them. '' where the first has nothing to show."""
    around, number = place.once(surroundings), panes(canvas)
    if not readable(canvas):
        return framed([TOO_FAR] * number, around, canvas)
    body = body_canvas(canvas)
    own = list(scenes[0].posters(place, body))
    if not own:
        return Markup("")
    others: list[Poster] = []
    if number > 1:
        others = [poster for scene in scenes[1:] for poster in scene.posters(place, body)]
    return Markup("".join(framed(row, around, canvas) for row in _rows(own, others, number)))


def _rows(own: Sequence[Poster], others: Sequence[Poster], number: int) -> list[list[Poster]]:
    """What stands beside each other: each of a scene's own once, filled with the others, or where there are none with
    its own next ones."""
    if not others:
        return list(batches(own, number))
    beside = number - 1
    return [
        [one, *(others[(at * beside + place) % len(others)] for place in range(min(beside, len(others))))]
        for at, one in enumerate(own)
    ]


def surroundings(place: Place) -> Surroundings:
    """What stands around each scene of a region."""
    held = status(place.connection)
    if held is None:
        return Surroundings(["还没有装入数据"], "", demonstration=True)
    number, at = version_of(versions(place.connection, place.region), place.region)
    source = f"数据第 {number} 版 · {int(at[5:7])}月{int(at[8:10])}日 {at[11:16]} 更新"
    return Surroundings(overdue_strip(place), source, held.demonstration)


class Fragments:
    """Those that were asked for last, for all displays of this process. For the event loop alone."""

    def __init__(self) -> None:
        self._held: OrderedDict[Hashable, Made] = OrderedDict()
        self._bytes = 0
        self._known: OrderedDict[Hashable, dict[str, Any]] = OrderedDict()
        self._coming: dict[Hashable, asyncio.Task[Made]] = {}
        self._asking: Counter[str] = Counter()  # by session
        self._threads = ThreadPoolExecutor(2, "wall")

    def known(self, key: Hashable) -> dict[str, Any]:
        """What ``Place.once`` has been answered of a region at a version."""
        held = self._known.setdefault(key, {})
        self._known.move_to_end(key)
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return held

    async def made(self, key: Hashable, compose: Callable[[], Markup], session: str = "") -> Made:
        """The fragment of a key, which names all that it depends on, for a session ('': nobody's). Raises what
        ``compose`` raises, Refused where too many are being composed, for all or for this session."""
        if held := self._held.get(key):
            self._held.move_to_end(key)
            return held
        if (coming := self._coming.get(key)) is None:
            if len(self._coming) >= MOST_WAITING or (session and self._asking[session] >= MOST_OWN):
                raise Refused("同时打开的画面太多，请稍候。")
            self._asking[session] += 1
            coming = self._coming[key] = asyncio.create_task(self._compose(key, compose, session))
        return await asyncio.shield(coming)

    async def _compose(self, key: Hashable, compose: Callable[[], Markup], session: str) -> Made:
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._threads, lambda: _packed(compose()))
        finally:
            del self._coming[key]
            self._asking -= Counter([session])  # keeps none at zero
        self._held[key] = made
        self._bytes += len(made.packed)
        while self._bytes > MOST_KEPT and len(self._held) > 1:
            _, oldest = self._held.popitem(last=False)
            self._bytes -= len(oldest.packed)
        return made


def _packed(markup: str) -> Made:
    told = markup.encode()
    tag = f'W/"{hashlib.sha256(told).hexdigest()[:20]}"'
    return Made(gzip.compress(told, 6, mtime=0) if told else b"", tag)
