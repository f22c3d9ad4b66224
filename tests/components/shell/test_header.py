"""The way to another region, from every page."""

import pytest
from sqlalchemy import Engine

from components.shell.header import UNSEEN, region_choices, region_url, searchable
from data import model
from data.access.viewer import Viewer
from data.store.engine import writing


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


def test_the_picker_tells_regions_of_one_name_apart_and_no_session_can_change_it_for_the_others(engine: Engine):
    land = {"990181101": "东镇", "990181102": "西镇", "990181101201": "新村", "990181102201": "新村"}
    with writing(engine) as connection:
        rows = [{"code": code, "name": name, "parent": code[:-3]} for code, name in land.items()]
        connection.execute(model.region.insert(), [{"code": "990181", "name": "示范市", "parent": ""}, *rows])
    with engine.connect() as connection:
        choices = region_choices(connection, Viewer("county", "990181"), "")
    assert choices["990181101"] == "东镇　990181101"
    assert choices["990181102201"] == "新村（西镇）　990181102201"
    with pytest.raises(TypeError):
        choices["990181101"] = "西镇"


@pytest.mark.parametrize(
    ("label", "pinyin"),
    [
        ("金河村　990181001201", "jhc jinhecun"),
        ("新村（西镇）　990181102201", "xcxz xincunxizhen"),
        ("重庆市　50", "cqs chongqingshi"),
        ("990181", ""),
    ],
)
def test_a_region_is_found_by_initials_and_by_full_pinyin_that_are_not_seen(label: str, pinyin: str):
    assert searchable(label) == label + UNSEEN + pinyin
