"""Until when a file knows what people entered: what came later and differs is a conflict."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from data.clock import written
from data.workbook.stamp import modified, stamp_of


def current_of(now: datetime, as_of: str) -> Callable[[Path], str]:
    """Of a file: the moment (ISO, local) of its own stamp; of a foreign one ``as_of``, else when it was last saved.

    Empty where nobody says, and for a moment that is not yet: then the file is taken for older than everything.
    """

    def current(file: Path) -> str:
        own = stamp_of(file) if file.is_file() else None
        said = own.at if own else as_of or (modified(file) if file.is_file() else "")
        return said if said <= written(now) else ""

    return current
