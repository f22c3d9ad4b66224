"""The board of 监测帮扶: how many cases at which step, late where and with whom, what comes in and goes, what clues of
which source come to, of what the watched are in danger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import MONITORING, READ, ROLES
from data.access.viewer import Viewer
from data.figures.facts import check_on, fact_on
from data.figures.list_kinds import LINE, per_head
from data.figures.lists import lined
from data.figures.net_income import AT_CLOSED
from data.figures.sources import ABLE_SQL, OUT_OF_SCHOOL_SQL
from data.figures.states import members_on
from data.model.running import aged
from data.monitoring import clocks
from data.monitoring.listing import here_sql, running
from data.monitoring.ways import CASES, WATCHED_SQL, turn_of
from data.months import label, month_of
from data.settings import value_of, values
from data.store.rows import Answer
from data.terms import CASE_OPENING, CASE_REMOVING, CLUE_SOURCES, DEVELOPING_MEASURES, ILL, SCHOOL_AGE

_MONTHS = 12
_CASES = "monitoring_case c JOIN household h ON h.id = c.household_id"
RISK_POINTS = ("大病", "慢病", "危房", "上学", "生活出现困难")
"""五个风险点, as the prefecture names them."""
POINT_WORDS = {
    "大病": "家中有人健康状况为大病", "慢病": "家中有人健康状况为长期慢性病",
    "危房": "住房安全未达标，或风险含因安全住房", "上学": "风险含因学，或有义务教育适龄孩子不在校",
    "生活出现困难": "12个月人均纯收入低于监测线，或风险含因意外事故、因自然灾害、因务工就业不稳、因产业项目失败",
}  # fmt: skip
"""By what a watched household counts under each; it may count under several."""
_ABLE = ABLE_SQL.format(fact_on("skill", ":this_day"))
_LIVING = ("因意外事故", "因自然灾害", "因务工就业不稳", "因产业项目失败")


@dataclass(frozen=True)
class Step:
    """Cases in one state. ``turn``: the office that they wait for, '' for none; ``oldest``: ISO day since when the
    longest there is there; ``late``: how many of them a clock has run out on, ``worst`` in days."""

    state: str
    word: str
    turn: str
    count: int
    late: int
    worst: int
    oldest: str


@dataclass(frozen=True)
class Gaps:
    """What the help of the watched lacks today: households without a first measure after the months of the setting,
    with labour but without 开发式 measure after theirs; planned measures whose day has passed; papers of 绿色通道 that
    are due."""

    unhelped: int
    undeveloped: int
    items: int
    papers: int


@dataclass(frozen=True)
class Reference:
    """监测参考收入 beside net income, of watched households with whole books that have a line of 收支参考 in the
    ``year``: how many, how many of them are below the line by net income, and by the reference."""

    year: int
    households: int
    below_net: int
    below_reference: int


@needs(READ, MONITORING)
def at_steps(connection: Connection, viewer: Viewer, region: str, today: date) -> tuple[Step, ...]:
    """Every state of the way in its order, with the cases of a region that are in it now, none too. Raises OutOfScope
    for a region that is not the viewer's."""
    here, bound = here_sql(viewer, region, today)
    sql = f"SELECT c.state, COUNT(*) AS number, MIN(c.since) AS oldest FROM {_CASES} WHERE {here} GROUP BY c.state"
    held = {row.state: row for row in connection.execute(text(sql), bound)}
    late: dict[str, list[int]] = {}
    states = _states(connection, bound, here)
    for id, clock in running(connection, viewer, region, today).items():
        if days := clock.late(today):
            late.setdefault(states[id], []).append(days)
    return tuple(
        Step(
            state, word, ROLES.get(CASES.way.turn.get(state, ""), ""), held[state].number if state in held else 0,
            len(late.get(state, ())), max(late.get(state, [0])),
            (held[state].oldest or "") if state in held else "",
        )
        for state, word in CASES.way.states.items()
    )  # fmt: skip


def _states(connection: Connection, bound: Mapping[str, object], here: str) -> dict[int, str]:
    asked = f"SELECT c.id, c.state FROM {_CASES} WHERE {here} AND c.state IN {tuple(CASES.way.turn)}"
    return {row.id: row.state for row in connection.execute(text(asked), bound)}


