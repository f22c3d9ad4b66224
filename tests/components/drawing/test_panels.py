"""What changed, in words that hold."""

import pandas as pd
import pytest

from components.drawing.panels import changes_markup

NOTHING = pd.DataFrame(columns=["code", "name", "indicator", "value", "before", "change"])


@pytest.mark.parametrize(("compared", "said"), [(0, "上月没有可比的数据。"), (3, "所列指标与上月相比都没有变化。")])
def test_that_nothing_changed_is_told_from_that_nothing_is_known(compared: int, said: str):
    assert changes_markup(NOTHING, compared, lambda code, id: "/") == f'<p class="calm">{said}</p>'


def test_a_move_says_where_what_and_by_how_much():
    rows = pd.DataFrame([("1", "东村", "problems_open", 5.0, 3.0, 2.0)], columns=NOTHING.columns)
    markup = changes_markup(rows, 1, lambda code, id: f"/{code}/{id}")
    assert "东村" in markup and "▲ 2 个" in markup and "3 个 → 5 个" in markup and 'href="/1/problems_open"' in markup
