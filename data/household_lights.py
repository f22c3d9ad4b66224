"""两不愁三保障和饮水安全: six lights of one household, each with what speaks for it. None is green without evidence."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access import Viewer
from data.household_file import HouseholdFile
from data.terms import ASSURANCES, OUT_OF_SCHOOL

SECURE, AT_RISK, UNCHECKED = "稳固", "有风险", "未核实"
COMPULSORY = range(6, 16)  # years of age


@dataclass(frozen=True)
class Light:
    """One of the six: ``item`` a key of ``terms.ASSURANCES``, its state, evidence in a sentence, and the part of the
    page (an anchor) where the evidence stands."""

    item: str
    state: str
    evidence: str
    part: str

    @property
    def name(self) -> str:
        return ASSURANCES[self.item]


def lights(connection: Connection, viewer: Viewer, file: HouseholdFile) -> list[Light]:
    """The six of a file; who does not see identity gets no words of a check."""
    held = connection.execute(text(_CHECKS), {"household": file.id}).all()
    checks = pd.DataFrame(held, columns=["item", "checked", "secure", "evidence"], dtype=object)
    if not viewer.sees_identity:
        checks["evidence"] = None
    return judged(file, checks)


def judged(file: HouseholdFile, checks: pd.DataFrame) -> list[Light]:
    """The six in the order of ``terms.ASSURANCES``, from the file and its checks (item, checked, secure, evidence).

    What somebody checked by the day of the file and what the records say both count, the worse of the two. A check
    made later than that day tells that housing and water as recorded today say nothing about then.
    """
    return [_light(file, checks[checks["item"] == item], item) for item in ASSURANCES]


def _light(file: HouseholdFile, checks: pd.DataFrame, item: str) -> Light:
    by_then = checks[checks["checked"] <= file.facts["as_of"]]
    recorded, said, part = _RECORDS[item](file)
    if item in ("housing", "water") and len(by_then) < len(checks):
        recorded, said = UNCHECKED, "登记情况在此月之后有变动。"
    if by_then.empty:
        return Light(item, recorded, said or "没有核实记录。", part)
    last = by_then.sort_values("checked").iloc[-1]
    result = SECURE if last["secure"] else AT_RISK
    found = f"{last['checked']} 核实：{(last['evidence'] or result).rstrip('。')}。"
    if recorded != result:
        found += said
    return Light(item, AT_RISK if AT_RISK in (result, recorded) else result, found, part)


def _upkeep(file: HouseholdFile) -> tuple[str, str, str]:
    """Food and clothing: the records say what the household lives on, which is no check."""
    income = file.income
    known = [f"登记有{'、'.join(_safety_net(file))}"] if _safety_net(file) else []
    if income.per_head is not None and income.line is not None:
        side = "低于" if income.per_head < income.line else "高于" if income.per_head > income.line else "等于"
        known.append(f"12个月人均纯收入 {income.per_head:,.0f} 元，{side}监测线")
    return UNCHECKED, f"参考：{'；'.join(known)}。" if known else "", "income"


def _safety_net(file: HouseholdFile) -> list[str]:
    running = file.measures[(file.measures["category"] == "兜底") & (file.measures["running"] == 1)]
    return [name for name in dict.fromkeys(running["name"]) if name]


def _education(file: HouseholdFile) -> tuple[str, str, str]:
    members = file.members
    unknown = int(members["born"].isna().sum())
    ages = [age(born, as_of) for born, as_of in zip(members["born"], members["as_of"], strict=True)]
    children = members[pd.Series([years in COMPULSORY for years in ages], index=members.index, dtype=bool)]
    out = children[children["schooling"].isin(OUT_OF_SCHOOL)]
    if len(out):
        return AT_RISK, f"{_names(out)} {'、'.join(dict.fromkeys(out['schooling']))}。", "members"
    untold = int(children["schooling"].isna().sum())
    if members.empty or unknown or untold:
        return UNCHECKED, _unsaid(members, (unknown, "出生日期"), (untold, "在校状况")), "members"
    if children.empty:
        return SECURE, "家中没有6至15周岁的孩子。", "members"
    schools = "、".join(dict.fromkeys(children["schooling"]))
    return SECURE, f"{len(children)} 名6至15周岁的孩子都在校（{schools}）。", "members"


def _medical(file: HouseholdFile) -> tuple[str, str, str]:
    members = file.members
    outside = members[members["medical_insured"] == 0]
    if len(outside):
        ill = int((~outside["health"].isin(("健康",)) & outside["health"].notna()).sum())
        among = f"，其中患病或残疾 {ill} 人" if ill else ""
        return AT_RISK, f"{_names(outside)} 未参加基本医疗保险{among}。", "members"
    untold = int(members["medical_insured"].isna().sum())
    if members.empty or untold:
        return UNCHECKED, _unsaid(members, (untold, "参保情况")), "members"
    return SECURE, f"{len(members)} 人都参加了基本医疗保险。", "members"


def _column(name: str):
    def recorded(file: HouseholdFile) -> tuple[str, str, str]:
        value = file.facts[name]
        state = {1: SECURE, 0: AT_RISK}.get(value, UNCHECKED)
        return state, {1: "户档案登记为安全。", 0: "户档案登记为不安全。"}.get(value, ""), "facts"

    return recorded


_CHECKS = "SELECT item, checked, secure, evidence FROM assurance WHERE household_id = :household ORDER BY checked"
_RECORDS = {
    "food": _upkeep, "clothing": _upkeep, "education": _education, "medical": _medical,
    "housing": _column("housing_safe"), "water": _column("water_safe"),
}  # fmt: skip


def _unsaid(members: pd.DataFrame, *missing: tuple[int, str]) -> str:
    if members.empty:
        return "没有登记家庭成员。"
    return "、".join(f"{count} 人没有登记{what}" for count, what in missing if count) + "。"


def _names(members: pd.DataFrame) -> str:
    return "、".join(members["name"])


def age(born: str | None, as_of: str) -> int | None:
    """Full years on a day, both ISO; None where unknown or not born yet."""
    if born is None or born > as_of:
        return None
    return int(as_of[:4]) - int(born[:4]) - (as_of[5:] < born[5:])
