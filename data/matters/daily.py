"""What a day's turn and a workbook do to problems and tasks: levels are written down, states follow their dates."""

from datetime import date, datetime

from sqlalchemy import Connection, Engine, text

from data.figures import cube
from data.matters.levels import record_levels, to_record
from data.model.matter_states import settled
from data.store.engine import writing


def turn_matters(engine: Engine, now: datetime) -> None:
    """Write down what has gone up by today; asked at start and whenever somebody looks at the day."""
    with engine.connect() as connection:
        if not to_record(connection, now.date()):
            return
    with writing(engine) as connection:
        cube.hold(connection)
        if raised := record_levels(connection, now.date()):
            cube.stamp(connection, now, *sorted(raised))


def settle_matters(connection: Connection, today: date) -> None:
    """After an import: states follow the dates that came, and what is overdue by them has gone up."""
    for record in ("problem", "task"):
        connection.execute(text(settled(record)))
    record_levels(connection, today)
