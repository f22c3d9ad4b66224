"""The lands of a picture: of the same shapes as the map's, with what lies over them, kept until the shapes change."""

import pytest
import shapely
import shapely.affinity
from sqlalchemy import Engine

from data.errors import NotFound
from data.figures import cube
from data.regions.lands import Lands, lands
from data.store.engine import writing
from tests.data.boundaries.ground import (
    COUNTY,
    LOWER,
    NAMES,
    OTHER_TOWN,
    SIDE,
    SOUTH,
    TOWN,
    UPPER,
    VILLAGES,
    WEST,
    bound,
    close,
    placed,
    regions,
    squares,
)
from tests.moment import NOW


@pytest.fixture
def county(engine: Engine) -> Engine:
    """The county of squares, bounded."""
    regions(engine)
    bound(engine, squares())
    return engine


def asked(engine: Engine, code: str, level: int | None = None, **options: float) -> Lands:
    with engine.connect() as connection:
        return lands(connection, code, level, **options)


def test_the_children_of_a_region_are_its_lands_and_a_village_is_its_own(county: Engine) -> None:
    found = asked(county, COUNTY)
    assert [(land.code, land.name, land.sketch) for land in found.each] == [
        (TOWN, "城关镇", False),
        (OTHER_TOWN, "东沟乡", False),
    ]
    assert all(close(land.shape, squares()[land.code]) for land in found.each)
    assert found.over == () and close(found.outline, squares()[COUNTY])
    assert [land.code for land in asked(county, LOWER[0]).each] == [LOWER[0]]
    assert [land.code for land in asked(county, "").each] == [COUNTY]


def test_townships_over_villages_have_their_edges_and_names_that_repeat_say_where(county: Engine) -> None:
    found = asked(county, COUNTY, 12)
    assert [land.code for land in found.each] == list(VILLAGES)
    assert {land.name for land in found.each} == {"西关村", "东沟村", "团结村（城关镇）", "团结村（东沟乡）"}
    assert [(land.code, land.name) for land in found.over] == [(TOWN, "城关镇"), (OTHER_TOWN, "东沟乡")]
    for town, below in zip(found.over, (LOWER, UPPER), strict=True):
        inside = shapely.union_all([land.shape for land in found.each if land.code in below])
        assert town.shape.equals(inside)
    assert found.of([TOWN]) == pytest.approx(squares()[TOWN].bounds)


def test_a_gap_between_villages_is_no_hole_in_their_township(county: Engine) -> None:
    notch = shapely.box(WEST + SIDE * 0.9, SOUTH + SIDE * 0.4, WEST + SIDE, SOUTH + SIDE * 0.6)
    bound(county, {**squares(), LOWER[0]: squares()[LOWER[0]].difference(notch)})
    found = asked(county, COUNTY, 12)
    assert shapely.area(found.each[0].shape) < shapely.area(squares()[LOWER[0]])
    assert close(found.over[0].shape, squares()[TOWN]) and close(found.outline, squares()[COUNTY])


def test_a_larger_picture_has_finer_edges(engine: Engine) -> None:
    regions(engine)
    bound(engine, {COUNTY: shapely.Point(WEST, SOUTH).buffer(0.1, quad_segs=4000)})
    corners = [shapely.get_num_coordinates(asked(engine, "", across=across).each[0].shape) for across in (700, 4000)]
    assert corners[0] < corners[1] < 4000


def test_they_are_kept_until_there_is_a_write_and_not_for_another_size(county: Engine) -> None:
    assert asked(county, COUNTY, across=900) is asked(county, COUNTY, across=1000)
    assert asked(county, COUNTY, across=900) is not asked(county, COUNTY, across=1300)
    bound(county, {TOWN: squares()[TOWN]})
    assert len(asked(county, COUNTY).each) == 2
    with writing(county) as connection:
        cube.stamp(connection, NOW)
    assert [land.code for land in asked(county, COUNTY).each] == [TOWN]


def test_what_has_a_point_only_is_a_sketch_and_its_seat_is_told(engine: Engine) -> None:
    regions(engine)
    placed(engine, {code: (WEST + place * SIDE, SOUTH) for place, code in enumerate(LOWER)})
    found = asked(engine, TOWN)
    assert [land.sketch for land in found.each] == [True, True]
    assert asked(engine, LOWER[1]).seat == (WEST + SIDE, SOUTH) and found.seat is None


def test_a_region_that_nothing_is_known_of_has_no_lands_and_an_unknown_one_is_not_found(engine: Engine) -> None:
    regions(engine, NAMES)
    empty = asked(engine, COUNTY, 12)
    assert (empty.each, empty.over, empty.outline, empty.of([COUNTY])) == ((), (), None, None)
    with pytest.raises(NotFound):
        asked(engine, "990999")


def test_a_village_inside_a_village_is_drawn_above_it(county: Engine) -> None:
    shapes = squares()
    shapes[LOWER[0]] = shapely.affinity.scale(shapes[LOWER[1]], 0.3, 0.3)
    bound(county, shapes)
    found = asked(county, TOWN).each
    assert [(land.code, land.above) for land in found] == [(LOWER[1], False), (LOWER[0], True)]
