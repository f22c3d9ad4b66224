"""Schooling and education, beside age."""

from data.rules.labour import AT_SCHOOL
from data.rules.rule import DOUBT, HARD, HINT, Parameters, Rule, Where, listed, members, named

_PRIMARY = ("小学", *(f"{n}年级" for n in "一二三四五六"), *(f"小学{n}年级" for n in "一二三四五六"))
_LOWER = ("初中", "普通初中", "七年级", "八年级", "九年级", "初一", "初二", "初三")
_UPPER = ("高中", "普通高中", "中职", "中专", "职高", "职业高中", "技校", "技工学校", "高一", "高二", "高三")
_COLLEGE = ("大专", "高职", "高职高专", "大专（高职）", "本科", "本科及以上", "大学", "大学本科")
_MASTER = ("硕士", "研究生", "硕士研究生", "博士", "博士研究生", "硕士及以上")
_BEFORE = ("学龄前", "学龄前儿童", "幼儿园", "学前教育")
_LITTLE = ("文盲", "半文盲", "文盲或半文盲", "小学", "学龄前")


def _outside(words: tuple[str, ...], setting: str) -> Where:
    def where(given: Parameters) -> str:
        first, last = given.turned(given.low(setting)), given.turned(given.high(setting) + 1)
        return members(f"p.schooling IN {listed(words)} AND (p.born > {first} OR p.born <= {last})")

    return where


def _under(words: tuple[str, ...], setting: str) -> Where:
    return lambda given: members(f"p.schooling IN {listed(words)} AND p.born > {given.turned(given.number(setting))}")


def _low(given: Parameters) -> str:
    """Who is at school still may come further."""
    first, last = given.low("rule_little_education"), given.high("rule_little_education")
    return members(
        f"p.education IN {listed(_LITTLE)} AND p.born <= {given.turned(first)} AND p.born > {given.turned(last + 1)}"
        f" AND NOT {AT_SCHOOL}"
    )


RULES = (
    Rule(
        "R801", "小学生年龄不对", DOUBT, "member", "schooling",
        "在校状况是小学，年龄（按本月末计算）不在{rule_primary}周岁。",
        _outside(_PRIMARY, "rule_primary"), named("rule_primary"),
    ),
    Rule(
        "R802", "初中生年龄不对", DOUBT, "member", "schooling",
        "在校状况是初中，年龄（按本月末计算）不在{rule_lower}周岁。",
        _outside(_LOWER, "rule_lower"), named("rule_lower"),
    ),
    Rule(
        "R803", "高中、中职生年龄不对", DOUBT, "member", "schooling",
        "在校状况是高中、中职、中专、技校，年龄（按本月末计算）不在{rule_upper}周岁。",
        _outside(_UPPER, "rule_upper"), named("rule_upper"),
    ),
    Rule(
        "R804", "大专、本科生年龄过小", DOUBT, "member", "schooling",
        "在校状况是大专、高职、本科，年龄（按本月末计算）未满{rule_college}周岁。",
        _under(_COLLEGE, "rule_college"), named("rule_college"),
    ),
    Rule(
        "R805", "研究生年龄过小", DOUBT, "member", "schooling",
        "在校状况是硕士、博士研究生，年龄（按本月末计算）未满{rule_master}周岁。",
        _under(_MASTER, "rule_master"), named("rule_master"),
    ),
    Rule(
        "R806", "已到学龄仍填学龄前", HARD, "member", "schooling",
        "在校状况是学龄前或幼儿园，年龄（按本月末计算）已满{rule_preschool}周岁。",
        lambda given: members(
            f"p.schooling IN {listed(_BEFORE)} AND p.born <= {given.turned(given.number('rule_preschool'))}"
        ),
        named("rule_preschool"),
    ),
    Rule(
        "R807", "青年只有小学及以下文化", DOUBT, "member", "education",
        "{rule_little_education}周岁（按本月末计算）、不在校的成员，文化程度是小学或以下，请核实是否完成义务教育。",
        _low, named("rule_little_education"),
    ),
    Rule(
        "R808", "学龄儿童没有填在校状况", HINT, "member", "schooling",
        "{rule_school}周岁（按本月末计算）的成员没有填在校状况。",
        lambda given: members(
            f"COALESCE(p.schooling, '') = '' AND p.born <= {given.turned(given.low('rule_school'))}"
            f" AND p.born > {given.turned(given.high('rule_school') + 1)}"
        ),
        named("rule_school"),
    ),
    Rule(
        "R809", "成年人没有填文化程度", HINT, "member", "education",
        "年满18周岁（按本月末计算）的成员没有填文化程度。",
        lambda given: members(f"COALESCE(p.education, '') = '' AND p.born <= {given.turned(18)}"),
    ),
)  # fmt: skip
