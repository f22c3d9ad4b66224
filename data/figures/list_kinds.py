"""What a named list holds: for each kind of record its join, its Chinese columns and which rows come first.

Aliases are those that ``Records.where`` of the registry uses: s the household's spell, hm household_month, h household,
m month, p member or project, b problem, t task, f fund, v visit,
d day's record.
"""

from dataclasses import dataclass, replace

from data.access import roles
from data.access.viewer import Viewer
from data.figures.facts import fact_on
from data.figures.net_income import AT_CLOSED, KNOWN_NET
from data.figures.sources import (
    BENEFIT_DAY_SQL,
    BENEFIT_PERSONS_SQL,
    CASE_STATE_ON,
    CHANGE_SQL,
    FUND_ARRANGED_SQL,
    FUND_PAID_SQL,
    FUND_PLANNED_SQL,
    FUND_RECOVERED_SQL,
    FUND_SHORT_SQL,
    FUND_UNPAID_SQL,
    HELPED_SQL,
    PLACE,
    POSTS_SQL,
    PROJECT_BEGUN_SQL,
    PROJECT_DUE_SQL,
    PROJECT_EARNING_SQL,
    PROJECT_RECEIVED_EVER_SQL,
    PROJECT_RECEIVED_SQL,
    booked_sql,
    placed,
)
from data.figures.states import head_on, relation_on, urgency
from data.model.running import holds_on, runs_on, undone_on
from data.terms import BRANCH, CASE_STATES, CLUE_SOURCES, DAY_KINDS, OWN_TEAMS, RESIDENT_TEAMS, TEAMS, Record


def per_head(alias: str) -> str:
    """SQL of the net income a head (fen) in the household month ``alias``; none without whole books or members."""
    return f"CASE WHEN {alias}.persons > 0 THEN ({KNOWN_NET.format(alias)}) * 1.0 / {alias}.persons END"


_PER_HEAD = per_head("hm")


@dataclass(frozen=True)
class Column:
    """One column: ``sql`` gives the stored value, ``form`` says what it is.

    Forms: text, integer, fen (yuan to the reader), share (a fraction), day, state (of a household), yes_no, person
    (a name, masked for who may not read names), veiled (a name, masked for all), party (as a person unless it is an
    organisation), phone (of work),
    id_number (always masked), words (of a visit, a problem), telling (cause, code), health (an illness masked always):
    none of these columns for who may not know; matter (words about a household or its village, the former not for him),
    overdue (a deadline that has passed: days over), bp (hundredths of a per cent: a fraction to the reader).
    """

    id: str
    heading: str
    sql: str
    form: str = "text"


@dataclass(frozen=True)
class ListKind:
    """One kind of list: ``noun`` and ``unit`` name its rows, ``joined`` is what follows FROM, ``base`` the condition.

    ``region`` and ``household`` are the SQL of a row's region code and household id, ``key`` of its primary key;
    ``order`` puts the worst first. ``thing``: what of ``roles.THINGS`` its rows are. ``summed``: where a row sums up
    several, region and household (as SQL) of these, whose scope goes where ``joined`` says {here}.
    """

    id: str
    noun: str
    unit: str
    joined: str
    base: str
    region: str
    household: str | None
    key: str
    order: str
    columns: tuple[Column, ...]
    thing: str = roles.HOUSEHOLDS
    summed: tuple[str, str] | None = None


