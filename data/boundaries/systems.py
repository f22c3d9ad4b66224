"""Coordinate systems: which one a layer is in, and its shapes with longitude and latitude (WGS-84).

What a file says of its system is held against its coordinates, feature by feature: one that stands elsewhere than the
others is looked at by itself. CGCS2000 and WGS-84 are the same here (they differ by centimetres). The older datums,
Beijing 1954 and Xi'an 1980, have no public parameters to shift them by: they are taken without, and it is said.
"""

import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as UnknownCRS
from pyproj.exceptions import ProjError

Shapes = npt.NDArray[np.object_]
CHINA = (73.0, 3.0, 136.0, 54.0)

# Shifts of maps at 1:10,000 between these systems and CGCS2000, as the national guide to the change-over lists them:
# 1954: 29 to 62 m and 56 to 84 m; 1980: up to 43 m and up to 119 m.
_OLD = (
    (re.compile("beijing.?1954|bj.?54|krass", re.IGNORECASE), "北京 54", 110),
    (re.compile("xi.?an.?1980|xian.?80|iag.?1975|iau76", re.IGNORECASE), "西安 80", 130),
)
_SAME = re.compile("china.?2000|cgcs.?2000|china geodetic|wgs|world geodetic", re.IGNORECASE)
_ELLIPSOIDS = {"北京 54": "+ellps=krass", "西安 80": "+a=6378140 +rf=298.257", "CGCS2000": "+ellps=GRS80"}
_DEGREES, _SWAPPED, _ZONED, _MERCATOR, _METRES, _NOUGHT, _NOWHERE = range(7)
_MERIDIANS = range(75, 138, 3)
_WEST = ("65", "54")
_LOST = "坐标不在中国范围内，也看不出是哪种坐标系，请转换为 CGCS2000 经纬度后再导入"
_PROVINCES = {
    "11": (115, 118), "12": (116, 118), "13": (113, 120), "14": (110, 115), "15": (97, 126), "21": (118, 126),
    "22": (121, 132), "23": (121, 135), "31": (120, 122), "32": (116, 122), "33": (118, 123), "34": (114, 120),
    "35": (115, 121), "36": (113, 119), "37": (114, 123), "41": (110, 117), "42": (108, 117), "43": (108, 115),
    "44": (109, 118), "45": (104, 112), "46": (108, 111), "50": (105, 111), "51": (97, 109), "52": (103, 110),
    "53": (97, 107), "54": (78, 99), "61": (105, 112), "62": (92, 109), "63": (89, 103), "64": (104, 108),
    "65": (73, 97), "71": (119, 123), "81": (113, 115), "82": (113, 114),
}  # fmt: skip
"""Province → degrees of longitude it lies between, rounded outwards."""


@dataclass(frozen=True)
class Placed:
    """Shapes with longitude and latitude, None where there are none; ``faults`` and ``doubts`` feature by feature.

    ``options``: value → words of the systems that might be meant, where it cannot be told; ``fault`` then says so and
    nothing is placed.
    """

    system: str
    shapes: Shapes
    faults: list[str]
    doubts: list[str]
    said: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True)
class _System:
    """A coordinate system: how it is called, what makes longitude and latitude of it, what is to be said."""

    words: str
    crs: CRS | None = None  # None: longitude and latitude as they stand
    said: tuple[str, ...] = ()
    swapped: bool = False
    datum: str = "CGCS2000"  # what a guess goes on with, where only the zone is wrong
    zone: int = 0  # whose number leads the eastings


def placed(shapes: Shapes, declared: str | None, *, province: str = "", answer: str = "") -> Placed:
    """The shapes in WGS-84. ``declared``: the system the file says, as WKT or EPSG:n. ``province``: the first digits
    of the codes, where they are known, by which a system is told from another. ``answer``: the option chosen."""
    bounds = shapely.bounds(shapes)
    kinds = [_kind(*map(float, row)) for row in bounds]
    system, options, fault = _of_layer(bounds, kinds, declared, province, answer)
    if system is not None:
        found, faults, doubts = _each(shapes, bounds, kinds, system)
        if not np.isfinite(bounds).any() or any(shape is not None for shape in found):
            return Placed(system.words, found, faults, doubts, said=system.said)
        options, fault = {}, _LOST
    count = len(shapes)
    return Placed("", np.full(count, None, object), [""] * count, [""] * count, options=options, fault=fault)


