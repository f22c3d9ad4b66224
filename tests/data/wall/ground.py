"""The county of projects with whole books: each household has a line in each month, and who is behind changes."""

from sqlalchemy import Engine, select

from data import model
from data.figures import cube
from data.store.engine import writing
from tests.data.projects import ground as projects
from tests.data.small_county import LAST, TODAY


def fill(engine: Engine) -> None:
    """Fill an empty store."""
    projects.fill(engine)
    with writing(engine) as connection:
        ids = connection.execute(select(model.household.c.id)).scalars().all()
        lines = [
            {"household_id": id, "month": month, "wage_work_fen": 60_000 + 997 * (id * (month // 5) % 60)}
            for id in ids
            for month in range(LAST - 40, LAST + 1)
        ]
        connection.execute(model.ledger.delete())
        connection.execute(model.ledger.insert(), lines)
        cube.rebuild(connection, today=TODAY)
