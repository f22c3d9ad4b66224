"""What was typed into an open form and not saved: the browser's tab keeps it and offers it again, to who typed it alone
(``components/static/forms.js``)."""

import hashlib
import hmac

import streamlit as st

from components.shell.screen import Screen
from data.store.key import derived


def offer_draft(screen: Screen, household: int, name: str) -> None:
    """In an open form: the place where its draft is offered. ``name``: which of the household's forms it is."""
    kept = _draft(screen, household, name)
    _script(f"window.warRoomDrafts?.offer('{kept}')", f'<div class="draft" data-draft="{kept}"></div>')


def sweep_drafts(screen: Screen, household: int, saved: str | None) -> None:
    """On the page below the forms: drafts of anybody else leave this tab, and that of the form that has been saved."""
    whose, *_ = _draft(screen, household, "").split()
    dropped = f"window.warRoomDrafts?.drop('{_draft(screen, household, saved)}');" if saved else ""
    _script(f"{dropped}window.warRoomDrafts?.mine('{whose}')")


def _draft(screen: Screen, household: int, name: str) -> str:
    """Under what the browser keeps a draft of this form: whose it is, as a sign that names nobody and ends with the
    session, and which household's."""
    whose = screen.signed.digest if screen.signed else screen.viewer.actor
    sign = hmac.new(derived(screen.engine, "drafts"), whose.encode(), hashlib.sha256).hexdigest()[:16]
    return f"{sign} {household} {name}"


def _script(script: str, markup: str = "") -> None:
    st.html(f"{markup}<script>{script}</script>", unsafe_allow_javascript=True)
