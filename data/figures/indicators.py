"""The registry: what every figure is. Tiles, maps, rankings, trends, exports and the glossary iterate it.

A measure is one additive column of the cube, an SQL aggregate over one source (``data.figures.sources``). An
indicator is a measure, or one measure divided by another. Adding an indicator touches this file alone: the cube makes
its table from the measures found here.
"""

from dataclasses import dataclass

from data.figures import helping, sources
from data.figures.books import UNREPORTED
from data.figures.facts import check_on, fact_on
from data.figures.net_income import COMPARABLE, NET, YEAR_BEFORE
from data.figures.sources import Source
from data.model.running import aged, runs_on, undone_on
from data.terms import (
    ASSET_STATES,
    ASSET_SUPERVISION,
    BOOK_KINDS,
    BRANCH,
    CASE_OPENING,
    CASE_REMOVING,
    DOCTOR,
    HOUSEHOLD_STATES,
    ILL,
    LIFTED,
    OWN_TEAMS,
    PROBLEM_SOURCES,
    RESIDENT_TEAMS,
    SCHOOL_AGE,
    TEACHER,
    TEAMS,
    UNLIFTED,
    WORK_AREAS,
    WORKING_AGE,
    HouseholdState,
    Record,
)
from data.text.official import official

BOOKS, CALENDAR, NOTHING = "books", "calendar", ""
"""What closes a month of a figure: the county's books, the calendar, nothing."""


GROUPS = {
    "户": "状态", "收支": "收入", "家庭成员": "人口", "保障核实": "保障", "结对帮扶": "帮扶", "走访": "帮扶",
    "项目": "项目", "项目收益": "项目", "项目带户": "项目", "收益分配方案": "项目", "资金": "资金", "资金拨付": "资金",
    "拨付计划": "资金", "问题": "工作", "作战任务": "工作", "每日记录": "工作",
    "监测步骤": "监测", "线索": "监测", "帮扶计划": "监测",
}  # fmt: skip
"""Sheet, or what else records are called, → the group of the figures that mainly come from it, in the order of the
groups."""
_INCOME = "收支"
_YEAR = "12个月（含本月）"
_MONTH = "本月"


@dataclass(frozen=True)
class Measure:
    """One additive column of the cube.

    ``sql`` is an aggregate over ``source``; ``begins`` names the entry of ``sources.SPANS`` before which there is no
    value at all (and from which an absent one is zero); None: absent stays absent. ``scale`` units of the store make
    one unit shown (100 fen a yuan).
    """

    id: str
    source: Source
    sql: str
    begins: str | None
    scale: int = 1


@dataclass(frozen=True)
class Records:
    """The records behind a figure: a kind of ``data.figures.lists`` and the condition that picks them."""

    kind: str
    where: str = "1 = 1"


@dataclass(frozen=True)
class Indicator:
    """One figure.

    ``name`` and ``meaning`` are written in the older words; what is read is ``label`` and ``definition``, in those in
    force. ``format`` is one of count, money (yuan, unit by size), yuan (per head), percent, growth. ``direction``: 1
    more is better, -1 less is better, 0 neither. ``warning`` holds the values from which it needs attention and action.
    A growth is numerator ÷ denominator - 1. ``of`` counts what the value is made of, where that is less than all.
    ``decimals`` of a percentage. ``walls``: whether it may stand on a wall or a chart; what tells of illness may not.
    ``distinct``: what is in several sub-regions is counted once above them, so that these need not add up.
    """

    id: str
    name: str
    unit: str
    format: str
    direction: int
    numerator: Measure
    denominator: Measure | None
    window: str
    meaning: str
    source: str
    records: Records
    warning: tuple[float, float] | None = None
    of: Measure | None = None
    decimals: int = 1
    walls: bool = True
    distinct: bool = False

    @property
    def label(self) -> str:
        return official(self.name)

    @property
    def definition(self) -> str:
        return official(self.meaning)

    @property
    def group(self) -> str:
        """What it stands under where it can be chosen: after the sheet that it mainly comes from."""
        return GROUPS[self.source.split("、")[0]]

    @property
    def full_name(self) -> str:
        """As it stands in a picker: 收入 · 人均纯收入."""
        return f"{self.group} · {self.label}"

    @property
    def step(self) -> float:
        """The smallest difference that is told: of shares by their decimals, of all else one."""
        return 10.0 ** -(2 + self.decimals) if self.format in ("percent", "growth") else 1.0

    def told(self, value: float) -> float:
        """A value as it is read, so that what stands between two of them is their difference."""
        return round(value / self.step) * self.step

    def same(self, one: float, other: float) -> bool:
        """Whether two values read the same."""
        return round(one / self.step) == round(other / self.step)

    @property
    def closes(self) -> str:
        """What makes a month's value whole: BOOKS, the CALENDAR (the month's end), NOTHING (it stands at any day)."""
        if self.source == _INCOME:
            return BOOKS
        return CALENDAR if self.window in (_YEAR, _MONTH) else NOTHING

    @property
    def numerator_label(self) -> str:
        return official(MEASURE_LABELS[self.numerator.id])

    @property
    def denominator_label(self) -> str | None:
        return official(MEASURE_LABELS[self.denominator.id]) if self.denominator else None


def _households(id: str, condition: str, begins: str = "households") -> Measure:
    return Measure(id, sources.HOUSEHOLDS, f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)", begins)


def _in_spells(id: str, condition: str, source: Source = sources.STATES, begins: str = "households") -> Measure:
    """Households (or members) by the state that they are in from a day to a day."""
    return Measure(id, source, f"CASE WHEN {condition} THEN 1 ELSE 0 END", begins)


def _income(id: str, sql: str) -> Measure:
    return Measure(id, sources.HOUSEHOLDS, f"SUM(CASE WHEN {_WHOLE} THEN {sql} END)", None, scale=100)


def _grown(part: str, sign: str = "") -> Measure:
    """How much more a part of the income is than a year before, of the households whole in both years."""
    return Measure(f"grown_{part}", sources.GROWTH, f"SUM({sign}(hm.{part}_fen - p.{part}_fen))", None, scale=100)


_WHOLE = f"hm.record = {Record.WHOLE:d}"
_BOTH_YEARS = (
    f"EXISTS (SELECT 1 FROM household_month p WHERE {YEAR_BEFORE.format('hm', 'p', 'm.window_day')}"
    f" AND {COMPARABLE.format('hm', 'p')})"
)
_NONE = "''"
_SHORT = f"hm.record IN ({Record.BEGUN:d}, {Record.SHORT:d})"
_GROSS = "hm.wage_fen + hm.business_fen + hm.property_fen + hm.transfer_fen"
_OPEN = undone_on("problem.closed", "b", "m.as_of")
_UNRECTIFIED = f"{_OPEN} AND {undone_on('problem.rectified', 'b', 'm.as_of')}"
_OVERDUE_PROBLEM = f"{_UNRECTIFIED} AND b.deadline < m.as_of"
_RECTIFIED = f"NOT ({_UNRECTIFIED})"
_UNFINISHED = undone_on("task.finished", "t", "m.as_of")
_OVERDUE_TASK = f"{_UNFINISHED} AND t.deadline < m.as_of"


