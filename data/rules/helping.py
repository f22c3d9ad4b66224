"""Measures and helpers of households that are to be helped."""

from data.model.running import lasts_to, runs_on
from data.rules.rule import DOUBT, HARD, HELPED, HINT, Parameters, Rule, Where, households, listed, named, some_member
from data.rules.rule import watched as open_episodes
from data.terms import ABLE, DEVELOPING_MEASURES, SAFETY_NET


def _measure(where: str) -> str:
    return f"EXISTS (SELECT 1 FROM measure v WHERE v.household_id = h.id AND {where})"


_SINCE = lasts_to("v", "e.identified")
_LABOUR = some_member(f"p.skill IN {listed(ABLE)}")


def _unhelped(given: Parameters) -> str:
    late = given.months_ago(given.number("first_measure_months"))
    begun = f"v.started <= {given.day} AND {_SINCE}"
    return open_episodes(f"e.identified <= {late} AND NOT {_measure(begun)}")


def _not_developed(given: Parameters) -> str:
    """Whoever has no measure at all is another rule's."""
    late = given.months_ago(given.number("developing_months"))
    begun = f"v.started <= {given.day} AND {_SINCE}"
    developing = f"v.category IN {listed(DEVELOPING_MEASURES)} AND {begun}"
    return open_episodes(f"e.identified <= {late} AND {_LABOUR} AND {_measure(begun)} AND NOT {_measure(developing)}")


def _net(word: str) -> str:
    """Condition: the measure ``v`` is of that kind; 低保边缘 is a status beside 低保, not it."""
    return f"(v.category = '{SAFETY_NET}' AND v.name LIKE '%{word}%' AND v.name NOT LIKE '%低保边缘%')"


def _kept(attribute: str, word: str) -> Where:
    """Who has the status and no such measure that runs."""
    return lambda given: households(
        f"h.attribute = '{attribute}' AND h.base + h.watch > 0 AND NOT {_measure(f'{_net(word)} AND {_runs(given)}')}"
    )


def _unkept(given: Parameters) -> str:
    """A measure of 低保 or 特困 that runs, of a household that is none."""
    other = f"({_net('低保')} AND COALESCE(h.attribute, '') <> '低保户'"
    other += f" OR {_net('特困')} AND COALESCE(h.attribute, '') <> '特困户') AND {_runs(given)}"
    return (
        "SELECT v.code AS key, h.id AS household_id, h.village FROM measure v JOIN rule_household h"
        f" ON h.id = v.household_id WHERE {other}"
    )


def _runs(given: Parameters) -> str:
    return runs_on("v", given.day)


def lines(*columns: str) -> str:
    """Condition: within the twelve months that the books of ``h`` are known of, one of these items has an amount, or
    the last totals of a year that are in have."""
    some = " OR ".join(f"l.{column}_fen <> 0" for column in columns)
    return (
        f"(EXISTS (SELECT 1 FROM ledger l WHERE l.household_id = h.id AND l.month > h.books - 12"
        f" AND l.month <= h.books AND ({some})) OR EXISTS (SELECT 1 FROM ledger_year l WHERE l.household_id = h.id"
        f" AND l.last_month > h.books - 24 AND l.last_month = (SELECT MAX(y.last_month) FROM ledger_year y"
        f" WHERE y.household_id = h.id AND y.last_month <= h.books) AND ({some})))"
    )


def _without(measures: str, *columns: str) -> Where:
    """A measure that has run all the twelve months of whole books, and no income of that kind in them."""

    def where(given: Parameters) -> str:
        begun = (
            f"{measures} AND {lasts_to('v', given.day)}"
            f" AND v.started <= {given.months_ago(given.number('rule_income_months'))}"
        )
        return households(f"h.books IS NOT NULL AND {_measure(begun)} AND NOT {lines(*columns)}")

    return where


RULES = (
    Rule(
        "R501", "识别后没有帮扶措施", HARD, "episode", "identified",
        "识别已满{first_measure_months}个月，还没有一项在识别后仍在执行的帮扶措施。",
        _unhelped, named("first_measure_months"),
    ),
    Rule(
        "R502", "有劳动力而没有开发式帮扶", HARD, "episode", "identified",
        "识别已满{developing_months}个月、家里有劳动能力的监测对象，没有产业、就业、公益岗位、金融中的任何一项措施（什么措施都没有的另列）。",
        _not_developed, named("developing_months"),
    ),
    Rule(
        "R503", "低保户没有低保措施", DOUBT, "household", "attribute",
        "户属性是低保户，但没有正在执行的综合保障类低保措施（低保边缘不算）；一般户不登记措施，不列。",
        _kept("低保户", "低保"),
    ),
    Rule(
        "R504", "特困户没有特困供养措施", DOUBT, "household", "attribute",
        "户属性是特困户，但没有正在执行的综合保障类特困供养措施；一般户不登记措施，不列。",
        _kept("特困户", "特困"),
    ),
    Rule(
        "R505", "有低保、特困措施而户属性不是", DOUBT, "measure", "name",
        "综合保障类低保（特困供养）措施正在执行，户属性却不是低保户（特困户）；低保边缘不算低保。",
        _unkept,
    ),
    Rule(
        "R506", "有低保、特困措施而没有这项收入", DOUBT, "household", "attribute",
        "低保或特困供养措施已执行{rule_income_months}个月，最近12个月收支完整，却没有低保金或特困供养金收入。",
        _without(f"({_net('低保')} OR {_net('特困')})", "transfer_allowance", "transfer_destitute"),
        named("rule_income_months"),
    ),
    Rule(
        "R507", "有产业措施而没有经营性收入", DOUBT, "household", "type",
        "产业措施已执行{rule_income_months}个月，最近12个月收支完整，却没有生产经营性收入，也没有分红、土地流转收入。",
        _without(
            "v.category = '产业'",
            *("business_crop", "business_stock", "business_orchard", "business_other"),
            *("property_dividend", "property_land"),
        ),
        named("rule_income_months"),
    ),
    Rule(
        "R508", "有就业措施而没有工资性收入", DOUBT, "household", "type",
        "就业措施已执行{rule_income_months}个月，最近12个月收支完整，却没有任何工资性收入。",
        _without("v.category = '就业'", "wage_work", "wage_post", "wage_other"),
        named("rule_income_months"),
    ),
    Rule(
        "R509", "有公益岗位而没有岗位工资", DOUBT, "household", "type",
        "公益岗位措施已执行{rule_income_months}个月，最近12个月收支完整，却没有公益岗位工资。",
        _without("v.category = '公益岗位'", "wage_post"),
        named("rule_income_months"),
    ),
    Rule(
        "R510", "没有帮扶责任人", HINT, "household", "type",
        "脱贫户、未脱贫户和监测对象今天没有结对的帮扶责任人。",
        lambda given: households(
            f"{HELPED} AND NOT EXISTS"
            f" (SELECT 1 FROM pairing g WHERE g.household_id = h.id AND {runs_on('g', given.day)})"
        ),
    ),
)  # fmt: skip
