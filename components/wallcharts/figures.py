"""Figures of a region as a chart tells them: the same numbers and standing words as on the screens of that month."""

from collections.abc import Sequence

from sqlalchemy import Connection

from components.drawing import wording
from data.access.viewer import Viewer
from data.figures import read
from data.figures.indicators import INDICATORS


def headlines(
    connection: Connection, viewer: Viewer, region: str, asked: int | None, ids: Sequence[str], across: int
) -> dict[str, object]:
    """Headline figures in rows of equal length, at most ``across`` to a row: each with its unit, where it stands, how
    far that is where it is not closed, and whether it needs action."""
    found = read.figures(connection, viewer, region, asked, ids)
    listed = []
    for id in ids:
        indicator, figure = INDICATORS[id], found[id]
        said = wording.amount(indicator, figure.value)
        alarm = wording.attention(indicator, figure.value) == 2
        one = {"label": indicator.label, "number": said.number, "unit": said.unit, "note": figure.standing.words}
        listed.append({**one, "alarm": alarm})
    rows = -(-len(listed) // across)
    return {"columns": -(-len(listed) // rows), "figures": listed}
