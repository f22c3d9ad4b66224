"""One schema for the workbook's records and for what the application itself writes.

Money is integer fen, a month an ordinal (see ``data.months``), a date ISO text, a yes/no 0 or 1. The cube's own
table follows the indicator registry and is made by ``data.cube``.
"""

from sqlalchemy import (
    REAL,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from data.terms import SUBJECTS

Code = Text().with_variant(Text(collation="C"), "postgresql")  # byte order, so that a code range is a prefix
Name = Code  # likewise, so that names are searched from their beginning by an index
Day = Code
Number = BigInteger().with_variant(Integer, "sqlite")  # STRICT tables know INTEGER only, which is 64 bits there
Small = SmallInteger().with_variant(Integer, "sqlite")
Real = Float(53).with_variant(REAL(), "sqlite")

metadata = MetaData()


def _table(name: str, *parts, clustered: bool = False) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=not clustered)


def _household(*, primary_key: bool = False, nullable: bool = False) -> Column:
    return Column("household_id", Number, ForeignKey("household.id"), primary_key=primary_key, nullable=nullable)


def _region(name: str = "region", **options) -> Column:
    return Column(name, Code, ForeignKey("region.code"), **options)


region = _table(
    "region",
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Code, nullable=False, index=True),
    Column("rural_population", Number),
    Column("war_room", Small),
    Column("lon", Real),
    Column("lat", Real),
    clustered=True,
)

household = _table(
    "household",
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("code", Code, nullable=False, unique=True),
    _region("village", nullable=False, index=True),
    Column("head", Name, nullable=False),
    Column("phone", Text),
    Column("address", Text),
    Column("attribute", Text),
    Column("type", Text, nullable=False),
    Column("identified", Day),
    Column("lifted", Day),
    Column("relapsed", Day),
    Column("risk_removed", Day),
    Column("cause", Text),
    Column("other_causes", Text),
    Column("housing_safe", Small),
    Column("water_safe", Small),
    Column("lon", Real),
    Column("lat", Real),
    Column("remark", Text),
    Column("initials", Code),  # pinyin initials of the head's name, for the search
    Index("household_head", "head", "village"),
    Index("household_initials", "initials", "village"),
)

member = _table(
    "member",
    Column("code", Code, primary_key=True),
    _household(),
    Column("name", Name, nullable=False),
    Column("relation", Text, nullable=False),
    Column("sex", Text),
    Column("born", Day),
    Column("id_number", Text),
    Column("education", Text),
    Column("schooling", Text),
    Column("health", Text),
    Column("skill", Text),
    Column("work_area", Text),
    Column("work_months", Small),
    Column("medical_insured", Small),
    Column("pension_insured", Small),
    Column("initials", Code),  # pinyin initials of the name
    Column("id_tail", Code),  # characters 13 to 18 of the ID number: what a household knows by heart
    Index("member_household", "household_id"),
    Index("member_name", "name", "household_id"),
    Index("member_initials", "initials", "household_id"),
    Index("member_id_tail", "id_tail", "household_id"),
    clustered=True,
)

ledger = _table(
    "ledger",
    _household(primary_key=True),
    Column("month", Number, primary_key=True),
    *(Column(f"{column}_fen", Number) for _, column in SUBJECTS.values()),
    clustered=True,
)

