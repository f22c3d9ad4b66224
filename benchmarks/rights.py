"""What the asking for rights costs a run: as many questions as the largest page asks, each with its right."""

import time
from collections.abc import Iterator

from sqlalchemy import Connection

from benchmarks.ground import Ground
from benchmarks.table import Finding, middle
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer

QUESTIONS = 200  # of one run: 总览 asks some forty
SECONDS = 0.001  # of a run
RUNS = 50


@needs(READ, HOUSEHOLDS)
def _nothing(connection: Connection | None, viewer: Viewer, region: str, month: int, *, limit: int = 50) -> None:
    """A question that costs nothing but its asking."""


def rights_of_a_run(ground: Ground) -> Iterator[Finding]:
    """Seconds that the rights of one run take."""
    viewer = Viewer("village", "990181101201", person=7)
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        for _ in range(QUESTIONS):
            _nothing(None, viewer, "990181101201", 24_000, limit=50)
        taken.append(time.perf_counter() - begun)
    yield middle(f"Rights of a run ({QUESTIONS} questions)", ground.preset, taken, "s", SECONDS)
