"""Names on walls: masked for whoever opened them, whole by the county's setting alone, and never more than a name."""

import pytest
from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.errors import NoRight, OutOfScope
from data.settings import decide
from data.store.engine import writing
from data.wall.village import WALK, walk_on_wall
from tests.data.small_county import COUNTY, LAST
from tests.data.village_ground import NEIGHBOUR, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

DISPLAY = Viewer("display", COUNTY)
CADRE = Viewer("village", VILLAGE)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def heads(engine: Engine, viewer: Viewer) -> dict[int, str]:
    with engine.connect() as connection:
        frame = walk_on_wall(connection, viewer, VILLAGE, LAST)
    assert tuple(frame.columns) == WALK
    return {id: head for id, head in zip(frame["id"], frame["head"], strict=True) if id >= 900}


@pytest.mark.parametrize("viewer", [DISPLAY, CADRE, Viewer("admin", "")], ids=lambda one: one.role)
def test_the_setting_alone_decides_whoever_opened_the_wall(county: Engine, viewer: Viewer):
    assert heads(county, viewer) == {901: "钱**", 902: "孙**", 903: "李**"}
    with writing(county) as connection:
        decide(connection, Viewer("county", ""), "wall_names", "0", now=NOW)
    assert heads(county, viewer) == {901: "钱一", 902: "孙二", 903: "李三"}


def test_who_sees_single_households_has_none_on_a_wall_and_a_stranger_no_wall(county: Engine):
    assert heads(county, Viewer("helper", VILLAGE, "D1")) == {}
    with county.connect() as connection:
        for role in ("stranger", "household", "borrower"):
            with pytest.raises(NoRight):
                walk_on_wall(connection, Viewer(role, VILLAGE, households=frozenset({901})), VILLAGE, LAST)
        with pytest.raises(OutOfScope):
            walk_on_wall(connection, CADRE, NEIGHBOUR, LAST)
