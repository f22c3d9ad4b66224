"""The work on problems and tasks, day by day and month by month, who answers for a region, which days are worked."""

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.schema import SchemaItem

from data.model.columns import Code, Day, Number, Small, household_id, region_code, table


def _step(of: str) -> tuple[SchemaItem, ...]:
    """What was done to a problem or task: ``day`` is the step's own, ``owner_id`` and ``deadline`` hold from it on."""
    return (
        Column("id", Number, primary_key=True),
        Column(of, Code, ForeignKey(f"{of}.code"), nullable=False, index=True),
        Column("at", Text, nullable=False),
        Column("day", Day, nullable=False),
        Column("actor", Text, nullable=False),  # ``Viewer.actor``
        Column("action", Code, nullable=False),
        Column("before", Code),
        Column("after", Code, nullable=False),
        Column("reason", Text),
        Column("owner_id", Number, ForeignKey("person.id")),
        Column("deadline", Day),
    )


problem_step = table("problem_step", *_step("problem"))
task_step = table("task_step", *_step("task"))

matter_level = table(  # the day a problem or task went up to a level (length of a region code); it never goes down
    "matter_level",
    Column("record", Code, primary_key=True),  # problem, task
    Column("key", Code, primary_key=True),
    Column("level", Small, primary_key=True),
    Column("day", Day, nullable=False),
    clustered=True,
)

matter_rest = table(  # days on which one that was opened again had been done with
    "matter_rest",
    Column("record", Code, primary_key=True),
    Column("key", Code, primary_key=True),
    Column("since", Day, primary_key=True),
    Column("until", Day, nullable=False),  # from which it is open again
    clustered=True,
)

work_paper = table(  # photos and papers that prove what was done to a problem, a task, on a day
    "work_paper",
    Column("id", Number, primary_key=True),
    Column("record", Code, nullable=False),  # problem, task, day_record
    Column("key", Code, nullable=False),
    Column("digest", Code, nullable=False, index=True),  # SHA-256 of the content, and the name of its file
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Number, nullable=False),
    Column("added", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("hidden", Text),
    Index("work_paper_of", "record", "key"),
)

calendar_day = table(  # days that the county itself says are worked or not: a year's notice of the State Council
    "calendar_day",
    Column("day", Day, primary_key=True),
    Column("working", Small, nullable=False),
    Column("name", Text),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    clustered=True,
)

dispatch_round = table(  # 月调度: every household that is left, once a month
    "dispatch_round",
    Column("id", Number, primary_key=True),
    region_code(nullable=False),
    Column("month", Number, nullable=False),
    Column("due", Day, nullable=False),
    Column("books", Number, nullable=False),  # the month whose books say who is below the line
    Column("opened", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("closed", Text),
    Column("closed_actor", Text),
    Column("reason", Text),  # why it was closed before all had reported, or opened again
    UniqueConstraint("region", "month"),
)

dispatch_report = table(
    "dispatch_report",
    Column("id", Number, primary_key=True),
    Column("round", Number, ForeignKey("dispatch_round.id"), nullable=False),
    household_id(),
    region_code("village", nullable=False),  # as it was when it was put on the list
    Column("why", Text, nullable=False),  # of ``terms.DISPATCH_REASONS``, 、 between
    Column("person_id", Number, ForeignKey("person.id")),  # who is to report; NULL: nobody is named
    Column("target", Text),
    Column("state", Code),  # of ``terms.DISPATCH_STATES``; NULL: not reported yet
    Column("words", Text),
    Column("reported", Text),
    Column("actor", Text),
    Column("version", Number, nullable=False),
    UniqueConstraint("round", "household_id"),
    Index("dispatch_report_village", "village", "round"),
    Index("dispatch_report_person", "person_id", "round"),
)

day_record = table(  # 每日记录
    "day_record",
    Column("id", Number, primary_key=True),
    Column("number", Code, nullable=False, unique=True),  # by which one that is sent twice is known
    region_code("village", nullable=False),
    household_id(nullable=True),
    Column("task", Code, ForeignKey("task.code")),
    Column("day", Day, nullable=False),
    Column("kind", Code, nullable=False),  # of ``terms.DAY_KINDS``
    Column("words", Text, nullable=False),
    Column("written", Text, nullable=False),  # by the clock of the phone
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("withdrawn", Text),
    Index("day_record_village", "village", "day"),
    Index("day_record_household", "household_id"),
    Index("day_record_task", "task"),
)

life_event = table(  # what calls for a visit (五必访) and is told by somebody, not by the register of members
    "life_event",
    Column("id", Number, primary_key=True),
    household_id(),
    Column("kind", Code, nullable=False),  # of ``terms.MUST_VISITS``
    Column("day", Day, nullable=False),
    Column("words", Text),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("withdrawn", Text),
    Index("life_event_household", "household_id", "day"),
)

todo_look = table(  # when somebody last looked at what waits for him
    "todo_look",
    Column("actor", Code, primary_key=True),
    Column("at", Text, nullable=False),
    clustered=True,
)

leader = table(  # 区划负责人
    "leader",
    region_code("region", primary_key=True),
    Column("post", Code, primary_key=True),  # of ``terms.LEADER_POSTS``
    Column("name", Code, primary_key=True),
    Column("started", Day, primary_key=True),
    Column("ended", Day),
    Column("helper", Code, ForeignKey("helper.code")),
    Column("unit", Text),
    Column("phone", Text),
    Column("person_id", Number, ForeignKey("person.id"), index=True),
    clustered=True,
)
