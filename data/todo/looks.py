"""When somebody last looked at what waits for him: what came since is marked new."""

from datetime import datetime

from sqlalchemy import Connection, Engine, select

from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.viewer import Viewer
from data.clock import written
from data.model import todo_look
from data.store.engine import upsert, writing


@needs(READ, MATTERS)
def last_look(connection: Connection, viewer: Viewer) -> str:
    """The moment (ISO), '' for who has never looked."""
    asked = select(todo_look.c.at).where(todo_look.c.actor == viewer.actor)
    return connection.execute(asked).scalar() or ""


@needs(READ, MATTERS)
def look(engine: Engine, viewer: Viewer, now: datetime) -> None:
    """Note that he looks now. It concerns nobody else: no version is raised."""
    with writing(engine) as connection:
        upsert(connection, todo_look, ["actor", "at"], [(viewer.actor, written(now))])
