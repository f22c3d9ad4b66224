"""The surface that a scene is composed for: its pixels, and how large type has to be to be read from the last seat."""

from dataclasses import dataclass
from math import pi, tan

LEAST, ROOMY, HEADLINE = 16, 20, 40
"""Minutes of arc: what characters need at least, where there is room, and what is read first (ISO 9241-3)."""
_MINUTE = tan(pi / 180 / 60)  # metres that a minute of arc is wide at one metre


@dataclass(frozen=True)
class Canvas:
    """A picture of ``width`` × ``height`` CSS pixels, ``cm`` wide, whose farthest seat is ``far`` metres away.

    A scene is composed anew for it: what does not fit in these sizes is left out, never made smaller.
    """

    width: int
    height: int
    cm: float
    far: float
    dark: bool

    def px(self, minutes: float) -> float:
        """Pixels of what is to be seen under so many minutes of arc from the farthest seat."""
        return minutes * self.far * _MINUTE * 100 / self.cm * self.width

    @property
    def small(self) -> float:
        """The least size of type."""
        return self.px(LEAST)

    @property
    def text(self) -> float:
        """The size of type where there is room."""
        return self.px(ROOMY)

    @property
    def figure(self) -> float:
        """The least size of a headline figure."""
        return self.px(HEADLINE)

    @property
    def columns(self) -> int:
        """How many columns of some fourteen characters stand beside each other."""
        return max(1, int(self.width / (14 * self.text)))
