"""Boundary files handed in go their way: planned by a process of its own, looked at, taken by a person, taken back."""

from pathlib import Path

import pytest
import shapely
from sqlalchemy import Engine, select

from data.access.viewer import Viewer
from data.boundaries.plan import FIRST, NEW, UNMATCHED
from data.boundaries.shift import to_gcj02
from data.errors import NoRight, NotFound, Refused
from data.imports import files, jobs
from data.imports.boundary_preview import Preview, preview
from data.imports.jobs import BOUNDARY, Job, Wanted
from data.model import access_log, column_choice, import_run
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
    shapefile,
    some,
    square,
    squares,
    tree,
)
from tests.data.imports.ground import handed_in, job, stepped, worked

OFFICE = Viewer("county", COUNTY)
VILLAGE = "990981001001"


def checked(engine: Engine, *paths: Path, viewer: Viewer = OFFICE) -> Job:
    id = handed_in(engine, list(paths), viewer, kind=BOUNDARY)
    assert worked(engine, id)
    return job(engine, id, viewer)


def seen(engine: Engine, one: Job, viewer: Viewer = OFFICE) -> Preview:
    with engine.connect() as connection:
        found = preview(connection, viewer, one.id)
    assert found is not None
    return found


def test_nothing_is_written_before_somebody_takes_it(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some(TOWN))
    features = [
        ({"code": VILLAGE, "name": "西关村"}, square(0, 0)),
        ({"code": "990981001009", "name": "新村"}, square(1, 0)),
        ({"code": "x", "name": "别处"}, square(2, 0)),
    ]
    one = checked(engine, geojson(tmp_path / "村界.geojson", features))
    assert (one.state, one.work, one.why, one.may_be_written) == ("draft", "", "", True)
    assert (one.facts["features"], one.facts["taken"], one.facts["created"]) == (3, 2, 1)
    assert set(boundaries(engine)) == {TOWN}
    found = seen(engine, one)
    assert [(item.words, item.state, item.level) for item in found.items] == [
        ("西关村", FIRST, 12),
        ("新村", NEW, 12),
        ("别处", UNMATCHED, 0),
    ]
    assert (set(found.around), {code for code, _ in found.missing}) == ({TOWN}, VILLAGES.keys() - {VILLAGE})
    assert found.items[0].shape is not None
    assert found.items[0].shape.equals(square(0, 0))


def test_what_was_looked_at_is_taken_by_a_person_and_taken_back(engine: Engine, tmp_path: Path) -> None:
    regions(engine, {COUNTY: "示范县", TOWN: "城关镇"})
    before = tree(engine)
    viewer = Viewer("county", COUNTY, person=7)
    one = stepped(engine, checked(engine, ground(tmp_path / "边界.geojson"), viewer=viewer), "write", viewer)
    assert (one.state, one.facts["written"]["taken"], one.facts["written"]["created"]) == ("written", 7, 5)
    assert set(boundaries(engine)) == NAMES.keys()
    with engine.connect() as connection:
        run = connection.execute(select(import_run)).one()
        actors = set(connection.scalars(select(access_log.c.actor).where(access_log.c.ref == f"import_run:{run.id}")))
    assert (run.id, run.kind, run.files, actors) == (one.run, "边界", "边界.geojson", {"person:7"})
    one = stepped(engine, one, "undo", viewer)
    assert (one.state, one.facts["undone"]["outlines"], len(one.facts["undone"]["regions"])) == ("undone", 7, 5)
    assert (tree(engine), boundaries(engine)) == (before, {})
    with engine.connect() as connection:
        last = connection.scalars(select(access_log.c.detail).order_by(access_log.c.id.desc()).limit(2)).all()
    assert any("撤回边界 · 恢复 7 处 · 去掉区划 5 个 · 边界.geojson" in (line or "") for line in last)


