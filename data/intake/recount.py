"""After an import the cube is counted again: of the villages that it concerns, or where these are many, as a whole."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

import numpy as np
from sqlalchemy import Column, Connection, Engine, select

from data.figures import cube
from data.intake.beforehand import Counted, take_over
from data.intake.checked import Checked, Progress
from data.intake.ledger import LedgerCheck, unpacked
from data.model import fund, household, import_fresh, import_journal, member, metadata, pairing, project
from data.store.batches import batches

MOST = 60
"""Regions that are counted one by one; beyond, the whole is quicker."""
_FEW = 5000
"""Rows of a table that was empty before, of which each is looked at."""
_T = TypeVar("_T")
_K = TypeVar("_K")
_EVERYWHERE = {"region", "monitoring_line", "setting", "rural_population", "books_decision"}
"""Tables of which any row concerns every region."""
_REFERS = {"member": member.c.code, "project": project.c.code, "fund": fund.c.code, "helper": pairing.c.helper}
"""What a row names → the key of what says where it is."""


def count_again(
    connection: Connection,
    run: int,
    now: datetime,
    *,
    rebuild: bool,
    progress: Progress,
    counted: Counted | None = None,
) -> None:
    """Renew the cube for what a run wrote, as its journal tells; ``rebuild`` False leaves that to the caller.
    ``counted``: what was counted of it beforehand."""
    if not rebuild:
        cube.stamp(connection, now)
        return
    count_regions(connection, concerned(connection, run), now, progress=progress, counted=counted)


def count_regions(
    connection: Connection,
    regions: set[str] | None,
    now: datetime,
    *,
    progress: Progress,
    counted: Counted | None = None,
) -> None:
    """Renew the cube for these regions; None: for all."""
    if regions is None or len(regions) > MOST or not cube.fits(connection):
        if counted is not None:
            take_over(connection, counted, now, progress)
        cube.stamp(connection, now)
        if counted is None:
            cube.rebuild(connection, today=now.date(), progress=progress)
        return
    for done, region in enumerate(sorted(regions)):
        progress("更新汇总", done, len(regions))
        cube.refresh(connection, region, now)
    if not regions:  # a telephone number, say: counted nowhere, shown everywhere
        cube.stamp(connection, now)
    progress("更新汇总", len(regions), len(regions))


def is_spread(engine: Engine, checked: Checked) -> bool:
    """Whether the files speak of so many villages that all will be counted again."""
    households: set[int] = set()
    villages: set[str] = set()
    for check in checked.checks:
        if check.spec.table_name in _EVERYWHERE:
            return True
        if isinstance(check, LedgerCheck):
            households.update(np.unique(unpacked(check.lines.keys)[0]).tolist())
        for piece in check.pieces:
            held = set(piece.values.column_names)
            for name, found in (("household_id", households), ("village", villages), ("region", villages)):
                if name in held:
                    found.update(piece.values.column(name).unique().drop_null().to_pylist())
    with engine.connect() as connection:
        villages.update(_of(connection, household.c.village, household.c.id, households))
    return len(villages) > MOST


def concerned(connection: Connection, run: int) -> set[str] | None:
    """The regions of which a run wrote records; None where it concerns all, or too many to be told one by one."""
    found = _taken(connection, run)
    return None if found is None else found.regions(connection)


def concerned_households(connection: Connection, run: int) -> set[int] | None:
    """The households of which a run wrote records, also those that are no more; None as above."""
    found = _taken(connection, run)
    return None if found is None else found.households(connection)


def _taken(connection: Connection, run: int) -> "_Concerned | None":
    found = _Concerned()
    fresh = select(import_fresh.c.record).where(import_fresh.c.run == run)
    for record in connection.execute(fresh).scalars():
        rows = connection.execute(select(metadata.tables[record]).limit(_FEW + 1)).mappings().all()
        if record in _EVERYWHERE or len(rows) > _FEW:
            return None
        for row in rows:
            found.take(record, dict(row))
    journal = import_journal.c
    asked = select(journal.record, journal.before, journal.after).where(journal.run == run).order_by(journal.number)
    for record, *images in connection.execute(asked):
        if record in _EVERYWHERE:
            return None
        for image in images:
            if image is not None:
                found.take(record, json.loads(image))
    return found


class _Concerned:
    """What rows name, each once."""

    def __init__(self) -> None:
        self._regions: set[str] = set()
        self._households: set[int] = set()
        self._named: dict[str, set[str]] = defaultdict(set)

    def take(self, record: str, row: Mapping[str, object]) -> None:
        """A row as it was or is."""
        places = [str(row[name]) for name in ("village", "region", "origin") if row.get(name)]
        self._regions.update(places)
        owner = row.get("household_id")
        if isinstance(owner, int):
            self._households.add(owner)
        if record == "household":
            self._households.add(int(str(row["id"])))
        if record == "helper":
            self._named["helper"].add(str(row["code"]))
        for name in ("member", "project", "fund"):
            if row.get(name) and record != "pairing":
                self._named[name].add(str(row[name]))

    def regions(self, connection: Connection) -> set[str]:
        """The regions of all that was taken."""
        for name in ("project", "fund"):
            key = _REFERS[name]
            self._regions.update(_of(connection, key.table.c.region, key, self._named[name]))
        self._regions.update(_of(connection, household.c.village, household.c.id, self.households(connection)))
        return self._regions

    def households(self, connection: Connection) -> set[int]:
        """The households of all that was taken, and of the members and helpers that it names."""
        for name in ("member", "helper"):
            key = _REFERS[name]
            self._households.update(_of(connection, key.table.c.household_id, key, self._named[name]))
        return self._households


def _of(connection: Connection, wanted: Column[_T], key: Column[_K], codes: Iterable[_K]) -> Iterator[_T]:
    for some in batches(sorted(codes)):  # type: ignore[type-var]  # numbers or codes
        yield from connection.execute(select(wanted).where(key.in_(some)).distinct()).scalars()
