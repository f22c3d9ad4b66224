"""The header of every page: navigation, the way up, pickers of region, month and role, day of the data, theme."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

import streamlit as st
from sqlalchemy import Connection

from components.drawing.markup import escape, link
from components.drawing.wording import moment
from components.shell.asking import ask, ask_shared
from components.shell.help import help_panel
from components.shell.logged import caller
from components.shell.menus import MENU_BUTTON, menus
from components.shell.page import go_to, show_markup
from components.shell.screen import DEFAULT_ROLE, WHOLE_IN_URL, Screen
from components.shell.site import BATTLE_MAP, HOUSEHOLD, NAME, PAGES, PROJECT, PROJECTS, TODO, SitePage
from components.shell.theme_route import theme_url
from data.access.roles import ROLES
from data.access.sessions import Signed
from data.access.viewer import Viewer
from data.months import label, spoken
from data.people import sign_in
from data.regions import tree as regions
from data.regions.names import told_apart, typed
from data.regions.tree import Region
from data.todo import waiting

_OF_ONE = {f"/{HOUSEHOLD.path}": ("household", BATTLE_MAP), f"/{PROJECT.path}": ("project", PROJECTS)}
"""Pages about one household or project → the parameter that names it, and the page for another region."""
_CHOSEN = "region_to_open"
_PRINTING = (
    '<details class="printing"><summary>打印本页</summary><p><button type="button" data-sheet="A4">一张 A4</button>'
    '<button type="button" data-sheet="A3">一张 A3</button></p></details>'
)
"""Buttons that static/sheet.js answers to."""
UNSEEN = "\u2063"
"""Takes no room: what follows it in the label of a region is there to be searched by alone."""
_LATEST = 0  # no month: what is asked for without one


def top_bar(screen: Screen | None, path: str, dark: bool) -> None:
    """Name, navigation, marks, who is signed in, day of the data, the switch of the theme. Without a screen the store
    is empty."""
    offered = [page for page in PAGES if page.group and (screen is None or page.open_to(screen.viewer))]
    urls = {page.path: _page_url(page, screen) for page in offered}
    marks = version = here = help_text = ""
    waits = {TODO.path: _waits(screen)} if screen and TODO in offered else {}
    if screen:
        page = next(page for page in PAGES if page.path == path)
        help_text = help_panel(page)
        here = f"<b>{escape(page.title)} · {escape(screen.region.name)}</b> {escape(screen.dates_text)}"
        marks = '<span class="mark">演示数据</span>' if screen.status.demonstration else ""
        if screen.signed:
            marks += _who(screen.signed)
        version = f"更新于 {escape(moment(screen.status.updated))}"
    wall = _wall_link(screen) if screen else ""
    other, name = ("light", "浅色") if dark else ("dark", "深色")
    show_markup(
        f'<header class="top-bar"><span class="brand">{escape(NAME)}</span>{MENU_BUTTON}'
        f'<span class="here">{here}</span>{menus(offered, path, urls, waits)}'
        f'<span class="facts">{marks}<span class="version">{version}</span>{wall}{_PRINTING if screen else ""}'
        f"{link(escape(name), theme_url(other, _here()), style='theme', title=f'切换为{name}界面')}{help_text}"
        "</span></header>"
    )


def _wall_link(screen: Screen) -> str:
    """The way to what hangs on walls of this region; '' for who has single households and no region."""
    if screen.viewer.sees_own_only:
        return ""
    url = f"/wall?{urlencode({'region': screen.region.code or WHOLE_IN_URL})}"
    return link("上墙", url, style="theme", title="投到电视或大屏上：大字、自动轮播、自动更新")


def _who(signed: Signed) -> str:
    """Name and role; of a person the way to his own password and second factor, which a display has not."""
    told = f"{escape(signed.name)} · {ROLES[signed.viewer.role]}"
    if signed.viewer.person is None:
        return f'<span class="who">{told}</span>'
    return link(told, "/password", style="who", title="修改密码、设置动态码")


def _page_url(page: SitePage, screen: Screen | None) -> str:
    """The address of a page of the navigation: another page keeps the indicator that is looked at."""
    if screen is None:
        return f"/{page.path}"
    chosen = st.query_params.get("indicator")
    return screen.link(page, **({"indicator": chosen} if chosen and page.path != "figure" else {}))


def _waits(screen: Screen) -> int:
    """How much waits for who looks, in all his region."""
    viewer = screen.viewer
    mine = ask(screen, waiting.counts, viewer.region, screen.status.built, person=viewer.person)
    return waiting.total(mine).rows


def _here() -> str:
    """The address of this page as a path of this server."""
    query = urlencode(st.query_params.to_dict())
    return f"{_path()}{'?' + query if query else ''}"


def pickers(screen: Screen, viewers: list[Viewer]) -> None:
    """Breadcrumbs and the choices; each choice is written into the address, which is all that is remembered."""
    with st.container(key="pickers", horizontal=True, vertical_alignment="center", gap="small"):
        breadcrumbs(screen)
        _region_picker(screen)
        _month_picker(screen)
        if screen.signed:
            st.button("退出", key="sign_out", on_click=_sign_out, args=(screen, screen.signed))
        else:
            _role_switch(screen, viewers)
    if not screen.signed:
        _tell_role(screen.viewer.role)


def _sign_out(screen: Screen, signed: Signed) -> None:
    """End the session; the door then leads this tab, and every other one of it, to the sign-in."""
    sign_in.end(screen.engine, signed, address=caller(), now=screen.now)


def _tell_role(role: str) -> None:
    """The page behind a code goes by the role that this browser chose last (``components.phone.routes``)."""
    st.html(f"<script>fetch('/as/{role}', {{method: 'POST'}})</script>", unsafe_allow_javascript=True)


def breadcrumbs(screen: Screen) -> None:
    """市 › 县 › 乡镇 › 村, each a link to the same page there."""
    way = ask(screen, regions.ancestors, screen.region.code, screen.day)
    told = ask(screen, regions.told_of, screen.region.code, screen.day)
    parts = [
        f'<span aria-current="location">{escape(region.name)}</span>'
        if region.code == screen.region.code
        else link(escape(region.name), _to_region(region.code))
        for region in way
    ]
    show_markup(
        f'<nav class="breadcrumbs" aria-label="所在区划">{"<i>›</i>".join(parts)}</nav>'
        f'<p class="dates">{escape(" · ".join(filter(None, (screen.dates_text, told))))}</p>',
        width="content",
    )


def _to_region(code: str) -> str:
    return region_url(_path(), st.query_params.to_dict(), code)


def region_url(path: str, parameters: Mapping[str, str], code: str) -> str:
    """The address of a page with another region; from a household, which stays in its village, that of the map, from
    a project that of all projects."""
    dropped = ("page", "household", "project", "fund", "person")
    kept = {name: value for name, value in parameters.items() if name not in dropped}
    named, elsewhere = _OF_ONE.get(path, ("", None))
    path = f"/{elsewhere.path}" if elsewhere and named in parameters else path
    return f"{path}?{urlencode({**kept, 'region': code or WHOLE_IN_URL})}"


def _path() -> str:
    return urlsplit(st.context.url or "/").path or "/"


def write_address(**changes: str | None) -> None:
    """Change the address in one step, so that Back takes one step too; None takes a value out. For callbacks."""
    kept = {**dict(st.query_params.items()), "page": None, "sort": None, **changes}
    st.query_params.from_dict({name: value for name, value in kept.items() if value is not None})


def go_to_region(code: str) -> None:
    """Write another region into the address; from the page of a household or project go to the map or to all
    projects, once the script runs."""
    if _path() in _OF_ONE and _OF_ONE[_path()][0] in st.query_params:
        st.session_state[_CHOSEN] = code
    else:
        write_address(region=code or WHOLE_IN_URL, household=None, project=None, fund=None, person=None)


def _region_picker(screen: Screen) -> None:
    labels = ask_shared(screen, region_choices, screen.region.code[:9], screen.day)
    if (chosen := st.session_state.pop(_CHOSEN, None)) is not None:
        go_to(_to_region(chosen))
    st.session_state["picked_region"] = screen.region.code
    st.selectbox(
        "区划（可输入名称、拼音或代码查找）",
        list(labels),
        format_func=lambda code: searchable(labels.get(code, code)),
        key="picked_region",
        filter_mode="contains",
        on_change=lambda: go_to_region(st.session_state["picked_region"]),
        label_visibility="collapsed",
        width=260,
    )


def region_choices(connection: Connection, viewer: Viewer, township: str, day: str | None = None) -> Mapping[str, str]:
    """What the picker lists on a day (None: today): code → label. Every open page holds on to it, of a prefecture
    200 KB."""
    return MappingProxyType(region_labels(regions.pickable(connection, viewer, township, day)))


def region_labels(listed: list[Region]) -> dict[str, str]:
    """Code → name, with the township where the name occurs twice, and the code to search by."""
    names = {region.code: region.name for region in listed}
    above = {code: names[parent] for code in names if (parent := _parent(code, names))}
    return {code: f"{name}　{code}".strip() for code, name in told_apart(names, above).items()}


def searchable(label: str) -> str:
    """The label of a region as a picker lists it: with its pinyin, which static/shell.css keeps out of sight where the
    picker's own label names 拼音."""
    return f"{label}{UNSEEN}{typed(label)}"


