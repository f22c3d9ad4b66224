"""The rows of each sheet as the store holds them: of what a viewer may see, and of certain months."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    TextClause,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
)

from data.access.rights import needs
from data.access.roles import EXPORT, RECORDS
from data.access.scope import seen_households
from data.access.viewer import Viewer, within
from data.model import (
    case_step,
    fund,
    helper,
    household,
    leader,
    ledger,
    ledger_year,
    member,
    member_fact,
    monitoring_case,
    monitoring_line,
    pairing,
    project,
    region,
    visit,
)
from data.months import first_day, last_day
from data.terms import SUBJECTS
from data.workbook.part import DATED, Months, Part
from data.workbook.sheets import EPISODE, HOUSEHOLD, LEDGER, ColumnSpec, SheetSpec
from data.workbook.steps import STEP_ACTIONS, STEP_KEY
from data.workbook.values import as_period, fact_shown

STEP = 20_000
_HOUSEHOLD = household.alias("h")  # as the clause of scope calls it
Value = Any  # of a cell: which type it has, the kind of its column says


def _seen(viewer: Viewer) -> TextClause:
    """Clause on _HOUSEHOLD: those the viewer may see, as on every page."""
    sql, bound = seen_households(viewer)
    return text(sql).bindparams(**bound)


def _scope(table: FromClause, viewer: Viewer) -> ColumnElement[bool]:
    """Clause: the rows of a table that the viewer may see (household, project and fund are joined by ``_source``).

    What concerns no household is left to the region, as on the pages; what concerns one goes with it. What belongs to
    no region at all goes with the whole.
    """
    if table is monitoring_line:
        return true() if viewer.region == "" else false()
    if table is region:
        above = [region.c.code == viewer.region[:length] for length in (2, 4, 6, 9)]
        return or_(within(region.c.code, viewer.region), *above)
    if table is helper:
        if viewer.region == "" and not viewer.sees_own_only:
            return within(table.c.code, "")
        seen = select(_HOUSEHOLD.c.id).where(_seen(viewer))
        met = [select(t.c.helper).where(t.c.household_id.in_(seen)) for t in (pairing, visit)]
        met.append(select(leader.c.helper).where(within(leader.c.region, viewer.region)))
        return or_(*(table.c.code.in_(codes) for codes in met))
    clauses: list[ColumnElement[bool] | TextClause] = []
    optional = "household_id" in table.c and table.c.household_id.nullable
    for name in ("region", "village"):
        if name in table.c and table is not _HOUSEHOLD and (optional or "household_id" not in table.c):
            clauses.append(within(table.c[name], viewer.region))
    if table is _HOUSEHOLD:
        clauses.append(_seen(viewer))
    if "household_id" in table.c or table in (member_fact, case_step):
        clauses.append(or_(table.c.household_id.is_(None), _seen(viewer)) if optional else _seen(viewer))
    if _of(table, "project"):
        clauses.append(within(project.c.region, viewer.region))
    if _of(table, "fund"):
        clauses.append(within(fund.c.region, viewer.region))
    if table is case_step:
        later, own = case_step.alias("later"), STEP_KEY
        same = and_(*(later.c[name] == table.c[name] for name in own), later.c.id > table.c.id)
        clauses += [table.c.action.in_(STEP_ACTIONS), ~exists().where(same)]
    return and_(true(), *clauses)


def _of(table: FromClause, what: str) -> bool:
    """Whether each row of a table is a project's, or a fund's."""
    return what in table.c and not table.c[what].nullable


def _tables(spec: SheetSpec) -> tuple[FromClause, ...]:
    """Where the rows of a sheet stand; 收支 has its totals of income years beside its months."""
    if spec.name == LEDGER:
        return ledger, ledger_year
    return (_HOUSEHOLD if spec.table is household else spec.table,)


def _source(table: FromClause) -> FromClause:
    joined = table
    if "household_id" in table.c:
        optional = table.c.household_id.nullable
        joined = joined.join(_HOUSEHOLD, _HOUSEHOLD.c.id == table.c.household_id, isouter=optional)
    if table is member_fact:
        joined = joined.join(member, member.c.code == table.c.member)
        joined = joined.join(_HOUSEHOLD, _HOUSEHOLD.c.id == member.c.household_id)
    if table is case_step:
        joined = joined.join(monitoring_case, monitoring_case.c.id == case_step.c.case_id)
        joined = joined.join(_HOUSEHOLD, _HOUSEHOLD.c.id == monitoring_case.c.household_id)
    if _of(table, "project"):
        joined = joined.join(project, project.c.code == table.c.project)
    if _of(table, "fund"):
        joined = joined.join(fund, fund.c.code == table.c.fund)
    return joined


@needs(EXPORT, RECORDS)
def sight(connection: Connection, viewer: Viewer, part: Part) -> Viewer:
    """The viewer with the part's region for his own, '' where that is all there is; raises OutOfScope."""
    here = part.narrowed(viewer)
    return replace(here, region="") if _is_whole(connection, here) else here


def _is_whole(connection: Connection, viewer: Viewer) -> bool:
    """Whether a viewer sees all that there is: no single households, and everything or the one region on top."""
    if viewer.sees_own_only:
        return False
    roots = connection.execute(select(region.c.code).where(region.c.parent == "").limit(2)).scalars().all()
    return viewer.region == "" or list(roots) == [viewer.region]


