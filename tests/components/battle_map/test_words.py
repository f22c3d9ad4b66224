"""What the battle map writes beside its maps."""

from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import create_engine

from components.battle_map import regions as map_regions
from components.battle_map.address import MapChoice
from components.battle_map.village import counted_markup
from components.drawing.ranking import rank
from components.households.tables import members_markup
from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.figures.indicators import INDICATORS
from data.households.file import HouseholdFile
from data.months import month_of
from data.regions.tree import Region, Status
from tests.figured import CLOSED, OPEN, figure
from tests.moment import clock

INCOME = INDICATORS["net_income_per_capita"]
MONTH = month_of("2026-11")


def screen(built: str) -> Screen:
    status = Status(2, f"{built}T08:15:00", built, month_of("2021-12"), MONTH, True)
    return Screen(
        Viewer("county", "990181"),
        Region("990181", "示范市"),
        MONTH,
        status,
        False,
        create_engine("sqlite://"),
        clock,
        {},
    )


def test_names_of_regions_never_become_markup(monkeypatch: pytest.MonkeyPatch):
    rows = pd.DataFrame(
        {"code": ["990181001", "990181101"], "name": ["<img src=x>", "某镇"], "value": [9000.0, 12000.0]}
    )
    shown: list[str] = []
    monkeypatch.setattr(map_regions, "show_markup", shown.append)
    monkeypatch.setattr(map_regions, "show_map", lambda *parts, **options: None)
    monkeypatch.setattr(map_regions, "outlines_url", lambda *of: "/geo/990181/children.json")
    ranking = rank(INCOME, rows, 10000.0, 6)
    regions = map_regions.RegionsShown(INCOME, CLOSED, rows, ranking)
    drawn = map_regions._painted(screen("2026-11-22"), regions)
    map_regions._show_one(screen("2026-11-22"), MapChoice(INCOME), (9,), regions, drawn, key="map")
    assert "&lt;img src=x&gt;" in "".join(shown) and "<img" not in "".join(shown)


def test_a_month_that_still_runs_raises_no_alarm_about_what_it_has_not_reached():
    assert "alarm" in counted_markup(screen("2026-11-22"), {"visit_coverage": figure(0.4, 40, 100, CLOSED)})
    told = counted_markup(screen("2026-11-22"), {"visit_coverage": figure(0.4, 40, 100, OPEN)})
    assert "alarm" not in told and "走访覆盖率 <i>未满（截至22日）</i>" in told


def test_who_was_not_born_yet_has_no_age(file: HouseholdFile):
    ages = {
        as_of: members_markup(replace(file, members=file.members.assign(born="2024-05-01", as_of=as_of)))
        for as_of in ("2022-01-31", "2026-05-01")
    }
    assert "岁" not in ages["2022-01-31"] and "2 岁" in ages["2026-05-01"]
