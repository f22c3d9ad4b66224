"""Who may see what: people, their accounts, displays, looks outside one's scope, the history of settings."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", Number, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("helper", Code, nullable=True),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["helper"], ["helper.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("helper"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "account",
        sa.Column("person_id", Number, nullable=False),
        *(sa.Column(name, Code, nullable=False) for name in ("login", "role", "region")),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("must_change", Small, nullable=False),
        sa.Column("version", Number, nullable=False),
        sa.Column("totp", sa.Text(), nullable=True),
        sa.Column("totp_step", Number, nullable=True),
        sa.Column("recovery", sa.Text(), nullable=True),
        sa.Column("disabled", sa.Text(), nullable=True),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("login"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device",
        sa.Column("id", Number, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("region", Code, nullable=False),
        sa.Column("digest", Code, nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "borrowing",
        sa.Column("id", Number, nullable=False),
        sa.Column("person_id", Number, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "begun", "until")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("borrowing_person", "borrowing", ["person_id", "until"])
    op.create_table(
        "setting_change",
        sa.Column("id", Number, nullable=False),
        sa.Column("name", Code, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("before", "after", "at", "actor")),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    for name, kind in (("ref", Code), ("digest", Code), ("epoch", Number)):
        op.add_column("access_log", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in ("epoch", "digest", "ref"):
        op.drop_column("access_log", name)
    for name in ("setting_change", "borrowing", "device", "account", "person"):
        op.drop_table(name)
