"""What is true of households, members and regions from a day on: one row for each time that it became otherwise.

The present value stays a column of ``household``, ``member`` or ``region``, beside the day since when it is known
(``collected``). Rows stand here once something has changed, or an import says more; where there are none, the columns
say all. From to when a state, a belonging or a value holds is worked out by ``data.figures.spells``.
"""

from sqlalchemy import Column, ForeignKey, Index, Text

from data.model.columns import Code, Day, Number, Small, household_id, region_code, table

household_event = table(  # 户变动
    "household_event",
    household_id(primary_key=True),
    Column("day", Day, primary_key=True),
    Column("kind", Code, primary_key=True),  # of ``terms.HOUSEHOLD_EVENTS``
    Column("other", Number, ForeignKey("household.id")),  # that it was split from, or went into
    Column("reason", Text),
    Index("household_event_other", "other"),
    clustered=True,
)

household_move = table(  # 户迁移
    "household_move",
    household_id(primary_key=True),
    Column("day", Day, primary_key=True),  # from which it belongs to the new village
    region_code("origin", nullable=False),
    region_code("village", nullable=False),
    Column("note", Text),
    Index("household_move_origin", "origin"),
    clustered=True,
)

matter_move = table(  # what is a region's and no household's (a project, a problem) and went over with its village
    "matter_move",
    Column("record", Code, primary_key=True),  # the table that it stands in
    Column("key", Code, primary_key=True),  # its key there, as text
    Column("day", Day, primary_key=True),  # from which it belongs to the other region
    region_code("origin", nullable=False, index=True),
    region_code("region", nullable=False),
    clustered=True,
)

member_event = table(  # 成员变动
    "member_event",
    Column("member", Code, ForeignKey("member.code"), primary_key=True),
    Column("day", Day, primary_key=True),
    Column("kind", Code, primary_key=True),  # 加入, 离开
    household_id(),
    Column("reason", Text),
    Index("member_event_household", "household_id"),
    clustered=True,
)

member_fact = table(  # 成员状况
    "member_fact",
    Column("member", Code, ForeignKey("member.code"), primary_key=True),
    Column("item", Code, primary_key=True),  # a column of ``member``: ``terms.MEMBER_FACTS``
    Column("day", Day, primary_key=True),
    Column("value", Text),  # as the column stores it; NULL: not known any more
    clustered=True,
)

episode = table(  # 监测: one time that a household is watched
    "episode",
    Column("code", Code, primary_key=True),
    household_id(),
    Column("kind", Text, nullable=False),  # 户类型 of the watched
    Column("identified", Day, nullable=False),
    Column("risks", Text),  # up to five of ``terms.RISKS``, 、 between
    Column("risk_note", Text),
    Column("per_head_fen", Number),  # net income a head when it was identified
    Column("lacking", Text),  # assurances that it lacked then
    Column("removed", Day),
    Column("removal", Text),  # of ``terms.REMOVALS``
    Column("natural_reason", Text),
    *(Column(f"removal_{kind}_fen", Number) for kind in ("wage", "business", "property", "transfer", "expense")),
    Column("removal_per_head_fen", Number),
    Column("removal_outlay_fen", Number),  # 合规自付支出
    Column("removal_claims_fen", Number),  # 理赔收入
    Column("removal_lacking", Text),  # assurances that it still lacked
    Index("episode_household", "household_id"),
    clustered=True,
)

rural_population = table(  # 农村人口, the denominator of 贫困发生率
    "rural_population",
    region_code("region", primary_key=True),
    Column("year", Small, primary_key=True),
    Column("persons", Number, nullable=False),
    clustered=True,
)
