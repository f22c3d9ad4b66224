"""Households and projects on a drawing: by mark, by number, by name; what does not fit stays a mark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

import numpy as np
import pandas as pd

from components.drawing.maps import set_apart
from components.drawing.svg import stroke, wide, words
from components.drawing.svg_labels import Page, box_of
from components.drawing.svg_view import Box, Numbers, View
from components.drawing.theme import Palette

_RADIUS = 0.42  # of a mark, in sizes of text
_ARC = "a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z"
_CORNERS = {
    "▲": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    "◆": ((0, -1.25), (1.1, 0), (0, 1.25), (-1.1, 0)),
    "■": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
}
_DISCS = {"●": 0.95, "○": 0.85, "·": 0.45}


@dataclass(frozen=True)
class Points:
    """``rows``: id, lon, lat, state, and where there are any number (NaN: none), label (None: none), sketch (bool: the
    place is a guess); rows without a place are left out. ``marks``: state → (one of ▲◆●■○·, colour). ``walk``: join
    the numbers by a line, in their order."""

    rows: pd.DataFrame
    marks: Mapping[str, tuple[str, str]]
    walk: bool = False


@dataclass(frozen=True)
class _Badge:
    """A number and where it stands; ``point`` is the place that it is of."""

    x: float
    y: float
    width: float
    row: int


def mark_path(mark: str, x: float, y: float, radius: float) -> str:
    """The ``d`` of one mark around a point."""
    if mark in _DISCS:
        r = radius * _DISCS[mark]
        return f"M{x - r:.1f} {y:.1f}" + _ARC.format(r=f"{r:.1f}", d=f"{2 * r:.1f}")
    corners = [(x + dx * radius, y + dy * radius) for dx, dy in _CORNERS[mark]]
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in corners) + "z"


def mark(sign: str, colour: str, x: float, y: float, radius: float, halo: str) -> str:
    """One mark as it stands in a legend."""
    return _marks(sign, colour, mark_path(sign, x, y, radius), radius, halo)


def _marks(sign: str, colour: str, paths: str, radius: float, halo: str) -> str:
    """Marks of one kind: filled, but for ○, which is a ring."""
    edge = f'<path d="{paths}" fill="{halo}" stroke="{halo}" stroke-width="{radius * 0.5:.1f}"/>'
    if sign == "○":
        return edge + f'<path d="{paths}" fill="{halo}" stroke="{colour}" stroke-width="{radius * 0.36:.1f}"/>'
    return edge + f'<path d="{paths}" fill="{colour}"/>'


def placed(points: Points, view: View, frame: Box, radius: float) -> tuple[pd.DataFrame, Numbers]:
    """The rows that lie in the frame, by number, and their pixels: those at one place set apart."""
    rows = points.rows.dropna(subset=["lon", "lat"])
    rows = rows.sort_values([*(["number"] if "number" in rows else []), "id"])
    step = max(0.00015, 1.8 * radius / view.down)
    lat, lon = set_apart(rows["lat"].to_numpy(float), rows["lon"].to_numpy(float), step)
    pixels = view.px(np.column_stack([lon, lat]))
    left, top, right, bottom = frame
    seen = (pixels >= [left + radius, top + radius]).all(axis=1) & (pixels <= [right - radius, bottom - radius]).all(
        axis=1
    )
    return rows[seen].reset_index(drop=True), pixels[seen]


def draw_points(
    points: Points, view: View, page: Page, *, text: float, line: float, colours: Palette
) -> tuple[list[str], list[str]]:
    """The parts of the drawing, and the numbers and names for which there was no room.

    Numbers go first to the lowest, those of guessed places last; a number that finds no room at its place stands near
    by and is led to it.
    """
    radius = text * _RADIUS
    rows, pixels = placed(points, view, page.frame, radius)
    guessed = rows["sketch"].to_numpy(bool) if "sketch" in rows else np.zeros(len(rows), bool)
    badges, missed = _badges(rows, pixels, guessed, page, text)
    at_place = {badge.row for badge in badges if _far(badge, pixels) < 0.1}
    parts = []
    if points.walk and "number" in rows:
        way = pixels[rows["number"].notna().to_numpy()]
        if len(way) > 1:
            parts.append(stroke([(x, y) for x, y in way], colours.second_ink, width=1.4 * line, dash=f"{6 * line:g}"))
    parts += [
        stroke([tuple(pixels[one.row]), (one.x, one.y)], colours.ink, width=line)
        for one in badges
        if one.row not in at_place
    ]
    grouped: dict[tuple[str, str, bool], str] = {}
    for place, (state, (x, y)) in enumerate(zip(rows["state"], pixels, strict=True)):
        if place not in at_place:
            sign, colour = ("○", colours.second_ink) if guessed[place] else points.marks[state]
            key = (sign, colour, bool(guessed[place]))
            grouped[key] = grouped.get(key, "") + mark_path(sign, x, y, radius)
            if not guessed[place] or "number" not in rows:
                page.taken.append((x - radius, y - radius, x + radius, y + radius))
    parts += [
        _marks(sign, colour, paths, radius * (0.8 if guess else 1), colours.surface)
        for (sign, colour, guess), paths in grouped.items()
    ]
    for one in badges:
        sign, colour = points.marks[rows["state"][one.row]]
        parts.append(_badge(one, f"{rows['number'][one.row]:.0f}", sign, colour, guessed[one.row], text, line, colours))
    if "label" in rows:
        missed += _labels(rows, pixels, page, text, radius, colours)
    return parts, missed


def _far(badge: _Badge, pixels: Numbers) -> float:
    return hypot(badge.x - pixels[badge.row][0], badge.y - pixels[badge.row][1])


def _badges(
    rows: pd.DataFrame, pixels: Numbers, guessed: np.ndarray, page: Page, text: float
) -> tuple[list[_Badge], list[str]]:
    """Numbers with their places, and those without."""
    if "number" not in rows:
        return [], []
    numbered = [place for place in range(len(rows)) if pd.notna(rows["number"][place])]
    badges, missed = [], []
    for place in sorted(numbered, key=lambda place: bool(guessed[place])):
        number = f"{rows['number'][place]:.0f}"
        width = max(1.45 * text, wide(number, text) + 0.55 * text)
        others = np.delete(pixels, place, axis=0)
        spot = _spot(pixels[place], width, 1.45 * text, others, page)
        if spot is None:
            missed.append(number)
        else:
            badges.append(_Badge(*spot, width, place))
    return badges, missed


def _spot(point: Numbers, width: float, height: float, others: Numbers, page: Page) -> tuple[float, float] | None:
    """The nearest middle where a badge covers neither what is taken nor another's place."""
    for dx, dy in _steps():
        x, y = point[0] + dx * (width + height) / 2, point[1] + dy * height
        box = (x - width / 2 - 1, y - height / 2 - 1, x + width / 2 + 1, y + height / 2 + 1)
        covered = (others > [box[0], box[1]]).all(axis=1) & (others < [box[2], box[3]]).all(axis=1)
        if not covered.any() and page.free(box):
            page.taken.append(box)
            return x, y
    return None


