"""A village goes over to another: what moves, what the past keeps, what is refused, and the way back."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, update

from data import model
from data.access.viewer import Viewer
from data.audit.verify import verified
from data.errors import NoRight, Refused, WarRoomError
from data.figures import cube, lists, read
from data.figures.indicators import INDICATORS
from data.households import lives
from data.households.edits import undo
from data.matters.raising import Place, raise_tasks
from data.monitoring import clues, listing
from data.monitoring.cases import begin
from data.monitoring.settling import settle
from data.months import month_of
from data.quality import listing as hits
from data.quality import rounds, waivers
from data.quality.waivers import Mark
from data.rules import running
from data.store.engine import writing
from data.villages.edits import Deed, carry_out, deeds, ends, merges, renames, take_back
from tests.data.small_county import COUNTY, LAST, TODAY, VILLAGES
from tests.data.village_ground import FAR, NEIGHBOUR, OTHER_TOWNSHIP, VILLAGE, fill_village
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
DAY = "2026-11-10"
EVERY = tuple(INDICATORS)


@pytest.fixture
def county(filled) -> Engine:
    """A county with a village cadre and a display of the village that ends."""
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        connection.execute(insert(model.person).values(id=1, name="钱二", made="2026-01-01T08:00:00", actor="system"))
        account = {"login": "qianer", "role": "village", "region": VILLAGE, "hash": "h", "must_change": 0}
        connection.execute(
            insert(model.account).values(person_id=1, version=1, changed="2026-01-01T08:00:00", **account)
        )
        made = {"made": "2026-01-01T08:00:00", "actor": "system"}
        connection.execute(insert(model.device).values(id=1, purpose="村部", region=VILLAGE, digest="d", **made))
    return engine


def deed(engine: Engine, make: Callable[..., Deed], *arguments: str, day: str = DAY, viewer: Viewer = CADRE) -> Deed:
    with engine.connect() as connection:
        return make(connection, viewer, *arguments, day=day, today=TODAY)


def merge(engine: Engine, into: str = NEIGHBOUR) -> int:
    return carry_out(engine, CADRE, deed(engine, merges, VILLAGE, into), today=TODAY, now=NOW)


def figures(connection: Connection, *regions: str, months: tuple[int, ...]) -> dict:
    """Every figure of the registry in some regions and months."""
    viewer = Viewer("admin", "")
    return {
        (region, month): {
            id: figure.value for id, figure in read.figures(connection, viewer, region, month, EVERY).items()
        }
        for region in regions
        for month in months
    }


def stored(connection: Connection) -> dict:
    """The cube as it stands."""
    rows = connection.execute(select(cube.cube)).mappings().all()
    return {(row["region"], row["month"]): dict(row) for row in rows}


def unlike(one: dict, other: dict) -> dict:
    """What two such tables have otherwise; a sum of nothing is none or zero."""
    return {
        (*key, name): (value, other[key][name])
        for key, of in one.items()
        for name, value in of.items()
        if (value or 0) != (other[key][name] or 0)
    }


def test_the_past_stays_and_the_county_has_as_much_as_before(county):
    before_end = (LAST - 13, LAST - 1)
    with county.connect() as connection:
        held = stored(connection)
        past = figures(connection, *VILLAGES, COUNTY, months=before_end)
        today = figures(connection, COUNTY, VILLAGE[:9], months=(LAST,))
    merge(county)
    with writing(county) as connection:
        assert not unlike(past, figures(connection, *VILLAGES, COUNTY, months=before_end))
        fewer = unlike(today, figures(connection, COUNTY, VILLAGE[:9], months=(LAST,)))
        assert set(fewer.values()) == {(5, 4), (2, 1)} and {name for _, _, name in fewer} == {"team_villages"}
        after = stored(connection)
        for name in ("households", "persons", "projects", "investment", "population", "problems_open", "tasks_open"):
            if name in cube.MEASURES:
                both = [sum(table[code, LAST][name] or 0 for code in (VILLAGE, NEIGHBOUR)) for table in (held, after)]
                assert both[0] == both[1] == after[NEIGHBOUR, LAST][name], name
                assert after[VILLAGE, LAST - 1][name] == held[VILLAGE, LAST - 1][name], name
        cube.rebuild(connection, today=TODAY)
        assert not unlike(after, stored(connection)), "refreshed as made anew"


def test_lists_of_before_name_the_old_village(county):
    with county.connect() as connection:
        then = {id: lists.count(connection, CADRE, id, VILLAGE, LAST - 1) for id in ("projects", "households")}
    assert min(then.values()) > 0
    merge(county)
    with county.connect() as connection:
        for id, number in then.items():
            assert lists.count(connection, CADRE, id, VILLAGE, LAST - 1) == number
            assert lists.count(connection, CADRE, id, VILLAGE, LAST) == 0
        assert set(lists.page(connection, CADRE, "projects", VILLAGE, LAST - 1)["region"]) == {VILLAGE}


def test_all_that_is_the_villages_goes_over_with_a_history_and_in_the_log(county):
    shown = deed(county, merges, VILLAGE, NEIGHBOUR)
    assert shown.moving is not None
    number = {line.what: line.number for line in (*shown.moving.lines, *shown.moving.bound)}
    assert number["项目"] >= 1 and number["账号"] == number["大屏设备"] == 1 and number["户"] == shown.moving.homes > 4
    merge(county)
    with county.connect() as connection:
        homes, moves = model.household.c, model.household_move.c
        assert connection.execute(select(func.count()).where(homes.village == VILLAGE)).scalar_one() == 0
        assert connection.execute(
            select(moves.day, moves.origin, moves.village).where(moves.household_id == 901)
        ).one() == (DAY, VILLAGE, NEIGHBOUR)
        region = connection.execute(select(model.region).where(model.region.c.code == VILLAGE)).mappings().one()
        assert (region["closed"], region["merged_into"]) == (DAY, NEIGHBOUR)
        assert (
            connection.execute(select(model.project.c.region).where(model.project.c.code == "PV")).scalar() == NEIGHBOUR
        )
        assert connection.execute(select(model.account.c.region, model.account.c.version)).one() == (NEIGHBOUR, 2)
        assert connection.execute(select(model.device.c.region)).scalar() == NEIGHBOUR
        (one,) = deeds(connection, CADRE)
        assert one.what == f"撤并：示范村0并入示范村1（{DAY}）" and not one.undone
    assert not verified(county).faults


def test_taken_back_all_stands_as_before_and_only_once(county):
    with county.connect() as connection:
        held = stored(connection)
    id = merge(county)
    with county.connect() as connection:
        change = connection.execute(select(func.max(model.change.c.id))).scalar_one()
    with pytest.raises(Refused, match="随村的撤并"):
        undo(county, CADRE, change, now=NOW)
    take_back(county, CADRE, id, now=NOW)
    with county.connect() as connection:
        assert not unlike(held, stored(connection))
        assert connection.execute(select(func.count()).select_from(model.household_move)).scalar() == 0
        assert connection.execute(select(func.count()).select_from(model.matter_move)).scalar() == 0
        assert connection.execute(select(model.account.c.region, model.account.c.version)).one() == (VILLAGE, 3)
    with pytest.raises(Refused, match="已经撤销过"):
        take_back(county, CADRE, id, now=NOW)
    assert not verified(county).faults


def test_what_has_gone_on_stands_against_the_way_back(county):
    first = merge(county)
    second = carry_out(county, CADRE, deed(county, renames, NEIGHBOUR, "新村"), today=TODAY, now=NOW)
    with pytest.raises(Refused, match="更名：示范村1改为新村"):
        take_back(county, CADRE, first, now=NOW)
    take_back(county, CADRE, second, now=NOW)
    with county.connect() as connection:
        away = lives.moves(connection, CADRE, 901, OTHER_TOWNSHIP, day="2026-11-20", note="", today=TODAY)
    lives.carry_out(county, CADRE, away, now=NOW)
    with pytest.raises(Refused, match="钱一等 1 户"):
        take_back(county, CADRE, first, now=NOW)


def test_who_comes_while_it_is_looked_at_is_not_left_behind(county):
    shown = deed(county, merges, VILLAGE, NEIGHBOUR)
    with county.connect() as connection:
        comes = lives.moves(connection, CADRE, FAR, VILLAGE, day="2026-11-01", note="", today=TODAY)
    lives.carry_out(county, CADRE, comes, now=NOW)
    with pytest.raises(Refused, match="核对期间"):
        carry_out(county, CADRE, shown, today=TODAY, now=NOW)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_cannot_be_is_refused_with_the_reason(county):
    def refused(make: Callable[..., Deed], *arguments: str, day: str = DAY, viewer: Viewer = CADRE) -> str:
        with pytest.raises(WarRoomError) as error:
            deed(county, make, *arguments, day=day, viewer=viewer)
        return str(error.value)

    with writing(county) as connection:
        connection.execute(model.region.insert().values(code="990182101201", name="邻县村", parent=""))
        opened = update(model.region).where(model.region.c.code == VILLAGES[3])
        connection.execute(opened.values(opened="2026-11-15"))
        comes = lives.moves(connection, CADRE, FAR, VILLAGES[4], day="2026-11-12", note="", today=TODAY)
    assert "自己" in refused(merges, VILLAGE, VILLAGE)
    assert "今天之后" in refused(merges, VILLAGE, NEIGHBOUR, day="2026-11-23")
    assert "请填写日期" in refused(merges, VILLAGE, NEIGHBOUR, day="")
    assert "不在本县" in refused(merges, VILLAGE, "990182101201", viewer=Viewer("admin", ""))
    assert "启用" in refused(merges, VILLAGE, VILLAGES[3])
    assert "不是村" in refused(merges, VILLAGE[:9], NEIGHBOUR)
    assert "没有代码" in refused(merges, "990181101999", NEIGHBOUR)
    assert "项目" in refused(ends, VILLAGE) and "户" in refused(ends, VILLAGE)
    assert "已有示范村1" in refused(renames, VILLAGE, "示范村1")
    assert "没有改动" in refused(renames, VILLAGE, "示范村0")
    assert "请填写新名称" in refused(renames, VILLAGE, " ")
    lives.carry_out(county, CADRE, comes, now=NOW)
    assert "吴五等 1 户在 2026-11-12" in refused(merges, VILLAGES[4], NEIGHBOUR)
    merge(county)
    assert "已于 2026-11-10 撤销" in refused(merges, VILLAGE, NEIGHBOUR)
    assert "已于 2026-11-10 撤销" in refused(merges, VILLAGES[3], VILLAGE, day="2026-11-20")
    with pytest.raises(NoRight):
        deed(county, renames, VILLAGE, "新村", viewer=Viewer("township", VILLAGE[:9]))
    with county.connect() as connection, pytest.raises(Refused, match="撤销"):
        lives.moves(connection, CADRE, 901, VILLAGE, day="2026-11-20", note="", today=TODAY)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_village_without_anybody_ends_and_one_keeps_what_it_was_called(county):
    with writing(county) as connection:
        connection.execute(model.region.insert().values(code="990181101203", name="空村", parent="990181101"))
        cube.rebuild(connection, today=date(2026, 11, 22))
    shown = deed(county, ends, "990181101203")
    with county.connect() as connection:
        comes = lives.moves(connection, CADRE, FAR, "990181101203", day="2026-11-01", note="", today=TODAY)
    change = lives.carry_out(county, CADRE, comes, now=NOW).change
    with pytest.raises(Refused, match="还有 1 户"):
        carry_out(county, CADRE, shown, today=TODAY, now=NOW)
    undo(county, CADRE, change, now=NOW)
    id = carry_out(county, CADRE, shown, today=TODAY, now=NOW)
    assert month_of(DAY) == LAST
    take_back(county, CADRE, id, now=NOW)
    carry_out(county, CADRE, deed(county, renames, VILLAGE[:9], "新镇"), today=TODAY, now=NOW)
    with county.connect() as connection:
        rows = {row["code"]: row for row in connection.execute(select(model.region)).mappings()}
    assert rows["990181101203"]["closed"] is None
    township = rows[VILLAGE[:9]]
    assert (township["name"], township["former_name"], township["renamed"]) == ("新镇", "示范镇1", DAY)


TASK = {"name": "入户排查", "target": "逐户排查", "started": "2026-11-02", "deadline": "2026-11-30"}
HOMELESS, UNSAFE = "R1005", "R952"
"""Rules that speak of a task of the village, and of households of it."""


def followed(engine: Engine, village: str) -> dict:
    """What a village's cadre sees of monitoring and of quality."""
    viewer = Viewer("village", village, person=14)
    with engine.connect() as connection:
        told = clues.clues(connection, viewer, village, filters=clues.Filters(), today=TODAY)
        cases = listing.cases(connection, viewer, village, filters=listing.Filters(), today=TODAY)
        asked = waivers.waivers(connection, viewer, village, TODAY, group="all")
        hit = model.quality_hit.c
        rows = connection.execute(select(hit.rule, hit.key, hit.since).where(hit.village == village)).all()
        open_ = hits.counts(connection, viewer, UNSAFE, village, TODAY)
        return {
            "clues": {one.id: one.state for one in told},
            "cases": {one.code for one in cases},
            "waivers": {(one.rule, one.group) for one in asked},
            "hits": {tuple(row) for row in rows},
            "counts": open_,
        }


