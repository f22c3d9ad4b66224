"""The many: cases, planned measures and exits of a region, filtered and paged; how many of each kind, how late."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import MONITORING, READ, ROLES
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.calendars.workdays import calendar
from data.figures.states import head_on
from data.monitoring import clocks
from data.monitoring.delays import Answered, log_of_clue
from data.monitoring.dues import turn_sql
from data.monitoring.law import NEVER_COMPARED
from data.monitoring.ways import CASES, EXITS, ITEMS, turn_of
from data.settings import values
from data.store.rows import StoredRow
from data.terms import CASE_OPENING, CASE_REMOVING

PAGE = 50
GROUPS = {
    "turn": "待我办理", "late": "超期", "opening": "核查审批中", "watched": "帮扶中", "removing": "消除程序中",
    "green": "绿色通道", "removed": "风险消除", "ended": "不予纳入、撤销", "all": "全部",
}  # fmt: skip
"""Which cases a list holds."""
ITEM_GROUPS = {"open": "待落实", "late": "超期", "done": "已落实", "dropped": "已取消", "all": "全部"}
EXIT_GROUPS = {"turn": "待我办理", "open": "办理中", "exit": "审定退出", "keep": "审定继续帮扶", "all": "全部"}
SORTS = {
    "due": "{first}, CASE c.state WHEN 'watched' THEN 0 ELSE 1 END, c.since, c.id",
    "began": "c.began DESC, c.id DESC", "place": "c.village, c.since, c.id", "state": "c.state, c.since, c.id",
}  # fmt: skip
_PLACED = (
    " JOIN household h ON h.id = c.household_id JOIN region r ON r.code = c.village"
    " LEFT JOIN region t ON t.code = substr(c.village, 1, 9)"
)
_CASES = f"monitoring_case c{_PLACED}"
_WHERE = f"h.code AS household, r.name AS place, t.name AS above, {head_on(':this_day')} AS head"
_OPEN_ITEM = "c.state IN ('planned', 'doing')"
_LATE_ITEM = f"{_OPEN_ITEM} AND c.until < :this_day"


@dataclass(frozen=True)
class Filters:
    """What picks cases out: a key of GROUPS, a state of the way, a kind of household, a risk, a source of the clue that
    it began with, words (of the head, a household's or a case's code)."""

    group: str = "all"
    state: str = ""
    kind: str = ""
    risk: str = ""
    source: str = ""
    words: str = ""


@dataclass(frozen=True)
class Clock:
    """What is due next in a case; ``whole``: until its household is to be watched, ``papers``: of 绿色通道, both None
    where they run no more."""

    due: clocks.Due
    whole: date | None = None
    papers: date | None = None

    @property
    def first(self) -> date:
        """The day of the first of them that runs out."""
        return min(day for day in (self.due.day, self.whole, self.papers) if day)

    @property
    def of_what(self) -> str:
        """What the first of its days is of, in words; '' where it is that of the next step."""
        return "" if self.first == self.due.day else "全程" if self.first == self.whole else "补手续"

    def late(self, today: date) -> int:
        """By how many days the most late of them is; 0 where none is."""
        return max((today - self.first).days, 0)


@dataclass(frozen=True)
class CaseRow:
    """A case in a list. ``head`` as the viewer reads it; ``turn``: the office that it waits for, '' for none; ``clock``
    None where none runs; ``late`` in days."""

    id: int
    code: str
    household_id: int
    household: str
    village: str
    place: str
    head: str
    kind: str | None
    risks: str | None
    green: str | None
    began: str
    state: str
    since: str
    turn: str
    clock: Clock | None
    late: int

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return CASES.way.states[self.state]


@dataclass(frozen=True)
class ItemRow:
    """A planned measure in a list; ``until``: ISO day, ``late``: it has passed."""

    id: int
    case_id: int
    household_id: int
    place: str
    head: str
    risk: str
    kind: str
    what: str
    who: str
    until: str
    state: str
    late: bool

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return ITEMS.way.states[self.state]


@dataclass(frozen=True)
class ExitRow:
    """An exit review in a list; ``allowed``: what the viewer may do to it now, action → its word."""

    id: int
    household_id: int
    place: str
    head: str
    verdict: str
    evidence: str
    state: str
    since: str
    version: int
    allowed: Mapping[str, str]

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return EXITS.way.states[self.state]


@needs(READ, MONITORING)
def running(connection: Connection, viewer: Viewer, region: str, today: date) -> dict[int, Clock]:
    """The cases of a region in which a clock runs, by id."""
    here, bound = here_sql(viewer, region, today)
    where = f"{here} AND c.state IN {tuple(CASES.way.turn)}"
    columns = "c.id, c.state, c.since, c.began, c.public_until, c.papers_due, h.attribute"
    rows = connection.execute(text(f"SELECT {columns} FROM {_CASES} WHERE {where}"), bound).all()
    looked = (
        f"SELECT c.id, s.action, MAX(s.day) AS day FROM {_CASES} JOIN case_step s ON s.case_id = c.id"
        f" WHERE {where} AND (c.state = 'checking' OR c.state = 'removal' AND s.day >= c.since)"
        " AND s.action IN ('visit', 'compare', 'removal_visit') GROUP BY c.id, s.action"
    )
    done: dict[int, dict[str, date]] = {}
    for row in connection.execute(text(looked), bound):
        done.setdefault(row.id, {})[row.action] = date.fromisoformat(row.day)
    spans, days = clocks.spans_of(values(connection)), calendar(connection)
    found = {}
    for row in rows:
        since, seen = date.fromisoformat(row.since), done.get(row.id, {})
        if row.attribute in NEVER_COMPARED:
            seen = {"compare": since, **seen}
        until = date.fromisoformat(row.public_until) if row.public_until else None
        due = clocks.due(row.state, since, spans, days, done=seen, public_until=until)
        if due is None:
            continue
        opening = row.state in CASE_OPENING
        whole = clocks.whole(date.fromisoformat(row.began), spans, days).day if opening else None
        papers = date.fromisoformat(row.papers_due) if opening and row.papers_due else None
        found[row.id] = Clock(due, whole, papers)
    return found


@needs(READ, MONITORING)
def here_sql(viewer: Viewer, region: str, today: date) -> tuple[str, dict[str, object]]:
    """Condition on ``c`` (of a village) and its household ``h``: of the region, and the viewer sees it."""
    here, bound = within_sql("c.village", viewer.narrowed(region))
    sees, named = seen_households(viewer)
    return f"{here} AND {sees}", {**bound, **named, "this_day": today.isoformat()}


def _among(ids: Collection[int]) -> str:
    return f"c.id IN ({', '.join(map(str, sorted(ids))) or 'NULL'})"  # numbers of our own


def _late(runs: Mapping[int, Clock], today: date) -> str:
    return _among([id for id, clock in runs.items() if clock.late(today)])


def _first(runs: Mapping[int, Clock]) -> str:
    """SQL of the first day of a case's clocks; what comes after all days where none runs."""
    days: dict[date, list[int]] = {}
    for id, clock in runs.items():
        days.setdefault(clock.first, []).append(id)
    told = "".join(f" WHEN {_among(ids)} THEN '{day}'" for day, ids in days.items())
    return f"CASE WHEN c.state NOT IN {tuple(CASES.way.turn)} THEN 'none'{told} ELSE 'none' END"


