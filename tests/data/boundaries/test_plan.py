"""Before anything is taken: what each outline would become, what lies where it should not, what must be answered."""

from pathlib import Path

import pytest
import shapely
from sqlalchemy import Engine

from data.boundaries import import_boundaries
from data.boundaries.plan import (
    CHANGED,
    DOUBLE,
    FIRST,
    NEW,
    OUTSIDE,
    OVERLAP,
    SAME,
    UNMATCHED,
    Plan,
    Planned,
    plan,
)
from data.boundaries.report import lines
from data.boundaries.shift import to_bd09, to_gcj02
from data.boundaries.take import read_all
from tests.data.boundaries.ground import (
    COUNTY,
    LOWER,
    NAMES,
    SIDE,
    TOWN,
    VILLAGES,
    bound,
    boundaries,
    geojson,
    ground,
    regions,
    some,
    square,
    squares,
)
from tests.moment import NOW

VILLAGE, NEXT = LOWER
Given = list[tuple[dict, shapely.Geometry | None]]


def planned(engine: Engine, *files: Path, scope: str = "", **answers: str) -> Plan:
    given = {name.replace("__", ":"): value for name, value in answers.items()}
    layers = read_all(engine, files, answers=given)
    with engine.connect() as connection:
        return plan(connection, layers, answers=given, scope=scope)


def of(made: Plan, region: str) -> Planned:
    (found,) = [item for item in made.items if item.region == region]
    return found


def village(shape: shapely.Geometry, code: str = VILLAGE, name: str | None = None) -> tuple[dict, shapely.Geometry]:
    return {"code": code, "name": VILLAGES.get(code, "") if name is None else name}, shape


def test_each_outline_has_its_state_and_nothing_is_written(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some(COUNTY, VILLAGE, NEXT))
    thinner = shapely.box(121.0, 40.0, 121.0 + SIDE * 0.9, 40.0 + SIDE)
    features: Given = [
        village(thinner),
        village(square(1, 0), NEXT),
        village(square(0, 1), "990981100001"),
        village(square(1, 1), "990981100009", "新村"),
        village(square(0, 0), "99098", "错村"),
    ]
    made = planned(engine, geojson(tmp_path / "a.geojson", features))
    states = {item.region or item.code: item.state for item in made.items}
    assert states == {
        VILLAGE: CHANGED,
        NEXT: SAME,
        "990981100001": FIRST,
        "990981100009": NEW,
        "99098": UNMATCHED,
    }
    assert made.counts()[NEW] == 1
    assert made.missing == (("990981100002", "团结村"),)
    assert set(boundaries(engine)) == {COUNTY, VILLAGE, NEXT}
    (told,) = of(made, VILLAGE).notes
    assert "（−10.0%）" in told
    assert "中心移动 67 米" in told  # a twentieth of a side of 1,331 m


def test_an_outline_outside_its_parent_is_told_with_the_distance_and_left_out_until_one_says_otherwise(
    engine: Engine, tmp_path: Path
) -> None:
    regions(engine)
    bound(engine, some(COUNTY, TOWN))
    path = geojson(tmp_path / "a.geojson", [village(square(12, 0)), village(square(1, 0), NEXT)])
    made = planned(engine, path)
    away = of(made, VILLAGE)
    assert (away.state, away.taken, of(made, NEXT).taken) == (OUTSIDE, False, True)
    assert away.notes[0] == "整个在上级（城关镇）的范围外，相距 13.3 公里"  # ten sides of 1,331 m
    import_boundaries(engine, [path], now=NOW)
    assert set(boundaries(engine)) == {COUNTY, TOWN, NEXT}
    answers = {"outside:a.geojson": "take"}
    import_boundaries(engine, [path], now=NOW, answers=answers)
    assert boundaries(engine)[VILLAGE].equals(square(12, 0))


