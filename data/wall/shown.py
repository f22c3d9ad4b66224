"""The figures as they were shown: kept each night on which one is another, and at a moment that somebody names.

A monthly cube cannot be subtracted within a month, and what is entered later changes the past; so what walls and the
overview showed is kept. A value holds until the next row of its region and figure: a night stores what changed since
the last. The night of a day is kept once the next one has begun, before the figures move on to it. After some four
hundred days only the last night of a month stays, and what has a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, Engine, RowMapping, Select, and_, exists, func, insert, or_, select

from data.access.rights import needs
from data.access.roles import ADMINISTER, FIGURES, READ, SETTINGS
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.duties.persons import settle_store
from data.errors import OutOfScope, Refused
from data.figures import cube
from data.figures import read as figures
from data.figures.indicators import BOOKS, CALENDAR, INDICATORS
from data.figures.movements import Moves, strongest
from data.figures.read import Figure
from data.figures.standing import children_standing, standings
from data.matters.daily import turn_matters
from data.model import data_version, figure_shown, month, region, showing
from data.monitoring.sources import raise_all
from data.regions import tree as regions
from data.settings import value_of
from data.store.batches import batches
from data.store.engine import writing
from data.store.rows import written_id
from data.text.signs import seen
from data.wall.thinning import thin

SHOWN = (
    "households", "monitored_households", "below_line_households", "net_income_per_capita", "net_income_growth",
    "visit_coverage", "problems_overdue", "tasks_overdue", "return_rate", "fund_unpaid", "problems_open",
    "unsafe_housing", "unsafe_water", "dropouts", "uninsured_persons", "late_funds", "project_investment", "return_due",
    "return_received",
)  # fmt: skip
"""The figures that walls and the overview show, ids."""
LONGEST_NAME = 20
COUNTY = 6  # digits: figures of what lies above are sums of what is kept, and kept too where they have a code
LISTED = 12
_SYSTEM = "system"


@dataclass(frozen=True)
class Showing:
    """One time that figures were kept: ``day`` is the day they stood at (ISO), ``name`` what for; None: the night's."""

    id: int
    day: str
    name: str | None


@dataclass(frozen=True)
class Shown:
    """A figure as it was shown: ``value`` at the end of ``month`` (ordinal), which was ``closed`` there or not."""

    value: float | None
    month: int
    closed: bool


def turn_the_day(engine: Engine, now: datetime) -> None:
    """Keep what was shown on the day before, then bring the running month up to date, and what is overdue to its level:
    for whoever moves the figures on to another day. What the system finds on it comes up as clues."""
    turns = _day_to_keep(engine, now.date()) is not None
    keep_night(engine, now)
    cube.ensure(engine, now.date())
    settle_store(engine, now)
    turn_matters(engine, now)
    if turns:
        raise_all(engine, now)


def keep_night(engine: Engine, now: datetime) -> int | None:
    """Where another day has begun since the figures were made: keep what they showed on theirs. Its number; None where
    that is kept already, by whichever process, or nothing is another than when it was kept last."""
    if _day_to_keep(engine, now.date()) is None:
        return None
    with writing(engine) as connection:
        cube.hold(connection)
        day = connection.execute(select(data_version.c.built)).scalar_one()
        of_night = select(showing.c.id).where(showing.c.day == day, showing.c.name.is_(None))
        if day >= now.date().isoformat() or connection.execute(of_night).first():
            return None
        rows = _changed(connection)
        kept = _keep(connection, rows, day, None, _SYSTEM, now) if rows else None
        thin(connection, now.date())
        return kept


def _day_to_keep(engine: Engine, today: date) -> str | None:
    """The day the figures stand at where it is over; asked without holding the store."""
    with engine.connect() as connection:
        if regions.status(connection) is None or not cube.fits(connection):
            return None
        built: str = connection.execute(select(data_version.c.built)).scalar_one()
    return built if built < today.isoformat() else None


