"""Where names stand on a drawing: inside what they name, over nothing else, or not at all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from components.drawing.svg import wide, words
from components.drawing.svg_view import Box, Numbers, Rows, crossing
from data.store.batches import batches

_ROWS = 13
_HIGH = 1.15  # of a line of text, in sizes


@dataclass
class Page:
    """What of a drawing is taken already, and what is written on it: names are placed one after the other. ``led``:
    lines (x, y, x, y) that lead from a number to its place."""

    frame: Box
    written: list[str] = field(default_factory=list)
    taken: Rows = field(default_factory=Rows)
    led: Rows = field(default_factory=Rows)

    def free(self, boxes: Numbers) -> npt.NDArray[np.bool_]:
        """Which boxes (n, 4) lie in the frame and touch nothing."""
        left, top, right, bottom = boxes.T[..., None]
        here = (left >= self.frame[0]) & (top >= self.frame[1]) & (right <= self.frame[2]) & (bottom <= self.frame[3])
        others = self.taken.all.T
        touched = (others[0] < right) & (others[1] < bottom) & (others[2] > left) & (others[3] > top)
        crossed = crossing(self.led.all[None], boxes[:, None])
        free: npt.NDArray[np.bool_] = here[:, 0] & ~np.any(touched, axis=1) & ~np.any(crossed, axis=1)
        return free

    def clear(self, line: Box) -> bool:
        """Whether a line crosses nothing that is taken."""
        return not np.any(crossing(np.array(line)[None], self.taken.all))

    def mark(self) -> tuple[int, int]:
        """How far it is taken and written on now, for :meth:`back`."""
        return self.taken.number, len(self.written)

    def back(self, mark: tuple[int, int]) -> None:
        """Take back what was written since."""
        self.taken.number = mark[0]
        del self.written[mark[1] :]

    def write(self, x: float, y: float, lines: tuple[str, ...], colour: str, *, size: float, bold: bool) -> None:
        """Lines around a middle, and their place taken."""
        self.taken.add(box_of(x, y, lines, size))
        top = y - (len(lines) - 1) * size * _HIGH / 2 + size * 0.36
        for place, line in enumerate(lines):
            self.written.append(
                words(x, top + place * size * _HIGH, line, colour, size=size, anchor="middle", bold=bold)
            )


def box_of(x: float, y: float, lines: tuple[str, ...], size: float) -> Box:
    """What lines of text around a middle take, with a little air."""
    width = max(wide(line, size) for line in lines) + size * 0.3
    height = len(lines) * size * _HIGH
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def spot_for(
    spots: Iterable[tuple[float, float]], lines: tuple[str, ...], size: float, page: Page
) -> tuple[float, float] | None:
    """The first of the middles around which lines of text have room."""
    listed = list(spots)
    if not listed:
        return None
    boxes = np.array([box_of(x, y, lines, size) for x, y in listed])
    free = np.flatnonzero(page.free(boxes))
    return listed[free[0]] if len(free) else None


def forms(name: str) -> list[tuple[str, ...]]:
    """How a name may be written, the best first: whole; in two lines where it says in what it lies (东风村（某镇）);
    without its kind (兴泉镇 → 兴泉), as maps do."""
    if name.endswith("）") and "（" in name:
        first, beside = name[:-1].split("（", 1)
        return [(name,), (first, f"（{beside}）")]
    short = next((name.removesuffix(kind) for kind in _KINDS if name.endswith(kind)), name)
    return [(name,), (short,)] if 2 <= len(short) < len(name) else [(name,)]


_KINDS = ("民族乡", "街道办事处", "村民委员会", "社区居民委员会", "街道", "社区", "镇", "乡", "村")


def spots(shape: shapely.Geometry, width: float, height: float) -> Iterator[tuple[float, float]]:
    """Middles of boxes of that size that lie inside a polygon, the best first: wide room, near the middle."""
    left, top, right, bottom = shape.bounds
    if right - left < width or bottom - top < height:
        return
    rows = np.linspace(top + height / 2, bottom - height / 2, _ROWS)
    found = []
    for place, (row, stretches) in enumerate(zip(rows.tolist(), _stretches(shape, rows, height), strict=True)):
        for begin, end in stretches:
            if end - begin >= width:
                worth = (end - begin) * (1 - abs(place - _ROWS // 2) / _ROWS / 1.5)
                found.append((worth, (begin + end) / 2, row, end - begin - width))
    for _, x, y, slack in sorted(found, reverse=True):
        yield x, y
        if slack > width * 0.2:
            yield x - slack / 2, y
            yield x + slack / 2, y


def _stretches(shape: shapely.Geometry, rows: Numbers, height: float) -> Iterator[list[tuple[float, float]]]:
    """For each row: from where to where a strip of that height around it lies inside, by its top, middle and foot."""
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape))]
    x1, y1 = np.concatenate([ring[:-1] for ring in rings]).T
    x2, y2 = np.concatenate([ring[1:] for ring in rings]).T
    levels = np.add.outer(rows, [-height / 2, 0, height / 2]).ravel()
    level, edge = np.nonzero((y1 > levels[:, None]) != (y2 > levels[:, None]))
    cuts = x1[edge] + (levels[level] - y1[edge]) / (y2[edge] - y1[edge]) * (x2[edge] - x1[edge])
    order = np.lexsort((cuts, level))
    at_level = np.split(cuts[order], np.searchsorted(level[order], np.arange(1, len(levels))))
    inner = [list(zip(some[::2].tolist(), some[1::2].tolist(), strict=True)) for some in at_level]
    for held, *others in batches(inner, 3):
        for other in others:
            held = [(max(a, c), min(b, d)) for a, b in held for c, d in other if max(a, c) < min(b, d)]
        yield held


def around(shape: shapely.Geometry, width: float, height: float) -> Iterator[tuple[float, float]]:
    """Middles of boxes that may hang over the polygon: in it, then beside it."""
    left, top, right, bottom = shape.bounds
    inner = shape.representative_point()
    x, y, gap = inner.x, inner.y, height * 0.3
    yield from (
        (x, y),
        (right + gap + width / 2, y),
        (left - gap - width / 2, y),
        (x, top - gap - height / 2),
        (x, bottom + gap + height / 2),
        (right + gap + width / 2, top),
        (left - gap - width / 2, top),
        (right + gap + width / 2, bottom),
        (left - gap - width / 2, bottom),
    )
