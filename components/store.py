"""The store as the screens use it: one engine for the process, connections that only read."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy import Connection, Engine

from data.engine import ready_engine


@st.cache_resource(show_spinner=False, max_entries=1)
def engine() -> Engine:
    """The engine of this process, opened at the first request."""
    return ready_engine()


@contextmanager
def read() -> Iterator[Connection]:
    """A connection for reading."""
    with engine().connect() as connection:
        yield connection
