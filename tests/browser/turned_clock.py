"""The application whose clock is ahead of the real one by as many days as the environment says: later, for tests."""

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
    return _real() + timedelta(days=int(os.environ[AHEAD]))


clock.county_clock = turned  # before anything takes it

from app import app  # noqa: E402

if TYPE_CHECKING:
    app = st.App("")  # by these words Streamlit finds in a file what it is to serve
