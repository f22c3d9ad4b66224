"""The file in which a preview lies: one for each job, beside what was handed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Column, Engine, Index, MetaData, Text

from data.errors import Refused
from data.imports.files import folder
from data.model.columns import Code, Number, Small, table
from data.store.engine import open_engine

NEW, CHANGED, SAME, REFUSED, IN_CONFLICT = "new", "changed", "same", "refused", "conflict"
preview_metadata = MetaData()
ROWS = table(
    "row",
    Column("id", Number, primary_key=True),
    Column("sheet", Code, nullable=False),
    Column("record", Code, nullable=False),  # the table it goes to
    Column("file", Text, nullable=False),
    Column("line", Number, nullable=False),  # as the user sees it; 0 where one stands for several
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("place", Code, nullable=False),  # the region that it is of, '' where it is of none
    Column("state", Code, nullable=False),
    Column("stands_for", Number, nullable=False),
    Column("before", Text),  # JSON by column, of a changed row
    Column("after", Text),
    Column("taken", Small, nullable=False),
    Index("row_state", "state", "sheet"),
    Index("row_line", "file", "sheet", "line"),
    of=preview_metadata,
)
ISSUES = table(
    "issue",
    Column("id", Number, primary_key=True),
    Column("row", Number, index=True),  # None: of a sheet or a file as a whole
    Column("sheet", Code, nullable=False),
    Column("file", Text, nullable=False),
    Column("line", Number),
    Column("heading", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("severity", Code, nullable=False),
    Column("cell", Text),  # JSON of a ``Cell``, of a conflict
    Column("taken", Small, nullable=False),
    of=preview_metadata,
)


def place(engine: Engine, job: int) -> Path:
    """The file of a job's preview."""
    return folder(engine, job) / "preview.db"


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    if not path.is_file():
        raise Refused("校验结果已经清理，请重新校验。")
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()
