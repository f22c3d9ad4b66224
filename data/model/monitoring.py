"""Who may slip: clues, cases with their steps and papers, plans of help, exits, and what quality rules hit.

A case is one time that a household is looked at; what it comes to is its ``episode`` (same code), which alone the
figures count. Cases of episodes that came otherwise are made by ``data.monitoring.settling``.
"""

from sqlalchemy import Column, ForeignKey, Index, Text

from data.model.columns import Code, Day, Number, Small, household_id, region_code, table

monitoring_case = table(
    "monitoring_case",
    Column("id", Number, primary_key=True),
    Column("code", Code, nullable=False, unique=True),  # 监测编号; its episode's, once there is one
    household_id(),
    region_code("village", nullable=False),  # of the household then and now: follows a move
    Column("began", Day, nullable=False),  # the step's own day from which the whole clock runs
    Column("kind", Text),  # 户类型 of the watched that is proposed
    Column("risks", Text),  # up to five of ``terms.RISKS``, 、 between
    Column("risk_note", Text),
    Column("green", Day),  # 绿色通道: helped since, its papers come after
    Column("papers_due", Day),
    Column("public_until", Day),  # last day of the 公示 that hangs now
    Column("removal", Text),  # of ``terms.REMOVALS``: that is proposed, or was decided
    Column("natural_reason", Text),
    Column("figures", Text),  # JSON: the removal's (columns of ``episode``) until they stand there
    Column("state", Code, nullable=False),
    Column("since", Day),
    Column("version", Number, nullable=False),
    Index("monitoring_case_household", "household_id"),
    Index("monitoring_case_place", "village", "state"),
    Index("monitoring_case_state", "state", "since"),
)

