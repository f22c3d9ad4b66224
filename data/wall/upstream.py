"""Upstream risk, for walls: firms and co-operatives in trouble, marked or found by the rules, with what stands behind
them."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection

from data.access.rights import needs
from data.access.roles import PROJECTS, READ
from data.access.viewer import Viewer
from data.projects.region import Filters, page
from data.projects.shocks import Shock, shock

MOST = 200  # projects in trouble that are put together by their operator, the largest arrears first


@dataclass(frozen=True)
class Upstream:
    """``rows``: who is in trouble (his name as the viewer may read it, or the project's where nobody is on record), the
    most households first: name, projects (how many), households (different ones behind them), arrears (yuan), why.
    ``together``: what all of it means."""

    rows: pd.DataFrame
    together: Shock


@needs(READ, PROJECTS)
def upstream(connection: Connection, viewer: Viewer, region: str, month: int, *, limit: int = 5) -> Upstream | None:
    """What is in trouble in a region at a month's end, ``limit`` of them; None where nothing is."""
    found = page(connection, viewer, region, month, filters=Filters(trouble=True), limit=MOST)
    if found.empty:
        return None
    who = found["operator"].where(found["operator"].notna(), found["name"])
    rows = []
    for name, projects in found.groupby(who, sort=False):
        behind = shock(connection, viewer, region, month, tuple(projects["code"]))
        arrears = float(projects["arrears"].clip(lower=0).sum())
        rows.append((str(name), len(projects), behind.households, arrears, str(projects["risk"].iloc[0])))
    frame = pd.DataFrame(rows, columns=["name", "projects", "households", "arrears", "why"])
    ordered = frame.sort_values(["households", "arrears"], ascending=False, kind="stable").head(limit)
    together = shock(connection, viewer, region, month, tuple(found["code"]))
    return Upstream(ordered.reset_index(drop=True), together)
