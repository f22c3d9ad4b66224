"""明白卡 on screen: one household's year of income, every figure with what stands behind it, and the entry of lines."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from components.cards import markup
from components.cards.grid import WAYS, show_grid
from components.drawing.markup import link
from components.prints import one as print_one
from components.shell.errors import problem
from components.shell.logged import looked
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import CARD, HOUSEHOLD
from components.shell.unmasking import Masked, show_choice, shown
from data.access.masks import HEALTHY
from data.cards import card as income_card
from data.cards import marks as card_marks
from data.cards.record import IncomeCard
from data.income.year import IncomeYear


def show_card(screen: Screen, household: int) -> None:
    """Draw the page; raises NotFound for a household that is not there or not the viewer's."""
    with screen.engine.connect() as connection:
        known = income_card.years(connection)
        year = _year(known, income_card.card_year(connection, screen.month, screen.region.code))
        card = income_card.card(connection, screen.viewer, household, year)
    _note_look(screen, household)
    card = _unmasked(card, shown(screen, household))
    by = _way() if screen.viewer.may_write else ""
    with st.container(key="card_ways", horizontal=True, vertical_alignment="center", gap="small"):
        show_markup(_ways(screen, card, known, by), width="content")
        print_one.button(screen, household, year.year)
    show_markup(markup.head_markup(card, card_marks.mark(screen.engine, card), dark=screen.dark))
    if by:
        show_grid(screen, household, year.year, by)
    left, right = st.columns([60, 40], gap="medium")
    with left:
        show_markup(markup.per_head_markup(card) + markup.missing_markup(card) + markup.income_markup(card))
    with right:
        show_markup(markup.facts_markup(card) + markup.people_markup(card))
        _choose_shown(screen, card)
        show_markup(markup.help_markup(card))


def _unmasked(card: IncomeCard, shown: Mapping[Masked, str]) -> IncomeCard:
    """The card with what was shown in the place of its masks."""
    members = tuple(
        replace(
            one,
            id_number=shown.get((one.code, "id_number"), one.id_number),
            health=shown.get((one.code, "health"), one.health),
        )
        for one in card.members
    )
    return replace(card, phone=shown.get((None, "phone"), card.phone), members=members)


def _choose_shown(screen: Screen, card: IncomeCard) -> None:
    told: list[Masked] = [(None, "phone")] if card.phone else []
    for one in card.members:
        told += [(one.code, "id_number")] if one.id_number else []
        told += [(one.code, "health")] if one.health not in (None, HEALTHY) else []
    show_choice(screen, card.household, {one.code: one.name for one in card.members}, told)


def _year(known: list[IncomeYear], usual: IncomeYear) -> IncomeYear:
    asked = st.query_params.get("year")
    if asked is None:
        return usual
    found = next((year for year in known if str(year.year) == asked), None)
    if found is None:
        problem(f"没有“{asked[:10]}”年度的记录，已显示{usual.year}年度。")
    return found or usual


def _way() -> str:
    """How lines are entered, '' where they are not."""
    asked = st.query_params.get("entry", "")
    if asked and asked not in WAYS:
        problem(f"没有“{asked[:10]}”这种填报方式，已按月显示。")
        return "month"
    return asked


def _ways(screen: Screen, card: IncomeCard, known: list[IncomeYear], by: str) -> str:
    """Back to the household, the other years, in and out of the entry."""
    back = screen.link(HOUSEHOLD, region=card.village, household=card.household)
    years = "".join(
        link(
            f"{year.year}年度{'（未结束）' if year == known[0] else ''}",
            _address(screen, card, year, by),
            style="chip",
            data_stay="1",
            **({"aria_current": "true"} if year == card.year else {}),
        )
        for year in known
    )
    turn = ""
    if screen.viewer.may_write:
        turn = link(
            "‹ 回到明白卡" if by else "填报收支",
            _address(screen, card, card.year, "" if by else "month"),
            style="button",
        )
    return (
        f'<nav class="card-ways">{link("‹ 回到户档案", back, style="underlined")}'
        f'<div class="chips" aria-label="收入年度">{years}</div>{turn}</nav>'
    )


def _address(screen: Screen, card: IncomeCard, year: IncomeYear, by: str) -> str:
    entry = {"entry": by} if by else {}
    return screen.link(CARD, region=card.village, household=card.household, year=year.year, **entry)


def _note_look(screen: Screen, household: int) -> None:
    """One line in the log of looks for each card and session."""
    seen = st.session_state.setdefault(f"cards_seen:{screen.viewer.key}", set())
    if household not in seen:
        seen.add(household)
        looked(screen, "card", household)
