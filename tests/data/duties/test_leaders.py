"""Who leads a region on a day, and who may read whose telephone."""

import pytest
from sqlalchemy import Engine, insert

from data import model
from data.access.viewer import Viewer
from data.duties.leaders import VACANT, answering, leaders, vacancies
from data.errors import NoRight, OutOfScope, Refused
from data.settings import decide
from data.store.engine import writing
from data.wall.leaders import leaders_on_wall
from data.wall.overdue import POST, overdue
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import NEIGHBOUR, OTHER_TOWNSHIP, VILLAGE, fill_village
from tests.moment import NOW

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


def test_a_post_that_must_be_filled_is_vacant_since_its_last_one_left(county: Engine):
    with writing(county) as connection:
        ends = model.leader.update().where(model.leader.c.name == "李三")
        connection.execute(ends.values(ended="2026-11-01"))
        decide(connection, Viewer("admin", "", person=1), "must_posts", "村党支部书记，乡镇长", now=NOW)
    with county.connect() as connection:
        found = vacancies(connection, Viewer("county", COUNTY), VILLAGE[:9], DAY)
        assert [(one.region, one.post, one.since) for one in found] == [
            (VILLAGE, "村党支部书记", "2026-11-02"),
            (VILLAGE[:9], "乡镇长", None),
            (NEIGHBOUR, "村党支部书记", None),
        ]
        assert (found[0].told, found[0].days(DAY)) == ("村党支部书记未明确责任人", 21)
        assert found[0].place == "示范镇1 示范村0"
        (other,) = vacancies(connection, Viewer("village", OTHER_TOWNSHIP), OTHER_TOWNSHIP, DAY)
        assert (other.region, other.since) == (OTHER_TOWNSHIP, None)
        on_wall = overdue(connection, Viewer("display", COUNTY), COUNTY, limit=20)
    assert on_wall.vacant == 7
    (row,) = on_wall.rows[on_wall.rows["kind"] == POST].itertuples()
    assert (row.what, row.owner, row.days, row.region) == ("村党支部书记", VACANT, 21, VILLAGE)
    with writing(county) as connection:
        connection.execute(model.leader.delete())  # a county that has not begun to name them
        assert vacancies(connection, Viewer("county", COUNTY), COUNTY, DAY) == []
    with writing(county) as connection, pytest.raises(Refused, match="没有“村长”这个职务"):
        decide(connection, Viewer("admin", "", person=1), "must_posts", "村长", now=NOW)


def test_a_wall_tells_who_leads_and_no_number_unless_the_county_says_so(county: Engine):
    def phones(**paper: bool) -> list[str | None]:
        with county.connect() as connection:
            held = leaders_on_wall(connection, Viewer("display", COUNTY), [VILLAGE], DAY, **paper)
        return [one.phone for one in held[VILLAGE]]

    assert phones() == [None, None] and phones(paper=True) == ["13812345678"] * 2
    with writing(county) as connection:
        decide(connection, Viewer("admin", "", person=1), "wall_phones", "1", now=NOW)
    assert phones() == ["13812345678"] * 2
    with county.connect() as connection, pytest.raises(OutOfScope):
        leaders_on_wall(connection, Viewer("display", VILLAGE[:9]), [OTHER_TOWNSHIP], DAY)
