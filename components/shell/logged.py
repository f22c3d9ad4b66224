"""Entering in the log of looks what somebody opens, takes away or decides on a page."""

import streamlit as st

from components.shell.screen import Screen
from data.audit import log as audit


def caller() -> str:
    """Where the request comes from; to be asked while the page is drawn, not when a download is made."""
    return (st.context.ip_address or "127.0.0.1").removeprefix("::ffff:")  # IPv4 as a socket of both says it


def looked(
    screen: Screen, view: str, household: int | None = None, *, at: str | None = None, detail: str | None = None
) -> None:
    """One line: ``view`` is a key of ``audit.VIEWS``, ``at`` a :func:`caller` asked before, ``detail`` what left."""
    audit.record(
        screen.engine,
        actor=screen.viewer.actor,
        address=at or caller(),
        view=view,
        household=household,
        detail=detail,
        now=screen.now,
    )
