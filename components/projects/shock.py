"""What one trouble does: households, loss, who would fall under the line; by village, by name; the villages' tasks."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.matters.preview import Wanted, show_preview
from components.projects.address import ProjectChoice, projects_link
from components.shell.asking import ask, ask_uncached
from components.shell.header import write_address
from components.shell.logged import list_shown, looked
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.said import keep_said, say_refused
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP, HOUSEHOLD, PROJECT
from components.shell.take_away import take_away
from data.access.roles import APPROVE, MATTERS, PROJECTS, WRITE
from data.calendars.workdays import calendar
from data.errors import WarRoomError
from data.matters.raising import Place, proposed
from data.matters.steps import MOST
from data.paper.spreadsheet import ListColumn
from data.projects import shock_tasks, shocks, troubles
from data.projects.shocks import PAGE, Shock
from data.projects.troubles import Trouble

_VILLAGES = (
    TableColumn("name", "村"), TableColumn("township", "乡镇"), TableColumn("households", "户", "integer"),
    TableColumn("loss", "预计减收（元）", "fen"), TableColumn("falls", "将低于线（户）", "integer"),
    TableColumn("below", "已低于线（户）", "integer"),
)  # fmt: skip
_WAYS = (
    TableColumn("mode", "带动方式"), TableColumn("households", "户", "integer"),
    TableColumn("before", "上年（元）", "fen"), TableColumn("now", "今年已到（元）", "fen"),
    TableColumn("loss", "预计减收（元）", "fen"),
    TableColumn("untold", "未填金额（户）", "integer"),
)  # fmt: skip
_LISTED = (
    TableColumn("head", "户主"), TableColumn("village", "村"), TableColumn("state", "户类型"),
    TableColumn("persons", "人口", "integer"), TableColumn("loss", "预计减收（元）", "fen"),
    TableColumn("per_head", "人均纯收入（元）", "fen"), TableColumn("after", "减收后（元）", "fen"),
    TableColumn("verdict", "判断"),
)  # fmt: skip
_EXPORTED = (
    ListColumn("township", "乡镇"), ListColumn("village", "村"), ListColumn("code", "户编号"),
    ListColumn("head", "户主"), ListColumn("state", "户类型"), ListColumn("persons", "人口", "integer"),
    ListColumn("before", "上年所得（元）", "yuan"), ListColumn("now", "今年已到（元）", "yuan"),
    ListColumn("loss", "预计减收（元）", "yuan"), ListColumn("per_head", "人均纯收入（元）", "yuan"),
    ListColumn("after", "减收后人均（元）", "yuan"), ListColumn("verdict", "判断"),
)  # fmt: skip
_SORTS = {"loss": "loss", "per_head": "per_head", "village": "village"}


def show_shock(screen: Screen, choice: ProjectChoice, one: Trouble) -> None:
    """Everything about one trouble."""
    found = ask(screen, shocks.shock, troubles.seen_region(screen.viewer, one), screen.month, one.projects)
    show_markup(_head_markup(screen, one, found))
    if screen.viewer.may(APPROVE, PROJECTS) and screen.viewer.may_see(one.region):
        _actions(screen, one, found)
    if not found.households:
        show_markup('<p class="calm">今年和上年都没有登记受它带动的户。请在数据模板的“项目带户”表中补录后导入。</p>')
        return
    columns = _WAYS if found.ways["untold"].any() else _WAYS[:-1]
    show_markup(
        heading("按带动方式", f"{found.year}年预计减收＝{found.year - 1}年所得－今年已到，逐户逐项计算")
        + table_markup(found.ways, columns, caption="按带动方式", look=TableLook(cards=True))
    )
    if found.untold:
        show_markup(f'<p class="calm">有 {found.untold} 户的带动没有填金额，减收无从计算，未计入合计。</p>')
    if found.unknown:
        show_markup(f'<p class="calm">有 {found.unknown} 户没有收入记录或本月未计入，无法判断是否低于监测线。</p>')
    show_markup(heading("各村", f"{len(found.villages)} 个村，将低于监测线多的在前") + _villages(screen, found))
    _named(screen, choice, one, found)


def _head_markup(screen: Screen, one: Trouble, found: Shock) -> str:
    loss = wording.money(found.loss)
    title = (
        f"{one.name}：{found.households:,} 户受影响，预计减收 {loss}"
        if found.households
        else f"{one.name}：背后没有登记的户"
    )
    why = "，".join(part for part in (one.since and f"{one.since} 起", one.reason) if part)
    why = why or ("假设它不再付款" if one.id is None else "")
    facts = (
        ("受影响户", f"{found.households:,}", f"户 · {found.persons:,} 人", ""),
        (f"{found.year}年预计减收", loss.number, loss.unit, ""),
        ("将低于监测线", f"{found.falls:,}", "户", "alarm" if found.falls else ""),
        ("已低于监测线", f"{found.below:,}", "户", ""),
    )
    tiles = "".join(
        f'<div class="fact"><span>{escape(name)}</span><b class="{style}">{escape(number)}<small>{escape(unit)}</small>'
        "</b></div>"
        for name, number, unit, style in facts
    )
    links = " ".join(
        link(escape(title), screen.link(PROJECT, project=code), style="underlined")
        for code, title in list(zip(one.projects, one.titles, strict=True))[:12]
    )
    more = f" 等 {len(one.projects)} 个" if len(one.projects) > 12 else ""
    return (
        heading(title, f"{screen.month_text} · {screen.homes_text} · {why}")
        + f'<div class="strip four">{tiles}</div><p class="calm">涉及项目：{links}{more}</p>'
    )


def _villages(screen: Screen, found: Shock) -> str:
    return table_markup(
        found.villages,
        _VILLAGES,
        caption="各村受影响情况",
        look=TableLook(row_url=lambda row: screen.link(BATTLE_MAP, region=row.code), opener="name", cards=True),
    )


def _actions(screen: Screen, one: Trouble, found: Shock) -> None:
    """Tasks for the villages, taking them back, the end of the trouble."""
    villages = len(found.villages)
    raised = ask(screen, shock_tasks.raised, one.id) if one.id is not None else 0
    known = one.id is not None or (one.project is not None and one.reason)
    of = one.id or one.project  # a button pressed for one that is gone must not act on the next
    with st.container(key="risk_actions", horizontal=True, vertical_alignment="center", gap="small"):
        if known and villages and screen.viewer.may(WRITE, MATTERS):
            label = f"给 {villages} 个村派发排查任务" if not raised else f"补派任务（已派 {raised} 个村）"
            if st.button(label, type="primary" if not raised else "secondary", key=f"raise_tasks_{of}"):
                _open(screen, one, found)
        if one.id is not None and raised and st.button("撤回任务", key=f"undo_tasks_{of}"):
            _take_back(screen, one.id)
        if one.id is not None and st.button("解除风险", key=f"end_trouble_{of}"):
            _end(screen, one.id, one.name)
        if not known:
            show_markup('<p class="calm">这是测算。确有其事，请在左边标记，再派发任务。</p>', width="content")


def _open(screen: Screen, one: Trouble, found: Shock) -> None:
    """Each village with whose the task will be and by when, to be changed before it goes."""
    codes = ask_uncached(screen, shock_tasks.without_task, list(found.villages["code"]), one.id)[:MOST]
    if not codes:
        keep_said("risk", "这些村都已有排查任务。", wrong=True)
        st.rerun()
    offered = ask_uncached(screen, proposed, [Place(code) for code in codes], screen.today)
    with screen.engine.connect() as connection:
        due = calendar(connection).add(screen.today, shock_tasks.DAYS)

    def body() -> None:
        show_markup(f'<p class="calm">第 {shock_tasks.DAYS} 个工作日到期；责任人和期限可逐村修改。</p>')
        with st.form("shock_tasks", border=False, enter_to_submit=False):
            wanted = show_preview(screen, offered, due, key="shock_lines")
            said = st.container()
            pressed = st.form_submit_button("派发任务", type="primary", width="stretch")
        if pressed:
            try:
                _raise(screen, one, wanted)
            except WarRoomError as error:
                with said:
                    say_refused(error)
            else:
                st.rerun()

    st.dialog(f"给 {len(codes)} 个村派发排查任务", width="large")(body)()


def _raise(screen: Screen, one: Trouble, wanted: Wanted) -> None:
    made = shock_tasks.raise_tasks(
        screen.engine,
        screen.viewer,
        {place.region: (owner, deadline or "") for place, owner, deadline in wanted},
        trouble=one.id,
        project=None if one.id is not None else one.project,
        now=screen.now,
    )
    looked(screen, "trouble")
    standing = f"，{made.standing} 个村先前已有" if made.standing else ""
    keep_said("risk", f"已给 {made.made} 个村派发任务{standing}，在督办整改中办理。")
    write_address(trouble=str(made.trouble), found=None, operator=None)


def _take_back(screen: Screen, trouble: int) -> None:
    def taken_back() -> str:
        back, begun = shock_tasks.undo(screen.engine, screen.viewer, trouble, now=screen.now)
        return f"已撤回 {back} 个村的任务" + (f"，{begun} 个村已经动手，照办。" if begun else "。")

    _done(screen, taken_back)


def _end(screen: Screen, trouble: int, name: str) -> None:
    def ended() -> str:
        troubles.end(screen.engine, screen.viewer, trouble, now=screen.now)
        write_address(trouble=None)
        return f"已解除“{name}”的风险；派发的任务不变。"

    _done(screen, ended)


def _done(screen: Screen, act: Callable[[], str]) -> None:
    try:
        keep_said("risk", act())
        looked(screen, "trouble")
    except WarRoomError as error:
        keep_said("risk", str(error), wrong=True)
    st.rerun()


def _named(screen: Screen, choice: ProjectChoice, one: Trouble, found: Shock) -> None:
    notes = ["将低于监测线的在前", "点户主打开户档案"]
    if screen.viewer.sees_own_only:
        notes.append("只列出本人结对的户")
    if not screen.viewer.sees_identity:
        notes.append("姓名已隐去")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="table_heading"):
        show_markup(heading(f"受影响户名单：{found.households:,} 户", " · ".join(notes)))
        _export(screen, one)
    at = paged(choice.page, found.households, PAGE)
    sort = choice.sort if choice.sort in _SORTS else ""
    place = troubles.seen_region(screen.viewer, one)
    rows = ask_uncached(screen, shocks.households, place, screen.month, one.projects, sort=sort, offset=at.offset)
    list_shown(screen, "受影响户名单", count=found.households, place=place)
    same = ProjectChoice(
        view="risk",
        trouble=one.id,
        project=None if one.id is not None else one.project,
        operator=one.operator if one.id is None and not one.project else None,
    )
    show_markup(
        table_markup(
            rows,
            _LISTED,
            caption="受影响户名单",
            look=TableLook(
                opener="head",
                row_url=lambda row: screen.link(HOUSEHOLD, region=row.region, household=row.id),
                sort_url=lambda id: projects_link(screen, same, sort=id) if id in _SORTS else None,
                sorted_by=sort,
                descending=sort == "loss",
                drawn={"verdict": _verdict},
                cards=True,
            ),
        )
        + pager_markup(
            at.page, at.pages, f"共 {found.households:,} 户", lambda to: projects_link(screen, same, sort=sort, page=to)
        )
    )


def _verdict(row: Row) -> str:
    words = escape(row.verdict)
    return f'<b class="alarm">{words}</b>' if row.verdict.startswith("将") else words


def _export(screen: Screen, one: Trouble) -> None:
    place = troubles.seen_region(screen.viewer, one)
    take_away(
        screen,
        partial(ask_uncached, screen, shocks.households, place, screen.month, one.projects, limit=None),
        _EXPORTED,
        what=f"受影响户名单（{f'项目 {one.project}' if one.project else '一个经营主体的项目'}）",
        title=f"{one.name if one.project else screen.region.name}受影响户名单",
        place=place,
        about=f"{screen.month_text} · {screen.homes_text}",
        unit="户",
        key="export_shock",
    )
