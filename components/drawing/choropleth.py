"""A map of sub-regions coloured by one indicator, with its legend: what goes into the map's builders."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from components.drawing import wording
from components.drawing.classes import Classes, classify
from components.drawing.maps import MapPart, region_values
from components.drawing.markup import escape
from components.drawing.ranking import distance
from components.drawing.theme import palette
from data.figures.indicators import Indicator

MOST_COMPARED = 400
"""More regions than these say only their figure, not how far it is from the mean: a new indicator is to send little."""


@dataclass(frozen=True)
class Choropleth:
    """Values for ``maps.map_contents``, the classes that its legend names, and the colour of each code (None: no data)
    for ``svg_map.region_map``."""

    values: MapPart
    classes: Classes
    fills: Mapping[str, str | None]


def choropleth(
    children: pd.DataFrame,
    *,
    indicator: Indicator,
    mean: float | None,
    mean_name: str,
    dark: bool,
    chosen: str | None = None,
    beside: pd.Series | None = None,
) -> Choropleth:
    """``children``: code, name, value, open_words as of ``figures.children``; growth has two hues around zero.

    ``beside``: values of a second map of the same indicator, so that both get the same classes.
    """
    colours = palette(dark)
    change = indicator.format == "growth"
    scale = 1e-4 if indicator.format == "money" else 100 if indicator.format in ("percent", "growth") else 1
    values = children["value"] * scale
    classes = classify(
        values if beside is None else pd.concat([values, beside * scale]),
        kind="change" if change else "amount",
        colours=colours.diverging if change else colours.sequential,
        unit=wording.class_unit(indicator),
        format=wording.class_number,
    )
    if beside is not None:
        places = classes.index(values)
        counts = tuple(places.count(place) for place in range(len(classes.labels)))
        classes = replace(classes, counts=counts, missing=places.count(None))
    unfinished = children["open_words"] if "open_words" in children else [""] * len(children)
    frame = pd.DataFrame(
        {
            "code": children["code"],
            "fill": classes.fill(values),
            indicator.label: [
                f"{_told(indicator, value)} {words if wording.has_value(value) else ''}".strip()
                for value, words in zip(children["value"], unfinished, strict=True)
            ],
        }
    )
    apart = children["name"].where(children["name"].str.endswith("）"))
    if apart.notna().any():  # names that repeat on the map, told apart as everywhere; the others came with the geometry
        frame["name"] = apart
    if mean is not None and len(children) <= MOST_COMPARED:
        frame[f"比{mean_name}"] = [
            None if words or (step := distance(indicator, value, mean)) is None else wording.apart(indicator, step)
            for value, words in zip(children["value"], unfinished, strict=True)
        ]
    fills = dict(zip(frame["code"], frame["fill"], strict=True))
    return Choropleth(region_values(frame, chosen=chosen), classes, fills)


def _told(indicator: Indicator, value: float) -> str:
    return str(wording.amount(indicator, value)) if wording.has_value(value) else "无数据"


def legend_markup(classes: Classes, *, noun: str) -> str:
    """Classes with their colours and how many regions each holds; what has no data is said, and that all are alike."""
    parts = [
        f'<li><i style="background: {colour}"></i>{escape(label)}<small>{count} 个</small></li>'
        for label, colour, count in zip(classes.labels, classes.colours, classes.counts, strict=True)
    ]
    if classes.missing:
        parts.append(f'<li><i class="hatched"></i>无数据<small>{classes.missing} 个</small></li>')
    if classes.note:
        parts.append(f"<li><small>各{escape(noun)}{escape(classes.note)}</small></li>")
    return f'<ul class="legend" aria-label="图例和{escape(noun)}数">{"".join(parts)}</ul>'