def _kind(west: float, south: float, east: float, north: float) -> int:
    if not np.isfinite([west, south, east, north]).all():
        return _NOWHERE
    if max(abs(west), abs(south), abs(east), abs(north)) < 2:
        return _NOUGHT
    if CHINA[0] <= west and east <= CHINA[2] and CHINA[1] <= south and north <= CHINA[3]:
        return _DEGREES
    if CHINA[0] <= south and north <= CHINA[2] and CHINA[1] <= west and east <= CHINA[3]:
        return _SWAPPED
    if max(abs(west), abs(east)) <= 360 and max(abs(south), abs(north)) <= 360:
        return _NOWHERE
    zone = _zone(west, east)
    if zone and south > 0 and north < 6_100_000:
        return _ZONED
    if west > 8_100_000 and east < 15_200_000 and south > 300_000 and north < 7_200_000:
        return _MERCATOR
    if west > -1_000_000 and east < 2_000_000 and south > 0 and north < 6_100_000:
        return _METRES
    return _NOWHERE


def _zone_of(row: npt.NDArray[np.float64]) -> int:
    return _zone(float(row[0]), float(row[2]))


def _zone(west: float, east: float) -> int:
    """The zone whose number leads the eastings (25 to 45 of three degrees, 13 to 23 of six), 0 where none does."""
    zone = int(west // 1_000_000)
    inside = west - zone * 1_000_000 > 100_000 and east - zone * 1_000_000 < 900_000
    return zone if inside and (25 <= zone <= 45 or 13 <= zone <= 23) else 0


def _meridian(zone: int) -> int:
    return 3 * zone if zone > 24 else 6 * zone - 3


def _of_layer(
    bounds: npt.NDArray[np.float64], kinds: list[int], declared: str | None, province: str, answer: str
) -> tuple[_System | None, Mapping[str, str], str]:
    """The system of most features; else the options that might be meant and why it cannot be told."""
    counted = Counter(kind for kind in kinds if kind not in (_NOWHERE, _NOUGHT))
    most = counted.most_common(1)[0][0] if counted else _NOWHERE
    stated = _stated(declared) if declared else None
    if stated and (not counted or _fits(stated, bounds, kinds)):
        return stated, {}, ""
    if most == _SWAPPED:
        return _System("WGS-84 经纬度（纬度在前）", said=("经度和纬度写反了，已经对调",), swapped=True), {}, ""
    datum = stated.datum if stated else "CGCS2000"
    against = (f"文件写明的坐标系（{stated.words}）与坐标不符，已按坐标判断",) if stated else ()
    options: dict[str, _System] = {}
    fault = ""
    if most == _DEGREES or not np.isfinite(bounds).any():
        options = {"degrees": _System(f"WGS-84 经纬度（{'按坐标判断' if stated else '文件没有注明'}）")}
    elif most == _MERCATOR:
        options = {"mercator": _mercator()}
    elif most == _ZONED:
        zones = Counter(_zone_of(row) for row, kind in zip(bounds, kinds, strict=True) if kind == _ZONED)
        zone = zones.most_common(1)[0][0]
        options = {"zone": _gauss(datum, zone=zone)}
        if zone <= 15:  # where Web Mercator has the east of China
            options |= {"mercator": _mercator()}
            options = {one: options[one] for one in options if not province or (one == "zone") == (province in _WEST)}
        fault = "没有注明坐标系，从坐标看可能是两种，请选择"
    elif most == _METRES:
        west, east = _PROVINCES.get(province, (73, 136))
        likely = sorted(_MERIDIANS, key=lambda one: (not west - 1.5 <= one <= east + 1.5, one))
        options = {f"meridian:{one}": _gauss(datum, meridian=one) for one in likely}
        fault = "没有注明坐标系，坐标是米而没有带号，看不出中央经线，请选择"
    system = next(iter(options.values())) if len(options) == 1 else options.get(answer)
    if system is not None:
        return replace(system, said=(*against, *system.said)), {}, ""
    return None, {value: one.words for value, one in options.items()}, fault or _LOST


def _fits(system: _System, bounds: npt.NDArray[np.float64], kinds: list[int]) -> bool:
    """Whether most features that stand anywhere stand in China by that system."""
    some = [row for row, kind in zip(bounds, kinds, strict=True) if kind not in (_NOWHERE, _NOUGHT)][:2_000]
    middles = np.array([[(row[0] + row[2]) / 2, (row[1] + row[3]) / 2] for row in some])
    x, y = _degrees(system, middles[:, 0], middles[:, 1])
    inside = (x >= CHINA[0]) & (x <= CHINA[2]) & (y >= CHINA[1]) & (y <= CHINA[3])
    return bool(inside.mean() >= 0.5)


def _each(
    shapes: Shapes, bounds: npt.NDArray[np.float64], kinds: list[int], system: _System
) -> tuple[Shapes, list[str], list[str]]:
    """The shapes placed: by the layer's system where that leads to China, else by what each looks like itself."""
    count = len(shapes)
    found: Shapes = _moved(shapes, system)
    faults, doubts = [""] * count, [""] * count
    inside = _inside(found)
    for number in range(count):
        if shapes[number] is None or shapes[number].is_empty:
            faults[number], found[number] = "没有图形", None
        elif not inside[number] or (kinds[number] == _ZONED and _zone_of(bounds[number]) != system.zone > 0):
            own, words = _own(kinds[number], bounds[number], system)
            moved = _moved(shapes[number : number + 1], own) if own else np.array([None], object)
            if own and _inside(moved)[0]:
                found[number], doubts[number] = moved[0], words
            else:
                faults[number], found[number] = words if not own else "坐标不在中国范围内", None
    return found, faults, doubts


def _own(kind: int, bounds: npt.NDArray[np.float64], system: _System) -> tuple[_System | None, str]:
    """The system a stray feature is in by itself, with what is to be said of it; None and why it is none."""
    if kind == _NOUGHT:
        return None, "坐标在 0,0 附近，不是真实位置"
    if kind == _DEGREES:
        return _System(""), "坐标与其他图形不同，是经纬度，已按经纬度读"
    if kind == _SWAPPED:
        return _System("", swapped=True), "经度和纬度写反了，已经对调"
    if kind == _ZONED:
        zone = _zone_of(bounds)
        return _gauss(system.datum, zone=zone), f"坐标与其他图形不在一个带，已按 {zone} 带换算"
    if kind == _METRES:
        return None, "坐标是米，与其他图形不同，看不出是哪一带"
    return None, "坐标不在中国范围内"


def _inside(shapes: Shapes) -> npt.NDArray[np.bool_]:
    box = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        return np.asarray(
            (box[:, 0] >= CHINA[0]) & (box[:, 1] >= CHINA[1]) & (box[:, 2] <= CHINA[2]) & (box[:, 3] <= CHINA[3])
        )


def _moved(shapes: Shapes, system: _System) -> Shapes:
    if system.crs is None and not system.swapped:
        return shapes.copy()
    moved = shapely.transform(shapes, lambda x, y: _degrees(system, x, y), interleaved=False)
    return np.asarray(moved, object)


def _degrees(
    system: _System, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    if system.swapped:
        return y, x
    if system.crs is None:
        return x, y
    moved = _change(system.crs.to_wkt()).transform(x, y)
    return np.asarray(moved[0]), np.asarray(moved[1])


@cache
def _change(wkt: str) -> Transformer:
    """To longitude and latitude; for China's own datums those of the datum itself, without a shift."""
    crs = CRS.from_wkt(wkt)
    own = crs.geodetic_crs
    if own is not None and (_old(crs) or _SAME.search(_datum_names(crs))):
        return Transformer.from_crs(crs, own, always_xy=True)
    return Transformer.from_crs(crs, 4326, always_xy=True)


def _stated(declared: str) -> _System | None:
    """The system a file says; None where nobody knows it or it is none on the earth."""
    try:
        crs = CRS.from_user_input(declared)
        if crs.is_compound:
            crs = crs.sub_crs_list[0]
        if crs.is_bound and crs.source_crs is not None:
            crs = crs.source_crs
        if crs.geodetic_crs is None:
            return None
        _change(crs.to_wkt())
    except (UnknownCRS, ProjError):
        return None
    old = _old(crs)
    said = (_unshifted(*old),) if old else ()
    datum = old[0] if old else "CGCS2000"
    if crs.is_geographic:
        plain = old or _SAME.search(_datum_names(crs))
        return _System(f"{_called(crs)} 经纬度", None if plain else crs, said, datum=datum)
    return _System(_words(crs), crs, said, datum=datum, zone=_zone_number(crs))


def _unshifted(name: str, metres: int) -> str:
    return f"坐标系是{name}，没有公开的转换参数，未作基准改正，位置可能偏移，最多约 {metres} 米"


def _datum_names(crs: CRS) -> str:
    own = crs.geodetic_crs
    if own is None:
        return ""
    return " ".join(str(one.name) for one in (own, own.datum, own.ellipsoid) if one is not None)


def _old(crs: CRS) -> tuple[str, int] | None:
    names = _datum_names(crs)
    return next(((name, metres) for pattern, name, metres in _OLD if pattern.search(names)), None)


def _called(crs: CRS) -> str:
    old = _old(crs)
    if old:
        return old[0]
    names = _datum_names(crs)
    if re.search("china", names, re.IGNORECASE) or "2000" in names:
        return "CGCS2000"
    return "WGS-84" if _SAME.search(names) else str(crs.geodetic_crs.name if crs.geodetic_crs else crs.name)


def _parts(crs: CRS) -> dict[str, object]:
    with warnings.catch_warnings(action="ignore"):  # the short form loses the datum, which is not asked of it
        return crs.to_dict()


def _zone_number(crs: CRS) -> int:
    """The number that leads the eastings of a Gauss-Krüger zone, 0 where there is none."""
    parts = _parts(crs)
    easting = float(str(parts.get("x_0", 0)))
    return int(easting // 1_000_000) if parts.get("proj") == "tmerc" else 0


def _words(crs: CRS) -> str:
    """A projected system in the words of a surveyor, where it is one of China's; else its own name."""
    parts, zone = _parts(crs), _zone_number(crs)
    if parts.get("proj") == "tmerc" and float(str(parts.get("lat_0", 0))) == 0:
        meridian = float(str(parts.get("lon_0", 0)))
        if zone and abs(meridian - _meridian(zone)) < 0.01:
            return f"{_called(crs)} {'3' if zone > 24 else '6'}度带 {zone}"
        return f"{_called(crs)} 中央经线 {meridian:g}°"
    if parts.get("proj") == "utm":
        return f"{_called(crs)} UTM {parts['zone']} 带"
    if parts.get("proj") in ("merc", "webmerc"):
        return "Web 墨卡托"
    return str(crs.name)


def _gauss(datum: str, *, zone: int = 0, meridian: int = 0) -> _System:
    """A Gauss-Krüger projection by its zone (eastings led by its number) or by its central meridian."""
    centre = _meridian(zone) if zone else meridian
    easting = zone * 1_000_000 + 500_000
    text = f"+proj=tmerc +lat_0=0 +lon_0={centre} +k=1 +x_0={easting} +y_0=0 {_ELLIPSOIDS[datum]} +units=m +type=crs"
    words = f"{datum} {'3' if zone > 24 else '6'}度带 {zone}" if zone else f"{datum} 中央经线 {centre}°"
    said = tuple(_unshifted(name, metres) for _, name, metres in _OLD if name == datum)
    return _System(words, CRS.from_user_input(text), said, datum=datum, zone=zone)


def _mercator() -> _System:
    return _System("Web 墨卡托（按坐标判断）", CRS.from_epsg(3857))
