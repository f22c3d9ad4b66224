"""A draft being typed: cells belong to households, whatever rows stand around them when it is drawn again."""

import pytest
import streamlit as st

from components.dividends.sheet import Sheet, entered
from data.dividends.content import Content, Share
from data.dividends.rules import Rule

SOURCE = ("XM1", 24_322)
CONTENT = Content(
    "方案", 24_322, 24_322, Rule(), {SOURCE: 100}, {}, {(5, "dividend"): Share(40), (9, "dividend"): Share(60)}
)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict:
    held: dict = {}
    monkeypatch.setattr(st, "session_state", held)
    return held


def drawn(homes: tuple[int, ...]) -> Sheet:
    sheet = Sheet(CONTENT, CONTENT, 1, plan=7)
    sheet.lay(homes, (SOURCE,), CONTENT)
    return sheet


def test_an_amount_stays_with_its_household_when_another_one_comes_in_above(session: dict):
    sheet = drawn((5, 9))
    session[sheet.key("shares")] = {"edited_rows": {"1": {"dividend": 5.0}}}
    typed = entered(sheet)
    assert typed.shares[9, "dividend"] == Share(500, by_hand=True)
    sheet.lay((3, 5, 9), (SOURCE,), typed)
    assert entered(sheet) == typed  # drawn anew upon what was typed, without the cells of the old rows
    session[sheet.key("shares")] = {"edited_rows": {"0": {"dividend": 0.7}}}
    assert entered(sheet).shares[3, "dividend"] == Share(70, by_hand=True)


def test_returns_are_told_by_the_rows_they_were_drawn_in(session: dict):
    sheet = drawn((5, 9))
    session[sheet.key("sources")] = {"edited_rows": {"0": {"amount": 0.5}}}
    typed = entered(sheet)
    sheet.lay((5, 9), (("XM0", 24_322), SOURCE), typed)
    assert entered(sheet).sources == {SOURCE: 50}


def test_two_drafts_of_one_session_share_no_widget():
    assert drawn((5,)).key("title") != Sheet(CONTENT, CONTENT, 1, plan=8).key("title")
