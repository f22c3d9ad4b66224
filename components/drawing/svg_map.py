"""A map as SVG: regions by class, households and projects, names that fit, north, scale. For walls, prints and typst.

Sizes of text are handed in, in pixels: what does not fit is left out in this order of right: what stands fixed (north,
scale, 示意边界), numbers and names of points, the chosen region, those that come ``first``, the names of ``over``
(townships over villages), then the others, all or none of these where less than a quarter finds room; among equals the
larger land.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from components.drawing.svg import box, stroke, svg, wide, words
from components.drawing.svg_labels import Page, around, box_of, forms, spot_for, spots
from components.drawing.svg_points import Points, draw_points
from components.drawing.svg_view import FINE, Box, View, fitted, hatched, path
from components.drawing.theme import Palette
from data.regions.lands import Land, Lands

SKETCH, GUESS, NOTHING = "示意边界", "示意位置", "尚无边界和位置，画不出地图"
_ENOUGH = 0.25  # of the names under others (villages under townships): where fewer find room none is written
_LENGTHS = [size * 10**power for power in range(6) for size in (1, 2, 5)]


@dataclass(frozen=True)
class Drawing:
    """SVG text; what found no room on it (names, numbers), the most important first; where each land lies on it
    (code → its shape in pixels)."""

    svg: str
    left_out: tuple[str, ...]
    shapes: Mapping[str, shapely.Geometry]

    @property
    def places(self) -> Mapping[str, Box]:
        """Where each land lies on it: left, top, right, bottom in pixels."""
        return {code: shape.bounds for code, shape in self.shapes.items()}


def region_map(
    ground: Lands,
    *,
    width: float,
    height: float,
    text: float,
    colours: Palette,
    fills: Mapping[str, str | None] | None = None,
    chosen: str | None = None,
    first: Sequence[str] = (),
    told: Mapping[str, str] | None = None,
    names: bool = True,
    points: Sequence[Points] = (),
    view: Box | None = None,
    line: float = 1,
    sea: bool = True,
    beside: Sequence[shapely.Geometry] = (),
) -> Drawing:
    """A map of ``width`` × ``height`` pixels; ``text``: the size of all words on it.

    ``fills``: code of a land → colour, None (or no entry) for no data, which is hatched; without it all land is plain.
    ``chosen`` is outlined in the accent; ``first`` are codes (of lands or of what lies over them) that are outlined as
    what needs action and named before the others. ``told``: code → a few words under the name, where they fit.
    ``points``: what stands on it; the last is drawn above the others and is the first to find room. ``view``: the
    degrees to be seen (:meth:`Lands.of`), else all. ``line``: how much stronger lines are than on a screen. Without
    ``sea`` the ground stays clear. ``beside``: other outlines of the same ground (degrees), thin and broken.
    """
    page = Page((0, 0, width, height))
    if not ground.each:
        middle = words(width / 2, height / 2, NOTHING, colours.second_ink, size=text, anchor="middle")
        return Drawing(svg(width, height, [middle]), (), {})
    bounds = view or tuple(shapely.total_bounds([land.shape for land in ground.each]).tolist())
    notes = _notes(ground, points)
    edge = max(4.0, text * 0.3)
    seen, furniture = _composed(ground, bounds, (edge, edge, width - edge, height - edge), notes, text, line, colours)
    page.taken.add(furniture.place)
    drawn = _cut(seen, (*ground.over, *ground.each), (-9 * line, -9 * line, width + 9 * line, height + 9 * line))
    parts = [box(0, 0, width, height, colours.sea)] if sea else []
    parts += _ground(ground, drawn, fills, line, colours)
    parts += _outlined(drawn, chosen, first, line, colours)
    if beside:
        parts.append(_broken([seen.shape(shape) for shape in beside], line, colours))
    standing: list[str] = []
    missed: list[str] = []
    for some in reversed(points):
        marks, without = draw_points(some, seen, page, text=text, line=line, colours=colours)
        standing[:0] = marks
        missed += without
    parts += standing
    if names:
        missed += _names(ground, drawn, page, chosen, first, told or {}, text, colours)
    halo = (
        f'<g paint-order="stroke" stroke="{colours.surface}" stroke-width="{text * 0.22:.1f}" stroke-linejoin="round">'
        f"{''.join(page.written)}</g>"
    )
    return Drawing(svg(width, height, [*parts, halo, furniture.markup]), tuple(missed), drawn)


def _cut(view: View, lands: Sequence[Land], frame: Box) -> dict[str, shapely.Geometry]:
    """Code → what of a land lies in the frame, in pixels."""
    shapes = shapely.transform(np.array([land.shape for land in lands], object), view.px)
    left, top, right, bottom = shapely.bounds(shapes).T
    across = (left < frame[0]) | (top < frame[1]) | (right > frame[2]) | (bottom > frame[3])
    shapes[across] = shapely.intersection(shapely.make_valid(shapes[across]), shapely.box(*frame))
    seen = ~shapely.is_empty(shapes)
    return {land.code: shape for land, shape, here in zip(lands, shapes, seen, strict=True) if here}


def _ground(
    ground: Lands,
    drawn: Mapping[str, shapely.Geometry],
    fills: Mapping[str, str | None] | None,
    line: float,
    colours: Palette,
) -> list[str]:
    """Lands by colour and what lies above them one by one, hatching where there is no data, lines from thin to strong;
    in units of ``FINE``."""
    groups: dict[tuple[str, str | None], list[shapely.Geometry]] = {}
    for land in ground.each:
        if land.code in drawn:
            fill = colours.land if fills is None else fills.get(land.code)
            groups.setdefault((land.code if land.above else "", fill), []).append(drawn[land.code])
    thin = (0.6 if ground.over else 1) * line * FINE
    layers: dict[str, list[str]] = {}  # '' is what lies side by side; its hatching comes before what lies above
    for (above, fill), some in groups.items():
        layers.setdefault(above, []).append(f'<path d="{path(some)}" fill="{fill or colours.land}"/>')
    for (above, fill), some in groups.items():
        if fill is None:
            layers[above].append(hatched(some, colours.missing, line))
    parts = [part for layer in layers.values() for part in layer]
    strong = [drawn[land.code] for land in ground.over if land.code in drawn]
    lines = (
        f'<path d="{path(strong)}" fill="none" stroke="{colours.map_strong_line}" stroke-width="{2 * line * FINE:g}"/>'
        if strong
        else ""
    )
    return [
        f'<g transform="scale({1 / FINE:g})" stroke="{colours.map_line}" stroke-width="{thin:g}"'
        f' stroke-linejoin="round">{"".join(parts)}{lines}</g>'
    ]


def _outlined(
    drawn: Mapping[str, shapely.Geometry], chosen: str | None, first: Sequence[str], line: float, colours: Palette
) -> list[str]:
    """The outlines of what is marked, the chosen one last, each on a lighter one: so it is seen on any colour, and in
    print without any."""
    marked = [(code, colours.alarm, 3.0) for code in first] + ([(chosen, colours.accent, 4.0)] if chosen else [])
    lines = [(path([drawn[code]]), colour, strong) for code, colour, strong in marked if code in drawn]
    cased = [(d, colours.surface, strong + 3) for d, _, strong in lines]
    drawn_lines = [
        f'<path d="{d}" stroke="{colour}" stroke-width="{strong * line * FINE:g}"/>'
        for d, colour, strong in [*cased, *lines]
    ]
    if not drawn_lines:
        return []
    return [f'<g transform="scale({1 / FINE:g})" fill="none" stroke-linejoin="round">{"".join(drawn_lines)}</g>']


def _broken(shapes: Sequence[shapely.Geometry], line: float, colours: Palette) -> str:
    drawn = (
        f'<path d="{path(shapes)}" stroke="{colours.ink}" stroke-width="{1.2 * line * FINE:g}"'
        f' stroke-dasharray="{4 * FINE:g} {3 * FINE:g}"/>'
    )
    return f'<g transform="scale({1 / FINE:g})" fill="none" stroke-linejoin="round">{drawn}</g>'


def _names(
    ground: Lands,
    drawn: Mapping[str, shapely.Geometry],
    page: Page,
    chosen: str | None,
    first: Sequence[str],
    told: Mapping[str, str],
    text: float,
    colours: Palette,
) -> list[str]:
    """Write what fits, in order of right; gives the names that don't."""
    names = {land.code: land.name for land in (*ground.over, *ground.each) if land.code in drawn and land.name.strip()}
    marked = [code for code in dict.fromkeys([*([chosen] if chosen else []), *first]) if code in names]
    missed = []

    def write(codes: list[str], ink: str, *, bold: bool, anywhere: bool = False) -> list[str]:
        return [
            code
            for code in codes
            if not _write(_ways(names[code], told.get(code)), drawn[code], page, text, ink, bold, anywhere)
        ]

    for code in marked:  # in ink: their outline says why, and red on its own ground is read from nowhere
        missed += write([code], colours.ink, bold=True, anywhere=True)
    for group in (ground.over, ground.each):
        codes = [land.code for land in group if land.code in names and land.code not in marked]
        codes.sort(key=lambda code: -drawn[code].area)
        before = page.mark()
        without = write(codes, colours.ink, bold=group is ground.over)
        if ground.over and group is ground.each and len(codes) - len(without) < len(codes) * _ENOUGH:
            page.back(before)
            without = codes
        missed += without
    return [names[code] for code in missed]


