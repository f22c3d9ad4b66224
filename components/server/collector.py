"""Garbage is collected beside the runs, not after each of them; closed sessions are let go when their time is over.

Streamlit would walk everything after each run (``runner.postScriptGC``, off). That walk grows with the open sessions:
200 of them hold 48,000 objects, which takes 30 to 40 ms, and at ten runs a second it left the processor nothing: a run
took from 13 to 22 s, without it 57 ms. Python's own collections go on, but they come with what is made, and a server
that has grown quiet makes nothing. More is not needed: what stood at the start is frozen (``app.py``), a session that
Streamlit has let go is freed by counting references, and one walk over the rest stays below the 300 ms that a run may
wait for it, of 1,000 sessions too.
"""

import asyncio
import gc

from streamlit.runtime import Runtime

EVERY = 10  # seconds


async def collect_garbage() -> None:
    """Let closed sessions go and collect what runs have left, for as long as the server stands."""
    while True:
        await asyncio.sleep(EVERY)
        let_go()
        gc.collect()


def let_go() -> None:
    """Take leave of the sessions whose time to come back is over.

    Streamlit keeps a closed session for two minutes, and what is over only makes room when the next one closes: of the
    last ones to go home 128 would stay all night. Nothing public does it; counting them takes away what is over.
    """
    len(Runtime.instance()._session_mgr._session_storage._cache)  # type: ignore[attr-defined]  # nothing public does it
