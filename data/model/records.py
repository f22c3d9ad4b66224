"""What the official workbook brings: a table for each sheet, and the boundaries."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text

from data.model.columns import Code, Day, Name, Number, Real, Small, household_id, region_code, table
from data.terms import SUBJECTS

region = table(
    "region",
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Code, nullable=False, index=True),
    Column("rural_population", Number),
    Column("war_room", Small),
    Column("lon", Real),
    Column("lat", Real),
    Column("opened", Day),  # 启用日期
    Column("closed", Day),  # 撤销日期: from this day it is no more
    Column("merged_into", Code),
    Column("former_name", Text),
    Column("renamed", Day),
    Column("key_county", Text),  # 重点帮扶县: 国家, 省
    clustered=True,
)

household = table(
    "household",
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("code", Code, nullable=False, unique=True),
    region_code("village", nullable=False, index=True),
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
    Column("walking_order", Number),  # 走访顺序 within its village, from 1
    Column("collected", Day),  # 采集日期: since when what has no date of its own is known
    Column("remark", Text),
    Column("initials", Code),  # pinyin initials of the head's name, for the search
    Index("household_head", "head", "village"),
    Index("household_initials", "initials", "village"),
)

member = table(
    "member",
    Column("code", Code, primary_key=True),
    household_id(),
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
    Column("disability_kind", Text),
    Column("disability_level", Text),
    Column("collected", Day),  # 采集日期: since when what has no date of its own is known
    Column("joined", Day),  # the first 加入 and the last 离开 of the household that it belongs to, or did last
    Column("joined_reason", Text),
    Column("gone", Day),
    Column("gone_reason", Text),
    Column("initials", Code),  # pinyin initials of the name
    Column("id_tail", Code),  # characters 13 to 18 of the ID number: what a household knows by heart
    Index("member_household", "household_id"),
    Index("member_name", "name", "household_id"),
    Index("member_initials", "initials", "household_id"),
    Index("member_id_tail", "id_tail", "household_id"),
    clustered=True,
)

ledger = table(
    "ledger",
    household_id(primary_key=True),
    Column("month", Number, primary_key=True),
    *(Column(f"{column}_fen", Number) for _, column in SUBJECTS.values()),
    clustered=True,
)

ledger_year = table(  # what a household books once for a whole income year: a total of each item, spread over no months
    "ledger_year",
    household_id(primary_key=True),
    Column("last_month", Number, primary_key=True),
    Column("first_month", Number, nullable=False),
    *(Column(f"{column}_fen", Number) for _, column in SUBJECTS.values()),
    clustered=True,
)

measure = table(
    "measure",
    Column("code", Code, primary_key=True),
    household_id(),
    Column("category", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("started", Day, nullable=False),
    Column("ended", Day),
    Column("amount_fen", Number),
    Column("unit", Text),
    Index("measure_household", "household_id"),
    clustered=True,
)

project = table(
    "project",
    Column("code", Code, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    region_code(nullable=False, index=True),
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
    Column("contract", Text),
    Column("contract_until", Day),
    Column("custodian", Text),  # who looks after the asset
    Column("insured_until", Day),
    Column("sign_board", Small),
    Column("asset_supervision", Text),
    Column("asset_state", Text),
    Column("lon", Real),
    Column("lat", Real),
    clustered=True,
)

project_stage = table(  # when a project came into a stage, and until when it was to be through with it
    "project_stage",
    Column("project", Code, ForeignKey("project.code"), primary_key=True),
    Column("stage", Code, primary_key=True),
    Column("entered", Day, nullable=False),
    Column("planned", Day),
    clustered=True,
)

project_return = table(
    "project_return",
    Column("project", Code, ForeignKey("project.code"), primary_key=True),
    Column("month", Number, primary_key=True),
    Column("due_fen", Number, nullable=False),
    Column("received_fen", Number, nullable=False),
    clustered=True,
)

project_household = table(
    "project_household",
    Column("project", Code, ForeignKey("project.code"), primary_key=True),
    household_id(primary_key=True),
    Column("year", Small, primary_key=True),
    Column("mode", Text, primary_key=True),
    Column("amount_fen", Number),
    Column("persons", Number),  # posts, or persons who benefit
    Index("project_household_household", "household_id"),
    clustered=True,
)

helper = table(
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

pairing = table(
    "pairing",
    Column("helper", Code, ForeignKey("helper.code"), primary_key=True),
    household_id(primary_key=True),
    Column("member", Code, primary_key=True, server_default=""),  # whom of it (patient, pupil); '' the household
    Column("started", Day, primary_key=True),
    Column("ended", Day),
    Index("pairing_household", "household_id"),
    clustered=True,
)

visit = table(
    "visit",
    Column("code", Code, primary_key=True),
    household_id(),
    Column("helper", Code, ForeignKey("helper.code"), nullable=False),
    Column("visited", Day, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("content", Text),
    Index("visit_household", "household_id", "visited"),
    clustered=True,
)

fund = table(
    "fund",
    Column("code", Code, primary_key=True),
    Column("year", Small, nullable=False),
    Column("source", Text, nullable=False),
    region_code(nullable=False, index=True),
    Column("project", Code, ForeignKey("project.code")),
    Column("name", Text, nullable=False),
    Column("arranged_fen", Number, nullable=False),
    Column("settled", Day),  # 结清: nothing more is to be paid of it
    Column("recovered_fen", Number),  # 收回: what went back of it
    clustered=True,
)

fund_payment = table(
    "fund_payment",
    Column("fund", Code, ForeignKey("fund.code"), primary_key=True),
    Column("paid", Day, primary_key=True),
    Column("amount_fen", Number, nullable=False),
    clustered=True,
)

fund_plan = table(  # how much was to be paid by which day
    "fund_plan",
    Column("fund", Code, ForeignKey("fund.code"), primary_key=True),
    Column("planned", Day, primary_key=True),
    Column("amount_fen", Number, nullable=False),
    clustered=True,
)

problem = table(
    "problem",
    Column("code", Code, primary_key=True),
    region_code(nullable=False, index=True),
    household_id(nullable=True),
    Column("source", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("found", Day, nullable=False),
    Column("deadline", Day, nullable=False),
    Column("owner", Text, nullable=False),
    Column("rectified", Day),
    Column("closed", Day),
    Column("project", Code, ForeignKey("project.code")),
    Column("fund", Code, ForeignKey("fund.code")),
    Column("state", Code, nullable=False, server_default="open"),
    Column("version", Number, nullable=False, server_default="1"),
    Column("since", Day),  # in its state; NULL: since its own dates say so
    Column("owner_id", Number, ForeignKey("person.id")),  # NULL: nobody is known by the name
    Column("clock_from", Day),  # 历史遗留: its clocks begin no sooner
    Column("asked_until", Day),  # until when an extension is asked for
    Index("problem_household", "household_id"),
    Index("problem_owner", "owner_id"),
    Index("problem_state", "state"),
    clustered=True,
)

task = table(
    "task",
    Column("code", Code, primary_key=True),
    region_code("village", nullable=False, index=True),
    household_id(nullable=True),
    Column("name", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("started", Day, nullable=False),
    Column("deadline", Day, nullable=False),
    Column("owner", Text, nullable=False),
    Column("progress_bp", Number, nullable=False),  # hundredths of a per cent
    Column("finished", Day),
    Column("problem", Code, ForeignKey("problem.code")),  # that it was made for
    Column("parent", Code, ForeignKey("task.code")),  # that it was split from
    Column("state", Code, nullable=False, server_default="open"),
    Column("version", Number, nullable=False, server_default="1"),
    Column("since", Day),  # in its state; NULL: since its own dates say so
    Column("owner_id", Number, ForeignKey("person.id")),  # NULL: nobody is known by the name
    Column("clock_from", Day),  # 历史遗留: its clocks begin no sooner
    Column("asked_until", Day),  # until when an extension is asked for
    Index("task_household", "household_id"),
    Index("task_owner", "owner_id"),
    Index("task_state", "state"),
    clustered=True,
)

boundary = table(
    "boundary",
    region_code(primary_key=True),
    Column("geometry", LargeBinary, nullable=False),  # WKB, WGS-84, longitude first
    Column("source", Text, nullable=False),
    clustered=True,
)
