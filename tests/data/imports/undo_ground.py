"""What the tests of taking back stand on: imports as jobs, and everything that the records hold."""

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, insert, select

from data import model
from data.access.viewer import Viewer
from data.imports.way import UNDONE, WRITTEN
from data.intake import import_files
from data.store.journal import JOURNALLED
from tests.data.households.ground import derived
from tests.data.intake.books import Book, write_folder

ADMIN = Viewer("admin", "")


def job_of(engine: Engine, folder: Path, book: Book, now: datetime, *, region: str = "", rebuild: bool = False) -> int:
    """Import a workbook, its good rows alone, as a job that a person handed in; the job."""
    write_folder(folder, book)
    result = import_files(engine, [folder], valid_rows=True, rebuild=rebuild, now=now)
    assert result.wrote, result.refusals[:5]
    return written_job(engine, region)


def written_job(engine: Engine, region: str = "") -> int:
    """A job that the last run was written by."""
    table = model.import_job
    with engine.begin() as connection:
        run = connection.execute(select(func.max(model.import_run.c.id))).scalar_one()
        values = {column.name: "" for column in table.c if not column.nullable and not column.primary_key}
        ordered = json.dumps({"role": "admin", "region": "", "person": None})
        told = {"answers": "{}", "facts": "{}", "files": "[]", "ordered": ordered}
        facts = {"kind": "workbook", "region": region, "actor": "admin:", "state": WRITTEN, "version": 1, "run": run}
        made = connection.execute(insert(table).values({**values, **told, **facts}))
        return int(made.inserted_primary_key[0])


def ended(engine: Engine, job: int) -> None:
    """What the process writes down when it has taken a job back."""
    table = model.import_job
    with engine.begin() as connection:
        connection.execute(table.update().where(table.c.id == job).values(state=UNDONE))


def stands(engine: Engine) -> dict[str, list[tuple]]:
    """Every row of every table that an import may write."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=str)
            for table in JOURNALLED
        }


def figures(engine: Engine) -> dict[str, list[tuple]]:
    """Everything that is worked out from them."""
    with engine.connect() as connection:
        return derived(connection)