@needs(READ, MONITORING)
def by_region(connection: Connection, viewer: Viewer, region: str, *, below: int, today: date) -> pd.DataFrame:
    """The regions of a level (digits of a code) within ``region``: code, name, opening, watched, removing (cases), late
    (cases), of these with the village, the township, the county (late_village, …), clues (unanswered), came and went
    (episodes that began and ended in the twelve months to today); the most late first. Raises as :func:`at_steps`."""
    here, bound = here_sql(viewer, region, today)
    bound |= {"below": below, "since": _year_before(today)}
    sums = ", ".join(
        f"SUM(CASE WHEN {clause} THEN 1 ELSE 0 END) AS {name}"
        for name, clause in (
            ("opening", f"c.state IN {CASE_OPENING}"),
            ("watched", WATCHED_SQL),
            ("removing", f"c.state IN {CASE_REMOVING}"),
        )
    )
    rows = connection.execute(
        text(f"SELECT substr(c.village, 1, :below) AS code, {sums} FROM {_CASES} WHERE {here} GROUP BY 1"), bound
    )
    frame = _children(connection, region, below)
    for found in (_frame(rows), _episodes(connection, here, bound), _waiting(connection, here, bound)):
        frame = frame.merge(found, how="left", on="code")
    frame = frame.merge(_late(connection, viewer, region, below, today), how="left", on="code").fillna(
        {name: 0 for name in _SUMS}
    )
    frame = frame.astype({name: int for name in _SUMS})
    return frame.sort_values(["late", "opening", "code"], ascending=[False, False, True], ignore_index=True)


_SUMS = (
    "opening", "watched", "removing", "came", "went", "clues", "late", "late_village", "late_township", "late_county",
)  # fmt: skip


def _children(connection: Connection, region: str, below: int) -> pd.DataFrame:
    asked = "SELECT code, name FROM region WHERE closed IS NULL AND length(code) = :below ORDER BY code"
    rows = connection.execute(text(asked), {"below": below}).all()
    return pd.DataFrame([tuple(row) for row in rows if row.code.startswith(region)], columns=["code", "name"])


def _frame(rows: Answer) -> pd.DataFrame:
    return pd.DataFrame(rows.all(), columns=list(rows.keys()))


def _episodes(connection: Connection, here: str, bound: Mapping[str, object]) -> pd.DataFrame:
    asked = f"""SELECT substr(c.village, 1, :below) AS code,
        SUM(CASE WHEN e.identified > :since THEN 1 ELSE 0 END) AS came,
        SUM(CASE WHEN e.removed > :since THEN 1 ELSE 0 END) AS went
        FROM {_CASES} JOIN episode e ON e.code = c.code
        WHERE {here} AND (e.identified > :since OR e.removed > :since) GROUP BY 1"""
    return _frame(connection.execute(text(asked), bound))


def _waiting(connection: Connection, here: str, bound: Mapping[str, object]) -> pd.DataFrame:
    """Clues about households and about who is none, as who sees a whole region sees them."""
    asked = f"""SELECT substr(c.village, 1, :below) AS code, COUNT(*) AS clues FROM clue c
        LEFT JOIN household h ON h.id = c.household_id
        WHERE c.state IN ('held', 'open') AND (h.id IS NULL OR {here}) AND {_place(bound)} GROUP BY 1"""
    return _frame(connection.execute(text(asked), bound))


def _place(bound: Mapping[str, object]) -> str:
    return "(c.village >= :region_lo AND c.village < :region_hi)" if "region_lo" in bound else "1 = 1"


def _late(connection: Connection, viewer: Viewer, region: str, below: int, today: date) -> pd.DataFrame:
    runs = {id: clock for id, clock in running(connection, viewer, region, today).items() if clock.late(today)}
    here, bound = here_sql(viewer, region, today)
    asked = f"SELECT c.id, c.village, c.state FROM {_CASES} WHERE {here} AND c.state IN {tuple(CASES.way.turn)}"
    held: dict[str, dict[str, int]] = {}
    for row in connection.execute(text(asked), bound):
        if row.id in runs:
            counts = held.setdefault(row.village[:below], dict.fromkeys(("late", *_OFFICES), 0))
            counts["late"] += 1
            counts[f"late_{turn_of(row.state, runs[row.id].due.action)}"] += 1
    return pd.DataFrame(
        [{"code": code, **counts} for code, counts in held.items()], columns=["code", "late", *_OFFICES]
    )


_OFFICES = ("late_village", "late_township", "late_county")


def _year_before(today: date) -> str:
    return clocks.months_after(today, -_MONTHS).isoformat()


