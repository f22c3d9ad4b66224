"""What a village has to put right waits for it; a waiver waits for the office above, never for who asked for it."""

from datetime import date

import pytest
from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.quality.waivers import Mark, ask, step
from data.todo.digest import digest
from data.todo.waiting import Item, counts, waiting
from tests.data.quality.hits import DAY, HOME, fill_hits, mend
from tests.data.small_county import COUNTY, TOWNSHIPS
from tests.data.village_ground import VILLAGE
from tests.moment import NOW
from tests.people import disable, enrolled

VILLAGER, TOWN, CADRE = (
    Viewer("village", VILLAGE, person=4), Viewer("township", TOWNSHIPS[0], person=3),
    Viewer("county", COUNTY, person=2),
)  # fmt: skip


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_hits, own=True)


def waits(engine: Engine, viewer: Viewer, kind: str, *, mine: bool = True) -> list[Item]:
    day = DAY.isoformat()
    with engine.connect() as connection:
        listed = waiting(connection, viewer, viewer.region, day, kind=kind, mine=mine)
        counted = counts(connection, viewer, viewer.region, day, person=viewer.person, mine=mine).get(kind)
    assert len(listed) == (counted.rows if counted else 0)
    return listed


def waiver(engine: Engine, viewer: Viewer) -> int:
    mark = Mark(HOME, "household", "901")
    return ask(engine, viewer, mark, until=date(2026, 12, 31), reason="已入户核实", now=NOW)


def test_the_hits_of_a_village_wait_for_it_alone_counted_and_named(county: Engine):
    (one,) = waits(county, VILLAGER, "hits")
    assert (one.number, one.since, one.page) == (3, "2026-09-10", "quality") and "2 条" in one.what
    assert waits(county, TOWN, "hits") == [] and waits(county, CADRE, "hits") == []
    assert [each.number for each in waits(county, CADRE, "hits", mine=False)] == [3, 1]


def test_what_is_waived_waits_no_more(county: Engine):
    step(county, TOWN, waiver(county, VILLAGER), "agree", version=1, now=NOW)
    assert [one.number for one in waits(county, VILLAGER, "hits")] == [2]


def test_what_was_mended_today_is_told_as_done(county: Engine):
    mend(county, "901")
    with county.connect() as connection:
        (line,) = [
            one for one in digest(connection, VILLAGER, VILLAGE, DAY.isoformat(), person=4) if one.kind == "hits"
        ]
    assert line.done == 1 and line.waits.things == 2


def test_a_waiver_waits_for_the_township_and_leads_to_it(county: Engine):
    id = waiver(county, VILLAGER)
    (one,) = waits(county, TOWN, "waivers")
    assert one.parameters == {"region": VILLAGE, "view": "waivers", "waiver": id}
    assert waits(county, VILLAGER, "waivers") == [] and waits(county, CADRE, "waivers") == []
    assert [each.who for each in waits(county, CADRE, "waivers", mine=False)] == ["乡镇干部"]
    step(county, TOWN, id, "refuse", version=1, reason="请先改正", now=NOW)
    assert waits(county, TOWN, "waivers") == []


def test_it_does_not_wait_for_who_asked_for_it_himself(county: Engine):
    waiver(county, TOWN)
    assert waits(county, TOWN, "waivers") == []
    assert len(waits(county, Viewer("township", TOWNSHIPS[0], person=9), "waivers")) == 1


def test_what_a_townships_only_official_asked_for_waits_for_the_county(county: Engine):
    only = Viewer("township", TOWNSHIPS[0], person=enrolled(county, "township", TOWNSHIPS[0]))
    waiver(county, only)
    assert waits(county, only, "waivers") == []
    assert len(waits(county, CADRE, "waivers")) == 1
    assert [one.who for one in waits(county, VILLAGER, "waivers", mine=False)] == ["县级干部"]
    second = enrolled(county, "township", TOWNSHIPS[0])
    assert waits(county, CADRE, "waivers") == []
    assert len(waits(county, Viewer("township", TOWNSHIPS[0], person=second), "waivers")) == 1
    disable(county, second)
    assert len(waits(county, CADRE, "waivers")) == 1


def test_without_accounts_what_the_township_asked_for_waits_for_the_county(county: Engine):
    played = Viewer("township", TOWNSHIPS[0])
    waiver(county, played)
    assert waits(county, played, "waivers") == [] and len(waits(county, Viewer("county", COUNTY), "waivers")) == 1