def _states(states: Collection[str]) -> str:
    return f"c.state IN ({', '.join(map(repr, states)) or 'NULL'})"


def _clauses(viewer: Viewer, runs: Mapping[int, Clock], today: date) -> dict[str, str]:
    return {
        "turn": turn_sql(viewer.role, CASES.way.turns_of(viewer), "c"), "late": _late(runs, today),
        "opening": _states(CASE_OPENING),
        "watched": _states(("watched",)), "removing": _states(CASE_REMOVING),
        "green": f"c.green IS NOT NULL AND {_states(CASE_OPENING)}", "removed": _states(("removed",)),
        "ended": _states(("refused", "void")), "all": "1 = 1",
    }  # fmt: skip


@needs(READ, MONITORING)
def counts(connection: Connection, viewer: Viewer, region: str, *, filters: Filters, today: date) -> dict[str, int]:
    """Key of GROUPS → how many cases of the region, whatever group ``filters`` asks for. Raises OutOfScope for a region
    that is not the viewer's."""
    here, bound = here_sql(viewer, region, today)
    where, wanted = _wanted(filters)
    clauses = _clauses(viewer, running(connection, viewer, region, today), today)
    return _counted(connection, _CASES, clauses, " AND ".join([here, *where]), {**bound, **wanted})


