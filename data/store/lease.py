"""A lease: which of several processes leads a timed work, by a row in the store beside the store.

Who leads renews it before it runs out; of who died it runs out, and the next that asks has it.
"""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, text

from data.clock import SKEW, written
from data.model.transient import lease
from data.store.engine import writing
from data.store.transient import transient_engine

_TAKE = text(
    """
    INSERT INTO lease (name, holder, until) VALUES (:name, :holder, :until)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE lease.holder = excluded.holder OR lease.until <= :now OR lease.until > :farthest"""
)


def lead(engine: Engine, name: str, holder: str, *, now: datetime, lasting: timedelta) -> bool:
    """Take the lease or renew it; whether ``holder`` leads until ``lasting`` from now.

    One that runs farther than any could (two clocks may differ by ``SKEW``) is from before the clock was set back, and
    binds nobody.
    """
    until = now + lasting
    bound = {"until": written(until), "now": written(now), "farthest": written(until + SKEW)}
    with writing(transient_engine(engine)) as connection:
        return connection.execute(_TAKE, {"name": name, "holder": holder, **bound}).rowcount == 1


def let_go(engine: Engine, name: str, holder: str) -> None:
    """Give it back before it runs out; of another's nothing changes."""
    with writing(transient_engine(engine)) as connection:
        connection.execute(delete(lease).where(lease.c.name == name, lease.c.holder == holder))
