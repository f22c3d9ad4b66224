"""A version of each region: a write raises that of its region, of what lies above it and below it, and no other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, event, select

from data import model
from data.access.viewer import Viewer
from data.errors import Refused
from data.figures import cube
from data.figures.books import closed_month
from data.households import archives as household_archives
from data.households.edits import Edit, commit
from data.projects import archives as project_archives
from data.regions.versions import EVERYTHING, Version, version_of, versions
from data.store.engine import writing
from tests.data.archives.ground import photo
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES, fill
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
VILLAGE, SIBLING, FAR = VILLAGES[0], VILLAGES[1], VILLAGES[2]
NEIGHBOUR = "990182"
ABOVE = {"", "99", "9901"}
ALL = (*ABOVE, COUNTY, NEIGHBOUR, *TOWNSHIPS, *VILLAGES)
VISIT = {"helper": "B1", "visited": "2026-11-20", "occasion": "日常走访", "content": "看望"}


@pytest.fixture
def county(filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("WARROOM_ARCHIVES", str(tmp_path / "kept"))
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "kept.key"))
    return filled(fill, own=True)


def held(engine: Engine) -> dict[str, Version]:
    """The version of every region, and that of the tree of regions."""
    with engine.connect() as connection:
        found = {code: versions(connection, code)[code] for code in ALL}
        return found | {EVERYTHING: versions(connection, "")[EVERYTHING]}


def raised(engine: Engine, write) -> set[str]:
    """The regions whose version a write raises; every one of them to the number of the whole's."""
    before = held(engine)
    write(engine)
    after = held(engine)
    with engine.connect() as connection:
        now = connection.execute(select(model.data_version.c.version, model.data_version.c.updated)).one()
    changed = {code for code in after if after[code] != before[code]}
    assert {after[code] for code in changed} <= {tuple(now)}
    return changed


def stamped(*places: str):
    def write(engine: Engine) -> None:
        with writing(engine) as connection:
            cube.stamp(connection, NOW, *places)

    return write


def home_in(engine: Engine, village: str) -> int:
    with engine.connect() as connection:
        here = model.household.c.village == village
        return connection.execute(select(model.household.c.id).where(here)).scalars().first()


def visited(engine: Engine, village: str, code: str = "V-new") -> None:
    commit(engine, CADRE, home_in(engine, village), [Edit("visit", {"code": code}, None, VISIT)], what="走访", now=NOW)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([VILLAGE], ABOVE | {COUNTY, TOWNSHIPS[0], VILLAGE}),
        ([VILLAGE, FAR], ABOVE | {COUNTY, *TOWNSHIPS, VILLAGE, FAR}),
        ([TOWNSHIPS[0]], ABOVE | {COUNTY, TOWNSHIPS[0], VILLAGE, SIBLING}),
        ([COUNTY], ABOVE | {COUNTY, *TOWNSHIPS, *VILLAGES}),
        ([NEIGHBOUR], ABOVE | {NEIGHBOUR}),
        ([], {*ALL, EVERYTHING}),
        ([""], {*ALL, EVERYTHING}),
    ],
)  # fmt: skip
def test_a_write_concerns_its_regions_and_those_above_and_below_them(county: Engine, places, expected):
    assert raised(county, stamped(*places)) == expected
    assert raised(county, stamped(*places)) == expected, "once more"


def test_a_visit_raises_its_village_and_all_above_it_and_no_other(county: Engine):
    expected = ABOVE | {COUNTY, TOWNSHIPS[0], VILLAGE}
    assert raised(county, lambda engine: visited(engine, VILLAGE)) == expected


def test_a_write_that_is_refused_raises_nothing(county: Engine):
    def refused(engine: Engine) -> None:
        edit = Edit("visit", {"code": "V"}, None, {**VISIT, "visited": "昨天"})
        with pytest.raises(Refused):
            commit(engine, CADRE, home_in(engine, VILLAGE), [edit], what="走访", now=NOW)

    assert raised(county, refused) == set()


def test_a_write_that_fails_at_its_end_takes_the_version_back_with_it(county: Engine):
    def failed(engine: Engine) -> None:
        with pytest.raises(ZeroDivisionError), writing(engine) as connection:
            cube.refresh(connection, VILLAGE, NOW)
            raise ZeroDivisionError

    assert raised(county, failed) == set()


