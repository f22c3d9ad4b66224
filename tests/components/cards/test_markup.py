"""What the income card says as markup: values stay text, sums come with their formula, what is missing is named."""

import re
from dataclasses import replace

import pytest

from components.cards import markup
from data.cards.record import Helper, IncomeCard, Measure, Member, Share
from data.income.year import IncomeYear
from data.terms import EXPENSE, SUBJECTS

EVIL = "<img src=x onerror=alert(1)>"
YEAR = IncomeYear(2026, 10)
NOTHING = dict.fromkeys(SUBJECTS, (None,) * 12)


def lines(**amounts: tuple[int | None, ...]) -> dict[str, tuple[int | None, ...]]:
    return {**NOTHING, **amounts}


CARD = IncomeCard(
    household=7, code=EVIL, village="990181101201", village_name=EVIL, township_name=EVIL, county_name=EVIL, head=EVIL,
    state="未脱贫户", attribute=EVIL, cause=EVIL, address=EVIL, phone=EVIL, year=YEAR, through=YEAR.last,
    as_of="2026-09-30",
    members=(Member(EVIL, EVIL, EVIL, 66, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, 3), Member("乙", "子女", *(None,) * 9)),
    helpers=(Helper(EVIL, EVIL, EVIL, EVIL, EVIL),), measures=(Measure(EVIL, EVIL, EVIL, None, 120_050, EVIL),),
    projects=(Share(EVIL, EVIL, EVIL, 5_000),),
    lines=lines(务工工资=(100_000,) * 11 + (None,), 种植业=(None,) * 11 + (30_050,)),
    lines_before=lines(务工工资=(50_000,) * 12, 养老金=(1_000,) * 12, 生产经营性支出=(2_000,) * 12),
    totals={}, totals_before={}, coefficients={}, line=880_000, closed=True,
    persons_before=2, persons_same=2,
)  # fmt: skip


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def whole(card: IncomeCard) -> str:
    return "".join(
        (
            markup.head_markup(card, "7K3F-9QXM", dark=False),
            markup.per_head_markup(card),
            markup.missing_markup(card),
            markup.income_markup(card),
            markup.facts_markup(card),
            markup.people_markup(card),
            markup.help_markup(card),
            markup.totals_markup(card.now, card),
            markup.short_markup([card]),
        )
    )


def test_values_never_become_markup():
    assert "<img" not in whole(CARD)
    assert whole(CARD).count("&lt;img src=x onerror=alert(1)&gt;") > 20


def test_sums_stand_with_the_formula_that_makes_them():
    told = words(markup.income_markup(CARD))
    for sentence in (
        "工资性 11,000.00 6,000.00",
        "总收入 11,300.50 6,120.00",
        "2026年度 工资性 11,000 + 生产经营性 300.50 + 财产性 0 + 转移性 0 = 11,300.50 元",
        "没有填报生产经营性支出，按 0 元计",
        "2025年度 填报的生产经营性支出合计 = 240 元",
        "2026年度 纯收入 11,300.50 ÷ 家庭人口 2 人 = 5,650.25 元",
    ):
        assert sentence in told


def test_every_subject_opens_its_twelve_months():
    found = re.search(r'<details class="subject"><summary[^>]*><span>务工工资.*?</details>', markup.income_markup(CARD))
    assert words(found[0]).count("上年 500") == 12
    assert "2026年8月 1,000 上年 500 2026年9月 — 上年 500" in words(found[0])
    assert "2025年10月" in words(found[0])
    for name in ("公益岗位工资", "低保金"):
        assert name not in markup.income_markup(CARD)


def test_the_distance_to_the_line_and_to_the_year_before_are_said():
    told = words(markup.per_head_markup(CARD))
    assert "低于监测线 3,149.75 元（监测线 8,800 元）" in told
    assert "比上年 2,940 元多 2,710.25 元（+92.2%）" in told
    assert 'class="alarm"' in markup.per_head_markup(CARD)


def test_a_year_that_runs_is_not_yet_below_the_line():
    runs = replace(CARD, through=YEAR.first + 1)
    told = words(markup.per_head_markup(runs))
    assert "年度未结束，距监测线还差" in told and "上年同期" in told
    assert "alarm" not in markup.per_head_markup(runs)
    assert "未到" in markup.income_markup(runs) and "未到" not in markup.income_markup(CARD)


def test_what_is_missing_is_named():
    gap = replace(CARD, lines=lines(务工工资=(None, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, None)))
    told = words(markup.missing_markup(gap))
    assert "2 个月没有任何收支记录：2025年10月、2026年9月。" in told
    assert "上年有、今年没有填的科目：养老金、生产经营性支出。" in told
    late = replace(CARD, lines=lines(务工工资=(1, None, None, None, 1, None, 1, 1, 1, 1, None, None)))
    assert "6 个月没有任何收支记录：2025年11月至2026年1月、2026年3月、2026年8月至2026年9月。" in markup.missing_markup(
        late
    )
    full = replace(CARD, lines_before=NOTHING)
    assert markup.missing_markup(full) == ""


def test_an_estimate_is_marked_wherever_the_expense_stands():
    guessed = replace(CARD, coefficients={"种植业": 0.4})
    assert guessed.expense_estimated
    for part in (
        markup.income_markup(guessed),
        markup.totals_markup(guessed.now, guessed),
        markup.short_markup([guessed]),
        markup.missing_markup(guessed),
    ):
        assert "估算" in words(part).replace("没有填报而县里定了系数的，按收入估算", "")
    assert "种植业 300.50 × 0.40 = 120.20 元" in words(markup.income_markup(guessed))
    assert "估算" not in markup.totals_markup(CARD.now, CARD)


def test_without_members_the_card_says_what_to_do():
    told = words(markup.per_head_markup(replace(CARD, members=())))
    assert "没有登记家庭成员" in told and "户档案" in told


def test_a_year_without_any_line_is_said_to_have_none_and_lies_below_nothing():
    bare = replace(CARD, lines=NOTHING, lines_before=NOTHING)
    told = words(markup.per_head_markup(bare))
    assert "没有收支记录" in told and "填报收支" in told and "监测线" not in told
    assert words(markup.short_markup([bare])) == "收入明白卡 元 2026年度和上年都没有收支记录。"
    half = words(markup.short_markup([replace(CARD, lines=NOTHING)]))
    assert "总收入 — 6,120" in half and "2026年度没有收支记录" in half and "低于监测线" not in half


@pytest.mark.parametrize(("fen", "shown"), [(0, "0.00"), (-5, "−0.05"), (123_456_789, "1,234,567.89"), (None, "—")])
def test_columns_of_figures_have_two_decimals(fen: int | None, shown: str):
    assert markup.cents(fen) == shown


def test_the_short_card_puts_the_running_year_beside_the_one_that_is_over():
    runs = replace(CARD, year=IncomeYear(2027, 10), through=IncomeYear(2027, 10).first + 1)
    told = words(markup.short_markup([runs, CARD]))
    assert "项目 2027年度 至11月（未满） 上年同期 2026年度 2025年度" in told
    assert f"{EXPENSE} 0" in told and "2026年度人均纯收入 低于监测线" in told
