"""The pieces that a line over a course falls into: where a month has no value, there is a gap."""

from collections.abc import Sequence
from itertools import groupby

from components.drawing.wording import has_value


def pieces(values: Sequence[float | None]) -> list[list[int]]:
    """Places of the values that follow each other without a gap, in order."""
    known = [place for place, value in enumerate(values) if has_value(value)]
    runs = groupby(enumerate(known), key=lambda pair: pair[1] - pair[0])
    return [[place for _, place in run] for _, run in runs]
