"""The workbook's records, boundaries, import history, data version and monitoring lines."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")
Real = sa.Float(53).with_variant(sa.REAL(), "sqlite")

# Editable defaults with their standing: no verified series by province and year was found.
LINES = [
    {"province": "", "year": 2020, "amount_fen": 500_000, "standing": "单一来源"},
    {"province": "", "year": 2021, "amount_fen": 600_000, "standing": "有出处（1.5×4000元）"},
    {"province": "", "year": 2023, "amount_fen": 750_000, "standing": "单一来源"},
    {"province": "", "year": 2024, "amount_fen": 880_000, "standing": "单一来源，部分省份"},
    {"province": "42", "year": 2023, "amount_fen": 760_000, "standing": "单一来源"},
]


def upgrade() -> None:
    op.create_table(
        "data_version",
        sa.Column("id", Small, autoincrement=False, nullable=False),
        sa.Column("version", Number, nullable=False),
        sa.Column("updated", sa.Text(), nullable=False),
        sa.Column("built", Code, nullable=False),
        sa.Column("latest", Number, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "helper",
        sa.Column("code", Code, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "household_month",
        sa.Column("month", Number, nullable=False),
        sa.Column("village", Code, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("state", Small, nullable=False),
        sa.Column("persons", Number, nullable=False),
        sa.Column("wage_fen", Number, nullable=True),
        sa.Column("business_fen", Number, nullable=True),
        sa.Column("property_fen", Number, nullable=True),
        sa.Column("transfer_fen", Number, nullable=True),
        sa.Column("expense_fen", Number, nullable=True),
        sa.Column("below_line", Small, nullable=True),
        sa.Column("paired", Small, nullable=False),
        sa.Column("visits", Number, nullable=False),
        sa.PrimaryKeyConstraint("month", "village", "household_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_run",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("rows", Number, nullable=False),
        sa.Column("changed", Number, nullable=False),
        sa.Column("warnings", Number, nullable=False),
        sa.Column("refused", Number, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "monitoring_line",
        sa.Column("province", Code, nullable=False),
        sa.Column("year", Small, nullable=False),
        sa.Column("amount_fen", Number, nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("province", "year"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "month",
        sa.Column("month", Number, autoincrement=False, nullable=False),
        sa.Column("first_day", Code, nullable=False),
        sa.Column("window_day", Code, nullable=False),
        sa.Column("as_of", Code, nullable=False),
        sa.PrimaryKeyConstraint("month"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "region",
        sa.Column("code", Code, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", Code, nullable=False),
        sa.Column("rural_population", Number, nullable=True),
        sa.Column("war_room", Small, nullable=True),
        sa.Column("lon", Real, nullable=True),
        sa.Column("lat", Real, nullable=True),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_region_parent", "region", ["parent"], unique=False)
    op.create_table(
        "boundary",
        sa.Column("region", Code, nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region"],
            ["region.code"],
        ),
        sa.PrimaryKeyConstraint("region"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "household",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("code", Code, nullable=False),
        sa.Column("village", Code, nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("attribute", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("identified", Code, nullable=True),
        sa.Column("lifted", Code, nullable=True),
        sa.Column("relapsed", Code, nullable=True),
        sa.Column("risk_removed", Code, nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("other_causes", sa.Text(), nullable=True),
        sa.Column("housing_safe", Small, nullable=True),
        sa.Column("water_safe", Small, nullable=True),
        sa.Column("lon", Real, nullable=True),
        sa.Column("lat", Real, nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["village"],
            ["region.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_household_village", "household", ["village"], unique=False)
    op.create_table(
        "project",
        sa.Column("code", Code, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region", Code, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("investment_fen", Number, nullable=False),
        sa.Column("started", Code, nullable=True),
        sa.Column("completed", Code, nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("asset_class", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("manager", sa.Text(), nullable=True),
        sa.Column("beneficiary", sa.Text(), nullable=True),
        sa.Column("supervisor", sa.Text(), nullable=True),
        sa.Column("agreed_rate", Real, nullable=True),
        sa.Column("lon", Real, nullable=True),
        sa.Column("lat", Real, nullable=True),
        sa.ForeignKeyConstraint(
            ["region"],
            ["region.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_project_region", "project", ["region"], unique=False)
    op.create_table(
        "fund",
        sa.Column("code", Code, nullable=False),
        sa.Column("year", Small, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("region", Code, nullable=False),
        sa.Column("project", Code, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arranged_fen", Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["project"],
            ["project.code"],
        ),
        sa.ForeignKeyConstraint(
            ["region"],
            ["region.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fund_region", "fund", ["region"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("household_id", Number, nullable=False),
        sa.Column("month", Number, nullable=False),
        sa.Column("wage_work_fen", Number, nullable=True),
        sa.Column("wage_post_fen", Number, nullable=True),
        sa.Column("wage_other_fen", Number, nullable=True),
        sa.Column("business_crop_fen", Number, nullable=True),
        sa.Column("business_stock_fen", Number, nullable=True),
        sa.Column("business_orchard_fen", Number, nullable=True),
        sa.Column("business_other_fen", Number, nullable=True),
        sa.Column("property_dividend_fen", Number, nullable=True),
        sa.Column("property_land_fen", Number, nullable=True),
        sa.Column("property_other_fen", Number, nullable=True),
        sa.Column("transfer_allowance_fen", Number, nullable=True),
        sa.Column("transfer_destitute_fen", Number, nullable=True),
        sa.Column("transfer_pension_fen", Number, nullable=True),
        sa.Column("transfer_disability_fen", Number, nullable=True),
        sa.Column("transfer_ecology_fen", Number, nullable=True),
        sa.Column("transfer_family_fen", Number, nullable=True),
        sa.Column("transfer_farm_fen", Number, nullable=True),
        sa.Column("transfer_other_fen", Number, nullable=True),
        sa.Column("expense_fen", Number, nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("household_id", "month"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measure",
        sa.Column("code", Code, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started", Code, nullable=False),
        sa.Column("ended", Code, nullable=True),
        sa.Column("amount_fen", Number, nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("measure_household", "measure", ["household_id"], unique=False)
    op.create_table(
        "member",
        sa.Column("code", Code, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("born", Code, nullable=True),
        sa.Column("id_number", sa.Text(), nullable=True),
        sa.Column("education", sa.Text(), nullable=True),
        sa.Column("schooling", sa.Text(), nullable=True),
        sa.Column("health", sa.Text(), nullable=True),
        sa.Column("skill", sa.Text(), nullable=True),
        sa.Column("work_area", sa.Text(), nullable=True),
        sa.Column("work_months", Small, nullable=True),
        sa.Column("medical_insured", Small, nullable=True),
        sa.Column("pension_insured", Small, nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("member_household", "member", ["household_id"], unique=False)
    op.create_table(
        "pairing",
        sa.Column("helper", Code, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("started", Code, nullable=False),
        sa.Column("ended", Code, nullable=True),
        sa.ForeignKeyConstraint(
            ["helper"],
            ["helper.code"],
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("helper", "household_id", "started"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("pairing_household", "pairing", ["household_id"], unique=False)
    op.create_table(
        "problem",
        sa.Column("code", Code, nullable=False),
        sa.Column("region", Code, nullable=False),
        sa.Column("household_id", Number, nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("found", Code, nullable=False),
        sa.Column("deadline", Code, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("rectified", Code, nullable=True),
        sa.Column("closed", Code, nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.ForeignKeyConstraint(
            ["region"],
            ["region.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_problem_region", "problem", ["region"], unique=False)
    op.create_index("problem_household", "problem", ["household_id"], unique=False)
    op.create_table(
        "project_household",
        sa.Column("project", Code, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("year", Small, nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("amount_fen", Number, nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project"],
            ["project.code"],
        ),
        sa.PrimaryKeyConstraint("project", "household_id", "year", "mode"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("project_household_household", "project_household", ["household_id"], unique=False)
    op.create_table(
        "project_return",
        sa.Column("project", Code, nullable=False),
        sa.Column("month", Number, nullable=False),
        sa.Column("due_fen", Number, nullable=False),
        sa.Column("received_fen", Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["project"],
            ["project.code"],
        ),
        sa.PrimaryKeyConstraint("project", "month"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task",
        sa.Column("code", Code, nullable=False),
        sa.Column("village", Code, nullable=False),
        sa.Column("household_id", Number, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("started", Code, nullable=False),
        sa.Column("deadline", Code, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("progress_bp", Number, nullable=False),
        sa.Column("finished", Code, nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.ForeignKeyConstraint(
            ["village"],
            ["region.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_village", "task", ["village"], unique=False)
    op.create_index("task_household", "task", ["household_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("code", Code, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("helper", Code, nullable=False),
        sa.Column("visited", Code, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["helper"],
            ["helper.code"],
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("visit_household", "visit", ["household_id", "visited"], unique=False)
    op.create_table(
        "fund_payment",
        sa.Column("fund", Code, nullable=False),
        sa.Column("paid", Code, nullable=False),
        sa.Column("amount_fen", Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["fund"],
            ["fund.code"],
        ),
        sa.PrimaryKeyConstraint("fund", "paid"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.bulk_insert(
        sa.table(
            "monitoring_line",
            sa.column("province", sa.Text),
            sa.column("year", sa.Integer),
            sa.column("amount_fen", sa.BigInteger),
            sa.column("standing", sa.Text),
        ),
        LINES,
    )


def downgrade() -> None:
    op.drop_table("fund_payment")
    op.drop_index("visit_household", table_name="visit")
    op.drop_table("visit")
    op.drop_index("task_household", table_name="task")
    op.drop_index("ix_task_village", table_name="task")
    op.drop_table("task")
    op.drop_table("project_return")
    op.drop_index("project_household_household", table_name="project_household")
    op.drop_table("project_household")
    op.drop_index("problem_household", table_name="problem")
    op.drop_index("ix_problem_region", table_name="problem")
    op.drop_table("problem")
    op.drop_index("pairing_household", table_name="pairing")
    op.drop_table("pairing")
    op.drop_index("member_household", table_name="member")
    op.drop_table("member")
    op.drop_index("measure_household", table_name="measure")
    op.drop_table("measure")
    op.drop_table("ledger")
    op.drop_index("ix_fund_region", table_name="fund")
    op.drop_table("fund")
    op.drop_index("ix_project_region", table_name="project")
    op.drop_table("project")
    op.drop_index("ix_household_village", table_name="household")
    op.drop_table("household")
    op.drop_table("boundary")
    op.drop_index("ix_region_parent", table_name="region")
    op.drop_table("region")
    op.drop_table("month")
    op.drop_table("monitoring_line")
    op.drop_table("import_run")
    op.drop_table("household_month")
    op.drop_table("helper")
    op.drop_table("data_version")
