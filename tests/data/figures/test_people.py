"""Figures of people, of what became of households, of posts and projects: as plain Python counts them in the raw rows,
as their lists name them, and after a write as made anew."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, func, select, update

from data import model
from data.access.roles import HEALTH, READ
from data.access.viewer import Viewer
from data.errors import NoRight, OutOfScope
from data.figures import cube, lists
from data.figures.indicators import INDICATORS
from data.figures.read import figures
from data.figures.spells import state_spell
from data.store.engine import writing
from data.terms import LIFTED
from tests.data.people_ground import FAR, PEOPLE, PlainPeople, fill_people
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES
from tests.moment import NOW

ALL = Viewer("admin", "")
REGIONS = ("", COUNTY, TOWNSHIPS[1], VILLAGES[0], VILLAGES[2], FAR[:6])
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
    assert moved >= set(PEOPLE) - {"newly_identified_households"}


def test_every_count_is_what_its_list_names(people: Engine):
    with people.connect() as connection:
        for region in ("", COUNTY, VILLAGES[0], VILLAGES[2]):
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


def test_who_helps_in_several_villages_is_one_above_them_after_each_write(people: Engine):
    """A helper of two townships and two counties; then of one less, and then until the last day of August."""
    places, pairing = ("", COUNTY, *TOWNSHIPS, FAR[:6]), model.pairing
    homes = {FAR: 101}
    with writing(people) as connection:
        homes |= _helped_homes(connection, VILLAGES[0]) | _helped_homes(connection, VILLAGES[3])

        def told(month: int = LAST) -> list[tuple]:
            found = [figures(connection, ALL, place, month, ("helpers", "helping_units")) for place in places]
            return [(of["helpers"].value, of["helping_units"].value) for of in found]

        def more(than: list[tuple]) -> list[bool]:
            now = told()
            assert all(one == (a, b) or one == (a + 1, b + 1) for one, (a, b) in zip(now, than, strict=True))
            return [one != other for one, other in zip(now, than, strict=True)]

        def anew() -> bool:
            refreshed = _cube(connection)
            cube.rebuild(connection, today=TODAY)
            return refreshed == _cube(connection)

        before, in_august, in_september = told(), told(LAST - 3), told(LAST - 2)
        connection.execute(model.helper.insert().values(code="B9", name="王某", unit="新单位", team="教师"))
        for village, id in homes.items():
            row = {"helper": "B9", "household_id": id, "started": "2026-05-31", "ended": None}
            connection.execute(pairing.insert().values(row))
            cube.refresh(connection, village, NOW)
        assert more(before) == [True, True, True, True, True] and anew()
        own = pairing.c.helper == "B9"
        connection.execute(pairing.delete().where(own & (pairing.c.household_id == homes[VILLAGES[0]])))
        cube.refresh(connection, VILLAGES[0], NOW)
        assert more(before) == [True, True, False, True, True] and anew()
        connection.execute(update(pairing).where(own).values(ended="2026-08-31"))
        for village in (FAR, VILLAGES[3]):
            cube.refresh(connection, village, NOW)
        assert told() == before and told(LAST - 2) == in_september and told(LAST - 3) != in_august and anew()


def test_a_list_of_helpers_tells_of_the_households_that_the_viewer_may_see_and_walls_of_no_phone(people: Engine):
    with people.connect() as connection:
        whole = lists.whole(connection, ALL, "helpers", "", LAST)
        viewers = {"county": COUNTY, "township": TOWNSHIPS[1], "village": VILLAGES[2]}
        seen = {role: lists.whole(connection, Viewer(role, at), "helpers", at, LAST) for role, at in viewers.items()}
        mine = lists.whole(connection, Viewer("helper", COUNTY, "B6"), "helpers", COUNTY, LAST)
        wall = lists.page(connection, Viewer("display", COUNTY), "helpers", COUNTY, LAST)
        villages = lists.whole(connection, ALL, "team_villages", COUNTY, LAST)
        with pytest.raises(OutOfScope):
            lists.count(connection, Viewer("township", TOWNSHIPS[1]), "helpers", COUNTY, LAST)
    shared = [rows.set_index("unit").loc["示范0局", "homes"].sum() for rows in (whole, *seen.values())]
    assert shared == sorted(shared, reverse=True) and len(set(shared)) == 4
    assert whole["villages"].max() == 6 and set(seen["village"]["villages"]) == {1}
    assert set(seen["township"]["place"]) <= {"示范镇2", "示范镇2 示范村2", "示范镇2 示范村3", "示范镇2 示范村4"}
    assert mine.set_index("unit").loc["示范6局", "homes"] == seen["county"].set_index("unit").loc["示范6局", "homes"]
    assert "phone" in whole and "phone" not in wall and len(wall) == len(seen["county"])
    assert villages["place"].tolist() == ["示范镇2 示范村2"] and villages["helpers"].tolist() == [1]


def _helped_homes(connection: Connection, village: str) -> dict[str, int]:
    """A household of a village that is helped all year."""
    spell = state_spell.c
    helped = (spell.village == village) & (spell.state == LIFTED) & (spell.since < "2026") & spell.until.is_(None)
    return {village: connection.execute(select(func.min(spell.household_id)).where(helped)).scalar_one()}


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
    assert not display.may(READ, HEALTH) and len(ill) == 7
    with people.connect() as connection:
        for id in ill:
            assert not INDICATORS[id].walls
            with pytest.raises(NoRight):
                lists.page(connection, display, id, COUNTY, LAST)
            rows = lists.page(connection, Viewer("county", COUNTY), id, COUNTY, LAST)
            assert set(rows["name"]) == {"李**"} and "id_number" not in rows and "health" not in rows
