"""What is being typed of a draft plan, kept in the session until it is saved or thrown away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from components.shell.screen import Screen
from data.dividends.content import Content, Share, Source
from data.dividends.file import Plan
from data.dividends.rules import PURPOSES, Rule, coefficients_of

YUAN = 100


@dataclass
class Sheet:
    """A draft in a session: ``begun`` is what the widgets were drawn upon, ``base`` what stands in the store as
    version ``version``. Another ``serial`` makes the widgets anew, without their own memory of what was typed."""

    base: Content
    begun: Content
    version: int
    serial: int = 0
    said: str = ""
    refused: str = ""
    newer: int | None = None  # the version that somebody else wrote meanwhile
    typed: Content | None = None  # with what was typed when it was drawn last
    drawn: str = ""
    plan: int = 0
    homes: tuple[int, ...] = ()  # households in the rows of the grid, as it was drawn last
    returns: tuple[Source, ...] = ()  # and returns in those of the sources

    def key(self, name: str) -> str:
        """A widget's key."""
        return f"plan_{name}_{self.plan}_{self.serial}"

    def lay(self, homes: tuple[int, ...], returns: tuple[Source, ...], typed: Content) -> None:
        """Rows to be drawn: where they are other ones than before, upon what was typed, for a grid knows its cells by
        the numbers of their rows."""
        if (homes, returns) != (self.homes, self.returns) and (self.homes or self.returns):
            self.again(typed)
        self.homes, self.returns = homes, returns

    def again(self, content: Content) -> None:
        """Draw the widgets anew upon this content."""
        self.begun = content
        self.serial += 1


def sheet_of(screen: Screen, plan: Plan) -> Sheet:
    """The session's sheet of the plan."""
    place = f"plan_sheet:{screen.viewer.key}:{plan.line.id}"
    new = Sheet(plan.content, plan.content, plan.line.version, plan=plan.line.id)
    sheet: Sheet = st.session_state.setdefault(place, new)
    return sheet


def came_back(sheet: Sheet) -> None:
    """From another page: the widgets' own memory is gone, what was typed is not."""
    if sheet.typed is not None and sheet.drawn == sheet.key("title") and sheet.drawn not in st.session_state:
        sheet.again(sheet.typed)


def take_over(sheet: Sheet, plan: Plan, typed: Content) -> bool:
    """What others saved meanwhile: taken over where nothing is typed here (then True), else noted as newer."""
    if plan.line.version <= sheet.version:
        return False
    if typed != sheet.base:
        sheet.newer = plan.line.version
        return False
    sheet.base, sheet.version, sheet.newer = plan.content, plan.line.version, None
    sheet.again(plan.content)
    return True


def entered(sheet: Sheet) -> Content:
    """What the draft is with all that the widgets hold, row by row of what they were drawn with."""
    content = sheet.begun
    typed = st.session_state
    rule = _rule(sheet, content.rule)
    sources = dict(content.sources)
    for row, cells in typed.get(sheet.key("sources"), {}).get("edited_rows", {}).items():
        if "amount" in cells and int(row) < len(sheet.returns):
            sources[sheet.returns[int(row)]] = fen(cells["amount"])
    kept = {
        purpose: fen(typed.get(sheet.key(f"kept_{purpose}"), content.kept.get(purpose, 0) / YUAN))
        for purpose in PURPOSES
    }
    shares = dict(content.shares)
    for row, cells in typed.get(sheet.key("shares"), {}).get("edited_rows", {}).items():
        if int(row) < len(sheet.homes):
            _take(shares, sheet.homes[int(row)], cells)
    return replace(
        content,
        title=typed.get(sheet.key("title"), content.title),
        rule=rule,
        shares=shares,
        sources={key: amount for key, amount in sources.items() if amount},
        kept={purpose: amount for purpose, amount in kept.items() if amount},
    )


def _rule(sheet: Sheet, rule: Rule) -> Rule:
    basis = st.session_state.get(sheet.key("basis"), rule.basis)
    usual = coefficients_of(basis)
    before = rule.coefficients if rule.basis == basis else {}
    coefficients = {}
    for name, value in usual.items():
        typed = st.session_state.get(sheet.key(f"coefficient_{basis}_{name}"), before.get(name, value) / 100)
        if round(typed * 100) != value:
            coefficients[name] = round(typed * 100)
    by_persons = st.session_state.get(sheet.key(f"by_persons_{basis}"), rule.by_persons and rule.basis == basis)
    return Rule(basis, coefficients, bool(by_persons) and bool(usual))


def _take(shares: dict[tuple[int, str], Share], id: int, cells: Mapping[str, float | None]) -> None:
    """What was typed for a household: an amount of one's own makes the share one by hand, until the mark is taken."""
    share = shares.get((id, "dividend"), Share(0))
    if "dividend" in cells:
        share = replace(share, amount=fen(cells["dividend"]), by_hand=True)
    if "by_hand" in cells:
        share = replace(share, by_hand=bool(cells["by_hand"]))
    shares[id, "dividend"] = share
    if "post" in cells:
        shares.pop((id, "post"), None)
        if amount := fen(cells["post"]):
            shares[id, "post"] = Share(amount, True)


def fen(yuan: float | None) -> int:
    """Yuan typed as fen; an emptied cell is nothing."""
    return round((yuan or 0) * YUAN)