def _paired_with(team: str, whom: str = "") -> str:
    """Condition: a helper of a team is paired with household ``h`` at the end of the month, or with ``whom`` of it (SQL
    of a member's code) alone."""
    own = f" AND x.member IN ('', {whom})" if whom else ""
    return (
        "EXISTS (SELECT 1 FROM pairing x JOIN helper a ON a.code = x.helper WHERE x.household_id = h.id"
        f" AND a.team = '{team}' AND {runs_on('x', 'm.as_of')}{own})"
    )


_WITH_WHOM = "；结对写明是与谁结对的，只计这个人"


_WORKS_IN = fact_on("work_area", "m.as_of")
_OF_SCHOOL_AGE = aged("p", "m.as_of", *SCHOOL_AGE)
_CHILD_OUT = f"{sources.OUT_OF_SCHOOL_SQL.format(fact_on('schooling', 'm.as_of'))} AND {_OF_SCHOOL_AGE}"
_HEALTH = fact_on("health", "m.as_of")
_IS_DISABLED = (
    f"(COALESCE({_HEALTH}, '') = '残疾' OR {fact_on('disability_kind', 'm.as_of')} IS NOT NULL"
    f" OR {fact_on('disability_level', 'm.as_of')} IS NOT NULL)"
)
_IS_ILL = f"({sources.ILL_SQL.format(f'COALESCE({_HEALTH}, {_NONE})')} OR {_IS_DISABLED})"

HOUSEHOLD_COUNT = _in_spells("households", sources.HELPED_SQL)
PERSON_COUNT = _in_spells("persons", sources.HELPED_SQL, sources.MEMBERS)
UNLIFTED_PERSONS = _in_spells("unlifted_persons", f"s.base = {UNLIFTED}", sources.MEMBERS)
RURAL_POPULATION = Measure("rural_population", sources.POPULATION, f"SUM({sources.RURAL_SQL})", None)
NET_INCOME = _income("net_income", f"{_GROSS} - hm.expense_fen")
GROSS_INCOME = _income("gross_income", _GROSS)
INCOME_PERSONS = Measure("income_persons", sources.HOUSEHOLDS, f"SUM(CASE WHEN {_WHOLE} THEN hm.persons END)", None)
GROWTH_NOW = Measure("growth_now", sources.GROWTH, f"SUM({NET.format('hm')})", None, scale=100)
GROWTH_BEFORE = Measure("growth_before", sources.GROWTH, f"SUM({NET.format('p')})", None, scale=100)
GROWTH_HOUSEHOLDS = Measure("growth_households", sources.GROWTH, "COUNT(*)", None)
GROWTH_PARTS = {kind: _grown(kind, "-" if kind == "expense" else "") for kind in BOOK_KINDS}
"""Part of the net income → what it adds to the difference against a year before; they add up to it."""
INVESTMENT = Measure("investment", sources.PROJECTS, "SUM(p.investment_fen)", "projects", scale=100)
_EARNING = sources.PROJECT_EARNING_SQL


def _of_projects(id: str, condition: str, sql: str = "p.investment_fen", begins: str = "projects") -> Measure:
    return Measure(
        id, sources.PROJECTS, f"SUM(CASE WHEN {condition} THEN COALESCE({sql}, 0) ELSE 0 END)", begins, scale=100
    )


EARNING_INVESTMENT = _of_projects("investment_earning", _EARNING)
ARRANGED = Measure("arranged", sources.FUNDS, f"SUM({sources.FUND_ARRANGED_SQL})", "funds", 100)
DISBURSED = Measure("disbursed", sources.PAYMENTS, "SUM(y.amount_fen)", "funds", 100)
PLANNED = Measure("fund_planned", sources.FUND_PLANS, "SUM(q.amount_fen)", "fund_plans", 100)
DISBURSED_BY_PLAN = Measure(
    "disbursed_by_plan", sources.PAYMENTS,
    "SUM(CASE WHEN EXISTS (SELECT 1 FROM fund_plan q WHERE q.fund = f.code) THEN y.amount_fen ELSE 0 END)",
    "fund_plans", 100,
)  # fmt: skip
_OWN_YEAR = "f.year = m.month / 12"
_PAID_IN_YEAR = (
    "EXISTS (SELECT 1 FROM fund_payment y WHERE y.fund = f.code AND y.paid <= m.as_of"
    " AND substr(y.paid, 1, 4) = substr(m.as_of, 1, 4))"
)
_ALIVE = "不分年度，往年的资金拨足、结清或收回以前一直计入"

_BUILDING = f"NOT {_EARNING} AND COALESCE(p.asset_class, '经营性') = '经营性'"
_EARNS = (
    "经营性在运营，指资产类别为经营性（没有填类别的，有过应收或实收即按经营性计）、月末已投入运营：有“运营”阶段进入日期的"
    "按该日期，没有的看是否已有应收或实收，再没有的看竣工日期。"
)
_CARD = "户、家庭成员"
_MEMBERS = "家庭成员、成员状况"
_END = "月末"
_ONCE = "{0}在几个村都有结对户的，各村各计一{1}，乡镇、县各只计一{1}，下级相加可能大于合计。"
_STOCK = "截至月末"


def _in_states(id: str, label: str, where: str, definition: str, direction: int = -1) -> Indicator:
    return Indicator(
        id, label, "户", "count", direction, _in_spells(id, where), None, _END, definition, "户、户变动、监测",
        Records("households", where),
    )  # fmt: skip


def _of_state(state: HouseholdState) -> Indicator:
    """Those that are registered are counted by their base, whether they are watched as well or not."""
    assert state.indicator  # of those that are counted
    direction = 1 if state.number == LIFTED else -1
    where = f"s.watch = {state.number}" if state.watched else f"s.base = {state.number}"
    return _in_states(state.indicator, state.name, where, state.definition, direction)


def _arrived(
    id: str, label: str, where: str, direction: int, definition: str, source: str, unit: str = "户"
) -> Indicator:
    """What households became within twelve months, each time by itself."""
    measure = _in_spells(id, where, sources.ARRIVALS)
    records = Records("arrivals", f"{where} AND {sources.IN_YEAR_SQL}")
    return Indicator(id, label, unit, "count", direction, measure, None, _YEAR, definition, source, records)


def _persons_arrived(id: str, label: str, source: Source, where: str, words: str) -> Indicator:
    """The members of households that became something within twelve months."""
    return Indicator(
        id, label, "人次", "count", -1, Measure(id, source, "1", "households"), None, _YEAR,
        f"在截至本月的12个月内{words}的家庭成员人数之和，每次计一人次。", "户、户变动、家庭成员",
        Records("arrived_persons", f"{where} AND {sources.IN_YEAR_SQL}"),
    )  # fmt: skip


