"""The war room of a village on its wall: the walk, who helps whom and how, what is due, visited and stuck."""

import pandas as pd
from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.households.walking import walked
from data.wall.names import as_display, whole_names

WALK = (
    *("id", "number", "typed", "lon", "lat", "sketch", "head", "state", "persons", "helper"),
    *("visits", "last_visit", "problems"),
)
"""What of a household may stand on a wall."""


@needs(READ, HOUSEHOLDS)
def walk_on_wall(connection: Connection, viewer: Viewer, village: str, month: int) -> pd.DataFrame:
    """The households as they are walked (``data.households.walking.walked``), with what may stand on a wall: WALK."""
    rows = walked(connection, as_display(viewer), village, month)[list(WALK)]
    whole = whole_names(connection, viewer, village)
    return rows.assign(head=[whole.get(id, head) for id, head in zip(rows["id"], rows["head"], strict=True)])
