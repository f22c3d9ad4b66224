"""The version of a region: the number of the last write that concerned it, so that the others' answers stay kept.

A write in a region concerns it, all above it and all below it (a village has nothing below). In ``region_version`` a
row of the region's own code says that it, or one below it, was written to; its code with ``BELOW`` behind it, that
everything below is concerned too. So a write makes a few rows, and a reader needs those of the way down to him.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from data import model
from data.regions.codes import LENGTHS
from data.regions.tree import WHOLE

BELOW = "*"
EVERYTHING = WHOLE + BELOW
"""What stands for a write that concerns every region: an import, a setting, another day. Only such a write changes the
tree of regions."""
Version = tuple[int, str]
"""Number of the write (``data_version.version`` after it) and its time, ISO."""
NEVER: Version = (0, "")
LAST_WRITE = select(model.data_version.c.version)
"""Finds the number of the last write: as long as it stays, so do the versions of all regions."""
_table = model.region_version


def way_to(region: str) -> list[str]:
    """The whole, the ancestors and the region itself."""
    return [WHOLE, *(region[:length] for length in LENGTHS if length <= len(region))]


def raise_versions(connection: Connection, regions: Iterable[str], version: Version) -> None:
    """Note that the write ``version`` concerned these regions; none: every region.

    Only for who holds the row of ``data_version``, which lets one write after the other.
    """
    number, at = version
    concerned: set[str] = set()
    for region in set(regions) or {WHOLE}:
        concerned |= {*way_to(region), *([] if len(region) == max(LENGTHS) else [region + BELOW])}
    rows = [{"region": code, "version": number, "updated": at} for code in sorted(concerned)]
    connection.execute(_table.delete().where(_table.c.region.in_(concerned)))
    connection.execute(_table.insert(), rows)


def versions(connection: Connection, region: str) -> dict[str, Version]:
    """The versions on the way down to a region, by code, and that of EVERYTHING."""
    way = way_to(region)
    asked = select(_table).where(_table.c.region.in_([*way, *(code + BELOW for code in way)]))
    rows = {row.region: (int(row.version), str(row.updated)) for row in connection.execute(asked)}
    above = rows.get(EVERYTHING, NEVER)
    found = {EVERYTHING: above}
    for code in way:
        above = max(above, rows.get(code + BELOW, NEVER))
        found[code] = max(above, rows.get(code, NEVER))
    return found


def version_of(known: Mapping[str, Version], region: str) -> Version:
    """Of what ``versions`` found, that of a region: off the way that of the nearest above it, which has all its writes.

    NEVER where nothing is known.
    """
    nearest = max((code for code in known if region.startswith(code)), key=len, default=WHOLE)
    return known.get(nearest, NEVER)
