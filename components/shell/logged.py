"""Entering in the log of looks what somebody opens, takes away or decides on a page."""

import streamlit as st

from components.shell.screen import Screen
from data.audit import log as audit
from data.audit.taken import detail as told_of


def caller() -> str:
    """Where the request comes from; to be asked while the page is drawn, not when a download is made."""
    return (st.context.ip_address or "127.0.0.1").removeprefix("::ffff:")  # IPv4 as a socket of both says it


def leaves(screen: Screen, view: str, *, at: str, left: str) -> None:
    """What is about to leave stands in the log before it does; raises Refused where it cannot be written in time."""
    audit.leaves(screen.engine, actor=screen.viewer.actor, address=at, view=view, detail=left, now=screen.now)


def looked_once(screen: Screen, view: str, about: object, told: str, *, kind: str = "") -> None:
    """The same once for each opening: not again until something else of this view and kind is looked at in this
    session. ``about`` tells one opening from another and stands in no log."""
    opened = st.session_state.setdefault("looked_once", {})
    if opened.get((view, kind)) != (now := (screen.viewer.actor, about)):
        opened[view, kind] = now
        looked(screen, view, detail=told)


def list_shown(screen: Screen, what: str, *, count: int, unit: str = "户", filters: str = "", place: str = "") -> None:
    """A list of named people or households that is shown: which one, of where, how picked, how long; once an opening.
    ``what`` and ``filters`` are words of ours, ``place`` a region's code where that is not the screen's."""
    told = told_of(what, place=place or screen.region.code, filters=filters, count=count, unit=unit)
    looked_once(screen, "list", told, told, kind=what)


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
