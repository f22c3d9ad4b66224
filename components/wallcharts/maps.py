"""The drawings of a chart: the numbered map of a village, a region by classes of a figure, that figure's course."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from components.drawing.choropleth import choropleth
from components.drawing.classes import Classes
from components.drawing.ranking import MEANS, Ranking, finding
from components.drawing.svg import SCREEN_TEXT
from components.drawing.svg_charts import trend_svg
from components.drawing.svg_map import NOTHING, Drawing, region_map
from components.drawing.svg_points import around
from components.drawing.svg_view import Box
from components.drawing.theme import LIGHT, MARKS
from components.drawing.walk_map import walk_map
from components.wallcharts import panels
from components.wallcharts.panels import Panel
from components.wallcharts.sheets import Sheet
from data.access.viewer import Viewer
from data.figures import read
from data.figures.indicators import Indicator
from data.figures.monitoring_line import monitoring_line
from data.figures.standing import Standing
from data.regions.lands import Lands, lands

LOW = 0.34  # of a course
CLOSE = 0.75  # of a part of a map that is shown larger, in parts of its width
GROUP, MOST_GROUPS = 15, 2  # households to such a part, and parts
NEAR, LEAST = 0.2, 0.12  # of where households live: how far a part reaches from its middle, and how wide it is at least
MONTHS = 37
"""Of a course: three years and the month they are compared with."""
_NAMED = 6  # numbers over such a part
_MOST_TOLD = 12  # numbers that are said to stand on no map


def village_maps(connection: Connection, village: str, walk: pd.DataFrame, sheet: Sheet) -> list[Panel]:
    """The village with its households by number and mark, as they are walked, positions that are a guess as grey rings;
    and of those whose numbers find no room where they stand close, group by group, the place once more. What finds none
    there either is named, not made smaller."""
    ground = lands(connection, village, across=sheet.column)
    if not ground.each:
        return [panels.sentence("作战图", NOTHING)]
    drawn = _numbered(ground, walk, walk, sheet, (sheet.column, sheet.column * sheet.tall), None)
    counted = walk["state"].value_counts()
    legend = [
        panels.swatch(f"{state} {counted[state]} 户", LIGHT.states[state], sign)
        for state, sign in MARKS.items()
        if state in counted
    ]
    if guessed := int(walk["sketch"].sum()):
        legend.append(panels.swatch(f"位置为推测 {guessed} 户", LIGHT.second_ink, "○"))
    note = "号为走访顺序，与户表、大屏一致；虚线为走访路线"
    note += "" if walk["typed"].all() else "（部分由系统就近排出，示意）"
    told = panels.drawing("作战图", drawn.svg, sheet.column, sheet.column * sheet.tall, note=note, legend=legend)
    return [told, *_closer(ground, walk, drawn.left_out, sheet)]


def _closer(ground: Lands, walk: pd.DataFrame, numbers: Sequence[str], sheet: Sheet) -> list[Panel]:
    """The places of the households of these numbers once more, close by close; none where there are none."""
    left = walk[walk["number"].astype(str).isin(numbers)].dropna(subset=["lon", "lat"])
    extent = max(walk["lon"].max() - walk["lon"].min(), walk["lat"].max() - walk["lat"].min())
    parts: list[tuple[str, str]] = []
    missed: list[str] = []
    groups = list(_groups(left, NEAR * extent))
    width, height = (sheet.column if len(groups) == 1 else sheet.half), sheet.half * CLOSE
    for some in groups[MOST_GROUPS:]:
        missed += some["number"].astype(str).tolist()
    for some in groups[:MOST_GROUPS]:
        drawn = _numbered(ground, walk, some, sheet, (width, height), around(some, room=0.15, least=LEAST * extent))
        named = "、".join(some["number"].astype(str)[:_NAMED])
        parts.append((f"{named}{f' 等 {len(some)}' if len(some) > _NAMED else ''} 号", drawn.svg))
        missed += drawn.left_out
    if not parts:
        return []
    note = f"作战图上写不下号的 {len(left)} 户"
    if missed:
        named = "、".join(missed[:_MOST_TOLD]) + (" 等" if len(missed) > _MOST_TOLD else "")
        note += f"；{named} 号仍相距太近，没有写号"
    return [panels.drawings("密集处放大", parts, width, height, note=note)]


def _groups(left: pd.DataFrame, reach: float) -> Iterator[pd.DataFrame]:
    """Households that live within so many degrees of one of them, the most first, at most GROUP to a group."""
    while not left.empty:
        lon, lat = left["lon"].to_numpy(float), left["lat"].to_numpy(float)
        apart = np.hypot(lon[:, None] - lon, lat[:, None] - lat)
        middle = int((apart <= reach).sum(axis=1).argmax())
        nearest = apart[middle].argsort(kind="stable")[: min(int((apart[middle] <= reach).sum()), GROUP)]
        some = left.iloc[nearest].sort_values("number")
        yield some
        left = left.drop(some.index)


def _numbered(
    ground: Lands, walk: pd.DataFrame, some: pd.DataFrame, sheet: Sheet, size: tuple[float, float], view: Box | None
) -> Drawing:
    """All households, with the numbers of some of them, and the village's office."""
    return walk_map(ground, walk, some, size=size, text=sheet.text, line=sheet.text / SCREEN_TEXT, view=view, sea=False)


