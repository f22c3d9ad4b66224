"""What an income card counts: sums by 科目 and kind, 总收入 K, 支出 R, 纯收入 S, 人均纯收入 T, and how each came by.

Amounts are whole fen throughout; only R by coefficients and T are rounded, each once, to the fen (四舍五入). Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from data.money import short
from data.terms import EXPENSE, INCOME_KINDS, SUBJECTS

Lines = Mapping[str, Sequence[int | None]]
"""科目 → fen of each month, None where nothing is on record (0 is on record)."""
LETTERS = {"wage": "L", "business": "M", "property": "N", "transfer": "P"}


@dataclass(frozen=True)
class Figures:
    """The sums of a card, in fen. ``subjects``: every 科目 → its sum as recorded (0 where nothing is);
    ``estimates``: 科目 → (its sum, coefficient, share taken for expense) where R is estimated, else empty;
    ``expense_known``: whether any expense, nought included, is on record; ``recorded``: whether anything is."""

    subjects: dict[str, int]
    persons: int
    estimates: dict[str, tuple[int, Decimal, int]]
    expense_known: bool
    recorded: bool

    @property
    def kinds(self) -> dict[str, int]:
        """工资性 L, 生产经营性 M, 财产性 N, 转移性 P by their keys of ``INCOME_KINDS``."""
        return {
            kind: sum(self.subjects[name] for name, (of, _) in SUBJECTS.items() if of == kind) for kind in INCOME_KINDS
        }

    @property
    def gross(self) -> int:
        """总收入 K = L + M + N + P."""
        return sum(self.kinds.values())

    @property
    def estimated(self) -> bool:
        """Whether R is by coefficients, not on record."""
        return bool(self.estimates)

    @property
    def expense(self) -> int:
        """生产经营性支出 R."""
        return sum(share for *_, share in self.estimates.values()) if self.estimated else self.subjects[EXPENSE]

    @property
    def net(self) -> int:
        """纯收入 S = K − R."""
        return self.gross - self.expense

    @property
    def per_head(self) -> int | None:
        """人均纯收入 T = S ÷ 家庭人口 to the fen, half a fen away from zero; None without members or lines."""
        return rounded(Decimal(self.net) / self.persons) if self.persons and self.recorded else None

    def below(self, line: int | None) -> bool | None:
        """Whether T lies below a line (fen), compared before rounding; None where one of them is not known."""
        return None if line is None or self.per_head is None else self.net < line * self.persons

    @property
    def letters(self) -> dict[str, int | None]:
        """L, M, N, P, K, R, S, T."""
        kinds = {LETTERS[kind]: total for kind, total in self.kinds.items()}
        return {**kinds, "K": self.gross, "R": self.expense, "S": self.net, "T": self.per_head}

    @property
    def formulas(self) -> dict[str, str]:
        """K, R, S, T → the formula with its numbers put in, in yuan."""
        kinds = self.kinds
        words = {
            "K": " + ".join(f"{INCOME_KINDS[kind]} {short(kinds[kind])}" for kind in INCOME_KINDS),
            "R": " + ".join(
                f"{name} {short(total)} × {share:.2f}" for name, (total, share, _) in self.estimates.items()
            ),
            "S": f"总收入 {short(self.gross)} − 生产经营性支出 {short(self.expense)}",
        }
        said = {letter: f"{formula} = {short(self.letters[letter])} 元" for letter, formula in words.items() if formula}
        known = f"填报的生产经营性支出合计 = {short(self.expense)} 元"
        said.setdefault("R", known if self.expense_known else "没有填报生产经营性支出，按 0 元计")
        if self.per_head is not None:
            said["T"] = f"纯收入 {short(self.net)} ÷ 家庭人口 {self.persons} 人 = {short(self.per_head)} 元"
        else:
            missing = "收支记录" if self.persons else "登记家庭成员"
            said["T"] = f"没有{missing}，人均纯收入算不出"
        return said


def figures(
    lines: Lines, persons: int, coefficients: Mapping[str, float], totals: Mapping[str, int] = MappingProxyType({})
) -> Figures:
    """The sums of ``lines`` and of what is booked for the whole year (``totals``: 科目 → fen).

    R is what is on record; where no expense is (no month has an amount, nought included) and the county has set
    coefficients, it is estimated: for each 科目 its income × coefficient, rounded to the fen, none for a loss.
    """
    subjects = {
        name: sum(fen for fen in lines.get(name, ()) if fen is not None) + totals.get(name, 0) for name in SUBJECTS
    }
    known = EXPENSE in totals or any(fen is not None for fen in lines.get(EXPENSE, ()))
    estimates = {}
    if not known:
        for name, share in coefficients.items():
            if (total := subjects[name]) > 0:
                exact = Decimal(str(share))
                estimates[name] = (total, exact, rounded(total * exact))
    recorded = bool(totals) or any(fen is not None for months in lines.values() for fen in months)
    return Figures(subjects, persons, estimates, known, recorded)


def rounded(fen: Decimal) -> int:
    """Whole fen, 四舍五入."""
    return int(fen.quantize(Decimal(1), ROUND_HALF_UP))
