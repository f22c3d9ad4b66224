"""Code, PIN and log of looks of a household, for who may write; a wall display sees none of it."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st
from sqlalchemy import Connection

from components.drawing import markup
from components.drawing.markup import escape, link
from components.drawing.qr import qr_svg
from components.drawing.tables import pager_markup
from components.households.tables import part_table
from components.phone.pages import spoken_day
from components.shell.asking import ask_uncached
from components.shell.errors import problem
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.reading import page_of
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD, PRINTS
from data import settings
from data.access.actors import actor_name
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.lines import Look
from data.codes import pins
from data.codes import tokens as qr_codes
from data.errors import WarRoomError
from data.households.file import HouseholdFile
from data.store.engine import writing

_REFUSED, _PIN = "code_refused", "code_pin"
_HEADINGS = ("时间", "谁", "看了什么", "来自")


def show_code_section(screen: Screen, file: HouseholdFile) -> None:
    """Draw the section."""
    if not screen.viewer.may_write:
        return
    codes = ask_uncached(screen, qr_codes.codes, file.id, screen.today)
    valid = next((code for code in codes if code.kind == "valid"), None)
    if said := st.session_state.pop(_REFUSED, None):
        problem(said)
    left, right = st.columns(2, gap="medium")
    with left:
        _show_code(screen, file.id, valid)
        _code_buttons(screen, file.id, valid)
        if len(codes) > (valid is not None):
            show_markup(_old_codes(codes))
    with right:
        _show_pin(screen, file.id)
        _show_log(screen, file.id)


def _show_code(screen: Screen, household: int, valid: qr_codes.Code | None) -> None:
    token = None
    try:
        with screen.engine.connect() as connection:
            if valid is not None:
                token = qr_codes.token_of(connection, screen.engine, screen.viewer, household, screen.today)
            base = qr_codes.base_of(settings.values(connection), st.context.url)
    except WarRoomError as error:
        show_markup('<section class="part"><h2>户码</h2></section>')
        problem(str(error))
        return
    if valid is None or token is None:
        hint = "发放后可打印标签贴在门口：路人只看到姓氏和村名，本户凭证件后六位或口令看自家的明白卡，干部打开档案。"
        show_markup(f'<section class="part"><h2>户码</h2><p class="calm">这一户还没有有效的户码。{hint}</p></section>')
        return
    url = qr_codes.url(base, token)
    until = f"，有效至{spoken_day(valid.expires)}前" if valid.expires else "，长期有效"
    prints = link("打印标签和明白卡", screen.link(PRINTS, household=household, what="label"), style="underlined")
    show_markup(
        f'<section class="part code"><h2>户码</h2><div class="code-card">{picture(url)}'
        f"<div><p>{escape(spoken_day(valid.issued))}发放{escape(until)}</p>"
        f"<p>{link(escape(url), url, style='code-url', target='_blank', rel='noreferrer')}</p>"
        f"{_reach(base)}<p>{prints}</p></div></div></section>"
    )


def picture(url: str) -> str:
    """The code as an image."""
    return markup.picture(qr_svg(url), "户码二维码", style="code-picture")


def _reach(base: str) -> str:
    local = any(name in base for name in ("//localhost", "//127.", "//[::1]"))
    return '<p class="alarm">网址是本机地址，手机打不开。请县里在“用户与设置”里填写户码网址。</p>' if local else ""


def _code_buttons(screen: Screen, household: int, valid: qr_codes.Code | None) -> None:
    if valid is None:
        _button(
            screen,
            "发放户码",
            f"issue:{household}",
            lambda connection, now, address: qr_codes.issue(
                connection, screen.engine, screen.viewer, [household], now=now, address=address
            ),
        )
        return
    with st.popover("作废或换发户码", key=f"code_change:{household}"):
        show_markup("<p>作废后，墙上和卡上的旧码不再能打开这一户。换发会同时生成新码，须重新打印张贴。</p>")
        reason = st.selectbox("原因", qr_codes.REASONS, key=f"reason:{household}")
        unsure = not st.checkbox("旧码立即失效，我已确认", key=f"sure:{household}")
        _button(
            screen,
            "换发新码",
            f"renew:{household}",
            lambda connection, now, address: qr_codes.renew(
                connection, screen.engine, screen.viewer, household, reason, now=now, address=address
            ),
            disabled=unsure,
        )
        _button(
            screen,
            "只作废",
            f"withdraw:{household}",
            lambda connection, now, address: qr_codes.withdraw(
                connection, screen.viewer, household, reason, now=now, address=address
            ),
            disabled=unsure,
        )


def _old_codes(codes: list[qr_codes.Code]) -> str:
    words = {"withdrawn": "作废", "expired": "到期"}
    gone = "".join(
        f"<li>{escape(spoken_day(code.issued))}发放，{escape(spoken_day(code.withdrawn or code.expires))}"
        f"{words[code.kind]}{f'：{escape(code.reason)}' if code.kind == 'withdrawn' else ''}</li>"
        for code in codes
        if code.kind != "valid"
    )
    return f'<details class="old-codes"><summary>以前的户码</summary><ul>{gone}</ul></details>'


def _show_pin(screen: Screen, household: int) -> None:
    with screen.engine.connect() as connection:
        known = pins.ways(connection, screen.engine, household)
    said = "可用户主证件号后六位查看。" if known.tail else "没有登记户主的证件号码，只能用口令查看。"
    if known.closed:
        said = "户主证件号后六位被猜错的次数太多，已停用，只认口令；发放新口令后恢复。"
    said += f"口令于{spoken_day(known.pin)}发放。" if known.pin else "没有发放口令。"
    show_markup(f'<section class="part"><h2>本户查看的口令</h2><p>{escape(said)}</p></section>')
    given_to, pin = st.session_state.pop(_PIN, (None, ""))
    if given_to == household:
        show_markup(
            f'<p class="pin-given" role="status"><b>{escape(pin)}</b>'
            "<span>只显示这一次，请现在抄给户主。忘记了重新发放即可，旧口令随即失效。</span></p>"
        )

    with st.container(horizontal=True, gap="small"):
        _button(
            screen,
            "换发口令" if known.pin else "发放口令",
            f"pin:{household}",
            lambda connection, now, address: _hand_out(connection, screen.viewer, household, now, address),
        )
        if known.pin:
            _button(
                screen,
                "收回口令",
                f"unpin:{household}",
                lambda connection, now, address: pins.take_back(
                    connection, screen.viewer, household, now=now, address=address
                ),
            )


def _hand_out(connection: Connection, viewer: Viewer, household: int, now: datetime, address: str) -> None:
    """Keep the new PIN until the page is drawn, once."""
    st.session_state[_PIN] = (household, pins.hand_out(connection, viewer, household, now=now, address=address))


def _button(
    screen: Screen,
    name: str,
    key: str,
    write: Callable[[Connection, datetime, str], object],
    *,
    disabled: bool = False,
) -> None:
    """A button that writes in one transaction, knowing when and from where, before the page is drawn anew; what is
    refused is said there."""

    def press() -> None:
        try:
            with writing(screen.engine) as connection:
                write(connection, screen.now, st.context.ip_address or "127.0.0.1")
        except WarRoomError as error:
            st.session_state.pop(_PIN, None)
            st.session_state[_REFUSED] = str(error)

    st.button(name, key=key, on_click=press, disabled=disabled)


def _what(look: Look) -> str:
    what = audit.VIEWS.get(look.view, look.view)
    return f"{what}：{look.detail}" if look.detail else what


def _show_log(screen: Screen, household: int) -> None:
    """Who looked at this household, the newest first."""
    asked = page_of(st.query_params.get("looks"))[0]
    looks, total = ask_uncached(screen, audit.of_household, household, asked)
    at = paged(st.query_params.get("looks"), total, audit.PAGE)
    if at.page != asked:
        looks, total = ask_uncached(screen, audit.of_household, household, at.page)
    with screen.engine.connect() as connection:
        names = {key: actor_name(connection, key) for key in {look.actor for look in looks}}
    rows = [(look.at.replace("T", " "), names[look.actor], _what(look), look.address) for look in looks]
    none = "还没有人扫过这一户的码，也没有人打开过它的档案。"
    to_page = lambda to: screen.link(HOUSEHOLD, household=household, looks=to)  # noqa: E731
    more = pager_markup(at.page, at.pages, "", to_page) if at.pages > 1 else ""
    show_markup(part_table("谁看过这一户", _HEADINGS, rows, none, part="looks", said=f"{total:,} 条") + more)
