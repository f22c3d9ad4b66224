"""A million households: thirteen prefectures like the demonstration's under one province, copied inside the store."""

import sqlite3
from pathlib import Path

from data.figures import cube  # noqa: F401 - its tables are among the derived
from data.figures.beginnings import derived
from data.store.engine import ready_engine, writing

COPIES = 13  # of 78,000 households
MONTHS = 24  # of ledger, visits and household months; the cube has all
PROVINCE = ("99", "示范省")
_IDS = 100_000  # a copy's households are numbered from this many times its place on

_REGION = "'99' || printf('%02d', 2 + :copy) || substr({0}, 5)"
_OWN = "CASE WHEN :copy = 0 THEN {0} ELSE printf('K%02d', :copy) || {0} END"
_HOUSEHOLD = f"{{0}} + :copy * {_IDS}"
_NUMBER = "{0} + :copy * 1000000"
_KEY = f"""CASE record WHEN 'member' THEN {_REGION}
    WHEN 'household' THEN CAST(CAST({{0}} AS INTEGER) + :copy * {_IDS} AS TEXT)
    WHEN 'ledger' THEN (CAST({{0}} AS INTEGER) + :copy * {_IDS}) || substr({{0}}, instr({{0}}, ':')) ELSE {_OWN} END"""
"""Of the record that a rule speaks of."""
_MOVED = {
    "region": {"code": _REGION, "parent": f"CASE {{0}} WHEN '' THEN '{PROVINCE[0]}' ELSE {_REGION} END"},
    "boundary": {"region": _REGION},
    "household": {"id": _HOUSEHOLD, "code": _REGION, "village": _REGION},
    "member": {"code": _REGION, "household_id": _HOUSEHOLD},
    "ledger": {"household_id": _HOUSEHOLD},
    "measure": {"code": _OWN, "household_id": _HOUSEHOLD},
    "project": {"code": _OWN, "region": _REGION},
    "project_stage": {"project": _OWN},
    "project_return": {"project": _OWN},
    "project_household": {"project": _OWN, "household_id": _HOUSEHOLD},
    "helper": {"code": _OWN},
    "pairing": {"helper": _OWN, "household_id": _HOUSEHOLD},
    "visit": {"code": _OWN, "household_id": _HOUSEHOLD, "helper": _OWN},
    "fund": {"code": _OWN, "region": _REGION, "project": _OWN},
    "fund_payment": {"fund": _OWN},
    "fund_plan": {"fund": _OWN},
    "problem": {"code": _OWN, "region": _REGION, "household_id": _HOUSEHOLD},
    "task": {"code": _OWN, "village": _REGION, "household_id": _HOUSEHOLD},
    "household_event": {"household_id": _HOUSEHOLD, "other": _HOUSEHOLD},
    "household_move": {"household_id": _HOUSEHOLD, "origin": _REGION, "village": _REGION},
    "member_event": {"member": _REGION, "household_id": _HOUSEHOLD},
    "member_fact": {"member": _REGION},
    "assurance": {"household_id": _HOUSEHOLD},
    "episode": {"code": _OWN, "household_id": _HOUSEHOLD},
    "monitoring_case": {"id": _NUMBER, "code": _OWN, "household_id": _HOUSEHOLD, "village": _REGION},
    "case_step": {"id": _NUMBER, "case_id": _NUMBER},
    "clue": {"id": _NUMBER, "household_id": _HOUSEHOLD, "village": _REGION, "mark": _OWN, "case_id": _NUMBER},
    "clue_step": {"id": _NUMBER, "clue": _NUMBER},
    "plan_item": {
        "id": _NUMBER, "case_id": _NUMBER, "household_id": _HOUSEHOLD, "village": _REGION, "owner_id": "NULL",
        "measure": _OWN,
    },
    "plan_item_step": {"id": _NUMBER, "item": _NUMBER},
    "exit_review": {"id": _NUMBER, "household_id": _HOUSEHOLD, "village": _REGION},
    "exit_review_step": {"id": _NUMBER, "review": _NUMBER},
    "income_reference": {"household_id": _HOUSEHOLD},
    "quality_hit": {"key": _KEY, "household_id": _HOUSEHOLD, "village": _REGION},
    "quality_tally": {"village": _REGION},
    "quality_round": {"id": _NUMBER, "region": _REGION},
    "rural_population": {"region": _REGION},
    "state_spell": {"household_id": _HOUSEHOLD, "village": _REGION},
    "member_spell": {"member": _REGION, "household_id": _HOUSEHOLD},
    "helping_spell": {"region": _REGION, "who": _OWN},
    "books_county": {"county": _REGION},
    "books_month": {"region": _REGION},
    "cube": {"region": _REGION},
    "region_path": {"region": _REGION, "ancestor": _REGION},
    "record_span": {"region": _REGION},
}  # fmt: skip
"""Table → what is different in a copy; every other column is as it was. Codes of regions begin with those of all."""
_SINCE = f"(SELECT MAX(month) - {MONTHS - 1} FROM old.month)"
_PICKED = {
    "region": "1 = 1 ORDER BY length(code)",  # above before below
    "ledger": f"month >= {_SINCE}",
    "visit": f"visited >= (SELECT first_day FROM old.month WHERE month = {_SINCE})",
    "cube": "region != ''",
    "region_path": "ancestor != ''",
    "record_span": "region != ''",
}
_ONCE = ("month", "monitoring_line", "measure_begins", "quality_run", "data_version")


