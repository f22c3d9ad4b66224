"""The store as the screens use it: one engine, which serves a run only while its right to be served stands.

The door (``components/server/guard.py``) hears no message once a session has ended or real regions have arrived, but a
run or a fragment may be going then. So each transaction asks again, on the thread that begins it, and a write once more
before it stands: what was read meanwhile does not leave, for the door withholds it. By what a run was let in, the shell
notes at its first line; a thread beside it and a download carry it with them.
"""

import contextvars
import threading
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st
from sqlalchemy import Connection, Engine, event
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from components.server.admission import HEADER, Admission, admitted, bind, bound
from components.server.guard import REFUSAL, SIGN_IN
from data.access.sessions import Signed, sessions_of
from data.clock import Clock
from data.errors import Refused
from data.regions.tree import holds_real_regions
from data.store.engine import Tell, let_wait, ready_engine

P = ParamSpec("P")
_WAITING = (
    '<p class="busy" role="status">正在导入数据，您填的内容已保留，导入完会自动保存'
    "（已等 {seconds} 秒，一般不超过半分钟）。请不要关闭本页。</p>"
)


@st.cache_resource(show_spinner=False, max_entries=1)
def engine(_clock: Clock) -> Engine:
    """The engine of this process, opened at the first request. Its transactions raise Refused where the run that they
    are of may not be served any more."""
    opened = ready_engine()
    keep_door(opened, _clock)
    let_wait(waiting_run)
    return opened


def keep_door(engine: Engine, clock: Clock) -> None:
    """Have each transaction ask whether its run is still by a session that holds; of one without, whether no real
    regions stand in the store."""
    sessions = sessions_of(engine)

    def ask(connection: Connection) -> None:
        admission = _admission()
        if admission is None:
            return
        if admission.digest and not admission.stands(sessions.of(admission.digest, clock())):
            raise Refused(SIGN_IN)
        if not admission.digest and holds_real_regions(connection):
            raise Refused(REFUSAL)

    for moment in ("begin", "commit"):
        event.listen(engine, moment, ask)


def arrived(engine: Engine, clock: Clock) -> Signed | None:
    """Who is signed in where this run is for somebody who is; from here on its transactions are his."""
    run = get_script_run_ctx()
    assert run is not None
    digest = st.context.headers.get(HEADER) or ""
    signed = sessions_of(engine).of(digest, clock()) if digest else None
    bind(run.session_id, Admission(digest, signed.viewer if signed else None))
    return signed


def waiting_run() -> Tell | None:
    """A run waits while an import holds the store, and says so where it would save; what was typed stands meanwhile.

    It is told by a thread beside it: whoever speaks to the browser from the run itself may be stopped by the next press
    of a button, and a save that was begun would be begun again.
    """
    run = get_script_run_ctx(suppress_warning=True)
    if run is None:
        return None
    places: list[DeltaGenerator] = []

    def show(seconds: int | None) -> None:
        if not places:
            places.append(st.empty())
        if seconds is None:
            places[0].empty()
        else:
            places[0].html(_WAITING.format(seconds=seconds))

    def tell(seconds: int | None) -> None:
        beside = threading.Thread(target=contextvars.copy_context().run, args=(show, seconds))
        add_script_run_ctx(beside, run)
        beside.start()
        beside.join()

    return tell


def _admission() -> Admission | None:
    """For whom this thread works; None: for the server itself."""
    run = get_script_run_ctx(suppress_warning=True)
    return admitted.get() if run is None else bound(run.session_id) or Admission()


def beside_session(work: Callable[P, None]) -> Callable[P, None]:
    """``work`` for a thread of its own, with the right of the session that asks for it now."""
    admission = _admission()

    def run(*arguments: P.args, **options: P.kwargs) -> None:
        admitted.set(admission)
        work(*arguments, **options)

    return run
