"""设备: the displays of the region, the link of a new one, told once, and its withdrawal."""

import pandas as pd
import streamlit as st
from sqlalchemy import Connection

from components.admin.address import admin_link
from components.admin.dialogs import act, asked, hand_over, open_dialog, show_outcome, unknown, whom
from components.door.form import key, open_form
from components.drawing.markup import escape, link, picture
from components.drawing.panels import heading
from components.drawing.qr import qr_svg
from components.drawing.tables import Row, TableColumn, TableLook, table_markup
from components.drawing.wording import NO_VALUE, moment
from components.shell.asking import ask_shared, ask_uncached
from components.shell.header import region_choices
from components.shell.logged import caller
from components.shell.page import show_markup
from components.shell.reading import whole
from components.shell.screen import Screen
from data import settings
from data.access.roles import ADMINISTER, PEOPLE
from data.access.sessions import sessions_of
from data.codes.tokens import base_of
from data.people.devices import LONGEST_PURPOSE, Device, add_device, devices, withdraw

TAB = "devices"
_ADD, _WITHDRAW = "add", "withdraw"
_COLUMNS = (
    TableColumn("id", "编号"), TableColumn("purpose", "用途"), TableColumn("place", "显示哪里"),
    TableColumn("made", "发放"), TableColumn("by", "发放人"), TableColumn("seen", "最近在线"),
    TableColumn("look", "画面"), TableColumn("state", "状态"),
)  # fmt: skip
_STEPS = (
    "在电视或大屏自带的浏览器里打开这个网址，或用手机扫码后把网址发到大屏。",
    "打开后大屏即登录，轮播所选区划的画面，不显示全名、病情和户编号；设成浏览器主页，重新开机也不用再登录。",
    "在大屏上按确定键，选“设置”：填画面宽度和最远座位，字就按距离大小；也可以在这里的名单中设置。",
    "网址等于钥匙，只给这一块屏用。屏幕搬走、换人保管时，请在这里收回，再发新的。",
)


def show_devices(screen: Screen) -> None:
    """Draw the tab."""
    found = ask_uncached(screen, devices, sessions_of(screen.engine))
    may = screen.viewer.may(ADMINISTER, PEOPLE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="admin_panel"):
        show_markup(heading("大屏设备", "会议室、大厅的屏幕不用账号，凭一个网址登录，只看一个区划"), width="content")
        if may:
            st.button("新增设备", key="device_add", type="primary", on_click=open_form, args=(_ADD,))
    show_outcome(screen, TAB)
    if not found:
        show_markup('<p class="calm">还没有大屏设备。按“新增设备”，选好区划和用途，即得到一个网址。</p>')
    else:
        show_markup(_table(screen, found, may))
    if may:
        _dialogs(screen, found)


def _table(screen: Screen, found: list[Device], may: bool) -> str:
    rows = [
        (
            one.id,
            one.purpose,
            one.place,
            moment(one.made),
            one.by,
            moment(one.seen) or "还没有打开过",
            "",
            one.withdrawn,
        )
        for one in found
    ]

    def state(row: Row) -> str:
        if row.state:
            return f"{escape(moment(row.state))} 收回"
        url = admin_link(screen, TAB, do=_WITHDRAW, of=row.id)
        return f"在用 {link('收回', url, style='underlined')}" if may else "在用"

    def look(row: Row) -> str:
        return "" if row.state else link("设置", f"/wall/setup?device={row.id}", style="underlined")

    drawn = {"state": state, **({"look": look} if may else {})}
    frame = pd.DataFrame(rows, columns=[column.id for column in _COLUMNS]).astype({"state": object})
    return table_markup(frame, _COLUMNS, caption="大屏设备", look=TableLook(whole=True, cards=True, drawn=drawn))


def _dialogs(screen: Screen, found: list[Device]) -> None:
    open_one = asked()
    if open_one == _ADD:
        open_dialog("新增设备", lambda: _add(screen))
    elif open_one == _WITHDRAW:
        number = whole(whom())
        one = next((one for one in found if one.id == number and not one.withdrawn), None)
        if one is not None:
            open_dialog("收回设备", lambda: _confirm(screen, one))
    elif open_one is not None:
        unknown(open_one)


def _add(screen: Screen) -> None:
    at = caller()
    page = st.context.url
    labels = ask_shared(screen, region_choices, screen.region.code[:9])
    with st.form(key("device"), border=False):
        codes = list(labels)
        here = codes.index(screen.region.code) if screen.region.code in codes else 0
        place = st.selectbox("显示哪里", codes, index=here, format_func=lambda code: labels.get(code, code))
        purpose = st.text_input("用途", max_chars=LONGEST_PURPOSE, placeholder="例如：镇政府一楼大厅")
        pressed = st.form_submit_button("发放网址", type="primary", width="stretch")
    if not pressed:
        return

    def work(connection: Connection) -> tuple[str, str]:
        base = base_of(settings.values(connection), page)
        path = add_device(connection, screen.viewer, place, purpose, address=at, now=screen.now)
        return base + path, purpose.strip()

    def done(made: tuple[str, str]) -> str:
        hand_over(TAB, lambda _: show_markup(given_markup(*made)))
        return "已新增设备。下面的网址只显示这一次，请现在就在大屏上打开。"

    act(screen, work, done)


def given_markup(url: str, purpose: str) -> str:
    """The link, its code for a camera, and how a screen is set up."""
    steps = "".join(f"<li>{escape(step)}</li>" for step in _STEPS)
    return (
        f'<section class="given"><h2>{escape(purpose)}</h2><div class="code-card">'
        f"{picture(qr_svg(url), '设备网址的二维码', style='code-picture')}"
        f'<div><p class="secret">{escape(url)}</p><ol>{steps}</ol></div></div></section>'
    )


def _confirm(screen: Screen, one: Device) -> None:
    at = caller()
    show_markup(
        f'<p class="whose">{escape(one.purpose)} · {escape(one.place)} · 最近在线 '
        f"{escape(moment(one.seen) or NO_VALUE)}</p><p>收回后大屏立即退出，原来的网址不能再用；要再用须发新网址。</p>"
    )
    if st.button("确定收回", key=key("withdraw"), type="primary", width="stretch"):
        act(
            screen,
            lambda connection: withdraw(connection, screen.viewer, one.id, address=at, now=screen.now),
            lambda _: f"已收回设备 {one.id}，大屏已退出。",
        )
