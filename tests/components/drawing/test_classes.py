"""Classes of colour: every value in exactly one, at numbers that a person would choose."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from components.drawing.classes import classify

RAMP = ["#1", "#2", "#3", "#4", "#5"]
BOTH = ["-5", "-4", "-3", "-2", "-1", "0", "+1", "+2", "+3", "+4", "+5"]


def amount(values, **options):
    return classify(pd.Series(values, dtype="object"), kind="amount", colours=RAMP, **options)


def change(values, **options):
    return classify(pd.Series(values, dtype="object"), kind="change", colours=BOTH, **options)


def test_an_amount_has_five_classes_of_about_equal_size_at_round_numbers():
    values = np.random.default_rng(7).normal(10500, 1500, 1000)
    classes = amount(values, unit="元", format="{:,.0f}".format)
    assert classes.breaks == (9200.0, 10000.0, 10600.0, 11600.0)
    assert classes.labels == (
        "9,200 元以下",
        "9,200 至 10,000 元",
        "10,000 至 10,600 元",
        "10,600 至 11,600 元",
        "11,600 元及以上",
    )
    assert classes.colours == tuple(RAMP)
    assert sum(classes.counts) == 1000
    assert min(classes.counts) > 120


def test_a_share_is_classed_at_whole_hundredths():
    classes = amount(np.linspace(0.503, 0.987, 91), format=lambda value: f"{value:.0%}")
    assert all(abs(point * 100 - round(point * 100)) < 1e-9 for point in classes.breaks)
    assert classes.labels[0] == "60% 以下"


def test_missing_values_are_counted_and_get_no_colour():
    values = [1.0, None, float("nan"), float("inf"), 2.0]
    classes = amount(values)
    assert (classes.counts, classes.missing) == ((1, 1), 3)
    assert classes.fill(pd.Series(values)) == ["#1", None, None, None, "#5"]


def test_few_distinct_values_are_a_class_each():
    classes = amount([3, 1, 1, 7], unit="户")
    assert (classes.labels, classes.counts) == (("1 户", "3 户", "7 户"), (2, 1, 1))


def test_values_that_hardly_differ_have_one_colour_and_the_legend_says_so():
    classes = amount([13_020, 13_100, 13_211], unit="元", format="{:,.0f}".format)
    assert (classes.labels, classes.colours, classes.counts) == (("13,020 至 13,211 元",), ("#3",), (3,))
    assert classes.note == "相差不到 5%，不分级着色" and classes.breaks == ()
    assert change([5.1, 5.2, 5.3]).colours == ("+3",) and change([-5.1, -5.3]).colours == ("-3",)


def test_values_that_lie_near_each_other_do_without_the_strong_colours():
    classes = amount([100, 104, 108, 112, 116, 118])
    assert classes.colours == ("#2", "#3", "#4") and classes.note == "相差不到 20%，只用中间几级颜色"
    assert change([5.0, 5.4, 5.9]).colours == ("+2", "+3", "+4")
    for values in ([100, 104, 108, 112, 116, 130], [0, 1, 2], [-1, 0.5, 1]):
        assert not amount(values).note
    assert amount([0, 100, 104]).colours[-1] == "#5"  # nothing is far from something


@pytest.mark.parametrize("kind", [amount, change])
def test_values_that_are_all_equal_are_one_class(kind):
    classes = kind([8, 8, 8])
    assert (classes.breaks, classes.labels, classes.counts) == ((), ("8",), (3,))


@pytest.mark.parametrize("kind", [amount, change])
@pytest.mark.parametrize("values", [[], [None, None]])
def test_without_values_there_is_no_class(kind, values):
    classes = kind(values)
    assert (classes.labels, classes.missing) == ((), len(values))
    assert classes.fill(pd.Series(values)) == [None] * len(values)


def test_many_villages_without_any_are_told_from_those_with_some():
    classes = amount([0] * 60 + list(range(1, 32)), unit="户")
    assert classes.labels[0] == "0 户"
    assert classes.counts[0] == 60
    assert classes.labels[1].startswith("1 至 ")
    assert len(classes.labels) == 5


def test_counts_are_labelled_so_that_no_number_stands_in_two_classes():
    classes = amount(list(range(2, 42)))
    assert classes.labels == ("10 以下", "10 至 17", "18 至 23", "24 至 31", "32 及以上")


def test_a_change_parts_falls_from_rises_at_zero():
    classes = change(np.linspace(-0.1, 0.3, 101) + 0.0001)
    assert 0.0 in classes.breaks
    assert [colour[0] for colour in classes.colours] == ["-", "+", "+", "+", "+"]
    classes = change(np.linspace(-0.3, 0.3, 100))
    assert classes.colours[0] == "-5"
    assert classes.colours[-1] == "+5"


def test_no_change_has_a_class_and_the_neutral_colour_of_its_own():
    classes = change([-4.5, -3, -2, -1, 0, 0, 0, 0.5, 1, 2, 3, 4.5])
    neutral = classes.colours.index("0")
    assert (classes.labels[neutral], classes.counts[neutral]) == ("0", 3)
    assert classes.labels[neutral + 1].startswith("0 至 ")
    assert classes.fill(pd.Series([-0.01, 0, 0.6]))[1] == "0"


def test_rises_alone_use_the_colours_of_rises():
    classes = change(np.linspace(0.05, 0.09, 91))
    assert classes.colours == ("+1", "+2", "+3", "+4", "+5")


def test_two_months_classed_together_can_be_coloured_apart():
    both = classify(pd.Series(range(100)), kind="amount", colours=RAMP)
    assert both.fill(pd.Series([0, 99])) == ["#1", "#5"]


def test_colours_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="five"):
        classify(pd.Series([1]), kind="amount", colours=RAMP[:4])
    with pytest.raises(ValueError, match="odd"):
        classify(pd.Series([1]), kind="change", colours=BOTH[:10])


numbers = some.floats(-1e9, 1e9, allow_subnormal=False).map(lambda number: round(number, 2))


@given(
    some.lists(numbers | some.integers(-9, 9).map(float) | some.none(), max_size=60),
    some.sampled_from([amount, change]),
)
def test_every_value_is_in_the_class_that_counts_it(values, kind):
    classes = kind(values)
    places = classes.index(pd.Series(values, dtype="object"))
    assert len(classes.labels) == len(classes.colours) == len(classes.counts) <= 5
    assert len(set(classes.colours)) == len(classes.colours)
    assert list(classes.breaks) == sorted(set(classes.breaks))
    assert [places.count(i) for i in range(len(classes.counts))] == list(classes.counts)
    assert all(classes.counts)
    assert places.count(None) == classes.missing == values.count(None)


@given(some.lists(numbers.filter(bool), min_size=1, max_size=60))
def test_no_class_of_a_change_holds_falls_and_rises(values):
    classes = change(values)
    for value, colour in zip(values, classes.fill(pd.Series(values)), strict=True):
        assert colour[0] == ("-" if value < 0 else "+")
