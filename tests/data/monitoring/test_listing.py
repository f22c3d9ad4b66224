"""What stands of cases, plans and exits in a region: lists, groups, clocks, what a board says, each within scope."""

from datetime import date

import pytest
from sqlalchemy import Engine, update

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, OutOfScope
from data.monitoring import board, listing
from data.monitoring.listing import Filters
from data.store.engine import writing
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import FAR, OTHER_TOWNSHIP, TOWNSHIPS, VILLAGE
from tests.data.watched_ground import CHECKING, ELSEWHERE, REMOVED, WATCHED, fill_watched

pytestmark = pytest.mark.filled(by=fill_watched)

CADRE, HELPER = Viewer("county", COUNTY), Viewer("helper", VILLAGE, "D2")
OWN, TOWN = Viewer("village", VILLAGE), Viewer("township", TOWNSHIPS[0])


def cases(engine: Engine, viewer: Viewer, region: str = COUNTY, sort: str = "due", **filters: str) -> list[int]:
    with engine.connect() as connection:
        found = listing.cases(connection, viewer, region, filters=Filters(**filters), today=TODAY, sort=sort)
        counted = listing.counts(connection, viewer, region, filters=Filters(**filters), today=TODAY)
    assert counted[filters.get("group", "all")] == len(found)
    return [one.id for one in found]


def test_each_group_holds_its_cases_and_counts_as_many(engine: Engine):
    found = {group: set(cases(engine, CADRE, group=group)) for group in listing.GROUPS}
    assert found == {
        "turn": set(), "late": {CHECKING, ELSEWHERE}, "opening": {CHECKING, ELSEWHERE}, "watched": {WATCHED},
        "removing": set(), "green": set(), "removed": {REMOVED}, "ended": set(),
        "all": {CHECKING, WATCHED, REMOVED, ELSEWHERE},
    }  # fmt: skip
    # what is due first stands first, then who is watched, then what is over
    assert cases(engine, CADRE) == [ELSEWHERE, CHECKING, WATCHED, REMOVED]


def test_a_clock_runs_from_the_steps_own_day_and_every_clock_of_a_case_can_be_late(engine: Engine):
    with engine.connect() as connection:
        found = {one.id: one for one in listing.cases(connection, CADRE, COUNTY, filters=Filters(), today=TODAY)}
    # 904: compared by 5 days after 11-02; 950: at its township since Monday 10-12, five working days are over on 10-19
    checking, waiting = found[CHECKING].clock, found[ELSEWHERE].clock
    assert checking is not None and (checking.due.action, checking.due.day) == ("compare", date(2026, 11, 7))
    assert waiting is not None and (waiting.due.action, waiting.due.day) == ("township", date(2026, 10, 19))
    assert found[CHECKING].late == 15
    # from the clue of 09-01 twenty working days: over the moon festival and the first week of October
    assert waiting.whole is not None and waiting.whole < waiting.due.day
    assert found[ELSEWHERE].late == (TODAY - waiting.whole).days
    assert (checking.of_what, waiting.of_what) == ("", "全程")  # the step itself is not what is late the longest
    assert found[WATCHED].clock is None and found[REMOVED].clock is None


def test_papers_of_the_green_way_are_late_by_their_day(engine: Engine):
    with writing(engine) as connection:
        green = {"green": "2026-11-03", "papers_due": "2026-11-05", "began": "2026-11-20", "since": "2026-11-20"}
        connection.execute(update(model.monitoring_case).where(model.monitoring_case.c.id == CHECKING).values(green))
        (one,) = listing.cases(connection, OWN, VILLAGE, filters=Filters("late"), today=TODAY)
    assert (one.id, one.late) == (CHECKING, 17)
    assert one.clock is not None and one.clock.of_what == "补手续"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"state": "checking"}, [CHECKING]),
        ({"kind": "边缘易致贫户"}, [WATCHED]),
        ({"risk": "缺劳动力"}, [WATCHED]),
        ({"risk": "劳动"}, []),  # a part of a risk is none
        ({"source": "door"}, [CHECKING]),
        ({"words": "周四"}, [CHECKING]),
        ({"words": "K903"}, [WATCHED]),
        ({"words": "%"}, []),
    ],
)
def test_filters_pick_what_they_say(engine: Engine, filters: dict[str, str], found: list[int]):
    assert cases(engine, CADRE, **filters) == found


def test_nobody_sees_beyond_his_region_or_his_own_households(engine: Engine):
    assert set(cases(engine, OWN, VILLAGE)) == {CHECKING, WATCHED, REMOVED}
    assert cases(engine, HELPER, VILLAGE) == [REMOVED]
    with engine.connect() as connection, pytest.raises(OutOfScope):
        listing.cases(connection, OWN, OTHER_TOWNSHIP, filters=Filters(), today=TODAY)
    with engine.connect() as connection, pytest.raises(NoRight):
        listing.cases(connection, Viewer("display", COUNTY), COUNTY, filters=Filters(), today=TODAY)
    with engine.connect() as connection:
        assert [one.id for one in listing.of_household(connection, OWN, 904, TODAY)] == [CHECKING]
        assert listing.of_household(connection, OWN, FAR, TODAY) == []
        assert [clue.words for clue in listing.clues_of(connection, OWN, CHECKING)] == ["看病花钱多"]
        assert listing.clues_of(connection, OWN, ELSEWHERE) == []
        assert listing.clues_of(connection, HELPER, CHECKING) == []


