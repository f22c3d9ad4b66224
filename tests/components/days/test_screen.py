"""The page of days: what its address says, who reads which words, what may be taken away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from components.days.screen import read_span
from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.days.entries import Told, write
from data.regions import tree as regions
from tests.data.village_ground import COUNTY, VILLAGE, fill_village
from tests.moment import NOW, clock
from tests.source_code import ROOT

TODAY = date(2026, 11, 22)
HOSTILE = "\"'><script>alert(1)</script>"
TOLD = Told("00000000-0000-4000-8000-000000000001", "problem", VILLAGE, 901, None, HOSTILE, "")


@pytest.mark.parametrize(
    ("asked", "first", "last", "problems"),
    [
        ({}, "2026-11-16", "2026-11-22", 0),
        ({"span": "day"}, "2026-11-22", "2026-11-22", 0),
        ({"span": "month"}, "2026-11-01", "2026-11-22", 0),
        ({"span": "month", "day": "2026-02-10"}, "2026-02-01", "2026-02-28", 0),
        ({"span": "month", "day": "2025-12-31"}, "2025-12-01", "2025-12-31", 0),
        ({"day": "2027-01-01"}, "2026-11-16", "2026-11-22", 0),
        ({"span": "<b>", "day": "2026-02-30"}, "2026-11-16", "2026-11-22", 2),
    ],
)
def test_the_address_says_which_days(asked: dict[str, str], first: str, last: str, problems: int):
    span, said = read_span(asked, TODAY)
    assert (span.first.isoformat(), span.last.isoformat(), len(said)) == (first, last, problems)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # a page knows nothing of the engine
def test_a_village_reads_words_as_words_and_the_county_sees_who_wrote_nothing(filled: Callable[..., Engine]):
    engine = filled(fill_village, own=True)
    for number, household in enumerate((901, None)):
        told = replace(TOLD, number=f"{TOLD.number[:-1]}{number}", household=household)
        write(engine, Viewer("village", VILLAGE), told, now=NOW)

    def drawn(viewer: Viewer, region: str) -> str:
        with engine.connect() as connection:
            status, place = regions.status(connection), regions.find(connection, viewer, region)
        app = AppTest.from_file(str(ROOT / "pages" / "days.py"), default_timeout=60)
        app.session_state["screen"] = Screen(viewer, place, None, status, False, engine, clock, {})
        app.run()
        assert not app.exception
        return " ".join(element.proto.body for element in app.get("html"))

    shown = drawn(Viewer("village", VILLAGE), VILLAGE)
    assert "<script>alert" not in shown and shown.count("&lt;script&gt;alert") == 2 and "钱一户" in shown
    helper = drawn(Viewer("helper", VILLAGE, "D2"), VILLAGE)
    assert helper.count("&lt;script&gt;alert") == 1 and "钱一" not in helper
    county = drawn(Viewer("county", COUNTY), COUNTY)
    assert "今天 3 个村没有记录" in county and "script" not in county
