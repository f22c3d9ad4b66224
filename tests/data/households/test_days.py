"""What is read of households is of the day it is asked for: who belonged, where it lived, what was known then."""

from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine

from data import model
from data.access.viewer import Viewer
from data.cards import card as cards
from data.cards.lights import card_lights
from data.codes.phone_card import cadre_card
from data.duties.village_board import village_board
from data.errors import NoRight
from data.figures import cube
from data.households.fates import Fate
from data.households.file import HouseholdFile, household
from data.households.lights import AT_RISK, SECURE, UNCHECKED, lights
from data.households.search import search
from data.households.story import story
from data.households.village import NO_FILTERS, Filters, facets, in_village
from data.households.walking import walked
from data.income.year import IncomeYear
from data.months import month_of
from data.store.engine import upsert, writing
from tests.data.small_county import LAST, TODAY
from tests.data.village_ground import COUNTY, NEIGHBOUR, VILLAGE, fill_village

CADRE = Viewer("county", COUNTY)
WALL = Viewer("display", COUNTY)
HISTORIES: dict[Any, list[dict[str, Any]]] = {
    model.household_move: [
        {"household_id": 902, "day": "2026-04-01", "origin": VILLAGE, "village": NEIGHBOUR, "note": None}
    ],
    model.household_event: [
        {"household_id": 903, "day": "2026-07-01", "kind": "注销", "other": None, "reason": "举家迁出"}
    ],
    model.member_fact: [
        {"member": "901a", "item": "medical_insured", "day": "2024-01-01", "value": "1"},
        {"member": "901a", "item": "medical_insured", "day": "2026-06-01", "value": "0"},
    ],
    model.assurance: [
        {"household_id": 901, "item": "housing", "checked": day, "secure": secure, "evidence": "看过"}
        for day, secure in (("2025-03-01", 0), ("2026-02-01", 1))
    ],
    model.episode: [
        {"code": "902-JC1", "household_id": 902, "kind": "脱贫不稳定户", "identified": "2025-02-01", "risks": "因病"}
    ],
}


def fill_histories(engine: Engine) -> None:
    """The households of the village ground: 901 lost a member and had its house repaired, 902 moved and is watched,
    903 was struck off."""
    fill_village(engine)
    h, p = model.household, model.member
    with writing(engine) as connection:
        for table, rows in HISTORIES.items():
            upsert(connection, table, list(rows[0]), [list(row.values()) for row in rows])
        connection.execute(h.update().where(h.c.id == 902).values(village=NEIGHBOUR))
        connection.execute(h.update().where(h.c.id == 901).values(housing_safe=1, attribute="低保边缘户"))
        connection.execute(p.update().where(p.c.code == "901a").values(medical_insured=0))
        connection.execute(p.update().where(p.c.code == "901b").values(gone="2026-05-10", gone_reason="死亡"))
        cube.rebuild(connection, today=TODAY)


pytestmark = pytest.mark.filled(by=fill_histories)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def file(engine: Engine, id: int, month: str, viewer: Viewer = CADRE) -> HouseholdFile:
    with engine.connect() as connection:
        return household(connection, viewer, id, month_of(month))


def listed(engine: Engine, village: str, month: str) -> pd.DataFrame:
    with engine.connect() as connection:
        return in_village(connection, CADRE, village, month_of(month), limit=1000).set_index("id")


def found(engine: Engine, words: str, month: int = LAST, filters: Filters = NO_FILTERS) -> dict[int, str]:
    with engine.connect() as connection:
        rows = search(connection, CADRE, words, filters, region=COUNTY, month=month).rows
    return dict(zip(rows["id"], rows["match"], strict=True))


def test_a_file_has_the_members_and_the_values_of_its_month(county: Engine):
    now, then = file(county, 901, "2026-11"), file(county, 901, "2026-04")
    assert list(now.members["name"]) == ["钱一"] and set(then.members["name"]) == {"钱一", "钱小"}
    assert (now.income.persons, then.income.persons) == (1, 2)
    insured = [
        dict(zip(one.members["name"], one.members["medical_insured"], strict=True))["钱一"] for one in (now, then)
    ]
    assert insured == [0, 1]
    assert [file(county, 901, month).facts["housing_safe"] for month in ("2025-01", "2025-06", "2026-03")] == [
        None,
        0,
        1,
    ]


def test_what_was_not_known_then_is_no_safe_light(county: Engine):
    lit = {}
    with county.connect() as connection:
        for month in ("2025-01", "2025-06", "2026-03"):
            six = lights(connection, CADRE, household(connection, CADRE, 901, month_of(month)))
            lit[month] = next(one.state for one in six if one.item == "housing")
    assert lit == {"2025-01": UNCHECKED, "2025-06": AT_RISK, "2026-03": SECURE}


def test_a_household_is_of_the_village_and_in_the_state_of_the_month(county: Engine):
    now, then = file(county, 902, "2026-11"), file(county, 902, "2026-03")
    assert (now.village, then.village) == (NEIGHBOUR, VILLAGE)
    assert now.standing == "脱贫户 · 监测：脱贫不稳定户" and now.state == "脱贫不稳定户"
    assert file(county, 902, "2025-01").standing == "脱贫户"
    assert 902 in listed(county, VILLAGE, "2026-03").index and 902 not in listed(county, VILLAGE, "2026-04").index
    assert 902 in listed(county, NEIGHBOUR, "2026-04").index and 902 not in listed(county, NEIGHBOUR, "2026-03").index
    assert listed(county, VILLAGE, "2026-04").at[901, "persons"] == 2
    assert listed(county, VILLAGE, "2026-05").at[901, "persons"] == 1


