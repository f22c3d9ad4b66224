"""清理轮次: begun and ended by who checks, and what came and went while they ran."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert

from data.access.viewer import Viewer
from data.audit.verify import verified
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.model import quality_hit, quality_tally
from data.quality import rounds
from data.quality.rounds import Brought, begin, end
from data.store.engine import writing
from tests.data.quality.hits import DAY, HOME, PERSON, fill_hits, hit, mend, tally
from tests.data.small_county import COUNTY, TOWNSHIPS
from tests.data.village_ground import OTHER_TOWNSHIP, VILLAGE
from tests.moment import NOW

CADRE, TOWN = Viewer("county", COUNTY, person=2), Viewer("township", TOWNSHIPS[0], person=3)
UNTIL = date(2026, 12, 20)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_hits, own=True)


def begun(engine: Engine, *rules: str, name: str = "第一轮清理") -> int:
    return begin(engine, CADRE, COUNTY, name=name, rules=rules, until=UNTIL, now=NOW)


def whole(engine: Engine, round: int, region: str = COUNTY, today: date = DAY, viewer: Viewer = CADRE) -> Brought:
    with engine.connect() as connection:
        return rounds.summed(rounds.brought(connection, viewer, round, region, today))


def test_what_a_round_brought_is_what_came_and_went_between_its_days(county: Engine):
    round = begun(county)
    assert whole(county, round) == Brought(4, 0, 0, 4)
    mend(county, "901", DAY + timedelta(days=2))
    later = DAY + timedelta(days=3)
    with writing(county) as connection:
        connection.execute(insert(quality_hit), [hit(HOME, "household", "903", VILLAGE, 903, later.isoformat())])
        connection.execute(insert(quality_tally), [tally(HOME, VILLAGE, later.isoformat(), 1, 0)])
    assert whole(county, round, today=later) == Brought(4, 1, 1, 4)
    assert whole(county, round, TOWNSHIPS[0], later, TOWN) == Brought(3, 1, 1, 3)


def test_what_comes_after_a_round_has_ended_is_none_of_its_own(county: Engine):
    round = begun(county)
    mend(county, "902")
    end(county, CADRE, round, now=NOW)
    mend(county, "901", DAY + timedelta(days=1))
    assert whole(county, round, today=DAY + timedelta(days=1)) == Brought(4, 0, 1, 3)
    with pytest.raises(Refused, match="已经结束"):
        end(county, CADRE, round, now=NOW)


def test_a_round_of_some_rules_counts_no_others_and_tells_them_apart_by_place(county: Engine):
    round = begun(county, PERSON)
    assert whole(county, round) == Brought(1, 0, 0, 1)
    with county.connect() as connection:
        rows = rounds.brought(connection, CADRE, begun(county, name="另一轮"), COUNTY, DAY)
    assert {(row.rule, row.code): row.after for row in rows.itertuples()} == {
        (HOME, TOWNSHIPS[0]): 2, (PERSON, TOWNSHIPS[0]): 1, (HOME, OTHER_TOWNSHIP[:9]): 1,
    }  # fmt: skip


def test_a_township_takes_part_in_the_countys_round_and_ends_none_of_it(county: Engine):
    round = begun(county)
    with county.connect() as connection:
        assert [one.id for one in rounds.rounds(connection, TOWN, TOWNSHIPS[0])] == [round]
    with pytest.raises(NotFound):
        end(county, TOWN, round, now=NOW)
    own = begin(county, TOWN, TOWNSHIPS[0], name="镇里一轮", rules=(), until=UNTIL, now=NOW)
    with county.connect() as connection:
        assert [one.id for one in rounds.rounds(connection, CADRE, COUNTY)] == [own, round]
    assert verified(county).faults == []


def test_who_may_begin_which_round_until_when(county: Engine):
    begun(county)
    with pytest.raises(Refused, match="正在进行"):
        begun(county)
    with pytest.raises(Refused, match="名称"):
        begun(county, name="  ")
    with pytest.raises(NotFound):
        begun(county, "R000", name="别的")
    with pytest.raises(Refused, match="截止日期"):
        begin(county, CADRE, COUNTY, name="别的", rules=(), until=DAY - timedelta(days=1), now=NOW)
    with pytest.raises(OutOfScope):
        begin(county, TOWN, COUNTY, name="别的", rules=(), until=UNTIL, now=NOW)
    with pytest.raises(NoRight):
        begin(county, Viewer("village", VILLAGE, person=4), VILLAGE, name="别的", rules=(), until=UNTIL, now=NOW)