_PLACE = (
    Column("township", "乡镇", "(SELECT r.name FROM region r WHERE r.code = substr(s.village, 1, 9))"),
    Column("village", "村", "(SELECT r.name FROM region r WHERE r.code = s.village)"),
)
_WHO = (Column("code", "户编号", "h.code", "telling"), Column("head", "户主", head_on(), "person"))
_STATE = Column("state", "户类型", "s.state", "state")
_PERSONS = Column(
    "persons",
    "人口",
    f"(SELECT COUNT(*) FROM member_spell b WHERE b.household_id = h.id AND {holds_on('b', 'm.as_of')})",
    "integer",
)
_CAUSE = Column("cause", "主要致贫原因", "h.cause", "telling")
_INCOME = Column("per_head", "人均纯收入（元）", per_head("k"), "fen")
_HELPER = Column(
    "helper",
    "帮扶责任人",
    "(SELECT MIN(a.name) FROM pairing x JOIN helper a ON a.code = x.helper"
    f" WHERE x.household_id = h.id AND {runs_on('x', 'm.as_of')})",
)
_LAST_VISIT = Column(
    "last_visit",
    "最近走访",
    "(SELECT MAX(x.visited) FROM visit x WHERE x.household_id = h.id AND x.visited <= m.as_of)",
    "day",
)
LINE = ":line"
"""Stands for the monitoring line (fen a head) of a row's village and month; ``lists`` puts it in."""


def place_of(column: str) -> Column:
    """Any region, a village with its township before it."""
    township = f"SELECT r.name || ' ' FROM region r WHERE length({column}) = 12 AND r.code = substr({column}, 1, 9)"
    return Column(
        "place", "区划", f"COALESCE(({township}), '') || (SELECT r.name FROM region r WHERE r.code = {column})"
    )


_ON_DAY = f"state_spell s ON s.household_id = h.id AND {holds_on('s', 'm.as_of')}"
_STANDING = f"month m JOIN state_spell s ON {holds_on('s', 'm.as_of')} JOIN household h ON h.id = s.household_id"
"""Each household in the state and of the village that it was in and of at the end of month ``m``."""
_MONTH = (
    " LEFT JOIN household_month hm ON hm.month = m.month AND hm.village = s.village"
    " AND hm.household_id = s.household_id"
)
_HM = f"household_month hm JOIN month m ON m.month = hm.month JOIN household h ON h.id = hm.household_id JOIN {_ON_DAY}"
PROJECT_ARREARS = f"COALESCE({PROJECT_DUE_SQL}, 0) - COALESCE({PROJECT_RECEIVED_SQL}, 0)"
PROJECT_RATE = (
    f"CASE WHEN {PROJECT_EARNING_SQL} THEN COALESCE({PROJECT_RECEIVED_SQL}, 0) * 1.0 / NULLIF(p.investment_fen, 0) END"
)
PROJECT_RATE_EVER = PROJECT_RATE.replace(PROJECT_RECEIVED_SQL, PROJECT_RECEIVED_EVER_SQL)
_PAID_IN_YEAR = (
    "(SELECT SUM(y.amount_fen) FROM fund_payment y WHERE y.fund = f.code AND y.paid <= m.as_of"
    " AND substr(y.paid, 1, 4) = substr(m.as_of, 1, 4))"
)
_OPEN = undone_on("problem.closed", "b", "m.as_of")
_UNRECTIFIED = f"({_OPEN} AND {undone_on('problem.rectified', 'b', 'm.as_of')})"
_UNFINISHED = undone_on("task.finished", "t", "m.as_of")

