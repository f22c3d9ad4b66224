"""What another process has worked and holds, as Linux tells it; NaN where the system does not."""

import math
import os
from pathlib import Path


def worked(process: int) -> float:
    """Seconds of processor that the process has used until now."""
    try:
        user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return math.nan
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def resident(process: int) -> float:
    """Bytes of memory that the process holds now."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    except OSError:
        return math.nan
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
