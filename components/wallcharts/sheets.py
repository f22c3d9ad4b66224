"""Sizes of paper, and how large type has to be on each: by the distance from which it is read, not by the paper."""

from dataclasses import dataclass

POINTS_A_METRE = 24 / 1.7
"""Points of type for each metre between reader and paper: 24 to 1.7 m, 48 to 3.3 m, 96 to 6.7 m."""
MILLIMETRE = 72 / 25.4
"""Points to a millimetre."""


@dataclass(frozen=True)
class Sheet:
    """One size: millimetres, columns of text, and from how many metres its tables are read (``far``); headings are read
    from twice as far, the title from four times or more. ``tall``: how high a map is, in parts of a column's width, so
    that it fills the first one.

    What does not fit goes on to further sheets of the same size in the order of the panels; type is never made smaller.
    """

    id: str
    width: int
    height: int
    columns: int
    far: float
    margin: int
    gap: int
    tall: float

    @property
    def text(self) -> float:
        """Points of the tables' type; nothing but notes and the foot is smaller."""
        return round(POINTS_A_METRE * self.far, 1)

    @property
    def small(self) -> float:
        """Points of notes and of the foot, which are read by who stands before the paper."""
        return round(self.text * 0.75, 1)

    @property
    def head(self) -> float:
        """Points of headings and figures."""
        return round(self.text * (2 if self.far > 1 else 1.5), 1)

    @property
    def titles(self) -> list[float]:
        """Points of the title: the largest in which it stands on one line; none is under four times the tables' type
        but on what is read in the hand."""
        least = 4 if self.far > 1 else 2
        return [round(self.text * times, 1) for times in (7, 6, 5, 4, 3, 2) if times >= least]

    @property
    def column(self) -> float:
        """Points that one column is wide."""
        return (self.width - 2 * self.margin - (self.columns - 1) * self.gap) / self.columns * MILLIMETRE

    @property
    def half(self) -> float:
        """Points that half a column is wide."""
        return (self.column - self.gap / 2 * MILLIMETRE) / 2

    @property
    def letters(self) -> float:
        """How many Chinese characters of the tables' type stand beside each other in a column."""
        return self.column / self.text

    @property
    def across(self) -> int:
        """How many headline figures stand beside each other."""
        return int((self.width - 2 * self.margin) * MILLIMETRE / self.text / 13)

    @property
    def code(self) -> float:
        """Millimetres that the QR code is wide: to be scanned from as far as the tables are read, at the least two
        centimetres and a half."""
        return max(25.0, self.far * 45)

    def data(self) -> dict[str, object]:
        """As ``typst/wallchart.typ`` takes it."""
        return {
            "width": self.width, "height": self.height, "margin": self.margin, "gap": self.gap,
            "columns": self.columns, "text": self.text, "small": self.small, "head": self.head,
            "titles": self.titles, "line": round(self.text / 30, 2),
            "foot": round(self.small / MILLIMETRE * 3.4 + self.gap * 0.4, 1),
        }  # fmt: skip


SHEETS = {
    sheet.id: sheet
    for sheet in (
        Sheet("A0", 1189, 841, 2, 1.7, 22, 16, 0.8),
        Sheet("A1", 841, 594, 2, 1.7, 18, 12, 0.76),
        Sheet("A2", 594, 420, 2, 1.2, 14, 9, 0.64),
        Sheet("A3", 420, 297, 2, 0.8, 10, 7, 0.66),
        Sheet("A4", 210, 297, 1, 0.7, 10, 5, 0.66),
    )
}