def test_a_visit_before_all_others_concerns_every_region_since_their_figures_begin_with_it(county: Engine):
    def first(engine: Engine) -> None:
        edit = Edit("visit", {"code": "V-first"}, None, {**VISIT, "visited": "2024-07-01"})
        commit(engine, CADRE, home_in(engine, VILLAGE), [edit], what="走访", now=NOW)

    assert raised(county, first) == {*ALL, EVERYTHING}


def test_the_line_by_which_a_month_of_books_closes_concerns_the_whole_county_and_those_before_it_do_not(county: Engine):
    home, line, month = model.household.c, model.ledger, LAST - 1
    late = (VILLAGE, SIBLING)
    with writing(county) as connection:
        homes = connection.execute(select(home.id, home.village).order_by(home.id)).all()
        lines = [
            {"household_id": id, "month": one, "wage_work_fen": 50_000}
            for id, village in homes
            for one in range(LAST - 20, LAST)
            if one < month or village not in late
        ]
        connection.execute(line.delete())
        connection.execute(model.books_decision.delete())
        connection.execute(line.insert(), lines)
        cube.rebuild(connection, today=TODAY)
        assert closed_month(connection, COUNTY) == month - 1
    for id, village in homes:
        if village not in late:
            continue
        edit = Edit("ledger", {"month": month}, {"wage_work_fen": None}, {"wage_work_fen": 50_000})
        there = raised(county, lambda engine, id=id, edit=edit: commit(engine, CADRE, id, [edit], what="收支", now=NOW))
        with county.connect() as connection:
            if closed_month(connection, COUNTY) == month:
                break
        assert there == ABOVE | {COUNTY, TOWNSHIPS[0], village}
    assert there == ABOVE | {COUNTY, *TOWNSHIPS, *VILLAGES}


def test_a_paper_raises_the_region_of_what_it_belongs_to(county: Engine):
    facts = {"kind": "合同协议", "title": "合同", "now": NOW}
    kept: list[int] = []
    with county.connect() as connection:
        asked = select(model.project.c.code, model.project.c.region).order_by(model.project.c.code)
        project, place = connection.execute(asked).first()
    there = {code for code in ALL if code.startswith(place) or place.startswith(code)}
    add = project_archives.add
    assert raised(county, lambda engine: kept.append(add(engine, CADRE, project, photo(), **facts))) == there
    assert raised(county, lambda engine: project_archives.hide(engine, CADRE, kept[0], now=NOW)) == there
    home = home_in(county, FAR)
    assert raised(county, lambda engine: household_archives.add(engine, CADRE, home, photo(), **facts)) == ABOVE | {
        COUNTY, TOWNSHIPS[1], FAR,
    }  # fmt: skip


def test_two_who_write_in_two_villages_of_one_township_at_once_both_raise_it(county: Engine):
    both = Barrier(2)

    def write(village: str, number: int) -> None:
        both.wait()
        visited(county, village, f"V-{village}-{number}")

    before = held(county)
    with ThreadPoolExecutor(2) as pool:
        for number in range(5):
            list(pool.map(write, (VILLAGE, SIBLING), (number, number)))
    after = held(county)
    assert [after[code][0] - before[code][0] for code in ("", COUNTY, TOWNSHIPS[0])] == [10, 10, 10]
    assert {after[VILLAGE][0], after[SIBLING][0]} >= {after[TOWNSHIPS[0]][0]}
    assert min(after[VILLAGE][0], after[SIBLING][0]) == after[""][0] - 1
    assert after[FAR] == before[FAR] and after[TOWNSHIPS[1]] == before[TOWNSHIPS[1]]


def test_a_region_off_the_way_has_the_version_of_the_nearest_above_it(county: Engine):
    stamped()(county)
    stamped(VILLAGE)(county)
    stamped(FAR)(county)
    with county.connect() as connection:
        known = versions(connection, VILLAGE)
    assert version_of(known, VILLAGE) < version_of(known, COUNTY)
    assert version_of(known, SIBLING) == known[TOWNSHIPS[0]] == known[VILLAGE]
    assert version_of(known, FAR) == version_of(known, TOWNSHIPS[1]) == known[COUNTY]
    assert version_of(known, NEIGHBOUR) == known["9901"] == version_of(known, "")
    assert version_of(known, EVERYTHING) < known[VILLAGE]


def test_the_versions_of_a_run_are_read_by_one_question(county: Engine):
    asked: list[str] = []
    with county.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        versions(connection, VILLAGE)
    assert [one.split()[0] for one in asked if one != "BEGIN"] == ["SELECT"]
