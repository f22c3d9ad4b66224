"""The clues that a case began with or that were joined to it."""

from datetime import date

from sqlalchemy import insert

from data import model
from data.access.viewer import Viewer
from data.monitoring.clues import whole
from data.monitoring.listing import clues_of
from data.store.engine import writing
from tests.data.monitoring_ground import CADRE, HOUSEHOLD, fill_monitoring, opened


def test_a_case_names_its_clues_from_the_first_on_and_only_to_who_sees_its_household(filled):
    engine = filled(fill_monitoring, own=True)
    id = opened(engine, day=date(2026, 1, 1))
    with writing(engine) as connection:
        place = connection.execute(model.household.select().where(model.household.c.id == HOUSEHOLD)).mappings().one()
        for told, state in (("2026-02-03", "joined"), ("2026-01-01", "case")):
            connection.execute(
                insert(model.clue).values(
                    household_id=HOUSEHOLD, village=place["village"], source="door", risk="因病", words="住院自付多",
                    told=told, case_id=id, state=state, version=1,
                )
            )  # fmt: skip
        found = clues_of(connection, CADRE, id)
        elsewhere = clues_of(connection, Viewer("village", "990199", person=9), id)
    assert [(one.told, one.state, one.words, one.risk) for one in found] == [
        ("2026-01-01", "case", "住院自付多", "因病"), ("2026-02-03", "joined", "住院自付多", "因病"),
    ]  # fmt: skip
    assert elsewhere == []


def test_who_passed_a_clue_on_and_answered_it_is_told_with_how_late_he_was(filled):
    engine = filled(fill_monitoring, own=True)
    id = opened(engine, day=date(2026, 11, 19))
    with writing(engine) as connection:
        place = connection.execute(model.household.select().where(model.household.c.id == HOUSEHOLD)).mappings().one()
        made = connection.execute(
            insert(model.clue).values(
                household_id=HOUSEHOLD, village=place["village"], source="hotline", words="来电", told="2026-11-10",
                case_id=id, state="case", since="2026-11-19", version=3,
            )
        )  # fmt: skip
        clue = made.inserted_primary_key[0]
        way = (("take", None, "held", "10"), ("pass", "held", "open", "15"), ("found", "open", "case", "19"))
        for action, before, after, day in way:
            line = {"clue": clue, "at": "2026-11-20T09:00:00", "day": f"2026-11-{day}", "actor": CADRE.actor}
            connection.execute(insert(model.clue_step).values(**line, action=action, before=before, after=after))
        (told,) = clues_of(connection, CADRE, id)
        log = whole(connection, CADRE, clue, today=date(2026, 11, 22)).steps
    # two days to pass it on, three to answer it
    assert [(one.action, one.late) for one in reversed(log)] == [("接到线索", 0), ("转村核查", 3), ("立案", 1)]
    assert told.steps == log
