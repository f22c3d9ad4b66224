"""收益分配: the plans of a region, what waits for whom, villages without a plan; or the one plan of the address."""

from datetime import date

import pandas as pd
import streamlit as st

from components.dividends import file as dividends_plan
from components.dividends.new import may_propose, show_new
from components.dividends.way import deadline_markup, states_markup
from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.shell.asking import ask, ask_uncached
from components.shell.empty import nothing
from components.shell.errors import problem
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.reading import whole
from components.shell.screen import Screen
from components.shell.site import DIVIDENDS, FIGURE, HOUSEHOLD, PROJECTS
from data.dividends import region as dividend_lists
from data.dividends.content import usual_months
from data.dividends.region import PAGE, PlanLine
from data.dividends.states import STATES
from data.errors import NotFound
from data.figures import read as figures
from data.figures.standing import OPEN
from data.months import spoken

_COLUMNS = (
    TableColumn("state", "状态"),
    TableColumn("title", "方案"),
    TableColumn("place", "乡镇"),
    TableColumn("received", "收益（元）", "fen"),
    TableColumn("distributed", "分到户（元）", "fen"),
    TableColumn("kept", "留存（元）", "fen"),
    TableColumn("due", "期限"),
)
_HOMES = (
    TableColumn("head", "户主"),
    TableColumn("title", "方案"),
    TableColumn("state", "状态"),
    TableColumn("dividend", "分红（元）", "fen"),
    TableColumn("post", "公益岗位工资（元）", "fen"),
)
_FREE = (
    TableColumn("name", "村"),
    TableColumn("township", "乡镇"),
    TableColumn("free", "未列入（元）", "fen"),
)


def show_dividends(screen: Screen) -> None:
    """Draw the page that the address asks for."""
    if screen.viewer.sees_own_only:
        _show_homes(screen)
        return
    asked = st.query_params.get("plan")
    if asked is not None:
        number = whole(asked)
        try:
            if number is None:
                raise NotFound(f"没有“{asked[:20]}”这个分配方案，已显示全部方案。")
            dividends_plan.show_plan(screen, number)
            return
        except NotFound as error:
            problem(str(error))
    elif "new" in st.query_params:
        if may_propose(screen):
            show_new(screen)
            return
        problem("提出方案由本村村干部办理，请切换到该村的村干部身份；已显示全部方案。")
    _show_region(screen)


def _show_region(screen: Screen) -> None:
    today = screen.status.built
    counts = ask(screen, dividend_lists.summary, screen.region.code, today)
    state = st.query_params.get("state")
    if state is not None and state not in STATES:
        problem(f"没有“{state[:20]}”这种状态，已显示全部方案。")
        state = None
    total = int(counts["plans"].sum() if state is None else counts.loc[state, "plans"])
    at = paged(st.query_params.get("page"), total, PAGE)
    listed = ask(screen, dividend_lists.plans, screen.region.code, today, state=state, offset=at.offset)
    show_markup(
        heading(_finding(screen, counts, listed), f"{screen.region.name} · 村提方案 → 镇级审核 → 县级备案", level=1)
    )
    show_markup(states_markup(counts, state, lambda one: screen.link(DIVIDENDS, **({"state": one} if one else {}))))
    _sums(screen)
    _new(screen)
    left, right = st.columns([72, 28], gap="medium")
    with left:
        if listed:
            kept = {"state": state} if state else {}
            show_markup(
                table_markup(
                    pd.DataFrame([_row(one) for one in listed]),
                    _COLUMNS,
                    caption=f"{screen.region.name}收益分配方案",
                    look=TableLook(
                        row_url=lambda row: screen.link(DIVIDENDS, region=row.plan.village, plan=row.plan.id),
                        opener="title",
                        cards=True,
                        whole=True,
                        drawn={
                            "state": lambda row: _state(row.plan),
                            "due": lambda row: deadline_markup(row.plan, date.fromisoformat(today), brief=True) or "—",
                        },
                    ),
                )
                + pager_markup(
                    at.page, at.pages, f"共 {total} 个方案", lambda to: screen.link(DIVIDENDS, page=to, **kept)
                )
            )
        else:
            nothing(
                "还没有分配方案",
                "这个区划还没有村提出收益分配方案，或没有这种状态的方案。",
                "村干部：进入本村，按“提出方案”，系统按到账收益和户名单起草",
                "看项目到账收益：项目收益页",
            )
    with right:
        _without(screen)