@needs(EXPORT, RECORDS)
def counted(connection: Connection, viewer: Viewer, spec: SheetSpec, months: Months | None = None) -> int:
    """How many rows a sheet has, of certain months where these restrict it."""
    return sum(connection.execute(_count(spec, table, viewer, months)).scalar_one() or 0 for table in _tables(spec))


def _count(spec: SheetSpec, table: FromClause, viewer: Viewer, months: Months | None) -> Select[int]:
    number: ColumnElement[int] = func.count()
    if spec.name == LEDGER:
        number = sum((func.count(column) for column in _subjects(table)), start=literal(0))
    return select(number).select_from(_source(table)).where(_scope(table, viewer), _in_months(spec, table, months))


def _in_months(spec: SheetSpec, table: FromClause, months: Months | None) -> ColumnElement[bool]:
    """Clause: what happened in these months; a total of an income year, where the year ended in them."""
    if months is None or spec.name not in DATED:
        return true()
    when = table.c.last_month if table is ledger_year else table.c[DATED[spec.name]]
    if spec.column(DATED[spec.name]).kind == "day":
        return and_(when >= first_day(months[0]), when <= last_day(months[1]))
    return and_(when >= months[0], when <= months[1])


def _subjects(table: FromClause) -> list[ColumnElement[int | None]]:
    return [table.c[f"{name}_fen"] for _, name in SUBJECTS.values()]


def _query(
    spec: SheetSpec, table: FromClause, viewer: Viewer, months: Months | None, *, head: bool
) -> Select[*tuple[Value, ...]]:
    code = _HOUSEHOLD.c.code
    columns: Sequence[ColumnElement[Value]]
    order: Sequence[ColumnElement[Value]]
    if spec.name == LEDGER:
        month = table.c.month if table is ledger else table.c.last_month // 12 + as_period(0)
        columns, order = [code, month, *_subjects(table)], list(table.primary_key)
    else:
        columns = [code if c.name == "household_id" else _cell(table, c) for c in spec.columns]
        order = [table.c.village, code] if table is _HOUSEHOLD else list(spec.table.primary_key)
        if table is case_step:
            order = [case_step.c.case_id, case_step.c.day, *order]
    asked = select(*columns, *([_HOUSEHOLD.c.head] if head else []))
    seen = _scope(table, viewer), _in_months(spec, table, months)
    return asked.select_from(_source(table)).where(*seen).order_by(*order)


def _cell(table: FromClause, column: ColumnSpec) -> ColumnElement[Value]:
    held = table.c[column.name]
    if column.reference == EPISODE:
        return monitoring_case.c.code
    if column.reference != HOUSEHOLD:
        return held
    other = household.alias("other")
    return select(other.c.code).where(other.c.id == held).scalar_subquery()


@needs(EXPORT, RECORDS)
def rows(
    connection: Connection,
    viewer: Viewer,
    spec: SheetSpec,
    months: Months | None = None,
    *,
    head: bool = False,
    told: Callable[[int], None] = lambda done: None,
) -> Iterator[Sequence[Value]]:
    """The rows of a sheet with values as the store holds them; ``told`` hears how many are read. ``head``: with the
    name of the household's head behind, for a sheet that :func:`names_households`."""
    done = 0
    for table in _tables(spec):
        asked = _query(spec, table, viewer, months, head=head)
        for batch in connection.execute(asked, execution_options={"yield_per": STEP}).partitions():
            made: Iterable[Sequence[Value]] = _unpivoted(batch) if spec.name == LEDGER else batch
            if table is member_fact:
                made = ((*key, item, day, fact_shown(item, held)) for *key, item, day, held in batch)
            for row in made:
                done += 1
                yield row
            told(done)


def names_households(spec: SheetSpec) -> bool:
    """Whether a sheet names households by their codes alone, so that a reader looks for the head's name."""
    return any(column.name == "household_id" for column in spec.columns)


def _unpivoted(batch: Iterable[Sequence[Value]]) -> Iterator[tuple[str, int, str, int]]:
    names = tuple(SUBJECTS)
    for code, month, *amounts in batch:
        for name, amount in zip(names, amounts, strict=True):
            if amount is not None:
                yield code, month, name, amount


@needs(EXPORT, RECORDS)
def booked(connection: Connection, viewer: Viewer) -> Iterator[tuple[str, str, list[str]]]:
    """Of each household that ever booked anything: its code, the name of its head and the items, in the order of
    villages and codes."""
    held: dict[tuple[str, str, str], set[str]] = {}
    by = _HOUSEHOLD.c.village, _HOUSEHOLD.c.code, _HOUSEHOLD.c.head
    for table in (ledger, ledger_year):
        some = [func.count(column) for column in _subjects(table)]
        asked = select(*by, *some).select_from(_source(table)).where(_scope(table, viewer)).group_by(*by)
        for village, code, head, *counts in connection.execute(asked):
            found = held.setdefault((village, code, head), set())
            found.update(name for name, count in zip(SUBJECTS, counts, strict=True) if count)
    for (_, code, head), found in sorted(held.items()):
        yield code, head, [name for name in SUBJECTS if name in found]
