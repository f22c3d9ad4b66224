"""One cell's text → its value in the store, or a Fault with the reason. Pure functions, each for one kind of column."""

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from data.errors import NotFound
from data.months import first_day, label, month_of
from data.regions.codes import region_code
from data.terms import LEVELS
from data.text.signs import hidden, seen
from data.workbook.sheets import MEMBER, SHEET, ColumnSpec

LONGEST = 10_000  # characters of one text
MOST_YUAN = Decimal(10**12)
CHINA = (73.0, 136.0, 3.0, 54.0)  # west, east, south, north in degrees
_YEARS = 28_000 - 1900  # an income year among months, whose ordinals stay below it

_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+)[eE]\+?|[eE]\+)(\d+)")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?")
_DAY = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})[日号]"
    r"|(\d{4})\.(\d{1,2})\.(\d{1,2})|((?:19|20)\d{2})(\d{2})(\d{2}))"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_KEPT = re.compile(r"['’‘＇]\s*([^'’‘＇]+)|[=＝]\s*[\"“”]([^\"“”]+)[\"“”]")
_SERIAL = re.compile(r"[1-6]\d{4}(?:\.\d+)?")  # Excel's day numbers from 1927 on: shorter ones would be years
_YEAR = re.compile(r"(\d{4})(?:年|年度)?")
_MONTH = re.compile(r"(\d{4})(?:-(\d{1,2})|/(\d{1,2})|年(\d{1,2})月(?:份)?|\.(\d{2}|[2-9])|(0[1-9]|1[0-2]))")
_MONEY = re.compile(r"(?:人民币|¥)?\s*([^亿万千百元]*?)\s*(?:(亿|万|千|百)?元?整?)")
_SCALES = {None: 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_CODE_AND_NAME = re.compile(r"(\d+)\s+(?=.*[^\d\s]).+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


CLEAR = "清空"
"""What a cell says to empty the stored value."""
NOTHING = ("无", "—", "——")
"""What a cell says where there is nothing: it empties a list or a text, and says nothing of a number or a date."""


class Fault(Exception):
    """A value that is refused; the text is the reason."""


def narrow(text: str) -> str:
    """Full-width digits and letters made plain, blanks around taken away."""
    return unicodedata.normalize("NFKC", text).strip()


def unwrapped(text: str) -> str:
    """Without what keeps digits from being taken for a number: a leading apostrophe, or ``="…"`` around them."""
    found = _KEPT.fullmatch(text.strip())
    return found[1] or found[2] if found else text


def clean(text: str) -> str | None:
    """Free text as it can be seen; None where nothing is left."""
    if len(text) > LONGEST:
        raise Fault(f"文字超过 {LONGEST} 个字符")
    return seen(text) or None


def named(text: str) -> str | None:
    """A name or a number with words: with a sign that cannot be seen it would look like another, and is refused."""
    if sign := hidden(text):
        raise Fault(f"含有看不见的字符（{sign}），请删去后重新填写")
    return clean(text)


def code(text: str) -> str:
    """A code as text; numbers of a workbook are understood as long as no digit was lost."""
    found = narrow(text)
    if re.fullmatch(r"\d+\.0+", found):
        found = found[: found.index(".")]
    if scientific := _SCIENTIFIC.fullmatch(found):
        whole, fraction, exponent = scientific[1], scientific[2] or "", int(scientific[3])
        if exponent >= 15 or len(fraction) < exponent or fraction[exponent:].strip("0"):
            raise Fault("被存成了科学计数法的数字，末几位已丢失，请把该列设为文本格式后重新填写")
        found = whole + fraction[:exponent]
    if len(found) > 64 or re.search(r"\s", found) or not found.isprintable():
        raise Fault("编号不得超过64个字符，也不得含空白或不可见字符")
    return found


def region(text: str, lengths: Collection[int]) -> str:
    """A region code whose digits, without the zeros that only fill it up, have one of the given lengths; what the
    lists of a template offer is understood, ``990181001001 西关村``."""
    listed = _CODE_AND_NAME.fullmatch(narrow(text))
    found = listed[1] if listed else code(text)
    if not (found.isascii() and found.isdigit()):
        raise Fault("区划代码只能是数字")
    meant, full = region_code(found)
    if not full:
        wanted = "、".join(map(str, lengths))
        raise Fault(f"区划代码应为 {wanted} 位数字，不以 0 开头，现为 {len(found)} 位")
    if len(meant) not in lengths:
        wanted = "、".join(f"{LEVELS[length]}的 {length} 位代码" for length in lengths)
        filled = "" if found == meant else "，末尾的 0 只是补位"
        raise Fault(f"这是{LEVELS[len(meant)]}的代码（{meant}{filled}），本列要填{wanted}")
    return meant


def identity(text: str) -> str:
    """An ID number as written, X in capitals; a number that lost digits is refused."""
    return code(text).upper()


def identity_doubt(number: str) -> str | None:
    """What is wrong with an ID number (GB 11643: 18 digits, check digit mod 11-2; +2 or +4 on a disability card)."""
    if len(number) not in (18, 20, 22) or not re.fullmatch(r"\d{17}[\dX]\w*", number, re.ASCII):
        return "证件号码应为18位（残疾人证20或22位），请核对"
    digit = "10X98765432"[sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11]
    return None if digit == number[17] else "证件号码校验位不对，请核对"


def _decimal(text: str) -> Decimal:
    found = narrow(text)
    try:
        if not _NUMBER.fullmatch(found):
            raise Fault("不是数字")
        return Decimal(found.replace(",", ""))
    except InvalidOperation as error:
        raise Fault("不是数字") from error


def _bounded(value: Decimal, low: float | None, high: float | None) -> Decimal:
    if low is not None and value < low:
        raise Fault("不能为负数" if low == 0 else f"不能小于 {low:g}")
    if high is not None and value > high:
        raise Fault(f"不能大于 {high:g}")
    return value


def money(text: str, low: float | None = None) -> int:
    """Yuan → fen, exactly; what a binary float adds beyond the fen is forgiven, a third decimal is not. ``￥1500``,
    ``1,500元`` and ``1.5万元`` are understood."""
    said = _MONEY.fullmatch(narrow(text))
    yuan = _bounded(_decimal(said[1] if said else text) * _SCALES[said[2] if said else None], low, None)
    if abs(yuan) > MOST_YUAN:
        raise Fault("金额超过一万亿元，请核对单位是否为元")
    fen = round(yuan * 100)
    if abs(yuan * 100 - fen) > max(Decimal("1e-6"), abs(yuan) * Decimal("1e-13")):
        raise Fault("金额最多精确到分（两位小数）")
    return int(fen)


def number(text: str, low: float | None = None, high: float | None = None) -> int:
    """A whole number."""
    value = _bounded(_decimal(text), low, high)
    if value != value.to_integral_value():
        raise Fault("应为整数")
    return int(value)


def year(text: str) -> int:
    """A calendar year."""
    found = narrow(text).removesuffix("年")
    value = number(found)
    if not 1949 <= value <= 2199:
        raise Fault("年度应为四位数的年份，如 2026")
    return value


def percent(text: str, low: float | None = 0, high: float | None = 100) -> int:
    """Progress → hundredths of a per cent: ``80``, ``80%`` or Excel's 0.8 (up to 1 is a fraction)."""
    found = narrow(text)
    value = _decimal(found.removesuffix("%"))
    if not found.endswith("%") and 0 < value <= 1:
        value *= 100
    return round(_bounded(value, low, high) * 100)


def rate(text: str, low: float | None = 0, high: float | None = 1) -> float:
    """A yearly rate as a fraction: ``8%``, ``0.08``, or 8 (above 1 it is per cent)."""
    found = narrow(text)
    value = _decimal(found.removesuffix("%"))
    if found.endswith("%") or value > 1:
        value /= 100
    return round(float(_bounded(value, low, high)), 6)


def degree(text: str, kind: str) -> float:
    """Longitude or latitude in decimal degrees, within China."""
    value = float(_decimal(text))
    west, east, south, north = CHINA
    low, high = (west, east) if kind == "longitude" else (south, north)
    if low <= value <= high:
        return round(value, 7)
    name, other = ("经度", "纬度") if kind == "longitude" else ("纬度", "经度")
    raise Fault(f"不在中国境内（{name} {low:g} 至 {high:g} 度），请检查是否与{other}填反")


def last_day_meant(text: str) -> str | None:
    """The last day (ISO) of a month that stands where a day belongs; None for anything else."""
    found = _MONTH.fullmatch(narrow(text))
    if found is None:
        return None
    month = int(next(part for part in found.groups()[1:] if part))
    return (first_of_next(int(found[1]), month) - timedelta(days=1)).isoformat() if 1 <= month <= 12 else None


def first_of_next(year: int, month: int) -> date:
    """The first day of the month behind one."""
    return date(year + month // 12, month % 12 + 1, 1)


def day(text: str, *, today: date, may_be_future: bool = False) -> str:
    """A date as ISO text; Excel's day numbers are understood."""
    found = narrow(text)
    if last_day_meant(found):
        raise Fault("只有年月，请写到哪一天，如 2026-11-05")
    try:
        if parts := _DAY.fullmatch(found):
            value = date(*(int(part) for part in parts.groups() if part))
        elif _SERIAL.fullmatch(found):
            value = date(1899, 12, 30) + timedelta(days=int(float(found)))
        else:
            raise Fault("日期应写成 2026-11-05、2026/11/5 或 2026年11月5日")
    except ValueError as error:
        raise Fault("没有这一天") from error
    if not 1900 <= value.year <= 2199:
        raise Fault("日期应在1900年至2199年之间")
    if value > today and not may_be_future:
        raise Fault("日期在今天之后")
    return value.isoformat()


def month(text: str, *, today: date) -> int:
    """A month as its ordinal; Excel turns 2026-11 into the first of the month, which is understood."""
    found = narrow(text)
    if re.fullmatch(r"\d{4}\.1", found):
        raise Fault("分不清是1月还是10月，请写成 2026-01 或 2026-10")
    try:
        if parts := _MONTH.fullmatch(found):
            value = month_of(f"{parts[1]}-{next(part for part in parts.groups()[1:] if part)}")
        else:
            first = day(found, today=today, may_be_future=True)
            value = month_of(first)
            if first != first_day(value):
                raise Fault("应为月份，写成 2026-11")
    except (Fault, NotFound) as error:
        raise Fault("月份应写成 2026-11") from error
    if value > month_of(today):
        raise Fault(f"月份在本月（{label(month_of(today))}）之后")
    return value


def period(text: str, *, today: date) -> int:
    """A month as its ordinal, or an income year (``2025``, ``2025年度``) as ``as_period`` has it."""
    if found := _YEAR.fullmatch(narrow(text)):
        return as_period(year(found[1]))
    return month(text, today=today)


def as_period(income_year: int) -> int:
    """An income year as a number above the ordinals of all months, fifteen bits long like them."""
    return _YEARS + income_year


def year_in(period: int) -> int | None:
    """The income year that a period is; None for a month."""
    return period - _YEARS if period > _YEARS else None


def period_label(period: int) -> str:
    """``2026-11`` or ``2025年度``: as it is typed, so that reading it gives the same period."""
    found = year_in(period)
    return label(period) if found is None else f"{found}年度"


def yes_no(text: str) -> int:
    """是 → 1, 否 → 0."""
    found = narrow(text)
    if found not in ("是", "否"):
        raise Fault("应填“是”或“否”")
    return int(found == "是")


def choice(text: str, choices: Collection[str]) -> str:
    """A value of a closed list."""
    found = text.strip()
    if found not in choices:
        raise Fault(f"不在可选范围内，应为：{'、'.join(choices)}")
    return found


def several(text: str, choices: Collection[str], most: int = 0) -> str | None:
    """Values of a closed list, kept apart by 、; so many at most, where there is a bound."""
    found = dict.fromkeys(choice(part, choices) for part in re.split(r"[、，,；;]", text) if part.strip())
    if most and len(found) > most:
        raise Fault(f"最多填 {most} 项，现有 {len(found)} 项")
    return "、".join(found) or None


def shown(column: ColumnSpec, held: object) -> str:
    """A stored value as text that reading gives back; money, months, rates and shares apart."""
    if column.kind == "yes_no":
        return "是" if held else "否"
    return column.word(held)


def fact_shown(item: str, held: str | None) -> str:
    """What 成员状况 holds of a column of ``member``, as a cell shows it."""
    column = SHEET[MEMBER].column(item)
    if held is None:
        return CLEAR
    return shown(column, int(held) if column.kind in ("yes_no", "number") else held)


def parser(column: ColumnSpec, *, today: date) -> Callable[[str], object]:
    """The function that reads this column's cells (references are looked up by ``check``, and what a cell of kind fact
    takes)."""
    low, high, former = column.low, column.high, dict(column.former)
    return {
        "region": lambda text: region(text, column.lengths),
        "code": code,
        "identity": identity,
        "text": clean if column.free else named,
        "fact": named,
        "choice": lambda text: former.get(text.strip()) or column.held(choice(text, column.choices)),
        "choices": lambda text: several(text, column.choices, column.most),
        "day": lambda text: day(
            (column.whole_months and last_day_meant(text)) or text, today=today, may_be_future=column.may_be_future
        ),
        "month": lambda text: month(text, today=today),
        "period": lambda text: period(text, today=today),
        "year": year,
        "money": lambda text: money(text, low),
        "number": lambda text: number(text, low, high),
        "yes_no": yes_no,
        "rate": lambda text: rate(text, low, high),
        "percent": lambda text: percent(text, low, high),
        "longitude": lambda text: degree(text, "longitude"),
        "latitude": lambda text: degree(text, "latitude"),
    }[column.kind]