def test_an_offset_must_be_answered_before_it_is_taken(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    bound(engine, some(COUNTY))
    shifted = [({"code": code, "name": NAMES[code]}, shapely.transform(squares()[code], to_gcj02)) for code in VILLAGES]
    one = checked(engine, geojson(tmp_path / "村界.geojson", shifted))
    assert (one.facts["open"], one.may_be_written) == (["shift:村界.geojson"], False)
    with pytest.raises(Refused):
        stepped(engine, one, "write", OFFICE)
    one = stepped(engine, one, "answer", OFFICE, answers={"shift:村界.geojson": "gcj02"})
    assert one.may_be_written
    stepped(engine, one, "write", OFFICE)
    for code in VILLAGES:
        assert shapely.hausdorff_distance(boundaries(engine)[code], squares()[code]) * 111_000 < 1


def test_an_answer_about_a_layout_holds_for_the_next_file_of_the_same_office(engine: Engine, tmp_path: Path) -> None:
    regions(engine)

    def file(name: str) -> Path:
        rows = [({"甲": code, "乙": NAMES[code]}, squares()[code]) for code in VILLAGES]
        return geojson(tmp_path / name, rows)

    one = checked(engine, file("一.geojson"))
    (question,) = [one for one in one.facts["questions"] if one["id"].startswith("columns:")]
    assert question["layout"]
    chosen = next(value for value in question["options"] if "甲" in value)
    one = stepped(engine, one, "answer", OFFICE, answers={question["id"]: chosen})
    with engine.connect() as connection:
        rows = connection.execute(select(column_choice.c.region, column_choice.c.layout)).all()
    assert [tuple(row) for row in rows] == [(COUNTY, question["layout"])]
    again = checked(engine, file("二.geojson"))
    assert (again.answers, again.facts["taken"]) == ({}, one.facts["taken"])
    assert again.may_be_written


def test_parts_of_a_shapefile_are_handed_in_together(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    columns = {"XZQDM": list(VILLAGES), "XZQMC": list(VILLAGES.values())}
    path = shapefile(tmp_path / "村界.shp", columns, [squares()[code] for code in VILLAGES], crs="EPSG:4490")
    parts = sorted(tmp_path.glob("村界.*"))
    assert len(parts) > 2 and path in parts
    one = checked(engine, *parts)
    assert (one.facts["features"], one.facts["taken"]) == (4, 4)


def test_a_damaged_file_ends_in_a_sentence_and_nothing_is_kept_back(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    path = tmp_path / "坏.geojson"
    path.write_text("{")
    one = checked(engine, path)
    assert (one.state, one.facts, one.may_be_written) == ("draft", {}, False)
    assert "坏.geojson" in one.why


def test_a_county_takes_nothing_of_another(engine: Engine, tmp_path: Path) -> None:
    regions(engine, {**NAMES, "990982": "邻县"})
    rows = [({"code": "990982", "name": "邻县"}, square(5, 0)), ({"code": VILLAGE, "name": "西关村"}, square(0, 0))]
    one = stepped(engine, checked(engine, geojson(tmp_path / "a.geojson", rows)), "write", OFFICE)
    assert set(boundaries(engine)) == {VILLAGE}
    with engine.connect() as connection, pytest.raises(NotFound):
        preview(connection, Viewer("county", "990982"), one.id)


@pytest.mark.parametrize("viewer", [Viewer("township", TOWN), Viewer("village", VILLAGE), Viewer("display", COUNTY)])
def test_who_may_not_import_boundaries_hands_none_in_and_sees_none(
    engine: Engine, tmp_path: Path, viewer: Viewer
) -> None:
    regions(engine)
    path = ground(tmp_path / "a.geojson")
    with pytest.raises(NoRight):
        handed_in(engine, [path], viewer, kind=BOUNDARY)
    one = checked(engine, path)
    with engine.connect() as connection, pytest.raises(NoRight):
        preview(connection, viewer, one.id)


def test_the_same_file_once_more_has_nothing_to_change(engine: Engine, tmp_path: Path) -> None:
    path = ground(tmp_path / "a.geojson")
    stepped(engine, checked(engine, path), "write", OFFICE)
    one = stepped(engine, checked(engine, path), "write", OFFICE)
    assert (one.state, one.run, one.facts["written"]["changed"]) == ("written", None, 0)
    one = stepped(engine, one, "undo", OFFICE)
    assert (one.state, one.why) == ("written", "这次没有改动边界，没有可撤回的。")


def test_a_later_import_goes_first(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    first = stepped(engine, checked(engine, ground(tmp_path / "a.geojson", VILLAGES)), "write", OFFICE)
    moved = [({"code": VILLAGE, "name": "西关村"}, square(1, 1))]
    second = stepped(engine, checked(engine, geojson(tmp_path / "后来.geojson", moved)), "write", OFFICE)
    first = stepped(engine, first, "undo", OFFICE)
    assert first.state == "written" and "后来.geojson" in first.why
    stepped(engine, second, "undo", OFFICE)
    assert stepped(engine, first, "undo", OFFICE).state == "undone"
    assert boundaries(engine) == {}


def test_once_its_files_are_gone_there_is_no_map(engine: Engine, tmp_path: Path) -> None:
    regions(engine)
    one = checked(engine, ground(tmp_path / "a.geojson", [OTHER_TOWN]))
    files.remove(engine, one.id)
    with engine.connect() as connection:
        assert preview(connection, OFFICE, one.id) is None
        assert [found.id for found in jobs.jobs(connection, OFFICE, Wanted(kind=BOUNDARY))[0]] == [one.id]
