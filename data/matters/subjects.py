"""What a problem or task of a region can be about: its households, projects and funds, to be chosen from."""

from sqlalchemy import Connection, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import MATTERS, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql

SUBJECTS = {"household": "一户", "project": "一个项目", "fund": "一笔资金"}
MOST = 1_000
"""To choose from."""
_ASKED = {
    "household": "SELECT h.id, h.head, h.code, h.village FROM household h WHERE {where} ORDER BY h.village, h.code",
    "project": "SELECT p.code, p.name, p.code, p.region FROM project p WHERE {where} ORDER BY p.region, p.code",
    "fund": "SELECT f.code, f.name, f.code, f.region FROM fund f WHERE {where} ORDER BY f.region, f.year DESC, f.code",
}
_PLACE = {"household": "h.village", "project": "p.region", "fund": "f.region"}


@needs(READ, MATTERS)
def subjects(connection: Connection, viewer: Viewer, region: str, what: str) -> dict[str, tuple[str, str]]:
    """``what`` (of SUBJECTS) there is in a region, MOST at the most: id or code → how it is called, code of its region.
    Raises OutOfScope for a region that is not the viewer's; who sees single households alone has these only."""
    where, bound = within_sql(_PLACE[what], viewer.narrowed(region))
    if what == "household":
        seen, named = seen_matters(viewer, "h.id")
        where, bound = f"{where} AND {seen}", {**bound, **named}
    rows = connection.execute(text(f"{_ASKED[what].format(where=where)} LIMIT :most"), {**bound, "most": MOST})
    hide = what == "household" and not viewer.sees_identity
    return {str(id): (f"{mask_name(name) if hide else name}　{code}", place) for id, name, code, place in rows}
