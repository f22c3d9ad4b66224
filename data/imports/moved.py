"""Which figures of closed months become others by something that is only rehearsed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select, text

from data import model
from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.viewer import Viewer, within_sql
from data.figures.cube import fits
from data.figures.indicators import MEASURES
from data.figures.read import of_regions, offered
from data.figures.standing import open_months
from data.regions.names import named_apart

LISTED = 40
_HELD = "figures_before"


@dataclass(frozen=True)
class Moved:
    """A figure of a closed month of a region (code and name; '' the whole) that becomes another: indicator id, month
    (ordinal), value before and after, in the units that ``data.figures.read`` gives; None: no value."""

    indicator: str
    region: str
    name: str
    month: int
    before: float | None
    after: float | None


@dataclass
class Rehearsed:
    """What moved: the weightiest, and how many in all."""

    moved: list[Moved] = field(default_factory=list)
    total: int = 0


@needs(READ, FIGURES)
def rehearsed(connection: Connection, viewer: Viewer, does: Callable[[], None]) -> Rehearsed:
    """Do something that makes the cube anew, see which figures of the viewer's region it moves, and take it back.

    Inside a transaction that writes. Regions of the highest level come first, in them the latest month.
    """
    if not fits(connection):
        with _taken_back(connection):
            does()
        return Rehearsed()
    connection.execute(text(f"DROP TABLE IF EXISTS {_HELD}"))
    connection.execute(text(f"CREATE TEMPORARY TABLE {_HELD} AS SELECT * FROM cube"))
    ids = [one.id for one in offered(viewer)]
    with _taken_back(connection):
        does()
        changed = _changed(connection, viewer)
        after = {month: of_regions(connection, regions, month, ids) for month, regions in changed.items()}
    connection.execute(text(f"DROP TABLE {_HELD}"))
    return _told(connection, viewer, changed, after)


@contextmanager
def _taken_back(connection: Connection) -> Iterator[None]:
    rehearsal = connection.begin_nested()
    yield
    rehearsal.rollback()


def _changed(connection: Connection, viewer: Viewer) -> dict[int, list[str]]:
    """Ended month → regions of the viewer's with any other count than before."""
    names = ", ".join(MEASURES)
    here, bound = within_sql("region", viewer.region)
    sides = [f"SELECT region, month, {names} FROM {table} WHERE {here}" for table in ("cube", _HELD)]
    asked = (
        f"SELECT region, month FROM (SELECT * FROM ({sides[0]} EXCEPT {sides[1]}) a UNION ALL"
        f" SELECT * FROM ({sides[1]} EXCEPT {sides[0]}) b) q WHERE month < (SELECT MAX(month) FROM month)"
        " GROUP BY region, month ORDER BY month, region"
    )
    found: dict[int, list[str]] = {}
    for region, month in connection.execute(text(asked), bound):
        found.setdefault(month, []).append(region)
    return found


def _told(
    connection: Connection,
    viewer: Viewer,
    changed: dict[int, list[str]],
    after: dict[int, dict[str, dict[str, float | None]]],
) -> Rehearsed:
    indicators = offered(viewer)
    moved: list[Moved] = []
    for month, regions in changed.items():
        before = of_regions(connection, regions, month, [one.id for one in indicators])
        for region in regions:
            was, now = before.get(region, {}), after[month].get(region, {})
            moved += [
                Moved(one.id, region, "", month, was.get(one.id), now.get(one.id))
                for one in indicators
                if was.get(one.id) != now.get(one.id)
            ]
    closes = {one.id: one for one in indicators}
    asked: dict[tuple[str, str], set[int]] = {}
    for one in moved:
        asked.setdefault((one.region, closes[one.indicator].closes), set()).add(one.month)
    first = {one.closes: one for one in reversed(indicators)}
    still_open = {
        (region, kind): set(open_months(connection, region, first[kind], sorted(months)))
        for (region, kind), months in asked.items()
    }
    closed = [one for one in moved if one.month not in still_open[one.region, closes[one.indicator].closes]]
    order = {one.id: place for place, one in enumerate(indicators)}
    closed.sort(key=lambda one: (len(one.region), one.region, -one.month, order[one.indicator]))
    return Rehearsed(_named(connection, closed[:LISTED]), len(closed))


def _named(connection: Connection, moved: Sequence[Moved]) -> list[Moved]:
    codes = sorted({one.region for one in moved if one.region})
    asked = select(model.region.c.code, model.region.c.name).where(model.region.c.code.in_(codes))
    names = named_apart(connection, dict(connection.execute(asked).all())) if codes else {}
    return [replace(one, name=names.get(one.region, "全域")) for one in moved]
