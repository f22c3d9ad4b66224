"""Warnings that only sums show: more received than was due, more paid, planned or recovered than was arranged."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, func, select

from data.households.booked import short_lines
from data.intake.check import SheetCheck
from data.intake.issues import WARNING, Findings, Issue
from data.model import fund, fund_payment, project_return
from data.money import exact, typed
from data.months import spoken
from data.terms import SHARE_SUBJECTS
from data.workbook.sheets import FUND, LEDGER, SHEET

_Cells = tuple[Any, ...]  # of the columns asked for
Filed = dict[_Cells, tuple[_Cells, int, str]]  # key → (amounts, row, file)


def warn_sums(connection: Connection, checks: Sequence[SheetCheck], findings: Findings) -> None:
    """Look through the sums of 项目收益, 资金拨付 and 拨付计划, with what the store holds already."""
    by_name = {check.spec.name: check for check in checks}
    if returns := by_name.get("项目收益"):
        filed = filed_rows(returns, ("project", "month"), ("due_fen", "received_fen"))
        _warn_returns(connection, filed, findings)
    if FUND in by_name:
        _warn_ended(connection, by_name[FUND], by_name.get("资金拨付"), findings)
    for sheet, heading, day, what in (
        ("资金拨付", "金额", "paid", "拨付"),
        ("拨付计划", "计划金额", "planned", "计划"),
    ):
        if against := by_name.get(sheet):
            filed = filed_rows(against, ("fund", day), ("amount_fen",))
            funds = filed_rows(by_name[FUND], ("code",), ("arranged_fen",)) if FUND in by_name else {}
            _warn_arranged(connection, filed, funds, findings, sheet=sheet, heading=heading, day=day, what=what)


def warn_booked(connection: Connection, checks: Sequence[SheetCheck], findings: Findings) -> None:
    """After 收支 was written: lines that hold less now than filed dividend plans have booked to them."""
    if all(check.spec.name != LEDGER for check in checks):
        return
    for row in short_lines(connection).itertuples():
        reason = (
            f"{row.code} {spoken(row.month)}：有已备案的收益分配方案记入 {exact(row.booked)} 元，"
            "导入后少于这个数，请核对后改正"
        )
        held = typed(int(row.held))
        findings.warn([Issue(LEDGER, None, SHARE_SUBJECTS[row.kind], held, reason, WARNING)], 1)


def filed_rows(check: SheetCheck, keys: Sequence[str], amounts: Sequence[str]) -> Filed:
    """The sound rows that the files hold of a sheet: by their key what they say, their row and their file."""
    filed: Filed = {}
    for piece in check.pieces:
        none = [None] * len(piece.rows)
        held = {name: piece.values.column(name).to_pylist() for name in (*keys, *amounts) if name in piece.names}
        columns = [held.get(name, none) for name in (*keys, *amounts)]
        for row, bad, *cells in zip(piece.rows.tolist(), piece.bad.tolist(), *columns, strict=True):
            if not bad:
                filed[tuple(cells[: len(keys)])] = (tuple(cells[len(keys) :]), row, piece.file)
    return filed


def _warn_returns(connection: Connection, filed: Filed, findings: Findings) -> None:
    """A month that brings the sum received above the sum due; arrears paid later are no such thing."""
    table = project_return.c
    held = connection.execute(select(table.project, table.month, table.due_fen, table.received_fen))
    months: dict[str, dict[int, _Cells]] = defaultdict(dict)
    for project, month, owed, got in held:
        months[project][month] = (owed, got)
    for (project, month), (amounts, _, _) in filed.items():
        months[project][month] = _over(months[project].get(month, (0, 0)), amounts)
    for project in {project for project, _ in filed}:
        ordered = sorted(months[project].items())
        for (month, (due, received)), ahead in zip(
            ordered, accumulate(got - owed for _, (owed, got) in ordered), strict=True
        ):
            if ahead > 0 and received > due and (project, month) in filed:
                _, row, file = filed[project, month]
                reason = f"实收多于应收：到本月累计多出 {exact(ahead)} 元"
                findings.warn([Issue("项目收益", row, "实收", typed(received), reason, WARNING, file)], 1)


def _warn_arranged(
    connection: Connection,
    filed: Filed,
    funds: Filed,
    findings: Findings,
    *,
    sheet: str,
    heading: str,
    day: str,
    what: str,
) -> None:
    """A row of ``sheet`` that brings a fund's sum above what was arranged."""
    arranged = dict(connection.execute(select(fund.c.code, fund.c.arranged_fen)).all())
    arranged |= {code: amounts[0] for (code,), (amounts, _, _) in funds.items() if amounts[0] is not None}
    table = SHEET[sheet].table.c
    held = connection.execute(select(table.fund, table[day], table.amount_fen))
    amounts_of = {(code, when): amount for code, when, amount in held}
    amounts_of |= {key: amounts[0] for key, (amounts, _, _) in filed.items() if amounts[0] is not None}
    totals: dict[str, int] = defaultdict(int)
    for (code, when), amount in sorted(amounts_of.items()):
        totals[code] += amount
        if (code, when) in filed and totals[code] > arranged.get(code, totals[code]):
            _, row, file = filed[code, when]
            reason = f"累计{what}超过安排金额 {exact(totals[code] - arranged[code])} 元"
            findings.warn([Issue(sheet, row, heading, typed(amount), reason, WARNING, file)], 1)


def _warn_ended(connection: Connection, funds: SheetCheck, payments: SheetCheck | None, findings: Findings) -> None:
    """A fund that is paid from after it was settled, or gives back more than was arranged."""
    paid = select(fund_payment.c.fund, func.max(fund_payment.c.paid)).group_by(fund_payment.c.fund)
    last: dict[str, str] = dict(connection.execute(paid).all())
    for code, day in filed_rows(payments, ("fund", "paid"), ()) if payments else ():
        last[code] = max(day, last.get(code, day))
    names = ("arranged_fen", "settled", "recovered_fen")
    asked = select(fund.c.code, *(fund.c[name] for name in names))
    held: dict[str, _Cells] = {row[0]: tuple(row[1:]) for row in connection.execute(asked)}
    for (code,), (cells, row, file) in filed_rows(funds, ("code",), names).items():
        arranged, settled, recovered = _over(held.get(code, (None,) * len(names)), cells)
        doubts = []
        if settled and last.get(code, "") > settled:
            doubts.append(("结清日期", settled, f"结清之后还有拨付（最近一次 {last[code]}）"))
        if recovered and arranged is not None and recovered > arranged:
            doubts.append(("收回金额", typed(recovered), f"多于安排金额 {exact(arranged)} 元"))
        issues = [Issue(FUND, row, heading, value, reason, WARNING, file) for heading, value, reason in doubts]
        findings.warn(issues, len(issues))


def _over(stands: _Cells, filed: _Cells) -> _Cells:
    """What stands, with what the file says of it; an empty cell says nothing."""
    return tuple(old if new is None else new for old, new in zip(stands, filed, strict=True))
