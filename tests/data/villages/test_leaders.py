"""Leaders named, ended and corrected by hand: what stands, what the history and the log tell, and the way back."""

import pytest
from sqlalchemy import Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.audit.verify import verified
from data.duties.leaders import leaders
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.figures import cube
from data.households.fields import Unfit
from data.intake import import_files
from data.store.engine import writing
from data.villages.edits import deeds
from data.villages.leaders import Term, appoint, correct, end, leader_changes, undo
from tests.data.intake.books import write_folder
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import NEIGHBOUR, OTHER_TOWNSHIP, VILLAGE, fill_village
from tests.moment import NOW

TOWN = Viewer("township", VILLAGE[:9], person=3)
POST = "村党支部书记"
FIRST = Term(VILLAGE, POST, "赵一", "2024-01-01")
TYPED = {"post": POST, "name": "赵一", "unit": "村党支部", "phone": "139 0000 0001", "started": "2024-01-01"}


@pytest.fixture
def county(filled) -> Engine:
    engine: Engine = filled(fill_village, own=True)
    appoint(engine, TOWN, VILLAGE, TYPED, now=NOW)
    return engine


def who(engine: Engine, day: str = TODAY.isoformat()) -> list[tuple[str, str | None, str | None]]:
    with engine.connect() as connection:
        return [(one.name, one.phone, one.ended) for one in leaders(connection, TOWN, VILLAGE, day)]


def version(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(model.data_version.c.version)).scalar_one()


def test_one_goes_another_comes_and_both_are_persons(county: Engine):
    before = version(county)
    made = appoint(
        county, TOWN, VILLAGE, {"post": POST, "helper": "D1", "started": "2026-11-01"}, instead=FIRST, now=NOW
    )
    assert who(county) == [("郑六", "13900000000", None)]
    assert who(county, "2026-10-31") == [("赵一", "13900000001", "2026-10-31")]
    with county.connect() as connection:
        assert connection.execute(select(func.count()).where(model.leader.c.person_id.is_(None))).scalar_one() == 0
        assert version(county) > before
        assert [one.undone for one in leader_changes(connection, TOWN, VILLAGE)] == [False, False]
        assert deeds(connection, Viewer("county", COUNTY)) == []
        told = connection.execute(
            select(model.access_log.c.detail).where(model.access_log.c.view == "leader")
        ).scalars()
        assert set(told) == {f"{VILLAGE} {POST} 任"}
    undo(county, TOWN, made, now=NOW)
    assert who(county) == [("赵一", "13900000001", None)]
    assert not verified(county).faults


def test_what_was_wrong_is_corrected_and_who_goes_is_ended(county: Engine):
    correct(county, TOWN, FIRST, TYPED | {"name": "赵益", "started": "2024-02-01"}, now=NOW)
    term = Term(VILLAGE, POST, "赵益", "2024-02-01")
    end(county, TOWN, term, "2026-11-10", now=NOW)
    assert who(county) == [] and who(county, "2026-11-10") == [("赵益", "13900000001", "2026-11-10")]


def test_what_cannot_be_is_refused_with_its_field(county: Engine):
    for typed, field in (
        ({"post": "村长"}, "职务"), ({"name": ""}, "姓名"), ({"started": "2024-13-01"}, "开始日期"),
        ({"ended": "2023-01-01"}, "结束日期"), ({"phone": "没有"}, "联系电话"), ({"helper": "Z9"}, "责任人编号"),
    ):  # fmt: skip
        with pytest.raises(Unfit) as refused:
            appoint(county, TOWN, VILLAGE, TYPED | typed, now=NOW)
        assert refused.value.field == field
    with pytest.raises(Refused, match="已任"):
        appoint(county, TOWN, VILLAGE, TYPED | {"started": "2025-01-01"}, now=NOW)
    with pytest.raises(OutOfScope):
        appoint(county, TOWN, OTHER_TOWNSHIP, TYPED, now=NOW)
    with pytest.raises(NotFound):
        end(county, TOWN, Term(NEIGHBOUR, POST, "赵一", "2024-01-01"), "2026-11-10", now=NOW)
    with pytest.raises(NoRight):
        appoint(county, Viewer("village", VILLAGE), VILLAGE, TYPED, now=NOW)


def test_a_file_from_before_does_not_take_back_what_was_done_by_hand(county: Engine, tmp_path):
    row = {"区划代码": VILLAGE, "职务": POST, "姓名": "赵一", "开始日期": "2024-01-01", "联系电话": "13900000009"}
    with writing(county) as connection:
        cube.stamp(connection, NOW)
    files = [write_folder(tmp_path / "in", {"区划负责人": [row]})]
    (conflict,) = import_files(county, files, now=NOW, as_of="2026-11-01", rebuild=False).conflicts
    assert conflict.column == "联系电话" and who(county)[0][1] == "13900000001"
