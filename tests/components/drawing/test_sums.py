"""Parts that are read beside their sum make it."""

import math

import pandas as pd
import pytest

from components.drawing.sums import adding_up, rows_adding_up


@pytest.mark.parametrize(
    ("parts", "decimals", "told"),
    [
        ([347.3, 198.3, 17.3, 221.3, -74.2], 0, [348, 198, 17, 221, -74]),  # else 709 beside 710
        ([1 / 3, 1 / 3, 1 / 3], 2, [0.34, 0.33, 0.33]),
        ([0.5, 0.5], 0, [1, 0]),
        ([-0.6, -0.6, 0.2], 0, [0, -1, 0]),
        ([0.1, 0.2], 1, [0.1, 0.2]),
        ([1.15, 2.85], 2, [1.15, 2.85]),
        ([], 0, []),
    ],
)  # fmt: skip
def test_rounded_parts_make_their_rounded_sum(parts: list[float], decimals: int, told: list[float]):
    rounded = adding_up(parts, decimals)
    assert rounded == pytest.approx(told)
    assert sum(rounded) == pytest.approx(round(sum(parts), decimals))
    assert all(abs(one - part) < 10**-decimals for one, part in zip(rounded, parts, strict=True))


def test_what_is_missing_stays_missing():
    rounded = adding_up([1.4, None, 1.4, float("nan")])
    assert sorted(rounded[:3:2]) == [1, 2] and math.isnan(rounded[1]) and math.isnan(rounded[3])


def test_in_each_row_the_parts_less_the_expense_are_the_whole():
    frame = pd.DataFrame({"a": [10.4, 1.5], "b": [20.4, 2.0], "less": [5.4, 0.0], "net": [25.4, 3.5], "c": [7.7, 8.8]})
    told = rows_adding_up(frame, ["a", "b", "less"], "net", minus=["less"])
    assert (told["a"] + told["b"] - told["less"]).tolist() == told["net"].tolist() == [25, 4]
    assert told["c"].tolist() == [7.7, 8.8] and frame["net"].tolist() == [25.4, 3.5]
