"""Other words for the workbook's sheets and columns: what officials write, and how near a word is to one of ours."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache

from data.intake.read import as_heading
from data.terms import SUBJECTS
from data.workbook.sheets import HELPER, LEDGER, SHEET, ColumnSpec, SheetSpec

NEAR = 0.5  # likeness from which on a word is asked about, where a required one is missing
VERY_NEAR = 0.75  # and where nothing is missing
_LONGEST = 60  # signs of a heading: more is a sentence
_PHONE = ("电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "联系电话号码")
_COMMON: Mapping[str, tuple[str, ...]] = {
    "户编号": ("户编码", "户号", "户代码", "家庭编号", "家庭编码", "家庭户编号", "农户编号", "农户编码"),
    "村代码": ("村编码", "村编号", "村区划代码", "行政村代码", "行政村编码", "行政村编号", "所属村代码", "所在村代码"),
    "户主姓名": ("户主", "户主名", "户主名称", "户主名字"),
    "联系电话": _PHONE,
    "住址": ("地址", "家庭住址", "家庭地址", "居住地址", "详细地址", "现住址"),
    "人编号": ("人编码", "人员编号", "人员编码", "成员编号", "成员编码", "个人编号"),
    "与户主关系": ("与户主的关系", "和户主关系", "同户主关系", "户主关系", "与户主之关系"),
    "证件号码": (
        "身份证号", "身份证号码", "身份证", "证件号", "公民身份号码", "公民身份证号码", "居民身份证号",
        "居民身份证号码",
    ),
    "出生日期": ("出生年月日", "生日", "出生时间"),
    "区划代码": ("区划编码", "区划编号", "行政区划代码", "行政区划编码", "统计用区划代码", "地区代码"),
    "农村人口": ("农村户籍人口", "农业人口", "乡村人口"),
    "经度": ("东经", "lon", "lng", "longitude"),
    "纬度": ("北纬", "lat", "latitude"),
    "项目编号": ("项目编码", "项目代码"),
    "资金编号": ("资金编码", "资金代码"),
    "责任人编号": ("责任人编码", "帮扶责任人编号", "帮扶人编号", "干部编号"),
    "月份": ("年月", "所属月份", "所属年月", "收支月份"),
    "年度": ("年份", "所属年度"),
    "金额": ("数额", "发生额", "金额合计"),
    "备注": ("备注说明", "备注信息"),
    "开始日期": ("开始时间", "起始日期", "起始时间"),
    "结束日期": ("结束时间", "终止日期", "终止时间", "截止日期"),
    "主要致贫原因": ("致贫原因", "主要致贫返贫原因"),
    "健康状况": ("身体状况", "健康情况"),
    "文化程度": ("学历", "受教育程度"),
    "劳动技能": ("劳动能力",),
    "户类型": ("农户类型", "家庭类型"),
}  # fmt: skip
_OF_SHEET: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "行政区划": {"名称": ("区划名称", "行政区划名称", "地区名称"), "区划代码": ("代码", "编码")},
    "家庭成员": {"姓名": ("成员姓名", "家庭成员姓名", "人员姓名"), "参加医保": ("是否参加医保", "医疗保险"),
             "参加养老保险": ("是否参加养老保险", "养老保险")},
    LEDGER: {"科目": ("收入科目", "收支科目", "收入项目", "收支项目"), "金额": ("收入金额", "收支金额", "收入额")},
    "项目": {"名称": ("项目名称",), "类型": ("项目类型", "项目类别"), "阶段": ("项目阶段", "实施阶段", "项目进度"),
           "投资": ("投资额", "总投资", "投资金额", "投资总额", "项目投资", "计划投资")},
    "项目收益": {"应收": ("应收金额", "应收收益"), "实收": ("实收金额", "实收收益")},
    HELPER: {"姓名": ("责任人姓名", "帮扶责任人", "帮扶责任人姓名", "帮扶人姓名", "干部姓名"),
             "单位": ("工作单位", "所在单位", "帮扶单位")},
    "走访": {"日期": ("走访日期", "走访时间"), "事由": ("走访事由",), "内容": ("走访内容", "走访记录")},
    "帮扶措施": {"类别": ("措施类别", "帮扶类别"), "名称": ("措施名称", "帮扶措施")},
    "资金": {"名称": ("资金名称",), "来源": ("资金来源",), "安排金额": ("安排资金", "资金安排", "资金额")},
    "资金拨付": {"日期": ("拨付日期", "拨付时间"), "金额": ("拨付金额", "拨付资金")},
    "问题": {"描述": ("问题描述", "问题内容"), "类别": ("问题类别", "问题类型"), "来源": ("问题来源",)},
    "作战任务": {"任务": ("任务名称",), "期限": ("完成期限", "完成时限"), "目标": ("任务目标",)},
}  # fmt: skip
_LIKELY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "户": {"户主姓名": ("姓名",), "村代码": ("区划代码", "村")},
    "家庭成员": {"户编号": ("户",), "与户主关系": ("关系",)},
    LEDGER: {"科目": ("项目", "类别", "收入类别", "收入类型"), "金额": ("收入", "合计"),
             "月份": ("时间", "日期", "期间")},
}  # fmt: skip
"""What may be meant, and is asked."""
_TITLES: Mapping[str, tuple[str, ...]] = {
    "行政区划": ("区划", "村", "行政村", "村庄"),
    "户": ("农户", "家庭", "家庭户", "户主", "户籍", "脱贫户", "监测户", "贫困户"),
    "家庭成员": ("成员", "人员", "人口", "家庭人口", "家庭人员", "户成员"),
    LEDGER: ("收入", "收支流水", "收入支出", "月收入", "农户收入", "家庭收入", "收支记录"),
    "帮扶措施": ("措施",),
    HELPER: ("责任人", "帮扶干部", "帮扶人", "干部"),
    "结对帮扶": ("结对", "结对关系", "帮扶关系"),
    "走访": ("走访记录", "入户走访", "入户"),
    "资金拨付": ("拨付",),
    "作战任务": ("任务",),
    "区划负责人": ("负责人",),
    "农村人口": ("乡村人口",),
}
_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "务工工资": ("务工收入", "务工"),
    "公益岗位工资": ("公益岗位", "公益性岗位工资", "公益性岗位", "公岗工资"),
    "种植业": ("种植", "种植收入", "种植业收入"),
    "养殖业": ("养殖", "养殖收入", "养殖业收入"),
    "林果业": ("林果", "林果收入", "林果业收入"),
    "资产收益分红": ("资产收益", "分红", "资产分红"),
    "土地流转": ("土地流转费", "土地流转收入", "流转费"),
    "低保金": ("低保", "低保收入"),
    "养老金": ("养老保险金", "养老"),
    "生产经营性支出": ("生产经营支出", "经营支出"),
}
_UNITS: Mapping[str, Mapping[str, str]] = {
    "money": {"元": "", "人民币": "", "人民币元": "", "百元": "百元", "千元": "千元", "万元": "万元", "万": "万元",
              "亿元": "亿元", "元/月": "", "元/年": ""},
    "number": {"人": "", "人次": "", "个": "", "月": "", "个月": "", "户": ""},
    "rate": {"%": "%", "百分比": "%"},
    "percent": {"%": "%", "百分比": "%"},
    "longitude": {"度": "", "°": ""},
    "latitude": {"度": "", "°": ""},
    "day": {"年月日": "", "年-月-日": "", "yyyy-mm-dd": ""},
}  # fmt: skip
_REMARKS = ("必填", "选填", "可选", "可不填", "非必填", "必填项", "选填项", "是/否", "文本")
_BRACKETED = re.compile(r"(.+?)[(\[【〔](.*?)[)\]】〕]")
_SLASHED = re.compile(r"(.+?)[/:_-](百元|千元|万元|亿元|元|人|%)")
_DECORATION = re.compile(
    r"[(\[【〔].*?[)\]】〕]|^\d+[、.]|\d{2,4}年(度)?|\d{1,2}月(份)?|[-_ ]?\d+$|副本|"
    r"(?<=.)(?:信息|基本情况|基础|明细|情况|数据|台账|名单|名册|花名册|清单|登记|统计|汇总|表|册|记录|sheet)+$",
    re.IGNORECASE,
)
_PERIODS = (
    (re.compile(r"(\d{4})[-/.年](\d{1,2})(?:月(?:份)?)?(?:[-/.]0?1(?:00:00:00)?)?"), "month"),
    (re.compile(r"(20\d{2})(0[1-9]|1[0-2])"), "month"),
    (re.compile(r"()(\d{1,2})月(?:份)?"), "month"),
    (re.compile(r"()(十[一二]?|[一二三四五六七八九])月(?:份)?"), "month"),
    (re.compile(r"(20\d{2})年度?()"), "year"),
)
_TAIL = re.compile(r"(?:收入|收支|金额|合计)$")
_DIGITS = {one: number for number, one in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}
_YEAR = re.compile(r"(20\d{2})(?!\d)")


@dataclass(frozen=True)
class Meaning:
    """A heading as it is understood: the column, the unit that is put to bare numbers of its cells, and what has to be
    told of it ('' where it is written as ours is)."""

    column: ColumnSpec
    unit: str = ""
    told: str = ""


def other_words(spec: SheetSpec, column: ColumnSpec) -> tuple[str, ...]:
    """What else is written above this column and can mean nothing else."""
    return _OF_SHEET.get(spec.name, {}).get(column.heading, ()) + _COMMON.get(column.heading, ())


@cache
def _by_word(sheet: str) -> dict[str, ColumnSpec]:
    spec = SHEET[sheet]
    words = {word: column for column in spec.columns for word in other_words(spec, column)}
    return words | spec.by_heading


def meant(spec: SheetSpec, heading: str) -> Meaning | None:
    """What a heading (as ``as_heading`` makes it) stands for; None where nobody can tell."""
    if column := spec.by_heading.get(heading):
        return Meaning(column)
    return _meant(spec.name, heading) if len(heading) <= _LONGEST else None


@lru_cache(maxsize=20_000)
def _meant(sheet: str, heading: str) -> Meaning | None:
    base, unit = heading, ""
    if found := _BRACKETED.fullmatch(heading) or _SLASHED.fullmatch(heading):
        base, unit = found[1], found[2].lower()
    matched = _by_word(sheet).get(base) or _by_word(sheet).get(base.lower())
    if matched is None:
        return None
    renamed = f"按“{matched.heading}”读" if base != matched.heading else ""
    if not unit or unit in _REMARKS:
        return Meaning(matched, "", renamed)
    scaled = _UNITS.get(matched.kind, {}).get(unit)
    if scaled is None:
        return None
    counted = f"没写单位的数按{scaled}算" if scaled else ""
    return Meaning(matched, scaled, "，".join(part for part in (renamed, counted) if part))


def nearest(spec: SheetSpec, heading: str, columns: Iterable[ColumnSpec]) -> tuple[float, ColumnSpec | None]:
    """Which of ``columns`` a heading is most like, and how like from 0 to 1."""
    if len(heading) > _LONGEST:
        return 0.0, None
    base = re.sub(r"[(\[【〔].*", "", heading) or heading
    best: tuple[float, ColumnSpec | None] = (0.0, None)
    for column in columns:
        likely = base in _LIKELY.get(spec.name, {}).get(column.heading, ())
        words = (column.heading, *other_words(spec, column))
        score = 1.0 if likely else max(_likeness(base, word) for word in words)
        best = max(best, (score, column), key=lambda one: one[0])
    return best


def _likeness(one: str, other: str) -> float:
    if len(one) < 2 or len(other) < 2:
        return float(one == other)
    return SequenceMatcher(None, one, other).ratio()


@lru_cache(maxsize=10_000)
def plain_title(title: str) -> str:
    """A sheet's title without what is only put to it: 户信息表（青庄村） → 户."""
    found = as_heading(title)
    while (shorter := _DECORATION.sub("", found)) != found and shorter:
        found = shorter
    return found


