"""Reading the cube: the figures of a region, their course over the months, and the sub-regions beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, RowMapping, Select, and_, func, select

from data.access.rights import needs, require_right
from data.access.roles import FIGURES, HEALTH, READ
from data.access.viewer import Viewer
from data.errors import NotFound
from data.figures.cube import cube, region_path
from data.figures.indicators import GROUPED, INDICATORS, Indicator, Measure
from data.figures.standing import Standing, children_standing, open_months, standings
from data.model import region as regions
from data.months import last_day
from data.regions.names import named_apart
from data.regions.tree import called_on, standing_on
from data.store.batches import batches


@dataclass(frozen=True)
class Figure:
    """An indicator's value in one region and month.

    Shares and growth are fractions, money is yuan; ``numerator`` and ``denominator`` in the same units; ``of``: how
    many it is made of, where that is less than all. None where there is no value. ``standing``: its month, and whether
    that is closed.
    """

    value: float | None
    numerator: float | None
    denominator: float | None
    of: float | None
    standing: Standing


def indicator(id: str) -> Indicator:
    """The indicator of that id; raises NotFound for an unknown one."""
    if id not in INDICATORS:
        raise NotFound(f"没有“{id}”这个指标。")
    return INDICATORS[id]


@needs(READ, FIGURES)
def offered(viewer: Viewer) -> list[Indicator]:
    """All indicators that the viewer may read, each group together: those that tell of illness are for who may know."""
    return [one for one in GROUPED if one.walls or viewer.may(READ, HEALTH)]


@needs(READ, FIGURES)
def offered_names(viewer: Viewer) -> dict[str, str]:
    """These as a picker shows them: id → name in the words in force now, for that may be asked again after the run."""
    return {one.id: one.full_name for one in offered(viewer)}


def _readable(viewer: Viewer, id: str) -> Indicator:
    chosen = indicator(id)
    if not chosen.walls:
        require_right(viewer, READ, HEALTH)
    return chosen


@needs(READ, FIGURES)
def figures(
    connection: Connection, viewer: Viewer, region: str, month: int | None, ids: Sequence[str] | None = None
) -> dict[str, Figure]:
    """Figures of one region, by indicator id (all of the registry unless ``ids``): at the end of a month, without one
    each at its own."""
    here = viewer.narrowed(region)
    at = standings(connection, here, month)
    rows = _rows(connection, here, [standing.month for standing in at.values()])
    listed = {}
    for id in ids or [one.id for one in offered(viewer)]:
        one = _readable(viewer, id)
        standing = at[one.closes]
        listed[id] = Figure(*_values(one, rows.get(standing.month)), standing)
    return listed


@needs(READ, FIGURES)
def trend(
    connection: Connection, viewer: Viewer, region: str, ids: Sequence[str], *, until: int, months: int = 60
) -> pd.DataFrame:
    """Values over the months up to ``until``: one row a month (index: ordinal), one column an indicator; NaN: none."""
    span = range(until - months + 1, until + 1)
    rows = _rows(connection, viewer.narrowed(region), span)
    courses = {id: [_values(_readable(viewer, id), rows[month])[0] for month in span if month in rows] for id in ids}
    return pd.DataFrame(courses, index=[month for month in span if month in rows], dtype=float)


@needs(READ, FIGURES)
def course(
    connection: Connection, viewer: Viewer, region: str, id: str, *, until: int, months: int = 60
) -> pd.DataFrame:
    """One indicator over the months up to ``until`` (index: ordinals): value (NaN: none) and open, whether the month is
    not closed."""
    frame = trend(connection, viewer, region, (id,), until=until, months=months).rename(columns={id: "value"})
    unfinished = open_months(connection, region, indicator(id), list(frame.index))
    return frame.assign(open=frame.index.isin(unfinished))


@needs(READ, FIGURES)
def children(
    connection: Connection, viewer: Viewer, parent: str, month: int, id: str, *, level: int | None = None
) -> pd.DataFrame:
    """An indicator in the regions below ``parent``: columns code, name, value, numerator, denominator, of; closed
    (whether the month is, there) and open_words (that it is not, '' where it is).

    The direct children, or every descendant whose code has ``level`` digits; each with a name of its own, as it was
    called then. One that is no more by then is left out where nothing is counted of it.
    """
    chosen = _readable(viewer, id)
    below = regions.c.parent == viewer.narrowed(parent)
    if level is not None:
        below = and_(func.length(regions.c.code) == level, regions.c.code.in_(_descendants(parent)))
    columns, day = [cube.c[name] for name in _measures(chosen)], last_day(month)
    found = [
        row
        for row in connection.execute(
            select(regions.c.code, called_on(day), (~standing_on(day)).label("gone"), *columns)
            .join(cube, and_(cube.c.region == regions.c.code, cube.c.month == month))
            .where(below)
            .order_by(regions.c.code)
        ).mappings()
        if not row["gone"] or any(row[name] for name in _measures(chosen))
    ]
    at = children_standing(connection, [row["code"] for row in found], chosen, month)
    names = named_apart(connection, {row["code"]: row["name"] for row in found})
    listed = [
        (row["code"], names[row["code"]], *_values(chosen, row), at[row["code"]].closed, at[row["code"]].open_words)
        for row in found
    ]
    frame = pd.DataFrame(
        listed, columns=["code", "name", "value", "numerator", "denominator", "of", "closed", "open_words"]
    )
    numbers = dict.fromkeys(("value", "numerator", "denominator", "of"), float)
    return frame.astype({**numbers, "closed": bool, "open_words": object})


@needs(READ, FIGURES)
def courses(
    connection: Connection, viewer: Viewer, parent: str, id: str, *, until: int, months: int = 60
) -> pd.DataFrame:
    """An indicator over the months up to ``until`` in the direct sub-regions that have a value: one row a month (index:
    ordinal), one column a code; NaN: none."""
    chosen = _readable(viewer, id)
    there = standing_on(last_day(until))
    below = select(regions.c.code).where(regions.c.parent == viewer.narrowed(parent), there)
    asked = select(cube.c.region, cube.c.month, *(cube.c[name] for name in _measures(chosen))).where(
        cube.c.region.in_(below), cube.c.month > until - months, cube.c.month <= until
    )
    held = {(row["month"], row["region"]): _values(chosen, row)[0] for row in connection.execute(asked).mappings()}
    known = {key: value for key, value in held.items() if value is not None}
    rows, codes = sorted({month for month, _ in known}), sorted({code for _, code in known})
    return pd.DataFrame({code: [known.get((month, code)) for month in rows] for code in codes}, index=rows, dtype=float)


def of_regions(
    connection: Connection, codes: Sequence[str], month: int, ids: Sequence[str]
) -> dict[str, dict[str, float | None]]:
    """Region → indicator → value in a month, of any number of regions: for what keeps figures; nobody looks."""
    chosen = [indicator(id) for id in ids]
    columns = {name for one in chosen for name in _measures(one)}
    asked = select(cube.c.region, *(cube.c[name] for name in sorted(columns))).where(cube.c.month == month)
    held: dict[str, dict[str, float | None]] = {}
    for some in batches(codes):
        for row in connection.execute(asked.where(cube.c.region.in_(some))).mappings():
            held[row["region"]] = {one.id: _values(one, row)[0] for one in chosen}
    return held


@needs(READ, FIGURES)
def movements(
    connection: Connection, viewer: Viewer, region: str, month: int | None, ids: Sequence[str]
) -> pd.DataFrame:
    """What is known of a month and the month before in the regions below ``region``, or of a village in itself:
    without a month of each figure at its own; what is not closed is not compared.

    Columns: code, name, indicator, value, before, change.
    """
    beside = _itself if len(region) == 12 else children
    listed = []
    at = standings(connection, viewer.narrowed(region), month)
    for id in ids:
        standing = at[indicator(id).closes]
        if not standing.closed:
            continue
        now = beside(connection, viewer, region, standing.month, id)
        before = beside(connection, viewer, region, standing.month - 1, id)
        before = before[before["closed"]].set_index("code")["value"]
        listed.append(now[now["closed"]].assign(before=now["code"].map(before), indicator=id))
    frame = pd.concat(listed) if listed else pd.DataFrame(columns=["code", "name", "indicator", "value", "before"])
    frame["change"] = frame["value"] - frame["before"]
    known = frame[frame["change"].notna()]
    return known[["code", "name", "indicator", "value", "before", "change"]].reset_index(drop=True)


def _itself(connection: Connection, viewer: Viewer, region: str, month: int, id: str) -> pd.DataFrame:
    figure = figures(connection, viewer, region, month, (id,))[id]
    name = connection.execute(select(regions.c.name).where(regions.c.code == region)).scalar_one()
    row = {"code": [region], "name": [name], "value": [figure.value], "closed": [figure.standing.closed]}
    return pd.DataFrame(row).astype({"value": float})


def _descendants(parent: str) -> Select[str]:
    return select(region_path.c.region).where(region_path.c.ancestor == parent)


def _measures(chosen: Indicator) -> list[str]:
    return [measure.id for measure in (chosen.numerator, chosen.denominator, chosen.of) if measure is not None]


def _rows(connection: Connection, region: str, months: Sequence[int]) -> dict[int, RowMapping]:
    found = connection.execute(
        select(cube).where(cube.c.region == region, cube.c.month >= min(months), cube.c.month <= max(months))
    ).mappings()
    wanted = set(months)
    return {row["month"]: row for row in found if row["month"] in wanted}


def _values(chosen: Indicator, row: RowMapping | None) -> tuple[float | None, float | None, float | None, float | None]:
    """Value, numerator, denominator and of how many."""
    if row is None:
        return None, None, None, None
    numerator = _shown(row[chosen.numerator.id], chosen.numerator)
    of = None if chosen.of is None else _shown(row[chosen.of.id], chosen.of)
    if chosen.denominator is None:
        return numerator, numerator, None, of
    denominator = _shown(row[chosen.denominator.id], chosen.denominator)
    if numerator is None or not denominator:
        return None, numerator, denominator, of
    if chosen.format != "growth":
        return numerator / denominator, numerator, denominator, of
    return (numerator / denominator - 1 if denominator > 0 else None), numerator, denominator, of


def _shown(stored: int | None, measure: Measure) -> float | None:
    if stored is None:
        return None
    return stored if measure.scale == 1 else stored / measure.scale
