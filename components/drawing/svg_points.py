"""Households and projects on a drawing: by mark, by number, by name; what does not fit stays a mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

import numpy as np
import pandas as pd

from components.drawing.maps import set_apart
from components.drawing.svg import stroke, wide, words
from components.drawing.svg_labels import Page, box_of, spot_for
from components.drawing.svg_view import Box, Numbers, View
from components.drawing.theme import Palette

_RADIUS = 0.42  # of a mark, in sizes of text
_ARC = "a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z"
_CORNERS = {
    "▲": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    "◆": ((0, -1.25), (1.1, 0), (0, 1.25), (-1.1, 0)),
    "■": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "□": ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)),
}
_STEPS = np.array(
    [(0.0, 0.0)]
    + [
        (reach * cos(2 * pi * way / ways), reach * sin(2 * pi * way / ways))
        for reach, ways in ((1.05, 12), (1.6, 16), (2.3, 20), (3.1, 24))
        for way in range(ways)
    ]
)
"""From a place to where its number may stand, in halves of its width and heights: at it, then ever farther around."""
_PASSING = (0.3, 0.0)  # sizes of text between another's place and the line that leads a number to its own
_DISCS = {"●": 0.95, "○": 0.85, "·": 0.45}


@dataclass(frozen=True)
class Points:
    """``rows``: id, lon, lat, state, and where there are any number (NaN: none), label (None: none), sketch (bool: the
    place is a guess); rows without a place are left out. ``marks``: state → (one of ▲◆●■○□·, colour). ``walk``: join
    the numbers by a line, in their order, but for guessed places."""

    rows: pd.DataFrame
    marks: Mapping[str, tuple[str, str]]
    walk: bool = False


def around(rows: pd.DataFrame, *, room: float, least: float) -> Box | None:
    """(west, south, east, north) around points (lon, lat), with ``room`` at each side in parts of what they take, and
    at least so many degrees wide and high; None where none has a place."""
    placed = rows[["lon", "lat"]].dropna().astype(float)
    if placed.empty:
        return None
    low, high = placed.min(), placed.max()
    edge = ((high - low) * room).combine((least - (high - low)) / 2, max)
    west, south = (low - edge).tolist()
    east, north = (high + edge).tolist()
    return west, south, east, north


@dataclass(frozen=True)
class _Badge:
    """A number and where it stands: of the household in that row; ``away`` from its place, to which it is led."""

    x: float
    y: float
    width: float
    row: int
    away: bool


def mark_path(mark: str, x: float, y: float, radius: float) -> str:
    """The ``d`` of one mark around a point."""
    if mark in _DISCS:
        r = round(radius * _DISCS[mark], 1)  # halves that do not meet exactly would make it an egg
        return f"M{x - r:.1f} {y:.1f}" + _ARC.format(r=f"{r:g}", d=f"{2 * r:g}")
    corners = [(x + dx * radius, y + dy * radius) for dx, dy in _CORNERS[mark]]
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in corners) + "z"


def mark(sign: str, colour: str, x: float, y: float, radius: float, halo: str) -> str:
    """One mark as it stands in a legend."""
    return _marks(sign, colour, mark_path(sign, x, y, radius), radius, halo)


def _marks(sign: str, colour: str, paths: str, radius: float, halo: str) -> str:
    """Marks of one kind: filled, but for ○ and □, which are hollow."""
    edge = f'<path d="{paths}" fill="{halo}" stroke="{halo}" stroke-width="{radius * 0.5:.1f}"/>'
    if sign in "○□":
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
    by and is led to it, or its household stays a mark.
    """
    radius = text * _RADIUS
    rows, pixels = placed(points, view, page.frame, radius)
    guessed = rows["sketch"].to_numpy(bool) if "sketch" in rows else np.zeros(len(rows), bool)
    numbers = rows["number"] if "number" in rows else pd.Series(np.nan, index=rows.index)
    badges, missed = _badges(numbers, pixels, guessed, page, text)
    parts = []
    way = pixels[numbers.notna().to_numpy() & ~guessed]
    if points.walk and len(way) > 1:
        parts.append(stroke(way.tolist(), colours.second_ink, width=1.4 * line, dash=f"{6 * line:g}"))
    parts += [
        stroke([tuple(pixels[one.row]), (one.x, one.y)], colours.second_ink, width=1.2 * line)
        for one in badges
        if one.away
    ]
    told = {badge.row: 0.55 if badge.away else 0 for badge in badges}
    signs: dict[tuple[str, str, float], list[str]] = {}
    for place, (state, (x, y)) in enumerate(zip(rows["state"], pixels, strict=True)):
        size = told.get(place, 0.8 if guessed[place] else 1) * radius
        if size:
            page.taken.add((x - size, y - size, x + size, y + size))
            sign, colour = ("○", colours.second_ink) if guessed[place] else points.marks[state]
            signs.setdefault((sign, colour, size), []).append(mark_path(sign, x, y, size))
    parts += [
        _marks(sign, colour, "".join(paths), size, colours.surface) for (sign, colour, size), paths in signs.items()
    ]
    for one in badges:
        sign, colour = points.marks[rows["state"][one.row]]
        parts.append(_badge(one, f"{numbers[one.row]:.0f}", sign, colour, guessed[one.row], text, line, colours))
    if "label" in rows:
        missed += _labels(rows, pixels, page, text, radius, colours)
    return parts, missed


