"""Builders of the offline map: what is drawn, as folium elements and plain data. No Streamlit, no data access.

A map is one constant frame (:class:`OfflineMap`) and one changing :func:`map_contents`, which ``map_view.show_map``
hands to streamlit-folium. Geometry is fetched by the browser from a URL and kept there, so the contents hold only
what is shown of it: a new indicator sends a few kilobytes and neither reloads the map nor moves it.

Every text from data travels as JSON that is escaped for a script, and the browser sets it as text, never as HTML.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from branca.element import MacroElement
from folium import FeatureGroup, Map
from folium.template import Template

ASSET_FOLDER = Path(__file__).resolve().parents[1] / "static"
ASSET_PATH = "/assets/map"
LEAFLET_PATH = "/assets/leaflet"
MOST_LABELLED_POINTS = 1000
LONGEST_CODE = 100
_LEAFLET = version("XStatic-Leaflet")
_SCRIPTS = ("map_labels.js", "map_regions.js", "map_points.js", "map.js")
_MARKS = frozenset("▲◆●■○□·")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?(?:[0-9a-fA-F]{2})?")
# Besides quotes, angle brackets, backticks and "$": "_" and "/" too, because streamlit-folium rewrites "_abc" and
# "maps/…/" in the script it hashes, so that 村_12 and 村_13 would be the same map; and "{" where JSON has none of its
# own, because folium takes the finished script for a Jinja template once more, so that {{…}} would run on the server.
_NOT_PLAIN = re.compile(r'\{(?![\x22}])|[^{ !#*+,.0-9:;=?@A-Z\[\]a-z}"\\|~^一-鿿　-〿！-～-]')


@dataclass(frozen=True)
class MapColours:
    """Colours of one theme, as ``#rrggbb``. ``land`` fills regions without values, ``missing`` draws the hatching."""

    ground: str
    land: str
    surface: str
    hairline: str
    line: str
    strong_line: str
    ink: str
    second_ink: str
    halo: str
    accent: str
    missing: str

    def __post_init__(self) -> None:
        _check_colours(asdict(self).values())


class MapPart(NamedTuple):
    """One part of a map's contents: its name in the browser and its data."""

    name: str
    data: dict[str, object]


def _asset(name: str) -> str:
    """URL of one of our files, changing with its content, so that no browser keeps an old one."""
    return f"{ASSET_PATH}/{name}?v={hashlib.sha256((ASSET_FOLDER / name).read_bytes()).hexdigest()[:12]}"


class OfflineMap(Map):
    """A folium map that asks only this server, for Leaflet and for our own script and style.

    It is the same for all regions, values and themes, so that none of them makes the browser load it anew.
    """

    default_js = [("leaflet", f"{LEAFLET_PATH}/leaflet.js?v={_LEAFLET}"), *((name, _asset(name)) for name in _SCRIPTS)]  # noqa: RUF012
    default_css = [("leaflet_css", f"{LEAFLET_PATH}/leaflet.css?v={_LEAFLET}"), ("map_css", _asset("map.css"))]  # noqa: RUF012
    _template = Template("""
        {% macro header(this, kwargs) %}{% endmacro %}
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}" ></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = WarRoomMap.create({{ this.get_name()|tojson }});
        {% endmacro %}""")

    def __init__(self) -> None:
        super().__init__(tiles=None)


