"""Outlines on the shifted coordinates of web maps are known by where they lie, and put back to where they are."""

import numpy as np
import pytest
import shapely

from data.boundaries.shift import BD09, GCJ02, Pair, Shift, put_back, recognised, shifted_back, to_bd09, to_gcj02
from tests.data.boundaries.ground import LOWER, squares

# points with their GCJ-02 of the tests that the open "eviltransform" gives for every language (Beijing, Shanghai,
# Shenzhen): longitude, latitude
KNOWN = [
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
]
COUNTY = shapely.union_all(list(squares().values()))


def flat(points: np.ndarray) -> np.ndarray:
    """Degrees to metres, roughly, at the ground's latitude."""
    return points * [85_000, 111_000]


@pytest.mark.parametrize(("wgs84", "gcj02"), KNOWN)
def test_the_transform_is_the_published_one(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert to_gcj02(np.array([wgs84]))[0] == pytest.approx(gcj02, abs=1e-9)


@pytest.mark.parametrize(("system", "forwards"), [(GCJ02, to_gcj02), (BD09, to_bd09)])
def test_what_is_put_back_lies_within_a_millimetre_all_over_the_country(system: str, forwards) -> None:
    west, south, east, north = 75.0, 18.0, 135.0, 53.0
    lon, lat = np.meshgrid(np.linspace(west, east, 61), np.linspace(south, north, 36))
    points = np.column_stack([lon.ravel(), lat.ravel()])
    assert np.abs(put_back(forwards(points), system) - points).max() * 111_000 < 0.001


@pytest.mark.parametrize(("system", "forwards"), [(GCJ02, to_gcj02), (BD09, to_bd09)])
@pytest.mark.parametrize("whole", [True, False])
def test_an_outline_beside_the_known_one_tells_its_system(system: str, forwards, whole: bool) -> None:
    land = COUNTY if whole else shapely.union_all([squares()[code] for code in LOWER])
    shape = shapely.transform(land, forwards)
    found = recognised([Pair(shape, COUNTY, whole)], flat)
    assert found is not None
    assert found.system == system
    assert 300 < found.metres < 1500
    assert shapely.hausdorff_distance(shifted_back(shape, system), land) * 111_000 < 0.001


def test_an_outline_on_the_known_one_is_not_shifted() -> None:
    assert recognised([Pair(COUNTY, COUNTY, True)], flat) is None
    assert recognised([], flat) is None


def test_a_rougher_outline_of_the_same_land_is_not_taken_for_a_shifted_one() -> None:
    ring = shapely.segmentize(COUNTY.exterior, 0.002)
    rough = np.random.default_rng(7).normal(0, 0.0003, shapely.get_coordinates(ring).shape)  # some thirty metres
    jagged = shapely.Polygon(shapely.get_coordinates(ring)[:-1] + rough[:-1]).buffer(0)
    assert recognised([Pair(jagged, COUNTY, True)], flat) is None


def test_an_offset_to_where_no_web_map_lies_is_told_without_a_system() -> None:
    moved = shapely.transform(COUNTY, lambda points: np.add(points, (-0.004, 0.0)))
    found = recognised([Pair(moved, COUNTY, True)], flat)
    assert found == Shift(pytest.approx(340, rel=0.3), "")