def test_nothing_of_monitoring_or_quality_is_lost_and_the_new_village_sees_it(county):
    cadre, town = Viewer("village", VILLAGE, person=11), Viewer("township", VILLAGE[:9], person=12)
    told = clues.Told("hotline", "", "家里遭了火灾", date(2026, 11, 5))
    clues.tell(county, town, clues.Subject(village=VILLAGE, words="姓郑的一家"), told, now=NOW)
    clues.tell(county, cadre, clues.Subject(household=902), clues.Told("door", "", "病了", TODAY), now=NOW)
    begin(county, cadre, 904, now=NOW)
    (task,) = raise_tasks(county, CADRE, [(Place(VILLAGE), None, None)], TASK, now=NOW)
    with writing(county) as connection:
        settle(connection, now=NOW)
        running.run(connection, NOW, actor="x")
    with county.connect() as connection:
        hit = model.quality_hit.c
        keys = connection.execute(select(hit.key).where(hit.rule == UNSAFE, hit.village == VILLAGE)).scalars().all()
    until = date(2026, 12, 31)
    for mark in (Mark(HOMELESS, "task", task), Mark(UNSAFE, "household", min(keys))):
        id = waivers.ask(county, cadre, mark, until=until, reason="已核实", now=NOW)
    waivers.agree(county, town, id, version=1, now=NOW)
    own = rounds.begin(county, town, VILLAGE, name="第一轮", rules=(), until=until, now=NOW)
    before, beside = followed(county, VILLAGE), followed(county, NEIGHBOUR)
    assert len(before["clues"]) == 2 and "K904-JC1" in before["cases"]
    assert before["waivers"] == {(HOMELESS, "asked"), (UNSAFE, "agreed")} and len(before["hits"]) > 5

    id = merge(county)
    after, left = followed(county, NEIGHBOUR), followed(county, VILLAGE)
    for what, held in before.items():
        if what == "counts":
            assert after[what] == {name: held[name] + beside[what][name] for name in held}
        else:
            assert after[what] == held | beside[what] and not left[what], what
    with county.connect() as connection:
        assert own in {one.id for one in rounds.rounds(connection, town, VILLAGE[:9])}
        brought = rounds.summed(rounds.brought(connection, town, own, VILLAGE[:9], TODAY))
    assert brought.after == 0 and brought.before + brought.came == brought.went

    take_back(county, CADRE, id, now=NOW)
    assert followed(county, VILLAGE) == before and followed(county, NEIGHBOUR) == beside
