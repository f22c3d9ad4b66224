"""A household's card that was opened on a phone: until it is left, a quarter of an hour has passed, or the village
hands out a new PIN or another code. What the phone carries says nothing by itself and is worth nothing afterwards."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select

from data.access.sessions import digest_of
from data.clock import written
from data.codes.pins import epoch
from data.model.transient import open_card
from data.store.engine import writing
from data.store.transient import transient_engine

LIFE = timedelta(minutes=15)


def open_for(connection: Connection, engine: Engine, household: int, code: int, now: datetime) -> str:
    """The card is open; what the phone carries from now on."""
    token = secrets.token_urlsafe(16)
    kept = {"household": household, "code": code, "pin": epoch(connection, household), "until": written(now + LIFE)}
    with writing(transient_engine(engine)) as beside:
        beside.execute(delete(open_card).where(open_card.c.until < written(now)))
        beside.execute(insert(open_card).values(digest=digest_of(token), **kept))
    return token


def is_open(connection: Connection, engine: Engine, token: str, household: int, code: int, now: datetime) -> bool:
    """Whether who carries ``token`` opened this household's card by this code, and it is still open."""
    with transient_engine(engine).connect() as beside:
        held = beside.execute(select(open_card).where(open_card.c.digest == digest_of(token))).first()
    if held is None or held.until <= written(now):
        return False
    return (held.household, held.code, held.pin) == (household, code, epoch(connection, household))


def leave(engine: Engine, token: str) -> None:
    """Close it, wherever else the token may have been copied."""
    with writing(transient_engine(engine)) as beside:
        beside.execute(delete(open_card).where(open_card.c.digest == digest_of(token)))
