"""Who may slip: clues, cases with their steps and papers, plans of help, exits; what quality rules hit, and waivers."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

Code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer, "sqlite")
_MADE = (
    "quality_round",
    "quality_waiver_step",
    "quality_waiver",
    "quality_run",
    "quality_tally",
    "quality_hit",
    "phone_mark",
    "member_mark",
    "income_reference",
    "exit_review_step",
    "exit_review",
    "plan_item_step",
    "plan_item",
    "clue_step",
    "case_paper",
    "clue",
    "case_step",
    "monitoring_case",
)


def upgrade() -> None:
    _tables()
    _indexes()


def _tables() -> None:
    _make(
        "monitoring_case",
        sa.Column("id", Number, primary_key=True),
        sa.Column("code", Code, nullable=False),
        sa.Column("household_id", Number, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("village", Code, sa.ForeignKey("region.code"), nullable=False),
        sa.Column("began", Code, nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("risks", sa.Text(), nullable=True),
        sa.Column("risk_note", sa.Text(), nullable=True),
        sa.Column("green", Code, nullable=True),
        sa.Column("papers_due", Code, nullable=True),
        sa.Column("public_until", Code, nullable=True),
        sa.Column("removal", sa.Text(), nullable=True),
        sa.Column("natural_reason", sa.Text(), nullable=True),
        sa.Column("figures", sa.Text(), nullable=True),
        sa.Column("state", Code, nullable=False),
        sa.Column("since", Code, nullable=True),
        sa.Column("version", Number, nullable=False),
        sa.UniqueConstraint("code"),
    )
    _make(
        "case_step",
        sa.Column("id", Number, primary_key=True),
        sa.Column("case_id", Number, sa.ForeignKey("monitoring_case.id"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("day", Code, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=True),
        sa.Column("action", Code, nullable=False),
        sa.Column("before", Code, nullable=True),
        sa.Column("after", Code, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("entitled", Number, nullable=True),
        sa.Column("present", Number, nullable=True),
        sa.Column("agreed", Number, nullable=True),
        sa.Column("against", Number, nullable=True),
    )
    _make(
        "clue",
        sa.Column("id", Number, primary_key=True),
        sa.Column("household_id", Number, sa.ForeignKey("household.id"), nullable=True),
        sa.Column("village", Code, sa.ForeignKey("region.code"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("source", Code, nullable=False),
        sa.Column("mark", Code, nullable=True),
        sa.Column("risk", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told", Code, nullable=False),
        sa.Column("case_id", Number, sa.ForeignKey("monitoring_case.id"), nullable=True),
        sa.Column("state", Code, nullable=False),
        sa.Column("since", Code, nullable=True),
        sa.Column("version", Number, nullable=False),
        sa.UniqueConstraint("mark"),
    )
    _make(
        "case_paper",
        sa.Column("id", Number, primary_key=True),
        sa.Column("clue", Number, sa.ForeignKey("clue.id"), nullable=True),
        sa.Column("case_id", Number, sa.ForeignKey("monitoring_case.id"), nullable=True),
        sa.Column("step", Number, sa.ForeignKey("case_step.id"), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("archive", Number, sa.ForeignKey("archive.id"), nullable=False),
    )
    _make(
        "clue_step",
        sa.Column("id", Number, primary_key=True),
        sa.Column("clue", Number, sa.ForeignKey("clue.id"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("day", Code, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", Code, nullable=False),
        sa.Column("before", Code, nullable=True),
        sa.Column("after", Code, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
    )
    _make(
        "plan_item",
        sa.Column("id", Number, primary_key=True),
        sa.Column("case_id", Number, sa.ForeignKey("monitoring_case.id"), nullable=False),
        sa.Column("household_id", Number, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("village", Code, sa.ForeignKey("region.code"), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner_id", Number, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("until", Code, nullable=False),
        sa.Column("measure", Code, sa.ForeignKey("measure.code"), nullable=True),
        sa.Column("state", Code, nullable=False),
        sa.Column("since", Code, nullable=True),
        sa.Column("version", Number, nullable=False),
    )
    _make(
        "plan_item_step",
        sa.Column("id", Number, primary_key=True),
        sa.Column("item", Number, sa.ForeignKey("plan_item.id"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("day", Code, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", Code, nullable=False),
        sa.Column("before", Code, nullable=True),
        sa.Column("after", Code, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
    )
    _make(
        "exit_review",
        sa.Column("id", Number, primary_key=True),
        sa.Column("household_id", Number, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("village", Code, sa.ForeignKey("region.code"), nullable=False),
        sa.Column("verdict", Code, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", Code, nullable=False),
        sa.Column("since", Code, nullable=True),
        sa.Column("version", Number, nullable=False),
    )
    _make(
        "exit_review_step",
        sa.Column("id", Number, primary_key=True),
        sa.Column("review", Number, sa.ForeignKey("exit_review.id"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("day", Code, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", Code, nullable=False),
        sa.Column("before", Code, nullable=True),
        sa.Column("after", Code, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
    )
    _make(
        "income_reference",
        sa.Column("household_id", Number, sa.ForeignKey("household.id"), nullable=False),
        sa.Column("year", Small, nullable=False),
        sa.Column("outlay_fen", Number, nullable=True),
        sa.Column("claims_fen", Number, nullable=True),
        sa.Column("included_fen", Number, nullable=True),
        sa.PrimaryKeyConstraint("household_id", "year"),
        clustered=True,
    )
    _make(
        "member_mark",
        sa.Column("member", Code, primary_key=True),
        sa.Column("source", Code, nullable=False),
        sa.Column("same", Code, nullable=True),
        sa.Column("length", Small, nullable=False),
        sa.Column("digits", Small, nullable=False),
        sa.Column("checked", Small, nullable=False),
        sa.Column("suffix", Code, nullable=True),
        sa.Column("born", Code, nullable=True),
        sa.Column("sex", Code, nullable=True),
        clustered=True,
    )
    _make(
        "phone_mark",
        sa.Column("household_id", Number, sa.ForeignKey("household.id"), primary_key=True),
        sa.Column("source", Code, nullable=False),
        sa.Column("same", Code, nullable=True),
        sa.Column("formed", Small, nullable=False),
        clustered=True,
    )
    _make(
        "quality_hit",
        sa.Column("rule", Code, nullable=False),
        sa.Column("record", Code, nullable=False),
        sa.Column("key", Code, nullable=False),
        sa.Column("household_id", Number, nullable=True),
        sa.Column("village", Code, nullable=False),
        sa.Column("field", Code, nullable=True),
        sa.Column("since", Code, nullable=False),
        sa.PrimaryKeyConstraint("rule", "record", "key"),
        clustered=True,
    )
    _make(
        "quality_tally",
        sa.Column("day", Code, nullable=False),
        sa.Column("rule", Code, nullable=False),
        sa.Column("village", Code, nullable=False),
        sa.Column("came", Number, nullable=False),
        sa.Column("went", Number, nullable=False),
        sa.Column("days", Number, nullable=False),
        sa.PrimaryKeyConstraint("day", "rule", "village"),
        clustered=True,
    )
    _make(
        "quality_run",
        sa.Column("id", Number, primary_key=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("milliseconds", Number, nullable=False),
        sa.Column("households", Number, nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.Column("hits", sa.Text(), nullable=False),
    )
    _make(
        "quality_waiver",
        sa.Column("id", Number, primary_key=True),
        sa.Column("rule", Code, nullable=False),
        sa.Column("record", Code, nullable=False),
        sa.Column("key", Code, nullable=False),
        sa.Column("household_id", Number, nullable=True),
        sa.Column("village", Code, sa.ForeignKey("region.code"), nullable=False),
        sa.Column("until", Code, nullable=False),
        sa.Column("state", Code, nullable=False),
        sa.Column("since", Code, nullable=True),
        sa.Column("version", Number, nullable=False),
    )
    _make(
        "quality_waiver_step",
        sa.Column("id", Number, primary_key=True),
        sa.Column("waiver", Number, sa.ForeignKey("quality_waiver.id"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", Code, nullable=False),
        sa.Column("before", Code, nullable=True),
        sa.Column("after", Code, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
    )
    _make(
        "quality_round",
        sa.Column("id", Number, primary_key=True),
        sa.Column("region", Code, sa.ForeignKey("region.code"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("began", Code, nullable=False),
        sa.Column("until", Code, nullable=False),
        sa.Column("ended", Code, nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
    )


def _indexes() -> None:
    op.create_index("monitoring_case_household", "monitoring_case", ["household_id"])
    op.create_index("monitoring_case_place", "monitoring_case", ["village", "state"])
    op.create_index("monitoring_case_state", "monitoring_case", ["state", "since"])
    op.create_index("ix_case_step_case_id", "case_step", ["case_id"])
    op.create_index("clue_household", "clue", ["household_id"])
    op.create_index("clue_place", "clue", ["village", "state"])
    op.create_index("clue_state", "clue", ["state", "since"])
    op.create_index("clue_told", "clue", ["told"])
    op.create_index("ix_clue_case_id", "clue", ["case_id"])
    op.create_index("ix_case_paper_archive", "case_paper", ["archive"])
    op.create_index("ix_case_paper_case_id", "case_paper", ["case_id"])
    op.create_index("ix_case_paper_clue", "case_paper", ["clue"])
    op.create_index("ix_clue_step_clue", "clue_step", ["clue"])
    op.create_index("ix_plan_item_case_id", "plan_item", ["case_id"])
    op.create_index("ix_plan_item_owner_id", "plan_item", ["owner_id"])
    op.create_index("plan_item_household", "plan_item", ["household_id"])
    op.create_index("plan_item_place", "plan_item", ["village", "state"])
    op.create_index("ix_plan_item_step_item", "plan_item_step", ["item"])
    op.create_index("exit_review_household", "exit_review", ["household_id"])
    op.create_index("exit_review_place", "exit_review", ["village", "state"])
    op.create_index("ix_exit_review_step_review", "exit_review_step", ["review"])
    op.create_index("ix_member_mark_same", "member_mark", ["same"])
    op.create_index("ix_phone_mark_same", "phone_mark", ["same"])
    op.create_index("quality_hit_household", "quality_hit", ["household_id"])
    op.create_index("quality_hit_place", "quality_hit", ["village", "rule"])
    op.create_index("quality_hit_rule", "quality_hit", ["rule", "village", "household_id"])
    op.create_index("quality_waiver_of", "quality_waiver", ["rule", "record", "key"])
    op.create_index("quality_waiver_place", "quality_waiver", ["village", "state"])
    op.create_index("ix_quality_waiver_step_waiver", "quality_waiver_step", ["waiver"])


def _make(name: str, *parts: sa.schema.SchemaItem, clustered: bool = False) -> None:
    op.create_table(name, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def downgrade() -> None:
    for table in _MADE:
        op.drop_table(table)