def _ways(name: str, beside: str | None) -> list[tuple[str, ...]]:
    """How a name may be written, the best first: with the words that go under it, then without."""
    ways = forms(name)
    return [(*lines, beside) for lines in ways] + ways if beside else ways


def _write(
    ways: Sequence[tuple[str, ...]],
    shape: shapely.Geometry,
    page: Page,
    text: float,
    ink: str,
    bold: bool,
    anywhere: bool,
) -> bool:
    """Write one of the ways inside a land, or ``anywhere`` over or beside it; False where there is no room."""
    for find in (spots, around) if anywhere else (spots,):
        for lines in ways:
            left, top, right, bottom = box_of(0, 0, lines, text)
            if spot := spot_for(find(shape, right - left, bottom - top), lines, text, page):
                page.write(*spot, lines, ink, size=text, bold=bold)
                return True
    return False


@dataclass(frozen=True)
class _Furniture:
    """North, scale and notes, and the box that they take."""

    markup: str
    place: Box


def _notes(ground: Lands, points: Sequence[Points]) -> str:
    said = [SKETCH] if any(land.sketch for land in ground.each) else []
    guessed = any(bool(some.rows["sketch"].any()) for some in points if "sketch" in some.rows)
    return " · ".join([*said, *([GUESS] if guessed else [])])


