"""One dividend plan: where it stands, what may be done, its rule with numbers, who gets what, where it comes from."""

from datetime import date

import pandas as pd
import streamlit as st

from components.dividends import editor as dividends_edit
from components.dividends.actions import show_actions
from components.dividends.way import sums_markup, way_markup
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.shell.asking import ask_uncached
from components.shell.errors import problem
from components.shell.logged import caller, list_shown
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import DIVIDENDS, HOUSEHOLD, PROJECT
from components.shell.take_away import take_away, take_paper
from data.audit import log as audit
from data.audit.taken import detail
from data.dividends import notice as dividend_notice
from data.dividends.file import Plan, plan_file
from data.dividends.rules import PURPOSES
from data.dividends.states import ACTIONS
from data.errors import WarRoomError
from data.money import exact
from data.months import spoken
from data.paper import fonts
from data.paper.spreadsheet import ListColumn
from data.store.engine import writing
from data.workflow import Step

_SHARES = (
    TableColumn("head", "户主"),
    TableColumn("code", "户编号"),
    TableColumn("state", "户类型"),
    TableColumn("persons", "人口", "integer"),
    TableColumn("labour", "劳动力", "integer"),
    TableColumn("weight", "权重", "figure"),
    TableColumn("dividend", "分红（元）", "fen"),
    TableColumn("post", "公益岗位（元）", "fen"),
    TableColumn("total", "合计（元）", "fen"),
)
_SOURCES = (
    TableColumn("name", "项目"),
    TableColumn("when", "月份"),
    TableColumn("received", "实收（元）", "fen"),
    TableColumn("amount", "列入（元）", "fen"),
)


def show_plan(screen: Screen, number: int) -> None:
    """Draw the plan; raises NotFound where there is none for this viewer."""
    plan = ask_uncached(screen, plan_file, number, screen.status.built)
    line = plan.line
    others = link("全部方案", screen.link(DIVIDENDS, region=screen.region.code), style="underlined")
    span = _span(line.first_month, line.last_month)
    show_markup(
        heading(
            line.title,
            f"{line.township} {line.village_name} · {span}收益 · {line.state_name}",
            level=1,
            more=f'<span class="more">{others}</span>',
        )
    )
    _related(screen, plan)
    show_markup(way_markup(line, _reached(plan), date.fromisoformat(screen.status.built)))
    editing = any(one.action == "edit" for one in plan.actions)
    show_actions(screen, plan, unsaved=editing and dividends_edit.unsaved(screen, plan))
    _returned(plan)
    _doubts(screen, plan)
    if editing:
        dividends_edit.show_editor(screen, plan)
        show_markup(_steps(plan.steps))
        return
    show_markup(sums_markup(line.received, line.distributed, line.kept, plan.difference))
    show_markup(f'<p class="plan-rule">{escape(rule_words(plan))}</p>')
    left, right = st.columns([64, 36], gap="medium")
    with left:
        _shares(screen, plan)
    with right:
        _sources(screen, plan)
        show_markup(_steps(plan.steps))


def rule_words(plan: Plan) -> str:
    """The rule by name and in numbers."""
    if plan.line.reverses is not None:
        return "按原方案的金额逐户冲回。"
    return f"{dividend_notice.rule_name(plan.content.rule)}：{plan.rule_told}"


def _related(screen: Screen, plan: Plan) -> None:
    line = plan.line
    for other, words in ((line.reverses, "本方案冲销的原方案"), (line.reversed_by, "本方案的冲销方案")):
        if other is not None:
            url = screen.link(DIVIDENDS, region=line.village, plan=other)
            show_markup(f'<p class="calm">{link(words, url, style="underlined")}</p>')


def _reached(plan: Plan) -> dict[str, str]:
    """State → the day of the last step that led there."""
    return {one.after: one.at[:10] for one in reversed(plan.steps)}


def _returned(plan: Plan) -> None:
    """Why a draft came back, until its village publishes it again."""
    last = next((one for one in plan.steps if one.action != ACTIONS["edit"]), None)
    if plan.line.state == "draft" and last is not None and last.action == ACTIONS["return"] and last.reason:
        words = f"{last.who}退回：{last.reason}"
        show_markup(f'<section class="plan-doubts grave" role="alert"><h2>{escape(words)}</h2></section>')


def _doubts(screen: Screen, plan: Plan) -> None:
    if not plan.doubts:
        return
    rows = "".join(
        f"<li><b>{_household(screen, one.household, one.head)}</b> {escape(one.what)}"
        f"<span>{'须退回村里，按现在的户重新分配后再公示' if one.grave else '可以继续办理，办理时自动注明'}</span></li>"
        for one in plan.doubts
    )
    grave = sum(one.grave for one in plan.doubts)
    words = f"提出方案后有 {len(plan.doubts)} 户变动" + (f"，其中 {grave} 户不能照此发放" if grave else "")
    style = "plan-doubts grave" if grave else "plan-doubts"
    show_markup(f'<section class="{style}" role="alert"><h2>{words}</h2><ul>{rows}</ul></section>')