def _persons(
    id: str,
    label: str,
    source: Source,
    where: str,
    definition: str,
    *,
    begins: str = "households",
    direction: int = 0,
    sql: str = "1",
    kind: str = "persons",
    sheets: str = _MEMBERS,
) -> Indicator:
    """Members of counted households at a month's end; what stands in a list of patients stands on no wall."""
    return Indicator(
        id, label, "人", "count", direction, Measure(id, source, sql, begins), None, _END, definition, sheets,
        Records(kind, where), walls=kind != "patients",
    )  # fmt: skip


def _persons_in(id: str, label: str, where: str, which: str, direction: int = -1) -> Indicator:
    return _persons(
        id, label, sources.MEMBERS, where, f"{which}的家庭成员人数（人，不是户）。", direction=direction,
        sql=f"CASE WHEN {where} THEN 1 ELSE 0 END", sheets="家庭成员、户、户变动、监测",
    )  # fmt: skip


_COUNTED = sorted((state for state in HOUSEHOLD_STATES if state.indicator), key=lambda state: not state.watched)
_WATCHED = [state for state in _COUNTED if state.watched]


def _persons_of_state(state: HouseholdState) -> Indicator:
    assert state.indicator
    where = f"s.watch = {state.number}" if state.watched else f"s.base = {state.number}"
    which = f"{state.name}（按{'监测类型' if state.watched else '建档立卡状态，监测中的也计'}）"
    id, label = state.indicator.replace("households", "persons"), state.name.replace("户", "人口")
    return _persons_in(id, label, where, which, direction=1 if state.number == LIFTED else -1)


def _lifted(id: str, label: str, unit: str, source: Source, once: str, definition: str) -> Indicator:
    """How many were lifted since records began; ``once``: the condition that counts each a single time, or ''."""
    kind = "arrivals" if unit.startswith("户") else "arrived_persons"
    measure = Measure(id, source, f"CASE WHEN {once or '1 = 1'} THEN 1 ELSE 0 END", "households")
    where = f"{sources.LIFTED_SQL} AND q.since <= m.as_of{f' AND {once}' if once else ''}"
    return Indicator(
        id, label, unit, "count", 1, measure, None, _STOCK, definition, "户、户变动、家庭成员", Records(kind, where)
    )


def _of_benefits(id: str, label: str, unit: str, source: Source, sql: str, records: Records, words: str) -> Indicator:
    return Indicator(
        id, label, unit, "count", 1, Measure(id, source, sql, "benefits"), None,
        _STOCK if source is sources.BENEFITS_EVER else "本年度", words, "项目带户", records,
    )  # fmt: skip


def _of_cases(id: str, label: str, states: tuple[str, ...], words: str) -> tuple[Indicator, Indicator]:
    """Cases in some states at a month's end, and the members of their households."""
    where, held = f"{sources.CASE_STATE_ON} IN {states}", f"CASE WHEN w.state IN {states} THEN 1 ELSE 0 END"
    return (
        Indicator(
            f"cases_{id}", f"{label}户", "户", "count", 0, Measure(f"cases_{id}", sources.CASES, held, "cases"), None,
            _END, f"月末{words}的户，按步骤自身的日期计；没有办理步骤的监测对象不在内。", "监测步骤",
            Records("cases", where),
        ),
        Indicator(
            f"persons_{id}", f"{label}人口", "人", "count", 0,
            Measure(f"persons_{id}", sources.CASE_PERSONS, held, "cases"), None, _END,
            f"月末{words}的户的家庭成员人数。", "监测步骤", Records("case_persons", where),
        ),
    )  # fmt: skip


def _helping(id: str, label: str, unit: str, kind: str, definition: str, *, distinct: bool = True) -> Indicator:
    """Who helps, or is helped, at a month's end."""
    measure = Measure(id, sources.HELPING, f"CASE WHEN g.kind = '{id}' THEN g.share ELSE 0 END", "pairings")
    return Indicator(
        id, label, unit, "count", 0, measure, None, _END, definition, "结对帮扶、帮扶责任人",
        Records(kind), distinct=distinct,
    )  # fmt: skip


def _assets(id: str, column: str, word: str, label: str, words: str) -> Indicator:
    where = f"p.{column} = '{word}'"
    return Indicator(
        id, label, "元", "money", 0, _of_projects(id, where), None, _STOCK, words, "项目", Records("projects", where)
    )


def _of_record(id: str, label: str, where: str, definition: str, window: str = _YEAR) -> Indicator:
    return Indicator(
        id, label, "户", "count", -1, _households(id, where), None, window, definition, _INCOME,
        Records("records", where),
    )  # fmt: skip


def _share(id: str, label: str, kind: str, heading: str, contents: str) -> Indicator:
    definition = f"12个月{heading}收入（{contents}）÷ 同期总收入。总收入为四类收入之和，不扣生产经营性支出。"
    return Indicator(
        id,
        label,
        "%",
        "percent",
        0,
        _income(f"{kind}_income", f"hm.{kind}_fen"),
        GROSS_INCOME,
        _YEAR,
        definition,
        _INCOME,
        Records("incomes"),
    )


