"""One person: added, changed, given a new password, disabled; what is handed to him is told once."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import streamlit as st
from sqlalchemy import Connection

from components.admin.address import admin_link
from components.admin.dialogs import act, asked, hand_over, open_dialog, whom
from components.door.form import key
from components.drawing.markup import escape, link
from components.shell.asking import ask_shared, ask_uncached
from components.shell.header import region_choices, searchable
from components.shell.logged import caller, looked
from components.shell.page import show_markup
from components.shell.reading import whole
from components.shell.said import say_refused
from components.shell.screen import Screen
from components.shell.take_away import take_away, take_paper
from data import settings
from data.access.roles import ROLES
from data.audit.taken import detail
from data.codes.tokens import base_of
from data.errors import NotFound
from data.people import passwords
from data.people.accounts import (
    LEVELS,
    LONGEST_NAME,
    LONGEST_UNIT,
    Done,
    add_account,
    disable_account,
    enable_account,
    move_account,
    remove_second,
    reset_password,
    suggested_login,
)
from data.people.enrolling import COLUMNS, WHAT, Slip, slip_frame, slip_paper
from data.people.persons import Person, edit_person, one_person

TAB = "people"
_SHOWN = 3  # people whose passwords are shown on the screen; of more the list and the slips alone


def open_person(screen: Screen) -> None:
    """The dialog that the address asks for."""
    title, draw = DIALOGS[asked() or ""]
    if asked() == "add":
        open_dialog(title, lambda: _add(screen))
        return
    try:
        one = ask_uncached(screen, one_person, whole(whom()) or 0)
    except NotFound as error:
        why = str(error)
        open_dialog(title, lambda: say_refused(why))
        return
    open_dialog(title, lambda: draw(screen, one))


def hand_over_slips(screen: Screen, slips: Sequence[Slip]) -> None:
    """Show what new people are handed, on the tab, until it is put away."""
    page = st.context.url
    with screen.engine.connect() as connection:
        base = base_of(settings.values(connection), page)
    hand_over(TAB, lambda now: _show_slips(now, slips, f"{base}/login"))


def _show_slips(screen: Screen, slips: Sequence[Slip], address: str) -> None:
    at = caller()
    lines = "".join(
        f"<li><b>{escape(one.name)}</b><span>登录名</span><code>{escape(one.login)}</code>"
        f'<span>{WHAT}</span><code class="secret">{escape(one.password)}</code></li>'
        for one in slips[:_SHOWN]
    )
    more = f"<li>另有 {len(slips) - _SHOWN} 人，见名单或密码条。</li>" if len(slips) > _SHOWN else ""
    show_markup(
        f'<section class="given"><h2>{len(slips)} 人的{WHAT}</h2><p>只显示这一次，离开本页就不能再取得。'
        f'请当面交给本人，首次登录须改成自己的密码。</p><ul class="slips">{lines}{more}</ul></section>'
    )

    def paper() -> bytes:
        made = slip_paper(slips, address, screen.printed_by())
        looked(screen, "print", at=at, detail=detail(f"{WHAT}（密码条）", count=len(slips), unit="人"))
        return made

    with st.container(horizontal=True, gap="small", key="slips_ways"):
        take_paper("密码条（PDF，可裁开发给各人）", paper, name="密码条.pdf", key="slips_paper")
        take_away(
            screen,
            slip_frame(slips),
            COLUMNS,
            what=WHAT,
            title=f"{WHAT}名单",
            key="slips_list",
            about="首次登录须修改",
            unit="人",
            sheet="账号",
            words="密码名单（Excel）",
        )


def _add(screen: Screen) -> None:
    done = _done(screen)
    with st.form(key("person"), border=False):
        name, phone, unit = _facts(None)
        login = st.text_input("登录名", max_chars=40, placeholder="不填则用姓名的拼音")
        role, region, helper = _place(screen, None)
        pressed = st.form_submit_button("新增并给一次性密码", type="primary", width="stretch")
    if not pressed:
        return
    password = passwords.drawn()
    hash = passwords.hashed(password)

    def work(connection: Connection) -> Slip:
        called = login.strip() or suggested_login(connection, name)
        id = add_account(
            connection,
            screen.viewer,
            login=called,
            hash=hash,
            role=role,
            region=region,
            name=name,
            helper=helper or None,
            phone=phone,
            unit=unit,
            **done,
        )
        return _slip(one_person(connection, screen.viewer, id), password)

    def said(slip: Slip) -> str:
        hand_over_slips(screen, [slip])
        return f"已新增{slip.role}{slip.name}。"

    act(screen, work, said)


def _edit(screen: Screen, one: Person) -> None:
    done = _done(screen)
    show_markup(f'<p class="whose">登录名 {escape(one.login)} · {escape(one.standing)}</p>')
    with st.form(key("person"), border=False):
        name, phone, unit = _facts(one)
        role, region, helper = _place(screen, one)
        pressed = st.form_submit_button("保存", type="primary", width="stretch")
    _ways(screen, one)
    if not pressed:
        return

    def work(connection: Connection) -> bool:
        changed = edit_person(connection, screen.viewer, one.id, name=name, phone=phone, unit=unit, **done)
        moved = (role, region, helper or None) != (one.role, one.region, one.helper)
        if moved:
            move_account(connection, screen.viewer, one.id, role=role, region=region, helper=helper or None, **done)
        return changed or moved

    act(screen, work, lambda changed: f"已保存{name.strip()}的资料。" if changed else "没有改动。")


def _ways(screen: Screen, one: Person) -> None:
    """What else may be done with the account, each with a question first."""
    ways = {"reset": "重置密码", "enable" if one.disabled else "disable": "恢复账号" if one.disabled else "停用账号"}
    ways |= {"second": "解除动态码"} if one.second else {}
    links = [link(words, admin_link(screen, TAB, do=do, of=one.id), style="button") for do, words in ways.items()]
    links.append(link("看他的会话", admin_link(screen, "sessions", person=one.id), style="button"))
    show_markup(f'<p class="ways">{"".join(links)}</p>')


def _facts(one: Person | None) -> tuple[str, str, str]:
    left, right = st.columns(2, gap="small")
    name = left.text_input("姓名", one.name if one else "", max_chars=LONGEST_NAME)
    phone = right.text_input("电话", (one.phone if one else "") or "", max_chars=20)
    return name, phone, st.text_input("单位", (one.unit if one else "") or "", max_chars=LONGEST_UNIT)


def _place(screen: Screen, one: Person | None) -> tuple[str, str, str]:
    left, right = st.columns(2, gap="small")
    roles = list(LEVELS)
    usual = roles.index(one.role if one else "village")
    role = left.selectbox("角色", roles, index=usual, format_func=ROLES.__getitem__)
    helper = right.text_input("帮扶责任人编号", (one.helper if one else "") or "", max_chars=64)
    labels = dict(ask_shared(screen, region_choices, screen.region.code[:9]))
    held = one.region if one else screen.region.code
    labels.setdefault(held, one.place if one else screen.region.name)
    codes = list(labels)
    region = st.selectbox(
        "区划（可输入名称、拼音或代码）",
        codes,
        index=codes.index(held),
        format_func=lambda code: searchable(labels[code]),
        filter_mode="contains",
    )
    return role, region, helper.strip()


def _reset(screen: Screen, one: Person) -> None:
    done = _done(screen)

    def work(connection: Connection) -> Slip:
        return _slip(one, reset_password(connection, screen.viewer, one.id, **done))

    def said(slip: Slip) -> str:
        hand_over_slips(screen, [slip])
        return f"已重置{slip.name}的密码，他打开的页面已退出。"

    if _sure(one, "原来的密码立即失效，他打开的页面一秒内退出；新密码只显示一次。", "确定重置"):
        act(screen, work, said)


def _disable(screen: Screen, one: Person) -> None:
    told = "他立即退出，不能再登录；做过的事和记录都保留。调走、离任时停用，不要把账号转给别人。"
    _once_sure(screen, one, disable_account, told, "确定停用", f"已停用{one.name}的账号。")


def _enable(screen: Screen, one: Person) -> None:
    told = "恢复后可以用原来的密码登录；忘记密码的请再重置。"
    _once_sure(screen, one, enable_account, told, "确定恢复", f"已恢复{one.name}的账号。")


def _second(screen: Screen, one: Person) -> None:
    told = "手机丢失、换手机时解除；他打开的页面退出，管理员下次登录须重新设置动态码。"
    _once_sure(screen, one, remove_second, told, "确定解除", f"已解除{one.name}的动态码。")


def _once_sure(
    screen: Screen, one: Person, change: Callable[..., object], told: str, words: str, afterwards: str
) -> None:
    """Change his account once the administrator says that he is sure."""
    done = _done(screen)
    if _sure(one, told, words):
        act(screen, lambda connection: change(connection, screen.viewer, one.id, **done), lambda _: afterwards)


def _sure(one: Person, what: str, words: str) -> bool:
    """Say whom it is about and what it does; whether he is sure."""
    about = f"{one.name} · {one.login} · {ROLES[one.role]} · {one.place}"
    show_markup(f'<p class="whose">{escape(about)}</p><p>{escape(what)}</p>')
    return st.button(words, key=key("sure"), type="primary", width="stretch")


def _done(screen: Screen) -> Done:
    return {"now": screen.now, "address": caller()}


def _slip(one: Person, password: str) -> Slip:
    return Slip(one.name, one.login, password, ROLES[one.role], one.place, one.unit or "")


DIALOGS: Mapping[str, tuple[str, Callable[[Screen, Person], None]]] = MappingProxyType(
    {
        "add": ("新增人员", _edit),
        "person": ("人员", _edit),
        "reset": ("重置密码", _reset),
        "disable": ("停用账号", _disable),
        "enable": ("恢复账号", _enable),
        "second": ("解除动态码", _second),
    }
)
"""What ``do`` in the address asks for → its title and what draws it."""