def test_it_is_the_turn_of_the_office_that_the_state_waits_for_or_that_takes_what_is_due(engine: Engine):
    assert cases(engine, Viewer("township", TOWNSHIPS[1]), TOWNSHIPS[1], group="turn") == [ELSEWHERE]
    assert cases(engine, TOWN, TOWNSHIPS[0], group="turn") == [CHECKING]  # visited, and not compared yet
    assert cases(engine, OWN, VILLAGE, group="turn") == []


def test_planned_measures_are_listed_by_their_day(engine: Engine):
    with engine.connect() as connection:
        assert listing.item_counts(connection, CADRE, COUNTY, today=TODAY) == {
            "open": 2, "late": 1, "done": 1, "dropped": 0, "all": 3,
        }  # fmt: skip
        found = listing.items(connection, CADRE, COUNTY, group="open", today=TODAY)
        assert [(one.id, one.late) for one in found] == [(2, True), (3, False)]
        assert listing.items(connection, HELPER, VILLAGE, group="all", today=TODAY) == []


def test_exits_are_listed_with_what_the_viewer_may_do(engine: Engine):
    with engine.connect() as connection:
        assert listing.exit_counts(connection, CADRE, COUNTY, today=TODAY) == {
            "turn": 0, "open": 1, "exit": 0, "keep": 1, "all": 2,
        }  # fmt: skip
        (one,) = listing.exits(connection, TOWN, TOWNSHIPS[0], group="open", today=TODAY)
    assert (one.id, one.verdict, set(one.allowed)) == (1, "退出", {"return", "void"})  # nobody known proposed it


def test_the_board_says_where_what_is_late_and_with_whom(engine: Engine):
    with engine.connect() as connection:
        steps = {one.state: one for one in board.at_steps(connection, CADRE, COUNTY, TODAY)}
        rows = board.by_region(connection, CADRE, COUNTY, below=9, today=TODAY).set_index("code")
        assert board.at_steps(connection, OWN, VILLAGE, TODAY)[4].count == 0
    checking = steps["checking"]
    assert (checking.count, checking.late, checking.worst, checking.turn) == (1, 1, 15, "村干部")
    assert (steps["reported"].late, steps["reported"].oldest) == (1, "2026-10-12")
    assert [steps[state].count for state in ("watched", "removed", "county")] == [1, 1, 0]
    first, second = rows.loc[TOWNSHIPS[0]], rows.loc[TOWNSHIPS[1]]
    assert (first.late, first.late_village, first.late_township) == (1, 0, 1)
    assert (second.late, second.late_village, second.late_township) == (1, 0, 1)
    assert (first.clues, first.watched, first.came, first.went) == (1, 1, 0, 1)


def test_clues_are_followed_to_what_they_came_to(engine: Engine):
    with engine.connect() as connection:
        rows = board.yield_by_source(connection, CADRE, COUNTY, TODAY).set_index("source")
        months = board.by_month(connection, CADRE, COUNTY, TODAY).set_index("month")
    assert tuple(rows.loc["door", ["clues", "waiting", "cases", "none", "included"]]) == (1, 0, 1, 0, 0)
    assert tuple(rows.loc["department", ["clues", "waiting", "cases", "none", "included"]]) == (2, 0, 1, 1, 0)
    assert tuple(rows.loc["hotline", ["clues", "waiting"]]) == (1, 1)
    assert rows.loc["petition"].sum() == 0
    assert list(months.index)[::11] == ["2025-12", "2026-11"]
    assert tuple(months.loc["2026-11"]) == (2, 1, 0, 0)
    assert tuple(months.loc["2026-03"]) == (0, 0, 0, 1)


def test_risk_points_and_gaps_are_of_who_is_watched_now(engine: Engine):
    with engine.connect() as connection:
        points = board.risk_points(connection, CADRE, COUNTY, TODAY)
        gaps = board.gaps(connection, CADRE, COUNTY, TODAY)
    assert points == {"大病": 0, "慢病": 0, "危房": 0, "上学": 0, "生活出现困难": 0}  # 903's member is well
    assert gaps == board.Gaps(unhelped=1, undeveloped=0, items=1, papers=0)
    with writing(engine) as connection:
        connection.execute(update(model.member).where(model.member.c.code == "903a").values(skill="普通劳动力"))
        row = {"code": "s9", "household_id": 903, "category": "健康", "name": "签约", "started": "2024-01-20"}
        connection.execute(model.measure.insert(), [row])
        risks = {"risks": "因学、因安全住房"}
        connection.execute(update(model.monitoring_case).where(model.monitoring_case.c.id == WATCHED).values(risks))
        assert board.gaps(connection, CADRE, COUNTY, TODAY) == board.Gaps(0, 1, 1, 0)
        points = board.risk_points(connection, CADRE, COUNTY, TODAY)
    assert {name for name, count in points.items() if count} == {"危房", "上学"}


def test_reference_income_stands_beside_net_income_only_where_the_county_counts_it(engine: Engine):
    with writing(engine) as connection:
        assert board.reference_income(connection, CADRE, COUNTY, TODAY) is None
        changed = {"changed": "2026-11-22T08:00:00", "actor": "admin"}
        connection.execute(model.setting.insert(), [{"name": "reference_income", "value": "1", **changed}])
        assert board.reference_income(connection, CADRE, COUNTY, TODAY) is None  # nobody has a line of 收支参考
        lines = [{"household_id": id, "year": 2026, "outlay_fen": 1_000_000, "claims_fen": 0} for id in (901, 903)]
        connection.execute(model.income_reference.insert(), lines)
        found = board.reference_income(connection, CADRE, COUNTY, TODAY)
    assert found is None  # 901 is not watched, the books of 903 are empty
