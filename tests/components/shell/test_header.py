"""The way to another region, from every page."""

import pytest

from components.shell.header import region_url


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/overview", "/overview?region=990181&month=2026-10"),
        ("/battle_map", "/battle_map?region=990181&month=2026-10"),
        ("/household", "/battle_map?region=990181&month=2026-10"),
    ],
)
def test_another_region_leaves_the_household_behind(path: str, address: str):
    parameters = {"region": "990181001201", "month": "2026-10", "household": "7", "page": "2"}
    assert region_url(path, parameters, "990181") == address


def test_another_region_leads_from_a_project_to_all_projects():
    parameters = {"region": "990181001201", "project": "XM-1", "year": "2025", "page": "2"}
    assert region_url("/project", parameters, "990181") == "/projects?region=990181&year=2025"


def test_the_whole_has_a_word_in_the_address():
    assert region_url("/figure", {"indicator": "households"}, "") == "/figure?indicator=households&region=all"


def test_the_search_for_a_household_stays_a_search_in_another_region():
    assert region_url("/household", {"region": "990181", "state": "1"}, "990182") == "/household?region=990182&state=1"
