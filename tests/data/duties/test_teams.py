"""Who helps, by helper, unit, team and village; who was visited often enough; what calls for a visit."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from data import model
from data.access.viewer import Viewer
from data.duties.file import duty_file
from data.duties.musts import festivals, musts, musts_counted
from data.duties.persons import person_of_helper, settle_persons
from data.duties.teams import TeamFilters, teams, together
from data.duties.visiting import coverage, short
from data.errors import NotFound
from data.figures import cube, read
from data.households.edits import undo
from data.households.fields import Unfit
from data.households.life_events import record_event, record_festival, withdraw_festival
from data.settings import decide
from data.store.engine import writing
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES
from tests.data.village_ground import VILLAGE, fill_village
from tests.moment import NOW

CADRE, HELPER = Viewer("county", COUNTY, person=2), Viewer("helper", VILLAGE, "D1")


def duties(engine: Engine) -> None:
    """The village, with a visit by somebody else, a birth and a death, and everybody a person."""
    fill_village(engine)
    with writing(engine) as connection:
        visit = {"household_id": 901, "helper": "B1", "visited": "2026-11-05", "occasion": "红白喜事"}
        connection.execute(model.visit.insert().values(code="x9", **visit))
        for member, household, day, kind, why in (
            ("901b", 901, "2026-11-01", "加入", "出生"),
            ("902a", 902, "2026-11-03", "离开", "死亡"),
            ("903a", 903, "2026-11-20", "加入", "婚入"),
            ("950a", 950, "2026-11-20", "离开", "迁出"),
        ):
            told = {"member": member, "household_id": household, "day": day, "kind": kind, "reason": why}
            connection.execute(model.member_event.insert().values(**told))
        settle_persons(connection, NOW)
        cube.rebuild(connection, today=TODAY)


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(duties)


@pytest.mark.parametrize("region", [COUNTY, TOWNSHIPS[0], VILLAGE])
def test_who_helps_is_what_the_figures_count(county: Engine, region: str):
    with county.connect() as connection:
        found = together(connection, CADRE, region, LAST)
        known = read.figures(connection, CADRE, region, None, ("helpers", "helping_units"))
        helpers = teams(connection, CADRE, region, LAST, "helper")
        units = teams(connection, CADRE, region, LAST, "unit")
        villages = teams(connection, CADRE, region, LAST, "village")
    assert found["helpers"] == known["helpers"].value == helpers.total
    assert found["units"] == known["helping_units"].value == units.total
    assert found["homes"] == villages.rows["homes"].sum()  # of one village each
    assert found["unvisited"] == villages.rows["unvisited"].sum()
    assert list(helpers.rows["homes"]) == sorted(helpers.rows["homes"], reverse=True)


def test_a_helpers_row_says_whom_he_helps_and_how_often_he_was_there(county: Engine):
    with county.connect() as connection:
        rows = teams(connection, CADRE, COUNTY, LAST, "helper", filters=TeamFilters(team="教师")).rows.set_index("who")
        mine = teams(connection, HELPER, VILLAGE, LAST, "helper")
        unvisited = teams(connection, CADRE, VILLAGE, LAST, "helper", filters=TeamFilters(unvisited=True))
    assert rows.loc["D1", ["name", "villages", "homes", "persons", "visits"]].tolist() == ["郑六", 2, 2, 2, 2]
    assert mine.rows[["who", "homes"]].values.tolist() == [["D1", 1]]  # no more than his own, of this village
    assert "D2" in set(unvisited.rows["who"])


def test_his_page_tells_his_visits_from_anybodys(county: Engine):
    with county.connect() as connection:
        file = duty_file(connection, CADRE, person_of_helper(connection, "D1") or 0, LAST)
    homes = file.homes.set_index("household_id")
    assert homes.loc[901, ["own_last", "own_visits", "last", "visits", "due", "problems"]].tolist() == [
        "2026-10-30", 0, "2026-11-05", 1, "2026-11-30", 1,
    ]  # fmt: skip
    assert (file.name, file.phone, set(homes.index)) == ("郑六", "13900000000", {901, 950})
    assert file.occasions == {"日常走访": 2} and set(file.matters["noun"]) == {"问题", "任务"}


def test_a_helper_sees_himself_and_a_village_its_people(county: Engine):
    with county.connect() as connection:
        own, other = (person_of_helper(connection, code) or 0 for code in ("D1", "D2"))
        assert duty_file(connection, HELPER, own, LAST).helper == "D1"
        assert duty_file(connection, Viewer("village", VILLAGE), other, LAST).name == "王七"
        for viewer, person in ((HELPER, other), (Viewer("village", VILLAGES[-1]), other), (CADRE, 999_999)):
            with pytest.raises(NotFound):
                duty_file(connection, viewer, person, LAST)


def test_who_lacks_a_visit_of_the_month_is_counted_and_named(filled: Callable[..., Engine]):
    engine = filled(duties, own=True)
    with writing(engine) as connection:
        decide(connection, Viewer("county", COUNTY, person=2), "visit_quota", "未脱贫户=2,脱贫户=1", now=NOW)
        counted = coverage(connection, CADRE, VILLAGE, LAST).iloc[0]
        named = short(connection, CADRE, VILLAGE, LAST).rows.set_index("household_id")
        below = coverage(connection, CADRE, COUNTY, LAST)
    assert counted["short"] == len(named) and counted["missing"] == (named["quota"] - named["visits"]).sum()
    assert named.loc[901, ["visits", "quota", "last"]].tolist() == [1, 2, "2026-11-05"]
    assert 903 not in named.index  # of a kind for which nothing is asked
    assert set(below["code"]) <= set(TOWNSHIPS)


def test_an_event_waits_until_the_visit_that_is_for_it(county: Engine):
    with county.connect() as connection:
        rows = musts(connection, CADRE, VILLAGE, LAST, states=("overdue", "open", "done")).rows
        counted = musts_counted(connection, CADRE, VILLAGE, LAST).set_index("kind")
    told = rows.set_index("household_id")[["kind", "due", "state", "answered"]]
    assert told.loc[901].tolist() == ["born", "2026-11-08", "done", "2026-11-05"]
    assert told.loc[902].tolist() == ["died", "2026-11-10", "overdue", None]
    assert told.loc[903].tolist() == ["wed", "2026-11-27", "open", None]
    assert counted.loc["died", ["events", "overdue"]].tolist() == [1, 1] and counted.loc["festival", "events"] == 0


def test_what_is_entered_waits_too_and_is_taken_back(filled: Callable[..., Engine]):
    engine = filled(duties, own=True)
    with pytest.raises(Unfit):
        record_event(engine, CADRE, 901, kind="born", day="2026-11-20", words="", now=NOW)
    saved = record_event(engine, CADRE, 901, kind="hospital", day="2026-11-20", words="住县医院", now=NOW)
    entered = record_festival(engine, CADRE, VILLAGE, day="2026-11-21", words="重阳节", now=NOW)
    with engine.connect() as connection:
        held = musts(connection, CADRE, VILLAGE, LAST, kind="hospital").rows
        feast = festivals(connection, CADRE, VILLAGE, LAST).iloc[0]
        homes = together(connection, CADRE, VILLAGE, LAST)["homes"]
    assert held[["household_id", "words", "state"]].values.tolist() == [[901, "住县医院", "open"]]
    assert feast.tolist() == ["2026-11-21", "重阳节", entered.households, 0] and entered.households >= homes
    undo(engine, CADRE, saved.change, now=NOW)
    assert withdraw_festival(engine, CADRE, VILLAGE, day="2026-11-21", now=NOW).households == entered.households
    with engine.connect() as connection:
        assert musts(connection, CADRE, VILLAGE, LAST, kind="hospital").total == 0
        assert not len(festivals(connection, CADRE, VILLAGE, LAST))


def test_a_household_that_nobody_helps_or_ever_visited_is_short_without_a_day(filled: Callable[..., Engine]):
    engine = filled(duties, own=True)
    with writing(engine) as connection:
        connection.execute(model.pairing.delete().where(model.pairing.c.household_id == 902))
        connection.execute(model.visit.delete().where(model.visit.c.household_id == 902))
        cube.rebuild(connection, today=TODAY)
        rows = short(connection, CADRE, VILLAGE, LAST, limit=99).rows.set_index("household_id")
    assert rows.at[902, "due"] is None and {type(day) for day in rows["due"]} == {str, type(None)}
