"""What a project or operator in trouble does to the households behind it, this year, before it has happened.

Behind it stands who had part in one of the projects this year or the last. The loss that is to be expected is what a
household had from them last year, way by way (分红, 土地流转, 务工 …), less what came this year already, never below
nothing. Where no amount is on record, none is guessed: those households are counted apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, bindparam, text

from data.access.masks import mask_name, without_telling
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, PROJECTS, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound
from data.figures.list_kinds import LINE
from data.figures.lists import lined
from data.figures.net_income import AT_CLOSED, KNOWN_NET
from data.figures.sources import HELPED_SQL
from data.figures.states import head_on, persons_on, standing
from data.money import in_yuan
from data.store.rows import Answer
from data.terms import STATE_NAMES

PAGE = 50
_NET = f"({KNOWN_NET.format('k')})"
_WAYS = """
    SELECT b.household_id, b.project, b.mode,
        SUM(CASE WHEN b.year = :year - 1 THEN b.amount_fen END) AS before,
        COALESCE(SUM(CASE WHEN b.year = :year THEN b.amount_fen END), 0) AS now,
        MAX(CASE WHEN b.amount_fen IS NULL THEN 1 ELSE 0 END) AS untold
    FROM project_household b JOIN household h ON h.id = b.household_id
    WHERE b.project IN :projects AND b.year IN (:year - 1, :year) AND {seen} AND {here}
    GROUP BY b.household_id, b.project, b.mode"""
_LOSS = "CASE WHEN w.before > w.now THEN w.before - w.now ELSE 0 END"
_BEHIND = f"""
    SELECT x.*, s.village, h.code, {head_on()} AS head, CASE WHEN {HELPED_SQL} THEN s.state END AS state,
        CASE WHEN {HELPED_SQL} THEN {persons_on()} END AS persons, k.persons AS heads, {_NET} AS net, k.below_line,
        CASE WHEN k.below_line = 0 AND {_NET} - x.loss < k.persons * {LINE} THEN 1 ELSE 0 END AS falls,
        COALESCE(k.below_line, 0) AS below,
        CASE WHEN k.below_line IS NULL THEN 1 ELSE 0 END AS unknown
    FROM (SELECT w.household_id, SUM({_LOSS}) AS loss, SUM(COALESCE(w.before, 0)) AS before, SUM(w.now) AS now,
            MAX(w.untold) AS untold FROM ({_WAYS}) w GROUP BY w.household_id) x
    JOIN household h ON h.id = x.household_id
    JOIN month m ON m.month = :month JOIN {standing()}
    {AT_CLOSED}"""
_SUMS = (
    "COUNT(*) AS households, SUM(q.loss) AS loss, SUM(q.falls) AS falls, SUM(q.below) AS below,"
    " SUM(q.unknown) AS unknown, SUM(q.untold) AS untold, SUM(COALESCE(q.persons, 0)) AS persons"
)
_ORDER = "q.falls DESC, q.below DESC, q.loss DESC, q.household_id"
SORTS = {"loss": "q.loss DESC", "per_head": "q.net * 1.0 / NULLIF(q.heads, 0) NULLS LAST", "village": "q.village"}


@dataclass(frozen=True)
class Shock:
    """What is to be expected: ``loss`` in yuan, this calendar year; ``falls`` households would come under the line,
    ``below`` are under it already, of ``unknown`` no income is on record, and ``untold`` had a part without an amount.

    ``ways``: mode, households, before (last year, yuan), now, loss, untold. ``villages``: code, name, township,
    households, persons, loss, falls, below, the worst first.
    """

    year: int
    households: int
    persons: int
    loss: float
    falls: int
    below: int
    unknown: int
    untold: int
    ways: pd.DataFrame
    villages: pd.DataFrame


@needs(READ, PROJECTS)
def shock(connection: Connection, viewer: Viewer, region: str, month: int, projects: Sequence[str]) -> Shock:
    """What trouble with these projects (codes) means for the viewer's households in a region at a month's end."""
    asked, bound = _asked(connection, viewer, region, month, projects)
    sums = _run(connection, f"SELECT {_SUMS} FROM ({asked}) q", bound).one()
    villages = _run(
        connection,
        f"""
        SELECT q.village AS code, v.name, t.name AS township, {_SUMS} FROM ({asked}) q
        JOIN region v ON v.code = q.village LEFT JOIN region t ON t.code = substr(q.village, 1, 9)
        GROUP BY q.village, v.name, t.name ORDER BY SUM(q.falls) DESC, SUM(q.loss) DESC, q.village""",
        bound,
    )
    frame = pd.DataFrame(villages.all(), columns=list(villages.keys()), dtype=object)
    _numbers(frame, fen=("loss",), whole=("households", "persons", "falls", "below"))
    whole = {
        name: int(getattr(sums, name) or 0) for name in ("households", "persons", "falls", "below", "unknown", "untold")
    }
    return Shock(
        year=month // 12,
        loss=int(sums.loss or 0) / 100,
        **whole,
        ways=_ways(connection, bound),
        villages=frame[["code", "name", "township", "households", "persons", "loss", "falls", "below"]],
    )


@needs(READ, HOUSEHOLDS)
def households(
    connection: Connection,
    viewer: Viewer,
    region: str,
    month: int,
    projects: Sequence[str],
    *,
    sort: str = "",
    limit: int | None = PAGE,
    offset: int = 0,
) -> pd.DataFrame:
    """The households themselves, who would fall first: id, village, township, code, head (masked for a display), state,
    persons, before, now, loss, per_head (12 months, yuan), after (less the loss), verdict.

    ``limit`` None: all of them. Raises NotFound for a ``sort`` that is not in SORTS.
    """
    if sort and sort not in SORTS:
        raise NotFound(f"名单中没有“{sort[:20]}”这种排序。")
    asked, bound = _asked(connection, viewer, region, month, projects)
    order = f"{SORTS[sort]}, {_ORDER}" if sort else _ORDER
    cut = "" if limit is None else " LIMIT :limit OFFSET :offset"
    found = _run(
        connection,
        f"""
        SELECT q.household_id AS id, v.name AS village, t.name AS township, q.code, q.head, q.state, q.persons, q.heads,
        q.before, q.now, q.loss, q.net, q.falls, q.below, q.unknown, q.untold, q.village AS region
        FROM ({asked}) q JOIN region v ON v.code = q.village
        LEFT JOIN region t ON t.code = substr(q.village, 1, 9) ORDER BY {order}{cut}""",
        bound | ({} if limit is None else {"limit": limit, "offset": offset}),
    )
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    _numbers(frame, fen=("before", "now", "loss", "net"), whole=("falls", "below", "unknown", "untold"))
    heads = frame["heads"].astype(float).replace(0, float("nan"))
    frame["per_head"] = (frame["net"] / heads).round(2)
    frame["after"] = ((frame["net"] - frame["loss"]) / heads).round(2)
    frame["state"] = [STATE_NAMES.get(state) for state in frame["state"]]
    frame["verdict"] = [_verdict(row) for row in frame.itertuples()]
    if not viewer.sees_identity:
        frame["head"] = frame["head"].map(mask_name)
    return without_telling(viewer, frame.drop(columns=["heads", "net", "falls", "below", "unknown", "untold"]), "code")


def _verdict(row: Any) -> str:  # Any: a row of the frame
    said = (
        "将低于监测线"
        if row.falls
        else "已低于监测线"
        if row.below
        else "没有收入记录"
        if row.unknown
        else "仍高于监测线"
    )
    return f"{said}，有带动但未填金额" if row.untold else said


def _asked(
    connection: Connection, viewer: Viewer, region: str, month: int, projects: Sequence[str]
) -> tuple[str, dict[str, object]]:
    seen, bound = seen_households(viewer)
    here, place = within_sql("h.village", viewer.narrowed(region))
    sql = lined(connection, region or viewer.region, month, _BEHIND.format(seen=seen, here=here))
    return sql, {
        **bound,
        **place,
        "month": month,
        "year": month // 12,
        "projects": list(projects) or [""],
        "seen_sql": _WAYS.format(seen=seen, here=here),
    }


def _ways(connection: Connection, bound: Mapping[str, object]) -> pd.DataFrame:
    sql = f"""
        SELECT w.mode, COUNT(DISTINCT w.household_id) AS households, SUM(w.before) AS before, SUM(w.now) AS now,
        SUM({_LOSS}) AS loss, SUM(CASE WHEN w.before IS NULL AND w.untold = 1 THEN 1 ELSE 0 END) AS untold
        FROM ({bound["seen_sql"]}) w GROUP BY w.mode ORDER BY SUM({_LOSS}) DESC, w.mode"""
    found = _run(connection, sql, bound)
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    _numbers(frame, fen=("before", "now", "loss"), whole=("households", "untold"))
    return frame


def _run(connection: Connection, sql: str, bound: Mapping[str, object]) -> Answer:
    asked = text(sql).bindparams(bindparam("projects", expanding=True))
    return connection.execute(asked, {name: value for name, value in bound.items() if name != "seen_sql"})


def _numbers(frame: pd.DataFrame, *, fen: Sequence[str], whole: Sequence[str]) -> None:
    in_yuan(frame, fen)
    for name in whole:
        frame[name] = pd.Series([int(value or 0) for value in frame[name]], index=frame.index, dtype="int64")
