"""A feature finds its region by code, else by township and name; never by the name alone."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.boundaries import import_boundaries
from data.errors import Refused
from tests.data.boundaries.ground import NAMES, OTHER_TOWN, boundaries, geojson, regions, square, tree
from tests.moment import NOW

VILLAGE = "990981001001"


@pytest.mark.parametrize("number", [990981001001, 990981001001.0, "9909810010010000000", "990981001001 "])
def test_numbers_and_long_codes_join(engine: Engine, tmp_path: Path, number: float | str) -> None:
    regions(engine)
    result = import_boundaries(engine, [geojson(tmp_path / "a.geojson", [({"code": number}, square(0, 0))])], now=NOW)
    assert result.joined == (VILLAGE,)


def test_a_code_without_its_last_zeros_joins_but_makes_no_region(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    features = [
        ({"code": "9909811", "name": "东沟乡"}, square(0, 1)),
        ({"code": "9909812", "name": "新乡"}, square(0, 2)),
    ]
    result = import_boundaries(engine, [geojson(tmp_path / "a.geojson", features)], now=NOW)
    assert (result.joined, result.created) == ((OTHER_TOWN,), ())
    assert [(note.code, note.reason) for note in result.unjoined] == [("9909812", "代码不完整，系统里没有对得上的区划")]


@pytest.mark.parametrize(
    ("township", "name", "village"),
    [
        ("城关镇", "西关村村民委员会", VILLAGE),
        ("城关镇", "西关村委会", VILLAGE),
        ("城关镇", "西关村村委会", VILLAGE),
        ("城关镇", "西关", VILLAGE),
        ("城关镇人民政府", "西关村", VILLAGE),
        ("城关镇", "团结村", "990981001002"),
        ("东沟乡", "团结村民委员会", "990981100002"),
        ("城关镇", "西关社区居委会", None),
        ("城关镇", "东沟村", None),
        ("", "西关村", None),
        ("别处镇", "西关村", None),
    ],
)
def test_without_a_code_township_and_name_join_and_never_the_name_alone(
    engine: Engine, tmp_path: Path, township: str, name: str, village: str | None
) -> None:
    regions(engine)
    path = geojson(tmp_path / "a.geojson", [({"名称": name, "乡镇": township, "code": ""}, square(0, 0))])
    if not township:  # a layer with names alone has no column to join on at all
        with pytest.raises(Refused, match="没有代码列"):
            import_boundaries(engine, [path], now=NOW)
        return
    result = import_boundaries(engine, [path], now=NOW)
    assert result.joined == ((village,) if village else ())
    assert [note.name for note in result.unjoined] == ([] if village else [name])


@pytest.mark.parametrize(
    ("name", "joined"),
    [("西关社区居民委员会", "990981001009"), ("西关居委会", "990981001009"), ("西关村委会", VILLAGE), ("西关", None)],
)
def test_a_village_and_a_community_of_one_name_are_told_apart(engine: Engine, tmp_path: Path, name, joined) -> None:
    regions(engine, {**NAMES, "990981001009": "西关社区"})
    path = geojson(tmp_path / "a.geojson", [({"name": name, "town": "城关镇"}, square(0, 0))])
    assert import_boundaries(engine, [path], now=NOW).joined == ((joined,) if joined else ())


def test_a_changed_code_in_a_known_township_joins_by_name(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    path = geojson(tmp_path / "a.geojson", [({"code": "990981001201", "name": "西关村委会"}, square(0, 0))])
    result = import_boundaries(engine, [path], now=NOW)
    assert (result.joined, result.created) == ((VILLAGE,), ())


def test_a_name_does_not_take_a_village_that_a_code_has_reached(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    features = [
        ({"code": VILLAGE, "name": "西关村"}, square(0, 0)),
        ({"code": "990981001201", "name": "西关村"}, square(3, 0)),
    ]
    result = import_boundaries(engine, [geojson(tmp_path / "a.geojson", features)], now=NOW)
    assert result.created == (("990981001201", "西关村"),)
    assert boundaries(engine)[VILLAGE].equals(square(0, 0))


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"code": "990982001001", "name": "外县村"}, "也没有它的上级 990982001"),
        ({"code": "990982001", "name": "外县镇"}, "也没有它的上级 990982"),
        ({"code": "990981001003"}, "没有名称"),
        ({"code": "99098100100101", "name": "一组"}, "代码不是 2、4、6、9 或 12 位"),
    ],
)
def test_what_finds_no_place_is_listed_with_its_reason(
    engine: Engine, tmp_path: Path, properties: dict, reason: str
) -> None:
    regions(engine)
    features = [({"code": VILLAGE, "name": "西关村"}, square(0, 0)), (properties, square(1, 0))]
    result = import_boundaries(engine, [geojson(tmp_path / "a.geojson", features)], now=NOW)
    (note,) = result.unjoined
    assert (note.file, note.number, note.code) == ("a.geojson", 2, properties["code"])
    assert reason in note.reason
    assert (result.joined, set(tree(engine))) == ((VILLAGE,), set(NAMES))