ALL = (
    Indicator(
        "households", "建档立卡和监测户数", "户", "count", 0, HOUSEHOLD_COUNT, None, _END,
        "月末处于未脱贫、脱贫、脱贫不稳定、边缘易致贫、突发严重困难五种状态之一的户；状态由识别、脱贫、返贫、"
        "风险消除日期推得。一般户不计。", _CARD, Records("households"),
    ),
    Indicator(
        "persons", "人口数", "人", "count", 0, PERSON_COUNT, None, _END,
        "所计各户的家庭成员人数。", _CARD, Records("households"),
    ),
    _in_states("monitored_households", "监测对象", "s.watch <> 0",
               f"{'、'.join(state.name for state in _WATCHED)}之和，风险消除后不再计入。"),
    *map(_of_state, _COUNTED),
    _in_states(
        "relapsed_households", "返贫户", "s.relapsed = 1", "返贫日期在月末或以前、此后尚未再次脱贫的户。",
    ),
    _arrived(
        "newly_identified_households", "新识别户", sources.REGISTERED_SQL, -1,
        "在截至本月的12个月内识别为建档立卡的户，分户新立的不算；识别为监测对象的看“新增监测对象”。", "户、户变动",
    ),
    _arrived(
        "newly_relapsed_households", "12个月返贫户次", sources.RELAPSED_SQL, -1,
        "在截至本月的12个月内返贫的户，不论以后是否再脱贫；一户返贫几次的，每次计一户次。", "户、户变动", "户次",
    ),
    *(
        _persons_arrived(id, label, source, where, words)
        for id, label, source, where, words in (
            ("newly_identified_persons", "新识别人口", sources.REGISTERED_PERSONS, sources.REGISTERED_SQL,
             "识别为建档立卡的户，分户新立的不算；识别当日"),
            ("newly_relapsed_persons", "12个月返贫人次", sources.RELAPSED_PERSONS, sources.RELAPSED_SQL,
             "返贫的户，返贫当日"),
        )
    ),
    _arrived(
        "newly_monitored_households", "新增监测对象", sources.WATCHED_SQL, -1,
        "在截至本月的12个月内识别为监测对象的户；一户多次识别的，每次计一户次，分户新立的不算。", "户、监测",
    ),
    _arrived(
        "monitored_again", "再次识别监测对象", sources.AGAIN_SQL, -1,
        "新增监测对象中，以前监测过、消除风险后又识别的户；每次计一户次。", "户、监测", "户次",
    ),
    Indicator(
        "incidence", "贫困发生率", "%", "percent", -1, UNLIFTED_PERSONS, RURAL_POPULATION, _END,
        "未脱贫户人口 ÷ 农村人口。分母取“农村人口”表当年的数，当年没有的取以前最近一年，再没有的取最早一年；没有该表的"
        "取行政区划表填报的农村人口。取填报到的最低一级汇总。", "户、家庭成员、农村人口、行政区划",
        Records("households", f"s.base = {UNLIFTED}"), decimals=2,
    ),
    Indicator(
        "net_income_per_capita", "人均纯收入", "元", "yuan", 1, NET_INCOME, INCOME_PERSONS, _YEAR,
        "12个月纯收入（工资性＋生产经营性＋财产性＋转移性收入－生产经营性支出）÷ 家庭人口。"
        "只计12个月收支完整的户（记账满一年，应有收支的月份最多缺一个）；记录不足、收入中断和没有收支记录的户，"
        "收入与人口都不计。按年记账的科目取截至本月最近一个报齐的收入年度的全年数。", _INCOME, Records("incomes"),
    ),
    Indicator(
        "net_income_growth", "人均纯收入增速", "%", "growth", 1, GROWTH_NOW, GROWTH_BEFORE, _YEAR,
        "收支两年都完整的户：12个月人均纯收入 ÷ 上年同期人均纯收入 － 1；只有一年完整的户不计。"
        "开始记账的第一年，有收支的月数不少于次年的，视为完整。", _INCOME,
        Records("incomes", _BOTH_YEARS), of=GROWTH_HOUSEHOLDS,
    ),
    Indicator(
        "below_line_households", "低于监测线户", "户", "count", -1,
        Measure("below_line_households", sources.HOUSEHOLDS, "SUM(hm.below_line)", None), None, _YEAR,
        "12个月人均纯收入低于本省监测线（取本月最后一天执行的标准）的户。"
        "记录不足、收入中断和没有收支记录的户不判断，另列。", _INCOME,
        Records("incomes", "hm.below_line = 1"),
    ),
    Indicator(
        "near_line_households", "略高于监测线户", "户", "count", -1,
        Measure("near_line_households", sources.HOUSEHOLDS, "SUM(hm.near_line)", None), None, _YEAR,
        "12个月人均纯收入不低于监测线、不高于监测线1.2倍的户，最容易掉到线下。"
        "记录不足、收入中断和没有收支记录的户不判断。", _INCOME,
        Records("incomes", "hm.near_line = 1"),
    ),
    _of_record(
        "silent_households", "收入中断户", f"hm.record = {Record.SILENT:d}",
        "上年同期收支完整、此后应有收支的月份没有再记账的户：可能失去收入来源，也可能漏报，应上门核实。",
    ),
    _of_record(
        "short_records", "收支记录不足户", _SHORT,
        "12个月收支不完整的户：记账未满一年，或应有收支的月份缺了一个以上。不参与人均纯收入，也不判断是否低于监测线。",
    ),
    _of_record(
        "unbooked_households", "无收支记录户", f"hm.record = {Record.NONE:d}", "12个月内没有任何收支记录的户。",
    ),
    _of_record(
        "unreported_households", "本月收支未报户", UNREPORTED,
        "上年同月（记账第一年为上月）有某类收支、本月这一类还没有记账的户。各类收支应报户的八成报齐，本月才闭账；"
        "连续三个应报月份没有记账的户，闭账时不再等。", window=_MONTH,
    ),
    _share("wage_share", "工资性收入占比", "wage", "工资性", "务工、公益岗位"),
    _share("business_share", "生产经营性收入占比", "business", "生产经营性", "种植、养殖、林果、其他经营"),
    _share("property_share", "财产性收入占比", "property", "财产性", "资产收益分红、土地流转"),
    _share("transfer_share", "转移性收入占比", "transfer", "转移性", "低保、养老、补贴等"),
    Indicator(
        "projects", "项目数", "个", "count", 0, Measure("projects", sources.PROJECTS, "COUNT(*)", "projects"), None,
        _STOCK, "月末已开工的项目；没有开工日期的、已有应收或实收的也计入。", "项目、项目收益", Records("projects"),
    ),
    Indicator(
        "project_investment", "项目投资", "元", "money", 0, INVESTMENT, None, _STOCK,
        "所计项目的投资之和，分为四部分：经营性在运营、未投产、公益性、到户类，四部分相加等于本数。", "项目",
        Records("projects"),
    ),
    Indicator(
        "investment_earning", "经营性在运营投资", "元", "money", 0, EARNING_INVESTMENT, None, _STOCK,
        f"{_EARNS}收益率以这一部分为分母。", "项目、项目进度、项目收益", Records("projects", _EARNING),
    ),
    Indicator(
        "investment_building", "未投产投资", "元", "money", 0, _of_projects("investment_building", _BUILDING), None,
        _STOCK, "经营性资产中月末尚未投入运营的（在建、待验收、待移交），以及没有填资产类别、也还没有应收和实收的项目的"
        "投资之和，不计入收益率。", "项目、项目进度、项目收益", Records("projects", _BUILDING),
    ),
    *(
        Indicator(
            id, f"{word}资产投资", "元", "money", 0, _of_projects(id, f"p.asset_class = '{word}'"), None, _STOCK,
            f"资产类别为{word}的项目的投资之和；不以收益为目的，不计入收益率。", "项目",
            Records("projects", f"p.asset_class = '{word}'"),
        )
        for id, word in (("investment_public", "公益性"), ("investment_to_households", "到户类"))
    ),
    Indicator(
        "return_due", "应收收益", "元", "money", 0,
        Measure("due", sources.RETURNS, "SUM(CASE WHEN r.month > m.month - 12 THEN r.due_fen ELSE 0 END)",
                "returns", 100),
        None, _YEAR, "所有项目12个月应收收益之和，不分资产类别。", "项目收益", Records("projects"),
    ),
    Indicator(
        "return_received", "实收收益", "元", "money", 1,
        Measure("received", sources.RETURNS, "SUM(CASE WHEN r.month > m.month - 12 THEN r.received_fen ELSE 0 END)",
                "returns", 100),
        None, _YEAR, "所有项目12个月实收收益之和，不分资产类别。", "项目收益", Records("projects"),
    ),
    Indicator(
        "return_rate", "年收益率", "%", "percent", 1,
        _of_projects("received_earning", _EARNING, sources.PROJECT_RECEIVED_SQL, "returns"), EARNING_INVESTMENT, _YEAR,
        f"经营性在运营项目的12个月实收收益 ÷ 其投资。{_EARNS}公益性、到户类资产和未投产的项目，投资和收益都不计入，"
        "另列为单独的指标。", "项目、项目进度、项目收益", Records("projects", _EARNING), warning=(0.05, 0.03),
    ),
    Indicator(
        "cumulative_return_rate", "累计收益率", "%", "percent", 1,
        _of_projects("received_total", _EARNING, sources.PROJECT_RECEIVED_EVER_SQL, "returns"), EARNING_INVESTMENT,
        _STOCK, f"经营性在运营项目投产以来的实收收益之和 ÷ 其投资。{_EARNS}", "项目、项目进度、项目收益",
        Records("projects", _EARNING), decimals=2,
    ),
    Indicator(
        "dividend_income", "到户分红收入", "元", "money", 1,
        Measure("dividend_income", sources.BOOKED_DIVIDENDS, "b.fen", "booked_dividends", 100), None, _YEAR,
        "各户收支账上12个月“资产收益分红”之和，不论从哪里来：分配方案备案记入的、导入的和手工填报的都在内，一般户也计。"
        "按年记账的，以最近一个收入年度的合计计入，到下一年度的合计填报为止，最长两年。"
        "其中由分配方案分到户的看“方案分配到户”。", _INCOME, Records("dividend_incomes"),
    ),
    Indicator(
        "dividend_distributed", "方案分配到户", "元", "money", 1,
        Measure("dividend_distributed", sources.DIVIDENDS, "SUM(v.distributed_fen)", "dividends", 100), None, _YEAR,
        "只计在本系统办理的分配方案：12个月内备案记账的方案分到户的分红和公益岗位工资之和，按记账月份，冲销的已扣回。"
        "各户账上全部分红看“到户分红收入”。", "收益分配方案", Records("dividends"),
    ),
    Indicator(
        "dividend_kept", "方案留存村集体", "元", "money", 0,
        Measure("dividend_kept", sources.DIVIDENDS, "SUM(v.kept_fen)", "dividends", 100), None, _YEAR,
        "只计在本系统办理的分配方案：12个月内备案记账的方案留作公益岗位、公积金和公益事业的部分之和，按记账月份，"
        "冲销的已扣回。", "收益分配方案", Records("dividends"),
    ),
    Indicator(
        "fund_arranged", "本年度安排资金", "元", "money", 0, ARRANGED, None, "本年度",
        "资金年度为所选月份当年的资金的安排金额之和，扣除已收回的部分（有结清日期的自结清之日起扣除）。"
        "往年的资金看“各年度未拨付资金”和资金页面的历年资金。", "资金", Records("funds", _OWN_YEAR),
    ),
    Indicator(
        "fund_disbursed", "本年度资金拨付", "元", "money", 1, DISBURSED, None, "本年度至月末",
        "资金年度为所选月份当年的资金，截至月末已拨付的金额。往年的资金在今年拨付的不计在这里，计入“本年拨付”。",
        "资金、资金拨付", Records("funds", _OWN_YEAR),
    ),
    Indicator(
        "fund_progress", "本年度拨付进度", "%", "percent", 1, DISBURSED, ARRANGED, "本年度至月末",
        "资金年度为所选月份当年的资金：截至月末已拨付金额 ÷ 安排金额（扣除收回）。新的一年还没有安排资金时没有数值，"
        "上年度的进度在资金页面按年度查看。", "资金、资金拨付", Records("funds", _OWN_YEAR),
    ),
    Indicator(
        "fund_paid", "本年拨付", "元", "money", 1,
        Measure("paid_in_year", sources.PAID_IN_YEAR, "SUM(y.amount_fen)", "payments", 100), None,
        "本年1月1日至月末", "按拨付日期统计：所选月份当年1月1日至月末拨付的全部金额，不论资金属于哪个年度。",
        "资金拨付", Records("funds", _PAID_IN_YEAR),
    ),
    Indicator(
        "fund_unpaid", "各年度未拨付资金", "元", "money", -1,
        Measure("unpaid", sources.ALL_FUNDS, f"SUM({sources.FUND_UNPAID_SQL})", "funds", 100), None, "各年度至月末",
        f"所选月份当年和以前各年度的资金，安排金额扣除收回后尚未拨付的部分；{_ALIVE}。填了结清日期的，自该日起不再计入。",
        "资金、资金拨付", Records("funds", f"f.year * 12 <= m.month AND {sources.FUND_OPEN_SQL}"),
    ),
    Indicator(
        "fund_planned", "本年度应拨付", "元", "money", 0, PLANNED, None, "本年度至月末",
        "资金年度为所选月份当年的资金，按拨付计划截至月末应拨付的金额。", "拨付计划、资金", Records("funds", _OWN_YEAR),
    ),
    Indicator(
        "fund_plan_progress", "本年度拨付计划完成率", "%", "percent", 1, DISBURSED_BY_PLAN, PLANNED, "本年度至月末",
        "资金年度为所选月份当年、有拨付计划的资金，截至月末已拨付金额 ÷ 按计划应拨付金额；提前拨付时高于100%。",
        "资金拨付、拨付计划", Records("funds", _OWN_YEAR), warning=(1.0, 0.9),
    ),
    Indicator(
        "late_funds", "滞后资金", "笔", "count", -1,
        Measure("late_funds", sources.ALL_FUNDS, f"SUM(CASE WHEN {sources.FUND_LATE_SQL} THEN 1 ELSE 0 END)",
                "fund_plans"),
        None, "各年度至月末", f"计划日期已过、累计拨付仍少于累计计划的资金；{_ALIVE}，名单写明资金年度。"
        "计划在当天拨付的不算滞后。", "拨付计划、资金拨付、资金",
        Records("funds", f"f.year * 12 <= m.month AND {sources.FUND_LATE_SQL}"), warning=(1, 10),
    ),
    Indicator(
        "fund_short", "滞后金额", "元", "money", -1,
        Measure("fund_short", sources.ALL_FUNDS, f"SUM({sources.FUND_SHORT_SQL})", "fund_plans", 100), None,
        "各年度至月末", "滞后资金中，计划日期已过的累计计划减去累计拨付的差额之和，不超过该笔资金尚未拨付的金额；"
        f"{_ALIVE}。", "拨付计划、资金拨付、资金",
        Records("funds", f"f.year * 12 <= m.month AND {sources.FUND_LATE_SQL}"),
    ),
    Indicator(
        "paired_share", "结对帮扶率", "%", "percent", 1, Measure("paired", sources.PAIRED, "1", "pairings"),
        HOUSEHOLD_COUNT, _END, "月末有结对帮扶责任人的户 ÷ 所计户数。", "结对帮扶",
        Records("households", f"NOT {sources.PAIRED_ON}"), warning=(1.0, 0.95),
    ),
    _helping(
        helping.HELPERS, "帮扶责任人数", "人", "helpers",
        f"月末有结对户的帮扶责任人：结对当日和结束当日都算，结对户只看所计户。{_ONCE.format('一人', '人')}",
    ),
    _helping(
        helping.UNITS, "帮扶单位数", "个", "helping_units",
        f"月末帮扶责任人所在的单位，{'、'.join(OWN_TEAMS)}的除外，同名的计一个。{_ONCE.format('一个单位', '个')}",
    ),
    _helping(
        helping.BRANCHES, "结对党支部数", "个", "helping_branches",
        f"队伍为{BRANCH}的帮扶责任人所在的单位，月末有结对户的，同名的计一个。{_ONCE.format('一个支部', '个')}",
    ),
    _helping(
        helping.TEAM_VILLAGES, "驻村工作队覆盖村", "个", "team_villages",
        f"月末有{'或'.join(RESIDENT_TEAMS)}与所计户结对的村。", distinct=False,
    ),
    *(
        one
        for place, team in enumerate(TEAMS, start=1)
        for one in (
            Indicator(
                f"team_households_{place}", f"{team}结对户", "户", "count", 0,
                Measure(f"team_households_{place}", sources.TEAMS,
                        f"CASE WHEN b.team = '{team}' THEN 1 ELSE 0 END", "pairings"),
                None, _END, f"所计户中月末有{team}结对帮扶的户；一户有几支队伍帮扶的，各队各计一户。",
                "结对帮扶、帮扶责任人", Records("households", _paired_with(team)),
            ),
            _persons(
                f"team_persons_{place}", f"{team}结对户人口", sources.TEAMS_OF_MEMBERS, _paired_with(team),
                f"月末有{team}结对帮扶的所计户的家庭成员。", begins="pairings",
                sql=f"CASE WHEN b.team = '{team}' THEN 1 ELSE 0 END", sheets="结对帮扶、帮扶责任人、家庭成员",
            ),
        )
    ),
    Indicator(
        "visits", "走访次数", "次", "count", 1, Measure("visits", sources.VISITS, "COUNT(*)", "visits"), None, _MONTH,
        "本月走访记录的条数。", "走访", Records("visits"),
    ),
    Indicator(
        "visit_coverage", "走访覆盖率", "%", "percent", 1, _households("visited", "hm.visits > 0", "visits"),
        HOUSEHOLD_COUNT, _MONTH, "本月至少走访过一次的户 ÷ 所计户数。名单为本月未走访的户。", "走访、户",
        Records("households", "COALESCE(hm.visits, 0) = 0"), warning=(0.9, 0.7),
    ),
    Indicator(
        "problems_open", "未销号问题", "个", "count", -1,
        Measure("problems_open", sources.PROBLEMS, f"SUM(CASE WHEN {_OPEN} THEN 1 ELSE 0 END)", "problems"), None, _END,
        "月末已发现、尚未销号的问题。", "问题", Records("problems", _OPEN),
    ),
    Indicator(
        "problems_overdue", "超期问题", "个", "count", -1,
        Measure("problems_overdue", sources.PROBLEMS, f"SUM(CASE WHEN {_OVERDUE_PROBLEM} THEN 1 ELSE 0 END)",
                "problems"),
        None, _END, "整改期限已过、尚未整改也未销号的问题；本月以更新当日为准。", "问题",
        Records("problems", _OVERDUE_PROBLEM), warning=(1, 10),
    ),
    Indicator(
        "rectification_rate", "问题整改率", "%", "percent", 1,
        Measure("rectified", sources.PROBLEMS, f"SUM(CASE WHEN {_RECTIFIED} THEN 1 ELSE 0 END)", "problems"),
        Measure("problems_found", sources.PROBLEMS, "COUNT(*)", "problems"), _STOCK,
        "截至月末已整改（或销号）的问题 ÷ 已发现的问题。", "问题", Records("problems"), warning=(0.9, 0.7),
    ),
    Indicator(
        "tasks_overdue", "超期任务", "项", "count", -1,
        Measure("tasks_overdue", sources.TASKS, f"SUM(CASE WHEN {_OVERDUE_TASK} THEN 1 ELSE 0 END)", "tasks"), None,
        _END, "期限已过、尚未完成的作战任务；本月以更新当日为准。", "作战任务", Records("tasks", _OVERDUE_TASK),
        warning=(1, 10),
    ),
    Indicator(
        "task_progress", "任务进度", "%", "percent", 1,
        Measure("progress", sources.TASKS,
                "SUM(CASE WHEN t.finished <= m.as_of THEN 10000 WHEN t.finished IS NULL THEN t.progress_bp ELSE 0 END)",
                "tasks", 10_000),
        Measure("tasks", sources.TASKS, "COUNT(*)", "tasks"), _STOCK,
        "截至月末已开始的任务的平均进度：已完成的计100%，未完成的按填报进度，以后才完成的当月计0。", "作战任务",
        Records("tasks"),
    ),
    Indicator(
        "day_records", "每日记录", "条", "count", 1, Measure("day_records", sources.DAYS, "COUNT(*)", "days"), None,
        _MONTH, "本月写下的每日记录，按记录的日期计，撤回的不计。", "每日记录", Records("days"),
    ),
    *(
        Indicator(
            f"unsafe_{item}", f"{word}不安全户", "户", "count", -1,
            Measure(f"unsafe_{item}", source, "1", item), None, _END,
            f"所计户中，截至月末最近一次核实{word}安全为未达标的户。没有核实过的，看户表的{word}安全，自采集日期起计；以前为未知。",
            "保障核实、户", Records("households", f"({check_on(item, 'm.as_of')}) = 0"), warning=(1, 10),
        )
        for item, word, source in (
            ("housing", "住房", sources.UNSAFE_HOUSING), ("water", "饮水", sources.UNSAFE_WATER)
        )
    ),
    Indicator(
        "dropouts", "失学辍学人数", "人", "count", -1,
        Measure("dropouts", sources.DROPOUTS, "1", "schooling"), None, _END,
        "所计户中月末满6岁不满16岁、在校状况为辍学或不在校的孩子；在校状况自知道的那天起计，以前为未知。",
        "家庭成员、成员状况",
        Records("persons", _CHILD_OUT), warning=(1, 5),
    ),
    Indicator(
        "uninsured_persons", "未参保人数", "人", "count", -1,
        Measure("uninsured_persons", sources.UNINSURED, "1", "insurance"), None, _END,
        "所计户中未参加基本医疗保险的家庭成员；自知道的那天起计，以前为未知。", "家庭成员、成员状况",
        Records("persons", f"{fact_on('medical_insured', 'm.as_of')} = '0'"),
    ),
    *(
        _persons_of_state(state) for state in sorted(_COUNTED, key=lambda state: state.watched)
    ),
    _persons_in("monitored_persons", "监测对象人口", "s.watch <> 0", "监测对象（三类之和，风险消除后不再计入）"),
    _arrived(
        "newly_lifted_households", "12个月脱贫户次", sources.LIFTED_SQL, 1,
        "在截至本月的12个月内脱贫（含再脱贫）的户次：一户返贫后再脱贫的，每次计一户次。", "户、户变动", "户次",
    ),
    Indicator(
        "newly_lifted_persons", "12个月脱贫人次", "人次", "count", 1,
        Measure("newly_lifted_persons", sources.LIFTED_PERSONS, "1", "households"), None, _YEAR,
        "在截至本月的12个月内脱贫（含再脱贫）的户，脱贫当日的家庭成员人数之和；一人随户多次脱贫的，每次计一人次。",
        "户、户变动、家庭成员", Records("arrived_persons", f"{sources.LIFTED_SQL} AND {sources.IN_YEAR_SQL}"),
    ),
    _lifted(
        "lifted_times", "累计脱贫户次", "户次", sources.LIFTED_EVER, "",
        "有记录以来脱贫和再脱贫的户次，每次计一户次。",
    ),
    _lifted(
        "lifted_once", "累计脱贫户", "户", sources.LIFTED_EVER, sources.FIRST_LIFTED_SQL,
        "有记录以来脱过贫的户，不论脱贫几次都计一户，以后返贫的也计。",
    ),
    _lifted(
        "lifted_person_times", "累计脱贫人次", "人次", sources.PERSONS_LIFTED_EVER, "",
        "有记录以来各户脱贫和再脱贫当日的家庭成员人数之和，每次计一人次。",
    ),
    _lifted(
        "lifted_persons_once", "累计脱贫人数", "人", sources.PERSONS_LIFTED_EVER, sources.PERSON_FIRST_LIFTED_SQL,
        "有记录以来随户脱过贫的人，不论几次都计一人，以后返贫、离开的也计。",
    ),
    _persons(
        "workers", "务工人数", sources.WORKERS, f"{_WORKS_IN} IS NOT NULL",
        "所计户中填了务工区域的家庭成员；务工区域自知道的那天起计，以前为未知。", begins="work", direction=1,
    ),
    *(
        _persons(
            f"workers_{place}", f"{area}务工人数", sources.WORKERS, f"{_WORKS_IN} = '{area}'",
            f"所计户中务工区域为{area}的家庭成员，四个区域相加等于务工人数。", begins="work",
            sql=f"CASE WHEN f.value = '{area}' THEN 1 ELSE 0 END",
        )
        for place, area in enumerate(WORK_AREAS, start=1)
    ),
    _persons(
        "labour", "劳动年龄劳动力", sources.LABOUR,
        f"{sources.ABLE_SQL.format(fact_on('skill', 'm.as_of'))} AND {aged('p', 'm.as_of', *WORKING_AGE)}",
        "所计户中月末满16岁不满60岁、劳动技能为普通劳动力、技能劳动力、弱劳动力或半劳动力的家庭成员。", begins="skill",
    ),
    _persons(
        "pupils", "义务教育适龄人数", sources.PUPILS, _OF_SCHOOL_AGE,
        "所计户中月末满6岁不满16岁的家庭成员，不论是否在校。",
    ),
    _persons(
        "taught_pupils", "适龄学生教师结对人数", sources.TAUGHT,
        f"{_OF_SCHOOL_AGE} AND {_paired_with(TEACHER, 'p.code')}",
        f"义务教育适龄人数中，本人或所在户月末有教师结对帮扶的人数{_WITH_WHOM}。", direction=1,
        sheets="家庭成员、结对帮扶、帮扶责任人",
    ),
    *(
        _persons(
            id, label, source, where,
            f"所计户中月末{words}的家庭成员；自知道的那天起计，以前为未知。名单上的姓名一律遮盖，不上墙。",
            begins="health", sql=sql, kind="patients",
        )
        for id, label, source, where, words, sql in (
            ("ill_persons", "病残人数", sources.ILL_OR_DISABLED, _IS_ILL,
             "患长期慢性病、大病或残疾（一人只计一次）", "1"),
            *(
                (id, f"{word}人数", sources.ILL_PERSONS, f"{_HEALTH} = '{word}'", f"健康状况为{word}",
                 f"CASE WHEN f.value = '{word}' THEN 1 ELSE 0 END")
                for id, word in zip(("chronic_persons", "severely_ill_persons"), ILL, strict=True)
            ),
            ("disabled_persons", "残疾人数", sources.DISABLED, _IS_DISABLED,
             "健康状况为残疾，或填了残疾类别、残疾等级", "1"),
        )
    ),
    *(
        _persons(
            id, label, source, f"{where} AND {_paired_with(DOCTOR, 'p.code')}",
            f"{words}，本人或所在户月末有医生结对帮扶的人数{_WITH_WHOM}。", begins="health", direction=1,
            kind="patients", sheets="家庭成员、成员状况、结对帮扶、帮扶责任人",
        )
        for id, label, source, where, words in (
            ("doctored_persons", "病残人员医生结对人数", sources.DOCTORED, _IS_ILL, "病残人数中"),
            ("doctored_ill", "患病人员医生结对人数", sources.DOCTORED_ILL,
             sources.ILL_SQL.format(f"COALESCE({_HEALTH}, {_NONE})"), "患长期慢性病、大病的人数中"),
            ("doctored_disabled", "残疾人医生结对人数", sources.DOCTORED_DISABLED, _IS_DISABLED, "残疾人数中"),
        )
    ),
    Indicator(
        "above_mark_share", "收入达标人口占比", "%", "percent", 1,
        Measure("above_mark_persons", sources.HOUSEHOLDS, f"SUM(CASE WHEN {_WHOLE} THEN"
                f" CASE WHEN {sources.ABOVE_MARK_SQL} THEN hm.persons ELSE 0 END END)", None),
        INCOME_PERSONS, _YEAR,
        "12个月人均纯收入不低于“收入达标线”的户的人口 ÷ 收支完整的户的人口。达标线在设置里，不填则取本省监测线。"
        "名单为达标的户。", _INCOME, Records("incomes", sources.ABOVE_MARK_SQL),
    ),
    Indicator(
        "post_income", "公益岗位工资", "元", "money", 1,
        Measure("post_income", sources.BOOKED_POSTS, "b.fen", "booked_posts", 100), None, _YEAR,
        "各户收支账上12个月“公益岗位工资”之和，一般户也计。按年记账的，以最近一个收入年度的合计计入，最长两年。",
        _INCOME, Records("post_incomes"),
    ),
    Indicator(
        "post_households", "公益岗位户", "户", "count", 1,
        Measure("post_households", sources.POST_HOUSEHOLDS, "1", "booked_posts"), None, _YEAR,
        "收支账上12个月内有“公益岗位工资”的户，一户只计一次，一般户也计。岗位数看“公益岗位”。",
        _INCOME, Records("post_incomes"),
    ),
    _of_benefits(
        "posts", "公益岗位", "个", sources.BENEFITS, sources.POSTS_SQL,
        Records("benefits", "x.year = m.month / 12 AND x.mode = '公益岗位'"),
        "本年度项目带户中方式为公益岗位的人数之和；没有填人数的，一户次计一个岗位。",
    ),
    _of_benefits(
        "benefit_households", "享受项目带动户", "户", sources.BENEFIT_HOUSEHOLDS, "1", Records("benefit_households"),
        "本年度有项目带户记录的户，享受几个项目都计一户。",
    ),
    _of_benefits(
        "benefit_times", "享受项目带动户次", "户次", sources.BENEFITS, "1",
        Records("benefits", "x.year = m.month / 12"), "本年度项目带户的记录数：一户享受两个项目的计两户次。",
    ),
    _of_benefits(
        "benefit_person_times", "享受项目带动人次", "人次", sources.BENEFITS, sources.BENEFIT_PERSONS_SQL,
        Records("benefits", "x.year = m.month / 12"),
        "本年度项目带户各户次的人数之和；没有填人数的，计年末（本年为现有）家庭成员人数。名单每行为一户次，写明人次。",
    ),
    _of_benefits(
        "benefit_person_times_ever", "累计享受项目带动人次", "人次", sources.BENEFITS_EVER, sources.BENEFIT_PERSONS_SQL,
        Records("benefits"), "有记录以来各年度享受项目带动人次之和：一人几年都享受的，每年各计一人次。",
    ),
    *(
        one
        for id, label, states, words in (
            ("opening", "监测核查审批中", CASE_OPENING, "已立案、还没有公告纳入（或不予纳入）"),
            ("removing", "风险消除程序中", CASE_REMOVING, "已提出风险消除、还没有公告"),
        )
        for one in _of_cases(id, label, states, words)
    ),
    Indicator(
        "newly_monitored_persons", "新增监测对象人次", "人次", "count", -1,
        Measure("newly_monitored_persons", sources.WATCHED_PERSONS, "1", "households"), None, _YEAR,
        "在截至本月的12个月内识别为监测对象的户，识别当日的家庭成员人数之和，每次计一人次。", "户、监测、家庭成员",
        Records("arrived_persons", f"{sources.WATCHED_SQL} AND {sources.IN_YEAR_SQL}"),
    ),
    _arrived(
        "cleared_households", "12个月风险消除户次", sources.CLEARED_SQL, 1,
        "在截至本月的12个月内消除风险的监测对象，每次计一户次；已注销、并入他户的也计。", "户、监测", "户次",
    ),
    Indicator(
        "cleared_persons", "12个月风险消除人次", "人次", "count", 1,
        Measure("cleared_persons", sources.CLEARED_PERSONS, "1", "households"), None, _YEAR,
        "在截至本月的12个月内消除风险的监测对象，消除当日的家庭成员人数之和，每次计一人次。", "户、监测、家庭成员",
        Records("arrived_persons", f"{sources.CLEARED_SQL} AND {sources.IN_YEAR_SQL}"),
    ),
    Indicator(
        "clues_waiting", "待答复线索", "条", "count", -1,
        Measure("clues_waiting", sources.CLUES, "CASE WHEN w.state IN ('held', 'open') THEN 1 ELSE 0 END", "clues"),
        None, _END, "月末已登记、还没有答复（立案、并入或不立案）的线索，没有对应到户的也计。", "线索",
        Records("clues", f"{sources.CLUE_WAITS_ON} = 1"), warning=(10, 50),
    ),
    Indicator(
        "plans_overdue", "超期帮扶措施", "项", "count", -1,
        Measure("plans_overdue", sources.PLANS, "COUNT(*)", "plans"), None, _END,
        "帮扶计划（一户一策）中落实期限已过、还没有落实的措施；本月以更新当日为准。", "帮扶计划",
        Records("plan_items", sources.ITEM_LATE_ON), warning=(1, 10),
    ),
    Indicator(
        "plans_progress", "帮扶措施落实率", "%", "percent", 1,
        Measure("plans_done", sources.PLANNED, "CASE WHEN w.state = 'done' THEN 1 ELSE 0 END", "plans"),
        Measure("plans_standing", sources.PLANNED, "CASE WHEN w.state <> 'dropped' THEN 1 ELSE 0 END", "plans"), _END,
        "月末帮扶计划（一户一策）中已经落实的措施 ÷ 列入计划、没有取消的措施。", "帮扶计划",
        Records("plan_items", f"{sources.ITEM_STATE_ON} = 'done'"),
    ),
    *(
        _assets(
            f"assets_supervised_{place}", "asset_supervision", word, f"{word}资产（监管）",
            f"资产监管为{word}的项目的投资之和；资产监管没有日期，各月按现在填报的计。",
        )
        for place, word in enumerate(ASSET_SUPERVISION, start=1)
    ),
    *(
        _assets(
            f"assets_{place}", "asset_state", word, f"{word}资产",
            f"资产状态为{word}的项目的投资之和；资产状态没有日期，各月按现在填报的计。",
        )
        for place, word in enumerate(ASSET_STATES, start=1)
    ),
    *(
        Indicator(
            f"problems_{place}", f"{word}发现问题", "个", "count", 0,
            Measure(f"problems_{place}", sources.PROBLEMS, f"SUM(CASE WHEN b.source = '{word}' THEN 1 ELSE 0 END)",
                    "problems"),
            None, _STOCK, f"截至月末来源为{word}的问题，已整改、销号的也计；五种来源相加等于已发现的问题。", "问题",
            Records("problems", f"b.source = '{word}'"),
        )
        for place, word in enumerate(PROBLEM_SOURCES, start=1)
    ),
)  # fmt: skip

