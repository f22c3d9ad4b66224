"""Outlines that are about to be taken, drawn: each state with its colour and mark, what stands now as a broken line."""

from collections.abc import Callable, Mapping, Sequence

import shapely

from components.drawing.markup import escape, picture
from components.drawing.svg_map import Drawing, region_map
from components.drawing.svg_view import Box
from components.drawing.theme import outline_marks, palette
from data.boundaries.plan import DOUBLE, FIRST, OUTSIDE, OVERLAP, SAME, STATES, UNMATCHED
from data.imports.boundary_preview import Shown
from data.regions.lands import Land, Lands

WIDE, NARROW = (960, 640), (358, 420)
"""Pixels of the picture for a desk and for a phone."""
_URGENT = (UNMATCHED, DOUBLE, OUTSIDE, OVERLAP)
_HATCHED = (UNMATCHED, DOUBLE)
_TEXT = 13
_MOST_OUTLINED = 60
_MOST_CLICKED = 1500
_FINE = 1.5  # pixels of a corner that matters to who clicks


def map_markup(
    items: Sequence[Shown],
    around: Sequence[shapely.Geometry],
    *,
    dark: bool,
    chosen: int | None,
    url: Callable[[int], str],
    alt: str,
) -> str:
    """The picture of the items, for a desk and for a phone, and over it what leads to each of them; ``around``: the
    outlines of what lies above them; ``url`` takes an item's id."""
    drawn = [item for item in items if item.shape is not None]
    view = seen(drawn, chosen)
    parts = []
    for style, (width, height) in (("wide", WIDE), ("narrow", NARROW)):
        drawing = _drawing(drawn, around, width, height, dark=dark, chosen=chosen, view=view)
        over = _targets(drawing, drawn, width, height, url, chosen) if len(drawn) <= _MOST_CLICKED else ""
        parts.append(f'<div class="outline-map {style}">{picture(drawing.svg, alt)}{over}</div>')
    return "".join(parts)


def close_markup(item: Shown, around: Sequence[shapely.Geometry], *, dark: bool, alt: str) -> str:
    """One item from near, with what stands now."""
    width, height = 420, 280
    drawing = _drawing([item], around, width, height, dark=dark, chosen=None, view=_roomy([item]))
    return f'<div class="outline-map">{picture(drawing.svg, alt)}</div>'


def legend_markup(counts: Mapping[str, int], *, dark: bool) -> str:
    """The states that are there, with mark, colour and number, and what the lines mean."""
    marks = outline_marks(dark)
    states = "".join(
        f"<li>{_swatch(state, marks[state][1])}{escape(marks[state][0])} {escape(STATES[state])}"
        f" <small>{counts[state]:,}</small></li>"
        for state in STATES
        if counts.get(state)
    )
    lines = '<li><i class="stands"></i>现有边界</li><li><i class="above"></i>上级边界</li>'
    return f'<ul class="legend outlines" aria-label="图例">{states}{lines}</ul>'


def _swatch(state: str, colour: str) -> str:
    return '<i class="hatched"></i>' if state in _HATCHED else f'<i style="background: {colour}"></i>'


def seen(items: Sequence[Shown], chosen: int | None) -> Box | None:
    """The degrees to show: of all that lies where it should, and of the chosen one."""
    near = [item for item in items if item.state not in (OUTSIDE, *_HATCHED) or item.id == chosen]
    return _roomy(near or items)


def _roomy(items: Sequence[Shown]) -> Box | None:
    shapes = [shape for item in items for shape in (item.shape, item.before) if shape is not None]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    edge = max(east - west, north - south, 1e-4) * 0.03
    return west - edge, south - edge, east + edge, north + edge


def _drawing(
    items: Sequence[Shown],
    around: Sequence[shapely.Geometry],
    width: float,
    height: float,
    *,
    dark: bool,
    chosen: int | None,
    view: Box | None,
) -> Drawing:
    """Lands go by their id; those that need a look are drawn last, and outlined while they are few."""
    marks = outline_marks(dark)
    order = list(STATES)
    ordered = sorted(items, key=lambda item: -order.index(item.state))
    lands = tuple(Land(str(item.id), _name(item, marks[item.state][0]), item.shape, False) for item in ordered)
    over = tuple(Land(f"above {place}", "", shape, False) for place, shape in enumerate(around))
    urgent = [str(item.id) for item in ordered if item.state in _URGENT]
    outline = shapely.union_all([shapely.box(*shapely.bounds(item.shape)) for item in items]) if items else None
    return region_map(
        Lands("", lands, over, outline, None),
        width=width,
        height=height,
        text=_TEXT,
        colours=palette(dark),
        fills={str(item.id): None if item.state in _HATCHED else marks[item.state][1] for item in items},
        chosen=None if chosen is None else str(chosen),
        first=urgent if chosen is None and len(urgent) <= _MOST_OUTLINED else (),
        view=view,
        beside=[item.before for item in items if item.before is not None and item.state != SAME],
    )


def _name(item: Shown, mark: str) -> str:
    return item.words if item.state in (FIRST, SAME) else f"{mark} {item.words}"


def _targets(
    drawing: Drawing,
    items: Sequence[Shown],
    width: float,
    height: float,
    url: Callable[[int], str],
    chosen: int | None,
) -> str:
    """What is clicked over the picture, the smaller above the larger. By keyboard one goes through the list beside."""
    known = {str(item.id): item for item in items}
    placed = [(drawing.shapes[id], item) for id, item in known.items() if id in drawing.shapes]
    placed.sort(key=lambda one: -one[0].area)
    return "".join(_target(shape, item, width, height, url(item.id), item.id == chosen) for shape, item in placed)


def _target(shape: shapely.Geometry, item: Shown, width: float, height: float, url: str, chosen: bool) -> str:
    largest = max(shapely.get_parts(shape), key=shapely.area)
    if largest.geom_type != "Polygon":
        return ""
    left, top, right, bottom = largest.bounds
    broad, high = max(right - left, 1), max(bottom - top, 1)
    corners = shapely.get_coordinates(shapely.simplify(largest, _FINE).exterior)[:-1]
    ring = ",".join(f"{(x - left) / broad:.0%} {(y - top) / high:.0%}" for x, y in corners)
    style = (
        f"left:{left / width:.2%};top:{top / height:.2%};width:{broad / width:.2%};height:{high / height:.2%};"
        f"clip-path:polygon({ring})"
    )
    told = f"{item.words}：{STATES[item.state]}"
    current = ' aria-current="true"' if chosen else ""
    return (
        f'<a href="{escape(url)}" style="{escape(style)}" title="{escape(told)}" aria-label="{escape(told)}"'
        f' tabindex="-1" data-stay="1"{current}></a>'
    )
