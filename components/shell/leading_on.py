"""Where something that is overdue leads on a page of officials."""

from components.drawing.tables import Row
from components.shell.screen import Screen
from components.shell.site import BATTLE_MAP, PROBLEMS


def matter_url(screen: Screen, record: str, code: str, region: str) -> str | None:
    """The page of one problem or task; None for who may not open it."""
    if not PROBLEMS.open_to(screen.viewer):
        return None
    return screen.link(PROBLEMS, region=region, kind=record, code=code)


def overdue_url(screen: Screen, row: Row) -> str:
    """Of a row of ``overdue.most_overdue``: what it is, else where."""
    return matter_url(screen, row.record, row.code, row.region) or screen.link(BATTLE_MAP, region=row.region)
