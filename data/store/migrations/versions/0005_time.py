"""Money in time: totals of an income year, books closed by a county, lines from a day on, funds that end, versions."""

import sqlalchemy as sa
from alembic import op

from data.model.search_columns import initials
from data.model.surnames import COMPOUND, READINGS
from data.terms import SUBJECTS

revision = "0005"
down_revision = "0004"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "ledger_year",
        sa.Column("household_id", Number, nullable=False),
        sa.Column("last_month", Number, nullable=False),
        sa.Column("first_month", Number, nullable=False),
        *(sa.Column(f"{column}_fen", Number, nullable=True) for _, column in SUBJECTS.values()),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("household_id", "last_month"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "books_decision",
        sa.Column("id", Number, nullable=False),
        sa.Column("county", Code, nullable=False),
        sa.Column("until", Number, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_books_decision_county"), "books_decision", ["county"])
    op.create_table(
        "region_version",
        sa.Column("region", Code, nullable=False),
        sa.Column("version", Number, nullable=False),
        sa.Column("updated", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("DELETE FROM household_month")  # made anew with the cube, which goes as well
    for name in ("record", "lines", "expected", "booked"):
        op.add_column("household_month", sa.Column(name, Small, nullable=False, server_default="0"))
    op.drop_column("data_version", "latest")
    op.create_table(
        "import_cell",
        sa.Column("household_id", Number, nullable=False),
        sa.Column("run", Number, nullable=False),
        *(sa.Column(name, Code, nullable=False) for name in ("record", "key", "name")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("before", "after")),
        sa.PrimaryKeyConstraint("household_id", "run", "record", "key", "name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    amounts = [name for _, column in SUBJECTS.values() for name in (f"{column}_fen", f"{column}_fen_after")]
    op.create_table(
        "import_ledger",
        *(sa.Column(name, Number, nullable=False) for name in ("household_id", "month", "run")),
        *(sa.Column(name, Number, nullable=True) for name in amounts),
        sa.PrimaryKeyConstraint("household_id", "month", "run"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.add_column("fund", sa.Column("settled", Code, nullable=True))
    op.add_column("fund", sa.Column("recovered_fen", Number, nullable=True))
    _lines("since", Code, "CAST(year AS TEXT) || '-01-01'")
    _read_anew("household", "id", "head")
    _read_anew("member", "code", "name")


def downgrade() -> None:
    _lines("year", Small, "CAST(substr(since, 1, 4) AS INTEGER)")
    op.add_column("data_version", sa.Column("latest", Number, nullable=True))
    for name in ("booked", "expected", "lines", "record"):
        op.drop_column("household_month", name)
    op.drop_table("import_ledger")
    op.drop_table("import_cell")
    op.drop_column("fund", "recovered_fen")
    op.drop_column("fund", "settled")
    op.drop_table("region_version")
    op.drop_table("books_decision")
    op.drop_table("ledger_year")


def _read_anew(table: str, key: str, name: str) -> None:
    """Initials of the names whose surname is read otherwise since this version."""
    connection, first = op.get_bind(), sorted({known[0] for known in (*READINGS, *COMPOUND)})
    asked = sa.text(f"SELECT {key}, {name}, initials FROM {table} WHERE substr({name}, 1, 1) IN :first")
    found = connection.execute(asked.bindparams(sa.bindparam("first", first, expanding=True))).all()
    changed = [{"key": own, "i": initials(called)} for own, called, held in found if initials(called) != held]
    if changed:
        connection.execute(sa.text(f"UPDATE {table} SET initials = :i WHERE {key} = :key"), changed)


def _lines(key: str, kind: sa.types.TypeEngine, value: str) -> None:
    """Make ``monitoring_line`` anew with another second key; of two lines that fall on one key the later stays."""
    held = "year" if key == "since" else "since"
    op.rename_table("monitoring_line", "monitoring_line_before")
    op.create_table(
        "monitoring_line",
        sa.Column("province", Code, nullable=False),
        sa.Column(key, kind, nullable=False),
        sa.Column("amount_fen", Number, nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("province", key),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(
        f"""
        INSERT INTO monitoring_line (province, {key}, amount_fen, standing)
        SELECT province, {value}, amount_fen, standing FROM monitoring_line_before b
        WHERE NOT EXISTS (SELECT 1 FROM monitoring_line_before l WHERE l.province = b.province
        AND l.{held} > b.{held} AND {value.replace(held, "l." + held)} = {value.replace(held, "b." + held)})"""
    )
    op.drop_table("monitoring_line_before")
