"""The store as the screens use it: one engine, which serves another machine only while that may be served.

The door (``components/server/guard.py``) hears no message of another machine once real regions stand in the store, but
a run or a fragment may be going then. So each transaction asks again, in itself, on the thread that begins it: for
SQLite the answer holds as long as the transaction does; on a server, where it may change meanwhile, a write asks once
more before it stands, and what was read does not leave, for the door withholds it. Whose thread it is, is asked of the
run's socket as it is now, also where that took up an older session; nothing has to be remembered for a session.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec

import streamlit as st
from sqlalchemy import Connection, Engine, event
from starlette.datastructures import Headers
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.server.guard import REFUSAL, is_this_machine
from data.errors import Refused
from data.regions.tree import holds_real_regions
from data.store.engine import ready_engine

P = ParamSpec("P")
_elsewhere = ContextVar("elsewhere", default=False)  # of a thread beside the sessions


@st.cache_resource(show_spinner=False, max_entries=1)
def engine() -> Engine:
    """The engine of this process, opened at the first request. Its transactions raise Refused where a browser on
    another machine may not be served any more."""
    opened = ready_engine()
    keep_door(opened)
    return opened


def keep_door(engine: Engine) -> None:
    """Have each transaction ask whether it is for another machine, and real regions stand in the store."""
    for moment in ("begin", "commit"):
        event.listen(engine, moment, _ask)


def _ask(connection: Connection) -> None:
    if _is_elsewhere() and holds_real_regions(connection):
        raise Refused(REFUSAL)


def _is_elsewhere() -> bool:
    if get_script_run_ctx(suppress_warning=True) is None:
        return _elsewhere.get()
    peer = st.context.ip_address or "127.0.0.1"  # Streamlit gives no address for this machine
    return not is_this_machine({"client": (peer, 0)}, Headers(st.context.headers))  # no headers: the socket has gone


def beside_session(work: Callable[P, None]) -> Callable[P, None]:
    """``work`` for a thread of its own, with the right of the session that asks for it now."""
    elsewhere = _is_elsewhere()

    def run(*arguments: P.args, **options: P.kwargs) -> None:
        _elsewhere.set(elsewhere)
        work(*arguments, **options)

    return run
