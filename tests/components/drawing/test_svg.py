"""What has one point only is drawn all the same."""

import pytest

from components.drawing.lines import pieces
from components.drawing.svg import area, stroke


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], []), ([None], []), ([5], [[0]]), ([1, 2, 3], [[0, 1, 2]]),
        ([None, 1, float("nan"), 2, 3, None, 4], [[1], [3, 4], [6]]),
    ],
)  # fmt: skip
def test_a_course_falls_into_the_pieces_between_its_gaps(values, found):
    assert pieces(values) == found


def test_a_line_of_one_point_is_a_dot_and_an_area_of_one_month_a_bar():
    assert stroke([(3, 4)], "#123456", width=2) == '<circle cx="3.0" cy="4.0" r="3" fill="#123456"/>'
    assert stroke([(3, 4), (5, 6)], "#123456").startswith('<path d="M3.0 4.0 L5.0 6.0"')
    assert area([(9, 2), (9, 7)], "#123456") == '<rect x="6.0" y="2.0" width="6.0" height="5.0" fill="#123456"/>'
    assert area([(1, 2), (9, 7), (5, 5)], "#123456").startswith("<path")
