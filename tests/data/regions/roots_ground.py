"""A store of several roots: two counties without their city, a bare city, a village without a township."""

from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from data import model
from data.figures import cube
from data.intake import import_files
from data.store.engine import writing
from tests.data.intake.books import book_of, write_xlsx
from tests.moment import NOW

TODAY = date(2026, 11, 22)
COUNTIES, CITY, STRAY = ("990181", "990182"), "9902", "990399001001"
ROOTS = (*COUNTIES, CITY, STRAY)


def fill_roots(engine: Engine, folder: Path) -> None:
    """Fill an empty store; ``folder`` takes the workbooks."""
    books = [book_of(county) for county in COUNTIES]
    books[0]["行政区划"].append({"区划代码": CITY, "名称": "示范二市"})
    files = [write_xlsx(folder / f"{number}.xlsx", book) for number, book in enumerate(books)]
    assert not import_files(engine, files, now=NOW, rebuild=False).refusals
    with writing(engine) as connection:
        connection.execute(model.region.insert().values(code=STRAY, name="孤村", parent=""))
        cube.rebuild(connection, today=TODAY)
