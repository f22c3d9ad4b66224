"""Numbers and changes in officials' words: 1,234 户; 12,496 元; 3,565 万元; 69.3 %; 较上月 ▲ 1.2 个百分点."""

import math
from dataclasses import dataclass, replace
from typing import TypeGuard

from data.figures.indicators import Indicator

NO_VALUE = "—"
_SIZES = ((1e8, "亿元", 2), (1e4, "万元", 1), (1, "元", 0))


@dataclass(frozen=True)
class Amount:
    """A number as it is read, and its unit, which stands small after it."""

    number: str
    unit: str

    def __str__(self) -> str:
        return f"{self.number} {self.unit}" if self.unit else self.number


@dataclass(frozen=True)
class Change:
    """A difference in words: arrow (▲ ▼ －), size, and whether it is for the better (1), the worse (-1) or neither."""

    arrow: str
    amount: str
    trend: int


def has_value(value: float | None) -> TypeGuard[float]:
    """Whether there is a value at all."""
    return value is not None and math.isfinite(value)


def amount(indicator: Indicator, value: float | None) -> Amount:
    """The value of an indicator (shares as fractions, money in yuan) as number and unit; — where there is none."""
    if not has_value(value):
        return Amount(NO_VALUE, "")
    if indicator.format == "money":
        return money(value)
    if indicator.format in ("percent", "growth"):
        sign = "+" if indicator.format == "growth" and round(value / indicator.step) > 0 else ""
        return Amount(f"{sign}{_plain(value * 100, indicator.decimals)}", "%")
    return Amount(_plain(value, 0), indicator.unit)


def money(yuan: float) -> Amount:
    """Yuan in the unit that suits the size: 元, 万元 from 10,000, 亿元 from 100,000,000."""
    size, unit, decimals = next((s for s in _SIZES if abs(yuan) >= s[0]), _SIZES[-1])
    shown = yuan / size
    return Amount(_plain(shown, 0 if unit == "万元" and abs(shown) >= 1000 else decimals), unit)


def cents(yuan: float | None) -> str:
    """``12,345.60``: yuan with the fen."""
    return f"{yuan + 0:,.2f}".replace("-", "−") if has_value(yuan) else NO_VALUE


def yuan(amount: float | None) -> str:
    """``12,345 元``: yuan without the fen."""
    return f"{amount:,.0f} 元".replace("-", "−") if has_value(amount) else NO_VALUE


def ten_thousands(yuan: float | None) -> str:
    """``1,234.5``: yuan in 万元, where the heading says so."""
    return f"{yuan / 1e4:,.1f}" if has_value(yuan) else NO_VALUE


def in_class_unit(indicator: Indicator, value: float | None) -> str:
    """The value as a number alone, in the unit of :func:`class_unit`: for a column whose heading names the unit."""
    if not has_value(value) or indicator.format != "money":
        return amount(indicator, value).number
    return _plain(value / 1e4, 2)


def change(indicator: Indicator, now: float | None, before: float | None) -> Change | None:
    """The difference of two values as they are read; of shares in percentage points. None where one is missing."""
    if not has_value(now) or not has_value(before):
        return None
    return difference(indicator, indicator.told(now) - indicator.told(before))


def difference(indicator: Indicator, step: float) -> Change:
    """A difference in words."""
    if indicator.same(step, 0):
        return Change("－", "持平", 0)
    if indicator.format in ("percent", "growth"):
        said = f"{_plain(abs(step) * 100, indicator.decimals)} 个百分点"
    else:
        said = str(amount(indicator, abs(step)))
    return Change("▲" if step > 0 else "▼", said, indicator.direction * (1 if step > 0 else -1))


def moved(indicator: Indicator, change: Change) -> str:
    """A change as a verb: what is counted 增加 or 减少, a rate or an amount a head 上升 or 下降; 持平."""
    if change.arrow == "－":
        return change.amount
    more, less = ("增加", "减少") if _adds_up(indicator) else ("上升", "下降")
    return f"{less if change.arrow == '▼' else more} {change.amount}"


def apart(indicator: Indicator, step: float) -> str:
    """How far a value lies from another: of what is counted 多 or 少 (from a mean with one decimal), else 高 or 低."""
    said = difference(indicator, step)
    if indicator.format == "count" and not float(step).is_integer():
        said = replace(said, amount=f"{_plain(abs(step), 1)} {indicator.unit}")
        if round(abs(step), 1) == 0:
            return "持平"
    elif said.arrow == "－":
        return said.amount
    more, less = ("多", "少") if _adds_up(indicator) else ("高", "低")
    return f"{less if step < 0 else more} {said.amount}"


def _adds_up(indicator: Indicator) -> bool:
    return indicator.format in ("count", "money")


def percent(share: float | None, decimals: int = 1) -> str:
    """``69.3 %``; — for none."""
    return f"{_plain(share * 100, decimals)} %" if has_value(share) else NO_VALUE


def attention(indicator: Indicator, value: float | None) -> int:
    """2 where the value needs action, 1 where it needs attention, else 0: by the warning levels of the registry."""
    if indicator.warning is None or not has_value(value):
        return 0
    worse = [value < level if indicator.direction > 0 else value >= level for level in indicator.warning]
    return 2 if worse[1] else 1 if worse[0] else 0


def class_number(value: float) -> str:
    """A number on a legend: grouped, with no more decimals than tell classes apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def class_unit(indicator: Indicator) -> str:
    """The unit of a legend's numbers: money in 万元, so that all classes are in one unit."""
    return "万元" if indicator.format == "money" else indicator.unit


def _plain(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def day(iso: str | None) -> str:
    """``2026-11-22`` as ``2026年11月22日``."""
    return f"{int(iso[:4])}年{int(iso[5:7])}月{int(iso[8:10])}日" if iso else NO_VALUE


def moment(iso: str) -> str:
    """``2026-11-22T08:15:09`` as ``2026-11-22 08:15``."""
    return iso[:16].replace("T", " ")
