"""借阅 on a page: the form where a household is not the viewer's, and the notice above one that he borrowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import streamlit as st

from components.drawing.markup import escape
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
    with st.container(key="loan", horizontal=True, vertical_alignment="center", gap="small"):
        words = f"借阅至 {loan.until[11:16]} · 理由：{loan.reason} · 只能查看，不能显示全号、修改、打印或导出"
        show_markup(f'<p class="problem" role="status">{escape(words)}</p>', width="content")
        if st.button("结束借阅", key="loan_end"):
            with writing(screen.engine) as connection:
                borrowing.give_back(connection, screen.viewer.person, loan.household, now=screen.now)
            go_to(screen.link(OVERVIEW))


@contextmanager
def offering_loan(screen: Screen) -> Iterator[None]:
    """Where the block finds no such household for the viewer, say so and offer to borrow one, whose code he knows."""
    try:
        yield
    except NotFound as error:
        with screen.engine.connect() as connection:
            offered = borrowing.may_borrow(connection, screen.viewer)
        if not offered:
            raise
        nothing("无法显示", str(error), home=screen.link(OVERVIEW))
        _form(screen)


def _form(screen: Screen) -> None:
    at = caller()
    with st.form("borrow", border=True):
        show_markup("<h2>借阅查看范围以外的一户</h2><p>写明户编号和理由，可看两小时；本户的查看记录里会留名。</p>")
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
