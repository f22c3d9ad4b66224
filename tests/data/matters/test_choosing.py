"""Whom a task can be given to, the places behind a figure, what a problem can be about: each in the viewer's scope."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.figures import lists
from data.matters.candidates import candidates
from data.matters.listed import PER, places_behind
from data.matters.subjects import SUBJECTS, subjects
from data.store.engine import writing
from tests.data.projects.ground import fill
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES

CADRE, TOWN = Viewer("county", COUNTY), Viewer("township", TOWNSHIPS[0])
HELPER = Viewer("helper", COUNTY, "B1")
TODAY = date(2026, 11, 22)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


def asked(engine: Engine, question, *arguments, **options):
    with engine.connect() as connection:
        return question(connection, *arguments, **options)


def test_who_leads_stands_first_then_who_helps_there_then_those_above(filled):
    own = filled(fill, own=True)
    village = VILLAGES[0]
    leaders = ((91, village, "村党支部书记", "甲"), (92, village, "包村领导", "乙"), (93, COUNTY, "分管领导", "丙"),
               (94, TOWNSHIPS[1], "乡镇长", "丁"))  # fmt: skip
    with writing(own) as connection:
        for id, region, post, name in leaders:
            made = {"made": "2026-01-01", "actor": "system"}
            connection.execute(model.person.insert().values(id=id, name=name, region=region, **made))
            connection.execute(
                model.leader.insert().values(region=region, post=post, name=name, started="2026-01-01", person_id=id)
            )
    told = [(one.person, one.call) for one in asked(own, candidates, CADRE, village, TODAY) if one.person > 90]
    assert [person for person, _ in told] == [92, 91, 93] and told[0][1].startswith("乙（包村领导 · ")
    assert 94 in {one.person for one in asked(own, candidates, CADRE, COUNTY, TODAY)}
    with pytest.raises(OutOfScope):
        asked(own, candidates, TOWN, VILLAGES[2], TODAY)


def test_the_places_behind_a_figure_are_those_of_its_list(county: Engine):
    rows = asked(county, lists.page, CADRE, "households", COUNTY, LAST, limit=10_000)
    homes = asked(county, places_behind, CADRE, "households", COUNTY, LAST, per="household")
    assert [(one.household, one.region) for one in homes] == list(
        zip(rows["household_id"], rows["region"], strict=True)
    )
    for per, digits in (("village", 12), ("township", 9)):
        found = asked(county, places_behind, CADRE, "households", COUNTY, LAST, per=per)
        assert [one.region for one in found] == sorted({code[:digits] for code in rows["region"]}) and per in PER
    own = asked(county, places_behind, HELPER, "households", COUNTY, LAST, per="household")
    assert 0 < len(own) < len(homes)
    with pytest.raises(NotFound):
        asked(county, places_behind, CADRE, "nothing", COUNTY, LAST, per="village")
    with pytest.raises(OutOfScope):
        asked(county, places_behind, TOWN, "households", TOWNSHIPS[1], LAST, per="village")


def test_a_problem_is_about_what_its_region_has_and_the_viewer_sees(county: Engine):
    with county.connect() as connection:
        there = set(connection.execute(select(model.project.c.code)).scalars())
    assert set(asked(county, subjects, CADRE, COUNTY, "project")) == there
    homes = asked(county, subjects, CADRE, VILLAGES[0], "household")
    assert homes and {place for _, place in homes.values()} == {VILLAGES[0]}
    own = asked(county, subjects, HELPER, COUNTY, "household")
    assert 0 < len(own) < len(asked(county, subjects, CADRE, COUNTY, "household"))
    for what in SUBJECTS:
        with pytest.raises(OutOfScope):
            asked(county, subjects, TOWN, TOWNSHIPS[1], what)
