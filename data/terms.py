"""The closed lists of the official workbook (shared wording of the field), in the order officials print them."""

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True)
class HouseholdState:
    """A state of a household: its ``number`` in the store, its name (户类型), the mark it has everywhere.

    ``order``: the most urgent first. ``registered``: 建档立卡. ``watched``: 监测对象; ``cleared``: the 户类型 that
    comes with the removal of the risk, if another. ``indicator``: what counts its households, as ``definition``
    says; without it they are in no figure. Its colours stand in the theme, how dates lead to it in
    ``data.figures.states``.
    """

    number: int
    name: str
    mark: str
    order: int
    registered: bool = False
    watched: bool = False
    cleared: str | None = None
    indicator: str | None = None
    definition: str = ""


HOUSEHOLD_STATES = (
    HouseholdState(1, "未脱贫户", "▲", 1, registered=True, indicator="unlifted_households",
                   definition="已识别尚未脱贫的户，含返贫后尚未再次脱贫的户。"),
    HouseholdState(5, "脱贫户", "○", 5, registered=True, indicator="lifted_households",
                   definition="已脱贫、没有返贫的户，含正在监测的脱贫不稳定户，不含有序退出帮扶的户。"),
    HouseholdState(4, "脱贫不稳定户", "■", 4, registered=True, watched=True, cleared="脱贫户",
                   indicator="unstable_households", definition="已脱贫、经识别有返贫风险、尚未消除风险的户。"),
    HouseholdState(3, "边缘易致贫户", "●", 3, watched=True, cleared="一般户", indicator="marginal_households",
                   definition="未建档立卡、经识别有致贫风险、尚未消除风险的户。"),
    HouseholdState(2, "突发严重困难户", "◆", 2, watched=True, indicator="hardship_households",
                   definition="因病因灾因意外等刚性支出较大、经识别且尚未消除风险的户。"),
    HouseholdState(6, "已退出帮扶户", "□", 6, registered=True),
    HouseholdState(0, "一般户", "·", 7),
)  # fmt: skip
HOUSEHOLD_TYPES = tuple(state.name for state in HOUSEHOLD_STATES if state.number != 6)
"""户类型 as the workbook has it: who was taken out of help in good order stays what he was, and says so by 户变动."""
STATE_NAMES = {state.number: state.name for state in sorted(HOUSEHOLD_STATES, key=lambda state: state.order)}
"""Number → 户类型, the most urgent first."""
STATE_NUMBERS = {state.name: state.number for state in HOUSEHOLD_STATES}
UNLIFTED, LIFTED, EXITED, UNCOUNTED = (STATE_NUMBERS[name] for name in ("未脱贫户", "脱贫户", "已退出帮扶户", "一般户"))
UNHELPED = (EXITED, UNCOUNTED)
"""States in which a household is not counted among those that are helped."""
HOUSEHOLD_EVENTS = ("识别", "脱贫", "返贫", "再脱贫", "有序退出", "注销", "分户自", "并入")
"""户变动: what changes the base of a household, or begins and ends it."""
JOINED, GONE = "加入", "离开"
JOINING = ("出生", "婚入", "迁入", "其他")
GOING = ("死亡", "婚出", "迁出", "分户", "其他")
MEMBER_FACTS = (
    "schooling", "health", "skill", "work_area", "work_months", "medical_insured", "pension_insured",
    "disability_kind", "disability_level", "education", "relation",
)  # fmt: skip
"""Columns of ``member`` that have a day each: 成员状况."""
HEADS = ("户主", "本人")
"""与户主关系 of the head himself."""
VERDICTS = {1: "达标", 0: "未达标", 2: "存疑"}
"""What a check of an assurance says, as ``assurance.secure`` holds it."""
RISKS = (
    "因病", "因残", "因学", "因自然灾害", "因意外事故", "因产业项目失败", "因务工就业不稳", "缺劳动力", "因安全住房",
    "因安全饮水", "其他",
)  # fmt: skip
MOST_RISKS = 5
REMOVALS = ("帮扶消除", "自然消除")
NATURAL_REASONS = ("整户死亡", "整户迁出", "整户失联核销", "并入他户", "其他")
CLUE_SOURCES = {
    "door": "干部排查", "self": "自主申报", "hotline": "热线来电", "petition": "信访舆情", "department": "部门预警",
    "rule": "系统预警", "quality": "数据核查",
}  # fmt: skip
"""线索来源, as ``clue.source`` names them."""
CASE_STATES = {
    "checking": "核查比对", "returned": "退回补正", "discussed": "待公示", "public": "公示中",
    "reported": "待乡镇审核",
    "county": "待县级审定", "decided": "待公告纳入", "watched": "帮扶中", "removal": "消除核实",
    "removal_returned": "消除退回补正", "removal_discussed": "消除待公示", "removal_public": "消除公示中",
    "removal_reported": "消除待乡镇审核", "removal_county": "消除待县级审定", "removal_decided": "消除待公告",
    "removed": "风险消除", "refused": "不予纳入", "void": "已撤销",
}  # fmt: skip
"""State of a case of 监测帮扶 → what it is called."""
CASE_OPENING = ("checking", "returned", "discussed", "public", "reported", "county", "decided")
"""Its states before it is said whether the household is watched."""
CASE_REMOVING = (
    "removal", "removal_returned", "removal_discussed", "removal_public", "removal_reported", "removal_county",
    "removal_decided",
)  # fmt: skip
"""The same while it is looked into whether the risk is gone: the household is still watched."""
EXIT_VERDICTS = ("退出", "继续帮扶")
CASE_PAPERS = (
    "线索照片", "线索录音", "申请及承诺授权查询书", "排查表", "信息采集表", "比对结果", "评议记录", "评议照片", "公示",
    "公示照片", "审核审定表", "公告", "绿色通道说明", "自然消除证明", "风险消除表", "其他",
)  # fmt: skip
DISABILITY_KINDS = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
DISABILITY_LEVELS = ("一级", "二级", "三级", "四级")
KEY_COUNTIES = ("国家", "省")
ASSET_SUPERVISION = ("国有", "农村集体", "到户")
ASSET_STATES = ("正常", "低效", "闲置")
HOUSEHOLD_ATTRIBUTES = ("一般户", "低保户", "特困户", "低保边缘户", "刚性支出困难户")
UNPUBLISHED_ATTRIBUTES = ("低保边缘户", "刚性支出困难户")
"""户属性 of who is only identified and not helped: on no wall, in no bulletin, on no stranger's page."""
CAUSES = (
    "因病", "因残", "因学", "因灾", "缺土地", "缺水", "缺技术", "缺劳力", "缺资金",
    "交通条件落后", "自身发展动力不足", "因婚", "其他",
)  # fmt: skip
SEXES = ("男", "女")
HEALTH = ("健康", "长期慢性病", "大病", "残疾")
ILL = ("长期慢性病", "大病")
SKILLS = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力", "无劳动力")
ABLE = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力")
"""劳动技能 of who can work, wholly or in part."""
WORKING_AGE = (16, 60)
"""Years that are reached, and years that are not yet."""
WORK_AREAS = ("乡内", "乡外县内", "县外省内", "省外")
SCHOOL_AGE = (6, 16)
"""Of compulsory education: years that are reached, and years that are not yet."""
MEASURE_CATEGORIES = (
    "产业", "就业", "公益岗位", "金融", "住房安全保障", "饮水安全保障", "健康", "义务教育保障", "其他教育", "综合保障",
    "社会帮扶", "搬迁", "生产生活条件改善", "基础设施", "生态", "其他",
)  # fmt: skip
JOB_MEASURES = ("就业", "公益岗位")
DEVELOPING_MEASURES = ("产业", *JOB_MEASURES, "金融")
"""开发式帮扶: what lets a household with labour earn."""
SAFETY_NET = "综合保障"
"""The kind of measure under which 低保, 特困供养 and the allowances of the disabled stand."""
ILL_MEASURES = ("健康",)
"""Kinds of measure that tell of illness where they stand beside a name."""
TELLING_MEASURES = (*ILL_MEASURES, SAFETY_NET)
"""Kinds that tell of illness, disability or need, by themselves or by what they are called (残疾人两项补贴)."""
FORMER_MEASURES = {
    "教育": ("义务教育保障", "其他教育"), "住房": ("住房安全保障",), "饮水": ("饮水安全保障",), "兜底": (SAFETY_NET,),
}  # fmt: skip
"""Kind of measure of the first edition → what it is called today; of two ``data.model.measure_kinds`` says which."""
PROJECT_KINDS = ("种植", "养殖", "光伏", "林果", "加工", "乡村旅游", "扶贫车间", "其他")
PROJECT_STAGES = ("储备", "方案编制", "审批", "公示", "招投标", "建设", "竣工验收", "资金报账", "资产移交", "运营")
ASSET_CLASSES = ("公益性", "经营性", "到户类")
PROJECT_MODES = ("分红", "务工", "土地流转", "公益岗位", "其他")
TEAMS = ("区直干部", "街道干部", "医生", "教师", "第一书记", "驻村工作队", "党支部", "网格员")
DOCTOR, TEACHER = TEAMS[2:4]
RESIDENT_TEAMS, BRANCH = ("第一书记", "驻村工作队"), "党支部"
"""队伍 that live in their village; and of whom the unit is a branch of the party."""
OWN_TEAMS = (BRANCH, "网格员")
"""队伍 of whom the unit is a branch or the village itself: no 帮扶单位."""
OCCASIONS = ("日常走访", "红白喜事", "升学考试", "生病住院", "意外伤害", "传统节日", "政策宣传", "其他")
LEADER_POSTS = (
    "县委书记", "县长", "分管领导", "部门负责人", "包乡领导", "乡镇党委书记", "乡镇长", "包村领导", "包村干部",
    "村党支部书记", "第一书记", "驻村工作队长", "网格员", "防返贫监测员", "其他",
)  # fmt: skip
"""职务 of 区划负责人, the first to answer first."""
POST_LEVELS = {
    **dict.fromkeys(("县委书记", "县长"), 6), **dict.fromkeys(("包乡领导", "乡镇党委书记", "乡镇长"), 9),
    **dict.fromkeys(("包村领导", "包村干部", "村党支部书记", "第一书记", "驻村工作队长", "网格员", "防返贫监测员"), 12),
}  # fmt: skip
"""Posts that each region of a level (digits of its code) has."""
MUST_VISITS = {
    "born": "出生", "died": "去世", "wed": "婚嫁", "exam": "升学考试", "hospital": "生病住院", "accident": "意外事故",
    "festival": "传统节日",
}  # fmt: skip
"""五必访: what calls for a visit."""
MUST_OCCASIONS = {
    "born": "红白喜事", "died": "红白喜事", "wed": "红白喜事", "exam": "升学考试", "hospital": "生病住院",
    "accident": "意外伤害", "festival": "传统节日",
}  # fmt: skip
"""The 事由 of the visit that answers each."""
DAY_KINDS = {"done": "完成", "carried_out": "实施", "settled": "落实", "problem": "问题反馈"}
"""每日记录: what somebody writes down of a day."""
DISPATCH_REASONS = ("未脱贫", "监测", "低于监测线")
"""月调度: why a household is on the list."""
DISPATCH_STATES = {"on": "正常推进", "slow": "进展缓慢", "stuck": "存在困难", "done": "已达标"}
"""月调度: what is reported of a household."""
FUND_SOURCES = ("中央", "省", "市", "县", "社会")
PROBLEM_SOURCES = ("排查", "暗访", "督导", "审计", "群众反映")
ARCHIVE_KINDS = (
    "走访照片", "住房照片", "户口簿", "身份证件", "残疾证", "诊断证明", "收入凭证", "合同协议", "公示材料",
    "申请审批表", "监测材料", "明白卡", "其他",
)  # fmt: skip
PROJECT_ARCHIVE_KINDS = (
    "项目照片", "批复文件", "合同协议", "公示材料", "验收报告", "保险单", "移交清单", "财务凭证", "其他",
)  # fmt: skip
ASSURANCES = {
    "food": "不愁吃", "clothing": "不愁穿", "education": "义务教育", "medical": "基本医疗", "housing": "住房安全",
    "water": "饮水安全",
}  # fmt: skip
"""两不愁三保障和饮水安全, as ``assurance.item`` names them."""
OUT_OF_SCHOOL = ("辍学", "失学", "休学", "未入学", "非在校", "非在校生")
"""在校状况 that means a child of compulsory school age is not at school."""