def _steps() -> Iterator[tuple[float, float]]:
    yield 0, 0
    for reach, ways in ((1.1, 8), (1.7, 12), (2.4, 16)):
        for way in range(ways):
            yield reach * cos(2 * pi * way / ways), reach * sin(2 * pi * way / ways)


def _badge(
    badge: _Badge, number: str, sign: str, colour: str, guess: bool, text: float, line: float, colours: Palette
) -> str:
    """A number in a ring of its state's colour with the state's mark at the rim; in a broken grey one for a guess."""
    x, y, width, height = badge.x, badge.y, badge.width, 1.35 * text
    edge = colours.second_ink if guess else colour
    strong = line if guess else 2.4 * line
    dash = f' stroke-dasharray="{3 * line:g}"' if guess else ""
    ring = (
        f'<rect x="{x - width / 2 + strong / 2:.1f}" y="{y - height / 2 + strong / 2:.1f}" width="{width - strong:.1f}"'
        f' height="{height - strong:.1f}" rx="{height / 2:.1f}" fill="{colours.surface}" stroke="{edge}"'
        f' stroke-width="{strong:g}"{dash}/>'
    )
    told = words(x, y + text * 0.36, number, colours.second_ink if guess else colours.ink, size=text, anchor="middle")
    rim = ""
    if not guess and sign not in "○·":
        r = text * 0.26
        rim = mark(sign, colour, x + width / 2 - r, y - height / 2 + r, r, colours.surface)
    return ring + told + rim


def _labels(rows: pd.DataFrame, pixels: Numbers, page: Page, text: float, radius: float, colours: Palette) -> list[str]:
    """Names beside their marks; gives those that found no room."""
    missed = []
    for label, (x, y) in zip(rows["label"], pixels, strict=True):
        if label is None or pd.isna(label):
            continue
        lines = (str(label),)
        half = (box_of(0, 0, lines, text)[2], text * 0.6)
        beside: Sequence[tuple[float, float]] = (
            (x + radius + half[0], y),
            (x - radius - half[0], y),
            (x, y - radius - half[1]),
            (x, y + radius + half[1]),
        )
        spot = next((spot for spot in beside if page.free(box_of(*spot, lines, text))), None)
        if spot is None:
            missed.append(str(label))
        else:
            page.write(*spot, lines, colours.ink, size=text, bold=False)
    return missed
