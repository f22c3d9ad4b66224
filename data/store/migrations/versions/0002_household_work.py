"""Work at the household: search columns, assurances, history, archives, codes, cards, the log of looks, settings."""

import sqlalchemy as sa
from alembic import op

from data.model.search_columns import id_tail, initials

revision = "0002"
down_revision = "0001"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", Number, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("household_id", Number, nullable=True),
        sa.Column("chain", Code, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("access_log_address", "access_log", ["address", "at"], unique=False)
    op.create_index("access_log_at", "access_log", ["at"], unique=False)
    op.create_index("access_log_household", "access_log", ["household_id", "id"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", Code, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assurance",
        sa.Column("household_id", Number, nullable=False),
        sa.Column("item", Code, nullable=False),
        sa.Column("checked", Code, nullable=False),
        sa.Column("secure", Small, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("household_id", "item", "checked"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "card_print",
        sa.Column("household_id", Number, nullable=False),
        sa.Column("year", Small, nullable=False),
        sa.Column("mark", Code, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("household_id", "year", "mark"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("card_print_mark", "card_print", ["mark"], unique=False)
    op.create_table(
        "change",
        sa.Column("id", Number, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("edits", sa.Text(), nullable=False),
        sa.Column("undoes", Number, nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.ForeignKeyConstraint(
            ["undoes"],
            ["change.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("change_household", "change", ["household_id", "id"], unique=False)
    op.create_index("change_undoes", "change", ["undoes"], unique=True)
    op.create_table(
        "household_pin",
        sa.Column("household_id", Number, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("household_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "qr_code",
        sa.Column("id", Number, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("digest", Code, nullable=False),
        sa.Column("nonce", Code, nullable=False),
        sa.Column("issued", sa.Text(), nullable=False),
        sa.Column("expires", Code, nullable=True),
        sa.Column("withdrawn", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("qr_code_household", "qr_code", ["household_id"], unique=False)
    op.create_index(
        "qr_code_valid",
        "qr_code",
        ["household_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn IS NULL"),
        postgresql_where=sa.text("withdrawn IS NULL"),
    )
    op.create_table(
        "archive",
        sa.Column("id", Number, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("digest", Code, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", Number, nullable=False),
        sa.Column("dated", Code, nullable=True),
        sa.Column("visit", Code, nullable=True),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("hidden", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.ForeignKeyConstraint(
            ["visit"],
            ["visit.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("archive_household", "archive", ["household_id"], unique=False)
    op.create_index(op.f("ix_archive_digest"), "archive", ["digest"], unique=False)
    _order_names_by_byte()
    op.create_index("helper_name", "helper", ["name"], unique=False)
    op.add_column("household", sa.Column("initials", Code, nullable=True))
    op.create_index("household_head", "household", ["head", "village"], unique=False)
    op.create_index("household_initials", "household", ["initials", "village"], unique=False)
    op.add_column("member", sa.Column("initials", Code, nullable=True))
    op.add_column("member", sa.Column("id_tail", Code, nullable=True))
    op.create_index("member_id_tail", "member", ["id_tail", "household_id"], unique=False)
    op.create_index("member_initials", "member", ["initials", "household_id"], unique=False)
    op.create_index("member_name", "member", ["name", "household_id"], unique=False)

    _fill_search_columns()


def _order_names_by_byte() -> None:
    """Names are searched from their beginning: by an index only where their order is that of their bytes."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("household", "head"), ("member", "name"), ("helper", "name")):
            op.alter_column(table, column, type_=sa.Text(collation="C"))


def _fill_search_columns() -> None:
    connection = op.get_bind()
    people = connection.execute(sa.text("SELECT code, name, id_number FROM member")).all()
    rows = [{"code": code, "i": initials(name), "t": id_tail(number)} for code, name, number in people]
    if rows:
        connection.execute(sa.text("UPDATE member SET initials = :i, id_tail = :t WHERE code = :code"), rows)
    heads = connection.execute(sa.text("SELECT id, head FROM household")).all()
    if heads:
        rows = [{"id": id, "i": initials(head)} for id, head in heads]
        connection.execute(sa.text("UPDATE household SET initials = :i WHERE id = :id"), rows)


def downgrade() -> None:
    op.drop_index("member_name", table_name="member")
    op.drop_index("member_initials", table_name="member")
    op.drop_index("member_id_tail", table_name="member")
    op.drop_column("member", "id_tail")
    op.drop_column("member", "initials")
    op.drop_index("household_initials", table_name="household")
    op.drop_index("household_head", table_name="household")
    op.drop_column("household", "initials")
    op.drop_index("helper_name", table_name="helper")
    op.drop_index(op.f("ix_archive_digest"), table_name="archive")
    op.drop_index("archive_household", table_name="archive")
    op.drop_table("archive")
    op.drop_index(
        "qr_code_valid",
        table_name="qr_code",
        sqlite_where=sa.text("withdrawn IS NULL"),
        postgresql_where=sa.text("withdrawn IS NULL"),
    )
    op.drop_index("qr_code_household", table_name="qr_code")
    op.drop_table("qr_code")
    op.drop_table("household_pin")
    op.drop_index("change_undoes", table_name="change")
    op.drop_index("change_household", table_name="change")
    op.drop_table("change")
    op.drop_index("card_print_mark", table_name="card_print")
    op.drop_table("card_print")
    op.drop_table("assurance")
    op.drop_table("setting")
    op.drop_index("access_log_household", table_name="access_log")
    op.drop_index("access_log_at", table_name="access_log")
    op.drop_index("access_log_address", table_name="access_log")
    op.drop_table("access_log")
