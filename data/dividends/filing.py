"""What filing a plan writes to the books, inside its transaction: payments, ledger lines, 项目带户, history, cube."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, bindparam, insert, select

from data.access.rights import needs
from data.access.roles import APPROVE, PLANS
from data.access.viewer import Viewer
from data.dividends.rules import matrix
from data.errors import Refused
from data.figures import cube
from data.households.booked import COLUMNS
from data.households.edits import OF_A_PLAN, Edit, write_history
from data.households.words import Values
from data.model import (
    dividend_payment,
    dividend_plan,
    dividend_share,
    dividend_source,
    household,
    ledger,
    ledger_year,
    project_household,
)
from data.money import exact
from data.months import spoken
from data.store.batches import batches
from data.store.rows import StoredRow
from data.terms import SHARE_MODES, SHARE_SUBJECTS

_NAMED = 8
Payment = tuple[int, str, str]
"""Household, project, kind."""
_Lines = Mapping[int, Mapping[str, int | None]]  # household → column → fen


@needs(APPROVE, PLANS)
def write_back(connection: Connection, viewer: Viewer, held: RowMapping, month: int, now: datetime) -> None:
    """Book a plan whose state was just set to filed, into the ledger of ``month``.

    Raises Refused where a reversal would bring a household's line below zero, or where a household has the item booked
    by the year.
    """
    plan = held["id"]
    paid = payments(connection, held)
    connection.execute(dividend_plan.update().where(dividend_plan.c.id == plan).values(booked=month))
    stands = _takers(connection, paid, month // 12)
    if paid:
        connection.execute(
            insert(dividend_payment),
            [
                {
                    "plan": plan,
                    "household_id": id,
                    "project": project,
                    "kind": kind,
                    "amount_fen": amount,
                    "stood": int((id, project, SHARE_MODES[kind]) in stands),
                }
                for (id, project, kind), amount in paid.items()
            ],
        )
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (id, _, kind), amount in paid.items():
        sums[id][COLUMNS[kind]] += amount
    people = _households(connection, sums)
    before = _lines(connection, sums, month)
    _refuse_yearly(connection, people, sums, month)
    due = {
        id: {name: (before.get(id, {}).get(name) or 0) + more for name, more in of.items()} for id, of in sums.items()
    }
    _refuse_below_zero(people, due, month)
    after = {id: {name: value or None for name, value in of.items()} for id, of in due.items()}
    _write_lines(connection, before, after, month)
    _write_takers(connection, paid, stands, month // 12)
    _write_history(connection, viewer, held, sums, before, after, month, now)
    for village in sorted({held["village"], *(row.village for row in people.values())}):
        cube.refresh(connection, village, now)


def payments(connection: Connection, held: RowMapping) -> dict[Payment, int]:
    """What each household gets out of each project: of a reversal what was paid, below zero."""
    plan = held["id"]
    if held["reverses"] is not None:
        rows = connection.execute(select(dividend_payment).where(dividend_payment.c.plan == held["reverses"]))
        return {(row.household_id, row.project, row.kind): -row.amount_fen for row in rows}
    shares = select(dividend_share).where(dividend_share.c.plan == plan, dividend_share.c.amount_fen != 0)
    rows = connection.execute(shares.order_by(dividend_share.c.household_id, dividend_share.c.kind))
    by_row: dict[tuple[int, str], int] = {(row.household_id, row.kind): row.amount_fen for row in rows}
    by_project: dict[str, int] = defaultdict(int)
    sources = select(dividend_source).where(dividend_source.c.plan == plan).order_by(dividend_source.c.project)
    for row in connection.execute(sources):
        by_project[row.project] += row.amount_fen
    kept = (0, "kept")  # stands last, so that the corner falls to it
    by_row[kept] = sum(by_project.values()) - sum(by_row.values())
    cells = matrix(by_row, by_project)
    return {(row[0], project, row[1]): amount for (row, project), amount in cells.items() if row != kept}


def _households(connection: Connection, ids: Iterable[int]) -> dict[int, StoredRow]:
    asked = select(household.c.id, household.c.head, household.c.village)
    return {
        row.id: row
        for batch in batches(sorted(ids))
        for row in connection.execute(asked.where(household.c.id.in_(batch)))
    }


def _lines(connection: Connection, ids: Iterable[int], month: int) -> dict[int, dict[str, int | None]]:
    columns = [ledger.c[name] for name in COLUMNS.values()]
    asked = select(ledger.c.household_id, *columns).where(ledger.c.month == month)
    return {
        row["household_id"]: {name: row[name] for name in COLUMNS.values()}
        for batch in batches(sorted(ids))
        for row in connection.execute(asked.where(ledger.c.household_id.in_(batch))).mappings()
    }


def _refuse_below_zero(people: Mapping[int, StoredRow], after: Mapping[int, Mapping[str, int]], month: int) -> None:
    subjects = {column: SHARE_SUBJECTS[kind] for kind, column in COLUMNS.items()}
    short = [(id, name, value) for id, of in sorted(after.items()) for name, value in of.items() if value < 0]
    if short:
        named = "；".join(
            f"{people[id].head}：{subjects[name]}还差 {exact(-value)} 元" for id, name, value in short[:_NAMED]
        )
        more = f"；等 {len(short)} 处" if len(short) > _NAMED else ""
        raise Refused(
            f"冲销后{spoken(month)}这些户的收入会成为负数，没有写入。请先核对这些户当月的收支：{named}{more}。"
        )


def _refuse_yearly(
    connection: Connection, people: Mapping[int, StoredRow], sums: Mapping[int, Mapping[str, int]], month: int
) -> None:
    """An item whose total of the income year is booked has no months beside it, or it would count twice."""
    table = ledger_year
    asked = select(table.c.household_id, *(table.c[name] for name in COLUMNS.values())).where(
        table.c.first_month <= month, table.c.last_month >= month
    )
    booked = [
        people[row["household_id"]].head
        for batch in batches(sorted(sums))
        for row in connection.execute(asked.where(table.c.household_id.in_(batch))).mappings()
        if any(row[name] is not None for name in sums[row["household_id"]])
    ]
    if booked:
        more = f"等 {len(booked)} 户" if len(booked) > _NAMED else ""
        raise Refused(
            f"{'、'.join(booked[:_NAMED])}{more}的分红或公益岗位工资在{spoken(month)}所在的收入年度已按全年合计记账，"
            "再按月记入会重复。请先用导入把全年合计清空后改为按月记账。"
        )


def _write_lines(connection: Connection, before: _Lines, after: _Lines, month: int) -> None:
    names = list(COLUMNS.values())
    new = [
        {"household_id": id, "month": month, **{name: of.get(name) for name in names}}
        for id, of in after.items()
        if id not in before
    ]
    old = [
        {"at_id": id, **{f"new_{name}": of.get(name, before[id][name]) for name in names}}
        for id, of in after.items()
        if id in before
    ]
    if new:
        connection.execute(insert(ledger), new)
    if old:
        here = and_(ledger.c.household_id == bindparam("at_id"), ledger.c.month == month)
        connection.execute(ledger.update().where(here).values({name: bindparam(f"new_{name}") for name in names}), old)
        empty = and_(*(column.is_(None) for column in ledger.c if column.name.endswith("_fen")))
        for batch in batches(sorted(id for id in after if id in before)):
            connection.execute(ledger.delete().where(ledger.c.month == month, ledger.c.household_id.in_(batch), empty))


def _takers(connection: Connection, paid: Mapping[Payment, int], year: int) -> dict[tuple[int, str, str], int | None]:
    """What 项目带户 holds of these households in a year: household, project, mode → fen."""
    t = project_household
    return {
        (row.household_id, row.project, row.mode): row.amount_fen
        for batch in batches(sorted({id for id, *_ in paid}))
        for row in connection.execute(select(t).where(t.c.year == year, t.c.household_id.in_(batch)))
    }


def _made_by_plans(connection: Connection, paid: Mapping[Payment, int], year: int) -> set[Payment]:
    """Which of these rows of 项目带户 a plan made: the others stood before any, and stay when plans are taken back."""
    d, v = dividend_payment, dividend_plan
    asked = select(d.c.household_id, d.c.project, d.c.kind).join(v, v.c.id == d.c.plan)
    asked = asked.where(d.c.stood == 0, v.c.booked >= year * 12, v.c.booked < year * 12 + 12)
    return {
        (row.household_id, row.project, row.kind)
        for batch in batches(sorted({id for id, *_ in paid}))
        for row in connection.execute(asked.where(d.c.household_id.in_(batch)))
    }


def _write_takers(
    connection: Connection, paid: Mapping[Payment, int], stands: Mapping[Payment, int | None], year: int
) -> None:
    """项目带户 of the year: added to what stands. A row that a reversal brings to nothing goes where a plan made it;
    one that stood before has no amount again."""
    t = project_household
    own = _made_by_plans(connection, paid, year)
    new: list[dict[str, object]] = []
    old: list[dict[str, object]] = []
    gone: list[dict[str, object]] = []
    for (id, project, kind), amount in paid.items():
        key = (id, project, SHARE_MODES[kind])
        value = (stands.get(key) or 0) + amount
        row = {"of_id": id, "of_project": project, "of_mode": SHARE_MODES[kind]}
        if value <= 0 and (id, project, kind) in own:
            gone.append(row)
        elif value <= 0 and key in stands:
            old.append({**row, "value": None})
        elif value <= 0:
            continue
        elif key in stands:
            old.append({**row, "value": value})
        else:
            new.append(
                {"household_id": id, "project": project, "year": year, "mode": SHARE_MODES[kind], "amount_fen": amount}
            )
    here = and_(
        t.c.year == year,
        t.c.household_id == bindparam("of_id"),
        t.c.project == bindparam("of_project"),
        t.c.mode == bindparam("of_mode"),
    )
    if new:
        connection.execute(insert(t), new)
    if old:
        connection.execute(t.update().where(here).values(amount_fen=bindparam("value")), old)
    if gone:
        connection.execute(t.delete().where(here), gone)


def _write_history(
    connection: Connection,
    viewer: Viewer,
    held: RowMapping,
    sums: Mapping[int, Mapping[str, int]],
    before: _Lines,
    after: _Lines,
    month: int,
    now: datetime,
) -> None:
    """A line in each household's own history; that it comes from a plan keeps it from being undone there."""
    done: dict[int, list[Edit]] = {}
    for id, of in sums.items():
        had: Values = {name: before.get(id, {}).get(name) for name in of}
        done[id] = [
            Edit("ledger", {"month": month, "household_id": id}, had, dict(after[id])),
            Edit(OF_A_PLAN, {"plan": held["id"], "household_id": id}, None, {"plan": held["title"]}),
        ]
    write_history(connection, viewer, done, what=f"收益分配备案：{held['title']}", now=now)
