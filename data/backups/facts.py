"""What a store holds at the moment it is copied, in figures that a restored one can be compared with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NotRequired, TypedDict

from sqlalchemy import Connection, RowMapping, inspect, select, text

from data.audit.verify import log_end
from data.model import data_version, metadata
from data.regions.tree import WHOLE

SHOWN = 3


class Copied(TypedDict):
    """Archives of a backup: copied, there already, named by the records and nowhere."""

    copied: int
    standing: int
    missing: int


class Facts(TypedDict):
    """``rows`` of each table of records, the number of the last write, the schema's number, the end of the log, and
    the ``figures`` of the whole in the newest month (measure → sum; empty before the first cube). Of a backup that was
    made, its ``archives``, and where its maker saved the key apart."""

    rows: dict[str, int]
    version: int
    schema: str
    log_end: str
    figures: dict[str, float]
    archives: NotRequired[Copied]
    key_to: NotRequired[str]


def facts_of(connection: Connection) -> Facts:
    """The facts of a store of today's schema."""
    return _facts(connection, list(metadata.tables))


def differences(connection: Connection, told: Facts) -> list[str]:
    """Where a store, be it of an older schema, is not what its facts say; in words, nothing where it is."""
    standing = set(inspect(connection).get_table_names())
    found = _facts(connection, [name for name in told["rows"] if name in standing])
    return list(_differing(told, found))


def _facts(connection: Connection, tables: Sequence[str]) -> Facts:
    version = connection.execute(select(data_version.c.version)).scalar()
    schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return {
        "rows": {name: _count(connection, name) for name in sorted(tables)},
        "version": int(version or 0),
        "schema": str(schema),
        "log_end": log_end(connection),
        "figures": _figures(connection),
    }


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT COUNT(*) FROM "{table}"')).scalar_one())  # a name of the schema's own


def _figures(connection: Connection) -> dict[str, float]:
    if not inspect(connection).has_table("cube"):
        return {}
    newest = text("SELECT * FROM cube WHERE region = :whole AND month = (SELECT MAX(month) FROM cube)")
    row: RowMapping | None = connection.execute(newest, {"whole": WHOLE}).mappings().first()
    return {name: float(value) for name, value in (row or {}).items() if isinstance(value, (int, float))}


def _differing(told: Facts, found: Facts) -> Iterator[str]:
    for name, many in told["rows"].items():
        if found["rows"].get(name) != many:
            yield f"{name} 表应有 {many:,} 行，恢复出 {found['rows'].get(name, 0):,} 行"
    if told["version"] != found["version"]:
        yield f"数据版本应为 {told['version']}，恢复出 {found['version']}"
    if told["log_end"] != found["log_end"]:
        yield f"日志应止于 {told['log_end']}，恢复出的止于 {found['log_end']}"
    if wrong := _other_figures(told["figures"], found["figures"]):
        yield f"全域汇总有 {len(wrong)} 项不同（{'、'.join(wrong[:SHOWN])}）"


def _other_figures(told: Mapping[str, float], found: Mapping[str, float]) -> list[str]:
    return [name for name, value in told.items() if found.get(name) != value]
