"""A small county that a workbook can hold as it is."""

from data import model
from data.store.engine import writing
from tests.data.small_county import fill
from tests.moment import NOW


def fill_past(engine):
    """The small county, without what its random days put after today, which no workbook brings in."""
    fill(engine)
    with writing(engine) as connection:
        for table, name in ((model.task, "finished"), (model.fund, "settled")):
            connection.execute(table.update().where(table.c[name] > NOW.date().isoformat()).values({name: None}))
        for table in (model.household, model.member):  # as an import and the door leave none
            connection.execute(table.update().values(collected="2021-02-03"))
