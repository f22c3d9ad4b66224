"""A helper's households, problems and tasks go over to another: all or nothing, with history, and back."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select

from data import model
from data.access.viewer import Viewer
from data.duties.file import duty_file
from data.duties.persons import person_of_helper, settle_persons
from data.errors import NoRight, Refused, WarRoomError
from data.households.edits import undo
from data.households.pairings import add_pairing, end_pairing, pairings
from data.matters.handing_over import hand_over, successors, take_back
from data.store.engine import writing
from tests.data.small_county import COUNTY, LAST
from tests.data.village_ground import FAR, VILLAGE, fill_village
from tests.moment import NOW

CADRE = Viewer("county", COUNTY, person=2)
DAY = date(2026, 11, 20)


def persons(engine: Engine) -> None:
    """The village, everybody a person; a problem of 901 is D1's."""
    fill_village(engine)
    with writing(engine) as connection:
        settle_persons(connection, NOW)
        owner = person_of_helper(connection, "D1")
        connection.execute(model.problem.update().where(model.problem.c.code == "q1").values(owner_id=owner))


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(persons, own=True)


def two(connection: Connection) -> tuple[int, int]:
    return person_of_helper(connection, "D1") or 0, person_of_helper(connection, "D2") or 0


def spells(engine: Engine, household: int) -> list[tuple[str, str, str | None]]:
    """Who is paired with it, from when, until when."""
    table = model.pairing.c
    with engine.connect() as connection:
        rows = connection.execute(
            select(table.helper, table.started, table.ended)
            .where(table.household_id == household)
            .order_by(table.started)
        )
        return [tuple(row) for row in rows]


def test_what_is_ticked_goes_over_and_comes_back(county: Engine):
    before = spells(county, 901), spells(county, FAR)
    with county.connect() as connection:
        leaver, successor = two(connection)
        assert "王七" in successors(connection, CADRE, leaver)[successor]
    done = hand_over(county, CADRE, leaver, successor, day=DAY, homes=[901, FAR], matters=[("problem", "q1")], now=NOW)
    assert ("D1", "2023-01-01", "2026-11-19") in spells(county, 901)
    assert ("D2", "2026-11-20", None) in spells(county, 901) and ("D2", "2026-11-20", None) in spells(county, FAR)
    with county.connect() as connection:
        his = duty_file(connection, CADRE, successor, LAST)
        assert not len(duty_file(connection, CADRE, leaver, LAST).homes)
    assert {901, FAR} <= set(his.homes["household_id"]) and "q1" in set(his.matters[his.matters["own"] == 1]["code"])
    take_back(county, CADRE, done, now=NOW)
    assert (spells(county, 901), spells(county, FAR)) == before


def test_with_one_that_cannot_go_none_goes(county: Engine):
    with county.connect() as connection:
        leaver, successor = two(connection)
    for homes, matters, to, day in (
        ([901, 903], [], successor, DAY),  # 903 is his no more
        ([901], [("problem", "none")], successor, DAY),
        ([901], [], leaver, DAY),
        ([901], [], successor, date(2023, 1, 1)),  # the day on which he began
        ([], [], successor, DAY),
    ):
        with pytest.raises(WarRoomError):
            hand_over(county, CADRE, leaver, to, day=day, homes=homes, matters=matters, now=NOW)
        assert ("D1", "2023-01-01", None) in spells(county, 901)
    with pytest.raises(NoRight):
        hand_over(county, Viewer("village", VILLAGE), leaver, successor, day=DAY, homes=[901], matters=[], now=NOW)


def test_a_teacher_begins_with_a_pupil_and_ends(county: Engine):
    started = NOW.date().isoformat()
    saved = add_pairing(county, CADRE, 902, code="D1", whom="902a", started=started, now=NOW)
    with pytest.raises(Refused):
        add_pairing(county, CADRE, 902, code="D1", whom="902a", started=started, now=NOW)
    with pytest.raises(Refused):
        add_pairing(county, CADRE, 902, code="D1", whom="901a", started=started, now=NOW)  # of another household
    with county.connect() as connection:
        assert "孙二" in {one["whom"] for one in pairings(connection, CADRE, 902, started)}
        person = person_of_helper(connection, "D1") or 0
        homes = duty_file(connection, CADRE, person, LAST).homes.set_index("household_id")
        assert homes.loc[902, "whom"] == "孙二"
    end_pairing(county, CADRE, 902, code="D1", whom="902a", started=started, ended=started, now=NOW)
    assert ("D1", started, started) in spells(county, 902)
    with pytest.raises(Refused):  # it was changed since
        undo(county, CADRE, saved.change, now=NOW)


def test_a_village_takes_no_pairing_back(county: Engine):
    saved = add_pairing(county, CADRE, 902, code="D1", whom="", started=NOW.date().isoformat(), now=NOW)
    with pytest.raises(Refused, match="乡镇以上"):
        undo(county, Viewer("village", VILLAGE), saved.change, now=NOW)