@needs(ADMINISTER, SETTINGS)
def keep_named(connection: Connection, viewer: Viewer, name: str, *, now: datetime) -> int:
    """Keep what is shown at this moment under a name, such as a meeting's; its number. The caller holds the store.

    Raises OutOfScope for who does not see every county, Refused without a name or any figures.
    """
    told = " ".join(seen(name).split())
    if not all(viewer.may_see(county) for county in regions.counties(connection)):
        raise OutOfScope("留存的数字包括库里各县，其中有的县")
    if not 0 < len(told) <= LONGEST_NAME:
        raise Refused(f"请写明为什么事留存，例如“例会”，最多 {LONGEST_NAME} 个字。")
    if regions.status(connection) is None:
        raise Refused("数据库还是空的，没有可以留存的数字。")
    day = connection.execute(select(data_version.c.built)).scalar_one()
    return _keep(connection, _changed(connection), day, told, viewer.actor, now)


_Row = dict[str, str | int | float | None]


def _keep(connection: Connection, rows: Sequence[_Row], day: str, name: str | None, actor: str, now: datetime) -> int:
    version = connection.execute(select(data_version.c.version)).scalar_one()
    facts = {"day": day, "at": written(now), "version": version, "name": name, "actor": actor}
    id = written_id(connection.execute(insert(showing).values(facts)))
    if rows:
        connection.execute(insert(figure_shown), [{**row, "showing": id} for row in rows])
    audit.wrote(
        connection, "showing", [id], actor=actor, view="showing", detail=f"{day} {'留名' if name else '当晚'}", now=now
    )
    return id


def _changed(connection: Connection) -> list[_Row]:
    """The rows of now that are not what was kept last."""
    last = {(row["region"], row["indicator"]): _shown(row) for row in connection.execute(_latest()).mappings()}
    return [
        {"region": code, "indicator": id, "month": one.month, "closed": int(one.closed), "value": one.value}
        for (code, id), one in _now(connection).items()
        if last.get((code, id), Shown(None, one.month, one.closed)) != one
    ]


def _shown(row: RowMapping) -> Shown:
    return Shown(row["value"], row["month"], bool(row["closed"]))


def _now(connection: Connection) -> dict[tuple[str, str], Shown]:
    """What is shown now, of every region and figure, each at its own month."""
    codes = connection.execute(select(region.c.code).order_by(region.c.code)).scalars().all()
    running = connection.execute(select(func.max(month.c.month))).scalar_one()
    alike: dict[int, list[str]] = {}  # month of the books → the regions whose books stand there
    at: dict[str, int] = {}
    for code in codes:
        county = code[:COUNTY]  # below it all stand where it does
        if county not in at:
            at[county] = standings(connection, county, None)[BOOKS].month
        alike.setdefault(at[county], []).append(code)
    booked = [id for id in SHOWN if INDICATORS[id].closes == BOOKS]
    others = [id for id in SHOWN if INDICATORS[id].closes != BOOKS]
    held = {
        (code, id): Shown(value, running, INDICATORS[id].closes != CALENDAR)
        for code, values in figures.of_regions(connection, codes, running, others).items()
        for id, value in values.items()
    }
    for standing, here in alike.items():
        closed = children_standing(connection, here, INDICATORS[booked[0]], standing)
        for code, values in figures.of_regions(connection, here, standing, booked).items():
            held |= {(code, id): Shown(value, standing, closed[code].closed) for id, value in values.items()}
    return held


def _latest(until: int | None = None, codes: Sequence[str] | None = None) -> Select[tuple[str, str, int, int, float]]:
    """The rows that hold, of some regions or all: the last of each region and figure, up to a showing."""
    row = figure_shown.c
    last = select(row.region, row.indicator, func.max(row.showing).label("showing"))
    if codes is not None:
        last = last.where(row.region.in_(list(codes)))
    if until is not None:
        last = last.where(row.showing <= until)
    newest = last.group_by(row.region, row.indicator).subquery()
    of_it = and_(*(row[name] == newest.c[name] for name in ("region", "indicator", "showing")))
    return select(row.region, row.indicator, row.month, row.closed, row.value).join(newest, of_it)


@needs(READ, FIGURES)
def showings(connection: Connection, viewer: Viewer, *, named: bool = False, limit: int = LISTED) -> list[Showing]:
    """The last times that figures were kept, the newest first; ``named``: without the nights."""
    asked = select(showing.c.id, showing.c.day, showing.c.name).order_by(showing.c.id.desc()).limit(limit)
    if named:
        asked = asked.where(showing.c.name.is_not(None))
    return [Showing(*row) for row in connection.execute(asked)]


