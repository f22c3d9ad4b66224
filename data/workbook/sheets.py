"""The official workbook (数据模板): its sheets and columns, which import, export and template all iterate."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict, Unpack

from sqlalchemy import Table

from data import terms
from data.model import metadata
from data.regions import codes as region_codes
from data.workbook.steps import FORMER_STEPS, STEP_ACTIONS, STEP_WORDS

REGION, HOUSEHOLD, MEMBER, PROJECT, HELPER, FUND = "行政区划", "户", "家庭成员", "项目", "帮扶责任人", "资金"
LEDGER, LINE, FACTS, PAIRING, LEADER = "收支", "监测线", "成员状况", "结对帮扶", "区划负责人"
EPISODE, STEPS = "监测", "监测步骤"
INSTRUCTIONS, PROBLEM_LIST, LISTS = "填写说明", "问题清单", "区划列表"  # our own sheets; never data
REASONS, HEAD = "问题说明", "参考户主"  # our own columns; never data
OWN_SHEETS, OWN_COLUMNS = (INSTRUCTIONS, PROBLEM_LIST, LISTS), (REASONS, HEAD)


FREE = ("content", "description", "remark", "evidence", "address", "reason", "note", "risk_note", "natural_reason")
"""What takes sentences; every other text is a name."""


@dataclass(frozen=True)
class ColumnSpec:
    """One column: its heading, the table column it fills, and what may stand in it.

    ``kind`` is one of region, code, identity, text, choice, choices, day, month, period (a month or an income year),
    year, money, number, yes_no, rate, percent, longitude, latitude, fact (what the column of 家庭成员 takes that the
    row names in 项目). ``reference`` names the sheet whose key this is. ``low`` and ``high`` bound numbers (money in
    yuan). Columns of kind region take codes of ``lengths`` digits, zeros that fill them up not counted. ``stored``:
    what the store holds for each of ``choices``, where it is not the word itself; ``former``: words of before that are
    still read → what is taken for them; ``most``: so many of ``choices`` at most.
    ``removes``: 清空 here takes away what was said, though the column is required.
    """

    heading: str
    name: str
    kind: str
    required: bool = False
    key: bool = False
    choices: tuple[str, ...] = ()
    stored: tuple[str | int, ...] = ()
    former: tuple[tuple[str, str], ...] = ()
    most: int = 0
    may_be_future: bool = False
    reference: str = ""
    lengths: tuple[int, ...] = region_codes.LENGTHS
    low: float | None = None
    high: float | None = None
    note: str = ""
    removes: bool = False

    @property
    def whole_months(self) -> bool:
        """Whether a month in a column of days is taken for its last day: papers of old say no more."""
        return self.name in ("identified", "lifted")

    @property
    def free(self) -> bool:
        """Whether it takes sentences, not a name."""
        return self.name in FREE

    def held(self, word: str) -> str | int:
        """What the store holds for one of the choices."""
        return self.stored[self.choices.index(word)] if self.stored else word

    def word(self, held: object) -> str:
        """The choice that a stored value stands for."""
        return self.choices[self.stored.index(held)] if held in self.stored else str(held)

    @property
    def is_text(self) -> bool:
        """Whether Excel must hold it as text, lest digits are lost or dates turned."""
        return self.kind not in ("money", "number", "year", "rate", "percent", "longitude", "latitude")


@dataclass(frozen=True)
class SheetSpec:
    """One sheet: its table, its columns, and which of them must not lie before which."""

    name: str
    table_name: str
    columns: tuple[ColumnSpec, ...]
    order: tuple[tuple[str, str], ...] = ()  # (start, end) as column names
    example: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """The table that holds this sheet's rows (收支: one row per household and month, ``ledger_year`` beside it)."""
        return metadata.tables[self.table_name]

    @cached_property
    def key(self) -> tuple[ColumnSpec, ...]:
        """The columns that tell rows apart."""
        return tuple(column for column in self.columns if column.key)

    @cached_property
    def by_heading(self) -> dict[str, ColumnSpec]:
        """Columns by their headings."""
        return {column.heading: column for column in self.columns}

    def column(self, name: str) -> ColumnSpec:
        """The column that fills the table column ``name``."""
        return next(column for column in self.columns if column.name == name)


