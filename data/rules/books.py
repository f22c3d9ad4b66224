"""What households have booked."""

from data.rules.helping import lines
from data.rules.rule import DOUBT, HELPED, HINT, Parameters, Rule, households, named

_WAGES = "(COALESCE(l.wage_work_fen, 0) + COALESCE(l.wage_post_fen, 0) + COALESCE(l.wage_other_fen, 0))"
_ROWS = (
    "SELECT l.household_id || ':' || l.month AS key, l.household_id, h.village FROM rule_household h"
    " CROSS JOIN ledger l WHERE l.household_id = h.id AND {}"
)


def _recent(given: Parameters) -> str:
    """Condition: a month that may still be put right, up to the one that runs."""
    last = int(given.today[:4]) * 12 + int(given.today[5:7]) - 1
    return f"l.month > {last - given.number('rule_books_months')} AND l.month <= {last}"


def _wages(given: Parameters) -> str:
    low, high = given.low("rule_month_wage") * 100, given.high("rule_month_wage") * 100
    return _ROWS.format(f"{_recent(given)} AND {_WAGES} <> 0 AND ({_WAGES} < {low} OR {_WAGES} > {high})")


def _before_file(given: Parameters) -> str:
    """Who is identified to be watched is looked at by the twelve months before: they are of the file."""
    month = "(CAST(substr(h.begun, 1, 4) AS INTEGER) * 12 + CAST(substr(h.begun, 6, 2) AS INTEGER) - 1)"
    watched = "EXISTS (SELECT 1 FROM episode e WHERE e.household_id = h.id AND e.identified = h.begun)"
    return _ROWS.format(
        "l.month = (SELECT MIN(f.month) FROM ledger f WHERE f.household_id = h.id)"
        f" AND l.month < {month} AND NOT ({watched} AND l.month >= {month} - 12)"
    )


def _dividend(given: Parameters) -> str:
    year = "CAST(l.month / 12 AS INTEGER)"
    return _ROWS.format(
        f"{_recent(given)} AND l.property_dividend_fen > 0 AND NOT EXISTS (SELECT 1 FROM project_household g"
        f" WHERE g.household_id = h.id AND g.year IN ({year}, {year} - 1) AND g.mode = '分红')"
    )


def _swing(given: Parameters) -> str:
    low, high = given.low("rule_income_swing"), given.high("rule_income_swing")
    return households(f"h.before > 0 AND (h.net * 100 > h.before * {high} OR h.net * 100 < h.before * {low})")


def _allowance(given: Parameters) -> str:
    return households(
        f"h.transfer > 0 AND COALESCE(h.attribute, '') NOT IN ('低保户', '特困户') AND {lines('transfer_allowance')}"
    )


RULES = (
    Rule(
        "R901", "单月工资过小或过大", DOUBT, "ledger", "wage_work_fen",
        "最近{rule_books_months}个月里，一个月的工资性收入（各项之和，不为0）不在{rule_month_wage}元之间，多半是单位填错。",
        _wages, named("rule_month_wage", "rule_books_months"),
    ),
    Rule(
        "R902", "建档以前就有收支", DOUBT, "ledger", "month",
        "最早一笔收支的月份，早于这户最早的户变动、识别日期所在的月份；以监测识别建档的，识别时要看的前12个月不算。",
        _before_file,
    ),
    Rule(
        "R903", "分红没有对应的项目", DOUBT, "ledger", "property_dividend_fen",
        "最近{rule_books_months}个月里记了资产收益分红，但当年和上年的项目带户里，这户没有以分红方式受益的项目。",
        _dividend, named("rule_books_months"),
    ),
    Rule(
        "R904", "纯收入比上年翻倍或减半", DOUBT, "household", "type",
        "最近闭账月份往前12个月的纯收入，不在上年同期的{rule_income_swing}%之间，两年收支都完整。",
        _swing, named("rule_income_swing"),
    ),
    Rule(
        "R905", "纯收入为负", DOUBT, "household", "type",
        "最近闭账月份往前12个月收支完整，生产经营性支出超过了全部收入。",
        lambda given: households("h.net < 0"),
    ),
    Rule(
        "R906", "只有支出没有经营收入", DOUBT, "household", "type",
        "最近闭账月份往前12个月收支完整，记了生产经营性支出，却没有生产经营性收入，而纯收入不为负。",
        lambda given: households("h.expense > 0 AND h.business = 0 AND h.net >= 0"),
    ),
    Rule(
        "R907", "有低保金收入而户属性不是低保", DOUBT, "household", "attribute",
        "最近12个月收支完整，其中有低保金收入，户属性却不是低保户、特困户。",
        _allowance,
    ),
    Rule(
        "R908", "在帮扶而没有收支记录", HINT, "household", "type",
        "脱贫户、未脱贫户和监测对象从来没有记过收支。",
        lambda given: households(
            f"{HELPED} AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.household_id = h.id) AND NOT EXISTS"
            " (SELECT 1 FROM ledger_year l WHERE l.household_id = h.id)"
        ),
    ),
)  # fmt: skip
