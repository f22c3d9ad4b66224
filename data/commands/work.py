"""The process that works on what was handed in; started by the server, not by people."""

import argparse
import logging
import os
from contextlib import suppress

from data.clock import county_clock
from data.imports.running import run
from data.imports.workers import WORKERS
from data.monitoring.sources import raise_all
from data.store.engine import ready_engine

_NICE = 5  # pages go first


def work_command(options: argparse.Namespace) -> int:
    with suppress(OSError, AttributeError):  # where the system knows no such thing
        os.nice(_NICE)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    engine = ready_engine(options.database)
    if run(engine, options.job, WORKERS, clock=county_clock):
        raise_all(engine, county_clock())
    return 0
