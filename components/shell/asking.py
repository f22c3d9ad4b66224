"""The ways to ask the store something for the viewer of a screen: kept and copied, kept and shared, or not kept.

All ask ``query(connection, viewer, *arguments, **options)`` of ``data`` and answer with its own type. What is kept
goes by who asks, the question and the version of the region that it is about: a query says by the name of a parameter
(``PLACES``) that it reads records of that region and of those below it, and nothing that is written elsewhere. One
without such a parameter goes by the version of the whole. What needs no viewer reads by ``screen.engine.connect()``.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache, partial
from inspect import signature
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st
from sqlalchemy import Connection

from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.regions.tree import WHOLE
from data.regions.versions import EVERYTHING

P = ParamSpec("P")
T = TypeVar("T")
Query = Callable[Concatenate[Connection, Viewer, P], T]
PLACES = ("region", "parent", "place", "village")
"""Names of the parameter by which a query says what region it is about."""


def ask(screen: Screen, query: Query[P, T], /, *arguments: P.args, **options: P.kwargs) -> T:
    """The answer, kept a while; each caller has a copy of its own. Lists of named households are not for this."""
    answer = partial(ask_uncached, screen, query, *arguments, **options)
    return _copied(answer, _key(screen, query, about(query, arguments, options)), arguments, options)


def ask_shared(screen: Screen, query: Query[P, T], /, *arguments: P.args, **options: P.kwargs) -> T:
    """The answer, kept a while as one object for all, which nobody can write to: for what every open page holds on to
    and what only a write that concerns every region can change, such as the names of all regions."""
    answer = partial(ask_uncached, screen, query, *arguments, **options)
    return _shared(answer, _key(screen, query, EVERYTHING), arguments, options)


def ask_large(screen: Screen, query: Query[P, T], /, *arguments: P.args, **options: P.kwargs) -> T:
    """The same for arrays of numbers without names, too large to copy. Few are kept: each may be of a million
    households."""
    answer = partial(ask_uncached, screen, query, *arguments, **options)
    return _large(answer, _key(screen, query, about(query, arguments, options)), arguments, options)


def ask_uncached(screen: Screen, query: Query[P, T], /, *arguments: P.args, **options: P.kwargs) -> T:
    """The answer as the store gives it now: for named lists, searches and exports."""
    with screen.engine.connect() as connection:
        return query(connection, screen.viewer, *arguments, **options)


def about(query: Query[..., object], arguments: Sequence[object], options: Mapping[str, object]) -> str:
    """The region that a question is about, the whole where it names none."""
    place = _place(query)
    if place is None:
        return WHOLE
    position, name = place
    return str(arguments[position] if position < len(arguments) else options[name])


@cache
def _place(query: Query[..., object]) -> tuple[int, str] | None:
    """Where among a query's arguments the region stands, and its name."""
    names = list(signature(query).parameters)[2:]
    return next(((names.index(name), name) for name in PLACES if name in names), None)


def _key(screen: Screen, query: Query[..., object], region: str) -> Hashable:
    return f"{query.__module__}.{query.__qualname__}", screen.viewer.key, screen.stamp(region)


@st.cache_data(ttl=900, max_entries=3000, show_spinner=False)
def _copied(_answer: Callable[[], T], key: Hashable, arguments: tuple[object, ...], options: dict[str, object]) -> T:
    return _answer()


@st.cache_resource(ttl=900, max_entries=100, show_spinner=False)
def _shared(_answer: Callable[[], T], key: Hashable, arguments: tuple[object, ...], options: dict[str, object]) -> T:
    return _answer()


@st.cache_resource(ttl=900, max_entries=8, show_spinner=False)
def _large(_answer: Callable[[], T], key: Hashable, arguments: tuple[object, ...], options: dict[str, object]) -> T:
    return _answer()
