"""Whatever the overview shows at its head, or watches, is kept as it was shown."""

from components.overview.parts import HEADLINES, WATCHED
from data.wall.shown import SHOWN


def test_every_figure_of_the_overview_is_kept_as_shown():
    assert {*HEADLINES, *WATCHED} <= set(SHOWN)