class _Rest(TypedDict, total=False):
    choices: tuple[str, ...]
    stored: tuple[str | int, ...]
    former: tuple[tuple[str, str], ...]
    most: int
    may_be_future: bool
    reference: str
    lengths: tuple[int, ...]
    low: float
    high: float
    note: str
    removes: bool


def _must(heading: str, name: str, kind: str, **rest: Unpack[_Rest]) -> ColumnSpec:
    return ColumnSpec(heading, name, kind, required=True, **rest)


def _key(heading: str, name: str = "code", kind: str = "code", **rest: Unpack[_Rest]) -> ColumnSpec:
    return ColumnSpec(heading, name, kind, required=True, key=True, **rest)


def _may(heading: str, name: str, kind: str = "text", **rest: Unpack[_Rest]) -> ColumnSpec:
    return ColumnSpec(heading, name, kind, **rest)


def _of(sheet: str, heading: str, name: str, *, required: bool = True, key: bool = False) -> ColumnSpec:
    return ColumnSpec(heading, name, "code", required=required, key=key, reference=sheet)


def _household(*, required: bool = True, key: bool = False) -> ColumnSpec:
    return _of(HOUSEHOLD, "户编号", "household_id", required=required, key=key)


def _region(
    heading: str, name: str, lengths: tuple[int, ...] = region_codes.LENGTHS, *, key: bool = False
) -> ColumnSpec:
    return ColumnSpec(heading, name, "region", required=True, key=key, reference=REGION, lengths=lengths)


_COLLECTED = _may("采集日期", "collected", "day", note="没有自己日期的各项从这天起算；不填为导入当天")
_FACT_HEADINGS = (
    "在校状况", "健康状况", "劳动技能", "务工区域", "务工月数", "参加医保", "参加养老保险", "残疾类别", "残疾等级",
    "文化程度", "与户主关系",
)  # fmt: skip
_FORMER_KINDS = tuple((then, now[0] if len(now) == 1 else then) for then, now in terms.FORMER_MEASURES.items())
_ASSURED = dict(zip(("吃", "穿", "义务教育", "基本医疗", "住房", "饮水"), terms.ASSURANCES, strict=True))
_REMOVAL = (
    ("wage", "消除时工资性收入"), ("business", "消除时生产经营性收入"), ("property", "消除时财产性收入"),
    ("transfer", "消除时转移性收入"), ("expense", "消除时生产经营性支出"), ("per_head", "消除时人均纯收入"),
    ("outlay", "消除时合规自付支出"), ("claims", "消除时理赔收入"),
)  # fmt: skip
_VOTES = (("entitled", "应到"), ("present", "实到"), ("agreed", "同意"), ("against", "不同意"))
_WATCHED = tuple(state.name for state in terms.HOUSEHOLD_STATES if state.watched)
_POINT = (_may("经度", "lon", "longitude"), _may("纬度", "lat", "latitude"))

