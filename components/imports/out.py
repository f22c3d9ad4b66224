"""模板与导出: what of the region is to be taken away, how much that is, and the file when it is made."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.imports.out_address import (
    BACK,
    OutChoice,
    dated_words,
    read_out_choice,
    show_out_controls,
    show_purpose,
    spans,
)
from components.imports.taking import Taking, start
from components.server.made_routes import made_url
from components.shell.asking import ask
from components.shell.empty import nothing
from components.shell.errors import problem, show_problems
from components.shell.header import write_address
from components.shell.job_view import named_job, show_job
from components.shell.logged import caller
from components.shell.page import show_markup
from components.shell.screen import Screen
from data import settings
from data.access.jobs import CANCELLED, FAILED, KEPT, WAITING, Job
from data.errors import WarRoomError
from data.paper.spreadsheet import file_name
from data.workbook.kept import KEPT as KEPT_SHEET
from data.workbook.kept import LEFT_OUT
from data.workbook.orders import DATA, Order, counts_of
from data.workbook.sheets import SHEET

_MINUTES = int(KEPT.total_seconds() // 60)
_GONE = f"这份文件不存在或已清除：生成的文件只保留 {_MINUTES} 分钟，只给生成的人。请重新生成。"
_REFUSED = "out_refused"
_COLUMNS = TableColumn("sheet", "工作表"), TableColumn("rows", "行数", "integer")


def show_out(screen: Screen) -> None:
    """Draw the section."""
    last = screen.status.last_month
    months = range(last, max(screen.status.first_month, last - BACK), -1)
    with screen.engine.connect() as connection:
        known = spans(last, int(settings.value_of(connection, "income_year_start")))
    choice, problems = read_out_choice(st.query_params, months, known)
    show_problems(problems)
    job = named_job(screen, "made", _GONE)
    try:
        order = choice.order(screen.region.code, known)
        counts = ask(screen, counts_of, order)
        every = ask(screen, counts_of, replace(order, part=replace(order.part, sheets=(), months=None)))
    except WarRoomError as error:
        problem(str(error))
        order, counts, every = None, {}, dict.fromkeys(SHEET, 0)
    left, right = st.columns([58, 42], gap="medium")
    with left, st.container(key="out_controls"):
        show_out_controls(choice, every, months, known)
    with right:
        if order is not None:
            _show_order(screen, choice, order, counts, job)
        elif job:
            _show_job(screen, job)


def _show_order(screen: Screen, choice: OutChoice, order: Order, counts: Mapping[str, int], job: Job | None) -> None:
    """How much it will be and what it does not hold; what it is for; the button; what came of the last one."""
    rows = sum(counts.values())
    where = f"{screen.region.name} {screen.region.code}".strip()
    personal = order.kind == DATA or order.filled or bool(order.periods)
    show_markup(_summary(order, where, rows) + "".join(_notes(screen, choice, order, counts)))
    held = pd.DataFrame({"sheet": list(counts), "rows": list(counts.values())})
    if counts:
        show_markup(
            '<details class="out-rows"><summary>各工作表的行数</summary>'
            f"{table_markup(held, _COLUMNS, caption='各工作表的行数', look=TableLook(whole=True))}</details>"
        )
    if order.kind == DATA and not rows:
        nothing(f"{where}没有这些数据", "所选的工作表和月份里没有一行。", "换一个区划、月份，或多选几张工作表")
        return
    if personal:
        show_purpose(choice)
    _show_button(screen, choice, order, counts, job, ready=bool(choice.purpose) or not personal)
    if job:
        _show_job(screen, job)


def _summary(order: Order, where: str, rows: int) -> str:
    said = {True: "导出数据", False: "填好的模板" if order.filled or order.periods else "空白模板"}[order.kind == DATA]
    number = f"<b>{rows:,}</b> 行 · " if rows or order.kind == DATA else ""
    sheets = f"{len(order.part.sheets)} 张工作表" if order.part.sheets else "全部工作表"
    when = f" · {order.part.months_told() or order.periods_told()}".removesuffix(" · ")
    return (
        f'<div class="print-order"><p>{number}{escape(said)}</p>'
        f'<p class="calm">{escape(f"{where} · {sheets}{when}")}（在页首换区划）</p></div>'
    )


def _notes(screen: Screen, choice: OutChoice, order: Order, counts: Mapping[str, int]) -> list[str]:
    """What is to be known before: whom it names, what it does not hold, what is done with it."""
    said = []
    if order.kind == DATA:
        said.append("文件里姓名、证件号码、电话都是全文，请妥善保管；改好后可在“导入数据”里导回，没改的不变。")
        more = "" if KEPT_SHEET in counts else "、收益分配方案、设置、闭账决定、经营风险"
        said += [dated_words(choice), f"文件不含：{LEFT_OUT}{more}。要完整保存，请用“备份”。"]
    elif order.filled:
        said.append("填好的模板带上系统里的户、成员、帮扶责任人、项目等，姓名、证件号码、电话都是全文，请妥善保管。")
    if order.kind != DATA:
        said.append("村代码和区划代码从本地的列表里选，选项是代码和名称；各种固定选项也都是列表。")
    if order.periods:
        said.append("收支表已为记过账的户逐项列好，只填金额；没有金额的行不会写入。")
    return [f'<p class="calm">{escape(one)}</p>' for one in said if one]


def _show_button(
    screen: Screen, choice: OutChoice, order: Order, counts: Mapping[str, int], job: Job | None, *, ready: bool
) -> None:
    if refused := st.session_state.pop(_REFUSED, None):
        problem(refused)
    where = f"{screen.region.name} {screen.region.code}".strip()
    taking = Taking(order, where, choice.purpose if ready else "", screen.taken_by(), caller())
    name = order.file_name(file_name(screen.region.name), counts, screen.status.last_month)
    at_work = job is not None and job.at_work
    st.button(
        "生成文件" if ready else "生成文件（先选用途）",
        type="primary",
        key="out_start",
        disabled=at_work or not ready,
        on_click=_start,
        args=(screen, taking, name, sum(counts.values())),
    )


def _start(screen: Screen, taking: Taking, name: str, rows: int) -> None:
    """Callback of the button: the address takes the job's number."""
    try:
        id = start(screen.engine, screen.viewer, taking, name, rows, screen.clock)
    except WarRoomError as error:
        st.session_state[_REFUSED] = str(error)
        return
    st.query_params["made"] = id