HOUSEHOLDS = ListKind(
    "households", "户", "户", _STANDING + _MONTH + AT_CLOSED, f"m.month = :month AND {HELPED_SQL}", "s.village",
    "s.household_id", "s.household_id",
    f"{urgency('s.state')}, COALESCE(k.below_line, 0) DESC, {per_head('k')} NULLS LAST, s.household_id",
    (*_PLACE, *_WHO, _STATE, _PERSONS, _INCOME, _CAUSE, _HELPER, _LAST_VISIT),
)  # fmt: skip
_WHOLE = f"hm.record = {Record.WHOLE:d}"
INCOMES = ListKind(
    "incomes", "户", "户", _HM, "hm.month = :month AND " + _WHOLE, "hm.village", "hm.household_id",
    "hm.household_id", f"{_PER_HEAD} NULLS LAST, hm.household_id",
    (*_PLACE, *_WHO, _STATE, _PERSONS, Column("per_head", "人均纯收入（元）", _PER_HEAD, "fen"),
     Column("gap", "与监测线差距（元/人）", f"{_PER_HEAD} - {LINE}", "fen"),
     Column("wage", "工资性（元）", "hm.wage_fen", "fen"),
     Column("business", "生产经营性（元）", "hm.business_fen", "fen"),
     Column("property", "财产性（元）", "hm.property_fen", "fen"),
     Column("transfer", "转移性（元）", "hm.transfer_fen", "fen"),
     Column("expense", "经营性支出（元）", "hm.expense_fen", "fen"), _HELPER),
)  # fmt: skip
_LAST_BOOKED = "(SELECT MAX(l.month) FROM ledger l WHERE l.household_id = h.id AND l.month <= hm.month)"
RECORDS = ListKind(
    "records", "户", "户", _HM, "hm.month = :month", "hm.village", "hm.household_id", "hm.household_id",
    f"{urgency('s.state')}, {_LAST_BOOKED} NULLS LAST, hm.household_id",
    (*_PLACE, *_WHO, _STATE, _PERSONS, Column("lines", "12个月中有收支的月数", "hm.lines", "integer"),
     Column("last_booked", "最近记账月份", _LAST_BOOKED, "month"), _CAUSE, _HELPER,
     _LAST_VISIT),
)  # fmt: skip
_CAME = f"month m CROSS JOIN {CHANGE_SQL} JOIN household h ON h.id = q.household_id JOIN {_ON_DAY}"
"""Households that became something, in the village of that day; as they are at the end of month ``m``."""
_DAY_OF_CHANGE = Column("since", "日期", "q.since", "day")
ARRIVALS = ListKind(
    "arrivals", "户次", "户次", _CAME + AT_CLOSED, "m.month = :month", "q.village", "q.household_id",
    "q.household_id || '@' || q.since", "q.since DESC, q.household_id",
    (*_PLACE, *_WHO, _DAY_OF_CHANGE, _STATE, _PERSONS, _INCOME, _CAUSE, _HELPER),
)  # fmt: skip


def _booked(id: str, item: str, heading: str) -> ListKind:
    """Households with an item of the ledger in their books."""
    fen = booked_sql(item)
    return ListKind(
        id, "户", "户", _STANDING, f"m.month = :month AND {fen} <> 0", "s.village", "h.id", "h.id", f"{fen} DESC, h.id",
        (*_PLACE, *_WHO, _STATE, _PERSONS, Column("fen", heading, fen, "fen"), _HELPER),
    )  # fmt: skip


