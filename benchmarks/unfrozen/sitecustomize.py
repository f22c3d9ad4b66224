"""Python imports this at its start where the folder stands in PYTHONPATH: the heap then cannot be frozen."""

import gc

gc.freeze = lambda: None