def _counted(
    connection: Connection, joined: str, clauses: Mapping[str, str], where: str, bound: Mapping[str, object]
) -> dict[str, int]:
    sums = ", ".join(
        f'COALESCE(SUM(CASE WHEN {clause} THEN 1 ELSE 0 END), 0) AS "{group}"' for group, clause in clauses.items()
    )
    found = connection.execute(text(f"SELECT {sums} FROM {joined} WHERE {where}"), bound).mappings().one()
    return {group: int(found[group]) for group in clauses}


def _wanted(filters: Filters) -> tuple[list[str], dict[str, object]]:
    """Conditions on ``c`` beside its group."""
    words = filters.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    risk = "'、' || COALESCE(c.risks, '') || '、' LIKE '%、' || :risk || '、%'"
    wanted = {
        "c.state = :state": ("state", filters.state), "c.kind = :kind": ("kind", filters.kind),
        risk: ("risk", filters.risk),
        "EXISTS (SELECT 1 FROM clue u WHERE u.case_id = c.id AND u.source = :source)": ("source", filters.source),
        "(h.head LIKE :words ESCAPE '\\' OR h.code LIKE :words ESCAPE '\\' OR c.code LIKE :words ESCAPE '\\')": (
            "words", words and f"%{words}%"
        ),
    }  # fmt: skip
    return [clause for clause, (_, value) in wanted.items() if value], {
        name: value for name, value in wanted.values() if value
    }


@needs(READ, MONITORING)
def cases(
    connection: Connection,
    viewer: Viewer,
    region: str,
    *,
    filters: Filters,
    today: date,
    sort: str = "due",
    offset: int = 0,
    limit: int = PAGE,
) -> list[CaseRow]:
    """Cases of a region in the order of ``sort`` (SORTS). Raises as :func:`counts`."""
    here, bound = here_sql(viewer, region, today)
    where, wanted = _wanted(filters)
    runs = running(connection, viewer, region, today)
    picked = " AND ".join([here, *where, _clauses(viewer, runs, today)[filters.group]])
    order = SORTS[sort].format(first=_first(runs))
    sql = f"SELECT c.*, {_WHERE} FROM {_CASES} WHERE {picked} ORDER BY {order} LIMIT :limit OFFSET :offset"
    rows = connection.execute(text(sql), {**bound, **wanted, "limit": limit, "offset": offset})
    return [_case(viewer, row, runs.get(row.id), today) for row in rows]


def _case(viewer: Viewer, row: StoredRow, clock: Clock | None, today: date) -> CaseRow:
    return CaseRow(
        id=row.id, code=row.code, household_id=row.household_id, household=row.household, village=row.village,
        **_placed(viewer, row), kind=row.kind, risks=row.risks if viewer.sees_health else None, green=row.green,
        began=row.began, state=row.state, since=row.since or row.began,
        turn=ROLES.get(turn_of(row.state, clock.due.action if clock else None), ""), clock=clock,
        late=clock.late(today) if clock else 0,
    )  # fmt: skip


def _placed(viewer: Viewer, row: StoredRow) -> dict[str, str]:
    """Where a household is, and its head as the viewer reads him."""
    place = f"{row.above} {row.place}" if row.above else row.place
    return {"place": place, "head": row.head if viewer.sees_identity else mask_name(row.head)}


@needs(READ, MONITORING)
def of_household(connection: Connection, viewer: Viewer, household: int, today: date) -> list[CaseRow]:
    """The cases of one household, the latest first; none of one that the viewer does not see."""
    here, bound = here_sql(viewer, viewer.region, today)
    where = f"{here} AND c.household_id = :household ORDER BY c.began DESC, c.id DESC"
    sql = f"SELECT c.*, {_WHERE} FROM {_CASES} WHERE {where}"
    rows = connection.execute(text(sql), {**bound, "household": household}).all()
    runs = running(connection, viewer, rows[0].village, today) if rows else {}
    return [_case(viewer, row, runs.get(row.id), today) for row in rows]


_ITEMS = {
    "open": _OPEN_ITEM, "late": _LATE_ITEM, "done": "c.state = 'done'", "dropped": "c.state = 'dropped'",
    "all": "1 = 1",
}  # fmt: skip


@needs(READ, MONITORING)
def item_counts(connection: Connection, viewer: Viewer, region: str, *, today: date) -> dict[str, int]:
    """Key of ITEM_GROUPS → how many planned measures of the region. Raises as :func:`counts`."""
    here, bound = here_sql(viewer, region, today)
    return _counted(connection, f"plan_item c{_PLACED}", _ITEMS, here, bound)


