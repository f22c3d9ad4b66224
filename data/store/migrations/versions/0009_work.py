"""Who answers and what waits: leaders, the way of problems and tasks with its steps and levels, the month's dispatch,
the day's record, what calls for a visit, the county's own working days, whom of a household a pairing is with.

What was there before is 历史遗留: the clocks of open problems and tasks begin on the day of this migration.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from data.model.matter_states import settled

revision = "0009"
down_revision = "0008"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")
_COLUMNS = {
    "person": {"region": "region.code"},
    "region_change": {},
    "problem": {"project": "project.code", "fund": "fund.code"},
    "task": {"problem": "problem.code", "parent": "task.code"},
}
"""Columns of codes that refer to something."""
_MADE = (
    *("life_event", "day_record", "dispatch_report", "dispatch_round", "calendar_day", "work_paper", "matter_rest"),
    *("matter_level", "task_step", "problem_step", "todo_look", "leader"),
)


def upgrade() -> None:
    _pairings(("helper", "household_id", "member", "started"), "'' AS member")
    for table, columns in _COLUMNS.items():
        for name, other in columns.items():
            _refers(table, name, other, _code())
    op.add_column("region_change", sa.Column("kind", Code, nullable=False, server_default="village"))
    for table in ("problem", "task"):
        op.add_column(table, sa.Column("state", Code, nullable=False, server_default="open"))
        op.add_column(table, sa.Column("version", Number, nullable=False, server_default="1"))
        for name in ("since", "clock_from", "asked_until"):
            op.add_column(table, sa.Column(name, Code, nullable=True))
        _refers(table, "owner_id", "person.id", "BIGINT" if _on_postgresql() else "INTEGER")
        op.create_index(f"{table}_owner", table, ["owner_id"])
        op.create_index(f"{table}_state", table, ["state"])
    _tables()
    today = {"today": datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()}
    for table in ("problem", "task"):
        op.execute(settled(table))
    for table in ("problem", "task"):
        old = sa.text(f"UPDATE {table} SET clock_from = :today WHERE state NOT IN ('closed', 'accepted')")
        op.execute(old.bindparams(**today))


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _code() -> str:
    return 'TEXT COLLATE "C"' if _on_postgresql() else "TEXT"


def _refers(table: str, name: str, other: str, kind: str) -> None:
    there, key = other.split(".")
    op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind} REFERENCES {there} ({key})")


def _pairings(key: tuple[str, ...], more: str = "") -> None:
    """The table anew with this key: SQLite changes none."""
    columns = {
        "helper": sa.Column("helper", Code, nullable=False),
        "household_id": sa.Column("household_id", Number, nullable=False),
        "member": sa.Column("member", Code, nullable=False, server_default=""),
        "started": sa.Column("started", Code, nullable=False),
    }
    op.drop_index("pairing_household", table_name="pairing")
    op.rename_table("pairing", "pairing_before")
    op.create_table(
        "pairing",
        *(columns[name] for name in key),
        sa.Column("ended", Code, nullable=True),
        sa.ForeignKeyConstraint(["helper"], ["helper.code"]),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint(*key, name=f"pairing_key_{len(key)}"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    names = ", ".join(key)
    asked = names.replace("member", more) if more else names
    op.execute(
        f"INSERT INTO pairing ({names}, ended) SELECT {asked}, ended FROM pairing_before WHERE 1 = 1"
        " ON CONFLICT DO NOTHING"
    )
    op.drop_table("pairing_before")
    op.create_index("pairing_household", "pairing", ["household_id"])


def _texts(*names: str, code: bool = False, nullable: bool = False) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, Code if code else sa.Text(), nullable=nullable) for name in names)


def _tables() -> None:
    for of in ("problem", "task"):
        op.create_table(
            f"{of}_step",
            sa.Column("id", Number, nullable=False),
            *_texts(of, "day", "action", "after", code=True),
            *_texts("at", "actor"),
            *_texts("before", "deadline", code=True, nullable=True),
            *_texts("reason", nullable=True),
            sa.Column("owner_id", Number, nullable=True),
            sa.ForeignKeyConstraint([of], [f"{of}.code"]),
            sa.ForeignKeyConstraint(["owner_id"], ["person.id"]),
            sa.PrimaryKeyConstraint("id"),
            sqlite_strict=True,
            sqlite_with_rowid=True,
        )
        op.create_index(f"ix_{of}_step_{of}", f"{of}_step", [of])
    op.create_table(
        "matter_level",
        *_texts("record", "key", code=True),
        sa.Column("level", Small, nullable=False),  # with the key in front: else SQLite 3.40 doubts what it checks
        *_texts("day", code=True),
        sa.PrimaryKeyConstraint("record", "key", "level"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "matter_rest",
        *_texts("record", "key", "since", "until", code=True),
        sa.PrimaryKeyConstraint("record", "key", "since"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "work_paper",
        sa.Column("id", Number, nullable=False),
        *_texts("record", "key", "digest", code=True),
        *_texts("kind", "title", "media_type", "added", "actor"),
        sa.Column("size", Number, nullable=False),
        *_texts("hidden", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_work_paper_digest", "work_paper", ["digest"])
    op.create_index("work_paper_of", "work_paper", ["record", "key"])
    op.create_table(
        "calendar_day",
        *_texts("day", code=True),
        sa.Column("working", Small, nullable=False),
        *_texts("name", nullable=True),
        *_texts("at", "actor"),
        sa.PrimaryKeyConstraint("day"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dispatch_round",
        *(sa.Column(name, Number, nullable=False) for name in ("id", "month", "books")),
        *_texts("region", "due", code=True),
        *_texts("opened", "actor"),
        *_texts("closed", "closed_actor", "reason", nullable=True),
        sa.ForeignKeyConstraint(["region"], ["region.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "month"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "dispatch_report",
        *(sa.Column(name, Number, nullable=False) for name in ("id", "round", "household_id", "version")),
        *_texts("village", code=True),
        *_texts("why"),
        sa.Column("person_id", Number, nullable=True),
        *_texts("state", code=True, nullable=True),
        *_texts("target", "words", "reported", "actor", nullable=True),
        sa.ForeignKeyConstraint(["round"], ["dispatch_round.id"]),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.ForeignKeyConstraint(["village"], ["region.code"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round", "household_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("dispatch_report_village", "dispatch_report", ["village", "round"])
    op.create_index("dispatch_report_person", "dispatch_report", ["person_id", "round"])
    op.create_table(
        "day_record",
        sa.Column("id", Number, nullable=False),
        *_texts("number", "village", "day", "kind", code=True),
        sa.Column("household_id", Number, nullable=True),
        *_texts("task", code=True, nullable=True),
        *_texts("words", "written", "at", "actor"),
        *_texts("withdrawn", nullable=True),
        sa.ForeignKeyConstraint(["village"], ["region.code"]),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.ForeignKeyConstraint(["task"], ["task.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("day_record_village", "day_record", ["village", "day"])
    op.create_index("day_record_household", "day_record", ["household_id"])
    op.create_index("day_record_task", "day_record", ["task"])
    op.create_table(
        "life_event",
        *(sa.Column(name, Number, nullable=False) for name in ("id", "household_id")),
        *_texts("kind", "day", code=True),
        *_texts("at", "actor"),
        *_texts("words", "withdrawn", nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("life_event_household", "life_event", ["household_id", "day"])
    op.create_table(
        "todo_look",
        *_texts("actor", code=True),
        *_texts("at"),
        sa.PrimaryKeyConstraint("actor"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leader",
        *_texts("region", "post", "name", "started", code=True),
        *_texts("ended", "helper", code=True, nullable=True),
        *_texts("unit", "phone", nullable=True),
        sa.Column("person_id", Number, nullable=True),
        sa.ForeignKeyConstraint(["region"], ["region.code"]),
        sa.ForeignKeyConstraint(["helper"], ["helper.code"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("region", "post", "name", "started"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_leader_person_id", "leader", ["person_id"])


def downgrade() -> None:
    for table in _MADE:
        op.drop_table(table)
    for table in ("problem", "task"):
        op.drop_index(f"{table}_owner", table_name=table)
        op.drop_index(f"{table}_state", table_name=table)
        for name in ("owner_id", "asked_until", "clock_from", "since", "version", "state"):
            op.drop_column(table, name)
    op.drop_column("region_change", "kind")
    for table, columns in _COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)
    _pairings(("helper", "household_id", "started"))
