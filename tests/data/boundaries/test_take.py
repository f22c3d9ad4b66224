"""Boundaries find their regions by code, else by township and name; all of it or nothing, and twice is once."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from sqlalchemy import Engine, func, select

from data.boundaries import import_boundaries
from data.errors import Refused
from data.figures import cube
from data.model import boundary, data_version, import_run, region
from data.store.engine import upsert, writing
from tests.data.boundaries.ground import (
    COUNTY,
    NAMES,
    OTHER_TOWN,
    TOWN,
    VILLAGES,
    boundaries,
    geojson,
    ground,
    regions,
    shapefile,
    square,
    squares,
    tree,
)
from tests.moment import NOW

VILLAGE = "990981001001"


def version(engine: Engine) -> int | None:
    with engine.connect() as connection:
        return connection.execute(select(data_version.c.version)).scalar()


def runs(engine: Engine) -> list:
    with engine.connect() as connection:
        return connection.execute(select(import_run).order_by(import_run.c.id)).all()


def test_a_fresh_database_opens_from_boundaries_alone(engine: Engine, tmp_path: Path) -> None:
    result = import_boundaries(engine, [ground(tmp_path / "a.geojson", reversed(NAMES))], now=NOW)
    assert dict(result.created) == NAMES
    assert tree(engine) == {
        COUNTY: ("示范县", ""),
        TOWN: ("城关镇", COUNTY),
        OTHER_TOWN: ("东沟乡", COUNTY),
        **{code: (name, code[:9]) for code, name in VILLAGES.items()},
    }
    found = boundaries(engine)
    assert all(found[code].equals(shape) for code, shape in squares().items())
    assert (result.unjoined, result.repaired, len(result.joined), version(engine)) == ((), (), 7, 1)
    with engine.connect() as connection:
        known = set(connection.scalars(select(cube.cube.c.region)))
    assert known == {"", *NAMES}


def test_county_townships_and_villages_may_come_in_files_of_their_own(engine: Engine, tmp_path: Path) -> None:
    files = [
        ground(tmp_path / "1.geojson", VILLAGES),
        ground(tmp_path / "2.geojson", [TOWN, OTHER_TOWN]),
        ground(tmp_path / "3.geojson", [COUNTY]),
    ]
    assert dict(import_boundaries(engine, files, now=NOW).created) == NAMES


def test_the_same_files_twice_change_nothing(engine: Engine, tmp_path: Path) -> None:
    first = ground(tmp_path / "a.geojson")
    second = geojson(tmp_path / "b.geojson", [({"code": VILLAGE, "name": "西关村"}, square(5, 5))])
    before = import_boundaries(engine, [first, second], now=NOW)
    kept = boundaries(engine), version(engine), runs(engine)
    after = import_boundaries(engine, [first, second], now=NOW)
    assert (before.changed, after.changed, after.created, after.joined) == (14, 0, (), before.joined)
    assert (boundaries(engine), version(engine), runs(engine)) == kept


def test_an_import_is_recorded_and_counts_the_data_version_up(engine: Engine, tmp_path: Path) -> None:
    import_boundaries(engine, [ground(tmp_path / "a.geojson")], now=NOW)
    moved = [
        ({"code": VILLAGE, "name": "西关村"}, square(1, 1)),
        ({"code": "990982001001", "name": "外县村"}, square(8, 8)),
    ]
    import_boundaries(engine, [geojson(tmp_path / "b.geojson", moved)], now=NOW)
    first, second = runs(engine)
    assert (first.files, first.rows, first.changed, first.refused) == ("a.geojson", 7, 14, 0)
    assert (second.files, second.rows, second.changed, second.refused) == ("b.geojson", 2, 1, 1)
    assert version(engine) == 2
    assert boundaries(engine)[VILLAGE].equals(square(1, 1))


def test_known_regions_keep_their_names(engine: Engine, tmp_path: Path) -> None:
    regions(engine, {**NAMES, VILLAGE: "新名字村"})
    result = import_boundaries(engine, [ground(tmp_path / "a.geojson")], now=NOW)
    assert (result.created, len(result.joined)) == ((), 7)
    assert tree(engine)[VILLAGE][0] == "新名字村"


def test_parents_are_set_right_when_a_nearer_region_arrives(engine: Engine, tmp_path: Path) -> None:
    regions(engine, {COUNTY: "示范县", VILLAGE: "西关村"})
    assert tree(engine)[VILLAGE][1] == COUNTY
    features = [({"code": TOWN, "name": "城关镇"}, square(0, 0)), ({"code": "9909", "name": "示范市"}, square(0, 0, 5))]
    import_boundaries(engine, [geojson(tmp_path / "a.geojson", features)], now=NOW)
    assert {code: parent for code, (_, parent) in tree(engine).items()} == {
        "9909": "",
        COUNTY: "9909",
        TOWN: COUNTY,
        VILLAGE: TOWN,
    }


def test_a_crossing_ring_is_repaired_and_told(engine: Engine, tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(121, 40), (121.1, 40.1), (121.1, 40), (121, 40.1)])
    result = import_boundaries(
        engine, [geojson(tmp_path / "a.geojson", [({"code": COUNTY, "name": "示范县"}, bow_tie)])], now=NOW
    )
    assert [(note.number, note.code) for note in result.repaired] == [(1, COUNTY)]
    repaired = boundaries(engine)[COUNTY]
    assert repaired.is_valid
    assert repaired.area == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (None, "没有图形"),
        (shapely.Polygon(), "没有图形"),
        (shapely.Point(121, 40), "不是面"),
        (shapely.LineString([(121, 40), (122, 41)]), "不是面"),
        (shapely.Polygon([(121, 40), (122, 41), (121, 40)]), "不是面"),
    ],
)
def test_a_shape_without_area_is_listed(engine: Engine, tmp_path: Path, shape, reason: str) -> None:
    path = geojson(tmp_path / "a.geojson", [({"code": COUNTY, "name": "示范县"}, shape)])
    result = import_boundaries(engine, [path], now=NOW)
    assert reason in result.unjoined[0].reason
    assert (result.changed, tree(engine), version(engine)) == (0, {}, None)


def test_of_a_collection_the_polygons_are_kept(engine: Engine, tmp_path: Path) -> None:
    mixed = shapely.GeometryCollection([square(0, 0), shapely.Point(121, 40), square(3, 3)])
    import_boundaries(engine, [geojson(tmp_path / "a.geojson", [({"code": COUNTY, "name": "示范县"}, mixed)])], now=NOW)
    assert boundaries(engine)[COUNTY].equals(shapely.MultiPolygon([square(0, 0), square(3, 3)]))


def test_several_features_of_one_code_are_merged(engine: Engine, tmp_path: Path) -> None:
    features = [({"code": COUNTY, "name": "示范县"}, square(column, 0)) for column in (0, 1, 5)]
    result = import_boundaries(engine, [geojson(tmp_path / "a.geojson", features)], now=NOW)
    assert result.joined == (COUNTY,)
    assert boundaries(engine)[COUNTY].equals(shapely.MultiPolygon([square(0, 0, 2), square(5, 0)]))


def test_a_bureaus_shapefile_in_a_gauss_kruger_zone_joins(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    columns = {"ZLDWDM": [VILLAGE + "0000000"], "ZLDWMC": ["西关村村民委员会"]}
    zone = shapely.box(40500000, 4428000, 40502000, 4430000)
    path = shapefile(tmp_path / "村界.shp", columns, [zone], crs="EPSG:4528", encoding="GB18030")
    assert import_boundaries(engine, [path], now=NOW).joined == (VILLAGE,)
    assert boundaries(engine)[VILLAGE].bounds == pytest.approx((120.0, 39.98, 120.02, 40.0), abs=0.02)


def test_layers_that_know_neither_code_nor_township_are_refused_with_their_columns(
    engine: Engine, tmp_path: Path
) -> None:
    path = geojson(tmp_path / "路.geojson", [({"路名": "一号路"}, square(0, 0))])
    with pytest.raises(Refused, match="路名"):
        import_boundaries(engine, [path], now=NOW)
    result = import_boundaries(engine, [path, ground(tmp_path / "a.geojson")], now=NOW)
    assert [(note.file, note.number) for note in result.unjoined] == [("路.geojson", 0)]
    assert len(result.joined) == 7


def test_a_refused_file_leaves_the_database_as_it_was(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "b.geojson").write_text("{")
    with pytest.raises(Refused):
        import_boundaries(engine, [ground(tmp_path / "a.geojson"), tmp_path / "b.geojson"], now=NOW)
    assert (tree(engine), boundaries(engine), runs(engine)) == ({}, {}, [])


def test_an_interrupted_import_leaves_the_database_as_it_was(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_, **__) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cube, "rebuild", interrupted)
    with pytest.raises(KeyboardInterrupt):
        import_boundaries(engine, [ground(tmp_path / "a.geojson")], now=NOW)
    assert (tree(engine), boundaries(engine), runs(engine), version(engine)) == ({}, {}, [], None)


def test_outlines_alone_do_not_rebuild_the_cube(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Callable] = []
    monkeypatch.setattr(cube, "rebuild", lambda connection, **_: calls.append(connection))
    import_boundaries(engine, [ground(tmp_path / "a.geojson")], now=NOW)
    import_boundaries(engine, [geojson(tmp_path / "b.geojson", [({"code": VILLAGE}, square(1, 1))])], now=NOW)
    assert (len(calls), version(engine)) == (1, 2)


def test_progress_is_told(engine: Engine, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    import_boundaries(engine, [ground(tmp_path / "a.geojson")], progress=lambda *step: told.append(step), now=NOW)
    assert told == [("读取边界", 0, 1), ("读取边界", 1, 1), ("写入边界", 7, 7)]


def test_more_regions_than_one_batch_are_written(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        upsert(connection, region, ("code", "name", "parent"), [(TOWN, "城关镇", "")])
    codes = [f"{TOWN}{number:03d}" for number in range(1, 702)]
    features = [({"code": code, "name": f"村{code}"}, square(n % 30, n // 30)) for n, code in enumerate(codes)]
    path = geojson(tmp_path / "a.geojson", features)
    assert import_boundaries(engine, [path], rebuild=False, now=NOW).changed == 1402
    assert import_boundaries(engine, [path], rebuild=False, now=NOW).changed == 0
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(boundary)).scalar() == 701


def test_the_same_outline_from_a_file_of_another_name_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    import_boundaries(engine, [ground(tmp_path / "a.geojson")], now=NOW)
    assert import_boundaries(engine, [ground(tmp_path / "b.geojson")], now=NOW).changed == 0
    assert (version(engine), len(runs(engine))) == (1, 1)