measure = _table(
    "measure",
    Column("code", Code, primary_key=True),
    _household(),
    Column("category", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("started", Day, nullable=False),
    Column("ended", Day),
    Column("amount_fen", Number),
    Column("unit", Text),
    Index("measure_household", "household_id"),
    clustered=True,
)

project = _table(
    "project",
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _region(nullable=False, index=True),
    Column("stage", Text, nullable=False),
    Column("investment_fen", Number, nullable=False),
    Column("started", Day),
    Column("completed", Day),
    Column("operator", Text),
    Column("asset_class", Text),
    Column("owner", Text),
    Column("manager", Text),
    Column("beneficiary", Text),
    Column("supervisor", Text),
    Column("agreed_rate", Real),
    Column("lon", Real),
    Column("lat", Real),
    clustered=True,
)

project_return = _table(
    "project_return",
    Column("project", Code, ForeignKey("project.code"), primary_key=True),
    Column("month", Number, primary_key=True),
    Column("due_fen", Number, nullable=False),
    Column("received_fen", Number, nullable=False),
    clustered=True,
)

project_household = _table(
    "project_household",
    Column("project", Code, ForeignKey("project.code"), primary_key=True),
    _household(primary_key=True),
    Column("year", Small, primary_key=True),
    Column("mode", Text, primary_key=True),
    Column("amount_fen", Number),
    Index("project_household_household", "household_id"),
    clustered=True,
)

helper = _table(
    "helper",
    Column("code", Code, primary_key=True),
    Column("name", Name, nullable=False),
    Column("unit", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("post", Text),
    Column("phone", Text),
    Index("helper_name", "name"),
    clustered=True,
)

pairing = _table(
    "pairing",
    Column("helper", Code, ForeignKey("helper.code"), primary_key=True),
    _household(primary_key=True),
    Column("started", Day, primary_key=True),
    Column("ended", Day),
    Index("pairing_household", "household_id"),
    clustered=True,
)

visit = _table(
    "visit",
    Column("code", Code, primary_key=True),
    _household(),
    Column("helper", Code, ForeignKey("helper.code"), nullable=False),
    Column("visited", Day, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("content", Text),
    Index("visit_household", "household_id", "visited"),
    clustered=True,
)

fund = _table(
    "fund",
    Column("code", Code, primary_key=True),
    Column("year", Small, nullable=False),
    Column("source", Text, nullable=False),
    _region(nullable=False, index=True),
    Column("project", Code, ForeignKey("project.code")),
    Column("name", Text, nullable=False),
    Column("arranged_fen", Number, nullable=False),
    clustered=True,
)

fund_payment = _table(
    "fund_payment",
    Column("fund", Code, ForeignKey("fund.code"), primary_key=True),
    Column("paid", Day, primary_key=True),
    Column("amount_fen", Number, nullable=False),
    clustered=True,
)

problem = _table(
    "problem",
    Column("code", Code, primary_key=True),
    _region(nullable=False, index=True),
    _household(nullable=True),
    Column("source", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("found", Day, nullable=False),
    Column("deadline", Day, nullable=False),
    Column("owner", Text, nullable=False),
    Column("rectified", Day),
    Column("closed", Day),
    Index("problem_household", "household_id"),
    clustered=True,
)

task = _table(
    "task",
    Column("code", Code, primary_key=True),
    _region("village", nullable=False, index=True),
    _household(nullable=True),
    Column("name", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("started", Day, nullable=False),
    Column("deadline", Day, nullable=False),
    Column("owner", Text, nullable=False),
    Column("progress_bp", Number, nullable=False),  # hundredths of a per cent
    Column("finished", Day),
    Index("task_household", "household_id"),
    clustered=True,
)

boundary = _table(
    "boundary",
    _region(primary_key=True),
    Column("geometry", LargeBinary, nullable=False),  # WKB, WGS-84, longitude first
    Column("source", Text, nullable=False),
    clustered=True,
)

import_run = _table(
    "import_run",
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("rows", Number, nullable=False),
    Column("changed", Number, nullable=False),
    Column("warnings", Number, nullable=False),
    Column("refused", Number, nullable=False),
)

data_version = _table(
    "data_version",
    Column("id", Small, primary_key=True, autoincrement=False),
    Column("version", Number, nullable=False),
    Column("updated", Text, nullable=False),  # local time of the last change, ISO
    Column("built", Day, nullable=False),  # day the cube was built for
    Column("latest", Number),  # last month that has records of its own
)

monitoring_line = _table(
    "monitoring_line",
    Column("province", Code, nullable=False),  # two digits; '' holds for every province without its own
    Column("year", Small, nullable=False),
    Column("amount_fen", Number, nullable=False),
    Column("standing", Text, nullable=False),
    PrimaryKeyConstraint("province", "year"),
    clustered=True,
)

month = _table(
    "month",
    Column("month", Number, primary_key=True, autoincrement=False),
    Column("first_day", Day, nullable=False),
    Column("window_day", Day, nullable=False),  # first day of the twelve months that end with this one
    Column("as_of", Day, nullable=False),  # last day, or the day of building in the month that runs
)

household_month = _table(
    "household_month",
    Column("month", Number, primary_key=True),
    Column("village", Code, primary_key=True),
    Column("household_id", Number, primary_key=True),
    Column("state", Small, nullable=False),
    Column("persons", Number, nullable=False),
    Column("wage_fen", Number),
    Column("business_fen", Number),
    Column("property_fen", Number),
    Column("transfer_fen", Number),
    Column("expense_fen", Number),
    Column("below_line", Small),
    Column("paired", Small, nullable=False),
    Column("visits", Number, nullable=False),
    clustered=True,
)

assurance = _table(
    "assurance",
    _household(primary_key=True),
    Column("item", Code, primary_key=True),  # a key of ``terms.ASSURANCES``
    Column("checked", Day, primary_key=True),
    Column("secure", Small, nullable=False),
    Column("evidence", Text),
    clustered=True,
)

change = _table(
    "change",
    Column("id", Number, primary_key=True),
    _household(),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),  # ``Viewer.key``
    Column("what", Text, nullable=False),  # what was done, in the user's words
    Column("edits", Text, nullable=False),  # JSON: table, key, before, after of each record
    Column("undoes", Number, ForeignKey("change.id")),
    Index("change_household", "household_id", "id"),
    Index("change_undoes", "undoes", unique=True),  # nothing is taken back twice
)

archive = _table(
    "archive",
    Column("id", Number, primary_key=True),
    _household(),
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

qr_code = _table(
    "qr_code",
    Column("id", Number, primary_key=True),
    _household(),
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

household_pin = _table(
    "household_pin",
    _household(primary_key=True),
    Column("hash", Text, nullable=False),  # Argon2
    Column("set_at", Text, nullable=False),
    clustered=True,
)

card_print = _table(
    "card_print",
    _household(primary_key=True),
    Column("year", Small, primary_key=True),
    Column("mark", Code, primary_key=True),  # the check code
    Column("figures", Text, nullable=False),  # JSON of what it stands for
    Column("at", Text, nullable=False),
    Index("card_print_mark", "mark"),
    clustered=True,
)

access_log = _table(
    "access_log",
    Column("id", Number, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),  # ``Viewer.key``, stranger or household
    Column("address", Text, nullable=False),
    Column("view", Text, nullable=False),  # a key of ``audit.VIEWS``
    Column("household_id", Number),  # no foreign key: the log outlives what it tells of
    Column("chain", Code, nullable=False),  # SHA-256 over the line before and this one
    Index("access_log_household", "household_id", "id"),
    Index("access_log_address", "address", "at"),
    Index("access_log_at", "at"),
)

setting = _table(
    "setting",
    Column("name", Code, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("actor", Text, nullable=False),
    clustered=True,
)
