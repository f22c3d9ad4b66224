"""What the tests of writing look up, and that the figures are as a rebuild would make them."""

from sqlalchemy import Connection, Engine, RowMapping, Table, func, select

from data import model
from data.figures import beginnings, cube
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


def household_with_members(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.min(model.member.c.household_id))).scalar_one()
