"""The page of one who answers for something: who he is, what he leads, his households, what is open with him."""

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link, phone_link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, table_markup
from components.duty.address import DutyChoice, duty_link
from components.duty.handing_over import show_handing_over
from components.duty.markup import day_mark
from components.duty.visits import MUST_COLUMNS, musts_table
from components.shell.asking import ask_uncached
from components.shell.errors import reporting_failures
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD
from components.shell.take_away import take_away
from data.access.roles import DUTIES, EXPORT
from data.duties import musts as events
from data.duties.file import DutyFile, duty_file
from data.paper.spreadsheet import ListColumn

_HOMES = (
    TableColumn("head", "户主"), TableColumn("place", "村"), TableColumn("state", "户类型"),
    TableColumn("whom", "结对对象"), TableColumn("own_last", "本人最近走访"), TableColumn("month", "本人本月/应走访"),
    TableColumn("last", "任何人最近走访"), TableColumn("due", "本人下次"),
    TableColumn("open", "未办结"),
)  # fmt: skip
_MATTERS = (
    TableColumn("noun", "类别"), TableColumn("what", "内容"), TableColumn("place", "区划"),
    TableColumn("deadline", "期限"), TableColumn("whose", "责任"),
)  # fmt: skip
_POSTS = (
    TableColumn("place", "区划"), TableColumn("post", "职务"), TableColumn("started", "任职自"),
    TableColumn("ended", "至"),
)  # fmt: skip


def show_person(screen: Screen, person: int) -> None:
    """Draw the page; raises NotFound for one who is not there or not the viewer's."""
    file = ask_uncached(screen, duty_file, person, screen.month)
    _head(screen, file)
    with reporting_failures():
        show_handing_over(screen, file)
    with st.container(key="duty"):
        _homes(screen, file)
        left, right = st.columns([58, 42], gap="medium")
        with left:
            _matters(screen, file)
            _musts(screen, file)
        with right:
            _visits(file)
            _posts(screen, file)


def _head(screen: Screen, file: DutyFile) -> None:
    back = (
        "" if screen.viewer.sees_own_only else link("‹ 帮扶责任", duty_link(screen, DutyChoice()), style="underlined")
    )
    told = " · ".join(filter(None, (file.unit, file.team, file.post)))
    counted, own = file.counted, file.matters["own"].sum() if len(file.matters) else 0
    visited = int((counted["own_visits"] > 0).sum()) if len(counted) else 0
    short = int((counted["visits"] < counted["quota"]).sum()) if len(counted) else 0
    late = int((counted["due"] < file.as_of).sum()) if len(counted) else 0
    facts = (
        ("结对户", f"{len(counted):,}", "户", False),
        ("本人本月走访", f"{sum(file.occasions.values()):,}", "次", False),
        ("本人本月走访到", f"{visited:,}", "户", False), ("本月次数不足", f"{short:,}", "户", short > 0),
        ("本人逾期未走访", f"{late:,}", "户", late > 0), ("本人负责未办结", f"{int(own):,}", "件", False),
    )  # fmt: skip
    strip = "".join(
        f'<div class="fact"><span>{name}</span><b{alarm_class(alarm)}>{number}<small>{unit}</small></b></div>'
        for name, number, unit, alarm in facts
    )
    call = f'<p class="call">电话 {phone_link(file.phone)}</p>' if file.phone else ""
    show_markup(
        f'<nav class="way-back">{back}<span>{escape(screen.month_text)}的情况</span></nav>'
        + heading(file.name, told or "没有登记单位", level=1)
        + call
        + f'<div class="strip">{strip}</div>'
    )


def alarm_class(alarm: bool) -> str:
    """The class of a figure that should be none."""
    return ' class="alarm"' if alarm else ""


