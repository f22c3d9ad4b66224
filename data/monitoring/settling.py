"""Cases of those who are watched otherwise than by steps: of a workbook, by hand, of demonstration.

Every list of cases asks one table; this fills it. Whoever writes 监测 or 户 in bulk calls it once all is written
(``data.intake``, ``data.demo``); single changes of households do so by themselves (``data.households.edits``).
"""

from datetime import datetime

from sqlalchemy import Connection

from data.access.viewer import within
from data.households.cases import concerned, settle_households
from data.model import household
from data.model.monitored_homes import followed


def settle(connection: Connection, where: str | None = None, *, now: datetime) -> int:
    """Let every case of a region (None: the whole store) agree with what its household is watched as: new rows for
    episodes without, the state of those whose episode was begun, ended or taken back otherwise; all of monitoring is
    where its household is now. Returns how many cases changed. In the caller's transaction; nothing is refused."""
    for follows in followed():
        connection.exec_driver_sql(follows)
    return settle_households(connection, concerned(connection, within(household.c.village, where or "")), now)
