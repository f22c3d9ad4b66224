"""ID numbers and telephones."""

from data.model.running import holds_on
from data.rules.parts import there
from data.rules.rule import DOUBT, HARD, HINT, Parameters, Rule, Where, households, members, named

_KINDS = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_LEVELS = ("一级", "二级", "三级", "四级")
_PROPER = "p.length IN (18, 20, 22) AND p.digits = 1"


def _twice(same_person: bool) -> Where:
    """Whether the number of ``p`` is another's, too: in another household as well under the same name, or otherwise."""

    def where(given: Parameters) -> str:
        of_both = "w.household_id <> p.household_id AND COALESCE(q.name, '') = p.name"
        return (
            "p.same IN (SELECT same FROM rule_same)"
            " AND EXISTS (SELECT 1 FROM member_mark o JOIN member q ON q.code = o.member JOIN member_spell w"
            f" ON w.member = o.member AND {holds_on('w', given.day)} WHERE o.same = p.same AND o.member <> p.code"
            f" AND {of_both if same_person else f'NOT ({of_both})'} AND {there('w.household_id', given.day)})"
        )

    return where


def _shared(given: Parameters) -> str:
    return households(
        "EXISTS (SELECT 1 FROM phone_mark t JOIN rule_phone o ON o.same = t.same WHERE t.household_id = h.id"
        f" AND o.households >= {given.number('rule_phone_households')})"
    )


def _said(words: tuple[str, ...], sign: int) -> str:
    cases = " ".join(f"WHEN '{place}' THEN '{word}'" for place, word in enumerate(words, 1))
    return f"CASE substr(p.suffix, {sign}, 1) {cases} END"


_SUFFIX = (
    "length(p.suffix) = 2 AND substr(p.suffix, 1, 1) BETWEEN '1' AND '7' AND substr(p.suffix, 2, 1) BETWEEN '1' AND '4'"
)

RULES = (
    Rule(
        "R101", "证件号码重复", HARD, "member", "id_number",
        "两名在册成员的证件号码（前18位）相同，而姓名不同，或者登记在同一户。双方都列出。",
        lambda given: members(_twice(same_person=False)(given)),
    ),
    Rule(
        "R102", "一人登记在两户", HARD, "member", "id_number",
        "姓名和证件号码（前18位）都相同的人，同时是两户的在册成员。双方都列出。",
        lambda given: members(_twice(same_person=True)(given)),
    ),
    Rule(
        "R103", "证件号码位数不对", HARD, "member", "id_number",
        "填了证件号码，但不是18位身份证号，也不是20位或22位残疾人证号，或者夹有字母、符号。",
        lambda given: members(f"p.length IS NOT NULL AND NOT ({_PROPER})"),
    ),
    Rule(
        "R104", "证件号码校验位不对", HARD, "member", "id_number",
        "证件号码位数正确，但第18位与按国家标准算出的校验码不符，通常是抄错了一位。",
        lambda given: members(f"{_PROPER} AND p.checked = 0"),
    ),
    Rule(
        "R105", "残疾证号后缀不对", HARD, "member", "id_number",
        "残疾人证号的第19位（类别）不是1至7，或者第20位（等级）不是1至4。",
        lambda given: members(f"p.suffix IS NOT NULL AND NOT ({_SUFFIX})"),
    ),
    Rule(
        "R106", "出生日期与证件号码不符", HARD, "member", "born",
        "证件号码校验无误，但其中的出生日期与填写的出生日期不同，或者不是一个日期。",
        lambda given: members("p.checked = 1 AND p.born IS NOT NULL AND COALESCE(p.number_born, '') <> p.born"),
    ),
    Rule(
        "R107", "性别与证件号码不符", HARD, "member", "sex",
        "证件号码校验无误，但第17位表示的性别与填写的性别不同。",
        lambda given: members("p.checked = 1 AND p.number_sex <> p.sex"),
    ),
    Rule(
        "R108", "残疾证号与残疾类别、等级不符", DOUBT, "member", "disability_level",
        "残疾人证号的第19位、第20位与填写的残疾类别或残疾等级不同。",
        lambda given: members(
            f"{_SUFFIX} AND ({_said(_KINDS, 1)} <> p.disability_kind OR {_said(_LEVELS, 2)} <> p.disability_level)"
        ),
    ),
    Rule(
        "R109", "一个电话多户共用", DOUBT, "household", "phone",
        "同一个联系电话填在{rule_phone_households}户及以上的在册户里。各户都列出。",
        _shared, named("rule_phone_households"),
    ),
    Rule(
        "R110", "联系电话不是11位", HARD, "household", "phone",
        "填了联系电话，但不是1开头的11位手机号，也不是带区号的固定电话。",
        lambda given: households(
            "EXISTS (SELECT 1 FROM phone_mark t WHERE t.household_id = h.id AND t.formed = 0)"
        ),
    ),
    Rule(
        "R111", "没有填证件号码", HINT, "member", "id_number",
        "在册成员没有填证件号码。",
        lambda given: members("p.numbered = 0"),
    ),
    Rule(
        "R112", "没有填出生日期", HINT, "member", "born",
        "在册成员没有填出生日期，年龄、入学、劳动能力都无从核对。",
        lambda given: members("p.born IS NULL"),
    ),
)  # fmt: skip
