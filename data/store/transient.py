"""The store beside the store: sessions, tries in vain, print jobs, of all processes.

For SQLite a file of its own, so that nobody who signs in waits for an import that holds the records; on a server
tables of the same database. What stands in it may be lost at any time: people sign in again.
"""

import threading

from sqlalchemy import Engine, make_url

from data.model.transient import session
from data.store.engine import beside, is_sqlite, open_engine

_engines: dict[Engine, Engine] = {}
_opening = threading.Lock()


def transient_engine(engine: Engine) -> Engine:
    """The engine of what stands beside this store; its tables are there."""
    with _opening:
        if engine not in _engines:
            own = engine
            if is_sqlite(engine):
                own = open_engine(
                    make_url("sqlite://").set(database=str(beside(engine, "sessions"))).render_as_string()
                )
            session.metadata.create_all(own)
            _engines[engine] = own
        return _engines[engine]
