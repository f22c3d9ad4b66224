"""The named records behind a figure: counted, a page of them, or all for an export; always in the viewer's scope."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, bindparam, text

from data.access.masks import mask_health, mask_id, mask_name, mask_party
from data.access.rights import needs, require_right
from data.access.roles import EXPORT, FIGURES, HEALTH, HOUSEHOLDS, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.figures.list_kinds import KINDS, LINE, Column, ListKind, columns_of
from data.figures.monitoring_line import line_of
from data.figures.read import indicator
from data.months import label, last_day
from data.store.batches import batches
from data.store.rows import StoredRow
from data.terms import STATE_NAMES

PAGE = 50


def list_kind(id: str) -> ListKind:
    """The kind of list behind an indicator; raises NotFound for an unknown indicator."""
    return KINDS[indicator(id).records.kind]


@needs(READ, FIGURES)
def count(connection: Connection, viewer: Viewer, id: str, region: str, month: int) -> int:
    """How many records stand behind the indicator in this region and month, for this viewer."""
    kind = list_kind(id)
    if not indicator(id).walls:
        require_right(viewer, READ, HEALTH)
    kind, condition, bound = _asked(viewer, kind, id, region, month)
    counted = connection.execute(text(f"SELECT COUNT(*) FROM {kind.joined} WHERE {condition}"), bound)
    return int(counted.scalar_one())


@needs(READ, HOUSEHOLDS)
def page(
    connection: Connection,
    viewer: Viewer,
    id: str,
    region: str,
    month: int,
    *,
    sort: str | None = None,
    descending: bool = False,
    limit: int = PAGE,
    offset: int = 0,
) -> pd.DataFrame:
    """A page of the list: the columns of its kind that the viewer may read, then ``household_id`` (Int64) and
    ``region`` (code) of each row.

    Worst first, or by the column ``sort``; raises NotFound for a column that is not there. Money is yuan, shares and
    progress are fractions, days are ISO texts, what is missing is None or NaN.
    """
    kind, columns = _kind(viewer, id)
    kind, condition, bound = _asked(viewer, kind, id, region, month)
    picked = text(
        lined(
            connection,
            region,
            month,
            f"SELECT {kind.key} FROM {kind.joined} WHERE {condition} ORDER BY {_order(kind, columns, sort, descending)}"
            " LIMIT :limit OFFSET :offset",
        )
    )
    keys = connection.execute(picked, {**bound, "limit": limit, "offset": offset}).scalars().all()
    if not keys:
        return _frame(viewer, columns, [], date.max)
    asked = f"{_select(kind, columns)} WHERE {kind.base} AND {kind.key} IN :keys"
    statement = text(lined(connection, region, month, asked))
    found = connection.execute(statement.bindparams(bindparam("keys", expanding=True)), {**bound, "keys": keys}).all()
    by_key = {row.row_key: row for row in found}
    return _frame(viewer, columns, [by_key[key] for key in keys], _as_of(connection, month))


@needs(READ, HOUSEHOLDS)
def regions_behind(
    connection: Connection, viewer: Viewer, id: str, region: str, month: int, *, digits: int
) -> list[str]:
    """The regions of a level (digits of a code) in which the records behind an indicator lie, by code."""
    kind, _ = _kind(viewer, id)
    kind, condition, bound = _asked(viewer, kind, id, region, month)
    code = f"substr({kind.region}, 1, {digits:d})"
    asked = f"SELECT DISTINCT {code} FROM {kind.joined} WHERE {condition} AND length({kind.region}) >= {digits:d}"
    return sorted(connection.execute(text(lined(connection, region, month, asked)), bound).scalars())


@needs(READ, HOUSEHOLDS)
def households_behind(
    connection: Connection, viewer: Viewer, id: str, region: str, month: int
) -> list[tuple[str, int]]:
    """The households that the records behind an indicator are of, each once with its region, worst first."""
    kind, _ = _kind(viewer, id)
    if kind.household is None:
        return []
    kind, condition, bound = _asked(viewer, kind, id, region, month)
    asked = (
        f"SELECT {kind.region}, {kind.household} FROM {kind.joined} WHERE {condition} AND {kind.household} IS NOT NULL"
    )
    rows = connection.execute(text(lined(connection, region, month, f"{asked} ORDER BY {kind.order}")), bound)
    return list({household: (place, household) for place, household in rows.tuples()}.values())


@needs(EXPORT, HOUSEHOLDS)
def whole(connection: Connection, viewer: Viewer, id: str, region: str, month: int) -> pd.DataFrame:
    """The whole list as :func:`page` gives it, worst first: for an export."""
    kind, columns = _kind(viewer, id)
    kind, condition, bound = _asked(viewer, kind, id, region, month)
    statement = lined(connection, region, month, f"{_select(kind, columns)} WHERE {condition} ORDER BY {kind.order}")
    found = connection.execute(text(statement), bound).all()
    return _frame(viewer, columns, found, _as_of(connection, month))


@needs(READ, HOUSEHOLDS)
def of_households(connection: Connection, viewer: Viewer, ids: Sequence[int], region: str, month: int) -> pd.DataFrame:
    """Those of these households that were of the region in the month, that the viewer may see and that have an income
    in it, in the order of ``ids``.

    Columns as :func:`page` gives them for incomes; asked in portions, so that any number may be asked for.
    """
    kind = KINDS["incomes"]
    columns = columns_of(viewer, kind)
    seen, named = seen_matters(viewer, "h.id")
    here, bound = within_sql("hm.village || ''", viewer.narrowed(region))
    # by the household's own key first, its row of the month then by its whole key, not by the range of villages ('')
    whole_key = "h.id IN :keys AND hm.village IN (SELECT u.village FROM state_spell u WHERE u.household_id = h.id)"
    found = f"{_select(kind, columns)} WHERE {kind.base} AND {whole_key} AND {here} AND {seen}"
    statement = text(lined(connection, region, month, found)).bindparams(bindparam("keys", expanding=True))
    by_key: dict[int, StoredRow] = {}
    for keys in batches(ids):
        asked = {**bound, **named, "keys": keys, "month": month}
        by_key |= {row.row_key: row for row in connection.execute(statement, asked)}
    return _frame(viewer, columns, [by_key[id] for id in ids if id in by_key], _as_of(connection, month))


def _kind(viewer: Viewer, id: str) -> tuple[ListKind, tuple[Column, ...]]:
    """The kind of list behind an indicator, and what of it the viewer reads; raises NoRight where that is nothing."""
    kind = list_kind(id)
    require_right(viewer, READ, kind.thing)
    return kind, columns_of(viewer, kind)


def lined(connection: Connection, region: str, month: int, statement: str) -> str:
    """The statement with the monitoring lines of the provinces in question put in."""
    if LINE not in statement:
        return statement
    asked = text("SELECT DISTINCT substr(code, 1, 2) FROM region")
    provinces = [region[:2]] if region else connection.execute(asked).scalars().all()
    lines = {province: line_of(connection, province, last_day(month)) for province in provinces}
    cases = " ".join(f"WHEN '{province}' THEN {line}" for province, line in lines.items() if line is not None)
    return statement.replace(LINE, f"(CASE substr(h.village, 1, 2) {cases} END)" if cases else "NULL")


def _select(kind: ListKind, columns: Sequence[Column]) -> str:
    listed = ", ".join(f"{column.sql} AS c_{column.id}" for column in columns)
    household = kind.household or "CAST(NULL AS INTEGER)"
    return (
        f"SELECT {kind.key} AS row_key, {listed}, {household} AS row_household, {kind.region} AS row_region"
        f" FROM {kind.joined}"
    )


def _asked(viewer: Viewer, kind: ListKind, id: str, region: str, month: int) -> tuple[ListKind, str, dict[str, object]]:
    """The kind with its joins narrowed to what the viewer may see, the condition on its rows, and what is bound."""
    of_region, of_household = kind.summed or (kind.region, kind.household)
    scope, bound = within_sql(of_region, viewer.narrowed(region))
    if of_household:
        seen, named = seen_matters(viewer, of_household)
        scope, bound = f"{scope} AND {seen}", {**bound, **named}
    parts = [kind.base, f"({indicator(id).records.where})"]
    if kind.summed:
        kind = replace(kind, joined=kind.joined.format(here=scope))
    else:
        parts.append(scope)
    return kind, " AND ".join(parts), {**bound, "month": month}


def _order(kind: ListKind, columns: Sequence[Column], sort: str | None, descending: bool) -> str:
    if sort is None:
        return kind.order
    chosen = next((column for column in columns if column.id == sort), None)
    if chosen is None:
        raise NotFound(f"名单中没有“{sort[:20]}”这一列。")
    down = descending != (chosen.form == "overdue")  # the earliest deadline is the most days over
    return f"{chosen.sql} {'DESC' if down else 'ASC'} NULLS LAST, {kind.key}"


def _as_of(connection: Connection, month: int) -> date:
    return date.fromisoformat(
        connection.execute(text("SELECT as_of FROM month WHERE month = :month"), {"month": month}).scalar_one()
    )


def _frame(viewer: Viewer, columns: Sequence[Column], rows: Sequence[StoredRow], as_of: date) -> pd.DataFrame:
    told: dict[str, pd.Series] = {}
    for place, column in enumerate(columns, start=1):
        values = [_told(viewer, column, row[place], row.row_household is None, as_of) for row in rows]
        told[column.id] = pd.Series(values, dtype=_DTYPES[column.form])
    frame = pd.DataFrame(told)
    frame["household_id"] = pd.Series([row.row_household for row in rows], dtype="Int64")
    frame["region"] = pd.Series([row.row_region for row in rows], dtype=object)
    return frame


_DTYPES = {
    "text": object, "person": object, "veiled": object, "party": object, "id_number": object, "words": object,
    "telling": object, "phone": object,
    "health": object, "matter": object, "day": object, "state": object, "yes_no": object, "integer": "Int64",
    "overdue": "Int64", "fen": float, "share": float, "bp": float, "month": object,
}  # fmt: skip


# Any: what the column's SQL gives
def _told(viewer: Viewer, column: Column, value: Any, of_nobody: bool, as_of: date) -> object:
    """A stored value as the viewer may read it."""
    if value is None:
        return None
    match column.form:
        case "fen":
            return round(float(value)) / 100
        case "share":
            return float(value)
        case "bp":
            return value / 10_000
        case "month":
            return label(value)
        case "state":
            return STATE_NAMES[value]
        case "yes_no":
            return "是" if value else "否"
        case "person":
            return value if viewer.sees_identity else mask_name(value)
        case "veiled":
            return mask_name(value)
        case "party":
            return mask_party(viewer, value)
        case "id_number":
            return mask_id(value)
        case "health":
            return mask_health(viewer, value)
        case "matter":
            return value if of_nobody or viewer.sees_identity else None
        case "overdue":
            return (as_of - date.fromisoformat(value)).days
    return value
