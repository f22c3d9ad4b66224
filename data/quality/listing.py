"""The named list of a rule: whose record it speaks of, the field that is marked and what stands there."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Table, select, text, tuple_

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import EXPORT, QUALITY, READ
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.households import words
from data.model import helper, metadata
from data.months import first_day, month_of
from data.quality.waivers import ASKED, WAIVED, Mark
from data.rules.counting import AGREED
from data.rules.registry import RULES
from data.rules.rule import Rule
from data.store.batches import batches
from data.store.rows import Record, StoredRow
from data.workbook.sheets import SHEETS

PAGE = 50
GROUPS = {"open": "待整改", "new": "本月新增", "asked": "申请豁免", "waived": "豁免中", "all": "全部"}
"""Which hits a list holds."""
_ASKED = f"""EXISTS (SELECT 1 FROM quality_waiver w WHERE w.rule = h.rule AND w.record = h.record AND w.key = h.key
    AND w.state = '{ASKED}')"""
_CLAUSES = {
    "open": f"NOT {WAIVED}", "new": f"h.since >= :month AND NOT {WAIVED}", "asked": f"{_ASKED} AND NOT {WAIVED}",
    "waived": WAIVED, "all": "1 = 1",
}  # fmt: skip
_SHEETS = {sheet.table_name: sheet for sheet in SHEETS}
_NAMES = {
    "member": "name", "project": "name", "task": "name", "measure": "name", "problem": "category", "fund": "name",
    "visit": "visited", "episode": "identified",
}  # fmt: skip
"""Record → the column that says what it is called."""


@dataclass(frozen=True)
class Hit:
    """One hit: what it is told by, whose (the household's number, head and code as the viewer may read them), which
    record of his, the village's code and name, the field that is marked and what stands there, since when, how many
    days; ``waiver``: its state and last day where one is asked for or holds; ``case``: an episode's, by number."""

    mark: Mark
    household: int | None
    head: str | None
    code: str | None
    what: str
    village: str
    place: str
    label: str
    value: str | None
    since: str
    days: int
    waiver: tuple[str, str] | None
    case: int | None = None

    @property
    def rule(self) -> Rule:
        return RULES[self.mark.rule]


@needs(READ, QUALITY)
def counts(connection: Connection, viewer: Viewer, rule: str, region: str, today: date) -> Mapping[str, int]:
    """Key of GROUPS → how many hits of a rule in a region. Raises OutOfScope, NotFound for a rule that is none."""
    where, bound = _picked(viewer, rule, region, today)
    sums = ", ".join(
        f'COALESCE(SUM(CASE WHEN {sql} THEN 1 ELSE 0 END), 0) AS "{name}"' for name, sql in _CLAUSES.items()
    )
    row = connection.execute(text(f"SELECT {sums} FROM quality_hit h WHERE {where}"), bound).mappings().one()
    return {name: int(row[name]) for name in GROUPS}


@needs(READ, QUALITY)
def hits(
    connection: Connection,
    viewer: Viewer,
    rule: str,
    region: str,
    today: date,
    *,
    group: str = "open",
    offset: int = 0,
    limit: int = PAGE,
) -> list[Hit]:
    """Hits of a rule in a region, by village and household. Raises as :func:`counts`."""
    where, bound = _picked(viewer, rule, region, today)
    return _hits(connection, viewer, f"{where} AND {_CLAUSES[group]}", bound, today, offset, limit)


@needs(EXPORT, QUALITY)
def exported(
    connection: Connection, viewer: Viewer, rule: str, region: str, today: date, *, group: str, most: int
) -> list[Hit]:
    """The same to be taken away. Raises as :func:`counts`."""
    where, bound = _picked(viewer, rule, region, today)
    return _hits(connection, viewer, f"{where} AND {_CLAUSES[group]}", bound, today, 0, most)


@needs(READ, QUALITY)
def of_household(connection: Connection, viewer: Viewer, household: int, today: date) -> list[Hit]:
    """What rules say of one household of the viewer's region, the waived too; none for one that is not his."""
    here, bound = within_sql("h.village", viewer.region)
    bound |= {"household": household, "this_day": today.isoformat()}
    return _hits(connection, viewer, f"h.household_id = :household AND {here}", bound, today, 0, 200)


@needs(READ, QUALITY)
def hit(connection: Connection, viewer: Viewer, mark: Mark, today: date) -> Hit:
    """One hit. Raises NotFound where it is not there any more or not the viewer's."""
    here, bound = within_sql("h.village", viewer.region)
    bound |= {"rule": mark.rule, "record": mark.record, "key": mark.key, "this_day": today.isoformat()}
    where = f"h.rule = :rule AND h.record = :record AND h.key = :key AND {here}"
    found = _hits(connection, viewer, where, bound, today, 0, 1)
    if not found:
        raise NotFound("没有这条问题（可能已经改好），或它不在您的查看范围内。")
    return found[0]


def _picked(viewer: Viewer, rule: str, region: str, today: date) -> tuple[str, dict[str, object]]:
    if rule not in RULES:
        raise NotFound(f"没有编号为“{rule[:10]}”的规则。")
    here, bound = within_sql("h.village", viewer.narrowed(region))
    days = {"this_day": today.isoformat(), "month": first_day(month_of(today))}
    return f"h.rule = :rule AND {here}", {**bound, "rule": rule, **days}


_ORDER = "h.village, h.household_id, h.rule, h.key"


def _hits(
    connection: Connection,
    viewer: Viewer,
    where: str,
    bound: Mapping[str, object],
    today: date,
    offset: int,
    limit: int,
) -> list[Hit]:
    sql = f"""
        SELECT h.*, f.head, f.code AS home, r.name AS place, w.state AS waiver, w.until, c.id AS "case"
        FROM (SELECT h.* FROM quality_hit h WHERE {where} ORDER BY {_ORDER} LIMIT :limit OFFSET :offset) h
        LEFT JOIN region r ON r.code = h.village LEFT JOIN household f ON f.id = h.household_id
        LEFT JOIN monitoring_case c ON h.record = 'episode' AND c.code = h.key
        LEFT JOIN quality_waiver w ON w.id = (SELECT MAX(x.id) FROM quality_waiver x WHERE x.rule = h.rule
            AND x.record = h.record AND x.key = h.key
            AND (x.state = '{ASKED}' OR (x.state = '{AGREED}' AND x.until >= :this_day)))
        ORDER BY {_ORDER}"""
    rows = [
        row
        for row in connection.execute(text(sql), {**bound, "limit": limit, "offset": offset}).all()
        if row.rule in RULES
    ]
    records = _records(connection, rows)
    helpers = _helpers(connection, rows, records)
    return [_told(viewer, row, records.get((row.record, row.key), {}), helpers, today) for row in rows]


def _helpers(
    connection: Connection, rows: Sequence[StoredRow], records: Mapping[tuple[str, str], Record]
) -> words.Named:
    """Names of the helpers that stand in marked fields."""
    held = {str(records.get((row.record, row.key), {}).get("helper")) for row in rows if row.field == "helper"}
    names: dict[tuple[str, str], str] = {}
    for some in batches(sorted(held)):
        asked = select(helper.c.code, helper.c.name).where(helper.c.code.in_(some))
        names |= {("helper", code): name for code, name in connection.execute(asked)}
    return names


def _records(connection: Connection, rows: Sequence[StoredRow]) -> dict[tuple[str, str], Record]:
    """(record, key) → its row; a key of several parts has ':' between them."""
    found: dict[tuple[str, str], Record] = {}
    for name in {row.record for row in rows}:
        table = metadata.tables[name]
        parts = list(table.primary_key.columns)
        keys = {_parts(table, row.key): row.key for row in rows if row.record == name}
        for some in batches(keys, 500):
            asked = select(table).where(tuple_(*parts).in_(some))
            for row in connection.execute(asked).mappings():
                found[name, keys[tuple(row[part.name] for part in parts)]] = row
    return found


def _parts(table: Table, key: str) -> tuple[object, ...]:
    columns = list(table.primary_key.columns)
    texts = key.split(":") if len(columns) > 1 else [key]
    return tuple(
        int(part) if column.type.python_type is int else part for column, part in zip(columns, texts, strict=True)
    )


def _told(viewer: Viewer, row: StoredRow, record: Record, helpers: words.Named, today: date) -> Hit:
    field = row.field or RULES[row.rule].field
    waiver = (row.waiver, row.until) if row.waiver else None
    return Hit(
        mark=Mark(row.rule, row.record, row.key),
        household=row.household_id,
        head=row.head and (row.head if viewer.sees_identity else mask_name(row.head)),
        code=row.home if viewer.sees_health else None,
        what=_called(viewer, row.record, record),
        village=row.village,
        place=row.place,
        label=label_of(row.record, field),
        value=_value(row.record, field, record, helpers),
        since=row.since,
        days=(today - date.fromisoformat(row.since)).days,
        waiver=waiver,
        case=row.case,
    )


def label_of(record: str, field: str) -> str:
    """The heading of a field, '' of what is no column of the workbook (the household as a whole)."""
    sheet = _SHEETS.get(record)
    if sheet is None:
        return ""
    with suppress(KeyError):
        told = words.label(record, field)
        return "" if told == field else told
    return ""


def _called(viewer: Viewer, record: str, row: Record) -> str:
    """What a record is called: a member by his name, another by its sheet and what tells it apart."""
    own = str(row.get(_NAMES.get(record, "")) or "")
    if record == "member":
        return own if viewer.sees_identity else mask_name(own)
    try:
        return words.record(record, dict(row), {(record, str(row.get("code"))): own})
    except KeyError:  # a table without a sheet, or a record that is gone
        return ""


def _value(record: str, field: str, row: Record, helpers: words.Named) -> str | None:
    """What stands in the field, masked as everywhere; None where the record is not told by one column, or is gone."""
    if field not in row or record not in _SHEETS:
        return None
    try:
        return words.value(record, field, row[field], helpers)
    except (KeyError, ValueError):
        return None
