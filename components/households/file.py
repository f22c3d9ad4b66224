"""The page of one household: asked by the number in the address, refused in the same words whatever the reason."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.archives.section import show_archives
from components.cards import section as card_section
from components.days.screen import show_of_household
from components.door import buttons as household_forms
from components.drawing.markup import escape, link
from components.drawing.tables import pager_markup
from components.funds.address import fund_url
from components.households import head_markup as view
from components.households import tables
from components.households.code_section import show_code_section
from components.households.history import show_history
from components.monitoring import of_household as cases
from components.quality.of_household import show_household_hits
from components.shell.asking import ask_uncached
from components.shell.errors import reporting_failures
from components.shell.logged import looked
from components.shell.page import show_markup
from components.shell.paging import Paged, paged
from components.shell.reading import page_of, whole
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP, HOUSEHOLD, PROJECT
from components.shell.unmasking import Masked, show_choice, shown
from data.access.masks import HEALTHY
from data.access.roles import CODES, FIGURES, HOUSEHOLDS, IDENTITY, PAPERS, PROJECTS, QUALITY, READ, WRITE
from data.errors import NO_SUCH_HOUSEHOLD, NotFound
from data.households.file import LATEST_VISITS, HouseholdFile, household
from data.households.lights import lights
from data.households.story import story

_OWN_PARTS = {"card": "明白卡", "quality": "数据问题", "archives": "档案", "code": "户码", "history": "记录"}
_PARTS_RIGHT = {
    "card": (READ, IDENTITY), "quality": (READ, QUALITY), "archives": (READ, PAPERS), "code": (READ, CODES),
    "history": (WRITE, HOUSEHOLDS),
}  # fmt: skip
"""What each of them needs."""
_OPENED = "opened_files"


def asked_household() -> int:
    """The number in the address; raises NotFound for anything that cannot be one."""
    number = whole(st.query_params.get("household"))
    if number is None:
        raise NotFound(NO_SUCH_HOUSEHOLD)
    return number


def show_household(screen: Screen, id: int) -> None:
    """Draw the page; raises NotFound for a household that is not there or not the viewer's."""
    asked = page_of(st.query_params.get("visits"))[0]
    file = ask_uncached(screen, household, id, screen.month, visits_page=asked)
    visits = paged(st.query_params.get("visits"), file.visits_total, LATEST_VISITS)
    if visits.page != asked:
        file = ask_uncached(screen, household, id, screen.month, visits_page=visits.page)
    _remember(screen, id)
    file = _unmasked(file, shown(screen, id))
    six = ask_uncached(screen, lights, file)
    url = screen.link(BATTLE_MAP, region=file.village, household=id)
    back = link(f"‹ 回到{escape(file.facts['village_name'])}地图", url, style="underlined")
    back = back if screen.viewer.may(READ, FIGURES) else ""
    told = f"{screen.month_text}的情况 · {screen.homes_text}"
    show_markup(
        f'<nav class="way-back">{back}<span>{escape(told)}</span></nav>' + view.head_markup(file, six, dark=screen.dark)
    )
    if screen.viewer.may_write:
        with reporting_failures():
            household_forms.show_entry_buttons(screen, file)
    own = [(part, name) for part, name in _OWN_PARTS.items() if screen.viewer.may(*_PARTS_RIGHT[part])]
    show_markup(view.sections_markup([*view.PARTS.items(), *own]) + view.folds_markup(_OWN_PARTS))
    show_markup(view.lights_markup(six, dark=screen.dark))
    _what_it_lives_on(screen, file)
    _what_hangs_on_it(screen, file, visits)
    if screen.viewer.may(*_PARTS_RIGHT["quality"]):
        with _part("quality"), reporting_failures():
            show_household_hits(screen, file.id)
    sections = {"archives": show_archives, "code": show_code_section, "history": show_history}
    for part, show in sections.items():
        with _part(part), reporting_failures():
            show(screen, file)


def _what_it_lives_on(screen: Screen, file: HouseholdFile) -> None:
    left, right = st.columns([42, 58], gap="medium")
    with left:
        show_markup(view.facts_markup(file))
        if screen.viewer.may(*_PARTS_RIGHT["card"]):
            with _part("card"), reporting_failures():
                card_section.show_card_section(screen, file)
    with right:
        show_markup(view.income_section(file, dark=screen.dark))
    show_markup(view.story_section(ask_uncached(screen, story, file), dark=screen.dark))
    _side_by_side(*view.course_sections(file, dark=screen.dark), sizes=(44, 56))
    with st.container(key=f"{view.FOLD}members"):
        show_markup(tables.members_markup(file))
        _choose_shown(screen, file)


def _unmasked(file: HouseholdFile, shown: Mapping[Masked, str]) -> HouseholdFile:
    """The file with what was shown in the place of its masks."""
    members = file.members.assign(
        **{
            field: [shown.get((row.code, field), getattr(row, field)) for row in file.members.itertuples()]
            for field in ("id_number", "health")
        }
    )
    return replace(
        file, facts={**file.facts, "phone": shown.get((None, "phone"), file.facts["phone"])}, members=members
    )


def _choose_shown(screen: Screen, file: HouseholdFile) -> None:
    told: list[Masked] = [(None, "phone")] if file.facts["phone"] else []
    for row in file.members.itertuples():
        told += [(row.code, "id_number")] if row.id_number else []
        told += [(row.code, "health")] if row.health not in (None, HEALTHY) else []
    show_choice(screen, file.id, dict(zip(file.members["code"], file.members["name"], strict=True)), told)


def _what_hangs_on_it(screen: Screen, file: HouseholdFile, visits: Paged) -> None:
    def project_url(code: str, region: str) -> str | None:
        """A project of the whole county that helps here has its page with the county."""
        seen = screen.viewer.may(READ, PROJECTS) and screen.viewer.may_see(region)
        return screen.link(PROJECT, region=region, project=code) if seen else None

    _side_by_side(tables.measures_markup(file), tables.projects_markup(file, project_url))
    show_markup(tables.funds_markup(file, lambda code, region: fund_url(screen, code, region)))
    show_markup(tables.helpers_markup(file))
    to_page = lambda number: screen.link(HOUSEHOLD, household=file.id, visits=number)  # noqa: E731
    more = pager_markup(visits.page, visits.pages, "", to_page) if visits.pages > 1 else ""
    with st.container(key=f"{view.FOLD}visits"):
        show_markup(tables.visits_markup(file) + more)
    cases.show_of_household(screen, file.id)
    show_of_household(screen, file.id)
    show_markup(tables.problems_markup(file) + tables.tasks_markup(file))


def _side_by_side(left: str, right: str, sizes: tuple[int, int] = (50, 50)) -> None:
    for column, markup in zip(st.columns(sizes, gap="medium"), (left, right), strict=True):
        with column:
            if markup:
                show_markup(markup)


def _part(part: str) -> DeltaGenerator:
    """Around a part that another component draws: where the links of this page lead, and what a phone folds."""
    show_markup(f'<div class="anchor" id="{part}"></div>')
    return st.container(key=f"{view.FOLD}{part}")


def _remember(screen: Screen, id: int) -> None:
    """Enter the look in the log, once for each session, viewer and household."""
    opened = st.session_state.setdefault(_OPENED, set())
    if (look := (screen.viewer.key, id)) not in opened:
        looked(screen, "file", id)
        opened.add(look)
