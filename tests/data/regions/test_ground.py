"""What there is to draw a map on, at the whole of several roots as below each of them."""

import pytest

from data import model
from data.access.viewer import Viewer
from data.regions.ground import can_be_drawn, levels_below
from data.regions.outlines import served
from data.regions.tree import children, home, roots
from data.store.engine import writing
from tests.data.regions.roots_ground import CITY, COUNTIES, ROOTS, STRAY, fill_roots

COUNTY_CADRE = Viewer("county", "")


@pytest.fixture
def several(engine, tmp_path):
    fill_roots(engine, tmp_path)
    return engine


def test_several_roots_are_the_children_of_the_whole(several):
    with several.connect() as connection:
        assert [region.code for region in roots(connection)] == sorted(ROOTS)
        assert [region.code for region in children(connection, COUNTY_CADRE, "")] == sorted(ROOTS)
        assert home(connection, COUNTY_CADRE) == ""
        assert levels_below(connection, COUNTY_CADRE, "") == (4, 6, 9, 12)


@pytest.mark.parametrize(("code", "drawn"), [("", True), (COUNTIES[0], True), (CITY, False), (STRAY, False)])
def test_the_whole_can_be_drawn_where_any_of_its_roots_can(several, code, drawn):
    with several.connect() as connection:
        assert can_be_drawn(connection, COUNTY_CADRE, code) == drawn


def test_the_whole_of_several_roots_without_any_place_is_no_map(several):
    with writing(several) as connection:
        for table in (model.region, model.household):
            connection.execute(table.update().values(lon=None, lat=None))
        assert not can_be_drawn(connection, COUNTY_CADRE, "")


@pytest.mark.parametrize("level", ["children", "outline", "province", "city", "county", "township", "village"])
def test_every_level_of_the_whole_has_its_outlines(several, level):
    content, _ = served(several, "", level)
    assert content.startswith(b'{"type":"FeatureCollection"')