@needs(READ, MONITORING)
def by_month(connection: Connection, viewer: Viewer, region: str, today: date) -> pd.DataFrame:
    """The twelve months up to today's (``YYYY-MM``): clues told, cases begun, households identified and removed.
    Raises as :func:`at_steps`."""
    here, bound = here_sql(viewer, region, today)
    last = month_of(today)
    months = [label(month) for month in range(last - _MONTHS + 1, last + 1)]
    bound |= {"first": f"{months[0]}-01"}
    episodes = f"{_CASES} JOIN episode e ON e.code = c.code"
    clue = "clue c LEFT JOIN household h ON h.id = c.household_id"
    asked = {
        "clues": ("c.told", clue, f"(h.id IS NULL OR {here}) AND {_place(bound)}"),
        "cases": ("s.day", f"{_CASES} JOIN case_step s ON s.case_id = c.id AND s.action = 'begin'", here),
        "came": ("e.identified", episodes, here), "went": ("e.removed", episodes, here),
    }  # fmt: skip
    frame = pd.DataFrame(index=pd.Index(months, name="month"))
    for name, (day, joined, where) in asked.items():
        sql = (
            f"SELECT substr({day}, 1, 7) AS month, COUNT(*) FROM {joined} WHERE {where} AND {day} >= :first GROUP BY 1"
        )
        frame[name] = pd.Series({month: count for month, count in connection.execute(text(sql), bound)}, dtype=float)
    return frame.fillna(0).astype(int).reset_index()


@needs(READ, MONITORING)
def yield_by_source(connection: Connection, viewer: Viewer, region: str, today: date) -> pd.DataFrame:
    """What clues of each source came to, of those told in the twelve months to today: source (key of CLUE_SOURCES),
    clues, waiting, cases, joined, none, included (watched by such a case), late (answered not yet, though due). Sources
    without any are there too. Raises as :func:`at_steps`."""
    here, bound = here_sql(viewer, region, today)
    bound |= {"since": _year_before(today)}
    sums = ", ".join(
        f"SUM(CASE WHEN c.state IN ({states}) THEN 1 ELSE 0 END) AS {name}"
        for name, states in (
            ("waiting", "'held', 'open'"),
            ("cases", "'case'"),
            ("joined", "'joined'"),
            ("none", "'none'"),
        )
    )
    included = (
        "c.state = 'case' AND EXISTS (SELECT 1 FROM monitoring_case k JOIN episode e ON e.code = k.code"
        " WHERE k.id = c.case_id)"
    )
    sql = f"""SELECT c.source, COUNT(*) AS clues, {sums}, SUM(CASE WHEN {included} THEN 1 ELSE 0 END) AS included
        FROM clue c LEFT JOIN household h ON h.id = c.household_id
        WHERE (h.id IS NULL OR {here}) AND {_place(bound)} AND c.told > :since GROUP BY c.source"""
    frame = pd.DataFrame({"source": list(CLUE_SOURCES)}).merge(
        _frame(connection.execute(text(sql), bound)), how="left", on="source"
    )
    return frame.fillna(0).astype({name: int for name in frame.columns if name != "source"})


@needs(READ, MONITORING)
def risk_points(connection: Connection, viewer: Viewer, region: str, today: date) -> dict[str, int]:
    """RISK_POINTS → how many of the households that are watched now count under each. Raises as :func:`at_steps`."""
    here, bound = here_sql(viewer, region, today)
    day = ":this_day"
    severe, chronic = ILL[1], ILL[0]
    health = fact_on("health", day)
    of_home = members_on("b.household_id = h.id", day)
    out = f"{OUT_OF_SCHOOL_SQL.format(fact_on('schooling', day))} AND {aged('p', day, *SCHOOL_AGE)}"
    below = "COALESCE(k.below_line, 0) = 1"
    clauses = (
        f"EXISTS (SELECT 1 FROM {of_home} AND {health} = '{severe}')",
        f"EXISTS (SELECT 1 FROM {of_home} AND {health} = '{chronic}')",
        f"({check_on('housing', day)}) = 0 OR {_risk('因安全住房')}",
        f"{_risk('因学')} OR EXISTS (SELECT 1 FROM {of_home} AND {out})",
        f"{below} OR {' OR '.join(map(_risk, _LIVING))}",
    )
    sums = ", ".join(
        f"COALESCE(SUM(CASE WHEN {clause} THEN 1 ELSE 0 END), 0) AS point_{at}" for at, clause in enumerate(clauses)
    )
    sql = f"SELECT {sums} FROM {_CASES} {_MONTH}{AT_CLOSED} WHERE {here} AND {WATCHED_SQL}"
    found = connection.execute(text(sql), bound).one()
    return dict(zip(RISK_POINTS, map(int, found), strict=True))


