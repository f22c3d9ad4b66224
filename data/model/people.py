"""People who act: who they are, how they sign in, what they may look at for a while, which walls stand for nobody."""

from sqlalchemy import Column, ForeignKey, Index, Text

from data.model.columns import Code, Number, Small, household_id, region_code, table

person = table(
    "person",
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text),
    Column("unit", Text),
    region_code(nullable=True),  # where he is at home in this work, to tell people of one name apart
    Column("helper", Code, ForeignKey("helper.code"), unique=True),
    Column("made", Text, nullable=False),
    Column("actor", Text, nullable=False),  # ``Viewer.actor``
)

account = table(
    "account",
    Column("person_id", Number, ForeignKey("person.id"), primary_key=True),
    Column("login", Code, nullable=False, unique=True),  # as ``passwords.login_form`` writes it
    Column("role", Code, nullable=False),
    Column("region", Code, nullable=False),  # '' the whole
    Column("hash", Text, nullable=False),  # Argon2
    Column("must_change", Small, nullable=False),  # the password was given by somebody else
    Column("version", Number, nullable=False),  # raised by what ends the sessions
    Column("totp", Text),  # base32; NULL: no second factor
    Column("totp_step", Number),  # the last step taken: a code is good once
    Column("recovery", Text),  # JSON: SHA-256 of the codes that are left
    Column("disabled", Text),  # since when
    Column("changed", Text, nullable=False),
    clustered=True,
)

device = table(
    "device",
    Column("id", Number, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("region", Code, nullable=False),
    Column("digest", Code, nullable=False, unique=True),  # SHA-256 of the link's token
    Column("made", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("withdrawn", Text),
)

borrowing = table(
    "borrowing",
    Column("id", Number, primary_key=True),
    Column("person_id", Number, ForeignKey("person.id"), nullable=False),
    household_id(),
    Column("reason", Text, nullable=False),
    Column("begun", Text, nullable=False),
    Column("until", Text, nullable=False),
    Index("borrowing_person", "person_id", "until"),
)

setting_change = table(
    "setting_change",
    Column("id", Number, primary_key=True),
    Column("name", Code, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
)
