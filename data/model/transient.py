"""What stands beside the records: who is signed in, who guessed in vain, what is being printed. Lost, it costs a
sign-in."""

from sqlalchemy import Column, Index, LargeBinary, Text

from data.model.columns import Code, Number, Small, table, transient

session = table(
    "session",
    Column("digest", Code, primary_key=True),  # SHA-256 of the token in the cookie
    Column("person", Number),
    Column("device", Number),
    Column("version", Number, nullable=False),  # of the account, when it began
    Column("how", Code, nullable=False),  # password, device
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("made", Code, nullable=False),
    Column("seen", Code, nullable=False),  # to the minute
    Column("idle", Number, nullable=False),  # minutes without a look after which it ends; 0 never
    Column("until", Code, nullable=False),
    Column("ended", Code),
    Index("session_person", "person"),
    Index("session_until", "until"),
    clustered=True,
    of=transient,
)

attempt = table(
    "attempt",
    Column("id", Number, primary_key=True),
    Column("kind", Code, nullable=False),  # password, second, pin, link, scan, tail
    Column("target", Code, nullable=False),  # a login or a household, as a keyed hash
    Column("network", Code, nullable=False),
    Column("device", Code, nullable=False),  # a browser that was right before, of its signed mark; '' without
    Column("at", Code, nullable=False),
    Column("due", Code, nullable=False),  # until when it is held before it is compared
    Index("attempt_at", "at"),
    Index("attempt_target", "kind", "target", "at"),
    Index("attempt_network", "kind", "network", "at"),
    of=transient,
)

open_card = table(
    "open_card",
    Column("digest", Code, primary_key=True),  # SHA-256 of what the phone carries
    Column("household", Number, nullable=False),
    Column("code", Number, nullable=False),  # the number of the code it was opened by
    Column("pin", Code, nullable=False),  # which one held then (``pins.epoch``)
    Column("until", Code, nullable=False),
    clustered=True,
    of=transient,
)

job = table(
    "job",
    Column("id", Code, primary_key=True),
    Column("actor", Code, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Code, nullable=False),
    Column("total", Number, nullable=False),
    Column("done", Number, nullable=False),
    Column("stop", Small, nullable=False),
    Column("seen", Code, nullable=False),  # the last sign of life of who works at it
    Column("why", Text, nullable=False),
    Column("facts", Text, nullable=False),  # JSON of what the page says of it
    Column("paper", LargeBinary),
    clustered=True,
    of=transient,
)

import_work = table(  # how far the process is that checks, writes or takes back what was handed in
    "import_work",
    Column("job", Number, primary_key=True),
    Column("worker", Code, nullable=False),  # told from another by this
    Column("seen", Code, nullable=False),  # its last sign of life
    Column("tries", Number, nullable=False),  # how many processes began it
    Column("step", Text, nullable=False),
    Column("done", Number, nullable=False),
    Column("total", Number, nullable=False),
    Column("stop", Small, nullable=False),  # somebody does not want it any more
    clustered=True,
    of=transient,
)

lease = table(  # which of several processes leads a timed work
    "lease",
    Column("name", Code, primary_key=True),
    Column("holder", Code, nullable=False),
    Column("until", Code, nullable=False),
    clustered=True,
    of=transient,
)

backup_work = table(  # the one backup or drill at work
    "backup_work",
    Column("id", Number, primary_key=True, autoincrement=False),  # always 1
    Column("worker", Code, nullable=False),  # told from another by this
    Column("kind", Code, nullable=False),  # backup, drill
    Column("run", Number),  # of which backup
    Column("file", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("begun", Code, nullable=False),
    Column("seen", Code, nullable=False),  # its last sign of life
    Column("step", Text, nullable=False),
    Column("done", Number, nullable=False),
    Column("total", Number, nullable=False),
    clustered=True,
    of=transient,
)
