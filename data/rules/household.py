"""Who is of a household, and what they are to its head."""

from data.rules.rule import DOUBT, HARD, HELPED, HINT, Parameters, Rule, households, listed, members, named, some_member
from data.terms import HEADS

_HEAD = f"p.relation IN {listed(HEADS)}"
_SPOUSES = ("配偶", "丈夫", "妻子", "之夫", "之妻")
_KIN = {
    "男": (
        "丈夫", "父亲", "儿子", "长子", "次子", "三子", "孙子", "外孙子", "女婿", "岳父", "公公", "祖父", "外祖父",
        "哥哥", "弟弟", "兄弟", "侄子", "外甥", "叔父", "伯父", "之夫", "之子", "之父", "之孙子", "之外孙子", "之女婿",
        "之岳父", "之公公", "之祖父", "之外祖父", "之兄弟", "之侄儿", "之曾孙子",
    ),
    "女": (
        "妻子", "母亲", "女儿", "长女", "次女", "三女", "孙女", "外孙女", "儿媳", "岳母", "婆婆", "祖母", "外祖母",
        "姐姐", "妹妹", "姐妹", "侄女", "外甥女", "姑姑", "孙媳", "之妻", "之女", "之母", "之孙女", "之外孙女",
        "之儿媳", "之岳母", "之婆婆", "之祖母", "之外祖母", "之姐妹", "之侄女", "之孙媳", "之曾孙女",
    ),
}  # fmt: skip
"""与户主关系 that only one sex can be."""
_UNCLEAR = ("不详", "不清楚", "未知", "待核实", "待定", "？", "?")


def _heads(number: str) -> str:
    return households(
        f"(SELECT COUNT(*) FROM rule_member p WHERE p.household_id = h.id AND {_HEAD}) {number} AND h.persons > 0"
    )


def _one_sex(given: Parameters) -> str:
    head = f"q.relation IN {listed(HEADS)} AND q.sex = p.sex AND q.code <> p.code"
    return members(
        f"p.relation IN {listed(_SPOUSES)} AND EXISTS (SELECT 1 FROM rule_member q"
        f" WHERE q.household_id = p.household_id AND {head})"
    )


RULES = (
    Rule(
        "R201", "没有户主", HARD, "household", "head",
        "户里有在册成员，但没有一人的“与户主关系”是户主或本人。",
        lambda given: _heads("= 0"),
    ),
    Rule(
        "R202", "户主不止一人", HARD, "household", "head",
        "户里有两名及以上在册成员的“与户主关系”是户主或本人。",
        lambda given: _heads("> 1"),
    ),
    Rule(
        "R203", "户主与配偶同性别", HARD, "member", "sex",
        "户主的配偶与户主性别相同。",
        _one_sex,
    ),
    Rule(
        "R204", "与户主关系和性别矛盾", HARD, "member", "sex",
        "“与户主关系”只能是一种性别（如之女、之父），填写的性别却是另一种。",
        lambda given: members(" OR ".join(
            f"(p.sex <> '{sex}' AND p.relation IN {listed(words)})" for sex, words in _KIN.items()
        )),
    ),
    Rule(
        "R205", "户主姓名与成员不符", HARD, "household", "head",
        "户信息里的户主姓名，与家庭成员中唯一一名户主的姓名不同。",
        lambda given: households(
            f"(SELECT COUNT(*) FROM rule_member p WHERE p.household_id = h.id AND {_HEAD}) = 1"
            f" AND {some_member(f'{_HEAD} AND p.name <> h.head')}"
        ),
    ),
    Rule(
        "R206", "没有家庭成员", HARD, "household", "head",
        "户在册，却没有一名在册的家庭成员。全户死亡或迁走的，应办理注销。",
        lambda given: households("h.persons = 0"),
    ),
    Rule(
        "R207", "户主年龄过小", DOUBT, "household", "head",
        "户主未满{rule_head_age}周岁（按本月末计算），请核对出生日期，或另定户主、落实监护。",
        lambda given: households(some_member(f"{_HEAD} AND p.born > {given.turned(given.number('rule_head_age'))}")),
        named("rule_head_age"),
    ),
    Rule(
        "R208", "没有填联系电话", HINT, "household", "phone",
        "脱贫户、未脱贫户和监测对象没有填联系电话。",
        lambda given: households(f"COALESCE(h.phone, '') = '' AND {HELPED}"),
    ),
    Rule(
        "R209", "一户内姓名和生日都相同", HARD, "member", "name",
        "同一户的两名在册成员姓名、出生日期都相同，多半是一人录了两次。双方都列出。",
        lambda given: members(
            "EXISTS (SELECT 1 FROM rule_member q WHERE q.household_id = p.household_id AND q.code <> p.code"
            " AND q.name = p.name AND q.born = p.born)"
        ),
    ),
    Rule(
        "R210", "与户主关系不明", HINT, "member", "relation",
        "“与户主关系”没有填，或填的是不详、未知、待核实之类。",
        lambda given: members(f"COALESCE(p.relation, '') = '' OR p.relation IN {listed(_UNCLEAR)}"),
    ),
    Rule(
        "R211", "没有填性别", HINT, "member", "sex",
        "在册成员没有填性别。",
        lambda given: members("p.sex IS NULL"),
    ),
)  # fmt: skip