def _badges(
    numbers: pd.Series, pixels: Numbers, guessed: np.ndarray, page: Page, text: float
) -> tuple[list[_Badge], list[str]]:
    """Numbers with their places, and those without: first those that are led to their place far from any other, then
    those that have to pass close by."""
    badges: list[_Badge] = []
    missed: list[int] = []
    for guess in (False, True):
        waiting = [place for place in range(len(numbers)) if guessed[place] == guess and pd.notna(numbers[place])]
        for reach in _PASSING:
            found = {place: _badge_of(place, numbers[place], pixels, page, text, reach * text) for place in waiting}
            badges += [badge for badge in found.values() if badge is not None]
            waiting = [place for place, badge in found.items() if badge is None]
        missed += waiting
    return badges, [f"{numbers[place]:.0f}" for place in missed]


def _badge_of(place: int, number: float, pixels: Numbers, page: Page, text: float, reach: float) -> _Badge | None:
    width = max(1.45 * text, wide(f"{number:.0f}", text) + 0.55 * text)
    spot = _spot(place, pixels, width, 1.45 * text, page, reach)
    if spot is None:
        return None
    return _Badge(*spot, width, place, hypot(spot[0] - pixels[place][0], spot[1] - pixels[place][1]) > 0.1)


def _spot(
    place: int, pixels: Numbers, width: float, height: float, page: Page, reach: float
) -> tuple[float, float] | None:
    """The nearest middle where a badge covers neither what is taken nor another's place, and is led to its own over
    nothing that is taken and past others' places no closer than ``reach``."""
    point = pixels[place]
    others = np.delete(pixels, place, axis=0)
    middles = point + _STEPS * [(width + height) / 2, height]
    rim = height * 0.12  # of the state's mark
    boxes = np.tile(middles, 2) + np.array([-width / 2 - 1, -height / 2 - rim, width / 2 + rim, height / 2 + 1])
    left, top, right, bottom = boxes.T[..., None]
    x, y = others.T
    covered = np.any((x > left) & (x < right) & (y > top) & (y < bottom), axis=1)
    for step in np.flatnonzero(~covered & page.free(boxes)):
        led: Box = (*point.tolist(), *middles[step].tolist())
        if step == 0 or (page.clear(led) and not _near(others, point, middles[step], reach)):
            page.taken.add(tuple(boxes[step].tolist()))
            page.led.add(led)
            return led[2], led[3]
    return None


def _near(points: Numbers, begin: Numbers, end: Numbers, reach: float) -> bool:
    """Whether a line passes one of the points closer than ``reach``."""
    way = end - begin
    along = np.clip((points - begin) @ way / (way @ way), 0, 1)
    apart = points - begin - along[:, None] * way
    return bool((np.hypot(apart[:, 0], apart[:, 1]) < reach).any())


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
    if not guess and sign not in "○□·":
        r = text * 0.26
        rim = mark(sign, colour, x + width / 2 - r * 0.4, y - height / 2 + r * 0.4, r, colours.surface)
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
        spot = spot_for(beside, lines, text, page)
        if spot is None:
            missed.append(str(label))
        else:
            page.write(*spot, lines, colours.ink, size=text, bold=False)
    return missed
