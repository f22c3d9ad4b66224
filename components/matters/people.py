"""Persons and households that problems and tasks name: the ways to them, and whom one can be given to."""

import streamlit as st

from components.shell.asking import ask_uncached
from components.shell.screen import Screen
from components.shell.site import DUTY, HOUSEHOLD
from data.access.roles import HOUSEHOLDS, READ
from data.duties.leaders import VACANT
from data.matters.candidates import Candidate, candidates
from data.matters.matter import Matter


def person_url(screen: Screen, id: int) -> str | None:
    """The page of a person; None for who may not open it."""
    return screen.link(DUTY, person=id) if DUTY.open_to(screen.viewer) else None


def household_url(screen: Screen, matter: Matter) -> str | None:
    """The page of the household that a matter is about."""
    if matter.household_id is None or not screen.viewer.may(READ, HOUSEHOLDS):
        return None
    return screen.link(HOUSEHOLD, region=matter.region, household=matter.household_id)


def candidates_of(screen: Screen, region: str) -> list[Candidate]:
    """Whom a matter of this region can be given to."""
    return ask_uncached(screen, candidates, region, screen.today)


def owner_picker(screen: Screen, region: str, *, key: str, chosen: int | None, vacant: bool) -> int | None:
    """A person of those who lead and help there; ``vacant``: nobody may be chosen, and is said so."""
    offered = {one.person: one.call for one in candidates_of(screen, region)}
    options: list[int | None] = [*([None] if vacant else []), *offered]
    return st.selectbox(
        "责任人",
        options,
        index=options.index(chosen) if chosen in options else (0 if vacant else None),
        format_func=lambda id: VACANT if id is None else offered[id],
        placeholder="输入姓名查找",
        key=key,
    )