DIVIDEND_INCOMES = _booked("dividend_incomes", "property_dividend", "分红收入（元）")
POST_INCOMES = _booked("post_incomes", "wage_post", "公益岗位工资（元）")
_IN_YEAR = f"state_spell s ON s.household_id = x.household_id AND {holds_on('s', BENEFIT_DAY_SQL)}"
_YEAR = Column("year", "年度", "CAST(x.year AS TEXT)")
BENEFITS = ListKind(
    "benefits", "户次", "户次",
    "project_household x JOIN month m ON m.month = :month JOIN project p ON p.code = x.project"
    f" JOIN household h ON h.id = x.household_id JOIN {_IN_YEAR}",
    "x.year * 12 <= m.month", "s.village", "x.household_id",
    "x.project || '@' || x.household_id || '@' || x.year || '@' || x.mode",
    "x.year DESC, p.code, x.household_id, x.mode",
    (*_PLACE, *_WHO, _STATE, _YEAR, Column("project", "项目", "p.name"), Column("mode", "方式", "x.mode"),
     Column("persons", "人次", BENEFIT_PERSONS_SQL, "integer"),
     Column("posts", "公益岗位（个）", f"NULLIF({POSTS_SQL}, 0)", "integer"),
     Column("amount", "金额（元）", "x.amount_fen", "fen")),
)  # fmt: skip
BENEFIT_HOUSEHOLDS = ListKind(
    "benefit_households", "户", "户",
    "(SELECT household_id, year, COUNT(*) AS times FROM project_household GROUP BY household_id, year) x"
    f" JOIN month m ON m.month = :month JOIN household h ON h.id = x.household_id JOIN {_IN_YEAR}",
    "x.year = m.month / 12", "s.village", "x.household_id", "x.household_id", "x.times DESC, x.household_id",
    (*_PLACE, *_WHO, _STATE, _PERSONS, Column("times", "户次", "x.times", "integer"), _HELPER),
)  # fmt: skip
# not the day of birth: with it a masked ID number would be whole again
_AGE = (
    "CASE WHEN p.born <= m.as_of THEN CAST(substr(m.as_of, 1, 4) AS INTEGER) - CAST(substr(p.born, 1, 4) AS INTEGER)"
    " - CASE WHEN substr(m.as_of, 6) < substr(p.born, 6) THEN 1 ELSE 0 END END"
)
_OF_MEMBER = (
    Column("code", "户编号", "h.code", "telling"), Column("name", "姓名", "p.name", "person"),
    Column("relation", "与户主关系", relation_on()), Column("sex", "性别", "p.sex"),
    Column("age", "年龄", _AGE, "integer"), Column("id_number", "证件号码", "p.id_number", "id_number"),
)  # fmt: skip
PEOPLE = ListKind(
    "persons", "人员", "人",
    f"{_STANDING} JOIN member_spell b ON b.household_id = h.id AND {holds_on('b', 'm.as_of')}"
    " JOIN member p ON p.code = b.member",
    f"m.month = :month AND {HELPED_SQL}", "s.village", "s.household_id", "p.code", "s.village, h.id, p.code",
    (*_PLACE, *_OF_MEMBER, Column("schooling", "在校状况", fact_on("schooling", "m.as_of")),
     Column("health", "健康状况", fact_on("health", "m.as_of"), "health"),
     Column("insured", "参加医保", f"CAST({fact_on('medical_insured', 'm.as_of')} AS INTEGER)", "yes_no"),
     Column("skill", "劳动技能", fact_on("skill", "m.as_of")),
     Column("work_area", "务工区域", fact_on("work_area", "m.as_of")), _STATE, _HELPER),
)  # fmt: skip
_DOCTOR = (
    "(SELECT MIN(a.name) FROM pairing x JOIN helper a ON a.code = x.helper"
    f" WHERE x.household_id = h.id AND x.member IN ('', p.code) AND a.team = '医生' AND {runs_on('x', 'm.as_of')})"
)
PATIENTS = replace(  # to stand in it tells an illness: for who may know of it, and the names veiled
    PEOPLE, id="patients", thing=roles.HEALTH,
    columns=(*_PLACE, Column("code", "户编号", "h.code", "telling"), Column("name", "姓名", "p.name", "veiled"),
             Column("sex", "性别", "p.sex"), Column("age", "年龄", _AGE, "integer"),
             Column("doctor", "结对医生", _DOCTOR), _STATE, _HELPER),
)  # fmt: skip
_OF_CASE = (
    f"monitoring_case c JOIN month m ON m.month = :month JOIN household h ON h.id = c.household_id"
    f" JOIN state_spell s ON s.household_id = h.id AND {holds_on('s', 'm.as_of')}"
)
_CASE_WORDS = " ".join(f"WHEN '{state}' THEN '{word}'" for state, word in CASE_STATES.items())
_STEP = (
    Column("case", "监测编号", "c.code", "telling"),
    Column("step", "办理到", f"CASE {CASE_STATE_ON} {_CASE_WORDS} END"), Column("began", "立案日期", "c.began", "day"),
)  # fmt: skip
CASES = ListKind(
    "cases", "户", "户", _OF_CASE, "1 = 1", "c.village", "c.household_id", "c.id", "c.began, c.id",
    (*_PLACE, *_WHO, *_STEP, _STATE, _PERSONS, _HELPER), roles.MONITORING,
)  # fmt: skip
CASE_PEOPLE = ListKind(
    "case_persons", "人员", "人",
    f"{_OF_CASE} JOIN member_spell b ON b.household_id = h.id AND {holds_on('b', 'm.as_of')}"
    " JOIN member p ON p.code = b.member",
    "1 = 1", "c.village", "c.household_id", "c.id || '@' || p.code", "c.began, c.id, p.code",
    (*_PLACE, *_OF_MEMBER, *_STEP, _STATE, _HELPER), roles.MONITORING,
)  # fmt: skip
_SOURCE = " ".join(f"WHEN '{source}' THEN '{name}'" for source, name in CLUE_SOURCES.items())
CLUES = ListKind(
    "clues", "线索", "条",
    "clue u JOIN month m ON m.month = :month LEFT JOIN household h ON h.id = u.household_id", "u.told <= m.as_of",
    "u.village", "u.household_id", "u.id", "u.told, u.id",
    (place_of("u.village"), Column("head", "户主", head_on(), "person"),
     Column("subject", "指的是谁", "u.subject", "matter"),
     Column("source", "来源", f"CASE u.source {_SOURCE} END"), Column("risk", "风险", "u.risk", "telling"),
     Column("told", "线索日期", "u.told", "day"), Column("words", "情况", "u.words", "words")),
    roles.MONITORING,
)  # fmt: skip
PLAN_ITEMS = ListKind(
    "plan_items", "措施", "项",
    "plan_item i JOIN month m ON m.month = :month JOIN household h ON h.id = i.household_id",
    "1 = 1", "i.village", "i.household_id", "i.id", "i.until, i.id",
    (place_of("i.village"), *_WHO, Column("risk", "风险", "i.risk", "telling"), Column("kind", "类别", "i.kind"),
     Column("what", "措施", "i.what", "words"), Column("who", "由谁落实", "i.who"),
     Column("until", "期限", "i.until", "day"),
     Column("over", "超期（天）", "CASE WHEN i.until < m.as_of THEN i.until END", "overdue")),
    roles.MONITORING,
)  # fmt: skip
ARRIVED_PEOPLE = ListKind(
    "arrived_persons", "人次", "人次",
    f"{_CAME} JOIN member_spell b ON b.household_id = q.household_id AND {holds_on('b', 'q.since')}"
    " JOIN member p ON p.code = b.member",
    "m.month = :month", "q.village", "q.household_id", "p.code || '@' || q.since", "q.since DESC, h.id, p.code",
    (*_PLACE, *_OF_MEMBER, _DAY_OF_CHANGE, _STATE, _HELPER),
)  # fmt: skip
PROJECTS = ListKind(
    "projects", "项目", "个", "project p JOIN month m ON m.month = :month" + placed("project", "p"), PROJECT_BEGUN_SQL,
    PLACE, None, "p.code", f"{PROJECT_ARREARS} DESC, p.code",
    (place_of(PLACE), Column("code", "项目编号", "p.code"), Column("name", "项目", "p.name"),
     Column("kind", "类型", "p.kind"), Column("stage", "阶段", "p.stage"),
     Column("asset_class", "资产类别", "p.asset_class"),
     Column("supervision", "资产监管", "p.asset_supervision"), Column("asset_state", "资产状态", "p.asset_state"),
     Column("operator", "经营主体", "p.operator", "party"),
     Column("investment", "投资（元）", "p.investment_fen", "fen"),
     Column("due", "12个月应收（元）", PROJECT_DUE_SQL, "fen"),
     Column("received", "12个月实收（元）", PROJECT_RECEIVED_SQL, "fen"),
     Column("arrears", "欠收（元）", PROJECT_ARREARS, "fen"),
     Column("rate", "年收益率", PROJECT_RATE, "share"),
     Column("received_ever", "累计实收（元）", PROJECT_RECEIVED_EVER_SQL, "fen"),
     Column("rate_ever", "累计收益率", PROJECT_RATE_EVER, "share")),
    roles.PROJECTS,
)  # fmt: skip
_FUND_PROGRESS = f"{FUND_PAID_SQL} * 1.0 / NULLIF({FUND_ARRANGED_SQL}, 0)"
FUNDS = ListKind(
    "funds", "资金", "笔", "fund f JOIN month m ON m.month = :month" + placed("fund", "f"), "1 = 1", PLACE, None,
    "f.code", f"{FUND_SHORT_SQL} DESC, {_FUND_PROGRESS} NULLS LAST, f.code",
    (place_of(PLACE), Column("code", "资金编号", "f.code"), Column("name", "资金", "f.name"),
     Column("year", "年度", "CAST(f.year AS TEXT)"), Column("source", "来源", "f.source"),
     Column("project", "项目", "(SELECT p.name FROM project p WHERE p.code = f.project)"),
     Column("arranged", "安排（元）", "f.arranged_fen", "fen"),
     Column("recovered", "收回（元）", FUND_RECOVERED_SQL, "fen"),
     Column("planned", "应拨付（元）", FUND_PLANNED_SQL, "fen"),
     Column("paid", "已拨付（元）", FUND_PAID_SQL, "fen"), Column("in_year", "本年拨付（元）", _PAID_IN_YEAR, "fen"),
     Column("unpaid", "未拨付（元）", FUND_UNPAID_SQL, "fen"), Column("progress", "拨付进度", _FUND_PROGRESS, "share"),
     Column("short", "滞后金额（元）", FUND_SHORT_SQL, "fen"),
     Column("settled", "结清日期", "CASE WHEN f.settled <= m.as_of THEN f.settled END", "day")),
    roles.PROJECTS,
)  # fmt: skip
DIVIDENDS = ListKind(
    "dividends", "分配方案", "个",
    "dividend_plan v JOIN month m ON m.month = :month" + placed("dividend_plan", "v", "id", "village"),
    "v.state = 'filed' AND v.booked <= m.month AND v.booked > m.month - 12", PLACE, None, "v.id",
    "v.booked DESC, v.id DESC",
    (place_of(PLACE), Column("title", "方案", "v.title"),
     Column("received", "收益（元）", "v.received_fen", "fen"),
     Column("distributed", "分到户（元）", "v.distributed_fen", "fen"),
     Column("kept", "留存（元）", "v.kept_fen", "fen"),
     Column("homes", "户数", "(SELECT COUNT(DISTINCT s.household_id) FROM dividend_payment s WHERE s.plan = v.id)",
            "integer"),
     Column("filed", "备案日期", "substr(v.filed, 1, 10)", "day")),
    roles.PLANS,
)  # fmt: skip
PROBLEMS = ListKind(
    "problems", "问题", "个",
    f"problem b JOIN month m ON m.month = :month{placed('problem', 'b')}"
    " LEFT JOIN household h ON h.id = b.household_id",
    "b.found <= m.as_of AND b.state <> 'void'", PLACE, "b.household_id", "b.code",
    f"CASE WHEN {_UNRECTIFIED} THEN 0 WHEN {_OPEN} THEN 1 ELSE 2 END, b.deadline, b.code",
    (place_of(PLACE), Column("code", "问题编号", "b.code"), Column("head", "户主", head_on(), "person"),
     Column("source", "来源", "b.source"), Column("category", "类别", "b.category"),
     Column("description", "描述", "b.description", "words"), Column("owner", "责任人", "b.owner"),
     Column("found", "发现日期", "b.found", "day"), Column("deadline", "整改期限", "b.deadline", "day"),
     Column("over", "超期（天）", f"CASE WHEN {_UNRECTIFIED} AND b.deadline < m.as_of THEN b.deadline END", "overdue"),
     Column("rectified", "整改日期", "CASE WHEN b.rectified <= m.as_of THEN b.rectified END", "day"),
     Column("closed", "销号日期", "CASE WHEN b.closed <= m.as_of THEN b.closed END", "day")),
)  # fmt: skip
TASKS = ListKind(
    "tasks", "任务", "项",
    f"task t JOIN month m ON m.month = :month{placed('task', 't', region='village')}"
    " LEFT JOIN household h ON h.id = t.household_id",
    "t.started <= m.as_of AND t.state <> 'void'", PLACE, "t.household_id", "t.code",
    f"CASE WHEN {_UNFINISHED} THEN 0 ELSE 1 END, t.deadline, t.code",
    (place_of(PLACE), Column("code", "任务编号", "t.code"), Column("head", "户主", head_on(), "person"),
     Column("name", "任务", "t.name", "matter"), Column("target", "目标", "t.target", "matter"),
     Column("owner", "责任人", "t.owner"),
     Column("started", "开始日期", "t.started", "day"), Column("deadline", "期限", "t.deadline", "day"),
     Column("over", "超期（天）", f"CASE WHEN {_UNFINISHED} AND t.deadline < m.as_of THEN t.deadline END", "overdue"),
     Column("progress", "进度",
            "CASE WHEN t.finished <= m.as_of THEN 10000 WHEN t.finished IS NULL THEN t.progress_bp ELSE 0 END", "bp"),
     Column("finished", "完成日期", "CASE WHEN t.finished <= m.as_of THEN t.finished END", "day")),
)  # fmt: skip
VISITS = ListKind(
    "visits", "走访", "次",
    "visit v JOIN household h ON h.id = v.household_id JOIN month m ON m.month = :month"
    f" JOIN helper a ON a.code = v.helper JOIN state_spell s ON s.household_id = v.household_id"
    f" AND {holds_on('s', 'v.visited')}",
    "v.visited >= m.first_day AND v.visited <= m.as_of", "s.village", "v.household_id", "v.code",
    "v.visited DESC, v.code",
    (*_PLACE, Column("visited", "日期", "v.visited", "day"), *_WHO, Column("helper", "走访人", "a.name"),
     Column("unit", "单位", "a.unit"), Column("occasion", "事由", "v.occasion", "words"),
     Column("content", "内容", "v.content", "words")),
)  # fmt: skip
_DAY_KINDS = " ".join(f"WHEN '{kind}' THEN '{name}'" for kind, name in DAY_KINDS.items())
_PERSON = "CASE WHEN d.actor LIKE 'person:%' THEN CAST(substr(d.actor, 8) AS INTEGER) END"
DAYS = ListKind(
    "days", "每日记录", "条",
    "day_record d JOIN month m ON m.month = :month LEFT JOIN household h ON h.id = d.household_id"
    " LEFT JOIN task t ON t.code = d.task",
    "d.withdrawn IS NULL AND d.day >= m.first_day AND d.day <= m.as_of", "d.village", "d.household_id", "d.id",
    "d.day DESC, d.id DESC",
    (place_of("d.village"), Column("day", "日期", "d.day", "day"),
     Column("kind", "类别", f"CASE d.kind {_DAY_KINDS} END"), Column("head", "户主", head_on("d.day"), "person"),
     Column("task", "任务", "t.name", "matter"), Column("words", "内容", "d.words", "matter"),
     Column("who", "记录人", f"(SELECT n.name FROM person n WHERE n.id = {_PERSON})")),
    roles.DAYS,
)  # fmt: skip
_BY_SPAN = """CASE WHEN g.first = g.last THEN g.first WHEN substr(g.first, 1, 9) = substr(g.last, 1, 9)
    THEN substr(g.first, 1, 9) ELSE substr(g.first, 1, 6) END"""
