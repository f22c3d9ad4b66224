"""Figures of a region as a chart tells them: the same numbers and standing words as on the screens of that month."""

from collections.abc import Sequence

from sqlalchemy import Connection

from components.drawing import wording
from components.wallcharts import panels
from components.wallcharts.panels import Panel
from data.access.viewer import Viewer
from data.figures import read
from data.figures.indicators import INDICATORS

ACROSS = 3


def figures_panel(connection: Connection, viewer: Viewer, region: str, asked: int | None, ids: Sequence[str]) -> Panel:
    """Headline figures, each with where it stands and, where that is less than whole, how far."""
    found = read.figures(connection, viewer, region, asked, ids)
    listed = []
    for id in ids:
        indicator, figure = INDICATORS[id], found[id]
        said = wording.amount(indicator, figure.value)
        alarm = wording.attention(indicator, figure.value) == 2
        listed.append((indicator.label, said.number, said.unit, figure.standing.words, alarm))
    return panels.figures("", listed, columns=ACROSS)
