"""The application whose clock a test turns: it is ahead of the real one by the days in the file AHEAD."""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data import clock

AHEAD = "WARROOM_TEST_DAYS_AHEAD"
_real = clock.county_clock


def turned() -> datetime:
    """The real moment, so many days later."""
    return _real() + timedelta(days=int(Path(os.environ[AHEAD]).read_text()))


clock.county_clock = turned

from app import app  # noqa: E402

if TYPE_CHECKING:
    app = st.App("")  # by these words Streamlit's command line finds in a file what it is to serve
