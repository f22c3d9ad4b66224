"""Everything that is read from the store and kept: one cache, keyed by who asks, the data version and the question."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from components.shell.screen import Screen, current
from components.shell.store import read
from data.access.viewer import Viewer


def ask(query: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What ``query(connection, viewer, *arguments, **options)`` of ``data`` answers to the viewer of this screen.

    The answer is the caller's own copy. Lists of named households are not for this: ask them with :func:`fresh`.
    """
    screen = current()
    name = f"{query.__module__}.{query.__qualname__}"
    return _kept(query, screen.viewer, name, screen.viewer.key, screen.stamp, arguments, options)


@st.cache_data(ttl=900, max_entries=3000, show_spinner=False)
def _kept(_query, _viewer: Viewer, name: str, viewer_key: str, stamp: tuple, arguments: tuple, options: dict):
    with read() as connection:
        return _query(connection, _viewer, *arguments, **options)


def held(query: Callable[..., Any], *arguments: Any) -> Any:
    """The same for arrays of numbers without names, too large to copy: one object for all, which nobody can write to.

    Few are kept: each may be of a million households.
    """
    screen = current()
    name = f"{query.__module__}.{query.__qualname__}"
    return _held(query, screen.viewer, name, screen.viewer.key, screen.stamp, arguments)


@st.cache_resource(ttl=900, max_entries=8, show_spinner=False)
def _held(_query, _viewer: Viewer, name: str, viewer_key: str, stamp: tuple, arguments: tuple):
    with read() as connection:
        return _query(connection, _viewer, *arguments)


def shared(query: Callable[..., Any], *arguments: Any) -> Any:
    """The same for what every open page holds on to, such as the names of all regions: one object for all, which nobody
    can write to."""
    screen = current()
    name = f"{query.__module__}.{query.__qualname__}"
    return _shared(query, screen.viewer, name, screen.viewer.key, screen.stamp, arguments)


@st.cache_resource(ttl=900, max_entries=100, show_spinner=False)
def _shared(_query, _viewer: Viewer, name: str, viewer_key: str, stamp: tuple, arguments: tuple):
    with read() as connection:
        return _query(connection, _viewer, *arguments)


def fresh(query: Callable[..., Any], *arguments: Any, screen: Screen | None = None, **options: Any) -> Any:
    """The same without keeping the answer: for named lists, searches and exports."""
    viewer = (screen or current()).viewer
    with read() as connection:
        return query(connection, viewer, *arguments, **options)
