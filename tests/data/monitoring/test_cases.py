"""Cases taken through the store: by whom, on which days, what comes of it in 监测 and in the household's columns."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select

from data import model
from data.errors import Refused
from data.households.edits import undo
from data.monitoring.cases import case
from tests.data.monitoring_ground import CADRE, CLERK, HOUSEHOLD, REMOVING, fill_monitoring, measured, opened, through
from tests.moment import NOW


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_monitoring, own=True)


def test_a_household_is_watched_from_its_first_clue_on_and_no_more_after_its_removal(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    assert through(county, id) == "watched"
    measured(county)
    with county.connect() as connection:
        watched = case(connection, CADRE, id, NOW.date())
        kind = connection.execute(select(model.household.c.type).where(model.household.c.id == HOUSEHOLD)).scalar_one()
    assert (watched.code, watched.watched, watched.identified, kind) == (
        "K904-JC1",
        True,
        date(2026, 1, 13),
        "边缘易致贫户",
    )
    assert through(county, id, REMOVING, date(2026, 9, 1)) == "removed"
    with county.connect() as connection:
        removed = case(connection, CADRE, id, NOW.date())
        row = connection.execute(select(model.episode)).mappings().one()
        home = connection.execute(select(model.household).where(model.household.c.id == HOUSEHOLD)).mappings().one()
    assert (removed.removed, removed.watched, removed.next) == (date(2026, 9, 13), False, ())
    assert removed.figures == {
        "wage": 2_400_000, "business": 0, "property": 0, "transfer": 0, "expense": 0, "per_head": 1_200_000,
        "outlay": 0, "claims": 0,
    }  # fmt: skip
    assert (row["code"], row["removed"], row["removal"], row["removal_per_head_fen"]) == (
        "K904-JC1", "2026-09-13", "帮扶消除", 1_200_000,
    )  # fmt: skip
    assert (home["type"], home["identified"], home["risk_removed"]) == ("一般户", "2026-01-13", "2026-09-13")
    first = removed.steps[0]
    assert (first.word, first.day, first.late) == ("立案", date(2026, 1, 1), (NOW.date() - date(2026, 1, 1)).days)
    assert [one.action for one in removed.steps].count("remove") == 1 and len(removed.steps) == 17


def test_what_a_case_wrote_is_not_taken_back_in_the_households_history(county: Engine):
    id = opened(county, day=date(2026, 1, 1))
    through(county, id)
    with county.connect() as connection:
        change = connection.execute(select(model.change.c.id).order_by(model.change.c.id.desc()).limit(1)).scalar_one()
    with pytest.raises(Refused, match="监测程序"):
        undo(county, CLERK, change, now=datetime(2026, 11, 22, 10))
