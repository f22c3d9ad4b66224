"""Reading the cube: the figures of a region, their course over the months, and the sub-regions beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, RowMapping, Select, and_, func, select

from data.access.viewer import Viewer
from data.errors import NotFound
from data.figures.cube import cube, region_path
from data.figures.indicators import INDICATORS, Indicator, Measure
from data.model import region as regions
from data.regions.names import named_apart


@dataclass(frozen=True)
class Figure:
    """An indicator's value in one region and month.

    Shares and growth are fractions, money is yuan; ``numerator`` and ``denominator`` in the same units. None where
    there is no value.
    """

    value: float | None
    numerator: float | None
    denominator: float | None


NOTHING = Figure(None, None, None)


def indicator(id: str) -> Indicator:
    """The indicator of that id; raises NotFound for an unknown one."""
    if id not in INDICATORS:
        raise NotFound(f"没有“{id}”这个指标。")
    return INDICATORS[id]


def figures(
    connection: Connection, viewer: Viewer, region: str, month: int, ids: Sequence[str] | None = None
) -> dict[str, Figure]:
    """Figures of one region at the end of one month, by indicator id (all of the registry unless ``ids``)."""
    rows = _rows(connection, viewer.narrowed(region), [month, month - 12])
    return {id: _figure(indicator(id), rows, month) for id in ids or INDICATORS}


def trend(
    connection: Connection, viewer: Viewer, region: str, ids: Sequence[str], *, until: int, months: int = 60
) -> pd.DataFrame:
    """Values over the months up to ``until``: one row a month (index: ordinal), one column an indicator; NaN: none."""
    span = range(until - months + 1, until + 1)
    rows = _rows(connection, viewer.narrowed(region), range(span.start - 12, span.stop))
    courses = {id: [_figure(indicator(id), rows, month).value for month in span if month in rows] for id in ids}
    return pd.DataFrame(courses, index=[month for month in span if month in rows], dtype=float)


def children(
    connection: Connection, viewer: Viewer, parent: str, month: int, id: str, *, level: int | None = None
) -> pd.DataFrame:
    """An indicator in the regions below ``parent``: columns code, name, value, numerator, denominator.

    The direct children, or every descendant whose code has ``level`` digits; each with a name of its own.
    """
    chosen = indicator(id)
    below = regions.c.parent == viewer.narrowed(parent)
    if level is not None:
        below = and_(func.length(regions.c.code) == level, regions.c.code.in_(_descendants(parent)))
    months = [month] if not chosen.compared else [month, month - chosen.compared]
    columns = [cube.c[name] for name in _measures(chosen)]
    found = connection.execute(
        select(regions.c.code, regions.c.name, cube.c.month, *columns)
        .join(cube, and_(cube.c.region == regions.c.code, cube.c.month.in_(months)))
        .where(below)
        .order_by(regions.c.code)
    ).mappings()
    by_region: dict[str, dict[int, RowMapping]] = {}
    names: dict[str, str] = {}
    for row in found:
        by_region.setdefault(row["code"], {})[row["month"]] = row
        names[row["code"]] = row["name"]
    names = named_apart(connection, names)
    listed = []
    for code, rows in by_region.items():
        figure = _figure(chosen, rows, month)
        listed.append((code, names[code], figure.value, figure.numerator, figure.denominator))
    frame = pd.DataFrame(listed, columns=["code", "name", "value", "numerator", "denominator"])
    return frame.astype({"value": float, "numerator": float, "denominator": float})


def movements(connection: Connection, viewer: Viewer, region: str, month: int, ids: Sequence[str]) -> pd.DataFrame:
    """What is known of this month and the month before in the regions below ``region``, or of a village in itself.

    Columns: code, name, indicator, value, before, change.
    """
    beside = _itself if len(region) == 12 else children
    listed = []
    for id in ids:
        now = beside(connection, viewer, region, month, id)
        before = beside(connection, viewer, region, month - 1, id).set_index("code")["value"]
        listed.append(now.assign(before=now["code"].map(before), indicator=id))
    frame = pd.concat(listed) if listed else pd.DataFrame(columns=["code", "name", "indicator", "value", "before"])
    frame["change"] = frame["value"] - frame["before"]
    known = frame[frame["change"].notna()]
    return known[["code", "name", "indicator", "value", "before", "change"]].reset_index(drop=True)


def _itself(connection: Connection, viewer: Viewer, region: str, month: int, id: str) -> pd.DataFrame:
    value = figures(connection, viewer, region, month, (id,))[id].value
    name = connection.execute(select(regions.c.name).where(regions.c.code == region)).scalar_one()
    return pd.DataFrame({"code": [region], "name": [name], "value": [value]}).astype({"value": float})


def _descendants(parent: str) -> Select[str]:
    return select(region_path.c.region).where(region_path.c.ancestor == parent)


def _measures(chosen: Indicator) -> list[str]:
    return [measure.id for measure in (chosen.numerator, chosen.denominator) if measure is not None]


def _rows(connection: Connection, region: str, months: Sequence[int]) -> dict[int, RowMapping]:
    found = connection.execute(
        select(cube).where(cube.c.region == region, cube.c.month >= min(months), cube.c.month <= max(months))
    ).mappings()
    wanted = set(months)
    return {row["month"]: row for row in found if row["month"] in wanted}


def _figure(chosen: Indicator, rows: dict[int, RowMapping], month: int) -> Figure:
    now = _ratio(chosen, rows.get(month))
    if not chosen.compared:
        return now
    before = _ratio(chosen, rows.get(month - chosen.compared))
    if now.value is None or not before.value or before.value < 0:
        return Figure(None, now.value, before.value)
    return Figure(now.value / before.value - 1, now.value, before.value)


def _ratio(chosen: Indicator, row: RowMapping | None) -> Figure:
    if row is None:
        return NOTHING
    numerator = _shown(row[chosen.numerator.id], chosen.numerator)
    if chosen.denominator is None:
        return Figure(numerator, numerator, None)
    denominator = _shown(row[chosen.denominator.id], chosen.denominator)
    if numerator is None or not denominator:
        return Figure(None, numerator, denominator)
    return Figure(numerator / denominator, numerator, denominator)


def _shown(stored: int | None, measure: Measure) -> float | None:
    if stored is None:
        return None
    return stored if measure.scale == 1 else stored / measure.scale
