"""有序退出: proposed by the village, looked through by others, written into 户变动 once it is decided."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope, Refused
from data.monitoring.exits import propose, review, reviews, step
from data.monitoring.law import Unlawful
from tests.data.monitoring_ground import CADRE, CLERK, HELPER, HOUSEHOLD, LIFTED, TOWN, fill_monitoring, opened, through
from tests.data.village_ground import OTHER_TOWNSHIP, VILLAGE
from tests.moment import NOW


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_monitoring, own=True)


def proposed(
    engine: Engine, verdict: str = "退出", household: int = LIFTED, day: date | None = date(2026, 3, 1)
) -> int:
    return propose(engine, CADRE, household, verdict=verdict, evidence="三年收入稳定", day=day, now=NOW)


def events(engine: Engine) -> list[tuple[str, str]]:
    table = model.household_event.c
    with engine.connect() as connection:
        asked = select(table.day, table.kind).where(table.household_id == LIFTED).order_by(table.day)
        return [tuple(row) for row in connection.execute(asked)]


def test_who_leaves_in_good_order_gets_a_row_of_its_own_day_and_who_keeps_help_gets_none(county: Engine):
    id = proposed(county, "继续帮扶")
    assert step(county, TOWN, id, "township", version=1, day=date(2026, 3, 2), now=NOW) == "county"
    assert step(county, CLERK, id, "county", version=2, day=date(2026, 3, 3), now=NOW) == "decided"
    assert events(county) == []
    id = proposed(county, day=date(2026, 4, 1))
    step(county, TOWN, id, "township", version=1, day=date(2026, 4, 2), now=NOW)
    step(county, CLERK, id, "county", version=2, day=date(2026, 4, 3), now=NOW)
    assert events(county)[-1] == ("2026-04-03", "有序退出")
    with county.connect() as connection:
        held = review(connection, CADRE, id, NOW.date())
        assert (held.state_word, held.verdict, len(held.steps)) == ("已审定", "退出", 3)
        assert [one.id for one in reviews(connection, TOWN, VILLAGE, states=["decided"])] == [id - 1, id]
    with pytest.raises(Unlawful, match="已退出帮扶户"):
        proposed(county, day=date(2026, 5, 1))


def test_what_is_sent_back_is_amended_and_goes_the_way_again(county: Engine):
    id = proposed(county)
    with pytest.raises(Refused, match="原因"):
        step(county, TOWN, id, "return", version=1, now=NOW)
    step(county, TOWN, id, "return", version=1, reason="缺收入证明", day=date(2026, 3, 5), now=NOW)
    with pytest.raises(Refused, match="上一步"):
        step(county, CADRE, id, "amend", version=2, day=date(2026, 3, 4), now=NOW)
    step(county, CADRE, id, "amend", version=2, verdict="继续帮扶", evidence="收入不稳", day=date(2026, 3, 6), now=NOW)
    with county.connect() as connection:
        held = review(connection, CADRE, id, NOW.date())
    assert (held.state, held.verdict, held.evidence) == ("reported", "继续帮扶", "收入不稳")


def test_only_a_lifted_household_that_is_not_watched_leaves_and_only_once_at_a_time(county: Engine):
    with pytest.raises(Unlawful, match="一般户"):
        proposed(county, household=HOUSEHOLD)
    id = proposed(county)
    with pytest.raises(Refused, match="已有在办"):
        proposed(county)
    through(county, opened(county, LIFTED, date(2026, 4, 1), TOWN), kind="脱贫不稳定户", first=date(2026, 4, 1),
            helped=False)  # fmt: skip
    with pytest.raises(Unlawful, match="正在监测"):
        step(county, TOWN, id, "township", version=1, now=NOW)
    with county.connect() as connection:
        (arrow, against), *_ = review(connection, TOWN, id, NOW.date()).next
    assert (arrow.action, [one.missing for one in against]) == ("township", ["本户正在监测，风险还没有消除"])


def test_outside_ones_scope_there_is_no_review(county: Engine):
    id = proposed(county)
    strange = Viewer("village", OTHER_TOWNSHIP, person=19)
    with county.connect() as connection:
        with pytest.raises(NotFound):
            review(connection, strange, id, NOW.date())
        with pytest.raises(OutOfScope):
            reviews(connection, strange, VILLAGE)
        with pytest.raises(OutOfScope):
            review(connection, HELPER, id, NOW.date())
    with pytest.raises(NotFound):
        propose(county, strange, LIFTED, verdict="退出", evidence="x", now=NOW)
    for said in ({"verdict": "别的", "evidence": "x"}, {"verdict": "退出", "evidence": " "}):
        with pytest.raises(Refused):
            propose(county, CADRE, LIFTED, **said, now=NOW)
