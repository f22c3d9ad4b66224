"""The drawings of a chart: the numbered map of a village, a region by classes of a figure, that figure's course."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection

from components.drawing.choropleth import choropleth
from components.drawing.classes import Classes
from components.drawing.ranking import MEANS, Ranking, finding
from components.drawing.svg_charts import trend_svg
from components.drawing.svg_map import NOTHING, Drawing, region_map
from components.drawing.svg_points import Points
from components.drawing.svg_view import Box
from components.drawing.theme import LIGHT, MARKS, state_marks
from components.wallcharts import panels
from components.wallcharts.panels import Panel
from components.wallcharts.sheets import Sheet
from data.access.viewer import Viewer
from data.figures import read
from data.figures.indicators import Indicator
from data.figures.monitoring_line import monitoring_line
from data.figures.standing import Standing, open_months
from data.regions.lands import Lands, lands

HIGH = 0.66  # of a map, in parts of its width
LOW = 0.34  # of a course
CLOSE = 0.4  # of the part of a map that is shown larger
LEAST = 0.0004  # degrees, some forty metres, around the outermost households of it
SCREEN = 14
"""Pixels of the text on a screen that a line of one pixel goes with."""
MONTHS = 37
"""Of a course: three years and the month they are compared with."""
_MOST_TOLD = 12  # numbers that are said to stand on no map


def village_maps(connection: Connection, village: str, walk: pd.DataFrame, sheet: Sheet) -> list[Panel]:
    """The village with its households by number and mark, positions that are a guess as grey rings; and where they
    stand so close that numbers find no room, that part of it once more. What finds none there either is named, not
    made smaller."""
    ground = lands(connection, village, across=sheet.column)
    if not ground.each:
        return [panels.sentence("作战图", NOTHING)]
    whole, close = sheet.column * HIGH, sheet.column * CLOSE
    drawn = _numbered(ground, walk, sheet, whole, None)
    counted = walk["state"].value_counts()
    legend = [
        panels.swatch(f"{state} {counted[state]} 户", LIGHT.states[state], sign)
        for state, sign in MARKS.items()
        if state in counted
    ]
    if guessed := int(walk["sketch"].sum()):
        legend.append(panels.swatch(f"位置为推测 {guessed} 户", LIGHT.second_ink, "○"))
    note = "号为走访顺序，与户表、大屏一致" + ("" if walk["typed"].all() else "（部分由系统排出，示意）")
    told = panels.drawing("作战图", drawn.svg, sheet.column, whole, note=note, legend=legend)
    around = _around(walk, drawn.left_out)
    if around is None:
        return [told]
    nearer = _numbered(ground, walk, sheet, close, around)
    note = f"图上写不下的 {len(drawn.left_out)} 户在这里"
    if nearer.left_out:
        named = "、".join(nearer.left_out[:_MOST_TOLD]) + (" 等" if len(nearer.left_out) > _MOST_TOLD else "")
        note += f"；{named} 号仍相距太近，没有写号"
    return [told, panels.drawing("密集处放大", nearer.svg, sheet.column, close, note=note)]


def _numbered(ground: Lands, walk: pd.DataFrame, sheet: Sheet, height: float, view: Box | None) -> Drawing:
    points = Points(walk[["id", "number", "lon", "lat", "state", "sketch"]], state_marks(False))
    return region_map(
        ground, width=sheet.column, height=height, text=sheet.text, colours=LIGHT, points=[points], view=view,
        line=sheet.text / SCREEN, names=False, sea=False,
    )  # fmt: skip


def _around(walk: pd.DataFrame, numbers: Sequence[str]) -> Box | None:
    """The degrees around the households of these numbers; None where there are none."""
    some = walk[walk["number"].astype(str).isin(numbers)].dropna(subset=["lon", "lat"])
    if some.empty:
        return None
    west, east, south, north = some["lon"].min(), some["lon"].max(), some["lat"].min(), some["lat"].max()
    wide, high = max((east - west) * 0.12, LEAST), max((north - south) * 0.12, LEAST)
    return west - wide, south - high, east + wide, north + high


def class_map(
    connection: Connection, ranking: Ranking, region: str, noun: str, stands: Standing, sheet: Sheet
) -> Panel:
    """The regions below by classes of the figure that they are ranked by, their names as large as a heading where all
    of them fit so."""
    width, height = sheet.column, sheet.column * HIGH
    drawn = choropleth(
        ranking.rows, indicator=ranking.indicator, mean=ranking.mean, mean_name=ranking.mean_name, dark=False
    )
    ground = lands(connection, region, across=width)
    if not ground.each:
        return panels.sentence(finding(ranking, noun), NOTHING)

    def picture(text: float) -> Drawing:
        return region_map(
            ground, width=width, height=height, text=text, colours=LIGHT, fills=drawn.fills,
            line=sheet.text / SCREEN, sea=False,
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
    frame = _course(connection, viewer, region, indicator, stands.month)
    name = ""
    if above is not None and indicator.denominator is not None:
        other = _course(connection, viewer, above, indicator, stands.month)
        frame["comparison"] = other["value"].where(~other["open"]).reindex(frame.index)
        name = MEANS[len(above)]
    if indicator.id == "net_income_per_capita":
        frame["line"] = pd.Series(
            monitoring_line(connection, viewer, region, list(frame.index)), index=frame.index, dtype=float
        )
    width, height = sheet.column, sheet.column * LOW
    drawn = trend_svg(
        frame, indicator=indicator, chosen=stands.month, colours=LIGHT, width=width, height=height, text=sheet.text,
        comparison_name=name, line=sheet.text / SCREEN,
    )  # fmt: skip
    return panels.drawing(
        f"{indicator.label}走势", drawn, width, height, note=f"单位{indicator.unit}，近{len(frame)}个月", frame=False
    )


def _course(connection: Connection, viewer: Viewer, region: str, indicator: Indicator, until: int) -> pd.DataFrame:
    ids: Sequence[str] = (indicator.id,)
    frame = read.trend(connection, viewer, region, ids, until=until, months=MONTHS).rename(
        columns={indicator.id: "value"}
    )
    unfinished = open_months(connection, region, indicator, list(frame.index))
    return frame.assign(open=frame.index.isin(unfinished))
