"""Shares to the fen: whatever the amounts and weights, nothing is made, lost, or given by the order of a list."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dividends.rules import (
    BASES,
    WHOLE,
    WITHOUT_LABOUR,
    Household,
    Rule,
    check,
    coefficients_of,
    explanation,
    matrix,
    read,
    spread,
    spread_rest,
    stored,
    weight,
)
from data.errors import Refused
from data.money import exact

TOTALS = st.integers(0, 10**12)
_EACH = st.integers(0, 3) | st.integers(0, 10**7)  # many alike, as households are, and any at all
WEIGHTS = st.dictionaries(st.integers(1, 10**6), _EACH, min_size=1, max_size=60).filter(
    lambda weights: any(weights.values())
)
AMOUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


@given(TOTALS, WEIGHTS)
def test_rounding_never_loses_or_makes_money_and_never_takes_any(total, weights):
    shares = spread(total, weights)
    assert sum(shares.values()) == total
    assert min(shares.values()) >= 0
    assert shares.keys() == weights.keys()


@given(TOTALS, WEIGHTS)
def test_every_share_is_within_one_fen_of_its_exact_part_and_no_weight_means_no_share(total, weights):
    whole = sum(weights.values())
    for key, share in spread(total, weights).items():
        assert abs(share * whole - total * weights[key]) < whole
        assert share == 0 or weights[key] > 0


@given(TOTALS, WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_the_households_changes_nothing(total, weights, chance):
    turned = list(weights.items())
    chance.shuffle(turned)
    assert spread(total, dict(turned)) == spread(total, weights)


@given(TOTALS, WEIGHTS)
def test_the_same_weight_differs_by_one_fen_at_most_and_more_weight_is_never_less_money(total, weights):
    shares = spread(total, weights)
    ordered = sorted(weights, key=lambda key: weights[key])
    for lighter, heavier in pairwise(ordered):
        if weights[lighter] == weights[heavier]:
            assert abs(shares[lighter] - shares[heavier]) <= 1
        else:
            assert shares[lighter] <= shares[heavier]


@given(TOTALS, WEIGHTS, st.integers(1, 10**4))
def test_weights_all_so_many_times_as_large_give_the_same_shares(total, weights, times):
    assert spread(total, {key: one * times for key, one in weights.items()}) == spread(total, weights)


@given(TOTALS, WEIGHTS, st.data())
def test_typed_shares_stay_and_the_rest_goes_to_the_others(total, weights, data):
    keys = data.draw(st.sets(st.sampled_from(sorted(weights))))
    typed = {key: data.draw(st.integers(0, total // (len(keys) or 1))) for key in keys}
    if keys == weights.keys() or not any(one for key, one in weights.items() if key not in keys):
        return
    shares = spread_rest(total, weights, typed)
    assert sum(shares.values()) == total
    assert {key: shares[key] for key in keys} == typed


def test_more_typed_than_there_is_is_refused_with_the_difference():
    with pytest.raises(Refused, match=r"比可分配的多 0\.50 元"):
        spread_rest(1000, {1: 1, 2: 1}, {1: 1050})


def test_money_for_nobody_is_refused():
    with pytest.raises(Refused, match="没有一户有份"):
        spread(1, {1: 0, 2: 0})


@given(AMOUNTS, AMOUNTS, st.data())
def test_rows_and_columns_of_a_matrix_both_add_up_to_the_fen(rows, columns, data):
    short, long = sorted((rows, columns), key=sum)
    short[data.draw(st.integers(0, len(short) - 1))] += sum(long) - sum(short)
    cells = matrix(dict(enumerate(rows)), dict(enumerate(columns)))
    assert all(amount > 0 for amount in cells.values())
    for row, amount in enumerate(rows):
        assert sum(part for (of, _), part in cells.items() if of == row) == amount
    for column, amount in enumerate(columns):
        assert sum(part for (_, of), part in cells.items() if of == column) == amount


def test_a_matrix_keeps_to_proportion():
    assert matrix({"a": 100, "b": 300}, {"x": 200, "y": 200}) == {
        ("a", "x"): 50,
        ("a", "y"): 50,
        ("b", "x"): 150,
        ("b", "y"): 150,
    }
    with pytest.raises(ValueError, match="one sum"):
        matrix({"a": 1}, {"x": 2})


POOR = Household(1, persons=3, labour=0, state=1, attribute="低保户")
ABLE = Household(2, persons=4, labour=2, state=5, attribute="一般户")


@pytest.mark.parametrize(
    ("rule", "poor", "able"),
    [
        (Rule("equal"), 1, 1),
        (Rule("persons"), 3, 4),
        (Rule("labour"), 0, 2),
        (Rule("class"), 1.8, 1),
        (Rule("class", {"未脱贫户": 200, "低保户": 100}), 2, 1),
        (Rule("class", by_persons=True), 5.4, 4),
        (Rule("weak"), 1.5, 1),
        (Rule("weak", {WITHOUT_LABOUR: 125}, by_persons=True), 3 * 1.25, 4),
        (Rule("hand"), 0, 0),
    ],
)
def test_weights_follow_the_rule(rule, poor, able):
    check(rule)
    assert (weight(rule, POOR), weight(rule, ABLE)) == (poor * WHOLE, able * WHOLE)
    assert read(stored(rule)) == rule


def test_a_rule_that_cannot_be_is_refused():
    for rule in (
        Rule("dice"),
        Rule("class", {"外星户": 100}),
        Rule("class", {"低保户": -1}),
        Rule("weak", {"低保户": 1}),
    ):
        with pytest.raises(Refused):
            check(rule)
    assert all(coefficients_of(basis) == {} for basis in BASES if basis not in ("class", "weak"))


def test_the_rule_is_told_with_its_numbers():
    told = explanation(Rule("class"), 1_234_500, {1: 575_000})
    assert told.startswith("可分配 12,345.00 元 ÷ 权重合计 57.5 = 每份（系数 1） 214.6957 元")
    assert "÷ 7 人 = 每人 142.8571 元" in explanation(Rule("persons"), 100_000, {1: 3 * WHOLE, 2: 4 * WHOLE})
    assert exact(-5) == "−0.05"
