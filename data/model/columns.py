"""How columns are stored on both engines, and the one way in which a table is made."""

from typing import TypedDict, Unpack

from sqlalchemy import REAL, BigInteger, Column, Float, ForeignKey, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.schema import SchemaItem

Code = Text().with_variant(Text(collation="C"), "postgresql")  # byte order, so that a code range is a prefix
Name = Code  # likewise, so that names are searched from their beginning by an index
Day = Code
Number = BigInteger().with_variant(Integer, "sqlite")  # STRICT tables know INTEGER only, which is 64 bits there
Small = SmallInteger().with_variant(Integer, "sqlite")
Real = Float(53).with_variant(REAL(), "sqlite")

metadata = MetaData()
transient = MetaData()
"""Tables of the store beside the store: what a county loses without harm (``data.store.transient``)."""


class ColumnOptions(TypedDict, total=False):
    """What may be said of a column beside its type."""

    primary_key: bool
    nullable: bool
    index: bool


def table(name: str, *parts: SchemaItem, clustered: bool = False, of: MetaData = metadata) -> Table:
    """A table with strict types; ``clustered``: kept in the order of its primary key."""
    return Table(name, of, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def household_id(*, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    """The column that says whose a record is."""
    return Column("household_id", Number, ForeignKey("household.id"), primary_key=primary_key, nullable=nullable)


def region_code(name: str = "region", **options: Unpack[ColumnOptions]) -> Column[str]:
    """The column that says where a record is."""
    return Column(name, Code, ForeignKey("region.code"), **options)