case_step = table(
    "case_step",
    Column("id", Number, primary_key=True),
    Column("case_id", Number, ForeignKey("monitoring_case.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("day", Day, nullable=False),  # the step's own; ``at`` is when it was written down
    Column("actor", Text, nullable=False),
    Column("handler", Text),  # 办理人, where it is not who wrote it down
    Column("action", Code, nullable=False),
    Column("before", Code),
    Column("after", Code, nullable=False),
    Column("reason", Text),
    *(Column(votes, Number) for votes in ("entitled", "present", "agreed", "against")),
)

case_paper = table(  # papers of a clue or of a step of a case, in the household's archive
    "case_paper",
    Column("id", Number, primary_key=True),
    Column("clue", Number, ForeignKey("clue.id"), index=True),
    Column("case_id", Number, ForeignKey("monitoring_case.id"), index=True),
    Column("step", Number, ForeignKey("case_step.id")),
    Column("kind", Text, nullable=False),  # of ``terms.CASE_PAPERS``
    Column("archive", Number, ForeignKey("archive.id"), nullable=False, index=True),
)

clue = table(
    "clue",
    Column("id", Number, primary_key=True),
    household_id(nullable=True),
    region_code("village", nullable=False),
    Column("subject", Text),  # who is meant, where it is no household of the store
    Column("source", Code, nullable=False),  # of ``terms.CLUE_SOURCES``
    Column("mark", Code, unique=True),  # by which one that a rule or a file brings comes once; NULL: somebody typed it
    Column("risk", Text),  # of ``terms.RISKS``
    Column("words", Text, nullable=False),
    Column("told", Day, nullable=False),  # its own day
    Column("case_id", Number, ForeignKey("monitoring_case.id"), index=True),  # that it came to, or belongs to
    Column("state", Code, nullable=False),
    Column("since", Day),
    Column("version", Number, nullable=False),
    Index("clue_household", "household_id"),
    Index("clue_place", "village", "state"),
    Index("clue_state", "state", "since"),
    Index("clue_told", "told"),
)

clue_step = table(
    "clue_step",
    Column("id", Number, primary_key=True),
    Column("clue", Number, ForeignKey("clue.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("day", Day, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Code, nullable=False),
    Column("before", Code),
    Column("after", Code, nullable=False),
    Column("reason", Text),
)

plan_item = table(  # 一户一策: one measure that is planned against a risk
    "plan_item",
    Column("id", Number, primary_key=True),
    Column("case_id", Number, ForeignKey("monitoring_case.id"), nullable=False, index=True),
    household_id(),
    region_code("village", nullable=False),
    Column("risk", Text, nullable=False),
    Column("kind", Text, nullable=False),  # of ``terms.MEASURE_CATEGORIES``
    Column("what", Text, nullable=False),
    Column("owner_id", Number, ForeignKey("person.id"), index=True),
    Column("who", Text, nullable=False),  # in words
    Column("until", Day, nullable=False),
    Column("measure", Code, ForeignKey("measure.code")),  # that it became
    Column("state", Code, nullable=False),
    Column("since", Day),
    Column("version", Number, nullable=False),
    Index("plan_item_household", "household_id"),
    Index("plan_item_place", "village", "state"),
)

plan_item_step = table(
    "plan_item_step",
    Column("id", Number, primary_key=True),
    Column("item", Number, ForeignKey("plan_item.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("day", Day, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Code, nullable=False),
    Column("before", Code),
    Column("after", Code, nullable=False),
    Column("reason", Text),
)

exit_review = table(  # 有序退出评估 of an 原建档立卡 household
    "exit_review",
    Column("id", Number, primary_key=True),
    household_id(),
    region_code("village", nullable=False),
    Column("verdict", Code, nullable=False),  # of ``terms.EXIT_VERDICTS``
    Column("evidence", Text, nullable=False),
    Column("state", Code, nullable=False),
    Column("since", Day),
    Column("version", Number, nullable=False),
    Index("exit_review_household", "household_id"),
    Index("exit_review_place", "village", "state"),
)

exit_review_step = table(
    "exit_review_step",
    Column("id", Number, primary_key=True),
    Column("review", Number, ForeignKey("exit_review.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("day", Day, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Code, nullable=False),
    Column("before", Code),
    Column("after", Code, nullable=False),
    Column("reason", Text),
)

income_reference = table(  # 收支参考, of an income year: beside net income, never in its place
    "income_reference",
    household_id(primary_key=True),
    Column("year", Small, primary_key=True),
    Column("outlay_fen", Number),  # 合规自付
    Column("claims_fen", Number),  # 理赔
    Column("included_fen", Number),  # 纳入收入参考范围
    clustered=True,
)

member_mark = table(  # what rules ask of an ID number, without its digits
    "member_mark",
    Column("member", Code, primary_key=True),
    Column("source", Code, nullable=False),  # keyed hash of what stands in the field: made anew where it is another
    Column("same", Code, index=True),  # keyed hash of the number proper: equal numbers are equal here
    Column("length", Small, nullable=False),
    Column("digits", Small, nullable=False),  # 1: digits and a last X as they must be
    Column("checked", Small, nullable=False),  # 1: the check digit is right
    Column("suffix", Code),  # the two signs of a disability certificate behind it
    Column("born", Day),  # as the number says; NULL: no such day
    Column("sex", Code),
    clustered=True,
)

phone_mark = table(
    "phone_mark",
    household_id(primary_key=True),
    Column("source", Code, nullable=False),
    Column("same", Code, index=True),
    Column("formed", Small, nullable=False),  # 1: as a mobile or fixed number of the mainland is written
    clustered=True,
)

quality_hit = table(  # a rule that now speaks of a record: what stands here is open
    "quality_hit",
    Column("rule", Code, primary_key=True),
    Column("record", Code, primary_key=True),  # the table of the record
    Column("key", Code, primary_key=True),  # its key there, as text
    Column("household_id", Number),  # no foreign key: worked out
    Column("village", Code, nullable=False),  # the region, where it is of no village
    Column("field", Code),  # the column that is marked
    Column("since", Day, nullable=False),
    Index("quality_hit_household", "household_id"),
    Index("quality_hit_place", "village", "rule"),
    Index("quality_hit_rule", "rule", "village", "household_id"),
    clustered=True,
)

quality_tally = table(  # what came and went on a day: hits of any day are those of today less what came since
    "quality_tally",
    Column("day", Day, primary_key=True),
    Column("rule", Code, primary_key=True),
    Column("village", Code, primary_key=True),
    Column("came", Number, nullable=False),
    Column("went", Number, nullable=False),
    Column("days", Number, nullable=False),  # that those which went had stood, together
    clustered=True,
)

quality_run = table(  # all rules over all records
    "quality_run",
    Column("id", Number, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("milliseconds", Number, nullable=False),
    Column("households", Number, nullable=False),
    Column("versions", Text, nullable=False),  # JSON: rule → its version and parameters
    Column("hits", Text, nullable=False),  # JSON: rule → hits
)

quality_waiver = table(
    "quality_waiver",
    Column("id", Number, primary_key=True),
    Column("rule", Code, nullable=False),
    Column("record", Code, nullable=False),
    Column("key", Code, nullable=False),
    Column("household_id", Number),
    region_code("village", nullable=False),
    Column("until", Day, nullable=False),  # the last day on which it holds
    Column("state", Code, nullable=False),
    Column("since", Day),
    Column("version", Number, nullable=False),
    Index("quality_waiver_of", "rule", "record", "key"),
    Index("quality_waiver_place", "village", "state"),
)

quality_waiver_step = table(
    "quality_waiver_step",
    Column("id", Number, primary_key=True),
    Column("waiver", Number, ForeignKey("quality_waiver.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Code, nullable=False),
    Column("before", Code),
    Column("after", Code, nullable=False),
    Column("reason", Text),
)

quality_round = table(  # 清理轮次
    "quality_round",
    Column("id", Number, primary_key=True),
    region_code("region", nullable=False),
    Column("name", Text, nullable=False),
    Column("rules", Text, nullable=False),  # ids, ',' between; '': all
    Column("began", Day, nullable=False),
    Column("until", Day, nullable=False),
    Column("ended", Day),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
)
