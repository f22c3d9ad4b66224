"""Numbers in officials' words."""

import pytest

from components.drawing import wording
from data.figures.indicators import INDICATORS


@pytest.mark.parametrize(
    ("id", "value", "said"),
    [
        ("households", 1234, "1,234 户"),
        ("households", 0, "0 户"),
        ("net_income_per_capita", 12496.4, "12,496 元"),
        ("project_investment", 35_650_000, "3,565 万元"),
        ("return_received", 5_549_000, "554.9 万元"),
        ("fund_disbursed", 219_000_000, "2.19 亿元"),
        ("return_received", 950.0, "950 元"),
        ("fund_progress", 0.6930, "69.3 %"),
        ("visit_coverage", 1.0, "100.0 %"),
        ("incidence", 0.00019, "0.02 %"),
        ("net_income_growth", 0.273, "+27.3 %"),
        ("net_income_growth", -0.0521, "−5.2 %"),
        ("net_income_growth", 0.0, "0.0 %"),
        ("households", None, "—"),
        ("visit_coverage", float("nan"), "—"),
    ],
)
def test_a_value_is_said_with_its_unit(id: str, value: float | None, said: str):
    assert str(wording.amount(INDICATORS[id], value)) == said


@pytest.mark.parametrize(
    ("id", "now", "before", "said"),
    [
        ("monitored_households", 163, 151, ("▲", "12 户", -1)),
        ("lifted_households", 10, 12, ("▼", "2 户", -1)),
        ("visit_coverage", 0.832, 0.82, ("▲", "1.2 个百分点", 1)),
        ("wage_share", 0.5, 0.6, ("▼", "10.0 个百分点", 0)),
        ("net_income_growth", 0.07, 0.08, ("▼", "1.0 个百分点", -1)),
        ("net_income_per_capita", 9290.4, 9290.1, ("－", "持平", 0)),
        ("net_income_per_capita", 12_991.6, 12_282.6, ("▲", "709 元", 1)),  # 12,992 − 12,283
        ("net_income_per_capita", 12_992.4, 12_282.6, ("▲", "709 元", 1)),
        ("visit_coverage", 0.83249, 0.83151, ("－", "持平", 0)),  # both 83.2 %
        ("visit_coverage", 0.83204, 0.83201, ("－", "持平", 0)),
        ("return_received", 5_549_000, 5_000_000, ("▲", "54.9 万元", 1)),
    ],
)
def test_a_change_has_an_arrow_a_size_and_a_direction(id: str, now: float, before: float, said: tuple):
    change = wording.change(INDICATORS[id], now, before)
    assert (change.arrow, change.amount, change.trend) == said


@pytest.mark.parametrize(
    ("id", "step", "apart", "moved"),
    [
        ("problems_overdue", 3, "多 3 个", "增加 3 个"),
        ("problems_overdue", -2.6, "少 2.6 个", "减少 3 个"),
        ("problems_overdue", 0.04, "持平", "持平"),
        ("return_received", -549_000.0, "少 54.9 万元", "减少 54.9 万元"),
        ("return_received", 0.3, "持平", "持平"),
        ("net_income_per_capita", -191.0, "低 191 元", "下降 191 元"),
        ("visit_coverage", 0.02, "高 2.0 个百分点", "上升 2.0 个百分点"),
        ("cumulative_return_rate", 0.0004, "高 0.04 个百分点", "上升 0.04 个百分点"),
        ("visit_coverage", 0.0004, "持平", "持平"),
    ],
)
def test_what_is_counted_is_more_or_less_and_a_rate_higher_or_lower(id: str, step: float, apart: str, moved: str):
    assert wording.apart(INDICATORS[id], step) == apart
    assert wording.moved(INDICATORS[id], wording.difference(INDICATORS[id], step)) == moved


@pytest.mark.parametrize(("now", "before"), [(None, 1), (1, None), (float("nan"), 1)])
def test_there_is_no_change_where_a_value_is_missing(now: float | None, before: float | None):
    assert wording.change(INDICATORS["households"], now, before) is None


@pytest.mark.parametrize(
    ("id", "value", "level"),
    [
        ("visit_coverage", 0.9, 0),
        ("visit_coverage", 0.8999, 1),
        ("visit_coverage", 0.69, 2),
        ("problems_overdue", 0, 0),
        ("problems_overdue", 1, 1),
        ("problems_overdue", 10, 2),
        ("problems_overdue", None, 0),
        ("households", 5000, 0),
    ],
)
def test_the_warning_levels_of_the_registry_decide_what_needs_attention(id: str, value: float | None, level: int):
    assert wording.attention(INDICATORS[id], value) == level


@pytest.mark.parametrize(("yuan", "said"), [(950.0, "0.10"), (50_960.0, "5.10"), (219_000_000.0, "21,900.00")])
def test_a_column_of_money_is_in_one_unit(yuan: float, said: str):
    assert wording.in_class_unit(INDICATORS["project_investment"], yuan) == said
    assert wording.class_unit(INDICATORS["project_investment"]) == "万元"