def _homes(screen: Screen, file: DutyFile) -> None:
    rows = file.homes
    if not len(rows):
        show_markup(heading("结对户") + '<p class="calm">没有您能查看的结对户。</p>')
        return
    list_shown(screen, "一名责任人的结对户", count=len(rows), unit="户")
    told = rows.assign(
        month=[f"{one.own_visits}/{one.quota} 次" for one in rows.itertuples()],
        own_last=rows["own_last"].fillna("没有记录"),
        last=rows["last"].fillna("没有记录"),
        open=[_open(one) for one in rows.itertuples()],
        whom=[one.whom or "全户" for one in rows.itertuples()],
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="homes_heading"):
        show_markup(heading(f"结对户：{len(rows):,} 户", "先到期的在前 · 本人和任何人的走访分开计"))
        if screen.viewer.may(EXPORT, DUTIES):
            take_away(
                screen,
                told,
                [ListColumn(one.id, one.heading) for one in _HOMES],
                what="一名责任人的结对户",
                title=f"{file.name}的结对户",
                unit="户",
                sheet="结对户",
                key="export_homes",
            )
    show_markup(
        table_markup(
            told,
            _HOMES,
            caption="结对户",
            look=TableLook(
                row_url=lambda row: screen.link(HOUSEHOLD, region=row.village, household=int(row.household_id)),
                opener="head",
                drawn={"due": lambda row: day_mark(row.due, file.as_of)},
                whole=True,
                cards=True,
            ),
        )
    )


def _open(one: Row) -> str:
    parts = (f"问题 {one.problems}" * bool(one.problems), f"任务 {one.tasks}" * bool(one.tasks))
    return "、".join(filter(None, parts)) or "无"


def _matters(screen: Screen, file: DutyFile) -> None:
    rows = file.matters
    if not len(rows):
        show_markup(heading("问题和任务") + '<p class="calm">没有未办结的问题和任务。</p>')
        return
    show_markup(
        heading(f"未办结的问题和任务：{len(rows)} 件", "本人负责的，和结对户的")
        + table_markup(
            rows.assign(whose=["本人负责" if one.own else "结对户的" for one in rows.itertuples()]),
            _MATTERS,
            caption="未办结的问题和任务",
            look=TableLook(
                row_url=lambda row: _matter_url(screen, row),
                opener="what",
                drawn={"deadline": lambda row: day_mark(row.deadline, file.as_of)},
                whole=True,
                cards=True,
            ),
        )
    )


def _matter_url(screen: Screen, row: Row) -> str | None:
    if row.household_id is None or pd.isna(row.household_id):
        return None
    return screen.link(HOUSEHOLD, region=row.region, household=int(row.household_id))


def _musts(screen: Screen, file: DutyFile) -> None:
    found = ask_uncached(screen, events.musts, screen.viewer.region, screen.month, person=file.id)
    if not found.total:
        show_markup(heading("必访事件") + '<p class="calm">结对户没有待走访的事件。</p>')
        return
    columns = tuple(one for one in MUST_COLUMNS if one.id != "helper")
    show_markup(heading(f"必访事件：{found.total} 件待走访") + musts_table(screen, found.rows, columns))


def _visits(file: DutyFile) -> None:
    total = sum(file.occasions.values())
    if not total:
        show_markup(heading("本人本月走访") + '<p class="calm">本月没有走访记录。</p>')
        return
    rows = pd.DataFrame([{"occasion": name, "visits": count} for name, count in file.occasions.items()], dtype=object)
    columns = (TableColumn("occasion", "事由"), TableColumn("visits", "次", "integer"))
    show_markup(heading(f"本人本月走访 {total} 次", "按事由") + table_markup(rows, columns, caption="按事由"))


def _posts(screen: Screen, file: DutyFile) -> None:
    if not len(file.posts):
        return
    show_markup(
        heading("任职")
        + table_markup(
            file.posts.assign(ended=file.posts["ended"].fillna("现任")),
            _POSTS,
            caption="任职",
            look=TableLook(row_url=lambda row: duty_link(screen, DutyChoice(), region=row.region), opener="place"),
        )
    )
