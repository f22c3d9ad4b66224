"""What an import changes in what has days of its own: rows of the histories, in bulk by SQL.

Until a history has rows the present column says all. So where a cell of 户 or 家庭成员 says otherwise than what stands,
what stood becomes a row of the day since when it is known, and the cell one of its 采集日期, else of the import's day.
Where a sheet of a history speaks of a record, the old columns of the record are not read. In the end the columns say
what the last rows do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Integer, Table

from data import model
from data.figures.facts import COLUMN_OF
from data.households.registers import BEGINNINGS, WATCHED, equal_columns, said_episodes, said_events
from data.intake.staging import Staged, emptied
from data.terms import GONE, JOINED, MEMBER_FACTS

_FIRST_DAY = "(SELECT MIN(first_day) FROM month)"
_BELONGING = ("joined", "joined_reason", "gone", "gone_reason")
OTHER = "其他"
HISTORIES = (
    model.household_event, model.household_move, model.member_event, model.member_fact, model.assurance, model.episode,
    model.case_step,
)  # fmt: skip
"""Tables whose rows say since when; they are staged even while they are empty."""


@dataclass(frozen=True)
class Dated:
    """A column of ``of`` whose values have days: rows of ``history`` of this ``item``."""

    of: Table
    column: str
    history: Table
    item: str
    whose: str  # the history's column that holds the key of ``of``
    key: str
    day: str
    value: str

    @property
    def here(self) -> str:
        """SQL: rows of the history ``f`` of one item."""
        return f"f.item = '{self.item}'"

    def as_row(self, sql: str) -> str:
        """SQL of a value of the column as the history holds it."""
        return f"CAST({sql} AS TEXT)" if self.history is model.member_fact else sql

    def as_column(self, sql: str) -> str:
        """SQL of a value of the history as the column holds it; of a doubtful check it holds nothing."""
        if self.history is model.assurance:
            return f"CASE WHEN {sql} IN (0, 1) THEN {sql} END"
        return f"CAST({sql} AS INTEGER)" if isinstance(self.of.c[self.column].type, Integer) else sql


DATED = (
    *(
        Dated(model.household, column, model.assurance, item, "household_id", "id", "checked", "secure")
        for item, column in COLUMN_OF.items()
    ),
    *(Dated(model.member, item, model.member_fact, item, "member", "code", "day", "value") for item in MEMBER_FACTS),
)


class Histories:
    """What is to be done before rows of an import are written, and when all are; ``staged``: all that is."""

    def __init__(self, staged: Sequence[Staged], today: str) -> None:
        self.staged, self.today = staged, today
        self.connection = staged[0].connection if staged else None
        self._new: dict[str, str] = {}  # table → SQL of the keys of records that come with this import

    def named(self, *tables: Table) -> list[str]:
        """The temporary tables that hold rows of the files for these tables."""
        return [one.name for one in self.staged if one.table in tables]

    def all_new(self, table: Table) -> None:
        """All records of the table come with this import."""
        self._new[table.name] = (
            "SELECT " + ", ".join(column.name for column in table.primary_key) + f" FROM {table.name}"
        )

    def before(self, staged: Staged) -> int:
        """Before rows are written: keep what stands in its history; returns how many rows that made."""
        if staged.table in (model.household, model.member):
            return self._before_records(staged)
        if staged.table is model.household_event:
            rows = staged.connection.exec_driver_sql(f"SELECT household_id, day, kind FROM {staged.name}")
            return said_events(staged.connection, [(row[0], row[1], row[2]) for row in rows])
        if staged.table is model.episode:
            asked = f"SELECT household_id, identified FROM {{}} WHERE {self._stood('household_id', model.household)}"
            return said_episodes(staged.connection, self._pairs(asked, [staged.name]))
        if staged.table is model.member_event:
            return self._said_belonging(staged)
        return self._said_first(staged)

    def finish(self) -> int:
        """Let the columns of whom the files speak say what the last rows say; returns how many changed."""
        if self.connection is None:
            return 0
        changed = 0
        for one in DATED:
            if names := self.named(one.history):
                changed += self._last_value(one, names)
        if names := self.named(model.household_event, model.episode):
            concerned = self._pairs("SELECT household_id, '' FROM {}", names)
            changed += equal_columns(self.connection, [household for household, _ in concerned])
        if names := self.named(model.household_move):
            changed += self._last_village(names)
        if names := self.named(model.member_event):
            changed += self._last_belonging(_union("member", names))
        if names := self.named(model.member):
            changed += self._last_belonging(_union("code", names))
        for name in ("touched", "first_heard", *(f"new_{table.name}" for table in (model.household, model.member))):
            self.connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
        return changed

    def _before_records(self, staged: Staged) -> int:
        key, table = _key(staged), staged.table
        new = f"new_{table.name}"
        self._new[table.name] = f"SELECT owner FROM {new}"
        _sql(
            staged, f"CREATE TEMPORARY TABLE IF NOT EXISTS {new} AS SELECT {key} AS owner FROM {table.name} WHERE 1 = 0"
        )
        stands = f"SELECT {key} FROM {table.name}"
        _sql(staged, f"INSERT INTO {new} SELECT {key} FROM {staged.name} WHERE {key} NOT IN ({stands})")
        _sql(
            staged,
            f"UPDATE {staged.name} SET collected = '{self.today}' WHERE collected IS NULL AND {key} NOT IN ({stands})",
        )
        dated = [one for one in DATED if one.of is table and one.column in staged.rest]
        for one in dated:
            for name in self.named(one.history):
                rows = f"SELECT f.{one.whose} FROM {name} f WHERE {one.here}"
                stood = "" if table.c[one.column].nullable else f" AND {key} IN ({stands})"
                _sql(staged, f"UPDATE {staged.name} SET {one.column} = NULL WHERE {key} IN ({rows}){stood}")
        self._leave_covered(staged, stands)
        owner, written = "village" if table is model.household else "household_id", 0
        if _touched(staged, [*(one.column for one in dated), owner]):
            written = sum(_note(staged, one, self.today) for one in dated)
            written += (_moves if table is model.household else _changes_of_household)(staged, self.today)
        if table is model.member:
            written += _departures(staged)
        _keep_first_collected(staged)
        return written

    def _leave_covered(self, staged: Staged, stands: str) -> None:
        """Cells of records that stand and of which rows of a history say more are not read."""
        key = _key(staged)
        if staged.table is model.household:
            covers = {"village": _union("household_id", self.named(model.household_move))}
            events = self._with_stored(model.household_event, f"kind NOT IN ({_listed(BEGINNINGS)})")
            episodes = self._with_stored(model.episode)
            covers |= dict.fromkeys(("identified", "lifted", "relapsed"), events)
            covers["risk_removed"] = episodes
            watched = (
                f"SELECT id FROM {staged.name} WHERE type IN ({_listed(WATCHED)})" if "type" in staged.rest else ""
            )
            covers["type"] = f"{episodes} UNION SELECT * FROM ({events}) e WHERE household_id NOT IN ({watched})"
        else:
            covers = dict.fromkeys(("household_id", *_BELONGING), _union("member", self.named(model.member_event)))
        for name, whose in covers.items():
            if name in staged.rest and whose:
                here = f"{key} IN ({stands}) AND {key} IN ({whose})"
                _sql(staged, f"UPDATE {staged.name} SET {name} = NULL WHERE {here}")

    def _with_stored(self, table: Table, wanted: str = "1 = 1") -> str:
        """SQL of the households that have rows of a table, in the store or the files."""
        names = [table.name, *self.named(table)]
        return " UNION ".join(f"SELECT household_id FROM {name} WHERE {wanted}" for name in names)

    def _said_first(self, staged: Staged) -> int:
        """What the columns of records that stand say, where a history has no rows yet."""
        written = 0
        for one in (one for one in DATED if one.history is staged.table):
            own = f"f.{one.whose} = t.{one.key} AND {one.here}"
            since = f"COALESCE(t.collected, {_FIRST_DAY})"
            stood = self._stood(f"t.{one.key}", one.of)
            written += _sql(
                staged,
                f"INSERT INTO {one.history.name} ({one.whose}, item, {one.day}, {one.value})"
                f" SELECT t.{one.key}, '{one.item}', {since}, {one.as_row(f't.{one.column}')} FROM {one.of.name} t"
                f" WHERE t.{one.column} IS NOT NULL AND {since} IS NOT NULL AND {stood}"
                f" AND EXISTS (SELECT 1 FROM {staged.name} f WHERE {own})"
                f" AND NOT EXISTS (SELECT 1 FROM {staged.name} f WHERE {own} AND f.{one.day} = {since})"
                f" AND NOT EXISTS (SELECT 1 FROM {one.history.name} f WHERE {own})",
            )
        return written

    def _said_belonging(self, staged: Staged) -> int:
        """加入日期 and 离开日期 of members who stood, where the files first tell of them, and not of these."""
        heard = "SELECT member FROM member_event"
        _sql(staged, "DROP TABLE IF EXISTS first_heard")
        _sql(
            staged,
            f"CREATE TEMPORARY TABLE first_heard AS SELECT DISTINCT member AS owner FROM {staged.name}"
            f" WHERE member NOT IN ({heard}) AND {self._stood('member', model.member)}",
        )
        written = 0
        for day, kind in (("joined", JOINED), ("gone", GONE)):
            told = f"SELECT 1 FROM {staged.name} f WHERE f.member = t.code AND f.kind = '{kind}'"
            written += _sql(
                staged,
                "INSERT INTO member_event (member, day, kind, household_id, reason)"
                f" SELECT t.code, t.{day}, '{kind}', t.household_id, t.{day}_reason FROM member t"
                f" WHERE t.{day} IS NOT NULL AND t.code IN (SELECT owner FROM first_heard)"
                f" AND NOT EXISTS ({told} AND f.household_id = t.household_id)",
            )
        return written

    def _stood(self, key: str, table: Table) -> str:
        """Condition: the record with this key stood before this import."""
        return f"{key} NOT IN ({self._new[table.name]})" if table.name in self._new else "1 = 1"

    def _pairs(self, asked: str, names: Sequence[str]) -> list[tuple[int, str]]:
        """What the temporary tables say, ``asked`` with their name in place of {}."""
        assert self.connection is not None
        rows = [self.connection.exec_driver_sql(asked.format(name)).all() for name in names]
        return [(row[0], row[1]) for row in chain.from_iterable(rows)]

    def _last_value(self, one: Dated, names: Sequence[str]) -> int:
        newest = (
            f"(SELECT {one.as_column(f'f.{one.value}')} FROM {one.history.name} f"
            f" WHERE f.{one.whose} = {one.of.name}.{one.key} AND {one.here} AND f.{one.day} <= '{self.today}'"
            f" ORDER BY f.{one.day} DESC LIMIT 1)"
        )
        rows = " UNION ".join(f"SELECT f.{one.whose} FROM {name} f WHERE {one.here}" for name in names)
        return self._update(one.of.name, one.column, newest, f"{one.key} IN ({rows})")

    def _last_village(self, names: Sequence[str]) -> int:
        whose = "FROM household_move f WHERE f.household_id = household.id ORDER BY f.day DESC LIMIT 1"
        return self._update(
            "household", "village", f"(SELECT f.village {whose})", f"id IN ({_union('household_id', names)})"
        )

    def _last_belonging(self, members: str) -> int:
        """``members``: SQL of their codes; of whose rows in 成员变动 the last says whose they are."""
        here = f"code IN ({members}) AND code IN (SELECT member FROM member_event)"
        own = "FROM member_event f WHERE f.member = member.code"
        last = f"{own} ORDER BY f.day DESC, CASE WHEN f.kind = '{JOINED}' THEN 1 ELSE 0 END DESC LIMIT 1"
        first = f"{own} AND f.kind = '{JOINED}' AND f.household_id = member.household_id ORDER BY f.day LIMIT 1"
        gone = f"CASE WHEN f.kind = '{GONE}' THEN"
        values = {
            "household_id": f"(SELECT f.household_id {last})",
            "joined": f"(SELECT f.day {first})",
            "joined_reason": f"(SELECT f.reason {first})",
            "gone": f"(SELECT {gone} f.day END {last})",
            "gone_reason": f"(SELECT {gone} f.reason END {last})",
        }
        return sum(self._update("member", name, value, here) for name, value in values.items())

    def _update(self, table: str, column: str, value: str, here: str) -> int:
        assert self.connection is not None
        wanted = f"{here} AND {column} IS DISTINCT FROM {value}"
        return self.connection.exec_driver_sql(f"UPDATE {table} SET {column} = {value} WHERE {wanted}").rowcount


def _keep_first_collected(staged: Staged) -> None:
    """What is known since a day is not less known for having been collected again."""
    key, table = _key(staged), staged.table.name
    known = (
        f'SELECT 1 FROM "{table}" t WHERE t."{key}" = {staged.name}."{key}" AND t.collected < {staged.name}.collected'
    )
    _sql(staged, f"UPDATE {staged.name} SET collected = NULL WHERE EXISTS ({known})")


def _touched(staged: Staged, names: Sequence[str]) -> int:
    """Put the keys of rows that stand and change in these columns into a temporary table; returns how many."""
    differs = " OR ".join(f't."{name}" IS DISTINCT FROM {staged.taken(name)}' for name in names if name in staged.rest)
    key = _key(staged)
    _sql(staged, "DROP TABLE IF EXISTS touched")
    if not differs:
        return 0
    _sql(
        staged,
        f'CREATE TEMPORARY TABLE touched AS SELECT s."{key}" AS owner FROM {staged.name} s'
        f' JOIN "{staged.table.name}" t ON t."{key}" = s."{key}" WHERE {differs}',
    )
    return int(staged.connection.exec_driver_sql("SELECT COUNT(*) FROM touched").scalar_one())


def _note(staged: Staged, one: Dated, today: str) -> int:
    """Rows of one dated column: what stood where its history has none, and what the file says."""
    taken = staged.taken(one.column)
    wanted = f't."{one.column}" IS DISTINCT FROM {taken}'
    if not one.history.c[one.value].nullable:
        wanted += f" AND {taken} IS NOT NULL"
    _noted(
        staged,
        f"{_day(staged, today)} AS day, COALESCE(t.collected, {_FIRST_DAY}) AS since,"
        f' {one.as_row(f"""t."{one.column}" """)} AS said, {one.as_row(taken)} AS told',
        wanted,
    )
    history, columns = one.history.name, f"{one.whose}, item, {one.day}, {one.value}"
    written = _sql(
        staged,
        f"INSERT INTO {history} ({columns}) SELECT n.owner, '{one.item}', n.since, n.said FROM first_heard n"
        f" WHERE n.said IS NOT NULL AND n.since IS NOT NULL AND n.since <> n.day"
        f" AND NOT EXISTS (SELECT 1 FROM {history} f WHERE f.{one.whose} = n.owner AND {one.here})",
    )
    written += _sql(
        staged,
        f"INSERT INTO {history} ({columns}) SELECT n.owner, '{one.item}', n.day, n.told FROM first_heard n WHERE 1 = 1"
        f" ON CONFLICT ({one.whose}, item, {one.day}) DO UPDATE SET {one.value} = excluded.{one.value}"
        f" WHERE {history}.{one.value} IS DISTINCT FROM excluded.{one.value}",
    )
    later = f"SELECT 1 FROM {history} f WHERE f.{one.whose} = n.owner AND {one.here} AND f.{one.day} > n.day"
    _sql(
        staged,
        f'UPDATE {staged.name} SET "{one.column}" = NULL'
        f' WHERE "{one.key}" IN (SELECT n.owner FROM first_heard n WHERE EXISTS ({later}))',
    )
    return written


def _moves(staged: Staged, today: str) -> int:
    if "village" not in staged.rest:
        return 0
    _noted(staged, f"{_day(staged, today)} AS day, t.village AS said, s.village AS told", "s.village <> t.village")
    written = _sql(
        staged,
        "INSERT INTO household_move (household_id, day, origin, village) SELECT owner, day, said, told FROM first_heard"
        " WHERE 1 = 1 ON CONFLICT (household_id, day) DO UPDATE SET village = excluded.village",
    )
    _sql(
        staged, "DELETE FROM household_move WHERE origin = village AND household_id IN (SELECT owner FROM first_heard)"
    )
    return written


def _changes_of_household(staged: Staged, today: str) -> int:
    """Members who are of another household than they were: they left the one and joined the other."""
    if "household_id" not in staged.rest:
        return 0
    held = ", ".join(f"t.{name}" for name in _BELONGING)
    unknown = "NOT EXISTS (SELECT 1 FROM member_event f WHERE f.member = t.code)"
    _noted(
        staged,
        f"{_day(staged, today)} AS day, t.household_id AS said, s.household_id AS told, {held},"
        f" CASE WHEN {unknown} THEN 1 ELSE 0 END AS is_first",
        "s.household_id <> t.household_id",
    )
    steps = (
        ("joined", JOINED, "said", "joined_reason", "is_first = 1 AND joined IS NOT NULL"),
        ("gone", GONE, "said", "gone_reason", "is_first = 1 AND gone IS NOT NULL"),
        ("day", GONE, "said", f"'{OTHER}'", "gone IS NULL"),
        ("day", JOINED, "told", f"'{OTHER}'", "1 = 1"),
    )
    written = 0
    for day, kind, household, reason, wanted in steps:
        again = "DO UPDATE SET household_id = excluded.household_id" if kind == JOINED else "DO NOTHING"
        written += _sql(
            staged,
            "INSERT INTO member_event (member, day, kind, household_id, reason)"
            f" SELECT owner, {day}, '{kind}', {household}, {reason} FROM first_heard WHERE {wanted}"
            f" ON CONFLICT (member, day, kind) {again}",
        )
    return written


def _departures(staged: Staged) -> int:
    """加入日期 and 离开日期 of who has rows in 成员变动: a first 离开日期 is one more row, else the rows say it."""
    if not {*_BELONGING} & {*staged.rest}:
        return 0
    written = 0
    if "gone" in staged.rest:
        reason = f"COALESCE(s.gone_reason, '{OTHER}')" if "gone_reason" in staged.rest else f"'{OTHER}'"
        written = _sql(
            staged,
            "INSERT INTO member_event (member, day, kind, household_id, reason)"
            f" SELECT t.code, s.gone, '{GONE}', t.household_id, {reason} FROM {staged.name} s"
            f" JOIN member t ON t.code = s.code WHERE t.gone IS NULL AND s.gone <> '{emptied(staged.table, 'gone')}'"
            " AND EXISTS (SELECT 1 FROM member_event f WHERE f.member = t.code)"
            " AND COALESCE(s.household_id, t.household_id) = t.household_id ON CONFLICT (member, day, kind) DO NOTHING",
        )
    emptying = ", ".join(f"{name} = NULL" for name in _BELONGING if name in staged.rest)
    _sql(staged, f"UPDATE {staged.name} SET {emptying} WHERE code IN (SELECT member FROM member_event)")
    return written


def _noted(staged: Staged, columns: str, wanted: str) -> None:
    """Put rows that stand and change into a temporary table: whose, and these columns of ``t`` (stands) and ``s``."""
    key = _key(staged)
    _sql(staged, "DROP TABLE IF EXISTS first_heard")
    _sql(
        staged,
        f"CREATE TEMPORARY TABLE first_heard AS SELECT t.{key} AS owner, {columns} FROM touched k"
        f" JOIN {staged.name} s ON s.{key} = k.owner JOIN {staged.table.name} t ON t.{key} = k.owner WHERE {wanted}",
    )


def _day(staged: Staged, today: str) -> str:
    """SQL of the day of which a file's cells are: 采集日期, else that of the import."""
    return f"COALESCE(NULLIF(s.collected, '{emptied(staged.table, 'collected')}'), '{today}')"


def _union(column: str, names: Iterable[str]) -> str:
    return " UNION ".join(f"SELECT {column} FROM {name}" for name in names)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _key(staged: Staged) -> str:
    return staged.keys[0]


def _sql(staged: Staged, statement: str) -> int:
    return staged.connection.exec_driver_sql(statement).rowcount
