"""Words that changed with the years: which is said is the county's choice and the month's matter."""

import pytest

from data.figures.indicators import INDICATORS
from data.months import month_of
from data.text.official import fund_word, official, registered, speaking

NEWER, OLDER = "防止返贫致贫对象", "监测对象"


@pytest.mark.parametrize(
    ("chosen", "month", "tight", "said"),
    [
        (NEWER, "2026-02", False, NEWER),
        (NEWER, "2026-01", False, OLDER),
        (NEWER, "2027-01", True, "防返贫对象"),
        (NEWER, "2025-12", True, OLDER),
        (OLDER, "2026-11", False, OLDER),
        (OLDER, "2026-11", True, OLDER),
    ],
)
def test_who_is_watched_is_called_as_the_county_chose_from_the_month_on_that_knows_the_word(
    chosen: str, month: str, tight: bool, said: str
):
    with speaking(chosen, month_of(month), tight=tight):
        assert official("新增监测对象，监测对象") == f"新增{said}，{said}"
        assert INDICATORS["monitored_households"].label == said
        assert INDICATORS["monitored_persons"].full_name == f"人口 · {said}人口"
        assert INDICATORS["newly_monitored_households"].numerator_label == f"新增{said}"
        assert f"“新增{said}”" in INDICATORS["newly_identified_households"].definition
    assert official(OLDER) == NEWER


def test_no_label_or_definition_says_the_older_word_where_the_newer_is_in_force():
    with speaking(NEWER, month_of("2026-11")):
        for one in INDICATORS.values():
            assert OLDER not in f"{one.label}{one.definition}{one.numerator_label}{one.denominator_label}", one.id


def test_a_figure_is_known_by_whichever_word_somebody_typed():
    assert registered("户,新增防止返贫致贫对象、防返贫对象,监测对象") == "户,新增监测对象、监测对象,监测对象"


@pytest.mark.parametrize(("year", "word"), [(2024, "衔接资金"), (2025, "衔接资金"), (2026, "常态化帮扶资金")])
def test_the_funds_of_a_year_keep_its_name(year: int, word: str):
    assert fund_word(year) == word
