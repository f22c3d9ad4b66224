"""What stands in a drawing, read back from its SVG."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from itertools import combinations

from components.drawing.svg import wide

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Said:
    """A text on a drawing: where it begins and ends, its top and its foot."""

    text: str
    size: float
    colour: str
    left: float
    top: float
    right: float
    bottom: float


def texts(svg: str) -> list[Said]:
    """Every text, in order. Raises ParseError where the drawing is no XML."""
    found = []
    for one in ET.fromstring(svg).iter(f"{_SVG}text"):
        text, size = "".join(one.itertext()), float(one.attrib["font-size"])
        x, y, width = float(one.attrib["x"]), float(one.attrib["y"]), wide(text, size)
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[one.attrib["text-anchor"]]
        found.append(Said(text, size, one.attrib["fill"], left, y - size * 0.76, left + width, y + size * 0.1))
    return found


def said(svg: str) -> list[str]:
    """The words alone."""
    return [one.text for one in texts(svg)]


def faults(svg: str, *, size: float) -> list[str]:
    """Texts that are too small, that leave the drawing, that cover each other."""
    _, _, width, height = map(float, ET.fromstring(svg).attrib["viewBox"].split())
    written = texts(svg)
    found = [f"small: {one.text}" for one in written if one.size < size]
    found += [
        f"outside: {one.text}"
        for one in written
        if one.left < -0.5 or one.right > width + 0.5 or one.top < -0.5 or one.bottom > height + 0.5
    ]
    found += [
        f"covered: {one.text} / {other.text}"
        for one, other in combinations(written, 2)
        if one.left < other.right - 0.5
        and other.left < one.right - 0.5
        and one.top < other.bottom - 0.5
        and other.top < one.bottom - 0.5
    ]
    return found


def corners(d: str) -> list[tuple[float, float]]:
    """The points of a path of M, l (steps) and z, as ``svg_view.path`` writes them, in its own units."""
    points = []
    for part in d.split("M")[1:]:
        begin, _, steps = part.rstrip("z").partition("l")
        x, y = map(float, _NUMBER.findall(begin))
        points.append((x, y))
        numbers = list(map(float, _NUMBER.findall(steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
    return points


def shapes(svg: str) -> list[tuple[dict[str, str], list[tuple[float, float]]]]:
    """Attributes and corners (in pixels) of each path that is drawn in half pixels."""
    return [
        (one.attrib, [(x / 2, y / 2) for x, y in corners(one.attrib["d"])])
        for group in ET.fromstring(svg).iter()
        if group.attrib.get("transform") == "scale(0.5)"
        for one in ([group] if "d" in group.attrib else list(group))
    ]


def contrast(one: str, other: str) -> float:
    """Of two colours, by WCAG."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
