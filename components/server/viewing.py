"""For whom a plain route answers."""

from sqlalchemy import Connection
from starlette.requests import Request

from components.server.cookie import signed_of
from components.server.sealed import ROLE, carried
from data.access.viewer import Viewer
from data.regions import tree as regions


def viewer_of(request: Request, connection: Connection) -> Viewer | None:
    """Who is signed in; on demonstration data otherwise the role that this browser chose last, where it carries one.

    None for everybody else, and for who must do something else first, such as change a password.
    """
    if signed := signed_of(request):
        return None if signed.due else signed.viewer
    role = carried(connection.engine, request, ROLE)
    if role is None or regions.holds_real_regions(connection):
        return None
    return next((one for one in regions.viewers(connection) if one.role == role), None)
