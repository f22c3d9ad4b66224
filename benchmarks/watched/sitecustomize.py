"""Python imports this at its start where the folder stands in PYTHONPATH: each full collection is then written down."""

import gc
import sys
import time

begun = 0.0


def written(phase: str, told: dict[str, int]) -> None:
    """A line such as ``full collection: 0.0412 s`` in the log."""
    global begun
    if told["generation"] != 2:
        return
    if phase == "start":
        begun = time.perf_counter()
    else:
        sys.stderr.write(f"full collection: {time.perf_counter() - begun:.4f} s\n")


gc.callbacks.append(written)
