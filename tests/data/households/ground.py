"""What the tests of writing look up, and that the figures are as a rebuild would make them."""

from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, Table, func, select

from data import model
from data.access.viewer import Viewer
from data.figures import beginnings, cube
from data.households.checking import checks
from data.households.entries import Saved
from data.households.lives import carry_out
from data.store.engine import writing
from tests.data.small_county import TODAY


def one(engine: Engine, table: Table, **where: object) -> RowMapping | None:
    with engine.connect() as connection:
        return connection.execute(select(table).filter_by(**where)).mappings().first()


def derived(connection: Connection) -> dict:
    """Everything that a rebuild makes."""
    tables = [*beginnings.derived.sorted_tables, model.household_month, model.month]
    return {table.name: sorted(map(tuple, connection.execute(select(table))), key=str) for table in tables}


def assert_as_rebuilt(engine: Engine) -> None:
    with writing(engine) as connection:
        refreshed = derived(connection)
        cube.rebuild(connection, today=TODAY)
        rebuilt = derived(connection)
    for name, rows in rebuilt.items():
        assert refreshed[name] == rows, name


def assure(engine: Engine, viewer: Viewer, household: int, *, now: datetime, **given: object) -> Saved:
    """Write a check as the form does."""
    with engine.connect() as connection:
        deed = checks(connection, viewer, household, today=now.date(), **given)
    return carry_out(engine, viewer, deed, now=now)


def household_with_members(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.min(model.member.c.household_id))).scalar_one()
