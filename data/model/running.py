"""What runs on a day, in SQL: the one reading of 开始日期 and 结束日期, and of the dates on which something is done.

A spell (a state, a belonging, a dated value) holds from its first day to the day before its end. A pairing or a measure
runs from the day it starts to the day it ends, both included. What is done on a day (整改, 销号,
完成, 解除) is done when that day is over, so that it is open on the days before.
"""

from sqlalchemy import Table, TextClause, text


def runs_on(alias: str, day: str) -> str:
    """Condition: what stands under ``alias`` (a pairing, a measure) runs on the day, the SQL of an ISO date."""
    return f"({alias}.started <= {day} AND {lasts_to(alias, day)})"


def holds_on(alias: str, day: str) -> str:
    """Condition: the spell ``alias`` (columns since, until; NULL: still) holds on the day, the SQL of an ISO date."""
    return f"({alias}.since <= {day} AND ({alias}.until IS NULL OR {alias}.until > {day}))"


def places_of(record: str, key: str, region: str, *, stands: bool = True) -> str:
    """SQL of the region that each row of ``record`` (a table of ``matter_move``) belongs to, as spells: ``key`` (its
    own), place, since ('': always), until. ``region``: the column that says where it is now; of one that does not
    follow (``stands`` False), where it was first."""
    here = f"FROM matter_move e WHERE e.record = '{record}' AND e.key = CAST({record}.{key} AS TEXT)"
    last = region if stands else f"COALESCE((SELECT e.region {here} ORDER BY e.day DESC LIMIT 1), {record}.{region})"
    before = "SELECT MAX(e.day) FROM matter_move e WHERE e.record = v.record AND e.key = v.key AND e.day < v.day"
    moved = "CAST(v.key AS BIGINT)" if key == "id" else "v.key"
    return f"""(SELECT {key} AS key, {last} AS place, COALESCE((SELECT MAX(e.day) {here}), '') AS since,
        NULL AS until FROM {record} UNION ALL SELECT {moved}, v.origin, COALESCE(({before}), ''), v.day
        FROM matter_move v WHERE v.record = '{record}')"""


def lasts_to(alias: str, day: str) -> str:
    """Condition: it has no end before the day, whenever it starts."""
    return f"({alias}.ended IS NULL OR {alias}.ended >= {day})"


def open_on(column: str, day: str) -> str:
    """Condition: what is done on the date in ``column`` is not yet done at the end of the day."""
    return f"({column} IS NULL OR {column} > {day})"


def undone_on(what: str, alias: str, day: str) -> str:
    """Condition: of a problem or task ``alias`` that stands, the date ``what`` (problem.closed, problem.rectified,
    task.finished) has not come at the end of the day, or was taken back later (``matter_rest``)."""
    column = f"{alias}.{what.partition('.')[2]}"
    rested = (
        f"SELECT 1 FROM matter_rest q WHERE q.record = '{what}' AND q.key = {alias}.code"
        f" AND q.since <= {day} AND q.until > {day}"
    )
    return f"({alias}.state <> 'void' AND {open_on(column, day)} AND NOT EXISTS ({rested}))"


def aged(alias: str, day: str, reached: int, not_yet: int) -> str:
    """Condition: the member ``alias`` has reached so many years on the day (SQL of an ISO date), and not others."""
    born = f"(CAST(substr({day}, 1, 4) AS INTEGER) - {{}}) || substr({day}, 5)"
    return f"({alias}.born > {born.format(not_yet)} AND {alias}.born <= {born.format(reached)})"


def running(table: Table, day: str) -> TextClause:
    """``runs_on`` as a clause on a table, with the day itself (ISO)."""
    return text(runs_on(table.name, ":running_day")).bindparams(running_day=day)


def lasting(table: Table, day: str) -> TextClause:
    """``lasts_to`` as a clause on a table, with the day itself (ISO)."""
    return text(lasts_to(table.name, ":lasting_day")).bindparams(lasting_day=day)
