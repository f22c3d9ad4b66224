"""Figures of people, of what became of households, of posts and projects: as plain Python counts them in the raw rows,
as their lists name them, and after a write as made anew."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, select, update

from data import model
from data.access.roles import HEALTH, READ
from data.access.viewer import Viewer
from data.errors import NoRight
from data.figures import cube, lists
from data.figures.indicators import INDICATORS
from data.figures.read import figures
from data.store.engine import writing
from tests.data.people_ground import PEOPLE, PlainPeople, fill_people
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES
from tests.moment import NOW

ALL = Viewer("admin", "")
REGIONS = ("", COUNTY, TOWNSHIPS[1], VILLAGES[0], VILLAGES[2])
MONTHS = (LAST, LAST - 1, LAST - 5, LAST - 11, LAST - 17, LAST - 60, LAST - 125)
SUMS = {
    "benefit_person_times": "persons", "benefit_person_times_ever": "persons", "post_income": "fen", "posts": "posts",
}  # fmt: skip
"""Figures that sum a column of their list."""


@pytest.fixture
def people(filled: Callable[..., Engine]) -> Engine:
    return filled(fill_people, own=True)


def test_every_figure_is_what_plain_python_counts_in_the_rows(people: Engine):
    moved = set()
    with people.connect() as connection:
        for region in REGIONS:
            for month in MONTHS:
                counted = figures(connection, ALL, region, month)
                plain = PlainPeople(connection, region, month).values()
                assert plain.keys() == set(PEOPLE)
                for id, expected in plain.items():
                    assert (counted[id].value or 0) == pytest.approx(expected), (id, region, month)
                    moved |= {id} if expected else set()
    assert moved >= {"doctored_persons", "taught_pupils", "labour", "lifted_persons_once", "posts", "post_income"}


def test_every_count_is_what_its_list_names(people: Engine):
    with people.connect() as connection:
        for region in (COUNTY, VILLAGES[0], VILLAGES[2]):
            for month in MONTHS:
                counted = figures(connection, ALL, region, month)
                for id in PEOPLE:
                    value = counted[id].value or 0
                    if id in SUMS:
                        named = lists.whole(connection, ALL, id, region, month)[SUMS[id]].sum()
                    else:
                        named = lists.count(connection, ALL, id, region, month)
                    assert named == pytest.approx(value), (id, region, month)


def test_assets_are_told_by_supervision_and_state(people: Engine):
    with people.connect() as connection:
        counted = figures(connection, ALL, "", LAST)
        listed = {
            id: lists.whole(connection, ALL, id, "", LAST)["investment"].sum()
            for id in INDICATORS
            if id.startswith("assets_")
        }
    assert listed == {id: pytest.approx(counted[id].value) for id in listed} and all(listed.values())


def test_a_write_in_a_village_leaves_the_figures_that_a_rebuild_makes(people: Engine):
    village = VILLAGES[2]
    with writing(people) as connection:
        moved = select(model.household_move.c.household_id)  # whose past is of other villages as well
        of_village = (model.household.c.village == village) & model.household.c.id.not_in(moved)
        ids = select(model.household.c.id).where(of_village)
        connection.execute(
            update(model.member).where(model.member.c.household_id.in_(ids)).values(health="大病", work_area="省外")
        )
        connection.execute(model.pairing.delete().where(model.pairing.c.household_id.in_(ids)))
        cube.refresh(connection, village, NOW)
        refreshed = _cube(connection)
        cube.rebuild(connection, today=TODAY)
        anew = _cube(connection)
    different = {
        (key, name, row[name], anew[key][name])
        for key, row in refreshed.items()
        for name in row
        if row[name] != anew[key][name]
    }
    assert not different and refreshed.keys() == anew.keys()


def _cube(connection: Connection) -> dict:
    rows = connection.execute(select(cube.cube)).mappings()
    return {(row["region"], row["month"]): dict(row) for row in rows}


def test_the_share_above_an_amount_follows_the_setting_at_once(people: Engine):
    shares = []
    with writing(people) as connection:
        for mark in ("", "1", "99999"):
            connection.execute(model.setting.delete())
            if mark:
                row = {"name": "income_mark", "value": mark, "changed": "2026-11-22T08:00:00", "actor": "admin"}
                connection.execute(model.setting.insert().values(row))
            cube.heed(connection, NOW, ["income_mark"])
            found = figures(connection, ALL, COUNTY, LAST, ("above_mark_share", "below_line_households"))
            shares.append(found["above_mark_share"])
            assert lists.count(connection, ALL, "above_mark_share", COUNTY, LAST) <= 90
    by_line, low, high = shares
    assert high.numerator < by_line.numerator < low.numerator <= low.denominator == by_line.denominator


def test_who_may_not_know_of_illness_gets_no_list_of_the_ill_and_nobody_a_whole_name(people: Engine):
    display = Viewer("display", COUNTY)
    ill = [one.id for one in INDICATORS.values() if one.records.kind == "patients"]
    assert not display.may(READ, HEALTH) and len(ill) == 5
    with people.connect() as connection:
        for id in ill:
            assert not INDICATORS[id].walls
            with pytest.raises(NoRight):
                lists.page(connection, display, id, COUNTY, LAST)
            rows = lists.page(connection, Viewer("county", COUNTY), id, COUNTY, LAST)
            assert set(rows["name"]) == {"李**"} and "id_number" not in rows and "health" not in rows
