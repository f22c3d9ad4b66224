"""Filing: one transaction that pays everybody once, seen in every figure, and taken back to the fen by a reversal."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, func, select

from data import model
from data.dividends.books import filled
from data.dividends.content import Share, candidates, content_of, respread
from data.dividends.drafts import create, save
from data.dividends.steps import booking_months, reverse, step
from data.errors import Refused
from data.figures import cube, lists
from data.figures.read import children, figures
from data.households.booked import short_lines
from data.households.edits import Edit, commit, undo
from data.households.history import history
from data.quality.checks import check
from data.store.engine import writing
from tests.data.dividends.ground import (
    ALL,
    CADRE,
    COUNTY_CADRE,
    FIRST,
    NOW,
    OTHER,
    OWN,
    OWN_FEN,
    SHARED,
    TOWN,
    VILLAGE,
    counted,
    proposed,
    ready,
    state_of,
    taken_to,
    whole,
)
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES

PAYMENT, SHARE = model.dividend_payment, model.dividend_share


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(ready, own=True)


def file(engine: Engine, plan: int, version: int = 5) -> str:
    return step(engine, COUNTY_CADRE, plan, "file", version=version, at=NOW)


def sums(engine: Engine, table, *by, **where) -> dict:
    """Fen of a table by columns."""
    columns = [table.c[name] for name in by]
    with engine.connect() as connection:
        rows = connection.execute(
            select(*columns, func.sum(table.c.amount_fen)).filter_by(**where).group_by(*columns)
        ).all()
    return {row[:-1] if len(by) > 1 else row[0]: int(row[-1]) for row in rows}


def lines(engine: Engine, month: int = LAST) -> dict:
    """Household → the two lines that a plan writes."""
    table = model.ledger
    with engine.connect() as connection:
        rows = connection.execute(
            select(table.c.household_id, table.c.property_dividend_fen, table.c.wage_post_fen).where(
                table.c.month == month
            )
        )
        return {row.household_id: (row.property_dividend_fen, row.wage_post_fen) for row in rows}


def test_households_get_their_shares_and_every_project_bears_its_part_to_the_fen(county: Engine):
    plan = taken_to(county, proposed(county), "approved")
    before = lines(county)
    assert file(county, plan) == "filed"
    shares = {key: amount for key, amount in sums(county, SHARE, "household_id", "kind", plan=plan).items() if amount}
    assert sums(county, PAYMENT, "household_id", "kind", plan=plan) == shares
    sources = sums(county, model.dividend_source, "project", plan=plan)
    assert sources == {OWN: OWN_FEN * 4, SHARED: 45_000}  # three of the four homes behind it are this village's
    borne = sums(county, PAYMENT, "project", plan=plan)
    kept = sum(sums(county, model.dividend_kept, "purpose", plan=plan).values())
    assert all(0 < borne[project] <= sources[project] for project in sources)
    assert sum(borne.values()) + kept == sum(sources.values()) == OWN_FEN * 4 + 45_000
    after = lines(county)
    gained = {
        (id, kind): (after[id][place] or 0) - (before.get(id, (0, 0))[place] or 0)
        for id in after
        for place, kind in enumerate(("dividend", "post"))
    }
    assert {key: amount for key, amount in gained.items() if amount} == shares


def test_what_was_paid_stands_with_the_projects_of_the_year_beside_what_stood_there(county: Engine):
    table = model.project_household
    with writing(county) as connection:
        first = counted(connection)[0]
        connection.execute(
            table.insert().values(project=OWN, household_id=first, year=LAST // 12, mode="分红", amount_fen=77)
        )
    plan = taken_to(county, proposed(county), "filed")
    paid = sums(county, PAYMENT, "household_id", "project", "kind", plan=plan)
    modes = {"dividend": "分红", "post": "公益岗位"}
    expected = Counter({(id, project, modes[kind]): amount for (id, project, kind), amount in paid.items()})
    expected[first, OWN, "分红"] += 77
    assert sums(county, table, "household_id", "project", "mode", year=LAST // 12) == expected
    back = taken_to(county, reverse(county, CADRE, plan, reason="错", version=6, at=NOW), "filed")
    assert sums(county, PAYMENT, "household_id", "project", "kind", plan=back) == {k: -v for k, v in paid.items()}
    assert sums(county, table, "household_id", "project", "mode", year=LAST // 12) == {(first, OWN, "分红"): 77}


def test_the_cube_after_a_filing_is_that_of_a_rebuild_and_the_figures_reconcile(county: Engine):
    plans = [taken_to(county, proposed(county), "filed"), taken_to(county, proposed(county, OTHER), "filed", OTHER)]
    with writing(county) as connection:
        refreshed = sorted(map(tuple, connection.execute(select(cube.cube))), key=repr)
        months = sorted(map(tuple, connection.execute(select(model.household_month))))
        cube.rebuild(connection, today=TODAY)
        assert refreshed == sorted(map(tuple, connection.execute(select(cube.cube))), key=repr)
        assert months == sorted(map(tuple, connection.execute(select(model.household_month))))
    assert [finding for finding in check(county) if finding.grave] == []
    with county.connect() as connection:
        for place in ("", COUNTY, *TOWNSHIPS, *VILLAGES):
            held = [
                row
                for row in connection.execute(select(model.dividend_plan)).mappings()
                if row["state"] == "filed" and row["village"].startswith(place) and row["booked"] > LAST - 12
            ]
            now = figures(connection, ALL, place, LAST)
            for name in ("distributed", "kept"):
                assert now[f"dividend_{name}"].value == sum(row[f"{name}_fen"] for row in held) / 100
            assert sum(row["received_fen"] - row["distributed_fen"] - row["kept_fen"] for row in held) == 0
            assert lists.count(connection, ALL, "dividend_distributed", place, LAST) == len(held)
        below = children(connection, ALL, COUNTY, LAST, "dividend_distributed")["value"].sum()
        villages = children(connection, ALL, COUNTY, LAST, "dividend_kept", level=12)["value"].sum()
        top = figures(connection, ALL, COUNTY, LAST)
        assert (below, villages) == (top["dividend_distributed"].value, top["dividend_kept"].value)
    for plan in plans:  # the households' sum is what was distributed; 户 ≤ 户次
        with county.connect() as connection:
            held = model.dividend_plan
            distributed = connection.execute(select(held.c.distributed_fen).where(held.c.id == plan)).scalar_one()
            homes, times = connection.execute(
                select(func.count(PAYMENT.c.household_id.distinct()), func.count()).where(PAYMENT.c.plan == plan)
            ).one()
        assert sum(sums(county, PAYMENT, "kind", plan=plan).values()) == distributed
        assert 0 < homes <= times


def test_check_sees_a_payment_that_was_tampered_with(county: Engine):
    plan = taken_to(county, proposed(county), "filed")
    assert [finding for finding in check(county) if finding.grave] == []
    with writing(county) as connection:
        one = connection.execute(select(PAYMENT).where(PAYMENT.c.plan == plan).limit(1)).one()
        here = (PAYMENT.c.plan == plan) & (PAYMENT.c.household_id == one.household_id) & (PAYMENT.c.kind == one.kind)
        connection.execute(PAYMENT.update().where(here).values(amount_fen=PAYMENT.c.amount_fen + 1))
    assert "已备案的分配方案与记账不符" in [finding.what for finding in check(county) if finding.grave]


def test_a_crash_at_any_statement_of_a_filing_leaves_nothing_and_the_next_try_pays_once(county: Engine):
    plan = taken_to(county, proposed(county), "approved")
    before = whole(county)
    reached, crash_at = [0], [10**9]

    def count(conn, cursor, statement, parameters, context, executemany):
        reached[0] += 1
        if reached[0] == crash_at[0]:
            raise RuntimeError("the power went")

    event.listen(county, "before_cursor_execute", count)
    try:
        at, crashes = 1, 0
        while True:
            reached[0], crash_at[0] = 0, at
            try:
                file(county, plan)
                break
            except RuntimeError:
                crashes += 1
            crash_at[0] = 10**9
            assert whole(county) == before
            at += 4
    finally:
        event.remove(county, "before_cursor_execute", count)
    assert crashes > 20
    shares = {key: amount for key, amount in sums(county, SHARE, "household_id", "kind", plan=plan).items() if amount}
    assert sums(county, PAYMENT, "household_id", "kind", plan=plan) == shares


def test_two_who_file_at_once_pay_once(county: Engine):
    plan = taken_to(county, proposed(county), "approved")
    outcomes = at_once([lambda: file(county, plan)] * 2)
    assert sorted(map(str, outcomes))[-1] == "filed" and sum(isinstance(one, Refused) for one in outcomes) == 1
    with county.connect() as connection:
        paid = connection.execute(select(func.sum(PAYMENT.c.amount_fen)).where(PAYMENT.c.plan == plan)).scalar_one()
        changes = connection.execute(select(func.count()).select_from(model.change)).scalar_one()
        homes = connection.execute(
            select(func.count(PAYMENT.c.household_id.distinct())).where(PAYMENT.c.plan == plan)
        ).scalar_one()
        distributed = connection.execute(
            select(model.dividend_plan.c.distributed_fen).where(model.dividend_plan.c.id == plan)
        ).scalar_one()
    assert (paid, changes) == (distributed, homes)
    before = whole(county)
    with pytest.raises(Refused):
        file(county, plan, version=6)
    assert whole(county) == before


def at_once(work: list) -> list:
    """What each of several pieces of work returned or raised, all begun together."""
    gate, outcomes = threading.Barrier(len(work)), []

    def run(one) -> None:
        gate.wait()
        try:
            outcomes.append(one())
        except Exception as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_townships_approve_and_the_county_files_both_at_once(county: Engine):
    mine = taken_to(county, proposed(county), "submitted")
    theirs = taken_to(county, proposed(county, OTHER), "submitted", OTHER)
    far = replace(TOWN, region=TOWNSHIPS[1])
    assert at_once(
        [
            lambda: step(county, TOWN, mine, "approve", version=4, at=NOW),
            lambda: step(county, far, theirs, "approve", version=4, at=NOW),
        ]
    ) == ["approved", "approved"]
    assert at_once([lambda: file(county, mine), lambda: file(county, theirs)]) == ["filed", "filed"]
    with writing(county) as connection:
        refreshed = sorted(map(tuple, connection.execute(select(cube.cube))), key=repr)
        cube.rebuild(connection, today=TODAY)
        assert refreshed == sorted(map(tuple, connection.execute(select(cube.cube))), key=repr)


def test_the_history_of_a_household_tells_of_it_and_does_not_take_it_back_alone(county: Engine):
    plan = taken_to(county, proposed(county), "filed")
    with county.connect() as connection:
        id = counted(connection)[0]
        told = history(connection, ALL, id).changes[0]
        change = connection.execute(
            select(func.max(model.change.c.id)).where(model.change.c.household_id == id)
        ).scalar_one()
    assert told.what.startswith("收益分配备案：示范村0") and told.fixed and told.who.startswith("县级干部")
    assert {(one.record, one.label) for one in told.differences} >= {
        ("收支 2026年11月", "资产收益分红"),
        ("收支 2026年11月", "公益岗位工资"),
        ("收益分配", "方案"),
    }
    before = whole(county)
    with pytest.raises(Refused, match="冲销整个方案"):
        undo(county, ALL, change, now=NOW)
    assert whole(county) == before and state_of(county, plan)[0] == "filed"


def test_a_reversal_puts_back_every_line_and_frees_the_returns(county: Engine):
    untouched = lines(county)
    plan = taken_to(county, proposed(county), "filed")
    with pytest.raises(Refused, match="没有可分配的收益"):
        create(county, CADRE, VILLAGE, FIRST, LAST - 1, at=NOW)
    back = taken_to(county, reverse(county, CADRE, plan, reason="名单有误", version=6, at=NOW), "approved")
    with pytest.raises(Refused, match="没有可分配的收益"):  # not before the reversal is filed
        create(county, CADRE, VILLAGE, FIRST, LAST - 1, at=NOW)
    assert lines(county) != untouched
    file(county, back, version=4)
    assert {id: line for id, line in lines(county).items() if any(line)} == {
        id: line for id, line in untouched.items() if any(line)
    }
    assert lines(county).keys() == untouched.keys()
    with county.connect() as connection:
        for id, name in (("dividend_distributed", "distributed"), ("dividend_kept", "kept")):
            rows = connection.execute(select(model.dividend_plan)).mappings().all()
            old = sum(
                r[f"{name}_fen"]
                for r in rows
                if r["id"] > 9_000_000
                and r["village"] == VILLAGE
                and r["state"] == "filed"
                and r["booked"] > LAST - 12
                and r["id"] <= 9_000_012
            )
            assert figures(connection, ALL, VILLAGE, LAST)[id].value == old / 100
    new = create(county, CADRE, VILLAGE, FIRST, LAST - 1, at=NOW)
    with county.connect() as connection:
        assert content_of(connection, CADRE, new).received == OWN_FEN * 4 + 45_000


def test_a_reversal_that_would_bring_a_line_below_zero_says_whose_and_writes_nothing(county: Engine):
    plan = taken_to(county, proposed(county), "filed")
    with county.connect() as connection:
        id = counted(connection)[0]
    had = lines(county)[id][0]
    smaller = [Edit("ledger", {"month": LAST}, {"property_dividend_fen": had}, {"property_dividend_fen": 1})]
    with pytest.raises(Refused, match="不能改得比它少"):
        commit(county, COUNTY_CADRE, id, smaller, what="改正", now=NOW)
    _overwrite(county, id, 1)  # as an import may
    back = taken_to(county, reverse(county, CADRE, plan, reason="名单有误", version=6, at=NOW), "approved")
    before = whole(county)
    with pytest.raises(Refused, match=r"2026年11月这些户的收入会成为负数.*张某某：资产收益分红还差"):
        file(county, back, version=4)
    assert whole(county) == before


def _overwrite(county: Engine, household: int, fen: int) -> None:
    table = model.ledger
    with writing(county) as connection:
        here = (table.c.household_id == household) & (table.c.month == LAST)
        connection.execute(table.update().where(here).values(property_dividend_fen=fen))
        cube.refresh(connection, VILLAGE, NOW)


def test_what_an_import_took_from_a_filed_plan_is_found(county: Engine):
    taken_to(county, proposed(county), "filed")
    with county.connect() as connection:
        id = counted(connection)[0]
        assert short_lines(connection).empty
    booked = lines(county)[id][0]
    _overwrite(county, id, booked - 1)
    with county.connect() as connection:
        rows = short_lines(connection)
        code = connection.execute(select(model.household.c.code).where(model.household.c.id == id)).scalar()
    assert rows.values.tolist() == [[code, LAST, "dividend", booked, booked - 1]]


def test_money_that_stands_already_where_a_filing_would_book_is_told_before(county: Engine):
    plan = taken_to(county, proposed(county), "approved")
    with writing(county) as connection:
        id = counted(connection)[0]
        connection.execute(model.ledger.delete().where(model.ledger.c.month == LAST))
        connection.execute(model.ledger.insert().values(household_id=id, month=LAST, property_dividend_fen=300))
        assert filled(connection, COUNTY_CADRE, plan, LAST) == 1
    taken_to(county, plan, "filed")
    with county.connect() as connection:
        assert filled(connection, COUNTY_CADRE, plan, LAST) == 1  # what the plan itself booked does not count
        connection.execute(model.ledger.update().values(property_dividend_fen=None))
        assert filled(connection, COUNTY_CADRE, plan, LAST) == 0


@pytest.mark.parametrize("stood", [None, 50_000])
def test_a_reversal_leaves_a_row_of_a_project_that_stood_before_the_plan(county: Engine, stood: int | None):
    table = model.project_household
    with writing(county) as connection:
        id = counted(connection)[0]
        key = {"project": OWN, "household_id": id, "year": LAST // 12, "mode": "分红"}
        here = [table.c[name] == value for name, value in key.items()]
        connection.execute(table.delete().where(*here))
        connection.execute(table.insert().values(**key, amount_fen=stood))
        before = sorted(map(tuple, connection.execute(select(table))), key=repr)
    plan = taken_to(county, proposed(county), "filed")
    with county.connect() as connection:
        paid = select(PAYMENT.c.amount_fen).where(PAYMENT.c.plan == plan, PAYMENT.c.household_id == id)
        paid = connection.execute(paid.where(PAYMENT.c.project == OWN, PAYMENT.c.kind == "dividend")).scalar_one()
        assert connection.execute(select(table.c.amount_fen).where(*here)).scalar() == (stood or 0) + paid > 0
    taken_to(county, reverse(county, CADRE, plan, reason="名单有误", version=6, at=NOW), "filed")
    with county.connect() as connection:
        assert sorted(map(tuple, connection.execute(select(table))), key=repr) == before


def test_a_reversal_reaches_a_household_that_moved_since(county: Engine):
    plan = taken_to(county, proposed(county), "filed")
    table = model.household
    with writing(county) as connection:
        id = counted(connection)[0]
        connection.execute(table.update().where(table.c.id == id).values(village=OTHER))
        for village in (VILLAGE, OTHER):
            cube.refresh(connection, village, NOW)
    taken_to(county, reverse(county, CADRE, plan, reason="名单有误", version=6, at=NOW), "filed")
    with writing(county) as connection:
        refreshed = sorted(map(tuple, connection.execute(select(cube.cube))), key=repr)
        cube.rebuild(connection, today=TODAY)
        assert refreshed == sorted(map(tuple, connection.execute(select(cube.cube))), key=repr)


def test_the_month_of_booking_is_that_of_the_last_receipt_or_a_later_one_up_to_the_running(county: Engine):
    plan = taken_to(county, proposed(county), "approved")
    with county.connect() as connection:
        assert list(booking_months(connection, COUNTY_CADRE, plan)) == [LAST - 1, LAST]
    for month in (FIRST, LAST - 2, LAST + 1):
        with pytest.raises(Refused, match="最后一笔收益在2026年10月到账，记账月份应在2026年10月至2026年11月"):
            step(county, COUNTY_CADRE, plan, "file", version=5, month=month, at=NOW + timedelta(days=1))
    before = lines(county, LAST - 1)
    step(county, COUNTY_CADRE, plan, "file", version=5, month=LAST - 1, at=NOW)
    assert lines(county, LAST - 1) != before


def test_a_plan_that_gives_out_only_what_came_early_may_be_booked_from_then_on(county: Engine):
    """It is the money given out that counts, not the months a plan was made for."""
    plan = create(county, CADRE, VILLAGE, FIRST, LAST - 1, at=NOW - timedelta(days=20))
    with county.connect() as connection:
        draft = content_of(connection, CADRE, plan)
        among = candidates(connection, CADRE, VILLAGE)
    early = {key: fen for key, fen in draft.sources.items() if key[1] <= FIRST + 1}
    save(county, CADRE, plan, 1, respread(replace(draft, sources=early), among), at=NOW - timedelta(days=20))
    taken_to(county, plan, "approved")
    with county.connect() as connection:
        assert list(booking_months(connection, COUNTY_CADRE, plan)) == list(range(FIRST + 1, LAST + 1))
    step(county, COUNTY_CADRE, plan, "file", version=5, month=FIRST + 1, at=NOW)
    assert sum(line[0] or 0 for line in lines(county, FIRST + 1).values()) >= sum(early.values())


def test_a_plan_that_keeps_everything_is_filed_too(county: Engine):
    plan = create(county, CADRE, VILLAGE, FIRST, LAST - 1, at=NOW - timedelta(days=20))
    with county.connect() as connection:
        draft = content_of(connection, CADRE, plan)
    nothing = {key: Share(0) for key in draft.shares}
    save(county, CADRE, plan, 1, replace(draft, kept={"welfare": draft.received}, shares=nothing), at=NOW)
    before = lines(county)
    assert state_of(county, taken_to(county, plan, "filed"))[0] == "filed"
    assert lines(county) == before


def test_a_plan_is_not_booked_beside_a_total_of_the_year(county: Engine):
    plan = taken_to(county, proposed(county), "approved")
    with writing(county) as connection:
        shared = select(SHARE.c.household_id).where(
            SHARE.c.plan == plan, SHARE.c.kind == "dividend", SHARE.c.amount_fen > 0
        )
        first = connection.execute(shared).scalars().first()
        total = {"household_id": first, "first_month": LAST - 1, "last_month": LAST + 10, "property_dividend_fen": 1}
        connection.execute(model.ledger_year.insert().values(**total))
    before = whole(county)
    with pytest.raises(Refused, match="全年合计"):
        file(county, plan)
    assert whole(county) == before