SHEETS: tuple[SheetSpec, ...] = (
    SheetSpec(
        REGION,
        "region",
        (
            _key("区划代码", "code", "region", note="统计用区划代码：市4位、县6位、乡镇9位、村12位，末尾可补0至12位"),
            _must("名称", "name", "text"),
            _may("农村人口", "rural_population", "number", low=0, high=1e9),
            _may("设作战室", "war_room", "yes_no"),
            *_POINT,
            _may("启用日期", "opened", "day"),
            _may("撤销日期", "closed", "day", note="从这天起不再使用"),
            _may("并入代码", "merged_into", "region", note="撤销后并入的区划，须已在本表登记"),
            _may("曾用名", "former_name"),
            _may("更名日期", "renamed", "day"),
            _may("重点帮扶县", "key_county", "choice", choices=terms.KEY_COUNTIES),
        ),
        order=(("opened", "closed"),),
        example=("990181001001", "示范村", "1260", "是", "121.512345", "40.212345", "2001-06-01", "", "", "示范屯村",
                 "2011-03-01", ""),
    ),
    SheetSpec(
        "农村人口",
        "rural_population",
        (
            _region("区划代码", "region", key=True),
            _key("年度", "year", "year"),
            _must("人数", "persons", "number", low=0, high=1e9),
        ),
        example=("990181001001", "2025", "1260"),
    ),
    SheetSpec(
        HOUSEHOLD,
        "household",
        (
            _key("户编号"),
            _region("村代码", "village", (12,)),
            _must("户主姓名", "head", "text"),
            _may("联系电话", "phone"),
            _may("住址", "address"),
            _may("户属性", "attribute", "choice", choices=terms.HOUSEHOLD_ATTRIBUTES),
            _must("户类型", "type", "choice", choices=terms.HOUSEHOLD_TYPES),
            _may("识别日期", "identified", "day"),
            _may("脱贫日期", "lifted", "day"),
            _may("返贫日期", "relapsed", "day"),
            _may("风险消除日期", "risk_removed", "day"),
            _may("主要致贫原因", "cause", "choice", choices=terms.CAUSES),
            _may("其他致贫原因", "other_causes", "choices", choices=terms.CAUSES, note="可填多项，用“、”隔开"),
            _may("住房安全", "housing_safe", "yes_no"),
            _may("饮水安全", "water_safe", "yes_no"),
            *_POINT,
            _may("走访顺序", "walking_order", "number", low=1, high=99_999, note="本村从1起，不重复；不填则就近排"),
            _COLLECTED,
            _may("备注", "remark"),
        ),
        example=("990181001001001", "990181001001", "张三", "19900000000", "示范村一组", "低保户", "脱贫户",
                 "2014-12-01", "2018-11-30", "", "", "因病", "因残、缺劳力", "是", "是", "121.512345", "40.212345", "1",
                 "2026-10-28", ""),
    ),
    SheetSpec(
        "户变动",
        "household_event",
        (
            _household(key=True),
            _key("日期", "day", "day"),
            _key("变动", "kind", "choice", choices=terms.HOUSEHOLD_EVENTS),
            _of(HOUSEHOLD, "相关户编号", "other", required=False),
            _may("原因", "reason"),
        ),
        example=("990181001001001", "2018-11-30", "脱贫", "", "收入稳定达标"),
    ),
    SheetSpec(
        "户迁移",
        "household_move",
        (
            _household(key=True),
            _key("日期", "day", "day", note="从这天起属于新村"),
            _region("原村代码", "origin", (12,)),
            _region("新村代码", "village", (12,)),
            _may("说明", "note"),
        ),
        example=("990181001001001", "2020-05-01", "990181001002", "990181001001", "易地搬迁"),
    ),
    SheetSpec(
        MEMBER,
        "member",
        (
            _key("人编号"),
            _household(),
            _must("姓名", "name", "text"),
            _must("与户主关系", "relation", "text"),
            _may("性别", "sex", "choice", choices=terms.SEXES),
            _may("出生日期", "born", "day"),
            _may("证件号码", "id_number", "identity", note="18位身份证号，或20、22位残疾人证号"),
            _may("文化程度", "education"),
            _may("在校状况", "schooling"),
            _may("健康状况", "health", "choice", choices=terms.HEALTH),
            _may("劳动技能", "skill", "choice", choices=terms.SKILLS),
            _may("务工区域", "work_area", "choice", choices=terms.WORK_AREAS),
            _may("务工月数", "work_months", "number", low=0, high=12),
            _may("参加医保", "medical_insured", "yes_no"),
            _may("参加养老保险", "pension_insured", "yes_no"),
            _may("残疾类别", "disability_kind", "choice", choices=terms.DISABILITY_KINDS),
            _may("残疾等级", "disability_level", "choice", choices=terms.DISABILITY_LEVELS),
            _COLLECTED,
            _may("加入日期", "joined", "day"),
            _may("加入原因", "joined_reason", "choice", choices=terms.JOINING),
            _may("离开日期", "gone", "day", note="从这天起不再是本户成员"),
            _may("离开原因", "gone_reason", "choice", choices=terms.GOING),
        ),
        order=(("joined", "gone"),),
        example=("99018100100100101", "990181001001001", "张三", "户主", "男", "1965-03-08", "990181196503080015",
                 "小学", "非在校", "长期慢性病", "普通劳动力", "乡内", "6", "是", "是", "肢体", "三级", "2026-10-28",
                 "", "", "", ""),
    ),
    SheetSpec(
        "成员变动",
        "member_event",
        (
            _of(MEMBER, "人编号", "member", key=True),
            _key("日期", "day", "day"),
            _key("变动", "kind", "choice", choices=(terms.JOINED, terms.GONE)),
            _household(),
            _may("原因", "reason", "choice", choices=tuple(dict.fromkeys((*terms.JOINING, *terms.GOING)))),
        ),
        example=("99018100100100101", "2014-12-01", "加入", "990181001001001", "其他"),
    ),
    SheetSpec(
        FACTS,
        "member_fact",
        (
            _of(MEMBER, "人编号", "member", key=True),
            _key("项目", "item", "choice", choices=_FACT_HEADINGS, stored=terms.MEMBER_FACTS),
            _key("日期", "day", "day", note="从这天起是这样"),
            _must("值", "value", "fact", removes=True, note="填“清空”即从这天起不再知道"),
        ),
        example=("99018100100100101", "健康状况", "2026-10-28", "长期慢性病"),
    ),
    SheetSpec(
        "保障核实",
        "assurance",
        (
            _household(key=True),
            _key("保障", "item", "choice", choices=tuple(_ASSURED), stored=tuple(_ASSURED.values())),
            _key("日期", "checked", "day"),
            _must("结论", "secure", "choice", choices=tuple(terms.VERDICTS.values()), stored=tuple(terms.VERDICTS)),
            _may("说明", "evidence"),
            _may("核实人", "checker"),
        ),
        example=("990181001001001", "住房", "2026-10-28", "达标", "房屋已修缮", "李四"),
    ),
    SheetSpec(
        EPISODE,
        "episode",
        (
            _key("监测编号"),
            _household(),
            _must("类型", "kind", "choice", choices=_WATCHED),
            _must("识别日期", "identified", "day"),
            _must("风险", "risks", "choices", choices=terms.RISKS, most=terms.MOST_RISKS,
                  note=f"最多{terms.MOST_RISKS}项，主要的写在前，用“、”隔开"),
            _may("风险备注", "risk_note", note="风险含“其他”的必填"),
            _may("识别时人均纯收入", "per_head_fen", "money"),
            _may("识别时未达标保障", "lacking", "choices", choices=tuple(_ASSURED)),
            _may("消除日期", "removed", "day"),
            _may("消除方式", "removal", "choice", choices=terms.REMOVALS),
            _may("自然消除原因", "natural_reason", note="自然消除的必填"),
            *(_may(heading, f"removal_{name}_fen", "money") for name, heading in _REMOVAL),
            _may("消除时未达标保障", "removal_lacking", "choices", choices=tuple(_ASSURED)),
        ),
        order=(("identified", "removed"),),
        example=("JC0001", "990181001001001", "脱贫不稳定户", "2021-06-01", "因病、因务工就业不稳", "", "6200",
                 "基本医疗", "2023-05-20", "帮扶消除", "", "21000", "8000", "600", "2400", "3200", "9600", "", "", ""),
    ),
    SheetSpec(
        STEPS,
        "case_step",
        (
            ColumnSpec("监测编号", "case_id", "code", required=True, key=True, reference=EPISODE,
                       note="还没有纳入的写成 户编号-JC1，第二次为 户编号-JC2"),
            _key("步骤", "action", "choice", choices=STEP_WORDS, stored=STEP_ACTIONS, former=FORMER_STEPS,
                 note="民主评议、公示、乡镇审核等通常的写法也能识别；提出消除以后的按消除的步骤算"),
            _key("日期", "day", "day", note="办这一步的日期，不是录入的日期"),
            _may("办理人", "handler"),
            _may("结果", "reason", note="退回、不予纳入、未通过、暂不消除等写明原因"),
            *(_may(heading, name, "number", low=0, high=99_999, note="民主评议的人数") for name, heading in _VOTES),
        ),
        example=("JC0001", "民主评议", "2021-05-20", "赵六", "", "45", "41", "40", "1"),
    ),
    SheetSpec(
        "收支参考",
        "income_reference",
        (
            _household(key=True),
            _key("年度", "year", "year", note="收入年度"),
            _may("合规自付", "outlay_fen", "money", low=0),
            _may("理赔", "claims_fen", "money", low=0),
            _may("纳入参考", "included_fen", "money", low=0, note="纳入收入参考范围的金额"),
        ),
        example=("990181001001001", "2026", "12600", "8000", "4600"),
    ),
    SheetSpec(
        LEDGER,
        "ledger",
        (
            _household(key=True),
            _key("月份", "month", "period", note="整个收入年度的合计写成 2025年度"),
            _key("科目", "subject", "choice", choices=tuple(terms.SUBJECTS)),
            _must("金额", "amount_fen", "money", note="元；只有生产经营性科目可为负数；填“清空”即删去这一笔",
                  removes=True),
        ),
        example=("990181001001001", "2026-10", "务工工资", "2,350.50"),
    ),
    SheetSpec(
        "帮扶措施",
        "measure",
        (
            _key("措施编号"),
            _household(),
            _must("类别", "category", "choice", choices=terms.MEASURE_CATEGORIES, former=_FORMER_KINDS,
                  note="以前的教育、住房、饮水、兜底仍可识别，自动归到现在的类别"),
            _must("名称", "name", "text"),
            _must("开始日期", "started", "day", may_be_future=True),
            _may("结束日期", "ended", "day", may_be_future=True, note="当日仍算在内"),
            _may("金额", "amount_fen", "money", low=0),
            _may("责任单位", "unit"),
        ),
        order=(("started", "ended"),),
        example=("CS0001", "990181001001001", "公益岗位", "护林员", "2025-01-01", "2025-12-31", "6000", "示范镇政府"),
    ),
    SheetSpec(
        PROJECT,
        "project",
        (
            _key("项目编号"),
            _must("名称", "name", "text"),
            _must("类型", "kind", "choice", choices=terms.PROJECT_KINDS),
            _region("区划代码", "region"),
            _must("阶段", "stage", "choice", choices=terms.PROJECT_STAGES),
            _must("投资", "investment_fen", "money", low=0),
            _may("开工日期", "started", "day", may_be_future=True),
            _may("竣工日期", "completed", "day", may_be_future=True),
            _may("经营主体", "operator"),
            _may("资产类别", "asset_class", "choice", choices=terms.ASSET_CLASSES),
            _may("所有权人", "owner"),
            _may("经营权人", "manager"),
            _may("收益权人", "beneficiary"),
            _may("监督权人", "supervisor"),
            _may("约定年收益率", "agreed_rate", "rate", low=0, high=1, note="如 8% 或 0.08"),
            _may("合同编号", "contract"),
            _may("合同到期日期", "contract_until", "day", may_be_future=True),
            _may("管护责任人", "custodian"),
            _may("保险到期日期", "insured_until", "day", may_be_future=True),
            _may("设标识牌", "sign_board", "yes_no"),
            _may("资产监管", "asset_supervision", "choice", choices=terms.ASSET_SUPERVISION),
            _may("资产状态", "asset_state", "choice", choices=terms.ASSET_STATES),
            *_POINT,
        ),
        order=(("started", "completed"),),
        example=("XM0001", "示范村光伏电站", "光伏", "990181001001", "运营", "1200000", "2021-03-01", "2021-10-30",
                 "示范合作社", "经营性", "示范村", "示范合作社", "示范村", "示范镇", "8%", "HT2021-07", "2031-10-29",
                 "赵六", "2027-03-31", "是", "农村集体", "正常", "121.512345", "40.212345"),
    ),
    SheetSpec(
        "项目进度",
        "project_stage",
        (
            _of(PROJECT, "项目编号", "project", key=True),
            _key("阶段", "stage", "choice", choices=terms.PROJECT_STAGES),
            _must("进入日期", "entered", "day"),
            _may("计划完成日期", "planned", "day", may_be_future=True),
        ),
        order=(("entered", "planned"),),
        example=("XM0001", "建设", "2021-03-01", "2021-09-30"),
    ),
    SheetSpec(
        "项目收益",
        "project_return",
        (
            _of(PROJECT, "项目编号", "project", key=True),
            _key("月份", "month", "month"),
            _must("应收", "due_fen", "money", low=0),
            _must("实收", "received_fen", "money", low=0),
        ),
        example=("XM0001", "2026-09", "8000", "8000"),
    ),
    SheetSpec(
        "项目带户",
        "project_household",
        (
            _of(PROJECT, "项目编号", "project", key=True),
            _household(key=True),
            _key("年度", "year", "year"),
            _key("方式", "mode", "choice", choices=terms.PROJECT_MODES),
            _may("金额", "amount_fen", "money", low=0),
            _may("人数", "persons", "number", low=0, high=9_999, note="岗位数，或受益的人次"),
        ),
        example=("XM0001", "990181001001001", "2026", "分红", "600", "1"),
    ),
    SheetSpec(
        HELPER,
        "helper",
        (
            _key("责任人编号"),
            _must("姓名", "name", "text"),
            _must("单位", "unit", "text"),
            _must("队伍", "team", "choice", choices=terms.TEAMS),
            _may("职务", "post"),
            _may("联系电话", "phone"),
        ),
        example=("BF0001", "李四", "示范市农业农村局", "区直干部", "科长", "19900000001"),
    ),
    SheetSpec(
        PAIRING,
        "pairing",
        (
            _of(HELPER, "责任人编号", "helper", key=True),
            _household(key=True),
            _of(MEMBER, "人编号", "member", required=False, key=True),
            _key("开始日期", "started", "day", may_be_future=True),
            _may("结束日期", "ended", "day", may_be_future=True, note="当日仍算在内"),
        ),
        order=(("started", "ended"),),
        example=("BF0001", "990181001001001", "", "2021-03-01", ""),
    ),
    SheetSpec(
        LEADER,
        "leader",
        (
            _region("区划代码", "region", key=True),
            _key("职务", "post", "choice", choices=terms.LEADER_POSTS),
            _key("姓名", "name", "text"),
            _of(HELPER, "责任人编号", "helper", required=False),
            _may("单位", "unit"),
            _may("联系电话", "phone"),
            _key("开始日期", "started", "day", may_be_future=True),
            _may("结束日期", "ended", "day", may_be_future=True, note="当日仍算在内；换人时填写，再加一行新人"),
        ),
        order=(("started", "ended"),),
        example=("990181001001", "村党支部书记", "赵六", "", "示范村党支部", "19900000002", "2021-01-15", ""),
    ),
    SheetSpec(
        "走访",
        "visit",
        (
            _key("走访编号"),
            _household(),
            _of(HELPER, "责任人编号", "helper"),
            _must("日期", "visited", "day"),
            _must("事由", "occasion", "choice", choices=terms.OCCASIONS),
            _may("内容", "content"),
        ),
        example=("ZF0000001", "990181001001001", "BF0001", "2026-10-28", "日常走访", "了解秋收情况"),
    ),
    SheetSpec(
        FUND,
        "fund",
        (
            _key("资金编号"),
            _must("年度", "year", "year"),
            _must("来源", "source", "choice", choices=terms.FUND_SOURCES),
            _region("区划代码", "region"),
            _of(PROJECT, "项目编号", "project", required=False),
            _must("名称", "name", "text"),
            _must("安排金额", "arranged_fen", "money", low=0),
            _may("结清日期", "settled", "day", note="这笔资金从这天起不再拨付"),
            _may("收回金额", "recovered_fen", "money", low=0, note="未用完而收回的"),
        ),
        example=("ZJ0001", "2026", "中央", "990181", "XM0001", "中央财政常态化帮扶资金", "1200000",
                 "2026-11-20", "0"),
    ),
    SheetSpec(
        "资金拨付",
        "fund_payment",
        (
            _of(FUND, "资金编号", "fund", key=True),
            _key("日期", "paid", "day"),
            _must("金额", "amount_fen", "money", low=0),
        ),
        example=("ZJ0001", "2026-05-20", "600000"),
    ),
    SheetSpec(
        "拨付计划",
        "fund_plan",
        (
            _of(FUND, "资金编号", "fund", key=True),
            _key("计划日期", "planned", "day", may_be_future=True),
            _must("计划金额", "amount_fen", "money", low=0),
        ),
        example=("ZJ0001", "2026-06-30", "600000"),
    ),
    SheetSpec(
        "问题",
        "problem",
        (
            _key("问题编号"),
            _region("区划代码", "region"),
            _household(required=False),
            _must("来源", "source", "choice", choices=terms.PROBLEM_SOURCES),
            _must("类别", "category", "text"),
            _must("描述", "description", "text"),
            _must("发现日期", "found", "day"),
            _must("整改期限", "deadline", "day", may_be_future=True),
            _must("责任人", "owner", "text"),
            _may("整改日期", "rectified", "day"),
            _may("销号日期", "closed", "day"),
        ),
        order=(("found", "deadline"), ("found", "rectified"), ("found", "closed"), ("rectified", "closed")),
        example=("WT0001", "990181001001", "990181001001001", "督导", "政策落实", "残疾补贴未及时发放", "2026-09-10",
                 "2026-10-10", "王五", "2026-09-28", "2026-10-08"),
    ),
    SheetSpec(
        "作战任务",
        "task",
        (
            _key("任务编号"),
            _region("村代码", "village", (12,)),
            _household(required=False),
            _must("任务", "name", "text"),
            _must("目标", "target", "text"),
            _must("开始日期", "started", "day", may_be_future=True),
            _must("期限", "deadline", "day", may_be_future=True),
            _must("责任人", "owner", "text"),
            _must("进度", "progress_bp", "percent", low=0, high=100,
                  note="0至100的数，或百分比如 80%；不大于1的数按比例理解"),
            _may("完成日期", "finished", "day"),
        ),
        order=(("started", "deadline"), ("started", "finished")),
        example=("RW0001", "990181001001", "990181001001001", "危房改造", "十月底前入住", "2026-03-01", "2026-10-31",
                 "王五", "80%", ""),
    ),
    SheetSpec(
        LINE,
        "monitoring_line",
        (
            ColumnSpec("省代码", "province", "region", key=True, lengths=(2,), note="不填即各省通用"),
            _key("起始日期", "since", "day", may_be_future=True, note="从这天起"),
            _must("金额", "amount_fen", "money", low=0.01, note="每人每年"),
        ),
        example=("", "2026-01-01", "9200"),
    ),
)  # fmt: skip
"""Every sheet, each behind those it refers to."""

SHEET: dict[str, SheetSpec] = {sheet.name: sheet for sheet in SHEETS}