_HOMES = Column("homes", "结对户", "g.homes", "integer")
_HELPERS = Column("helpers", "责任人", "g.helpers", "integer")
_IN = (place_of(_BY_SPAN), Column("villages", "结对村", "g.villages", "integer"))


def _helping(id: str, noun: str, unit: str, by: str, columns: tuple[Column, ...], *teams: str) -> ListKind:
    """Who helps at a month's end: the households and villages of each within the region asked for."""
    among = " OR ".join(f"a.team = '{team}'" for team in teams) or "1 = 1"
    first = f"MIN(CASE WHEN a.team = '{RESIDENT_TEAMS[0]}' THEN a.name END)"
    joined = f"""month m JOIN (SELECT {by} AS who, COUNT(DISTINCT x.household_id) AS homes,
        COUNT(DISTINCT s.village) AS villages, COUNT(DISTINCT a.code) AS helpers, {first} AS secretary,
        MIN(s.village) AS first, MAX(s.village) AS last
        FROM month n JOIN pairing x ON {runs_on("x", "n.as_of")} JOIN helper a ON a.code = x.helper
        JOIN state_spell s ON s.household_id = x.household_id AND {holds_on("s", "n.as_of")}
        WHERE n.month = :month AND {HELPED_SQL} AND ({among}) AND {{here}} GROUP BY {by}) g ON m.month = :month
        LEFT JOIN helper a ON a.code = g.who"""
    return ListKind(
        id, noun, unit, joined, "1 = 1", _BY_SPAN, None, "g.who", "g.homes DESC, g.who", columns,
        summed=("s.village", "x.household_id"),
    )  # fmt: skip