def _parent(code: str, names: Mapping[str, str]) -> str | None:
    return next((code[:length] for length in (9, 6, 4, 2) if length < len(code) and code[:length] in names), None)


def _month_picker(screen: Screen) -> None:
    months = [_LATEST, *range(screen.status.last_month, screen.status.first_month - 1, -1)]
    st.session_state["picked_month"] = screen.asked or _LATEST

    def pick() -> None:
        month = st.session_state["picked_month"]
        write_address(month=None if month == _LATEST else label(month))

    st.selectbox(
        "月份",
        months,
        format_func=lambda month: "最新" if month == _LATEST else spoken(month),
        key="picked_month",
        on_change=pick,
        label_visibility="collapsed",
        width=140,
    )


def _role_switch(screen: Screen, viewers: list[Viewer]) -> None:
    by_role = {viewer.role: viewer for viewer in viewers}
    st.session_state["picked_role"] = screen.viewer.role

    def switch() -> None:
        role = st.session_state["picked_role"]
        stays = by_role[role].may_see(screen.region.code)
        write_address(
            role=None if role == DEFAULT_ROLE else role,
            **({} if stays else {"region": None}),
        )

    st.selectbox(
        "身份（演示）",
        list(by_role),
        format_func=ROLES.__getitem__,
        key="picked_role",
        on_change=switch,
        label_visibility="collapsed",
        width=140,
    )
