"""备份: how old the last good one is, making one, trying what it is worth, and the timetable."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import streamlit as st

from components.drawing.markup import escape
from components.drawing.panels import heading
from components.drawing.tables import pager_markup
from components.drawing.theme import palette
from components.imports.backups_markup import Place, drill_markup, runs_markup, state_markup
from components.shell.asking import ask_uncached
from components.shell.errors import problem
from components.shell.logged import caller
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.site import DATA
from data import settings
from data.access.actors import actor_name
from data.access.roles import ADMINISTER, BACKUPS
from data.audit.state import root_file
from data.backups import making, runs, work
from data.backups.runs import State
from data.errors import WarRoomError
from data.figures import cube
from data.settings import SETTINGS
from data.store.engine import writing
from data.store.key import key_file

_SAID = "backups_said"
_TAKEN = (
    "备份是全部户的全部信息，不从浏览器下载，免得落在个人电脑和微信里：请管理员在服务器上把这个文件夹"
    "（连同里面的 archives）复制到加密的移动硬盘，锁好。"
)
_SAVE_KEY = "请在服务器上运行 python -m data backup --key-to 另一只盘上的文件；没有它，恢复后已印的户码无法重印。"
_TIMED = [one for one in SETTINGS.values() if one.thing == BACKUPS]


def show_backups(screen: Screen) -> None:
    """Draw the section."""
    state = ask_uncached(screen, runs.state, screen.now)
    folder = making.folder(screen.engine)
    place = Place(folder, folder == making.default_folder(screen.engine), making.free(screen.engine, folder))
    if said := st.session_state.pop(_SAID, None):
        problem(said)
    show_markup(
        state_markup(
            state, place, now=screen.now, demonstration=screen.status.demonstration, palette=palette(screen.dark)
        )
    )
    _show_work(screen)
    if state.failed is not None:
        problem(f"最近一次没有成功（{state.failed.at[:16].replace('T', ' ')}）：{state.failed.why}")
    if state.drilled is not None and state.drilled.drill is not None:
        show_markup(heading("恢复演练", "把备份恢复到一个临时库里逐项核对，做完即删，运行中的数据不动"))
        show_markup(drill_markup(state.drilled, state.drilled.drill))
    _show_runs(screen)
    _show_rules(screen, state, place)


def _show_work(screen: Screen) -> None:
    """What is at work, else the buttons of who administers backups."""
    if work.at_work(screen.engine, screen.now) is not None:
        with st.container(key="backup_work", border=True):
            _watch(screen)
        return
    if not screen.viewer.may(ADMINISTER, BACKUPS):
        show_markup('<p class="calm">备份、演练和定时设置由管理员操作。</p>')
        return
    with st.container(horizontal=True, gap="small", key="backup_buttons"):
        at = caller()
        for words, name, order in (
            ("立即备份", "backup_now", making.order_backup),
            ("恢复演练", "backup_drill", making.order_drill),
        ):
            begin = partial(_order, screen, partial(order, screen.engine, screen.viewer, address=at))
            st.button(words, key=name, type="primary" if order is making.order_backup else "secondary", on_click=begin)
        if st.button("定时设置", key="backup_times"):
            _set_times(screen)


def _order(screen: Screen, order: Callable[..., object]) -> None:
    try:
        order(now=screen.now)
    except WarRoomError as error:
        st.session_state[_SAID] = str(error)


@st.fragment(run_every=1)
def _watch(screen: Screen) -> None:
    """Looks each second; when it is over, the page is drawn anew."""
    at_work = work.at_work(screen.engine, screen.now)
    if at_work is None:
        work.settle(screen.engine, screen.now)
        st.rerun()
    gone = (screen.now - datetime.fromisoformat(at_work.begun)).total_seconds()
    since = f"已 {max(int(gone), 0):,} 秒"
    step = at_work.step or "准备"
    st.progress(
        at_work.done / at_work.total if at_work.total else 0.0, f"正在{work.WORDS[at_work.kind]}：{step}，{since}"
    )
    show_markup('<p class="calm">可以离开本页，工作在服务器上继续进行；回来看结果。</p>')


@st.dialog("定时设置", width="large")
def _set_times(screen: Screen) -> None:
    with screen.engine.connect() as connection:
        held = settings.values(connection)
    with st.form("backup_settings", border=False):
        typed = {}
        for one in _TIMED:
            show_markup(f'<p class="setting"><b>{escape(one.label)}</b><span>{escape(one.explanation)}</span></p>')
            typed[one.name] = st.text_input(
                one.label, value=held[one.name], key=f"setting_{one.name}", label_visibility="collapsed"
            )
        told = st.container()  # above the button: below it a refusal is out of sight
        saved = st.form_submit_button("保存设置", type="primary")
    if not saved:
        return
    try:
        with writing(screen.engine) as connection:
            cube.hold(connection)
            for name, value in typed.items():
                settings.decide(connection, screen.viewer, name, value, now=screen.now)
            cube.stamp(connection, screen.now)
    except WarRoomError as error:
        with told:
            problem(f"没有保存。{error}")
        return
    st.rerun()


def _show_runs(screen: Screen) -> None:
    show_markup(heading("备份记录", "最近的在前"))
    total = ask_uncached(screen, runs.count_runs)
    if not total:
        show_markup('<p class="calm">还没有备份过。</p>')
        return
    at = paged(st.query_params.get("page"), total, runs.PAGE)
    found = ask_uncached(screen, runs.runs, offset=at.offset)
    with screen.engine.connect() as connection:
        names = {actor: actor_name(connection, actor) for actor in {run.actor for run in found}}
    pager = pager_markup(at.page, at.pages, f"共 {total:,} 次", lambda to: screen.link(DATA, view="backups", page=to))
    show_markup(runs_markup(found, names) + pager)


def _show_rules(screen: Screen, state: State, place: Place) -> None:
    """Where backups and the key are kept, and why none is given out here."""
    where = f"备份放在服务器的 {place.folder}。"
    if place.beside:
        where += "它和数据库在同一处，磁盘坏了会一起丢失：请在“定时设置”里改到另一只盘或另一台机器的共享文件夹。"
    rules = [where, _TAKEN, "备份里没有密钥：谁同时拿到密钥和备份，谁就能仿制户码。" + _key_words(screen, state)]
    if root_file(screen.engine).exists():
        rules.append(
            f"日志的根密钥还在这台机器上（{root_file(screen.engine)}）：请移到另一台机器保管，核对日志时再带来。"
        )
    show_markup(heading("怎样保管"))
    show_markup(f'<ul class="calm">{"".join(f"<li>{escape(rule)}</li>" for rule in rules)}</ul>')


def _key_words(screen: Screen, state: State) -> str:
    own = key_file(screen.engine)
    if not own.is_file():
        return "这个库还没有密钥（没有发过户码）。"
    if state.key_saved is None:
        return f"密钥现在在 {own}，系统里没有另存过的记录：{_SAVE_KEY}"
    at, to = state.key_saved
    return f"密钥现在在 {own}，{at[:10]} 另存到 {to}：请确认那一份还在。"
