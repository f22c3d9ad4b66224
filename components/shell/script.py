"""The script that the server runs for every page: settings, style, header, then the page itself."""

from functools import cache
from pathlib import Path

import streamlit as st
from sqlalchemy import Engine

from components.drawing.markup import variables
from components.drawing.theme import palette
from components.shell.address import at_household, at_project, read_address
from components.shell.borrowing import lent, show_loan
from components.shell.empty import empty_store, nothing
from components.shell.errors import reporting_failures, show_problems
from components.shell.foot import foot, sheet_foot
from components.shell.header import pickers, top_bar
from components.shell.logged import looked_once
from components.shell.page import show_markup
from components.shell.screen import Screen, current, make_current
from components.shell.site import DATA, NAME, OF_A_HOUSEHOLD, OVERVIEW, PAGES, PROJECT, SHORT_NAME, SitePage
from components.shell.store import arrived, engine
from data.access.roles import READ, SETTINGS
from data.access.sessions import Signed
from data.clock import county_clock
from data.months import month_of
from data.quality.clock import set_back
from data.regions import tree as regions
from data.regions.versions import versions
from data.settings import official_words

STATIC = Path(__file__).resolve().parents[1] / "static"
SCRIPTS = ("links.js", "menus.js", "tables.js", "forms.js", "charts.js", "sheet.js")
STYLES = (
    *("shell.css", "battle_map.css", "household.css", "forms.css", "archives.css", "card.css", "prints.css"),
    *("scan.css", "money.css", "funds.css", "dividends.css", "trends.css", "projects.css", "codes.css"),
    *("admin.css", "todo.css", "duty.css", "matters.css", "dispatch.css", "days.css", "imports.css"),
    *("monitoring.css", "quality.css", "backups.css", "sheet.css"),
)  # in one message: past 10 KB the browser keeps it and is not sent it again


def main() -> None:
    """Draw one run."""
    st.set_page_config(page_title=NAME, layout="wide", initial_sidebar_state="collapsed")
    page, chosen = _pages()
    dark = st.context.theme.type == "dark"
    _dress(dark)
    with reporting_failures(f"/{OVERVIEW.path}"):
        store = engine(county_clock)
        signed = arrived(store, county_clock)
        with store.connect() as connection:
            status = regions.status(connection)
        if status is None:
            with st.container(key="shell"):
                top_bar(None, chosen.path, dark)
            if chosen is DATA and signed is not None:
                _on_nothing(store, signed, dark)
                page.run()
            else:
                empty_store(DATA.path if signed is not None and DATA.open_to(signed.viewer) else None)
        elif _opened(store, status, signed, chosen, dark):
            chosen.require(current().viewer)
            with store.connect() as connection:
                words = official_words(connection, current().month)
            with words:
                page.run()
                sheet_foot(current(), chosen.title)
        foot(status)


def _pages() -> tuple[st.Page, SitePage]:
    """The page of the address, as Streamlit's and as ours. The start page also answers to its own name."""
    start = st.Page(str(OVERVIEW.file), title=NAME, url_path="start", default=True)
    by_page = {start: OVERVIEW}
    for page in PAGES:
        by_page[st.Page(str(page.file), title=f"{page.title} · {SHORT_NAME}", url_path=page.path)] = page
    found = st.navigation(list(by_page), position="hidden")
    return found, next(page for known, page in by_page.items() if known.url_path == found.url_path)


def _dress(dark: bool) -> None:
    script, style = _dress_of(dark)
    st.html(script, unsafe_allow_javascript=True)
    show_markup(style)


@cache
def _dress_of(dark: bool) -> tuple[str, str]:
    """Script and style of a theme, read once: a changed file needs a new process."""
    script, style = (
        "".join((STATIC / name).read_text(encoding="utf-8") for name in names) for names in (SCRIPTS, STYLES)
    )
    on_paper = {**palette(False).css(), "drawn-dark": "invert(1) hue-rotate(180deg)"}
    paper = f"@media print {{ :root {{ {variables(on_paper)} }} }}\n" if dark else ""
    shown = f"<style>:root {{ {variables(palette(dark).css())} }}\n{paper}{style}</style>"
    return f"<script>{script}</script>", shown


def _opened(store: Engine, status: regions.Status, signed: Signed | None, chosen: SitePage, dark: bool) -> bool:
    """Read the address and draw the header; whether the page may be drawn below it."""
    with store.connect() as connection:
        viewers = [signed.viewer] if signed else regions.viewers(connection)
        address = read_address(connection, status, viewers, st.query_params)
        if chosen in OF_A_HOUSEHOLD:
            address = at_household(connection, address, st.query_params.get("household"), county_clock())
        elif chosen is PROJECT:
            address = at_project(connection, address, st.query_params.get("project"))
        known = versions(connection, address.region.code)
    screen = Screen(address.viewer, address.region, address.month, status, dark, store, county_clock, known, signed)
    make_current(screen)
    st.set_page_config(page_title=f"{chosen.title} · {screen.region.name} · {SHORT_NAME}")
    with st.container(key="shell"):
        top_bar(screen, chosen.path, dark)
        pickers(screen, viewers)
    show_problems([*address.problems, *_of_the_clock(screen)])
    if address.beyond is not None:
        looked_once(screen, "refused", address.beyond, f"{chosen.title} · 内部编号 {address.beyond}")
    if address.loan:
        show_loan(screen, address.loan)
        make_current(lent(screen, address.loan))
    if address.refusal:
        nothing("无法显示", address.refusal, home=screen.link(OVERVIEW))
    return address.refusal is None


def _on_nothing(store: Engine, signed: Signed, dark: bool) -> None:
    """In a store without any region there is one thing to do: bring them in."""
    DATA.require(signed.viewer)
    today, viewer = county_clock().date(), signed.viewer
    month = month_of(today)
    held = regions.Status(0, "", today.isoformat(), month, month, False)
    whole = regions.Region(regions.WHOLE, "还没有区划")
    make_current(Screen(viewer, whole, None, held, dark, store, county_clock, {}, signed))


def _of_the_clock(screen: Screen) -> list[str]:
    """That the server's clock is wrong, or was: for who may see settings."""
    if not screen.viewer.may(READ, SETTINGS):
        return []
    with screen.engine.connect() as connection:
        wrong = set_back(connection, screen.now)
    return [wrong] if wrong else []


main()