_MONTH = "JOIN month m ON m.month = (SELECT MAX(month) FROM month)"


def _risk(risk: str) -> str:
    return f"'、' || COALESCE(c.risks, '') || '、' LIKE '%、{risk}、%'"


@needs(READ, MONITORING)
def gaps(connection: Connection, viewer: Viewer, region: str, today: date) -> Gaps:
    """What the help of the watched lacks. Raises as :func:`at_steps`."""
    here, bound = here_sql(viewer, region, today)
    set_to = values(connection)
    for name in ("first_measure_months", "developing_months"):
        bound[name] = _last_late(today, int(set_to[name]))
    helped = "EXISTS (SELECT 1 FROM measure x WHERE x.household_id = h.id AND COALESCE(x.ended, '9') >= e.identified{})"
    developing = " AND x.category IN ({})".format(", ".join(f"'{word}'" for word in DEVELOPING_MEASURES))
    able = f"EXISTS (SELECT 1 FROM {members_on('b.household_id = h.id', ':this_day')} AND {_ABLE})"
    sql = f"""SELECT
        COALESCE(SUM(CASE WHEN e.identified <= :first_measure_months AND NOT {helped.format("")} THEN 1 ELSE 0 END), 0),
        COALESCE(SUM(CASE WHEN e.identified <= :developing_months AND NOT {helped.format(developing)} AND {able}
            THEN 1 ELSE 0 END), 0)
        FROM {_CASES} JOIN episode e ON e.code = c.code WHERE {here} AND {WATCHED_SQL}"""
    unhelped, undeveloped = connection.execute(text(sql), bound).one()
    late_items = f"""SELECT COUNT(*) FROM plan_item c JOIN household h ON h.id = c.household_id
        WHERE {here} AND c.state IN ('planned', 'doing') AND c.until < :this_day"""
    papers = f"SELECT COUNT(*) FROM {_CASES} WHERE {here} AND c.papers_due < :this_day AND c.state IN {CASE_OPENING}"
    return Gaps(
        int(unhelped), int(undeveloped),
        *(int(connection.execute(text(asked), bound).scalar_one()) for asked in (late_items, papers)),
    )  # fmt: skip


def _last_late(today: date, months: int) -> str:
    """The last day (ISO) of which so many months are over today."""
    day = clocks.months_after(today, -months)
    while clocks.months_after(day, months) >= today:
        day = date.fromordinal(day.toordinal() - 1)
    return day.isoformat()


@needs(READ, MONITORING)
def reference_income(connection: Connection, viewer: Viewer, region: str, today: date) -> Reference | None:
    """How 监测参考收入 (net income − 合规自付 + 理赔) stands beside net income; None where the county does not count
    it, or no watched household has one. Raises as :func:`at_steps`."""
    if value_of(connection, "reference_income") != "1":
        return None
    here, bound = here_sql(viewer, region, today)
    last = f"""SELECT MAX(q.year) FROM {_CASES} JOIN income_reference q ON q.household_id = h.id
        WHERE {here} AND {WATCHED_SQL}"""
    year = connection.execute(text(last), bound).scalar()
    if year is None:
        return None
    net = per_head("k")
    referred = f"({net} + (COALESCE(q.claims_fen, 0) - COALESCE(q.outlay_fen, 0)) * 1.0 / k.persons)"
    sql = f"""SELECT COUNT(*), COALESCE(SUM(CASE WHEN {net} < {LINE} THEN 1 ELSE 0 END), 0),
        COALESCE(SUM(CASE WHEN {referred} < {LINE} THEN 1 ELSE 0 END), 0)
        FROM {_CASES} {_MONTH}{AT_CLOSED} JOIN income_reference q ON q.household_id = h.id AND q.year = :year
        WHERE {here} AND {WATCHED_SQL} AND {net} IS NOT NULL"""
    count, below, below_reference = connection.execute(
        text(lined(connection, region, month_of(today), sql)), {**bound, "year": year}
    ).one()
    return Reference(year, count, below, below_reference) if count else None