def make(prefecture: Path, target: Path) -> None:
    """Write the store of a million households to ``target`` from that of the prefecture; takes minutes and 5 GB."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    engine = ready_engine(f"sqlite:///{partial}")
    with writing(engine) as connection:
        derived.create_all(connection)
    engine.dispose()
    with sqlite3.connect(partial, isolation_level=None) as store:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000", "foreign_keys = OFF"):
            store.execute(f"PRAGMA {pragma}")
        store.execute("ATTACH ? AS old", (str(prefecture),))
        store.execute("BEGIN")
        for name in _ONCE:
            store.execute(f"DELETE FROM {name}")
            store.execute(f"INSERT INTO {name} SELECT * FROM old.{name}")
        for name in _MOVED:
            for copy in range(COPIES):
                _copy(store, name, copy)
        _copy_household_months(store)
        _add_province(store)
        store.execute("COMMIT")
        store.execute("PRAGMA analysis_limit = 1000")
        store.execute("ANALYZE")
        store.execute("DETACH old")
        store.execute("PRAGMA journal_mode = WAL")
    store.close()
    partial.rename(target)


def _columns(store: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in store.execute(f"PRAGMA main.table_info({table})")]


def _copy(store: sqlite3.Connection, table: str, copy: int) -> None:
    columns = _columns(store, table)
    values = ", ".join(_MOVED[table].get(column, "{0}").format(column) for column in columns)
    listed = ", ".join(columns)
    picked = _PICKED.get(table, "1 = 1")
    store.execute(f"INSERT INTO {table} ({listed}) SELECT {values} FROM old.{table} WHERE {picked}", {"copy": copy})


def _copy_household_months(store: sqlite3.Connection) -> None:
    """In the order of its key, month before village, so that nothing is sorted in."""
    columns = _columns(store, "household_month")
    moved = {"village": _REGION, "household_id": _HOUSEHOLD}
    values = ", ".join(moved.get(column, "{0}").format(column) for column in columns)
    first, last = store.execute(f"SELECT {_SINCE}, MAX(month) FROM old.month").fetchone()
    statement = f"INSERT INTO household_month ({', '.join(columns)}) SELECT {values} FROM old.household_month"
    for month in range(first, last + 1):
        for copy in range(COPIES):
            store.execute(f"{statement} WHERE month = :month", {"month": month, "copy": copy})


def _add_province(store: sqlite3.Connection) -> None:
    """What stands above all copies: a region without records of its own, and its figures."""
    code = PROVINCE[0]
    store.execute("INSERT INTO region (code, name, parent) VALUES (?, ?, '')", PROVINCE)
    store.execute("INSERT INTO region_path SELECT code, '' FROM region UNION SELECT '', ''")
    store.execute("INSERT OR IGNORE INTO region_path SELECT code, ? FROM region", (code,))
    columns = _columns(store, "cube")[2:]
    sums = ", ".join(f"SUM({column})" for column in columns)
    for whole in (code, ""):
        store.execute(
            f"INSERT INTO cube (region, month, {', '.join(columns)}) SELECT ?, month, {sums} FROM cube"
            " WHERE region IN (SELECT code FROM region WHERE parent = ?) GROUP BY month",
            (whole, code),
        )
