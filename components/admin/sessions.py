"""会话: who is signed in, since when, last seen, from where and with which browser; ending one."""

import pandas as pd
import streamlit as st

from components.admin.address import admin_link
from components.admin.dialogs import act, asked, open_dialog, show_outcome, unknown, whom
from components.door.form import key
from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import moment
from components.shell.asking import ask_shared, ask_uncached
from components.shell.header import region_choices
from components.shell.logged import caller
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.reading import whole
from components.shell.screen import Screen
from data.access.roles import ADMINISTER, PEOPLE, READ, ROLES
from data.access.sessions import sessions_of
from data.people.sessions import OpenSession, end_own_session, end_session, open_sessions, own_sessions

TAB = "sessions"
PAGE = 50
_END = "end"
_COLUMNS = (
    TableColumn("name", "谁"), TableColumn("role", "角色"), TableColumn("place", "区划"), TableColumn("made", "登录"),
    TableColumn("seen", "最近操作"), TableColumn("address", "地址"), TableColumn("browser", "浏览器"),
    TableColumn("number", "操作"),
)  # fmt: skip


def show_sessions(screen: Screen) -> None:
    """Draw the tab: of the whole region for who may see people, else one's own."""
    everybody = screen.viewer.may(READ, PEOPLE)
    person = whole(st.query_params.get("person"))
    about = "从这里结束会话，对方的页面一秒内退出" if everybody else "您自己登录的设备；不认得的请结束，并修改密码"
    show_markup(heading("谁在登录" if everybody else "我的会话", about))
    show_outcome(screen, TAB)
    sessions = sessions_of(screen.engine)
    if everybody:
        found = ask_uncached(screen, open_sessions, sessions, screen.now, person=person)
    else:
        found = own_sessions(screen.viewer, sessions, screen.now)
    if person is not None and everybody:
        back = link("看所有会话", admin_link(screen, TAB), style="underlined")
        show_markup(f'<p class="calm">只列出一个人的会话。{back}</p>')
    if not found:
        show_markup('<p class="calm">现在没有人登录。演示数据不用账号，看演示的人不在这里。</p>')
        return
    at = paged(st.query_params.get("page"), len(found), PAGE)
    more = {} if person is None else {"person": person}
    show_markup(
        _table(screen, found[at.offset : at.offset + PAGE])
        + pager_markup(at.page, at.pages, f"共 {len(found):,} 个", lambda to: admin_link(screen, TAB, page=to, **more))
    )
    _dialog(screen, found, own=not everybody)


def _table(screen: Screen, found: list[OpenSession]) -> str:
    labels = ask_shared(screen, region_choices, screen.region.code[:9])
    may = screen.viewer.may(ADMINISTER, PEOPLE) or not screen.viewer.may(READ, PEOPLE)
    rows = [
        (
            one.name, ROLES.get(one.role, one.role), labels.get(one.region, one.region or "全部区划"), moment(one.made),
            moment(one.seen), one.address, one.browser, one.number,
        )
        for one in found
    ]  # fmt: skip

    def way(row: Row) -> str:
        return link("结束", admin_link(screen, TAB, do=_END, of=row.number), style="underlined") if may else ""

    frame = pd.DataFrame(rows, columns=[column.id for column in _COLUMNS])
    return table_markup(
        frame, _COLUMNS, caption="打开的会话", look=TableLook(whole=True, cards=True, drawn={"number": way})
    )


def _dialog(screen: Screen, found: list[OpenSession], *, own: bool) -> None:
    open_one = asked()
    if open_one == _END:
        one = next((one for one in found if one.number == whom()), None)
        if one is not None:
            open_dialog("结束会话", lambda: _confirm(screen, one, own=own))
    elif open_one is not None:
        unknown(open_one)


def _confirm(screen: Screen, one: OpenSession, *, own: bool) -> None:
    at = caller()
    show_markup(
        f'<p class="whose">{escape(one.name)} · {escape(moment(one.made))} 登录 · {escape(one.address)} · '
        f"{escape(one.browser)}</p><p>结束后对方立即退出，没有保存的内容会丢失；账号不变，可以再次登录。</p>"
    )
    if not st.button("确定结束", key=key("end"), type="primary", width="stretch"):
        return
    sessions = sessions_of(screen.engine)
    end = end_own_session if own else end_session
    act(
        screen,
        lambda connection: end(connection, screen.viewer, sessions, one.digest, address=at, now=screen.now),
        lambda _: f"已结束{one.name}的会话。",
    )
