"""每日记录 as a page: a village's days; of a region which villages wrote on which day, and which wrote nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import streamlit as st

from components.days.markup import count_cell, records_markup, spoken_day, total_cell
from components.drawing.markup import link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.server.sealed import DAY
from components.shell.asking import ask, ask_uncached
from components.shell.empty import nothing
from components.shell.errors import show_problems
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.photos import photo_markup
from components.shell.reading import Reading
from components.shell.screen import Screen
from components.shell.site import DAYS, HOUSEHOLD
from components.shell.take_away import take_away
from data.access import roles
from data.access.roles import WRITE
from data.days.region import matrix, of_household, records
from data.months import short_day
from data.paper.spreadsheet import ListColumn
from data.terms import DAY_KINDS

SPANS = {"day": ("日", 1), "week": ("7天", 7), "month": ("月", 31)}
"""What may be looked at: its name, and how far the next is."""
USUAL = "week"
_RECORDS = (
    ListColumn("day", "日期", "day"), ListColumn("kind", "类别"), ListColumn("head", "户主"),
    ListColumn("task", "任务", width=24), ListColumn("words", "内容", width=60),
    ListColumn("photos", "照片", "integer"), ListColumn("who", "记录人", width=24),
)  # fmt: skip
_VILLAGES = (
    ListColumn("township", "乡镇"),
    ListColumn("village", "村"),
    ListColumn("total", "合计", "integer"),
)


@dataclass(frozen=True)
class Span:
    """What is looked at: a key of SPANS, and its days; the last is not to come."""

    kind: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        if self.days == 1:
            return spoken_day(self.last.isoformat())
        return f"{short_day(self.first.isoformat())}至{short_day(self.last.isoformat())}"


def read_span(parameters: Mapping[str, str], today: date) -> tuple[Span, list[str]]:
    """The span of an address: ``day``, the seven days up to it, its month up to today; and sentences about what in it
    means nothing."""
    reading = Reading(parameters)
    kind = reading.one_of("span", SPANS, "没有“{asked}”这种时段，已显示7天。") or USUAL
    asked = reading.text("day")
    try:
        day = min(date.fromisoformat(asked), today) if asked else today
    except ValueError:
        day = today
        reading.mistaken(asked, "没有“{asked}”这一天，已显示今天。")
    if kind == "month":
        first = day.replace(day=1)
        end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return Span(kind, first, min(end, today)), reading.problems
    return Span(kind, day - timedelta(days=SPANS[kind][1] - 1), day), reading.problems


def show_days(screen: Screen) -> None:
    """Draw the page of the screen's region."""
    span, problems = read_span(st.query_params, screen.today)
    show_problems(problems)
    if screen.region.is_village:
        _show_village(screen, span)
    else:
        _show_region(screen, span)


def _ways(screen: Screen, span: Span) -> str:
    """The spans, the one before and the one after, and where one is written."""

    def to(kind: str, day: date) -> str:
        given = {"span": kind} if kind != USUAL else {}
        return screen.link(DAYS, **given, **({} if day >= screen.today else {"day": day.isoformat()}))

    chosen = {"aria_current": "true"}
    chips = "".join(
        link(name, to(kind, span.last), style="chip", **(chosen if kind == span.kind else {}))
        for kind, (name, _) in SPANS.items()
    )
    back = link("‹ 前", to(span.kind, span.first - timedelta(days=1)), style="chip")
    on = (
        link("后 ›", to(span.kind, span.last + timedelta(days=SPANS[span.kind][1])), style="chip")
        if span.last < screen.today
        else ""
    )
    new = link("写一条", DAY, style="chip go") if screen.viewer.may(WRITE, roles.DAYS) else ""
    return (
        f'<nav class="chips days" aria-label="时段">{chips}<i class="gap"></i>{back}{on}<i class="gap"></i>{new}</nav>'
    )


