"""What people hand in: jobs and their steps, the journal by which a run is taken back, what columns a sender's files
have, and the backups that were made."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MADE = ("backup_run", "column_choice", "import_fresh", "import_journal", "import_job_step", "import_job")


def upgrade() -> None:
    _make(
        "import_job",
        sa.Column("id", Number, primary_key=True),
        _text("kind", code=True),
        _text("region", code=True),
        _text("actor"),
        _text("made"),
        sa.Column("state", Code, nullable=False, index=True),
        sa.Column("version", Number, nullable=False),
        _text("since"),
        _text("work", code=True),
        *map(_text, ("ordered", "files", "answers", "facts", "why")),
        sa.Column("run", Number, sa.ForeignKey("import_run.id"), nullable=True),
        _text("emptied", nullable=True),
    )
    _make(
        "import_job_step",
        sa.Column("id", Number, primary_key=True),
        sa.Column("job", Number, sa.ForeignKey("import_job.id"), nullable=False, index=True),
        _text("at"),
        _text("actor"),
        _text("action", code=True),
        _text("before", code=True, nullable=True),
        _text("after", code=True),
        _text("reason", nullable=True),
    )
    _make(
        "import_journal",
        sa.Column("run", Number, nullable=False),
        sa.Column("number", Number, nullable=False),
        _text("record", code=True),
        _text("before", nullable=True),
        _text("after", nullable=True),
        sa.PrimaryKeyConstraint("run", "record", "number"),
        clustered=True,
    )
    _make(
        "import_fresh",
        sa.Column("run", Number, nullable=False),
        _text("record", code=True),
        sa.PrimaryKeyConstraint("run", "record"),
        clustered=True,
    )
    _make(
        "column_choice",
        _text("region", code=True),
        _text("layout", code=True),
        *map(_text, ("choice", "actor", "at")),
        sa.PrimaryKeyConstraint("region", "layout"),
        clustered=True,
    )
    _make(
        "backup_run",
        sa.Column("id", Number, primary_key=True),
        *map(_text, ("at", "actor", "file")),
        sa.Column("size", Number, nullable=False),
        _text("digest", code=True),
        *map(_text, ("facts", "why")),
        *(_text(name, nullable=True) for name in ("drilled", "drill", "removed")),
    )
    op.create_index("backup_run_at", "backup_run", ["at"])


def _make(name: str, *parts: sa.schema.SchemaItem, clustered: bool = False) -> None:
    op.create_table(name, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def _text(name: str, *, code: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, Code if code else sa.Text(), nullable=nullable)


def downgrade() -> None:
    for table in _MADE:
        op.drop_table(table)
