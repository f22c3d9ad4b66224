"""Who looks at a wall, at which region, and how his display is set up."""

from sqlalchemy import Connection
from starlette.requests import Request

from components.server.cookie import signed_of
from components.server.viewing import viewer_of
from components.shell.screen import LEAST_ROLE
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.regions import tree as regions
from data.regions.codes import is_code
from data.regions.tree import Gone, Region
from data.wall.displays import Setup, setup_of, usual

_COUNTY = 6
NOT_FOR_HIM = "上墙画面给管理辖区的干部和大屏用，请从首页进入自己的工作。"


def viewer_on(request: Request, connection: Connection) -> Viewer:
    """Who looks; on demonstration data, where nobody is signed in, a display. Raises NotFound for who has single
    households and no region."""
    viewer = viewer_of(request, connection)
    if viewer is None:
        viewer = next(one for one in regions.viewers(connection) if one.role == LEAST_ROLE)
    return over_a_region(viewer)


def over_a_region(viewer: Viewer) -> Viewer:
    """The viewer; raises NotFound for who has single households and no region."""
    if viewer.sees_own_only:
        raise NotFound(NOT_FOR_HIM)
    return viewer


def region_there(connection: Connection, viewer: Viewer, asked: str | None) -> Region:
    """The region asked for; the viewer's own for one that is not his or not there."""
    own = regions.home(connection, viewer)
    try:
        return regions.find(connection, viewer, own if asked is None else asked)
    except (NotFound, OutOfScope):
        return regions.find(connection, viewer, own)


def ended(connection: Connection, viewer: Viewer, asked: str | None) -> Gone | None:
    """What became of the region that a wall's address names, or of the viewer's own; None where it still is. Whoever
    may not see where it went is led to his own, and where that is no more it leads nowhere (its region is '')."""
    own = regions.home(connection, viewer)
    code = own if asked is None or not is_code(asked) else asked
    found = regions.gone(connection, Viewer(viewer.role, code[:_COUNTY]), code)
    if found is None or viewer.may_see(found.region.code):
        return found
    home = regions.find(connection, viewer, own)
    return Gone(found.words, home if regions.gone(connection, viewer, own) is None else Region("", ""))


def device_of(request: Request) -> int | None:
    """The number of the display that asks; None for a person, and on demonstration data."""
    signed = signed_of(request)
    return signed.device if signed else None


def kept_setup(connection: Connection, viewer: Viewer, device: int | None, region: str) -> Setup:
    """How the display is set up, as is usual for the region where nobody did."""
    held = setup_of(connection, viewer, device) if device is not None else None
    return held or usual(region)