def _show_village(screen: Screen, span: Span) -> None:
    rows = ask_uncached(screen, records, screen.region.code, span.first, span.last)
    list_shown(screen, "每日记录", count=len(rows), unit="条", filters=span.words)
    said = f"{span.words}，{len(rows)} 条记录" if len(rows) else f"{span.words}没有记录"
    silent = span.days - rows["day"].nunique()
    told = f"{screen.region.name}" + (f" · {silent} 天没有记录" if span.days > 1 and silent else "")
    show_markup(heading(said, told, level=1) + _ways(screen, span))
    if rows.empty:
        nothing(
            "这段时间没有每日记录",
            "村干部和帮扶责任人还没有写，或写的是别的村。",
            "手机上打开本系统，按“写一条”；没有信号也能写",
            "看更长的时间：选“月”",
        )
        return
    drawn = records_markup(
        rows, file_url=lambda home: screen.link(HOUSEHOLD, household=home), photo=partial(_photo, screen)
    )
    show_markup(f'<section class="days">{drawn}</section>')
    take_away(
        screen,
        rows.assign(kind=rows["kind"].map(DAY_KINDS), photos=rows["photos"].map(len)),
        _RECORDS,
        what="每日记录",
        title=f"{screen.region.name}每日记录",
        about=span.words,
        key="days_away",
        unit="条",
        words="导出记录（Excel）",
    )


def show_of_household(screen: Screen, household: int) -> None:
    """On a household's page: the latest records about it; nothing where there is none, or for who may not read them."""
    if not screen.viewer.may(roles.READ, roles.DAYS):
        return
    rows = ask_uncached(screen, of_household, household)
    if rows.empty:
        return
    title = f"<h2>每日记录<small>最近 {len(rows)} 条</small></h2>"
    drawn = records_markup(rows, file_url=None, photo=partial(_photo, screen))
    show_markup(f'<section class="part days" id="days">{title}{drawn}</section>')


def _photo(screen: Screen, id: int, digest: str) -> str:
    return photo_markup(screen, id, digest, "day", "每日记录照片")


def _show_region(screen: Screen, span: Span) -> None:
    found = ask(screen, matrix, screen.region.code, span.last, span.days)
    if found.empty:
        nothing("没有村", f"{screen.region.name}还没有登记行政村。")
        return
    days = [name for name in found.columns if name[:2] == "20"]
    silent, today = int((found["total"] == 0).sum()), int((found[days[-1]] == 0).sum())
    when = "今天" if span.last == screen.today else short_day(days[-1])
    said = f"{when} {today} 个村没有记录" if today else f"{when}每个村都有记录"
    if span.days > 1:
        said += f"，{span.words} {silent} 个村一条也没有" if silent else f"，{span.words}每个村都写了"
    told = f"{screen.region.name} · {len(found)} 个村 · 共 {int(found['total'].sum()):,} 条 · 没有写的排在前面"
    show_markup(heading(said, told, level=1) + _ways(screen, span))
    ordered = found.sort_values(["total", "code"], kind="stable", ignore_index=True)
    shown = ordered.assign(counts=ordered[days].to_dict("records"))
    columns = (
        TableColumn("village", "村"), TableColumn("township", "乡镇"), TableColumn("total", "合计", "integer"),
        *(TableColumn(day, str(int(day[8:])) if span.days > 7 else short_day(day), "figure") for day in days),
    )  # fmt: skip
    look = TableLook(
        row_url=lambda row: screen.link(DAYS, region=row.code, span=span.kind, **_asked(span, screen.today)),
        opener="village",
        drawn={"total": total_cell, **{day: count_cell(day) for day in days}},
        whole=True,
    )
    drawn = table_markup(shown.drop(columns=days), columns, caption=f"{screen.region.name}各村每日记录", look=look)
    show_markup(f'<section class="days matrix">{drawn}</section>')
    take_away(
        screen,
        ordered,
        (*_VILLAGES, *(ListColumn(day, short_day(day), "integer") for day in days)),
        what="各村每日记录",
        title=f"{screen.region.name}各村每日记录",
        about=span.words,
        key="days_matrix_away",
        unit="个村",
        words="导出各村（Excel）",
    )


def _asked(span: Span, today: date) -> dict[str, str]:
    return {} if span.last == today else {"day": span.last.isoformat()}