def _household(screen: Screen, id: int, head: str) -> str:
    return link(escape(head), screen.link(HOUSEHOLD, household=id), style="underlined")


def _shares(screen: Screen, plan: Plan) -> None:
    rows = plan.shares.assign(weight=plan.shares["weight"].map(weight_words).where(~plan.shares["by_hand"], "手工"))
    given = rows[rows["total"] != 0]
    list_shown(screen, f"收益分配方案 {plan.line.id} 分户名单", count=len(rows), place=plan.line.village)
    with st.container(key="plan_take", horizontal=True, vertical_alignment="center", gap="small"):
        does = "冲回" if plan.line.reverses is not None else "分到"
        show_markup(heading(f"{len(given)} 户{does} {exact(abs(plan.line.distributed))} 元", "点户主打开户档案"))
        _excel(screen, plan, rows)
        _notice(screen, plan)
    show_markup(
        table_markup(
            rows,
            _SHARES,
            caption=f"{plan.line.title}各户金额",
            look=TableLook(
                opener="head",
                cards=True,
                row_url=lambda row: screen.link(HOUSEHOLD, region=row.village, household=int(row.household_id)),
            ),
        )
    )


def weight_words(value: float | None) -> str:
    """A weight without the zeros at its end."""
    return "—" if value is None or pd.isna(value) else f"{value:.4f}".rstrip("0").rstrip(".")


def _excel(screen: Screen, plan: Plan, rows: pd.DataFrame) -> None:
    kinds = {"integer": "integer", "fen": "yuan"}
    columns = [ListColumn(one.id, one.heading, kinds.get(one.form, "text")) for one in _SHARES]
    about = f"{plan.line.township}{plan.line.village_name} · {plan.line.state_name} · {rule_words(plan)}"
    take_away(
        screen,
        rows,
        columns,
        what=f"收益分配方案 {plan.line.id} 分户表",
        title=plan.line.title,
        about=about,
        place=plan.line.village,
        unit="户",
        words="Excel 表格",
        key="plan_excel",
    )


def _notice(screen: Screen, plan: Plan) -> None:
    """The printable notice; for who may not read names, and before the publicity, there is none."""
    if not screen.viewer.may_write or plan.line.published is None:
        return
    try:
        fonts.family()
    except WarRoomError as error:
        problem(str(error))
        return

    at = caller()
    homes = plan.shares.loc[plan.shares["total"] != 0, "household_id"].tolist()

    def made() -> bytes:
        """Set when the button is pressed, not before."""
        by = screen.printed_by()
        paper = ask_uncached(screen, dividend_notice.notice, plan.line.id, screen.status.built, by=by)
        with writing(screen.engine) as connection:
            audit.enter(
                connection,
                actor=screen.viewer.actor,
                address=at,
                view="print",
                households=homes,
                now=screen.now,
                detail=detail(f"收益分配方案 {plan.line.id} 公示稿（PDF）", count=len(homes), unit="户"),
            )
        return paper

    name = f"公示_{plan.line.village_name}_{plan.line.id}.pdf"
    take_paper("打印公示稿（PDF）", made, name=name, key="plan_notice")


def _sources(screen: Screen, plan: Plan) -> None:
    rows = plan.sources.assign(when=plan.sources["month"].map(spoken))
    show_markup(heading("收益来源", f"{rows['project'].nunique()} 个项目"))
    show_markup(
        table_markup(
            rows,
            _SOURCES,
            caption="收益来源",
            look=TableLook(opener="name", cards=True, row_url=lambda row: screen.link(PROJECT, project=row.project)),
        )
    )
    kept = "".join(
        f"<li><span>{escape(PURPOSES[purpose])}</span><b>{exact(amount)}</b></li>"
        for purpose, amount in plan.content.kept.items()
    )
    show_markup(
        heading("留存（元）") + (f'<ul class="plan-kept">{kept}</ul>' if kept else '<p class="calm">没有留存。</p>')
    )


def _steps(steps: tuple[Step, ...]) -> str:
    rows = "".join(
        f"<li><b>{escape(one.action)}</b><span>{escape(one.at[:16].replace('T', ' '))} · {escape(one.who)}</span>"
        f"{f'<p>{escape(one.reason)}</p>' if one.reason else ''}</li>"
        for one in steps
    )
    return f'<section class="plan-steps"><h2>办理记录</h2><ol>{rows}</ol></section>'


def _span(first: int, last: int) -> str:
    return spoken(first) if first == last else f"{spoken(first)}至{spoken(last)}"