@needs(READ, MONITORING)
def items(
    connection: Connection,
    viewer: Viewer,
    region: str,
    *,
    group: str,
    today: date,
    offset: int = 0,
    limit: int = PAGE,
) -> list[ItemRow]:
    """Planned measures of a region, the longest overdue first. Raises as :func:`counts`."""
    here, bound = here_sql(viewer, region, today)
    order = f"CASE WHEN {_OPEN_ITEM} THEN 0 ELSE 1 END, c.until, c.id"
    sql = (
        f"SELECT c.*, {_WHERE} FROM plan_item c{_PLACED} WHERE {here} AND {_ITEMS[group]} ORDER BY {order}"
        " LIMIT :limit OFFSET :offset"
    )
    rows = connection.execute(text(sql), {**bound, "limit": limit, "offset": offset})
    return [
        ItemRow(
            id=row.id, case_id=row.case_id, household_id=row.household_id, **_placed(viewer, row),
            risk=row.risk if viewer.sees_health else "", kind=row.kind, what=row.what, who=row.who, until=row.until,
            state=row.state, late=row.state in ("planned", "doing") and row.until < today.isoformat(),
        )
        for row in rows
    ]  # fmt: skip


def _exit_clauses(viewer: Viewer) -> dict[str, str]:
    return {
        "turn": _states(EXITS.way.turns_of(viewer)), "open": _states(EXITS.way.turn),
        "exit": "c.state = 'decided' AND c.verdict = '退出'", "keep": "c.state = 'decided' AND c.verdict <> '退出'",
        "all": "1 = 1",
    }  # fmt: skip


@needs(READ, MONITORING)
def exit_counts(connection: Connection, viewer: Viewer, region: str, *, today: date) -> dict[str, int]:
    """Key of EXIT_GROUPS → how many exit reviews of the region. Raises as :func:`counts`."""
    here, bound = here_sql(viewer, region, today)
    return _counted(connection, f"exit_review c{_PLACED}", _exit_clauses(viewer), here, bound)


@needs(READ, MONITORING)
def exits(
    connection: Connection,
    viewer: Viewer,
    region: str,
    *,
    group: str,
    today: date,
    offset: int = 0,
    limit: int = PAGE,
) -> list[ExitRow]:
    """Exit reviews of a region, what is still on its way first, the longest waiting before the others. Raises as
    :func:`counts`."""
    here, bound = here_sql(viewer, region, today)
    order = f"CASE WHEN {_states(EXITS.way.turn)} THEN 0 ELSE 1 END, c.since, c.id"
    sql = (
        f"SELECT c.*, {_WHERE} FROM exit_review c{_PLACED} WHERE {here} AND {_exit_clauses(viewer)[group]}"
        f" ORDER BY {order} LIMIT :limit OFFSET :offset"
    )
    rows = connection.execute(text(sql), {**bound, "limit": limit, "offset": offset}).mappings().all()
    return [
        ExitRow(
            id=row["id"], household_id=row["household_id"],
            place=f"{row['above']} {row['place']}" if row["above"] else row["place"],
            head=row["head"] if viewer.sees_identity else mask_name(row["head"]), verdict=row["verdict"],
            evidence=row["evidence"], state=row["state"], since=row["since"] or "", version=row["version"],
            allowed={
                arrow.action: EXITS.way.actions[arrow.action]
                for arrow in ([] if viewer.sees_own_only else EXITS.allowed(connection, viewer, row))
            },
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Clue:
    """A clue that a case began with, or that was joined to it; days ISO; ``steps``: what was done about it, the latest
    first."""

    id: int
    source: str
    told: str
    words: str
    risk: str
    state: str
    steps: tuple[Answered, ...] = ()


@needs(READ, MONITORING)
def clues_of(connection: Connection, viewer: Viewer, case: int) -> list[Clue]:
    """The clues of a case, the first first; none of one that the viewer does not see."""
    here, bound = here_sql(viewer, viewer.region, date.min)
    sql = f"""SELECT u.id, u.source, u.told, u.words, COALESCE(u.risk, '') AS risk, u.state FROM {_CASES}
        JOIN clue u ON u.case_id = c.id WHERE {here} AND c.id = :case ORDER BY u.told, u.id"""
    rows = connection.execute(text(sql), {**bound, "case": case})
    return [
        Clue(
            row.id, row.source, row.told, row.words if viewer.sees_identity and viewer.sees_health else "",
            row.risk if viewer.sees_health else "", row.state, log_of_clue(connection, viewer, row.id),
        )
        for row in rows.all()
    ]  # fmt: skip