def _composed(
    ground: Lands, bounds: Box, frame: Box, notes: str, text: float, line: float, colours: Palette
) -> tuple[View, _Furniture]:
    """The view, and the furniture in a corner where no land is; where there is none, in a strip below the map."""
    left, top, right, bottom = frame
    most = max((right - left) * 0.2, 3 * text)
    view = fitted(bounds, frame)
    broad, high = _size(view, notes, text, most)
    whole = view.shape(ground.outline)
    shapely.prepare(whole)
    corners = [(left, bottom - high), (right - broad, bottom - high), (right - broad, top), (left, top)]
    for x, y in corners:
        if not whole.intersects(shapely.box(x, y, x + broad, y + high)):
            return view, _furnished(view, notes, (x, y), text, line, most, colours, backed=False)
    view = fitted(bounds, (left, top, right, bottom - high - text * 0.4))
    place = (left, bottom - _size(view, notes, text, most)[1])
    return view, _furnished(view, notes, place, text, line, most, colours, backed=True)


def _scale(view: View, most: float) -> tuple[float, str]:
    """The longest round length that is no longer than so many pixels: its pixels, and what it is called."""
    metre = view.metre()
    length = max((one for one in _LENGTHS if one * metre <= most), default=_LENGTHS[0])
    return length * metre, f"{length // 1000} 公里" if length >= 1000 else f"{length} 米"


def _size(view: View, notes: str, text: float, most: float) -> tuple[float, float]:
    """How broad and how high the furniture is."""
    bar, said = _scale(view, most)
    return max(1.6 * text + max(bar, wide(said, text)), wide(notes, text)) + 0.6 * text, (3.5 if notes else 2.3) * text


def _furnished(
    view: View,
    notes: str,
    corner: tuple[float, float],
    text: float,
    line: float,
    most: float,
    colours: Palette,
    *,
    backed: bool,
) -> _Furniture:
    """An arrow to the north beside the scale, the notes under them; ``backed``: on a ground of its own."""
    bar, said = _scale(view, most)
    x, y = corner
    broad, high = _size(view, notes, text, most)
    begin, foot, ink = x + 0.3 * text, y + 2.05 * text, colours.second_ink
    left, low = begin + 1.6 * text, foot - 0.1 * text
    parts = [box(x, y, broad, high, colours.surface, round=4)] if backed else []
    parts += [
        f'<path d="M{begin + 0.5 * text:.1f} {y + 0.15 * text:.1f}l{0.34 * text:.1f} {0.85 * text:.1f}'
        f'h{-0.68 * text:.1f}z" fill="{ink}"/>',
        words(begin + 0.5 * text, foot, "北", ink, size=text, anchor="middle"),
        words(left, low - 0.35 * text, said, ink, size=text),
        stroke(
            [(left, low - 0.2 * text), (left, low), (left + bar, low), (left + bar, low - 0.2 * text)],
            ink,
            width=max(1.5 * line, text * 0.07),
        ),
    ]
    if notes:
        parts.append(words(begin, y + 3.2 * text, notes, ink, size=text))
    return _Furniture("".join(parts), (x, y, x + broad, y + high))