INCOME_KINDS = {"wage": "工资性", "business": "生产经营性", "property": "财产性", "transfer": "转移性"}
EXPENSE = "生产经营性支出"
BOOK_KINDS = (*INCOME_KINDS, "expense")
"""What books are kept of: the four kinds of income and the expense."""

DISABILITY = "残疾补贴"
SUBJECTS = {
    "务工工资": ("wage", "wage_work"),
    "公益岗位工资": ("wage", "wage_post"),
    "其他工资性": ("wage", "wage_other"),
    "种植业": ("business", "business_crop"),
    "养殖业": ("business", "business_stock"),
    "林果业": ("business", "business_orchard"),
    "其他经营": ("business", "business_other"),
    "资产收益分红": ("property", "property_dividend"),
    "土地流转": ("property", "property_land"),
    "其他财产性": ("property", "property_other"),
    "低保金": ("transfer", "transfer_allowance"),
    "特困供养金": ("transfer", "transfer_destitute"),
    "养老金": ("transfer", "transfer_pension"),
    DISABILITY: ("transfer", "transfer_disability"),
    "生态补偿": ("transfer", "transfer_ecology"),
    "计划生育金": ("transfer", "transfer_family"),
    "农业补贴": ("transfer", "transfer_farm"),
    "其他转移性": ("transfer", "transfer_other"),
    EXPENSE: ("expense", "expense"),
}
"""科目 → (kind, ledger column without its ``_fen``)."""


