"""A coast, counties, townships and villages that exist nowhere: cells around scattered seats, bent by a noise field.

All of it is drawn in kilometres around a point at sea and only then put into degrees. Neighbours share their edges to
the last digit, since every corner is moved by a function of its place alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely

from data.demo import names

KM_A_DEGREE = 111.0
NOISE = ((9.0, 0.75), (4.0, 0.33), (1.7, 0.15), (0.8, 0.06))  # wave length and reach in km, the longest first
CORNER_EVERY = 0.35  # km between two corners of an edge


@dataclass(frozen=True)
class Preset:
    """How large a demonstration is: villages, townships of each county by count, breadth in km, where at sea."""

    root: str
    name: str
    villages: int
    townships: int
    counties: int
    breadth: float
    lon: float
    lat: float


PRESETS = {
    "county": Preset("990181", "示范市", 91, 19, 0, 62.0, 121.0, 39.9),
    "prefecture": Preset("9902", "示范州", 919, 96, 5, 190.0, 123.2, 36.4),
    "township": Preset("990181", "示范市", 9, 1, 0, 20.0, 121.0, 39.9),
    "small": Preset("990181", "示范市", 5, 2, 0, 16.0, 121.0, 39.9),
}


@dataclass(frozen=True)
class Place:
    """One region: code, name, outline in degrees and a point inside it (a village's seat)."""

    code: str
    name: str
    shape: shapely.Polygon
    lon: float
    lat: float


@dataclass(frozen=True)
class Land:
    """All regions by the length of their code, each level sorted by code."""

    places: dict[int, list[Place]]


def draw(preset: str, seed: int) -> Land:
    """The land of a preset; the same seed draws the same land."""
    size, rng = PRESETS[preset], np.random.default_rng([seed, 1])
    outline, reach = _outline(size.breadth, rng)
    seats = _relaxed(_scattered(outline, round(size.villages * 1.9), rng), outline)
    inner = np.sort(np.argsort(reach(seats))[: size.villages])  # the rest is the neighbours', and stays off the map
    cells = _whole(_cells(seats, outline)[inner])
    seats, cells = seats[inner], _bent(cells, np.random.default_rng([seed, 2]))
    township = _joined_up(_clusters(seats, size.townships, rng), cells)
    county = np.zeros(size.townships, dtype=int)
    if size.counties:
        centres = np.array([seats[township == one].mean(axis=0) for one in range(size.townships)])
        joined = [shapely.union_all(cells[township == one]) for one in range(size.townships)]
        county = _joined_up(_clusters(centres, size.counties, rng), np.array(joined, dtype=object))
    return _named(size, _in_degrees(cells, size), seats, township, county, rng)


def homes(village: Place, count: int, rng: np.random.Generator) -> np.ndarray:
    """Places of ``count`` homes in a village: lon and lat, [count, 2], gathered in hamlets around its seat."""
    west, south, east, north = village.shape.bounds
    reach = np.array([east - west, north - south])
    middles = np.vstack([[village.lon, village.lat], _inside(village.shape, 3, rng)])
    found = np.empty((0, 2))
    for _ in range(20):
        middle = middles[rng.choice(4, size=2 * count, p=(0.46, 0.24, 0.18, 0.12))]
        tried = middle + rng.normal(scale=0.045, size=(2 * count, 2)) * reach
        found = np.vstack([found, tried[shapely.contains_xy(village.shape, tried)]])
        if len(found) >= count:
            break
    short = count - len(found)
    return np.vstack([found[:count], np.tile((village.lon, village.lat), (max(short, 0), 1))]).round(6)


def _outline(breadth: float, rng: np.random.Generator) -> tuple[shapely.Polygon, Callable[[np.ndarray], np.ndarray]]:
    """Land with a broken coast in the west, wider than the demonstration, and how far out in it a point lies."""
    waves = [(k, rng.uniform(0.3, 1) / k, rng.uniform(0, 2 * np.pi)) for k in range(2, 7)]

    def reach(points: np.ndarray) -> np.ndarray:
        x, y = points[:, 0] / 1.28, points[:, 1] / 0.82
        angle = np.arctan2(y, x)
        swell = 1 + 0.16 * sum(height * np.cos(k * angle + shift) for k, height, shift in waves)
        return np.hypot(x, y) / swell

    line = np.array([[-0.32, -1.2], [-0.44, -0.25], [-0.30, 0.22], [-0.46, 1.2]]) * breadth
    sway = breadth * 0.075
    while len(line) < 700:
        middle = (line[:-1] + line[1:]) / 2 + rng.normal(scale=sway, size=(len(line) - 1, 2)) * (1, 0.5)
        line = np.insert(line, np.arange(1, len(line)), middle, axis=0)
        sway *= 0.56
    sea = shapely.Polygon([*line, (-3 * breadth, 1.2 * breadth), (-3 * breadth, -1.2 * breadth)]).buffer(0)
    land = shapely.box(-0.95 * breadth, -0.6 * breadth, 0.95 * breadth, 0.6 * breadth).difference(sea)
    return max(shapely.get_parts(land), key=shapely.area), reach


def _inside(shape: shapely.Polygon, count: int, rng: np.random.Generator) -> np.ndarray:
    west, south, east, north = shape.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        tried = rng.uniform((west, south), (east, north), size=(4 * count + 8, 2))
        found = np.vstack([found, tried[shapely.contains_xy(shape, tried)]])
    return found[:count]


def _scattered(outline: shapely.Polygon, count: int, rng: np.random.Generator) -> np.ndarray:
    """Seats, denser towards the coast and around a few towns, as people settle."""
    west, _, east, _ = outline.bounds
    towns = _inside(outline, max(count // 18, 2), rng)
    tried = _inside(outline, 12 * count, rng)
    nearest = np.min(np.linalg.norm(tried[:, None] - towns[None], axis=2), axis=1)
    weight = 0.35 + np.exp(-nearest / (east - west) * 9) + 0.5 * (east - tried[:, 0]) / (east - west)
    return tried[rng.choice(len(tried), size=count, replace=False, p=weight / weight.sum())]


def _relaxed(seats: np.ndarray, outline: shapely.Polygon) -> np.ndarray:
    """Two steps of Lloyd's relaxation: no seat on another's doorstep, but no grid either."""
    for _ in range(2):
        middles = shapely.centroid(_cells(seats, outline))
        moved = seats + 0.7 * (shapely.get_coordinates(middles) - seats)
        seats = np.where(shapely.contains_xy(outline, moved)[:, None], moved, seats)
    return seats


def _cells(seats: np.ndarray, outline: shapely.Polygon) -> np.ndarray:
    """The cell around each seat within the outline, in the order of the seats."""
    points = shapely.points(seats)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.box(*outline.bounds).buffer(20))
    )
    tree = shapely.STRtree(cells)
    owner, cell = tree.query(points, predicate="intersects")
    ordered = cells[cell[np.argsort(owner)]]
    inside: np.ndarray = shapely.intersection(ordered, outline)
    return inside


def _whole(cells: np.ndarray) -> np.ndarray:
    """Each cell's pieces cut off by a bay go to the neighbour they touch, so that every cell is one polygon."""
    kept = np.array([max(shapely.get_parts(cell), key=shapely.area) for cell in cells], dtype=object)
    loose = [
        part
        for cell, largest in zip(cells, kept, strict=True)
        for part in shapely.get_parts(cell)
        if not part.equals(largest)
    ]
    for part in loose:
        shared = shapely.length(shapely.intersection(shapely.boundary(part), shapely.boundary(kept)))
        best = int(np.argmax(shared))
        joined = shapely.union(kept[best], part)
        if shared[best] > 0 and joined.geom_type == "Polygon":
            kept[best] = joined
    return kept


def _bent(cells: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Edges made of many corners, each moved by the noise at its place: less of it where it would fold an edge."""
    fields = []
    for length, reach in NOISE:
        directions = rng.uniform(0, 2 * np.pi, size=(7, 2))
        phases = rng.uniform(0, 2 * np.pi, size=(7, 2))
        stretch = rng.uniform(0.7, 1.4, size=(7, 2))
        fields.append((2 * np.pi / length * stretch, reach * 0.45, directions, phases))

    def move(corners: np.ndarray, strength: float) -> np.ndarray:
        corners = corners.round(7)
        moved = corners.copy()
        for wave, reach, directions, phases in fields:
            for axis in (0, 1):
                angle, phase = directions[:, axis], phases[:, axis]
                along = corners[:, :1] * np.cos(angle) + corners[:, 1:] * np.sin(angle)
                moved[:, axis] += strength * reach * np.sin(along * wave[:, axis] + phase).sum(axis=1) / np.sqrt(7)
        return moved

    edged = shapely.segmentize(cells, CORNER_EVERY)
    bends = (shapely.transform(edged, partial(move, strength=strength)) for strength in (1, 0.75, 0.5, 0.25))
    found: np.ndarray = next((bent for bent in bends if shapely.is_valid(bent).all()), edged)
    return found


def _clusters(seats: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Nearest of ``count`` middles for each seat (k-means)."""
    middles = seats[rng.choice(len(seats), size=count, replace=False)]
    for _ in range(25):
        nearest: np.ndarray = np.argmin(np.linalg.norm(seats[:, None] - middles[None], axis=2), axis=1)
        middles = np.array(
            [seats[nearest == one].mean(axis=0) if (nearest == one).any() else middles[one] for one in range(count)]
        )
    nearest = np.argmin(np.linalg.norm(seats[:, None] - middles[None], axis=2), axis=1)
    for one in range(count):  # none may stay empty
        if not (nearest == one).any():
            crowded = np.bincount(nearest, minlength=count).argmax()
            nearest[np.flatnonzero(nearest == crowded)[0]] = one
    return nearest


def _joined_up(group: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Groups made of one piece each: a cell cut off from its group goes to the one it borders on most."""
    group = group.copy()
    for _ in range(3):
        for one in np.unique(group):
            parts = shapely.get_parts(shapely.union_all(cells[group == one]))
            if len(parts) == 1:
                continue
            main = max(parts, key=shapely.area)
            for cell in np.flatnonzero(group == one):
                if not main.intersects(shapely.point_on_surface(cells[cell])):
                    border = shapely.length(shapely.intersection(cells[cell], cells))
                    border[group == one] = 0
                    if border.max() > 0:
                        group[cell] = group[int(border.argmax())]
    return group


def _in_degrees(cells: np.ndarray, size: Preset) -> np.ndarray:
    scale = np.array([1 / (KM_A_DEGREE * np.cos(np.radians(size.lat))), 1 / KM_A_DEGREE])
    placed: np.ndarray = shapely.transform(cells, lambda corners: (corners * scale + (size.lon, size.lat)).round(6))
    return placed


def _named(
    size: Preset,
    cells: np.ndarray,
    seats: np.ndarray,
    township: np.ndarray,
    county: np.ndarray,
    rng: np.random.Generator,
) -> Land:
    """Codes and names from the root down: streets first, then towns, then townships, as bureaus number them."""
    places: dict[int, list[Place]] = {4: [], 6: [], 9: [], 12: []}
    counties = names.counties(size.counties, rng) if size.counties else [size.name]
    codes = [f"{size.root}{number:02d}" for number in range(1, size.counties + 1)] or [size.root]
    order = _by_place(seats, county[township]) if size.counties else [0]
    for code, name, one in zip(codes, counties, order, strict=True):
        members = np.flatnonzero(county[township] == one)
        kinds = names.townships(len(np.unique(township[members])), rng)
        for (suffix, title), town in zip(kinds, _by_seat(seats, township, members), strict=True):
            inner = np.flatnonzero(township == town)
            called = names.villages(len(inner), rng)
            for number, (cell, village) in enumerate(zip(inner, called, strict=True)):
                places[12].append(_place(f"{code}{suffix}{201 + number}", village, cells[cell]))
            places[9].append(_place(f"{code}{suffix}", title, shapely.union_all(cells[inner])))
        places[6].append(_place(code, name, shapely.union_all(cells[members])))
    if size.counties:
        places[4].append(_place(size.root, size.name, shapely.union_all(cells)))
    return Land({level: sorted(found, key=lambda place: place.code) for level, found in places.items() if found})


def _by_seat(seats: np.ndarray, township: np.ndarray, members: np.ndarray) -> list[int]:
    """The townships of a county, from its middle outwards."""
    middle = seats[members].mean(axis=0)
    towns = np.unique(township[members])
    return sorted(towns, key=lambda one: float(np.linalg.norm(seats[township == one].mean(axis=0) - middle)))


def _by_place(seats: np.ndarray, group: np.ndarray) -> list[int]:
    """Groups from north to south."""
    return sorted(np.unique(group), key=lambda one: -float(seats[group == one][:, 1].mean()))


def _place(code: str, name: str, shape: shapely.Geometry) -> Place:
    seat = shapely.maximum_inscribed_circle(shape, tolerance=0.002).coords[0]
    return Place(code, name, shape, round(seat[0], 6), round(seat[1], 6))
