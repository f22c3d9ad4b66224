"""Who is in trouble upstream, and the households behind: each counted once."""

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.store.engine import writing
from data.wall.upstream import upstream
from tests.data.projects.ground import FIRM, LATE, OTHER, SHORT, YEAR, fill
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS

CADRE = Viewer("county", COUNTY)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


def behind(engine: Engine, *projects: str) -> set[int]:
    """Who had part in one of them this year or the last."""
    t = model.project_household.c
    with engine.connect() as connection:
        rows = select(t.household_id).where(t.project.in_(projects), t.year.in_((YEAR - 1, YEAR)))
        return set(connection.execute(rows).scalars())


def test_projects_in_trouble_stand_under_who_runs_them_with_the_households_behind(county: Engine):
    with county.connect() as connection:
        found = upstream(connection, CADRE, COUNTY, LAST)
    rows = found.rows.set_index("name")
    assert rows.at[FIRM, "households"] == len(behind(county, SHORT)) > 0  # its other project pays in full
    assert rows.at[OTHER, "households"] == len(behind(county, LATE, "P1"))
    assert rows["households"].tolist() == sorted(rows["households"], reverse=True)
    assert "应收" in rows.at[FIRM, "why"] and rows.at[FIRM, "arrears"] > 0


def test_together_a_household_behind_two_of_them_counts_once(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        both = {"project": LATE, "household_id": min(behind(engine, SHORT)), "year": YEAR, "mode": "分红"}
        connection.execute(model.project_household.insert().values(both))
    with engine.connect() as connection:
        found = upstream(connection, CADRE, COUNTY, LAST, limit=50)
    assert found.together.households == len(behind(engine, SHORT, LATE, *(f"P{n}" for n in range(1, 11))))
    assert found.together.households < found.rows["households"].sum()


def test_a_township_sees_its_own_and_a_place_without_any_has_none(filled):
    engine = filled(fill, own=True)
    with engine.connect() as connection:
        own = upstream(connection, Viewer("township", TOWNSHIPS[0]), TOWNSHIPS[0], LAST)
        assert FIRM in set(own.rows["name"])
        with pytest.raises(OutOfScope):
            upstream(connection, Viewer("township", TOWNSHIPS[0]), TOWNSHIPS[1], LAST)
    with writing(engine) as connection:
        connection.execute(model.project_return.delete())
    with engine.connect() as connection:
        assert upstream(connection, CADRE, COUNTY, LAST) is None


def test_a_display_reads_no_name_of_a_person_who_runs_a_project(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        connection.execute(model.project.update().where(model.project.c.code == SHORT).values(operator="张三丰"))
    with engine.connect() as connection:
        shown = set(upstream(connection, Viewer("display", COUNTY), COUNTY, LAST, limit=50).rows["name"])
        told = set(upstream(connection, CADRE, COUNTY, LAST, limit=50).rows["name"])
    assert "张三丰" in told and "张三丰" not in shown
