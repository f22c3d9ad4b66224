"""The war room of a village on its wall: the walk, who helps whom and how, what is due, visited and stuck."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from data.access.masks import mask_kind
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.duties.leaders import Leader, vacant_posts
from data.duties.village_board import village_board
from data.households.walking import walked
from data.settings import value_of
from data.terms import ILL_MEASURES, STATE_NAMES, UNHELPED
from data.wall.leaders import leaders_on_wall
from data.wall.names import as_display, whole_names

WALK = (
    *("id", "number", "typed", "lon", "lat", "sketch", "head", "state", "persons", "helper"),
    *("visits", "last_visit", "problems"),
)
"""What of a household may stand on a wall."""


@dataclass(frozen=True)
class VillageRoom:
    """``walk``: the households as they are walked, columns WALK. ``helpers`` and ``measures`` (none that tells of
    illness): as of ``data.duties.village_board.VillageBoard``. ``tasks`` (name, owner, progress, deadline) and
    ``problems`` (category, owner, deadline), the longest overdue first, each with number and head of its household
    (None: the village's) and ``days`` that are left, below zero those that it is overdue. ``finished`` tasks of this
    month, ``rectified`` problems that wait to be closed, ``visited_today`` visits and ``written_today`` records are
    counted; ``done_today`` are the words of those that are about the village itself and tell of no illness; ``as_of``
    is the day all of it holds for. ``leaders``: the first to answer first; ``missing``: posts that must be filled and
    are not.
    """

    as_of: str
    walk: pd.DataFrame
    helpers: pd.DataFrame
    measures: pd.DataFrame
    tasks: pd.DataFrame
    problems: pd.DataFrame
    finished: int
    rectified: int
    visited_today: int
    written_today: int
    done_today: tuple[str, ...]
    leaders: tuple[Leader, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def counted(self) -> pd.DataFrame:
        """The households that the figures count: without those that are walked only because somebody said so."""
        return self.walk[~self.walk["state"].isin([STATE_NAMES[state] for state in UNHELPED])]


@needs(READ, HOUSEHOLDS)
def walk_on_wall(connection: Connection, viewer: Viewer, village: str, month: int) -> pd.DataFrame:
    """The households as they are walked (``data.households.walking.walked``), with what may stand on a wall: WALK."""
    rows = walked(connection, as_display(viewer), village, month)[list(WALK)]
    whole = whole_names(connection, viewer, village)
    return rows.assign(head=[whole.get(id, head) for id, head in zip(rows["id"], rows["head"], strict=True)])


@needs(READ, HOUSEHOLDS)
def village_room(connection: Connection, viewer: Viewer, village: str, month: int, *, today: date) -> VillageRoom:
    """What hangs on the wall of a village in a month, as a wall may tell it; days are counted from ``today``. Raises
    OutOfScope for a village that is not the viewer's."""
    walk = walk_on_wall(connection, viewer, village, month)
    board = village_board(connection, as_display(viewer), village, month)
    known = walk.set_index("id")[["number", "head"]]
    done, mended = board.tasks["finished"].notna(), board.problems["rectified"].notna()
    return VillageRoom(
        as_of=board.as_of,
        walk=walk,
        helpers=board.helpers,
        measures=board.measures[~board.measures["category"].isin(ILL_MEASURES)],
        tasks=_due(board.tasks[~done], known, today),
        problems=_due(board.problems[~mended], known, today),
        finished=int(done.sum()),
        rectified=int(mended.sum()),
        visited_today=board.visited_today,
        written_today=len(board.days),
        done_today=tuple(_of_the_village(as_display(viewer), board.days)),
        leaders=leaders_on_wall(connection, viewer, [village], board.as_of).get(village, ()),
        missing=tuple(one.post for one in vacant_posts(connection, village, board.as_of)),
    )


def _of_the_village(viewer: Viewer, days: pd.DataFrame) -> list[str]:
    words = days.loc[days["household_id"].isna(), "words"]
    return [one for one in words if mask_kind(viewer, one) == one]


def _due(rows: pd.DataFrame, known: pd.DataFrame, today: date) -> pd.DataFrame:
    """With the days that are left, and of a household its number and its head as the wall tells it."""
    days = [(date.fromisoformat(deadline) - today).days for deadline in rows["deadline"]]
    beside = known.reindex(rows["household_id"])
    head = beside["head"].fillna(rows["head"].set_axis(beside.index)).to_numpy()
    told = rows.drop(columns=["household_id", "head"]).assign(days=days, number=beside["number"].to_numpy(), head=head)
    return told.sort_values("days", kind="stable", ignore_index=True)


def countdown(connection: Connection, today: date) -> tuple[str, int] | None:
    """What the county counts down to, and the days that are left (0: today); None where no day is set or it is past."""
    day = value_of(connection, "countdown_day")
    left = (date.fromisoformat(day) - today).days if day else -1
    return (value_of(connection, "countdown_name"), left) if left >= 0 else None
