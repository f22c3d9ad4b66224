"""The bars of a ranking."""

import re

import pandas as pd
import pytest

from components.drawing.ranking import Ranking, distance, ranking_markup
from data.figures.indicators import INDICATORS


def test_what_lies_between_a_value_and_the_mean_is_the_difference_of_what_is_read():
    income, problems, coverage = (INDICATORS[id] for id in ("net_income_per_capita", "problems_open", "visit_coverage"))
    assert distance(income, 16_000.4, 12_991.6) == 3_008  # 16,000 beside 12,992
    assert distance(problems, 3.0, 2.5769) == pytest.approx(0.4)  # 3 beside 2.6
    assert distance(coverage, 0.7774, 0.8456) == pytest.approx(-0.069)  # 77.7 % beside 84.6 %
    assert distance(income, float("nan"), 1.0) is None and distance(income, 1.0, None) is None


def test_the_mean_stands_beyond_the_bars_of_regions_that_all_lie_below_it():
    rows = pd.DataFrame({"code": ["a"], "name": ["某镇"], "value": [9000.0], "distance": [-3000.0], "open_words": [""]})
    ranking = Ranking(INDICATORS["net_income_per_capita"], rows, 12000.0, "县均")
    markup = ranking_markup(ranking, lambda code: "/")
    assert re.findall(r"width: ([0-9.]+)%", markup) == ["75.00"]
    assert re.findall(r'<em style="left: ([0-9.]+)%', markup) == ["100.00"]
