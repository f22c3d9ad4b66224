"""借阅 on a page: the form where a household is not the viewer's, and the notice above one that he borrowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import streamlit as st

from components.drawing.markup import escape
from components.drawing.panels import heading
from components.shell.empty import nothing
from components.shell.errors import problem
from components.shell.logged import caller
from components.shell.page import go_to, show_markup
from components.shell.screen import Screen
from components.shell.site import HOUSEHOLD, OVERVIEW
from data.codes.scanning import code_of
from data.errors import NotFound, WarRoomError
from data.households.file import whereabouts
from data.people import borrowing
from data.people.borrowing import LONGEST, SHORTEST, Loan
from data.regions.versions import versions
from data.store.engine import writing

_TITLE, _RULE = "借阅查看范围以外的一户", "写明户编号和理由，可看两小时；本户的查看记录里会留名。"


def lent(screen: Screen, loan: Loan) -> Screen:
    """The screen of the one household, as its borrower sees it."""
    viewer = borrowing.borrower(screen.viewer, loan)
    with screen.engine.connect() as connection:
        village = whereabouts(connection, viewer, loan.household)
        if village is None:
            return screen
        return replace(screen, viewer=viewer, region=village, versions=versions(connection, village.code))


def show_loan(screen: Screen, loan: Loan) -> None:
    """Until when and why, and the way to end it."""
    at = caller()
    with st.container(key="loan", horizontal=True, vertical_alignment="center", gap="small"):
        words = f"借阅至 {loan.until[11:16]} · 理由：{loan.reason} · 只能查看，不能显示全号、修改、打印或导出"
        show_markup(f'<p class="problem" role="status">{escape(words)}</p>', width="content")
        if st.button("结束借阅", key="loan_end"):
            with writing(screen.engine) as connection:
                borrowing.give_back(connection, screen.viewer, loan.household, now=screen.now, address=at)
            go_to(screen.link(OVERVIEW))


@contextmanager
def offering_loan(screen: Screen) -> Iterator[None]:
    """Where the block finds no such household for the viewer, say so and offer to borrow one, whose code he knows."""
    try:
        yield
    except NotFound as error:
        if screen.viewer.person is None:
            raise
        why = _obstacle(screen)
        nothing("无法显示", str(error), *([why] if why else []), home=screen.link(OVERVIEW))
        if not why:
            with st.container(key="borrowing"):
                _form(screen, folded=False)


def offer_loan(screen: Screen) -> None:
    """The same below the search, folded; nothing for who may not borrow."""
    if not _obstacle(screen):
        with st.expander(_TITLE, width=720):
            _form(screen, folded=True)


def _obstacle(screen: Screen) -> str | None:
    with screen.engine.connect() as connection:
        return borrowing.obstacle(connection, screen.viewer)


def _form(screen: Screen, *, folded: bool) -> None:
    at = caller()
    with st.form("borrow", border=not folded):
        show_markup(f'<p class="calm">{_RULE}</p>' if folded else heading(_TITLE, _RULE))
        code = st.text_input("户编号（或扫码得到的网址）", key="borrow_code", max_chars=200)
        reason = st.text_input(f"借阅理由（不少于 {SHORTEST} 个字）", key="borrow_reason", max_chars=LONGEST)
        if not st.form_submit_button("开始借阅", type="primary"):
            return
        try:
            with writing(screen.engine) as connection:
                named = code_of(connection, code, screen.today)
                loan = borrowing.borrow(connection, screen.viewer, named, reason, now=screen.now, address=at)
        except WarRoomError as error:
            problem(str(error))
            return
    go_to(screen.link(HOUSEHOLD, household=loan.household))