def titled(title: str, names: Iterable[str]) -> tuple[float, str]:
    """Which sheet of ``names`` a title is most like, and how like from 0 to 1."""
    found = plain_title(title[:_LONGEST])
    best = (0.0, "")
    for name in names:
        words = (name, *_TITLES.get(name, ()))
        score = 1.0 if found in words else max(_likeness(found, word) for word in words)
        best = max(best, (score, name), key=lambda one: one[0])
    return best


def period_in(heading: str) -> str:
    """The month or income year that a heading names, as a cell of 月份 would say it; ``-03`` for March of a year that
    is not said, '' where it names none."""
    found = _TAIL.sub("", re.sub(r"\(.*?\)", "", heading))
    for pattern, kind in _PERIODS:
        if matched := pattern.fullmatch(found):
            year, month = matched[1], matched[2]
            if kind == "year":
                return f"{year}年度"
            number = _DIGITS.get(month) or int(month)
            return f"{year}-{number:02d}" if 1 <= number <= 12 else ""
    return ""


def years_in(text: str) -> set[str]:
    """The years that a title names."""
    return set(_YEAR.findall(text))


@cache
def _subject_words() -> dict[str, str]:
    return {word: name for name, words in _SUBJECTS.items() for word in words} | {name: name for name in SUBJECTS}


def subject_in(heading: str) -> str:
    """The 科目 that a heading names; '' where it names none."""
    base = found[1] if (found := _BRACKETED.fullmatch(heading)) else heading
    return _subject_words().get(base, "")


def subject_within(title: str) -> str:
    """The one 科目 that a title speaks of; '' for none or several."""
    found = {name for name in SUBJECTS if name in title}
    found = {name for name in found if not any(name != other and name in other for other in found)}
    return found.pop() if len(found) == 1 else ""


def money_unit(heading: str) -> str | None:
    """The unit of a heading that names an amount, to be put to bare numbers; None for one that nobody knows."""
    found = _BRACKETED.fullmatch(heading)
    return _UNITS["money"].get(found[2]) if found else ""


def is_unit(text: str) -> bool:
    """Whether a cell holds a unit alone."""
    bare = text.strip("()[]【】〔〕")
    return any(bare in units for units in _UNITS.values())
