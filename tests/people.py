"""Somebody with an account and a session, for tests that stand on a store with real regions."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, insert, select, update

from data import model
from data.access.sessions import sessions_of
from data.clock import county_clock, written
from data.store.engine import writing


def enrolled(engine: Engine, role: str = "county", region: str = "", *, helper: str | None = None) -> int:
    """A person with an account, an administrator with a second factor too; his number."""
    made = written(county_clock())
    with writing(engine) as connection:
        id = (connection.execute(select(func.max(model.person.c.id))).scalar() or 0) + 1
        who = {"id": id, "name": f"李{id}", "helper": helper, "made": made, "actor": "command"}
        connection.execute(insert(model.person).values(who))
        what = {"login": f"li{id}", "role": role, "region": region, "hash": "", "must_change": 0, "version": 1}
        totp = "JBSWY3DPEHPK3PXP" if role == "admin" else None
        connection.execute(insert(model.account).values(person_id=id, totp=totp, changed=made, **what))
    return id


def begun(engine: Engine, person: int, *, now: datetime | None = None) -> str:
    """The token of a new session of his, which his browser carries in the cookie ``wr``."""
    now = now or county_clock()
    with engine.connect() as connection:
        version = connection.execute(
            select(model.account.c.version).where(model.account.c.person_id == person)
        ).scalar_one()
    end = now + timedelta(hours=12)
    told = {"address": "192.0.2.9", "agent": "test"}
    return sessions_of(engine).begin(person=person, version=version, now=now, idle=30, until=end, **told)


def signed_in(engine: Engine, role: str = "county", region: str = "", *, helper: str | None = None) -> dict[str, str]:
    """The cookies of somebody new who is signed in."""
    return {"wr": begun(engine, enrolled(engine, role, region, helper=helper))}


def disable(engine: Engine, person: int) -> None:
    """End his account, as an administrator does in any process."""
    with writing(engine) as connection:
        mine = model.account.c.person_id == person
        raised = {"disabled": written(county_clock()), "version": model.account.c.version + 1}
        connection.execute(update(model.account).where(mine).values(raised))


def change_role(engine: Engine, person: int) -> None:
    """Make him a cadre of the township above, as an administrator does."""
    with writing(engine) as connection:
        mine = model.account.c.person_id == person
        raised = {"role": "township", "region": "210881101", "version": model.account.c.version + 1}
        connection.execute(update(model.account).where(mine).values(raised))
