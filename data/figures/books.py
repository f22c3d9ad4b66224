"""Which months' books are closed: by county, from whose lines were expected in a month and whose came.

The rule. *Expected* in a month are, for each of the four kinds of income and the expense, the counted households that
had such a line twelve months before (in the first year of a county's books: the month before), but for those whose
books stopped: they missed their last three expected months. An ended month is *full* where of each kind (of at least
5 % of the households with books) 80 % of the expected have their line; in the first year also where 80 % of all whose
books have begun have one. A month in which nobody is expected is neutral. Books are closed up to the last ended month
before which no month is short; a short month is settled once a later one is full with at least 80 % as many expected;
neutral months count only while somebody's books run on. A county may decide otherwise. Kept for the last WATCHED
months; earlier ones are closed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, RowMapping, Table, func, select, text

from data import model
from data.access.rights import needs
from data.access.roles import ADMINISTER, READ, SETTINGS
from data.access.viewer import Viewer, within
from data.audit import log as audit
from data.clock import written
from data.errors import OutOfScope, Refused
from data.figures.beginnings import derived
from data.model import Code, Number, Small
from data.months import month_of, spoken
from data.store.rows import written_id
from data.terms import BOOK_KINDS
from data.text.signs import seen

WATCHED = 24  # months for which it is worked out who was expected
FULL = 0.8
SLIGHT = 0.05  # a kind that fewer of the households have says nothing of a month
MISSED = 3  # expected months in a row without a line: the books have stopped
COUNTY = 6  # digits of a county's code

household_books = Table(  # of each household with lines by the month: the first and the last, and whether they stopped
    "household_books",
    derived,
    Column("village", Code, primary_key=True),
    Column("household_id", Number, primary_key=True),
    Column("first_month", Number, nullable=False),
    Column("last_month", Number, nullable=False),
    Column("stopped", Small, nullable=False),
    Index("household_books_household", "household_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
_COUNTS = (
    "households", "running", "begun", "booked", "expected",
    *(f"{kind}_{side}" for kind in BOOK_KINDS for side in ("expected", "reported")),
)  # fmt: skip
books_month = Table(  # of each region: households with books, running ones, those expected and those whose lines came
    "books_month",
    derived,
    Column("region", Code, primary_key=True),
    Column("month", Number, primary_key=True),
    *(Column(name, Number, nullable=False) for name in _COUNTS),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
books_year = Table(  # of each village: how many households have the total of an income year
    "books_year",
    derived,
    Column("village", Code, primary_key=True),
    Column("last_month", Number, primary_key=True),
    Column("households", Number, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
books_county = Table(  # of each county: the first month of its books, and the last that is closed
    "books_county",
    derived,
    Column("county", Code, primary_key=True),
    Column("first_month", Number),  # the first by which the books of a twentieth of the households had begun
    Column("closed", Number, nullable=False),
    Column("weight", Number, nullable=False),  # households whose books run, or all with books where none runs
    sqlite_strict=True,
    sqlite_with_rowid=False,
)


UNREPORTED = f"(hm.expected & ({(1 << len(BOOK_KINDS)) - 1} - hm.booked) <> 0)"
"""SQL: the household ``hm`` was expected to have a line of some kind in its month, and has none."""

SHORT = "(b.begun = 0 OR b.booked * 100 < {full} * b.begun) AND ({kinds})".format(
    full=round(FULL * 100),
    kinds=" OR ".join(
        f"(b.{kind}_expected > 0 AND b.{kind}_expected * 100 >= {round(SLIGHT * 100)} * b.households"
        f" AND b.{kind}_reported * 100 < {round(FULL * 100)} * b.{kind}_expected)"
        for kind in BOOK_KINDS
    ),
)
"""SQL: less than FULL of the expected have their line in the month ``b`` (of ``books_month``), as ``share`` has it."""


@dataclass(frozen=True)
class BooksMonth:
    """What a month holds: per kind the households expected and those whose line came; None in ``begun`` outside the
    first year of books."""

    month: int
    households: int
    expected: int
    kinds: Mapping[str, tuple[int, int]]
    begun: int | None
    booked: int

    @property
    def counted(self) -> list[tuple[int, int]]:
        """Expected and come, of the kinds that say something."""
        return [
            (expected, came) for expected, came in self.kinds.values() if expected >= max(1, SLIGHT * self.households)
        ]

    @property
    def share(self) -> float | None:
        """The lowest share of the expected that have their line; None where nobody is expected."""
        share = min((came / expected for expected, came in self.counted), default=None)
        if self.begun and (first := self.booked / self.begun) >= FULL:
            return max(share or 0.0, first)
        return share

    @property
    def size(self) -> int:
        """How many were expected in all, in a first month that is full all whose books have begun."""
        if self.begun and self.booked >= FULL * self.begun:
            return max(self.begun, self.expected)
        return self.expected if self.counted else 0


def closed_until(months: Sequence[BooksMonth], *, runs: bool, before: int) -> int:
    """The last closed month of a county by the rule: of its ended ``months`` in order; ``runs``: somebody's books do.

    ``before`` is the month before the first of them, taken for closed.
    """
    until = before
    for place, month in enumerate(months):
        share = month.share
        settled = any((later.share or 0.0) >= FULL and later.size >= FULL * month.size for later in months[place + 1 :])
        if share is not None and share < FULL and not settled:
            break
        if share is None and not settled and not runs:
            break
        until = month.month
    return until


def closed_years(households: Mapping[int, int], *, ended: int) -> list[int]:
    """Last months of the income years whose totals are in: at least 80 % as many households as the year before.

    ``households``: last month of a year → how many have its total; ``ended``: the last month that has ended.
    """
    return [
        last
        for last, number in sorted(households.items())
        if last <= ended and number >= FULL * households.get(last - 12, 0)
    ]


def make_books(connection: Connection, region: str | None, running: int) -> None:
    """Note whose books began and ended when, and who has totals of a year: of one village or all.

    ``running`` is the month that has not ended. Before the household months are filled, which go by it.
    """
    here = "1 = 1" if region is None else "h.village = :region"
    bound = {"region": region, "running": running}
    for table in (household_books, books_year):
        gone = table.delete() if region is None else table.delete().where(table.c.village == region)
        connection.execute(gone)
    if region is not None:  # those of who has moved here
        moved_in = "household_id IN (SELECT h.id FROM household h WHERE h.village = :region)"
        connection.execute(text(f"DELETE FROM household_books WHERE {moved_in}"), bound)
    connection.execute(
        text(
            f"""
            INSERT INTO household_books (village, household_id, first_month, last_month, stopped)
            SELECT q.village, q.id, q.begun, q.ended, CASE WHEN q.ended < :running - {MISSED} AND (SELECT COUNT(*)
                FROM ledger l WHERE l.household_id = q.id AND l.month > q.ended - 12 AND l.month < :running - 12
            ) >= {MISSED} THEN 1 ELSE 0 END FROM (
                SELECT h.village, h.id, (SELECT MIN(l.month) FROM ledger l WHERE l.household_id = h.id) AS begun,
                (SELECT MAX(l.month) FROM ledger l WHERE l.household_id = h.id) AS ended
                FROM household h WHERE {here}
            ) q WHERE q.begun IS NOT NULL"""
        ),
        bound,
    )
    connection.execute(
        text(
            f"""
            INSERT INTO books_year (village, last_month, households) SELECT h.village, y.last_month, COUNT(*)
            FROM ledger_year y JOIN household h ON h.id = y.household_id WHERE {here}
            GROUP BY h.village, y.last_month"""
        ),
        bound,
    )


def years_of_months(
    connection: Connection, region: str | None, months: Sequence[int], running: int
) -> list[tuple[str, int, int]]:
    """County, month, last month: the closed income year that each month takes its totals of; none without one."""
    county = (region or "")[:COUNTY]
    asked = f"""
        SELECT substr(village, 1, {COUNTY}) AS county, last_month, SUM(households) FROM books_year
        WHERE village >= :county AND village < :after GROUP BY substr(village, 1, {COUNTY}), last_month"""
    by_county: dict[str, dict[int, int]] = {}
    for code, last, households in connection.execute(text(asked), {"county": county, "after": county + ":"}):
        by_county.setdefault(code, {})[last] = int(households)
    rows = []
    for code, households in by_county.items():
        closed = closed_years(households, ended=running - 1)
        for month in months:
            if ended := [last for last in closed if last <= month]:
                rows.append((code, month, ended[-1]))
    return rows


def first_months(connection: Connection, region: str | None = None) -> dict[str, int]:
    """County (that of a region, or each) → the first month by which the books of a twentieth of its households had
    begun: one stray line of an old month is no beginning."""
    county = (region or "")[:COUNTY]
    begun: dict[str, list[tuple[int, int]]] = {}
    asked = f"""
        SELECT substr(village, 1, {COUNTY}) AS county, first_month, COUNT(*) FROM household_books
        WHERE village >= :county AND village < :after
        GROUP BY substr(village, 1, {COUNTY}), first_month ORDER BY first_month"""
    for code, month, number in connection.execute(text(asked), {"county": county, "after": county + ":"}):
        begun.setdefault(code, []).append((month, number))
    firsts = {}
    for code, months in begun.items():
        total, reached = sum(number for _, number in months), 0
        for month, number in months:
            reached += number
            if reached >= SLIGHT * total:
                firsts[code] = month
                break
    return firsts


def close_books(connection: Connection, region: str | None, running: int) -> None:
    """Work out who was expected in the last months and whose lines came, and which months are closed by that.

    Of one village and what lies above it, or of all. After the household months are filled.
    """
    counties = _counties(connection, region)
    firsts = first_months(connection, region)
    for county in counties:
        _count(connection, region or county, firsts.get(county), running)
        _sum_up(connection, "length(b.region) = 12", f"length(a.ancestor) BETWEEN {COUNTY} AND 11", county)
        _close(connection, county, firsts.get(county), running)
    _sum_up(connection, f"length(b.region) = {COUNTY}", f"length(a.ancestor) < {COUNTY}")


def _counties(connection: Connection, region: str | None) -> list[str]:
    if region is not None:
        return [region[:COUNTY]]
    parts = (f"SELECT substr(village, 1, {COUNTY}) FROM {table.name}" for table in (household_books, books_year))
    return sorted(connection.execute(text(" UNION ".join(parts))).scalars())


def _count(connection: Connection, place: str, first: int | None, running: int) -> None:
    """The rows of the villages of a county or of one village, for the months since WATCHED before the running one."""
    connection.execute(
        text("DELETE FROM books_month WHERE region >= :place AND region < :after AND length(region) = 12"),
        {"place": place, "after": place + ":"},
    )
    if first is None:
        return
    expects = "(b.stopped = 0 OR b.last_month >= hm.month)"
    kinds = ", ".join(
        f"SUM(CASE WHEN {expects} AND hm.expected & {bit} <> 0 THEN 1 ELSE 0 END),"
        f" SUM(CASE WHEN {expects} AND hm.expected & hm.booked & {bit} <> 0 THEN 1 ELSE 0 END)"
        for bit in (1 << place for place in range(len(BOOK_KINDS)))
    )
    in_first = "hm.month < :first + 12"
    connection.execute(
        text(
            f"""
            INSERT INTO books_month (region, month, {", ".join(_COUNTS)})
            SELECT hm.village, hm.month, COUNT(*), SUM(1 - b.stopped),
                SUM(CASE WHEN {in_first} AND b.first_month <= hm.month THEN 1 ELSE 0 END),
                SUM(CASE WHEN {in_first} AND hm.booked <> 0 THEN 1 ELSE 0 END),
                SUM(CASE WHEN {expects} AND hm.expected <> 0 THEN 1 ELSE 0 END), {kinds}
            FROM household_month hm
            JOIN household_books b ON b.household_id = hm.household_id
            WHERE hm.village >= :place AND hm.village < :after AND hm.month >= :since AND hm.month >= :first
            AND hm.month IN (SELECT month FROM month)
            GROUP BY hm.village, hm.month"""
        ),
        {"place": place, "after": place + ":", "first": first, "since": running - WATCHED},
    )


def _sum_up(connection: Connection, held: str, above: str, county: str = "") -> None:
    """The rows of the regions whose code ``a.ancestor`` is as ``above`` says, from those ``b`` as ``held`` says, which
    they are made of; of a county or of all."""
    sums = ", ".join(f"SUM(b.{name})" for name in _COUNTS)
    gone = above.replace("a.ancestor", "region")
    bound = {"county": county, "after": county + ":"}
    connection.execute(text(f"DELETE FROM books_month WHERE region >= :county AND region < :after AND {gone}"), bound)
    connection.execute(
        text(
            f"""
            INSERT INTO books_month (region, month, {", ".join(_COUNTS)})
            SELECT a.ancestor, b.month, {sums} FROM books_month b JOIN region_path a ON a.region = b.region
            WHERE b.region >= :county AND b.region < :after AND {held} AND {above} GROUP BY a.ancestor, b.month"""
        ),
        bound,
    )


def _close(connection: Connection, county: str, first: int | None, running: int) -> None:
    connection.execute(books_county.delete().where(books_county.c.county == county))
    rows = connection.execute(
        select(books_month)
        .where(books_month.c.region == county, books_month.c.month < running)
        .order_by(books_month.c.month)
    ).mappings()
    months = [_month(row) for row in rows]
    books = household_books.c
    number, runs, last = connection.execute(
        select(func.count(), func.sum(1 - books.stopped), func.max(books.last_month)).where(
            within(books.village, county)
        )
    ).one()
    yearly = connection.execute(
        select(func.max(books_year.c.last_month), func.max(books_year.c.households)).where(
            within(books_year.c.village, county)
        )
    ).one()
    if not number and yearly[0] is None:
        return
    if not runs and yearly[0] is not None and (last is None or yearly[0] > last):
        until = running - 1  # books by the year alone: what they say of a month is whole as soon as it has ended
    elif months:
        until = min(closed_until(months, runs=bool(runs), before=months[0].month - 1), running - 1)
    else:
        until = min(last, running - 1)
    if last is not None and not runs and yearly[0] is None:
        until = min(until, last)
    decided = decision(connection, county)
    connection.execute(
        books_county.insert().values(
            county=county,
            first_month=first,
            closed=until if decided is None or decided["until"] is None else decided["until"],
            weight=int(runs or 0) or int(number or 0) or int(yearly[1] or 0),
        )
    )


def _month(row: RowMapping) -> BooksMonth:
    kinds = {kind: (row[f"{kind}_expected"], row[f"{kind}_reported"]) for kind in BOOK_KINDS}
    whole = row["begun"] or None
    return BooksMonth(row["month"], row["households"], row["expected"], kinds, whole, row["booked"])


def closed_month(connection: Connection, region: str) -> int | None:
    """The last closed month of a region; None where nobody keeps books.

    A township's or village's is its county's. Above a county it is the last month that is closed in counties with at
    least 80 % of the households whose books run.
    """
    books = books_county.c
    asked = select(books.closed, books.weight).where(within(books.county, region[:COUNTY]))
    held = sorted(connection.execute(asked).all(), reverse=True)
    total, reached = sum(weight for _, weight in held), 0
    for closed, weight in held:
        reached += weight
        if reached >= FULL * total:
            return int(closed)
    return None


def counted_year(connection: Connection, region: str, month: int) -> tuple[int, int] | None:
    """Last months of the income year whose totals a month counts in a region, and of the last that has ended by it.

    None where no totals are kept, or the region has more than one answer.
    """
    years = books_year.c
    known = connection.execute(select(years.last_month).where(within(years.village, region)).limit(1)).scalar()
    if known is None:
        return None
    ended = month - (month - known) % 12
    running = month_of(connection.execute(select(model.data_version.c.built)).scalar_one())
    found = {last for _, _, last in years_of_months(connection, region[:COUNTY], [month], running)}
    return (found.pop(), ended) if len(found) == 1 else None


def closed_months(connection: Connection, counties: Iterable[str]) -> dict[str, int]:
    """County → its last closed month, of those that keep books."""
    books = books_county.c
    return dict(connection.execute(select(books.county, books.closed).where(books.county.in_(list(counties)))).all())


def shares(connection: Connection, regions: Iterable[str], months: Iterable[int]) -> dict[tuple[str, int], float]:
    """Region and month → the share of the expected whose lines have come, of those of the last WATCHED months in
    which anybody is expected."""
    held = connection.execute(
        select(books_month).where(books_month.c.region.in_(list(regions)), books_month.c.month.in_(list(months)))
    ).mappings()
    found = {(row["region"], row["month"]): _month(row).share for row in held}
    return {key: share for key, share in found.items() if share is not None}


def decision(connection: Connection, county: str) -> RowMapping | None:
    """What the county has decided last of its books: until, reason, at, actor; None where it never has."""
    table = model.books_decision
    return (
        connection.execute(select(table).where(table.c.county == county).order_by(table.c.id.desc()).limit(1))
        .mappings()
        .first()
    )


@needs(READ, SETTINGS)
def decisions(connection: Connection, viewer: Viewer, county: str) -> list[RowMapping]:
    """All of them, the latest first; raises OutOfScope."""
    table = model.books_decision
    place = viewer.narrowed(county)
    return list(connection.execute(select(table).where(table.c.county == place).order_by(table.c.id.desc())).mappings())


@needs(ADMINISTER, SETTINGS)
def decide_books(
    connection: Connection, viewer: Viewer, county: str, until: int | None, *, reason: str = "", now: datetime
) -> None:
    """Close the county's books up to a month, or reopen what lies after it; None leaves it to the rule again.

    Raises OutOfScope for who may not, Refused for a month that has not begun or lies before the calendar. The caller
    stamps the county's version.
    """
    if not viewer.may_see(county):
        raise OutOfScope("收支闭账")
    if (
        len(county) != COUNTY
        or connection.execute(select(model.region.c.code).where(model.region.c.code == county)).first() is None
    ):
        raise Refused("闭账由县（区）决定，请先选择一个县（区）。")
    first, last = connection.execute(select(func.min(model.month.c.month), func.max(model.month.c.month))).one()
    if until is not None and not first <= until <= last:
        raise Refused(f"闭账月份应在 {spoken(first)} 至 {spoken(last)} 之间。")
    held = decision(connection, county)
    if (held["until"] if held else None) == until:
        raise Refused("与现在的决定相同，没有改动。")
    made = connection.execute(
        model.books_decision.insert().values(
            county=county, until=until, reason=seen(reason)[:200] or None, at=written(now), actor=viewer.actor
        )
    )
    told = f"{county} {'由规则判断' if until is None else f'闭账到{spoken(until)}'}"
    audit.wrote(
        connection, "books_decision", [written_id(made)], actor=viewer.actor, view="books", detail=told, now=now
    )
    built = connection.execute(select(model.data_version.c.built)).scalar_one()
    _close(connection, county, first_months(connection, county).get(county), month_of(built))
