"""How a village's returns are shared out: weights, shares to the fen, and what each project bears of each share.

Everything is integer fen; nothing is made or lost by rounding (largest remainder: every share is rounded down, and the
fen that are left go one each to the largest remainders, the smaller number first where two are the same).
"""

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from data.errors import Refused
from data.money import exact
from data.terms import HOUSEHOLD_ATTRIBUTES, STATE_NAMES

"""The same as 带动方式 of the households of a project."""
PURPOSES = {"posts": "公益岗位预留", "fund": "村集体公积金", "welfare": "公益事业"}
"""What the village may keep a part for."""
BASES = {
    "persons": "按人口",
    "equal": "按户均分",
    "class": "按户类型",
    "labour": "按劳动力人数",
    "weak": "照顾无劳动力户",
    "hand": "手工填写",
}
WITHOUT_LABOUR = "无劳动力户"
WHOLE = 10_000
"""A weight of one: weights are whole ten-thousandths, so that coefficients of two places multiply exactly."""
_COEFFICIENTS = {
    "class": {
        "未脱贫户": 150, "突发严重困难户": 150, "边缘易致贫户": 130, "脱贫不稳定户": 130, "脱贫户": 100,
        "低保户": 120, "特困户": 150,
    },
    "weak": {WITHOUT_LABOUR: 150},
}  # fmt: skip
_HIGHEST = 10_00
Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)


@dataclass(frozen=True)
class Rule:
    """How weights are made. ``coefficients`` are hundredths by 户类型, 户属性 or WITHOUT_LABOUR; ``by_persons``: each
    person counts and not each household, for the rules that go by class or labour."""

    basis: str = "persons"
    coefficients: Mapping[str, int] = field(default_factory=dict)
    by_persons: bool = False

    def coefficient(self, name: str) -> int:
        """The hundredths that hold for a class."""
        return self.coefficients.get(name, _COEFFICIENTS.get(self.basis, {}).get(name, 100))


@dataclass(frozen=True)
class Household:
    """What of a household a rule looks at: ``state`` a key of ``terms.STATE_NAMES``, 户属性 or None."""

    id: int
    persons: int
    labour: int
    state: int
    attribute: str | None = None


def coefficients_of(basis: str) -> dict[str, int]:
    """The classes whose coefficients a village may set under a rule, with what they are without its doing."""
    return dict(_COEFFICIENTS.get(basis, {}))


def stored(rule: Rule) -> str:
    """The rule as the plan keeps it."""
    return json.dumps(
        {"basis": rule.basis, "coefficients": dict(rule.coefficients), "by_persons": rule.by_persons},
        ensure_ascii=False,
        sort_keys=True,
    )


def read(kept: str) -> Rule:
    """The rule of a plan, as ``stored`` wrote it."""
    return Rule(**json.loads(kept))


def check(rule: Rule) -> None:
    """Raises Refused for a rule that cannot be."""
    if rule.basis not in BASES:
        raise Refused(f"没有“{str(rule.basis)[:20]}”这种分配办法，可选：{'、'.join(BASES.values())}。")
    known = coefficients_of(rule.basis)
    for name, value in rule.coefficients.items():
        if name not in known:
            raise Refused(f"“{BASES[rule.basis]}”没有“{name[:20]}”的系数。")
        if not isinstance(value, int) or not 0 <= value <= _HIGHEST:
            raise Refused(f"“{name}”的系数应为 0 至 {_HIGHEST // 100}，最多两位小数。")


def weight(rule: Rule, household: Household) -> int:
    """The weight of a household in ten-thousandths; 0 where shares are typed by hand."""
    each = household.persons if rule.by_persons else 1
    match rule.basis:
        case "equal":
            return WHOLE
        case "persons":
            return WHOLE * household.persons
        case "labour":
            return WHOLE * household.labour
        case "weak":
            return each * 100 * (100 if household.labour else rule.coefficient(WITHOUT_LABOUR))
        case "class":
            attribute = household.attribute if household.attribute in HOUSEHOLD_ATTRIBUTES[1:] else None
            more = rule.coefficient(attribute) if attribute else 100
            return each * rule.coefficient(STATE_NAMES[household.state]) * more
    return 0


def spread(total: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """``total`` fen by weight, to the fen; the keys must have an order.

    Raises Refused where there is something to give and nobody with a weight.
    """
    if total < 0 or any(one < 0 for one in weights.values()):
        raise ValueError("neither the total nor a weight is negative")
    whole = sum(weights.values())
    if not total:
        return dict.fromkeys(weights, 0)
    if not whole:
        raise Refused("按这种办法没有一户有份：请换一种分配办法，或改系数。")
    shares = {key: total * one // whole for key, one in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in by_remainder[: total - sum(shares.values())]:
        shares[key] += 1
    return shares


def spread_rest(total: int, weights: Mapping[Key, int], typed: Mapping[Key, int]) -> dict[Key, int]:
    """The same where some shares were typed by hand: they stay, and what is left goes to the others by weight.

    Raises Refused where those typed are more than there is.
    """
    rest = total - sum(typed.values())
    if rest < 0:
        raise Refused(f"手工填写的合计比可分配的多 {exact(-rest)} 元，请先改小。")
    others = {key: one for key, one in weights.items() if key not in typed}
    if not others:
        return dict(typed)
    return {**spread(rest, others), **typed}


def explanation(rule: Rule, rest: int, weights: Mapping[int, int]) -> str:
    """The rule with its numbers put in: what there is, by what it is divided, what comes out for a weight of one."""
    whole = sum(weights.values())
    if rule.basis == "hand" or not whole:
        return "各户金额由村里逐户填写。"
    unit = {"persons": "人", "labour": "个劳动力", "equal": "户"}.get(rule.basis, "")
    shown = f"{whole / WHOLE:,.4f}".rstrip("0").rstrip(".")
    each = {"人": "每人", "个劳动力": "每个劳动力", "户": "每户"}.get(unit, "每份（系数 1）")
    of = f"{shown} {unit}" if unit else f"权重合计 {shown}"
    return f"可分配 {exact(rest)} 元 ÷ {of} = {each} {rest * WHOLE / whole / 100:,.4f} 元，尾差逐分补给余数最大的户"


def matrix(rows: Mapping[Row, int], columns: Mapping[Column, int]) -> dict[tuple[Row, Column], int]:
    """What each column bears of each row, so that rows and columns add up exactly; zeros are left out.

    The part by proportion rounded down, and what is left by the north-west corner rule. The order of the arguments is
    that of the corner. Raises ValueError where the sums differ or something is negative.
    """
    total = sum(rows.values())
    if total != sum(columns.values()) or any(one < 0 for one in (*rows.values(), *columns.values())):
        raise ValueError("rows and columns must have one sum, and nothing below zero")
    if not total:
        return {}
    cells = {(row, column): have * bears // total for row, have in rows.items() for column, bears in columns.items()}
    open_rows = {row: have - sum(cells[row, column] for column in columns) for row, have in rows.items()}
    open_columns = {column: bears - sum(cells[row, column] for row in rows) for column, bears in columns.items()}
    waiting = iter(open_columns)
    column = next(waiting)
    for row, needed in open_rows.items():
        while needed:
            while not open_columns[column]:
                column = next(waiting)
            moved = min(needed, open_columns[column])
            cells[row, column] += moved
            open_columns[column] -= moved
            needed -= moved
    return {key: amount for key, amount in cells.items() if amount}
