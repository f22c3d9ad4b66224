"""What the region picker offers."""

import pytest
from sqlalchemy import Engine

from data import model
from data.access.viewer import Viewer
from data.regions import tree as regions
from data.store.engine import writing

TOWNSHIPS = ("990181101", "990181102")
VILLAGES = tuple(f"{township}20{number}" for township in TOWNSHIPS for number in range(3))


@pytest.fixture
def land(engine: Engine) -> Engine:
    with writing(engine) as connection:
        for code in ("990181", *TOWNSHIPS, *VILLAGES):
            parent = {6: "", 9: code[:6], 12: code[:9]}[len(code)]
            connection.execute(model.region.insert().values(code=code, name=f"示范{code}", parent=parent))
    return engine


def offered(engine: Engine, viewer: Viewer, township: str) -> list[str]:
    with engine.connect() as connection:
        return [region.code for region in regions.pickable(connection, viewer, township)]


def test_a_picker_offers_every_region_of_the_viewer(land: Engine):
    assert offered(land, Viewer("county", "990181"), "") == sorted(("990181", *TOWNSHIPS, *VILLAGES))
    assert offered(land, Viewer("village", VILLAGES[1]), VILLAGES[1][:9]) == [VILLAGES[1]]


def test_where_there_are_too_many_the_villages_of_the_township_at_hand_alone(
    land: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(regions, "MOST_PICKED", 5)
    county = Viewer("county", "990181")
    assert offered(land, county, "") == ["990181", *TOWNSHIPS]
    assert offered(land, county, TOWNSHIPS[1]) == ["990181", *TOWNSHIPS, *VILLAGES[3:]]
    assert offered(land, Viewer("township", TOWNSHIPS[0]), TOWNSHIPS[0]) == [TOWNSHIPS[0], *VILLAGES[:3]]


def test_regions_are_named_by_their_codes_within_the_scope_alone(land: Engine):
    township, other = TOWNSHIPS
    with land.connect() as connection:
        asked = [township, other, VILLAGES[0], "nonsense", ""]
        named = regions.names_of(connection, Viewer("township", township), asked)
    assert named == {code: f"示范{code}" for code in (township, VILLAGES[0])}


def test_a_city_without_counties_stands_among_the_counties(land: Engine):
    with writing(land) as connection:
        for code, parent in (("9902", ""), ("990200003", "9902"), ("990200003001", "990200003")):
            connection.execute(model.region.insert().values(code=code, name=code, parent=parent))
    with land.connect() as connection:
        assert regions.counties(connection) == ["990181", "9902"]
