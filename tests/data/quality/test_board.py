"""The board of quality: counted by rule and region, waived ones apart, the course of a year, scores, odd rules."""

import math

import pytest
from sqlalchemy import Engine, func, insert, select, text, update

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.quality import board
from data.rules.registry import RULES
from data.store.engine import writing
from data.terms import UNCOUNTED
from tests.data.quality.hits import DAY, HOME, PERSON, fill_hits, hit
from tests.data.small_county import COUNTY, TOWNSHIPS
from tests.data.village_ground import FAR, OTHER_TOWNSHIP, VILLAGE

CADRE, TOWN = Viewer("county", COUNTY, person=2), Viewer("township", TOWNSHIPS[0], person=3)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_hits)


@pytest.fixture
def own(filled) -> Engine:
    return filled(fill_hits, own=True)


def waive(engine: Engine, key: str, until: str, state: str = "agreed") -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(model.quality_waiver).values(
                rule=HOME, record="household", key=key, household_id=int(key), village=VILLAGE, until=until,
                state=state, since="2026-11-01", version=1,
            )
        )  # fmt: skip


def test_hits_are_told_by_rule_and_township_with_what_is_new_mended_and_how_long_it_took(county: Engine):
    with county.connect() as connection:
        cells = board.by_rule_and_region(connection, CADRE, COUNTY, DAY)
    by_place = {(row.rule, row.code): row for row in cells.itertuples()}
    here = by_place[HOME, TOWNSHIPS[0]]
    assert (here.hits, here.new, here.waived, here.oldest) == (2, 1, 0, "2026-09-10")
    assert by_place[HOME, OTHER_TOWNSHIP[:9]].hits == 1
    whole = board.by_rule(cells).set_index("rule")
    assert list(whole.index) == list(RULES)
    assert (whole.loc[HOME, "hits"], whole.loc[HOME, "new"], whole.loc[HOME, "mended"]) == (3, 2, 0)
    assert whole.loc[HOME, "mean_days"] == 40 and whole.loc[PERSON, "mean_days"] == 8
    assert (whole.loc[PERSON, "hits"], whole.loc[PERSON, "mended"]) == (1, 1)
    clean = next(rule for rule in RULES if rule not in (HOME, PERSON))
    assert whole.loc[clean, "hits"] == 0 and math.isnan(whole.loc[clean, "mean_days"])


def test_nobody_counts_another_township(county: Engine):
    with county.connect() as connection:
        cells = board.by_rule_and_region(connection, TOWN, TOWNSHIPS[0], DAY)
        assert set(cells["code"]) == {VILLAGE}
        for ask in (board.by_rule_and_region, board.trend, board.score):
            with pytest.raises(OutOfScope):
                ask(connection, TOWN, COUNTY, DAY)


@pytest.mark.parametrize(
    ("until", "state", "counted"),
    [("2026-11-22", "agreed", 2), ("2026-11-21", "agreed", 3), ("2026-12-31", "asked", 3)],
)
def test_a_waived_hit_is_not_counted_up_to_its_last_day_and_then_again(
    own: Engine, until: str, state: str, counted: int
):
    waive(own, "901", until, state)
    with own.connect() as connection:
        lines = board.by_rule(board.by_rule_and_region(connection, CADRE, COUNTY, DAY)).set_index("rule")
    assert (lines.loc[HOME, "hits"], lines.loc[HOME, "waived"]) == (counted, 3 - counted)


def test_the_hits_of_a_past_month_are_those_of_today_less_what_came_since_and_what_went(county: Engine):
    with county.connect() as connection:
        course = board.trend(connection, CADRE, COUNTY, DAY)
        of_one = board.trend(connection, CADRE, COUNTY, DAY, rule=PERSON)
    assert [point.hits for point in course[-4:]] == [None, 4, 2, 4] and len(course) == 12
    assert (course[-1].came, course[-1].went) == (3, 1)
    assert [point.hits for point in of_one[-3:]] == [1, 1, 1]


def test_an_empty_field_counts_as_a_hit_in_a_villages_score(own: Engine):
    def told() -> dict:
        with own.connect() as connection:
            (row,) = board.score(connection, Viewer("village", VILLAGE, person=4), VILLAGE, DAY).to_dict("records")
        return row

    before = told()
    with own.connect() as connection:
        spell = "SELECT COUNT(*) FROM state_spell s {} WHERE s.village = :village AND s.until IS NULL AND s.state <> {}"
        joined = "JOIN member_spell b ON b.household_id = s.household_id AND b.until IS NULL"
        homes, people = (
            connection.execute(text(spell.format(one, UNCOUNTED)), {"village": VILLAGE}).scalar_one()
            for one in ("", joined)
        )
    assert (before["households"], before["members"]) == (homes, people) and homes > 3
    assert before["fields"] == homes * len(board.FIELDS["household"]) + people * len(board.FIELDS["member"])
    assert before["hits"] == 3
    with writing(own) as connection:
        connection.execute(update(model.household).where(model.household.c.id == 901).values(phone=None))
    after = told()
    assert after["empty"] == before["empty"] + 1
    assert after["score"] == pytest.approx(100 - 100 * (3 + after["empty"]) / after["fields"], abs=0.05)


def test_a_rule_that_hits_nobody_or_more_than_half_is_flagged(own: Engine):
    with own.connect() as connection:
        homes = connection.execute(select(func.count()).select_from(model.household)).scalar_one()
        assert HOME not in board.flagged(connection, CADRE)
    with writing(own) as connection:
        ids = connection.execute(select(model.household.c.id, model.household.c.village)).all()
        more = [one for one in ids if one.id not in (901, 902, FAR)][: homes // 2 - 2]
        connection.execute(
            insert(model.quality_hit), [hit(HOME, "household", str(one.id), one.village, one.id) for one in more]
        )
    with own.connect() as connection:
        found = board.flagged(connection, CADRE)
    assert found[HOME] == board.MOST and PERSON not in found
    clean = next(rule for rule in RULES if rule not in (HOME, PERSON))
    assert found[clean] == board.NOBODY
    with writing(own) as connection:
        connection.execute(model.quality_run.delete())
    with own.connect() as connection:
        assert board.flagged(connection, CADRE) == {} and board.last_run(connection, CADRE) is None