def class_map(
    connection: Connection, ranking: Ranking, region: str, noun: str, stands: Standing, sheet: Sheet
) -> Panel:
    """The regions below by classes of the figure that they are ranked by, their names as large as a heading where all
    of them fit so."""
    width, height = sheet.column, sheet.column * sheet.tall
    drawn = choropleth(
        ranking.rows, indicator=ranking.indicator, mean=ranking.mean, mean_name=ranking.mean_name, dark=False
    )
    ground = lands(connection, region, across=width)
    if not ground.each:
        return panels.sentence(finding(ranking, noun), NOTHING)

    def picture(text: float) -> Drawing:
        return region_map(
            ground, width=width, height=height, text=text, colours=LIGHT, fills=drawn.fills,
            line=sheet.text / SCREEN_TEXT, sea=False,
        )  # fmt: skip

    for text in (sheet.head, (sheet.head + sheet.text) / 2, sheet.text):
        shown = picture(text)
        if not shown.left_out:
            break
    note = f"各{noun}{ranking.indicator.label} · {stands.words}"
    return panels.drawing(finding(ranking, noun), shown.svg, width, height, note=note, legend=_classes(drawn.classes))


def _classes(classes: Classes) -> list[dict[str, str]]:
    told = [
        panels.swatch(f"{label}（{count} 个）", colour)
        for label, colour, count in zip(classes.labels, classes.colours, classes.counts, strict=True)
    ]
    return told + ([panels.swatch(f"斜线：无数据（{classes.missing} 个）", LIGHT.land)] if classes.missing else [])


def course(
    connection: Connection,
    viewer: Viewer,
    region: str,
    indicator: Indicator,
    stands: Standing,
    above: str | None,
    sheet: Sheet,
) -> Panel:
    """The figure over the months up to where it stands, beside the region above (its code, None for none that the
    viewer may see) where it is a share or an amount a head, and beside the monitoring line where it is an income."""
    frame = read.course(connection, viewer, region, indicator.id, until=stands.month, months=MONTHS)
    name = ""
    if above is not None and indicator.denominator is not None:
        other = read.course(connection, viewer, above, indicator.id, until=stands.month, months=MONTHS)
        frame["comparison"] = other["value"].where(~other["open"]).reindex(frame.index)
        name = MEANS[len(above)]
    if indicator.id == "net_income_per_capita":
        frame["line"] = pd.Series(
            monitoring_line(connection, viewer, region, list(frame.index)), index=frame.index, dtype=float
        )
    width, height = sheet.column, sheet.column * LOW
    drawn = trend_svg(
        frame, indicator=indicator, chosen=stands.month, colours=LIGHT, width=width, height=height, text=sheet.text,
        comparison_name=name, line=sheet.text / SCREEN_TEXT,
    )  # fmt: skip
    return panels.drawing(
        f"{indicator.label}走势", drawn, width, height, note=f"单位{indicator.unit}，近{len(frame)}个月", frame=False
    )
