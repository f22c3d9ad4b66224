"""What people do with the records: checks, history, archives, codes, cards, looks, settings."""

from sqlalchemy import Column, ForeignKey, Index, Text, text

from data.model.columns import Code, Day, Number, Small, household_id, region_code, table

assurance = table(
    "assurance",
    household_id(primary_key=True),
    Column("item", Code, primary_key=True),  # a key of ``terms.ASSURANCES``
    Column("checked", Day, primary_key=True),
    Column("secure", Small, nullable=False),  # of ``terms.VERDICTS``
    Column("evidence", Text),
    Column("checker", Text),
    clustered=True,
)

change = table(
    "change",
    Column("id", Number, primary_key=True),
    household_id(),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),  # ``Viewer.actor``
    Column("what", Text, nullable=False),  # what was done, in the user's words
    Column("edits", Text, nullable=False),  # JSON: table, key, before, after of each record
    Column("undoes", Number, ForeignKey("change.id")),
    Index("change_household", "household_id", "id"),
    Index("change_undoes", "undoes", unique=True),  # nothing is taken back twice
)

region_change = table(  # a village that ended or went over to another, a region that is called otherwise; its leaders
    "region_change",
    Column("id", Number, primary_key=True),
    Column("kind", Code, nullable=False, server_default="village"),  # village, leader
    region_code(nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),  # ``Viewer.actor``
    Column("what", Text, nullable=False),  # what was done, in the user's words; its households' changes say the same
    Column("edits", Text, nullable=False),  # JSON as of ``change``: all but the households'
    Column("undoes", Number, ForeignKey("region_change.id")),
    Index("region_change_undoes", "undoes", unique=True),
)

archive = table(
    "archive",
    Column("id", Number, primary_key=True),
    household_id(),
    Column("digest", Code, nullable=False, index=True),  # SHA-256 of the content, and the name of its file
    Column("kind", Text, nullable=False),  # of ``terms.ARCHIVE_KINDS``
    Column("title", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Number, nullable=False),
    Column("dated", Day),
    Column("visit", Code, ForeignKey("visit.code")),
    Column("added", Text, nullable=False),
    Column("hidden", Text),
    Index("archive_household", "household_id"),
)

qr_code = table(
    "qr_code",
    Column("id", Number, primary_key=True),
    household_id(),
    Column("digest", Code, nullable=False, unique=True),  # SHA-256 of the token; the token itself is nowhere
    Column("nonce", Code, nullable=False),  # with the key outside the database it makes the token again, for printing
    Column("issued", Text, nullable=False),
    Column("expires", Day),
    Column("withdrawn", Text),
    Column("reason", Text),
    Index("qr_code_household", "household_id"),
    Index(
        "qr_code_valid",
        "household_id",
        unique=True,
        sqlite_where=text("withdrawn IS NULL"),
        postgresql_where=text("withdrawn IS NULL"),
    ),
)

household_pin = table(
    "household_pin",
    household_id(primary_key=True),
    Column("hash", Text, nullable=False),  # Argon2
    Column("set_at", Text, nullable=False),
    clustered=True,
)

card_print = table(
    "card_print",
    household_id(primary_key=True),
    Column("year", Small, primary_key=True),
    Column("mark", Code, primary_key=True),  # the check code
    Column("figures", Text, nullable=False),  # JSON of what it stands for
    Column("at", Text, nullable=False),
    Index("card_print_mark", "mark"),
    clustered=True,
)

access_log = table(
    "access_log",
    Column("id", Number, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),  # ``Viewer.actor``, stranger or household
    Column("address", Text, nullable=False),
    Column("view", Text, nullable=False),  # a key of ``audit.VIEWS``
    Column("household_id", Number),  # no foreign key: the log outlives what it tells of
    Column("detail", Text),  # what left, in words; never a person's name
    Column("ref", Code),  # the row that was written with it: ``change:123``
    Column("digest", Code),  # SHA-256 of what that row then held; NULL: it is gone
    Column("epoch", Number),  # of the key; NULL: of the time before there were keys
    Column("chain", Code, nullable=False),  # over the line before and this one: a mac, without a key SHA-256
    Index("access_log_household", "household_id", "id"),
    Index("access_log_address", "address", "at"),
    Index("access_log_at", "at"),
)

setting = table(
    "setting",
    Column("name", Code, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("actor", Text, nullable=False),
    clustered=True,
)
