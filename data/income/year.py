"""收入年度: the twelve months that an income card counts, by the county's setting (1 October to 30 September)."""

from dataclasses import dataclass

from data.months import spoken


@dataclass(frozen=True)
class IncomeYear:
    """The year that ends in ``year``; ``start`` is the first month (1 to 12) as set."""

    year: int
    start: int

    @property
    def first(self) -> int:
        """Ordinal of the first month."""
        return self.year * 12 + self.start - 1 - (12 if self.start > 1 else 0)

    @property
    def last(self) -> int:
        return self.first + 11

    @property
    def months(self) -> range:
        """The twelve ordinals."""
        return range(self.first, self.first + 12)

    @property
    def name(self) -> str:
        """``2026年度（2025年10月至2026年9月）``."""
        return f"{self.year}年度（{spoken(self.first)}至{spoken(self.last)}）"

    @property
    def before(self) -> "IncomeYear":
        return IncomeYear(self.year - 1, self.start)


def year_of(month: int, start: int) -> IncomeYear:
    """The income year in which a month (ordinal) lies."""
    year, number = month // 12, month % 12 + 1
    return IncomeYear(year + 1 if start > 1 and number >= start else year, start)
