"""Places for tasks from the list of names behind a figure: its households, or the villages or townships they lie in."""

from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.viewer import Viewer
from data.figures import lists
from data.matters.raising import Place
from data.matters.steps import MOST

PER = {"household": "每户一项", "village": "每村一项", "township": "每乡镇一项"}
"""What a task is made for."""
_DIGITS = {"village": 12, "township": 9}
_AT_MOST = 100_000  # rows of a list that are looked through


@needs(READ, MATTERS)
def places_behind(
    connection: Connection, viewer: Viewer, id: str, region: str, month: int, *, per: str
) -> tuple[list[Place], int]:
    """The places behind an indicator in a month, ``per`` household, village or township (PER), the first MOST of them
    in the list's order, and how many there are in all. Raises NotFound for an unknown indicator, OutOfScope."""
    if per == "household":
        total = lists.count(connection, viewer, id, region, month)
        rows = lists.page(connection, viewer, id, region, month, limit=_AT_MOST if total > MOST else MOST)
        homes = rows[rows["household_id"].notna()].drop_duplicates("household_id")
        found = [Place(str(row.region), int(row.household_id)) for row in homes.head(MOST).itertuples()]
        return found, len(homes)
    rows = lists.page(connection, viewer, id, region, month, limit=_AT_MOST)
    codes = [code for code in rows["region"].str[: _DIGITS[per]].unique() if len(code) == _DIGITS[per]]
    return [Place(code) for code in sorted(codes)[:MOST]], len(codes)