HELPERS = _helping(
    "helpers", "帮扶责任人", "人", "a.code",
    (Column("name", "姓名", "a.name"), Column("unit", "单位", "a.unit"), Column("team", "队伍", "a.team"),
     Column("post", "职务", "a.post"), Column("phone", "联系电话", "a.phone", "phone"), *_IN, _HOMES),
)  # fmt: skip
_UNIT = (Column("unit", "单位", "g.who"), *_IN, _HELPERS, _HOMES)
UNITS = _helping("helping_units", "帮扶单位", "个", "a.unit", _UNIT, *(team for team in TEAMS if team not in OWN_TEAMS))
BRANCHES = _helping("helping_branches", "结对党支部", "个", "a.unit", _UNIT, BRANCH)
TEAM_VILLAGES = _helping(
    "team_villages", "村", "个", "s.village",
    (place_of("g.who"), Column("secretary", RESIDENT_TEAMS[0], "g.secretary"), _HELPERS, _HOMES), *RESIDENT_TEAMS,
)  # fmt: skip

KINDS = {
    kind.id: kind
    for kind in (
        HOUSEHOLDS,
        INCOMES,
        RECORDS,
        ARRIVALS,
        DIVIDEND_INCOMES,
        POST_INCOMES,
        BENEFITS,
        BENEFIT_HOUSEHOLDS,
        PEOPLE,
        PATIENTS,
        CASES,
        CASE_PEOPLE,
        CLUES,
        PLAN_ITEMS,
        ARRIVED_PEOPLE,
        PROJECTS,
        FUNDS,
        DIVIDENDS,
        PROBLEMS,
        TASKS,
        VISITS,
        DAYS,
        HELPERS,
        UNITS,
        BRANCHES,
        TEAM_VILLAGES,
    )
}

_OF_NAMED = {
    "id_number": roles.IDENTITY, "words": roles.IDENTITY, "phone": roles.IDENTITY, "telling": roles.HEALTH,
    "health": roles.HEALTH,
}  # fmt: skip
"""Form → what of somebody named who reads such a column must have the right to read."""


def columns_of(viewer: Viewer, kind: ListKind) -> tuple[Column, ...]:
    """The columns of a kind that the viewer may read."""
    return tuple(one for one in kind.columns if viewer.may(roles.READ, _OF_NAMED.get(one.form, kind.thing)))
