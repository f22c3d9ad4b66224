"""The bars of a ranking."""

import re

import pandas as pd

from components.drawing.ranking import Ranking, ranking_markup
from data.figures.indicators import INDICATORS


def test_the_mean_stands_beyond_the_bars_of_regions_that_all_lie_below_it():
    rows = pd.DataFrame({"code": ["a"], "name": ["某镇"], "value": [9000.0], "distance": [-3000.0]})
    ranking = Ranking(INDICATORS["net_income_per_capita"], rows, 12000.0, "县均")
    markup = ranking_markup(ranking, lambda code: "/")
    assert re.findall(r"width: ([0-9.]+)%", markup) == ["75.00"]
    assert re.findall(r'<em style="left: ([0-9.]+)%', markup) == ["100.00"]