@needs(READ, FIGURES)
def showing_on(connection: Connection, viewer: Viewer, day: str) -> Showing | None:
    """What was shown last on a day (ISO) or before it, and is still kept; None where nothing was by then."""
    kept = or_(showing.c.name.is_not(None), exists(select(1).where(figure_shown.c.showing == showing.c.id)))
    asked = select(showing.c.id, showing.c.day, showing.c.name).where(showing.c.day <= day, kept)
    found = connection.execute(asked.order_by(showing.c.id.desc()).limit(1)).first()
    return None if found is None else Showing(*found)


@needs(READ, FIGURES)
def compared_showing(connection: Connection, viewer: Viewer) -> Showing | None:
    """What today is compared with: the day of the setting ``compared_day``, else what was kept last under a name."""
    if day := value_of(connection, "compared_day"):
        return showing_on(connection, viewer, day)
    return next(iter(showings(connection, viewer, named=True, limit=1)), None)


@needs(READ, FIGURES)
def figures_as_shown(connection: Connection, viewer: Viewer, region: str, day: str) -> dict[str, Shown]:
    """Indicator → what was shown of a region on a day (ISO), or last before it; empty where none was kept by then."""
    last = showing_on(connection, viewer, day)
    return {} if last is None else shown_at(connection, viewer, region, last.id)


@needs(READ, FIGURES)
def shown_at(connection: Connection, viewer: Viewer, region: str, id: int) -> dict[str, Shown]:
    """The same at a showing."""
    held = connection.execute(_latest(id, [viewer.narrowed(region)])).mappings()
    return {row["indicator"]: _shown(row) for row in held}


def comparable(month: int, closed: bool, then: Shown) -> bool:
    """Whether a figure of now (at the end of ``month``) may be set against what was shown: the same month in the same
    state, as of a month that runs on both days, or closed months. Not where that month has been opened again since:
    what was shown of it then no longer stands."""
    if month == then.month:
        return closed == then.closed
    return closed and then.closed and month > then.month


@dataclass(frozen=True)
class Difference:
    """A figure now and as it was shown; ``change`` None: the two may not be compared, or one is missing."""

    indicator: str
    now: Figure
    then: Shown | None
    change: float | None


@needs(READ, FIGURES)
def since_shown(
    connection: Connection, viewer: Viewer, region: str, showing: Showing, ids: Sequence[str] = SHOWN
) -> list[Difference]:
    """What became of a region's figures since a showing, told as they are read."""
    then = shown_at(connection, viewer, region, showing.id)
    now = figures.figures(connection, viewer, region, None, ids)
    return [Difference(id, now[id], then.get(id), _change(id, now[id], then.get(id))) for id in ids]


def _change(id: str, now: Figure, then: Shown | None) -> float | None:
    if then is None or now.value is None or then.value is None:
        return None
    if not comparable(now.standing.month, now.standing.closed, then):
        return None
    return INDICATORS[id].told(now.value) - INDICATORS[id].told(then.value)


@needs(READ, FIGURES)
def moves_since_shown(
    connection: Connection, viewer: Viewer, region: str, showing: Showing, ids: Sequence[str], *, limit: int = 6
) -> Moves:
    """What moved most since a showing in the direct sub-regions, as ``movements.most_moved`` tells it of months."""
    at = standings(connection, viewer.narrowed(region), None)
    parts = []
    codes: list[str] = []
    for id in ids:
        rows = figures.children(connection, viewer, region, at[INDICATORS[id].closes].month, id)
        codes = rows["code"].tolist()
        parts.append(rows.assign(indicator=id, month=at[INDICATORS[id].closes].month))
    then = {(row["region"], row["indicator"]): _shown(row) for row in _held(connection, showing.id, codes)}
    listed = [
        (row.code, row.name, row.indicator, row.value, before.value)
        for row in (pd.concat(parts).itertuples(index=False) if parts else ())
        if (before := then.get((row.code, row.indicator))) is not None and comparable(row.month, row.closed, before)
    ]
    known = pd.DataFrame(listed, columns=["code", "name", "indicator", "value", "before"])
    known = known.astype({"value": float, "before": float}).dropna(subset=["value", "before"])
    return strongest(known.assign(change=known["value"] - known["before"]).reset_index(drop=True), limit=limit)


def _held(connection: Connection, id: int, codes: Sequence[str]) -> list[RowMapping]:
    return [row for some in batches(codes) for row in connection.execute(_latest(id, some)).mappings()]
