"""The style sheets and scripts of walls, under addresses that change with what they hold, so that they are kept."""

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "static"
STYLES = ("wall.css", "wall_leaders.css", "wall_village.css")
"""Each field of scenes has its own."""


@cache
def url(name: str) -> str:
    """The address of a file of ``components/static``."""
    return f"/assets/map/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]}"
