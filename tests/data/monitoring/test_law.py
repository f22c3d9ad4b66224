"""The law by hand: what stands against a step, in officials' words, and the first day on which it becomes possible."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from data.monitoring.law import FIGURES, PAPERS, PROOF, RULES, TYPED, Facts, Law, Person, Unlawful, obstacles
from data.monitoring.votes import Votes
from data.monitoring.ways import CASE_WAY
from data.months import month_of
from data.terms import CASE_PAPERS, LIFTED, UNLIFTED

DAY = date(2027, 3, 14)
BOOKS = {month_of("2026-06") + number: 1_200_000 for number in range(9)}
READY = Facts(
    day=DAY, identified=date(2026, 9, 14), kind="边缘易致贫户", risks=("因病",), visited=date(2026, 9, 2),
    compared=date(2026, 9, 2), removal_visited=DAY, votes=Votes(30, 24, 20, 3), public_until=date(2027, 3, 13),
    removal="帮扶消除", members=(Person("张三", True), Person("张母", False)),
    measures=((date(2026, 10, 1), None),), incomes=BOOKS, line=800_000, typed=True,
    figures=dict.fromkeys(FIGURES, 0),
)  # fmt: skip
"""Facts against which nothing stands."""
NATURAL = replace(
    READY, removal="自然消除", natural_reason="整户死亡", proofs=frozenset({PROOF}), members=(), measures=(),
    incomes={},
    identified=date(2027, 3, 1), line=None, figures={}, unsafe=(("饮水安全", "未核实"),),
)  # fmt: skip


@pytest.mark.parametrize("action", CASE_WAY.actions)
def test_nothing_stands_against_a_household_of_which_all_is_as_it_must_be(action: str):
    able = replace(READY, votes=Votes(30, 24, 9, 14)) if action == "reject" else READY
    able = NATURAL if action == "propose_natural" else able
    assert obstacles(action, able) == ()


def test_a_removal_before_six_months_is_refused_with_the_day_on_which_they_are_full():
    (one,) = obstacles("propose", replace(READY, day=date(2027, 3, 13)))
    assert one.words == "识别未满 6 个月，最早 2027-03-14 可提出风险消除"
    assert (one.rule, one.possible) == ("识别满 6 个月才能消除", date(2027, 3, 14))
    assert str(Unlawful("提出帮扶消除", (one,))) == f"还不能“提出帮扶消除”：{one.words}。"


@pytest.mark.parametrize(
    ("identified", "months", "first"),
    (
        ("2026-08-31", 6, "2027-02-28"), ("2027-08-31", 6, "2028-02-29"), ("2028-02-29", 6, "2028-08-29"),
        ("2026-12-31", 2, "2027-02-28"), ("2026-05-31", 1, "2026-06-30"), ("2026-09-14", 9, "2027-06-14"),
    ),
)  # fmt: skip
def test_the_first_day_of_a_removal_is_possible_and_the_day_before_it_is_not(identified: str, months: int, first: str):
    facts = replace(READY, identified=date.fromisoformat(identified), law=Law(removal_months=months))
    facts = replace(facts, measures=((facts.identified, None),))
    possible = date.fromisoformat(first)
    for action in ("propose", "removal_county", "remove"):
        assert obstacles(action, replace(facts, day=possible)) == ()
        (one,) = obstacles(action, replace(facts, day=date.fromordinal(possible.toordinal() - 1)))
        assert one.possible == possible and f"识别未满 {months} 个月" in one.words


LOW = {**BOOKS, month_of("2026-11"): 799_999}
CASES: dict[str, tuple[str, Callable[[Facts], Facts], str, str | None]] = {
    "a month below the line": (
        "propose", lambda one: replace(one, incomes=LOW),
        "到 2026年11月的12个月人均纯收入 7,999.99 元，低于监测线 8,000 元，稳定未满 6 个月，"
        "最早 2027-06-01 可提出风险消除",
        "2027-06-01",
    ),
    "a month without books": (
        "propose", lambda one: replace(one, incomes={**BOOKS, month_of("2027-01"): None}),
        "最近 6 个月里有 1 个月收支没有记全，核算不出人均纯收入", None,
    ),
    "no line": ("propose", lambda one: replace(one, line=None), "没有录入监测线", None),
    "nobody who can work": (
        "propose", lambda one: replace(one, members=(Person("张母", False),)),
        "整户没有劳动力，不作帮扶消除，继续兜底保障", None,
    ),
    "nobody knows who can work": (
        "propose", lambda one: replace(one, members=(Person("张三", None), Person("张母", False))),
        "1 人没有登记劳动技能", None,
    ),
    "nobody at all": ("propose", lambda one: replace(one, members=()), "没有登记家庭成员", None),
    "water that nobody checked": (
        "propose", lambda one: replace(one, unsafe=(("饮水安全", "未核实"),)), "饮水安全未核实", None,
    ),
    "no measure since": (
        "propose", lambda one: replace(one, measures=((date(2020, 1, 1), date(2026, 9, 13)),)),
        "识别后还没有落实帮扶措施", None,
    ),
    "a measure still to come": (
        "propose", lambda one: replace(one, measures=((date(2027, 3, 15), None),)), "识别后还没有落实帮扶措施", None,
    ),
    "large expenses untold": (
        "propose", lambda one: replace(one, figures={name: 0 for name in one.figures if name != "claims"}),
        "没有填报理赔收入（没有的填 0）", None,
    ),
    "figures untold": (
        "remove", lambda one: replace(one, figures={"outlay": 0, "claims": 0}),
        "没有填报消除时的工资性收入、生产经营性收入、财产性收入、转移性收入、生产经营性支出、人均纯收入", None,
    ),
    "reference income below the line": (
        "remove", lambda one: replace(one, law=Law(reference=True), figures={
            **one.figures, "per_head": 1_000_000, "outlay": 600_000, "claims": 100_000}),
        "监测参考收入 7,500 元，低于监测线 8,000 元", None,
    ),
    "no way of removal": ("remove", lambda one: replace(one, removal=None), "没有消除方式", None),
    "a notice that hangs": (
        "report", lambda one: replace(one, public_until=DAY), "公示期未满（到 2027-03-14），最早 2027-03-15 可上报乡镇",
        "2027-03-15",
    ),
    "a notice of the removal that hangs": (
        "removal_report", lambda one: replace(one, public_until=date(2027, 12, 31)),
        "公示期未满（到 2027-12-31），最早 2028-01-01 可上报乡镇", "2028-01-01",
    ),
    "no notice": ("report", lambda one: replace(one, public_until=None), "没有公示的起止日期", None),
    "no visit": ("discuss", lambda one: replace(one, visited=None), "还没有入户核查", None),
    "no visit before a failed vote": (
        "reject", lambda one: replace(one, visited=None, votes=Votes(30, 24, 9, 14)), "还没有入户核查", None,
    ),
    "no comparison": ("discuss", lambda one: replace(one, compared=None), "还没有全家信息比对结果", None),
    "no visit before the removal": (
        "removal_discuss", lambda one: replace(one, removal_visited=None), "还没有消除入户核实", None,
    ),
    "no votes": ("discuss", lambda one: replace(one, votes=None), "没有填写评议票数", None),
    "more votes than there were": (
        "discuss", lambda one: replace(one, votes=Votes(30, 24, 20, 5)), "同意、不同意共 25 票，多于实到 24 人", None,
    ),
    "too few there": (
        "discuss", lambda one: replace(one, votes=Votes(30, 20, 20, 0)), "实到 20 人不足应到 30 人的 67%", None,
    ),
    "too few for it": (
        "removal_discuss", lambda one: replace(one, votes=Votes(30, 24, 12, 12)), "同意 12 票不足实到 24 人的 51%",
        None,
    ),
    "a vote that passed is no failure": (
        "reject", lambda one: one, "同意 20 票已达到实到 24 人的 51%", None,
    ),
    "a green one is not refused in the village": (
        "reject", lambda one: replace(one, green=DAY, votes=Votes(30, 24, 9, 14)),
        "已按绿色通道先行帮扶，评议未通过的请报县级撤销", None,
    ),
    "no kind": ("include", lambda one: replace(one, kind=None), "没有选定监测对象类型", None),
    "a kind that it cannot be": (
        "include", lambda one: replace(one, base=LIFTED), "脱贫户不能识别为边缘易致贫户", None,
    ),
    "never lifted": (
        "county", lambda one: replace(one, base=UNLIFTED, kind="突发严重困难户"),
        "未脱贫户不能识别为突发严重困难户", None,
    ),
    "no risk": ("include", lambda one: replace(one, risks=()), "没有填写返贫致贫风险", None),
    "six risks": (
        "discuss", lambda one: replace(one, risks=("因病", "因残", "因学", "因自然灾害", "因意外事故", "缺劳动力")),
        "风险不在规定的类别里，或多于 5 项", None,
    ),
    "another risk without words": (
        "discuss", lambda one: replace(one, risks=("因病", "其他"), risk_note=" "), "没有填写风险备注", None,
    ),
    "a slow risk by the green way": (
        "green", lambda one: replace(one, risks=("缺劳动力",)), "风险里没有因病、因自然灾害、因意外事故", None,
    ),
    "green twice": ("green", lambda one: replace(one, green=DAY), "已于 2027-03-14 启用绿色通道", None),
    "a household that is no more": (
        "begin", lambda one: replace(one, ended="已于 2027-01-01 注销"), "本户已于 2027-01-01 注销", None,
    ),
    "another case": (
        "begin", lambda one: replace(one, running="K1-JC2"), "本户已有在办程序（K1-JC2），线索请并入", None,
    ),
    "watched already": (
        "include", lambda one: replace(one, watched=True), "本户正在监测，新的风险请记在原监测里", None,
    ),
    "before the last removal": (
        "include", lambda one: replace(one, removed_before=date(2027, 3, 20)),
        "上一次监测到 2027-03-20 才消除风险，最早 2027-03-20 可公告纳入", "2027-03-20",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_missing_is_named_with_its_first_day(name: str):
    action, changed, words, possible = CASES[name]
    (one,) = obstacles(action, changed(READY))
    assert one.words == words
    assert one.possible == (possible and date.fromisoformat(possible))


def test_who_is_compared_already_needs_no_second_comparison():
    for attribute in ("低保户", "特困户"):
        assert obstacles("discuss", replace(READY, compared=None, attribute=attribute)) == ()


@pytest.mark.parametrize("action", ("propose_natural", "removal_county", "remove"))
def test_a_natural_removal_asks_for_its_kind_and_proof_and_nothing_else(action: str):
    assert obstacles(action, NATURAL) == ()
    (kind,) = obstacles(action, replace(NATURAL, natural_reason=None))
    (proof,) = obstacles(action, replace(NATURAL, proofs=frozenset({"其他"})))
    (people,) = obstacles(action, replace(NATURAL, members=(Person("张三", True),)))
    assert (kind.missing, proof.missing) == ("没有选定自然消除的种类", "没有自然消除证明")
    assert people.missing == "1 名成员还没有登记去世或迁出，请先办家庭变动"
    moved = replace(NATURAL, natural_reason="整户失联核销", members=(Person("张三", True),))
    assert obstacles(action, moved) == ()


def test_what_a_form_brings_is_not_asked_before_it_is_filled():
    bare = replace(READY, votes=None, kind=None, risks=(), figures={}, typed=False)
    for action in TYPED:
        told = obstacles(action, bare)
        assert told == (), action


def test_all_that_is_missing_is_told_at_once():
    found = obstacles("propose", replace(READY, day=date(2026, 10, 1), incomes=LOW, unsafe=(("住房安全", "有风险"),)))
    assert [one.possible for one in found] == [date(2027, 3, 14), date(2027, 6, 1), None]


@pytest.mark.parametrize(
    ("votes", "quorate", "passed"),
    (
        (Votes(3, 2, 2, 0), False, True),  # 2 of 3 are 66.67 %
        (Votes(100, 67, 35, 32), True, True),  # 35 of 67 are 52.2 %
        (Votes(100, 66, 66, 0), False, True), (Votes(100, 100, 51, 49), True, True),
        (Votes(100, 100, 50, 0), True, False), (Votes(3, 3, 2, 1), True, True), (Votes(5, 0, 0, 0), False, False),
    ),
)  # fmt: skip
def test_shares_are_exact(votes: Votes, quorate: bool, passed: bool):
    assert (votes.quorate(67), votes.passed(51)) == (quorate, passed)


@pytest.mark.parametrize(
    ("votes", "words"),
    (
        (Votes(0, 0, 0, 0), "应到人数没有填写"), (Votes(3, 4, 1, 1), "实到 4 人多于应到 3 人"),
        (Votes(3, 3, -1, 0), "票数不能是负数"), (Votes(3, 3, 2, 1), ""),
    ),
)  # fmt: skip
def test_numbers_that_cannot_be_are_told(votes: Votes, words: str):
    assert votes.unsound == words


def test_rules_and_papers_speak_of_actions_and_kinds_that_there_are():
    assert {*RULES, *TYPED, *PAPERS} <= set(CASE_WAY.actions)
    assert {kind for kinds in PAPERS.values() for kind in kinds} <= set(CASE_PAPERS)
