"""The way out of poverty, of a register of households and members alone: no books, no visits."""

from datetime import date

import pytest
from sqlalchemy import Engine, insert

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.figures import cube
from data.income.way import WAY, way
from data.months import month_of
from data.store.engine import writing

VILLAGE = "990181001001"
COUNTY = VILLAGE[:6]
LOOKED = date(2020, 11, 20)


@pytest.fixture
def register(engine: Engine) -> Engine:
    with writing(engine) as connection:
        for code, name in ((COUNTY, "示范市"), (VILLAGE[:9], "示范镇"), (VILLAGE, "示范村")):
            parent = {6: "", 9: COUNTY, 12: VILLAGE[:9]}[len(code)]
            rural = 1_000 if code == VILLAGE else None
            connection.execute(insert(model.region).values(code=code, name=name, parent=parent, rural_population=rural))
        dated = {
            1: {"type": "脱贫户", "identified": "2015-06-01", "lifted": "2018-12-01"},
            2: {"type": "未脱贫户", "identified": "2020-03-01", "lifted": None},
        }
        for id, dates in dated.items():
            connection.execute(
                insert(model.household).values(id=id, code=f"H{id}", village=VILLAGE, head="户", **dates)
            )
            for place in range(id + 1):
                member = {"code": f"H{id}{place}", "household_id": id, "name": "人", "relation": "子女"}
                connection.execute(insert(model.member).values(born="1990-01-01", **member))
        cube.rebuild(connection, today=LOOKED)
    return engine


def test_a_register_alone_has_the_past_that_its_dates_tell(register: Engine):
    with register.connect() as connection:
        course = way(connection, Viewer("county", COUNTY), COUNTY, month_of(LOOKED))
    assert list(course.index) == list(range(2015, 2021))
    assert list(course["month"]) == [year * 12 + 11 for year in range(2015, 2020)] + [month_of(LOOKED)]
    assert list(course["unlifted_households"]) == [1, 1, 1, 0, 0, 1]
    assert list(course["unlifted_persons"]) == [2, 2, 2, 0, 0, 3]
    assert list(course["lifted_households"]) == [0, 0, 0, 1, 1, 1]
    assert list(course["incidence"]) == [0.002, 0.002, 0.002, 0, 0, 0.003]


def test_the_way_of_a_county_is_not_another_s(register: Engine):
    with register.connect() as connection, pytest.raises(OutOfScope):
        way(connection, Viewer("county", "990182"), COUNTY, month_of(LOOKED))


def test_an_empty_store_has_no_way(engine: Engine):
    with engine.connect() as connection:
        course = way(connection, Viewer("admin", ""), "", month_of(LOOKED))
    assert course.empty and list(course.columns) == ["month", *WAY]