INDICATORS = {indicator.id: indicator for indicator in ALL}
_ORDER = list(dict.fromkeys(GROUPS.values()))
GROUPED = tuple(sorted(ALL, key=lambda one: _ORDER.index(one.group)))
"""All indicators, each group together, in the order of the registry."""
MEASURES = {
    measure.id: measure
    for indicator in ALL
    for measure in (indicator.numerator, indicator.denominator, indicator.of)
    if measure is not None
} | {measure.id: measure for measure in GROWTH_PARTS.values()}
MEASURE_LABELS = {
    **{indicator.numerator.id: indicator.name for indicator in ALL if indicator.denominator is None},
    "above_mark_persons": "人均纯收入达标的户的人口",
    "rural_population": "农村人口",
    "net_income": "12个月纯收入",
    "gross_income": "12个月总收入",
    "income_persons": "收支完整的户的人口",
    "growth_now": "两年收支都完整的户的12个月纯收入",
    "growth_before": "这些户上年同期纯收入",
    "growth_households": "两年收支都完整的户",
    "wage_income": "12个月工资性收入",
    "business_income": "12个月生产经营性收入",
    "property_income": "12个月财产性收入",
    "transfer_income": "12个月转移性收入",
    "received_earning": "经营性在运营项目12个月实收",
    "received_total": "经营性在运营项目累计实收",
    "disbursed_by_plan": "有计划的资金已拨付",
    "paired": "已结对户数",
    "visited": "本月已走访户数",
    "rectified": "已整改问题数",
    "problems_found": "已发现问题数",
    "progress": "折合完成任务数",
    "tasks": "已开始任务数",
    "plans_done": "已经落实的措施",
    "plans_standing": "列入计划、没有取消的措施",
}