def _finding(screen: Screen, counts: pd.DataFrame, listed: list[PlanLine]) -> str:
    mine = sum(one.mine for one in listed)
    late = int(counts["late"].sum())
    parts = [f"{mine} 个方案等您办理" if mine else "", f"{late} 个已超期" if late else ""]
    return "，".join(filter(None, parts)) or f"收益分配：{int(counts['plans'].sum())} 个方案"


def _row(one: PlanLine) -> dict[str, object]:
    return {
        "plan": one,
        "state": one.state_name,
        "title": one.title,
        "place": one.township,
        "received": one.received / 100,
        "distributed": one.distributed / 100,
        "kept": one.kept / 100,
        "due": "",
    }


def _state(one: PlanLine) -> str:
    mine = '<em class="mine">等您办</em>' if one.mine else ""
    return f'<span class="plan-state {escape(one.state)}">{escape(one.state_name)}</span>{mine}'


def _sums(screen: Screen) -> None:
    """What was booked in twelve months, from the cube: the same figures as everywhere."""
    ids = ("return_received", "dividend_distributed", "dividend_kept", "dividend_income")
    known = ask(screen, figures.figures, screen.region.code, screen.asked, ids)
    cells = ""
    for id in ids:
        label = f"{figures.indicator(id).label}{'' if known[id].standing.closed else f'（{OPEN}）'}"
        inner = f"<span>{escape(label)}</span><b>{escape(wording.cents(known[id].value))}</b>"
        cells += f"<li>{link(inner, screen.link(FIGURE, indicator=id))}</li>"
    books = f"{figures.indicator('dividend_income').label}截至{screen.books.words}"
    until = f'<li class="of">截至{escape(screen.calendar.words)}的12个月，元；{escape(books)}</li>'
    show_markup(f'<ul class="plan-sums" aria-label="12个月合计">{cells}{until}</ul>')


def _without(screen: Screen) -> None:
    rows = ask(screen, dividend_lists.without_plan, screen.region.code)
    first, last = usual_months(screen.status.last_month)
    span = spoken(first) if first == last else f"{spoken(first)}至{spoken(last)}"
    show_markup(
        heading(f"{len(rows)} 个村有收益还没有方案" if len(rows) else "有收益的村都有方案", f"{span}到账的村级项目收益")
    )
    if rows.empty:
        show_markup('<p class="calm">没有遗漏的村。</p>')
        return
    show_markup(
        table_markup(
            rows,
            _FREE,
            caption="有收益没有方案的村",
            look=TableLook(opener="name", cards=True, row_url=lambda row: screen.link(DIVIDENDS, region=row.village)),
        )
    )


def _new(screen: Screen) -> None:
    """For the village's own cadre: the way to a new plan."""
    if may_propose(screen):
        show_markup(f'<p class="plan-new">{link("提出方案", screen.link(DIVIDENDS, new=1), style="button")}</p>')


def _show_homes(screen: Screen) -> None:
    rows = ask_uncached(screen, dividend_lists.helpers_homes, screen.region.code)
    show_markup(
        heading(
            f"结对户的收益分配：{rows['household_id'].nunique()} 户",
            "只列您结对的户分到什么；公示中的方案还可能修改，备案后记入该户收支",
            level=1,
        )
    )
    if rows.empty:
        nothing("没有分配到您结对的户的方案", "还没有公示过的方案，或方案里没有您结对的户。", "看项目：项目收益页")
        show_markup(f"<p>{link('项目收益', screen.link(PROJECTS), style='underlined')}</p>")
        return
    show_markup(
        table_markup(
            rows,
            _HOMES,
            caption="结对户的收益分配",
            look=TableLook(
                opener="head",
                cards=True,
                row_url=lambda row: screen.link(HOUSEHOLD, region=row.region, household=int(row.household_id)),
            ),
        )
    )
