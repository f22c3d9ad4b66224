"""两不愁三保障和饮水安全: six lights of one household, each with what speaks for it. None is green without evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pandas as pd
from sqlalchemy import Connection, text

from data.access.actors import actor_name
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.figures.facts import COLUMN_OF
from data.households.edits import edits_of
from data.households.file import HouseholdFile
from data.store.rows import Record
from data.terms import ASSURANCES, OUT_OF_SCHOOL, SAFETY_NET, SCHOOL_AGE

SECURE, AT_RISK, DOUBTFUL, UNCHECKED = "稳固", "有风险", "存疑", "未核实"
"""What is said of an assurance; UNCHECKED where nothing is known of it on the day."""
_VERDICTS = {1: SECURE, 0: AT_RISK, 2: DOUBTFUL}
_WORST = (AT_RISK, DOUBTFUL)
COMPULSORY = range(*SCHOOL_AGE)  # years of age


@dataclass(frozen=True)
class Check:
    """What somebody found: ``item`` a key of ``terms.ASSURANCES``, the day (ISO), ``secure`` a key of
    ``terms.VERDICTS``, in his words, and who he is where that is known."""

    item: str
    checked: str
    secure: int
    evidence: str | None
    by: str | None = None


class JudgedIncome(Protocol):
    """What of an income counts as evidence."""

    @property
    def per_head(self) -> float | None: ...
    @property
    def line(self) -> float | None: ...


class Judged(Protocol):
    """What of a file the six are judged by."""

    @property
    def facts(self) -> Record: ...
    @property
    def members(self) -> pd.DataFrame: ...
    @property
    def measures(self) -> pd.DataFrame: ...
    @property
    def income(self) -> JudgedIncome: ...


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


@needs(READ, HOUSEHOLDS)
def lights(connection: Connection, viewer: Viewer, file: HouseholdFile) -> list[Light]:
    """The six of a file; who does not see identity gets no words of a check."""
    held = connection.execute(text(_CHECKS), {"household": file.id}).all()
    checks = [Check(*row) for row in held]
    if not viewer.sees_identity:
        return judged(file, [replace(check, evidence=None) for check in checks])
    by = _checked_by(connection, file.id) if checks else {}
    return judged(file, [replace(check, by=by.get((check.item, check.checked))) for check in checks])


@needs(READ, HOUSEHOLDS)
def lights_upon(
    connection: Connection, viewer: Viewer, file: HouseholdFile, check: Check, *, latest: bool
) -> tuple[list[Light], list[Light]]:
    """The six of a file as they are, and as they are once this check stands as well; ``latest``: nothing
    that is known of its item is newer."""
    before = lights(connection, viewer, file)
    held = [Check(*row) for row in connection.execute(text(_CHECKS), {"household": file.id})]
    checks = [*(one for one in held if (one.item, one.checked) != (check.item, check.checked)), check]
    name = COLUMN_OF.get(check.item)
    if latest and name is not None:
        file = replace(file, facts={**file.facts, name: check.secure})
    return before, judged(file, checks)


def _checked_by(connection: Connection, household: int) -> dict[tuple[str, str], str]:
    """(item, day) → who entered the check last, of those entered here."""
    actors = {
        (str(edit.key["item"]), str(edit.key["checked"])): actor
        for actor, edits in connection.execute(text(_CHECKING), {"household": household})
        for edit in edits_of(edits)
        if edit.table == "assurance" and (edit.after or {}).get("evidence")  # not what stood before any check
    }
    names = {actor: actor_name(connection, actor) for actor in set(actors.values())}
    return {check: names[actor] for check, actor in actors.items()}


def judged(file: Judged, checks: Sequence[Check]) -> list[Light]:
    """The six in the order of ``terms.ASSURANCES``, from the file and its checks, whatever their order.

    What somebody checked by the day of the file and what the records say both count, the worse of the two.
    """
    return [_light(file, [check for check in checks if check.item == item], item) for item in ASSURANCES]


def _light(file: Judged, checks: Sequence[Check], item: str) -> Light:
    by_then = [check for check in checks if check.checked <= file.facts["as_of"]]
    recorded, said, part = _RECORDS[item](file)
    if not by_then:
        return Light(item, recorded, said or "没有核实记录。", part)
    last = max(by_then, key=lambda check: check.checked)
    result = _VERDICTS[last.secure]
    found = f"{last.checked} 核实{f'（{last.by}）' if last.by else ''}：{(last.evidence or result).rstrip('。')}。"
    if recorded != result:
        found += said
    return Light(item, next((state for state in _WORST if state in (result, recorded)), result), found, part)


def _upkeep(file: Judged) -> tuple[str, str, str]:
    """Food and clothing: the records say what the household lives on, which is no check."""
    income = file.income
    known = [f"登记有{'、'.join(_safety_net(file))}"] if _safety_net(file) else []
    if income.per_head is not None and income.line is not None:
        side = "低于" if income.per_head < income.line else "高于" if income.per_head > income.line else "等于"
        known.append(f"12个月人均纯收入 {income.per_head:,.0f} 元，{side}监测线")
    return UNCHECKED, f"参考：{'；'.join(known)}。" if known else "", "income"


def _safety_net(file: Judged) -> list[str]:
    running = [row.name for row in file.measures.itertuples() if row.category == SAFETY_NET and row.running]
    return [name for name in dict.fromkeys(running) if name]


def _education(file: Judged) -> tuple[str, str, str]:
    members = list(file.members.itertuples())
    children = [one for one in members if age(one.born, one.as_of) in COMPULSORY]
    if out := [one for one in children if one.schooling in OUT_OF_SCHOOL]:
        return AT_RISK, f"{_names(out)} {'、'.join(dict.fromkeys(one.schooling for one in out))}。", "members"
    unknown = sum(one.born is None for one in members)
    untold = sum(one.schooling is None for one in children)
    if not members or unknown or untold:
        return UNCHECKED, _unsaid(members, (unknown, "出生日期"), (untold, "在校状况")), "members"
    if not children:
        return SECURE, "家中没有6至15周岁的孩子。", "members"
    schools = "、".join(dict.fromkeys(one.schooling for one in children))
    return SECURE, f"{len(children)} 名6至15周岁的孩子都在校（{schools}）。", "members"


def _medical(file: Judged) -> tuple[str, str, str]:
    members = list(file.members.itertuples())
    if outside := [one for one in members if one.medical_insured == 0]:
        ill = sum(one.health not in (None, "健康") for one in outside)
        among = f"，其中患病或残疾 {ill} 人" if ill else ""
        return AT_RISK, f"{_names(outside)} 未参加基本医疗保险{among}。", "members"
    untold = sum(one.medical_insured is None for one in members)
    if not members or untold:
        return UNCHECKED, _unsaid(members, (untold, "参保情况")), "members"
    return SECURE, f"{len(members)} 人都参加了基本医疗保险。", "members"


def _column(name: str) -> Callable[[Judged], tuple[str, str, str]]:
    """As known on the file's day: of its last check by then, where there is any check, else as it was collected."""

    def recorded(file: Judged) -> tuple[str, str, str]:
        value = file.facts[name]
        said = {1: "户档案登记为安全。", 0: "户档案登记为不安全。", 2: "户档案登记为存疑。"}
        return _VERDICTS.get(value, UNCHECKED), said.get(value, "截至此日没有登记。"), "facts"

    return recorded


_CHECKS = "SELECT item, checked, secure, evidence FROM assurance WHERE household_id = :household"
_CHECKING = """
    SELECT c.actor, c.edits FROM change c
    WHERE c.household_id = :household AND c.edits LIKE '%"assurance"%' AND c.undoes IS NULL
        AND NOT EXISTS (SELECT 1 FROM change back WHERE back.undoes = c.id)
    ORDER BY c.id"""
_RECORDS = {
    "food": _upkeep, "clothing": _upkeep, "education": _education, "medical": _medical,
    "housing": _column("housing_safe"), "water": _column("water_safe"),
}  # fmt: skip


def _unsaid(members: Sequence[object], *missing: tuple[int, str]) -> str:
    if not members:
        return "没有登记家庭成员。"
    return "、".join(f"{count} 人没有登记{what}" for count, what in missing if count) + "。"


def _names(members: Sequence[Any]) -> str:  # Any: rows of a frame
    return "、".join(one.name for one in members)


def age(born: str | None, as_of: str) -> int | None:
    """Full years on a day, both ISO; None where unknown or not born yet."""
    if born is None or born > as_of:
        return None
    return int(as_of[:4]) - int(born[:4]) - (as_of[5:] < born[5:])
