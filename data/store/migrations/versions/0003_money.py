"""Money: plans of dividends and their way, stages and assets of projects, plans of funds, operators in trouble."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")
Real = sa.Float(53).with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "dividend_plan",
        sa.Column("id", Number, nullable=False),
        sa.Column("village", Code, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("first_month", Number, nullable=False),
        sa.Column("last_month", Number, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("received_fen", Number, nullable=False),
        sa.Column("distributed_fen", Number, nullable=False),
        sa.Column("kept_fen", Number, nullable=False),
        sa.Column("state", Code, nullable=False),
        sa.Column("version", Number, nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("published", Code, nullable=True),
        sa.Column("publicity_days", Small, nullable=True),
        sa.Column("submitted", sa.Text(), nullable=True),
        sa.Column("approved", sa.Text(), nullable=True),
        sa.Column("filed", sa.Text(), nullable=True),
        sa.Column("booked", Number, nullable=True),
        sa.Column("reverses", Number, nullable=True),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["dividend_plan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["village"],
            ["region.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "dividend_plan_reverses",
        "dividend_plan",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("state <> 'void'"),
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.create_index(op.f("ix_dividend_plan_village"), "dividend_plan", ["village"], unique=False)
    op.create_table(
        "dividend_kept",
        sa.Column("plan", Number, nullable=False),
        sa.Column("purpose", Code, nullable=False),
        sa.Column("amount_fen", Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan"],
            ["dividend_plan.id"],
        ),
        sa.PrimaryKeyConstraint("plan", "purpose"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dividend_payment",
        sa.Column("plan", Number, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("project", Code, nullable=False),
        sa.Column("kind", Code, nullable=False),
        sa.Column("amount_fen", Number, nullable=False),
        sa.Column("stood", Small, nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.ForeignKeyConstraint(
            ["plan"],
            ["dividend_plan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project"],
            ["project.code"],
        ),
        sa.PrimaryKeyConstraint("plan", "household_id", "project", "kind"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("dividend_payment_household", "dividend_payment", ["household_id"], unique=False)
    op.create_index("dividend_payment_project", "dividend_payment", ["project"], unique=False)
    op.create_table(
        "dividend_share",
        sa.Column("plan", Number, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("kind", Code, nullable=False),
        sa.Column("persons", Small, nullable=False),
        sa.Column("labour", Small, nullable=False),
        sa.Column("state", Small, nullable=False),
        sa.Column("weight", Real, nullable=True),
        sa.Column("amount_fen", Number, nullable=False),
        sa.Column("by_hand", Small, nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.ForeignKeyConstraint(
            ["plan"],
            ["dividend_plan.id"],
        ),
        sa.PrimaryKeyConstraint("plan", "household_id", "kind"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("dividend_share_household", "dividend_share", ["household_id"], unique=False)
    op.create_table(
        "dividend_source",
        sa.Column("plan", Number, nullable=False),
        sa.Column("project", Code, nullable=False),
        sa.Column("month", Number, nullable=False),
        sa.Column("amount_fen", Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan"],
            ["dividend_plan.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project"],
            ["project.code"],
        ),
        sa.PrimaryKeyConstraint("plan", "project", "month"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("dividend_source_return", "dividend_source", ["project", "month"], unique=False)
    op.create_table(
        "dividend_step",
        sa.Column("id", Number, nullable=False),
        sa.Column("plan", Number, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", Code, nullable=False),
        sa.Column("before", Code, nullable=True),
        sa.Column("after", Code, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan"],
            ["dividend_plan.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_dividend_step_plan"), "dividend_step", ["plan"], unique=False)
    op.create_table(
        "project_archive",
        sa.Column("id", Number, nullable=False),
        sa.Column("project", Code, nullable=False),
        sa.Column("digest", Code, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", Number, nullable=False),
        sa.Column("dated", Code, nullable=True),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("hidden", sa.Text(), nullable=True),
        sa.Column("hidden_actor", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project"],
            ["project.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_project_archive_digest"), "project_archive", ["digest"], unique=False)
    op.create_index(op.f("ix_project_archive_project"), "project_archive", ["project"], unique=False)
    op.create_table(
        "project_stage",
        sa.Column("project", Code, nullable=False),
        sa.Column("stage", Code, nullable=False),
        sa.Column("entered", Code, nullable=False),
        sa.Column("planned", Code, nullable=True),
        sa.ForeignKeyConstraint(
            ["project"],
            ["project.code"],
        ),
        sa.PrimaryKeyConstraint("project", "stage"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "trouble",
        sa.Column("id", Number, nullable=False),
        sa.Column("project", Code, nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("region", Code, nullable=False),
        sa.Column("since", Code, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("ended_actor", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project"],
            ["project.code"],
        ),
        sa.ForeignKeyConstraint(
            ["region"],
            ["region.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(op.f("ix_trouble_region"), "trouble", ["region"], unique=False)
    op.create_table(
        "fund_plan",
        sa.Column("fund", Code, nullable=False),
        sa.Column("planned", Code, nullable=False),
        sa.Column("amount_fen", Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["fund"],
            ["fund.code"],
        ),
        sa.PrimaryKeyConstraint("fund", "planned"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.add_column("household_month", sa.Column("near_line", Small, nullable=True))
    op.add_column("project", sa.Column("contract", sa.Text(), nullable=True))
    op.add_column("project", sa.Column("contract_until", Code, nullable=True))
    op.add_column("project", sa.Column("custodian", sa.Text(), nullable=True))
    op.add_column("project", sa.Column("insured_until", Code, nullable=True))
    op.add_column("project", sa.Column("sign_board", Small, nullable=True))


def downgrade() -> None:
    op.drop_column("project", "sign_board")
    op.drop_column("project", "insured_until")
    op.drop_column("project", "custodian")
    op.drop_column("project", "contract_until")
    op.drop_column("project", "contract")
    op.drop_column("household_month", "near_line")
    op.drop_table("fund_plan")
    op.drop_index(op.f("ix_trouble_region"), table_name="trouble")
    op.drop_table("trouble")
    op.drop_table("project_stage")
    op.drop_index(op.f("ix_project_archive_project"), table_name="project_archive")
    op.drop_index(op.f("ix_project_archive_digest"), table_name="project_archive")
    op.drop_table("project_archive")
    op.drop_index(op.f("ix_dividend_step_plan"), table_name="dividend_step")
    op.drop_table("dividend_step")
    op.drop_index("dividend_source_return", table_name="dividend_source")
    op.drop_table("dividend_source")
    op.drop_index("dividend_share_household", table_name="dividend_share")
    op.drop_table("dividend_share")
    op.drop_index("dividend_payment_project", table_name="dividend_payment")
    op.drop_index("dividend_payment_household", table_name="dividend_payment")
    op.drop_table("dividend_payment")
    op.drop_table("dividend_kept")
    op.drop_index(op.f("ix_dividend_plan_village"), table_name="dividend_plan")
    op.drop_index(
        "dividend_plan_reverses",
        table_name="dividend_plan",
        sqlite_where=sa.text("state <> 'void'"),
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.drop_table("dividend_plan")
