"""豁免: asked for by one, agreed to by another, up to a last day, after which the hit is there again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.audit.verify import verified
from data.errors import NotFound, OutOfScope, Refused
from data.quality import listing, waivers
from data.quality.waivers import Mark, ask, step
from data.workflow import Changed
from tests.data.quality.hits import DAY, HOME, fill_hits
from tests.data.small_county import COUNTY, TOWNSHIPS
from tests.data.village_ground import FAR, OTHER_TOWNSHIP, VILLAGE
from tests.moment import NOW

VILLAGER, TOWN, SECOND = (
    Viewer("village", VILLAGE, person=4), Viewer("township", TOWNSHIPS[0], person=3),
    Viewer("township", TOWNSHIPS[0], person=5),
)  # fmt: skip
COUNTY_OFFICE = Viewer("county", COUNTY, person=2)
OURS, UNTIL = Mark(HOME, "household", "901"), date(2026, 12, 31)
REASON = "两兄弟同住一院，共用一部电话，已入户核实"


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_hits, own=True)


def asked(engine: Engine, viewer: Viewer = VILLAGER) -> int:
    return ask(engine, viewer, OURS, until=UNTIL, reason=REASON, now=NOW)


def open_hits(engine: Engine, today: date = DAY) -> int:
    with engine.connect() as connection:
        return listing.counts(connection, COUNTY_OFFICE, HOME, VILLAGE, today)["open"]


def test_what_the_village_asks_for_and_the_township_agrees_to_is_not_counted_and_comes_back_by_itself(county: Engine):
    id = asked(county)
    assert open_hits(county) == 2
    assert step(county, TOWN, id, "agree", version=1, now=NOW) == "agreed"
    assert open_hits(county) == 1 and open_hits(county, UNTIL) == 1
    assert open_hits(county, UNTIL + timedelta(days=1)) == 2
    with county.connect() as connection:
        (one,) = waivers.waivers(connection, TOWN, TOWNSHIPS[0], DAY, group="agreed")
        assert (one.head, one.reason, one.until, one.group) == ("钱一", REASON, "2026-12-31", "agreed")
        assert waivers.counts(connection, TOWN, TOWNSHIPS[0], UNTIL + timedelta(days=1))["over"] == 1
        assert [each.action for each in waivers.history(connection, TOWN, id)] == ["同意豁免", "申请豁免"]
    assert verified(county).faults == []


def test_who_asked_does_not_agree_himself_but_another_of_his_office_may(county: Engine):
    id = asked(county, TOWN)
    with pytest.raises(Refused, match="另一人"):
        step(county, TOWN, id, "agree", version=1, now=NOW)
    assert step(county, SECOND, id, "agree", version=1, now=NOW) == "agreed"


def test_a_village_agrees_to_nothing(county: Engine):
    id = asked(county)
    with county.connect() as connection:
        assert [one.action for one in waivers.allowed(connection, VILLAGER, id)] == ["withdraw"]
    with pytest.raises(Refused, match="乡镇干部"):
        step(county, Viewer("village", VILLAGE, person=9), id, "agree", version=1, now=NOW)


@pytest.mark.parametrize("until", [None, DAY, DAY + timedelta(days=367)])
def test_it_has_an_end_that_is_ahead_and_within_a_year(county: Engine, until: date | None):
    with pytest.raises(Refused, match="到期日"):
        ask(county, VILLAGER, OURS, until=until, reason=REASON, now=NOW)


def test_it_needs_a_reason_and_is_asked_for_once(county: Engine):
    with pytest.raises(Refused, match="原因"):
        ask(county, VILLAGER, OURS, until=UNTIL, reason=" ", now=NOW)
    id = asked(county)
    with pytest.raises(Refused, match="已经申请"):
        asked(county, TOWN)
    step(county, TOWN, id, "refuse", version=1, reason="请先补登分户", now=NOW)
    again = asked(county)
    step(county, TOWN, again, "agree", version=1, now=NOW)
    with pytest.raises(Refused, match="已经豁免"):
        asked(county)
    step(county, COUNTY_OFFICE, again, "end", version=2, reason="已分户", now=NOW)
    assert open_hits(county) == 2


def test_what_is_not_there_or_another_villages_is_not_waived(county: Engine):
    for mark in (Mark(HOME, "household", "904"), Mark(HOME, "household", str(FAR))):
        with pytest.raises(NotFound):
            ask(county, VILLAGER, mark, until=UNTIL, reason=REASON, now=NOW)
    id = asked(county)
    stranger = Viewer("township", OTHER_TOWNSHIP[:9], person=8)
    with pytest.raises(NotFound):
        step(county, stranger, id, "agree", version=1, now=NOW)
    with county.connect() as connection, pytest.raises(OutOfScope):
        waivers.waivers(connection, stranger, VILLAGE, DAY)


def test_two_who_decide_at_once_do_not_both(county: Engine):
    id = asked(county)
    step(county, TOWN, id, "refuse", version=1, reason="情况不实", now=NOW)
    with pytest.raises(Changed):
        step(county, COUNTY_OFFICE, id, "agree", version=1, now=NOW)


def test_after_its_last_day_nobody_agrees_to_it_any_more(county: Engine):
    id = asked(county)
    with pytest.raises(Refused, match="已过"):
        step(county, TOWN, id, "agree", version=1, now=NOW + timedelta(days=60))
