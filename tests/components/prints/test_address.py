"""What of wall charts an address can ask for."""

import pytest

from components.prints.address import ChartChoice, read_chart_choice


@pytest.mark.parametrize(
    ("parameters", "choice", "problems"),
    [
        ({}, ChartChoice("A0", "own", True), 0),
        ({"size": "A3", "below": "all", "zip": "0"}, ChartChoice("A3", "all", False), 0),
        ({"indicator": "visit_coverage"}, ChartChoice("A0", "own", True, "visit_coverage"), 0),
        ({"size": "small", "below": "../x", "zip": "2", "indicator": "x"}, ChartChoice("A0", "own", True), 4),
    ],
)
def test_a_choice_is_looked_up_and_what_means_nothing_is_said(parameters: dict, choice: ChartChoice, problems: int):
    read, said = read_chart_choice(parameters)
    assert read == choice and len(said) == problems