def _show_job(screen: Screen, job: Job) -> None:
    show_job(screen, job, of="out", words=_how_far, cancel="取消", outcome=_show_outcome)


def _how_far(job: Job) -> tuple[float, str]:
    text = f"正在生成：{job.done:,} / {job.total:,} 行" if job.total else "正在生成"
    if job.state == WAITING:
        text = "排队中：前面的任务完成后开始"
    elif job.total and job.done >= job.total:
        text = "正在存成文件"
    return min(job.done / job.total, 1.0) if job.total else 0.0, text


def _show_outcome(screen: Screen, job: Job) -> None:
    what = f"{job.facts['place']} · {job.facts['what']}"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if job.size:
            size = f"{job.size / 1_000_000:.1f} MB" if job.size >= 100_000 else f"{-(-job.size // 1000)} KB"
            told = f"<b>已生成</b> {escape(what)}（{escape(job.facts['rows'])} 行，{size}）"
            show_markup(f'<p class="print-done">{told}</p>', width="content")
            url = made_url(screen.engine, screen.viewer, job.id, screen.signed)
            show_markup(link("下载", url, style="button", download=job.name), width="content")
        else:
            said = {CANCELLED: "已取消，没有生成文件。", FAILED: job.why}.get(job.state, _GONE)
            show_markup(f'<p class="print-done"><b>没有生成</b> {escape(what)}：{escape(said)}</p>', width="content")
        st.button("关闭", key="out_close", on_click=lambda: write_address(made=None))
    if job.size:
        show_markup(
            f'<p class="calm">{escape(job.name)} · 生成后保留 {_MINUTES} 分钟，只有您这次登录能下载；已记入日志。</p>'
        )
