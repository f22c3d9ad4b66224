"""The connections of the server: the sockets that it listens on, and who connects and then says nothing."""

import asyncio
import gc
import socket
import time
from typing import Any

HEAD = 15.0  # seconds within which the head of a request must be whole
_LOOK = 3.0


def send_at_once() -> None:
    """Have every answer sent as it is written.

    Streamlit makes its socket without naming TCP, and asyncio then leaves Nagle's algorithm on: on a connection that is
    kept open the body of an answer waits 40 ms until the browser has acknowledged the head. What is accepted inherits
    the option from what listens.
    """
    for one in gc.get_objects():
        if type(one) is socket.socket and one.fileno() >= 0 and _listens(one):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


_servers: list[Any] = []  # Any: of uvicorn, which is imported late


def note_servers() -> None:
    """Find the servers of this process, so that :func:`stopping` can ask them. To be called before ``gc.freeze``."""
    from uvicorn import Server

    _servers[:] = [one for one in gc.get_objects() if isinstance(one, Server)]


def stopping() -> bool:
    """Whether the server is about to stop and waits for what stands open."""
    return any(one.should_exit for one in _servers)


def _listens(one: socket.socket) -> bool:
    inet = one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM
    return inet and bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


async def close_silent() -> None:
    """Close, for as long as the server stands, connections on which no request's head is whole in time.

    Uvicorn has no time for it: somebody who sends a letter a minute would keep each connection for ever. To be started
    before ``gc.freeze``.
    """
    from uvicorn.server import ServerState

    states = [one for one in gc.get_objects() if type(one) is ServerState]
    since: dict[Any, tuple[object, float]] = {}  # Any: a connection of uvicorn's, which names no type
    while True:
        since = {one: silent for state in states for one in list(state.connections) if (silent := _silent(one, since))}
        for connection, (_, begun) in since.items():
            if time.monotonic() - begun >= HEAD:
                connection.transport.abort()
        await asyncio.sleep(_LOOK)


# Any: as above
def _silent(connection: Any, since: dict[Any, tuple[object, float]]) -> tuple[object, float] | None:
    """The last request of an http connection that waits for the next one, and since when; None where it does not."""
    if not hasattr(connection, "cycle"):  # a websocket
        return None
    last = connection.cycle
    if last is not None and not last.response_complete:
        return None
    known = since.get(connection)
    return known if known and known[0] is last else (last, time.monotonic())
