"""Parts of the page of funds as markup: by source, by year, by project, and what is late; pure, no Streamlit."""

from collections.abc import Callable, Sequence

import pandas as pd

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.sums import adding_up, rows_adding_up
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.drawing.wording import ten_thousands

_SPOKEN = {"省": "省级", "市": "市级", "县": "县级"}
_STEP = 0.0005  # half a tenth of a percentage point: less is level


def sources_finding(sources: pd.DataFrame, elapsed: float, year: int) -> str:
    """Which source is furthest behind the share of the year that is gone; ``sources`` as of ``funds.by_source``."""
    known = sources.dropna(subset="progress")
    if known.empty:
        return f"{year}年没有安排资金"
    worst = known.loc[known["progress"].idxmin()]
    step = worst["progress"] - elapsed
    source = _SPOKEN.get(worst["source"], worst["source"])
    if elapsed >= 1 and step < -_STEP:
        return f"{source}资金还有 {percent(-step)} 没有拨付，比例最高"
    if step >= -_STEP:
        return "各来源资金拨付进度均不慢于时间进度"
    return f"{source}资金拨付进度慢于时间进度 {abs(step) * 100:.1f} 个百分点"


def page_finding(sources: pd.DataFrame, year: int) -> str:
    """The whole in one sentence."""
    arranged, paid = sources["arranged"].sum(), sources["paid"].sum()
    if not arranged:
        return f"{year}年没有安排资金"
    return f"{year}年安排资金 {wording.money(arranged)}，已拨付 {wording.money(paid)}，进度 {percent(paid / arranged)}"


def regions_finding(regions: pd.DataFrame, whole: float | None, noun: str, mean: str) -> str:
    """How many of the regions that have funds are slower than all together; ``regions`` as of ``funds.by_region``."""
    known = regions["value"].dropna()
    if known.empty or whole is None:
        return f"各{noun}拨付进度"
    slower = int((known < whole - _STEP).sum())
    return f"{slower} 个{noun}拨付慢于{mean}" if slower else f"有资金的 {len(known)} 个{noun}拨付都不慢于{mean}"


def late_finding(total: int, short: float, *, planned: bool) -> str:
    """``total`` late batches that miss ``short`` yuan; ``planned``: whether there is any plan at all."""
    if total:
        return f"{total} 个批次滞后，少拨 {wording.money(short)}"
    return "没有滞后批次" if planned else "没有填报拨付计划"


def percent(share: float) -> str:
    """``69.3 %``; — for none."""
    return wording.percent(share)


def progress_markup(share: float, elapsed: float | None = None) -> str:
    """A bar of what is paid with a mark where the year stands."""
    if not wording.has_value(share):
        return wording.NO_VALUE
    behind = elapsed is not None and share < elapsed - _STEP
    mark = "" if elapsed is None else f'<em style="left: {elapsed * 100:.1f}%"></em>'
    style = f'{"class=behind " if behind else ""}style="width: {min(share, 1) * 100:.1f}%"'
    return f'<span class="progressed"><span class="track"><i {style}></i>{mark}</span><b>{percent(share)}</b></span>'


def _beside_time(share: float, elapsed: float | None) -> str:
    if elapsed is None or not wording.has_value(share):
        return wording.NO_VALUE
    step = share - elapsed
    if abs(step) < _STEP:
        return "持平"
    words = f"{'快' if step > 0 else '慢'} {abs(step) * 100:.1f}"
    return escape(words) if step > 0 else f'<span class="alarm">{escape(words)}</span>'


def _short(yuan: float) -> str:
    return f'<span class="alarm">{ten_thousands(yuan)}</span>' if yuan else "0"


def sources_markup(
    sources: pd.DataFrame, *, elapsed: float | None, url: Callable[[str], str], chosen: str, caption: str
) -> str:
    """One row a source and the whole; ``url`` takes a source and gives the list of its funds. ``elapsed``: None for a
    year that is over."""
    total = sources[["funds", "arranged", "paid", "short"]].sum()
    progress = total["paid"] / total["arranged"] if total["arranged"] else float("nan")
    rows = pd.concat([sources, pd.DataFrame([{**total, "source": "合计", "progress": progress}])], ignore_index=True)
    for column in ("arranged", "paid", "short"):  # as they are read, in 万元
        rows[column] = [*(10_000 * part for part in adding_up((sources[column] / 1e4).tolist(), 1)), total[column]]
    columns = [
        TableColumn("source", "来源"),
        TableColumn("funds", "笔数", "integer"),
        TableColumn("arranged", "安排（万元）", "figure"),
        TableColumn("paid", "已拨付（万元）", "figure"),
        TableColumn("progress", "拨付进度"),
        *([] if elapsed is None else [TableColumn("step", "快慢（百分点）", "figure")]),
        TableColumn("short", "滞后（万元）", "figure"),
    ]
    return table_markup(
        rows.assign(step=0),
        columns,
        caption=caption,
        look=TableLook(
            whole=True,
            cards=True,
            strong_last=True,
            opener="source",
            row_url=lambda row: url(row.source) if row.source != "合计" else None,
            chosen=lambda row: bool(chosen) and row.source == chosen,
            drawn={
                "arranged": lambda row: ten_thousands(row.arranged),
                "paid": lambda row: ten_thousands(row.paid),
                "progress": lambda row: progress_markup(row.progress, elapsed),
                "step": lambda row: _beside_time(row.progress, elapsed),
                "short": lambda row: _short(row.short),
            },
        ),
    )


