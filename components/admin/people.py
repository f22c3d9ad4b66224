"""人员: who has an account in the region, filtered and paged; the ways to add, change, disable and enrol many."""

import pandas as pd
import streamlit as st

from components.admin.address import PeopleChoice, admin_link, read_people_choice
from components.admin.dialogs import asked, show_outcome
from components.admin.enrolling import show_enrolling
from components.admin.person import DIALOGS, open_person
from components.door.form import open_form
from components.drawing.markup import link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import NO_VALUE, moment
from components.shell.asking import ask_uncached
from components.shell.choosing import select
from components.shell.errors import show_problems
from components.shell.header import write_address
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from data.access.roles import ADMINISTER, PEOPLE, ROLES
from data.access.sessions import sessions_of
from data.people.accounts import LEVELS
from data.people.persons import LONGEST_WORDS, PAGE, STATES, Filters, Person, count_people, people
from data.regions import tree as regions

TAB = "people"
_ENROL = "enrol"
_COLUMNS = (
    TableColumn("name", "姓名"), TableColumn("login", "登录名"), TableColumn("role", "角色"),
    TableColumn("place", "区划"), TableColumn("unit", "单位"), TableColumn("helper", "帮扶责任人"),
    TableColumn("signed_in", "最近登录"), TableColumn("standing", "账号"),
)  # fmt: skip


def show_people(screen: Screen) -> None:
    """Draw the tab."""
    choice, problems = read_people_choice(st.query_params)
    show_problems(problems)
    may = screen.viewer.may(ADMINISTER, PEOPLE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="admin_panel"):
        show_markup(heading("人员", f"{screen.region.name} · 每人一个账号，不合用"), width="content")
        if may:
            st.button("新增人员", key="person_add", type="primary", on_click=open_form, args=("add",))
            st.button("从名单导入", key="people_enrol", on_click=open_form, args=(_ENROL,))
    show_outcome(screen, TAB)
    _filters(choice)
    filters = Filters(choice.words, choice.role, _region(screen), choice.state)
    total = ask_uncached(screen, count_people, filters)
    at = paged(choice.page or None, total, PAGE)
    if total:
        found = ask_uncached(screen, people, sessions_of(screen.engine), filters, offset=at.offset)
        show_markup(_table(screen, choice, found) + _pager(screen, choice, at.page, at.pages, total))
    else:
        show_markup(_nobody(screen, choice))
    if may and asked() == _ENROL:
        show_enrolling(screen)
    elif may and asked() in DIALOGS:
        open_person(screen)


def _region(screen: Screen) -> str:
    """The region looked at; where that is the topmost one he may see, whoever stands above it too."""
    home = ask_uncached(screen, regions.home)
    return screen.viewer.region if screen.region.code == home else screen.region.code


def _filters(choice: PeopleChoice) -> None:
    roles, states = {role: ROLES[role] for role in LEVELS}, {id: words for id, (words, _) in STATES.items()}
    st.session_state["people_words"] = choice.words
    with st.container(key="people_filters", horizontal=True, vertical_alignment="center", gap="small"):
        st.text_input(
            "查找人员",
            key="people_words",
            placeholder="姓名、登录名",
            label_visibility="collapsed",
            width=220,
            on_change=lambda: write_address(q=st.session_state["people_words"].strip() or None),
            max_chars=LONGEST_WORDS,
        )
        _choice("who", "所有角色", roles, choice.role)
        _choice("state", "所有账号", states, choice.state)


def _choice(name: str, every: str, known: dict[str, str], chosen: str) -> None:
    options = ["", *known]
    select(every, name, options, chosen, lambda one: known.get(one, every), of="people", width=170, bare=True)


def _table(screen: Screen, choice: PeopleChoice, found: list[Person]) -> str:
    rows = [
        (
            one.id, one.name, one.login, ROLES[one.role], one.place, one.unit or NO_VALUE,
            f"{one.helper_name} {one.helper}" if one.helper else NO_VALUE, moment(one.signed_in) or NO_VALUE,
            one.standing,
        )
        for one in found
    ]  # fmt: skip

    def url(row: Row) -> str:
        return admin_link(screen, TAB, **choice.parameters(), do="person", of=row.id)

    return table_markup(
        pd.DataFrame(rows, columns=["id", *(column.id for column in _COLUMNS)]),
        _COLUMNS,
        caption="有账号的人员",
        look=TableLook(row_url=url, opener="name", whole=True, cards=True),
    )


def _pager(screen: Screen, choice: PeopleChoice, page: int, pages: int, total: int) -> str:
    kept = {name: value for name, value in choice.parameters().items() if name != "page"}
    return pager_markup(page, pages, f"共 {total:,} 人", lambda to: admin_link(screen, TAB, **kept, page=to))


def _nobody(screen: Screen, choice: PeopleChoice) -> str:
    if choice.filtered:
        clear = link("清除筛选", admin_link(screen, TAB), style="underlined")
        return f'<p class="calm">没有符合条件的人员。{clear}</p>'
    return (
        '<p class="calm">这里还没有人有账号。人少时按“新增人员”逐个添加；人多时按“从名单导入”，'
        "下载空名单填好后一次导入。</p>"
    )
