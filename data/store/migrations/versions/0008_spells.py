"""Facts with dates: events of households and members, moves, dated values, episodes, the life of regions.

What stands without a date is known from the day of this migration on; the past of states and income stays as it was.
Measures get the kinds of the second edition; what was written of them before stays as it was written.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from data.model.measure_kinds import renewed

revision = "0008"
down_revision = "0007"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")
_TEXTS = {
    "region": ("former_name", "key_county"),
    "household": (),
    "member": ("disability_kind", "disability_level", "joined_reason", "gone_reason"),
    "project": ("asset_supervision", "asset_state"),
    "assurance": ("checker",),
}
_DAYS = {
    "region": ("opened", "closed", "merged_into", "renamed"),
    "household": ("collected",),
    "member": ("collected", "joined", "gone"),
}
_AMOUNTS = ("wage", "business", "property", "transfer", "expense", "per_head", "outlay", "claims")


def upgrade() -> None:
    for table, names in _TEXTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
    for table, names in _DAYS.items():
        for name in names:
            op.add_column(table, sa.Column(name, Code, nullable=True))
    op.add_column("project_household", sa.Column("persons", Number, nullable=True))
    _tables()
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    for table in ("household", "member"):
        op.execute(sa.text(f"UPDATE {table} SET collected = :today").bindparams(today=today))
    op.execute(renewed("measure"))


def _tables() -> None:
    op.create_table(
        "household_event",
        sa.Column("household_id", Number, nullable=False),
        *(sa.Column(name, Code, nullable=False) for name in ("day", "kind")),
        sa.Column("other", Number, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.ForeignKeyConstraint(["other"], ["household.id"]),
        sa.PrimaryKeyConstraint("household_id", "day", "kind"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("household_event_other", "household_event", ["other"])
    op.create_table(
        "household_move",
        sa.Column("household_id", Number, nullable=False),
        *(sa.Column(name, Code, nullable=False) for name in ("day", "origin", "village")),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.ForeignKeyConstraint(["origin"], ["region.code"]),
        sa.ForeignKeyConstraint(["village"], ["region.code"]),
        sa.PrimaryKeyConstraint("household_id", "day"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("household_move_origin", "household_move", ["origin"])
    op.create_table(
        "matter_move",
        *(sa.Column(name, Code, nullable=False) for name in ("record", "key", "day", "origin", "region")),
        sa.ForeignKeyConstraint(["origin"], ["region.code"]),
        sa.ForeignKeyConstraint(["region"], ["region.code"]),
        sa.PrimaryKeyConstraint("record", "key", "day"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_matter_move_origin", "matter_move", ["origin"])
    op.create_table(
        "region_change",
        sa.Column("id", Number, nullable=False),
        sa.Column("region", Code, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("at", "actor", "what", "edits")),
        sa.Column("undoes", Number, nullable=True),
        sa.ForeignKeyConstraint(["region"], ["region.code"]),
        sa.ForeignKeyConstraint(["undoes"], ["region_change.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("ix_region_change_region", "region_change", ["region"])
    op.create_index("region_change_undoes", "region_change", ["undoes"], unique=True)
    op.create_table(
        "member_event",
        *(sa.Column(name, Code, nullable=False) for name in ("member", "day", "kind")),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["member"], ["member.code"]),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("member", "day", "kind"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("member_event_household", "member_event", ["household_id"])
    op.create_table(
        "member_fact",
        *(sa.Column(name, Code, nullable=False) for name in ("member", "item", "day")),
        sa.Column("value", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["member"], ["member.code"]),
        sa.PrimaryKeyConstraint("member", "item", "day"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "episode",
        sa.Column("code", Code, nullable=False),
        sa.Column("household_id", Number, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("identified", Code, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("risks", "risk_note", "lacking")),
        sa.Column("per_head_fen", Number, nullable=True),
        sa.Column("removed", Code, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("removal", "natural_reason", "removal_lacking")),
        *(sa.Column(f"removal_{name}_fen", Number, nullable=True) for name in _AMOUNTS),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("episode_household", "episode", ["household_id"])
    op.create_table(
        "rural_population",
        sa.Column("region", Code, nullable=False),
        sa.Column("year", Small, nullable=False),
        sa.Column("persons", Number, nullable=False),
        sa.ForeignKeyConstraint(["region"], ["region.code"]),
        sa.PrimaryKeyConstraint("region", "year"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    made = ("rural_population", "episode", "member_fact", "member_event", "household_move", "household_event")
    for table in (*made, "region_change", "matter_move"):
        op.drop_table(table)
    op.drop_column("project_household", "persons")
    for columns in (_DAYS, _TEXTS):
        for table, names in columns.items():
            for name in names:
                op.drop_column(table, name)
