"""What a display is sent of a scene: its posters in their frames, packed, and kept for as long as the data stay so.

Many displays show the same: who asks first has it composed, in a thread, all others wait for that without one.
"""

import asyncio
import gzip
import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from components.drawing.markup import Markup
from components.wall.canvas import Canvas
from components.wall.frame import Surroundings, body_canvas, framed, panes, readable
from components.wall.leaders_strip import overdue_strip
from components.wall.scene import Known, Place, Poster, Scene
from data.errors import Refused
from data.months import month_of
from data.regions.tree import status
from data.regions.versions import version_of, versions
from data.settings import official_words
from data.store.batches import batches

MOST_KEPT = 48 * 1024 * 1024  # bytes
MOST_WAITING = 1000  # scenes that are asked for and not composed yet
MOST_OWN = 8  # of these for one session: a wall asks for one or two at a time
MOST_PLACES = 2000
TIGHT = 32
"""Characters of running text across a picture, below which long words are said short."""
TOO_FAR = Poster("这块屏在这个距离上看不清", "请核对画面宽度和最远座位，或换一块更大的屏", Markup(""))


@dataclass(frozen=True)
class Made:
    """A fragment, packed; its mark for ``If-None-Match``. Empty where the scene has nothing to show."""

    packed: bytes
    tag: str


def composed(place: Place, scenes: Sequence[Scene], canvas: Canvas) -> Markup:
    """The pictures of the first of the scenes, one after the other; on very wide walls those of the following ones
    stand beside them. '' where the first has nothing to show."""
    with official_words(place.connection, month_of(place.now), tight=canvas.width < TIGHT * canvas.text):
        return _composed(place, scenes, canvas)


def _composed(place: Place, scenes: Sequence[Scene], canvas: Canvas) -> Markup:
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


@dataclass(eq=False)
class State:
    """A region as somebody sees it, at a version of its data and on a day: what its scenes ask alike (``Place.once``),
    and its fragments, those last asked for at the end."""

    version: Hashable
    known: Known = field(default_factory=dict)
    held: OrderedDict[Hashable, Made] = field(default_factory=OrderedDict)


class Fragments:
    """Those that were asked for last, for all displays of this process; of a region none of an earlier state. For the
    event loop alone. ``bytes``: what they take."""

    def __init__(self) -> None:
        self._states: OrderedDict[Hashable, State] = OrderedDict()
        self.bytes = 0
        self._coming: dict[tuple[State, Hashable], asyncio.Task[Made]] = {}
        self._asking: Counter[str] = Counter()  # by session
        self._threads = ThreadPoolExecutor(2, "wall")

    def state(self, place: Hashable, version: Hashable) -> State:
        """The state of a place, which names whose region of which store; of another version, what was kept goes."""
        state = self._states.get(place)
        if state is None or state.version != version:
            self._forget(place)
            state = self._states[place] = State(version)
        self._states.move_to_end(place)
        while len(self._states) > MOST_PLACES:
            self._forget(next(iter(self._states)))
        return state

    async def made(self, state: State, key: Hashable, compose: Callable[[], Markup], session: str = "") -> Made:
        """The fragment of a key, which names all that it depends on beside the state, for a session ('': nobody's).
        Raises what ``compose`` raises, Refused where too many are being composed, for all or for this session."""
        if held := state.held.get(key):
            state.held.move_to_end(key)
            return held
        if (coming := self._coming.get((state, key))) is None:
            if len(self._coming) >= MOST_WAITING or (session and self._asking[session] >= MOST_OWN):
                raise Refused("同时打开的画面太多，请稍候。")
            self._asking[session] += 1
            coming = self._coming[state, key] = asyncio.create_task(self._compose(state, key, compose, session))
        return await asyncio.shield(coming)

    async def _compose(self, state: State, key: Hashable, compose: Callable[[], Markup], session: str) -> Made:
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._threads, lambda: _packed(compose()))
        finally:
            del self._coming[state, key]
            self._asking -= Counter([session])  # keeps none at zero
        if state in self._states.values():  # else the data have gone on meanwhile
            state.held[key] = made
            self.bytes += len(made.packed)
            self._trim(state)
        return made

    def _trim(self, newest: State) -> None:
        """Let go what was asked for longest ago: of the places, then of the one that is left."""
        while self.bytes > MOST_KEPT and next(iter(self._states.values())) is not newest:
            self._forget(next(iter(self._states)))
        while self.bytes > MOST_KEPT and len(newest.held) > 1:
            _, oldest = newest.held.popitem(last=False)
            self.bytes -= len(oldest.packed)

    def _forget(self, place: Hashable) -> None:
        if state := self._states.pop(place, None):
            self.bytes -= sum(len(one.packed) for one in state.held.values())


def _packed(markup: str) -> Made:
    told = markup.encode()
    tag = f'W/"{hashlib.sha256(told).hexdigest()[:20]}"'
    return Made(gzip.compress(told, 6, mtime=0) if told else b"", tag)
