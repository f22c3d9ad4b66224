"""A village's books as one sheet: all of it or nothing, bad cells named, others' changes shown, taken back as one."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.errors import Refused
from data.figures import cube
from data.households.desk import Clashed, Period, Sheet, Unsound, pasted, save, sheet
from data.households.edits import undo_together
from data.households.rounds import record_round, stops
from data.store.engine import writing
from tests.data.households.ground import assert_as_rebuilt, derived, one
from tests.data.small_county import COUNTY, LAST, TODAY, VILLAGES, fill
from tests.moment import NOW

VILLAGE = VILLAGES[0]
CADRE, OTHER = Viewer("village", VILLAGE), Viewer("county", COUNTY)
MONTH, YEAR = Period(LAST - 1, LAST - 1), Period(LAST - 13, LAST - 2)
WAGE, CROP, PENSION = "wage_work_fen", "business_crop_fen", "transfer_pension_fen"


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    """Nothing is booked in the month of the sheet, nor in the income year that ended before it."""
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        connection.execute(model.ledger.delete().where(model.ledger.c.month.between(YEAR.first, LAST - 1)))
        cube.rebuild(connection, today=TODAY)
    return engine


def opened(engine: Engine, period: Period = MONTH, viewer: Viewer = CADRE) -> Sheet:
    with engine.connect() as connection:
        return sheet(connection, viewer, VILLAGE, period)


def held(engine: Engine, period: Period, id: int) -> dict[str, int]:
    return dict(opened(engine, period).amounts.get(id, {}))


@pytest.mark.parametrize("period", [MONTH, YEAR], ids=["month", "year"])
def test_a_sheet_is_saved_as_one_and_taken_back_as_one_with_every_figure_right(county: Engine, period: Period):
    before = opened(county, period)
    ids = [home.id for home in before.homes]
    assert len(ids) > 5 and not before.amounts
    with county.connect() as connection:
        stood = derived(connection)
    typed = {id: {WAGE: f"1,{place:03d}.50", CROP: "-3"} for place, id in enumerate(ids)}
    changes = save(county, CADRE, before, typed, now=NOW)
    assert len(changes) == len(ids)
    assert held(county, period, ids[2]) == {WAGE: 100_250, CROP: -300}
    assert one(county, model.change, id=changes[0])["what"] == f"批量填报：{period.name}收支"
    if period.yearly:
        row = one(county, model.ledger_year, household_id=ids[0])
        assert (row["first_month"], row["last_month"]) == (period.first, period.last)
    assert_as_rebuilt(county)
    with pytest.raises(Refused, match="没有改动"):
        save(county, CADRE, opened(county, period), typed, now=NOW)
    undo_together(county, CADRE, changes, now=NOW)
    assert not opened(county, period).amounts
    with county.connect() as connection:
        assert derived(connection) == stood


def test_every_bad_cell_is_named_and_nothing_is_saved_by_halves(county: Engine):
    before = opened(county)
    first, second, third = before.homes[:3]
    typed = {first.id: {WAGE: "100"}, second.id: {WAGE: "一百"}, third.id: {PENSION: "-5", CROP: "1.234"}}
    with pytest.raises(Unsound) as told:
        save(county, CADRE, before, typed, now=NOW)
    assert [(cell.household, cell.column) for cell in told.value.cells] == [(second.id, WAGE), (third.id, CROP)]
    assert f"{second.head} · 务工工资：“一百”不是数字" in str(told.value)
    with pytest.raises(Unsound, match="养老金：不能为负数") as told:
        save(county, CADRE, before, {first.id: {WAGE: "100"}, third.id: {PENSION: "-5"}}, now=NOW)
    assert [cell.household for cell in told.value.cells] == [third.id]
    assert not opened(county).amounts


def test_a_year_and_its_months_of_one_item_are_refused_by_name_either_way(county: Engine):
    home = opened(county).homes[0]
    save(county, CADRE, opened(county, YEAR), {home.id: {WAGE: "12000"}}, now=NOW)
    month = Period(YEAR.last, YEAR.last)
    assert opened(county, month).otherwise == {(home.id, WAGE): YEAR.last}
    with pytest.raises(Unsound, match=f"{home.head} · 务工工资：2026年度已按全年合计记账"):
        save(county, CADRE, opened(county, month), {home.id: {WAGE: "1000"}}, now=NOW)
    save(county, CADRE, opened(county, month), {home.id: {CROP: "1000"}}, now=NOW)
    with pytest.raises(Unsound, match="种植业：2026年度里已按月记账（如2026年9月）"):
        save(county, CADRE, opened(county, YEAR), {home.id: {CROP: "9000"}}, now=NOW)
    ahead = Period(LAST + 11, LAST + 22)
    with pytest.raises(Unsound, match="还没有开始"):
        save(county, CADRE, opened(county, ahead), {home.id: {CROP: "9000"}}, now=NOW)


def test_what_somebody_changed_meanwhile_is_shown_with_both_values_and_his_name(county: Engine):
    mine = opened(county)
    first, second = (home.id for home in mine.homes[:2])
    save(county, OTHER, opened(county, viewer=OTHER), {first: {WAGE: "700", CROP: "8"}, second: {CROP: "9"}}, now=NOW)
    with pytest.raises(Clashed) as told:
        save(county, CADRE, mine, {first: {WAGE: "900", CROP: "8"}, second: {WAGE: "5"}}, now=NOW)
    (clash,) = told.value.clashes
    assert (clash.household, clash.column, clash.before, clash.stands, clash.mine) == (
        first,
        WAGE,
        None,
        70_000,
        90_000,
    )
    assert clash.who == OTHER.actor
    assert held(county, MONTH, second) == {CROP: 900}
    save(county, CADRE, opened(county), {first: {WAGE: "900"}, second: {WAGE: "5"}}, now=NOW)
    assert held(county, MONTH, first) == {WAGE: 90_000, CROP: 800}
    assert held(county, MONTH, second) == {WAGE: 500, CROP: 900}


def test_a_pasted_table_goes_by_code_and_names_the_row_that_does_not_fit(county: Engine):
    here = opened(county)
    first, second = here.homes[:2]
    wide = f"户编号\t户主\t务工工资\t养老金\n{first.code}\t某\t100\t\n{second.code}\t某\t\t20"
    assert pasted(here, wide) == {first.id: {WAGE: "100"}, second.id: {PENSION: "20"}}
    long = f"户编号,科目,金额（元）\n{first.code},务工工资,100\n{first.code},养老金,20"
    assert pasted(here, long) == {first.id: {WAGE: "100", PENSION: "20"}}
    with pytest.raises(Unsound, match="第 3 行：户编号“H000”不在这张表里"):
        pasted(here, f"户编号\t务工工资\n{first.code}\t1\nH000\t2")
    with pytest.raises(Unsound, match="第 3 行与上面重复"):
        pasted(here, f"户编号\t务工工资\n{first.code}\t1\n{first.code}\t2")
    for useless in ("户主\t务工工资\n张三\t1", "户编号\t工资钱\nH1\t1", ""):
        with pytest.raises(Refused):
            pasted(here, useless)


def test_a_round_of_visits_is_written_as_one_names_whom_it_leaves_out_and_is_taken_back_as_one(county: Engine):
    with county.connect() as connection:
        helpers, there = stops(connection, CADRE, VILLAGE)
    ids, helper = [stop.id for stop in there[:4]], helpers[0].code
    with writing(county) as connection:
        connection.execute(model.visit.delete().where(model.visit.c.visited == "2026-11-20"))
        connection.execute(
            model.household.update().where(model.household.c.id.in_(ids)).values(identified="2016-01-01")
        )
    given = {"visited": "2026-11-20", "occasion": "日常走访", "done": "讲政策", "helper": helper, "now": NOW}
    alone = record_round(county, CADRE, VILLAGE, ids[:1], words={}, **given)
    done = record_round(county, CADRE, VILLAGE, ids, words={ids[1]: "<b>病了</b>"}, **given)
    assert done.skipped == ((there[0].head, "当天已有这位责任人的走访"),)
    assert len(done.changes) == 3
    table = model.visit.c
    with county.connect() as connection:
        asked = select(table.household_id, table.content).where(
            table.visited == "2026-11-20", table.household_id.in_(ids)
        )
        written = dict(connection.execute(asked).all())
    assert written == {ids[0]: "讲政策", ids[1]: "讲政策\n<b>病了</b>", ids[2]: "讲政策", ids[3]: "讲政策"}
    assert_as_rebuilt(county)
    with pytest.raises(Refused, match="勾选的户都不能记"):
        record_round(county, CADRE, VILLAGE, ids, words={}, **given)
    with pytest.raises(Refused, match="不是本村的帮扶责任人"):
        record_round(county, CADRE, VILLAGE, ids, words={}, **{**given, "helper": "nobody"})
    undo_together(county, CADRE, [*done.changes, *alone.changes], now=NOW)
    with county.connect() as connection:
        left = select(func.count()).where(table.visited == "2026-11-20", table.household_id.in_(ids))
        assert connection.execute(left).scalar() == 0
