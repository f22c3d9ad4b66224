"""What boundaries changed is taken back: where it still is as it was written, the newest first."""

from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from sqlalchemy import Engine, func, insert, select, update

from data.boundaries import import_boundaries
from data.errors import Refused
from data.figures import cube
from data.imports.boundary_undo import TakenBack, take_back
from data.model import access_log, boundary, data_version, household, import_journal, region
from data.regions.outlines import served
from data.store.engine import writing
from tests.data.boundaries.ground import (
    COUNTY,
    NAMES,
    OTHER_TOWN,
    TOWN,
    VILLAGES,
    bound,
    boundaries,
    geojson,
    ground,
    regions,
    some,
    square,
    tree,
)
from tests.moment import NOW

VILLAGE = "990981001001"


def taken(engine: Engine, path: Path, **options) -> int:
    run = import_boundaries(engine, [path], now=NOW, **options).run
    assert run is not None
    return run


def back(engine: Engine, run: int) -> TakenBack:
    with writing(engine) as connection:
        return take_back(connection, run, now=NOW + timedelta(hours=1))


def village(path: Path, shape: shapely.Geometry, code: str = VILLAGE) -> Path:
    return geojson(path, [({"code": code, "name": NAMES[code]}, shape)])


def test_outlines_are_as_they_were_before(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some(COUNTY, VILLAGE))
    before = boundaries(engine)
    run = taken(engine, ground(tmp_path / "a.geojson", [COUNTY, *VILLAGES]))
    moved = taken(engine, village(tmp_path / "b.geojson", square(1, 1)))
    assert back(engine, moved) == TakenBack(1, {}, ())
    assert back(engine, run) == TakenBack(3, {}, ())
    assert {code: shape.wkb for code, shape in boundaries(engine).items()} == {
        code: shape.wkb for code, shape in before.items()
    }
    with engine.connect() as connection:
        assert connection.scalar(select(boundary.c.source).where(boundary.c.region == COUNTY)) == "test"


def test_regions_that_were_made_go_and_the_cube_knows(engine: Engine, tmp_path: Path) -> None:
    regions(engine, {COUNTY: "示范县", VILLAGE: "西关村"})
    stood = tree(engine)
    run = taken(engine, ground(tmp_path / "a.geojson"))
    assert tree(engine)[VILLAGE][1] == TOWN
    gone = back(engine, run)
    assert (gone.outlines, set(gone.regions), gone.kept) == (7, NAMES.keys() - {COUNTY, VILLAGE}, ())
    assert (tree(engine), boundaries(engine)) == (stood, {})
    with engine.connect() as connection:
        assert set(connection.scalars(select(cube.cube.c.region))) == {"", COUNTY, VILLAGE}


def test_a_region_that_something_refers_to_stays_and_is_named(engine: Engine, tmp_path: Path) -> None:
    regions(engine, {COUNTY: "示范县"})
    run = taken(engine, ground(tmp_path / "a.geojson", [COUNTY, TOWN, VILLAGE]))
    with writing(engine) as connection:
        row = {"id": 1, "code": "H1", "village": VILLAGE, "head": "张三", "initials": "zs", "type": "一般户"}
        connection.execute(insert(household).values(row))
    gone = back(engine, run)
    assert gone.regions == {}
    assert gone.kept == ("西关村 990981001001 已有户，保留", "城关镇 990981001 已有 1 个下级区划，保留")
    assert set(tree(engine)) == {COUNTY, TOWN, VILLAGE}
    assert boundaries(engine) == {}


def test_a_region_that_was_renamed_since_stays(engine: Engine, tmp_path: Path) -> None:
    run = taken(engine, ground(tmp_path / "a.geojson", [COUNTY]))
    with writing(engine) as connection:
        connection.execute(update(region).values(name="新县"))
    assert back(engine, run).kept == ("新县 990981 此后又改过，保留",)


def test_what_somebody_wrote_since_stays_and_is_told(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    run = taken(engine, ground(tmp_path / "a.geojson", VILLAGES))
    with writing(engine) as connection:
        values = {"geometry": shapely.to_wkb(square(5, 5), byte_order=1)}
        connection.execute(update(boundary).where(boundary.c.region == VILLAGE).values(**values))
    assert back(engine, run).kept == ("西关村 990981001001 的边界此后又改过，保持现在的样子",)
    assert boundaries(engine).keys() == {VILLAGE}


def test_the_newest_goes_first(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    first = taken(engine, ground(tmp_path / "a.geojson", VILLAGES))
    second = taken(engine, village(tmp_path / "后来.geojson", square(1, 1)))
    elsewhere = taken(engine, village(tmp_path / "乡.geojson", square(0, 1, 2), OTHER_TOWN))
    with pytest.raises(Refused, match=r"后来\.geojson.*先撤回那一次"):
        back(engine, first)
    assert len(boundaries(engine)) == 5
    back(engine, second)
    back(engine, first)
    assert boundaries(engine).keys() == {OTHER_TOWN}
    back(engine, elsewhere)
    assert boundaries(engine) == {}


def test_maps_and_versions_follow(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some(*VILLAGES))
    first = served(engine, COUNTY, "village")
    run = taken(engine, village(tmp_path / "a.geojson", square(5, 0)), answers={"outside:a.geojson": "take"})
    second = served(engine, COUNTY, "village")
    back(engine, run)
    assert second != first
    assert served(engine, COUNTY, "village") == first
    with engine.connect() as connection:
        assert connection.scalar(select(data_version.c.version)) == 2


def test_taking_is_logged_with_its_files_and_numbers_and_journalled(engine: Engine, tmp_path: Path) -> None:
    run = taken(engine, ground(tmp_path / "村界.geojson"))
    with engine.connect() as connection:
        line = connection.execute(select(access_log).order_by(access_log.c.id.desc()).limit(1)).one()
        counts = dict(
            connection.execute(
                select(import_journal.c.record, func.count())
                .where(import_journal.c.run == run)
                .group_by(import_journal.c.record)
            ).all()
        )
    assert (line.actor, line.view, line.detail) == ("command", "import", "边界 · 读入 7 行 · 改动 14 处 · 村界.geojson")
    assert counts == {"region": 7, "boundary": 7}