def subject_columns(kind: str) -> list[str]:
    """Ledger columns of one kind of income (or ``expense``)."""
    return [f"{column}_fen" for of, column in SUBJECTS.values() if of == kind]


class Record(IntEnum):
    """What a household's books of twelve months are."""

    NONE = 0  # 没有收支记录
    WHOLE = 1
    BEGUN = 2  # 记录不足: the books began within the twelve months
    SHORT = 3  # 记录不足: more than one expected month has no line
    SILENT = 4  # 收入中断: whole a year before, and nothing since a line was last expected


RECORDS = {
    Record.NONE: "12个月内没有收支记录",
    Record.BEGUN: "收支记录不足：记账未满12个月",
    Record.SHORT: "收支记录不足：应有收支的月份缺了一个以上",
    Record.SILENT: "收入中断：上年同期收支完整，此后应有收支的月份没有再记账，请上门核实",
}
"""Why a household's income is not counted."""

LEVELS = {0: "全域", 2: "省", 4: "市", 6: "县", 9: "乡镇", 12: "村"}
"""Length of a region code → its level."""
OWN = "本级"
"""What a region holds itself, beside its sub-regions."""

DEMONSTRATION_PREFIX = "99"
"""Region codes and ID numbers under 99 are never assigned in China: whatever stands under it is demonstration data."""

SHARE_MODES = {"dividend": "分红", "post": "公益岗位"}
"""Kind of a share of a dividend plan → the mode of 项目带户 that it is noted under."""

SHARE_SUBJECTS = {"dividend": "资产收益分红", "post": "公益岗位工资"}
"""Kind of a share of a dividend plan → the 科目 that it is booked under."""
