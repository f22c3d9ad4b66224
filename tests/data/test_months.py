"""Months at the edges."""

import pytest

from data.errors import NotFound
from data.months import month_of


@pytest.mark.parametrize("text", ["2026", "2026-13", "0000-01", "９" * 3000, "一月"])
def test_what_is_no_month_is_refused_in_a_short_sentence(text: str):
    with pytest.raises(NotFound) as refused:
        month_of(text)
    assert len(str(refused.value)) < 60
