"""Walls: how displays are set up, the figures as they were shown, the order in which a village is walked."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")
Real = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "display",
        sa.Column("device_id", Number, nullable=False),
        sa.Column("cm", Number, nullable=False),
        sa.Column("far", Real, nullable=False),
        sa.Column("dark", Small, nullable=False),
        sa.Column("scenes", sa.Text(), nullable=False),
        sa.Column("seconds", Number, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("changed", "actor")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"]),
        sa.PrimaryKeyConstraint("device_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "showing",
        sa.Column("id", Number, nullable=False),
        sa.Column("day", Code, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("version", Number, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("showing_day", "showing", ["day"])
    op.create_table(
        "figure_shown",
        *(sa.Column(name, Code, nullable=False) for name in ("region", "indicator")),
        sa.Column("showing", Number, nullable=False),
        sa.Column("month", Number, nullable=False),
        sa.Column("closed", Small, nullable=False),
        sa.Column("value", Real, nullable=True),
        sa.ForeignKeyConstraint(["region"], ["region.code"]),
        sa.ForeignKeyConstraint(["showing"], ["showing.id"]),
        sa.PrimaryKeyConstraint("region", "indicator", "showing"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("figure_shown_showing", "figure_shown", ["showing"])
    op.add_column("household", sa.Column("walking_order", Number, nullable=True))


def downgrade() -> None:
    op.drop_column("household", "walking_order")
    for name in ("figure_shown", "showing", "display"):
        op.drop_table(name)
