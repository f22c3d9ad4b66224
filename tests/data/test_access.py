"""What a viewer may read of a name or a number."""

import pytest

from data.access import mask_id


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("210881196001011234", "210881********1234"), ("21088119600101123443", "210881**********3443"),
        ("210881600101123", "210881*****1123"), ("E12345678", "E*******8"), ("123", "***"), ("", ""), (None, None),
    ],
)  # fmt: skip
def test_a_masked_number_never_shows_all_of_itself(number: str | None, masked: str | None):
    assert mask_id(number) == masked
