"""What is done with the money of projects: dividend plans and their way, operators in trouble, papers of projects."""

from sqlalchemy import Column, ForeignKey, Index, Text, text

from data.model.columns import Code, Day, Number, Real, Small, household_id, region_code, table


def _plan() -> Column[int]:
    return Column("plan", Number, ForeignKey("dividend_plan.id"), primary_key=True)


_STANDS = text("state <> 'void'")
dividend_plan = table(
    "dividend_plan",
    Column("id", Number, primary_key=True),
    region_code("village", nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("first_month", Number, nullable=False),
    Column("last_month", Number, nullable=False),
    Column("rule", Text, nullable=False),  # JSON: how the shares were worked out
    Column("received_fen", Number, nullable=False),  # the sum of its sources
    Column("distributed_fen", Number, nullable=False),  # of its shares
    Column("kept_fen", Number, nullable=False),  # of what is kept
    Column("state", Code, nullable=False),
    Column("version", Number, nullable=False),  # grows with every write, so that two do not write over each other
    Column("created", Text, nullable=False),
    Column("actor", Text, nullable=False),  # ``Viewer.actor``
    Column("published", Day),
    Column("publicity_days", Small),
    Column("submitted", Text),
    Column("approved", Text),
    Column("filed", Text),
    Column("booked", Number),  # month of the ledger that the shares were written to
    Column("reverses", Number, ForeignKey("dividend_plan.id")),
    Index("dividend_plan_reverses", "reverses", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
)

dividend_source = table(  # which returns a plan gives out
    "dividend_source",
    _plan(),
    Column("project", Code, ForeignKey("project.code"), primary_key=True),
    Column("month", Number, primary_key=True),
    Column("amount_fen", Number, nullable=False),
    Index("dividend_source_return", "project", "month"),
    clustered=True,
)

dividend_share = table(
    "dividend_share",
    _plan(),
    household_id(primary_key=True),
    Column("kind", Code, primary_key=True),  # dividend or post
    Column("persons", Small, nullable=False),  # as they were when it was proposed
    Column("labour", Small, nullable=False),
    Column("state", Small, nullable=False),
    Column("weight", Real),
    Column("amount_fen", Number, nullable=False),
    Column("by_hand", Small, nullable=False),
    Index("dividend_share_household", "household_id"),
    clustered=True,
)

dividend_kept = table(
    "dividend_kept",
    _plan(),
    Column("purpose", Code, primary_key=True),
    Column("amount_fen", Number, nullable=False),
    clustered=True,
)

dividend_payment = table(  # what was written to the books when a plan was filed: once for each of these keys
    "dividend_payment",
    _plan(),
    household_id(primary_key=True),
    Column("project", Code, ForeignKey("project.code"), primary_key=True),
    Column("kind", Code, primary_key=True),
    Column("amount_fen", Number, nullable=False),
    Column("stood", Small, nullable=False),  # whether 项目带户 held the household, project, year and mode before
    Index("dividend_payment_household", "household_id"),
    Index("dividend_payment_project", "project"),
    clustered=True,
)

dividend_step = table(
    "dividend_step",
    Column("id", Number, primary_key=True),
    Column("plan", Number, ForeignKey("dividend_plan.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Code, nullable=False),
    Column("before", Code),
    Column("after", Code, nullable=False),
    Column("reason", Text),
)

trouble = table(  # a project, or an operator with all its projects, that is said to be in trouble
    "trouble",
    Column("id", Number, primary_key=True),
    Column("project", Code, ForeignKey("project.code")),
    Column("operator", Text),
    region_code(nullable=False, index=True),  # of who said so
    Column("since", Day, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("ended", Text),
    Column("ended_actor", Text),
)

project_archive = table(
    "project_archive",
    Column("id", Number, primary_key=True),
    Column("project", Code, ForeignKey("project.code"), nullable=False, index=True),
    Column("digest", Code, nullable=False, index=True),  # SHA-256 of the content, and the name of its file
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Number, nullable=False),
    Column("dated", Day),
    Column("added", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("hidden", Text),
    Column("hidden_actor", Text),
)