class _Draw(MacroElement):
    _template = Template("""
        {% macro script(this, kwargs) %}
        {{ this._parent._parent.get_name() }}.warRoom.draw({{ this.contents }});
        {% endmacro %}""")

    def __init__(self, contents: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is typed in part
        self._name, self.contents = "Draw", contents


def script_json(data: object) -> str:
    """``data`` as JSON that cannot leave its place in a script, an HTML page, a template string or streamlit-folium.

    All but plain ASCII and Chinese characters is written as ``\\uXXXX``. Raises ValueError for NaN and infinity.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _NOT_PLAIN.sub(lambda found: _unit_escapes(found.group()), text)


def _unit_escapes(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def map_contents(
    *parts: MapPart,
    colours: MapColours,
    label: str,
    pickable: bool = True,
    link: str | None = None,
    text_px: int = 13,
) -> FeatureGroup:
    """What a map shows now, as the feature group that streamlit-folium adds to an :class:`OfflineMap`.

    ``label`` names the map to a screen reader. Maps with the same ``link`` (a random name) in one browser follow each
    other's view and hover. ``text_px`` is the size of names and tooltips: 13 on a desk, 20 and more on a wall.
    Raises ValueError when two parts are of one kind.
    """
    contents = {part.name: part.data for part in parts}
    if len(contents) < len(parts):
        raise ValueError("a map takes one part of each kind")
    contents["settings"] = {
        "colours": asdict(colours),
        "label": label,
        "pickable": pickable,
        "link": link,
        "text": text_px,
    }
    group = FeatureGroup("contents", control=False)
    _Draw(script_json(contents)).add_to(group)
    return group


def region_layer(url: str, *, outline_url: str | None = None, focus: str = "", names: bool = True) -> MapPart:
    """Polygons that the browser fetches once from ``url`` and may pick: a GeoJSON FeatureCollection in WGS-84.

    Feature properties: ``code`` and ``name``, optionally ``sketch`` (true: said to be 示意边界). ``outline_url``: a
    second collection drawn as strong lines with names of their own, such as townships over villages. The view is
    fitted when ``url`` or ``focus`` changes, to the features whose code starts with ``focus``, and at no other time.
    """
    return MapPart("regions", {"url": url, "outline": outline_url, "focus": focus, "names": names})


def region_values(values: pd.DataFrame, *, chosen: str | None = None) -> MapPart:
    """Colour and tooltip of each region: one row per region, one column ``code`` (unique).

    ``fill``: a colour, or missing for 无数据 (hatched); without this column all land is plain. ``name`` replaces the
    name that came with the geometry. Every other column is a line of the tooltip: its heading, then the cell as text;
    a missing cell leaves the line out. A region without a row has no data. ``chosen`` is outlined in the accent.
    Raises ValueError for a code given twice or a fill that is no colour.
    """
    if not values["code"].is_unique:
        raise ValueError("a region has more than one row of values")
    data: dict[str, object] = {
        "codes": _column(_texts(values["code"])),
        "lines": _lines(values, {"code", "fill", "name"}),
        "chosen": chosen,
    }
    if "name" in values:
        data["names"] = _column(_texts(values["name"]))
    if "fill" in values:
        fills = _texts(values["fill"])
        palette = sorted({fill for fill in fills if fill is not None})
        _check_colours(palette)
        data |= {"palette": palette, "fills": [None if fill is None else palette.index(fill) for fill in fills]}
    return MapPart("values", data)


def household_points(
    points: pd.DataFrame, *, marks: Mapping[str, tuple[str, str]], chosen: int | None = None
) -> MapPart:
    """The households of one village as marks by state.

    ``points``: ``id``, ``lat``, ``lon`` (WGS-84; rows without them are left out), ``state``; optionally ``label`` (the
    mark's name, drawn where it fits and for up to 1,000 points), ``sketch`` (true: said to be 示意位置); every other
    column is a line of the tooltip. ``marks``: state -> (one of ▲◆●■○□·, colour).
    Raises ValueError for a state without mark, an unknown mark or a colour that is none.
    """
    return _points(points.astype({"id": int}), "household", marks, None if chosen is None else int(chosen))


def project_points(
    points: pd.DataFrame, *, marks: Mapping[str, tuple[str, str]], chosen: str | None = None, named: bool = True
) -> MapPart:
    """Projects as marks by class: as :func:`household_points`, but that ``id`` is a project's code.

    Without ``named`` their names stand in the tooltip alone: for a map that has the names of regions.
    """
    part = _points(points.astype({"id": str}), "project", marks, chosen)
    return MapPart(part.name, {**part.data, "labelled": named and part.data["labelled"]})


def _points(points: pd.DataFrame, kind: str, marks: Mapping[str, tuple[str, str]], chosen: int | str | None) -> MapPart:
    placed = points.dropna(subset=["lat", "lon"]).sort_values("id")
    unknown = set(placed["state"]) - set(marks)
    if unknown or not {mark for mark, _ in marks.values()} <= _MARKS:
        raise ValueError(f"no mark for {sorted(unknown)}" if unknown else "unknown mark")
    _check_colours(colour for _, colour in marks.values())
    states = list(marks)
    lat, lon = set_apart(placed["lat"].to_numpy(float), placed["lon"].to_numpy(float))
    data: dict[str, object] = {
        "kind": kind,
        "ids": placed["id"].tolist(),
        "lat": lat.round(6).tolist(),
        "lon": lon.round(6).tolist(),
        "states": [states.index(state) for state in placed["state"]],
        "marks": [[state, *marks[state]] for state in states],
        "lines": _lines(placed, {"id", "lat", "lon", "state", "label", "sketch"}),
        "labelled": "label" in placed and len(placed) <= MOST_LABELLED_POINTS,
        "chosen": chosen,
    }
    if "label" in placed:
        data["labels"] = _column(_texts(placed["label"]))
    if "sketch" in placed:
        data["sketch"] = [int(bool(sketch)) for sketch in placed["sketch"]]
    return MapPart("points", data)


def picked(value: Any) -> tuple[str, str | int] | None:  # from the browser, whatever it sends
    """What st_folium's answer says was chosen: ("region", code), ("household", id), ("project", code) or None.

    The browser could send anything: only the form is checked here. Whoever asks must look it up in the viewer's scope.
    """
    try:
        properties = value["last_active_drawing"]["properties"]
        kind, chosen = properties["kind"], properties["id"]
    except (TypeError, KeyError):
        return None
    if kind == "region" and isinstance(chosen, str) and re.fullmatch(r"[0-9]{1,12}", chosen):
        return kind, chosen
    if kind == "household" and isinstance(chosen, int) and not isinstance(chosen, bool) and chosen > 0:
        return kind, chosen
    if kind == "project" and isinstance(chosen, str) and 0 < len(chosen) <= LONGEST_CODE and chosen.isprintable():
        return kind, chosen
    return None


def set_apart(lat: np.ndarray, lon: np.ndarray, step: float = 0.00015) -> tuple[np.ndarray, np.ndarray]:
    """Points within about a metre of each other, set on a spiral some 15 metres apart; the first stays."""
    rank = pd.DataFrame({"lat": lat.round(5), "lon": lon.round(5)}).groupby(["lat", "lon"]).cumcount().to_numpy()
    radius, angle = step * np.sqrt(rank), 2.399963 * rank  # the golden angle
    return lat + radius * np.sin(angle), lon + radius * np.cos(angle) / np.cos(np.radians(lat))


def _texts(cells: pd.Series) -> list[str | None]:
    return [None if pd.isna(cell) else str(cell) for cell in cells]


def _column(texts: Sequence[str | None]) -> dict[str, object]:
    """Texts with what all of them begin and end with (a region's code, a unit) sent once.

    The rest as one text with | between the cells and ~ for a missing one, which is half as long as a list on its way
    through two layers of JSON; as a list where a cell has these signs itself.
    """
    known = [text for text in texts if text is not None]
    prefix = _beginning(known)
    suffix = _beginning([text[len(prefix) :][::-1] for text in known])[::-1]
    cells = [None if text is None else text[len(prefix) : len(text) - len(suffix)] for text in texts]
    packed = "|".join("~" if cell is None else cell for cell in cells)
    plain = cells and packed.count("|") == len(cells) - 1 and "~" not in cells
    return {"prefix": prefix, "suffix": suffix, "cells": packed if plain else cells}


def _beginning(texts: Sequence[str]) -> str:
    first, last = min(texts, default=""), max(texts, default="")
    differs = (i for i, char in enumerate(first) if char != last[i : i + 1])
    return first[: next(differs, len(first))]


def _lines(frame: pd.DataFrame, without: set[str]) -> list[dict[str, object]]:
    return [{"heading": str(name), **_column(_texts(frame[name]))} for name in frame if name not in without]


def _check_colours(colours: Iterable[str]) -> None:
    for colour in colours:
        if not _COLOUR.fullmatch(colour):
            raise ValueError(f"not a colour: {colour!r}")