def test_what_is_no_more_stands_in_no_list_and_is_found_by_who_asks_for_it(county: Engine):
    every = Filters(states=(0, 1, 2, 3, 4, 5, 6))
    assert 903 in listed(county, VILLAGE, "2026-06").index and 903 not in listed(county, VILLAGE, "2026-07").index
    with county.connect() as connection:
        for filters in (every, Filters(walked=True)):
            assert 903 not in set(in_village(connection, CADRE, VILLAGE, LAST, filters=filters, limit=1000)["id"])
        numbered = set(walked(connection, CADRE, VILLAGE, LAST)["id"])
        assert 901 in numbered and not numbered & {902, 903}
        counts = facets(connection, CADRE, VILLAGE, LAST)
        assert counts["households"].sum() == len(
            in_village(connection, CADRE, VILLAGE, LAST, filters=every, limit=1000)
        )
        assert 903 not in cards.villages_households(connection, CADRE, VILLAGE, ordinary=True)
    assert 903 not in found(county, "", filters=Filters(states=(0,)))
    assert found(county, "李三") == {903: "已于 2026-07-01 注销（举家迁出）"}
    now, then = file(county, 903, "2026-11"), file(county, 903, "2026-06")
    assert now.became == Fate("注销", "已于 2026-07-01 注销（举家迁出）") and now.standing == "已注销"
    assert then.became is None and then.standing == "边缘易致贫户"


def test_who_has_gone_is_searched_for_in_the_months_that_he_was_there(county: Engine):
    assert found(county, "钱小") == {}
    assert set(found(county, "钱小", month_of("2026-04"))) == {901}
    assert set(found(county, "钱一")) == {901}


def test_a_card_of_last_year_names_who_has_died_since_and_this_year_s_does_not(county: Engine):
    with county.connect() as connection:
        last, this = (cards.card(connection, CADRE, 901, IncomeYear(year, 10)) for year in (2025, 2026))
        assert {one.name for one in last.members} == {"钱一", "钱小"} and [one.name for one in this.members] == ["钱一"]
        assert (last.persons, this.persons, this.persons_before) == (2, 1, 2)
        assert last.now.per_head == this.before.per_head
        housing = [
            dict((name, state) for name, state, _ in lit)["住房安全"] for lit in card_lights(connection, [last, this])
        ]
        assert housing == [AT_RISK, SECURE]
        assert cadre_card(connection, CADRE, 901).persons == 1


def test_the_story_tells_moves_deaths_episodes_and_the_end(county: Engine):
    def told(id: int, viewer: Viewer = CADRE) -> list[tuple[str, str]]:
        with county.connect() as connection:
            whole = story(connection, viewer, household(connection, viewer, id, LAST))
        return [(event.day, event.what) for event in whole.events]

    assert ("2026-05-10", "钱小 去世") in told(901) and ("2026-05-10", "钱** 离开") in told(901, WALL)
    assert ("2025-02-01", "纳入监测（脱贫不稳定户）：因病") in told(902)
    assert ("2025-02-01", "纳入监测（脱贫不稳定户）") in told(902, WALL)
    assert any(day == "2026-04-01" and what.startswith("由") for day, what in told(902))
    assert ("2026-07-01", "注销（举家迁出）") in told(903) and ("2026-07-01", "注销") in told(903, WALL)


def test_persons_of_before_any_dated_roster_are_said_to_be_an_estimate(county: Engine):
    assert file(county, 901, "2026-04").estimated and not file(county, 901, "2026-05").estimated
    assert file(county, 902, "2026-10").estimated and not file(county, 902, "2026-11").estimated
    with county.connect() as connection:
        last = cards.card(connection, CADRE, 901, IncomeYear(2025, 10))
    assert last.persons_estimated


def test_attributes_that_are_not_published_are_read_by_officials_alone(county: Engine):
    with county.connect() as connection:
        assert in_village(connection, CADRE, VILLAGE, LAST).set_index("id").at[901, "attribute"] == "低保边缘户"
        assert in_village(connection, WALL, VILLAGE, LAST).set_index("id").at[901, "attribute"] is None
        with pytest.raises(NoRight):
            in_village(connection, WALL, VILLAGE, LAST, filters=Filters(attributes=("低保边缘户",)))
        assert cards.card(connection, CADRE, 901, IncomeYear(2026, 10)).attribute is None
        assert "低保边缘户" not in str(household(connection, WALL, 901, LAST))


def test_the_board_of_a_village_is_of_its_households_of_the_month(county: Engine):
    def helped(village: str, month: str) -> int:
        with county.connect() as connection:
            board = village_board(connection, CADRE, village, month_of(month))
        return int(board.helpers.set_index("name")["households"].get("王七", 0))

    assert [helped(VILLAGE, month) - helped(VILLAGE, "2026-04") for month in ("2026-03", "2026-05")] == [1, 0]
