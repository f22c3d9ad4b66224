"""The monitoring line of the demonstration's province: a made-up one for each year, as the sheet 监测线."""

from data.demo.ground import Ground, Sheet

_KNOWN = {2020: 5_000, 2021: 6_000, 2022: 6_700, 2023: 7_500, 2024: 8_300, 2025: 8_800, 2026: 9_200}
_RISE = 1.04  # a year, beyond those known


def line_of_year(year: int) -> int:
    """Fen a head and year."""
    newest = max(_KNOWN)
    if year > newest:
        return int(_KNOWN[newest] * _RISE ** (year - newest)) // 100 * 100_00
    return _KNOWN[max(year, min(_KNOWN))] * 100


def line_columns(ground: Ground) -> Sheet:
    """The sheet 监测线: each year's from 1 January on."""
    years = range(min(_KNOWN), ground.today.year + 1)
    return {
        "province": [ground.counties[0].code[:2]] * len(years),
        "since": [f"{year}-01-01" for year in years],
        "amount_fen": [line_of_year(year) for year in years],
    }
