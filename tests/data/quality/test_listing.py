"""The named list of a rule: whose, which field, what stands in it, read as the viewer may."""

from datetime import date

import pytest
from sqlalchemy import Engine, insert

from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, OutOfScope
from data.model import quality_hit
from data.quality import listing
from data.quality.waivers import Mark
from data.rules.registry import RULES
from data.store.engine import writing
from tests.data.quality.hits import DAY, HOME, PERSON, fill_hits, hit
from tests.data.small_county import COUNTY, LAST
from tests.data.village_ground import OTHER_TOWNSHIP, VILLAGE

VILLAGER, CADRE = Viewer("village", VILLAGE, person=4), Viewer("county", COUNTY, person=2)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_hits)


def test_a_list_names_household_member_and_field_and_masks_what_is_masked(county: Engine):
    with county.connect() as connection:
        (one,) = listing.hits(connection, VILLAGER, PERSON, VILLAGE, DAY)
    assert (one.head, one.what, one.household, one.code, one.place) == ("钱一", "钱一", 901, "K901", one.place)
    assert one.label == listing.label_of("member", RULES[PERSON].field) != ""
    assert one.days == 20 and "990181196001011234" not in repr(one)


def test_the_groups_of_a_list_are_counted_as_they_are_listed(county: Engine):
    with county.connect() as connection:
        counted = listing.counts(connection, CADRE, HOME, COUNTY, DAY)
        listed = {group: len(listing.hits(connection, CADRE, HOME, COUNTY, DAY, group=group)) for group in counted}
        page = listing.hits(connection, CADRE, HOME, COUNTY, DAY, offset=1, limit=1)
    assert counted == listed == {"open": 3, "new": 2, "asked": 0, "waived": 0, "all": 3}
    assert [one.mark.key for one in page] == ["902"]


def test_nobody_reads_the_list_of_another_village_or_of_no_rule(county: Engine):
    with county.connect() as connection:
        with pytest.raises(OutOfScope):
            listing.hits(connection, VILLAGER, HOME, OTHER_TOWNSHIP, DAY)
        with pytest.raises(NotFound):
            listing.hits(connection, VILLAGER, "R000", VILLAGE, DAY)
        with pytest.raises(NotFound):
            listing.hit(connection, VILLAGER, Mark(HOME, "household", "950"), DAY)
        assert listing.of_household(connection, VILLAGER, 950, DAY) == []
        with pytest.raises(NoRight):
            listing.hits(connection, Viewer("helper", VILLAGE, "D1", person=6), HOME, VILLAGE, DAY)


def test_a_household_has_what_all_rules_say_of_it(county: Engine):
    with county.connect() as connection:
        found = listing.of_household(connection, VILLAGER, 901, DAY)
    assert {one.mark for one in found} == {Mark(HOME, "household", "901"), Mark(PERSON, "member", "901a")}


def test_a_record_that_several_columns_tell_apart_is_found_by_its_parts(filled):
    engine = filled(fill_hits, own=True)
    with writing(engine) as connection:
        row = hit(HOME, "ledger", f"901:{LAST}", VILLAGE, 901) | {"field": "wage_work_fen"}
        connection.execute(insert(quality_hit), [row])
    with engine.connect() as connection:
        one = listing.hit(connection, VILLAGER, Mark(HOME, "ledger", f"901:{LAST}"), DAY)
    assert (one.value, one.what) == ("1,000.00 元", f"收支 {date(LAST // 12, LAST % 12 + 1, 1):%Y年}{LAST % 12 + 1}月")