def test_an_outline_that_is_partly_outside_is_told_and_taken(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some(TOWN))
    half = shapely.box(121.0 - SIDE / 2, 40.0, 121.0 + SIDE / 2, 40.0 + SIDE)
    item = of(planned(engine, geojson(tmp_path / "a.geojson", [village(half)])), VILLAGE)
    assert (item.state, item.taken) == (OUTSIDE, True)
    assert item.notes == ("50% 的面积在上级（城关镇）的范围外，最远 667 米",)


def test_a_village_in_a_new_township_that_is_left_out_is_left_out_with_it(engine: Engine, tmp_path: Path) -> None:
    regions(engine, {COUNTY: "示范县"})
    bound(engine, some(COUNTY))
    features = [village(square(30, 0), TOWN, "城关镇"), village(square(30, 0))]
    made = planned(engine, geojson(tmp_path / "a.geojson", features))
    assert [item.taken for item in made.items] == [False, False]
    assert made.created == {}


def test_one_code_with_two_names_is_told_with_both_and_not_merged(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    features = [village(square(0, 0)), village(square(1, 1), VILLAGE, "北山村"), village(square(1, 0), NEXT)]
    path = geojson(tmp_path / "a.geojson", features)
    made = planned(engine, path)
    (other,) = [item for item in made.items if item.state == DOUBLE]
    assert (other.name, other.numbers, other.taken) == ("北山村", (2,), False)
    assert "a.geojson 第 1 个“西关村”、a.geojson 第 2 个“北山村”" in other.notes[0]
    import_boundaries(engine, [path], now=NOW)
    assert boundaries(engine)[VILLAGE].equals(square(0, 0))
    import_boundaries(engine, [path], now=NOW, answers={"double:a.geojson": "all"})
    assert boundaries(engine)[VILLAGE].equals(shapely.MultiPolygon([square(0, 0), square(1, 1)]))


def test_of_two_names_that_nobody_knows_neither_is_taken(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    features = [village(square(0, 0), "990981001009", "甲村"), village(square(1, 0), "990981001009", "乙村")]
    made = planned(engine, geojson(tmp_path / "a.geojson", features))
    assert [(item.state, item.taken) for item in made.items] == [(DOUBLE, False)] * 2
    assert made.created == {}


def test_parts_of_one_name_are_one_region_also_one_without_a_name(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    features = [
        village(square(0, 0)),
        village(square(1, 0), VILLAGE, "西关村村民委员会"),
        village(square(2, 0), VILLAGE, ""),
    ]
    made = planned(engine, geojson(tmp_path / "a.geojson", features))
    (item,) = made.items
    assert (item.numbers, item.region) == ((1, 2, 3), VILLAGE)
    assert item.shape is not None
    assert item.shape.equals(square(0, 0, 3))
    assert "由文件里 3 个图形合成" in item.notes


def test_neighbours_that_cover_the_same_ground_are_told_with_the_share(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some("990981100001"))
    wide = shapely.box(121.0, 40.0, 121.0 + SIDE * 1.25, 40.0 + SIDE)
    made = planned(engine, geojson(tmp_path / "a.geojson", [village(wide), village(square(1, 0), NEXT)]))
    for one, other in ((VILLAGE, NEXT), (NEXT, VILLAGE)):
        item = of(made, one)
        assert (item.state, item.taken) == (OVERLAP, True)
        assert item.notes == (f"与{NAMES[other]}（{other}）重叠，占较小一方面积的 25%",)


def test_a_neighbour_that_stands_already_counts_as_well(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some(NEXT))
    made = planned(engine, geojson(tmp_path / "a.geojson", [village(square(0, 0, 2))]))
    assert of(made, VILLAGE).notes == (f"与团结村（{NEXT}）重叠，占较小一方面积的 100%",)


def test_the_name_of_the_store_stays_and_the_other_is_told(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    made = planned(engine, geojson(tmp_path / "a.geojson", [village(square(0, 0), VILLAGE, "新名村")]))
    assert of(made, VILLAGE).notes == ("系统里叫“西关村”，文件里叫“新名村”；名称不改",)


def test_nothing_outside_ones_own_region_is_taken(engine: Engine, tmp_path: Path) -> None:
    regions(engine, {**NAMES, "990982": "邻县"})
    features = [
        village(square(0, 0)),
        village(square(5, 0), "990982", "邻县"),
        village(square(6, 0), "990983", "又一县"),
    ]
    made = planned(engine, geojson(tmp_path / "a.geojson", features), scope=COUNTY)
    assert [(item.code, item.region) for item in made.items] == [(VILLAGE, VILLAGE), ("990982", ""), ("990983", "")]
    assert {item.notes for item in made.items if not item.region} == {("不在您管辖的区划内，不采用",)}


@pytest.mark.parametrize(("system", "forwards"), [("gcj02", to_gcj02), ("bd09", to_bd09)])
@pytest.mark.parametrize("codes", [[COUNTY], LOWER, list(VILLAGES)])
def test_a_layer_on_shifted_coordinates_is_asked_about_and_put_back(
    engine: Engine, tmp_path: Path, system: str, forwards, codes: list[str]
) -> None:
    regions(engine)
    bound(engine, some(COUNTY))
    shapes = squares()
    path = geojson(
        tmp_path / "a.geojson",
        [({"code": code, "name": NAMES[code]}, shapely.transform(shapes[code], forwards)) for code in codes],
    )
    made = planned(engine, path)
    (question,) = made.open
    assert (question.id, next(iter(question.options))) == ("shift:a.geojson", system)
    result = import_boundaries(engine, [path], now=NOW)
    assert (result.changed, result.run, boundaries(engine).keys()) == (0, None, {COUNTY})
    assert f"  --answer 'shift:a.geojson={system}'" in "\n".join(lines(result))
    import_boundaries(engine, [path], now=NOW, answers={question.id: system})
    for code in codes:
        assert shapely.hausdorff_distance(boundaries(engine)[code], shapes[code]) * 111_000 < 1
    import_boundaries(engine, [path], now=NOW, answers={question.id: "none"})
    assert shapely.hausdorff_distance(boundaries(engine)[codes[0]], shapes[codes[0]]) * 111_000 > 300


def test_a_layer_beside_another_of_the_same_files_is_asked_about(engine: Engine, tmp_path: Path) -> None:
    county = ground(tmp_path / "县.geojson", [COUNTY])
    shapes = squares()
    shifted = [
        ({"code": code, "name": NAMES[code]}, shapely.transform(shapes[code], to_gcj02))
        for code in (TOWN, "990981100", *VILLAGES)
    ]
    townships = geojson(tmp_path / "乡.geojson", shifted[:2])
    villages = geojson(tmp_path / "村.geojson", shifted[2:])
    made = planned(engine, county, townships, villages)
    assert [question.id for question in made.open] == ["shift:乡.geojson", "shift:村.geojson"]


def test_the_whole_is_told_in_lines(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some(TOWN))
    features: Given = [village(square(12, 0)), village(square(0, 0), VILLAGE, "北山村"), village(square(1, 0), NEXT)]
    features.append(village(square(1, 1), "990982001001", "外县村"))
    told = list(lines(import_boundaries(engine, [geojson(tmp_path / "a.geojson", features)], now=NOW)))
    assert told[0] == "读到 4 个图形：对上 1 个区划，新建 0 个区划，修复 0 个图形，未对上 3 个，改动 1 处。"
    assert told[1] == "逐个区划：未对上 1，一码多名 1，在上级范围外 1，首次划界 1。"
    assert any(line.startswith("一码多名：a.geojson 第 2 个 990981001001 北山村：代码") for line in told)
    assert any("外县村：系统里没有这个代码，也没有它的上级 990982001，不能新建" in line for line in told)
    assert any("outside:a.geojson=take" in line for line in told)