def years_markup(years: pd.DataFrame, *, url: Callable[[int], str], chosen: int, caption: str) -> str:
    """One row a year; ``years`` as of ``funds.by_year``; money in 万元, which the caller says."""
    columns = [
        TableColumn("year", "年度"),
        TableColumn("arranged", "安排", "figure"),
        TableColumn("paid", "已拨付", "figure"),
        TableColumn("progress", "拨付进度"),
        TableColumn("unpaid", "未拨付", "figure"),
        TableColumn("late", "滞后（笔）", "integer"),
        TableColumn("in_year", "当年拨付", "figure"),
    ]
    parts = years[["arranged", "paid", "unpaid"]] / 1e4
    parts["ended"] = parts["arranged"] - parts["paid"] - parts["unpaid"]  # settled without having been paid in full
    return table_markup(
        years.assign(**rows_adding_up(parts, ("paid", "unpaid", "ended"), "arranged", 1) * 1e4),
        columns,
        caption=caption,
        look=TableLook(
            whole=True,
            cards=True,
            row_url=lambda row: url(row.year) if row.funds else None,
            opener="year",
            chosen=lambda row: row.year == chosen,
            drawn={
                "arranged": lambda row: ten_thousands(row.arranged),
                "paid": lambda row: ten_thousands(row.paid),
                "progress": lambda row: progress_markup(row.progress),
                "unpaid": lambda row: ten_thousands(row.unpaid),
                "in_year": lambda row: ten_thousands(row.in_year),
            },
        ),
    )


def projects_markup(projects: pd.DataFrame, *, elapsed: float | None, url: Callable[[str], str], caption: str) -> str:
    """One row a project; ``projects`` as of ``funds.by_project``."""
    if projects.empty:
        return '<p class="calm">本年度没有安排到项目的资金。</p>'
    columns = [
        TableColumn("name", "项目"),
        TableColumn("arranged", "安排（万元）", "figure"),
        TableColumn("paid", "已拨付（万元）", "figure"),
        TableColumn("progress", "拨付进度"),
        TableColumn("short", "滞后（万元）", "figure"),
    ]
    return table_markup(
        projects,
        columns,
        caption=caption,
        look=TableLook(
            whole=True,
            cards=True,
            opener="name",
            row_url=lambda row: url(row.project),
            drawn={
                "arranged": lambda row: ten_thousands(row.arranged),
                "paid": lambda row: ten_thousands(row.paid),
                "progress": lambda row: progress_markup(row.progress, elapsed),
                "short": lambda row: _short(row.short),
            },
        ),
    )


def late_markup(batches: pd.DataFrame, *, url: Callable[[str], str], planned: bool) -> str:
    """Late payments, the longest late first; ``batches`` as of ``funds.late_batches``."""
    if batches.empty:
        words = (
            "计划日期已过的批次都已足额拨付。" if planned else "在数据模板的“拨付计划”表中填报后，这里列出滞后的批次。"
        )
        return f'<p class="calm">{words}</p>'
    lines = []
    for row in batches.itertuples():
        inner = (
            f'<span class="days">超 {row.days} 天</span><span class="what">{escape(row.name)}</span>'
            f'<span class="where">{row.year}年度 · {escape(row.place)} · {escape(row.source)}</span>'
            f'<span class="gap">计划 {wording.day(row.planned)} {wording.money(row.amount)}，'
            f"少拨 <b>{wording.money(row.missing)}</b></span>"
        )
        lines.append(f"<li>{link(inner, url(row.fund), title=f'打开资金：{row.name}')}</li>")
    return f'<ul class="overdue batches">{"".join(lines)}</ul>'


def still_tiles_markup(tiles: Sequence[tuple[str, str, str]]) -> str:
    """Tiles without a course: (name, figure, address), for a year that is over."""
    drawn = []
    for name, figure, url in tiles:
        number, _, unit = figure.partition(" ")
        width = len(number) * 0.6 + 2
        inner = (
            f'<span class="name">{escape(name)}</span><span class="figure" style="--width: {width:.2f}">'
            f"{escape(number)}<small>{escape(unit)}</small></span>"
        )
        drawn.append(link(inner, url, style="tile still", title=f"{name}：查看口径和名单"))
    return f'<div class="tiles">{"".join(drawn)}</div>'
