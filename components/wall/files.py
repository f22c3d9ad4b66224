"""The style sheets and the script of walls: packed once, under addresses that change with what they hold."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "static"
PATH = "/wall/file/"
_TYPES = {".css": "text/css", ".js": "text/javascript"}
STYLES = ("wall.css", "wall_leaders.css", "wall_village.css")
SCRIPTS = ("wall.js", "wall_setup.js")


@dataclass(frozen=True)
class File:
    """One file as it is sent: ``name`` holds the digest of its bytes."""

    name: str
    packed: bytes
    media_type: str


@cache
def files() -> dict[str, File]:
    """All of them by the name in ``components/static``; the style sheets are sent as one, ``wall.css``."""
    styles = "".join((STATIC / name).read_text(encoding="utf-8") for name in STYLES)
    told = {"wall.css": styles, **{name: (STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS}}
    return {name: _file(name, text.encode()) for name, text in told.items()}


def url(name: str) -> str:
    """The address of one."""
    return PATH + files()[name].name


def _file(name: str, told: bytes) -> File:
    path = Path(name)
    digest = hashlib.sha256(told).hexdigest()[:16]
    return File(f"{path.stem}.{digest}{path.suffix}", gzip.compress(told, 9, mtime=0), _TYPES[path.suffix])
