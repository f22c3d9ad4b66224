"""Who leads a region on a day, and who may read whose telephone."""

import pytest
from sqlalchemy import Engine, insert

from data import model
from data.access.viewer import Viewer
from data.duties.leaders import answering, leaders
from data.errors import NoRight, OutOfScope
from data.store.engine import writing
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import NEIGHBOUR, OTHER_TOWNSHIP, VILLAGE, fill_village

DAY = TODAY.isoformat()
ROWS = (
    (VILLAGE, "村党支部书记", "王二", "2020-01-01", "2025-12-31"),
    (VILLAGE, "村党支部书记", "李三", "2026-01-01", None),
    (VILLAGE, "包村领导", "赵一", "2024-01-01", DAY),
    (COUNTY, "县委书记", "钱四", "2024-01-01", None),
    (OTHER_TOWNSHIP, "网格员", "孙五", "2027-01-01", None),
)


@pytest.fixture
def county(filled) -> Engine:
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        for region, post, name, started, ended in ROWS:
            row = {
                "region": region,
                "post": post,
                "name": name,
                "started": started,
                "ended": ended,
                "phone": "13812345678",
            }
            connection.execute(insert(model.leader).values(row))
    return engine


def test_who_leads_on_a_day_and_who_answers_first(county: Engine):
    viewer = Viewer("county", COUNTY)
    with county.connect() as connection:
        assert [one.told for one in leaders(connection, viewer, VILLAGE, DAY)] == ["包村领导 赵一", "村党支部书记 李三"]
        assert [one.name for one in leaders(connection, viewer, VILLAGE, "2025-12-31")] == ["赵一", "王二"]
        first = answering(connection, viewer, [VILLAGE, OTHER_TOWNSHIP], DAY)
    assert first[VILLAGE].name == "赵一" and first[OTHER_TOWNSHIP] is None


def test_above_is_for_everybody_beside_for_nobody_and_a_wall_has_its_own_way(county: Engine):
    with county.connect() as connection:
        (above,) = leaders(connection, Viewer("village", VILLAGE), COUNTY, DAY)
        assert (above.name, above.phone) == ("钱四", "13812345678")
        with pytest.raises(OutOfScope):
            leaders(connection, Viewer("village", NEIGHBOUR), VILLAGE, DAY)
        with pytest.raises(NoRight):
            leaders(connection, Viewer("display", COUNTY), COUNTY, DAY)
